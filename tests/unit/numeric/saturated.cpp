#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <argdraw/numeric/saturated.hpp>

using namespace argdraw;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double most = std::numeric_limits<double>::max();

}  // namespace

TEST_CASE("saturated: infinities become the last double of their sign, the rest stays") {
    CHECK(numeric::saturated(infinite) == most);
    CHECK(numeric::saturated(-infinite) == -most);
    CHECK(std::isnan(numeric::saturated(std::numeric_limits<double>::quiet_NaN())));
    for (const double x : {0.0, -1.5, most, -most, 5e-324}) CHECK(numeric::saturated(x) == x);
    CHECK(std::signbit(numeric::saturated(-0.0)));
}

TEST_CASE("saturated: weakened divides what is positive and multiplies the rest") {
    CHECK(numeric::weakened(3, 2) == 1.5);
    CHECK(numeric::weakened(-3, 2) == -6);
    CHECK(numeric::weakened(0, 2) == 0);
    CHECK(numeric::weakened(3, 0.5) == 6);
    CHECK(numeric::weakened(-3, 0.5) == -1.5);
    CHECK(numeric::weakened(-1e308, 1000) == -most);
    CHECK(numeric::weakened(1e308, 0.001) == most);
    CHECK(numeric::weakened(infinite, 2) == infinite);
    CHECK(numeric::weakened(-infinite, 0.5) == -infinite);
}

TEST_CASE("saturated: a weighted sum is right where its terms are beyond the doubles") {
    CHECK(numeric::weighted_sum(2, 3, -1, 4) == 2);
    CHECK(numeric::weighted_sum(2, 1e308, -1, 1e308) == 1e308);
    CHECK(numeric::weighted_sum(0.5, 1.6e308, 0.5, -1.6e308) == 0);
    CHECK(numeric::weighted_sum(3, 1e308, -2, 1e308) == 1e308);
    CHECK(numeric::weighted_sum(0x1p129, most, 0x1p129, most) == most);
    CHECK(numeric::weighted_sum(0x1p129, -most, 0x1p129, -most) == -most);
    CHECK(numeric::weighted_sum(0x1p129, most, -0x1p129, most) == 0);
    CHECK(numeric::weighted_sum(-3, 1e308, 1, 1) == -most);
}

TEST_CASE("saturated: the error of a weighted sum is that of three roundings") {
    std::mt19937_64 random(1);
    const auto number = [&](double size) { return size * (static_cast<double>(random() >> 11) * 0x1p-52 - 1); };
    double worst = 0;
    for (int i = 0; i < 10000; ++i) {
        const double size = i % 2 == 0 ? 10.0 : 0.9 * most;
        const double a = number(3), x = number(size), b = number(3), y = number(size);
        const long double exact =
            static_cast<long double>(a) * static_cast<long double>(x) + static_cast<long double>(b) * static_cast<long double>(y);
        if (std::fabs(exact) > static_cast<long double>(most)) continue;
        const long double scale = std::fabs(static_cast<long double>(a) * static_cast<long double>(x)) +
                                  std::fabs(static_cast<long double>(b) * static_cast<long double>(y));
        worst =
            std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(numeric::weighted_sum(a, x, b, y)) - exact) / scale));
    }
    CHECK(worst < 0x1p-52);
}
