// row_in_blocks — the row itself, as kernels take it, wherever its logits lie.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <argdraw/candidates/bitmask.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/row_of_records.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A row, cut into blocks. One of records is read where they lie: its maxima, and its tokens one by one. A block is written beside it as soon
/// as somebody asks for the block, and all of them where somebody asks for all. What is there is the row's, to the bit, so who asks sees no
/// difference.
template <logit_scalar T>
class row_in_blocks {
public:
    using value = value_of<T>;

    row_in_blocks() = default;
    /// Needs room for a block at `tail`.
    row_in_blocks(std::span<const T> row, T* tail) noexcept : row_in_blocks(row, tail, nullptr) {
        const std::size_t rest = width_ % simd::block_size;
        std::copy_n(row.data() + blocks_.complete * simd::block_size, rest, tail);
        if (rest != 0) std::fill_n(tail + rest, simd::block_size - rest, removed<T>());
    }
    /// A row in memory that is not to be read but where a token lives.
    row_in_blocks(std::span<const T> row, T* tail, const std::uint16_t* alive) noexcept
        : blocks_{row.data(), tail, row.size() / simd::block_size, (row.size() + simd::block_size - 1) / simd::block_size, alive},
          width_(row.size()) {}
    explicit row_in_blocks(const row_of_records& row) noexcept
        requires std::same_as<T, float>
        : row_in_blocks(std::span<const T>(row.row(), row.size()), row.row() + row.size() / simd::block_size * simd::block_size, nullptr) {
        records_ = row;
        in_records_ = true;
        bring(count() - 1);
    }

    std::size_t width() const noexcept { return width_; }
    std::size_t count() const noexcept { return blocks_.blocks; }
    /// See blocked_row.
    const std::uint16_t* alive() const noexcept { return blocks_.alive; }
    void set_alive(const std::uint16_t* alive) noexcept { blocks_.alive = alive; }

    /// Asks for the memory of a token's logit before it is needed.
    void announce(token_id id) const noexcept {
        if (in_records_) ARGDRAW_PREFETCH(records_.at(static_cast<std::size_t>(id)));
        else ARGDRAW_PREFETCH(blocks_.data + id);
    }
    value at(std::size_t id) const noexcept {
        if (in_records_) return static_cast<value>(records_.logit(id));
        return static_cast<value>(blocks_.data[id]);
    }

    /// All of it.
    const simd::blocked_row<T>& all() const noexcept {
        if (in_records_)
            for (std::size_t b = 0; b < count(); ++b) bring(b);
        in_records_ = false;
        return blocks_;
    }
    /// The row, of which only this block is to be read.
    const simd::blocked_row<T>& with(std::size_t b) const noexcept {
        if (in_records_) bring(b);
        return blocks_;
    }
    /// One block, as a row.
    simd::blocked_row<T> only(std::size_t b) const noexcept { return some(b, 1); }
    /// n blocks from the first one on, as a row.
    simd::blocked_row<T> some(std::size_t first, std::size_t n) const noexcept {
        if (in_records_)
            for (std::size_t b = first; b < first + n; ++b) bring(b);
        simd::blocked_row<T> part = blocks_;
        part.data += first * simd::block_size;
        part.complete = (std::min)(blocks_.complete - (std::min)(first, blocks_.complete), n);
        part.blocks = n;
        if (part.alive) part.alive += first * (simd::block_size / 16);
        return part;
    }

    /// See row_kernels. Those of a row of records are known, and so may the parts of their blocks be.
    std::size_t gather(const std::int32_t* blocks, std::size_t n, value cut, std::size_t equals_wanted, const value* maxima,
                       const token_arrays& out) const noexcept {
        const value next = numeric::next_above(cut);
        if constexpr (std::same_as<T, float>)
            if (in_records_ && maxima && has_parts_)
                return simd::records().gather(records_.at(0), blocks_, blocks, n, cut, next, equals_wanted,
                                              {records_.part_maxima(), maxima}, out.ids, out.values);
        return simd::rows<T>().gather(all(), blocks, n, cut, next, equals_wanted, maxima, out.ids, out.values);
    }

    /// The maxima of all blocks, of what lives in them. One read.
    void maxima(value* out) const noexcept { simd::rows<T>().maxima(all(), out); }
    /// The same of all tokens, whether they live or not.
    void maxima_of_all(value* out) const noexcept {
        if (in_records_) return maxima_of_records(out);
        simd::blocked_row<T> whole = blocks_;
        whole.alive = nullptr;
        simd::rows<T>().maxima(whole, out);
    }
    /// Whether all removed tokens of a block lie below a value. There are bits, and none is cleared behind the row's end.
    bool removed_below(std::size_t b, value of) const noexcept {
        constexpr std::size_t words = simd::block_size / 64;
        for (std::size_t w = b * words; w < (b + 1) * words; ++w)
            for (std::uint64_t gone = ~bits_of_word(blocks_.alive, w); gone != 0; gone &= gone - 1)
                if (!(at(64 * w + static_cast<std::size_t>(std::countr_zero(gone))) < of)) return false;
        return true;
    }

private:
    void bring(std::size_t b) const noexcept {
        if constexpr (std::same_as<T, float>) {
            if (records_.was_brought(b)) return;
            const std::size_t from = b * simd::block_size, n = (std::min)(simd::block_size, width_ - from);
            simd::records().words(records_.at(from), n, records_.row() + from);
            std::fill_n(records_.row() + from + n, simd::block_size - n, removed<T>());
            records_.note_brought(b);
        }
    }

    // The kernel reads up to the end of a block's last record, which may lie behind the last word of the row: so the last block is another's.
    void maxima_of_records(value* out) const noexcept {
        if constexpr (std::same_as<T, float>) {
            const std::size_t last = count() - 1;
            if (records_.has_maxima()) std::copy_n(records_.maxima(), last, out);
            else simd::records().maxima(records_.at(0), last, records_.part_maxima(), out);
            has_parts_ = true;
            simd::blocked_row<T> one = only(last);
            one.alive = nullptr;
            simd::rows<T>().maxima(one, out + last);
        }
    }

    simd::blocked_row<T> blocks_{};
    std::size_t width_ = 0;
    row_of_records records_;
    mutable bool in_records_ = false;  // not all of it has been written beside them
    mutable bool has_parts_ = false;   // the maxima of their parts are known
};

}  // namespace argdraw::detail
