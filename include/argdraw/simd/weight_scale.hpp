// weight_scale — what a token's weight is: exp((l - shift) / T) in one multiply-add chain, without subtracting first.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI::simd {

/// The scale c = log2(e) / T of a row, split in two floats, and the constants of the weight kernel.
///
/// A logit x has the key  n = rint(8 x c)  and the weight  w = 2^(x c) = 2^(n/8) * 2^r,  r = x c - n/8,  |r| <= 1/16.
///  - t = fma(x, hi, 1.5 * 2^20) holds n in its low bits, for there a float's last bit is worth 1/8. Keys are monotone in x, since
///    fma is: a block whose greatest key is below the key of a cut holds no logit that reaches the cut.
///  - r = fma(x, lo, fma(x, hi, -n/8)): two roundings, both of numbers below 1/16.
///  - 2^r - 1 = r (k1 + r (k2 + r k3)), minimax with relative error 2.6e-8; 2^(n/8) from eight correctly rounded floats, whose own
///    errors are at most 3.2e-8; one rounding at the end. Worst case measured over the normal floats with |x c| <= 2^13: 1.17e-7.
///  - Weights are kept relative to 2^floor(top/8), top the greatest key of their own block, so that the mass of a block is a
///    function of the block and of c alone: not of its neighbours, nor of the order in which they are read. Scaling by a
///    power of two is exact, so masses of different blocks combine without error.
///  - A weight whose key is more than `depth` below the block's top counts as 0 (2^-64 of it), and so do -inf, -1e30, -FLT_MAX.
///
/// Eight table entries and a cubic, rather than a polynomial of degree six: the lookup is one instruction on AVX2, AVX-512 and
/// NEON, and the two multiply-adds it saves are what the kernel waits for.
struct weight_scale {
    float hi = 0;
    float lo = 0;

    static constexpr float magic = 1572864.0f;  // 1.5 * 2^20
    static constexpr std::int32_t magic_bits = 0x49c00000;
    static constexpr float k1 = 0x1.62e432p-1f, k2 = 0x1.ec0c32p-3f, k3 = 0x1.c6a004p-5f;
    static constexpr std::int32_t depth = 8 * 64;
    /// Keys beyond this leave the range of the kernel, |x c| <= 2^13: farther out x lo carries r past 1/16. Such rows take the double path.
    static constexpr std::int32_t range = 8 << 13;
    /// Stand for a key: a block without weight, and a block that holds NaN, +inf or a key beyond range.
    static constexpr std::int32_t nothing = (std::numeric_limits<std::int32_t>::min)();
    static constexpr std::int32_t beyond = (std::numeric_limits<std::int32_t>::max)();

    /// Whether the kernel covers the scale c at all; the double path does otherwise.
    static constexpr bool covers(double c) noexcept { return 0x1p-100 <= c && c <= 0x1p100; }

    static constexpr weight_scale of(double c) noexcept {
        const float hi = static_cast<float>(c);
        return {hi, static_cast<float>(c - static_cast<double>(hi))};
    }

    /// The key of a logit, as the kernel computes it.
    std::int32_t key(float x) const noexcept { return key_of(std::bit_cast<std::int32_t>(numeric::fma(x, hi, magic))); }

    /// Of the bits of t. Those of a t below 0, far out of range, count as 0's: the difference then is a number, and keys stay monotone.
    static constexpr ARGDRAW_INLINE std::int32_t key_of(std::int32_t bits) noexcept { return (bits < 0 ? 0 : bits) - magic_bits; }

    /// The bits of the t whose key is the least that counts beside `top`.
    static constexpr ARGDRAW_INLINE std::int32_t floor_bits(std::int32_t top) noexcept { return top + magic_bits - depth; }
};

}  // namespace argdraw::simd
