// view — the row as the caller gave it, with what the stages have said of it so far noted beside it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/strays.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// How well a question about masses is answered where the row is still a view.
enum class accuracy : std::uint8_t {
    quick,  ///< from sums of floats, as far off as the answer says
    full,   ///< from sums of doubles, within 1e-12
};

/// An answer, and how far it may be off; 0 where that is within 1e-12.
struct estimate {
    double value;
    double error = 0;
};

namespace detail {

/// The tokens of a row from a cut upwards; of those equal to it, the ones up to an id.
struct band {
    double cut = -numeric::infinity;
    token_id last_equal = (std::numeric_limits<token_id>::max)();

    bool whole() const noexcept { return cut == -numeric::infinity; }
    bool holds(double v, token_id id) const noexcept { return v > cut || (v == cut && id <= last_equal); }
};

/// A row that nobody copies. Beside it stand: a bit for every token that was removed, the values of those that were changed
/// (`strays`; their bit in the row is cleared), and a band, when most of the row stays. A sweep sums it up, one line for every block of 256:
/// the greatest value, or the mass and a key that bounds the greatest.
///
/// Values are the row's numbers; the logit of a value is value * scale + shift, and c = scale * log2(e).
template <logit_scalar T>
class view {
public:
    using value = value_of<T>;
    static constexpr bool has_weight_kernel = !std::same_as<T, double>;

    /// False where there is no memory.
    bool look_at(std::span<const T> row, scratch<T>& scratch, workspace& space) noexcept {
        row_ = row;
        scratch_ = &scratch;
        const std::size_t complete = row.size() / simd::block_size, rest = row.size() % simd::block_size;
        if (!scratch.lay_out(space, row.size(), complete + (rest != 0))) return false;
        blocks_ = {row.data(), scratch.tail, complete, complete + (rest != 0)};
        strays_ = {scratch.stray_values, scratch.stray_bits, scratch.stray_blocks, blocks_.blocks};
        if (rest != 0) {
            std::copy_n(row.data() + complete * simd::block_size, rest, scratch.tail);
            std::fill_n(scratch.tail + rest, simd::block_size - rest, removed<T>());
        }
        return true;
    }

    std::size_t width() const noexcept { return row_.size(); }
    bool holds_id(token_id id) const noexcept { return id >= 0 && static_cast<std::size_t>(id) < row_.size(); }

    // ---- what changes it -----------------------------------------------------------------------------------------------

    /// Asks for the memory of a token's logit before it is needed.
    void announce(token_id id) const noexcept {
        ARGDRAW_PREFETCH(row_.data() + id);
        strays_.announce(id);
    }

    /// The value of a living token; -inf for one that does not live. May be NaN.
    double value_of_token(token_id id) const noexcept {
        if (strays_.has(id)) return strays_.value_of(id);
        if (blocks_.alive && ((blocks_.alive[id >> 4] >> (id & 15)) & 1) == 0) return -numeric::infinity;
        return row_value(id);
    }

    /// Gives a living token a value of its own; -inf removes it.
    void set(token_id id, double v) noexcept {
        const bool stray = strays_.has(id);
        if (!stray) scratch_->alive[clearable(id)] &= static_cast<std::uint16_t>(~(1u << (id & 15)));
        if (v == -numeric::infinity) {
            if (stray) strays_.erase(id);
        } else {
            strays_.put(id, v);
        }
        forget();
    }

    /// Gives the living tokens that have a number in `numbers` other values, in id order: what quick(value, number) says where that is finite,
    /// or else changed(value, number). Where that is NaN, the token is not for it, and all ends there. Returns the id of that one, or the
    /// width. -inf removes a token; one whose value stays as it is stays in the row.
    template <class Q, class F>
    std::size_t set_all(const strays& numbers, Q quick, F changed) noexcept {
        std::size_t stopped = width();
        const bool banded = !band_.whole();
        double* const values = strays_.values();
        numbers.for_each_word([&](std::size_t w, std::uint64_t bits) {
            if (stopped < width()) return;
            const std::uint64_t in_row = alive_word(w), beside = strays_.word(w);
            std::uint64_t set = 0, removed = 0;
            for (bits &= in_row | beside; bits != 0; bits &= bits - 1) {
                const std::uint64_t bit = bits & (~bits + 1);
                const auto id = static_cast<token_id>(64 * w) + std::countr_zero(bits);
                const double number = numbers.value_of(id);
                double v = (beside & bit) != 0 ? values[id] : static_cast<double>(static_cast<value>(row_[static_cast<std::size_t>(id)]));
                if (banded && (beside & bit) == 0 && v == v && !band_.holds(v, id)) v = -numeric::infinity;
                double to = quick(v, number);
                if (!numeric::finite(to)) {
                    if (v == -numeric::infinity) continue;
                    to = changed(v, number);
                    if (to != to) {
                        stopped = static_cast<std::size_t>(id);
                        break;
                    }
                    if (to == -numeric::infinity) {
                        removed |= bit;
                        continue;
                    }
                }
                if (to == v) continue;
                values[id] = to;
                set |= bit;
            }
            if ((set | removed) == 0) return;
            put_alive_word(w, in_row & ~(set | removed));
            strays_.put_word(w, (beside | set) & ~removed);
        });
        forget();
        return stopped;
    }

