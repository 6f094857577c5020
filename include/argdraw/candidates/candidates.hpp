// candidates — the working distribution: first a view of the caller's row, then a short list of survivors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/prefix.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/numeric/wide_scale.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/simd/kernels.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The tokens still alive, in id order, with their logits. The spans hold until the next verb.
struct living_tokens {
    std::span<const token_id> ids;
    std::span<const double> logits;
};

/// The working distribution that stages act on, through verbs.
///
/// It starts as a view of the row: nothing is copied, a scale is only noted. One sweep over the row yields a summary (a maximum, or a
/// mass, for each block of 256), and from the summary the few blocks that a verb has to open. As soon as a verb leaves few tokens, they
/// become a list. A stage cannot tell the two apart.
///
/// Living tokens are those that were not removed and whose logit is not -inf. The order of tokens is logit descending, then id ascending.
/// A token of +inf leaves only those of +inf, which share all the mass and count as logits of 0. The first verb that has to read a value finds a NaN, or that
/// nothing lives: from then on why() says so and every verb does nothing. Verbs speak double, whatever the row's scalar.
template <logit T>
class candidates {
public:
    using value = value_of<T>;

    candidates(std::span<const T> row, workspace& space) noexcept : row_(row) {
        if (row.empty())
            fail(status::empty);
        else if (row.size() > max_width)
            fail(status::bad_parameter);
        else
            look_at_row(space);
    }
    candidates(const candidates&) = delete;
    candidates& operator=(const candidates&) = delete;

    /// The widest row: 2^24 tokens.
    static constexpr std::size_t max_width = std::size_t{1} << 24;

    status why() const noexcept { return why_; }

    // ---- what is asked -------------------------------------------------------------------------------------------------

    /// The number of living tokens. Opens the whole row where it is still a view.
    std::size_t size() noexcept { return listed() ? count_ : 0; }

    /// The greatest logit.
    double max() noexcept {
        find_maximum();
        return why_ == status::ok ? logit_of(maximum_) : nan;
    }

    /// Sum of exp(l - max l) over the living: between 1 and size().
    double mass() noexcept {
        if (!list_ && weigh_blocks() && find_maximum()) return relative_to(maximum_, mass_);
        return weigh_list() ? mass_ : nan;
    }

    /// ln sum exp(l) over the living.
    double log_sum_exp() noexcept {
        const double relative = mass();
        return max() + numeric::log(relative);
    }

    /// - sum p ln p over the living, in nats; 0 for one token.
    double entropy() noexcept {
        if (!listed() || !weigh_list()) return nan;
        // -ln p = ln S - (l - m), so H = ln S - sum p (l - m); a token whose weight vanished adds 0, as 0 ln 0 does.
        for (std::size_t i = 0; i < count_; ++i)
            scratch_.spare[i] = scratch_.weights[i] > 0 ? numeric::product(scratch_.weights[i], numeric::product(scratch_.values[i] - maximum_, scale_.value())) : 0.0;
        return std::max(0.0, numeric::log(mass_) - numeric::sum(scratch_.spare, count_) / mass_);
    }

    struct mean_and_deviation {
        double mean;
        double deviation;  ///< population standard deviation
    };

    /// Mean and population standard deviation of the living tokens' logits.
    mean_and_deviation moments() noexcept {
        if (!listed()) return {nan, nan};
        const double n = static_cast<double>(count_);
        const double mean = numeric::sum(scratch_.values, count_) / n;
        for (std::size_t i = 0; i < count_; ++i) {
            const double d = scratch_.values[i] - mean;
            scratch_.spare[i] = numeric::product(d, d);
        }
        return {logit_of(mean), numeric::product(std::sqrt(numeric::sum(scratch_.spare, count_) / n), scale_.value())};
    }

    /// The living tokens in id order and their logits. Opens the whole row where it is still a view.
    living_tokens survivors() noexcept {
        if (!listed()) return {};
        for (std::size_t i = 0; i < count_; ++i) scratch_.spare[i] = logit_of(scratch_.values[i]);
        return {{scratch_.ids, count_}, {scratch_.spare, count_}};
    }

    // ---- what changes logits -------------------------------------------------------------------------------------------

    /// l <- l * factor, factor >= 0. Only noted; 0 makes the living equal.
    void scale(double factor) noexcept {
        if (factor == 1) return;
        settle();
        if (factor == 0) return transform([](token_id, double) { return 0.0; });
        scale_.multiply(factor);
        shift_ = numeric::product(shift_, factor);
        forget_masses();
    }

