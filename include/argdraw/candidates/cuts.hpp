// cuts — what keeps a part of the order, of a view or of a list.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/edits.hpp>
#include <argdraw/candidates/flat_nucleus.hpp>
#include <argdraw/candidates/nearness.hpp>
#include <argdraw/candidates/nucleus.hpp>
#include <argdraw/candidates/nucleus_band.hpp>
#include <argdraw/candidates/questions.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

// ---- by number ---------------------------------------------------------------------------------------------------------

template <logit_scalar T>
void keep_top(distribution<T>& d, std::size_t k, ties equals, std::size_t min_keep) noexcept {
    k = (std::max<std::size_t>)(k, 1);
    if (equals == ties::all) d.without_map();
    if (equals == ties::first) {
        k = (std::max)(k, min_keep);
    } else if (min_keep > k) {
        // The k-th token's equals may reach further than min_keep does; those of the last one kept for min_keep stay out.
        const auto order = d.sorted(min_keep);
        if (order.size() < min_keep || order[k - 1].value != order.back().value) return keep_top(d, min_keep, ties::first, 1);
    }
    if (k >= d.width()) return;
    if (view<T>* const seen = d.as_plain_view(); seen && equals == ties::first && seen->only_weighed())
        if (const std::size_t found = seen->list_heaviest(k); found >= k)
            d.become_list(found, simd::lists().greatest(d.scratch().tokens.values, found));
    if (!d.find_maximum()) return;
    if (!d.as_list()) d.open_top(k, equals == ties::first ? k : d.width());
    if (list* const tokens = d.as_list()) tokens->keep_top(k, equals);
}

// ---- by value ----------------------------------------------------------------------------------------------------------

/// What becomes of a view and a cut: a list of so many tokens; or a view, with what was counted about the cut and a level above it.
struct cut_view {
    enum class form { list, view, view_below_band };

    form is;
    std::size_t listed = 0;
    reaching counted{};
};

/// Lists what reaches a cut, or says that it stays a view: to list tens of tokens a block costs more than to weigh the view again. A cut
/// below the band leaves the row as it is. Where some blocks tell of few tokens all are listed before they are counted; their number says
/// whether that was right.
template <logit_scalar T>
cut_view list_or_view(view<T>& seen, double cut, double high) noexcept {
    const auto& row = seen.row();
    if (!row.banded().whole() && cut <= row.banded().cut) return {cut_view::form::view_below_band};
    const bool wide = seen.blocks() >= sizes::band_blocks && seen.blocks_reaching(cut) > seen.blocks() / 4;
    const std::size_t most = sizes::band_tokens_a_block * seen.blocks();
    const bool by_list = wide && row.banded().whole() && row.strays().count() == 0 && row.fewer_reach(cut, sizes::band_tokens_a_block);
    if (wide && !by_list)
        if (const reaching counted = seen.count_about(cut, high); counted.low > most) return {cut_view::form::view, 0, counted};
    const std::size_t found = seen.list_reaching(cut);
    if (by_list && found > most) return {cut_view::form::view, 0, seen.count_about(cut, high)};
    return {cut_view::form::list, found};
}

/// Whether at least n living tokens reach the cut.
template <logit_scalar T>
bool reached_by(distribution<T>& d, const view<T>& seen, std::size_t n, double cut) noexcept {
    if (seen.row().banded().whole() && seen.row().count_reaching(cut) >= n) return true;
    const auto first = d.sorted(n);
    return first.size() == n && first.back().value >= cut;
}