    /// Keeps the tokens whose bit is set; those past the first `tokens` bits, as many as the mask has or fewer, if `past_end`.
    void allow(std::span<const std::uint32_t> mask, bool past_end, std::size_t tokens) noexcept {
        const std::size_t words = blocks_.blocks * (simd::block_size / 32), covered = (std::min)(tokens / 32, words);
        const bool in_part = covered < words && tokens % 32 != 0;  // the word behind those covered
        if (std::endian::native == std::endian::little && !blocks_.alive) {
            if (covered > 0) std::memcpy(scratch_->alive, mask.data(), covered * sizeof(std::uint32_t));  // an empty span may be null
            std::memset(scratch_->alive + 2 * covered, 0xff, (past_end ? words - covered : std::size_t{in_part}) * sizeof(std::uint32_t));
            blocks_.alive = scratch_->alive;
        } else {
            std::uint16_t* const alive = own_alive();
            for (std::size_t w = 0; w < covered; ++w) {
                alive[2 * w] &= static_cast<std::uint16_t>(mask[w]);
                alive[2 * w + 1] &= static_cast<std::uint16_t>(mask[w] >> 16);
            }
        }
        if (in_part) {
            const std::uint32_t past = ~std::uint32_t{0} << (tokens % 32), kept = (mask[covered] & ~past) | (past_end ? past : 0);
            scratch_->alive[2 * covered] &= static_cast<std::uint16_t>(kept);
            scratch_->alive[2 * covered + 1] &= static_cast<std::uint16_t>(kept >> 16);
        }
        const std::size_t spoken_of = covered + std::size_t{in_part};
        if (!past_end) std::fill_n(scratch_->alive + 2 * spoken_of, 2 * (words - spoken_of), std::uint16_t{0});
        sample_share();
        strays_.keep_if([&](token_id id, double) {
            const auto at = static_cast<std::size_t>(id);
            return at < tokens ? ((mask[at >> 5] >> (at & 31)) & 1) != 0 : past_end;
        });
        forget();
    }

    /// Keeps the listed tokens, all of them inside the row.
    void allow_only(std::span<const token_id> ids) noexcept {
        // The list's memory serves as the set: a view has no list.
        auto* const listed = reinterpret_cast<std::uint32_t*>(scratch_->spare);
        const std::size_t words = blocks_.blocks * (simd::block_size / 32);
        std::fill_n(listed, words, std::uint32_t{0});
        for (const token_id id : ids) listed[id >> 5] |= std::uint32_t{1} << (id & 31);
        allow({listed, words}, false, 32 * words);
    }

    /// Leaves the tokens that the band holds. Strays stay outside of bands: those that it does not hold go now, and one that has fallen below
    /// an earlier, narrower band stays where this one holds it.
    void narrow_to(const band& other) noexcept {
        strays_.keep_if([&](token_id id, double v) { return other.holds(v, id); });
        if (other.cut > band_.cut || (other.cut == band_.cut && other.last_equal < band_.last_equal)) band_ = other;
        known_weights_ = false;
    }
    const band& banded() const noexcept { return band_; }

    // ---- the greatest values -------------------------------------------------------------------------------------------

    /// ok, empty or nan_logit: everything that can be wrong with a row. The maximum may be +inf.
    ///
    /// With tokens removed, the sweep does not look at their bits: a block's maximum over all its tokens bounds that of the living. Only
    /// blocks that might be the greatest, and those with a NaN or +inf, are looked at again.
    status find_maximum() noexcept {
        if (known_maximum_) return status::ok;
        value* const maxima = scratch_->block_max;
        pad(maxima, -std::numeric_limits<value>::infinity());
        auto all = blocks_;
        all.alive = nullptr;
        simd::rows<T>().maxima(all, maxima);
        bounds_only_ = blocks_.alive != nullptr;
        if (!bounds_only_) return take_maximum();
        if (const value greatest = simd::rows<T>().greatest(maxima, blocks_.blocks); !(greatest < std::numeric_limits<value>::infinity()))
            for (std::size_t b = 0; b < blocks_.blocks; ++b)
                if (!(maxima[b] < std::numeric_limits<value>::infinity())) maxima[b] = living_maximum(b);
        for (int looks = 0; looks < static_cast<int>(sizes::looks_for_maximum); ++looks) {
            const value bound = simd::rows<T>().greatest(maxima, blocks_.blocks);
            if (bound != bound || bound == -std::numeric_limits<value>::infinity()) return take_maximum();
            const auto b = static_cast<std::size_t>(std::find(maxima, maxima + blocks_.blocks, bound) - maxima);
            const value found = living_maximum(b);
            if (found == bound) return take_maximum();
            maxima[b] = found;
        }
        return look_at_the_living();
    }
    double maximum() const noexcept { return maximum_; }

    /// The number of living tokens. After find_maximum(); the band must be whole.
    std::size_t size() const noexcept { return tokens_reaching(-numeric::infinity) + strays_.count(); }

    /// The least living value. After find_maximum(); the band must be whole.
    double minimum() const noexcept {
        double least = static_cast<double>(simd::spreads<T>().least(blocks_));
        strays_.for_each([&](token_id, double v) { least = (std::min)(least, v); });
        return least;
    }

    /// Lists the first k living tokens in the order, or all where there are fewer, and a few more; of those equal to the last, no more
    /// than the first `equals` and a few. After find_maximum().
    std::size_t list_top(std::size_t k, std::size_t equals) noexcept {
        if (k < row_.size() && bounds_only_) {
            // More blocks than tokens are wanted, in proportion to what was removed; whether that was enough shows.
            const std::size_t living = (std::max<std::size_t>)(sampled_share_, 1);
            const std::size_t found = list_reaching(level_of_top(k == 1 ? 1 : k * share_of_all / living + 2), equals);
            if (found >= k) return found;
            look_at_the_living();
        }
        const double level = level_of_top((std::min)(k, row_.size()));
        const std::size_t found = list_reaching(level, equals);
        // Of the k tokens that reach the level some may lie below the band; what else lives then are strays anywhere below.
        return found < k && level > -numeric::infinity ? list_reaching(-numeric::infinity, equals) : found;
    }

