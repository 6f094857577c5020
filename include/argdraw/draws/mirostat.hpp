#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the surprise of the text near a target, by a limit that learns from every token (version 2).
///
/// - formula:  K = { i : -log2 p_i <= mu }, at least the first in the order; draw from K; mu <- mu - eta (-log2 p' - tau), p' the token's
///             probability in K. mu starts at 2 tau
/// - range:    tau >= 0, in bits; eta >= 0; both finite
/// - ties:     equal logits are kept or dropped together, but of those beyond mu only the first in the order stays
/// - edges:    no living token: empty; a NaN in what is read: nan_logit; mu below 0 keeps the first alone, mu above every surprise keeps
///             all
/// - random:   one word, of purpose::token
/// - logprob:  ln p of the token in K
/// - cost:     one sweep for the masses, then the tokens that reach the limit
/// - usual:    tau 5, eta 0.1
/// - when:     long texts drift into loops or nonsense, and one number for how surprising they are should hold throughout
/// - not:      with other truncations: it has to see the whole tail to find its own; temperature alone in front
/// - source:   Basu, Ramachandran, Keskar, Varshney 2020, arXiv:2007.14966; llama.cpp
/// - example:  mirostat{1.2f, 0.1f}
struct mirostat {
    float tau = 5.0f;  ///< Surprise that is aimed at, in bits a token; 0 or more, finite.
    float eta = 0.1f;  ///< How much of the error each token corrects; 0 or more, finite.

    /// mu, in the sequence: learned when the token is accepted, forgotten when that is undone.
    struct state {
        double mu;

        template <class F>
        constexpr void each_number(F visit) {
            visit(mu);
        }
        friend bool operator==(const state&, const state&) = default;
    };

    static constexpr std::string_view requirement = "mirostat: tau and eta must be 0 or more, and finite";
    constexpr bool valid() const noexcept { return 0 <= tau && numeric::finite(tau) && 0 <= eta && numeric::finite(eta); }
    constexpr state start() const noexcept { return {2 * static_cast<double>(tau)}; }

    static constexpr bool leaves_law = true;

    /// The final set, for distribution().
    template <logit_scalar T, class Context>
    void narrow(candidates<T>& c, Context& context) const noexcept {
        c.keep_likely(numeric::exp2(-context.state().mu));
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

    friend bool operator==(const mirostat&, const mirostat&) = default;
};

}  // namespace argdraw
