// candidates — the working distribution: first a view of the caller's row, then a short list of survivors.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <new>
#include <span>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/nucleus.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/radix_sort.hpp>
#include <argdraw/numeric/saturated.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/numeric/wide_scale.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The tokens still alive, in id order, with their logits. The spans hold until the next verb.
struct living_tokens {
    std::span<const token_id> ids;
    std::span<const double> logits;
};

namespace detail {

struct inside;  // of the tests: what is noted when a verb is called

constexpr token_id id_in(token_id id) noexcept { return id; }
template <class Entry>
    requires requires(const Entry& e) { e.id; }
constexpr token_id id_in(const Entry& entry) noexcept {
    return entry.id;
}

}  // namespace detail

/// What happens to tokens that equal the last one kept.
enum class ties : std::uint8_t {
    first,  ///< the lower ids stay, so that the number is exact
    all,    ///< all of them stay
};

/// The working distribution that stages act on, through verbs.
///
/// It starts as a view of the row: nothing is copied, what stages say is noted beside it. One sweep over the row yields a summary (a
/// maximum, or a mass, for each block of 256), and from the summary the few blocks that a verb has to open. As soon as a verb leaves few
/// tokens, they become a list. A stage cannot tell the two apart.
///
/// Living tokens are those that were not removed and whose logit is not -inf. The order of tokens is logit descending, then id ascending.
/// A token of +inf leaves only those of +inf, which share all the mass and count as logits of 0; they stay infinite for edit and add. Finite
/// logits stay finite: one that a scale, a shift or a sum takes beyond the doubles reads as the last double of its sign.
/// The first verb that has to read a value finds a NaN, or that nothing lives: from then on why() says so and every verb does nothing. What
/// only removes ids (ban, allow, allow_only) and scale and shift read none. Verbs speak double, whatever the row's scalar.
template <class T>
class candidates {
    static_assert(
        logit_scalar<T>,
        "argdraw: candidates are of float, double, half or bfloat16, whatever type of the caller's has the format; write a stage for "
        "candidates<argdraw::half>&, or for the candidates<T>& of every logit_scalar T");

public:
    using value = value_of<T>;

    candidates(std::span<const T> row, workspace& space) noexcept {
        if (row.empty()) fail(status::empty);
        else if (row.size() > max_width) fail(status::too_wide);
        else if (!view_.look_at(row, scratch_, space)) fail(status::out_of_memory);
    }
    candidates(const candidates&) = delete;
    candidates& operator=(const candidates&) = delete;

    /// The widest row: 2^24 tokens.
    static constexpr std::size_t max_width = std::size_t{1} << 24;

    status why() const noexcept { return why_; }

    /// Ends the draw with a status of the stage's own choice; the first one stands. Not for status::ok.
    void fail(status why) noexcept {
        if (why_ == status::ok) why_ = why;
    }

    /// The row's width: ids are below it, living or not.
    std::size_t width() const noexcept { return view_.width(); }

    // ---- what is asked -------------------------------------------------------------------------------------------------

    /// The number of living tokens. One read where the row is still a view; behind a cut that left most of it, the living are listed.
    std::size_t size() noexcept {
        if (!list_ && view_.banded().whole() && !view_.sparse()) return find_maximum() ? (list_ ? count_ : view_.size()) : 0;
        return listed() ? count_ : 0;
    }

    /// The greatest logit.
    double(max)() noexcept { return find_maximum() ? logit_of(maximum()) : numeric::nan; }

    /// The least logit of a living token.
    double(min)() noexcept {
        if (!find_maximum()) return numeric::nan;
        if (!list_ && view_.banded().whole()) return logit_of(view_.minimum());
        return listed() ? logit_of(*std::min_element(scratch_.values, scratch_.values + count_)) : numeric::nan;
    }

    // What is asked about masses is answered from sums of doubles, within 1e-12 of itself or of 1, whichever is more; whatever form the candidates
    // have. A view of floats or of 16-bit floats is read once more for it. `accuracy::quick` takes sums of floats where there are some,
    // which are several times quicker, and says how far off that may be.

    /// Sum of exp(l - max l) over the living: between 1 and size().
    double mass() noexcept { return mass(accuracy::full).value; }
    estimate mass(accuracy wanted) noexcept {
        if (weigh_view(wanted) && find_maximum()) {
            const double mass = view_.relative_to(maximum(), view_.mass());
            return {mass, view_.in_float() ? numeric::product(0x1p-22, mass) : 0.0};
        }
        return {weigh_list() ? mass_ : numeric::nan};
    }

    /// ln mass(). Right to its last digits, also beside one token that has nearly all of it.
    double log_mass() noexcept {
        if (weigh_view(accuracy::full)) return numeric::log1p(view_.mass_beside_maximum());
        return weigh_list() ? numeric::log1p(mass_beside_maximum()) : numeric::nan;
    }

    /// ln sum exp(l) over the living.
    double log_sum_exp() noexcept {
        const double relative = log_mass();
        return (max)() + relative;
    }

    /// sum p (max l - l) over the living: how far below the greatest logit those that are drawn lie. A token whose weight vanished adds 0.
    double mean_distance() noexcept { return mean_distance(accuracy::full).value; }
    estimate mean_distance(accuracy wanted) noexcept {
        if (weigh_view<view::extra::exponents>(wanted) && find_maximum()) {
            const double exponent = view_.exponents() / view_.mass();
            if (!view_.in_float()) return {-numeric::product(ln2, exponent)};
            const double distance =
                numeric::product(ln2, numeric::product(view_.maximum(), exponent_scale()) - view_.reference() - exponent);
            return {distance, error_of_exponents(distance)};
        }
        if (!weigh_list()) return {numeric::nan};
        for (std::size_t i = 0; i < count_; ++i)
            scratch_.spare[i] = scratch_.weights[i] > 0 ? numeric::product(scratch_.weights[i], relative_logit(i)) : 0.0;
        return {-numeric::sum(scratch_.spare, count_) / mass_};
    }

