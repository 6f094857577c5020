// pow — a power in double, the same bits on every machine.
#pragma once

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// x^y for x >= 0, relative error below 2^-51 + |y ln x| 2^-50; x^0 = 1^y = 1 and x^1 = x exactly. 0 below 2^-1000, +inf above 2^1000,
/// both as limits too; NaN for x < 0 and for NaN, but for x^0 and 1^y.
inline double pow(double x, double y) noexcept {
    if (x == 1 || y == 0) return 1;
    if (y == 1 && x >= 0) return x;
    return exp(product(y, log(x)));
}

}  // namespace argdraw::numeric
