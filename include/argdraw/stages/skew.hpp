#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Move mass down the order (strength > 0) or up (strength < 0) by a power of the cumulative distribution.
///
/// - formula:  in the order, with C_i = p_(1) + ... + p_(i) and g = e^strength: q_i = C_i^g - C_(i-1)^g, l <- ln q
/// - neutral:  strength = 0
/// - range:    finite
/// - ties:     by id: of equal logits the lower id comes first, and their logits differ afterwards
/// - edges:    where g leaves the range of double, the first token (strength < 0) or the last (strength > 0) has it all; from 60 on, the
///             mass behind a token, known to 2^-105 of the whole, begins to limit the precision
/// - cost:     where a draw follows, two passes over all living tokens and an exponential each; where that leaves the token in doubt, as on
///             flat rows, or another stage follows, a sort of them and a short series each, and for a stage a logarithm
/// - usual:    between -1 and 1
/// - when:     the first choices are to lose to the ones behind them, or the other way round, by rank and not by size
/// - not:      on whole rows that are flat where time counts: it sorts all that live; truncate first
/// - source:   ExLlamaV2's skew: its draw uses u^(e^-skew) on the sorted distribution
/// - example:  skew{0.6f}
struct skew {
    float strength = 0.0f;  ///< Logarithm of the power of the cumulative probability; finite, 0 is neutral, above 0 down the order.

    static constexpr std::string_view requirement = "skew: strength must be finite (0 is off)";
    constexpr bool neutral() const noexcept { return strength == 0; }
    constexpr bool valid() const noexcept { return numeric::finite(strength); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.raise_cumulative(static_cast<double>(strength));
    }

    friend bool operator==(const skew&, const skew&) = default;
};

}  // namespace argdraw