    /// - sum p ln p over the living, in nats; 0 for one token.
    double entropy() noexcept { return entropy(accuracy::full).value; }
    estimate entropy(accuracy wanted) noexcept {
        // -ln p = ln S - (l - m), so H = ln S - sum p (l - m); a token whose weight vanished adds 0, as 0 ln 0 does.
        if (weigh_view<view::extra::exponents>(wanted)) {
            const double exponents = numeric::product(ln2, view_.exponents() / view_.mass());
            if (!view_.in_float()) return {(std::max)(0.0, numeric::log1p(view_.mass_beside_maximum()) - exponents)};
            const double h = (std::max)(0.0, numeric::log(view_.mass()) - exponents);
            return {h, error_of_exponents(h)};
        }
        return {weigh_list() ? (std::max)(0.0, log_mass() + mean_distance()) : numeric::nan};
    }

    /// Sum of p^2 over the living, the probability that two draws agree: between 1/size() and 1.
    double collision() noexcept { return collision(accuracy::full).value; }
    estimate collision(accuracy wanted) noexcept {
        if (weigh_view<view::extra::squares>(wanted)) {
            const double sum = view_.squares() / numeric::product(view_.mass(), view_.mass());
            // A w is off by 1.17e-7, its square by twice that and a rounding, sums of four of them by two more, and the mass, squared, by 2 2^-22.
            return {sum, view_.in_float() ? numeric::product(0x1p-20, sum) : 0.0};
        }
        if (!weigh_list()) return {numeric::nan};
        for (std::size_t i = 0; i < count_; ++i) scratch_.spare[i] = numeric::product(scratch_.weights[i], scratch_.weights[i]);
        return {numeric::sum(scratch_.spare, count_) / numeric::product(mass_, mass_)};
    }

    struct mean_and_deviation {
        double mean;
        double deviation;  ///< population standard deviation
    };

    /// Mean and population standard deviation of the living tokens' logits.
    mean_and_deviation moments() noexcept {
        if (why_ != status::ok) return {numeric::nan, numeric::nan};
        if (!list_ && !view_.sparse() && view_.banded().whole()) {
            typename view::moments found;
            if (const status why = view_.find_moments(true, found); why != status::ok) {
                fail(why);
                return {numeric::nan, numeric::nan};
            }
            if (view_.maximum() < numeric::infinity && found.variance < numeric::infinity)
                return {logit_of(found.mean), deviation_of(found.variance)};
        }
        if (!listed()) return {numeric::nan, numeric::nan};
        const double n = static_cast<double>(count_);
        // Rows of double may hold what overflows when it is added up or squared.
        const double least = *std::min_element(scratch_.values, scratch_.values + count_);
        const double down = (std::max)(std::fabs(least), std::fabs(maximum_)) > 0x1p480 ? 0x1p-600 : 1.0;
        for (std::size_t i = 0; i < count_; ++i)
            scratch_.spare[i] = numeric::product(scratch_.values[i], down) - numeric::product(maximum_, down);
        const double mean = numeric::sum(scratch_.spare, count_) / n;
        for (std::size_t i = 0; i < count_; ++i) {
            const double d = scratch_.spare[i] - mean;
            scratch_.spare[i] = numeric::product(d, d);
        }
        return {logit_of(maximum_ + mean / down), deviation_of(numeric::sum(scratch_.spare, count_) / n) / down};
    }

    /// The first n tokens in the order, or all where there are fewer. The span holds until the next verb.
    std::span<const place> leaders(std::size_t n) noexcept {
        const auto first = sorted(n);
        for (place& each : first) each.value = logit_of(each.value);
        return first;
    }

    /// The tokens with a probability of at least p >= 0, in the order; none where even the first has less. Logits that a scale or a shift
    /// rounded to one number are equal from here on, so that a token's place shows in its logit and id. The span holds until the next verb.
    std::span<const place> most_likely(double p) noexcept {
        const estimate all = mass(accuracy::quick);
        const double lowest = numeric::log(p) + numeric::log(all.value), doubt = all.error / all.value;
        for (std::size_t asked = sizes::leaders_first;; asked *= 4) {
            auto first = sorted(asked);
            const auto reaching = [&](double cut) {
                const auto reaches = [&](const place& each) { return numeric::product(each.value - maximum(), scale_.value()) >= cut; };
                return static_cast<std::size_t>(std::count_if(first.begin(), first.end(), reaches));
            };
            std::size_t count = reaching(lowest - doubt);
            if (count == asked) continue;
            if (doubt > 0 && count != reaching(lowest + doubt)) {
                const double exact = numeric::log(p) + numeric::log(mass());
                first = sorted(asked);
                count = reaching(exact);
            }
            for (place& each : first) each.value = logit_of(each.value);
            if (std::is_sorted(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(count))) return first.first(count);
            transform([](token_id, double l) { return l; });
            return leaders(count);
        }
    }

    /// The living tokens in id order and their logits. Opens the whole row where it is still a view.
    living_tokens survivors() noexcept {
        if (!listed()) return {};
        for (std::size_t i = 0; i < count_; ++i) scratch_.spare[i] = logit_of(scratch_.values[i]);
        return {{scratch_.ids, count_}, {scratch_.spare, count_}};
    }

    /// The same with l - max in place of l, which has all its digits where the logits are too large for it.
    living_tokens distances() noexcept {
        if (!listed()) return {};
        for (std::size_t i = 0; i < count_; ++i) scratch_.spare[i] = relative_logit(i);
        return {{scratch_.ids, count_}, {scratch_.spare, count_}};
    }

    // ---- what changes logits -------------------------------------------------------------------------------------------

    /// l <- l * factor, factor >= 0. Only noted; 0 makes the living equal.
    void scale(double factor) noexcept {
        if (factor == 1) return;
        if (factor == 0) {
            if (listed() && !infinite_) transform([](token_id, double) { return 0.0; });
            return;
        }
        scale_.multiply(factor);
        shift_ = numeric::saturated(numeric::product(shift_, factor));
        weighed_ = false;
    }