    /// l <- l + offset. Only noted; the distribution does not change.
    void shift(double offset) noexcept { shift_ += offset; }

    /// l_id <- l_id + delta. delta = -inf removes the token, +inf leaves only those of +inf. A token that does not live stays so.
    void add(token_id id, double delta) noexcept {
        if (!listed()) return;
        const auto* const end = scratch_.ids + count_;
        const auto* const found = std::lower_bound(scratch_.ids, scratch_.ids + count_, id);
        if (found == end || *found != id) return;
        scratch_.values[found - scratch_.ids] += delta / scale_.value();
        values_changed();
    }

    /// l <- f(id, l) for every living token. -inf removes it.
    template <class F>
    void transform(F f) noexcept {
        if (!listed()) return;
        for (std::size_t i = 0; i < count_; ++i) scratch_.values[i] = f(scratch_.ids[i], logit_of(scratch_.values[i]));
        scale_ = {};
        shift_ = 0;
        values_changed();
    }

    // ---- what removes tokens -------------------------------------------------------------------------------------------

    /// Keeps the first k in the order, exactly k where so many live.
    void keep_top(std::size_t k) noexcept {
        k = std::max<std::size_t>(k, 1);
        settle();
        if (k >= row_.size() || !find_maximum()) return;
        if (list_) return trim_to(k);
        // Certificate: k blocks whose maxima reach the level hold k tokens that reach it, so the k-th largest token does too,
        // and every token at or above it lies in a block whose maximum reaches the level.
        const auto& rows = simd::rows<T>();
        constexpr value lowest = std::numeric_limits<value>::lowest();
        const value greatest = static_cast<value>(maximum_);
        value level = lowest;
        const auto blocks_reaching = [&](value cut) { return rows.count_at_least(scratch_.block_max, view_.blocks, cut); };
        const auto tokens_reaching = [&](value cut) { return rows.count(view_, cut); };
        if (k == 1)
            level = greatest;
        else if (k <= view_.blocks && blocks_reaching(lowest) >= k)
            level = numeric::level_reached_by(k, lowest, greatest, blocks_reaching);
        else if (tokens_reaching(lowest) > k)
            level = numeric::level_reached_by(k, lowest, greatest, tokens_reaching);
        open(level, k);
        trim_to(k);
    }

    /// Keeps the shortest prefix of the order whose mass is at least p times the whole, and at least min_keep tokens. p < 1.
    void keep_mass(double p, std::size_t min_keep = 1) noexcept {
        min_keep = std::max<std::size_t>(min_keep, 1);
        settle();
        // Close to 1 the edge lies among tokens lighter than the rounding of block masses; there the list's doubles decide.
        if (p <= 0.9999 && !list_ && weigh_blocks()) {
            if (keep_mass_of_heavy_blocks(p, min_keep)) return;
            if constexpr (has_weight_kernel)
                if (in_float_ && keep_mass_between_levels(p, min_keep)) return;
        }
        if (!listed() || !weigh_list()) return;
        keep_prefix(numeric::product(p, mass_), min_keep);
    }

    /// Keeps the tokens whose logit is at most `distance` below the maximum, ties at the edge included; at least min_keep tokens. A distance
    /// that is negative or NaN counts as 0.
    void keep_within(double distance, std::size_t min_keep = 1) noexcept {
        settle();
        if (!find_maximum()) return;
        if (!(distance > 0)) distance = 0;  // NaN included: the maximum always stays
        keep_reaching(numeric::lowest_within(distance / scale_.value(), maximum_), min_keep);
    }

    /// Keeps the tokens whose logit is at least `cut`, and at least min_keep tokens. The maximum stays whatever the cut.
    void keep_at_least(double cut, std::size_t min_keep = 1) noexcept {
        settle();
        if (!find_maximum()) return;
        const double value_cut = (cut - shift_) / scale_.value();
        keep_reaching(value_cut < maximum_ ? value_cut : maximum_, min_keep);  // for NaN too the maximum stays
    }

    /// Keeps the tokens whose logit is below `cut`; none may be left.
    void keep_below(double cut) noexcept {
        keep_if([cut](token_id, double l) { return l < cut; });
    }

