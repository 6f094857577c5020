// keep_while and keep_first against the order itself: on rows of every kind, as views and as lists.
#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/keep_while.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/stages/top_h.hpp>
#include <argdraw/stages/top_h_sum.hpp>

using namespace argdraw;

namespace {

using real = long double;
constexpr float nothing = -std::numeric_limits<float>::infinity();

struct named_row {
    std::string kind;
    std::vector<float> logits;
};

std::vector<named_row> rows() {
    std::mt19937_64 random(21);
    std::normal_distribution<float> normal;
    std::vector<named_row> rows;
    for (const std::size_t width : {1u, 5u, 200u, 900u, 30000u}) {
        std::vector<float> flat(width), zipf(width), few(width), steps(width), masked(width, nothing);
        for (float& l : flat) l = normal(random) / 2;
        for (std::size_t i = 0; i < width; ++i) zipf[i] = -std::log(static_cast<float>(i + 1));
        std::shuffle(zipf.begin(), zipf.end(), random);
        for (float& l : few) l = static_cast<float>(random() % 3) / 4;
        for (std::size_t i = 0; i < width; ++i) steps[i] = i * 5 < width ? normal(random) : -2;
        for (std::size_t i = 0; i < width; i += 3) masked[i] = normal(random);
        for (const auto& [kind, logits] :
             {std::pair<std::string, std::vector<float>>{"flat", flat}, {"zipf", zipf}, {"few", few}, {"steps", steps}, {"masked", masked}})
            rows.push_back({kind + std::to_string(width), logits});
        rows.push_back({"ties" + std::to_string(width), std::vector<float>(width, 1.5f)});
    }
    return rows;
}

// The living tokens in the order, with what their sums come to.
struct order_of_row {
    std::vector<token_id> ids;
    std::vector<real> mass, moment;

    explicit order_of_row(const std::vector<float>& row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i] > nothing) ids.push_back(static_cast<token_id>(i));
        const auto l = [&](token_id id) { return static_cast<real>(row[static_cast<std::size_t>(id)]); };
        std::stable_sort(ids.begin(), ids.end(), [&](token_id a, token_id b) { return l(a) > l(b); });
        real m = 0, b = 0;
        for (const token_id id : ids) {
            const real below = l(id) - l(ids[0]);
            mass.push_back(m += std::exp(below));
            moment.push_back(b += std::exp(below) * below);
        }
    }
};

// Changes that leave the same tokens with the same logits, but the candidates in another form.
template <class T>
void put_in_form(candidates<T>& c, int form) {
    if (form == 1) (void)c.survivors();
    if (form == 2) (void)c.entropy();
    if (form == 3) {  // strays
        c.add(0, 0.5);
        c.add(0, -0.5);
    }
}

std::vector<token_id> kept_of(candidates<float>& c) {
    const auto ids = c.survivors().ids;
    return {ids.begin(), ids.end()};
}

// Whether what is left is the first tokens of the order; returns their number.
std::size_t length_of_prefix(const order_of_row& order, const std::vector<token_id>& kept) {
    std::vector<token_id> expected(order.ids.begin(),
                                   order.ids.begin() + static_cast<std::ptrdiff_t>(std::min(kept.size(), order.ids.size())));
    std::sort(expected.begin(), expected.end());
    CHECK(kept == expected);
    return kept.size();
}

}  // namespace

TEST_CASE("keep_while: the longest prefix by its mass, of every kind of row and in every form") {
    workspace space;
    for (const auto& [kind, row] : rows()) {
        const order_of_row order(row);
        for (const int form : {0, 1, 2, 3})
            for (const double share : {0.001, 0.1, 0.3, 0.5, 0.77, 0.999, 2.0}) {
                CAPTURE(kind, form, share);
                const double limit = share * static_cast<double>(order.mass.back());
                candidates<float> c(row, space);
                put_in_form(c, form);
                c.keep_while([=](const prefix_sums& of) { return 1 + of.others <= std::max(limit, 1.0); });
                const std::size_t n = length_of_prefix(order, kept_of(c));
                REQUIRE(n >= 1);
                const real most = std::max<real>(limit, 1) * (1 + 1e-12L);
                CHECK(order.mass[n - 1] <= most);
                if (n < order.ids.size()) CHECK(order.mass[n] * (1 + 1e-12L) > std::max<real>(limit, 1));
            }
    }
}

