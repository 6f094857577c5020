// categorical — a token with its probability.
//
//   formula   the first token, in id order, at which the cumulative probability exceeds u = unit(word)
//   random    one word, of purpose::token
//   ties      none: every token has its own interval of u, of the length of its probability
//   logprob   ln p of the token in the final set
//   cost      the exponentials of the final set; on a whole row one sweep and one block of 256
#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct categorical {
    static constexpr bool draws_from_all = true;

    template <logit_scalar T, class Words>
    drawn operator()(candidates<T>& c, Words& words) const noexcept {
        return c.at(words.word(purpose::token));
    }

    friend bool operator==(const categorical&, const categorical&) = default;
};

}  // namespace argdraw
