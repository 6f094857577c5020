// finite — infinity by one name, and which numbers are finite.
#pragma once

#include <concepts>
#include <limits>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Neither infinite nor NaN.
template <std::floating_point V>
constexpr bool finite(V x) noexcept {
    return x - x == 0;
}

}  // namespace argdraw::numeric
