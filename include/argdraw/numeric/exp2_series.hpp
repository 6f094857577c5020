// exp2_series — the constants of 2^y in double, shared by the lanes and by the scalar function.
#pragma once

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// 1.5 * 2^52: added to y, its last bit is worth 1, so the sum holds rint(y).
inline constexpr double exp2_magic = 6755399441055744.0;
/// Exponents below this give 0: nothing that a probability could notice, and no subnormal on the way.
inline constexpr double exp2_lowest = -1000.0;

/// ln(2)^k / k!, k = 0 .. 13: for |f| <= 1/2 the next term of 2^f is below 2^-57.
// clang-format off
inline constexpr double exp2_series[14] = {
    1.0,
    0x1.62e42fefa39efp-1, 0x1.ebfbdff82c58fp-3, 0x1.c6b08d704a0cp-5, 0x1.3b2ab6fba4e77p-7, 0x1.5d87fe78a6731p-10,
    0x1.430912f86c787p-13, 0x1.ffcbfc588b0c7p-17, 0x1.62c0223a5c824p-20, 0x1.b5253d395e7c4p-24, 0x1.e4cf5158b8ecap-28,
    0x1.e8cac7351bb25p-32, 0x1.c3bd650fc2986p-36, 0x1.816193166d0f9p-40};
// clang-format on

}  // namespace argdraw::numeric
