// nucleus — the tokens that hold a share of the mass, found in a view without putting the row in order.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>

#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The search for the fewest first tokens whose mass is at least p times that of a weighed view, p < 1, and which are at least min_keep. First in the
/// order; or, in what begins with near, by their distance from a center, the lower id first at equal distance.
///
/// It ends in one of three ways: a short list that holds them all, a band of the view, or nothing found; then the whole row has to be listed.
/// Shortcuts decide only where to look: each has a certificate, and says no where it does not hold.
///
/// Where weights are floats, a mass is off by up to a share of 2^-22 of itself: 1.17e-7 for the weights, and two roundings of 2^-24 in the sums of
/// four. So the tokens about the edge are listed and weighed in double; of the others K weighs what stays whatever the list says, B what leaves.
/// Of a list that weighs L, what has to stay is
///
///     p (K + L + B) - K  =  p (L + B) - (1 - p) K,   off by 2^-22 (p B + (1 - p) K) at most:
///
/// 2 p (1 - p) of that share of the whole, next to nothing where p is near 0 or 1. Where an edge that is off by so much would be another one,
/// K and B are read again in doubles, and the answer is theirs: what decides is always within 1e-12 of the whole.
///
/// A center may be uncertain, too. Tokens nearer to it than the edge by more than twice what it may be off by stay nearer whatever it is, and
/// those farther stay farther; so the answer is certain where all between have the logit of the edge itself, and follow each other by id.
template <logit_scalar T>
class nucleus {
public:
    /// The view must have been weighed; `scale` takes its values to logits.
    nucleus(view<T>& row, scratch<T>& space, double scale, double p, std::size_t min_keep) noexcept
        : view_{row},
          scratch_{space},
          scale_{scale},
          exponent_scale_{numeric::product(scale, numeric::log2_e)},
          p_{p},
          min_keep_{min_keep} {}

    /// Whether a search ended without an answer because the center is not known well enough.
    bool center_in_doubt() const noexcept { return center_in_doubt_; }

    /// A list in scratch ids and values, with its weights relative to its maximum. The nucleus is in it, and ends with `last`.
    struct list {
        std::size_t count = 0;
        double maximum = 0;
        double cut = 0;  // it is all that reach this
        place last{};

        explicit operator bool() const noexcept { return count > 0; }
    };

    /// The tokens at or above a cut are a prefix of the order, and hold the nucleus as soon as they weigh enough. Opens the blocks with the
    /// greatest logits, more and more of them, until that is so; nothing where that would be most of the row.
    list in_heavy_blocks() noexcept {
        const list all = listed([&](double cut, std::size_t found) -> list {
            if (found < min_keep_) return {};
            const double maximum = *std::max_element(scratch_.values, scratch_.values + found);
            simd::lists().weights(scratch_.values, found, maximum, exponent_scale_, scratch_.weights);
            return {numeric::sum(scratch_.weights, found) < target(maximum) ? 0 : found, maximum, cut};
        });
        return ended(all, scratch_.values, [](double) { return true; });
    }

    /// A list of all tokens at or above a cut has all that are as near to the center as the cut is: the nearest ones are among them as soon
    /// as those weigh enough. The center is a logit, so far below the maximum, which must be known. Leaves - |distance| in spare.
    list near_in_heavy_blocks(estimate below_maximum) noexcept {
        const double below = below_maximum.value;
        const double maximum = view_.maximum();
        double reach = 0;
        const list all = listed([&](double cut, std::size_t found) -> list {
            reach = numeric::product(maximum - cut, scale_) - below;
            if (!(reach > 0)) return {};
            simd::lists().weights(scratch_.values, found, maximum, exponent_scale_, scratch_.weights);
            double within = 0;
            std::size_t count = 0;
            for (std::size_t i = 0; i < found; ++i) {
                scratch_.spare[i] = -std::fabs(numeric::product(maximum - scratch_.values[i], scale_) - below);
                const bool inner = -scratch_.spare[i] < reach;
                within += numeric::product(scratch_.weights[i], static_cast<double>(inner));
                count += inner;
            }
            return {within < target(maximum) || count < min_keep_ ? 0 : found, maximum, cut};
        });
        return ended(all, scratch_.spare, [&](double nearness) { return -nearness < reach; }, below_maximum.error);
    }

