#include "catch.hpp"

#include <array>
#include <type_traits>
#include <vector>

#include <argdraw/core/list.hpp>

using namespace argdraw;

TEST_CASE("list: braces and arrays are stored by value") {
    constexpr list braces({1, 2, 3});
    CHECK(std::is_same_v<decltype(braces), const list<int, 3>>);
    CHECK(braces.items().size() == 3);
    CHECK(braces.items()[2] == 3);
    std::array array{1, 2, 3};
    const list copy(array);
    CHECK(std::is_same_v<decltype(copy), const list<int, 3>>);
    array[0] = 9;
    CHECK(copy == braces);
    CHECK_FALSE(list(array) == braces);
    CHECK(std::is_trivially_copyable_v<list<int, 3>>);
}

TEST_CASE("list: a span is a view") {
    std::vector<int> items{1, 2, 3};
    const list view{std::span<const int>(items)};
    CHECK(std::is_same_v<decltype(view), const list<int>>);
    CHECK(view.items().data() == items.data());
    CHECK(view == list({1, 2, 3}));
    CHECK_FALSE(view == list({1, 2}));
    CHECK(list<int>{}.items().empty());
    CHECK_FALSE(list<int>{} == view);
}
