#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Cut at the steepest relative drop of the sorted logits.
///
/// - formula:  R = max l - min l + 1e-8, w_i = (l_(i) - l_(i+1)) / (R i); k = max(argmax_i w_i, floor(tau / R)), at least 1 and at most n;
///             K = the first k tokens in the order and those that equal the last of them
/// - neutral:  tau < 0 keeps everything
/// - range:    any tau but NaN
/// - ties:     equals of the k-th stay; of equal w_i the first counts
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit; a range beyond the doubles is
///             taken as it is
/// - cost:     one read for the minimum, one sweep; then the first tokens in the order, four times as many until none behind can drop as
///             steeply
/// - usual:    3
/// - when:     the edge should lie where the logits fall off, whatever the temperature
/// - not:      behind a truncation: R is the range of the living
/// - source:   Min-k sampling, ACL 2026, arXiv:2604.11012
/// - example:  min_k{3.0f}
struct min_k {
    float tau = -1.0f;  ///< Tokens kept per unit of range where no drop stands out, in logits; any number, below 0 is off.
    int min_keep = 1;   ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr std::string_view requirement = "min_k: tau must be a number (below 0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return tau < 0; }
    constexpr bool valid() const noexcept { return tau == tau && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double least = (c.min)();
        if (c.why() != status::ok) return;
        std::size_t k = 1;
        double steepest = 0, greatest = 0;
        c.leaders_until([&](std::span<const place> first, bool) {
            greatest = first[0].value;
            for (std::size_t i = 1; i < first.size(); ++i) {
                const double drop = (first[i - 1].value - first[i].value) / static_cast<double>(i);
                if (!(drop > steepest)) continue;
                steepest = drop;
                k = i;
            }
            // A drop behind these tokens is at most from the last of them to the minimum, divided by their number or more.
            return steepest >= (first.back().value - least) / static_cast<double>(first.size());
        });
        const double share = static_cast<double>(tau) / (greatest - least + 1e-8);
        k = share < static_cast<double>(c.width()) ? (std::max)(k, static_cast<std::size_t>(share)) : c.width();
        c.keep_top(k, ties::all, min_keep);
    }

    friend bool operator==(const min_k&, const min_k&) = default;
};

}  // namespace argdraw