    /// On a flat row the nucleus is most of the row, and stays a view of it: a band. Blocks taken at even distances tell about where
    /// its edge is; one read of the row then weighs what lies safely above and lists what lies about there; only the list has
    /// to be put in order. False where the edge is not there.
    bool becomes_band() noexcept {
        double bottom = view_.bound_on_maximum() - nothing_below(), top = view_.bound_on_maximum();
        double under_bottom = 0, to_top = 0;  // masses: what weighs less than bottom, and, where it is known, what lies between
        for (std::size_t tries = 1; tries <= sizes::band_tries; ++tries) {
            const std::size_t n = sample_blocks();
            if (n == 0) return false;
            for (std::size_t i = 0; i < n && tries > 1; ++i)
                scratch_.weights[i] *= static_cast<double>((bottom <= scratch_.values[i]) & (scratch_.values[i] < top));
            const double to_sample = to_top > 0 ? numeric::sum(scratch_.weights, n) / to_top : share_of_sample();
            const auto sampled = [&](std::size_t i) { return witness{scratch_.values[i], scratch_.weights[i]}; };
            auto [low, high] = levels_about_edge(n, sampled, bottom, top, numeric::product(left_out() - under_bottom, to_sample));
            // A row that is in order, say, is not told by its blocks: the third time all is taken that the first two have left.
            if (tries == sizes::band_tries) {
                low = bottom;
                high = top;
            }
            // Many equal ones: they are counted, not listed.
            std::size_t between = 0, equal = 0;
            double common = numeric::nan;
            for (std::size_t i = 0; i < n; ++i) {
                const bool inside = (low <= scratch_.values[i]) & (scratch_.values[i] < high);
                common = (inside & (between == 0)) ? scratch_.values[i] : common;
                between += inside;
                equal += inside & (scratch_.values[i] == common);
            }
            if (2 * equal > between && between > n / 16) return ends_among_equals(static_cast<value>(common));
            masses of{numeric::nan, 0};
            if (ends_between(static_cast<value>(low), static_cast<value>(high), of)) return true;
            // Where the sample misled, what the row weighs on both sides of the levels tells on which one the edge lies.
            if (of.below > left_out()) {
                top = static_cast<double>(static_cast<value>(low));
                to_top = of.below - under_bottom;
            } else if (of.below + of.between < left_out()) {
                bottom = static_cast<double>(static_cast<value>(high));
                under_bottom = of.below + of.between;
                to_top = 0;
            } else {
                return false;
            }
            if (!(bottom < top)) return false;
        }
        return false;
    }

    /// The same by nearness. Where even the maximum is nearer than what is in doubt, the order by nearness is the order.
    bool near_becomes_band(estimate below_maximum) noexcept {
        const double below = below_maximum.value;
        const std::size_t n = sample_blocks();
        if (n == 0) return false;
        const double under = below / scale_, center = view_.maximum() - under;
        const auto sampled = [&](std::size_t i) { return witness{-std::fabs(scratch_.values[i] - center), scratch_.weights[i]}; };
        const auto [outer, inner] = levels_about_edge(n, sampled, -nothing_below() - std::fabs(under), 0, left_out_of_sample());
        const auto low = static_cast<value>(center + outer);
        auto high = static_cast<value>(center + inner);
        if (static_cast<double>(high) > center) high = -numeric::next_above(-high);  // what the row's type rounded up
        const double distance = center - static_cast<double>(high);
        // Twice what the center may be off by, and a ten-thousandth more for the roundings on the way to values.
        const double error = below_maximum.error / scale_;
        if (under + numeric::product(2.0002, error) <= distance) {
            masses unused{};
            return ends_between(low, high, unused);
        }
        return ends_on_both_sides(center, center + distance, n, error);
    }

private:
    using value = value_of<T>;

    double target(double maximum) const noexcept { return numeric::product(p_, view_.relative_to(maximum, view_.mass())); }

