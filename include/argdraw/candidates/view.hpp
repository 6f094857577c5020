// view — a row and its summaries: what they find in it together.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/maxima.hpp>
#include <argdraw/candidates/moments.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// How many values that live in a row reach a level, how many another one above it, and whether any reaches neither.
struct reaching {
    std::size_t low = 0, high = 0;
    bool some_below = false;
};

/// A row that nobody copies, with one line for every block of 256: the greatest value, or the mass and a key that bounds the greatest. Each
/// of them is of a revision of the row, and is found anew where the row has gone on.
///
/// Values are the row's numbers; the logit of a value is value * scale + shift, and c = scale * log2(e).
template <logit_scalar T>
class view {
public:
    using value = value_of<T>;
    static constexpr bool has_weight_kernel = masses<T>::in_floats_at_all;

    /// out_of_memory, or that a sparse row is none.
    template <class Row>
    status look_at(const Row& given, scratch<T>& space, workspace& memory) noexcept {
        if (!space.lay_out(memory, given.size(), (given.size() + simd::block_size - 1) / simd::block_size)) return status::out_of_memory;
        top_ = maxima<T>(space.maxima);
        weights_ = masses<T>(space);
        rough_c_ = numeric::nan;
        space_ = &space;
        return row_.look_at(given, space);
    }

    living_row<T>& row() noexcept { return row_; }
    const living_row<T>& row() const noexcept { return row_; }
    masses<T>& weights() noexcept { return weights_; }
    const masses<T>& weights() const noexcept { return weights_; }
    std::size_t blocks() const noexcept { return row_.block_count(); }

    /// ok, empty or nan_logit: everything that can be wrong with a row.
    status find_maximum() noexcept { return top_.find(row_); }
    /// The greatest living value, as it was found last; it may be +inf.
    double maximum() const noexcept { return top_.greatest(); }
    const maxima<T>& top() const noexcept { return top_; }

    /// See masses.
    template <extra also = extra::nothing>
    bool weigh(double c, accuracy wanted = accuracy::quick) noexcept {
        return weights_.template weigh<also>(row_, top_, c, wanted);
    }

    /// See find_moments. Needs a whole band.
    status moments_of(bool exact, moments& found) noexcept { return find_moments(row_, top_, space_->moments, exact, found); }

    /// See exponents_roughly: of all that lives. Needs what that does.
    const rough_sums& sums_roughly(double c) noexcept {
        if (c == rough_c_ && rough_of_ == row_.revision()) return rough_;
        constexpr double lowest = std::numeric_limits<double>::lowest();
        rough_ =
            exponents_roughly(row_, {.reference = maximum(), .scale = c, .lower = lowest, .high = lowest}, space_->moments, space_->tokens);
        rough_c_ = c;
        rough_of_ = row_.revision();
        return rough_;
    }

    // ---- what reaches a cut --------------------------------------------------------------------------------------------

    /// The number of blocks that hold a value >= cut, as far as is known: never too few. Needs maxima, or masses in floats; so do the lists
    /// below.
    std::size_t blocks_reaching(double cut) const noexcept {
        const value at = level_of<value>(cut);
        return top_.known_of(row_) ? top_.count_reaching(row_, at) : weights_.count_reaching(row_, at);
    }

    /// Of the row: strays and the band are not looked at. The counts of each block are left in the scratch. One read.
    reaching count_about(double low, double high) noexcept {
        const simd::level_counts& of = space_->counts;
        weights_.forget_lost();
        simd::spreads<T>().levels(row_.blocks(), level_of<value>(low), level_of<value>(high), of);
        reaching all;
        for (std::size_t b = 0; b < blocks(); ++b) {
            all.high += static_cast<std::size_t>(of.above[b]);
            all.low += static_cast<std::size_t>(of.above[b] + of.between[b]);
            all.some_below |= of.some_below[b] != 0;
        }
        return all;
    }
    const simd::level_counts& counts() const noexcept { return space_->counts; }
    /// Narrows the row to what reaches a cut, about which it was counted. Where nothing lies below, it stays as it is, and so does what is
    /// known of it.
    void narrow_to(double cut, const reaching& counted) noexcept {
        bool some_below = counted.some_below;
        row_.strays().for_each([&](token_id, double v) { some_below |= v < cut; });
        if (!some_below) return;
        const bool loses_some = weights_.may_weigh_again(row_, cut);
        row_.narrow_to({.cut = cut});
        if (loses_some) weights_.lost_some(row_);
    }

