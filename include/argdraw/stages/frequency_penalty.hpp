// frequency_penalty — make tokens less likely each time they have been seen.
//
//   formula   l <- l - alpha count, count how often the token stands in the window
//   neutral   alpha = 0, or window = 0
//   range     any finite alpha; below 0 makes seen tokens more likely. window: the last so many tokens of the scope, -1 all of them
//   scope     the output alone by default, as OpenAI's; llama.cpp, text-generation-webui and most others count the prompt too: over = scope::both
//   ties      equal logits of tokens seen equally often stay equal
//   cost      a step for each distinct token of the window; the row is not read
//   source    OpenAI API reference, "frequency_penalty"
//   edges     ids outside of the row are passed over
#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct frequency_penalty {
    float alpha = 0.0f;
    int window = -1;
    scope over = scope::output;  ///< scope::both is the rule of llama.cpp and most others, which count the prompt too

    static constexpr std::string_view requirement =
        "frequency_penalty: alpha must be finite (0 is off), window -1 (everything) or more, over a scope";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return alpha == 0 || window == 0; }
    constexpr bool valid() const noexcept { return numeric::finite(alpha) && window >= -1 && is_known(over); }

    status prepare(history& seen) const noexcept { return neutral() ? status::ok : seen.watch_counts(window, over); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const token_counts seen = context.history().counts(window, over);
        if (!seen) return c.fail(seen.why);
        c.edit(detail::part_in_row(seen.tokens, c.width()),
               [a = static_cast<double>(alpha)](double l, const counted_token& t) { return l - numeric::product(a, t.count); });
    }

    friend bool operator==(const frequency_penalty&, const frequency_penalty&) = default;
};

}  // namespace argdraw
