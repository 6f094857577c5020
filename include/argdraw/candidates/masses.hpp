// masses — what the tokens of every block of a row weigh, in floats or in doubles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/maxima.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/weighing.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/exp2_series.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// How well a question about masses is answered where the row is still a view.
enum class accuracy : std::uint8_t {
    quick,  ///< from sums of floats, as far off as the answer says
    fine,   ///< from sums of doubles, as far off as the answer says, where that is quicker than full; the last digits are the machine's own
    full,   ///< from sums of doubles, within 1e-12
};

/// An answer, and how far it may be off; 0 where that is within 1e-12.
struct estimate {
    double value;
    double error = 0;
    /// How far off it may be beside what it owes to the mass it was found with: less than `error` where both come of the same sums. Of an
    /// entropy, how far its difference from ln mass may be off.
    double beside_mass = error;
};

namespace detail {

/// Of blocks whose masses are those of what reaches a level, together `all`, where the greatest value weighs 1: the mass without one token of
/// that value, whose weight would hide what next to nothing adds.
template <logit_scalar T>
double mass_beside_greatest(const living_row<T>& row, const double* of_block, double all, double greatest, double c,
                            double level) noexcept {
    if (all >= 2) return all - 1;
    double rest = 0;
    bool found = false;
    for (std::size_t b = 0; b < row.blocks().blocks; ++b) {
        double own = of_block[b];
        if (!found && own >= 1) {
            double values[simd::block_size];
            row.values_of_block(b, values);
            if (double* const one = std::find(values, values + simd::block_size, greatest); one != values + simd::block_size) {
                found = true;
                *one = -numeric::infinity;
                for (double& v : values) v = v < level ? -numeric::infinity : v;
                simd::lists().weights(values, simd::block_size, greatest, c, values);
                own = numeric::block_sum(values, simd::block_size);
            }
        }
        rest += own;
    }
    return rest;
}

/// Masses of the blocks of a row as it was at a revision: sums of weights 2^(v c - reference()) of all that lives, strays included. In
/// floats, where every block has a reference of its own, 2^floor(top / 8), and masses are then brought to that of the row; or in doubles.
template <logit_scalar T>
class masses {
public:
    using value = value_of<T>;
    using row = living_row<T>;
    static constexpr bool in_floats_at_all = !std::same_as<T, double>;

    masses() = default;
    explicit masses(const detail::scratch<T>& space) noexcept : w_{.space = &space} {}

    bool known_of(const row& of) const noexcept { return known_ && revision_ == of.revision(); }
    /// Whether beside() holds the squares of weights in doubles, for this scale.
    bool squares_known_of(const row& of, double c) const noexcept {
        return known_of(of) && !in_float_ && also_ == extra::squares && w_.c == c;
    }
    /// The number of living tokens, where it was found with the masses; 0 where not.
    std::size_t living_of(const row& of) const noexcept {
        if (!known_of(of) || !counted_) return 0;
        return std::accumulate(in_blocks().tops, in_blocks().tops + of.blocks().blocks, std::size_t{0},
                               [](std::size_t n, std::int32_t more) { return n + static_cast<std::size_t>(more); });
    }
    /// Somebody else writes where they stand.
    void forget() noexcept { known_ = some_lost_ = false; }

    /// Finds them where they are not known; in doubles where accuracy is full, where the row's values are doubles, and where its scaled
    /// logits leave the range of the weight kernel. False if that failed: top.find() then tells why, or that +inf takes all. What is
    /// weighed does not depend on how it was asked for before, or a question about masses would move the last digits of a draw.
    template <extra also>
    bool weigh(const row& of, maxima<T>& top, double c, accuracy wanted) noexcept {
        const bool as_wanted = wanted == accuracy::quick ? in_float_ || (floats_fail_ && also == also_) : !in_float_;
        if (known_of(of) && c == w_.c && (also == extra::nothing || also == also_) && as_wanted) return true;
        const bool only_losers = some_lost_ && lost_ == of.revision() && c == w_.c && also == extra::nothing && wanted == accuracy::quick;
        w_.c = c;
        also_ = also;
        known_ = floats_fail_ = some_lost_ = counted_ = false;
        if constexpr (in_floats_at_all)
            if (only_losers && w_.weigh_losers(of)) return known(of);
        if constexpr (in_floats_at_all)
            if (wanted == accuracy::quick && (in_float_ = w_.template weigh_in_floats<also>(of))) return known(of);
        floats_fail_ = wanted == accuracy::quick;
        if (top.find(of) != status::ok || top.greatest() == numeric::infinity) return false;
        in_float_ = false;
        w_.template weigh_in_doubles<also>(of, top);
        counted_ = true;
        return known(of);
    }

