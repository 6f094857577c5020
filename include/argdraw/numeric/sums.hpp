// sums — of doubles, in a shape fixed by index: sixteen lanes, blocks of 256, then blocks in order.
#pragma once

#include <algorithm>
#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// Terms per block of a sum.
inline constexpr std::size_t sum_block = sizes::block;

/// The sum of at most sum_block terms: lane l adds the terms l, l + 16, ..., then lane l + 8 is added to l, + 4, + 2, + 1.
inline double block_sum(const double* a, std::size_t n) noexcept {
    double lane[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (std::size_t l = 0; l < 16; ++l) lane[l] += a[i + l];
    for (std::size_t l = 0; i + l < n; ++l) lane[l] += a[i + l];
    for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t l = 0; l < half; ++l) lane[l] += lane[l + half];
    return lane[0];
}

/// The sums of the blocks of a, and where each ends: running sums in order, the last of them sum(a). Returns the number of blocks.
inline std::size_t block_sums(const double* a, std::size_t n, double* sums, double* ends) noexcept {
    std::size_t blocks = 0;
    double total = 0;
    for (std::size_t from = 0; from < n; from += sum_block, ++blocks) {
        sums[blocks] = block_sum(a + from, (std::min)(sum_block, n - from));
        ends[blocks] = total += sums[blocks];
    }
    return blocks;
}

/// The sum of any number of terms: blocks as above, added up in order.
inline double sum(const double* a, std::size_t n) noexcept {
    double total = 0;
    for (std::size_t b = 0; b < n; b += sum_block) total += block_sum(a + b, (std::min)(sum_block, n - b));
    return total;
}

}  // namespace argdraw::numeric
