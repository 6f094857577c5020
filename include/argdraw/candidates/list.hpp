// list — the distribution as a list of tokens: their ids, values and weights, and what is known of all of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What happens to tokens that equal the last one kept.
enum class ties : std::uint8_t {
    first,  ///< the lower ids stay, so that the number is exact
    all,    ///< all of them stay
};

namespace detail {

/// Distinct tokens in id order. Values are the row's numbers; weights are 2^((value - maximum) c), c the scale that weigh() was told last.
///
/// It lives in arrays that others fill: hold() says how many tokens stand there. No member looks at what a value means but for its order,
/// -inf, which is no token, and +inf, which is all there is.
class list {
public:
    list() = default;
    list(const token_arrays& tokens, place* order, place* room) noexcept : at_{tokens}, order_{order}, room_{room} {}

    std::size_t size() const noexcept { return count_; }
    std::span<const token_id> ids() const noexcept { return {at_.ids, count_}; }
    std::span<const double> values() const noexcept { return {at_.values, count_}; }
    token_id id(std::size_t i) const noexcept { return at_.ids[i]; }
    double value(std::size_t i) const noexcept { return at_.values[i]; }
    double maximum() const noexcept { return maximum_; }
    double minimum() const noexcept { return simd::lists().least(at_.values, count_); }
    /// Whether the tokens are those of +inf; their values are then 0.
    bool infinite() const noexcept { return infinite_; }
    void make_finite() noexcept { infinite_ = false; }

    /// Where the token stands; size() where it is not in the list.
    std::size_t find(token_id id) const noexcept {
        const auto* const found = std::lower_bound(at_.ids, at_.ids + count_, id);
        return found != at_.ids + count_ && *found == id ? static_cast<std::size_t>(found - at_.ids) : count_;
    }

    // ---- what it holds -------------------------------------------------------------------------------------------------

    /// Is from now on the first `count` tokens of its arrays, whose maximum this is.
    void hold(std::size_t count, double maximum) noexcept {
        count_ = count;
        maximum_ = maximum;
        mass_ = 0;
        infinite_ = false;
    }
    /// The same where the weights are there, too: those of scale c, with this sum.
    void hold(std::size_t count, double maximum, double c, double mass) noexcept {
        hold(count, maximum);
        c_ = c;
        mass_ = mass;
    }

    /// All of its tokens are +inf.
    void take_for_infinite() noexcept {
        std::fill_n(at_.values, count_, 0.0);
        maximum_ = 0;
        infinite_ = true;
    }
    /// The same of tokens with any values: what is -inf is none of them, and +inf takes all. nan_logit or empty where that is what it comes
    /// to, as in what follows.
    status hold_any(std::size_t count) noexcept {
        hold(count, numeric::nan);
        return settle();
    }

    /// Calls work(values), which may give the tokens other values. Those of +inf are there as they are.
    template <class F>
    status change(F work) noexcept {
        if (infinite_) std::fill_n(at_.values, count_, numeric::infinity);
        work(at_.values);
        return settle();
    }
    /// Gives every token the value f(i, value); to f, those of +inf are 0.
    template <class F>
    status set_all(F f) noexcept {
        for (std::size_t i = 0; i < count_; ++i) at_.values[i] = f(i, at_.values[i]);
        return settle();
    }
    /// The same with f(value, probability), in the order. Of a weighed list.
    template <class F>
    status set_in_order(F f) noexcept {
        ordered(at_.values, count_, order_, room_).each_block([&](const double* values, const std::uint32_t* numbers, std::size_t n) {
            for (std::size_t i = 0; i < n; ++i) at_.spare[numbers[i]] = f(values[i], probability(numbers[i]));
        });
        std::copy_n(at_.spare, count_, at_.values);
        return settle();
    }

