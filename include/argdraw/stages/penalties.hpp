#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Repetition, frequency and presence penalty in one stage, in this order.
///
/// - formula:  l <- l / repetition where l > 0, l repetition otherwise, for the tokens seen in repetition_over; then l <- l - frequency
///             count - presence for those seen in counts_over; nothing for exempt ids
/// - neutral:  repetition = 1, frequency = 0 and presence = 0, or window = 0
/// - range:    repetition > 0, frequency and presence any, all finite; window >= -1, both scopes known
/// - ties:     equal logits of tokens seen equally often stay equal
/// - edges:    a logit beyond the range of double becomes the last one of its sign; ids of the history outside of the row are passed
///             over
/// - cost:     a step for each distinct token of the window and a binary search for each exempt id, in each of the scopes if they differ;
///             the row is not read
/// - usual:    repetition 1.0 to 1.1, frequency and presence 0 to 0.5, window 64 or -1, the ends of text and turn exempt
/// - when:     more than one of the three is wanted: one pass over the tokens seen
/// - not:      where the three need windows of their own: then write them out one after the other
/// - source:   as repetition_penalty, frequency_penalty and presence_penalty
/// - example:  penalties{1.2f, 0.5f, 0.2f}
struct penalties {
    /// Divides logits above 0, multiplies others; above 0, finite, 1 is neutral.
    float repetition = 1.0f;
    /// Logit off for each time; finite, 0 is neutral.
    float frequency = 0.0f;
    /// Logit off, once; finite, 0 is neutral.
    float presence = 0.0f;
    /// The last so many tokens of each scope; -1 is all of them, 0 is off.
    int window = -1;
    /// Whose tokens the first looks at: prompt and output, as everywhere.
    scope repetition_over = scope::both;
    /// Whose tokens the others count: the output, as OpenAI's; scope::both is the rule of llama.cpp and most others.
    scope counts_over = scope::output;
    /// Ids that are left alone; a view, which must outlive its use.
    view_of<token_id> exempt = {};

    static constexpr std::string_view requirement =
        "penalties: repetition must be positive (1 is off), all three finite (frequency 0, presence 0 are off), window -1 (everything) or "
        "more, both scopes known, exempt ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return window == 0 || (!repeats() && !counts()); }
    constexpr bool valid() const noexcept {
        return 0 < repetition && finite(repetition) && finite(frequency) && finite(presence) && window >= -1 && is_known(repetition_over) &&
               is_known(counts_over);
    }

    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(exempt, width); }

    status prepare(history& seen) const noexcept {
        if (neutral()) return status::ok;
        const status why = repeats() ? seen.watch_counts(window, repetition_over) : status::ok;
        return why == status::ok && counts() ? seen.watch_counts(window, counts_over) : why;
    }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        const auto weaken = [r = static_cast<double>(repetition)](double l) { return numeric::weakened(l, r); };
        const auto lower = [f = static_cast<double>(frequency), p = static_cast<double>(presence)](double l, std::int32_t count) {
            return l - numeric::product(f, count) - p;
        };
        if (repeats() && counts() && repetition_over == counts_over)
            return edit(c, context, counts_over, [&](double l, const counted_token& t) { return lower(weaken(l), t.count); });
        if (repeats()) edit(c, context, repetition_over, [&](double l, const counted_token&) { return weaken(l); });
        if (counts()) edit(c, context, counts_over, [&](double l, const counted_token& t) { return lower(l, t.count); });
    }

    friend bool operator==(const penalties&, const penalties&) = default;

private:
    static constexpr bool finite(float x) noexcept { return numeric::finite(x); }
    constexpr bool repeats() const noexcept { return repetition != 1; }
    constexpr bool counts() const noexcept { return frequency != 0 || presence != 0; }

    template <class Candidates, class Context, class F>
    void edit(Candidates& c, Context& context, scope over, F f) const noexcept {
        const token_counts seen = context.history().counts(window, over);
        if (!seen) return c.fail(seen.why);
        detail::without(detail::part_in_row(seen.tokens, c.width()), exempt, [&](auto some) { c.edit(some, f); });
    }
};

}  // namespace argdraw