    /// Keeps the tokens for which keep(id, logit) is true; none may be left.
    template <class F>
    void keep_if(F keep) noexcept {
        if (!listed()) return;
        filter([&](std::size_t i) { return keep(scratch_.ids[i], logit_of(scratch_.values[i])); });
        values_changed();
    }

    /// Removes the listed tokens. Ids outside the row are passed over. Opens the row, so a NaN is found on a banned token too.
    void ban(std::span<const token_id> ids) noexcept {
        keep_if([ids](token_id id, double) { return std::find(ids.begin(), ids.end(), id) == ids.end(); });
    }

    /// Keeps the tokens whose bit is set: bit (id & 31) of word (id >> 5). Ids past the mask are kept if `past_end`.
    void allow(std::span<const std::uint32_t> mask, bool past_end) noexcept {
        keep_if([=](token_id id, double) {
            const auto word = static_cast<std::size_t>(id) >> 5;
            return word < mask.size() ? ((mask[word] >> (id & 31)) & 1) != 0 : past_end;
        });
    }

    // ---- what ends it --------------------------------------------------------------------------------------------------

    /// The first token in the order.
    drawn first() noexcept {
        keep_top(1);
        if (!listed()) return {.why = why_};
        return {scratch_.ids[0], 0.0f, status::ok};
    }

    /// The token at u = unit(word) of the cumulative distribution in id order: block by block, then inside the block.
    ///
    /// The running sum ends at the very number that u is multiplied by, and a token is taken only where the sum rises past
    /// u S: so every word gives a living token of positive weight, and no token loses its share to rounding.
    drawn at(std::uint64_t word) noexcept {
        const double u = unit(word);
        if (!list_ && weigh_blocks()) {
            const auto [block, t] = detail::find_block(u, scratch_.block_mass, scratch_.block_end, view_.blocks);
            const auto [i, share] = detail::find_in_block(t, weights_of_block(block), simd::block_size);
            const double weight = numeric::product(share, scratch_.block_mass[block]);
            return taken(static_cast<token_id>(block * simd::block_size + i), weight / mass_);
        }
        if (!weigh_list()) return {.why = why_};
        std::size_t from = 0;
        double t = u, mass = mass_;
        if (count_ > numeric::sum_block) {
            double* const masses = scratch_.spare;
            double* const ends = scratch_.spare + (count_ + 1) / 2;
            const std::size_t blocks = numeric::block_sums(scratch_.weights, count_, masses, ends);
            const auto found = detail::find_block(u, masses, ends, blocks);
            from = found.block * numeric::sum_block;
            t = found.t;
            mass = masses[found.block];
        }
        const auto [i, share] = detail::find_in_block(t, scratch_.weights + from, std::min(numeric::sum_block, count_ - from));
        return taken(scratch_.ids[from + i], numeric::product(share, mass) / mass_);
    }

    /// Calls visit(id, probability) for every living token in id order.
    template <class F>
    void probabilities(F visit) noexcept(noexcept(visit(token_id{}, 0.0))) {
        if (!listed() || !weigh_list()) return;
        for (std::size_t i = 0; i < count_; ++i) visit(scratch_.ids[i], scratch_.weights[i] / mass_);
    }

private:
    static constexpr bool has_weight_kernel = !std::same_as<T, double>;
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    void fail(status why) noexcept { why_ = why; }

    void look_at_row(workspace& space) noexcept {
        const std::size_t complete = row_.size() / simd::block_size, rest = row_.size() % simd::block_size;
        const std::size_t blocks = complete + (rest != 0);
        if (!scratch_.lay_out(space, row_.size(), blocks)) return fail(status::out_of_memory);
        view_ = {row_.data(), scratch_.tail, complete, blocks};
        if (rest == 0) return;
        std::copy_n(row_.data() + complete * simd::block_size, rest, scratch_.tail);
        std::fill_n(scratch_.tail + rest, simd::block_size - rest, removed<T>());
    }

    double logit_of(double v) const noexcept { return numeric::product(v, scale_.value()) + shift_; }
    double exponent_scale() const noexcept { return numeric::product(scale_.value(), numeric::log2_e); }

    static drawn taken(token_id id, double probability) noexcept {
        return {id, static_cast<float>(std::min(0.0, numeric::log(probability))), status::ok};
    }

    void forget_masses() noexcept { weighed_ = false; }

