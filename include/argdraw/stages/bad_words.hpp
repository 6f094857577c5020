#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/history/history.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

// What a list holds of each sequence. In braces it is a view_of, which refuses a temporary; a list that is viewed is one of plain spans.
template <std::size_t N>
using sequence_in_a_list = std::conditional_t<N == std::dynamic_extent, std::span<const token_id>, view_of<token_id>>;

}  // namespace detail

/// Sequences of tokens that may not be said.
///
/// - formula:  removed is the last token of each listed sequence whose other tokens are the last ones of prompt and output
/// - neutral:  no sequences
/// - range:    each sequence has at least one id, and all of them belong to the row
/// - ties:     none: no logit is looked at
/// - edges:    a sequence of one token is a ban; the sequences are views that must outlive their use, and so is the list unless written in
///             braces
/// - cost:     the sequences are gone through, each as far as it agrees with the history; no value is read
/// - usual:    a few dozen sequences, each spelling of a word with and without its leading space
/// - when:     words must not be said that are more than one token long
/// - not:      as a filter of meaning: another spelling of the same word passes
/// - source:   Hugging Face transformers, NoBadWordsLogitsProcessor
/// - example:  bad_words{{the_bed}}
template <std::size_t N = std::dynamic_extent>
struct bad_words : list<detail::sequence_in_a_list<N>, N> {
    using list<detail::sequence_in_a_list<N>, N>::list;

    static constexpr std::string_view requirement =
        "bad_words: each sequence must have at least one token, and all of them must be ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return this->items().empty(); }
    constexpr bool valid() const noexcept {
        return std::none_of(this->items().begin(), this->items().end(), [](const auto& each) { return each.empty(); });
    }
    constexpr bool fits(std::size_t width) const noexcept {
        return std::all_of(this->items().begin(), this->items().end(),
                           [width](const auto& each) { return detail::all_in_row(each, width); });
    }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const auto seen = context.history().tokens();
        auto banned = detail::in_batches<token_id>([&c](std::span<const token_id> some) { c.ban(some); });
        for (const auto& each : this->items()) {
            if (!detail::all_in_row(each, c.width())) return c.fail(status::outside_row);
            if (detail::completes(each, seen)) banned.push(each.back());
        }
    }

    friend bool operator==(const bad_words& a, const bad_words& b) noexcept {
        return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                          [](const auto& x, const auto& y) { return std::equal(x.begin(), x.end(), y.begin(), y.end()); });
    }
};

template <std::size_t N>
bad_words(const view_of<token_id> (&)[N]) -> bad_words<N>;
template <std::same_as<std::span<const token_id>> Sequence, std::size_t N>
bad_words(const Sequence (&)[N]) -> bad_words<N>;
template <std::size_t N>
bad_words(const std::array<std::span<const token_id>, N>&) -> bad_words<N>;
bad_words(view_of<std::span<const token_id>>) -> bad_words<>;

}  // namespace argdraw