    /// Of a weighed list: gives every token a weight of scale c, above 0: what write(weights, n, out) makes of those of n tokens at a time,
    /// in the order, with room for a vector more. The values stay as they are until set_by_weight() makes them anew, and nobody but
    /// token_at() may be asked before.
    template <class F>
    void reweigh_in_order(double c, F write) noexcept {
        const ordered all(at_.values, count_, order_, room_);
        all.each_block_of(at_.weights, [&](const double* weights, const std::uint32_t* numbers, std::size_t n) {
            double out[simd::block_size + simd::lanes];
            write(weights, n, out);
            double* const to = at_.weights;
            for (std::size_t i = 0; i < n; ++i) to[numbers[i]] = out[i];
        });
        mass_ = simd::lists().sum(at_.weights, count_);
        c_ = c;
    }
    /// Gives every token the value f(weight).
    template <class F>
    status set_by_weight(F f) noexcept {
        std::transform(at_.weights, at_.weights + count_, at_.values, f);
        return settle();
    }

    // ---- what stays ----------------------------------------------------------------------------------------------------

    /// Keeps the entries i for which keep(i). Those that stay are what they were, +inf too.
    template <class F>
    status keep_if(F keep) noexcept {
        retain(keep);
        return settle_removed();
    }
    /// Removes the listed tokens.
    status remove(std::span<const token_id> listed) noexcept {
        for (const token_id id : listed)
            if (const std::size_t i = find(id); i < count_) at_.values[i] = -numeric::infinity;
        return settle_removed();
    }
    /// Keeps the listed tokens.
    status keep_only(std::span<const token_id> listed) noexcept {
        std::fill_n(at_.weights, count_, 0.0);
        for (const token_id id : listed)
            if (const std::size_t i = find(id); i < count_) at_.weights[i] = 1;
        for (std::size_t i = 0; i < count_; ++i)
            if (at_.weights[i] == 0) at_.values[i] = -numeric::infinity;
        return settle_removed();
    }

    /// Keeps the first k >= 1 in the order, or with them all that equal the last of them.
    void keep_top(std::size_t k, ties equals_at_edge = ties::first) noexcept {
        if (count_ <= k) return;
        // A certificate rarely lets in more than a few too many: those leave one by one.
        if (equals_at_edge == ties::first && count_ <= k + sizes::few_too_many) {
            while (count_ > k) remove_last();
            return;
        }
        if (count_ > 4 * k + sizes::long_list) {
            // Most of a long list goes without being put in order.
            const double level = level_reached_by(k);
            retain([&](std::size_t i) { return at_.values[i] >= level; });
        }
        std::copy_n(at_.values, count_, at_.spare);
        std::nth_element(at_.spare, at_.spare + (k - 1), at_.spare + count_, [](double a, double b) { return a > b; });
        const double cut = at_.spare[k - 1];
        std::size_t equals = k - static_cast<std::size_t>(std::count_if(at_.spare, at_.spare + (k - 1), [&](double v) { return v > cut; }));
        retain([&](std::size_t i) {
            if (at_.values[i] != cut) return at_.values[i] > cut;
            return equals_at_edge == ties::all || (equals > 0 && equals-- > 0);
        });
    }

