// nearness — a band of a row whose tokens are the nearest to a center: cut below it, and what is too far above it removed one by one.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

#include <argdraw/candidates/mass_search.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/nucleus.hpp>
#include <argdraw/candidates/nucleus_band.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// n of the listed tokens go to `out`, as places.
inline void copy_list_to(place* out, const token_arrays& tokens, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) new (out + i) place{tokens.values[i], tokens.ids[i]};
}

/// A list of n tokens takes m more, from places; both are in order of their ids, and so is what it becomes. The m are few.
inline void merge_by_id(const token_arrays& tokens, std::size_t n, const place* more, std::size_t m) noexcept {
    while (m > 0) {
        const place& next = more[--m];
        for (; n > 0 && tokens.ids[n - 1] > next.id; --n) {
            tokens.ids[n + m] = tokens.ids[n - 1];
            tokens.values[n + m] = tokens.values[n - 1];
        }
        tokens.ids[n + m] = next.id;
        tokens.values[n + m] = next.value;
    }
}

/// The edge on both sides of a center: above `upper`, where few and heavy tokens are known one by one, and between two levels below the
/// center.
struct both_sides {
    double center, upper;
    double maximum = 0;            ///< of the row, which masses are relative to
    double mass_above = 0;         ///< of the tokens >= upper
    std::size_t found = 0;         ///< tokens that are known one by one
    double low = 0, high = 0;      ///< the levels
    double listed = 0, share = 0;  ///< what the known tokens weigh, and what the next two are off by, as a share of themselves
    double below = 0, above = 0;   ///< what weighs less than the lower level, and what reaches the higher one
    double to_list = 0;            ///< from masses of the row

    double nearness_of(double v) const noexcept { return -std::fabs(v - center); }
};

/// Leaves the tokens that are in doubt on both sides, by nearness in tokens.spare, with weights relative to the maximum: those >= upper,
/// which a sample says little of, and those between levels told by them and the first n sampled ones. False where there are too many, or no
/// such levels.
template <logit_scalar T>
bool list_both_sides(mass_search<T>& s, both_sides& of, std::size_t n) noexcept {
    using value = value_of<T>;
    const auto& row = s.of_row();
    const token_arrays& tokens = s.tokens;
    const double maximum = of.maximum, center = of.center;
    of.to_list = s.weights().relative_to(maximum, 1.0);
    std::copy_n(tokens.values, n, tokens.spare);
    place* const from_above = s.room;
    const std::size_t above = s.seen.list_reaching(of.upper);
    if (above > row.width() / 4) return false;
    copy_list_to(from_above, tokens, above);
    const double to_sample = share_of_sample(s) / of.to_list;
    double* const weights_above = tokens.weights + n;
    simd::lists().weights(tokens.values, above, maximum, s.exponent_scale(), weights_above);
    of.mass_above = numeric::sum(weights_above, above);
    const auto witness_at = [&](std::size_t i) {
        if (i >= n) return witness{center - from_above[i - n].value, numeric::product(weights_above[i - n], to_sample), false};
        const double v = tokens.spare[i];
        return witness{-std::fabs(v - center), numeric::product(tokens.weights[i], v < of.upper)};
    };
    const auto [outer, inner] = levels_about_edge(n + above, witness_at, -s.nothing_below() - (maximum - center), 0, left_out_of_sample(s));
    const auto low = static_cast<value>(center + outer),
               high = static_cast<value>((std::min)(center + inner, center - (of.upper - center)));
    if (!(low < high) || !(row.banded().cut < static_cast<double>(high))) return false;
    const auto [listed, below] = s.weights().split(row, low, low, high);
    merge_by_id(tokens, listed, from_above, above);
    of.found = above + listed;
    of.low = static_cast<double>(low);
    of.high = static_cast<double>(high);
    of.below = numeric::product(below, of.to_list);
    of.above = numeric::product(numeric::sum(s.weights().above(), s.seen.blocks()), of.to_list);
    of.share = s.rounding();
    of.listed = s.weigh(of.found, maximum);
    return true;
}

/// The last of them that stays. Leaves how near they are in tokens.spare.
template <logit_scalar T>
ending last_of_both_sides(mass_search<T>& s, both_sides& of, double center_error) noexcept {
    for (std::size_t i = 0; i < of.found; ++i) s.tokens.spare[i] = of.nearness_of(s.tokens.values[i]);
    // Tokens nearer than high were taken without a look, and tokens beyond low are not in the list.
    const auto complete = [&](double nearness) {
        const double reach = -nearness;
        return (std::max)(of.center - of.high, of.upper - of.center) < reach && reach <= of.center - of.low;
    };
    // What stays before the list is what reaches high but not upper: the difference of two masses, off by what the greater is.
    const auto told = [&] {
        edge at = s.told_by(of.listed, (std::max)(of.above - of.mass_above, 0.0), of.below, of.share);
        at.uncertain += numeric::product(numeric::product(of.share, 1 - s.p), of.mass_above);
        return at;
    };
    return first_certain(
        [&](const edge& at) { return s.last_inside(of.found, {s.tokens.spare, of.center, center_error}, of.listed, at, complete); }, told,
        [&] {
            const auto parts = s.weights().split_in_doubles(s.of_row(), s.seen.top(), of.maximum, of.low, of.high);
            of.above = parts.above;
            of.below = parts.below;
            of.share = 0;
            return told();
        });
}