    /// l <- l + offset. Only noted; the distribution does not change.
    void shift(double offset) noexcept { shift_ = numeric::saturated(shift_ + offset); }

    /// l <- ln p: never above 0, and right to 1e-12 of itself or of 1, whichever is more. From here on +inf tokens are as finite as their
    /// probability.
    void normalise() noexcept {
        const double log_of_mass = log_mass();
        if (why_ != status::ok) return;
        anchor_ = maximum();
        shift_ = -log_of_mass;
        infinite_ = false;
    }

    /// l_id <- l_id + delta. delta = -inf removes the token, +inf leaves only those of +inf. A token that does not live stays so. An id outside
    /// the row fails with outside_row.
    void add(token_id id, double delta) noexcept {
        edit(std::span(&id, 1), [delta](double l, token_id) {
            if (numeric::finite(delta) && numeric::finite(l)) return numeric::saturated(l + delta);
            return delta == -numeric::infinity ? delta : l + delta;
        });
    }

    /// l_id <- l_id + the sum of the numbers that each(give) hands to give(id, number) for the id: added up before they meet the logit, so that a
    /// large one and its opposite do not round it away. -inf beats everything and removes the token, +inf beats the rest and leaves only
    /// those of +inf. A token that does not live stays so. An id outside the row fails with outside_row. The cost is that of the numbers, in
    /// whatever order they come.
    template <class F>
    void add_sums(F each) noexcept {
        if (why_ != status::ok) return;
        struct entry {
            token_id id;
            double sum;
        };
        weighed_ = false;  // the memory of a list's weights serves as a set of ids
        detail::strays sums(scratch_.spare, reinterpret_cast<std::uint64_t*>(scratch_.weights),
                            reinterpret_cast<std::uint64_t*>(scratch_.block_list), view_.blocks());
        each([&](token_id id, double number) {
            if (!view_.holds_id(id)) return fail(status::outside_row);
            sums.add(id, number);
        });
        if (why_ != status::ok) return;
        const auto changed = [](double l, double sum) {
            if (sum == -numeric::infinity) return sum;
            return numeric::finite(sum) && numeric::finite(l) ? numeric::saturated(l + sum) : l + sum;
        };
        // Finite ones all at once; from the first on that is not, or gets not to be, one by one.
        std::size_t from = 0;
        if (!list_) {
            const double anchor = anchor_, factor = scale_.value(), shift = shift_;
            bool some_live = false;
            from = view_.set_all(
                sums,
                [=, &some_live, plain = anchor == 0 && factor == 1 && shift == 0](double v, double sum) {
                    const double l = plain ? v : numeric::product(v - anchor, factor) + shift, to = l + sum;
                    some_live |= numeric::finite(to);
                    if (plain) return to;
                    return to == l && numeric::finite(l) ? v : anchor + (factor == 1 ? to - shift : (to - shift) / factor);
                },
                [&](double v, double sum) {
                    some_live = true;
                    const double l = logit_of(v), to = changed(l, sum);
                    if (!(v < numeric::infinity && to < numeric::infinity)) return numeric::nan;
                    return to == l ? v : value_from(to);
                });
            read_ |= some_live;
            if (from == width()) return;
        }
        auto* const entries = reinterpret_cast<entry*>(scratch_.order);
        std::size_t count = 0;
        sums.for_each([&](token_id id, double sum) {
            if (static_cast<std::size_t>(id) >= from) new (entries + count++) entry{id, sum};
        });
        edit(std::span<const entry>(entries, count), [&](double l, const entry& of) { return changed(l, of.sum); });
    }

    /// l <- f(l, entry) for the tokens of a list of ids, or of entries with a member `id`; in the list's order, those that do not live
    /// passed over. -inf removes a token, +inf leaves only those of +inf. An id outside the row fails with outside_row. The cost is
    /// that of the entries: the row is not copied, and read only where a token of +inf is among them.
    template <class Entry, class F>
    void edit(std::span<Entry> entries, F f) noexcept {
        for (Entry& entry : entries) {
            if (!view_.holds_id(detail::id_in(entry))) return fail(status::outside_row);
            if (!list_) view_.announce(detail::id_in(entry));
        }
        if (why_ != status::ok) return;
        std::size_t done = 0;
        bool made_infinite = false;
        if (!list_) {
            for (; done < entries.size() && !list_ && why_ == status::ok; ++done)
                if (!edit_in_view(detail::id_in(entries[done]), [&](double l) { return f(l, entries[done]); }, made_infinite)) break;
            if (!list_ || why_ != status::ok) return;
        }
        if (infinite_) std::fill_n(scratch_.values, count_, numeric::infinity);
        for (; done < entries.size(); ++done) {
            const token_id id = detail::id_in(entries[done]);
            const auto* const end = scratch_.ids + count_;
            const auto* const found = std::lower_bound(scratch_.ids, scratch_.ids + count_, id);
            if (found == end || *found != id) continue;
            double& v = scratch_.values[found - scratch_.ids];
            if (v == -numeric::infinity) continue;
            const double l = v == numeric::infinity ? v : logit_of(v), changed = f(l, entries[done]);
            if (changed != changed) return fail(status::nan_logit);
            if (changed != l) v = value_from(changed);
        }
        values_changed();
    }

    /// l <- f(id, l) for every living token, in id order. -inf removes it. Opens the row.
    template <class F>
    void transform(F f) noexcept {
        if (!listed()) return;
        for (std::size_t i = 0; i < count_; ++i) scratch_.values[i] = f(scratch_.ids[i], logit_of(scratch_.values[i]));
        values_are_logits();
        values_changed();
    }