TEST_CASE("keep_while: the longest prefix by its entropy, at a scale, behind removals and bands") {
    workspace space;
    for (const auto& [kind, row] : rows())
        for (const int change : {0, 1, 2})
            for (const double share : {0.3, 0.8, 0.97}) {
                CAPTURE(kind, change, share);
                std::vector<float> left = row;
                std::vector<token_id> banned;
                if (change == 1 && row.size() > 100)
                    for (std::size_t i = 0; i < row.size(); i += 7) banned.push_back(static_cast<token_id>(i));
                for (const token_id id : banned) left[static_cast<std::size_t>(id)] = nothing;
                for (float& l : left) l *= change == 2 ? 0.5f : 1.0f;
                if (change == 2)
                    for (float& l : left)
                        if (l < *std::max_element(left.begin(), left.end()) - 1.5f) l = nothing;
                const order_of_row order(left);
                const auto entropy = [](real mass, real moment) { return std::log(mass) - moment / mass; };
                const double limit = share * static_cast<double>(entropy(order.mass.back(), order.moment.back()));

                candidates<float> c(row, space);
                if (!banned.empty()) c.ban(banned);
                if (change == 2) {
                    c.scale(0.5);
                    c.keep_within(1.5);
                }
                c.keep_while([=](const prefix_sums& of) { return std::log1p(of.others) - of.moment / (1 + of.others) <= limit; });
                const std::size_t n = length_of_prefix(order, kept_of(c));
                REQUIRE(n >= 1);
                if (n > 1) CHECK(static_cast<double>(entropy(order.mass[n - 1], order.moment[n - 1])) <= limit + 1e-11);
                if (n < order.ids.size()) CHECK(static_cast<double>(entropy(order.mass[n], order.moment[n])) >= limit - 1e-11);
            }
}

// A limit that is a prefix's own sum is met by full sums alone; others are not near to one.
TEST_CASE("keep_while: what fine sums leave in doubt is decided in full") {
    workspace space, other;
    int in_full = 0, at_a_limit = 0, cases = 0;
    for (const auto& [kind, row] : rows()) {
        const order_of_row order(row);
        for (const std::size_t one_in : {2, 3, 7, 50})
            for (const bool exact : {false, true}) {
                const std::size_t at = order.ids.size() / one_in;
                CAPTURE(kind, one_in, exact);
                if (at == 0 || at + 1 >= order.ids.size() || order.mass[at] - order.mass[at - 1] < 1e-6L) continue;
                const double limit = static_cast<double>(exact ? order.mass[at - 1] : (order.mass[at - 1] + order.mass[at]) / 2);
                candidates<float> c(row, space), plain(row, other);
                int asked_in_full = 0;
                c.keep_while([&](accuracy wanted, bool& in_doubt) {
                    asked_in_full += wanted == accuracy::full;
                    return [limit, &in_doubt](const prefix_sums& of) {
                        in_doubt |= std::fabs(1 + of.others - limit) <= 0x1p-37 * limit;
                        return 1 + of.others <= limit * (1 + 1e-14);
                    };
                });
                plain.keep_while([=](const prefix_sums& of) { return 1 + of.others <= limit * (1 + 1e-14); });
                CHECK(kept_of(c) == kept_of(plain));
                CHECK(asked_in_full <= 1);
                (exact ? at_a_limit : in_full) += asked_in_full;
                cases += !exact;
            }
    }
    CHECK(at_a_limit == cases);
    CHECK(in_full < cases);
}

