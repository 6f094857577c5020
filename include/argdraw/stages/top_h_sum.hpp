#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the most likely tokens as long as their part of the entropy is at most a share of the whole.
///
/// - formula:  K = the longest prefix of the order with -sum_K p_i ln p_i <= h H, H = -sum p_i ln p_i over all
/// - neutral:  h = 1 keeps everything
/// - range:    0 < h <= 1
/// - ties:     by id: equal logits at the edge stay in ascending order of id
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit; where one token has all the
///             mass, entropy and limit are 0 and all stay; terms that are small beside a sure token decide as they should
/// - cost:     the entropy in doubles, then the first tokens in the order, four times as many until they exceed h H
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
        const double limit = numeric::product(static_cast<double>(h), c.entropy());
        const double mass = c.mass(), log_mass = c.log_mass();
        std::size_t kept = 0;
        c.leaders_until([&](std::span<const place> first, bool) {
            double sum = 0;
            kept = 0;
            detail::each_weight(first, [&](double weight, double below) {
                const double p = weight / mass;
                if (p > 0) sum += numeric::product(p, log_mass - below);
                if (sum > limit) return false;
                return ++kept > 0;
            });
            return kept < first.size();
        });
        c.keep_top(kept, ties::first, min_keep);
    }

    friend bool operator==(const top_h_sum&, const top_h_sum&) = default;
};

}  // namespace argdraw
