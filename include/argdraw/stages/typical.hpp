#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Locally typical sampling: keep the tokens whose surprise is nearest to the expected surprise.
///
/// - formula:  in the order of |-ln p_i - H|, H the entropy: the shortest prefix of at least that mass; the token that crosses it stays
/// - neutral:  mass >= 1 keeps everything
/// - range:    mass > 0
/// - ties:     at equal distance the lower ids stay
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     one sweep for the entropy, then as top_p: the blocks with the greatest logits, or a sample and one or two more reads; no
///             sort; where the order of two tokens on either side of the center is in doubt, sums of doubles for those listed
/// - usual:    0.2 and 0.95 in the paper
/// - when:     a text should be as surprising as the model expects it to be: neither dull nor wild
/// - not:      where the most likely token must be a candidate: it may be the first to go
/// - source:   Meister, Pimentel, Wiher, Cotterell 2022, arXiv:2202.00666
/// - example:  typical{0.5f}
struct typical {
    float mass = 1.0f;  ///< Probability that the kept have together at least; above 0, 1 and above are off.
    int min_keep = 1;   ///< Tokens that stay at least, the first by nearness; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "typical: mass must be above 0 (1 and above is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return mass >= 1; }
    constexpr bool valid() const noexcept { return mass > 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        // -ln p = ln S + m - l, m the greatest logit: the expected surprise is that of the expected logit.
        c.keep_mass_near([&](accuracy wanted) { return c.mean_distance(wanted); }, mass, min_keep);
    }

    friend bool operator==(const typical&, const typical&) = default;
};

}  // namespace argdraw
