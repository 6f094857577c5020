// living_row — the row as the caller gave it, and which of its tokens live with which values.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include <argdraw/candidates/band.hpp>
#include <argdraw/candidates/bitmask.hpp>
#include <argdraw/candidates/row_in_blocks.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/strays.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/row_of_records.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/sparse_row.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Which state of a row something is known of. What is known of the greatest values holds for every band.
struct revision {
    std::uint32_t values = 0, bands = 0;

    friend bool operator==(const revision&, const revision&) = default;
};

/// A row that nobody copies. Beside it stand: a bit for every token that was removed, the values of those that were changed (`strays`;
/// their bit in the row is cleared), and a band, outside of which no token of the row lives. Strays know no band: those that it does not
/// hold leave when it is set, and what later falls below it stays.
template <logit_scalar T>
class living_row {
public:
    using value = value_of<T>;

    status look_at(std::span<const T> row, const detail::scratch<T>& space) noexcept {
        return look_at(row_in_blocks<T>(row, space.row.tail), space);
    }
    status look_at(const row_of_records& row, const detail::scratch<T>& space) noexcept
        requires std::same_as<T, float>
    {
        return look_at(row_in_blocks<T>(row), space);
    }

    /// The same of a row of which few tokens came: they are laid out by id in memory that nobody uses before they are listed, and the rest
    /// of that memory is never read.
    status look_at(const sparse_row<T>& row, const detail::scratch<T>& space) noexcept {
        T* const by_id = reinterpret_cast<T*>(space.sorting.order);
        look_at(row_in_blocks<T>(std::span<const T>(by_id, row.size()), space.row.tail, space.row.alive), space);
        std::fill_n(alive_, row_.count() * (simd::block_size / 16), std::uint16_t{0});
        few_ = true;
        removed_ = width() + block_count();
        for (std::size_t i = 0; i < row.ids().size(); ++i) {
            const token_id id = row.ids()[i];
            if (!in_row(id, row.width())) return status::outside_row;
            if (!in_row(id, row.size())) continue;
            const auto bit = static_cast<std::uint16_t>(1u << (id & 15));
            if ((alive_[id >> 4] & bit) != 0) return status::bad_parameter;
            alive_[id >> 4] |= bit;
            by_id[id] = row.logits()[i];
        }
        return status::ok;
    }

    std::size_t width() const noexcept { return row_.width(); }
    bool holds_id(token_id id) const noexcept { return id >= 0 && static_cast<std::size_t>(id) < width(); }
    /// All of the row.
    const simd::blocked_row<T>& blocks() const noexcept { return row_.all(); }
    std::size_t block_count() const noexcept { return row_.count(); }
    /// From n listed blocks, in id order: the living tokens above a cut, and those at it until about so many of them are found; the band and
    /// strays are not looked at. Blocks are passed over that can add nothing, as far as maxima, where there are some, tell.
    std::size_t gather(const std::int32_t* of, std::size_t n, value cut, std::size_t equals, const value* maxima,
                       const token_arrays& out) const noexcept {
        return row_.gather(of, n, cut, equals, maxima, out);
    }
    /// The maxima of all blocks; strays are none of them. One read. Of few tokens that were removed one by one no bit is looked at: the
    /// greatest of a whole block is that of the living where all that were removed lie below it; where they do not, it is read again.
    void maxima(value* out) const noexcept {
        if (removed_ > block_count()) return row_.maxima(out);
        row_.maxima_of_all(out);
        if (removed_ == 0) return;
        strays_.for_each_marked([&](std::size_t b) {
            if (!row_.removed_below(b, out[b])) simd::rows<T>().maxima(only_block(b), out + b);
        });
    }
    /// Whether tokens were removed, or given values of their own, one by one.
    bool has_bits() const noexcept { return row_.alive() != nullptr; }
    const detail::strays& strays() const noexcept { return strays_; }
    const band& banded() const noexcept { return band_; }
    /// Which tokens live and with which values, as a number of states.
    const detail::revision& revision() const noexcept { return revision_; }

    // ---- what changes it -----------------------------------------------------------------------------------------------

    /// Asks for the memory of a token's logit before it is needed.
    void announce(token_id id) const noexcept {
        row_.announce(id);
        strays_.announce(id);
    }

    /// The value of a living token; -inf for one that does not live. May be NaN.
    double value_of_token(token_id id) const noexcept {
        if (strays_.has(id)) return strays_.value_of(id);
        if (has_bits() && ((alive_[id >> 4] >> (id & 15)) & 1) == 0) return -numeric::infinity;
        return value_in_row(id);
    }