/// What stays below the center where `last` is the last that stays. There nearness rises with the value, so that two levels have between
/// them what is as near as the last. False where that is not all of one value, as logits may be that differ by less than their distance's
/// rounding: these stay by their ids, and that is no band.
inline bool band_up_to(const both_sides& of, const token_arrays& tokens, const place& last, band& kept) noexcept {
    const auto least_with = [&](auto near_enough) {
        auto low = numeric::rank_of(of.low), high = numeric::rank_of(of.high);
        while (low < high) {
            const auto middle = (low & high) + ((low ^ high) >> 1);
            if (near_enough(of.nearness_of(numeric::of_rank<double>(middle)))) high = middle;
            else low = middle + 1;
        }
        return numeric::of_rank<double>(high);
    };
    const double as_near = least_with([&](double nearness) { return nearness >= last.value; });
    const double nearer = least_with([&](double nearness) { return nearness > last.value; });
    kept = {.cut = nearer};
    std::fill_n(tokens.values + of.found, simd::lanes, -numeric::infinity);
    const auto between = [&](double from, double to) {
        const auto count = simd::numbers<double>().count_at_least;
        return count(tokens.values, of.found, from) - count(tokens.values, of.found, to);
    };
    const std::size_t equally_near = between(as_near, nearer);
    if (equally_near == 0) return true;
    kept = {*std::find_if(tokens.values, tokens.values + of.found, [&](double v) { return as_near <= v && v < nearer; }), last.id};
    return between(kept.cut, numeric::next_above(kept.cut)) == equally_near;
}

/// Removes the tokens >= upper that come behind the last one, and leaves what stays in masses.above(). False where that is not known, or
/// where so many blocks have lost a token that all are weighed as soon.
template <logit_scalar T>
bool remove_above(mass_search<T>& s, const both_sides& of, const place& last, const band& kept) noexcept {
    const token_arrays& tokens = s.tokens;
    auto* const above = reinterpret_cast<std::int32_t*>(s.room);
    const std::size_t n = simd::numbers<double>().select(tokens.values, of.found, of.upper, above);
    std::size_t removed = 0;
    for (std::size_t i = 0; i < n; ++i) {  // without a branch on who leaves, which is as good as random
        const place each{tokens.spare[above[i]], tokens.ids[above[i]]};
        above[removed] = each.id;
        removed += last < each;
    }
    s.seen.row().remove({above, removed});
    if (of.share == 0 || removed > s.seen.blocks() / 2 || s.of_row().strays().count() > 0) return false;
    s.weights().weigh_reaching_again(s.of_row(), {above, removed}, static_cast<value_of<T>>(of.high));
    add_to_blocks(s.weights().above(), tokens, of.found, of.to_list,
                  [&](std::size_t i) { return (tokens.values[i] < of.high) & kept.holds(tokens.values[i], tokens.ids[i]); });
    return numeric::sum(s.weights().above(), s.seen.blocks()) >= 0.5;  // or the reference is far above what is left
}

/// Of what list_both_sides has left: what is left out above is removed one by one, what is left out below is left to a band. Nothing where
/// it is none.
template <logit_scalar T>
nucleus_found ends_on_both_sides(mass_search<T>& s, both_sides& of, double center_error) noexcept {
    const ending end = last_of_both_sides(s, of, center_error);
    if (end.is != outcome::found) return {.center_in_doubt = end.is == outcome::center_in_doubt};
    band kept;
    if (!band_up_to(of, s.tokens, end.last, kept)) return {};
    const bool weighed = remove_above(s, of, end.last, kept);
    return {.is = nucleus_found::form::band, .kept = kept, .weighed = weighed};
}

/// The same with a better center, where the one that the list was made with was in doubt.
template <logit_scalar T>
nucleus_found near_in_list(mass_search<T>& s, both_sides& of, estimate below_maximum) noexcept {
    of.center = of.maximum - below_maximum.value / s.scale;
    return ends_on_both_sides(s, of, below_maximum.error / s.scale);
}

/// A band by nearness to the center, a logit so far below the maximum. Where even the maximum is nearer than what is in doubt, the order by
/// nearness is the order. Where the center is in doubt `of` has what near_in_list takes.
template <logit_scalar T>
nucleus_found near_in_band(mass_search<T>& s, estimate below_maximum, both_sides& of) noexcept {
    using value = value_of<T>;
    const std::size_t n = sample_blocks(s);
    if (n == 0) return {};
    const double under = below_maximum.value / s.scale, center = s.seen.maximum() - under;
    const auto sampled = [&](std::size_t i) { return witness{-std::fabs(s.tokens.values[i] - center), s.tokens.weights[i]}; };
    const auto [outer, inner] = levels_about_edge(n, sampled, -s.nothing_below() - std::fabs(under), 0, left_out_of_sample(s));
    const auto low = static_cast<value>(center + outer);
    auto high = static_cast<value>(center + inner);
    if (static_cast<double>(high) > center) high = -numeric::next_above(-high);  // what the row's type rounded up
    const double distance = center - static_cast<double>(high);
    // Twice what the center may be off by, and a ten-thousandth more for the roundings on the way to values.
    const double error = below_maximum.error / s.scale;
    if (under + numeric::product(2.0002, error) <= distance) {
        masses_about unused;
        return ends_between(s, low, high, unused);
    }
    of = {.center = center, .upper = center + distance, .maximum = s.seen.maximum()};
    return list_both_sides(s, of, n) ? ends_on_both_sides(s, of, error) : nucleus_found{};
}

}  // namespace argdraw::detail
