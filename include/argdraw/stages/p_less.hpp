// p_less — keep the tokens at least as likely as two draws are to agree.
//
//   formula   K = { i : p_i >= sum_j p_j^2 }, equality to a relative 1e-6
//   neutral   never: it has no parameter that could say so
//   range     no parameter but min_keep >= 0
//   min_keep  the first min_keep in the order stay, whatever their probability
//   ties      equal logits are kept or dropped together; the most likely always live, and of equals alone all
//   cost      a sweep for mass and sum of squares, then the blocks that reach the cut; no sort; where a token is in doubt, sums of doubles
//   source    Tan et al. 2025, "p-less sampling", arXiv:2509.23234
#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct p_less {
    int min_keep = 1;

    static constexpr std::string_view requirement = "p_less: min_keep must be 0 or more";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto cut = [&](accuracy wanted) {
            const estimate sum = c.collision(wanted);
            return estimate{numeric::product(sum.value, 1 - 1e-6), sum.error};
        };
        c.keep_likely(cut, static_cast<std::size_t>(min_keep));
    }

    friend bool operator==(const p_less&, const p_less&) = default;
};

}  // namespace argdraw