    /// l <- f(l, p) for every living token, in the order: the most likely first. -inf removes it. Sorts all that live.
    template <class F>
    void transform_in_order(F f) noexcept {
        if (!weigh_list()) return;
        auto* const order = reinterpret_cast<place*>(scratch_.order);
        for (std::size_t i = 0; i < count_; ++i)
            new (order + i) place{scratch_.values[i], static_cast<token_id>(i)};  // places instead of ids
        sort_entries(order, count_);
        for (const place& each : std::span(order, count_)) {
            const auto at = static_cast<std::size_t>(each.id);
            scratch_.spare[at] = f(logit_of(each.value), scratch_.weights[at] / mass_);
        }
        std::copy_n(scratch_.spare, count_, scratch_.values);
        values_are_logits();
        values_changed();
    }

    // ---- what removes tokens -------------------------------------------------------------------------------------------

    /// Keeps the first k in the order, or with them all that equal the k-th, and at least min_keep tokens.
    void keep_top(std::size_t k, ties equals = ties::first, std::size_t min_keep = 1) noexcept {
        k = (std::max<std::size_t>)(k, 1);
        if (equals == ties::first) {
            k = (std::max)(k, min_keep);
        } else if (min_keep > k) {
            // The k-th token's equals may reach further than min_keep does; those of the last one kept for min_keep stay out.
            const auto order = sorted(min_keep);
            if (order.size() < min_keep || order[k - 1].value != order.back().value) return keep_top(min_keep);
        }
        if (k >= width() || !find_maximum()) return;
        if (!list_) open_top(k, equals == ties::first ? k : width());
        trim_to(k, equals);
    }

    /// Keeps the shortest prefix of the order whose mass is at least p times the whole, and at least min_keep tokens. p < 1. Where the mass up to
    /// a token is within 1e-12 of p, that token may be on either side.
    void keep_mass(double p, std::size_t min_keep = 1) noexcept {
        min_keep = (std::max<std::size_t>)(min_keep, 1);
        if (weigh_view()) {
            detail::nucleus<T> search(view_, scratch_, scale_.value(), p, min_keep);
            if (const auto list = search.in_heavy_blocks()) {
                take_list(list.count, list.maximum);
                weighed_ = true;
                return keep_up_to(list.last, scratch_.values);
            }
            if constexpr (view::has_weight_kernel)
                if (search.becomes_band()) return;
        }
        if (weigh_list()) keep_up_to(last_of_mass(p, min_keep, scratch_.values), scratch_.values);
    }

    /// Keeps the tokens nearest to the logit that is `below` under the maximum, the lower id first at equal distance: the fewest whose mass
    /// is at least p times the whole, and at least min_keep. As exact as keep_mass.
    void keep_mass_near(double below, double p, std::size_t min_keep = 1) noexcept {
        keep_mass_near([below](accuracy) { return estimate{below}; }, p, min_keep);
    }
    /// The same where `below` is an estimate that below_of(accuracy) gives; it is asked for in full where the quick one leaves a token in doubt.
    template <class F>
        requires std::invocable<F, accuracy>
    void keep_mass_near(F below_of, double p, std::size_t min_keep = 1) noexcept {
        min_keep = (std::max<std::size_t>)(min_keep, 1);
        for (accuracy known = accuracy::quick; !list_; known = accuracy::full) {
            estimate below = below_of(known);
            if (below.error == 0 && !(below.value > 0)) return keep_mass(p, min_keep);
            below.value = (std::max)(below.value, 0.0);
            if (!weigh_view() || !find_maximum()) break;
            detail::nucleus<T> search(view_, scratch_, scale_.value(), p, min_keep);
            if (const auto list = search.near_in_heavy_blocks(below)) {
                take_list(list.count, list.maximum);
                weighed_ = true;
                return keep_nearest_up_to(list.last);
            }
            if constexpr (view::has_weight_kernel)
                if (search.near_becomes_band(below)) return;
            if (!search.center_in_doubt()) break;
        }
        if (!weigh_list()) return;
        const double below = below_of(accuracy::full).value;
        if (!(below > 0)) return keep_mass(p, min_keep);
        for (std::size_t i = 0; i < count_; ++i) scratch_.spare[i] = -std::fabs(relative_logit(i) + below);
        keep_nearest_up_to(last_of_mass(p, min_keep, scratch_.spare));
    }

    /// Keeps the tokens whose logit is at most `distance` below the maximum, ties at the edge included; at least min_keep tokens. A distance
    /// that is negative or NaN counts as 0.
    void keep_within(double distance, std::size_t min_keep = 1) noexcept {
        if (!find_maximum()) return;
        if (!(distance > 0)) distance = 0;  // NaN included: the maximum always stays
        keep_reaching(numeric::lowest_within(distance / scale_.value(), maximum()), min_keep);
    }

    /// Keeps the tokens whose logit is at most n standard deviations below the maximum, and at least min_keep tokens.
    void keep_within_deviations(double n, std::size_t min_keep = 1) noexcept {
        if (why_ == status::ok && !list_ && !view_.sparse() && view_.banded().whole() && min_keep <= 1) {
            // The quick deviation decides where no token lies as near to the cut as it may be off.
            typename view::moments quick;
            if (const status why = view_.find_moments(false, quick); why != status::ok) return fail(why);
            const double deviation = std::sqrt(quick.variance);
            const double low = numeric::lowest_within(numeric::product(n, std::sqrt(quick.variance + quick.error)), view_.maximum());
            const double high = numeric::lowest_within(numeric::product(n, deviation - quick.error / deviation), view_.maximum());
            if (view_.maximum() < numeric::infinity && deviation > 0 && high <= view_.maximum() && !stays_a_view(low)) {
                const std::size_t found = view_.list_reaching(low);
                if (std::none_of(scratch_.values, scratch_.values + found, [&](double v) { return v < high; }))
                    return take_list(found, view_.maximum());
            }
        }
        keep_within(numeric::product(n, moments().deviation), min_keep);
    }