    // After the values of the list changed or tokens left it: what is -inf goes, +inf takes all, and the maximum is looked up again.
    void values_changed() noexcept {
        forget_masses();
        known_maximum_ = false;
        constexpr double infinity = std::numeric_limits<double>::infinity();
        double greatest = -infinity;
        bool some_removed = false;
        for (std::size_t i = 0; i < count_; ++i) {
            const double v = scratch_.values[i];
            if (v != v) return fail(status::nan_logit);
            some_removed |= v == -infinity;
            greatest = std::max(greatest, v);
        }
        if (greatest == infinity) {
            filter([&](std::size_t i) { return scratch_.values[i] == infinity; });
            std::fill_n(scratch_.values, count_, 0.0);
            greatest = 0;
        } else if (some_removed) {
            filter([&](std::size_t i) { return scratch_.values[i] > -infinity; });
        }
        if (count_ == 0) return fail(status::empty);
        maximum_ = greatest;
        known_maximum_ = true;
    }

    void remove(std::size_t i) noexcept {
        std::copy(scratch_.ids + i + 1, scratch_.ids + count_, scratch_.ids + i);
        std::copy(scratch_.values + i + 1, scratch_.values + count_, scratch_.values + i);
        --count_;
        forget_masses();
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

    // ---- the view ------------------------------------------------------------------------------------------------------

    // The maximum, and with it everything that can be wrong with a row. May turn the view into the list of the +inf tokens.
    bool find_maximum() noexcept {
        if (why_ != status::ok) return false;
        if (known_maximum_) return true;
        const auto& rows = simd::rows<T>();
        pad(scratch_.block_max, -std::numeric_limits<value>::infinity());
        rows.maxima(view_, scratch_.block_max);
        const value greatest = rows.greatest(scratch_.block_max, view_.blocks);
        maximum_ = static_cast<double>(greatest);
        if (greatest != greatest) fail(status::nan_logit);
        else if (greatest == -std::numeric_limits<value>::infinity()) fail(status::empty);
        else if (greatest == std::numeric_limits<value>::infinity()) {
            open(greatest, row_.size());
            std::fill_n(scratch_.values, count_, 0.0);
            maximum_ = 0;
        }
        known_maximum_ = why_ == status::ok;
        return known_maximum_;
    }

    template <class X>
    void pad(X* blocks, X with) noexcept {
        std::fill_n(blocks + view_.blocks, simd::lanes, with);
    }

    // Turns the view into the list of the tokens that reach the level; of those equal to it, no more than the first `equals` and a few.
    void open(value level, std::size_t equals) noexcept {
        const auto& rows = simd::rows<T>();
        std::size_t n = rows.select(scratch_.block_max, view_.blocks, level, scratch_.block_list);
        // At the maximum itself all that is found is equal, and every listed block has a token of it: as many blocks as tokens are wanted.
        const bool at_maximum = static_cast<double>(level) == maximum_;
        if (at_maximum) n = std::min(n, equals);
        count_ = rows.gather(view_, scratch_.block_list, n, level, numeric::next_above(level), equals, scratch_.block_max, scratch_.ids,
                             scratch_.values);
        if (at_maximum) count_ = std::min(count_, equals);
        list_ = true;
        forget_masses();
    }

    bool listed() noexcept {
        if (!find_maximum()) return false;
        if (list_) return true;
        if (!banded_) {
            open(std::numeric_limits<value>::lowest(), row_.size());
            return true;
        }
        open(band_.cut, row_.size());
        filter([this](std::size_t i) { return band_.holds(static_cast<value>(scratch_.values[i]), scratch_.ids[i]); });
        banded_ = false;
        return true;
    }

    // Verbs that look at the row itself want a view of all of it, or a list.
    void settle() noexcept {
        if (banded_) listed();
    }

    // The mass of every block, and their sum; false if it failed, or if the view has become a list.
    bool weigh_blocks() noexcept {
        if (why_ != status::ok || list_) return false;
        if (weighed_) return true;
        if constexpr (has_weight_kernel)
            if (weigh_blocks_in_float()) return weighed_ = true;
        if (!find_maximum() || list_) return false;
        weigh_blocks_in_double();
        return weighed_ = true;
    }

    bool weigh_blocks_in_float() noexcept {
        const double c = exponent_scale();
        if (!simd::weight_scale::covers(c)) return false;
        weight_scale_ = simd::weight_scale::of(c);
        pad(scratch_.block_top, simd::weight_scale::nothing);
        top_ = simd::block_weights<T>().masses(view_, weight_scale_, scratch_.block_mass, scratch_.block_top);
        // A block far below the rest counts as nothing; where everything is that far below 0, its keys say too little.
        if (top_ == simd::weight_scale::beyond || top_ < -simd::weight_scale::range + 8 * 1024) return false;
        in_float_ = true;
        for (std::size_t b = 0; b < view_.blocks; ++b) scratch_.block_mass[b] = to_row_reference(b, scratch_.block_mass[b]);
        add_up_blocks();
        return true;
    }

    // From a block's own reference to the row's, 2^floor(top / 8); exact, but for what no sum would notice.
    double to_row_reference(std::size_t b, double mass) const noexcept {
        const std::int32_t down = (scratch_.block_top[b] >> 3) - (top_ >> 3);
        return down < -1000 ? 0.0 : mass * power_of_two(down);
    }

    // Rows of doubles, and rows whose scaled logits leave the range of the weight kernel: relative to the maximum's weight.
    void weigh_blocks_in_double() noexcept {
        in_float_ = false;
        for (std::size_t b = 0; b < view_.blocks; ++b) scratch_.block_mass[b] = numeric::block_sum(weights_of_block(b), simd::block_size);
        add_up_blocks();
    }

    void add_up_blocks() noexcept {
        const double* const masses = scratch_.block_mass;
        double* const ends = scratch_.block_end;
        double running = 0;
        for (std::size_t b = 0; b < view_.blocks; ++b) ends[b] = running += masses[b];
        mass_ = running;
    }

    static double power_of_two(std::int32_t n) noexcept { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

    // From the reference of the block masses to that of the list's weights.
    double relative_to(double maximum, double mass) const noexcept {
        if (!in_float_) return mass;
        return numeric::product(mass, numeric::exp2(static_cast<double>(top_ >> 3) - numeric::product(maximum, exponent_scale())));
    }

    const T* block_at(std::size_t b) const noexcept { return b < view_.complete ? view_.data + b * simd::block_size : view_.tail; }

    // In `spare`; on the float path relative to the block's own 2^floor(top / 8).
    const double* weights_of_block(std::size_t b) noexcept {
        double* const out = scratch_.spare;
        if constexpr (has_weight_kernel)
            if (in_float_) {
                alignas(64) float weights[simd::block_size];
                simd::block_weights<T>().weights(view_, b, weight_scale_, weights);
                for (std::size_t i = 0; i < simd::block_size; ++i) out[i] = static_cast<double>(weights[i]);
                if (banded_) {
                    const T* const block = block_at(b);
                    for (std::size_t i = 0; i < simd::block_size; ++i)
                        if (!band_.holds(static_cast<value>(block[i]), static_cast<token_id>(b * simd::block_size + i))) out[i] = 0;
                }
                return out;
            }
        const T* const block = block_at(b);
        for (std::size_t i = 0; i < simd::block_size; ++i) out[i] = static_cast<double>(block[i]);
        simd::arrays().weights(out, simd::block_size, maximum_, exponent_scale(), out);
        return out;
    }

    // ---- the list ------------------------------------------------------------------------------------------------------

    bool weigh_list() noexcept {
        if (!listed()) return false;
        if (weighed_) return true;
        simd::arrays().weights(scratch_.values, count_, maximum_, exponent_scale(), scratch_.weights);
        mass_ = numeric::sum(scratch_.weights, count_);
        return weighed_ = true;
    }

    void trim_to(std::size_t k) noexcept {
        if (count_ <= k) return;
        // A certificate rarely lets in more than a few too many: those leave one by one.
        for (int spared = 0; spared < 4; ++spared) {
            std::size_t last = 0;
            for (std::size_t i = 1; i < count_; ++i)
                if (scratch_.values[i] <= scratch_.values[last]) last = i;
            remove(last);
            if (count_ == k) return;
        }
        std::copy_n(scratch_.values, count_, scratch_.spare);
        std::nth_element(scratch_.spare, scratch_.spare + (k - 1), scratch_.spare + count_, std::greater<>());
        const double cut = scratch_.spare[k - 1];
        std::size_t equals = k - static_cast<std::size_t>(std::count_if(scratch_.spare, scratch_.spare + (k - 1), [&](double v) { return v > cut; }));
        filter([&](std::size_t i) {
            if (scratch_.values[i] != cut) return scratch_.values[i] > cut;
            return equals > 0 && equals-- > 0;
        });
    }

    void keep_reaching(double cut, std::size_t min_keep) noexcept {
        if (!list_) {
            const value level = std::max(numeric::round_up_to<value>(cut), std::numeric_limits<value>::lowest());
            if (min_keep > 1 && simd::rows<T>().count(view_, level) < min_keep) return keep_top(min_keep);
            return open(level, row_.size());
        }
        const auto reaches = [&](std::size_t i) { return scratch_.values[i] >= cut; };
        if (min_keep > 1) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < count_; ++i) kept += reaches(i);
            if (kept < min_keep) return trim_to(min_keep);
        }
        filter(reaches);
    }

