// nucleus_band — where most of a row holds a share of the mass: a band of it, found by a sample and one read.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <argdraw/candidates/mass_search.hpp>
#include <argdraw/candidates/nucleus.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

// ---- a sample ----------------------------------------------------------------------------------------------------------

/// Leaves some of the blocks in the tokens, without ids and with weights in the unit of the masses. Returns how many tokens these are; 0
/// where the row is too short to be told by them, or no band will do.
template <logit_scalar T>
std::size_t sample_blocks(mass_search<T>& s) noexcept {
    const std::size_t complete = s.of_row().blocks().complete;
    if (!s.weights().in_float() || s.min_keep > 1 || complete < sizes::blocks_a_sampled_one * sizes::sampled_blocks) return 0;
    for (std::size_t i = 0; i < sizes::sampled_blocks; ++i) {
        const std::size_t b = i * (complete / sizes::sampled_blocks);
        double* const weights = s.tokens.weights + i * simd::block_size;
        s.weights().weights_of_block(s.of_row(), b, weights);
        const double to_row = s.weights().block_scale(b);
        for (std::size_t at = 0; at < simd::block_size; ++at) weights[at] *= to_row;
        s.of_row().values_of_block(b, s.tokens.values + i * simd::block_size);
    }
    return sizes::sampled_blocks * simd::block_size;
}
template <logit_scalar T>
double share_of_sample(const mass_search<T>& s) noexcept {
    return static_cast<double>(sizes::sampled_blocks * simd::block_size) / static_cast<double>(s.of_row().width());
}
template <logit_scalar T>
double left_out_of_sample(const mass_search<T>& s) noexcept {
    return numeric::product(s.left_out(), share_of_sample(s));
}

/// What weighs less than two levels, NaN where that was not read, and what lies between them.
struct masses_about {
    double below = numeric::nan, between = 0;
};

/// Between which values the edge lies, what weighs less than the lower one, and what lies between them, 0 where that is not known.
struct search_range {
    double bottom, top;
    double under_bottom = 0, inside = 0;

    /// Takes the side of two levels on which the edge lies; false where it lies between them, or nothing is left.
    bool narrow(double low, double high, const masses_about& of, double left_out) noexcept {
        if (of.below > left_out) {
            top = low;
            inside = of.below - under_bottom;
        } else if (of.below + of.between < left_out) {
            bottom = high;
            under_bottom = of.below + of.between;
            inside = 0;
        } else {
            return false;
        }
        return bottom < top;
    }
};

/// Levels about the edge, told by a sample of n. From a second sample on, `again`, only what lies in the range counts, whose other weights
/// give way.
template <logit_scalar T>
std::array<double, 2> sampled_levels(mass_search<T>& s, std::size_t n, const search_range& in, bool again) noexcept {
    for (std::size_t i = 0; i < n && again; ++i)
        s.tokens.weights[i] *= static_cast<double>((in.bottom <= s.tokens.values[i]) & (s.tokens.values[i] < in.top));
    const double to_sample = in.inside > 0 ? numeric::sum(s.tokens.weights, n) / in.inside : share_of_sample(s);
    const auto sampled = [&](std::size_t i) { return witness{s.tokens.values[i], s.tokens.weights[i]}; };
    return levels_about_edge(n, sampled, in.bottom, in.top, numeric::product(s.left_out() - in.under_bottom, to_sample));
}

/// The value that the first of n sampled tokens between two levels has, where most of them have it and they are many; NaN where not. Needs a
/// multiple of a vector of tokens.
inline double common_between(const double* values, std::size_t n, double low, double high) noexcept {
    const auto reaching = [&](double level) { return simd::numbers<double>().count_at_least(values, n, level); };
    const std::size_t between = low < high ? reaching(low) - reaching(high) : 0;
    if (between <= n / 16) return numeric::nan;
    const double common = *std::find_if(values, values + n, [&](double v) { return low <= v && v < high; });
    const std::size_t equal = reaching(common) - reaching(numeric::next_above(common));
    return 2 * equal > between ? common : numeric::nan;
}

/// Whether n values are one number. Needs a multiple of a vector of them.
inline bool all_equal(const double* values, std::size_t n) noexcept {
    const auto& numbers = simd::numbers<double>();
    return numbers.count_at_least(values, n, values[0]) == n && numbers.count_at_least(values, n, numeric::next_above(values[0])) == 0;
}

// ---- by one read -------------------------------------------------------------------------------------------------------