    // What `judge(cut, found)` makes of the tokens at or above a cut, of more and more of them until it makes something of them. Where they lie in
    // most of the blocks, some of the blocks tell beforehand whether they may be enough, and few.
    template <class F>
    list listed(F judge) noexcept {
        const std::size_t all = view_.blocks(), half = (std::max<std::size_t>)(all / 2, 1);
        for (std::size_t wanted = (std::min)(sizes::heavy_blocks, half); wanted <= all; wanted = wanted == all        ? all + 1
                                                                                                 : 2 * wanted <= half ? 2 * wanted
                                                                                                                      : all) {
            double cut = 0, mass = 0;
            const std::size_t n = view_.select_heaviest(wanted, cut);
            for (std::size_t i = 0; i < n; ++i) mass += scratch_.block_mass[scratch_.block_list[i]];
            if (mass < numeric::product(p_, view_.mass())) continue;  // what the blocks weigh bounds what can be found in them
            if (n > half) {
                const bool enough = view_.sample_below(cut, sizes::sampled_blocks / 2) <= left_out();
                if (n == all) wanted = all;
                if (!enough) continue;
            }
            const std::size_t found = view_.list_from_blocks(n, cut);
            if (found == 0) continue;
            if (const list all_reaching = judge(cut, found)) return all_reaching;
        }
        return {};
    }

    // What a prefix of a list has to weigh, and what that may be off by; in the unit of the list's weights.
    struct edge {
        double wanted, uncertain;
    };
    // Of a list, where what weighs `stays` stays before all of it, and what weighs `leaves` leaves after it; both off by a share of themselves.
    edge told_by(double listed, double stays, double leaves, double share) const noexcept {
        return {numeric::product(p_, listed + leaves) - numeric::product(1 - p_, stays),
                numeric::product(share, numeric::product(p_, leaves) + numeric::product(1 - p_, stays))};
    }
    // The same from a read in doubles. `reference` is that of the list's weights; it has all tokens with low <= value < high.
    edge told_in_doubles(double listed, double reference, double low, double high) noexcept {
        const auto [above, below] = view_.split_in_doubles(reference, low, high);
        return told_by(listed, above, below, 0);
    }

    enum class outcome { found, mass_in_doubt, not_in_list };

    // The list with its last token in an order, found by the mass of the row; or, where that is not certain, by what the list has not, in doubles.
    // `complete` tells of a place in the order whether the list has all tokens that may stand there.
    template <class F>
    list ended(list all, double* order, F complete, double center_error = 0) noexcept {
        if (!all) return {};
        const double wanted = target(all.maximum);
        outcome end =
            find_last(all.last, order, all.count, {wanted, numeric::product(rounding(), wanted)}, min_keep_, complete, center_error);
        const double listed = numeric::sum(scratch_.weights, all.count);
        if constexpr (view<T>::has_weight_kernel)
            if (const auto cut = static_cast<value>(all.cut); end == outcome::mass_in_doubt && view_.banded().cut < all.cut) {
                // In floats, too, what is not in the list is better told by itself than by what all weigh.
                double below = 0;
                view_.split(cut, cut, cut, below);
                const edge beside = told_by(listed, 0, view_.relative_to(all.maximum, below), rounding());
                end = find_last(all.last, order, all.count, beside, min_keep_, complete, center_error);
            }
        if (end == outcome::mass_in_doubt) {
            constexpr double nothing_above = (std::numeric_limits<double>::max)();
            const edge exact = told_in_doubles(listed, all.maximum, all.cut, nothing_above);
            end = find_last(all.last, order, all.count, exact, min_keep_, complete, center_error);
        }
        return end == outcome::found ? all : list{};
    }

