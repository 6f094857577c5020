#include "catch.hpp"

#include "reference.hpp"

#include <argdraw/history/breaker_index.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <random>

using namespace argdraw;
using detail::breaker_index;
using detail::text_index;
using reference::ids;

TEST_CASE("breaker_index: which ids are breakers, and between which they lie") {
    constexpr token_id least = std::numeric_limits<token_id>::min(), greatest = std::numeric_limits<token_id>::max();
    const ids list{5, 900, 5, -3, 17};
    const breaker_index some(list);
    for (const token_id id : list) CHECK(some.has(id));
    for (const token_id id : {0, 4, 6, 899, -4, -1, least, greatest}) CHECK_FALSE(some.has(id));
    CHECK(some.least() == -3);
    CHECK(some.greatest() == 900);
    const breaker_index ends(ids{greatest, least});
    CHECK(ends.has(least));
    CHECK(ends.has(greatest));
    CHECK(ends.least() == least);
    CHECK(ends.greatest() == greatest);
    CHECK_FALSE(breaker_index(ids{}).has(0));
}

TEST_CASE("breaker_index: a list is told by what it holds") {
    ids list{5, 9, 7};
    const breaker_index some(list);
    CHECK(some.is(list));
    CHECK(some.is(ids{5, 9, 7}));
    CHECK_FALSE(some.is(ids{5, 7, 9}));
    CHECK_FALSE(some.is(ids{5, 9}));
    CHECK_FALSE(some.is(ids{5, 9, 7, 7}));
    list[2] = 8;
    CHECK_FALSE(some.is(list));
}

TEST_CASE("breaker_index: how many tokens follow the latest one, as tokens come and go") {
    std::mt19937 random(8);
    const ids list{3, 11};
    const auto breaks = [&](token_id id) { return std::count(list.begin(), list.end(), id) > 0; };
    breaker_index one_by_one(list);
    ids tokens;
    std::size_t wrong = 0;
    for (int i = 0; i < 20000; ++i) {
        if (tokens.empty() || random() % 5 != 0) {
            tokens.push_back(static_cast<token_id>(random() % 40));
            one_by_one.make_room(1);
            one_by_one.append(tokens);
        } else {
            one_by_one.forget(tokens);
            tokens.pop_back();
        }
        const auto found = std::find_if(tokens.rbegin(), tokens.rend(), breaks);
        const auto expected = static_cast<text_index>(found - tokens.rbegin());
        wrong += one_by_one.since_latest(static_cast<text_index>(tokens.size())) != expected;
        if (i % 500 != 0) continue;
        breaker_index at_once(list);
        at_once.assign(tokens);
        wrong += at_once.since_latest(static_cast<text_index>(tokens.size())) != expected;
    }
    CHECK(wrong == 0);
}