    /// Keeps the tokens whose logit is at least `cut`, and at least min_keep tokens. The maximum stays whatever the cut.
    void keep_at_least(double cut, std::size_t min_keep = 1) noexcept {
        const double at = anchor_ + (cut - shift_) / scale_.value();
        if (!find_maximum()) return;
        keep_reaching(at < maximum() ? at : maximum(), min_keep);  // for NaN too the maximum stays
    }

    /// Keeps the tokens with a probability of at least p, and at least min_keep tokens: where not even the first has as much, the first min_keep
    /// of the order. A token whose probability is within 1e-12 of p, as a share of it, may be on either side.
    void keep_likely(double p, std::size_t min_keep = 1) noexcept {
        keep_likely([p](accuracy) { return estimate{p}; }, min_keep);
    }
    /// The same where p is an estimate that p_of(accuracy) gives; it is asked for in full where the quick one leaves a token in doubt.
    template <class F>
        requires std::invocable<F, accuracy>
    void keep_likely(F p_of, std::size_t min_keep = 1) noexcept {
        min_keep = (std::max<std::size_t>)(min_keep, 1);
        if (!list_ && view::has_weight_kernel) {
            const estimate p = p_of(accuracy::quick);
            if (p.error == 0 && !(p.value > 0)) return;
            if (weigh_view() && view_.in_float() && keep_likely_in_floats(p, min_keep)) return;
        }
        const double p = p_of(accuracy::full).value, all = mass();
        if (why_ != status::ok || !(p > 0)) return;
        if (numeric::product(p, all) > 1 + 1e-13) return keep_top(min_keep);
        // l >= ln S + ln p, with S relative to the maximum, so that nothing cancels.
        const double below = (std::max)(-(numeric::log(all) + numeric::log(p)) / scale_.value(), 0.0);
        keep_reaching(numeric::lowest_within(below, maximum()), min_keep);
    }

    /// Keeps the tokens whose logit is below `cut`; none may be left.
    void keep_below(double cut) noexcept {
        keep_if([cut](token_id, double l) { return l < cut; });
    }

    /// Keeps the tokens for which keep(id, logit) is true; none may be left. Opens the row.
    template <class F>
    void keep_if(F keep) noexcept {
        if (!listed()) return;
        filter([&](std::size_t i) { return keep(scratch_.ids[i], logit_of(scratch_.values[i])); });
        tokens_removed();
    }

    /// Removes the listed tokens. An id outside the row fails with outside_row.
    void ban(std::span<const token_id> ids) noexcept {
        if (!can_remove(ids)) return;
        if (!list_) {
            for (const token_id id : ids) view_.set(id, -numeric::infinity);
            return;
        }
        for (const token_id id : ids) {
            const auto* const found = std::lower_bound(scratch_.ids, scratch_.ids + count_, id);
            if (found != scratch_.ids + count_ && *found == id) scratch_.values[found - scratch_.ids] = -numeric::infinity;
        }
        tokens_removed();
    }

    /// Keeps the tokens whose bit is set: bit (id & 31) of word (id >> 5). The mask speaks of its first `tokens` bits, or of all where it has fewer;
    /// ids past them are kept if `past_end`.
    void allow(std::span<const std::uint32_t> mask, bool past_end,
               std::size_t tokens = (std::numeric_limits<std::size_t>::max)()) noexcept {
        if (!can_remove({})) return;
        tokens = (std::min)(tokens, 32 * mask.size());
        if (!list_) return view_.allow(mask, past_end, tokens);
        keep_if([=](token_id id, double) {
            const auto at = static_cast<std::size_t>(id);
            return at < tokens ? ((mask[at >> 5] >> (at & 31)) & 1) != 0 : past_end;
        });
    }

    /// Keeps the listed tokens only. An id outside the row fails with outside_row.
    void allow_only(std::span<const token_id> ids) noexcept {
        if (!can_remove(ids)) return;
        if (!list_) return view_.allow_only(ids);
        for (std::size_t i = 0; i < count_; ++i) scratch_.weights[i] = 0;
        for (const token_id id : ids) {
            const auto at = static_cast<std::size_t>(std::lower_bound(scratch_.ids, scratch_.ids + count_, id) - scratch_.ids);
            if (at < count_ && scratch_.ids[at] == id) scratch_.weights[at] = 1;
        }
        for (std::size_t i = 0; i < count_; ++i)
            if (scratch_.weights[i] == 0) scratch_.values[i] = -numeric::infinity;
        tokens_removed();
    }

    // ---- what ends it --------------------------------------------------------------------------------------------------

    /// The first token in the order.
    drawn first() noexcept {
        keep_top(1);
        if (!listed()) return nothing_drawn();
        return {scratch_.ids[0], 0.0f, status::ok};
    }

    /// The token at u = unit(word) of the cumulative distribution in id order: block by block, then inside the block.
    ///
    /// The running sum ends at the very number that u is multiplied by, and a token is taken only where the sum rises past
    /// u S: so every word gives a living token of positive weight, and no token loses its share to rounding.
    drawn at(std::uint64_t word) noexcept {
        const double u = unit(word);
        if (weigh_view()) {
            const auto [block, t] = detail::find_block(u, scratch_.block_mass, scratch_.block_end, view_.blocks());
            if (block == view_.blocks()) return nothing_drawn();
            const auto [i, share] = detail::find_in_block(t, view_.weights_of_block(block), simd::block_size);
            if (i == simd::block_size) return nothing_drawn();
            const double weight = numeric::product(share, scratch_.block_mass[block]);
            return taken(static_cast<token_id>(block * simd::block_size + i), weight / view_.mass());
        }
        if (!weigh_list()) return nothing_drawn();
        std::size_t from = 0;
        double t = u, mass = mass_;
        if (count_ > numeric::sum_block) {
            double* const masses = scratch_.spare;
            double* const ends = scratch_.spare + (count_ + 1) / 2;
            const std::size_t blocks = numeric::block_sums(scratch_.weights, count_, masses, ends);
            const auto found = detail::find_block(u, masses, ends, blocks);
            if (found.block == blocks) return nothing_drawn();
            from = found.block * numeric::sum_block;
            t = found.t;
            mass = masses[found.block];
        }
        const std::size_t n = (std::min)(numeric::sum_block, count_ - from);
        const auto [i, share] = detail::find_in_block(t, scratch_.weights + from, n);
        if (i == n) return nothing_drawn();
        return taken(scratch_.ids[from + i], numeric::product(share, mass) / mass_);
    }

