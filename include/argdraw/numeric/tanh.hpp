// tanh — in double, the same bits on every machine.
#pragma once

#include <cmath>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/expm1.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// tanh x, relative error below 2^-50; odd to the last bit, at most 1 in magnitude, NaN for NaN.
///
/// With t = e^(2|x|) - 1, tanh |x| = t/(t + 2) = 1 - 2/(t + 2); the latter, where it is near 1, does not fall by rounding where x rises.
/// From 20 on it is 1 to the last bit.
inline double tanh(double x) noexcept {
    const double size = std::fabs(x);
    if (size >= 20) return x < 0 ? -1 : 1;
    const double t = expm1(2 * size);
    const double result = size < 1 ? t / (t + 2) : 1 - 2 / (t + 2);
    return std::signbit(x) ? -result : result;
}

}  // namespace argdraw::numeric
