#include "catch.hpp"

#include "reference.hpp"

#include <argdraw/history/breaker_index.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <random>
#include <utility>
#include <vector>

using namespace argdraw;
using detail::breaker_automaton;
using detail::breaker_index;
using detail::text_index;
using reference::ids;

TEST_CASE("breaker_index: which ids are breakers, and between which they lie") {
    constexpr token_id least = std::numeric_limits<token_id>::min(), greatest = std::numeric_limits<token_id>::max();
    const ids list{5, 900, 5, 17}, negative{3, -3}, both{greatest, least}, none;
    const breaker_index some(list);
    for (const token_id id : list) CHECK(some.has(id));
    for (const token_id id : {0, 4, 6, 899, -4, -1, least, greatest}) CHECK_FALSE(some.has(id));
    CHECK(some.in_row(901));
    CHECK_FALSE(some.in_row(900));
    CHECK_FALSE(breaker_index(negative).in_row(901));
    const breaker_index ends(both);
    CHECK(ends.has(least));
    CHECK(ends.has(greatest));
    CHECK_FALSE(ends.in_row(1u << 31));
    CHECK_FALSE(breaker_index(none).has(0));
    CHECK(breaker_index(none).in_row(0));
    const phrases longer{{1, 2}, {3}, {4, 7}};
    const breaker_index several(longer);
    for (token_id id = 0; id < 9; ++id) CHECK(several.has(id) == (id == 3));
    CHECK(several.in_row(8));
    CHECK_FALSE(several.in_row(7));
}

TEST_CASE("breaker_index: a list is told by what it holds") {
    ids list{5, 9, 7}, same{5, 9, 7}, turned{5, 7, 9}, shorter{5, 9}, longer{5, 9, 7, 7};
    const breaker_index some(list);
    CHECK(some.is(list));
    CHECK(some.is(same));
    CHECK_FALSE(some.is(turned));
    CHECK_FALSE(some.is(shorter));
    CHECK_FALSE(some.is(longer));
    list[2] = 8;
    CHECK_FALSE(some.is(list));
    // Phrases are told by what they were when they were read.
    phrases one{{5, 9}, {7}}, copy = one;
    const phrases other{{5}, {9, 7}};
    const breaker_index pair(one);
    CHECK(pair.is(one));
    CHECK(pair.is(copy));
    CHECK_FALSE(pair.is(other));
    CHECK_FALSE(pair.is(same));
    CHECK_FALSE(some.is(one));
    one.add(same);
    CHECK_FALSE(pair.is(one));
    CHECK(pair.is(copy));
    const phrases moved = std::move(copy);
    CHECK(pair.is(moved));
    CHECK_FALSE(pair.is(copy));
}

TEST_CASE("breaker_index: how many tokens follow the latest one, as tokens come and go") {
    std::mt19937 random(8);
    const auto walk = [&](const reference::lists& lists, token_id alphabet, int steps) {
        const phrases list = reference::phrases_of(lists);
        breaker_index one_by_one(list);
        ids tokens;
        std::size_t wrong = 0;
        for (int i = 0; i < steps; ++i) {
            if (tokens.empty() || random() % 5 != 0) {
                tokens.push_back(static_cast<token_id>(random() % static_cast<unsigned>(alphabet)));
                one_by_one.make_room(1, 1);
                one_by_one.append(tokens);
            } else {
                for (std::size_t n = random() % std::min<std::size_t>(tokens.size(), 4) + 1; n > 0; --n) {
                    one_by_one.forget(tokens);
                    tokens.pop_back();
                }
            }
            const auto end = static_cast<text_index>(tokens.size());
            for (const text_index begin : {0, end / 2, end - 2, end - 5}) {
                if (begin < 0) continue;
                const auto window = std::span<const token_id>(tokens).subspan(static_cast<std::size_t>(begin));
                const auto expected = std::min(static_cast<text_index>(reference::since_latest(window, lists)), end - begin);
                wrong += std::min(one_by_one.since_latest(end, begin), end - begin) != expected;
            }
            if (i % 50 != 0) continue;
            auto at_once = one_by_one.over_nothing();
            at_once.assign(tokens);
            wrong += at_once.since_latest(end, 0) != static_cast<text_index>(reference::since_latest(tokens, lists));
        }
        CHECK(wrong == 0);
    };
    walk({{3}, {11}}, 40, 4000);
    walk({{3, 1}, {1}, {3, 3, 3}, {}}, 4, 4000);
    walk({{0, 1, 0, 1, 1}, {1, 0, 1}, {1, 1, 1, 1, 0}}, 2, 4000);
    walk({{0, 1, 2, 3}, {1, 2, 4}, {2, 3, 0}, {0, 1, 2, 0, 1, 2, 3}}, 5, 4000);
}

TEST_CASE("breaker_index: a token costs as many look-ups as made the state longer, whatever the number of breakers") {
    phrases many;
    for (token_id i = 0; i < 4000; ++i) {
        const ids one{i % 7, i % 11, i};
        many.add(one);
    }
    const breaker_automaton found(many);
    CHECK(found.longest() == 3);
    text_index state = breaker_automaton::start;
    std::size_t ends = 0;
    for (token_id i = 0; i < 3000; ++i)
        for (const token_id id : {i % 7, i % 11, i}) ends += found.step(state, id) == 3;
    CHECK(ends >= 3000);
}
