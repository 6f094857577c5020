// list — the ids, biases or breakers that a stage is given: stored where they were written out, or seen where they already lie.
#pragma once

#include <cstddef>
#include <span>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A parameter that is a list. Written out in braces it is stored by value, and its length is part of its type; made from a span, it
/// is a view that must outlive its use.
template <class T, std::size_t N = std::dynamic_extent>
class list {
public:
    constexpr list(const T (&items)[N]) noexcept {
        for (std::size_t i = 0; i < N; ++i) items_[i] = items[i];
    }

    constexpr std::span<const T> items() const noexcept { return items_; }

private:
    T items_[N]{};
};

template <class T>
class list<T, std::dynamic_extent> {
public:
    constexpr list() = default;
    constexpr list(std::span<const T> items) noexcept : items_(items) {}

    constexpr std::span<const T> items() const noexcept { return items_; }

private:
    std::span<const T> items_;
};

template <class T, std::size_t N>
list(const T (&)[N]) -> list<T, N>;
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