    // The nucleus lies among the tokens at or above a level as soon as those weigh enough: they are a prefix of the order. Opens
    // the blocks with the greatest logits, more and more of them, until that is so; false if that would be most of the row.
    bool keep_mass_of_heavy_blocks(double p, std::size_t min_keep) noexcept {
        const std::size_t most = std::max<std::size_t>(view_.blocks / 2, 1);
        for (std::size_t wanted = std::min<std::size_t>(64, most); wanted <= most; wanted *= 2) {
            value level;
            const std::size_t n = list_heaviest_blocks(wanted, level);
            double at_most = 0;  // what the blocks weigh bounds what can be found in them
            for (std::size_t i = 0; i < n; ++i) at_most += scratch_.block_mass[scratch_.block_list[i]];
            if (at_most < numeric::product(p, mass_)) continue;
            const std::size_t found = simd::rows<T>().gather(view_, scratch_.block_list, n, level, numeric::next_above(level), row_.size(),
                                                              nullptr, scratch_.ids, scratch_.values);
            if (found < min_keep) continue;
            const double maximum = *std::max_element(scratch_.values, scratch_.values + found);
            simd::arrays().weights(scratch_.values, found, maximum, exponent_scale(), scratch_.weights);
            const double reached = numeric::sum(scratch_.weights, found);
            const double target = numeric::product(p, relative_to(maximum, mass_));
            if (reached < target) continue;
            count_ = found;
            list_ = true;
            maximum_ = maximum;
            known_maximum_ = true;
            mass_ = reached;
            keep_prefix(target, min_keep);
            return true;
        }
        return false;
    }

