#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the tokens at least p times as likely as the most likely one.
///
/// - formula:  K = { i : p_i >= p * max_j p_j }, that is l_i >= max l + ln p
/// - neutral:  p = 0 keeps everything
/// - range:    0 <= p <= 1; p = 1 keeps only ties for the maximum
/// - ties:     equal logits are kept or dropped together
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     one sweep for block maxima, then the blocks that reach the cut; no exp, no sort
/// - usual:    0.05 to 0.1
/// - when:     nearly always: a cheap cut that follows how sure the model is, behind which a temperature may be high
/// - not:      where the mass that goes must have a bound: on a flat row it keeps everything, on a row of many near ties it may cut half
/// - source:   Nguyen et al. 2024, arXiv:2407.01082
/// - example:  min_p{0.4f}
struct min_p {
    float p = 0.0f;    ///< Least probability, as a share of the greatest; 0 to 1, 0 is off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr std::string_view requirement = "min_p: p must lie in [0, 1] (0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return p == 0; }
    constexpr bool valid() const noexcept { return 0 <= p && p <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_within(-numeric::log(static_cast<double>(p)), min_keep);
    }

    friend bool operator==(const min_p&, const min_p&) = default;
};

}  // namespace argdraw
