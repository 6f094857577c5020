// top_k — keep the k most likely tokens.
//
//   formula   K = the first k tokens by (logit descending, id ascending)
//   neutral   k = 0 keeps everything
//   range     k >= 0; more than live keeps them all
//   min_keep  max(k, min_keep) tokens stay
//   ties      exactly k: of equal logits at the edge, the lower ids stay; with ties::all every equal of the k-th stays
//   cost      one sweep for block maxima, then about k blocks of 256; no exp, no sort of the row
//   source    Fan, Lewis, Dauphin 2018, arXiv:1805.04833
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct top_k {
    int k = 0;
    int min_keep = 1;
    ties equals = ties::first;

    static constexpr std::string_view requirement = "top_k: k must be 0 (off) or more, min_keep 0 or more, equals one of ties";
    constexpr bool neutral() const noexcept { return k == 0; }
    constexpr bool valid() const noexcept { return k >= 0 && min_keep >= 0 && (equals == ties::first || equals == ties::all); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_top(static_cast<std::size_t>(k), equals, static_cast<std::size_t>(min_keep));
    }

    friend bool operator==(const top_k&, const top_k&) = default;
};

}  // namespace argdraw