/// The edge lies among tokens that are all equal: the first of them stay. What they weigh is what one weighs, by their number.
template <logit_scalar T>
nucleus_found ends_among_equals(mass_search<T>& s, value_of<T> common) noexcept {
    const auto above = numeric::next_above(common);
    const double value = static_cast<double>(common);
    const auto& row = s.of_row();
    if (!(row.banded().cut < value) || row.strays().count() > 0) return {};
    const reaching counted = s.seen.count_about(value, static_cast<double>(above));
    const std::int32_t* const equals = s.seen.counts().between;
    const double below = s.weights().split_beside_equals(row, common), count = static_cast<double>(counted.low - counted.high);
    double* const masses = s.weights().above();
    const double each = s.weights().weight_of(value);
    double wanted = 0;
    bool in_floats = true;
    first_certain(
        [&](const edge& at) {
            wanted = at.wanted;
            const bool certain = std::ceil(at.wanted - at.uncertain) == std::ceil(at.wanted + at.uncertain);
            return ending{certain ? outcome::found : outcome::mass_in_doubt};
        },
        [&] { return s.told_by(count, numeric::sum(masses, s.seen.blocks()) / each, below / each, s.rounding()); },
        [&] {
            in_floats = false;
            return s.told_in_doubles(count, value, value, static_cast<double>(above));
        });
    if (!(0 < wanted && wanted <= count)) return {};
    auto stay = static_cast<std::size_t>(std::ceil(wanted));
    band kept{value, 0};
    for (std::size_t b = 0; stay > 0; ++b) {
        const std::size_t here = (std::min)(static_cast<std::size_t>(equals[b]), stay);
        if (here > 0 && here == stay) kept.last_equal = row.nth_equal(b, common, here);
        masses[b] += numeric::product(static_cast<double>(here), each);
        stay -= here;
    }
    return {.is = nucleus_found::form::band, .kept = kept, .weighed = in_floats};
}

/// Adds to masses of blocks the tokens of a list, n with weights, for which stays(i).
template <class F>
void add_to_blocks(double* masses, const token_arrays& tokens, std::size_t n, double from_list, F stays) noexcept {
    for (std::size_t i = 0; i < n;) {
        const std::size_t b = block_of(tokens.ids[i]);
        double mass = 0;
        for (; i < n && block_of(tokens.ids[i]) == b; ++i) mass += numeric::product(tokens.weights[i], static_cast<double>(stays(i)));
        masses[b] += mass / from_list;
    }
}

/// The edge lies between two levels, or nothing is found and `of` tells where.
template <logit_scalar T>
nucleus_found ends_between(mass_search<T>& s, value_of<T> low, value_of<T> high, masses_about& of) noexcept {
    const auto& row = s.of_row();
    if (!(low < high) || !(row.banded().cut < static_cast<double>(high))) return {};
    const auto parts = s.weights().split(row, low, low, high);
    const std::size_t found = parts.listed;
    of.below = parts.below;
    if (found == 0) return {};
    // The list weighs its tokens relative to the greatest of them, so that equals weigh 1; to_list takes masses there.
    const double reference = simd::lists().greatest(s.tokens.values, found);
    const double to_list = s.weights().relative_to(reference, 1.0), between = s.weigh(found, reference);
    of.between = between / to_list;
    double* const masses = s.weights().above();
    bool in_floats = true;
    const ending end =
        first_certain([&](const edge& at) { return s.last_inside(found, {s.tokens.values}, between, at, [](double) { return true; }); },
                      [&] {
                          const double above = numeric::sum(masses, s.seen.blocks());
                          return s.told_by(between, numeric::product(above, to_list), numeric::product(of.below, to_list), s.rounding());
                      },
                      [&] {
                          in_floats = false;
                          return s.told_in_doubles(between, reference, static_cast<double>(low), static_cast<double>(high));
                      });
    if (end.is != outcome::found) return {};
    const auto stays = [&](std::size_t i) { return !(end.last < place{s.tokens.values[i], s.tokens.ids[i]}); };
    if (in_floats) add_to_blocks(masses, s.tokens, found, to_list, stays);
    return {.is = nucleus_found::form::band, .kept = {end.last.value, end.last.id}, .weighed = in_floats};
}

/// On a flat row the nucleus is most of the row, and stays a view of it: a band. Blocks taken at even distances tell about where
/// its edge is; one read of the row then weighs what lies safely above and lists what lies about there; only the list has
/// to be put in order. Where the sample misled, the row tells on which side of the levels the edge lies.
template <logit_scalar T>
nucleus_found in_band(mass_search<T>& s) noexcept {
    using value = value_of<T>;
    search_range in{s.weights().bound_on_greatest() - s.nothing_below(), s.weights().bound_on_greatest()};
    for (std::size_t tries = 1; tries <= sizes::band_tries; ++tries) {
        const std::size_t n = sample_blocks(s);
        if (n == 0) return {};
        // Where the sample is all of one value, so is what is between any levels about the edge.
        if (const double first = s.tokens.values[0]; in.bottom < first && first < in.top && all_equal(s.tokens.values, n))
            return ends_among_equals(s, static_cast<value>(first));
        auto [low, high] = sampled_levels(s, n, in, tries > 1);
        // A row that is in order, say, is not told by its blocks: the third time all is taken that the first two have left.
        if (tries == sizes::band_tries) {
            low = in.bottom;
            high = in.top;
        }
        if (const double common = common_between(s.tokens.values, n, low, high); common == common)
            return ends_among_equals(s, static_cast<value>(common));
        masses_about of;
        const auto from = static_cast<value>(low), to = static_cast<value>(high);
        if (const nucleus_found found = ends_between(s, from, to, of); found.is != nucleus_found::form::nothing) return found;
        if (!in.narrow(static_cast<double>(from), static_cast<double>(to), of, s.left_out())) return {};
    }
    return {};
}

}  // namespace argdraw::detail
