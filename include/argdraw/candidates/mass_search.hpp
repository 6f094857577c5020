// mass_search — where the prefix of a list ends that holds a share of the mass of a view.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/row_sample.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A list of all tokens that reach a cut, with its maximum and mass.
struct tokens_from_cut {
    std::size_t count = 0;
    double maximum = 0, cut = 0, mass = 0;
};
/// The numbers that a list is ordered by: values, or how near they are to a center, and how far off that may be.
struct ordering {
    double* by;
    double center = 0, error = 0;
};
/// What a prefix of a list has to weigh, and what that may be off by; in the unit of the list's weights.
struct edge {
    double wanted, uncertain;
};
enum class outcome { found, mass_in_doubt, center_in_doubt, not_in_list };
struct ending {
    outcome is;
    place last{};
};

/// What try_edge makes of the first edge that is not in doubt. Edges come as functions, the quick ones first; each is asked for if those
/// before it were in doubt.
template <class F, class... Edges>
ending first_certain(F try_edge, Edges... edge_of) noexcept {
    ending end{outcome::mass_in_doubt};
    ((end = end.is == outcome::mass_in_doubt ? try_edge(edge_of()) : end), ...);
    return end;
}

/// The search for the fewest first tokens whose mass is at least p times that of a weighed view, p < 1, and which are at least min_keep.
/// First in the order; or, in what begins with near, by their distance from a center, the lower id first at equal distance. It reads the
/// view and writes to the scratch, and leaves to others to narrow anything. Shortcuts decide only where to look: each has a certificate,
/// and says no where it does not hold.
///
/// Where weights are floats, a mass is off by up to float_sums::of_weights of itself. So the tokens about the edge are listed and weighed
/// in double; of the others K weighs what stays whatever the list says, B what leaves. Of a list that weighs L, what has to stay is
///
///     p (K + L + B) - K  =  p (L + B) - (1 - p) K,   off by 2^-22 (2 p B + (1 - p) K) at most:
///
/// 3 p (1 - p) of that share of the whole, next to nothing where p is near 0 or 1. Where an edge that is off by so much would be another
/// one, K and B are read again in doubles, and the answer is theirs: what decides is always within 1e-12 of the whole.
///
/// A center may be uncertain, too. On one side of it the order is that of the values, wherever it is, but for what the rounding of a
/// distance takes for equal; and of the tokens on the other side those nearer than the edge by more than twice what the center may be off
/// by stay nearer, and those farther stay farther. What stays is the tokens up to the edge on its side, and those nearer than it on the
/// other: so the answer is certain where no token of the other side is about as near as the edge, and none of its own is next to it but
/// those of its own logit, which follow each other by id.
template <logit_scalar T>
struct mass_search {
    using value = value_of<T>;

    view<T>& seen;
    token_arrays tokens;
    place* room;   ///< to put tokens in order
    double scale;  ///< takes the view's values to logits
    double p;
    std::size_t min_keep;

    const living_row<T>& of_row() const noexcept { return seen.row(); }
    const masses<T>& weights() const noexcept { return seen.weights(); }
    double exponent_scale() const noexcept { return numeric::product(scale, numeric::log2_e); }

    double target(double maximum) const noexcept { return numeric::product(p, weights().relative_to(maximum, weights().all())); }
    /// The mass that may be left out: what is kept may not fall below p times the whole.
    double left_out() const noexcept { return weights().all() - numeric::product(p, weights().all()); }
    /// How far below the greatest a value has no weight beside it.
    double nothing_below() const noexcept { return 64 / exponent_scale(); }
    /// What masses of a view may be off by, as a share of themselves.
    double rounding() const noexcept { return weights().in_float() ? float_sums::of_weights : 0; }

    /// Whether the row has enough blocks that some of them tell of it.
    bool is_wide() const noexcept { return min_keep <= 1 && of_row().block_count() > sizes::blocks_a_sampled_one * sizes::sampled_blocks; }
    /// What so many tokens of so many blocks at even distances tell of a wide row. The tokens give way.
    row_sample sample(std::size_t blocks, std::size_t of_block) noexcept {
        const std::size_t complete = of_row().block_count() - 1;
        for (std::size_t i = 0; i < blocks; ++i)  // the next one overwrites what is too much
            of_row().values_of_block(i * complete / blocks, tokens.values + i * of_block);
        return row_sample(tokens.values, blocks * of_block, exponent_scale(), nothing_below());
    }
    row_sample sample() noexcept { return sample(sizes::sampled_blocks, simd::block_size); }
    /// What a mass of the row comes to in a sample.
    double in_sample(const row_sample& sample, double mass) const noexcept {
        return numeric::product(weights().relative_to(sample.greatest(), mass), sample.share_of(of_row().width()));
    }
    /// Whether few tokens tell of a row whose mass is not made of a few heavy ones.
    bool is_flat() noexcept { return sample((sizes::sampled_blocks + 3) / 4, simd::block_size / 4).tells_mass(sizes::few_tell); }

