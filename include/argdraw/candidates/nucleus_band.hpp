// nucleus_band — where most of a row holds a share of the mass: a band of it, found by a sample and one read.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

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
    for (std::size_t i = 0; i < found && in_floats;) {
        const std::size_t b = block_of(s.tokens.ids[i]);
        double mass = masses[b];  // not added to in memory, where each sum would wait for the one before it to arrive
        for (; i < found && block_of(s.tokens.ids[i]) == b; ++i) {
            const bool stays = !(end.last < place{s.tokens.values[i], s.tokens.ids[i]});
            mass += numeric::product(s.tokens.weights[i] / to_list, static_cast<double>(stays));
        }
        masses[b] = mass;
    }
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

// ---- by nearness to a center -------------------------------------------------------------------------------------------

/// The first n tokens as places, and behind them one with an id above all others. Returns n.
inline std::size_t move_list_to(place* out, const token_arrays& tokens, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) new (out + i) place{tokens.values[i], tokens.ids[i]};
    new (out + n) place{0, (std::numeric_limits<token_id>::max)()};
    return n;
}

/// Two such arrays with n entries together, as the first n tokens.
inline void merge_by_id(const place* a, const place* b, std::size_t n, const token_arrays& tokens) noexcept {
    for (std::size_t i = 0; i < n; ++i) {  // without a branch on which comes next
        const bool a_comes = a->id < b->id;
        const place& next = *(a_comes ? a : b);
        a += a_comes;
        b += !a_comes;
        tokens.ids[i] = next.id;
        tokens.values[i] = next.value;
    }
}

/// The edge on both sides of a center: above `upper`, where few and heavy tokens are known one by one, and between two levels below the
/// center.
struct both_sides {
    double center, upper;
    double mass_above = 0;         ///< of the tokens >= upper, relative to the maximum
    std::size_t found = 0;         ///< tokens that are known one by one
    double low = 0, high = 0;      ///< the levels
    double below = 0, listed = 0;  ///< what weighs less than the lower level, and what the known tokens weigh

    place nearness_of(const token_arrays& tokens, std::size_t i) const noexcept {
        return {-std::fabs(tokens.values[i] - center), tokens.ids[i]};
    }
};

/// Leaves the tokens that are in doubt on both sides, by nearness in tokens.spare, with weights relative to the maximum: those >= upper,
/// which a sample says little of, and those between levels told by them and the first n sampled ones. False where there are too many, or no
/// such levels.
template <logit_scalar T>
bool list_both_sides(mass_search<T>& s, both_sides& of, std::size_t n) noexcept {
    using value = value_of<T>;
    const auto& row = s.of_row();
    const token_arrays& tokens = s.tokens;
    if (row.count_reaching(of.upper) + row.strays().count() > row.width() / 4) return false;
    const double maximum = s.seen.maximum(), center = of.center;
    std::copy_n(tokens.values, n, tokens.spare);
    place* const from_above = s.room;
    const std::size_t above = move_list_to(from_above, tokens, s.seen.list_reaching(of.upper));
    const double to_sample = share_of_sample(s) / s.weights().relative_to(maximum, 1.0);
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
    place* const from_below = from_above + above + 1;
    of.found = above + move_list_to(from_below, tokens, listed);
    merge_by_id(from_above, from_below, of.found, tokens);
    of.low = static_cast<double>(low);
    of.high = static_cast<double>(high);
    of.below = below;
    of.listed = s.weigh(of.found, maximum);
    for (std::size_t i = 0; i < of.found; ++i) tokens.spare[i] = of.nearness_of(tokens, i).value;
    return true;
}

/// The last of them that stays.
template <logit_scalar T>
ending last_of_both_sides(mass_search<T>& s, const both_sides& of, double center_error) noexcept {
    const double maximum = s.seen.maximum(), to_list = s.weights().relative_to(maximum, 1.0);
    const double reaching = numeric::sum(s.weights().above(), s.seen.blocks());
    // Tokens nearer than high were taken without a look, and tokens beyond low are not in the list.
    const auto complete = [&](double nearness) {
        const double reach = -nearness;
        return (std::max)(of.center - of.high, of.upper - of.center) < reach && reach <= of.center - of.low;
    };
    // What stays before the list is what reaches high but not upper: the difference of two masses, off by what the greater is.
    const auto told = [&](double reaching_high, double beyond, double share) {
        edge at = s.told_by(of.listed, (std::max)(reaching_high - of.mass_above, 0.0), beyond, share);
        at.uncertain += numeric::product(numeric::product(share, 1 - s.p), of.mass_above);
        return at;
    };
    return first_certain([&](const edge& at) { return s.last_inside(of.found, {s.tokens.spare, center_error}, of.listed, at, complete); },
                         [&] { return told(numeric::product(reaching, to_list), numeric::product(of.below, to_list), s.rounding()); },
                         [&] {
                             const auto parts = s.weights().split_in_doubles(s.of_row(), s.seen.top(), maximum, of.low, of.high);
                             return told(parts.above, parts.below, 0);
                         });
}

/// What is left out above is removed one by one, what is left out below is left to a band. Nothing where it is none.
template <logit_scalar T>
nucleus_found ends_on_both_sides(mass_search<T>& s, double center, double upper, std::size_t n, double center_error) noexcept {
    both_sides of{.center = center, .upper = upper};
    if (!list_both_sides(s, of, n)) return {};
    const ending end = last_of_both_sides(s, of, center_error);
    if (end.is != outcome::found) return {.center_in_doubt = end.is == outcome::center_in_doubt};

    const token_arrays& tokens = s.tokens;
    // Without a branch on who leaves, which is as good as random; tokens.spare has the nearness.
    const auto leaves = [&, last = end.last](std::size_t i) {
        return (tokens.spare[i] < last.value) | ((tokens.spare[i] == last.value) & (tokens.ids[i] > last.id));
    };
    for (std::size_t i = 0; i < of.found; ++i) {
        const double either[] = {tokens.values[i], numeric::infinity};
        tokens.weights[i] = either[leaves(i) | (tokens.values[i] >= upper)];
    }
    band kept{.cut = (std::min)(of.high, extremes(tokens.weights, of.found)[0])};
    for (std::size_t i = 0; i < of.found; ++i)
        kept.last_equal = ((tokens.values[i] == kept.cut) & !leaves(i)) ? tokens.ids[i] : kept.last_equal;
    // Logits that differ by less than their distance's rounding are equally near, and stay by their ids: that is no band.
    const auto inside = [&](std::size_t i) {
        return (tokens.values[i] > kept.cut) | ((tokens.values[i] == kept.cut) & (tokens.ids[i] <= kept.last_equal));
    };
    bool is_a_band = true;
    for (std::size_t i = 0; i < of.found; ++i) is_a_band &= !(leaves(i) & (tokens.values[i] < upper) & inside(i));
    if (!is_a_band) return {};
    std::size_t removed = 0;
    for (std::size_t i = 0; i < of.found; ++i) {
        const bool goes = leaves(i) & (tokens.values[i] >= upper);
        tokens.ids[removed] = tokens.ids[i];
        removed += goes;
    }
    return {.is = nucleus_found::form::band, .kept = kept, .removed = {tokens.ids, removed}};
}

/// A band by nearness to the center, a logit so far below the maximum. Where even the maximum is nearer than what is in doubt, the order by
/// nearness is the order.
template <logit_scalar T>
nucleus_found near_in_band(mass_search<T>& s, estimate below_maximum) noexcept {
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
    return ends_on_both_sides(s, center, center + distance, n, error);
}

}  // namespace argdraw::detail
