// order — floats as integers that compare the same way, and rounding a double cut to a row's own values.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// The integer of the same size that is ordered as the number is; -0 comes just below +0. Not for NaN.
template <std::floating_point V>
constexpr auto rank_of(V x) noexcept {
    using integer = std::conditional_t<sizeof(V) == 4, std::int32_t, std::int64_t>;
    const auto bits = std::bit_cast<integer>(x);
    return static_cast<integer>(bits ^ ((bits >> (8 * sizeof(V) - 1)) & std::numeric_limits<integer>::max()));
}

constexpr std::int32_t rank_of(std::int32_t x) noexcept { return x; }

/// The number of that rank.
template <class V>
constexpr V of_rank(std::conditional_t<sizeof(V) == 4, std::int32_t, std::int64_t> rank) noexcept {
    if constexpr (std::integral<V>) return rank;
    else
    return std::bit_cast<V>(static_cast<decltype(rank)>(rank ^ ((rank >> (8 * sizeof(V) - 1)) & std::numeric_limits<decltype(rank)>::max())));
}

/// The smallest V that is >= x: a row's value reaches x exactly when it reaches this. x is not NaN.
template <class V>
V round_up_to(double x) noexcept {
    if constexpr (std::is_same_v<V, double>) {
        return x;
    } else {
        if (x > static_cast<double>(std::numeric_limits<V>::max())) return std::numeric_limits<V>::infinity();
        if (x < static_cast<double>(std::numeric_limits<V>::lowest())) return -std::numeric_limits<V>::infinity();
        const V nearest = static_cast<V>(x);
        return static_cast<double>(nearest) >= x ? nearest : std::nextafter(nearest, std::numeric_limits<V>::infinity());
    }
}

}  // namespace argdraw::numeric
