// power_steps and raise_cumulative against the definition in long double.
#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/cumulative.hpp>
#include <argdraw/core/workspace.hpp>

using namespace argdraw;

namespace {

using real = long double;

// ln(C^g - D^g) of each token of a row, and whether all that is less is as small beside it as that.
std::vector<double> logits_of_definition(const std::vector<float>& row, double log_power) {
    std::vector<std::size_t> order(row.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return row[a] > row[b]; });
    const real g = std::exp(static_cast<real>(log_power)), most = row[order[0]];
    std::vector<real> weights, behind(row.size() + 1, 0);
    for (const std::size_t i : order) weights.push_back(std::exp(static_cast<real>(row[i]) - most));
    for (std::size_t i = row.size(); i-- > 0;) behind[i] = behind[i + 1] + weights[i];
    std::vector<double> logits(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        const real after = g * std::log1p(-behind[i + 1] / behind[0]), up_to = behind[0] - behind[i + 1];
        const real step = i == 0 ? 0 : std::log(-std::expm1(g * std::log1p(-weights[i] / up_to)));
        logits[order[i]] = static_cast<double>(after + step);
    }
    return logits;
}

std::vector<std::vector<float>> rows() {
    std::mt19937_64 random(11);
    std::normal_distribution<float> normal;
    std::vector<std::vector<float>> rows{{0}, {3, 3}, {1, 2, 3}, std::vector<float>(700, 1.5f)};
    for (const std::size_t width : {63u, 64u, 300u, 5000u, 40000u}) {
        std::vector<float> flat(width), peaked(width), few(width);
        for (float& l : flat) l = normal(random);
        for (float& l : peaked) l = 4 * normal(random);
        for (float& l : few) l = static_cast<float>(random() % 7);
        peaked[width / 2] = 30;
        rows.insert(rows.end(), {flat, peaked, few});
    }
    return rows;
}

}  // namespace

TEST_CASE("raise_cumulative: logits are those of the definition, in series and by logarithms") {
    workspace space;
    for (const auto& row : rows())
        for (const double log_power : {-2.0, -0.3, 0.01, 0.7, 2.0, -2.5, 3.0}) {
            CAPTURE(row.size(), log_power);
            const auto expected = logits_of_definition(row, log_power);
            candidates<float> c(row, space);
            c.raise_cumulative(log_power);
            const auto logits = c.survivors().logits;
            REQUIRE(logits.size() == row.size());
            double worst = 0, greatest = -1e300;
            for (std::size_t i = 0; i < row.size(); ++i) {
                worst = std::max(worst, std::abs(logits[i] - expected[i]));
                greatest = std::max(greatest, logits[i]);
            }
            CHECK(worst < 1e-12);
            CHECK(c.max() == greatest);
        }
}

TEST_CASE("raise_cumulative: a draw of the weights alone, or of cells, is one of the logits") {
    workspace space;
    std::mt19937_64 random(12);
    std::vector<std::uint64_t> words{0, std::uint64_t{1} << 62, std::uint64_t{3} << 61, ~std::uint64_t{0}};
    for (int i = 0; i < 40; ++i) words.push_back(random());
    for (const auto& row : rows())
        for (const std::uint64_t word : words) {
            const double log_power = word % 2 == 0 ? 0.4 : -0.9;
            candidates<float> quick(row, space);
            quick.raise_cumulative(log_power);
            const picked one = quick.draw(word);
            candidates<float> settled(row, space);
            settled.raise_cumulative(log_power);
            CHECK(settled.mass() >= 1);
            const picked other = settled.draw(word);
            CHECK(one.id == other.id);
            CHECK(std::abs(one.probability - other.probability) <= 1e-12 * other.probability);
        }
}