    /// Leaves the weights of the first n tokens relative to a value; returns their sum.
    double weigh(std::size_t n, double reference) noexcept {
        simd::lists().weights(tokens.values, n, reference, exponent_scale(), tokens.weights);
        return simd::lists().sum(tokens.weights, n);
    }

    // ---- where a list ends ---------------------------------------------------------------------------------------------

    /// Of a list, where what weighs `stays` stays before all of it, and what weighs `leaves` leaves after it; the first is off by a share of
    /// itself, the second, which was summed beside it, by twice that.
    edge told_by(double listed, double stays, double leaves, double share) const noexcept {
        return {numeric::product(p, listed + leaves) - numeric::product(1 - p, stays),
                numeric::product(share, numeric::product(2 * p, leaves) + numeric::product(1 - p, stays))};
    }
    /// The same from a read in doubles. `reference` is that of the list's weights; it has all tokens with low <= value < high.
    edge told_in_doubles(double listed, double reference, double low, double high) noexcept {
        const auto [above, below] = weights().split_in_doubles(of_row(), seen.top(), reference, low, high);
        return told_by(listed, above, below, 0);
    }

    /// Needs weights. Returns the last token of the prefix of the first n tokens that weighs what is wanted.
    template <class F>
    ending last_of(std::size_t n, ordering order, const edge& at, std::size_t at_least, F complete) noexcept {
        const auto [wanted, uncertain] = at;
        if (!numeric::finite(uncertain)) return {outcome::mass_in_doubt};
        const auto find = [&](double mass) {
            return shortest_prefix({tokens.ids, order.by, tokens.weights, n}, mass, at_least, reinterpret_cast<std::byte*>(room));
        };
        const auto index_of = [&](token_id id) {
            return static_cast<std::size_t>(std::lower_bound(tokens.ids, tokens.ids + n, id) - tokens.ids);
        };
        const auto [last, mass] = find(wanted);
        if (!(wanted + uncertain <= mass)) return {uncertain > 0 ? outcome::mass_in_doubt : outcome::not_in_list};
        if (uncertain > 0 && !(mass - tokens.weights[index_of(last.id)] < wanted - uncertain) && find(wanted - uncertain).last < last)
            return {outcome::mass_in_doubt};
        const double reach = numeric::product(2.0002, order.error);
        if (!complete(last.value - reach) || !complete(last.value + reach)) return {outcome::not_in_list};
        if (reach > 0 && center_is_doubtful(n, order, reach, {last.value, last.id}, tokens.values[index_of(last.id)]))
            return {outcome::center_in_doubt};
        return {outcome::found, last};
    }

    /// Whether another center, at most half of `reach` from this one, may have another edge than `last`, of a value `edge_value`. Roundings
    /// of a distance are below 2^-10 of the reach; see error_of_rough.
    bool center_is_doubtful(std::size_t n, const ordering& order, double reach, const place& last, double edge_value) const noexcept {
        const double rounding = numeric::product(reach, 0x1p-10);
        // Where the edge is next to the center, so are the others, and on which side is not known.
        const bool sides_are_known = -last.value > 2 * reach, above = edge_value > order.center;
        const double to_others = reach, to_own = sides_are_known ? rounding : reach;
        std::fill_n(order.by + n, simd::lanes, -numeric::infinity);
        const auto count = simd::numbers<double>().count_at_least;
        if (count(order.by, n, last.value - reach) - count(order.by, n, numeric::next_above(last.value + reach)) == 1) return false;
        bool doubtful = false;
        for (std::size_t i = 0; i < n; ++i) {
            const double apart = std::fabs(order.by[i] - last.value);
            const bool own = (tokens.values[i] > order.center) == above;
            doubtful |= (apart <= to_own) & (tokens.values[i] != edge_value);
            doubtful |= (apart <= to_others) & !own;
        }
        return doubtful;
    }

    /// The same of a list that weighs `listed`, with others before and behind it, where the edge may be.
    template <class F>
    ending last_inside(std::size_t n, ordering order, double listed, const edge& at, F complete) noexcept {
        if (at.wanted + at.uncertain <= 0 || !(at.wanted - at.uncertain <= listed)) return {outcome::not_in_list};
        if (at.wanted - at.uncertain <= 0) return {at.uncertain > 0 ? outcome::mass_in_doubt : outcome::not_in_list};
        return last_of(n, order, at, 1, complete);
    }
};

}  // namespace argdraw::detail
