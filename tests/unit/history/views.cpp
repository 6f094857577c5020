#include "catch.hpp"

#include "core/counted_new.hpp"
#include "reference.hpp"

#include <argdraw/history/history.hpp>
#include <argdraw/history/views.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace argdraw;
using counted = std::vector<counted_token>;

namespace {

struct number {
    int n;
    bool is(int other) const noexcept { return n == other; }
};
using numbers = detail::views<number>;

/// As a history asks.
const number& ask(numbers& all, int n) {
    const number* const found = all.find(n);
    return found ? *found : *all.add({n});
}

std::vector<int> there(numbers& all) {
    std::vector<int> list;
    all.each([&](detail::shared<number>& each) { list.push_back(each->n); });
    return list;
}

}  // namespace

TEST_CASE("views: what is asked for in every step stays, and so do a few that are not") {
    numbers all;
    for (int n = 0; n < 10; ++n) ask(all, n);
    for (int step = 0; step < 1000; ++step) {
        CHECK(ask(all, 3).n == 3);
        all.end_step();
    }
    CHECK(there(all) == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("views: another one in every step, and few are left") {
    numbers all;
    std::size_t most = 0;
    ask(all, -1);
    for (int step = 0; step < 1000; ++step) {
        ask(all, step);
        CHECK(all.find(-1) != nullptr);
        all.end_step();
        most = std::max(most, all.size());
        if (step > 0) CHECK(all.find(step - 1) != nullptr);
    }
    CHECK(most <= numbers::steps + 4);
    CHECK(all.find(0) == nullptr);
}

TEST_CASE("views: many of one step stay as long as each step asks for them") {
    numbers all;
    for (int step = 0; step < 100; ++step) {
        for (int n = 0; n < 100; ++n) ask(all, n);
        all.end_step();
        CHECK(all.size() == 100);
    }
    for (std::uint32_t step = 0; step < numbers::steps + 2; ++step) {
        ask(all, 57);
        all.end_step();
    }
    CHECK(all.size() == numbers::kept);
    CHECK(all.find(57) != nullptr);
}

TEST_CASE("views: changes without questions are no steps") {
    numbers all;
    for (int n = 0; n < 100; ++n) ask(all, n);
    for (int i = 0; i < 10000; ++i) all.end_step();
    CHECK(all.size() == 100);
}

TEST_CASE("views: one step has so many at most, and the latest of them") {
    numbers all;
    for (int n = 0; n < 5000; ++n) {
        CHECK(ask(all, n).n == n);
        CHECK(all.size() <= numbers::most);
    }
    for (int n = 5000 - static_cast<int>(numbers::most); n < 5000; ++n) CHECK(all.find(n) != nullptr);
}

TEST_CASE("views: those of another history wait as these do") {
    numbers all;
    for (int n = 0; n < 100; ++n) ask(all, n);
    all.end_step();
    for (std::uint32_t step = 1; step < numbers::steps; ++step) {
        ask(all, 99);
        all.end_step();
    }
    numbers other = all.rebuilt([](const number& each) { return number{-each.n}; });
    CHECK(other.size() == 100);
    for (int i = 0; i < 2; ++i) {
        CHECK(other.find(-99) != nullptr);
        other.end_step();
    }
    CHECK(other.size() == numbers::kept);
    CHECK(all.size() == 100);
    all.swap(other);
    CHECK(all.size() == numbers::kept);
}

TEST_CASE("views: a history that was asked about many windows does not pay for them for ever") {
    // What an append allocates shows how many views it keeps up: after reserve() each has room of its own.
    history h;
    REQUIRE(h.begin(reference::ids{1, 2, 3}) == status::ok);
    for (int window = 1; window <= 3000; ++window) {
        REQUIRE(h.append(window % 50) == status::ok);
        CHECK(reference::answer(h, window, scope::both) == reference::counts(h.tokens(), window));
        CHECK(reference::answer(h, static_cast<std::size_t>(window % 90), -1, {}) ==
              reference::continuations(h.tokens(), static_cast<std::size_t>(window % 90), -1, reference::ids{}));
    }
    const std::size_t before = counted_new::calls;
    REQUIRE(h.reserve(100000) == status::ok);
    CHECK(counted_new::calls - before < 200);
    // They are built again where a question comes back to them, undone tokens or not.
    REQUIRE(h.forget(1500) == status::ok);
    for (const int window : {1, 70, 2000}) CHECK(reference::answer(h, window, scope::both) == reference::counts(h.tokens(), window));
    REQUIRE(h.append(7) == status::ok);
    for (const int window : {2, 70, 1999}) CHECK(reference::answer(h, window, scope::both) == reference::counts(h.tokens(), window));
}

TEST_CASE("views: thousands of windows at one place") {
    history h;
    REQUIRE(h.assign(reference::ids{1, 2, 3}, reference::ids(500, 4)) == status::ok);
    for (int window = 0; window < 3000; ++window) CHECK(reference::answer(h, window, scope::both) == reference::counts(h.tokens(), window));
    const std::size_t before = counted_new::calls;
    REQUIRE(h.reserve(100000) == status::ok);
    CHECK(counted_new::calls - before < 600);
}

TEST_CASE("views: the same questions in every step allocate nothing after the first") {
    history h;
    REQUIRE(h.begin(reference::ids{1, 2, 3}) == status::ok);
    const auto all = [&] {
        bool good = true;
        for (int window = 1; window <= 40; ++window) good = good && h.counts(window, scope::both);
        for (std::size_t n = 0; n < 30; ++n) good = good && h.continuations(n, -1, {}, [](token_id) {}) == status::ok;
        return good;
    };
    CHECK(all());
    REQUIRE(h.reserve(2000) == status::ok);
    const std::size_t before = counted_new::calls;
    bool good = true;
    for (int i = 0; i < 200; ++i) {
        for (int accepts = 0; accepts < 5; ++accepts) good = good && h.append(i % 9) == status::ok;
        good = good && all() && h.forget(2) == status::ok && all();
    }
    CHECK(good);
    CHECK(counted_new::calls == before);
}
