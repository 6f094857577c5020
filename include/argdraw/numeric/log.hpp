// log — natural logarithm in double, the same bits on every machine.
#pragma once

#include <bit>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// ln x, relative error below 2^-51; log(0) = -inf, log(+inf) = +inf, NaN for x < 0 and for NaN.
///
/// x = m 2^e with m in [sqrt(1/2), sqrt(2)); with s = (m - 1)/(m + 1), ln m = 2 (s + s^3/3 + s^5/5 + ...), |s| < 0.1716, so the
/// eleventh term is the last that a double can see.
inline double log(double x) noexcept {
    if (!(x > 0)) return x == 0 ? -infinity : nan;
    if (x == infinity) return x;
    int exponent = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        exponent = -54;
    }
    // Adding this to the bits makes the exponent field carry exactly where the mantissa passes sqrt(2).
    constexpr std::uint64_t half_binade = 0x3ff0000000000000u - 0x3fe6a09e667f3bcdu;
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + half_binade;
    exponent += static_cast<int>(bits >> 52) - 1023;
    const double m = std::bit_cast<double>((bits & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
    const double f = m - 1;
    const double s = f / (f + 2);
    const double z = product(s, s);
    constexpr double odd[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                              1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};  // constants, so that the loop has no division
    double series = odd[9];
    for (int k = 8; k >= 0; --k) series = product(series, z) + odd[k];
    const double tail = product(product(series, z), s);  // s^3/3 + s^5/5 + ...
    // e ln 2 in two parts, the first with its last 32 bits zero: e times it is exact.
    constexpr double ln2_hi = 0x1.62e42feep-1, ln2_lo = 0x1.a39ef35793c76p-33;
    const double e = exponent;
    return product(e, ln2_hi) + ((s + s) + (tail + tail + product(e, ln2_lo)));
}

}  // namespace argdraw::numeric
