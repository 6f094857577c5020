#include "catch.hpp"

#include <argdraw/numeric/tanh.hpp>

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

TEST_CASE("tanh: special values") {
    CHECK(numeric::tanh(0.0) == 0.0);
    CHECK_FALSE(std::signbit(numeric::tanh(0.0)));
    CHECK(std::signbit(numeric::tanh(-0.0)));
    CHECK(numeric::tanh(infinity) == 1);
    CHECK(numeric::tanh(-infinity) == -1);
    CHECK(numeric::tanh(1e300) == 1);
    CHECK(numeric::tanh(-20.0) == -1);
    CHECK(std::isnan(numeric::tanh(quiet_nan)));
    CHECK(std::isnan(numeric::tanh(-quiet_nan)));
    for (const double tiny : {std::numeric_limits<double>::denorm_min(), 3 * 0x1p-1074, 0x1p-1022, 0x1p-60}) {
        CHECK(numeric::tanh(tiny) == tiny);
        CHECK(numeric::tanh(-tiny) == -tiny);
    }
    // (3 - 1/3)/(3 + 1/3)
    CHECK(std::abs(numeric::tanh(std::log(3.0)) - 0.8) < 2e-16);
}

TEST_CASE("tanh: odd, at most 1, and rising where a float steps") {
    int wrong = 0;
    double before = -1;
    for (float x = -30; x < 30; x = std::nextafter(x + 1e-5f, 31.0f)) {
        const double y = numeric::tanh(static_cast<double>(x));
        if (!(y >= before && y <= 1 && numeric::tanh(-static_cast<double>(x)) == -y)) ++wrong;
        before = y;
    }
    for (const float from : {0.1f, 0.9999f, 10.0f, 15.0f, 18.0f}) {
        float x = from;
        for (int i = 0; i < 10'000; ++i) {
            const float next = std::nextafter(x, 31.0f);
            wrong += numeric::tanh(static_cast<double>(x)) > numeric::tanh(static_cast<double>(next));
            x = next;
        }
    }
    CHECK(wrong == 0);
}

#if LDBL_MANT_DIG > 60

TEST_CASE("tanh: relative error below 2^-50") {
    std::mt19937_64 random(1);
    long double worst = 0;
    double at = 0;
    const auto judge = [&](double x) {
        const long double right = std::tanh(static_cast<long double>(x));
        if (right == 0) return;
        const long double error = std::abs((static_cast<long double>(numeric::tanh(x)) - right) / right);
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    };
    const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    for (int i = 0; i < 500'000; ++i) {
        judge(50 * unit() - 25);
        judge(4 * unit() - 2);
        judge(std::ldexp(2 * unit() - 1, -static_cast<int>(random() % 1000)));
    }
    judge(std::nextafter(20.0, 0.0));
    std::cout << "tanh: worst relative error " << static_cast<double>(std::log2(worst)) << " in powers of two, at " << at << '\n';
    CAPTURE(at);
    CHECK(worst < 0x1p-50L);
    CHECK(worst > 0);
}

#endif