    /// Keeps the tokens of value >= cut, and at least min_keep.
    void keep_reaching(double cut, std::size_t min_keep) noexcept {
        const auto reaches = [&](std::size_t i) { return at_.values[i] >= cut; };
        if (min_keep > 1) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < count_; ++i) kept += reaches(i);
            if (kept < min_keep) return keep_top(min_keep);
        }
        retain(reaches);
    }

    /// Of a weighed list: keeps the shortest prefix of the order that has p of the mass and at least min_keep tokens.
    void keep_mass(double p, std::size_t min_keep) noexcept { keep_up_to(last_of_mass(p, min_keep, at_.values)); }

    /// The same in the order of nearness(i), the nearest first.
    template <class F>
    void keep_mass_near(double p, std::size_t min_keep, F nearness) noexcept {
        for (std::size_t i = 0; i < count_; ++i) at_.spare[i] = nearness(i);
        keep_nearest_up_to(last_of_mass(p, min_keep, at_.spare));
    }

    void keep_up_to(const place& last) noexcept {
        retain(
            [&, last](std::size_t i) { return (at_.values[i] > last.value) | ((at_.values[i] == last.value) & (at_.ids[i] <= last.id)); });
    }
    /// In the order of what stands in tokens.spare. The maximum may go.
    void keep_nearest_up_to(const place& last) noexcept {
        retain([&](std::size_t i) { return !(last < place{at_.spare[i], at_.ids[i]}); });
        maximum_ = *std::max_element(at_.values, at_.values + count_);
        mass_ = 0;
    }

    /// The first n tokens in the order, or all where there are fewer. The list stays as it is.
    std::span<place> leaders(std::size_t n) noexcept {
        return leaders_of(count_, n, count_ > 4 * n + sizes::long_list ? level_reached_by(n) : -numeric::infinity, room_);
    }
    /// The same of the first `count` tokens of the arrays that reach a level; `room` has as many places.
    std::span<place> leaders_of(std::size_t count, std::size_t n, double level, place* room) noexcept {
        return first_in_order({at_.values, count}, at_.ids, n, level, order_, room);
    }

    // ---- weights -------------------------------------------------------------------------------------------------------

    void weigh(double c) noexcept {
        if (mass_ > 0 && c == c_) return;
        simd::lists().weights(at_.values, count_, maximum_, c, at_.weights);
        mass_ = simd::lists().sum(at_.weights, count_);
        c_ = c;
    }
    // What follows is asked of a weighed list.

    /// Between 1 and size().
    double mass() const noexcept { return mass_; }
    double weight(std::size_t i) const noexcept { return at_.weights[i]; }
    double probability(std::size_t i) const noexcept { return at_.weights[i] / mass_; }

    /// The mass without one token of the greatest value, whose weight of 1 would hide that the others weigh next to nothing.
    double mass_beside_maximum() noexcept {
        std::copy_n(at_.weights, count_, at_.spare);
        *std::find(at_.spare, at_.spare + count_, 1.0) = 0;
        return simd::lists().sum(at_.spare, count_);
    }

    /// sum p distance(i); a token whose weight vanished adds 0.
    template <class F>
    double mean_of(F distance) noexcept {
        for (std::size_t i = 0; i < count_; ++i) at_.spare[i] = at_.weights[i] > 0 ? numeric::product(at_.weights[i], distance(i)) : 0.0;
        return simd::lists().sum(at_.spare, count_) / mass_;
    }

    /// Sum of p^2.
    double collision() noexcept {
        for (std::size_t i = 0; i < count_; ++i) at_.spare[i] = numeric::product(at_.weights[i], at_.weights[i]);
        return simd::lists().sum(at_.spare, count_) / numeric::product(mass_, mass_);
    }

    /// The token at u of the cumulative distribution; none where nothing weighs anything.
    taken token_at(double u) const noexcept { return named(entry_at(u, at_.weights, mass_, count_, at_.spare)); }

    /// The same where f(i) stands for the value of each token, which stays as it is. The weights go.
    template <class F>
    taken token_at(double u, double c, F f) noexcept {
        mass_ = 0;
        const double greatest = simd::lists().greatest(each(f).data(), count_);
        simd::lists().weights(at_.spare, count_, greatest, c, at_.spare);
        return named(entry_at(u, at_.spare, simd::lists().sum(at_.spare, count_), count_, at_.weights));
    }

    // ---- values --------------------------------------------------------------------------------------------------------

    struct spread {
        double mean, deviation;
    };
    /// The mean of the values, and the population standard deviation times a scale.
    spread moments(double scale) noexcept {
        const double n = static_cast<double>(count_);
        // Rows of double may hold what overflows when it is added up or squared.
        const double down = (std::max)(std::fabs(minimum()), std::fabs(maximum_)) > 0x1p480 ? 0x1p-600 : 1.0;
        for (std::size_t i = 0; i < count_; ++i) at_.spare[i] = numeric::product(at_.values[i], down) - numeric::product(maximum_, down);
        const double mean = simd::lists().sum(at_.spare, count_) / n;
        for (std::size_t i = 0; i < count_; ++i) {
            const double d = at_.spare[i] - mean;
            at_.spare[i] = numeric::product(d, d);
        }
        return {maximum_ + mean / down, numeric::product(std::sqrt(simd::lists().sum(at_.spare, count_) / n), scale) / down};
    }

    /// f(i) of every token, in tokens.spare.
    template <class F>
    std::span<const double> each(F f) noexcept {
        for (std::size_t i = 0; i < count_; ++i) at_.spare[i] = f(i);
        return {at_.spare, count_};
    }

