// tail_free — cut the tail where the sorted probabilities have stopped bending.
//
//   formula   d_i = p_(i) - p_(i+1), b_i = |d_i - d_(i+1)|; k = the first i >= 1 with b_1 + ... + b_i > z (b_1 + ... + b_(n-2)); K = the first k
//             tokens in the order
//   neutral   z >= 1 keeps everything
//   range     z >= 0; z = 0 ends at the first bend
//   min_keep  max(k, min_keep) tokens stay
//   ties      exactly k: of equal logits at the edge, the lower ids stay
//   cost      the first tokens in the order, four times as many until those behind them cannot move the edge; on a flat row a sort of it
//   source    Trenton Bricken 2019, "Tail free sampling"; llama.cpp's old loop keeps one token less
//   edges     fewer than three tokens, or no bend at all (equal probabilities): keeps everything
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/exp2.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct tail_free {
    float z = 1.0f;
    int min_keep = 1;

    static constexpr std::string_view requirement = "tail_free: z must be 0 or more (1 and above is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return z >= 1; }
    constexpr bool valid() const noexcept { return z >= 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        for (std::size_t asked = sizes::leaders_first;; asked *= 4) {
            const auto first = c.leaders(asked);
            if (first.size() < 3) return;
            // Relative to the first: the sum of the bends divides what all have in common out.
            const auto weight = [&](std::size_t i) { return numeric::exp(first[i].value - first[0].value); };
            const auto each_bend = [&](auto visit) {
                double a = weight(0), b = weight(1);
                for (std::size_t i = 2; i < first.size(); ++i) {
                    const double next = weight(i);
                    visit(std::fabs((a - b) - (b - next)));
                    a = b;
                    b = next;
                }
            };
            double sum = 0;
            each_bend([&](double bend) { sum += bend; });
            // Falling probabilities cannot bend by more than twice their height.
            const bool all = first.size() < asked;
            const double behind = all ? 0.0 : 2 * weight(first.size() - 2);
            if (all && sum == 0) return;

            const double least = numeric::product(static_cast<double>(z), sum);
            const double most = numeric::product(static_cast<double>(z), sum + behind);
            double bent = 0;
            std::size_t fewest = 0, longest = 0;
            each_bend([&](double bend) {
                bent += bend;
                fewest += !(bent > least);
                longest += !(bent > most);
            });
            if (!all && (fewest != longest || !(bent > most))) continue;
            return c.keep_top((std::max)(fewest + 1, static_cast<std::size_t>(min_keep)));
        }
    }

    friend bool operator==(const tail_free&, const tail_free&) = default;
};

}  // namespace argdraw
