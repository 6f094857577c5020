// row_of_records — a row of floats that lie in records, and memory for what a draw wants beside each other.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A row whose logits are words of records of twelve bytes, such as {id, logit, probability}; a view, for doors. Draws are those from the
/// logits side by side, and what a draw does not look at stays where it is.
class row_of_records {
public:
    using value_type = float;
    static constexpr std::size_t stride = 12;
    /// Of a block, which have maxima of their own.
    static constexpr std::size_t parts = 4;

    row_of_records() = default;
    /// Needs memory of room_for(width) bytes, aligned to 64, whatever is in it.
    row_of_records(const std::byte* logits, std::size_t width, float* room) noexcept
        : logits_(logits),
          row_(room),
          part_maxima_(row_ + blocks_of(width) * sizes::block),
          maxima_(part_maxima_ + parts * blocks_of(width)),
          brought_(reinterpret_cast<std::uint64_t*>(maxima_ + blocks_of(width) + blocks_of(width) % 2)),
          size_(width) {
        std::fill_n(brought_, words_of(width), std::uint64_t{0});
    }
    static constexpr std::size_t room_for(std::size_t width) noexcept {
        const std::size_t blocks = blocks_of(width);
        return (blocks * (sizes::block + parts + 1) + blocks % 2) * sizeof(float) + words_of(width) * sizeof(std::uint64_t);
    }

    std::size_t size() const noexcept { return size_; }
    /// The same, of which no more than the first n tokens may live.
    row_of_records first(std::size_t n) const noexcept {
        row_of_records part = *this;
        part.size_ = (std::min)(size_, n);
        return part;
    }

    const std::byte* at(std::size_t id) const noexcept { return logits_ + id * stride; }
    float logit(std::size_t id) const noexcept {
        float l;
        std::memcpy(&l, at(id), sizeof l);
        return l;
    }

    /// The row, as far as it was brought there; blocks of it, whole ones.
    float* row() const noexcept { return row_; }
    bool was_brought(std::size_t block) const noexcept { return ((brought_[block / 64] >> (block % 64)) & 1) != 0; }
    void note_brought(std::size_t block) const noexcept { brought_[block / 64] |= std::uint64_t{1} << (block % 64); }

    /// Of as much of the row as may live.
    bool all_were_brought() const noexcept {
        std::size_t brought = 0;
        for (std::size_t w = 0; w < words_of(size_); ++w) brought += static_cast<std::size_t>(std::popcount(brought_[w]));
        return brought == blocks_of(size_);
    }

    /// The maxima of its blocks and of their parts, all but those of the last block. Who knows the first ones before the draw does says so.
    float* maxima() const noexcept { return maxima_; }
    float* part_maxima() const noexcept { return part_maxima_; }
    void maxima_are_there() noexcept { has_maxima_ = true; }
    bool has_maxima() const noexcept { return has_maxima_; }

private:
    static constexpr std::size_t blocks_of(std::size_t width) noexcept { return (width + sizes::block - 1) / sizes::block; }
    static constexpr std::size_t words_of(std::size_t width) noexcept { return (blocks_of(width) + 63) / 64; }

    const std::byte* logits_ = nullptr;
    float* row_ = nullptr;
    float* part_maxima_ = nullptr;
    float* maxima_ = nullptr;
    std::uint64_t* brought_ = nullptr;
    std::size_t size_ = 0;
    bool has_maxima_ = false;
};

}  // namespace argdraw::detail
