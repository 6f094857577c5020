// amount — a number of tokens, as stages hold it.
#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// From any integer; what is below 0 counts as 0.
class amount {
public:
    template <std::integral Integer>
    constexpr amount(Integer n) noexcept : n_{std::cmp_less(n, 0) ? 0 : static_cast<std::size_t>(n)} {}

    constexpr operator std::size_t() const noexcept { return n_; }

private:
    std::size_t n_;
};

}  // namespace argdraw::detail