/// The maximum stays whatever the cut.
template <logit_scalar T>
void keep_reaching(distribution<T>& d, double cut, std::size_t min_keep) noexcept {
    if (const double greatest = d.maximum(); !(cut <= greatest)) cut = greatest;
    if (min_keep <= 1 && d.as_mapped()) return d.open(cut);
    if (list* const tokens = d.without_map().as_list()) return tokens->keep_reaching(cut, min_keep);
    view<T>* const seen = d.as_view();
    if (!seen) return;
    if (min_keep > 1 && !reached_by(d, *seen, min_keep, cut)) return keep_top(d, min_keep, ties::first, 1);
    const cut_view made = list_or_view(*seen, cut, cut);
    if (made.is == cut_view::form::list) d.become_list(made.listed, seen->maximum());
    else if (made.is == cut_view::form::view) seen->narrow_to(cut, made.counted);
    else seen->row().narrow_to({.cut = cut});
}

template <logit_scalar T>
void keep_within(distribution<T>& d, double distance, std::size_t min_keep) noexcept {
    if (!d.find_maximum()) return;
    if (!(distance > 0)) distance = 0;  // NaN included: the maximum always stays
    keep_reaching(d, numeric::lowest_within(distance / d.scale(), d.maximum()), min_keep);
}

/// Whether the first so many tokens of the scratch all reach a level.
template <logit_scalar T>
bool all_reach(distribution<T>& d, std::size_t n, double level) noexcept {
    double* const values = d.scratch().tokens.values;
    std::fill_n(values + n, simd::lanes, -numeric::infinity);
    return simd::numbers<double>().count_at_least(values, n, level) == n;
}

/// Keeps the tokens within n standard deviations by a quick deviation, where no token lies as near to the cut as that may be off; false
/// where one does.
template <logit_scalar T>
bool keep_within_quick_deviations(distribution<T>& d, view<T>& seen, double n) noexcept {
    moments quick;
    if (const status why = seen.moments_of(false, quick); why != status::ok) {
        d.fail(why);
        return true;
    }
    const double deviation = std::sqrt(quick.variance);
    const double low = numeric::lowest_within(numeric::product(n, std::sqrt(quick.variance + quick.error)), seen.maximum());
    const double high = numeric::lowest_within(numeric::product(n, deviation - quick.error / deviation), seen.maximum());
    // No square of a difference between numbers of 32 bits vanishes in a double: where there is no variance, all are equal.
    if (view<T>::has_weight_kernel && seen.maximum() < numeric::infinity && quick.variance == 0 && quick.error == 0) return true;
    if (!(seen.maximum() < numeric::infinity && deviation > 0 && high <= seen.maximum())) return false;
    const cut_view made = list_or_view(seen, low, high);
    if (made.is != cut_view::form::list) return false;
    if (!all_reach(d, made.listed, high)) return false;
    d.become_list(made.listed, seen.maximum());
    return true;
}

template <logit_scalar T>
void keep_within_deviations(distribution<T>& d, double n, std::size_t min_keep) noexcept {
    if (view<T>* const seen = d.as_plain_view(); seen && min_keep <= 1)
        if (keep_within_quick_deviations(d, *seen, n)) return;
    keep_within(d, numeric::product(n, moments_of(d).deviation), min_keep);
}

// ---- by probability ----------------------------------------------------------------------------------------------------

/// How far off p times the mass may be, as a share of itself. What is off in the mass alone is off in what a token's weight is held against.
inline double doubt_of_likely(const estimate& p) noexcept {
    return p.beside_mass / p.value + (float_sums::of_weights + float_sums::of_cuts);
}

/// Where p is next to nothing as far as is known, or less: whether every token has more than p in any case, and stays.
template <logit_scalar T>
bool all_are_likely(view<T>& seen, double most, double scale) noexcept {
    const auto& weights = seen.weights();
    if (!(0x1p-1000 <= most) || !seen.row().banded().whole()) return false;
    const double log_cut = numeric::log(weights.all()) + numeric::log(most) + numeric::product(weights.reference(), ln2);
    const double high = (log_cut + float_sums::of_likely) / scale;
    bool all = !seen.count_about(high, high).some_below;
    seen.row().strays().for_each([&](token_id, double v) { all &= v >= high; });
    return all;
}

