// From a number to a place, by hand: every sum here is exact.
#include "catch.hpp"

#include <argdraw/candidates/inverse_cdf.hpp>

#include <array>
#include <limits>
#include <numeric>

using argdraw::detail::find_block;
using argdraw::detail::find_in_block;

namespace {

// The greatest number that unit() gives.
constexpr double below_one = 1 - 0x1p-53;

struct blocks {
    std::array<double, 4> masses;

    auto at(double u) const {
        std::array<double, 4> ends{};
        std::partial_sum(masses.begin(), masses.end(), ends.begin());
        return find_block(u, masses.data(), ends.data(), masses.size());
    }
};

}  // namespace

TEST_CASE("inverse_cdf blocks: a share begins at its own u and ends before that of the next, and what weighs nothing has none") {
    const blocks row{{0, 2, 0, 6}};
    CHECK(row.at(0).block == 1);
    CHECK(row.at(0).t == 0);
    CHECK(row.at(0.125).block == 1);
    CHECK(row.at(0.125).t == 0.5);
    CHECK(row.at(0.25 - 0x1p-54).block == 1);
    CHECK(row.at(0.25).block == 3);
    CHECK(row.at(0.25).t == 0);
    CHECK(row.at(0.625).block == 3);
    CHECK(row.at(0.625).t == 0.5);
    CHECK(row.at(below_one).block == 3);
    CHECK(row.at(below_one).t < 1);
}

TEST_CASE("inverse_cdf blocks: where u S rounds up to S, the end of the last block with a mass") {
    // Of the smallest number there is no part: 1 - 2^-53 of it is it.
    const blocks row{{0, std::numeric_limits<double>::denorm_min(), 0, 0}};
    CHECK(row.at(below_one).block == 1);
    CHECK(row.at(below_one).t == 1);
    CHECK(row.at(0).block == 1);
    CHECK(row.at(0).t == 0);
}

TEST_CASE("inverse_cdf in a block: the first weight at which the sum rises past t, and its share") {
    const std::array<double, 5> weights{0, 1, 0, 3, 0};
    const auto at = [&](double t) { return find_in_block(t, weights.data(), weights.size()); };
    CHECK(at(0).index == 1);
    CHECK(at(0).share == 0.25);
    CHECK(at(0.25 - 0x1p-54).index == 1);
    CHECK(at(0.25).index == 3);
    CHECK(at(0.25).share == 0.75);
    CHECK(at(below_one).index == 3);
    // A place that was rounded up to the block's end, and past it.
    CHECK(at(1).index == 3);
    CHECK(at(1).share == 0.75);
    CHECK(at(1 + 0x1p-52).index == 3);
    const std::array<double, 1> one{0.5};
    CHECK(find_in_block(1, one.data(), 1).index == 0);
    CHECK(find_in_block(1, one.data(), 1).share == 1);
}

TEST_CASE("inverse_cdf: where nothing weighs anything there is no place, and it is said") {
    CHECK(find_block(0.5, nullptr, nullptr, 0).block == 0);
    for (const double u : {0.0, 0.5, below_one}) CHECK(blocks{{0, 0, 0, 0}}.at(u).block == 4);
    const std::array<double, 3> nothing{0, 0, 0};
    for (const double t : {0.0, 0.5, 1.0}) {
        CHECK(find_in_block(t, nothing.data(), 3).index == 3);
        CHECK(find_in_block(t, nothing.data(), 0).index == 0);
    }
}
