#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Epsilon_cutoff with a cut that gives way where the entropy is high.
///
/// - formula:  K = { i : p_i >= min(epsilon, sqrt(epsilon) e^-H) }, H = - sum p ln p; the most likely always live, for max p >= e^-H
/// - neutral:  epsilon = 0 keeps everything
/// - range:    0 <= epsilon < 1
/// - ties:     equal logits are kept or dropped together; where none reaches the cut, the lowest id of the maxima stays
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     a sweep for mass and entropy, then the blocks that reach the cut; no sort; where a token is in doubt, two sums of doubles
/// - usual:    3e-4 to 4e-3
/// - when:     as epsilon_cutoff, in texts whose rows are flat at times
/// - not:      behind another truncation: the entropy is that of the living, and the cut would follow what was cut
/// - source:   Hewitt, Manning, Liang 2022, arXiv:2210.15191
/// - example:  eta_cutoff{0.2f}
struct eta_cutoff {
    float epsilon = 0.0f;  ///< Least probability where the entropy is low; 0 up to but not 1, 0 is off.
    int min_keep = 1;      ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "eta_cutoff: epsilon must lie in [0, 1) (0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return epsilon == 0; }
    constexpr bool valid() const noexcept { return 0 <= epsilon && epsilon < 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double e = static_cast<double>(epsilon);
        const auto cut = [&](accuracy wanted) {
            const estimate h = c.entropy(wanted);
            const double p = (std::min)(e, numeric::product(std::sqrt(e), numeric::exp(-h.value)));
            const double share = numeric::product(1.01, p);  // e^x - 1 <= 1.01 x for an error this small
            return estimate{p, numeric::product(share, h.error), numeric::product(share, h.beside_mass)};
        };
        c.keep_likely(cut, min_keep);
    }

    friend bool operator==(const eta_cutoff&, const eta_cutoff&) = default;
};

}  // namespace argdraw
