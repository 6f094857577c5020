// A compiler can be told to break arithmetic by flags that define no macro. This is what tells.

#include "catch.hpp"

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

// Two versions in one program are two libraries: every name is inside the namespace of its ABI.
static_assert(std::is_same_v<argdraw::drawn, argdraw::ARGDRAW_ABI::drawn>);
#define ARGDRAW_TEXT(x) #x
#define ARGDRAW_TEXT_OF(x) ARGDRAW_TEXT(x)
#define ARGDRAW_VERSION_PREFIX \
    "v" ARGDRAW_TEXT_OF(ARGDRAW_VERSION_MAJOR) "_" ARGDRAW_TEXT_OF(ARGDRAW_VERSION_MINOR) "_" ARGDRAW_TEXT_OF(ARGDRAW_VERSION_PATCH) "_"
static_assert(std::string_view(ARGDRAW_TEXT_OF(ARGDRAW_ABI)).starts_with(ARGDRAW_VERSION_PREFIX), "the ABI is named after the version");
#if defined(ARGDRAW_SMALL_BLOCKS)
static_assert(std::string_view(ARGDRAW_TEXT_OF(ARGDRAW_ABI)).ends_with("_small"));
#endif
static_assert(ARGDRAW_VERSION / 10000 == ARGDRAW_VERSION_MAJOR && ARGDRAW_VERSION / 100 % 100 == ARGDRAW_VERSION_MINOR &&
              ARGDRAW_VERSION % 100 == ARGDRAW_VERSION_PATCH);

namespace {

// The compiler must not know the operands, or it would answer for itself.
template <class X>
X unknown(X x) {
    volatile X hidden = x;
    return hidden;
}

}  // namespace

TEST_CASE("config: this build sees a NaN and an infinity") {
    const double nan = unknown(std::numeric_limits<double>::quiet_NaN()), infinity = unknown(std::numeric_limits<double>::infinity());
    CHECK(nan != nan);
    CHECK_FALSE(nan == nan);
    CHECK_FALSE(nan > 0.0);
    CHECK(std::isnan(infinity - infinity));
    CHECK(infinity > unknown(std::numeric_limits<double>::max()));
}

TEST_CASE("config: this build does not reorder sums") {
    const double large = unknown(0x1p60), small = unknown(1.0);
    CHECK((large + small) - large == 0.0);
    const double s = large + small;
    CHECK(small - (s - large) == 1.0);  // TwoSum's error term; 0 for a compiler that cancels
}

TEST_CASE("config: this build divides instead of multiplying by a reciprocal") {
    // Where the numerator times the rounded reciprocal of the denominator is another number than the quotient.
    CHECK(unknown(5.0) / unknown(49.0) == 0x1.a1f58d0fac688p-4);
    CHECK(unknown(3.0) / unknown(41.0) == 0x1.2bb512bb512bbp-4);
    CHECK(unknown(5.0f) / unknown(49.0f) == 0x1.a1f58ep-4f);
    CHECK(unknown(9.0f) / unknown(11.0f) == 0x1.a2e8bap-1f);
}

TEST_CASE("config: this build keeps signed zeros, subnormals and float's own precision") {
    CHECK(std::signbit(unknown(-0.0) * unknown(1.0)));
    CHECK(unknown(std::numeric_limits<double>::min()) / 2 > 0);
    CHECK(unknown(std::numeric_limits<float>::denorm_min()) > 0);
    CHECK((unknown(0x1p24f) + unknown(1.0f)) - unknown(0x1p24f) == 0.0f);
}