    /// Removes tokens, living or not.
    void remove(std::span<const token_id> ids) noexcept {
        if (ids.empty()) return;
        for (const token_id id : ids) {
            clear(id);
            if (strays_.has(id)) strays_.erase(id);
        }
        ++revision_.values;
    }

    /// Gives a living token a value of its own; -inf removes it.
    void set(token_id id, double v) noexcept {
        const bool stray = strays_.has(id);
        if (!stray) clear(id);
        if (v == -numeric::infinity) {
            if (stray) strays_.erase(id);
        } else {
            strays_.put(id, v);
        }
        ++revision_.values;
    }

    /// Gives the living tokens that have a number in `numbers` other values, in id order: what quick(value, number) says where that is
    /// finite, or else changed(value, number). Where that is NaN, the token is not for it, and all ends there. Returns the id of that one,
    /// or the width. -inf removes a token; one whose value stays as it is stays in the row.
    template <class Q, class F>
    std::size_t set_all(const detail::strays& numbers, Q quick, F changed) noexcept {
        std::size_t stopped = width();
        numbers.for_each_word([&](std::size_t w, std::uint64_t bits) {
            if (stopped < width()) return;
            const std::uint64_t in_row = alive_word(w), beside = strays_.word(w);
            word_of_changes made{w, bits & (in_row | beside), beside};
            stopped = change(made, numbers, quick, changed);
            if ((made.set | made.removed) == 0) return;
            put_alive_word(w, in_row & ~(made.set | made.removed));
            removed_ += static_cast<std::size_t>(std::popcount(made.set | made.removed));
            strays_.put_word(w, (beside | made.set) & ~made.removed);
        });
        ++revision_.values;
        return stopped;
    }

    /// Keeps the tokens whose bit is set; those past the first `tokens` bits, as many as the mask has or fewer, if `past_end`.
    void allow(std::span<const std::uint32_t> mask, bool past_end, std::size_t tokens) noexcept {
        keep_allowed({alive_, block_count() * (simd::block_size / 16)}, !has_bits(), mask, past_end, tokens);
        row_.set_alive(alive_);
        removed_ = width() + block_count();
        share_ = set_of_some({alive_, block_count() * (simd::block_size / 16)}, share_of_all);
        strays_.keep_if([&](token_id id, double) { return is_allowed(mask, past_end, tokens, id); });
        ++revision_.values;
    }

    /// Keeps the listed tokens, all of them inside the row. `marks` has a bit for each token.
    void allow_only(std::span<const token_id> ids, std::uint32_t* marks) noexcept {
        const std::size_t words = block_count() * (simd::block_size / 32);
        std::fill_n(marks, words, std::uint32_t{0});
        for (const token_id id : ids) marks[id >> 5] |= std::uint32_t{1} << (id & 31);
        allow({marks, words}, false, 32 * words);
    }

    /// Leaves the tokens that the band holds. The row's own band only narrows; strays are held against `other` alone, since one may have
    /// been moved below the row's band after that was set.
    void narrow_to(const band& other) noexcept {
        strays_.keep_if([&](token_id id, double v) { return other.holds(v, id); });
        if (other.cut > band_.cut || (other.cut == band_.cut && other.last_equal < band_.last_equal)) band_ = other;
        ++revision_.bands;
    }

    // ---- what lives ----------------------------------------------------------------------------------------------------

    /// The number of living tokens, where the band is whole. One read.
    std::size_t size() const noexcept { return count_reaching(-numeric::infinity) + strays_.count(); }

    /// The least living value, where the band is whole. One read.
    double minimum() const noexcept {
        double least = static_cast<double>(simd::spreads<T>().least(blocks()));
        strays_.for_each([&](token_id, double v) { least = (std::min)(least, v); });
        return least;
    }

    /// The number of values >= cut that live in the row: strays and the band are not looked at. One read.
    std::size_t count_reaching(double cut) const noexcept { return simd::rows<T>().count(blocks(), level_of<value>(cut)); }

    /// Whether few of the tokens in some blocks live there, strays not among them.
    bool few_reach_band() const noexcept { return fewer_reach(band_.cut, simd::block_size / sizes::listed_one_in); }
    /// Whether fewer than so many tokens a block reach a cut, as some blocks tell; the band is not looked at either.
    bool fewer_reach(double cut, std::size_t a_block) const noexcept {
        const std::size_t n = (std::min)(sizes::sampled_blocks, block_count());
        std::size_t reaching = 0;
        for (std::size_t i = 0; i < n; ++i) reaching += simd::rows<T>().count(only_block(i * block_count() / n), level_of<value>(cut));
        return reaching < n * a_block;
    }