    /// Whether few enough tokens live in the row to be listed one by one, rather than to sweep the row.
    bool sparse() const noexcept { return blocks_.alive && sampled_share_ * sizes::sparse_one_in < share_of_all; }
    /// Lists all of them; 0 where they turned out to be too many, or none.
    std::size_t list_sparse() noexcept {
        // Where the next bit is, is as good as random: two ids a word are written whether there or not, and only what is there is counted.
        const std::size_t words = blocks_.blocks * (simd::block_size / 64), most = row_.size() / sizes::not_sparse_one_in;
        token_id* const ids = scratch_->ids;
        std::size_t found = 0;
        for (std::size_t w = 0; w < words; ++w) {
            std::uint64_t bits = alive_word(w);
            const auto base = static_cast<token_id>(64 * w);
            for (int i = 0; i < 2; ++i) {
                ids[found] = base + std::countr_zero(bits);
                found += bits != 0;
                bits &= bits - 1;
            }
            for (; bits != 0; bits &= bits - 1) ids[found++] = base + std::countr_zero(bits);
            if (found > most) {
                sampled_share_ = share_of_all / sizes::not_sparse_one_in;
                return 0;
            }
        }
        while (found > 0 && static_cast<std::size_t>(ids[found - 1]) >= row_.size()) --found;
        for (std::size_t i = 0; i < found; ++i)
            scratch_->values[i] = static_cast<double>(static_cast<value>(row_[static_cast<std::size_t>(ids[i])]));
        if (!band_.whole()) found = filter_by_band(found);
        return strays_.merge_into(scratch_->ids, scratch_->values, found, -numeric::infinity, numeric::nan);
    }

    /// A level that at least k living tokens reach, and as few more as ties and the blocks let be: -inf where all are wanted.
    double level_of_top(std::size_t k) const noexcept {
        // Certificate: k blocks whose maxima reach the level hold k tokens that reach it, so the k-th largest token does too,
        // and every token at or above it lies in a block whose maximum reaches the level. Strays only make it safer. Tokens below the
        // band are counted, though they do not live: with a band fewer than k may be found.
        if (k == 1) return maximum_;
        constexpr value lowest = std::numeric_limits<value>::lowest();
        const auto blocks_reaching = [&](value cut) {
            return simd::numbers<value>().count_at_least(scratch_->block_max, blocks_.blocks, cut);
        };
        const auto tokens_reaching = [&](value cut) { return simd::rows<T>().count(blocks_, cut); };
        value level = lowest;
        if (k <= blocks_.blocks && blocks_reaching(lowest) >= k)
            level = numeric::level_reached_by(k, lowest, row_maximum_, blocks_reaching);
        else if (k < row_.size() && tokens_reaching(lowest) > k)
            level = numeric::level_reached_by(k, lowest, row_maximum_, tokens_reaching);
        return level == lowest ? -numeric::infinity : static_cast<double>(level);
    }

    /// The number of blocks that hold a value >= cut, as far as is known: never too few.
    std::size_t blocks_reaching(double cut) const noexcept {
        if (known_maximum_) return simd::numbers<value>().count_at_least(scratch_->block_max, blocks_.blocks, level(cut));
        return simd::numbers<std::int32_t>().count_at_least(scratch_->block_top, blocks_.blocks,
                                                            weight_scale_.key(static_cast<float>(level(cut))));
    }
    /// The number of values >= cut that live in the row: strays and the band not looked at.
    std::size_t tokens_reaching(double cut) const noexcept { return simd::rows<T>().count(blocks_, level(cut)); }

    /// Whether no living token has low <= value < high, as far as is known: the band is not looked at. Two reads.
    bool none_between(double low, double high) const noexcept {
        bool none = tokens_reaching(low) == tokens_reaching(high);
        strays_.for_each([&](token_id, double v) { none &= v < low || high <= v; });
        return none;
    }

    /// Lists the living tokens of value >= cut in scratch ids and values; of those equal to it, no more than the first `equals` and a few.
    std::size_t list_reaching(double cut, std::size_t equals = (std::numeric_limits<std::size_t>::max)()) noexcept {
        const value at = level((std::max)(cut, band_.cut));
        std::size_t n = known_maximum_ ? simd::numbers<value>().select(scratch_->block_max, blocks_.blocks, at, scratch_->block_list)
                                       : select_by_key(at);
        // At the maximum itself all that is found is equal, and every listed block has a token of it: as many blocks as tokens are wanted.
        if (known_maximum_ && cut == maximum_ && !blocks_.alive) n = (std::min)(n, equals);
        return list_from_blocks(n, at, cut, equals);
    }

    // ---- weights -------------------------------------------------------------------------------------------------------

    enum class extra { nothing, exponents, squares };

    /// The mass of every block, and their sum; in doubles where accuracy is full, where the row's values are doubles, and where its scaled
    /// logits leave the range of the weight kernel. False if it failed: find_maximum() then tells why, or that +inf takes all.
    /// What is weighed does not depend on how it was asked for before, or a question about masses would move the last digits of a draw.
    template <extra also = extra::nothing>
    bool weigh(double c, accuracy wanted = accuracy::quick) noexcept {
        const bool as_wanted = wanted == accuracy::quick ? in_float_ || (floats_fail_ && also == beside_) : !in_float_;
        if (known_weights_ && c == c_ && (also == extra::nothing || also == beside_) && as_wanted) return true;
        c_ = c;
        floats_fail_ = false;
        if constexpr (has_weight_kernel)
            if (wanted == accuracy::quick && weigh_in_float<also>()) return known_weights_ = true;
        floats_fail_ = wanted == accuracy::quick;
        if (find_maximum() != status::ok || maximum_ == numeric::infinity) return false;
        weigh_in_double<also>();
        return known_weights_ = true;
    }

    bool in_float() const noexcept { return in_float_; }
    /// Relative to reference(), as block_mass and block_end in the scratch are.
    double mass() const noexcept { return mass_; }
    std::size_t blocks() const noexcept { return blocks_.blocks; }
    /// Weights are 2^(v c - reference).
    double reference() const noexcept { return in_float_ ? static_cast<double>(top_ >> 3) : numeric::product(maximum_, c_); }
    /// Sums of w w, and of w e with e the exponent of w = 2^e; after weigh with that extra.
    double squares() const noexcept { return sum_beside_; }
    double exponents() const noexcept { return sum_beside_; }

    /// From the reference of the block masses to another.
    double relative_to(double v, double mass) const noexcept {
        if (!in_float_ && v == maximum_) return mass;
        return numeric::product(mass, numeric::exp2(reference() - numeric::product(v, c_)));
    }

