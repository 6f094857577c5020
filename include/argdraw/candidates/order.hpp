// order — tokens by their values, and the one way in which they are compared.
#pragma once

#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/radix_sort.hpp>

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

/// Puts n tokens in order. `room` is another array as long; of equal values those that stand first come first, as lower ids do.
inline void put_in_order(place* tokens, std::size_t n, place* room) noexcept {
    numeric::sort_descending(tokens, n, room, [](const place& each) { return each.value; });
}

}  // namespace detail

}  // namespace argdraw
