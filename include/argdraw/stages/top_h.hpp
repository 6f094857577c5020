#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/log1p.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the most likely tokens as long as their own entropy is at most a share of the whole one.
///
/// - formula:  K = the longest prefix of the order whose entropy, renormalised, is at most h H, H the entropy of all
/// - neutral:  h = 1 keeps everything
/// - range:    0 < h <= 1
/// - ties:     by id: equal logits at the edge stay in ascending order of id
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit; where one token has all the
///             mass, entropy and limit are 0 and all stay; terms that are small beside a sure token decide as they should
/// - cost:     a sweep in doubles for the entropy, then the first tokens in the order; on a flat row a sample, one more sweep, and a sort
///             of the few about the cut; where the last digits decide, both in full
/// - usual:    0.4, as in the paper
/// - when:     the variety of what is kept is to be a fixed share of the model's own, also at high temperatures
/// - not:      on flat rows where time counts: it goes through the order as far as the cut
/// - source:   Potraghloo, Azizi, Kundu, Pedram 2025, arXiv:2509.02510, as it is stated there; its code is top_h_sum
/// - example:  top_h{0.8f}
struct top_h {
    float h = 1.0f;    ///< Entropy of the kept, as a share of the whole; above 0 up to 1, 1 is off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "top_h: h must lie in (0, 1] (1 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return h == 1; }
    constexpr bool valid() const noexcept { return 0 < h && h <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        // The entropy of a prefix with weights w = e^(l - m) and S = sum w is ln S - sum w (l - m) / S, and never falls as the prefix
        // grows. S - 1 is kept by itself for log1p: weights that vanish beside the first one, of 1, may be all of the entropy.
        const auto within_of = [&](accuracy wanted, bool& in_doubt) {
            const estimate whole = c.entropy(wanted);
            const double limit = numeric::product(static_cast<double>(h), whole.value);
            // Up to the limit a prefix's entropy is off by no more than the whole one.
            return [limit, off = 2 * whole.error, &in_doubt](const prefix_sums& of) {
                const double above_limit = numeric::log1p(of.others) - of.moment / (1 + of.others) - limit;
                in_doubt |= -off <= above_limit && above_limit <= off;
                return !(above_limit > 0);
            };
        };
        c.keep_while(within_of, min_keep);
    }

    friend bool operator==(const top_h&, const top_h&) = default;
};

}  // namespace argdraw
