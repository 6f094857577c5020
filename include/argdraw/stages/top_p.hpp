#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Nucleus sampling: keep the most likely tokens that together have probability p.
///
/// - formula:  K = the shortest prefix of the order with p_(1) + ... + p_(i) >= p; the token that crosses p stays
/// - neutral:  p >= 1 keeps everything
/// - range:    p >= 0; p = 0 keeps one
/// - ties:     by id: equal logits at the edge stay in ascending order of id until p is reached
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit; p is exactly the float that
///             was given
/// - cost:     one sweep for block masses, then the heaviest blocks; on a flat row a selection, never a sort of the row
/// - usual:    0.9 to 0.95
/// - when:     the set is to be small where the model is sure and large where it is not
/// - not:      behind a temperature well above 1: the flattened tail then fills the last percent; min_p stands it better
/// - source:   Holtzman et al. 2019, arXiv:1904.09751
/// - example:  top_p{0.9f}
struct top_p {
    float p = 1.0f;    ///< Probability that the kept have together at least; 0 or more, 1 and above are off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "top_p: p must be 0 or more (1 and above is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return p >= 1; }
    constexpr bool valid() const noexcept { return p >= 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_mass(p, min_keep);
    }

    friend bool operator==(const top_p&, const top_p&) = default;
};

}  // namespace argdraw
