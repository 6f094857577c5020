#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Keep the k most likely tokens.
///
/// - formula:  K = the first k tokens by (logit descending, id ascending)
/// - neutral:  k = 0 keeps everything
/// - range:    k >= 0; more than live keeps them all
/// - ties:     exactly k: of equal logits at the edge, the lower ids stay; with ties::all every equal of the k-th stays
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit; k above their number keeps
///             them all
/// - cost:     one sweep for block maxima, then about k blocks of 256; no exp, no sort of the row
/// - usual:    20 to 100; 40 is llama.cpp's
/// - when:     a bound on the work of what follows, or on the set, is wanted whatever the row looks like
/// - not:      as the only truncation: where the model is sure, k - 1 tokens of next to no probability stay
/// - source:   Fan, Lewis, Dauphin 2018, arXiv:1805.04833
/// - example:  top_k{3}
struct top_k {
    int k = 0;                  ///< Tokens that stay; 0 or more, 0 is off.
    int min_keep = 1;           ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.
    ties equals = ties::first;  ///< Among equals at the edge: ties::first keeps exactly k, ties::all every equal of the k-th.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "top_k: k must be 0 (off) or more, min_keep 0 or more, equals one of ties";
    constexpr bool neutral() const noexcept { return k == 0; }
    constexpr bool valid() const noexcept { return k >= 0 && min_keep >= 0 && (equals == ties::first || equals == ties::all); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_top(k, equals, min_keep);
    }

    friend bool operator==(const top_k&, const top_k&) = default;
};

}  // namespace argdraw
