#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Cut the tail where the sorted probabilities have stopped bending.
///
/// - formula:  d_i = p_(i) - p_(i+1), b_i = |d_i - d_(i+1)|; k = the first i >= 1 with b_1 + ... + b_i > z (b_1 + ... + b_(n-2)); K = the
///             first k tokens in the order
/// - neutral:  z >= 1 keeps everything
/// - range:    z >= 0; z = 0 ends at the first bend
/// - ties:     exactly k: of equal logits at the edge, the lower ids stay
/// - edges:    fewer than three tokens, or no bend at all (equal probabilities): keeps everything
/// - cost:     one read for the minimum; the first tokens in the order, four times as many until those behind them cannot move the edge; on
///             a flat row a sort of it
/// - usual:    0.95
/// - when:     a preset of text-generation-webui or an older llama.cpp asks for it
/// - not:      on whole rows that are flat: a sort of them; min_p or min_k find an edge for less
/// - source:   Trenton Bricken 2019, "Tail free sampling"; llama.cpp's old loop keeps one token less
/// - example:  tail_free{0.9f}
struct tail_free {
    float z = 1.0f;    ///< Share of all bends that the kept have at most; 0 or more, 1 and above are off.
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "tail_free: z must be 0 or more (1 and above is off), min_keep 0 or more";
    constexpr bool neutral() const noexcept { return z >= 1; }
    constexpr bool valid() const noexcept { return z >= 0 && min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double least = (c.min)();
        if (c.why() != status::ok) return;
        // Where so many do not tell, the tail is heavy, and next to all of it decides.
        constexpr std::size_t most = 64 * sizes::leaders_first;
        std::size_t kept = c.width();
        bool decided = false;
        c.leaders_until([&](std::span<const place> first, bool all) {
            decided = length_by_first(first, all, least, kept);
            return decided || first.size() >= most;
        });
        if (decided) c.keep_top(kept, ties::first, min_keep);
        else c.keep_first([this](std::span<const double> weights) { return length_of_all(weights); }, min_keep);
    }

    friend bool operator==(const tail_free&, const tail_free&) = default;

private:
    // Leaves how many to keep, where the first tokens of the order tell; all of them, or some. False where they do not.
    bool length_by_first(std::span<const place> first, bool all, double least, std::size_t& kept) const noexcept {
        if (first.size() < 3) return true;
        // Weights relative to the first in place of probabilities: bends are compared with their sum, and the mass would cancel.
        const auto weight = [&](double logit) { return numeric::exp(logit - first[0].value); };
        const auto each_bend = [&](auto visit) {
            double a = 0, b = 0;
            std::size_t seen = 0;
            detail::each_weight(first, [&](double next, double) {
                if (seen++ >= 2) visit(std::fabs((a - b) - (b - next)));
                a = b;
                b = next;
                return true;
            });
        };
        double sum = 0;
        each_bend([&](double bend) { sum += bend; });
        // A bend is at most d_i + d_(i+1), and the differences d from the second last of these tokens on add up to what it weighs more than
        // the least likely one.
        const double behind = all ? 0.0 : 2 * (weight(first[first.size() - 2].value) - weight(least));
        if (sum + behind == 0) return true;

        const double fewest_bends = numeric::product(z, sum), most_bends = numeric::product(z, sum + behind);
        double bent = 0;
        std::size_t fewest = 0, longest = 0;
        each_bend([&](double bend) {
            bent += bend;
            fewest += !(bent > fewest_bends);
            longest += !(bent > most_bends);
        });
        if (!all && (fewest != longest || !(bent > most_bends))) return false;
        kept = fewest + 1;
        return true;
    }

    // Needs the weights of all tokens in the order, three or more. Returns how many to keep.
    std::size_t length_of_all(std::span<const double> w) const noexcept {
        const std::size_t bends = w.size() - 2;
        const auto bend = [&](std::size_t i) { return std::fabs((w[i] - w[i + 1]) - (w[i + 1] - w[i + 2])); };
        constexpr std::size_t together = 64, chains = 4;  // one sum would wait for each addition
        const auto next = [&](std::size_t from) {
            double sums[chains] = {};
            for (std::size_t i = from; i < from + together; i += chains)
                for (std::size_t k = 0; k < chains; ++k) sums[k] += bend(i + k);
            return (sums[0] + sums[1]) + (sums[2] + sums[3]);
        };
        double sum = 0;
        std::size_t i = 0;
        for (; i + together <= bends; i += together) sum += next(i);
        for (; i < bends; ++i) sum += bend(i);
        if (sum == 0) return w.size();

        const double limit = numeric::product(z, sum);
        double bent = 0;
        for (i = 0; i + together <= bends; i += together) {
            const double more = next(i);
            if (bent + more > limit) break;
            bent += more;
        }
        while (i < bends && !((bent += bend(i)) > limit)) ++i;
        return i + 1;
    }
};

}  // namespace argdraw
