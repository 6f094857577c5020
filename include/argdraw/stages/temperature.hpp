#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Divide the logits by T: below 1 sharpens the distribution, above 1 flattens it.
///
/// - formula:  l <- l / T
/// - neutral:  T = 1
/// - range:    T >= 0, any size, subnormal included; T = 0 (and -0): only the first maximum lives; T = +inf: the living are equal
/// - ties:     equal logits stay equal, different ones different; T = 0 keeps the lowest id
/// - edges:    logits of +inf live alone and are equals; one token left is kept; a NaN is nan_logit
/// - cost:     none: the scale is noted and folded into the exponential
/// - usual:    0.6 to 1.0; 0 for the same answer every time
/// - when:     always: it is the one knob for how bold a text is, and it costs nothing
/// - not:      to cut the tail: above 1 it feeds the tail; put min_p or top_p beside it, before it if T must not move their cut
/// - source:   Ackley, Hinton, Sejnowski 1985, "A learning algorithm for Boltzmann machines"
/// - example:  temperature{0.5f}
struct temperature {
    float t = 1.0f;  ///< What logits are divided by; 0 or more, 1 is neutral, 0 is greedy.

    static constexpr std::string_view requirement = "temperature: t must be 0 (greedy), positive or +inf";
    constexpr bool neutral() const noexcept { return t == 1; }
    constexpr bool valid() const noexcept { return t >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        if (t == 0) return c.keep_top(1);
        c.scale(t == numeric::infinity ? 0.0 : 1.0 / static_cast<double>(t));
    }

    friend bool operator==(const temperature&, const temperature&) = default;
};

}  // namespace argdraw
