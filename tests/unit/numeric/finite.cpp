#include "catch.hpp"

#include <limits>

#include <argdraw/numeric/finite.hpp>

using namespace argdraw;

TEST_CASE("finite: what is neither infinite nor NaN") {
    for (const double x : {0.0, -0.0, 1.0, std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max(),
                           std::numeric_limits<double>::lowest()})
        CHECK(numeric::finite(x));
    for (const double x : {numeric::infinity, -numeric::infinity, numeric::nan}) CHECK_FALSE(numeric::finite(x));
    CHECK(numeric::finite(std::numeric_limits<float>::max()));
    CHECK_FALSE(numeric::finite(std::numeric_limits<float>::infinity()));
    CHECK(numeric::infinity > std::numeric_limits<double>::max());
    CHECK(numeric::nan != numeric::nan);
}