    /// Lists the living tokens of value >= cut; of those equal to it, no more than the first `equals` and a few. Returns their number.
    std::size_t list_reaching(double cut, std::size_t equals = (std::numeric_limits<std::size_t>::max)()) noexcept {
        const value at = level_of<value>((std::max)(cut, row_.banded().cut));
        const bool known = top_.known_of(row_);
        std::size_t n = known ? top_.select(row_, at, space_->row.selected) : weights_.select(row_, at, space_->row.selected);
        // At the maximum itself all that is found is equal, and every listed block has a token of it: as many blocks as tokens are wanted.
        if (known && cut == maximum()) n = (std::min)(n, equals);
        return list_selected(n, at, cut, equals);
    }

    /// Lists the first k living tokens in the order, or all where there are fewer, and a few more; of those equal to the last, no more
    /// than the first `equals` and a few. Needs maxima.
    std::size_t list_top(std::size_t k, std::size_t equals) noexcept {
        const double level = top_.level_of_top(row_, (std::min)(k, row_.width()));
        const std::size_t found = list_reaching(level, equals);
        // Of the k tokens that reach the level some may lie below the band; what else lives then are strays anywhere below.
        return found < k && level > -numeric::infinity ? list_reaching(-numeric::infinity, equals) : found;
    }

    // ---- the heaviest blocks -------------------------------------------------------------------------------------------

    /// Selects about `wanted` blocks and finds a cut such that every token of the row which reaches it lies in one of them. Where all are
    /// wanted, the cut is the greatest that all with a weight have a token for. Returns their number. Needs masses.
    std::size_t select_heaviest(std::size_t wanted, double& cut) noexcept {
        if constexpr (has_weight_kernel)
            if (weights_.in_float()) {
                const value at =
                    weights_.least_of_key(level_of_blocks(weights_.tops(), -simd::weight_scale::range, weights_.top(), wanted));
                cut = static_cast<double>(at);
                return weights_.select(row_, at, space_->row.selected);
            }
        const value at = level_of_blocks(top_.of_block(), std::numeric_limits<value>::lowest(), top_.greatest_in_row(), wanted);
        cut = static_cast<double>(at);
        return top_.select(row_, at, space_->row.selected);
    }
    /// Whether there are masses in floats, and no maxima.
    bool only_weighed() const noexcept { return weights_.known_of(row_) && weights_.in_float() && !top_.known_of(row_); }
    /// Then: lists the first tokens in the order, about as many as are wanted or more, and returns their number; 0 where more blocks than
    /// are worth it may hold them.
    std::size_t list_heaviest(std::size_t wanted) noexcept {
        double cut = 0;
        const std::size_t n = select_heaviest(wanted, cut);
        return n <= 8 * wanted ? list_selected(n, cut) : 0;
    }
    /// What the first n selected blocks weigh.
    double mass_of_selected(std::size_t n) const noexcept {
        double mass = 0;
        for (std::size_t i = 0; i < n; ++i) mass += weights_.of_block(static_cast<std::size_t>(space_->row.selected[i]));
        return mass;
    }
    /// Lists the tokens of value >= cut that lie in the first n selected blocks, and the strays that reach it.
    std::size_t list_selected(std::size_t n, double cut) noexcept { return list_selected(n, level_of<value>(cut), cut, row_.width()); }

private:
    friend struct inside;  // of the tests

    std::size_t list_selected(std::size_t n, value at, double cut, std::size_t equals) noexcept {
        const value* const maxima = top_.known_of(row_) ? top_.of_block() : nullptr;
        const std::size_t found = row_.gather(space_->row.selected, n, at, equals, maxima, space_->tokens);
        return row_.finish_list(space_->tokens, found, cut, numeric::nan);
    }

    // Returns a level that about `wanted` blocks reach; the least of those above `lowest` where all are wanted.
    template <class X>
    X level_of_blocks(const X* of_block, X lowest, X greatest, std::size_t wanted) const noexcept {
        greatest = (std::max)(lowest, greatest);  // strays may be all that lives
        if (wanted < blocks()) {
            const auto reached = [&](X at) { return simd::numbers<X>().count_at_least(of_block, blocks(), at); };
            return numeric::level_reached_by(wanted, lowest, greatest, reached);
        }
        X least = greatest;
        for (std::size_t b = 0; b < blocks(); ++b) least = of_block[b] >= lowest ? (std::min)(least, of_block[b]) : least;
        return least;
    }

    living_row<T> row_;
    maxima<T> top_;
    masses<T> weights_;
    rough_sums rough_{};
    detail::revision rough_of_{};
    double rough_c_ = numeric::nan;  // of the sums, or they are not known
    const scratch<T>* space_ = nullptr;
};

}  // namespace argdraw::detail
