// inverse_cdf — from a uniform number to a token: first the block whose share holds it, then the token inside the block.
#pragma once

#include <algorithm>
#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A token that was drawn, its probability, and how far that may be off, as a share of it; no token where the id is below 0.
struct taken {
    token_id id = -1;
    double probability = 0;
    double error = 0;
};

struct place_in_blocks {
    std::size_t block;
    double t;  ///< where in the block's own mass: 0 <= t, and below 1 but for rounding
};

/// The first block whose end lies beyond u S, where ends are the running sums of masses and S the last of them; `blocks` where no block has
/// a mass.
inline place_in_blocks find_block(double u, const double* masses, const double* ends, std::size_t blocks) noexcept {
    if (blocks == 0) return {0, 0};
    const double target = numeric::product(u, ends[blocks - 1]);
    std::size_t b = static_cast<std::size_t>(std::upper_bound(ends, ends + blocks, target) - ends);
    if (b == blocks) {
        // u < 1, but its product with S may round up to S.
        while (b > 0 && !(masses[b - 1] > 0)) --b;
        return b > 0 ? place_in_blocks{b - 1, 1.0} : place_in_blocks{blocks, 0};
    }
    return {b, (target - (b ? ends[b - 1] : 0.0)) / masses[b]};
}

struct place_in_block {
    std::size_t index;
    double share;  ///< of the block's mass
};

/// The first of n <= block_size weights at which the running sum R exceeds t R_last; where rounding has made t 1, the last positive one.
/// R ends at the very number that t is multiplied by, and rises only at positive weights. n where no weight is positive.
inline place_in_block find_in_block(double t, const double* weights, std::size_t n) noexcept {
    double ends[simd::block_size];
    double running = 0;
    for (std::size_t i = 0; i < n; ++i) ends[i] = running += weights[i];
    std::size_t i = static_cast<std::size_t>(std::upper_bound(ends, ends + n, numeric::product(t, running)) - ends);
    if (i == n) {
        while (i > 0 && !(weights[i - 1] > 0)) --i;
        if (i == 0) return {n, 0};
        --i;
    }
    return {i, weights[i] / running};
}

/// Of a list of weights, whose sum this is: the entry at u of the cumulative distribution, in the place of a token; none where nothing
/// weighs anything. `room` is for as many numbers, and one.
inline taken entry_at(double u, const double* weights, double all, std::size_t count, double* room) noexcept {
    std::size_t from = 0;
    double t = u, mass = all;
    if (count > numeric::sum_block) {
        double* const ends = room + (count + 1) / 2;
        const std::size_t blocks = numeric::block_sums(weights, count, room, ends);
        const auto found = find_block(u, room, ends, blocks);
        if (found.block == blocks) return {};
        from = found.block * numeric::sum_block;
        t = found.t;
        mass = room[found.block];
    }
    const std::size_t n = (std::min)(numeric::sum_block, count - from);
    const auto [i, share] = find_in_block(t, weights + from, n);
    if (i == n) return {};
    return {static_cast<token_id>(from + i), numeric::product(share, mass) / all};
}

}  // namespace argdraw::detail
