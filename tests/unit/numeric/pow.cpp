#include "catch.hpp"

#include <argdraw/numeric/pow.hpp>

#include <cfloat>
#include <cmath>
#include <iostream>
#include <limits>
#include <random>

using namespace argdraw;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("pow: special values") {
    for (const double any : {0.0, 0.3, 1.0, 7.0, infinity, quiet_nan}) {
        CHECK(numeric::pow(any, 0.0) == 1);
        CHECK(numeric::pow(any, -0.0) == 1);
        CHECK(numeric::pow(1.0, any) == 1);
        CHECK(numeric::pow(1.0, -any) == 1);
    }
    for (const double x : {0.0, 0x1p-1074, 0.1, 3.7, 1e300, infinity}) CHECK(numeric::pow(x, 1.0) == x);
    CHECK(numeric::pow(0.0, 0.5) == 0);
    CHECK(numeric::pow(0.0, -0.5) == infinity);
    CHECK(numeric::pow(0.5, infinity) == 0);
    CHECK(numeric::pow(0.5, -infinity) == infinity);
    CHECK(numeric::pow(2.0, infinity) == infinity);
    CHECK(numeric::pow(2.0, -infinity) == 0);
    CHECK(numeric::pow(infinity, 2.0) == infinity);
    CHECK(numeric::pow(infinity, -2.0) == 0);
    CHECK(numeric::pow(2.0, 1001.0) == infinity);
    CHECK(numeric::pow(2.0, -1001.0) == 0);
    CHECK(std::isnan(numeric::pow(-1.0, 2.0)));
    CHECK(std::isnan(numeric::pow(-1.0, 1.0)));
    CHECK(std::isnan(numeric::pow(quiet_nan, 2.0)));
    CHECK(std::isnan(numeric::pow(2.0, quiet_nan)));
}

#if LDBL_MANT_DIG > 60

TEST_CASE("pow: relative error below 2^-51 + |y ln x| 2^-50") {
    std::mt19937_64 random(1);
    long double worst = 0;
    double at_x = 0, at_y = 0;
    const auto judge = [&](double x, double y) {
        const long double exponent = static_cast<long double>(y) * std::log(static_cast<long double>(x));
        if (!(std::abs(exponent) < 690)) return;
        const long double right = std::pow(static_cast<long double>(x), static_cast<long double>(y));
        const long double share =
            std::abs(static_cast<long double>(numeric::pow(x, y)) - right) / right / (0x1p-51L + std::abs(exponent) * 0x1p-50L);
        if (!(share <= worst)) {
            worst = share;
            at_x = x;
            at_y = y;
        }
    };
    const auto unit = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
    for (int i = 0; i < 500'000; ++i) {
        judge(unit(), 10 * unit());
        judge(4 * unit(), 1000 * unit() - 500);
        judge(1 + std::ldexp(unit(), -static_cast<int>(random() % 50)), std::ldexp(unit(), static_cast<int>(random() % 60)));
        judge(std::ldexp(unit(), static_cast<int>(random() % 2000) - 1000), 2 * unit() - 1);
        judge(1 + static_cast<double>(random() % 8) / 4, static_cast<double>(random() % 64));
    }
    std::cout << "pow: worst error " << static_cast<double>(worst) << " of its bound, at " << at_x << " ^ " << at_y << '\n';
    CAPTURE(at_x, at_y);
    CHECK(worst < 1);
    CHECK(worst > 0);
}

#endif
