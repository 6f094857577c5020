#include "catch.hpp"

#include <argdraw/numeric/wide_scale.hpp>

#include <cmath>
#include <limits>

using namespace argdraw;

namespace {

double after(std::initializer_list<double> factors) {
    numeric::wide_scale s;
    for (const double f : factors) s.multiply(f);
    return s.value();
}

}  // namespace

TEST_CASE("wide_scale: begins at 1 and multiplies") {
    CHECK(numeric::wide_scale{}.value() == 1.0);
    CHECK(after({0.5}) == 0.5);
    CHECK(after({3.0, 5.0}) == 15.0);
    CHECK(after({1.5, 1.5, 1.5}) == 3.375);
    CHECK(after({1 / 0.7}) == 1 / 0.7);
    CHECK(after({1 / 0.7, 1 / 0.9}) == (1 / 0.7) * (1 / 0.9));
}

TEST_CASE("wide_scale: factors that leave a double's range on the way may cancel") {
    const double tiny = 0x1p-149, huge = 0x1p149;
    numeric::wide_scale s;
    for (int i = 0; i < 100; ++i) s.multiply(huge);
    for (int i = 0; i < 100; ++i) s.multiply(tiny);
    CHECK(s.value() == 1.0);
    CHECK(after({1e-300, 1e-300, 1e300, 1e300}) == Approx(1.0).epsilon(1e-15));
}

TEST_CASE("wide_scale: the value that is asked for is limited to 2^-1000 and 2^1000, give or take its mantissa") {
    CHECK(after({0x1p600, 0x1p600}) == 0x1p1000);
    CHECK(after({0x1p-600, 0x1p-600}) == 0x1p-1000);
    CHECK(after({0x1p1000}) == 0x1p1000);
    CHECK(after({0x1p-1000}) == 0x1p-1000);
    CHECK(after({0x1p600, 0x1p600, 0x1p-600}) == 0x1p600);
}

TEST_CASE("wide_scale: any factor above 0, the subnormal and the largest double included") {
    const double smallest = std::numeric_limits<double>::denorm_min(), largest = std::numeric_limits<double>::max();
    CHECK(after({smallest, 0x1p1000, 0x1p74}) == 1.0);
    CHECK(after({3 * smallest, 0x1p1000, 0x1p74}) == 3.0);
    CHECK(after({1.75, largest, 0x1p-1000}) == 1.75 * (largest * 0x1p-1000));
}
