#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/suppress_at_begin.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector<float> equals(5, 0.0f);

}  // namespace

TEST_CASE("suppress_at_begin formula: what is listed is not drawn first") {
    CHECK(kept(equals, after({}, {}, suppress_at_begin{{1, 4}})) == ids{0, 2, 3});
    CHECK(kept(equals, after({}, {0}, suppress_at_begin{{1, 4}})) == first_ids(5));
    CHECK(kept(equals, after({}, {0, 2}, suppress_at_begin{{1, 4}})) == first_ids(5));
}

TEST_CASE("suppress_at_begin in a sequence: it is the begin again after a rollback") {
    const sampler pick{suppress_at_begin{{1, 4}}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{0, 0, 0});
    const auto left = [&] { return pick.distribution(equals, seq).ids.size(); };
    CHECK(left() == 3);
    const drawn token = pick(equals, seq);
    CHECK((token.id == 0 || token.id == 2 || token.id == 3));
    CHECK(seq.accept(token.id) == status::ok);
    CHECK(left() == 5);
    CHECK(seq.accept(1) == status::ok);
    CHECK(seq.rollback(1) == status::ok);
    CHECK(left() == 5);
    CHECK(seq.rollback(1) == status::ok);
    CHECK(left() == 3);
    CHECK(needs_sequence<suppress_at_begin<>>);
}

TEST_CASE("suppress_at_begin lists: in braces, as an array, or as a span that is a view") {
    const std::array<token_id, 2> array{1, 4};
    const ids vector{1, 4};
    CHECK(kept(equals, after({}, {}, suppress_at_begin{array})) == ids{0, 2, 3});
    CHECK(kept(equals, after({}, {}, suppress_at_begin{vector})) == ids{0, 2, 3});
    CHECK(std::is_same_v<decltype(suppress_at_begin{array}), suppress_at_begin<2>>);
    CHECK(std::is_same_v<decltype(suppress_at_begin{{1}}), suppress_at_begin<1>>);
    CHECK(std::is_same_v<decltype(suppress_at_begin{vector}), suppress_at_begin<>>);
    CHECK(suppress_at_begin{array} == suppress_at_begin{{1, 4}});
    CHECK_FALSE(suppress_at_begin{array} == suppress_at_begin{{1, 3}});
}

TEST_CASE("suppress_at_begin neutral: an empty list bans nothing") {
    check_neutral(equals, after({}, {}, suppress_at_begin{}));
    check_neutral(equals, after({}, {}, suppress_at_begin{std::span<const token_id>{}}));
    CHECK_FALSE(suppress_at_begin{{1}}.neutral());
}

TEST_CASE("suppress_at_begin range: ids outside of the row are outside_row, at every step") {
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(law(equals, after({}, {}, suppress_at_begin{{1, outside}})) == "outside_row");
        CHECK(law(equals, as_list, after({}, {}, suppress_at_begin{{1, outside}})) == "outside_row");
        CHECK(law(equals, after({}, {0}, suppress_at_begin{{1, outside}})) == "outside_row");
    }
}

TEST_CASE("suppress_at_begin edges: a prompt is no output") {
    CHECK(kept(equals, after({1, 2, 3}, {}, suppress_at_begin{{1, 4}})) == ids{0, 2, 3});
}

TEST_CASE("suppress_at_begin edges: infinite logits, NaN, and nothing left") {
    CHECK(law(std::vector{infinity, 7.0f, infinity}, after({}, {}, suppress_at_begin{{0}})) == "2:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {}, suppress_at_begin{{0}})) == "1:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {0}, suppress_at_begin{{0}})) == "nan_logit");
    CHECK(law(std::vector{7.0f}, after({}, {}, suppress_at_begin{{0}})) == "empty");
    CHECK(law(std::vector{7.0f, 1.0f}, as_list, after({}, {}, suppress_at_begin{{0, 1}})) == "empty");
    check_edges(after({}, {0}, suppress_at_begin{{0}}), "0:0.5 2:0.5");
}

TEST_CASE("suppress_at_begin for every scalar") {
    // e^2 e^1 1 of 11.107338.
    check_scalars({2, 5, 1, 0, -infinity}, after({2}, {}, suppress_at_begin{{1, 4}}), "0:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("suppress_at_begin on wide rows: the law is that of the masked row") {
    check_on_wide_rows(after({}, {}, suppress_at_begin{{0, 255, 256, 31999}}), [](auto& changed) {
        for (const std::size_t id : {0u, 255u, 256u, 31999u}) changed[id] = -std::numeric_limits<double>::infinity();
    });
}
