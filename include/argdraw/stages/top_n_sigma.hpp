#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the tokens whose logits lie at most n standard deviations below the greatest.
///
/// - formula:  K = { i : l_i >= max l - n sigma }, sigma the population standard deviation of the living tokens' logits
/// - neutral:  n = 0 keeps everything
/// - range:    n >= 0; +inf keeps everything
/// - ties:     equal logits are kept or dropped together
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     one sweep for maximum and deviation, then the blocks that reach the cut; no exp, no sort
/// - usual:    1.0
/// - when:     temperatures are high: the cut does not move with the temperature, before or behind it
/// - not:      behind a truncation: the deviation is that of the living, and a tail that is gone makes the cut tighter
/// - source:   Tang et al. 2024, arXiv:2411.07641
/// - example:  top_n_sigma{1.0f}
struct top_n_sigma {
    float n = 0.0f;    ///< Standard deviations below the greatest logit; 0 or more, 0 and +inf are off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "top_n_sigma: n must be 0 (off) or more, min_keep 0 or more";
    constexpr bool neutral() const noexcept { return n == 0; }
    constexpr bool valid() const noexcept { return n >= 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_within_deviations(n, min_keep);
    }

    friend bool operator==(const top_n_sigma&, const top_n_sigma&) = default;
};

}  // namespace argdraw
