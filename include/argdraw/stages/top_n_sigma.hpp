// top_n_sigma — keep the tokens whose logits lie at most n standard deviations below the greatest.
//
//   formula   K = { i : l_i >= max l - n sigma }, sigma the population standard deviation of the living tokens' logits
//   neutral   n = 0 keeps everything
//   range     n >= 0; +inf keeps everything
//   min_keep  the first min_keep in the order stay, whatever their logits
//   ties      equal logits are kept or dropped together
//   cost      one sweep for maximum and deviation, then the blocks that reach the cut; no exp, no sort
//   source    Tang et al. 2024, arXiv:2411.07641
#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct top_n_sigma {
    float n = 0.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "top_n_sigma: n must be 0 (off) or more, min_keep 0 or more";
    constexpr bool neutral() const noexcept { return n == 0; }
    constexpr bool valid() const noexcept { return n >= 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_within_deviations(static_cast<double>(n), static_cast<std::size_t>(min_keep));
    }

    friend bool operator==(const top_n_sigma&, const top_n_sigma&) = default;
};

}  // namespace argdraw