TEST_CASE("keep_while: min_keep, all of it, and sums of the prefixes that are asked about") {
    workspace space;
    for (const auto& [kind, row] : rows()) {
        const order_of_row order(row);
        CAPTURE(kind);
        for (const std::size_t min_keep : {0u, 1u, 4u, 150u, 40000u}) {
            candidates<float> c(row, space);
            c.keep_while([](const prefix_sums& of) { return of.others <= 0.3; }, min_keep);
            const std::size_t n = length_of_prefix(order, kept_of(c));
            CHECK(n >= std::min(order.ids.size(), min_keep));
        }
        candidates<float> c(row, space);
        c.keep_while([&](const prefix_sums& of) { return of.others >= -1e-9 && of.moment <= 0; });
        CHECK(length_of_prefix(order, kept_of(c)) == order.ids.size());
    }
}

TEST_CASE("prefix_sums: many tokens of one weight are what they are one by one") {
    for (const std::size_t had : {0u, 1u, 3u}) {
        prefix_sums one;
        for (std::size_t i = 0; i < had; ++i) one.add(1, 0);
        const double weight = had == 0 ? 1 : 0.25, below = had == 0 ? 0 : std::log(0.25);
        const prefix_sums many = one.with(5, weight, below);
        for (int i = 0; i < 5; ++i) one.add(weight, below);
        CHECK(many.count == one.count);
        CHECK(std::abs(many.others - one.others) < 1e-15);
        CHECK(std::abs(many.moment - one.moment) < 1e-14);
    }
}

TEST_CASE("keep_first: the weights of all in the order, and the first as many as are told") {
    workspace space;
    for (const auto& [kind, row] : rows()) {
        const order_of_row order(row);
        for (const int form : {0, 1, 2, 3})
            for (const std::size_t length : {std::size_t{1}, std::size_t{2}, order.ids.size() / 3 + 1, order.ids.size()}) {
                CAPTURE(kind, form, length);
                candidates<float> c(row, space);
                put_in_form(c, form);
                double worst = 0;
                c.keep_first([&](std::span<const double> weights) {
                    CHECK(weights.size() == order.ids.size());
                    for (std::size_t i = 0; i < weights.size(); ++i) {
                        const real exact = i == 0 ? 1 : order.mass[i] - order.mass[i - 1];
                        worst = std::max(worst, std::abs(static_cast<double>(weights[i] - exact)));
                    }
                    return length;
                });
                CHECK(worst < 1e-12);
                CHECK(length_of_prefix(order, kept_of(c)) == std::min(length, order.ids.size()));
            }
    }
}

TEST_CASE("keep_while: beside a sure token a view keeps what a list keeps, and by the number of tokens too") {
    std::mt19937_64 random(22);
    for (const float spread : {0.01f, 1.0f})
        for (const std::size_t width : {2048u, 30000u}) {
            std::normal_distribution<float> normal(0, spread);
            for (const float gap : {0.0f, 20.0f, 38.0f, 44.0f, 60.0f, 100.0f}) {
                std::vector<float> row(width);
                for (float& l : row) l = normal(random);
                if (gap > 0) row[777] = gap;
                CAPTURE(spread, width, gap);
                const auto same_of_both = [&](const auto& cut) {
                    workspace a, b;
                    candidates<float> seen(row, a), listed(row, b);
                    put_in_form(listed, 1);
                    cut(seen);
                    cut(listed);
                    CHECK(kept_of(seen) == kept_of(listed));
                };
                for (const float h : {0.1f, 0.5f, 0.9f}) {
                    same_of_both([&](candidates<float>& c) { top_h{h}(c); });
                    same_of_both([&](candidates<float>& c) { top_h_sum{h}(c); });
                }
                for (const std::size_t n : {std::size_t{300}, width / 15, width / 3, width - 1})
                    same_of_both([&](candidates<float>& c) { c.keep_while([n](const prefix_sums& sums) { return sums.count <= n; }); });
            }
        }
}
