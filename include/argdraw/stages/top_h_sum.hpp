// top_h_sum — keep the most likely tokens as long as their part of the entropy is at most a share of the whole.
//
//   formula   K = the longest prefix of the order with -sum_K p_i ln p_i <= h H, H = -sum p_i ln p_i over all
//   neutral   h = 1 keeps everything
//   range     0 < h <= 1
//   min_keep  max(prefix, min_keep) tokens stay, and always the first
//   ties      by id: equal logits at the edge stay in ascending order of id
//   cost      the entropy in doubles, then the first tokens in the order, four times as many until they exceed h H
//   source    the code of Potraghloo, Azizi, Kundu, Pedram 2025, arXiv:2509.02510, which has top_k{100} before it
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/exp2.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct top_h_sum {
    float h = 1.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "top_h_sum: h must lie in (0, 1] (1 is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return h == 1; }
    constexpr bool valid() const noexcept { return 0 < h && h <= 1 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double limit = numeric::product(static_cast<double>(h), c.entropy());
        const double mass = c.mass(), log_mass = c.log_mass();
        for (std::size_t asked = sizes::leaders_first;; asked *= 4) {
            const auto first = c.leaders(asked);
            std::size_t kept = 0;
            double sum = 0;
            for (; kept < first.size(); ++kept) {
                const double below = first[kept].value - first[0].value, p = numeric::exp(below) / mass;
                if (p > 0) sum += numeric::product(p, log_mass - below);
                if (sum > limit) break;
            }
            if (kept == asked) continue;
            return c.keep_top((std::max)(kept, static_cast<std::size_t>(min_keep)));
        }
    }

    friend bool operator==(const top_h_sum&, const top_h_sum&) = default;
};

}  // namespace argdraw