    /// Of a view weighed in doubles: its mass without one token of the greatest value, whose weight of 1 would hide what next to nothing adds.
    double mass_beside_maximum() noexcept {
        if (mass_ >= 2) return mass_ - 1;
        double rest = 0;
        bool found = false;
        for (std::size_t b = 0; b < blocks_.blocks; ++b) {
            double own = scratch_->block_mass[b];
            if (!found && own >= 1) {
                values_of_block(b, scratch_->spare);
                double* const end = scratch_->spare + simd::block_size;
                if (double* const greatest = std::find(scratch_->spare, end, maximum_); greatest != end) {
                    found = true;
                    *greatest = -numeric::infinity;
                    simd::lists().weights(scratch_->spare, simd::block_size, maximum_, c_, scratch_->spare);
                    own = numeric::block_sum(scratch_->spare, simd::block_size);
                }
            }
            rest += own;
        }
        return rest;
    }

    /// What takes weights_of_block to reference().
    double block_scale(std::size_t b) const noexcept { return in_float_ ? power_of_two((scratch_->block_top[b] >> 3) - (top_ >> 3)) : 1.0; }

    /// The weights of a block's 256 tokens, in spare, relative to a reference of the block's own.
    const double* weights_of_block(std::size_t b) noexcept {
        double* const out = scratch_->spare;
        if constexpr (has_weight_kernel)
            if (in_float_) {
                alignas(64) float weights[simd::block_size];
                const std::int32_t top = simd::block_weights<T>().weights(blocks_, b, weight_scale_, weights);
                for (std::size_t i = 0; i < simd::block_size; ++i) out[i] = static_cast<double>(weights[i]);
                if (!band_.whole()) drop_outside_band(b, out, 0.0);
                if (strays_.count() > 0) {
                    // What has no weight beside the row has none beside a block that itself is far below it, nor beside a stray there.
                    const double to_block =
                        power_of_two((top >> 3) - (top_ >> 3)) > 0 ? power_of_two((top >> 3) - (scratch_->block_top[b] >> 3)) : 0.0;
                    for (std::size_t i = 0; i < simd::block_size; ++i) out[i] *= to_block;
                    for_strays_of(b, [&](std::size_t at, double v) {
                        out[at] = weight_of(v) > 0 ? numeric::exp2(numeric::product(v, c_) - (scratch_->block_top[b] >> 3)) : 0.0;
                    });
                }
                return out;
            }
        values_of_block(b, out);
        simd::lists().weights(out, simd::block_size, maximum_, c_, out);
        return out;
    }

    /// Mean and population variance of the living tokens' values, and how far the variance may be off. The band must be whole.
    struct moments {
        double count, mean, variance, error;
    };
    status find_moments(bool exact, moments& found) noexcept {
        pad(scratch_->block_max, -std::numeric_limits<value>::infinity());
        const simd::row_moments of{scratch_->block_beside, scratch_->block_mass, scratch_->block_end, scratch_->block_list};
        simd::spreads<T>().maxima_and_moments(blocks_, exact, scratch_->block_max, of);
        known_weights_ = false;
        known_maximum_ = bounds_only_ = false;
        if (const status why = take_maximum(); why != status::ok) return why;
        const auto square = [](double x) { return numeric::product(x, x); };
        // Each set of tokens about its own mean, and the means about that of all: shares of the whole, since sums of rows of double overflow, and
        // distances from the maximum, since far from 0 a mean has no digits left for the scatter about it.
        const double anchor = maximum() < numeric::infinity ? maximum() : 0.0;
        double n = static_cast<double>(strays_.count()), mean = 0, squares = 0, scatter = 0;
        for (std::size_t b = 0; b < blocks_.blocks; ++b) n += of.count[b];
        for (std::size_t b = 0; b < blocks_.blocks; ++b) {
            if (of.count[b] == 0) continue;
            const double count = of.count[b], apart = of.sum[b] / count;
            scatter += of.squares[b];
            const double about_mean = of.squares[b] - numeric::product(of.sum[b], apart);
            squares += about_mean < 0 ? 0 : about_mean;  // NaN where squares overflowed: the variance then says so
            of.reference[b] = (of.reference[b] - anchor) + apart;
            mean += numeric::product(of.reference[b], count / n);
        }
        strays_.for_each([&](token_id, double v) { mean += (v - anchor) / n; });
        for (std::size_t b = 0; b < blocks_.blocks; ++b)
            if (of.count[b] != 0) squares += numeric::product(of.count[b], square(of.reference[b] - mean));
        strays_.for_each([&](token_id, double v) { squares += square(v - anchor - mean); });
        // Each d is within 2^-24 of itself, a chain of eight squares within ten times that of itself, and the sum of eight d within 2^-22 of
        // the sum of their magnitudes. With sum |d| <= sqrt(n sum d d), a set's squares about its mean are off by less than 18 times 2^-24 of
        // those about its first logit, and what its mean's error adds is less than 2^-22 of these and of the squares about the mean of all.
        found = {n, anchor + mean, squares / n, exact ? 0.0 : numeric::product(0x1p-19, (scatter + squares) / n)};
        return status::ok;
    }

    // ---- for prefixes by mass ------------------------------------------------------------------------------------------

    /// Selects about `wanted` blocks into block_list and finds a cut such that every token of the row which reaches it lies in one of them. Where
    /// all are wanted, the cut is the greatest that all with a weight have a token for.
    std::size_t select_heaviest(std::size_t wanted, double& cut) noexcept {
        const auto level_of = [&](const auto* of_block, auto lowest, auto greatest) {
            greatest = (std::max)(lowest, greatest);  // strays may be all that lives
            if (wanted >= blocks_.blocks) {
                auto least = greatest;
                for (std::size_t b = 0; b < blocks_.blocks; ++b) least = of_block[b] >= lowest ? (std::min)(least, of_block[b]) : least;
                return least;
            }
            const auto& numbers = simd::numbers<decltype(lowest)>();
            return numeric::level_reached_by(wanted, lowest, greatest,
                                             [&](auto at) { return numbers.count_at_least(of_block, blocks_.blocks, at); });
        };
        if constexpr (has_weight_kernel)
            if (in_float_) {
                const std::int32_t key = level_of(scratch_->block_top, -simd::weight_scale::range, top_);
                // Keys are monotone in the value: what reaches the cut has at least the cut's key, and so has its block's greatest.
                const value at = numeric::round_up_to<value>((static_cast<double>(key) - 0.5) / numeric::product(8, c_));
                cut = static_cast<double>(at);
                return select_by_key(at);
            }
        const value at = level_of(scratch_->block_max, std::numeric_limits<value>::lowest(), row_maximum_);
        cut = static_cast<double>(at);
        return simd::numbers<value>().select(scratch_->block_max, blocks_.blocks, at, scratch_->block_list);
    }