/// Keeps the tokens with a probability of p by the masses of a view weighed in floats; the maximum need not be known. False where a token
/// is too near to the cut to be told.
template <logit_scalar T>
bool keep_likely_in_floats(distribution<T>& d, view<T>& seen, const estimate& p, std::size_t min_keep) noexcept {
    if (!(seen.weights().all() > 0)) return !d.find_maximum();
    const double doubt = doubt_of_likely(p);
    if (!(0 < p.value && doubt < 0.5)) return all_are_likely(seen, p.value + p.error, d.scale());
    if (p.value < 0x1p-1000) return false;  // keys tell values above the lower end of their range
    const double log_cut = numeric::log(seen.weights().all()) + numeric::log(p.value) + numeric::product(seen.weights().reference(), ln2);
    const double low = (log_cut + numeric::log1p(-doubt)) / d.scale(), high = (log_cut + doubt) / d.scale();
    const cut_view made = list_or_view(seen, low, high);
    if (made.is == cut_view::form::list) {
        if (!all_reach(d, made.listed, high)) return false;
        if (made.listed < min_keep) keep_top(d, min_keep, ties::first, 1);
        else d.become_list(made.listed, simd::lists().greatest(d.scratch().tokens.values, made.listed));
        return true;
    }
    const reaching counted = made.is == cut_view::form::view ? made.counted : seen.count_about(low, high);
    bool none_between = counted.low == counted.high;
    seen.row().strays().for_each([&](token_id, double v) { none_between &= v < low || high <= v; });
    if (!none_between) return false;
    if (made.is == cut_view::form::view && seen.row().banded().whole() && counted.low >= min_keep) {
        seen.narrow_to(low, counted);
        return true;
    }
    if (!d.find_maximum()) return true;
    if (low <= d.maximum()) keep_reaching(d, low, min_keep);
    else keep_top(d, min_keep, ties::first, 1);
    return true;
}

/// Of an estimate of p that p_of(accuracy) gives.
template <logit_scalar T, class F>
void keep_likely(distribution<T>& d, F p_of, std::size_t min_keep) noexcept {
    if (d.as_view() && view<T>::has_weight_kernel) {
        const estimate p = p_of(accuracy::quick);
        if (p.error == 0 && !(p.value > 0)) return;
        view<T>* const seen = d.weighed_view();
        if (seen && seen->weights().in_float() && keep_likely_in_floats(d, *seen, p, min_keep)) return;
    }
    const double p = p_of(accuracy::full).value, all = mass_of(d, accuracy::full).value;
    if (!d.ok() || !(p > 0)) return;
    if (numeric::product(p, all) > 1 + 1e-13) return keep_top(d, min_keep, ties::first, 1);
    // l >= ln S + ln p, with S relative to the maximum, so that nothing cancels.
    const double below = (std::max)(-(numeric::log(all) + numeric::log(p)) / d.scale(), 0.0);
    keep_reaching(d, numeric::lowest_within(below, d.maximum()), min_keep);
}

