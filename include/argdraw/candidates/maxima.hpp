// maxima — the greatest value of every block of a row, and what they tell of its greatest tokens.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Maxima of the blocks of a row as it was at a revision of its values; removed tokens and strays are none of them, and no band is
/// looked at.
template <logit_scalar T>
class maxima {
public:
    using value = value_of<T>;

    maxima() = default;
    explicit maxima(value* of_block) noexcept : of_block_{of_block} {}

    bool known_of(const living_row<T>& row) const noexcept { return known_ && values_ == row.revision().values; }
    const value* of_block() const noexcept { return of_block_; }
    /// The greatest living value, strays included.
    double greatest() const noexcept { return greatest_; }
    /// The greatest of the blocks' maxima.
    value greatest_in_row() const noexcept { return greatest_in_row_; }

    /// Finds them where they are not known: ok, empty or nan_logit, which is everything that can be wrong with a row. The greatest may be
    /// +inf. One read, of the bits of removed tokens too: to look again at what a removed one is the greatest of would cost more.
    status find(const living_row<T>& row) noexcept {
        if (known_of(row)) return status::ok;
        return fill(row, [&](value* of_block) { row.maxima(of_block); });
    }

    /// Takes maxima that write(of_block) writes.
    template <class F>
    status fill(const living_row<T>& row, F write) noexcept {
        std::fill_n(of_block_ + row.block_count(), simd::lanes, -infinity);
        write(of_block_);
        return take_greatest(row);
    }

    /// The number of blocks that reach a cut: never too few.
    std::size_t count_reaching(const living_row<T>& row, value cut) const noexcept {
        return simd::numbers<value>().count_at_least(of_block_, row.block_count(), cut);
    }
    /// Writes which; returns how many.
    std::size_t select(const living_row<T>& row, value cut, std::int32_t* selected) const noexcept {
        return simd::numbers<value>().select(of_block_, row.block_count(), cut, selected);
    }

    /// Returns a level that at least k living tokens reach, and as few more as ties and the blocks let be; -inf where all are wanted.
    ///
    /// k blocks whose maxima reach the level hold k tokens that reach it, so the k-th largest token does too, and every token at or above
    /// it lies in a block whose maximum reaches the level. Of more tokens than blocks a sample tells, and a count says whether it is right;
    /// where the sample misled, bisection finds it. Strays only make it safer. Tokens outside of the band are counted, though they
    /// do not live: then fewer than k may be found.
    double level_of_top(const living_row<T>& row, std::size_t k) const noexcept {
        if (k == 1) return greatest_;
        constexpr value lowest = std::numeric_limits<value>::lowest();
        const auto blocks_reaching = [&](value cut) { return count_reaching(row, cut); };
        const auto tokens_reaching = [&](value cut) { return simd::rows<T>().count(row.blocks(), cut); };
        const auto value_at = [&](std::size_t i) { return row.value_of_token(static_cast<token_id>(i)); };
        value level = lowest;
        // Where nearly all blocks would do, a level that they reach may lie below all tokens.
        if (k + k / 8 + 1 < row.block_count() && k + k / 8 + 1 < blocks_reaching(lowest))
            level = numeric::level_reached_by(k, lowest, greatest_in_row_, blocks_reaching);
        else if (const double told = level_by_sample(row.width(), k, value_at);
                 told == -numeric::infinity || (told < numeric::infinity && tokens_reaching(static_cast<value>(told)) >= k))
            return told;
        else if (k < row.width() && tokens_reaching(lowest) > k)
            level = numeric::level_reached_by(k, lowest, greatest_in_row_, tokens_reaching);
        return level == lowest ? -numeric::infinity : static_cast<double>(level);
    }

private:
    friend struct inside;  // of the tests
    static constexpr value infinity = std::numeric_limits<value>::infinity();

    status take_greatest(const living_row<T>& row) noexcept {
        known_ = false;
        greatest_in_row_ = simd::rows<T>().greatest(of_block_, row.block_count());
        if (greatest_in_row_ != greatest_in_row_) return status::nan_logit;
        greatest_ = row.strays().greatest(greatest_in_band(row));
        if (greatest_ == -numeric::infinity) return status::empty;
        values_ = row.revision().values;
        known_ = true;
        return status::ok;
    }

    // Needs greatest_in_row_. Returns the greatest value inside of the band, -inf where there is none: a removal may have left only tokens
    // below the band, or only equals of its cut behind the last that it holds.
    double greatest_in_band(const living_row<T>& row) const noexcept {
        const band& in = row.banded();
        const auto greatest = static_cast<double>(greatest_in_row_);
        if (in.whole() || greatest > in.cut) return greatest;
        if (greatest < in.cut) return -numeric::infinity;
        double values[simd::block_size];
        for (std::size_t b = 0; b < row.block_count() && b <= block_of(in.last_equal); ++b) {
            if (of_block_[b] != greatest_in_row_) continue;
            row.values_of_block(b, values);
            if (std::find(values, values + simd::block_size, greatest) != values + simd::block_size) return greatest;
        }
        return -numeric::infinity;
    }

    value* of_block_ = nullptr;
    double greatest_ = numeric::nan;
    value greatest_in_row_{};
    std::uint32_t values_ = 0;  // the revision
    bool known_ = false;
};

}  // namespace argdraw::detail