    /// The token whose l + noise is the greatest, noise = -ln(-ln u) for u = uniform(id) in (0, 1); at equal sums the lower id.
    template <class F>
    drawn race(F uniform) noexcept {
        if (!weigh_list()) return nothing_drawn();
        std::size_t best = count_;
        double greatest = -numeric::infinity, bound = numeric::infinity;
        for (std::size_t i = 0; i < count_; ++i) {
            if (scratch_.weights[i] == 0) continue;  // noise spans 40, this token is 693 below the maximum
            const double u = uniform(scratch_.ids[i]);
            // -ln u >= 1 - u, and l + noise beats the best so far only if -ln u < w e^(m - best): most lose without a logarithm.
            if (1 - u > numeric::product(scratch_.weights[i], bound)) continue;
            const double sum = relative_logit(i) - numeric::log(-numeric::log(u));
            if (!(sum > greatest)) continue;
            best = i;
            greatest = sum;
            bound = numeric::product(numeric::exp2(numeric::product(-sum, numeric::log2_e)), 1 + 1e-9);
        }
        if (best == count_) return nothing_drawn();
        return taken(scratch_.ids[best], scratch_.weights[best] / mass_);
    }

    /// Calls visit(id, probability) for every living token in id order.
    template <class F>
    void probabilities(F visit) noexcept(noexcept(visit(token_id{}, 0.0))) {
        if (!weigh_list()) return;
        for (std::size_t i = 0; i < count_; ++i) visit(scratch_.ids[i], scratch_.weights[i] / mass_);
    }

private:
    friend struct detail::inside;
    using view = detail::view<T>;
    static constexpr double ln2 = 0x1.62e42fefa39efp-1;

    // A finite value has a finite logit, whatever the scale: only what is +inf in the row, or by a stage, is more than all others.
    double logit_of(double v) const noexcept {
        const double l = numeric::product(v - anchor_, scale_.value()) + shift_;
        return numeric::finite(v) ? numeric::saturated(l) : l;
    }
    double relative_logit(std::size_t i) const noexcept { return numeric::product(scratch_.values[i] - maximum_, scale_.value()); }
    double value_from(double l) const noexcept {
        if (!numeric::finite(l)) return l;
        const double scale = scale_.value();
        return numeric::saturated(anchor_ + (scale == 1 ? l - shift_ : (l - shift_) / scale));
    }
    void values_are_logits() noexcept {
        scale_ = {};
        anchor_ = shift_ = 0;
    }
    double deviation_of(double variance) const noexcept { return numeric::product(std::sqrt(variance), scale_.value()); }
    double exponent_scale() const noexcept { return numeric::product(scale_.value(), numeric::log2_e); }
    double maximum() const noexcept { return list_ ? maximum_ : view_.maximum(); }

    static drawn taken(token_id id, double probability) noexcept {
        return {id, static_cast<float>((std::min)(0.0, numeric::log(probability))), status::ok};
    }

    // A draw that found nothing ends in a status whatever led to it: that of an earlier verb, or that nothing lives.
    drawn nothing_drawn() noexcept {
        fail(status::empty);
        return {.why = why_};
    }

    // ---- the view ------------------------------------------------------------------------------------------------------

    // The maximum, and with it everything that can be wrong with a row. May turn the view into the list of the +inf tokens.
    bool find_maximum() noexcept {
        if (why_ != status::ok) return false;
        if (list_) return true;
        if (view_.sparse() && list_sparse()) return why_ == status::ok;
        if (const status why = view_.find_maximum(); why != status::ok) {
            fail(why);
            return false;
        }
        if (view_.maximum() == numeric::infinity) {
            open(numeric::infinity, width());
            settle_infinite();
        }
        return true;
    }

    bool list_sparse() noexcept {
        count_ = view_.list_sparse();
        if (count_ == 0) return false;
        list_ = true;
        values_changed();
        return true;
    }

    void settle_infinite() noexcept {
        std::fill_n(scratch_.values, count_, 0.0);
        maximum_ = 0;
        infinite_ = true;
    }

    // How far an entropy or a mean distance may be off that comes from sums of floats. The terms w e are off by less than 4.1e-7 of themselves, and
    // the sum of the w by 2.4e-7; the mean of |e| is at most one binary place more than the distance, which is no more than the entropy.
    static double error_of_exponents(double nats) noexcept { return numeric::product(0x1p-20, (std::max)(nats, 0.0) + 1); }

    // The masses of the view's blocks; false if it failed, or if there is a list.
    template <typename view::extra also = view::extra::nothing>
    bool weigh_view(accuracy wanted = accuracy::quick) noexcept {
        if (why_ != status::ok || list_) return false;
        if (view_.sparse() && list_sparse()) return false;
        if (view_.template weigh<also>(exponent_scale(), wanted)) return true;
        find_maximum();
        return false;
    }

    void open_top(std::size_t k, std::size_t equals) noexcept {
        const std::size_t found = view_.list_top(k, equals);
        take_list(k == 1 && equals == 1 ? (std::min<std::size_t>)(found, 1) : found, view_.maximum());
    }

    // Turns the view into the list of the tokens that reach the cut; of those equal to it, no more than the first `equals` and a few.
    void open(double cut, std::size_t equals) noexcept { take_list(view_.list_reaching(cut, equals), view_.maximum()); }

    bool listed() noexcept {
        if (!find_maximum()) return false;
        if (!list_) open(-numeric::infinity, width());
        return why_ == status::ok;
    }

