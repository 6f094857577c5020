#include "catch.hpp"

#include <limits>
#include <vector>

#include <argdraw/core/bias.hpp>

using namespace argdraw;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

// What becomes of a logit of 1 of token `id`.
double result(const std::vector<token_bias>& entries, token_id id) {
    const detail::bias_sums sums(entries);
    double l = 1;
    for (const token_bias& each : entries)
        if (each.id == id && l > -std::numeric_limits<double>::infinity()) l = sums(l, each);
    return l;
}

}  // namespace

TEST_CASE("bias: those of one id add up before they meet the logit") {
    CHECK(result({{3, 2}}, 3) == 3);
    CHECK(result({{3, 2}, {4, 7}, {3, 0.5f}}, 3) == 3.5);
    CHECK(result({{3, 2}, {4, 7}, {3, 0.5f}}, 4) == 8);
    CHECK(result({{3, 1e30f}, {4, 7}, {3, -1e30f}}, 3) == 1);
    CHECK(result({{3, 1e30f}, {3, 5}, {3, -1e30f}}, 5) == 1);
    // Ids that share a mark are told apart.
    CHECK(result({{3, 2}, {3 + 4096, 7}}, 3) == 3);
    CHECK(result({{3, 2}, {3 + 4096, 7}, {3, 1}}, 3 + 4096) == 8);
}

TEST_CASE("bias: -inf beats everything, +inf the rest") {
    CHECK(result({{3, -infinite}}, 3) == -std::numeric_limits<double>::infinity());
    CHECK(result({{3, infinite}, {3, -infinite}}, 3) == -std::numeric_limits<double>::infinity());
    CHECK(result({{3, -infinite}, {3, infinite}}, 3) == -std::numeric_limits<double>::infinity());
    CHECK(result({{3, infinite}, {3, -1e38f}, {3, infinite}}, 3) == std::numeric_limits<double>::infinity());
    const std::vector<token_bias> ban{{3, -infinite}};
    CHECK(detail::bias_sums(ban)(std::numeric_limits<double>::infinity(), ban[0]) == -std::numeric_limits<double>::infinity());
}
