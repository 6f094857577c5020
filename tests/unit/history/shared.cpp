#include "catch.hpp"

#include "core/counted_new.hpp"

#include <argdraw/history/shared.hpp>

#include <atomic>
#include <new>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace argdraw;
using numbers = detail::shared<std::vector<int>>;

static_assert(std::is_nothrow_copy_constructible_v<numbers> && std::is_nothrow_move_constructible_v<numbers>);
static_assert(std::is_nothrow_copy_assignable_v<numbers> && std::is_nothrow_move_assignable_v<numbers>);

TEST_CASE("shared: copies are one value until one of them changes") {
    numbers a(std::vector{1, 2, 3});
    numbers b = a;
    CHECK(&*a == &*b);
    b.own().push_back(4);
    CHECK(&*a != &*b);
    CHECK(*a == std::vector{1, 2, 3});
    CHECK(*b == std::vector{1, 2, 3, 4});
    const auto* const there = &*b;
    b.own().push_back(5);
    b.owned().push_back(6);
    CHECK(&*b == there);
    a = b;
    CHECK(&*a == there);
    a.own().clear();
    CHECK(b->size() == 6);
}

TEST_CASE("shared: the last that holds a value has it for itself") {
    numbers a(std::vector{1, 2, 3});
    const auto* const there = &*a;
    {
        const numbers b = a, c = b;
        CHECK(&*c == there);
    }
    CHECK(&a.own() == there);
    numbers d = a;
    a = numbers();
    CHECK_FALSE(a);
    CHECK(&d.own() == there);
}

TEST_CASE("shared: nothing, moved, and assigned to itself") {
    numbers none;
    CHECK_FALSE(none);
    numbers same = none;
    CHECK(same.own().empty());
    CHECK(same);
    CHECK_FALSE(none);
    same.owned().push_back(7);
    numbers moved = std::move(same);
    CHECK_FALSE(same);
    CHECK(*moved == std::vector{7});
    auto& alias = moved;
    moved = alias;
    CHECK(*moved == std::vector{7});
    moved = std::move(alias);
    CHECK(*moved == std::vector{7});
    moved.swap(none);
    CHECK_FALSE(moved);
    CHECK(none->front() == 7);
}

TEST_CASE("shared: where there is no memory for its own it stays shared") {
    numbers a(std::vector<int>(100, 1));
    numbers b = a;
    bool thrown = false;
    {
        const counted_new::scarce memory(64);
        try {
            b.own();
        } catch (const std::bad_alloc&) { thrown = true; }
    }
    CHECK(thrown);
    CHECK(&*a == &*b);
    CHECK(b.own().size() == 100);
    CHECK(&*a != &*b);
}

TEST_CASE("shared: copies changed and dropped in threads of their own") {
    std::atomic<int> wrong{0};
    for (int round = 0; round < 200; ++round) {
        numbers first(std::vector<int>(50, round));
        std::vector<std::jthread> running;
        for (int i = 0; i < 4; ++i)
            running.emplace_back([&wrong, copy = first, i, round]() mutable {
                numbers another = copy;
                wrong += (*another)[7] != round;
                another.own()[7] = -i;
                wrong += (*copy)[7] != round;
                copy.own()[7] = i;
                wrong += (*another)[7] != -i || (*copy)[7] != i;
            });
        first.own()[7] = 99;
        running.clear();
        wrong += (*first)[7] != 99;
    }
    CHECK(wrong == 0);
}
