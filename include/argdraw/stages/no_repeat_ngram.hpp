#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/history/history.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// No n tokens in a row stand twice in prompt and output.
///
/// - formula:  removed is every token that would complete n tokens that have been seen, one after the other, in prompt and output
/// - neutral:  n = 0
/// - range:    n >= 0; n = 1 bans every token seen
/// - ties:     none: no logit is looked at
/// - edges:    ids outside of the row are passed over; where every token is banned the row is empty
/// - cost:     a step for each banned token, whatever the length of the history; no value is read
/// - usual:    3 or 4
/// - when:     summaries and translations, where no three words should come twice
/// - not:      for chat, code or anything long: names and phrases that have to come back are banned for good; dry is milder
/// - source:   Paulus, Xiong, Socher 2017, arXiv:1705.04304
/// - example:  no_repeat_ngram{3}
struct no_repeat_ngram {
    int n = 0;  ///< Tokens in a row that may stand there once; 0 or more, 0 is off.

    static constexpr std::string_view requirement = "no_repeat_ngram: n must be 0 (off) or more";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return n == 0; }
    constexpr bool valid() const noexcept { return n >= 0; }

    status prepare(history& seen) const noexcept { return neutral() || never() ? status::ok : seen.watch_ngrams(lead()); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (never()) return;
        auto banned = detail::in_batches<token_id>([&c](std::span<const token_id> some) { c.ban(some); });
        const status why = context.history().continuations(lead(), -1, {}, [&, width = c.width()](token_id id) {
            if (detail::in_row(id, width)) banned.push(id);
        });
        if (why != status::ok) c.fail(why);
    }

    friend bool operator==(const no_repeat_ngram&, const no_repeat_ngram&) = default;

private:
    constexpr std::size_t lead() const noexcept { return static_cast<std::size_t>(n) - 1; }
    constexpr bool never() const noexcept { return lead() >= history::most_tokens; }
};

}  // namespace argdraw
