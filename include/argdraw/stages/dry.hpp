#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/phrases.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/numeric/pow.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Don't repeat yourself: the longer a repetition that a token would continue, the less likely the token.
///
/// - formula:  l <- l - multiplier base^(L - allowed_length), L >= 1 the greatest number of last tokens that, somewhere before in the
///             window, stood before this token, where L >= allowed_length
/// - neutral:  multiplier = 0, or window = 0
/// - range:    multiplier >= 0 and base >= 1, finite; allowed_length >= 0; window >= -1; the breakers belong to the row
/// - ties:     equal logits with the same L stay equal
/// - edges:    no match goes into the last breaker of the window, of one token or several, and a token that is one is never penalised; a
///             penalty beyond the range of float is its largest value; ids of the history outside of the row are passed over
/// - cost:     a step for each token that has followed the last allowed_length tokens, whatever the window; the row is not read;
///             breakers that are ids are compared, all at once, with those of the draw before, and phrases are known by a number
/// - usual:    multiplier 0.8, base 1.75, allowed_length 2, with the ends of line and the quotes as breakers
/// - when:     whole phrases come back: it sees sequences, and leaves words alone
/// - not:      for texts that have to quote: code, names of many tokens, JSON keys; make their separators breakers or leave it off
/// - source:   p-e-w 2024, "DRY", text-generation-webui pull request 5677
/// - example:  dry{0.8f}
struct dry {
    float multiplier = 0.0f;     ///< Logit off where the match is as long as is allowed; 0 or more, finite, 0 is off.
    float base = 1.75f;          ///< What each token more multiplies it by; 1 or more, finite.
    int allowed_length = 2;      ///< Length of match from which on it acts, in tokens; 0 or more.
    int window = -1;             ///< The last so many tokens of prompt and output; -1 is all of them, 0 is off.
    phrases_view breakers = {};  ///< Ids or phrases that end a match; a view, which must outlive its use.

    static constexpr std::string_view requirement =
        "dry: multiplier must be 0 (off) or more, base 1 or more, both finite, allowed_length 0 or more, window -1 (everything) or more, "
        "and the "
        "breakers ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return multiplier == 0 || window == 0; }
    constexpr bool valid() const noexcept {
        return 0 <= multiplier && multiplier <= largest && 1 <= base && base <= largest && allowed_length >= 0 && window >= -1;
    }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(breakers.ids(), width); }

    status prepare(history& seen) const noexcept {
        if (neutral()) return status::ok;
        const status why = never() ? status::ok : seen.watch_lengths(shortest());
        return why == status::ok ? seen.watch_breakers(breakers).why() : why;
    }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const std::size_t width = c.width();
        const token_breakers known = context.history().watch_breakers(breakers);
        if (!known) return c.fail(known.why());
        if (!known.in_row(width)) return c.fail(status::outside_row);
        if (never()) return;
        auto lowered = detail::in_batches<penalty>(
            [&c](std::span<const penalty> some) { c.edit(some, [](double l, const penalty& p) { return l - p.amount; }); });
        const status why = context.history().continuations(shortest(), window, known, [&](token_id id, std::size_t length) {
            if (detail::in_row(id, width)) lowered.push({id, amount(static_cast<double>(length) - allowed_length)});
        });
        if (why != status::ok) c.fail(why);
    }

    friend bool operator==(const dry&, const dry&) = default;

private:
    static constexpr float largest = (std::numeric_limits<float>::max)();
    struct penalty {
        token_id id;
        double amount;
    };

    constexpr std::size_t shortest() const noexcept { return static_cast<std::size_t>((std::max)(allowed_length, 1)); }
    constexpr bool never() const noexcept { return shortest() >= history::most_tokens; }
    double amount(double beyond) const noexcept {
        return (std::min)(numeric::product(static_cast<double>(multiplier), numeric::pow(static_cast<double>(base), beyond)),
                          static_cast<double>(largest));
    }
};

}  // namespace argdraw