    /// Lists the tokens of value >= cut that lie in the first n selected blocks, and the strays that reach it.
    std::size_t list_from_blocks(std::size_t n, value at, double cut, std::size_t equals) noexcept {
        std::size_t found = simd::rows<T>().gather(blocks_, scratch_->block_list, n, at, numeric::next_above(at), equals,
                                                   known_maximum_ ? scratch_->block_max : nullptr, scratch_->ids, scratch_->values);
        if (!band_.whole()) found = filter_by_band(found);
        return strays_.merge_into(scratch_->ids, scratch_->values, found, cut, numeric::nan);
    }
    std::size_t list_from_blocks(std::size_t n, double cut) noexcept { return list_from_blocks(n, level(cut), cut, row_.size()); }

    /// What n blocks at even distances, or all where there are fewer, tell about what weighs in a row less than a cut, relative to reference();
    /// of no use where many reach it. The list gives way.
    double sample_below(double cut, std::size_t n) noexcept {
        const value at = level(cut);
        if (simd::rows<T>().count(only_block(0), at) > simd::block_size / 2) return numeric::infinity;
        std::int32_t some[sizes::sampled_blocks];
        n = (std::min)((std::min)(n, sizes::sampled_blocks), blocks_.blocks);
        double below = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t b = i * blocks_.blocks / n;
            some[i] = static_cast<std::int32_t>(b);
            below += scratch_->block_mass[b];
            strays_.for_each_in(b, [&](token_id, double v) { below -= v >= cut ? weight_of(v) : 0.0; });
        }
        const std::size_t found = simd::rows<T>().gather(blocks_, some, n, at, at, row_.size(), nullptr, scratch_->ids, scratch_->values);
        if (found > n * simd::block_size / sizes::listed_one_in) return numeric::infinity;
        simd::lists().weights(scratch_->values, found, reference() / c_, c_, scratch_->weights);
        return numeric::product(below - numeric::sum(scratch_->weights, found),
                                static_cast<double>(blocks_.blocks) / static_cast<double>(n));
    }

    /// One read: the mass of the tokens with value >= high in block_beside, relative to reference(); the tokens with low <= value < high as a
    /// list; and the mass of those with value < lower. Returns the list's length. Only for weights in float and high inside the band. The
    /// running sums give way: what was weighed has to be weighed anew, or to narrow.
    std::size_t split(value lower, value low, value high, double& mass_below) noexcept
        requires has_weight_kernel
    {
        double* const above = scratch_->block_beside;
        double* const below = scratch_->block_end;
        std::int32_t* const tops = scratch_->block_list;
        known_weights_ = false;
        const simd::row_cuts cuts{band_.whole() ? std::numeric_limits<value>::lowest() : level_above(band_.cut), lower, low, high};
        std::size_t found =
            simd::block_weights<T>().split(blocks_, weight_scale_, cuts, above, below, tops, scratch_->ids, scratch_->values);
        mass_below = 0;
        if (!band_.whole()) {
            found = filter_by_band(found);
            if (band_.cut < static_cast<double>(lower))
                for_equals_of_cut([&](std::size_t, std::size_t count) {
                    mass_below += numeric::product(weight_of(band_.cut), static_cast<double>(count));
                });
        }
        for (std::size_t b = 0; b < blocks_.blocks; ++b) {
            above[b] = in_reference_of(top_, tops[b], above[b]);
            mass_below += in_reference_of(top_, tops[b], below[b]);
        }
        strays_.for_each([&](token_id id, double v) {
            if (v >= static_cast<double>(high)) above[block_of(id)] += weight_of(v);
            if (v < static_cast<double>(lower)) mass_below += weight_of(v);
        });
        return strays_.merge_into(scratch_->ids, scratch_->values, found, static_cast<double>(low), static_cast<double>(high));
    }

    /// One read, in doubles: the mass of the living with a value >= high, and of those with a value < lower; weights are 2^((v - reference) c), and
    /// no value may be a thousand binary places above the reference. Leaves both for each block in block_beside and block_end: the running
    /// sums give way. After weigh().
    struct parts {
        double above, below;
    };
    parts split_in_doubles(double reference, double lower, double high) noexcept {
        double* const above = scratch_->block_beside;
        double* const below = scratch_->block_end;
        known_weights_ = false;
        sum_in_doubles<sums::parts>({.reference = reference, .scale = c_, .lower = lower, .high = high}, above, below);
        parts all{0, 0};
        for (std::size_t b = 0; b < blocks_.blocks; ++b) {
            all.above += above[b];
            all.below += below[b];
        }
        return all;
    }

    /// Narrows the view to a band whose masses are known: block_beside.
    void narrow_to_weighed(const band& narrower) noexcept {
        narrow_to(narrower);
        std::copy_n(scratch_->block_beside, blocks_.blocks, scratch_->block_mass);
        add_up();
        known_weights_ = true;
        beside_ = extra::nothing;
    }

