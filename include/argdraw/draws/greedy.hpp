// greedy — the most likely token.
//
//   formula   the first token by (logit descending, id ascending)
//   random    no words
//   ties      the lowest id
//   logprob   0: the final set is that token
//   cost      one sweep for block maxima and one block of 256
#pragma once

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct greedy {
    template <logit_scalar T>
    drawn operator()(candidates<T>& c) const noexcept {
        return c.draw_first();
    }

    /// The final set, for distribution().
    template <logit_scalar T>
    void narrow(candidates<T>& c) const noexcept {
        c.keep_top(1);
    }

    friend bool operator==(const greedy&, const greedy&) = default;
};

}  // namespace argdraw