// Until somebody asks, the power waits and only a draw looks at it. Whatever stood before, whoever comes first then, after draws or none,
// finds the logits that the power makes: a row of doubles has them written down.
TEST_CASE("raise_cumulative: who comes behind it finds its logits, whatever stood before, drawn or not") {
    using verb = void (*)(candidates<float>&);
    using same = void (*)(candidates<double>&);
    static constexpr token_id some[] = {1, 5, 17, 40, 299};
    const verb before[] = {[](auto& c) { (void)c; }, [](auto& c) { c.scale(0.5); }, [](auto& c) { c.ban(some); },
                           [](auto& c) { c.keep_within(4); }, [](auto& c) { c.add(some[1], 2.5); }};
    const auto behind = [](auto act) { return std::pair<verb, same>{act, act}; };
    const std::pair<verb, same> after[] = {
        behind([](auto& c) { c.keep_top(7); }),
        behind([](auto& c) { c.keep_mass(0.9); }),
        behind([](auto& c) { c.keep_within(3); }),
        behind([](auto& c) { c.ban(some); }),
        behind([](auto& c) { c.add(some[2], 1.5); }),
        behind([](auto& c) { c.scale(2); }),
        behind([](auto& c) { c.keep_if([](token_id id, double logit) { return logit > -9 || id % 2 == 0; }); }),
        behind([](auto& c) { c.transform([](token_id, double logit) { return logit / 2 - 1; }); }),
        behind([](auto& c) { c.normalise(); }),
        behind([](auto& c) { c.raise_cumulative(0.3); }),
    };
    workspace space, other;
    for (const auto& row : rows()) {
        if (row.size() < 300) continue;
        for (const verb first : before)
            for (const auto& [act, same_act] : after)
                for (const bool drawn_before : {false, true}) {
                    candidates<float> asked(row, other);
                    first(asked);
                    asked.raise_cumulative(0.4);
                    std::vector<double> written(row.size(), -numeric::infinity);
                    const auto living = asked.survivors();
                    for (std::size_t i = 0; i < living.ids.size(); ++i) written[static_cast<std::size_t>(living.ids[i])] = living.logits[i];
                    candidates<float> waits(row, space);
                    first(waits);
                    waits.raise_cumulative(0.4);
                    if (drawn_before) CHECK(waits.draw_token(std::uint64_t{1} << 63).why == status::ok);
                    act(waits);
                    candidates<double> plain(written, other);
                    same_act(plain);
                    const auto found = waits.survivors(), expected = plain.survivors();
                    REQUIRE(found.ids.size() == expected.ids.size());
                    double worst = 0;
                    std::size_t strange = 0;
                    for (std::size_t i = 0; i < found.ids.size(); ++i) {
                        strange += found.ids[i] != expected.ids[i];
                        worst = std::max(worst, std::abs(found.logits[i] - expected.logits[i]));
                    }
                    CHECK(strange == 0);
                    CHECK(worst < 1e-11);
                }
    }
}

TEST_CASE("raise_cumulative: values that are no floats, a scale, and +inf") {
    std::vector<double> row;
    for (int i = 0; i < 700; ++i) row.push_back(0.1 * (i * 7919 % 700) / 30);
    std::vector<float> scaled(row.begin(), row.end());
    workspace space;
    for (const double factor : {1.0, 0.5}) {
        candidates<double> exact(row, space);
        exact.scale(factor);
        exact.raise_cumulative(0.5);
        const auto logits = exact.survivors().logits;
        const std::vector<double> of(logits.begin(), logits.end());
        candidates<float> rounded(scaled, space);
        rounded.scale(factor);
        rounded.raise_cumulative(0.5);
        const auto near = rounded.survivors().logits;
        REQUIRE(near.size() == of.size());
        for (std::size_t i = 0; i < of.size(); ++i) REQUIRE(std::abs(near[i] - of[i]) < 1e-4);
    }
    std::vector<float> infinite(700, std::numeric_limits<float>::infinity());
    infinite[3] = 0;
    candidates<float> c(infinite, space);
    c.raise_cumulative(std::log(2.0));
    CHECK_FALSE(c.infinite());
    CHECK(c.size() == 699);
    CHECK(std::abs(c.logit(0) + 2 * std::log(699.0)) < 1e-12);
}

TEST_CASE("power_steps: steps of sums that rise fast and slowly") {
    for (const double g : {0.125, 0.5, 1.0, 1.7, 8.0})
        for (const double share : {1.0, 0.9, 0.999, 0.99999}) {
            CAPTURE(g, share);
            detail::power_steps steps(g);
            real sum = 0, worst = 0;
            double weight = 1;
            for (int block = 0; block < 40; ++block) {
                double weights[simd::block_size + simd::lanes] = {}, out[simd::block_size + simd::lanes];
                const std::size_t n = block % 3 == 0 ? simd::block_size : simd::block_size - 7;
                for (std::size_t i = 0; i < n && weight > 1e-100; ++i, weight *= share) weights[i] = weight;
                const auto count = static_cast<std::size_t>(std::count_if(weights, weights + n, [](double w) { return w > 0; }));
                if (count == 0) break;
                steps.take(weights, count, out);
                for (std::size_t i = 0; i < count; ++i) {
                    const real had = sum, w = weights[i];
                    sum += w;
                    const real step = had == 0 ? std::pow(sum, static_cast<real>(g))
                                               : -std::pow(sum, static_cast<real>(g)) * std::expm1(g * std::log1p(-w / sum));
                    worst = std::max(worst, std::abs(static_cast<real>(out[i]) / step - 1));
                }
            }
            CHECK(static_cast<double>(worst) < 1e-12);
            CHECK(std::abs(steps.log_of_all() - g * std::log(static_cast<double>(sum))) < 1e-12);
        }
}