    /// Whether a band that begins at a cut leaves the masses of those blocks as they are which have nothing below it: a band has a kernel of
    /// its own, which gives such a block the same bits. Not where the band has a token at its cut, which is weighed apart, or where tokens
    /// have values of their own.
    bool may_weigh_again(const row& of, double cut) const noexcept {
        return known_of(of) && in_float_ && of.banded().whole() && of.strays().count() == 0 &&
               static_cast<double>(level_of<value>(cut)) != cut;
    }
    /// The row was narrowed so, and the counts in the scratch say which blocks have lost a token: the next time, they alone are weighed.
    void lost_some(const row& of) noexcept {
        some_lost_ = true;
        lost_ = of.revision();
    }
    /// The counts give way.
    void forget_lost() noexcept { some_lost_ = false; }

    // What follows is asked of known masses.

    bool in_float() const noexcept { return in_float_; }
    /// The mass of a block, and of all, relative to reference().
    double of_block(std::size_t b) const noexcept { return in_blocks().of_block[b]; }
    double all() const noexcept { return w_.all; }
    double reference() const noexcept { return in_float_ ? static_cast<double>(w_.top >> 3) : numeric::product(w_.greatest, w_.c); }
    /// The second sum that was asked for, of all.
    double beside() const noexcept { return w_.beside; }

    /// From reference() to that of a value.
    double relative_to(double v, double mass) const noexcept {
        if (!in_float_ && v == w_.greatest) return mass;
        return numeric::product(mass, numeric::exp2(reference() - numeric::product(v, w_.c)));
    }

    /// Of a row weighed in doubles: mass_beside_greatest of all that lives.
    double all_beside_greatest(const row& of) const noexcept {
        return mass_beside_greatest(of, in_blocks().of_block, w_.all, w_.greatest, w_.c, -numeric::infinity);
    }

    /// What takes weights_of_block to reference().
    double block_scale(std::size_t b) const noexcept { return in_float_ ? power_of_two((in_blocks().tops[b] >> 3) - (w_.top >> 3)) : 1.0; }

    /// The weights of a block's 256 tokens, relative to a reference of the block's own.
    void weights_of_block(const row& of, std::size_t b, double* out) const noexcept {
        if constexpr (in_floats_at_all)
            if (in_float_) return float_weights_of_block(of, b, out);
        of.values_of_block(b, out);
        simd::lists().weights(out, simd::block_size, w_.greatest, w_.c, out);
    }

    /// Of a value, relative to reference(): 0 below 2^-998, so that what has a weight here has one in a list, where it counts from the
    /// maximum.
    double weight_of(double v) const noexcept {
        static_assert(-998 - 1 > numeric::exp2_lowest);
        const double exponent = numeric::product(v, w_.c) - reference();
        return exponent < -998 ? 0.0 : numeric::exp2(exponent);
    }

    /// The token at u of the cumulative distribution; none where nothing weighs anything.
    taken token_at(const row& of, double u) const noexcept {
        const auto [block, t] = find_block(u, in_blocks().of_block, in_blocks().ends, of.blocks().blocks);
        if (block == of.blocks().blocks) return {};
        double weights[simd::block_size];
        weights_of_block(of, block, weights);
        const auto [i, share] = find_in_block(t, weights, simd::block_size);
        if (i == simd::block_size) return {};
        return {static_cast<token_id>(block * simd::block_size + i), numeric::product(share, in_blocks().of_block[block]) / w_.all};
    }

    // ---- where the greatest are ----------------------------------------------------------------------------------------

    /// The greatest value that a token may have, from the keys alone.
    double bound_on_greatest() const noexcept { return (static_cast<double>(w_.top) + 1) / numeric::product(8, w_.c); }

    /// The number of blocks that reach a cut, from the keys: never too few. Of masses in floats, as the next.
    std::size_t count_reaching(const row& of, value cut) const noexcept {
        return simd::numbers<std::int32_t>().count_at_least(in_blocks().tops, of.blocks().blocks, key_of(cut));
    }
    std::size_t select(const row& of, value cut, std::int32_t* selected) const noexcept {
        return simd::numbers<std::int32_t>().select(in_blocks().tops, of.blocks().blocks, key_of(cut), selected);
    }
    const std::int32_t* tops() const noexcept { return in_blocks().tops; }
    std::int32_t top() const noexcept { return w_.top; }
    /// The least value with such a key. Keys are monotone in the value: what reaches it has at least this key, and so has its block's
    /// greatest.
    value least_of_key(std::int32_t key) const noexcept {
        return numeric::round_up_to<value>((static_cast<double>(key) - 0.5) / numeric::product(8, w_.c));
    }

    // ---- a part of them ------------------------------------------------------------------------------------------------

