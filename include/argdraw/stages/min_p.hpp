// min_p — keep the tokens at least p times as likely as the most likely one.
//
//   formula   K = { i : p_i >= p * max_j p_j }, that is l_i >= max l + ln p
//   neutral   p = 0 keeps everything
//   range     0 <= p <= 1; p = 1 keeps only ties for the maximum
//   min_keep  the first min_keep in the order stay, whatever their probability
//   ties      equal logits are kept or dropped together
//   cost      one sweep for block maxima, then the blocks that reach the cut; no exp, no sort
//   source    Nguyen et al. 2024, arXiv:2407.01082
#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct min_p {
    float p = 0.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "min_p: p must lie in [0, 1] (0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return p == 0; }
    constexpr bool valid() const noexcept { return 0 <= p && p <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_within(-numeric::log(static_cast<double>(p)), static_cast<std::size_t>(min_keep));
    }

    friend bool operator==(const min_p&, const min_p&) = default;
};

}  // namespace argdraw