    /// The number of a block's living tokens of exactly this value; strays and the band are not looked at.
    std::size_t count_equal(std::size_t b, value v) const noexcept {
        const auto one = only_block(b);
        return simd::rows<T>().count(one, v) - simd::rows<T>().count(one, numeric::next_above(v));
    }
    /// The id of the n-th of a block's living tokens of this value, n >= 1; there are as many.
    token_id nth_equal(std::size_t b, value v, std::size_t n) const noexcept {
        double values[simd::block_size];
        values_of_block(b, values);
        std::size_t i = 0;
        for (;; ++i)
            if (values[i] == static_cast<double>(v) && --n == 0) return static_cast<token_id>(b * simd::block_size + i);
    }

    /// Calls visit(block, count) with the number of the block's tokens that stand at the cut of the band and are in it, strays not among
    /// them.
    template <class F>
    void for_equals_of_cut(F visit) const noexcept {
        const value at = level_of<value>(band_.cut);
        if (static_cast<double>(at) != band_.cut) return;
        const std::size_t last = (std::min)(block_of(band_.last_equal), block_count());
        for (std::size_t b = 0; b < last; ++b)
            if (const std::size_t count = count_equal(b, at); count > 0) visit(b, count);
        if (last == block_count()) return;
        double values[simd::block_size];
        values_of_block(last, values);
        for_strays_of(last, [&](std::size_t i, double) { values[i] = -numeric::infinity; });
        if (const auto count = std::count(values, values + simd::block_size, band_.cut); count > 0)
            visit(last, static_cast<std::size_t>(count));
    }

    /// The values of a block's 256 tokens; -inf for those that do not live.
    void values_of_block(std::size_t b, double* out) const noexcept {
        const bool all_equals = band_.last_equal == (std::numeric_limits<token_id>::max)();
        simd::rows<T>().values(row_.with(b), b, all_equals ? lowest_in_band() : -std::numeric_limits<value>::infinity(), out);
        if (!all_equals) fill_outside_band(b, out, -numeric::infinity);
        for_strays_of(b, [&](std::size_t at, double v) { out[at] = v; });
    }
    /// Gives the entries of a block's 256 tokens that lie outside of the band a number.
    void fill_outside_band(std::size_t b, double* out, double with) const noexcept {
        const auto one = only_block(b);
        const T* const block = one.complete != 0 ? one.data : one.tail;
        for (std::size_t i = 0; i < simd::block_size; ++i)
            if (!band_.holds(static_cast<double>(static_cast<value>(block[i])), static_cast<token_id>(b * simd::block_size + i)))
                out[i] = with;
    }
    /// Calls visit(index in the block, value) for the strays of a block, in order.
    template <class F>
    void for_strays_of(std::size_t b, F visit) const noexcept {
        strays_.for_each_in(b, [&](token_id id, double v) { visit(static_cast<std::size_t>(id) % simd::block_size, v); });
    }

    simd::blocked_row<T> only_block(std::size_t b) const noexcept { return row_.only(b); }
    /// The n blocks from the first one on, as a row of their own.
    simd::blocked_row<T> some_blocks(std::size_t first, std::size_t n) const noexcept { return row_.some(first, n); }

    // ---- lists ---------------------------------------------------------------------------------------------------------

    /// Makes a list of the first `found` tokens, all of the row, of which those outside of the band go, and of the strays with low <=
    /// value, and not value >= high. Returns its length.
    std::size_t finish_list(const token_arrays& out, std::size_t found, double low, double high) const noexcept {
        if (!band_.whole()) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < found; ++i) {
                const bool stays = band_.holds(out.values[i], out.ids[i]);
                out.ids[kept] = out.ids[i];
                out.values[kept] = out.values[i];
                kept += stays;
            }
            found = kept;
        }
        return strays_.merge_into(out.ids, out.values, found, low, high);
    }

    /// Whether few enough tokens live in the row to be listed one by one, rather than to sweep the row.
    bool sparse() const noexcept { return few_ || (has_bits() && share_ * sizes::sparse_one_in < share_of_all); }

    /// Lists all that lives. Returns 0 where that turned out to be too many, and the row is no longer sparse, or where it is none.
    std::size_t list_sparse(const token_arrays& out) noexcept {
        // Where the next bit is, is as good as random: two ids a word are written whether there or not, and only what is there is counted.
        const std::size_t words = block_count() * (simd::block_size / 64), most = width() / sizes::not_sparse_one_in;
        token_id* const ids = out.ids;
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
            if (found > most && !few_) {
                share_ = share_of_all / sizes::not_sparse_one_in;  // at least as much: what was counted tells more than a sample
                return 0;
            }
        }
        while (found > 0 && static_cast<std::size_t>(ids[found - 1]) >= width()) --found;
        for (std::size_t i = 0; i < found; ++i) out.values[i] = static_cast<double>(row_.at(static_cast<std::size_t>(ids[i])));
        return finish_list(out, found, -numeric::infinity, numeric::nan);
    }

