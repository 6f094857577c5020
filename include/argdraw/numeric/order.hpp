// order — floats as integers that compare the same way, and rounding a double cut to a row's own values.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// The integer of the same size that is ordered as the number is; -0 comes just below +0. Not for NaN.
template <std::floating_point V>
constexpr auto rank_of(V x) noexcept {
    using integer = std::conditional_t<sizeof(V) == 4, std::int32_t, std::int64_t>;
    const auto bits = std::bit_cast<integer>(x);
    return static_cast<integer>(bits ^ ((bits >> (8 * sizeof(V) - 1)) & (std::numeric_limits<integer>::max)()));
}

constexpr std::int32_t rank_of(std::int32_t x) noexcept { return x; }

/// The number of that rank.
template <class V>
constexpr V of_rank(std::conditional_t<sizeof(V) == 4, std::int32_t, std::int64_t> rank) noexcept {
    if constexpr (std::integral<V>) return rank;
    else
        return std::bit_cast<V>(
            static_cast<decltype(rank)>(rank ^ ((rank >> (8 * sizeof(V) - 1)) & (std::numeric_limits<decltype(rank)>::max)())));
}

/// The next number above x; +inf stays. Not for NaN.
template <std::floating_point V>
constexpr V next_above(V x) noexcept {
    if (x == std::numeric_limits<V>::infinity()) return x;
    // Both zeros are one number, so what follows them is the smallest positive one.
    return x == 0 ? std::numeric_limits<V>::denorm_min() : of_rank<V>(static_cast<decltype(rank_of(x))>(rank_of(x) + 1));
}

/// The smallest V that is >= x: a row's value reaches x exactly when it reaches this. x is not NaN.
template <class V>
V round_up_to(double x) noexcept {
    if constexpr (std::is_same_v<V, double>) {
        return x;
    } else {
        if (x > static_cast<double>((std::numeric_limits<V>::max)())) return std::numeric_limits<V>::infinity();
        if (x == -infinity) return -std::numeric_limits<V>::infinity();
        if (x < static_cast<double>(std::numeric_limits<V>::lowest())) return std::numeric_limits<V>::lowest();
        const V nearest = static_cast<V>(x);
        return static_cast<double>(nearest) >= x ? nearest : next_above(nearest);
    }
}

/// The smallest double v near maximum - distance (within two steps of it) with v - maximum >= -distance, so that "at most `distance` below"
/// is decided by a difference and not by a cut that was rounded at the size of the maximum. distance >= 0; +inf gives -inf.
inline double lowest_within(double distance, double maximum) noexcept {
    double cut = maximum - distance;
    if (!finite(cut)) return cut;
    for (int step = 0; step < 2 && cut - maximum < -distance; ++step) cut = next_above(cut);
    for (int step = 0; step < 2 && -next_above(-cut) - maximum >= -distance; ++step) cut = -next_above(-cut);
    return cut;
}

}  // namespace argdraw::numeric
