#include "catch.hpp"

#include <array>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/argdraw.hpp>

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

TEST_CASE("list: what has a name, or is a view, is viewed; that temporaries do not compile is shown in compile_fail") {
    std::vector<token_id> named{1, 2};
    const std::array<token_id, 2> array{1, 2};
    const token_id plain[]{1, 2};
    const auto first_of = [](view_of<token_id> seen) { return seen.data(); };
    CHECK(first_of(named) == named.data());
    CHECK(first_of(std::as_const(named)) == named.data());
    CHECK(first_of(array) == array.data());
    CHECK(first_of(plain) == plain);
    CHECK(first_of(std::span(named)) == named.data());
    CHECK(first_of(std::span<const token_id, 2>(array)) == array.data());
    CHECK(first_of(std::span(named).first(1)) == named.data());
    CHECK(first_of(list<token_id>(named).items()) == named.data());
    CHECK(first_of({}) == nullptr);
    CHECK(detail::outlives_the_call<std::vector<token_id>&>);
    CHECK(detail::outlives_the_call<const std::array<token_id, 2>&>);
    CHECK(detail::outlives_the_call<std::span<token_id>>);
    CHECK(detail::outlives_the_call<view_of<token_id>>);
    CHECK_FALSE(detail::outlives_the_call<std::vector<token_id>>);
    CHECK_FALSE(detail::outlives_the_call<const std::vector<token_id>>);
    CHECK_FALSE(detail::outlives_the_call<std::array<token_id, 2>>);
    CHECK_FALSE(detail::outlives_the_call<std::initializer_list<token_id>>);
    CHECK_FALSE(std::is_convertible_v<std::vector<float>&, view_of<token_id>>);
    CHECK_FALSE(std::is_convertible_v<int, view_of<token_id>>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<view_of<token_id>> && sizeof(view_of<token_id>) == sizeof(std::span<const token_id>));
    STATIC_REQUIRE(std::is_nothrow_convertible_v<std::vector<token_id>&, view_of<token_id>>);
}

TEST_CASE("list: every stage that keeps a list, a mask or a row keeps such a view") {
    STATIC_REQUIRE(std::is_same_v<list<token_id>::given, view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(xtc::protect), view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(xtc_mean::protect), view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(repetition_penalty::exempt), view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(frequency_penalty::exempt), view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(presence_penalty::exempt), view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(penalties::exempt), view_of<token_id>>);
    STATIC_REQUIRE(std::is_same_v<decltype(dry::breakers), phrases_view>);
    STATIC_REQUIRE(std::is_same_v<decltype(allow::mask), view_of<std::uint32_t>>);
    STATIC_REQUIRE(std::is_same_v<decltype(guidance<argdraw::half>::row), row_view<argdraw::half>>);
    STATIC_REQUIRE(std::is_same_v<decltype(contrastive<double>::amateur), row_view<double>>);
    STATIC_REQUIRE(std::is_same_v<decltype(biased_sequence::sequence), view_of<token_id>>);
    const std::vector<token_id> one{1}, two{1, 2};
    const bad_words braces{{one, two}};
    CHECK(std::is_same_v<decltype(braces), const bad_words<2>>);
    CHECK(braces.items()[1].data() == two.data());
    const std::array<std::span<const token_id>, 2> spans{one, two};
    const std::span<const token_id> plain[]{one, two};
    CHECK(bad_words{spans} == braces);
    CHECK(bad_words{plain} == braces);
    CHECK(bad_words{{spans[0], spans[1]}} == braces);
    CHECK(bad_words<>(spans).items().data() == spans.data());
}
