#include "catch.hpp"

#include <argdraw/numeric/expm1.hpp>

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <random>

using namespace argdraw;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("expm1: special values") {
    CHECK(numeric::expm1(0.0) == 0.0);
    CHECK_FALSE(std::signbit(numeric::expm1(0.0)));
    CHECK(std::signbit(numeric::expm1(-0.0)));
    CHECK(numeric::expm1(infinity) == infinity);
    CHECK(numeric::expm1(-infinity) == -1);
    CHECK(numeric::expm1(690.5) == infinity);
    CHECK(numeric::expm1(690) < infinity);
    CHECK(numeric::expm1(-40.5) == -1);
    CHECK(numeric::expm1(-1e30) == -1);
    CHECK(std::isnan(numeric::expm1(quiet_nan)));
    CHECK(std::isnan(numeric::expm1(-quiet_nan)));
    for (const double tiny : {std::numeric_limits<double>::denorm_min(), 0x1p-1022, 0x1p-60, 3 * 0x1p-1074}) {
        CHECK(numeric::expm1(tiny) == tiny);
        CHECK(numeric::expm1(-tiny) == -tiny);
    }
    CHECK(numeric::expm1(0x1p-30) == 0x1p-30 + 0x1p-61);  // x + x^2/2, and x^3/6 lies below the last bit
}

#if LDBL_MANT_DIG > 60

TEST_CASE("expm1: relative error below 2^-50") {
    std::mt19937_64 random(1);
    long double worst = 0;
    double at = 0;
    const auto judge = [&](double x) {
        const long double right = std::expm1(static_cast<long double>(x));
        if (right == 0) return;
        const long double error = std::abs((static_cast<long double>(numeric::expm1(x)) - right) / right);
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    };
    const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    for (int i = 0; i < 500'000; ++i) {
        judge(730 * unit() - 40);
        judge(4 * unit() - 2);
        judge(std::ldexp(2 * unit() - 1, -static_cast<int>(random() % 1000)));
        // Where k changes, which is where the parts cancel most.
        judge((static_cast<double>(random() % 9) - 4.5) * 0.6931471805599453 * (1 + 1e-6 * (unit() - 0.5)));
    }
    std::cout << "expm1: worst relative error " << static_cast<double>(std::log2(worst)) << " in powers of two, at " << at << '\n';
    CAPTURE(at);
    CHECK(worst < 0x1p-50L);
    CHECK(worst > 0);
}

#endif
