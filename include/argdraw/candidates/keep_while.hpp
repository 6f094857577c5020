// keep_while — the longest prefix of the order of which something holds that its sums tell.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include <argdraw/candidates/cuts.hpp>
#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/questions.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Sums over a prefix of the order, of weights w = e^(l - max l): of its first token, whose weight is 1, the mass of the others beside it is
/// kept apart, since it may be all that is of interest.
struct prefix_sums {
    double others = 0;  ///< sum of w, without the first
    double moment = 0;  ///< sum of w (l - max l), 0 or less
    std::size_t count = 0;

    void add(double weight, double below) noexcept {
        if (count++ > 0) others += weight;
        if (weight > 0) moment += numeric::product(weight, below);
    }
    /// With n more tokens of one weight.
    prefix_sums with(std::size_t n, double weight, double below) const noexcept {
        const double mass = numeric::product(weight, static_cast<double>(n));
        const double first = count == 0 && n > 0 ? 1.0 : 0.0;
        return {others + (mass - first), moment + (weight > 0 ? numeric::product(mass, below) : 0.0), count + n};
    }
};

namespace detail {

/// Two levels between which a prefix ends, and about how many tokens reach the lower one.
struct levels_of_end {
    double low, high;
    double reaching;
};

/// Takes tokens to sums as long as within(sums) holds: block by block, and one by one in the block where it ends. `weights` and `below` are
/// those of n tokens. Returns how many it took.
template <class F>
std::size_t add_while(prefix_sums& sums, const double* weights, const double* below, std::size_t n, F within) noexcept {
    prefix_sums all = sums;
    for (std::size_t i = 0; i < n; ++i) all.add(weights[i], below[i]);
    if (within(all)) {
        sums = all;
        return n;
    }
    for (std::size_t i = 0;; ++i) {
        all = sums;
        all.add(weights[i], below[i]);
        if (i + 1 == n || !within(all)) return i;
        sums = all;
    }
}

/// Two levels between which the prefix is likely to end: where a sample of the row behind a head whose sums are known has the end, and to
/// either side three standard deviations of its mass, in tokens of those there. The lower is -inf where it may be anywhere below.
template <logit_scalar T, class F>
levels_of_end levels_by_sample(distribution<T>& d, const living_row<T>& row, const prefix_sums& head, double head_end, F within) noexcept {
    constexpr std::size_t bins = 512;
    const std::size_t size = (std::min)(sizes::prefix_sampled, row.width());
    double* const values = d.scratch().tokens.values;
    double* const weights = d.scratch().tokens.weights;
    std::size_t n = 0;
    double bottom = head_end;
    for (std::size_t i = 0; i < size; ++i) {
        const double v = row.value_of_token(static_cast<token_id>(i * row.width() / size));
        values[n] = v;
        n += -numeric::infinity < v && v <= head_end;
        if (-numeric::infinity < v) bottom = (std::min)(bottom, v);
    }
    simd::lists().weights(values, n, d.maximum(), d.exponent_scale(), weights);

    struct bin {
        prefix_sums sums;
        double squares = 0;
    };
    std::array<bin, bins> histogram{};
    const double per_value = bins / (head_end - bottom);
    const double share = static_cast<double>(row.width()) / static_cast<double>(size);
    for (std::size_t i = 0; i < n; ++i) {
        const double at = numeric::product(head_end - values[i], per_value);  // no number where all are equal
        bin& here = histogram[at < static_cast<double>(bins) ? static_cast<std::size_t>(at) : bins - 1];
        const double weight = numeric::product(weights[i], share);
        here.sums.others += weight;
        here.sums.moment += numeric::product(weight, numeric::product(values[i] - d.maximum(), d.scale()));
        here.sums.count += 1;
        here.squares += numeric::product(weight, weight);
    }
    // The bin in which it ends, and the mass from there to the levels.
    prefix_sums sums = head;
    double squares = 0;
    std::size_t end = 0, sampled = 0;
    for (; end + 1 < bins; ++end) {
        const bin& here = histogram[end];
        sampled += here.sums.count;
        const prefix_sums next{sums.others + here.sums.others, sums.moment + here.sums.moment,
                               head.count + static_cast<std::size_t>(numeric::product(share, static_cast<double>(sampled)))};
        if (!within(next)) break;
        sums = next;
        squares += here.squares;
    }
    const double scatter = 3 * std::sqrt(squares + histogram[end].squares);
    std::size_t first = end, last = end + 1;
    for (double mass = 0; first > 0 && mass < scatter; --first) mass += histogram[first - 1].sums.others;
    for (double mass = 0; last < bins && mass < scatter; ++last) mass += histogram[last].sums.others;
    std::size_t reaching = 0;
    for (std::size_t b = 0; b < last; ++b) reaching += histogram[b].sums.count;
    const auto level = [&](std::size_t b) { return head_end - static_cast<double>(b) / per_value; };
    return {last == bins ? -numeric::infinity : level(last), first == 0 ? numeric::next_above(head_end) : level(first),
            static_cast<double>(head.count) + numeric::product(share, static_cast<double>(reaching))};
}

/// Of a row without strays and with a whole band, behind a head for which it holds: finds the last token between two levels. A sweep tells
/// the sums of what reaches the upper one; what is between is put in order and added one by one. False where the end is not there: the
/// levels come from a sample.
template <logit_scalar T, class F>
bool find_end_between(distribution<T>& d, view<T>& seen, const levels_of_end& levels, F within, place& last) noexcept {
    const double greatest = d.maximum(), c = d.exponent_scale();
    auto& split = d.scratch().split;
    prefix_sums sums;
    last = {levels.high, (std::numeric_limits<token_id>::max)()};
    if (levels.high <= greatest) {
        simd::doubles<T>().exponents(seen.row().blocks(), {.reference = greatest, .scale = c, .lowest = levels.high}, split.above,
                                     split.below);
        double mass = 0, exponents = 0;
        for (std::size_t b = 0; b < seen.blocks(); ++b) {
            mass += split.above[b];
            exponents += split.below[b];
        }
        sums = {mass_beside_greatest(seen.row(), split.above, mass, greatest, c, levels.high), numeric::product(ln2, exponents),
                seen.row().count_reaching(levels.high)};
        if (!within(sums)) return false;
    }
    const std::size_t reaching = seen.list_reaching(levels.low);
    const token_arrays& at = d.scratch().tokens;
    std::size_t n = 0;
    for (std::size_t i = 0; i < reaching; ++i) {
        at.ids[n] = at.ids[i];
        at.values[n] = at.values[i];
        n += at.values[i] < levels.high;
    }
    bool found = false;
    const ordered between(at.values, n, d.scratch().sorting.order, d.scratch().sorting.beside_row);
    between.each_block([&](const double* values, const std::uint32_t* numbers, std::size_t count) {
        if (found) return;
        double weights[simd::block_size + simd::lanes], below[simd::block_size];
        simd::lists().weights(values, count, greatest, c, weights);
        for (std::size_t i = 0; i < count; ++i) below[i] = numeric::product(values[i] - greatest, d.scale());
        const std::size_t kept = add_while(sums, weights, below, count, within);
        if (kept > 0) last = {values[kept - 1], at.ids[numbers[kept - 1]]};
        found = kept < count;
    });
    return found;
}

/// Of such a row, where the tokens behind a head equal its last one: finds the last token, if it is one of these. Leaves a token of theirs
/// or the one before them.
template <logit_scalar T, class F>
bool find_end_in_equals(distribution<T>& d, const view<T>& seen, prefix_sums above, double equal, F within, place& last) noexcept {
    using value = value_of<T>;
    const living_row<T>& row = seen.row();
    const double below = numeric::product(equal - d.maximum(), d.scale());
    const double weight = numeric::exp2(numeric::product(equal - d.maximum(), d.exponent_scale()));
    // It holds with `low` of them, and does not with `high`.
    std::size_t low = 0, high = row.count_reaching(equal) - row.count_reaching(numeric::next_above(equal));
    if (high == 0 || within(above.with(high, weight, below))) return false;
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (within(above.with(middle, weight, below)) ? low : high) = middle;
    }
    if (low == 0) return false;
    for (std::size_t b = 0;; ++b) {
        const std::size_t here = row.count_equal(b, static_cast<value>(equal));
        if (here >= low) {
            last = {equal, row.nth_equal(b, static_cast<value>(equal), low)};
            return true;
        }
        low -= here;
    }
}

