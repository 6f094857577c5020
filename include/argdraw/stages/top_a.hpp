#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the tokens with a probability of at least a times the square of the greatest.
///
/// - formula:  K = { i : p_i >= a (max_j p_j)^2 }, that is l_i >= max l + ln a - ln S with S = sum exp(l - max l)
/// - neutral:  a = 0 keeps everything
/// - range:    0 <= a <= 1
/// - ties:     equal logits are kept or dropped together
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     two sweeps for the mass and the maximum, then the blocks that reach the cut; no sort; where a token is in doubt, a sum of
///             doubles
/// - usual:    0.2
/// - when:     as min_p, with a cut that comes down faster where the model is less sure
/// - not:      on flat rows, where it keeps nearly everything: the square of a small probability cuts nothing
/// - source:   BlinkDL's RWKV-LM, 2022
/// - example:  top_a{1.0f}
struct top_a {
    float a = 0.0f;    ///< Least probability, as a share of the square of the greatest; 0 to 1, 0 is off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "top_a: a must lie in [0, 1] (0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return a == 0; }
    constexpr bool valid() const noexcept { return 0 <= a && a <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto cut = [&](accuracy wanted) {
            const estimate mass = c.mass(wanted);  // the first token has 1 / mass
            const double p = static_cast<double>(a) / numeric::product(mass.value, mass.value);
            // 1 / mass^2 is off by twice the share that mass is off, to first order; 2.01 covers the rest.
            // p times the mass is a / mass.
            return estimate{p, numeric::product(2.01, numeric::product(p, mass.error / mass.value)), 0.0};
        };
        c.keep_likely(cut, min_keep);
    }

    friend bool operator==(const top_a&, const top_a&) = default;
};

}  // namespace argdraw