private:
    taken named(taken entry) const noexcept {
        if (entry.id >= 0) entry.id = at_.ids[entry.id];
        return entry;
    }

    // Leaves the entries i for which keep(i), with the maximum that was, and with their weights if there are any. Every entry is written
    // and only the kept ones counted: which stay is as good as random, and a branch on it would be mispredicted.
    template <class F>
    void retain(F keep) noexcept {
        token_id* const ids = at_.ids;
        double* const values = at_.values;
        double* const weights = at_.weights;
        const bool weighed = mass_ > 0;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const bool stays = keep(i);
            ids[kept] = ids[i];
            values[kept] = values[i];
            if (weighed) weights[kept] = weights[i];
            kept += stays;
        }
        count_ = kept;
        if (weighed) mass_ = simd::lists().sum(weights, count_);
    }

    // Needs any values. Leaves out what is -inf, or all but +inf where there is one, and leaves the maximum and no weights. Returns
    // nan_logit or empty where that is what it comes to.
    status settle() noexcept {
        mass_ = 0;
        infinite_ = false;
        double greatest = -numeric::infinity;
        bool some_removed = false;
        for (std::size_t i = 0; i < count_; ++i) {
            const double v = at_.values[i];
            if (v != v) return status::nan_logit;
            some_removed |= v == -numeric::infinity;
            greatest = (std::max)(greatest, v);
        }
        maximum_ = greatest;
        if (greatest == numeric::infinity) {
            retain([&](std::size_t i) { return at_.values[i] == numeric::infinity; });
            take_for_infinite();
        } else if (some_removed) {
            retain([&](std::size_t i) { return at_.values[i] > -numeric::infinity; });
        }
        return count_ == 0 ? status::empty : status::ok;
    }
    // The same, and leaves those of +inf what they were.
    status settle_removed() noexcept {
        const bool infinite = infinite_;
        const status why = settle();
        infinite_ = infinite;
        return why;
    }

    void remove_last() noexcept {
        std::size_t last = 0;
        for (std::size_t i = 1; i < count_; ++i)
            if (at_.values[i] <= at_.values[last]) last = i;
        std::copy(at_.ids + last + 1, at_.ids + count_, at_.ids + last);
        std::copy(at_.values + last + 1, at_.values + count_, at_.values + last);
        --count_;
        mass_ = 0;
    }

    // Returns a level that at least k < size() entries reach, and in general not many more. Found in a sample and certified by a count;
    // where the sample misled, by bisection.
    double level_reached_by(std::size_t k) noexcept {
        std::fill_n(at_.values + count_, simd::lanes, -numeric::infinity);
        const auto reached = [&](double cut) { return simd::numbers<double>().count_at_least(at_.values, count_, cut); };
        const double told = level_by_sample(count_, k, [&](std::size_t i) { return at_.values[i]; });
        if (numeric::finite(told) && reached(told) >= k) return told;
        return numeric::level_reached_by(k, std::numeric_limits<double>::lowest(), maximum_, reached);
    }

    // Needs weights, and the numbers to order by. Returns the last token of the shortest prefix.
    place last_of_mass(double p, std::size_t min_keep, double* order) noexcept {
        return shortest_prefix({at_.ids, order, at_.weights, count_}, numeric::product(p, mass_), min_keep,
                               reinterpret_cast<std::byte*>(order_))
            .last;
    }

    token_arrays at_;
    place* order_ = nullptr;
    place* room_ = nullptr;
    double maximum_ = numeric::nan;
    double mass_ = 0;  // 0 where the weights are not known
    double c_ = 0;     // of the weights
    std::size_t count_ = 0;
    bool infinite_ = false;
};

}  // namespace detail

}  // namespace argdraw
