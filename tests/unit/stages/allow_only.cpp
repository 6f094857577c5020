#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/allow_only.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({4, 3, 2, 1, 6});

}  // namespace

TEST_CASE("allow_only formula: nothing but what is listed is drawn") {
    CHECK(law(row, allow_only{{0, 2, 4}}) == "0:0.333333 2:0.166667 4:0.5");
    CHECK(law(row, allow_only{{3, 1, 2, 1}}) == "1:0.5 2:0.333333 3:0.166667");
    CHECK(kept(row, allow_only{{0}}) == ids{0});
    CHECK(kept(row, top_k{3}, allow_only{{0, 1, 2}}) == ids{0, 1});
    CHECK(kept(row, allow_only{{0, 1, 2}}, top_k{2}) == ids{0, 1});
    CHECK(kept(row, allow_only{{0, 1, 2}}, allow_only{{2, 3}}) == ids{2});
}

TEST_CASE("allow_only lists: in braces, as an array, or as a span that is a view") {
    constexpr allow_only braces{{1, 3}};
    const std::array<token_id, 2> array{1, 3};
    const ids vector{1, 3};
    CHECK(kept(row, braces) == ids{1, 3});
    CHECK(kept(row, allow_only{array}) == ids{1, 3});
    CHECK(kept(row, allow_only{vector}) == ids{1, 3});
    CHECK(kept(row, allow_only{std::span(vector)}) == ids{1, 3});
    CHECK(std::is_same_v<decltype(braces), const allow_only<2>>);
    CHECK(std::is_same_v<decltype(allow_only{{0}}), allow_only<1>>);
    CHECK(std::is_same_v<decltype(allow_only{vector}), allow_only<>>);
    CHECK(braces == allow_only{array});
    CHECK_FALSE(braces == allow_only{{1, 2}});
}

TEST_CASE("allow_only neutral: never, an empty list allows nothing") {
    CHECK_FALSE(allow_only{}.neutral());
    CHECK_FALSE(allow_only{{0, 1, 2, 3, 4}}.neutral());
    CHECK(law(row, allow_only{}) == "empty");
    CHECK(law(row, as_list, allow_only{}) == "empty");
    CHECK(law_of(row, allow_only{{0, 1, 2, 3, 4}}).probabilities == law_of(row).probabilities);
}

TEST_CASE("allow_only range: ids outside of the row are outside_row") {
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(law(row, allow_only{{0, outside}}) == "outside_row");
        CHECK(law(row, as_list, allow_only{{0, outside}}) == "outside_row");
    }
}

TEST_CASE("allow_only edges: infinite logits, NaN, and nothing left") {
    CHECK(law(std::vector{infinity, 7.0f, infinity}, allow_only{{1, 2}}) == "2:1");
    CHECK(law(std::vector{infinity, 7.0f}, allow_only{{1}}) == "1:1");
    CHECK(law(std::vector{infinity, 7.0f}, as_list, allow_only{{1}}) == "empty");
    CHECK(law(std::vector{not_a_number, 7.0f}, allow_only{{1}}) == "1:1");
    CHECK(law(std::vector{7.0f, not_a_number}, allow_only{{1}}) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 7.0f}, as_list, allow_only{{1}}) == "nan_logit");
    CHECK(law(std::vector{-infinity, 2.0f}, allow_only{{0}}) == "empty");
    CHECK(law(std::vector{-3.0f}, allow_only{{0}}) == "0:1");
    CHECK(law(std::vector<float>{}, allow_only{}) == "empty");
}

TEST_CASE("allow_only for every scalar") {
    // e^2 e^1 1 of 11.107338.
    check_scalars({2, 5, 1, 0, -infinity}, allow_only{{0, 2, 3, 4}}, "0:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("allow_only on wide rows: the law is that of the masked row") {
    // Every seventh, so that some live in the rows that are nearly all masked.
    ids some;
    for (token_id id = 0; id < 32000; id += 7) some.push_back(id);
    check_on_wide_rows(allow_only{some}, [&](auto& changed) {
        for (std::size_t i = 0; i < changed.size(); ++i)
            if (i % 7 != 0 || i >= 32000) changed[i] = -std::numeric_limits<double>::infinity();
    });
}