    std::size_t stray_count() const noexcept { return strays_.count(); }
    /// The number of a block's living tokens of exactly this value; strays and the band not looked at.
    std::size_t count_equal(std::size_t b, value v) const noexcept {
        const auto one = only_block(b);
        return simd::rows<T>().count(one, v) - simd::rows<T>().count(one, numeric::next_above(v));
    }
    /// The id of the n-th of them, n >= 1.
    token_id nth_equal(std::size_t b, value v, std::size_t n) const noexcept {
        double values[simd::block_size];
        values_of_block(b, values);
        std::size_t i = 0;
        for (;; ++i)
            if (values[i] == static_cast<double>(v) && --n == 0) return static_cast<token_id>(b * simd::block_size + i);
    }

    static std::size_t block_of(token_id id) noexcept { return static_cast<std::size_t>(id) / simd::block_size; }
    /// Of a value, relative to reference(): 0 below 2^-998, so that what has a weight here has one in a list, where it counts from the maximum.
    double weight_of(double v) const noexcept {
        static_assert(-998 - 1 > numeric::exp2_lowest);
        const double exponent = numeric::product(v, c_) - reference();
        return exponent < -998 ? 0.0 : numeric::exp2(exponent);
    }
    /// The greatest value that a token may have, from the keys alone.
    double bound_on_maximum() const noexcept { return (static_cast<double>(top_) + 1) / numeric::product(8, c_); }
    std::size_t complete_blocks() const noexcept { return blocks_.complete; }

    /// The values of a block's 256 tokens; -inf for those that do not live.
    void values_of_block(std::size_t b, double* out) const noexcept {
        const T* const block = b < blocks_.complete ? blocks_.data + b * simd::block_size : blocks_.tail;
        const std::uint16_t* const alive = blocks_.alive ? blocks_.alive + b * (simd::block_size / 16) : nullptr;
        for (std::size_t i = 0; i < simd::block_size; ++i) {
            out[i] = static_cast<double>(static_cast<value>(block[i]));
            if (alive && ((alive[i / 16] >> (i % 16)) & 1) == 0) out[i] = -numeric::infinity;
        }
        if (!band_.whole()) drop_outside_band(b, out, -numeric::infinity);
        for_strays_of(b, [&](std::size_t at, double v) { out[at] = v; });
    }

private:
    friend struct inside;  // of the tests
    static constexpr std::size_t share_of_all = 64 * 64;

    static value level(double cut) noexcept { return (std::max)(numeric::round_up_to<value>(cut), std::numeric_limits<value>::lowest()); }

    static value level_above(double cut) noexcept {
        const value at = level(cut);
        return static_cast<double>(at) == cut ? numeric::next_above(at) : at;
    }

    // Calls visit(block, count) with the number of the block's tokens that stand at the cut of the band and are in it, strays not among them.
    template <class F>
    void for_equals_of_cut(F visit) const noexcept {
        const value at = level(band_.cut);
        if (static_cast<double>(at) != band_.cut) return;
        const std::size_t last = (std::min)(block_of(band_.last_equal), blocks_.blocks);
        for (std::size_t b = 0; b < last; ++b)
            if (const std::size_t count = count_equal(b, at); count > 0) visit(b, count);
        if (last == blocks_.blocks) return;
        double values[simd::block_size];
        values_of_block(last, values);
        for_strays_of(last, [&](std::size_t i, double) { values[i] = -numeric::infinity; });
        if (const auto count = std::count(values, values + simd::block_size, band_.cut); count > 0)
            visit(last, static_cast<std::size_t>(count));
    }

    void forget() noexcept { known_maximum_ = known_weights_ = false; }

    template <class X>
    void pad(X* blocks, X with) noexcept {
        std::fill_n(blocks + blocks_.blocks, simd::lanes, with);
    }

    // Of a token that was not removed by itself and has no value of its own: -inf below the band.
    double row_value(token_id id) const noexcept {
        const double v = static_cast<double>(static_cast<argdraw::value_of<T>>(row_[static_cast<std::size_t>(id)]));
        return v != v || band_.holds(v, id) ? v : -numeric::infinity;
    }

    // The bits of the tokens from 64 w on.
    std::uint64_t alive_word(std::size_t w) const noexcept {
        std::uint64_t bits = 0;
        if (!blocks_.alive) return ~bits;
        if constexpr (std::endian::native == std::endian::little) std::memcpy(&bits, blocks_.alive + 4 * w, sizeof(bits));
        else
            for (std::size_t i = 0; i < 4; ++i) bits |= std::uint64_t{blocks_.alive[4 * w + i]} << (16 * i);
        return bits;
    }
    void put_alive_word(std::size_t w, std::uint64_t bits) noexcept {
        std::uint16_t* const alive = own_alive() + 4 * w;
        for (std::size_t i = 0; i < 4; ++i) alive[i] = static_cast<std::uint16_t>(bits >> (16 * i));
    }

    std::uint16_t* own_alive() noexcept {
        if (!blocks_.alive) {
            std::memset(scratch_->alive, 0xff, blocks_.blocks * (simd::block_size / 8));
            blocks_.alive = scratch_->alive;
            sampled_share_ = share_of_all;
        }
        return scratch_->alive;
    }
    std::size_t clearable(token_id id) noexcept {
        own_alive();
        return static_cast<std::size_t>(id) >> 4;
    }

    // The exact maximum of every block.
    status look_at_the_living() noexcept {
        simd::rows<T>().maxima(blocks_, scratch_->block_max);
        bounds_only_ = false;
        return take_maximum();
    }
    simd::blocked_row<T> only_block(std::size_t b) const noexcept {
        simd::blocked_row<T> one = blocks_;
        one.data += b * simd::block_size;
        one.complete = b < blocks_.complete;
        one.blocks = 1;
        if (blocks_.alive) one.alive += b * (simd::block_size / 16);
        return one;
    }
    value living_maximum(std::size_t b) const noexcept {
        value found;
        simd::rows<T>().maxima(only_block(b), &found);
        return found;
    }

    // How many of some words' bits are set, out of share_of_all.
    void sample_share() noexcept {
        constexpr std::size_t words = share_of_all / 64;
        const std::size_t all = blocks_.blocks * (simd::block_size / 64);
        sampled_share_ = 0;
        for (std::size_t i = 0; i < words; ++i) {
            std::uint64_t word;
            std::memcpy(&word, blocks_.alive + 4 * (i * all / words), sizeof(word));
            sampled_share_ += static_cast<std::size_t>(std::popcount(word));
        }
    }

