// exp2, exp — in double, the same bits on every machine.
#pragma once

#include <bit>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2_series.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

inline constexpr double log2_e = 0x1.71547652b82fep+0;

/// 2^y, relative error below 2^-51 for -1000 <= y <= 1000; 0 below, +inf above, NaN for NaN. Multiplications and
/// additions are rounded one by one, so that lanes without a fused multiply-add give the same bits.
inline double exp2(double y) noexcept {
    if (!(y >= exp2_lowest)) return y != y ? y : 0.0;
    if (y > 1000) return infinity;
    const double t = y + exp2_magic;
    const double f = y - (t - exp2_magic);
    double p = exp2_series[13];
    for (int k = 12; k >= 0; --k) p = product(p, f) + exp2_series[k];
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) + (std::bit_cast<std::uint64_t>(t) << 52));
}

/// e^x, relative error below 2^-50 + |x| 2^-52.
inline double exp(double x) noexcept { return exp2(product(x, log2_e)); }

}  // namespace argdraw::numeric
