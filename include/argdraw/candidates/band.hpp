// band — the tokens from a cut upwards, and cuts as a row's own numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The tokens of a row from a cut upwards; of those equal to it, the ones up to an id.
struct band {
    double cut = -numeric::infinity;
    token_id last_equal = (std::numeric_limits<token_id>::max)();

    bool whole() const noexcept { return cut == -numeric::infinity; }
    bool holds(double v, token_id id) const noexcept { return v > cut || (v == cut && id <= last_equal); }
};

/// The least number of the row's type that reaches a cut, as kernels take it.
template <class V>
V level_of(double cut) noexcept {
    return (std::max)(numeric::round_up_to<V>(cut), std::numeric_limits<V>::lowest());
}
/// The least above a cut.
template <class V>
V level_above(double cut) noexcept {
    const V at = level_of<V>(cut);
    return static_cast<double>(at) == cut ? numeric::next_above(at) : at;
}

constexpr std::size_t block_of(token_id id) noexcept { return static_cast<std::size_t>(id) / sizes::block; }

}  // namespace argdraw::detail
