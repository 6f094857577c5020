#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Turn logits into log-probabilities.
///
/// - formula:  l <- l - ln sum exp l
/// - neutral:  never: it does not change the distribution, but what a later stage sees that reads a logit's sign or size
/// - range:    none: it has no parameters
/// - ties:     equal logits stay equal
/// - edges:    logits of +inf share the mass as equals; a NaN is nan_logit; never above 0, to 1e-12
/// - cost:     the exponential sum of the living tokens, once, in doubles
/// - usual:    no parameters
/// - when:     before a stage whose rule reads a logit's sign or size: repetition_penalty, guidance, exponential_length
/// - not:      anywhere else: by itself it changes no probability, and reads the row in doubles
/// - source:   Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs"
/// - example:  softmax{}
struct softmax {
    static constexpr std::string_view requirement = "softmax: has no parameters";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return true; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.normalise();
    }

    friend bool operator==(const softmax&, const softmax&) = default;
};

}  // namespace argdraw