/// Finds where the prefix ends in a view without strays and with a whole band, of which the first tokens are known, and that it holds for
/// them. `end` is the value of the last one. False where it is not found, or where `asked` so many tokens should tell.
template <logit_scalar T, class F>
bool find_end(distribution<T>& d, view<T>& seen, std::span<const place> first, double end, F within, std::size_t& asked,
              place& last) noexcept {
    prefix_sums head, above;
    each_weight(first, [&](double weight, double below) {
        if (first[head.count].value == first.back().value) head = head.with(1, weight, below);
        else above = head = head.with(1, weight, below);
        return true;
    });
    if (above.count < first.size() / 2 && find_end_in_equals(d, seen, above, end, within, last)) return true;
    const levels_of_end levels = levels_by_sample(d, seen.row(), head, end, within);
    if (numeric::product(levels.reaching, static_cast<double>(sizes::listed_one_in)) < static_cast<double>(d.width())) {
        asked = (std::max)(asked, static_cast<std::size_t>(levels.reaching));
        return false;
    }
    return find_end_between(d, seen, levels, within, last);
}

/// Keeps the longest prefix of the order of which within(prefix_sums) holds, and at least min_keep tokens. It is asked of prefixes, and does
/// not hold of longer ones where it does not of a shorter.
template <logit_scalar T, class F>
void keep_while(distribution<T>& d, F within, std::size_t min_keep) noexcept {
    bool sampled = false;
    for (std::size_t asked = sizes::leaders_first;;) {
        const auto first = d.sorted(asked);
        if (first.empty()) return;
        const double end = first.back().value;
        for (place& each : first) each.value = d.logit_of(each.value);
        prefix_sums sums;
        each_block_of_weights(first, [&](const double* weights, const double* below, std::size_t n) {
            return add_while(sums, weights, below, n, within) == n;
        });
        if (sums.count < first.size() || first.size() < asked) return keep_top(d, sums.count, ties::first, min_keep);
        // A sample tells little where few of the tokens behind the first ones have most of the mass.
        const bool light = first.back().value >= first[0].value - 2 || asked >= 16 * sizes::leaders_first;
        asked *= 4;
        view<T>* const seen = d.as_plain_view();
        if (sampled || !light || !seen || seen->row().strays().count() > 0 || min_keep >= first.size() || !d.find_maximum() || !d.as_view())
            continue;
        sampled = true;
        place last{};
        if (find_end(d, *seen, first, end, within, asked, last)) return keep_up_to(d, last);
    }
}

}  // namespace detail

}  // namespace argdraw
