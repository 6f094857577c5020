// repetition_penalty — make tokens that have been seen less likely, once each.
//
//   formula   l <- l / r where l > 0, l r otherwise, for the distinct tokens of the window
//   neutral   r = 1, or window = 0
//   range     r > 0, finite; below 1 makes seen tokens more likely. window: the last so many tokens of the scope, -1 all of them
//   ties      equal logits of seen tokens stay equal
//   cost      a step for each distinct token of the window; the row is not read
//   source    Keskar et al. 2019, "CTRL", arXiv:1909.05858
//   edges     a logit beyond the range of double becomes the last one of its sign; ids outside of the row are passed over
#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct repetition_penalty {
    float r = 1.0f;
    int window = -1;
    scope over = scope::both;

    static constexpr std::string_view requirement =
        "repetition_penalty: r must be positive and finite (1 is off), window -1 (everything) or more, over a scope";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return r == 1 || window == 0; }
    constexpr bool valid() const noexcept { return 0 < r && numeric::finite(r) && window >= -1 && is_known(over); }

    status prepare(history& seen) const noexcept { return neutral() ? status::ok : seen.watch_counts(window, over); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const token_counts seen = context.history().counts(window, over);
        if (!seen) return c.fail(seen.why);
        c.edit(detail::part_in_row(seen.tokens, c.width()),
               [by = static_cast<double>(r)](double l, const counted_token&) { return numeric::weakened(l, by); });
    }

    friend bool operator==(const repetition_penalty&, const repetition_penalty&) = default;
};

}  // namespace argdraw
