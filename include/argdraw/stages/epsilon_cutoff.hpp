// epsilon_cutoff — keep the tokens with a probability of at least epsilon.
//
//   formula   K = { i : p_i >= epsilon }; if there is none, the first in the order
//   neutral   epsilon = 0 keeps everything
//   range     0 <= epsilon < 1
//   min_keep  the first min_keep in the order stay, whatever their probability
//   ties      equal logits are kept or dropped together; where none reaches epsilon, the lowest id of the maxima stays
//   cost      a sweep for the mass, then the blocks that reach the cut; no sort; where a token is in doubt, a sum of doubles
//   source    Hewitt, Manning, Liang 2022, arXiv:2210.15191
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct epsilon_cutoff {
    float epsilon = 0.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "epsilon_cutoff: epsilon must lie in [0, 1) (0 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return epsilon == 0; }
    constexpr bool valid() const noexcept { return 0 <= epsilon && epsilon < 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_likely(static_cast<double>(epsilon), static_cast<std::size_t>(min_keep));
    }

    friend bool operator==(const epsilon_cutoff&, const epsilon_cutoff&) = default;
};

}  // namespace argdraw
