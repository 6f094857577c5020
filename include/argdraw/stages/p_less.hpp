#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the tokens at least as likely as two draws are to agree.
///
/// - formula:  K = { i : p_i >= sum_j p_j^2 }, equality to a relative 1e-6
/// - neutral:  never: it has no parameter that could say so
/// - range:    min_keep >= 0; it has no other parameter
/// - ties:     equal logits are kept or dropped together; the most likely always live, and of equals alone all
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     a sweep for mass and sum of squares, then the blocks that reach the cut; no sort; where a token is in doubt, sums of doubles
/// - usual:    no parameters
/// - when:     no number is to be tuned: the cut follows from the row itself, temperature included
/// - not:      where the set must not be small: wherever the first token has more than a tenth, it keeps no more than min_p 0.1
/// - source:   Tan et al. 2025, "p-less sampling", arXiv:2509.23234
/// - example:  p_less{}
struct p_less {
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "p_less: min_keep must be 0 or more";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto cut = [&](accuracy wanted) {
            const estimate sum = c.collision(wanted);
            return estimate{numeric::product(sum.value, 1 - 1e-6), sum.error, sum.beside_mass};
        };
        c.keep_likely(cut, min_keep);
    }

    friend bool operator==(const p_less&, const p_less&) = default;
};

}  // namespace argdraw
