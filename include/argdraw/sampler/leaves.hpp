// leaves — a tuple that is trivially copyable if its elements are; std::tuple never is.
#pragma once

#include <cstddef>
#include <utility>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

template <std::size_t Index, class S>
struct leaf {
    [[no_unique_address]] S held;
};

template <class Indices, class... S>
struct leaves_at;

template <std::size_t... Index, class... S>
struct leaves_at<std::index_sequence<Index...>, S...> : leaf<Index, S>... {
    leaves_at() = default;
    constexpr explicit leaves_at(S... elements)
        requires(sizeof...(S) > 0)
        : leaf<Index, S>{elements}... {}
};

template <class... S>
using leaves = leaves_at<std::index_sequence_for<S...>, S...>;

template <std::size_t Index, class S>
S leaf_of(const leaf<Index, S>&);  // never called
/// The type of the element at a place.
template <std::size_t Index, class... S>
using leaf_type = decltype(leaf_of<Index>(std::declval<const leaves<S...>&>()));

template <std::size_t Index, class S>
constexpr S& element_at(leaf<Index, S>& leaf) noexcept {
    return leaf.held;
}
template <std::size_t Index, class S>
constexpr const S& element_at(const leaf<Index, S>& leaf) noexcept {
    return leaf.held;
}

}  // namespace argdraw::detail