private:
    friend struct inside;  // of the tests

    status look_at(const row_in_blocks<T>& row, const detail::scratch<T>& space) noexcept {
        row_ = row;
        alive_ = space.row.alive;
        strays_ = {space.row.strays, width()};
        return status::ok;
    }

    static constexpr std::size_t share_of_all = 64 * 64;

    // The tokens of a word that have a number, those of the word with a value of their own, and which of the first were set or removed.
    struct word_of_changes {
        std::size_t w;
        std::uint64_t tokens, beside;
        std::uint64_t set = 0, removed = 0;
    };
    // Leaves new values where strays have theirs. Returns the id where it ended, or the width.
    template <class Q, class F>
    std::size_t change(word_of_changes& made, const detail::strays& numbers, Q& quick, F& changed) noexcept {
        const bool banded = !band_.whole();
        double* const values = strays_.values();
        for (std::uint64_t rest = made.tokens; rest != 0; rest &= rest - 1) {
            const std::uint64_t bit = rest & (~rest + 1);
            const auto id = static_cast<token_id>(64 * made.w) + std::countr_zero(rest);
            const bool stray = (made.beside & bit) != 0;
            double v = stray ? values[id] : static_cast<double>(row_.at(static_cast<std::size_t>(id)));
            if (banded && !stray && v == v && !band_.holds(v, id)) v = -numeric::infinity;
            double to = quick(v, numbers.value_of(id));
            if (!numeric::finite(to)) {
                if (v == -numeric::infinity) continue;
                to = changed(v, numbers.value_of(id));
                if (to != to) return static_cast<std::size_t>(id);
                if (to == -numeric::infinity) {
                    made.removed |= bit;
                    continue;
                }
            }
            if (to == v) continue;
            values[id] = to;
            made.set |= bit;
        }
        return width();
    }

    // Of a token that was not removed by itself and has no value of its own: -inf outside of the band.
    double value_in_row(token_id id) const noexcept {
        const double v = static_cast<double>(row_.at(static_cast<std::size_t>(id)));
        return v != v || band_.holds(v, id) ? v : -numeric::infinity;
    }

    // The bits of the tokens from 64 w on.
    std::uint64_t alive_word(std::size_t w) const noexcept { return has_bits() ? bits_of_word(alive_, w) : ~std::uint64_t{0}; }
    // The least value of the band, as kernels take it.
    value lowest_in_band() const noexcept { return band_.whole() ? -std::numeric_limits<value>::infinity() : level_of<value>(band_.cut); }

    void clear(token_id id) noexcept {
        own_alive()[id >> 4] &= static_cast<std::uint16_t>(~(1u << (id & 15)));
        strays_.mark(block_of(id));
        ++removed_;
    }
    void put_alive_word(std::size_t w, std::uint64_t bits) noexcept {
        std::uint16_t* const alive = own_alive() + 4 * w;
        for (std::size_t i = 0; i < 4; ++i) alive[i] = static_cast<std::uint16_t>(bits >> (16 * i));
    }

    std::uint16_t* own_alive() noexcept {
        if (!has_bits()) {
            std::memset(alive_, 0xff, block_count() * (simd::block_size / 8));
            row_.set_alive(alive_);
            share_ = share_of_all;
        }
        return alive_;
    }

    row_in_blocks<T> row_;
    std::uint16_t* alive_ = nullptr;  // row_.alive() as soon as a token was removed
    std::size_t removed_ = 0;         // tokens, one by one, all of them in marked blocks; more than there are blocks where others are, too
    detail::strays strays_{};
    band band_{};
    detail::revision revision_{};
    bool few_ = false;                  // of the row only tokens that live may be read, and these are listed before anything else
    std::size_t share_ = share_of_all;  // of the tokens that live in the row, as a sample tells
};

}  // namespace argdraw::detail
