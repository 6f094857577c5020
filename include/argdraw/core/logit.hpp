// The scalar types a row may have, and the door through which a row comes in.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <ranges>
#include <span>
#include <type_traits>

#include <Eigen/Core>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The scalars a row of logits may have. Everything a stage computes is computed in double;
/// the scalar only says how the row is read.
template <class T>
concept logit_scalar =
    std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, Eigen::half> || std::same_as<T, Eigen::bfloat16>;

/// The type in which a row's own values are compared: exact for each of them.
template <logit_scalar T>
using value_of = std::conditional_t<std::same_as<T, double>, double, float>;

/// A row's most negative entry, the one that says "not a token".
template <logit_scalar T>
inline T removed() noexcept {
    if constexpr (std::same_as<T, Eigen::half>) return Eigen::half_impl::raw_uint16_to_half(0xfc00);
    else if constexpr (std::same_as<T, Eigen::bfloat16>) return Eigen::bfloat16_impl::raw_uint16_to_bfloat16(0xff80);
    else return -std::numeric_limits<T>::infinity();
}

namespace detail {

template <class R>
using element_of = std::remove_cvref_t<decltype(*std::declval<const R&>().data())>;

template <class R>
concept has_data_and_size = requires(const R& r) {
    { r.size() } -> std::convertible_to<std::size_t>;
    requires std::is_pointer_v<decltype(r.data())>;
};

}  // namespace detail

/// Anything contiguous that holds logits: span, vector, array, Eigen vector, map, row of a row-major matrix.
/// Wants data() and size(); an Eigen expression that would have to be evaluated first, or whose elements
/// are not neighbours (the row of a column-major matrix), has to be copied by the caller, who then sees the cost.
template <class R>
concept logit_row = detail::has_data_and_size<R> && logit_scalar<detail::element_of<R>> && [] {
    if constexpr (requires {
                      R::IsVectorAtCompileTime;
                      R::InnerStrideAtCompileTime;
                  })
        return bool(R::IsVectorAtCompileTime) && int(R::InnerStrideAtCompileTime) == 1;
    else return true;
}();

/// The row as the library sees it. Reads nothing.
template <logit_row R>
auto as_row(const R& row) noexcept {
    using T = detail::element_of<R>;
    return std::span<const T>(row.data(), static_cast<std::size_t>(row.size()));
}

}  // namespace argdraw
