#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/ban.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({4, 3, 2, 1, 6});

}  // namespace

TEST_CASE("ban formula: what is listed is not drawn") {
    CHECK(law(row, ban{{1, 3}}) == "0:0.333333 2:0.166667 4:0.5");
    CHECK(law(row, ban{{4, 0, 4}}) == "1:0.5 2:0.333333 3:0.166667");
    CHECK(kept(row, ban{{0}}) == ids{1, 2, 3, 4});
    CHECK(kept(row, top_k{3}, ban{{4}}) == ids{0, 1});
    CHECK(kept(row, ban{{4}}, top_k{3}) == ids{0, 1, 2});
}

TEST_CASE("ban lists: in braces, as an array, or as a span that is a view") {
    constexpr ban braces{{1, 3}};
    const std::array<token_id, 2> array{1, 3};
    const token_id named[]{1, 3};
    const ids vector{1, 3};
    CHECK(kept(row, ban{array}) == ids{0, 2, 4});
    CHECK(kept(row, ban{named}) == ids{0, 2, 4});
    CHECK(kept(row, ban{vector}) == ids{0, 2, 4});
    CHECK(kept(row, ban{std::span(vector)}) == ids{0, 2, 4});
    CHECK(std::is_same_v<decltype(braces), const ban<2>>);
    CHECK(std::is_same_v<decltype(ban{{0}}), ban<1>>);
    CHECK(std::is_same_v<decltype(ban{array}), ban<2>>);
    CHECK(std::is_same_v<decltype(ban{vector}), ban<>>);
    CHECK(braces == ban{array});
    CHECK_FALSE(braces == ban{{1, 2}});
    CHECK(std::is_trivially_copyable_v<ban<2>>);
}

TEST_CASE("ban neutral: an empty list bans nothing") {
    check_neutral(row, ban{});
    check_neutral(row, ban{std::span<const token_id>{}});
    CHECK_FALSE(ban{{0}}.neutral());
}

TEST_CASE("ban range: ids outside of the row are outside_row") {
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(law(row, ban{{0, outside}}) == "outside_row");
        CHECK(law(row, as_list, ban{{0, outside}}) == "outside_row");
        CHECK(law(row, top_k{2}, ban{{outside, 0}}) == "outside_row");
    }
}

TEST_CASE("ban edges: infinite logits, NaN, and nothing left") {
    CHECK(law(std::vector{infinity, 7.0f, infinity}, ban{{0}}) == "2:1");
    CHECK(law(std::vector{infinity, 7.0f}, ban{{0}}) == "1:1");
    CHECK(law(std::vector{infinity, 7.0f}, as_list, ban{{0}}) == "empty");
    CHECK(law(std::vector{not_a_number, 7.0f}, ban{{0}}) == "1:1");
    CHECK(law(std::vector{7.0f, not_a_number}, ban{{0}}) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 7.0f}, as_list, ban{{0}}) == "nan_logit");
    CHECK(law(std::vector{3.0f}, ban{{0}}) == "empty");
    CHECK(law(std::vector{3.0f, 2.0f}, as_list, ban{{0, 1}}) == "empty");
    CHECK(law(std::vector{-infinity, 2.0f}, ban{{0}}) == "1:1");
    CHECK(law(std::vector<float>{}, ban{{0}}) == "empty");
}

TEST_CASE("ban for every scalar") {
    // e^2 e^1 1 of 11.107338.
    check_scalars({2, 5, 1, 0, -infinity}, ban{{1, 4}}, "0:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("ban on wide rows: the law is that of the masked row") {
    const ids some{0, 255, 256, 31999, 17000, 3};
    check_on_wide_rows(ban{some}, [&](auto& changed) {
        for (const token_id id : some) changed[static_cast<std::size_t>(id)] = -std::numeric_limits<double>::infinity();
    });
}