    // The last token of the prefix of the list that weighs what is wanted.
    template <class F>
    outcome find_last(place& last, double* order, std::size_t n, const edge& at, std::size_t min_keep, F complete,
                      double center_error = 0) noexcept {
        const auto [wanted, uncertain] = at;
        const auto find = [&](double mass) {
            return shortest_prefix({scratch_.ids, order, scratch_.weights, n}, mass, min_keep, scratch_.order);
        };
        const auto index_of = [&](token_id id) {
            return static_cast<std::size_t>(std::lower_bound(scratch_.ids, scratch_.ids + n, id) - scratch_.ids);
        };
        const prefix found = find(wanted);
        last = found.last;
        if (!(wanted + uncertain <= found.mass)) return uncertain > 0 ? outcome::mass_in_doubt : outcome::not_in_list;
        if (uncertain > 0 && !(found.mass - scratch_.weights[index_of(last.id)] < wanted - uncertain) &&
            find(wanted - uncertain).last < last)
            return outcome::mass_in_doubt;
        const double reach = numeric::product(2.0002, center_error);
        if (!complete(last.value - reach) || !complete(last.value + reach)) return outcome::not_in_list;
        if (reach > 0) {
            const double edge_value = scratch_.values[index_of(last.id)];
            for (std::size_t i = 0; i < n; ++i)
                center_in_doubt_ |= std::fabs(order[i] - last.value) <= reach && scratch_.values[i] != edge_value;
            if (center_in_doubt_) return outcome::not_in_list;
        }
        return outcome::found;
    }

    // The same of a list with others before and behind it, where the edge may be.
    template <class F>
    outcome ends_in_list(place& last, double* order, std::size_t n, double listed, const edge& at, F complete,
                         double center_error = 0) noexcept {
        if (at.wanted + at.uncertain <= 0 || !(at.wanted - at.uncertain <= listed)) return outcome::not_in_list;
        if (at.wanted - at.uncertain <= 0) return at.uncertain > 0 ? outcome::mass_in_doubt : outcome::not_in_list;
        return find_last(last, order, n, at, 1, complete, center_error);
    }

    // What masses of a view may be off by, as a share of themselves.
    double rounding() const noexcept { return view_.in_float() ? 0x1p-22 : 0; }

    // The mass that may be left out: what is kept may not fall below p times the whole.
    double left_out() const noexcept { return view_.mass() - numeric::product(p_, view_.mass()); }

    // How far below the greatest a value has no weight beside it.
    double nothing_below() const noexcept { return 64 / exponent_scale_; }

    // Some of the blocks, as a list without ids; 0 where the row is too short to be told by them, or no band will do.
    std::size_t sample_blocks() noexcept {
        if (!view_.in_float() || min_keep_ > 1 || view_.complete_blocks() < sizes::blocks_a_sampled_one * sizes::sampled_blocks) return 0;
        for (std::size_t s = 0; s < sizes::sampled_blocks; ++s) {
            const std::size_t b = s * (view_.complete_blocks() / sizes::sampled_blocks);
            const double* const of_block = view_.weights_of_block(b);
            const double to_row = view_.block_scale(b);
            for (std::size_t i = 0; i < simd::block_size; ++i) scratch_.weights[s * simd::block_size + i] = of_block[i] * to_row;
            view_.values_of_block(b, scratch_.values + s * simd::block_size);
        }
        return sizes::sampled_blocks * simd::block_size;
    }
    double share_of_sample() const noexcept {
        return static_cast<double>(sizes::sampled_blocks * simd::block_size) / static_cast<double>(view_.width());
    }
    double left_out_of_sample() const noexcept { return numeric::product(left_out(), share_of_sample()); }

