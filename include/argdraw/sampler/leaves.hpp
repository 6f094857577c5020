// leaves — a tuple that is trivially copyable if its elements are; std::tuple never is.
#pragma once

#include <cstddef>
#include <utility>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

template <std::size_t I, class S>
struct leaf {
    [[no_unique_address]] S held;
};

template <class Indices, class... S>
struct leaves_at;

template <std::size_t... I, class... S>
struct leaves_at<std::index_sequence<I...>, S...> : leaf<I, S>... {
    leaves_at() = default;
    constexpr explicit leaves_at(S... elements)
        requires(sizeof...(S) > 0)
        : leaf<I, S>{elements}... {}
};

template <class... S>
using leaves = leaves_at<std::index_sequence_for<S...>, S...>;

template <std::size_t I, class S>
constexpr S& element_at(leaf<I, S>& leaf) noexcept {
    return leaf.held;
}
template <std::size_t I, class S>
constexpr const S& element_at(const leaf<I, S>& leaf) noexcept {
    return leaf.held;
}

}  // namespace argdraw::detail