    // Removing is no reading: but once a value was read, what is wrong with the row must be found before it is hidden.
    bool can_remove(std::span<const token_id> ids) noexcept {
        for (const token_id id : ids)
            if (!view_.holds_id(id)) fail(status::outside_row);
        if (read_ && !list_) find_maximum();
        return why_ == status::ok;
    }

    // False where the view has become a list, and the change is still to be made there.
    template <class F>
    bool edit_in_view(token_id id, F f, bool& made_infinite) noexcept {
        const double v = view_.value_of_token(id);
        if (v == -numeric::infinity) return true;
        read_ = true;
        const double l = v == numeric::infinity ? v : logit_of(v), changed = f(l);
        if (v != v || changed != changed) {
            fail(status::nan_logit);
            return true;
        }
        // Whether an infinite token has others beside it is a question to the row as it stood before.
        if ((v == numeric::infinity || changed == numeric::infinity) && !made_infinite && find_maximum() && list_) return false;
        if (changed == l) return true;
        made_infinite |= changed == numeric::infinity;
        view_.set(id, value_from(changed));
        return true;
    }

    // Entries in id order.
    void sort_entries(place* order, std::size_t n) const noexcept {
        auto* const room = reinterpret_cast<place*>(list_ ? scratch_.room_beside_list() : scratch_.room_beside_view());
        numeric::sort_descending(order, n, room, [](const place& each) { return each.value; });
    }

    // The first n tokens in the order, by value; beside the view or the list, which stay as they are.
    std::span<place> sorted(std::size_t n) noexcept {
        n = (std::max<std::size_t>)(n, 1);
        if (!find_maximum()) return {};
        const std::size_t listed = list_ ? count_ : view_.list_top(n, n);
        const double level = list_ && count_ > 4 * n + sizes::long_list ? level_of_list(n) : -numeric::infinity;
        auto* const order = reinterpret_cast<place*>(scratch_.order);
        std::size_t found = 0;
        for (std::size_t i = 0; i < listed; ++i) {  // written whether it counts or not: which do is not to be predicted
            new (order + found) place{scratch_.values[i], scratch_.ids[i]};
            found += scratch_.values[i] >= level;
        }
        n = (std::min)(n, found);
        if (found >= sizes::radix_entries) {
            sort_entries(order, found);
        } else {
            if (n < found) std::nth_element(order, order + n, order + found);
            std::sort(order, order + n);
        }
        return {order, n};
    }

    // ---- the list ------------------------------------------------------------------------------------------------------

    // Of a weighed list. Beside one maximum, whose weight of 1 would hide them, the others may weigh next to nothing, and still be all of the
    // entropy.
    double mass_beside_maximum() noexcept {
        std::copy_n(scratch_.weights, count_, scratch_.spare);
        *std::find(scratch_.spare, scratch_.spare + count_, 1.0) = 0;
        return numeric::sum(scratch_.spare, count_);
    }

    // After the values of the list changed or tokens left it: what is -inf goes, +inf takes all, and the maximum is looked up again.
    void values_changed() noexcept {
        weighed_ = false;
        infinite_ = false;
        double greatest = -numeric::infinity;
        bool some_removed = false;
        for (std::size_t i = 0; i < count_; ++i) {
            const double v = scratch_.values[i];
            if (v != v) return fail(status::nan_logit);
            some_removed |= v == -numeric::infinity;
            greatest = (std::max)(greatest, v);
        }
        maximum_ = greatest;
        if (greatest == numeric::infinity) {
            filter([&](std::size_t i) { return scratch_.values[i] == numeric::infinity; });
            settle_infinite();
        } else if (some_removed) {
            filter([&](std::size_t i) { return scratch_.values[i] > -numeric::infinity; });
        }
        if (count_ == 0) fail(status::empty);
    }

    // Those that stay are what they were, +inf too.
    void tokens_removed() noexcept {
        const bool infinite = infinite_;
        values_changed();
        infinite_ = infinite;
    }

    void remove(std::size_t i) noexcept {
        std::copy(scratch_.ids + i + 1, scratch_.ids + count_, scratch_.ids + i);
        std::copy(scratch_.values + i + 1, scratch_.values + count_, scratch_.values + i);
        --count_;
        weighed_ = false;
    }

