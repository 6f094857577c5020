#include "catch.hpp"

#include <argdraw/numeric/exp2_series.hpp>

#include <cfloat>
#include <cmath>

using namespace argdraw;

TEST_CASE("exp2_series: the last bit of a sum with exp2_magic is worth 1, so it holds rint") {
    CHECK(numeric::exp2_magic == 1.5 * 0x1p52);
    for (const double y : {0.49, 0.51, -0.49, -0.51, 999.7, -999.7, 2.5, 3.5}) {
        volatile double t = y + numeric::exp2_magic;
        CHECK(t - numeric::exp2_magic == std::nearbyint(y));
    }
}

TEST_CASE("exp2_series: exponents from exp2_lowest upwards give normal numbers") {
    CHECK(numeric::exp2_lowest == -1000.0);
    CHECK(std::isnormal(std::exp2(numeric::exp2_lowest) / 2));
}

#if LDBL_MANT_DIG > 60

TEST_CASE("exp2_series: the terms are ln(2)^k / k!, correctly rounded") {
    const long double ln2 = 0.693147180559945309417232121458176568L;
    long double term = 1;
    for (int k = 0; k < 14; ++k) {
        CAPTURE(k);
        CHECK(numeric::exp2_series[k] == static_cast<double>(term));
        term *= ln2 / (k + 1);
    }
}

TEST_CASE("exp2_series: the first term left out is below 2^-57 for |f| <= 1/2") {
    const long double ln2 = 0.693147180559945309417232121458176568L;
    long double next = 1;
    for (int k = 1; k <= 14; ++k) next *= ln2 / k * 0.5L;
    CHECK(next < 0x1p-57L);
}

#endif