    // Needs row_maximum_, the greatest value of a token that lives where there is no band. Returns the greatest one inside of the band, -inf
    // where the row has none: a removal may have left only tokens below it, or only equals of its cut behind the last that it holds.
    double greatest_in_band() const noexcept {
        const auto greatest = static_cast<double>(row_maximum_);
        if (band_.whole() || greatest > band_.cut) return greatest;
        if (greatest < band_.cut) return -numeric::infinity;
        double values[simd::block_size];
        for (std::size_t b = 0; b < blocks_.blocks && b <= block_of(band_.last_equal); ++b) {
            if (scratch_->block_max[b] != row_maximum_) continue;
            values_of_block(b, values);
            if (std::find(values, values + simd::block_size, greatest) != values + simd::block_size) return greatest;
        }
        return -numeric::infinity;
    }

    status take_maximum() noexcept {
        row_maximum_ = simd::rows<T>().greatest(scratch_->block_max, blocks_.blocks);
        if (row_maximum_ != row_maximum_) return status::nan_logit;
        maximum_ = strays_.greatest(greatest_in_band());
        if (maximum_ == -numeric::infinity) return status::empty;
        known_maximum_ = true;
        return status::ok;
    }

    std::size_t select_by_key(value at) noexcept {
        return simd::numbers<std::int32_t>().select(scratch_->block_top, blocks_.blocks, weight_scale_.key(static_cast<float>(at)),
                                                    scratch_->block_list);
    }

