#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the most likely tokens as long as their part of the entropy is at most a share of the whole.
///
/// - formula:  K = the longest prefix of the order with -sum_K p_i ln p_i <= h H, H = -sum p_i ln p_i over all
/// - neutral:  h = 1 keeps everything
/// - range:    0 < h <= 1
/// - ties:     by id: equal logits at the edge stay in ascending order of id
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit; where one token has all the
///             mass, entropy and limit are 0 and all stay; terms that are small beside a sure token decide as they should
/// - cost:     a sweep in doubles for the entropy, then the first tokens in the order; on a flat row a sample, one more sweep, and a sort
///             of the few about the cut; where the last digits decide, both in full
/// - usual:    0.4, behind top_k{100}
/// - when:     results of the authors' code are to be met
/// - not:      for what the paper says: the sum over the kept without renormalising is no entropy; that is top_h
/// - source:   the code of Potraghloo, Azizi, Kundu, Pedram 2025, arXiv:2509.02510, which has top_k{100} before it
/// - example:  top_h_sum{0.5f}
struct top_h_sum {
    float h = 1.0f;    ///< Terms of the entropy that the kept have, as a share of all; above 0 up to 1, 1 is off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "top_h_sum: h must lie in (0, 1] (1 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return h == 1; }
    constexpr bool valid() const noexcept { return 0 < h && h <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        // -p ln p = w (ln S - (l - m)) / S with weights w = e^(l - m) and S their sum over all.
        const auto within_of = [&](accuracy wanted, bool& in_doubt) {
            const estimate whole = c.entropy(wanted), mass = c.mass(wanted);
            const double log_mass = mass.error > 0 ? numeric::log(mass.value) : c.log_mass();
            const double limit = numeric::product(static_cast<double>(h), whole.value);
            // Up to the limit a prefix's part of the entropy is off by no more than the whole one.
            return [limit, log_mass, s = mass.value, off = 2 * whole.error, &in_doubt](const prefix_sums& of) {
                const double above_limit = (numeric::product(log_mass, 1 + of.others) - of.moment) / s - limit;
                in_doubt |= -off <= above_limit && above_limit <= off;
                return !(above_limit > 0);
            };
        };
        c.keep_while(within_of, min_keep);
    }

    friend bool operator==(const top_h_sum&, const top_h_sum&) = default;
};

}  // namespace argdraw
