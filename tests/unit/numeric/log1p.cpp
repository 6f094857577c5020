#include "catch.hpp"

#include <argdraw/numeric/log1p.hpp>

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

TEST_CASE("log1p: special values") {
    CHECK(numeric::log1p(0.0) == 0.0);
    CHECK_FALSE(std::signbit(numeric::log1p(0.0)));
    CHECK(std::signbit(numeric::log1p(-0.0)));
    CHECK(numeric::log1p(-1.0) == -infinity);
    CHECK(numeric::log1p(infinity) == infinity);
    CHECK(std::isnan(numeric::log1p(std::nextafter(-1.0, -2.0))));
    CHECK(std::isnan(numeric::log1p(-infinity)));
    CHECK(std::isnan(numeric::log1p(quiet_nan)));
    for (const double tiny : {std::numeric_limits<double>::denorm_min(), 0x1p-1022, 0x1p-60}) {
        CHECK(numeric::log1p(tiny) == tiny);
        CHECK(numeric::log1p(-tiny) == -tiny);
    }
    CHECK(numeric::log1p(1.0) == 0x1.62e42fefa39efp-1);
}

#if LDBL_MANT_DIG > 60

TEST_CASE("log1p: relative error below 2^-50") {
    std::mt19937_64 random(1);
    long double worst = 0;
    double at = 0;
    const auto judge = [&](double x) {
        const long double right = std::log1p(static_cast<long double>(x));
        if (right == 0) return;
        const long double error = std::abs((static_cast<long double>(numeric::log1p(x)) - right) / right);
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    };
    const auto unit = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
    for (int i = 0; i < 500'000; ++i) {
        judge(-unit());
        judge(4 * unit() - 1);
        judge(std::ldexp(2 * unit() - 1, -static_cast<int>(random() % 1000)));
        judge(std::ldexp(unit(), static_cast<int>(random() % 1024)));
        judge(std::ldexp(unit(), -static_cast<int>(random() % 60)) - 1);
    }
    judge(std::numeric_limits<double>::max());
    judge(std::nextafter(-1.0, 0.0));
    std::cout << "log1p: worst relative error " << static_cast<double>(std::log2(worst)) << " in powers of two, at " << at << '\n';
    CAPTURE(at);
    CHECK(worst < 0x1p-50L);
    CHECK(worst > 0);
}

#endif
