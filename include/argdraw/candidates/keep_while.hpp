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
#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/moments.hpp>
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

/// Some blocks of a row, as a histogram of what comes behind a head; sums are those of the row.
struct sample_behind {
    static constexpr std::size_t bins = 512;
    struct bin {
        prefix_sums sums;
        double squares = 0;
    };
    std::array<bin, bins> histogram{};
    std::size_t tokens = 0;  ///< that are sampled
    double top, per_value, share;

    double level(std::size_t b) const noexcept { return top - static_cast<double>(b) / per_value; }
    /// What a number of sampled tokens stands for.
    double of_row(std::size_t sampled) const noexcept { return numeric::product(share, static_cast<double>(sampled)); }
};

template <logit_scalar T>
sample_behind sampled_behind(distribution<T>& d, const living_row<T>& row, double head_end) noexcept {
    const std::size_t blocks = row.blocks().blocks, sampled_blocks = (std::min)(sizes::sampled_blocks, blocks);
    const std::size_t size = (std::min)(sampled_blocks * simd::block_size, row.width());
    double* const values = d.scratch().tokens.values;
    double* const weights = d.scratch().tokens.weights;
    std::size_t n = 0;
    double bottom = head_end;
    for (std::size_t b = 0; b < sampled_blocks; ++b) {
        double own[simd::block_size];
        row.values_of_block(b * blocks / sampled_blocks, own);
        for (const double v : own) {
            values[n] = v;
            n += (-numeric::infinity < v) & (v <= head_end);
            bottom = -numeric::infinity < v && v < bottom ? v : bottom;
        }
    }
    simd::lists().weights(values, n, d.maximum(), d.exponent_scale(), weights);
    bottom = (std::max)(bottom, head_end - 64 / d.scale());  // what is below has no weight
    sample_behind of{.tokens = n,
                     .top = head_end,
                     .per_value = sample_behind::bins / (head_end - bottom),
                     .share = static_cast<double>(row.width()) / static_cast<double>(size)};
    for (std::size_t i = 0; i < n; ++i) {
        const double at = numeric::product(head_end - values[i], of.per_value);  // no number where all are equal
        auto& here = of.histogram[at < static_cast<double>(of.bins) ? static_cast<std::size_t>(at) : of.bins - 1];
        const double weight = numeric::product(weights[i], of.share);
        here.sums.others += weight;
        here.sums.moment += numeric::product(weight, numeric::product(values[i] - d.maximum(), d.scale()));
        here.sums.count += 1;
        here.squares += numeric::product(weight, weight);
    }
    return of;
}

/// The bin in which a prefix ends, and the variance of the mass that tells.
struct sampled_end {
    std::size_t bin;
    double squares = 0;
};

/// Told by what lies above it, behind the head.
template <class F>
sampled_end end_from_above(const sample_behind& of, prefix_sums sums, F within) noexcept {
    sampled_end end{0};
    for (;; ++end.bin) {
        const prefix_sums& here = of.histogram[end.bin].sums;
        const prefix_sums next{sums.others + here.others, sums.moment + here.moment,
                               sums.count + static_cast<std::size_t>(of.of_row(here.count))};
        end.squares += of.histogram[end.bin].squares;
        if (end.bin + 1 == of.bins || !within(next)) return end;
        sums = next;
    }
}
/// Told by what lies below it, beside the sums of all.
template <class F>
sampled_end end_from_below(const sample_behind& of, const rough_sums& all, std::size_t head, F within) noexcept {
    sampled_end end{of.bins};
    prefix_sums sums{all.mass - 1, numeric::product(ln2, all.exponents), 0};
    std::size_t above = of.tokens;
    do {
        const prefix_sums& here = of.histogram[--end.bin].sums;
        end.squares += of.histogram[end.bin].squares;
        above -= here.count;
        sums = {(std::max)(sums.others - here.others, 0.0), (std::min)(sums.moment - here.moment, 0.0),
                head + static_cast<std::size_t>(of.of_row(above))};
    } while (end.bin > 0 && !within(sums));
    return end;
}

