// log1p — ln(1 + x) in double, without losing what is small, the same bits on every machine.
#pragma once

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// ln(1 + x), relative error below 2^-50; -inf for -1, +inf for +inf, NaN for x < -1 and for NaN; the sign of a zero stays.
///
/// u = 1 + x has lost some of x, but ln(u)/(u - 1) hardly changes with u: ln(1 + x) = x ln(u)/(u - 1), where u - 1 is exact.
inline double log1p(double x) noexcept {
    const double u = 1 + x;
    if (u == 1 || x == infinity) return x;
    return product(log(u), x / (u - 1));
}

}  // namespace argdraw::numeric
