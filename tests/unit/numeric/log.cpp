#include "catch.hpp"

#include <argdraw/numeric/log.hpp>

#include <bit>
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

TEST_CASE("log: special values") {
    CHECK(numeric::log(1.0) == 0.0);
    CHECK_FALSE(std::signbit(numeric::log(1.0)));
    CHECK(numeric::log(0.0) == -infinity);
    CHECK(numeric::log(-0.0) == -infinity);
    CHECK(numeric::log(infinity) == infinity);
    CHECK(std::isnan(numeric::log(-infinity)));
    CHECK(std::isnan(numeric::log(-1.0)));
    CHECK(std::isnan(numeric::log(-std::numeric_limits<double>::denorm_min())));
    CHECK(std::isnan(numeric::log(quiet_nan)));
    CHECK(std::isnan(numeric::log(-quiet_nan)));
    CHECK(numeric::log(2.0) == 0x1.62e42fefa39efp-1);
}

#if LDBL_MANT_DIG > 60

TEST_CASE("log: relative error below 2^-51") {
    std::mt19937_64 random(1);
    long double worst = 0;
    double at = 0;
    const auto judge = [&](double x) {
        const long double right = std::log(static_cast<long double>(x));
        if (right == 0) return;
        const long double error = std::abs((static_cast<long double>(numeric::log(x)) - right) / right);
        if (!(error <= worst)) {  // a NaN is the worst of errors
            worst = error;
            at = x;
        }
    };
    for (int i = 0; i < 1'000'000; ++i) {
        const std::uint64_t w = random();
        const double x = std::bit_cast<double>(w >> 1);
        if (x < infinity) judge(x);                                     // any positive number
        judge(std::bit_cast<double>((w >> 12) | 0x3fe0000000000000u));  // [1/2, 1)
        judge(std::bit_cast<double>((w >> 12) | 0x3ff0000000000000u));  // [1, 2)
        judge(std::bit_cast<double>(w >> (12 + w % 50)));               // subnormal
        const int closeness = static_cast<int>(w % 52) + 1;             // 1 +- 2^-closeness
        const double offset = std::ldexp(static_cast<double>(w >> 11) * 0x1p-53, -closeness);
        judge(1 + offset);
        judge(1 - offset / 2);
    }
    for (int e = -1074; e < 1024; ++e) judge(std::ldexp(1.0, e));
    const double root = std::sqrt(2.0);
    for (double x = root - 20 * 0x1p-52; x < root + 20 * 0x1p-52; x += 0x1p-52) judge(x), judge(x / 2);
    judge(std::nextafter(1.0, 0.0));
    judge(std::nextafter(1.0, 2.0));
    judge(std::numeric_limits<double>::max());
    std::cout << "log: worst relative error " << static_cast<double>(std::log2(worst)) << " in powers of two, at " << at << '\n';
    CAPTURE(at);
    CHECK(worst < 0x1p-51L);
    CHECK(worst > 0);
}

#endif
