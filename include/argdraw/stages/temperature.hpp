// temperature — divide the logits by T: below 1 sharpens the distribution, above 1 flattens it.
//
//   formula   l <- l / T
//   neutral   T = 1
//   range     T >= 0, any size, subnormal included; T = 0 (and -0): only the first maximum lives; T = +inf: the living are equal
//   ties      equal logits stay equal, different ones different; T = 0 keeps the lowest id
//   cost      none: the scale is noted and folded into the exponential
//   source    Ackley, Hinton, Sejnowski 1985, "A learning algorithm for Boltzmann machines"
#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct temperature {
    float t = 1.0f;

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
