// saturated — arithmetic on logits that ends at the largest double instead of in infinity: a token far down still lives.
#pragma once

#include <algorithm>
#include <limits>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// x, or the largest double of its sign where x is infinite. NaN stays.
constexpr double saturated(double x) noexcept {
    return std::clamp(x, std::numeric_limits<double>::lowest(), (std::numeric_limits<double>::max)());
}

/// The logit of a token that r > 1 makes less likely and r < 1 more, whatever its sign: l / r where l > 0, l r otherwise, saturated. For
/// finite r > 0; an infinite l stays.
inline double weakened(double l, double r) noexcept {
    if (!finite(l)) return l;
    return saturated(l > 0 ? l / r : product(l, r));
}

/// a x + b y of finite numbers, |a| and |b| up to 2^129, saturated only where the sum itself is beyond the doubles. The error is that of
/// three roundings.
inline double weighted_sum(double a, double x, double b, double y) noexcept {
    const double sum = product(a, x) + product(b, y);
    if (finite(sum)) return sum;
    return saturated((product(a, x * 0x1p-200) + product(b, y * 0x1p-200)) * 0x1p200);
}

}  // namespace argdraw::numeric
