// weighing — one read of a row: what the tokens of every block weigh, in floats or in doubles.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/maxima.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/exp2_series.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// How far sums of floats may be off, as a share of themselves.
namespace float_sums {
/// A weight w is off by 1.17e-7, and so is a mass, with two roundings of 2^-24 in the sums of four.
inline constexpr double of_weights = 0x1p-22;
/// What comes to that on the way from a mass and a probability to a cut: products with an exponent below 2^13, and sums of logarithms.
inline constexpr double of_cuts = 0x1p-36;
/// Twice a mass, and the cut that comes of it and of a probability.
inline constexpr double of_likely = 0x1p-21;
/// Of sums of w w: a w w is off by twice 1.17e-7 and a rounding, and sums of sixteen of them by four more.
inline constexpr double of_squares_alone = 0x1.2p-21;
/// Divided by the mass, squared, which is off by 2 2^-22.
inline constexpr double of_squares = 0x1.2p-20;
/// Of sums of w e, to be taken of the entropy or the distance and 1 more: terms w e are off by less than 5.3e-7 of themselves, and the sum
/// of the w by 2.4e-7; the mean of |e| is at most one binary place more than the distance, which is no more than the entropy.
inline constexpr double of_exponents = 0x1p-20;
/// Of a variance, as a share of the squares about each block's first logit and about the mean. Each d is within 2^-24 of itself, a chain of
/// eight squares within ten times that of itself, and the sum of eight d within 2^-22 of the sum of their magnitudes. With sum |d| <=
/// sqrt(n sum d d), a set's squares about its mean are off by less than 18 times 2^-24 of those about its first logit, and what its mean's
/// error adds is less than 2^-22 of these and of the squares about the mean of all.
inline constexpr double of_moments = 0x1p-19;
}  // namespace float_sums

/// What is summed beside the weights: nothing, or w e with e the exponent of w = 2^e, or w w.
enum class extra { nothing, exponents, squares };

/// What is summed of each block in doubles: as above, or the parts of a cut row.
enum class block_sums { masses, exponents, squares, parts };

