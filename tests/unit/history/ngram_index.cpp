// How many steps an answer takes; that it is right, tests/history/history.cpp tells.
#include "catch.hpp"

#include "reference.hpp"

#include <argdraw/history/match_index.hpp>
#include <argdraw/history/ngram_index.hpp>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

using namespace argdraw;
using detail::match_index;
using detail::ngram_index;
using detail::text_index;
using reference::ids;

namespace {

struct walker {
    explicit walker(text_index n) : index(n), longer(n + 1) {}

    void say(token_id id) {
        index.make_room(tokens.data(), 1, 1);
        longer.make_room(tokens.data(), 1, 1);
        tokens.push_back(id);
        index.append(tokens.data());
        longer.append(tokens.data());
    }
    void say(const ids& all) {
        for (const token_id id : all) say(id);
    }
    void unsay() {
        index.forget(tokens.data());
        longer.forget(tokens.data());
        tokens.pop_back();
    }

    /// Steps of one answer without a window.
    std::size_t steps(std::size_t window = 0) {
        std::size_t n = 0;
        const auto tally = [&] { ++n; };
        const auto end = static_cast<text_index>(tokens.size());
        const text_index begin = window > 0 && window < tokens.size() ? end - static_cast<text_index>(window) : 0;
        visited = 0;
        if (tokens.empty()) return 0;
        const match_index::question beyond(longer, tokens.data(), begin, index.goes_on() ? end : 0);
        for (text_index p = index.first(tokens.data(), begin); p >= 0; p = index.next(p, begin)) {
            ++visited;
            longest = std::max({longest, index.n(), beyond(tokens[static_cast<std::size_t>(p)], tally)});
        }
        return n + visited;
    }
    std::size_t steps_a_place(std::size_t window = 0) {
        const std::size_t n = steps(window);
        return n / (visited + 1);
    }

    ngram_index index;
    match_index longer;
    ids tokens;
    std::size_t visited = 0;
    text_index longest = 0;
};

ids cycle(const ids& period, std::size_t length) {
    ids all(length);
    for (std::size_t i = 0; i < length; ++i) all[i] = period[i % period.size()];
    return all;
}

const std::vector<ids> periods = {{1},          {1, 2},       {1, 1, 2},       {1, 2, 3},       {1, 1, 1, 2},
                                  {1, 1, 2, 2}, {1, 2, 1, 3}, {1, 2, 3, 4, 5}, {1, 1, 2, 1, 2}, {1, 1, 1, 1, 2}};

ids noise(std::size_t length, token_id alphabet, unsigned seed) {
    std::mt19937 random(seed);
    ids all(length);
    for (auto& id : all) id = static_cast<token_id>(random() % static_cast<unsigned>(alphabet)) + 10;
    return all;
}

}  // namespace

TEST_CASE("ngram_index: in a loop no answer takes more than a few steps a token, however long it is") {
    for (const auto& period : periods)
        for (text_index n = 0; n <= 4; ++n)
            for (const std::size_t window : {std::size_t{0}, std::size_t{64}, std::size_t{1000}}) {
                walker w(n);
                w.say(noise(300, 50000, 1));
                std::size_t most = 0;
                for (const token_id id : cycle(period, 6000)) {
                    w.say(id);
                    if (w.tokens.size() > 400) most = std::max(most, w.steps_a_place(window));
                }
                CAPTURE(period, n, window, most);
                CHECK(most <= 20);
                CHECK(w.longest >= static_cast<text_index>(window ? window - 2 * period.size() : 6000 - period.size()));
            }
}

TEST_CASE("ngram_index: nor in a loop that was left and entered again") {
    for (const auto& period : periods)
        for (text_index n = 0; n <= 4; ++n) {
            walker w(n);
            w.say(noise(100, 50000, 1));
            std::size_t most = 0;
            std::size_t block = 2500;
            for (const token_id between : {7, 8, 7, 9}) {
                for (const token_id id : cycle(period, block)) {
                    w.say(id);
                    if (w.tokens.size() > 200) most = std::max(most, w.steps_a_place());
                }
                w.say(between);
                block -= 333;
            }
            CAPTURE(period, n, most);
            CHECK(most <= 100);  // mostly one comparison of the longest match, 16 tokens a step
        }
}

TEST_CASE("ngram_index: nor where a short loop is part of a long one") {
    ids block = cycle({1, 2}, 20);
    block.push_back(3);
    for (text_index n = 0; n <= 4; ++n) {
        walker w(n);
        std::size_t most = 0;
        for (const token_id id : cycle(block, 8400)) {
            w.say(id);
            most = std::max(most, w.steps());
        }
        CAPTURE(n, most);
        CHECK(most <= 300);
    }
}

TEST_CASE("ngram_index: in text that does not repeat an answer takes a step or two, however long it is") {
    for (const std::size_t length : {1000u, 16000u}) {
        walker w(2);
        w.say(noise(length, 50000, 5));
        std::size_t all = 0;
        for (const token_id id : noise(1000, 50000, 6)) {
            w.say(id);
            all += w.steps();
        }
        CHECK(all <= 1000);
    }
}

TEST_CASE("ngram_index: after a frequent token an answer takes a step or two a continuation, however often each came") {
    // 0 and one of five tokens, again and again, and before it one of thousands; asked where what stands before the 0 has come twice.
    std::size_t steps_of[2] = {};
    for (std::size_t length : {2000u, 32000u}) {
        walker w(1);
        std::mt19937 random(7);
        const auto rare = [&](std::size_t i) { return static_cast<token_id>(10 + i / 2); };
        for (std::size_t i = 0; i < length; ++i) w.say({rare(i * 2654435761u % length), 0, static_cast<token_id>(1 + random() % 5)});
        std::size_t most = 0;
        for (std::size_t i = 0; i < 100; ++i) {
            w.say({rare(i * 17), 0});
            most = std::max(most, w.steps());
            CHECK(w.visited == 5);
            w.unsay();
            w.unsay();
        }
        steps_of[length > 2000] = most;
        CHECK(w.longest >= 2);
    }
    CHECK(steps_of[0] <= 40);
    CHECK(steps_of[1] <= 40);
}

TEST_CASE("ngram_index: with a window only what is within is visited") {
    walker w(0);
    w.say(noise(5000, 50000, 4));
    w.steps(10);
    CHECK(w.visited <= 10);
    w.steps();
    CHECK(w.visited > 4000);
}

TEST_CASE("ngram_index: forgetting and saying again, at every depth, leaves what was") {
    walker w(1);
    const ids text = noise(300, 3, 9);
    w.say(text);
    const auto order = [&] {
        ids seen;
        for (text_index p = w.index.first(w.tokens.data(), 0); p >= 0; p = w.index.next(p, 0)) seen.push_back(p);
        return seen;
    };
    std::vector<ids> orders;
    for (std::size_t left = 300; left > 0; --left) {
        orders.push_back(order());
        w.unsay();
    }
    CHECK(w.index.first(w.tokens.data(), 0) == -1);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 300; ++i) {
        w.say(text[i]);
        wrong += order() != orders[299 - i];
    }
    CHECK(wrong == 0);
}
