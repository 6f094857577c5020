#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/expm1.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the surprise of the text near a target, by a top-k that Zipf's law predicts.
///
/// - formula:  s = sum t_i b_i / sum t_i^2 over 1 <= i < min(m, n), t_i = ln((i+1)/i), b_i = ln(p_(i) / p_(i+1)); e = s - 1; k = floor((e
///             2^mu / (1 - n^-e))^(1/s)), at least 1; draw from the first k in the order; mu <- mu - eta (-log2 p' - tau), p' the token's
///             probability among them. mu starts at 2 tau
/// - range:    tau >= 0, in bits; eta >= 0; both finite; m >= 2
/// - ties:     exactly k: of equal logits at the edge, the lower ids stay
/// - edges:    e = 0: e / (1 - n^-e) is 1 / ln n; s = 0, the first m equal: all or one, as the power is above 1 or not; n = 1: the token
/// - random:   one word, of purpose::token
/// - logprob:  ln p of the token among the first k
/// - cost:     one sweep, one read for n, the blocks that hold the first m, the first k as a list
/// - usual:    tau 5, eta 0.1, m 100
/// - when:     results of the paper's first algorithm are to be met
/// - not:      otherwise: mirostat has one estimate less and costs less
/// - source:   Basu, Ramachandran, Keskar, Varshney 2020, arXiv:2007.14966
/// - example:  mirostat_v1{1.2f, 0.1f}
struct mirostat_v1 {
    float tau = 5.0f;  ///< Surprise that is aimed at, in bits a token; 0 or more, finite.
    float eta = 0.1f;  ///< How much of the error each token corrects; 0 or more, finite.
    int m = 100;       ///< The first so many tokens from which the exponent is taken; 2 or more.

    /// mu, in the sequence: learned when the token is accepted, forgotten when that is undone.
    struct state {
        double mu;

        template <class F>
        constexpr void each_number(F visit) {
            visit(mu);
        }
        friend bool operator==(const state&, const state&) = default;
    };

    static constexpr std::string_view requirement = "mirostat_v1: tau and eta must be 0 or more, and finite; m 2 or more";
    constexpr bool valid() const noexcept { return 0 <= tau && numeric::finite(tau) && 0 <= eta && numeric::finite(eta) && m >= 2; }
    constexpr state start() const noexcept { return {2 * static_cast<double>(tau)}; }

    static constexpr bool leaves_law = true;

    /// The final set, for distribution().
    template <logit_scalar T, class Context>
    void narrow(candidates<T>& c, Context& context) const noexcept {
        const std::size_t n = c.size();
        if (n < 2) return;
        double tb = 0, tt = 0;
        c.bring_into_range();
        const auto first = c.leaders(m);
        for (std::size_t i = 1; i < first.size(); ++i) {
            const double t = numeric::log1p(1 / static_cast<double>(i));
            tb += numeric::product(t, first[i - 1].value - first[i].value);
            tt += numeric::product(t, t);
        }
        const double k = predicted(tb / tt, n, context.state().mu);
        if (k < static_cast<double>(n)) c.keep_top(static_cast<std::size_t>(k));
    }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        narrow(c, context);
        const picked token = c.draw(context.word(purpose::token));
        if (!token) return token;
        const double surprise = -numeric::product(numeric::log(token.probability), numeric::log2_e);
        context.state().mu -= numeric::product(static_cast<double>(eta), surprise - static_cast<double>(tau));
        return token;
    }

    friend bool operator==(const mirostat_v1&, const mirostat_v1&) = default;

private:
    // Returns (e 2^mu / (1 - n^-e))^(1/s), computed by its logarithm; may be 0 or +inf.
    static double predicted(double s, std::size_t n, double mu) noexcept {
        const double e = s - 1, log_n = numeric::log(static_cast<double>(n));
        const double ratio = e == 0 ? 1 / log_n : e / -numeric::expm1(-numeric::product(e, log_n));
        const double log_k = numeric::log(ratio) + numeric::product(mu, 1 / numeric::log2_e);
        return log_k == 0 ? 1 : numeric::exp(log_k / s);
    }
};

}  // namespace argdraw
