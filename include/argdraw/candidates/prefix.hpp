// prefix — where the shortest prefix of the order that weighs enough ends, without putting everything in order.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <argdraw/candidates/order.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Tokens as arrays beside each other, in id order. `values` has room for a vector behind; what is there may be overwritten.
struct weighed_tokens {
    const token_id* ids;
    double* values;
    const double* weights;
    std::size_t count;
};

/// The least and the greatest of n >= 1 values; in eight chains, since one would wait for each comparison.
inline std::array<double, 2> extremes(const double* values, std::size_t n) noexcept {
    std::array<double, 8> least, greatest;
    least.fill(values[0]);
    greatest.fill(values[0]);
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (std::size_t k = 0; k < 8; ++k) {
            least[k] = values[i + k] < least[k] ? values[i + k] : least[k];
            greatest[k] = values[i + k] > greatest[k] ? values[i + k] : greatest[k];
        }
    for (; i < n; ++i) {
        least[0] = (std::min)(least[0], values[i]);
        greatest[0] = (std::max)(greatest[0], values[i]);
    }
    return {*std::min_element(least.begin(), least.end()), *std::max_element(greatest.begin(), greatest.end())};
}

/// A token that tells where an edge is: by chance, as one of a sample, or for certain.
struct witness {
    double value, weight;
    bool by_chance = true;
};

/// Two levels between which the edge of a mass is likely to lie, told by n witnesses. What is left
/// out, below the edge, tells it better than what is kept: it is made of many light tokens, where a few heavy ones, in the sample or not, may
/// hold most of the mass. `left_out` is what of their weights lies below the edge; the scatter of a sum is that of the sampled ones in it. Values
/// outside of [bottom, top] count at its ends.
template <class F>
std::array<double, 2> levels_about_edge(std::size_t n, F witness_at, double bottom, double top, double left_out) noexcept {
    constexpr std::size_t bins = 1024;
    struct bin {
        double mass, squares;
    };
    std::array<bin, bins> histogram{};
    const double per_value = bins / (top - bottom);
    for (std::size_t i = 0; i < n; ++i) {
        const witness each = witness_at(i);
        const double at = numeric::product(std::clamp(each.value, bottom, top) - bottom, per_value);
        // Where top and bottom are next to each other the quotient above is infinite, and this is no number.
        bin& here = histogram[at < static_cast<double>(bins) ? static_cast<std::size_t>(at) : bins - 1];
        here.mass += each.weight;
        here.squares += numeric::product(numeric::product(each.weight, each.weight), each.by_chance);
    }
    std::array<double, 2> levels{bottom, top};
    double mass = 0, squares = 0;
    bool below = true;
    for (std::size_t i = 0; i < bins; ++i) {
        mass += histogram[i].mass;
        squares += histogram[i].squares;
        const double scatter = 3 * std::sqrt(squares), end = bottom + static_cast<double>(i + 1) / per_value;
        if (below && mass + scatter < left_out) levels[0] = end;
        else below = false;
        if (mass - scatter > left_out) {
            levels[1] = end;
            break;
        }
    }
    return levels;
}

/// A prefix of an order: its last token, and what it weighs.
struct prefix {
    place last;
    double mass;
};

