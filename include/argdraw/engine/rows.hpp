// rows — the logits of a step, one row for each text or each node of a draft.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sparse_row.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

/// Whether there is a row of this number, where the rows say how many they are.
template <class Rows>
bool has_row(const Rows& rows, std::size_t row) noexcept {
    if constexpr (requires { rows.size(); }) return row < static_cast<std::size_t>(rows.size());
    else return true;
}

}  // namespace detail

/// Whatever gives a row for a number: rows_view, a vector of vectors, an object of the engine's.
template <class R>
concept rows_of_logits = requires(const R& rows, std::size_t i) {
    { rows[i] } -> drawable_row;
};

/// Rows of one width below one another, the beginnings of two of them `stride` logits apart: a padded matrix as it lies. A view.
template <logit_scalar T>
struct rows_view {
    const T* logits = nullptr;
    std::size_t count = 0;
    std::size_t width = 0;
    std::size_t stride = width;

    std::size_t size() const noexcept { return count; }
    std::span<const T> operator[](std::size_t i) const noexcept { return {logits + i * stride, width}; }
};

}  // namespace argdraw
