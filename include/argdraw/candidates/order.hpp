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

/// Puts n tokens in order where all their values are floats, which are sorted in half the room and half the passes; false where one is none.
/// A -0 comes out as 0.
inline bool put_floats_in_order(place* tokens, std::size_t n, place* room) noexcept {
    static_assert(sizeof(place) == 2 * sizeof(std::uint64_t) && alignof(place) >= alignof(std::uint64_t));
    constexpr double most = (std::numeric_limits<float>::max)();
    auto* const words = reinterpret_cast<std::uint64_t*>(room);
    bool floats = true;
    for (std::size_t i = 0; i < n && floats; ++i) {
        const double v = tokens[i].value;
        const float narrow = -most <= v && v <= most ? static_cast<float>(v) : 0.0f;
        floats = static_cast<double>(narrow) == v;
        new (words + i) std::uint64_t{(std::uint64_t{numeric::descending_key(narrow)} << 32) | static_cast<std::uint32_t>(tokens[i].id)};
    }
    if (!floats) return false;
    for (std::size_t i = n; i < 2 * n; ++i) new (words + i) std::uint64_t;
    numeric::sort_ascending(words, n, words + n, [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); });
    for (std::size_t i = 0; i < n; ++i)
        tokens[i] = {static_cast<double>(numeric::of_descending_key(static_cast<std::uint32_t>(words[i] >> 32))),
                     static_cast<token_id>(static_cast<std::uint32_t>(words[i]))};
    return true;
}

/// Puts n tokens in order. `room` is another array as long; of equal values those that stand first come first, as lower ids do.
inline void put_in_order(place* tokens, std::size_t n, place* room) noexcept {
    if (put_floats_in_order(tokens, n, room)) return;
    numeric::sort_descending(tokens, n, room, [](const place& each) { return each.value; });
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
