#include "catch.hpp"

#include <argdraw/numeric/exp2.hpp>

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

// Uniform in [low, high), the same on every standard library.
double between(std::mt19937_64& random, double low, double high) {
    return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53);
}

}  // namespace

TEST_CASE("exp2: special values") {
    CHECK(numeric::exp2(0.0) == 1.0);
    CHECK(numeric::exp2(-0.0) == 1.0);
    CHECK(numeric::exp2(1000.0) == 0x1p1000);
    CHECK(numeric::exp2(-1000.0) == 0x1p-1000);
    CHECK(numeric::exp2(std::nextafter(1000.0, 2000.0)) == infinity);
    CHECK(numeric::exp2(std::nextafter(-1000.0, -2000.0)) == 0.0);
    CHECK(numeric::exp2(infinity) == infinity);
    CHECK(numeric::exp2(-infinity) == 0.0);
    CHECK_FALSE(std::signbit(numeric::exp2(-infinity)));
    CHECK(numeric::exp2(std::numeric_limits<double>::max()) == infinity);
    CHECK(numeric::exp2(std::numeric_limits<double>::lowest()) == 0.0);
    CHECK(numeric::exp2(std::numeric_limits<double>::denorm_min()) == 1.0);
    CHECK(std::isnan(numeric::exp2(quiet_nan)));
    CHECK(std::isnan(numeric::exp2(-quiet_nan)));
}

TEST_CASE("exp2: whole exponents are exact") {
    int wrong = 0;
    for (int n = -1000; n <= 1000; ++n) wrong += numeric::exp2(n) != std::ldexp(1.0, n);
    CHECK(wrong == 0);
}

TEST_CASE("exp: special values") {
    CHECK(numeric::exp(0.0) == 1.0);
    CHECK(numeric::exp(-infinity) == 0.0);
    CHECK(numeric::exp(infinity) == infinity);
    CHECK(numeric::exp(-1e30) == 0.0);
    CHECK(numeric::exp(1e30) == infinity);
    CHECK(std::isnan(numeric::exp(quiet_nan)));
}

// The judge has to know more than a double does.
#if LDBL_MANT_DIG > 60

TEST_CASE("exp2: relative error below 2^-51") {
    std::mt19937_64 random(1);
    long double worst = 0;
    double at = 0;
    const auto judge = [&](double y) {
        const long double right = std::exp2(static_cast<long double>(y));
        const long double error = std::abs(static_cast<long double>(numeric::exp2(y)) - right) / right;
        if (error > worst) {
            worst = error;
            at = y;
        }
    };
    for (int i = 0; i < 1'000'000; ++i) {
        judge(between(random, -1000, 1000));
        judge(between(random, -1, 1));
        judge(std::ldexp(between(random, -1, 1), -static_cast<int>(random() % 60)));
    }
    for (int n = -999; n < 1000; ++n)
        for (const double half : {n + 0.5, std::nextafter(n + 0.5, -2000.0), std::nextafter(n + 0.5, 2000.0)}) judge(half);
    std::cout << "exp2: worst relative error " << static_cast<double>(std::log2(worst)) << " in powers of two, at " << at << '\n';
    CAPTURE(at);
    CHECK(worst < 0x1p-51L);
    CHECK(worst > 0);
}

// x log2 e is rounded, by up to |x| 2^-53 nats, and log2 e is itself off by an eighth of that.
TEST_CASE("exp: relative error below 2^-50 + |x| 2^-52") {
    std::mt19937_64 random(2);
    long double worst = 0;
    double at = 0;
    for (int i = 0; i < 1'000'000; ++i)
        for (const double x : {between(random, -690, 690), between(random, -2, 2)}) {
            const long double right = std::exp(static_cast<long double>(x));
            const long double share = std::abs(static_cast<long double>(numeric::exp(x)) - right) / right /
                                      (0x1p-50L + std::abs(static_cast<long double>(x)) * 0x1p-52L);
            if (share > worst) {
                worst = share;
                at = x;
            }
        }
    std::cout << "exp: worst error " << static_cast<double>(worst) << " of its bound, at " << at << '\n';
    CAPTURE(at);
    CHECK(worst < 1);
    CHECK(worst > 0);
}

#endif
