// exact — arithmetic whose rounding no compiler may change: products that stay products, fused multiply-adds everywhere.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include <argdraw/core/config.hpp>

#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__aarch64__) || defined(_M_ARM64)
#define ARGDRAW_HAS_FMA 1  // std::fma is one instruction in code compiled for the target as a whole
#endif

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// a * b, rounded once, never fused with a sum that uses it. GCC contracts a*b + c by default where the target has FMA,
/// clang where a flag says so, and the bits would then depend on -march.
ARGDRAW_INLINE double product(double a, double b) noexcept {
    double p = a * b;
#if defined(__SSE2__)
    asm("" : "+x"(p));
#elif defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__))
    asm("" : "+w"(p));
#elif defined(__wasm__)
    asm("" : "+r"(p));
#elif defined(__GNUC__) || defined(__clang__)
    asm("" : "+m"(p));
#endif
    return p;
}

/// a * b + c in float, rounded once, without a fused instruction.
///
/// The product is exact in double (24 + 24 bits). The sum s of it and c is rounded to odd: where TwoSum finds an error e != 0
/// and the last bit of s is even, s moves one step towards the exact value, so its last bit is odd and stands for "and
/// something more". A second rounding, to a format with at least two bits less (53 against 24), then gives what one rounding of
/// the exact value gives: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using
/// rounding to odd", IEEE Trans. Computers 57(4), 2008. Float subnormals have fewer bits still, so they are covered too.
ARGDRAW_INLINE float fma_by_round_to_odd(float a, float b, float c) noexcept {
    const double p = product(static_cast<double>(a), static_cast<double>(b));
    const double addend = static_cast<double>(c);
    const double s = p + addend;
    const double t = s - p;
    const double e = (p - (s - t)) + (addend - t);
    auto bits = std::bit_cast<std::uint64_t>(s);
    // Rounds s to odd: where the sum was not exact and the last bit of s is 0, s moves one double towards the exact value, which is away
    // from zero if e has the sign of s. NaN and infinity make e NaN, so that `inexact` is false. s = 0 with e != 0 does not occur: such
    // sums are exact.
    const bool inexact = (e < 0) | (e > 0);
    const bool outward = (e < 0) == (s < 0);
    const std::uint64_t step = outward ? std::uint64_t{1} : ~std::uint64_t{0};
    bits += (inexact & ((bits & 1) == 0)) ? step : 0;
    return static_cast<float>(std::bit_cast<double>(bits));
}

/// a * b + c in float, rounded once.
ARGDRAW_INLINE float fma(float a, float b, float c) noexcept {
#if defined(ARGDRAW_HAS_FMA)
    return std::fma(a, b, c);
#else
    return fma_by_round_to_odd(a, b, c);
#endif
}

}  // namespace argdraw::numeric
