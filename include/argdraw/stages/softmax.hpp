// softmax — turn logits into log-probabilities.
//
//   formula   l <- l - ln sum exp l
//   neutral   never: it does not change the distribution, but what a later stage sees that reads a logit's sign or size
//   range     no parameters
//   ties      equal logits stay equal
//   cost      the exponential sum of the living tokens, once, in doubles
//   source    Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs"
#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

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