    // Keeps the entries i of the list for which keep(i), and what is known of each of them. Every entry is written and only the kept
    // ones counted: which stay is as good as random, and a branch on it would be mispredicted.
    template <class F>
    void filter(F keep) noexcept {
        token_id* const ids = scratch_.ids;
        double* const values = scratch_.values;
        double* const weights = scratch_.weights;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const bool stays = keep(i);
            ids[kept] = ids[i];
            values[kept] = values[i];
            if (weighed_) weights[kept] = weights[i];
            kept += stays;
        }
        count_ = kept;
        if (weighed_) mass_ = numeric::sum(weights, count_);
    }

    bool weigh_list() noexcept {
        if (!listed()) return false;
        if (weighed_) return true;
        simd::lists().weights(scratch_.values, count_, maximum_, exponent_scale(), scratch_.weights);
        mass_ = numeric::sum(scratch_.weights, count_);
        return weighed_ = true;
    }

    // A level that at least k < count_ entries of the list reach, and in general not many more. Found in a sample and certified by a count;
    // where the sample misled, by bisection.
    double level_of_list(std::size_t k) noexcept {
        std::fill_n(scratch_.values + count_, simd::lanes, -numeric::infinity);
        const auto reached = [&](double cut) { return simd::numbers<double>().count_at_least(scratch_.values, count_, cut); };
        constexpr std::size_t size = sizes::level_sample;
        if (count_ > 4 * size) {
            const double expected = static_cast<double>(k) * size / static_cast<double>(count_);
            const auto place = static_cast<std::size_t>(expected + 3 * std::sqrt(expected) + 4);
            if (place < size) {
                std::array<double, size> sample;
                for (std::size_t i = 0; i < size; ++i) sample[i] = scratch_.values[i * count_ / size];
                const auto at = sample.begin() + static_cast<std::ptrdiff_t>(place);
                std::nth_element(sample.begin(), at, sample.end(), [](double a, double b) { return a > b; });
                if (reached(*at) >= k) return *at;
            }
        }
        return numeric::level_reached_by(k, std::numeric_limits<double>::lowest(), maximum_, reached);
    }

    void trim_to(std::size_t k, ties equals_at_edge = ties::first) noexcept {
        if (count_ <= k) return;
        // A certificate rarely lets in more than a few too many: those leave one by one.
        if (equals_at_edge == ties::first && count_ <= k + sizes::few_too_many) {
            while (count_ > k) {
                std::size_t last = 0;
                for (std::size_t i = 1; i < count_; ++i)
                    if (scratch_.values[i] <= scratch_.values[last]) last = i;
                remove(last);
            }
            return;
        }
        if (count_ > 4 * k + sizes::long_list) {
            // Most of a long list goes without being put in order.
            const double level = level_of_list(k);
            filter([&](std::size_t i) { return scratch_.values[i] >= level; });
        }
        std::copy_n(scratch_.values, count_, scratch_.spare);
        std::nth_element(scratch_.spare, scratch_.spare + (k - 1), scratch_.spare + count_, [](double a, double b) { return a > b; });
        const double cut = scratch_.spare[k - 1];
        std::size_t equals =
            k - static_cast<std::size_t>(std::count_if(scratch_.spare, scratch_.spare + (k - 1), [&](double v) { return v > cut; }));
        filter([&](std::size_t i) {
            if (scratch_.values[i] != cut) return scratch_.values[i] > cut;
            return equals_at_edge == ties::all || (equals > 0 && equals-- > 0);
        });
    }

    // keep_likely by the masses of a view weighed in floats; the maximum need not be known. False where a token is too near to the cut to be told.
    bool keep_likely_in_floats(estimate p, std::size_t min_keep) noexcept {
        if (!(view_.mass() > 0)) return !find_maximum();
        const double doubt = p.error / p.value + 0x1p-21;
        if (!(0x1p-1000 <= p.value && doubt < 0.5)) return false;  // keys tell values above the lower end of their range
        const double log_cut = numeric::log(view_.mass()) + numeric::log(p.value) + numeric::product(view_.reference(), ln2);
        const double low = (log_cut + numeric::log1p(-doubt)) / scale_.value(), high = (log_cut + doubt) / scale_.value();
        if (stays_a_view(low)) {
            if (!view_.none_between(low, high)) return false;
            if (!find_maximum()) return true;
            if (low <= maximum()) keep_reaching(low, min_keep);
            else keep_top(min_keep);
            return true;
        }
        const std::size_t found = view_.list_reaching(low);
        if (std::any_of(scratch_.values, scratch_.values + found, [&](double v) { return v < high; })) return false;
        if (found < min_keep) keep_top(min_keep);
        else take_list(found, *std::max_element(scratch_.values, scratch_.values + found));
        return true;
    }

    void take_list(std::size_t count, double maximum) noexcept {
        if (count == 0) return fail(status::empty);
        count_ = count;
        list_ = true;
        weighed_ = false;
        maximum_ = maximum;
    }

    void keep_reaching(double cut, std::size_t min_keep) noexcept {
        if (!list_) {
            if (min_keep > 1 && !reached_by(min_keep, cut)) return keep_top(min_keep);
            return stays_a_view(cut) ? view_.narrow_to({.cut = cut}) : open(cut, width());
        }
        const auto reaches = [&](std::size_t i) { return scratch_.values[i] >= cut; };
        if (min_keep > 1) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < count_; ++i) kept += reaches(i);
            if (kept < min_keep) return trim_to(min_keep);
        }
        filter(reaches);
    }

    // A list of tens of tokens a block costs more than to weigh the view again. A cut below the band leaves the row as it is.
    bool stays_a_view(double cut) const noexcept {
        if (!view_.banded().whole() && cut <= view_.banded().cut) return true;
        return view_.blocks() >= sizes::band_blocks && view_.blocks_reaching(cut) > view_.blocks() / 4 &&
               view_.tokens_reaching(cut) > sizes::band_tokens_a_block * view_.blocks();
    }

    // Whether at least n living tokens reach the cut; where it is not certain without a list, the list is made.
    bool reached_by(std::size_t n, double cut) noexcept {
        const bool plain = view_.banded().whole();
        if (plain && view_.tokens_reaching(cut) >= n) return true;
        const auto first = sorted(n);
        return first.size() == n && first.back().value >= cut;
    }

    // Of a weighed list.
    place last_of_mass(double p, std::size_t min_keep, double* order) noexcept {
        return detail::shortest_prefix({scratch_.ids, order, scratch_.weights, count_}, numeric::product(p, mass_), min_keep,
                                       scratch_.order)
            .last;
    }

    void keep_up_to(const place& last, const double* order) noexcept {
        filter([&](std::size_t i) { return !(last < place{order[i], scratch_.ids[i]}); });
    }

    // In an order that is not that of the logits: the maximum may go.
    void keep_nearest_up_to(const place& last) noexcept {
        keep_up_to(last, scratch_.spare);
        maximum_ = *std::max_element(scratch_.values, scratch_.values + count_);
        weighed_ = false;
    }

    view view_;
    detail::scratch<T> scratch_;
    numeric::wide_scale scale_;  // l = (v - anchor_) * scale_ + shift_ for every value v of the row or the list
    double anchor_ = 0;
    double shift_ = 0;
    double maximum_ = numeric::nan;  // of the list
    double mass_ = 0;                // of the list
    std::size_t count_ = 0;          // of the list
    status why_ = status::ok;
    bool list_ = false;
    bool weighed_ = false;   // the list
    bool infinite_ = false;  // the values of the list stand for +inf
    bool read_ = false;      // a verb has looked at a value of the view
};

}  // namespace argdraw
