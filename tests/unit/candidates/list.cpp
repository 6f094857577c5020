// The list by itself, against what is plain to see.
#include "support.hpp"

#include <argdraw/candidates/list.hpp>

using namespace argdraw;
using namespace support;

namespace {

// A list in arrays of its own: values by id.
struct listed {
    std::vector<token_id> ids;
    std::vector<double> values, weights, spare;
    std::vector<place> order, room;
    detail::list list;

    explicit listed(std::vector<double> of)
        : ids(of.size() + 300), values(std::move(of)), weights(ids.size()), spare(ids.size()), order(ids.size()), room(ids.size()) {
        const std::size_t n = values.size();
        values.resize(ids.size());
        for (std::size_t i = 0; i < n; ++i) ids[i] = static_cast<token_id>(2 * i + 1);
        list = {detail::token_arrays{ids.data(), values.data(), weights.data(), spare.data()}, order.data(), room.data()};
        list.hold(n, n == 0 ? 0 : *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)));
    }
    std::vector<token_id> left() const { return {list.ids().begin(), list.ids().end()}; }
};

std::vector<double> random_values(std::size_t n, unsigned kinds, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<double> values(n);
    for (double& v : values) v = static_cast<double>(random() % kinds) / 4;
    return values;
}

}  // namespace

TEST_CASE("list: the first k in the order, and with them all that equal the last") {
    for (const std::size_t n : {1u, 5u, 40u, 700u, 6000u})
        for (const unsigned kinds : {1u, 3u, 1000000u})
            for (const std::size_t k : {std::size_t{1}, std::size_t{2}, n / 40 + 1, n / 3 + 1, n}) {
                const auto values = random_values(n, kinds, static_cast<unsigned>(n + k));
                std::vector<place> plain;
                for (std::size_t i = 0; i < n; ++i) plain.push_back({values[i], static_cast<token_id>(2 * i + 1)});
                std::sort(plain.begin(), plain.end());
                CAPTURE(n, kinds, k);
                listed all(values), first(values), with_equals(values);
                const auto leaders = all.list.leaders(k);
                REQUIRE(leaders.size() == std::min(k, n));
                bool same = true;
                for (std::size_t i = 0; i < leaders.size(); ++i) same &= leaders[i].id == plain[i].id && leaders[i].value == plain[i].value;
                CHECK(same);
                first.list.keep_top(k);
                with_equals.list.keep_top(k, ties::all);
                std::vector<token_id> expected, with;
                for (std::size_t i = 0; i < n; ++i) {
                    if (i < k) expected.push_back(plain[i].id);
                    if (plain[i].value >= plain[std::min(k, n) - 1].value) with.push_back(plain[i].id);
                }
                std::sort(expected.begin(), expected.end());
                std::sort(with.begin(), with.end());
                CHECK(first.left() == expected);
                CHECK(with_equals.left() == with);
            }
}

TEST_CASE("list: what reaches a cut, or the first min_keep where fewer do") {
    listed a({1, 5, 3, 5, 2});
    a.list.keep_reaching(3, 1);
    CHECK(a.left() == std::vector<token_id>{3, 5, 7});
    a.list.keep_reaching(5, 3);
    CHECK(a.left() == std::vector<token_id>{3, 5, 7});
    a.list.keep_reaching(5, 1);
    CHECK(a.left() == std::vector<token_id>{3, 7});
    CHECK(a.list.find(7) == 1);
    CHECK(a.list.find(5) == 2);
    CHECK(a.list.find(100) == 2);
}

TEST_CASE("list: -inf is no token, +inf takes all, and what is wrong is said") {
    listed gone({-infinite, 2, 3}), all({1, infinite, 2, infinite}), none({-infinite, -infinite}), wrong({1, not_a_number});
    CHECK(gone.list.hold_any(3) == status::ok);
    CHECK(gone.left() == std::vector<token_id>{3, 5});
    CHECK(gone.list.maximum() == 3);
    CHECK(gone.list.minimum() == 2);
    CHECK(all.list.hold_any(4) == status::ok);
    CHECK(all.left() == std::vector<token_id>{3, 7});
    CHECK(all.list.infinite());
    CHECK(all.list.maximum() == 0);
    CHECK(all.list.remove(std::vector<token_id>{3, 4}) == status::ok);
    CHECK(all.left() == std::vector<token_id>{7});
    CHECK(all.list.infinite());
    CHECK(all.list.change([](double* values) { CHECK(values[0] == infinite); }) == status::ok);
    CHECK(all.list.infinite());
    CHECK(all.list.set_all([](std::size_t, double v) { return v + 1; }) == status::ok);
    CHECK_FALSE(all.list.infinite());
    CHECK(all.list.maximum() == 1);
    CHECK(none.list.hold_any(2) == status::empty);
    CHECK(wrong.list.hold_any(2) == status::nan_logit);
}

TEST_CASE("list: weights are those of the scale that was asked for last, and stay with their tokens") {
    listed a({0, 1, 2, 3});
    a.list.weigh(1);
    CHECK(a.list.mass() == 1.875);
    CHECK(a.list.mass_beside_maximum() == 0.875);
    a.list.weigh(2);
    CHECK(a.list.mass() == 1 + 0.25 + 0.0625 + 0.015625);
    a.list.weigh(1);
    CHECK(a.list.keep_if([&](std::size_t i) { return a.list.id(i) != 5; }) == status::ok);
    a.list.weigh(1);
    CHECK(a.list.mass() == 1.375);
    CHECK(a.list.probability(2) == 1 / 1.375);
    CHECK(a.list.collision() == (1 + 0.0625 + 0.015625) / (1.375 * 1.375));
    CHECK(a.list.token_at(0).id == 1);
    CHECK(a.list.token_at(0.125 / 1.375 + 1e-9).id == 3);
    CHECK(a.list.token_at(1 - 0x1p-53).id == 7);
    CHECK(a.list.token_at(1 - 0x1p-53).probability == 1 / 1.375);
}

TEST_CASE("list: the shortest prefix by mass, in the order or by nearness") {
    listed a({0, 1, 2, 3}), b({0, 1, 2, 3});
    for (listed* each : {&a, &b}) each->list.weigh(1);
    a.list.keep_mass(0.7, 1);  // 1 and 0.5 of 1.875
    CHECK(a.left() == std::vector<token_id>{5, 7});
    CHECK(a.list.mass() == 1.5);
    b.list.keep_mass_near(0.3, 1, [&](std::size_t i) { return -std::fabs(b.list.value(i) - 1.2); });
    CHECK(b.left() == std::vector<token_id>{3, 5});
    CHECK(b.list.maximum() == 2);
}

TEST_CASE("list: values may be set in the order of their probability") {
    listed a({1, 3, 2});
    a.list.weigh(1);
    std::vector<double> seen;
    CHECK(a.list.set_in_order([&](double v, double p) {
        seen.push_back(p * 1.75);
        return -v;
    }) == status::ok);
    CHECK(seen == std::vector<double>{1, 0.5, 0.25});
    CHECK(std::vector<double>(a.list.values().begin(), a.list.values().end()) == std::vector<double>{-1, -3, -2});
    CHECK(a.list.maximum() == -1);
}
