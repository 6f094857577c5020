// typical — locally typical sampling: keep the tokens whose surprise is nearest to the expected surprise.
//
//   formula   in the order of |-ln p_i - H|, H the entropy: the shortest prefix with mass >= t; the token that crosses t stays
//   neutral   t >= 1 keeps everything
//   range     t > 0
//   min_keep  max(prefix, min_keep) tokens stay, counted in that order
//   ties      at equal distance the lower ids stay
//   cost      one sweep for the entropy, then as top_p: the blocks with the greatest logits, or a sample and one or two more reads; no sort; where a token is in doubt, sums of doubles, and once more
//   source    Meister, Pimentel, Wiher, Cotterell 2022, arXiv:2202.00666
#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct typical {
    float t = 1.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "typical: t must be above 0 (1 and above is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return t >= 1; }
    constexpr bool valid() const noexcept { return t > 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        // -ln p = ln S + m - l, m the greatest logit: the expected surprise is that of the expected logit.
        c.keep_mass_near([&](accuracy wanted) { return c.mean_distance(wanted); }, static_cast<double>(t),
                         static_cast<std::size_t>(min_keep));
    }

    friend bool operator==(const typical&, const typical&) = default;
};

}  // namespace argdraw