/// 2^n, 0 below 2^-900. A list flushes weights below 2^exp2_lowest, and a block spans 2^64: so what has a weight in a block has one in a
/// list.
inline double power_of_two(std::int32_t n) noexcept {
    static_assert(-900 - simd::weight_scale::depth / 8 - 2 > numeric::exp2_lowest);
    return n < -900 ? 0.0 : std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

/// A mass relative to a block's own reference, 2^floor(top / 8), in that of another one above it; exact, but for what no sum would notice.
inline double in_reference_of(std::int32_t row_top, std::int32_t block_top, double mass) noexcept {
    return mass * power_of_two((block_top >> 3) - (row_top >> 3));
}

/// Calls visit(first, n) for the blocks that are wanted, as many as are side by side at once.
template <class F, class G>
void for_runs(std::size_t blocks, F wanted, G visit) noexcept {
    for (std::size_t from = 0; from < blocks; ++from) {
        std::size_t n = 0;
        while (from + n < blocks && wanted(from + n)) ++n;
        if (n > 0) visit(from, n);
        from += n;
    }
}

/// Where sums of a row go, and what is to be known to make more of them.
template <logit_scalar T>
struct weighing {
    using value = value_of<T>;
    using row = living_row<T>;

    const scratch<T>* space = nullptr;
    simd::weight_scale keys{};
    double c = 0;                    ///< the exponent of a value v is v c
    double greatest = numeric::nan;  ///< that of the row, where it was weighed in doubles
    double all = 0;                  ///< of the masses
    double beside = 0;               ///< of the second sums
    std::int32_t top = 0;            ///< the greatest key, where it was weighed in floats

    /// Leaves masses, running sums, keys and second sums, relative to the reference of the greatest block. False where the scale or a key
    /// is beyond the range of keys, where what lives is so far down that keys say too little, and where a band has no kernel for the second
    /// sums.
    template <extra also>
    bool weigh_in_floats(const row& of) noexcept {
        if (!simd::weight_scale::covers(c) || (also != extra::nothing && !of.banded().whole())) return false;
        keys = simd::weight_scale::of(c);
        if (!sweep<also>(of) || !add_strays(of, also)) return false;
        // A block far below the rest counts as nothing. Keys end at the range: where even the greatest is within 1024 octaves of its lower
        // end, blocks that matter may have been taken for empty.
        if (top < -simd::weight_scale::range + 8 * 1024) return false;
        beside = 0;
        for (std::size_t b = 0; b < of.blocks().blocks; ++b) {
            const double own = space->masses.of_block[b];
            const std::int32_t key = space->masses.tops[b];
            space->masses.of_block[b] = in_reference_of(top, key, own);
            if (also == extra::exponents)
                beside += in_reference_of(top, key, space->masses.beside[b] + numeric::product(own, (key >> 3) - (top >> 3)));
            else if (also == extra::squares) beside += in_reference_of(top, key, in_reference_of(top, key, space->masses.beside[b]));
        }
        add_up(of);
        // The reference is that of the greatest block, and the greatest token weighs 1 or more there: unless it lies below the band or was
        // left out by add_strays, and all that lives is strays somewhere below.
        return all >= 0.5;
    }

    /// Needs a whole band and no strays. Leaves keys, and what weighs above and below a level, relative to the reference of the greatest
    /// block. False as above.
    bool split_in_floats(const row& of, value level) noexcept
        requires(!std::same_as<T, double>)
    {
        if (!simd::weight_scale::covers(c)) return false;
        keys = simd::weight_scale::of(c);
        const auto at = static_cast<float>(level);
        const simd::row_cuts cuts{std::numeric_limits<float>::lowest(), at, at, at};
        const std::size_t blocks = of.blocks().blocks;
        auto& [above, below, tops] = space->split;
        simd::block_weights<T>().split(of.blocks(), keys, cuts, above, below, space->masses.tops, nullptr, nullptr);
        std::fill_n(space->masses.tops + blocks, simd::lanes, simd::weight_scale::nothing);
        top = *std::max_element(space->masses.tops, space->masses.tops + blocks);
        if (top == simd::weight_scale::beyond || top < -simd::weight_scale::range + 8 * 1024) return false;
        for (std::size_t b = 0; b < blocks; ++b) {
            above[b] = in_reference_of(top, space->masses.tops[b], above[b]);
            below[b] = in_reference_of(top, space->masses.tops[b], below[b]);
        }
        return true;
    }

    /// Needs the masses of a row in floats as it was without a band, no strays, and counts that say which blocks have tokens below the band.
    /// Leaves the masses of the row in its band. False where next to nothing is left.
    bool weigh_losers(const row& of) noexcept
        requires(!std::same_as<T, double>)
    {
        const auto above = level_above<value>(of.banded().cut);
        const std::int32_t* const loses = space->counts.some_below;
        const auto masses_in_band = simd::block_weights<T>().masses_in_band;
        const auto loses_some = [&](std::size_t b) { return loses[b] != 0; };
        for_runs(of.blocks().blocks, loses_some, [&](std::size_t from, std::size_t n) {
            masses_in_band(of.some_blocks(from, n), keys, above, space->split.above + from, space->split.tops + from);
            for (std::size_t b = from; b < from + n; ++b)
                space->masses.of_block[b] = in_reference_of(top, space->masses.tops[b], space->split.above[b]);
        });
        beside = 0;
        add_up(of);
        return !(all < 0.5);
    }

    /// Needs a finite greatest value in `most`. Leaves masses, running sums and second sums, relative to its weight, and in the place of keys
    /// the number of what lives in each block.
    template <extra also>
    void weigh_in_doubles(const row& of, const maxima<T>& most) noexcept {
        constexpr block_sums what = also == extra::exponents ? block_sums::exponents
                                    : also == extra::squares ? block_sums::squares
                                                             : block_sums::masses;
        greatest = most.greatest();
        beside = 0;
        sum_in_doubles<what>(of, most, {.reference = greatest, .scale = c, .reaching = space->masses.tops}, space->masses.of_block,
                             space->masses.beside);
        if (also != extra::nothing)
            for (std::size_t b = 0; b < of.blocks().blocks; ++b) beside += space->masses.beside[b];
        add_up(of);
    }

    /// For every block the sums that simd::double_kernels names, of all that lives: the row inside of its band, and the strays. cuts.lowest
    /// is not looked at.
    template <block_sums what>
    void sum_in_doubles(const row& of, const maxima<T>& most, const simd::double_cuts& cuts, double* first, double* second) const noexcept {
        const auto add = [&](std::size_t b, double v, double times) {
            const double e = numeric::product(v - cuts.reference, cuts.scale), w = numeric::product(times, numeric::exp2(e));
            if constexpr (what == block_sums::parts) {
                if (v >= cuts.high) first[b] += w;
                if (v < cuts.lower) second[b] += w;
            } else {
                first[b] += w;
                if constexpr (what == block_sums::exponents) second[b] += w > 0 ? numeric::product(w, e) : 0.0;
                if constexpr (what == block_sums::squares) second[b] += numeric::product(w, numeric::exp2(e));
            }
        };
        const band& in = of.banded();
        const std::size_t blocks = of.blocks().blocks;
        simd::double_cuts inside = cuts;
        inside.lowest = static_cast<double>(in.whole() ? std::numeric_limits<value>::lowest() : level_above<value>(in.cut));
        inside.high = (std::max)(cuts.high, inside.lowest);
        const auto& kernels = simd::doubles<T>();
        if (most.known_of(of) && !cuts.reaching &&
            numeric::product(static_cast<double>(most.greatest_in_row()) - cuts.reference, cuts.scale) < numeric::exp2_lowest - 1) {
            // Beside a stray so far above, nothing in the row has a weight.
            std::fill_n(first, blocks, 0.0);
            if constexpr (what != block_sums::masses) std::fill_n(second, blocks, 0.0);
        } else if constexpr (what == block_sums::masses) kernels.masses(of.blocks(), inside, first, second);
        else if constexpr (what == block_sums::exponents) kernels.exponents(of.blocks(), inside, first, second);
        else if constexpr (what == block_sums::squares) kernels.squares(of.blocks(), inside, first, second);
        else kernels.split(of.blocks(), inside, first, second);
        const auto count = [&](std::size_t b, std::size_t more) {
            if (cuts.reaching) cuts.reaching[b] += static_cast<std::int32_t>(more);
        };
        if (!in.whole())
            of.for_equals_of_cut([&](std::size_t b, std::size_t equals) {
                add(b, in.cut, static_cast<double>(equals));
                count(b, equals);
            });
        of.strays().for_each([&](token_id id, double v) {
            add(block_of(id), v, 1);
            count(block_of(id), 1);
        });
    }

    /// Needs masses; leaves their running sums.
    void add_up(const row& of) noexcept {
        double running = 0;
        for (std::size_t b = 0; b < of.blocks().blocks; ++b) space->masses.ends[b] = running += space->masses.of_block[b];
        all = running;
    }

private:
    // Leaves what the row weighs inside of its band, relative to a reference of each block. False where a key is beyond the range.
    template <extra also>
    bool sweep(const row& of) noexcept {
        std::fill_n(space->masses.tops + of.blocks().blocks, simd::lanes, simd::weight_scale::nothing);
        const band& in = of.banded();
        if constexpr (also == extra::exponents) {
            top =
                simd::block_weight_sums<T>().exponents(of.blocks(), keys, space->masses.of_block, space->masses.tops, space->masses.beside);
        } else if constexpr (also == extra::squares) {
            top = simd::block_weight_sums<T>().squares(of.blocks(), keys, space->masses.of_block, space->masses.tops, space->masses.beside);
        } else if (in.whole()) {
            top = simd::block_weights<T>().masses(of.blocks(), keys, space->masses.of_block, space->masses.tops);
        } else {
            const value above = level_above<value>(in.cut);
            top = simd::block_weights<T>().masses_in_band(of.blocks(), keys, above, space->masses.of_block, space->masses.tops);
            if (top == simd::weight_scale::beyond) return false;
            // Tokens at the cut weigh what one weighs, times their number.
            const double exponent = numeric::product(in.cut, c);
            of.for_equals_of_cut([&](std::size_t b, std::size_t count) {
                const double each = numeric::exp2(exponent - (space->masses.tops[b] >> 3));
                space->masses.of_block[b] += numeric::product(each, static_cast<double>(count));
            });
        }
        return top != simd::weight_scale::beyond;
    }

    // Adds the strays to the blocks they stand in. False for one above the range of keys. One below it has no weight beside a row that has
    // a reference a thousand octaves above the lower end of the range, and others are left to doubles.
    bool add_strays(const row& of, extra also) noexcept {
        constexpr double range = simd::weight_scale::range / 8;
        bool within = true;
        of.strays().for_each_block([&](std::size_t b) {
            double e[simd::block_size];
            std::size_t n = 0;
            double most = -range;
            of.strays().for_each_in(b, [&](token_id, double v) {
                const double exponent = numeric::product(v, c);
                most = (std::max)(most, exponent);
                e[n] = exponent;
                n += -range < exponent && exponent < range;
            });
            within &= most < range;
            if (n == 0 || !within) return;
            raise(b, static_cast<std::int32_t>((8 * most + numeric::exp2_magic) - numeric::exp2_magic), also);
            add_exponents(b, e, n, also);
        });
        return within;
    }

    // Takes the sums of a block to the reference of a key, if that is the greater one.
    void raise(std::size_t b, std::int32_t key, extra also) noexcept {
        const std::int32_t had = space->masses.tops[b];
        if (had >= key) return;
        const std::int32_t up = had == simd::weight_scale::nothing ? 0 : (key >> 3) - (had >> 3);
        double& mass = space->masses.of_block[b];
        if (also == extra::exponents)
            space->masses.beside[b] = numeric::product(space->masses.beside[b] - numeric::product(mass, up), power_of_two(-up));
        else if (also == extra::squares) space->masses.beside[b] = numeric::product(space->masses.beside[b], power_of_two(-2 * up));
        mass = numeric::product(mass, power_of_two(-up));
        space->masses.tops[b] = key;
        top = (std::max)(top, key);
    }

    // Adds n weights, given by their exponents, to the sums of a block.
    void add_exponents(std::size_t b, const double* e, std::size_t n, extra also) noexcept {
        constexpr std::size_t few = 4;  // as many are weighed sooner one by one
        double w[simd::block_size];
        const double reference = space->masses.tops[b] >> 3;
        if (n > few) simd::lists().weights(e, n, reference, 1, w);
        else std::transform(e, e + n, w, [=](double exponent) { return numeric::exp2(exponent - reference); });
        double mass = space->masses.of_block[b];
        for (std::size_t i = 0; i < n; ++i) mass += w[i];
        space->masses.of_block[b] = mass;
        if (also == extra::nothing) return;
        double second = space->masses.beside[b];
        for (std::size_t i = 0; i < n; ++i) {
            if (also == extra::squares) second += numeric::product(w[i], w[i]);
            else if (w[i] > 0) second += numeric::product(w[i], e[i] - reference);
        }
        space->masses.beside[b] = second;
    }
};

}  // namespace argdraw::detail
