#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Prefer tokens of a probability that makes the average of those chosen meet a target.
///
/// - formula:  t' = clamp(2 target - S / W, 0, 1); d = |p_i - t'| / 0.3; l_i <- 5 - 10 d^2 / (1 + d); draw; S <- p + decay S, W <- 1 +
///             decay W, p the token's probability before the change. S starts at target / (1 - decay), W at 1 / (1 - decay)
/// - range:    target in [0, 1], decay in [0, 0.99]
/// - ties:     none: every token has its own interval of u, of the length of its probability
/// - edges:    no living token: empty; a NaN in what is read: nan_logit; a state that start() did not give is bad_parameter
/// - random:   one word, of purpose::token: the first token, in id order, at which the cumulative probability exceeds u = unit(word)
/// - logprob:  ln of the token's probability after the change
/// - cost:     a sweep for the mass in doubles, and blocks with several likely tokens once more
/// - usual:    target 0.5, decay 0.9, behind a mild min_p
/// - when:     stories: neither the likeliest nor the least likely, but tokens of a middling probability on average
/// - not:      with temperatures or strong truncations in front: it learns from the probabilities that it is given
/// - source:   llama.cpp and KoboldCpp, 2025
/// - example:  adaptive_p{0.15f}
struct adaptive_p {
    float target = 0.5f;  ///< Probability that the chosen have on average; 0 to 1.
    float decay = 0.9f;   ///< How slowly the average forgets, 1 / (1 - decay) tokens; 0 to 0.99.

    /// S and W, in the sequence: learned when the token is accepted, forgotten when that is undone.
    struct state {
        double sum;
        double weight;

        template <class F>
        constexpr void each_number(F visit) {
            visit(sum);
            visit(weight);
        }
        friend bool operator==(const state&, const state&) = default;
    };

    static constexpr std::string_view requirement = "adaptive_p: target must lie in [0, 1], decay in [0, 0.99]";
    constexpr bool valid() const noexcept { return 0 <= target && target <= 1 && 0 <= decay && decay <= 0.99f; }
    constexpr state start() const noexcept {
        const double rest = 1 - static_cast<double>(decay);
        return {static_cast<double>(target) / rest, 1 / rest};
    }

    /// The final set, for distribution().
    template <logit_scalar T, class Context>
    void narrow(candidates<T>& c, Context& context) const noexcept {
        if (!usable(context.state())) return c.fail(status::bad_parameter);
        const preference prefer = preference_of(c, context.state());
        if (c.why() == status::ok) c.map(prefer);
    }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        if (!usable(context.state())) c.fail(status::bad_parameter);
        (void)c.collision();  // what it sums up, the mass among it, is all that the draw asks of most blocks
        const preference prefer = preference_of(c, context.state());
        if (c.why() != status::ok) return {.why = c.why()};
        // Not by narrow(): the state learns the probability before the change, so the candidates have to keep it.
        const drawn token = c.draw_token_behind(prefer, context.word(purpose::token));
        if (!token) return token;
        auto& [sum, count] = context.state();
        sum = prefer.probability(c.infinite() ? prefer.greatest : c.logit(token.id)) + numeric::product(static_cast<double>(decay), sum);
        count = 1 + numeric::product(static_cast<double>(decay), count);
        return token;
    }

    friend bool operator==(const adaptive_p&, const adaptive_p&) = default;

private:
    struct preference {
        static constexpr bool rises = false;
        static constexpr bool waits = true;
        double greatest;
        double mass;
        double aim;

        double probability(double logit) const noexcept { return numeric::exp(logit - greatest) / mass; }

        double operator()(token_id, double logit) const noexcept {
            const double d = std::fabs(probability(logit) - aim) / 0.3;
            return 5 - numeric::product(10, numeric::product(d, d)) / (1 + d);
        }
        bool block(token_id, double* values) const noexcept {
            simd::maps().preferred(values, greatest, mass, aim);
            return true;
        }
        /// e^(f - logit) = e^G, G(p) = g(d) - g(d of p = 0), d = |p - aim| / .3, g(d) = -10 d^2 / (1 + d). With s = 1 / (1 + d) in (0, 1]:
        /// g' = -10 (1 - s^2), g'' = -20 s^3, and g'' changes by no more than 60 times d. So G' and G'' have no jumps, at d = 0 neither,
        /// where g' = 0; |G'| < 33.4, |G''| < 222.3, and G'' changes by no more than 2222.3 times p. The second derivative of e^G is
        /// e^G (G'' + G'^2) and changes by no more than e^G (2222.3 + 3 33.4 222.3 + 33.4^3) < e^G 61800 times p, e^G by e^(33.4 p) < 1.04:
        /// the remainder behind p p is below 64300 / 6 p p p.
        detail::probability_series series() const noexcept {
            const double d = aim / 0.3, s = 1 / (1 + d);
            const double slope = (aim > 0 ? 10 : -10) * (1 - s * s) / 0.3, bend = -20 * s * s * s / (0.3 * 0.3);
            return {5 - 10 * d * d / (1 + d), slope, (bend + slope * slope) / 2, 0x1p16 / 6};
        }
        double off() const noexcept { return 0x1.1p-32; }
        double roughly(token_id, double* values, double reference, double scale) const noexcept {
            return simd::rough().preferred(values, greatest, mass, aim, reference, scale);
        }
    };

    template <logit_scalar T>
    preference preference_of(candidates<T>& c, const state& seen) const noexcept {
        c.bring_into_range();
        return {(c.max)(), c.mass(), std::clamp(2 * static_cast<double>(target) - seen.sum / seen.weight, 0.0, 1.0)};
    }

    // Whether start() made the state, or it was learned from one that it made. Bytes that were changed, and a sequence that nobody started,
    // have others.
    static bool usable(const state& seen) noexcept { return seen.weight > 0 && numeric::finite(seen.sum); }
};

}  // namespace argdraw