    // The edge lies among tokens that are all equal: the first of them stay. What they weigh is what one weighs, by their number.
    bool ends_among_equals(value common) noexcept {
        const value above = numeric::next_above(common);
        if (!(view_.banded().cut < static_cast<double>(common)) || view_.stray_count() > 0) return false;
        double below = 0;
        bool masses_known = true;
        view_.split(common, above, above, below);
        std::int32_t* const equals = scratch_.block_list;
        double count = 0;
        for (std::size_t b = 0; b < view_.blocks(); ++b) {
            equals[b] = static_cast<std::int32_t>(view_.count_equal(b, common));
            count += equals[b];
        }
        const double value_of_each = static_cast<double>(common), each = view_.weight_of(value_of_each);
        edge at = told_by(count, numeric::sum(scratch_.block_beside, view_.blocks()) / each, below / each, rounding());
        if (std::ceil(at.wanted - at.uncertain) != std::ceil(at.wanted + at.uncertain)) {
            const auto parts = view_.split_in_doubles(value_of_each, value_of_each, static_cast<double>(above));
            at = told_by(count, parts.above, parts.below, 0);
            masses_known = false;
        }
        if (!(0 < at.wanted && at.wanted <= count)) return false;
        auto stay = static_cast<std::size_t>(std::ceil(at.wanted));
        token_id last = 0;
        for (std::size_t b = 0; stay > 0; ++b) {
            const std::size_t here = (std::min)(static_cast<std::size_t>(equals[b]), stay);
            if (here > 0 && here == stay) last = view_.nth_equal(b, common, here);
            scratch_.block_beside[b] += numeric::product(static_cast<double>(here), each);
            stay -= here;
        }
        const band kept{value_of_each, last};
        if (masses_known) view_.narrow_to_weighed(kept);
        else view_.narrow_to(kept);
        return true;
    }

    // What weighs less than two levels, and what lies between them.
    struct masses {
        double below, between;
    };

    // `of` stays as it is where nothing was read.
    bool ends_between(value low, value high, masses& of) noexcept {
        if (!(low < high) || !(view_.banded().cut < static_cast<double>(high))) return false;
        const std::size_t found = view_.split(low, low, high, of.below);
        if (found == 0) return false;
        // The list weighs its tokens relative to the greatest of them, so that equals weigh 1; to_list takes masses there.
        const double reference = *std::max_element(scratch_.values, scratch_.values + found);
        const double to_list = view_.relative_to(reference, 1.0);
        simd::lists().weights(scratch_.values, found, reference, exponent_scale_, scratch_.weights);
        const double between = numeric::sum(scratch_.weights, found), above = numeric::sum(scratch_.block_beside, view_.blocks());
        of.between = between / to_list;
        const auto complete = [](double) { return true; };
        place last{};
        const edge quick = told_by(between, numeric::product(above, to_list), numeric::product(of.below, to_list), rounding());
        if (const outcome end = ends_in_list(last, scratch_.values, found, between, quick, complete); end != outcome::mass_in_doubt) {
            if (end != outcome::found) return false;
        } else {
            const edge exact = told_in_doubles(between, reference, static_cast<double>(low), static_cast<double>(high));
            if (ends_in_list(last, scratch_.values, found, between, exact, complete) != outcome::found) return false;
            view_.narrow_to({last.value, last.id});
            return true;
        }
        for (std::size_t i = 0; i < found; ++i)
            scratch_.block_beside[view<T>::block_of(scratch_.ids[i])] +=
                numeric::product(scratch_.weights[i] / to_list, static_cast<double>(!(last < place{scratch_.values[i], scratch_.ids[i]})));
        view_.narrow_to_weighed({last.value, last.id});
        return true;
    }

