// selection — thresholds from counts: a level that at least k numbers reach, found without sorting.
#pragma once

#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/order.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// A level that at least k entries reach and, as far as ties allow, few more than k do.
///
/// `count(level)` is the number of entries >= level; `least` is reached by at least k of them; `greatest` is their maximum.
/// Bisects alternately the value, which is quick on rows that look like rows, and the rank, which bounds the steps by twice the
/// bits of V whatever the values are. The answer is a certificate, not the k-th largest: any level with count >= k will do, and only
/// the work that follows depends on how tight it is.
template <class V, class Count>
V level_reached_by(std::size_t k, V least, V greatest, Count count) noexcept {
    const std::size_t enough = k + k / 16 + 1;
    V low = least, high = greatest;
    if (count(high) >= k) return high;
    for (int step = 0; step < 128; ++step) {
        const auto low_rank = rank_of(low), high_rank = rank_of(high);
        if (high_rank - 1 <= low_rank) break;
        V middle = low / 2 + high / 2;
        if (step % 2 == 1 || !(low < middle && middle < high)) middle = of_rank<V>((low_rank & high_rank) + ((low_rank ^ high_rank) >> 1));
        const std::size_t reached = count(middle);
        if (reached >= k) {
            low = middle;
            if (reached <= enough) break;
        } else {
            high = middle;
        }
    }
    return low;
}

}  // namespace argdraw::numeric
