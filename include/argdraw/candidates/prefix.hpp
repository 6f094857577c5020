// prefix — where the shortest prefix of the order that weighs enough ends, without putting everything in order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include <argdraw/core/config.hpp>
#include <argdraw/core/exact.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/kernels.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A token's place in the order: value descending, then id ascending.
struct ranked {
    double value;
    token_id id;

    bool operator<(const ranked& other) const noexcept { return value != other.value ? value > other.value : id < other.id; }
};

/// The last token of the shortest prefix that weighs at least `target` and has at least `min_keep` tokens; the last of all where none does.
/// The arrays hold n >= 1 tokens in id order and have room for a vector behind; values up to there are overwritten.
///
/// Closes in on two levels between which the edge lies: the tokens at or above `low` are enough, those at or above `high` are not.
/// What is between them is sorted as soon as it is few; where it stays many, all of it is equal, and its order is that of the ids.
inline ranked last_of_prefix(const token_id* ids, double* values, const double* weights, std::size_t n, double target, std::size_t min_keep) noexcept {
    constexpr std::size_t few = 8;
    std::fill_n(values + n, simd::lanes, -std::numeric_limits<double>::infinity());
    const auto enough = [&](const simd::weight_above& w) { return w.mass >= target && w.count >= min_keep; };
    const auto [least, greatest] = std::minmax_element(values, values + n);
    double low = *least, high = numeric::next_above(*greatest);
    simd::weight_above over{0, 0};
    std::size_t reached = n;
    double mass_reached = n > 64 ? simd::arrays().mass_at_least(values, weights, n, low).mass : 0;
    for (int step = 0; reached - over.count > few; ++step) {
        const auto low_rank = numeric::rank_of(low), high_rank = numeric::rank_of(high);
        if (high_rank - 1 <= low_rank) break;
        // Where the edge is if the mass lies evenly between the levels, a little to either side in turn so that both of them move; by rank
        // every third time, which bounds the number of steps whatever the values are.
        double guess = low / 2 + high / 2;
        if (step % 3 != 2 && n > 64) {
            const double share = (target - over.mass) / (mass_reached - over.mass) + (step % 3 == 0 ? 0.02 : -0.02);
            if (0 < share && share < 1) guess = high - numeric::product(high - low, share);
        }
        if (step % 3 == 2 || !(low < guess && guess < high)) guess = numeric::of_rank<double>((low_rank & high_rank) + ((low_rank ^ high_rank) >> 1));
        const auto w = simd::arrays().mass_at_least(values, weights, n, guess);
        if (enough(w)) {
            low = guess;
            reached = w.count;
            mass_reached = w.mass;
        } else {
            high = guess;
            over = w;
        }
    }
    ranked last{low, ids[n - 1]};
    if (reached - over.count <= few) {
        struct entry {
            ranked token;
            double weight;
        };
        entry edge[32];  // more than few, or gcc 12 believes that std::sort looks past the end
        std::size_t between = 0;
        for (std::size_t i = 0; i < n; ++i) {  // written whether it belongs or not: which do is not to be predicted
            edge[between] = {{values[i], ids[i]}, weights[i]};
            between += (low <= values[i]) & (values[i] < high);
        }
        std::sort(edge, edge + between, [](const entry& a, const entry& b) { return a.token < b.token; });
        for (std::size_t i = 0; i < between && !enough(over); ++i) {
            over = {over.mass + edge[i].weight, over.count + 1};
            last = edge[i].token;
        }
    } else {
        for (std::size_t i = 0; i < n && !enough(over); ++i) {
            if (values[i] != low) continue;
            over = {over.mass + weights[i], over.count + 1};
            last.id = ids[i];
        }
    }
    return last;
}

}  // namespace argdraw::detail
