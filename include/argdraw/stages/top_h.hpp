// top_h — keep the most likely tokens as long as their own entropy is at most a share of the whole one.
//
//   formula   K = the longest prefix of the order whose entropy, renormalised, is at most h H, H the entropy of all
//   neutral   h = 1 keeps everything
//   range     0 < h <= 1
//   min_keep  max(prefix, min_keep) tokens stay
//   ties      by id: equal logits at the edge stay in ascending order of id
//   cost      the entropy in doubles, then the first tokens in the order, four times as many until they exceed h H
//   source    Potraghloo, Azizi, Kundu, Pedram 2025, arXiv:2509.02510, as it is stated there; its code is top_h_sum
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/log1p.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct top_h {
    float h = 1.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "top_h: h must lie in (0, 1] (1 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return h == 1; }
    constexpr bool valid() const noexcept { return 0 < h && h <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double limit = numeric::product(static_cast<double>(h), c.entropy());
        for (std::size_t asked = sizes::leaders_first;; asked *= 4) {
            const auto first = c.leaders(asked);
            // The entropy of a prefix never falls as it grows: ln S - sum w (l - m) / S. Beside the first weight, of 1, the others may be next
            // to nothing, and still be all of it.
            std::size_t kept = 0;
            double others = 0, moment = 0;
            for (; kept < first.size(); ++kept) {
                const double below = first[kept].value - first[0].value, weight = numeric::exp(below);
                if (kept > 0) others += weight;
                if (weight > 0) moment += numeric::product(weight, below);
                if (numeric::log1p(others) - moment / (1 + others) > limit) break;
            }
            if (kept == asked) continue;
            return c.keep_top((std::max)(kept, static_cast<std::size_t>(min_keep)));
        }
    }

    friend bool operator==(const top_h&, const top_h&) = default;
};

}  // namespace argdraw
