// nucleus — the tokens that hold a share of the mass, found in a view without putting the row in order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include <argdraw/candidates/mass_search.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
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
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// What a search has come to: a list of tokens that has all that stay, a band of the row that has them, or nothing; then the whole row has
/// to be listed.
struct nucleus_found {
    enum class form { nothing, list, band };

    form is = form::nothing;
    /// The list, in the scratch with its weights: its length, maximum and mass; and the last of it that stays, in the order of the search.
    std::size_t count = 0;
    double maximum = 0, mass = 0;
    place last{};
    /// The band, and whether masses.above() has what it then weighs.
    band kept{};
    bool weighed = false;
    /// Nothing was found because the center is not known well enough.
    bool center_in_doubt = false;
};

/// What `judge(cut, found)` makes of the tokens at or above a cut, of more and more of them until it makes something of them. Where they
/// lie in most of the blocks, some of the blocks tell beforehand whether they may be enough, and few.
template <logit_scalar T, class F>
tokens_from_cut first_list(mass_search<T>& s, F judge) noexcept {
    const std::size_t all = s.seen.blocks(), half = (std::max<std::size_t>)(all / 2, 1);
    const auto more = [&](std::size_t than) { return than == all ? all + 1 : 2 * than <= half ? 2 * than : all; };
    for (std::size_t wanted = (std::min)(sizes::heavy_blocks, half); wanted <= all; wanted = more(wanted)) {
        double cut = 0;
        const std::size_t n = s.seen.select_heaviest(wanted, cut);
        // What the blocks weigh bounds what can be found in them.
        if (s.seen.mass_of_selected(n) < numeric::product(s.p, s.weights().all())) continue;
        if (n > half) {
            const bool enough = s.weights().sample_below(s.of_row(), cut, sizes::sampled_blocks / 2) <= s.left_out();
            if (n == all) wanted = all;
            if (!enough) continue;
        }
        const std::size_t found = s.seen.list_selected(n, cut);
        if (found == 0) continue;
        if (const tokens_from_cut reaching = judge(cut, found); reaching.count > 0) return reaching;
    }
    return {};
}

/// Needs a list. `complete` tells of a place in the order whether the list has all tokens that may stand there. Returns it with its last
/// token, found by the mass of the row; or by what the list has not, first in floats, since that is less, and then in doubles.
template <logit_scalar T, class F>
nucleus_found ended(mass_search<T>& s, const tokens_from_cut& all, ordering order, F complete) noexcept {
    using value = value_of<T>;
    if (all.count == 0) return {};
    const double wanted = s.target(all.maximum);
    const auto by_all = [&] { return edge{wanted, numeric::product(s.rounding(), wanted)}; };
    const auto by_rest = [&]() -> edge {
        if constexpr (view<T>::has_weight_kernel)
            if (const auto cut = static_cast<value>(all.cut); s.of_row().banded().cut < all.cut) {
                const double below = s.weights().split(s.of_row(), cut, cut, cut).below;
                return s.told_by(all.mass, 0, s.weights().relative_to(all.maximum, below), s.rounding());
            }
        return {wanted, numeric::infinity};
    };
    const auto by_doubles = [&] { return s.told_in_doubles(all.mass, all.maximum, all.cut, (std::numeric_limits<double>::max)()); };
    const ending end =
        first_certain([&](edge at) { return s.last_of(all.count, order, at, s.min_keep, complete); }, by_all, by_rest, by_doubles);
    if (end.is != outcome::found) return {.center_in_doubt = end.is == outcome::center_in_doubt};
    return {nucleus_found::form::list, all.count, all.maximum, all.mass, end.last};
}

/// The tokens at or above a cut are a prefix of the order, and hold the nucleus as soon as they weigh enough. Opens the blocks with the
/// greatest logits, more and more of them, until that is so; nothing where that would be most of the row.
template <logit_scalar T>
nucleus_found in_heavy_blocks(mass_search<T>& s) noexcept {
    const auto judge = [&](double cut, std::size_t found) -> tokens_from_cut {
        if (found < s.min_keep) return {};
        const double maximum = simd::lists().greatest(s.tokens.values, found);
        const double mass = s.weigh(found, maximum);
        return {mass < s.target(maximum) ? 0 : found, maximum, cut, mass};
    };
    return ended(s, first_list(s, judge), {s.tokens.values}, [](double) { return true; });
}

/// A list of all tokens at or above a cut has all that are as near to the center as the cut is: the nearest ones are among them as soon
/// as those weigh enough. Needs the maximum, and the center as a logit so far below it. Of a list, leaves - |distance| in tokens.spare.
template <logit_scalar T>
nucleus_found near_in_heavy_blocks(mass_search<T>& s, estimate below_maximum) noexcept {
    const double below = below_maximum.value;
    const double maximum = s.seen.maximum();
    double reach = 0;
    const tokens_from_cut all = first_list(s, [&](double cut, std::size_t found) -> tokens_from_cut {
        reach = numeric::product(maximum - cut, s.scale) - below;
        if (!(reach > 0)) return {};
        const double mass = s.weigh(found, maximum);
        double within = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i < found; ++i) {
            s.tokens.spare[i] = -std::fabs(numeric::product(maximum - s.tokens.values[i], s.scale) - below);
            const bool inner = -s.tokens.spare[i] < reach;
            within += numeric::product(s.tokens.weights[i], static_cast<double>(inner));
            count += inner;
        }
        return {within < s.target(maximum) || count < s.min_keep ? 0 : found, maximum, cut, mass};
    });
    return ended(s, all, {s.tokens.spare, maximum - below / s.scale, below_maximum.error},
                 [&](double nearness) { return -nearness < reach; });
}

}  // namespace argdraw::detail
