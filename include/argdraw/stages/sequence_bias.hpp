#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/history/history.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Added to the logit of the last token of a sequence where all before it stand at the end of the text.
struct biased_sequence {
    view_of<token_id> sequence;  ///< One token or more; a view.
    float b;                     ///< Logit that is added; any but NaN, 0 is neutral, -inf bans.

    friend constexpr bool operator==(const biased_sequence& x, const biased_sequence& y) noexcept {
        return x.b == y.b && std::equal(x.sequence.begin(), x.sequence.end(), y.sequence.begin(), y.sequence.end());
    }
};

/// Make what completes a sequence of tokens more or less likely.
///
/// - formula:  l <- l + b for the last token of each listed sequence whose other tokens are the last ones of prompt and output
/// - neutral:  no sequences
/// - range:    each sequence has at least one id, and all of them belong to the row; b any but NaN, -inf bans, +inf leaves only those of
///             +inf
/// - ties:     equal logits with equal biases stay equal
/// - edges:    several biases of one token add up, -inf beats +inf; a sequence of one token is a plain bias; the sequences are views that
///             must outlive their use, and so is the list unless written in braces
/// - cost:     the sequences are gone through, each as far as it agrees with the history; the row is not read
/// - usual:    between -10 and 10
/// - when:     phrases, not tokens, are to be more or less likely
/// - not:      to force a phrase: it acts where the phrase is begun, on its last token alone
/// - source:   Hugging Face transformers, SequenceBiasLogitsProcessor
/// - example:  sequence_bias{{{the_roof, 2}}}
template <std::size_t N = std::dynamic_extent>
struct sequence_bias : list<biased_sequence, N> {
    using list<biased_sequence, N>::list;

    static constexpr std::string_view requirement =
        "sequence_bias: each sequence must have at least one token, all of them ids of the row, and no bias may be NaN";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return this->items().empty(); }
    constexpr bool valid() const noexcept {
        return std::none_of(this->items().begin(), this->items().end(),
                            [](const biased_sequence& each) { return each.sequence.empty() || each.b != each.b; });
    }
    constexpr bool fits(std::size_t width) const noexcept {
        return std::all_of(this->items().begin(), this->items().end(),
                           [width](const biased_sequence& each) { return detail::all_in_row(each.sequence, width); });
    }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const auto seen = context.history().tokens();
        if (!fits(c.width())) return c.fail(status::outside_row);
        c.add_sums([&](auto give) {
            for (const biased_sequence& each : this->items())
                if (detail::completes(each.sequence, seen)) give(each.sequence.back(), static_cast<double>(each.b));
        });
    }

    friend bool operator==(const sequence_bias&, const sequence_bias&) = default;
};

template <std::size_t N>
sequence_bias(const biased_sequence (&)[N]) -> sequence_bias<N>;
template <std::size_t N>
sequence_bias(const std::array<biased_sequence, N>&) -> sequence_bias<N>;
sequence_bias(view_of<biased_sequence>) -> sequence_bias<>;

}  // namespace argdraw
