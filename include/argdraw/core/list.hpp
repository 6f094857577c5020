// list — the ids, biases or breakers that a stage is given: stored where they were written out, or seen where they already lie.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>

#include <argdraw/core/config.hpp>
#include <argdraw/core/view_of.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

// A view that was made with care is kept as the span that it is.
template <class T>
struct kept_as {
    using type = T;
};
template <class T>
struct kept_as<view_of<T>> {
    using type = std::span<const T>;
};

}  // namespace detail

/// A parameter that is a list. Written out in braces, or made from a std::array, it is stored by value, and its length is part of its
/// type; made from a span, it is a view of what must outlive its use: a temporary does not compile.
template <class T, std::size_t N = std::dynamic_extent>
class list {
    using item = typename detail::kept_as<T>::type;

public:
    /// What a list of this length is made from: written out in braces, or a view.
    using given = const T (&)[N];

    constexpr list(const T (&items)[N]) noexcept {
        for (std::size_t i = 0; i < N; ++i) items_[i] = items[i];
    }
    // A template, so that braces never deduce a std::array.
    template <std::same_as<std::array<T, N>> A>
    constexpr list(const A& items) noexcept {
        for (std::size_t i = 0; i < N; ++i) items_[i] = items[i];
    }

    // For items that are views: from views of another type, span<int> for view_of<int>.
    template <class U>
        requires(std::ranges::enable_borrowed_range<U> && !std::same_as<U, T> && std::convertible_to<const U&, T>)
    constexpr list(const U (&items)[N]) noexcept {
        for (std::size_t i = 0; i < N; ++i) items_[i] = items[i];
    }
    template <class U>
        requires(std::ranges::enable_borrowed_range<U> && !std::same_as<U, T> && std::convertible_to<const U&, T>)
    constexpr list(const std::array<U, N>& items) noexcept {
        for (std::size_t i = 0; i < N; ++i) items_[i] = items[i];
    }

    constexpr std::span<const item> items() const noexcept { return items_; }

private:
    item items_[N]{};
};

template <class T>
class list<T, std::dynamic_extent> {
public:
    using given = view_of<T>;

    constexpr list() = default;
    constexpr list(view_of<T> items) noexcept : items_(items) {}

    constexpr std::span<const T> items() const noexcept { return items_; }

private:
    std::span<const T> items_;
};

template <class T, std::size_t N>
list(const T (&)[N]) -> list<T, N>;
template <class T, std::size_t N>
list(const std::array<T, N>&) -> list<T, N>;
template <class T, std::size_t N>
list(std::span<const T, N>) -> list<T>;

/// Equal items in equal order.
template <class T, std::size_t N, std::size_t M>
constexpr bool operator==(const list<T, N>& a, const list<T, M>& b) noexcept {
    const auto x = a.items(), y = b.items();
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (!(x[i] == y[i])) return false;
    return true;
}

}  // namespace argdraw