/// The shortest prefix that weighs at least `target` and has at least `min_keep` tokens; all of them where none does.
/// There is at least one token; `room` has sixteen bytes for each.
///
/// Closes in on two levels between which the edge lies: the tokens at or above `low` are enough, those at or above `high` are not.
/// Of many tokens a sample tells where to look first; as soon as those between the levels are few beside the rest, they go on alone.
/// What is between is sorted when there is next to nothing left; where it stays many, all of it is equal, and its order is that of the ids.
inline prefix shortest_prefix(weighed_tokens all, double target, std::size_t min_keep, std::byte* room) noexcept {
    constexpr std::size_t few = sizes::prefix_sorted, many = sizes::prefix_sampled;
    auto [ids, values, weights, n] = all;
    std::fill_n(values + n, simd::lanes, -numeric::infinity);
    const auto enough = [&](const simd::weight_above& w) { return w.mass >= target && w.count >= min_keep; };
    const auto [least, greatest] = extremes(values, n);
    double low = least, high = numeric::next_above(greatest);
    simd::weight_above over{0, 0}, set_aside{0, 0};  // tokens at or above high; those of them that no longer are in the arrays
    std::size_t reached = n;
    double mass_reached = n > sizes::prefix_guessed ? simd::lists().mass_at_least(values, weights, n, low).mass : 0;
    std::array<double, 2> sampled{low, low};
    if (n > many && least < greatest) {
        const auto entry = [&](std::size_t i) { return witness{all.values[i * all.count / many], all.weights[i * all.count / many]}; };
        const double share = static_cast<double>(many) / static_cast<double>(n);
        sampled = levels_about_edge(many, entry, least, greatest, numeric::product(mass_reached - target, share));
    }
    for (std::size_t step = 0; reached - over.count > few; ++step) {
        const auto low_rank = numeric::rank_of(low), high_rank = numeric::rank_of(high);
        if (high_rank - 1 <= low_rank) break;
        // Where the edge is if the mass lies evenly between the levels, a little to either side in turn so that both of them move; by rank
        // every third time, which bounds the number of steps whatever the values are.
        double guess = low / 2 + high / 2;
        if (step % 3 != 2 && n > sizes::prefix_guessed) {
            const double share = (target - over.mass) / (mass_reached - over.mass) + (step % 3 == 0 ? 0.02 : -0.02);
            if (0 < share && share < 1) guess = high - numeric::product(high - low, share);
        }
        if (step < 2 && low < sampled[step] && sampled[step] < high) guess = sampled[step];
        if (step % 3 == 2 || !(low < guess && guess < high))
            guess = numeric::of_rank<double>((low_rank & high_rank) + ((low_rank ^ high_rank) >> 1));
        auto w = simd::lists().mass_at_least(values, weights, n, guess);
        w = {set_aside.mass + w.mass, set_aside.count + w.count};
        if (enough(w)) {
            low = guess;
            reached = w.count;
            mass_reached = w.mass;
        } else {
            high = guess;
            over = w;
        }
        if (const std::size_t between = reached - over.count; n > many && between <= n / 8) {
            const std::size_t padded = between + 1 + simd::lanes;  // one is written too far
            auto* const v = reinterpret_cast<double*>(room);
            auto* const w_between = v + padded;
            auto* const id = reinterpret_cast<token_id*>(w_between + padded);
            std::size_t moved = 0;
            for (std::size_t i = 0; i < n; ++i) {  // written whether it belongs or not: which do is not to be predicted
                v[moved] = values[i];
                w_between[moved] = weights[i];
                id[moved] = ids[i];
                moved += (low <= values[i]) & (values[i] < high);
            }
            ids = id;
            values = v;
            weights = w_between;
            n = moved;
            set_aside = over;
            room += (2 * sizeof(double) + sizeof(token_id)) * padded / 64 * 64 + 64;
            std::fill_n(values + n, simd::lanes, -numeric::infinity);
        }
    }
    place last{low, ids[n - 1]};
    if (reached - over.count <= few) {
        struct entry {
            place token;
            double weight;
        };
        entry edge[32];  // more than few, or gcc 12 believes that std::sort looks past the end
        std::size_t between = 0;
        for (std::size_t i = 0; i < n; ++i) {
            edge[between] = {{values[i], ids[i]}, weights[i]};
            between += (low <= values[i]) & (values[i] < high);
        }
        std::sort(edge, edge + between, [](const entry& a, const entry& b) { return a.token < b.token; });
        for (std::size_t i = 0; i < between && !enough(over); ++i) {
            over = {over.mass + edge[i].weight, over.count + 1};
            last = edge[i].token;
        }
    } else {
        // Added up apart: beside what is heavy all of them would be rounded the same way.
        const double mass_above = over.mass;
        target -= mass_above;
        over.mass = 0;
        for (std::size_t i = 0; i < n && !enough(over); ++i) {
            if (values[i] != low) continue;
            over = {over.mass + weights[i], over.count + 1};
            last.id = ids[i];
        }
        over.mass += mass_above;
    }
    return {last, over.mass};
}

}  // namespace argdraw::detail
