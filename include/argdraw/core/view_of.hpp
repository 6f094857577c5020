// view_of — a span that a stage keeps: of what lies somewhere else, and not of a temporary.
#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <type_traits>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

/// What still lies there when the call is over to which it was passed: an object with a name, or a view of one.
template <class R>
inline constexpr bool outlives_the_call = std::is_lvalue_reference_v<R> || std::ranges::enable_borrowed_range<std::remove_cvref_t<R>>;

}  // namespace detail

/// A std::span<const T> of what must outlive its use. Made from anything contiguous that has a name, or from another view; a temporary that
/// owns its elements does not compile.
template <class T>
class view_of : public std::span<const T> {
    using span = std::span<const T>;

public:
    constexpr view_of() = default;

    template <class R>
        requires(!std::same_as<std::remove_cvref_t<R>, view_of> && std::convertible_to<std::remove_reference_t<R>&, span>)
    constexpr view_of(R&& items) noexcept : span(items) {
        static_assert(
            detail::outlives_the_call<R>,
            "argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the "
            "stage, or write its items out in braces");
    }

    /// Equal items in equal order, wherever they lie.
    friend constexpr bool operator==(const view_of& a, const view_of& b) noexcept
        requires std::equality_comparable<T>
    {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
};

}  // namespace argdraw

template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<argdraw::view_of<T>> = true;
template <class T>
inline constexpr bool std::ranges::enable_view<argdraw::view_of<T>> = true;
