#include "catch.hpp"

#include <argdraw/core/formats.hpp>

#include <bit>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <type_traits>

using namespace argdraw;

static_assert(logit_scalar<float> && logit_scalar<double> && logit_scalar<half> && logit_scalar<bfloat16>);
static_assert(!logit_scalar<int> && !logit_scalar<long double> && !logit_scalar<const float> && !logit_scalar<bool>);
static_assert(logit_type<float> && logit_type<bfloat16> && !logit_type<int> && !logit_type<std::uint16_t>);
static_assert(std::is_trivially_copyable_v<half> && std::is_trivially_default_constructible_v<half> && sizeof(half) == 2 &&
              alignof(half) == 2);
static_assert(std::is_trivially_copyable_v<bfloat16> && std::is_trivially_default_constructible_v<bfloat16> && sizeof(bfloat16) == 2 &&
              alignof(bfloat16) == 2);
static_assert(!std::is_convertible_v<half, float> && !std::is_convertible_v<float, half> && !std::is_convertible_v<half, bfloat16>);

#if defined(__FLT16_MAX__)
static_assert(std::is_same_v<format_of<_Float16>::type, half> && logit_type<_Float16>);
#endif
#if defined(__BFLT16_MAX__)
static_assert(std::is_same_v<format_of<__bf16>::type, bfloat16> && logit_type<__bf16>);
#endif

namespace {

// The value that a sign, an exponent and a fraction are, from the definition.
double value(unsigned bits, int fraction_bits, int exponent_bits) {
    const unsigned fraction = bits & ((1u << fraction_bits) - 1), all = (1u << exponent_bits) - 1;
    const unsigned exponent = bits >> fraction_bits & all;
    const double sign = bits >> 15 != 0 ? -1 : 1;
    const int bias = static_cast<int>(all / 2);
    if (exponent == all) return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
    const double one = exponent == 0 ? 0.0 : 1.0;
    return sign * std::ldexp(one + std::ldexp(fraction, -fraction_bits), (exponent == 0 ? 1 : static_cast<int>(exponent)) - bias);
}

template <class T>
void all_patterns(int fraction_bits, int exponent_bits) {
    int wrong = 0;
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const T x = T::from_bits(static_cast<std::uint16_t>(bits));
        const double expected = value(bits, fraction_bits, exponent_bits), found = static_cast<double>(static_cast<float>(x));
        wrong += x.bits() != bits;
        wrong += std::isnan(expected) ? !std::isnan(found) : found != expected || std::signbit(found) != std::signbit(expected);
        // It is the nearest to itself, and a NaN stays one.
        const T back(static_cast<float>(x));
        wrong += std::isnan(expected) ? !std::isnan(static_cast<float>(back)) : back.bits() != bits;
    }
    CHECK(wrong == 0);
}

// Between two neighbours, the nearer; of equally near ones the even. Beyond the last, infinity from half a step on.
template <class T>
void rounds_to_nearest(std::uint16_t infinity, int fraction_bits) {
    int wrong = 0;
    for (std::uint16_t bits = 0; bits < infinity; ++bits) {
        const auto next = static_cast<std::uint16_t>(bits + 1);
        const double low = static_cast<double>(T::from_bits(bits));
        const double step = next < infinity ? static_cast<double>(T::from_bits(next)) - low
                                            : low - static_cast<double>(T::from_bits(static_cast<std::uint16_t>(bits - 1)));
        const double middle = low + step / 2;
        const auto at = static_cast<float>(middle);
        if (static_cast<double>(at) != middle) continue;  // of the smallest bfloat16, a float knows no middle
        for (const float sign : {1.0f, -1.0f}) {
            const unsigned top = sign < 0 ? 0x8000u : 0u;
            wrong += T(sign * at).bits() != (top | (bits % 2 == 0 ? bits : next));
            wrong += T(sign * std::nextafter(at, 0.0f)).bits() != (top | bits);
            wrong += T(sign * std::nextafter(at, std::numeric_limits<float>::infinity())).bits() != (top | next);
        }
    }
    CHECK(wrong == 0);
    CHECK(T(std::numeric_limits<float>::infinity()).bits() == infinity);
    CHECK(T((std::numeric_limits<float>::max)()).bits() == infinity);
    CHECK(T(1.0f).bits() == (fraction_bits == 10 ? 0x3c00 : 0x3f80));
}

}  // namespace

TEST_CASE("formats: the value of every pattern") {
    all_patterns<half>(10, 5);
    all_patterns<bfloat16>(7, 8);
}

TEST_CASE("formats: the nearest to a float") {
    rounds_to_nearest<half>(0x7c00, 10);
    rounds_to_nearest<bfloat16>(0x7f80, 7);
}

TEST_CASE("formats: the order is that of the values") {
    CHECK(half(1.0f) < half(2.0f));
    CHECK(half(-1.0f) < half(0.5f));
    CHECK(half(0.0f) == half(-0.0f));
    CHECK(bfloat16(-3.0f) <= bfloat16(-3.0f));
    CHECK((half::from_bits(0x7e00) <=> half(0.0f)) == std::partial_ordering::unordered);
    CHECK(bfloat16::from_bits(0x7fc0) != bfloat16::from_bits(0x7fc0));
    STATIC_REQUIRE(static_cast<float>(half(0.1f)) == 0x1.998p-4f);
    STATIC_REQUIRE(static_cast<float>(bfloat16(0.1f)) == 0x1.9ap-4f);
}

#if defined(__FLT16_MAX__) && defined(__GNUC__) && !defined(__clang__)
TEST_CASE("formats: the compiler's own half agrees") {
    int wrong = 0;
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const auto x = half::from_bits(static_cast<std::uint16_t>(bits));
        const auto theirs = static_cast<float>(std::bit_cast<_Float16>(static_cast<std::uint16_t>(bits)));
        wrong += std::isnan(theirs) ? !std::isnan(static_cast<float>(x)) : static_cast<float>(x) != theirs;
    }
    CHECK(wrong == 0);
}
#endif
