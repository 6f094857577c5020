// encoder_repetition — make the tokens of the prompt more likely, so that an answer stays with its text.
//
//   formula   the rule of repetition_penalty with 1/r, for the distinct tokens of the prompt: l <- l r where l > 0, l / r otherwise
//   neutral   r = 1
//   range     r > 0, finite; below 1 makes the prompt's tokens less likely
//   ties      equal logits of the prompt's tokens stay equal
//   cost      a step for each distinct token of the prompt; the row is not read
//   source    Hugging Face transformers, EncoderRepetitionPenaltyLogitsProcessor
//   edges     a logit beyond the range of double becomes the last one of its sign; ids outside of the row are passed over
#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct encoder_repetition {
    float r = 1.0f;

    static constexpr std::string_view requirement = "encoder_repetition: r must be positive and finite (1 is off)";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return r == 1; }
    constexpr bool valid() const noexcept { return 0 < r && numeric::finite(r); }

    status prepare(history& seen) const noexcept { return neutral() ? status::ok : seen.watch_counts(-1, scope::prompt); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const token_counts seen = context.history().counts(-1, scope::prompt);
        if (!seen) return c.fail(seen.why);
        c.edit(detail::part_in_row(seen.tokens, c.width()),
               [by = 1 / static_cast<double>(r)](double l, const counted_token&) { return numeric::weakened(l, by); });
    }

    friend bool operator==(const encoder_repetition&, const encoder_repetition&) = default;
};

}  // namespace argdraw
