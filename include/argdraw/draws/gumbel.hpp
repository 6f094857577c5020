#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The token whose logit plus noise is the greatest: a categorical draw whose noise belongs to the tokens.
///
/// - formula:  argmax l_i + g_i, g = -ln(-ln u), u = open_unit(noise of the token)
/// - range:    none: it has no parameters
/// - ties:     at equal sums the lower id
/// - edges:    no living token: empty; a NaN in what is read: nan_logit; a token without weight never wins
/// - random:   one word for every token, addressed by its id: the same at every redraw of a position, whatever set it is in
/// - logprob:  ln p of the token in the final set
/// - cost:     a sweep for a rough mass, a random word for each token, a logarithm for the few that may win
/// - usual:    no parameters
/// - when:     draws from different sets have to agree where they can: speculative decoding, audits that recompute one token's noise
/// - not:      on whole rows where time counts: a random word for every token
/// - source:   Gumbel 1954; Maddison, Tarlow, Minka 2014, arXiv:1411.0030
/// - example:  gumbel{}
struct gumbel {
    static constexpr bool draws_from_all = true;

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        if constexpr (requires { context.noises(); })
            if (const philox* const random = context.noises()) return c.race_token(*random);
        return c.race([&](token_id id) { return open_unit(context.noise(id)); });
    }

    friend bool operator==(const gumbel&, const gumbel&) = default;
};

}  // namespace argdraw