/// Two levels between which the prefix is likely to end: where a sample of the row, behind a head whose sums are known, has the end, and to
/// either side three standard deviations of the mass that tells, in tokens of those there. The lower is -inf where it may be anywhere below.
template <logit_scalar T, class F>
levels_of_end levels_by_sample(distribution<T>& d, view<T>& seen, const prefix_sums& head, double head_end, F within) noexcept {
    const sample_behind of = sampled_behind(d, seen.row(), head_end);
    const sampled_end above = end_from_above(of, head, within);
    const sampled_end below = end_from_below(of, seen.sums_roughly(d.exponent_scale()), head.count, within);
    const auto [end, squares] = above.squares < below.squares ? above : below;
    const double scatter = 3 * std::sqrt(squares);
    std::size_t first = end, last = end + 1, reaching = 0;
    for (double mass = 0; first > 0 && mass < scatter; --first) mass += of.histogram[first - 1].sums.others;
    for (double mass = 0; last < of.bins && mass < scatter; ++last) mass += of.histogram[last].sums.others;
    for (std::size_t b = 0; b < last; ++b) reaching += of.histogram[b].sums.count;
    return {last == of.bins ? -numeric::infinity : of.level(last), first == 0 ? numeric::next_above(head_end) : of.level(first),
            static_cast<double>(head.count) + of.of_row(reaching)};
}

/// The sums of what reaches a level that some token reaches, as a prefix; of fine ones the number is not told, but that there is a token.
template <logit_scalar T>
prefix_sums sums_reaching(distribution<T>& d, const view<T>& seen, double level) noexcept {
    const double greatest = d.maximum(), c = d.exponent_scale();
    auto& split = d.scratch().split;
    simd::doubles<T>().exponents(seen.row().blocks(), {.reference = greatest, .scale = c, .lowest = level}, split.above, split.below);
    double mass = 0, exponents = 0;
    for (std::size_t b = 0; b < seen.blocks(); ++b) {
        mass += split.above[b];
        exponents += split.below[b];
    }
    return {mass_beside_greatest(seen.row(), split.above, mass, greatest, c, level), numeric::product(ln2, exponents),
            seen.row().count_reaching(level)};
}

/// Those of n listed tokens that lie between two levels alone are left. Returns their number.
inline std::size_t leave_between(const token_arrays& at, std::size_t n, double low, double high) noexcept {
    std::size_t left = 0;
    for (std::size_t i = 0; i < n; ++i) {  // written whether it stays or not: which do is not to be predicted
        const bool inside = (low <= at.values[i]) & (at.values[i] < high);
        at.ids[left] = at.ids[i];
        at.values[left] = at.values[i];
        at.weights[left] = at.weights[i];
        at.spare[left] = at.spare[i];
        left += inside;
    }
    std::fill_n(at.values + left, simd::lanes, -numeric::infinity);
    return left;
}

/// Needs a list of n tokens between two levels, and the sums above them. Moves the levels towards each other as long as many tokens lie
/// between them, and the sums along with the higher one. Leaves the tokens between them alone in the list, and returns their number.
template <logit_scalar T, class F>
std::size_t narrowed(distribution<T>& d, std::size_t n, double& high, prefix_sums& sums, F within) noexcept {
    constexpr std::size_t few = 64;
    const token_arrays& at = d.scratch().tokens;
    const double greatest = d.maximum();
    prefix_sums above = sums;
    simd::lists().weights(at.values, n, greatest, d.exponent_scale(), at.weights);
    for (std::size_t i = 0; i < n; ++i) at.spare[i] = numeric::product(at.weights[i], numeric::product(at.values[i] - greatest, d.scale()));
    std::fill_n(at.values + n, simd::lanes, -numeric::infinity);
    double low = n > 0 ? simd::lists().least(at.values, n) : high;
    for (std::size_t between = n, steps = 0; between > few && steps < 20; ++steps) {
        if (8 * between <= n) {
            n = leave_between(at, n, low, high);
            above = sums;
        }
        const double middle = low / 2 + high / 2;
        if (!(low < middle && middle < high)) break;
        const auto mass = simd::lists().mass_at_least(at.values, at.weights, n, middle);
        const auto moment = simd::lists().mass_at_least(at.values, at.spare, n, middle);
        const double first = above.count == 0 && mass.count > 0 ? 1.0 : 0.0;
        const prefix_sums reaching{above.others + (mass.mass - first), above.moment + moment.mass, above.count + mass.count};
        if (within(reaching)) {
            high = middle;
            between -= reaching.count - sums.count;
            sums = reaching;
        } else {
            low = middle;
            between = reaching.count - sums.count;
        }
    }
    return leave_between(at, n, low, high);
}