    /// What n blocks at even distances, or all where there are fewer, tell about what weighs in a row less than a cut; infinite where many
    /// reach it, of which they then tell little. Writes to the tokens.
    double sample_below(const row& of, double cut, std::size_t n) const noexcept {
        const value at = level_of<value>(cut);
        if (simd::rows<T>().count(of.only_block(0), at) > simd::block_size / 2) return numeric::infinity;
        const std::size_t blocks = of.blocks().blocks;
        std::int32_t some[sizes::sampled_blocks];
        n = (std::min)((std::min)(n, sizes::sampled_blocks), blocks);
        double below = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t b = i * blocks / n;
            some[i] = static_cast<std::int32_t>(b);
            below += in_blocks().of_block[b];
            of.for_strays_of(b, [&](std::size_t, double v) { below -= v >= cut ? weight_of(v) : 0.0; });
        }
        const std::size_t found = simd::rows<T>().gather(of.blocks(), some, n, at, at, of.width(), nullptr, tokens().ids, tokens().values);
        if (found > n * simd::block_size / sizes::listed_one_in) return numeric::infinity;
        simd::lists().weights(tokens().values, found, reference() / w_.c, w_.c, tokens().weights);
        return numeric::product(below - numeric::sum(tokens().weights, found), static_cast<double>(blocks) / static_cast<double>(n));
    }

    /// What weighs more and what weighs less than something.
    struct parts {
        double above, below;
    };
    /// The tokens of a row that were listed, by their number; and what weighs below them, relative to reference().
    struct cut_row {
        std::size_t listed;
        double below;
    };
    /// One read: lists the tokens with low <= value < high, and sums up those with a value >= high for each block, and those with value <
    /// lower. Of masses in floats, and high inside of the band.
    cut_row split(const row& of, value lower, value low, value high) const noexcept
        requires in_floats_at_all
    {
        const band& in = of.banded();
        const std::size_t blocks = of.blocks().blocks;
        const simd::row_cuts cuts{in.whole() ? std::numeric_limits<value>::lowest() : level_above<value>(in.cut), lower, low, high};
        const std::size_t found = simd::block_weights<T>().split(of.blocks(), w_.keys, cuts, split_blocks().above, split_blocks().below,
                                                                 split_blocks().tops, tokens().ids, tokens().values);
        cut_row all{of.finish_list(tokens(), found, static_cast<double>(low), static_cast<double>(high)), 0};
        if (!in.whole() && in.cut < static_cast<double>(lower))
            of.for_equals_of_cut(
                [&](std::size_t, std::size_t count) { all.below += numeric::product(weight_of(in.cut), static_cast<double>(count)); });
        for (std::size_t b = 0; b < blocks; ++b) {
            split_blocks().above[b] = in_reference_of(w_.top, split_blocks().tops[b], split_blocks().above[b]);
            all.below += in_reference_of(w_.top, split_blocks().tops[b], split_blocks().below[b]);
        }
        of.strays().for_each([&](token_id id, double v) {
            if (v >= static_cast<double>(high)) split_blocks().above[block_of(id)] += weight_of(v);
            if (v < static_cast<double>(lower)) all.below += weight_of(v);
        });
        return all;
    }
    /// The same of a row that was counted about a value and the next one, and has no strays: what weighs more than the value for each block,
    /// and what weighs less. A block of nothing but equals of it is not read.
    double split_beside_equals(const row& of, value equal) const noexcept
        requires in_floats_at_all
    {
        const value above = numeric::next_above(equal);
        const band& in = of.banded();
        const simd::row_cuts cuts{in.whole() ? std::numeric_limits<value>::lowest() : level_above<value>(in.cut), equal, above, above};
        const simd::level_counts& counts = w_.space->counts;
        const auto split = simd::block_weights<T>().split;
        std::fill_n(split_blocks().above, of.blocks().blocks, 0.0);
        double below = 0;
        if (!in.whole() && in.cut < static_cast<double>(equal))
            of.for_equals_of_cut(
                [&](std::size_t, std::size_t count) { below += numeric::product(weight_of(in.cut), static_cast<double>(count)); });
        const auto has_others = [&](std::size_t b) { return (counts.above[b] | counts.some_below[b]) != 0; };
        for_runs(of.blocks().blocks, has_others, [&](std::size_t from, std::size_t n) {
            split(of.some_blocks(from, n), w_.keys, cuts, split_blocks().above + from, split_blocks().below + from,
                  split_blocks().tops + from, tokens().ids, tokens().values);
            for (std::size_t b = from; b < from + n; ++b) {
                split_blocks().above[b] = in_reference_of(w_.top, split_blocks().tops[b], split_blocks().above[b]);
                below += in_reference_of(w_.top, split_blocks().tops[b], split_blocks().below[b]);
            }
        });
        return below;
    }
    /// Weighs again what reaches a level in the blocks of tokens that have been removed since.
    void weigh_reaching_again(const row& of, std::span<const token_id> removed, value high) const noexcept
        requires in_floats_at_all
    {
        for (const token_id id : removed) {
            const std::size_t b = block_of(id);
            std::int32_t& top = in_blocks().tops[b];
            simd::block_weights<T>().masses_in_band(of.only_block(b), w_.keys, high, split_blocks().above + b, &top);
            split_blocks().above[b] = in_reference_of(w_.top, top, split_blocks().above[b]);
        }
    }
    /// What these have summed up in each block.
    double* above() const noexcept { return split_blocks().above; }

