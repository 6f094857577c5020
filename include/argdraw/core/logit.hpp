// The door through which a row comes in.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include <argdraw/core/config.hpp>
#include <argdraw/core/formats.hpp>
#include <argdraw/core/view_of.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The type in which a row's own values are compared: exact for each of them. Everything a stage computes is computed in double; the scalar
/// only says how the row is read.
template <logit_scalar T>
using value_of = std::conditional_t<std::same_as<T, double>, double, float>;

/// A row's most negative entry, the one that says "not a token".
template <logit_scalar T>
constexpr T removed() noexcept {
    if constexpr (std::same_as<T, half>) return half::from_bits(0xfc00);
    else if constexpr (std::same_as<T, bfloat16>) return bfloat16::from_bits(0xff80);
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

/// Types of linear algebra say how their elements lie.
template <class R>
concept of_neighbours = !requires { R::InnerStrideAtCompileTime; } || requires {
    requires bool(R::IsVectorAtCompileTime);
    requires int(R::InnerStrideAtCompileTime) == 1;
};

}  // namespace detail

/// Anything contiguous that holds logits: span, vector, array; vector, map, row of a row-major matrix. Wants data() and size(), and
/// elements of a type that has a format; an expression that would have to be evaluated first, or whose elements are not neighbours (the row
/// of a column-major matrix), has to be copied by the caller, who then sees the cost.
template <class R>
concept logit_row = detail::has_data_and_size<R> && logit_type<detail::element_of<R>> && detail::of_neighbours<R>;

namespace detail {

template <logit_row R>
using format_in = typename format_of<element_of<R>>::type;

template <class R, class T>
concept row_in = logit_row<R> && std::same_as<format_in<R>, T>;

}  // namespace detail

/// The row as the library sees it: the caller's memory, as numbers of its format. Reads nothing.
template <logit_row R>
auto as_row(const R& row) noexcept {
    using T = detail::format_in<R>;
    if constexpr (std::same_as<detail::element_of<R>, T>) return std::span<const T>(row.data(), static_cast<std::size_t>(row.size()));
    else return std::span<const T>(reinterpret_cast<const T*>(row.data()), static_cast<std::size_t>(row.size()));
}

/// A view of a row beside the row, which must outlive its use: from anything that a row may be, of this format.
template <logit_scalar T>
class row_view : public view_of<T> {
public:
    constexpr row_view() = default;

    template <class R>
        requires(!std::same_as<std::remove_cvref_t<R>, row_view> &&
                 (std::convertible_to<std::remove_reference_t<R>&, std::span<const T>> || detail::row_in<std::remove_cvref_t<R>, T>))
    constexpr row_view(R&& row) noexcept : view_of<T>(viewed(row)) {
        static_assert(
            detail::outlives_the_call<R>,
            "argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the "
            "stage, or write its items out in braces");
    }

private:
    template <class R>
    static constexpr std::span<const T> viewed(const R& row) noexcept {
        if constexpr (std::convertible_to<const R&, std::span<const T>>) return row;
        else return as_row(row);
    }
};

}  // namespace argdraw

template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<argdraw::row_view<T>> = true;
template <class T>
inline constexpr bool std::ranges::enable_view<argdraw::row_view<T>> = true;
