#include "doubles.hpp"

#include <array>
#include <cmath>

using namespace doubles;
using argdraw::token_id;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const std::vector<stage> usual{stage::temperature, stage::top_k, stage::top_p, stage::min_p};

std::vector<token_id> order_of(const std::vector<float>& logits) {
    const definition exact(logits);
    return {exact.order().begin(), exact.order().end()};
}

std::size_t size_of(const std::vector<float>& logits, const parameters& how, const std::vector<stage>& stages = usual) {
    return definition(logits).kept(how, stages).size;
}

}  // namespace

TEST_CASE("definition order: descending, equals by id, without what does not live") {
    CHECK(order_of({1, 4, 4, 0}) == std::vector<token_id>{1, 2, 0, 3});
    CHECK(order_of({-infinity, 2, -infinity, 3}) == std::vector<token_id>{3, 1});
    CHECK(order_of({0, infinity, 1e38f, infinity}) == std::vector<token_id>{1, 3});
    CHECK(order_of({}).empty());
    CHECK(order_of({-infinity}).empty());
    CHECK(order_of({1, std::nanf(""), 2}).empty());
    CHECK_FALSE(definition(std::array{-infinity}).drawable());
    CHECK(definition(std::array{-3.0f}).drawable());
    const std::array logits{1.0f, -infinity, 4.0f};
    const definition exact(logits);
    CHECK(std::vector(exact.places().begin(), exact.places().end()) == std::vector<std::size_t>{1, 3, 0});
}

TEST_CASE("definition probabilities: by hand") {
    const auto logits = detail::weighing({5, 0, 3, 2});
    const definition exact(logits);
    const auto p = exact.probabilities(1, 3);
    CHECK(std::abs(static_cast<double>(p[0]) - 0.5) < 1e-7);
    CHECK(p[1] == 0);
    CHECK(std::abs(static_cast<double>(p[2]) - 0.3) < 1e-7);
    // 25 9 4 at T = 1/2, and two of them.
    const auto sharp = exact.probabilities(0.5f, 2);
    CHECK(std::abs(static_cast<double>(sharp[0]) - 25.0 / 34) < 1e-7);
    CHECK(sharp[3] == 0);
    CHECK(std::abs(static_cast<double>(exact.probability(1, 1)) - 0.3) < 1e-7);
    CHECK(std::abs(static_cast<double>(exact.mass(1, 2, 1)) - 5.0 / 8) < 1e-7);
    // At 0 the one token that is left has all of it; of none, no token has any.
    CHECK(exact.probabilities(0, 1) == std::vector<long double>{1, 0, 0, 0});
    CHECK(exact.probabilities(1, 0) == std::vector<long double>(4));
    const std::array huge{3e38f, 3e38f, -3e38f};
    CHECK(definition(huge).probabilities(std::numeric_limits<float>::denorm_min(), 3) == std::vector<long double>{0.5L, 0.5L, 0});
}

TEST_CASE("definition kept: by hand") {
    const auto fruit = detail::weighing({3, 5, 2});
    CHECK(size_of(fruit, {}) == 3);
    CHECK(size_of(fruit, {.temperature = 0}) == 1);
    CHECK(size_of(fruit, {.top_k = 2}) == 2);
    CHECK(size_of(fruit, {.top_k = 9}) == 3);
    CHECK(size_of(fruit, {.top_p = 0}) == 1);
    CHECK(size_of(fruit, {.top_p = 0.49f}) == 1);
    CHECK(size_of(fruit, {.top_p = 0.51f}) == 2);
    CHECK(size_of(fruit, {.top_p = 0.81f}) == 3);
    CHECK(size_of(fruit, {.min_p = 1}) == 1);
    CHECK(size_of(fruit, {.min_p = 0.5f}) == 2);
    CHECK(size_of(fruit, {.min_p = 0.39f}) == 3);
    CHECK(size_of({2, 2, 1}, {.min_p = 1}) == 2);
    CHECK(size_of({-infinity}, {.top_k = 2}) == 0);
}

TEST_CASE("definition kept: each stage sees what was left, in the stated order") {
    // .4 .3 .2 .1: the first of two is .571 of them.
    const auto row = detail::weighing({4, 3, 2, 1});
    const parameters how{.top_k = 2, .top_p = 0.5f};
    CHECK(size_of(row, how) == 1);
    CHECK(size_of(row, how, {stage::top_p, stage::top_k}) == 2);
    // 16 9 4 1 of 30 at T = 1/2.
    CHECK(size_of(row, {.temperature = 0.5f, .top_p = 0.5f}) == 1);
    CHECK(size_of(row, {.temperature = 0.5f, .top_p = 0.5f}, {stage::top_p, stage::temperature}) == 2);
}

TEST_CASE("definition bands: a boundary at the cut itself is close, one beyond the band is not") {
    const std::vector<float> sixteen(16, 0);
    const definition exact(sixteen);
    const prefix at = exact.kept({.top_p = 0.25f}, usual);
    CHECK((at.size == 4 && at.fewer == 4 && at.more == 5 && at.close()));
    const prefix above = exact.kept({.top_p = std::nextafter(0.25f, 1.0f)}, usual);
    CHECK((above.size == 5 && above.fewer == 4 && above.more == 5));
    CHECK_FALSE(exact.kept({.top_p = 0.2501f}, usual).close());
    CHECK_FALSE(exact.kept({.top_p = 0.2499f}, usual).close());
    // What follows a close boundary is open.
    CHECK_FALSE(exact.kept({.top_p = 0.25f, .min_p = 0.5f}, usual).settled);
    CHECK_FALSE(exact.kept({.top_k = 3, .top_p = 0.25f, .min_p = 0.5f}, std::vector{stage::top_p, stage::min_p, stage::top_k}).settled);
    CHECK(exact.kept({.top_p = 0.25f}, usual).settled);

    // ln .5 rounded to float is within 1e-7 of it; both equals stand or fall.
    const std::vector<float> halves{0, std::log(0.5f), std::log(0.5f), -3};
    const prefix cut = definition(halves).kept({.min_p = 0.5f}, usual);
    CHECK(cut.fewer + (cut.size - cut.fewer) + (cut.more - cut.size) == 3);
    CHECK((cut.fewer == 1 && cut.more == 3));
    // From the other side: the next float is above ln .5, by 6e-8.
    const std::vector<float> just_above{0, std::nextafter(halves[1], 0.0f), std::nextafter(halves[1], 0.0f), -3};
    const prefix kept = definition(just_above).kept({.min_p = 0.5f}, usual);
    CHECK((kept.size == 3 && kept.fewer == 1 && kept.more == 3));
    CHECK_FALSE(definition(halves).kept({.min_p = 0.50001f}, usual).close());
    CHECK_FALSE(definition(halves).kept({.min_p = 0.49999f}, usual).close());
}
