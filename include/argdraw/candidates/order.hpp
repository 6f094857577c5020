// order — tokens by their values, and the one way in which they are compared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/radix_sort.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A token and its place in an order: the greater value comes first, and of equal ones the lower id. The value is the logit wherever
/// nothing else is said.
struct place {
    double value;
    token_id id;

    /// Whether a comes before b.
    friend constexpr bool operator<(const place& a, const place& b) noexcept {
        return a.value != b.value ? a.value > b.value : a.id < b.id;
    }
};

namespace detail {

/// Puts n tokens, told by number, in order where all their values are floats, which are sorted in half the room and half the passes; false
/// nullptr where one is none. Returns a word for each, of which value_of_word() and token_of_word() tell what it stands for; a -0 comes
/// out as 0. There is room for 2 n words.
template <class F>
const std::uint64_t* floats_in_order(std::size_t n, F value_and_id, std::uint64_t* words) noexcept {
    constexpr double most = (std::numeric_limits<float>::max)();
    bool floats = true;
    for (std::size_t i = 0; i < n && floats; ++i) {
        const place each = value_and_id(i);
        const float narrow = -most <= each.value && each.value <= most ? static_cast<float>(each.value) : 0.0f;
        floats = static_cast<double>(narrow) == each.value;
        new (words + i) std::uint64_t{(std::uint64_t{numeric::descending_key(narrow)} << 32) | static_cast<std::uint32_t>(each.id)};
    }
    if (!floats) return nullptr;
    for (std::size_t i = n; i < 2 * n; ++i) new (words + i) std::uint64_t;
    return numeric::sort_ascending(words, n, words + n, [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); });
}
inline double value_of_word(std::uint64_t word) noexcept {
    return static_cast<double>(numeric::of_descending_key(static_cast<std::uint32_t>(word >> 32)));
}
inline std::uint32_t token_of_word(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word); }

/// Puts n tokens in order. `room` is another array as long; of equal values those that stand first come first, as lower ids do.
inline void put_in_order(place* tokens, std::size_t n, place* room) noexcept {
    static_assert(sizeof(place) == 2 * sizeof(std::uint64_t) && alignof(place) >= alignof(std::uint64_t));
    const std::uint64_t* const words =
        floats_in_order(n, [=](std::size_t i) { return tokens[i]; }, reinterpret_cast<std::uint64_t*>(room));
    if (!words) return numeric::sort_descending(tokens, n, room, [](const place& each) { return each.value; });
    for (std::size_t i = 0; i < n; ++i) tokens[i] = {value_of_word(words[i]), static_cast<token_id>(token_of_word(words[i]))};
}

/// Calls visit(values, numbers, count) for n values in their order, a block at a time; the numbers say where in the array they stand, and
/// of equal values the one that stands first comes first. Overwrites both arrays, of n places each.
template <class F>
void each_block_in_order(const double* values, std::size_t n, place* order, place* room, F visit) noexcept {
    constexpr std::size_t together = simd::block_size;
    double block[together];
    std::uint32_t numbers[together];
    const auto value_and_number = [=](std::size_t i) { return place{values[i], static_cast<token_id>(i)}; };
    const std::uint64_t* const words = floats_in_order(n, value_and_number, reinterpret_cast<std::uint64_t*>(order));
    if (!words) {
        for (std::size_t i = 0; i < n; ++i) new (order + i) place{value_and_number(i)};
        numeric::sort_descending(order, n, room, [](const place& each) { return each.value; });
    }
    for (std::size_t from = 0; from < n; from += together) {
        const std::size_t count = (std::min)(together, n - from);
        for (std::size_t i = 0; i < count; ++i) {
            block[i] = words ? value_of_word(words[from + i]) : order[from + i].value;
            numbers[i] = words ? token_of_word(words[from + i]) : static_cast<std::uint32_t>(order[from + i].id);
        }
        visit(static_cast<const double*>(block), static_cast<const std::uint32_t*>(numbers), count);
    }
}

/// Calls visit(weight, below) for tokens in their order, the first of which weighs 1: weight = e^below, below the first by logit. Ends where
/// that returns false.
template <class F>
void each_weight(std::span<const place> first, F visit) noexcept {
    constexpr std::size_t together = simd::block_size;
    double below[together], weights[together];
    for (std::size_t from = 0; from < first.size(); from += together) {
        const std::size_t n = (std::min)(together, first.size() - from);
        for (std::size_t i = 0; i < n; ++i) below[i] = first[from + i].value - first[0].value;
        simd::lists().weights(below, n, 0.0, numeric::log2_e, weights);
        for (std::size_t i = 0; i < n; ++i)
            if (!visit(weights[i], below[i])) return;
    }
}

}  // namespace detail

}  // namespace argdraw
