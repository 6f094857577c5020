#pragma once

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The most likely token.
///
/// - formula:  the first token by (logit descending, id ascending)
/// - range:    none: it has no parameters
/// - ties:     the lowest id
/// - edges:    no living token: empty; a NaN in what is read: nan_logit; of infinite logits the lowest id
/// - random:   no words
/// - logprob:  0: the final set is that token
/// - cost:     one sweep for block maxima and one block of 256
/// - usual:    no parameters
/// - when:     the same answer every time, evaluation, code
/// - not:      for long prose: it falls into loops
/// - source:   none: it is the definition of the order
/// - example:  greedy{}
struct greedy {
    template <logit_scalar T>
    drawn operator()(candidates<T>& c) const noexcept {
        return c.draw_first();
    }

    static constexpr bool leaves_law = true;

    /// The final set, for distribution().
    template <logit_scalar T>
    void narrow(candidates<T>& c) const noexcept {
        c.keep_top(1);
    }

    friend bool operator==(const greedy&, const greedy&) = default;
};

}  // namespace argdraw