    // By nearness to the center. What lies above it, at `upper` and farther, is known token by token: being few and heavy, a sample tells little of
    // it. With that the sample's first n entries tell anew what is in doubt below. What is left out above is removed one by one, what is left
    // out below is left to a band.
    bool ends_on_both_sides(double center, double upper, std::size_t n, double center_error) noexcept {
        if (view_.tokens_reaching(upper) + view_.stray_count() > view_.width() / 4) return false;
        const double maximum = view_.maximum();
        std::copy_n(scratch_.values, n, scratch_.spare);
        auto* const from_above = reinterpret_cast<place*>(scratch_.order);
        const std::size_t above = move_list_to(from_above, view_.list_reaching(upper));
        const double to_list = view_.relative_to(maximum, 1.0), to_sample = share_of_sample() / to_list;
        double* const weights_above = scratch_.weights + n;
        simd::lists().weights(scratch_.values, above, maximum, exponent_scale_, weights_above);
        const double mass_above = numeric::sum(weights_above, above);
        const auto witness_at = [&](std::size_t i) {
            if (i >= n) return witness{center - from_above[i - n].value, numeric::product(weights_above[i - n], to_sample), false};
            const double v = scratch_.spare[i];
            return witness{-std::fabs(v - center), numeric::product(scratch_.weights[i], v < upper)};
        };
        const auto [outer, inner] =
            levels_about_edge(n + above, witness_at, -nothing_below() - (maximum - center), 0, left_out_of_sample());
        const auto low = static_cast<value>(center + outer),
                   high = static_cast<value>((std::min)(center + inner, center - (upper - center)));
        if (!(low < high) || !(view_.banded().cut < static_cast<double>(high))) return false;

        double below = 0;
        auto* const from_below = from_above + above + 1;
        const std::size_t found = above + move_list_to(from_below, view_.split(low, low, high, below));
        merge_by_id(from_above, from_below, found);
        simd::lists().weights(scratch_.values, found, maximum, exponent_scale_, scratch_.weights);
        // What stays before the list is what reaches high but not upper: the difference of two masses, off by what the greater is.
        const double listed = numeric::sum(scratch_.weights, found), reaching = numeric::sum(scratch_.block_beside, view_.blocks());
        const auto told = [&](double reaching_high, double beyond, double share) {
            edge at = told_by(listed, (std::max)(reaching_high - mass_above, 0.0), beyond, share);
            at.uncertain += numeric::product(numeric::product(share, 1 - p_), mass_above);
            return at;
        };
        const auto place_of = [&](std::size_t i) { return place{-std::fabs(scratch_.values[i] - center), scratch_.ids[i]}; };
        for (std::size_t i = 0; i < found; ++i) scratch_.spare[i] = place_of(i).value;
        place last{};
        // Tokens nearer than high were taken without a look, and tokens beyond low are not in the list.
        const auto complete = [&](double nearness) {
            const double reach = -nearness;
            return (std::max)(center - static_cast<double>(high), upper - center) < reach && reach <= center - static_cast<double>(low);
        };
        const edge quick = told(numeric::product(reaching, to_list), numeric::product(below, to_list), rounding());
        outcome end = ends_in_list(last, scratch_.spare, found, listed, quick, complete, center_error);
        if (end == outcome::mass_in_doubt) {
            const auto parts = view_.split_in_doubles(maximum, static_cast<double>(low), static_cast<double>(high));
            end = ends_in_list(last, scratch_.spare, found, listed, told(parts.above, parts.below, 0), complete, center_error);
        }
        if (end != outcome::found) return false;

        band kept{.cut = static_cast<double>(high)};
        for (std::size_t i = 0; i < found; ++i) {
            const bool leaves = last < place_of(i), is_above = scratch_.values[i] >= upper;
            if (leaves & is_above) view_.set(scratch_.ids[i], -numeric::infinity);
            kept.cut = (std::min)(kept.cut, (leaves | is_above) ? numeric::infinity : scratch_.values[i]);
        }
        for (std::size_t i = 0; i < found; ++i)
            if (scratch_.values[i] == kept.cut && !(last < place_of(i))) kept.last_equal = scratch_.ids[i];
        view_.narrow_to(kept);
        return true;
    }

    // The list as an array that ends with an id above all others.
    std::size_t move_list_to(place* out, std::size_t n) const noexcept {
        for (std::size_t i = 0; i < n; ++i) new (out + i) place{scratch_.values[i], scratch_.ids[i]};
        new (out + n) place{0, (std::numeric_limits<token_id>::max)()};
        return n;
    }

    // Two such arrays with n entries together, as one list.
    void merge_by_id(const place* a, const place* b, std::size_t n) noexcept {
        for (std::size_t i = 0; i < n; ++i) {  // without a branch on which comes next
            const bool a_comes = a->id < b->id;
            const place& next = *(a_comes ? a : b);
            a += a_comes;
            b += !a_comes;
            scratch_.ids[i] = next.id;
            scratch_.values[i] = next.value;
        }
    }

    view<T>& view_;
    scratch<T>& scratch_;
    double scale_;
    double exponent_scale_;
    double p_;
    std::size_t min_keep_;
    bool center_in_doubt_ = false;
};

}  // namespace argdraw::detail
