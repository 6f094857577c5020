#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Make the tokens of the prompt more likely, so that an answer stays with its text.
///
/// - formula:  the rule of repetition_penalty with 1 / penalty, for the distinct tokens of the prompt: l <- l penalty where l > 0, l /
///             penalty otherwise
/// - neutral:  penalty = 1
/// - range:    penalty > 0, finite; below 1 makes the prompt's tokens less likely
/// - ties:     equal logits of the prompt's tokens stay equal
/// - edges:    a logit beyond the range of double becomes the last one of its sign, and is changed from there where a scale in front took it
///             out; ids outside of the row are passed over
/// - cost:     a step for each distinct token of the prompt; the row is not read
/// - usual:    1.0 to 1.2
/// - when:     an answer has to stay with the words of its text
/// - not:      in chat, whose prompt is the whole conversation: it makes the model repeat it
/// - source:   Hugging Face transformers, EncoderRepetitionPenaltyLogitsProcessor
/// - example:  encoder_repetition{1.5f}
struct encoder_repetition {
    /// What logits above 0 of the prompt's tokens are multiplied by, and others divided; above 0, finite, 1 is neutral.
    float penalty = 1.0f;

    static constexpr std::string_view requirement = "encoder_repetition: penalty must be positive and finite (1 is off)";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return penalty == 1; }
    constexpr bool valid() const noexcept { return 0 < penalty && numeric::finite(penalty); }

    status prepare(history& seen) const noexcept { return neutral() ? status::ok : seen.watch_counts(-1, scope::prompt); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const token_counts seen = context.history().counts(-1, scope::prompt);
        if (!seen) return c.fail(seen.why);
        c.edit(detail::part_in_row(seen.tokens, c.width()),
               [by = 1 / static_cast<double>(penalty)](double l, const counted_token&) { return numeric::weakened(l, by); });
    }

    friend bool operator==(const encoder_repetition&, const encoder_repetition&) = default;
};

}  // namespace argdraw