    // Lists about `wanted` blocks and finds a level such that every token which reaches it lies in one of them.
    std::size_t list_heaviest_blocks(std::size_t wanted, value& level) noexcept {
        if constexpr (has_weight_kernel)
            if (in_float_) {
                const auto& arrays = simd::arrays();
                const std::int32_t key = numeric::level_reached_by(
                    wanted, -simd::weight_scale::range, top_, [&](std::int32_t cut) { return arrays.count(scratch_.block_top, view_.blocks, cut); });
                // Keys are monotone in the logit: what reaches the level has at least the level's key, and so has its block's greatest.
                level = numeric::round_up_to<value>((static_cast<double>(key) - 0.5) / numeric::product(8, exponent_scale()));
                return arrays.select(scratch_.block_top, view_.blocks, weight_scale_.key(level), scratch_.block_list);
            }
        const auto& rows = simd::rows<T>();
        level = numeric::level_reached_by(wanted, std::numeric_limits<value>::lowest(), static_cast<value>(maximum_),
                                          [&](value cut) { return rows.count_at_least(scratch_.block_max, view_.blocks, cut); });
        return rows.select(scratch_.block_max, view_.blocks, level, scratch_.block_list);
    }

    // On a flat row the nucleus is most of the row, and stays a view of it: a band. Blocks taken at even distances tell about where
    // its edge is; one read of the row then weighs what lies safely above and lists what lies about there; only the list has
    // to be put in order. The sample decides nothing but where to look: if the edge is not there, the answer is false.
    bool keep_mass_between_levels(double p, std::size_t min_keep) noexcept {
        constexpr std::size_t blocks_in_sample = 32;
        if (view_.complete < 2 * blocks_in_sample || min_keep > 1) return false;
        constexpr std::size_t n = blocks_in_sample * simd::block_size;
        double* const values = scratch_.values;
        double* const weights = scratch_.weights;
        for (std::size_t s = 0; s < blocks_in_sample; ++s) {
            const std::size_t b = s * (view_.complete / blocks_in_sample);
            const double* const of_block = weights_of_block(b);
            for (std::size_t i = 0; i < simd::block_size; ++i) {
                values[s * simd::block_size + i] = static_cast<double>(block_at(b)[i]);
                weights[s * simd::block_size + i] = to_row_reference(b, of_block[i]);
            }
        }
        const double sampled = numeric::sum(weights, n);
        // The scatter of such a sample is a few thousandths of the mass on rows like normal ones; the second try is for others.
        for (double margin : {0.004, 0.016}) {
            const double high = level_of_mass(n, (p - 1.5 * margin) * sampled, (p - margin) * sampled);
            const double low = p + 1.5 * margin < 1 ? level_of_mass(n, (p + margin) * sampled, (p + 1.5 * margin) * sampled)
                                                   : static_cast<double>(std::numeric_limits<value>::lowest());
            if (keep_mass_between(p, static_cast<value>(low), static_cast<value>(high))) return true;
        }
        return false;
    }

