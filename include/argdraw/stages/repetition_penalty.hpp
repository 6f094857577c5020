#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Make tokens that have been seen less likely, once each.
///
/// - formula:  l <- l / penalty where l > 0, l penalty otherwise, for the distinct tokens of the window,
///             exempt ids apart
/// - neutral:  penalty = 1, or window = 0
/// - range:    penalty > 0, finite; below 1 makes seen tokens more likely. window >= -1
/// - ties:     equal logits of seen tokens stay equal
/// - edges:    a logit beyond the range of double becomes the last one of its sign, and is weakened from there where a scale in front took it
///             out; ids of the history outside of the row are passed over
/// - cost:     a step for each distinct token of the window, a binary search among them for each exempt id; the row is not read
/// - usual:    1.05 to 1.2, over the last 64 tokens or all, the ends of text and turn exempt
/// - when:     a small model runs in circles
/// - not:      for code and lists, whose tokens have to come back; a rule that depends on where 0 lies, so put softmax before it to make it
///             the same for every model
/// - source:   Keskar et al. 2019, "CTRL", arXiv:1909.05858
/// - example:  repetition_penalty{1.5f}
struct repetition_penalty {
    float penalty = 1.0f;           ///< What logits above 0 are divided by, and others multiplied; above 0, finite, 1 is neutral.
    int window = -1;                ///< The last so many tokens of the scope; -1 is all of them, 0 is off.
    scope over = scope::both;       ///< Whose tokens count: prompt and output by default, as everywhere.
    view_of<token_id> exempt = {};  ///< Ids that are left alone; a view, which must outlive its use.

    static constexpr std::string_view requirement =
        "repetition_penalty: penalty must be positive and finite (1 is off), window -1 (everything) or more, over a scope, and "
        "exempt ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return penalty == 1 || window == 0; }
    constexpr bool valid() const noexcept { return 0 < penalty && numeric::finite(penalty) && window >= -1 && is_known(over); }

    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(exempt, width); }

    status prepare(history& seen) const noexcept { return neutral() ? status::ok : seen.watch_counts(window, over); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        const token_counts seen = context.history().counts(window, over);
        if (!seen) return c.fail(seen.why);
        const auto change = [by = static_cast<double>(penalty)](double l, const counted_token&) { return numeric::weakened(l, by); };
        detail::without(detail::part_in_row(seen.tokens, c.width()), exempt, [&](auto some) { c.edit(some, change); });
    }

    friend bool operator==(const repetition_penalty&, const repetition_penalty&) = default;
};

}  // namespace argdraw