/// Of a row without strays and with a whole band, behind a head for which it holds: finds the last token between two levels. A sweep tells
/// the sums of what reaches the upper one and lists what is between, which is narrowed, put in order and added one by one. False where the
/// end is not there: the levels come from a sample.
template <logit_scalar T, class F>
bool find_end_between(distribution<T>& d, view<T>& seen, const levels_of_end& levels, accuracy wanted, F within, place& last) noexcept {
    const double greatest = d.maximum(), c = d.exponent_scale();
    const token_arrays& at = d.scratch().tokens;
    const double low = (std::max)(levels.low, static_cast<double>(std::numeric_limits<value_of<T>>::lowest()));
    const rough_sums rough =
        exponents_roughly(seen.row(), {.reference = greatest, .scale = c, .lower = low, .high = levels.high}, d.scratch().moments, at);
    prefix_sums sums;
    if (levels.high <= greatest) {
        if (wanted == accuracy::fine) sums = {rough.mass - 1, numeric::product(ln2, rough.exponents), 1};
        else sums = sums_reaching(d, seen, levels.high);
        if (!within(sums)) return false;
    }
    double high = levels.high;
    const std::size_t n = narrowed(d, rough.listed, high, sums, within);
    last = {high, (std::numeric_limits<token_id>::max)()};
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
bool find_end(distribution<T>& d, view<T>& seen, std::span<const place> first, double end, accuracy wanted, F within, std::size_t& asked,
              place& last) noexcept {
    prefix_sums head, above;
    each_weight(first, [&](double weight, double below) {
        if (first[head.count].value == first.back().value) head = head.with(1, weight, below);
        else above = head = head.with(1, weight, below);
        return true;
    });
    if (above.count < first.size() / 2 && find_end_in_equals(d, seen, above, end, within, last)) return true;
    const levels_of_end levels = levels_by_sample(d, seen, head, end, within);
    if (levels.reaching < 16.0 * sizes::leaders_first) {
        asked = (std::max)(asked, static_cast<std::size_t>(levels.reaching));
        return false;
    }
    return find_end_between(d, seen, levels, wanted, within, last);
}

/// Keeps the longest prefix of the order of which within(prefix_sums) holds, and at least min_keep tokens. It is asked of prefixes, and does
/// not hold of longer ones where it does not of a shorter. False, and all stays as it is, where it left itself in doubt.
template <logit_scalar T, class F>
bool keep_while(distribution<T>& d, accuracy wanted, F within, const bool& in_doubt, std::size_t min_keep) noexcept {
    bool sampled = false;
    for (std::size_t asked = sizes::leaders_first;;) {
        const auto first = d.sorted(asked);
        if (first.empty()) return true;
        const double end = first.back().value;
        for (place& each : first) each.value = d.logit_of(each.value);
        prefix_sums sums;
        each_block_of_weights(first, [&](const double* weights, const double* below, std::size_t n) {
            return add_while(sums, weights, below, n, within) == n;
        });
        if (in_doubt) return false;
        if (sums.count < first.size() || first.size() < asked) {
            keep_top(d, sums.count, ties::first, min_keep);
            return true;
        }
        // A sample tells little where few of the tokens behind the first ones have most of the mass.
        const bool light = first.back().value >= first[0].value - 2 || asked >= 4 * sizes::leaders_first;
        asked *= 4;
        if (sampled || !light || min_keep >= first.size()) continue;
        view<T>* const seen = rough_view(d);
        if (!seen) continue;
        sampled = true;
        place last{};
        const bool found = find_end(d, *seen, first, end, wanted, within, asked, last);
        if (in_doubt) return false;
        if (!found) continue;
        keep_up_to(d, last);
        return true;
    }
}

/// The same of what within_of(accuracy, in_doubt) gives. Where fine sums leave it in doubt, it is asked for in full; so it is at once where
/// many blocks have the same greatest value, as those of equals, whose sums may be at a limit to their last digit.
template <logit_scalar T, class F>
void keep_while_within(distribution<T>& d, F within_of, std::size_t min_keep) noexcept {
    bool in_doubt = false;
    const view<T>* const seen = rough_view(d);
    if (seen && 2 * seen->blocks_reaching(seen->maximum()) <= seen->blocks() &&
        keep_while(d, accuracy::fine, within_of(accuracy::fine, in_doubt), in_doubt, min_keep))
        return;
    bool ignored = false;
    const bool never = false;
    keep_while(d, accuracy::full, within_of(accuracy::full, ignored), never, min_keep);
}

}  // namespace detail

}  // namespace argdraw
