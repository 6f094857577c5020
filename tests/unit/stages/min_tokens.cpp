#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/min_tokens.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector<float> equals(5, 0.0f);

}  // namespace

TEST_CASE("min_tokens formula: the stop ids are removed until n tokens are put out") {
    const min_tokens stage{2, {1, 4}};
    CHECK(kept(equals, after({}, {}, stage)) == ids{0, 2, 3});
    CHECK(kept(equals, after({}, {0}, stage)) == ids{0, 2, 3});
    CHECK(kept(equals, after({}, {0, 2}, stage)) == first_ids(5));
    CHECK(kept(equals, after({}, {0, 2, 3}, stage)) == first_ids(5));
    CHECK(kept(equals, after({}, {}, min_tokens{1, {3}})) == ids{0, 1, 2, 4});
}

TEST_CASE("min_tokens in a sequence: what is accepted counts, what is rolled back does not") {
    const sampler pick{min_tokens{2, {1, 4}}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{0, 0, 0});
    const auto left = [&] { return pick.distribution(equals, seq).ids.size(); };
    CHECK(left() == 3);
    CHECK(seq.accept(0) == status::ok);
    CHECK(left() == 3);
    CHECK(seq.accept(0) == status::ok);
    CHECK(left() == 5);
    CHECK(seq.rollback(1) == status::ok);
    CHECK(left() == 3);
    const drawn token = pick(equals, seq);
    CHECK((token.id == 0 || token.id == 2 || token.id == 3));
    CHECK(needs_sequence<min_tokens<>>);
}

TEST_CASE("min_tokens lists: in braces, as an array, or as a span that is a view") {
    const std::array<token_id, 2> array{1, 4};
    const ids vector{1, 4};
    CHECK(kept(equals, after({}, {}, min_tokens{2, array})) == ids{0, 2, 3});
    CHECK(kept(equals, after({}, {}, min_tokens{2, vector})) == ids{0, 2, 3});
    CHECK(kept(equals, after({}, {}, min_tokens{2, std::span<const token_id>(vector)})) == ids{0, 2, 3});
    CHECK(std::is_same_v<decltype(min_tokens{2, array}), min_tokens<2>>);
    CHECK(std::is_same_v<decltype(min_tokens{2, {1, 4}}), min_tokens<2>>);
    CHECK(std::is_same_v<decltype(min_tokens{2, vector}), min_tokens<>>);
    CHECK(min_tokens{2, array} == min_tokens{2, {1, 4}});
    CHECK_FALSE(min_tokens{2, array} == min_tokens{3, {1, 4}});
    CHECK_FALSE(min_tokens{2, array} == min_tokens{2, {1, 3}});
}

TEST_CASE("min_tokens neutral: n = 0 or no stop ids") {
    CHECK(min_tokens{}.n == 0);
    check_neutral(equals, after({}, {}, min_tokens{}));
    check_neutral(equals, after({}, {}, min_tokens{0, {1, 99}}));
    check_neutral(equals, after({}, {}, min_tokens{5, std::span<const token_id>{}}));
    CHECK_FALSE(min_tokens{1, {1}}.neutral());
}

TEST_CASE("min_tokens range: a negative n is a bad parameter, and ids outside of the row are outside_row") {
    check_bad(min_tokens{-1, {1}});
    check_bad(min_tokens{std::numeric_limits<int>::min(), std::span<const token_id>{}});
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(law(equals, after({}, {}, min_tokens{1, {1, outside}})) == "outside_row");
        CHECK(law(equals, as_list, after({}, {}, min_tokens{1, {1, outside}})) == "outside_row");
        // At every step, not only while there is something to ban.
        CHECK(law(equals, after({}, {0, 0}, min_tokens{1, {1, outside}})) == "outside_row");
    }
    CHECK(kept(equals, after({}, {0, 0}, min_tokens{std::numeric_limits<int>::max(), {1}})) == ids{0, 2, 3, 4});
}

TEST_CASE("min_tokens edges: the prompt does not count") {
    CHECK(kept(equals, after({0, 1, 2, 3}, {0}, min_tokens{2, {1, 4}})) == ids{0, 2, 3});
}

TEST_CASE("min_tokens edges: infinite logits, NaN, and nothing left") {
    CHECK(law(std::vector{infinity, 7.0f, infinity}, after({}, {}, min_tokens{1, {0}})) == "2:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {}, min_tokens{1, {0}})) == "1:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {}, min_tokens{1, {1}})) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {0}, min_tokens{1, {0}})) == "nan_logit");
    CHECK(law(std::vector{1.0f, 7.0f}, after({}, {}, min_tokens{1, {0, 1, 1}})) == "empty");
    CHECK(law(std::vector{7.0f}, as_list, after({}, {}, min_tokens{1, {0}})) == "empty");
    CHECK(law(std::vector{-infinity, 7.0f}, after({}, {}, min_tokens{1, {0}})) == "1:1");
    check_edges(after({}, {0}, min_tokens{1, {0}}), "0:0.5 2:0.5");
}

TEST_CASE("min_tokens for every scalar") {
    // e^2 e^1 1 of 11.107338.
    check_scalars({2, 5, 1, 0, -infinity}, after({}, {2}, min_tokens{2, {1, 4}}), "0:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("min_tokens on wide rows: the law is that of the masked row") {
    check_on_wide_rows(after({}, {}, min_tokens{1, {0, 255, 256, 31999}}), [](auto& changed) {
        for (const std::size_t id : {0u, 255u, 256u, 31999u}) changed[id] = -std::numeric_limits<double>::infinity();
    });
}
