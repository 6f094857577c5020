#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Make tokens less likely each time they have been seen.
///
/// - formula:  l <- l - alpha count, count how often the token stands in the window, unless it is exempt
/// - neutral:  alpha = 0, or window = 0
/// - range:    any finite alpha; below 0 makes seen tokens more likely. window >= -1, over a scope
/// - ties:     equal logits of tokens seen equally often stay equal
/// - edges:    ids of the history outside of the row are passed over
/// - cost:     a step for each distinct token of the window, a binary search among them for each exempt id; the row is not read
/// - usual:    0.1 to 1, in the OpenAI API from -2 to 2
/// - when:     words are used too often; the tenth time costs ten times what the first does
/// - not:      in long texts with a window of everything: articles and full stops go under with the rest; give it a window
/// - source:   OpenAI API reference, "frequency_penalty"
/// - example:  frequency_penalty{0.7f}
struct frequency_penalty {
    float alpha = 0.0f;             ///< Logit off for each time; finite, 0 is neutral.
    int window = -1;                ///< The last so many tokens of the scope; -1 is all of them, 0 is off.
    scope over = scope::output;     ///< Whose tokens count: the output, as OpenAI's; scope::both is the rule of llama.cpp and most others.
    view_of<token_id> exempt = {};  ///< Ids that are left alone; a view, which must outlive its use.

    static constexpr std::string_view requirement =
        "frequency_penalty: alpha must be finite (0 is off), window -1 (everything) or more, over a scope, and "
        "exempt ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return alpha == 0 || window == 0; }
    constexpr bool valid() const noexcept { return numeric::finite(alpha) && window >= -1 && is_known(over); }

    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(exempt, width); }

    status prepare(history& seen) const noexcept { return neutral() ? status::ok : seen.watch_counts(window, over); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        const token_counts seen = context.history().counts(window, over);
        if (!seen) return c.fail(seen.why);
        const auto change = [a = static_cast<double>(alpha)](double l, const counted_token& t) { return l - numeric::product(a, t.count); };
        detail::without(detail::part_in_row(seen.tokens, c.width()), exempt, [&](auto some) { c.edit(some, change); });
    }

    friend bool operator==(const frequency_penalty&, const frequency_penalty&) = default;
};

}  // namespace argdraw
