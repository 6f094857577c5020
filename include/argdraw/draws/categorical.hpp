#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A token with its probability.
///
/// - formula:  the first token, in id order, at which the cumulative probability exceeds u = unit(word)
/// - range:    none: it has no parameters
/// - ties:     none: every token has its own interval of u, of the length of its probability
/// - edges:    no living token: empty; a NaN in what is read: nan_logit; word 0 takes the first token with weight, the greatest word the
///             last, down to tokens of 2^-50 and less
/// - random:   one word, of purpose::token
/// - logprob:  ln p of the token in the final set
/// - cost:     the exponentials of the final set; on a whole row one sweep and one block of 256
/// - usual:    no parameters
/// - when:     always, unless another draw's property is needed
/// - not:      where one token's fate must not depend on the others in the set: gumbel
/// - source:   inversion: Devroye 1986, 'Non-uniform random variate generation', III.2
/// - example:  categorical{}
struct categorical {
    static constexpr bool draws_from_all = true;

    template <logit_scalar T, class Words>
    drawn operator()(candidates<T>& c, Words& words) const noexcept {
        return c.draw_token(words.word(purpose::token));
    }

    friend bool operator==(const categorical&, const categorical&) = default;
};

}  // namespace argdraw