/// The first tokens in the order, the last of which has a probability of p. Where a scale or a shift makes two logits of them one number,
/// the list takes logits for values, so that a logit and an id alone tell a token's place.
template <logit_scalar T>
std::span<const place> most_likely(distribution<T>& d, double p) noexcept {
    // No more than 1 / p tokens have so much.
    constexpr std::size_t most = sizes::leaders_first;
    const std::size_t few = p > 1.0 / most ? (std::min)(most, static_cast<std::size_t>(1 / p) + 2) : most;
    // Of a view that was only weighed, in floats, the first of the order tells the maximum, and no sweep has to find it: such a view has no
    // NaN and no +inf, and something lives. Where a list of few might be one of all, as of equals, a sweep is what tells.
    const view<T>* const seen = d.weighed_view();
    const bool only_weighed = seen && seen->only_weighed() && 8 * few < seen->blocks();
    estimate all = only_weighed ? estimate{} : mass_of(d, accuracy::quick);
    auto first = d.sorted(few);
    if (first.empty()) return first;
    const double greatest = only_weighed ? first.front().value : d.maximum();
    if (only_weighed) all = mass_in_floats(*seen, greatest);
    const double lowest = numeric::log(p) + numeric::log(all.value), doubt = all.error / all.value;
    for (std::size_t asked = few;; first = d.sorted(asked *= 4)) {
        const auto reaching = [&](double cut) {
            const auto reaches = [&](const place& each) { return numeric::product(each.value - greatest, d.scale()) >= cut; };
            return static_cast<std::size_t>(std::count_if(first.begin(), first.end(), reaches));
        };
        std::size_t count = reaching(lowest - doubt);
        if (count == asked) continue;
        if (doubt > 0 && count != reaching(lowest + doubt)) {
            const double exact = numeric::log(p) + numeric::log(mass_of(d, accuracy::full).value);
            first = d.sorted(asked);
            count = reaching(exact);
        }
        for (place& each : first) each.value = d.logit_of(each.value);
        if (std::is_sorted(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(count))) return first.first(count);
        transform(d, [](token_id, double l) { return l; });
        first = d.sorted(count);
        for (place& each : first) each.value = d.logit_of(each.value);
        return first;
    }
}

// ---- by the whole order ------------------------------------------------------------------------------------------------

/// Keeps what comes no later than a token in the order. The maximum is known.
template <logit_scalar T>
void keep_up_to(distribution<T>& d, const place& last) noexcept {
    if (view<T>* const seen = d.as_view()) {
        const cut_view made = list_or_view(*seen, last.value, last.value);
        if (made.is != cut_view::form::list) return seen->row().narrow_to({.cut = last.value, .last_equal = last.id});
        d.become_list(made.listed, seen->maximum());
    } else {
        d.open(last.value);
    }
    if (list* const tokens = d.as_list()) tokens->keep_up_to(last);
}

/// Keeps the first length_of(weights) of all that live, and at least min_keep; weights are relative to the first, in the order.
template <logit_scalar T, class F>
void keep_first(distribution<T>& d, F length_of, std::size_t min_keep) noexcept {
    const double greatest = d.maximum();
    if (!d.ok()) return;
    const token_arrays& at = d.scratch().tokens;
    view<T>* const seen = d.as_view();
    const std::size_t n = seen ? seen->list_reaching(-numeric::infinity) : d.as_list()->size();
    const ordered all(at.values, n, d.scratch().sorting.order, seen ? d.scratch().sorting.beside_row : d.scratch().sorting.beside_list);
    double* to = at.spare;
    all.each_block([&](const double* values, const std::uint32_t*, std::size_t count) {
        simd::lists().weights(values, count, greatest, d.exponent_scale(), to);
        to += count;
    });
    const std::size_t k = (std::max)(std::size_t{length_of(std::span<const double>(at.spare, n))}, min_keep);
    if (k < n) keep_up_to(d, {at.values[all.number(k - 1)], at.ids[all.number(k - 1)]});
}

// ---- by mass -----------------------------------------------------------------------------------------------------------

/// Leaves what a search has found, in the order of the logits, or by nearness; false where it found nothing.
template <logit_scalar T>
bool keep_found(distribution<T>& d, view<T>& seen, const nucleus_found& found, bool by_nearness) noexcept {
    if (found.is == nucleus_found::form::nothing) return false;
    if (found.is == nucleus_found::form::list) {
        d.become_weighed_list(found.count, found.maximum, found.mass);
        if (by_nearness) d.as_list()->keep_nearest_up_to(found.last);
        else d.as_list()->keep_up_to(found.last);
        return true;
    }
    seen.row().narrow_to(found.kept);
    if (found.weighed) seen.weights().narrowed(seen.row());
    return true;
}

