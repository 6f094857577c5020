// flat_nucleus — where a good part of a row holds a share of the mass: found while the row is weighed, by one read and a list.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <argdraw/candidates/mass_search.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/nucleus.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/row_sample.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A row that was cut at a level, and what of the mass below it stays; where that is negative, what of the mass above it leaves.
template <logit_scalar T>
struct cut_at_level {
    value_of<T> level;
    double stays, uncertain;
};

/// Where the edge lies between that level and another one. With K and B what weighs above and below the level, p B - (1 - p) K of the mass
/// below it stays, or so much of the mass above it leaves where that is negative; K and B are off by as much as told_by says, whatever is
/// listed of them, and an edge that may be another one within that is found by doubles. Tokens between the level and the edge change sides
/// in the masses: they are added where they had been left out, and taken off where they were counted. A block that so loses more than a
/// sixteenth of its mass would be less certain than others; then the masses are found anew.
template <logit_scalar T>
nucleus_found ends_beside(mass_search<T>& s, const cut_at_level<T>& cut, value_of<T> other) noexcept {
    const bool from_above = cut.stays < 0;
    const auto low = (std::min)(cut.level, other), high = (std::max)(cut.level, other);
    if (!(low < high)) return {};
    const token_arrays& tokens = s.tokens;
    const std::size_t found = simd::spreads<T>().list(s.of_row().blocks(), low, high, tokens.ids, tokens.values);
    if (found == 0) return {};
    // The list weighs its tokens relative to the greatest of them, so that equals weigh 1; to_list takes masses there.
    const double reference = simd::lists().greatest(tokens.values, found);
    const double to_list = s.weights().relative_to(reference, 1.0), listed = s.weigh(found, reference);
    bool in_floats = true;
    const ending end = first_certain(
        [&](const edge& at) { return s.last_inside(found, {tokens.values}, listed, at, [](double) { return true; }); },
        [&] { return edge{numeric::product(cut.stays, to_list) + (from_above ? listed : 0.0), numeric::product(cut.uncertain, to_list)}; },
        [&] {
            in_floats = false;
            return s.told_in_doubles(listed, reference, static_cast<double>(low), static_cast<double>(high));
        });
    if (end.is != outcome::found) return {};
    double* const masses = s.weights().above();
    const double to_row = (from_above ? -1 : 1) / to_list;
    for (std::size_t i = 0; i < found && in_floats;) {
        const std::size_t b = block_of(tokens.ids[i]);
        double moved = 0;
        for (; i < found && block_of(tokens.ids[i]) == b; ++i) {
            // Without a branch on who stays, which is as good as random.
            const bool leaves =
                (tokens.values[i] < end.last.value) | ((tokens.values[i] == end.last.value) & (tokens.ids[i] > end.last.id));
            moved += numeric::product(tokens.weights[i], static_cast<double>(leaves == from_above));
        }
        moved = numeric::product(moved, to_row);
        in_floats = -16 * moved <= masses[b];
        masses[b] += moved;
    }
    return {.is = nucleus_found::form::band, .kept = {end.last.value, end.last.id}, .weighed = in_floats};
}

/// Whether blocks of a row tell of it, and it can be cut so.
template <logit_scalar T>
bool can_be_cut(const mass_search<T>& s) noexcept {
    return s.is_wide() && s.of_row().banded().whole() && s.of_row().strays().count() == 0;
}

/// Where so much of a sample lies below the edge: the row is weighed and cut in one read, at about where the edge is; how far off that was is
/// then known, and a list of the tokens up to there, or a little farther, has the edge.
template <logit_scalar T>
nucleus_found ends_about(mass_search<T>& s, const row_sample& sample, double left_out) noexcept {
    const double at = sample.level_above(left_out);
    if (sample.share_reaching(at) < sizes::least_cut) return {};
    const auto level = static_cast<value_of<T>>(at);
    typename masses<T>::parts weigh{};
    if (!s.seen.weights().split_at(s.of_row(), s.exponent_scale(), level, weigh)) return {};
    const edge of = s.told_by(0, weigh.above, weigh.below, s.rounding());
    const cut_at_level<T> cut{level, of.wanted, of.uncertain};
    double reach = numeric::product(1.2, s.in_sample(sample, std::fabs(cut.stays) + cut.uncertain)) / sample.density(at);
    for (std::size_t tries = 0; tries < sizes::band_tries; ++tries, reach *= 4) {
        const double other = cut.stays < 0 ? at + reach : at - reach;
        if (!(sample.share_between((std::min)(at, other), (std::max)(at, other)) < 1.0 / sizes::listed_one_in)) return {};
        if (const auto found = ends_beside(s, cut, static_cast<value_of<T>>(other)); found.is != nucleus_found::form::nothing) return found;
    }
    return {};
}

/// Before a row is weighed: where a sample tells its mass, and that the nucleus is a good part of it.
template <logit_scalar T>
nucleus_found in_flat_row(mass_search<T>& s) noexcept {
    if (!can_be_cut(s) || !s.is_flat()) return {};
    const row_sample sample = s.sample();
    return sample.tells_mass() ? ends_about(s, sample, numeric::product(1 - s.p, sample.mass())) : nucleus_found{};
}

/// Of a row that was weighed, and whose mass is made of a few heavy tokens beside many light ones.
template <logit_scalar T>
nucleus_found in_weighed_row(mass_search<T>& s) noexcept {
    if (!s.weights().in_float() || !can_be_cut(s)) return {};
    const row_sample sample = s.sample();
    return sample.tells() ? ends_about(s, sample, s.in_sample(sample, s.left_out())) : nucleus_found{};
}

}  // namespace argdraw::detail
