// sparse_row — a row of which only some tokens came: ids and logits from elsewhere.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <argdraw/core/config.hpp>
#include <argdraw/core/formats.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/row_of_records.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Some tokens of a row and their logits, as the n greatest that an accelerator has sent, in any order; a view. Stands wherever a row may
/// stand: what is not listed does not live, and a bias does not bring it to life. Laws are those of the whole row with -inf elsewhere, and
/// so are tokens, but for a word within 2e-7 of where one token's share ends. Costs what its tokens cost, and a bit for each of the width.
///
///     drawn token = pick(sparse_row(ids, logits, 128256), seq);
///
/// An id that stands twice, or not as many logits as ids: bad_parameter. (Of records of the C door the last counts.) An id outside of the
/// width: outside_row.
template <logit_scalar T>
class sparse_row {
public:
    using value_type = T;

    constexpr sparse_row() = default;
    template <logit_row R>
        requires std::same_as<detail::format_in<R>, T>
    constexpr sparse_row(std::span<const token_id> ids, const R& logits, std::size_t width) noexcept
        : ids_{ids}, logits_{as_row(logits)}, width_{width}, size_{width} {}

    constexpr std::span<const token_id> ids() const noexcept { return ids_; }
    constexpr std::span<const T> logits() const noexcept { return logits_; }
    /// That of the row which the tokens were taken from: ids are below it.
    constexpr std::size_t width() const noexcept { return width_; }
    /// Ids from here on do not live.
    constexpr std::size_t size() const noexcept { return size_; }

    /// The same of a row of which no more than the first n tokens may live.
    constexpr sparse_row first(std::size_t n) const noexcept {
        sparse_row part = *this;
        part.size_ = (std::min)(size_, n);
        return part;
    }

private:
    std::span<const token_id> ids_;
    std::span<const T> logits_;
    std::size_t width_ = 0, size_ = 0;
};

template <logit_row R>
sparse_row(std::span<const token_id>, const R&, std::size_t) -> sparse_row<detail::format_in<R>>;

namespace detail {

template <class R>
inline constexpr bool is_sparse_row = false;
template <class T>
inline constexpr bool is_sparse_row<sparse_row<T>> = true;

}  // namespace detail

/// What a sampler draws from: a row as it lies in memory, or a sparse one.
template <class R>
concept drawable_row =
    logit_row<R> || detail::is_sparse_row<std::remove_cvref_t<R>> || std::same_as<std::remove_cvref_t<R>, detail::row_of_records>;

template <logit_scalar T>
constexpr sparse_row<T> as_row(const sparse_row<T>& row) noexcept {
    return row;
}
inline detail::row_of_records as_row(const detail::row_of_records& row) noexcept { return row; }

}  // namespace argdraw