template <logit_scalar T>
void keep_mass(distribution<T>& d, double p, std::size_t min_keep) noexcept {
    if constexpr (view<T>::has_weight_kernel)
        if (view<T>* const seen = d.as_plain_view()) {
            mass_search<T> search{*seen, d.scratch().tokens, d.scratch().sorting.order, d.scale(), p, min_keep};
            if (keep_found(d, *seen, in_flat_row(search), false)) return;
        }
    if (view<T>* const seen = d.weighed_view()) {
        mass_search<T> search{*seen, d.scratch().tokens, d.scratch().sorting.order, d.scale(), p, min_keep};
        if (keep_found(d, *seen, in_heavy_blocks(search), false)) return;
        if constexpr (view<T>::has_weight_kernel) {
            if (keep_found(d, *seen, in_weighed_row(search), false)) return;
            if (keep_found(d, *seen, in_band(search), false)) return;
        }
    }
    if (list* const tokens = d.weighed_list()) tokens->keep_mass(p, min_keep);
}

/// Whether all that lives is of one value, as far as a read of the row tells. Strays are taken for others.
template <logit_scalar T>
bool all_are_equal(distribution<T>& d) noexcept {
    view<T>* const seen = d.as_plain_view();
    if (!seen || seen->row().strays().count() > 0 || !d.find_maximum() || !d.as_view()) return false;
    return !seen->count_about(seen->maximum(), seen->maximum()).some_below;
}

/// Of an estimate, below_of(accuracy), of how far the center lies below the maximum. It is asked for in full where the quick one leaves a
/// token in doubt.
template <logit_scalar T, class F>
void keep_mass_near(distribution<T>& d, F below_of, double p, std::size_t min_keep) noexcept {
    const auto center = [&](accuracy wanted) -> estimate {
        const estimate below = below_of(wanted);
        if (wanted == accuracy::full || below.error == 0) return {below.value};  // there is no better one
        return {below.value, (std::max)(below.error, error_of_rough(below.value))};
    };
    bool among_heavy = true;
    for (accuracy known = accuracy::quick; !d.as_list(); known = accuracy::full) {
        const estimate below = center(known);
        if (below.error == 0 && !(below.value > 0)) return keep_mass(d, p, min_keep);
        if (below.error > 0 && !(below.value > below.error)) {
            // It may be the maximum, as of equals, which all would be in doubt; where they are no others, it is.
            if (all_are_equal(d)) return keep_mass(d, p, min_keep);
            continue;
        }
        view<T>* const seen = d.weighed_view();
        if (!seen || !d.find_maximum()) break;
        mass_search<T> search{*seen, d.scratch().tokens, d.scratch().sorting.order, d.scale(), p, min_keep};
        bool in_doubt = false;
        if (among_heavy) {
            const nucleus_found found = near_in_heavy_blocks(search, below);
            if (keep_found(d, *seen, found, true)) return;
            among_heavy = in_doubt = found.center_in_doubt;  // or a center that is better known finds nothing there either
        }
        if constexpr (view<T>::has_weight_kernel) {
            both_sides listed;
            nucleus_found found = near_in_band(search, below, listed);
            // Finer masses leave the list as it is.
            if (found.center_in_doubt) found = near_in_list(search, listed, center(accuracy::fine));
            if (found.center_in_doubt) found = near_in_list(search, listed, center(accuracy::full));
            if (keep_found(d, *seen, found, true)) return;
        }
        if (!in_doubt || known == accuracy::full) break;
    }
    list* const tokens = d.weighed_list();
    if (!tokens) return;
    const double below = below_of(accuracy::full).value;
    if (!(below > 0)) return keep_mass(d, p, min_keep);
    tokens->keep_mass_near(p, min_keep, [&](std::size_t i) { return -std::fabs(d.above_maximum(*tokens, i) + below); });
}

}  // namespace argdraw::detail
