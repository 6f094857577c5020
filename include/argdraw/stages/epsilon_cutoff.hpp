#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the tokens with a probability of at least epsilon.
///
/// - formula:  K = { i : p_i >= epsilon }; if there is none, the first in the order
/// - neutral:  epsilon = 0 keeps everything
/// - range:    0 <= epsilon < 1
/// - ties:     equal logits are kept or dropped together; where none reaches epsilon, the lowest id of the maxima stays
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     a sweep for the mass, then the blocks that reach the cut; no sort; where a token is in doubt, a sum of doubles
/// - usual:    3e-4 to 9e-4
/// - when:     only tokens that are next to impossible have to go
/// - not:      on flat rows: where hundreds share the mass, most of them are below any fixed probability; eta_cutoff gives way there
/// - source:   Hewitt, Manning, Liang 2022, arXiv:2210.15191
/// - example:  epsilon_cutoff{0.03f}
struct epsilon_cutoff {
    float epsilon = 0.0f;  ///< Least probability; 0 up to but not 1, 0 is off.
    int min_keep = 1;      ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "epsilon_cutoff: epsilon must lie in [0, 1) (0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return epsilon == 0; }
    constexpr bool valid() const noexcept { return 0 <= epsilon && epsilon < 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_likely(epsilon, min_keep);
    }

    friend bool operator==(const epsilon_cutoff&, const epsilon_cutoff&) = default;
};

}  // namespace argdraw