    std::size_t filter_by_band(std::size_t found) noexcept {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < found; ++i) {
            const bool stays = band_.holds(scratch_->values[i], scratch_->ids[i]);
            scratch_->ids[kept] = scratch_->ids[i];
            scratch_->values[kept] = scratch_->values[i];
            kept += stays;
        }
        return kept;
    }

    void drop_outside_band(std::size_t b, double* out, double with) const noexcept {
        const T* const block = b < blocks_.complete ? blocks_.data + b * simd::block_size : blocks_.tail;
        for (std::size_t i = 0; i < simd::block_size; ++i)
            if (!band_.holds(static_cast<double>(static_cast<value>(block[i])), static_cast<token_id>(b * simd::block_size + i)))
                out[i] = with;
    }

    template <class F>
    void for_strays_of(std::size_t b, F visit) const noexcept {
        strays_.for_each_in(b, [&](token_id id, double v) { visit(static_cast<std::size_t>(id) % simd::block_size, v); });
    }

    // 0 below 2^-900: a list, for which 2^exp2_lowest is the least weight, then weighs whatever has one here, down to the depth of a block.
    static double power_of_two(std::int32_t n) noexcept {
        static_assert(-900 - simd::weight_scale::depth / 8 - 2 > numeric::exp2_lowest);
        return n < -900 ? 0.0 : std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
    }
    // From a block's own reference, 2^floor(top / 8), to another one above it; exact, but for what no sum would notice.
    static double in_reference_of(std::int32_t row_top, std::int32_t block_top, double mass) noexcept {
        return mass * power_of_two((block_top >> 3) - (row_top >> 3));
    }

    template <extra also>
    bool weigh_in_float() noexcept {
        if (!simd::weight_scale::covers(c_)) return false;
        const auto& kernels = simd::block_weights<T>();
        weight_scale_ = simd::weight_scale::of(c_);
        double* const masses = scratch_->block_mass;
        double* const beside = scratch_->block_beside;
        std::int32_t* const tops = scratch_->block_top;
        pad(tops, simd::weight_scale::nothing);
        beside_ = also;
        std::size_t equals = 0;
        if (!band_.whole()) {
            if (also != extra::nothing) return false;
            const value at = level(band_.cut);
            equals = kernels.split(blocks_, weight_scale_, {at, at, at, level_above(band_.cut)}, masses, scratch_->spare, tops,
                                   scratch_->ids, scratch_->values);
            top_ = *std::max_element(tops, tops + blocks_.blocks);
        } else if constexpr (also == extra::exponents) {
            top_ = simd::block_weight_sums<T>().exponents(blocks_, weight_scale_, masses, tops, beside);
        } else if constexpr (also == extra::squares) {
            top_ = simd::block_weight_sums<T>().squares(blocks_, weight_scale_, masses, tops, beside);
        } else {
            top_ = kernels.masses(blocks_, weight_scale_, masses, tops);
        }
        if (top_ == simd::weight_scale::beyond) return false;
        for (std::size_t i = 0; i < equals; ++i)
            if (scratch_->ids[i] <= band_.last_equal) {
                const std::size_t b = block_of(scratch_->ids[i]);
                masses[b] += numeric::exp2(numeric::product(scratch_->values[i], c_) - (tops[b] >> 3));
            }
        if (!weigh_strays(also)) return false;
        // A block far below the rest counts as nothing; where everything is that far below 0, its keys say too little.
        if (top_ < -simd::weight_scale::range + 8 * 1024) return false;
        sum_beside_ = 0;
        for (std::size_t b = 0; b < blocks_.blocks; ++b) {
            const double own = masses[b];
            masses[b] = in_reference_of(top_, tops[b], own);
            if (also == extra::exponents)
                sum_beside_ += in_reference_of(top_, tops[b], beside[b] + numeric::product(own, (tops[b] >> 3) - (top_ >> 3)));
            else if (also == extra::squares) sum_beside_ += in_reference_of(top_, tops[b], in_reference_of(top_, tops[b], beside[b]));
        }
        add_up();
        // The reference is that of the greatest block, and the greatest token weighs 1 or more there: unless it lies below the band or was left
        // out by weigh_strays, and all that lives is strays somewhere below.
        in_float_ = mass_ >= 0.5;
        return in_float_;
    }

    // Adds the strays to the blocks they stand in, raising a block's reference where one is the greatest of it. False for one above the
    // range of keys. One below it has no weight beside a row that has a reference a thousand octaves above the lower end of the range, and
    // others are left to doubles.
    bool weigh_strays(extra also) noexcept {
        constexpr double range = simd::weight_scale::range / 8;
        constexpr std::size_t few = 4;  // as many are weighed sooner one by one
        bool within = true;
        strays_.for_each_block([&](std::size_t b) {
            double e[simd::block_size], w[simd::block_size];
            std::size_t n = 0;
            double greatest = -range;
            strays_.for_each_in(b, [&](token_id, double v) {
                const double exponent = numeric::product(v, c_);
                greatest = (std::max)(greatest, exponent);
                e[n] = exponent;
                n += -range < exponent && exponent < range;
            });
            within &= greatest < range;
            if (n == 0 || !within) return;
            const auto key = static_cast<std::int32_t>((8 * greatest + numeric::exp2_magic) - numeric::exp2_magic);
            std::int32_t& top = scratch_->block_top[b];
            double mass = scratch_->block_mass[b], beside = also != extra::nothing ? scratch_->block_beside[b] : 0.0;
            if (top < key) {
                const std::int32_t up = top == simd::weight_scale::nothing ? 0 : (key >> 3) - (top >> 3);
                if (also == extra::exponents) beside = numeric::product(beside - numeric::product(mass, up), power_of_two(-up));
                else if (also == extra::squares) beside = numeric::product(beside, power_of_two(-2 * up));
                mass = numeric::product(mass, power_of_two(-up));
                top = key;
                top_ = (std::max)(top_, key);
            }
            const double reference = top >> 3;
            if (n > few) simd::lists().weights(e, n, reference, 1, w);
            else std::transform(e, e + n, w, [=](double exponent) { return numeric::exp2(exponent - reference); });
            for (std::size_t i = 0; i < n; ++i) mass += w[i];
            for (std::size_t i = 0; i < n && also == extra::exponents; ++i)
                if (w[i] > 0) beside += numeric::product(w[i], e[i] - reference);
            for (std::size_t i = 0; i < n && also == extra::squares; ++i) beside += numeric::product(w[i], w[i]);
            scratch_->block_mass[b] = mass;
            if (also != extra::nothing) scratch_->block_beside[b] = beside;
        });
        return within;
    }

    // Relative to the maximum's weight, which must be known.
    template <extra also>
    void weigh_in_double() noexcept {
        constexpr sums what = also == extra::exponents ? sums::exponents : also == extra::squares ? sums::squares : sums::masses;
        in_float_ = false;
        beside_ = also;
        sum_beside_ = 0;
        sum_in_doubles<what>({.reference = maximum_, .scale = c_}, scratch_->block_mass, scratch_->block_beside);
        if (also != extra::nothing)
            for (std::size_t b = 0; b < blocks_.blocks; ++b) sum_beside_ += scratch_->block_beside[b];
        add_up();
    }

    enum class sums { masses, exponents, squares, parts };

    // For every block the sums that simd::double_kernels names, of all that lives: the row inside of its band, and the strays. cuts.lowest is
    // not looked at.
    template <sums what>
    void sum_in_doubles(const simd::double_cuts& cuts, double* first, double* second) noexcept {
        const auto add = [&](std::size_t b, double v, double times) {
            const double e = numeric::product(v - cuts.reference, cuts.scale), w = numeric::product(times, numeric::exp2(e));
            if constexpr (what == sums::parts) {
                if (v >= cuts.high) first[b] += w;
                if (v < cuts.lower) second[b] += w;
            } else {
                first[b] += w;
                if constexpr (what == sums::exponents) second[b] += w > 0 ? numeric::product(w, e) : 0.0;
                if constexpr (what == sums::squares) second[b] += numeric::product(w, numeric::exp2(e));
            }
        };
        simd::double_cuts row = cuts;
        row.lowest = static_cast<double>(band_.whole() ? std::numeric_limits<value>::lowest() : level_above(band_.cut));
        row.high = (std::max)(cuts.high, row.lowest);
        const auto& kernels = simd::doubles<T>();
        // Beside a stray so far above, nothing in the row has a weight.
        if (known_maximum_ && numeric::product(static_cast<double>(row_maximum_) - cuts.reference, cuts.scale) < numeric::exp2_lowest - 1) {
            std::fill_n(first, blocks_.blocks, 0.0);
            if constexpr (what != sums::masses) std::fill_n(second, blocks_.blocks, 0.0);
        } else if constexpr (what == sums::masses) kernels.masses(blocks_, row, first, second);
        else if constexpr (what == sums::exponents) kernels.exponents(blocks_, row, first, second);
        else if constexpr (what == sums::squares) kernels.squares(blocks_, row, first, second);
        else kernels.split(blocks_, row, first, second);
        if (!band_.whole()) for_equals_of_cut([&](std::size_t b, std::size_t count) { add(b, band_.cut, static_cast<double>(count)); });
        strays_.for_each([&](token_id id, double v) { add(block_of(id), v, 1); });
    }

    void add_up() noexcept {
        const double* const masses = scratch_->block_mass;
        double* const ends = scratch_->block_end;
        double running = 0;
        for (std::size_t b = 0; b < blocks_.blocks; ++b) ends[b] = running += masses[b];
        mass_ = running;
    }

    std::span<const T> row_;
    simd::blocked_row<T> blocks_{};
    scratch<T>* scratch_ = nullptr;
    strays strays_{};
    band band_{};
    simd::weight_scale weight_scale_{};
    double c_ = 0;
    double maximum_ = numeric::nan;  // strays included
    double mass_ = 0;
    double sum_beside_ = 0;
    value row_maximum_{};
    std::size_t sampled_share_ = share_of_all;  // of the tokens that live in the row
    std::int32_t top_ = 0;
    extra beside_ = extra::nothing;
    bool known_maximum_ = false;
    bool bounds_only_ = false;  // block_max may count removed tokens
    bool known_weights_ = false;
    bool in_float_ = false;
    bool floats_fail_ = false;  // it was tried for these weights
};

}  // namespace detail

}  // namespace argdraw