    /// One read of a row whose band is whole and that has no strays, whether its masses are known or not: what reaches a level is summed up
    /// for each block in above(). False where floats do not do; then, and where masses were those of another scale, they are not known.
    bool split_at(const row& of, double c, value level, parts& all) noexcept
        requires in_floats_at_all
    {
        if (!known_of(of) || !in_float_ || w_.c != c) forget();
        w_.c = c;
        in_float_ = w_.split_in_floats(of, level);
        if (!in_float_) {
            forget();
            return false;
        }
        floats_fail_ = false;
        all = {0, 0};
        for (std::size_t b = 0; b < of.blocks().blocks; ++b) {
            all.above += split_blocks().above[b];
            all.below += split_blocks().below[b];
        }
        return all.above + all.below >= 0.5;
    }
    /// One read, in doubles: the mass of the living with a value >= high, and of those with a value < lower; weights are 2^((v - reference)
    /// c), and no value may be a thousand binary places above the reference. above() gives way.
    parts split_in_doubles(const row& of, const maxima<T>& top, double reference, double lower, double high) const noexcept {
        w_.template sum_in_doubles<block_sums::parts>(of, top, {.reference = reference, .scale = w_.c, .lower = lower, .high = high},
                                                      split_blocks().above, split_blocks().below);
        parts all{0, 0};
        for (std::size_t b = 0; b < of.blocks().blocks; ++b) {
            all.above += split_blocks().above[b];
            all.below += split_blocks().below[b];
        }
        return all;
    }

    /// The masses of the row after it was narrowed to what above() has, from sums of floats.
    void narrowed(const row& of) noexcept {
        in_float_ = true;
        std::copy_n(split_blocks().above, of.blocks().blocks, in_blocks().of_block);
        w_.add_up(of);
        also_ = extra::nothing;
        counted_ = false;
        known(of);
    }

private:
    friend struct inside;  // of the tests

    const auto& in_blocks() const noexcept { return w_.space->masses; }
    const auto& split_blocks() const noexcept { return w_.space->split; }
    const token_arrays& tokens() const noexcept { return w_.space->tokens; }

    bool known(const row& of) noexcept {
        revision_ = of.revision();
        return known_ = true;
    }

    std::int32_t key_of(value cut) const noexcept { return w_.keys.key(static_cast<float>(cut)); }

    void float_weights_of_block(const row& of, std::size_t b, double* out) const noexcept {
        alignas(64) float weights[simd::block_size];
        const std::int32_t top = simd::block_weights<T>().weights(of.blocks(), b, w_.keys, weights);
        for (std::size_t i = 0; i < simd::block_size; ++i) out[i] = static_cast<double>(weights[i]);
        if (!of.banded().whole()) of.fill_outside_band(b, out, 0.0);
        if (of.strays().count() == 0) return;
        // A block below 2^-900 of the row has no mass. A stray may have raised its reference since; its tokens in the row must still weigh
        // nothing, or one that has no mass could be drawn.
        const std::int32_t raised = in_blocks().tops[b];
        const double to_block = power_of_two((top >> 3) - (w_.top >> 3)) > 0 ? power_of_two((top >> 3) - (raised >> 3)) : 0.0;
        for (std::size_t i = 0; i < simd::block_size; ++i) out[i] *= to_block;
        of.for_strays_of(b, [&](std::size_t at, double v) {
            out[at] = weight_of(v) > 0 ? numeric::exp2(numeric::product(v, w_.c) - (raised >> 3)) : 0.0;
        });
    }

    weighing<T> w_;
    detail::revision revision_{};
    detail::revision lost_{};  // of which some blocks are to be weighed again
    bool some_lost_ = false;
    extra also_ = extra::nothing;
    bool known_ = false;
    bool in_float_ = false;
    bool counted_ = false;
    bool floats_fail_ = false;  // they were tried for these weights
};

}  // namespace detail

}  // namespace argdraw