    // A level above which the first n entries of the scratch list weigh between `least` and `most`, or as near as ties allow.
    double level_of_mass(std::size_t n, double least, double most) const noexcept {
        double high = (top_ + 1) / numeric::product(8, exponent_scale());  // above the row's maximum
        double low = high - 64 / exponent_scale();                          // nothing below has a weight
        for (int step = 0; step < 24; ++step) {
            const double middle = low / 2 + high / 2;
            const double mass = simd::arrays().mass_at_least(scratch_.values, scratch_.weights, n, middle).mass;
            if (mass > most) low = middle;
            else if (mass < least) high = middle;
            else return middle;
        }
        return low;
    }

    bool keep_mass_between(double p, value low, value high) noexcept {
        if (!(low < high)) return false;
        double* const above = scratch_.block_above;
        const std::size_t found = simd::block_weights<T>().split(view_, weight_scale_, low, high,
                                                                 above, scratch_.ids, scratch_.values);
        double mass_above = 0;
        for (std::size_t b = 0; b < view_.blocks; ++b) mass_above += above[b] = to_row_reference(b, above[b]);
        // The list weighs its tokens relative to `high`; to_list takes masses there.
        const double reference = static_cast<double>(high);
        const double to_list = relative_to(reference, 1.0);
        simd::arrays().weights(scratch_.values, found, reference, exponent_scale(), scratch_.weights);
        const double between = numeric::sum(scratch_.weights, found);
        const double target = numeric::product(numeric::product(p, mass_) - mass_above, to_list);
        if (!(0 < target && target <= between)) return false;
        count_ = found;
        list_ = true;
        keep_prefix(target, 1);
        list_ = false;
        band_ = {static_cast<value>(*std::min_element(scratch_.values, scratch_.values + count_)), 0};
        for (std::size_t i = 0; i < count_; ++i) {
            above[static_cast<std::size_t>(scratch_.ids[i]) / simd::block_size] += scratch_.weights[i] / to_list;
            if (static_cast<value>(scratch_.values[i]) == band_.cut) band_.last_equal = scratch_.ids[i];
        }
        banded_ = true;
        std::copy_n(above, view_.blocks, scratch_.block_mass);
        add_up_blocks();
        return true;
    }

    void keep_prefix(double target, std::size_t min_keep) noexcept {
        const auto last = detail::last_of_prefix(scratch_.ids, scratch_.values, scratch_.weights, count_, target, min_keep);
        filter([&](std::size_t i) { return !(last < detail::ranked{scratch_.values[i], scratch_.ids[i]}); });
    }

    // The tokens of a view from a cut upwards; of those equal to it, the ones up to an id.
    struct band {
        value cut;
        token_id last_equal;

        bool holds(value v, token_id id) const noexcept { return v > cut || (v == cut && id <= last_equal); }
    };

    std::span<const T> row_;
    simd::blocked_row<T> view_{};
    detail::scratch<T> scratch_;
    simd::weight_scale weight_scale_{};
    numeric::wide_scale scale_;  // l = v * scale_ + shift_ for every value v of the row or the list
    double shift_ = 0;
    double maximum_ = nan;   // of the values
    double mass_ = 0;        // of the list, or of all blocks
    std::size_t count_ = 0;  // of the list
    std::int32_t top_ = 0;
    status why_ = status::ok;
    band band_{};
    bool banded_ = false;
    bool list_ = false;
    bool known_maximum_ = false;
    bool weighed_ = false;
    bool in_float_ = false;
};

}  // namespace argdraw
