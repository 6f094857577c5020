#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/view_of.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What becomes of the tokens that a mask has no bit for: a row is often wider than the tokenizer that the mask was made for.
enum class past_end : std::uint8_t { ban, keep };

/// A grammar's word: only the tokens whose bit is set.
///
/// - formula:  K = { i < tokens : bit (i & 31) of mask[i >> 5] is 1 }; ids from tokens on as past_end says
/// - neutral:  never: an empty mask with past_end::ban allows nothing
/// - range:    any mask; tokens, how many of its bits are meant, at most as many as it has, which is the default. Bits beyond them or
///             beyond the row mean nothing
/// - ties:     none: no logit is looked at
/// - edges:    a NaN on a token not allowed is no error where nothing has been read before; the mask is a view that must outlive its use
/// - cost:     one step for each 32 tokens; no value is read
/// - usual:    past_end::ban, and the number of the tokenizer's tokens
/// - when:     a grammar engine says at each token what may follow
/// - not:      behind a truncation: what the grammar allows may be gone by then; put it in front
/// - source:   the masks of xgrammar, llguidance and outlines; Dong et al. 2024, "XGrammar", arXiv:2411.15100
/// - example:  allow{mask, past_end::ban}
struct allow {
    view_of<std::uint32_t> mask;  ///< A bit for each token, 32 to a word; a view, which must outlive its use.
    past_end beyond;              ///< What becomes of tokens without a bit.
    std::size_t tokens;           ///< How many of the bits are meant; at most 32 for each word.

    // Constructors in place of an aggregate: past_end has no default, so a call without it must not compile.
    constexpr allow(view_of<std::uint32_t> words, past_end others) noexcept : allow(words, others, 32 * words.size()) {}
    /// For a vocabulary of so many tokens: what stands behind them in the last word does not count.
    constexpr allow(view_of<std::uint32_t> words, past_end others, std::size_t vocabulary) noexcept
        : mask(words), beyond(others), tokens(vocabulary) {}

    static constexpr std::string_view requirement =
        "allow: past_end must be past_end::ban or past_end::keep, and the mask have a bit for each of the tokens it is said to speak of";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return (beyond == past_end::ban || beyond == past_end::keep) && tokens <= 32 * mask.size(); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.allow(mask, beyond == past_end::keep, tokens);
    }

    friend bool operator==(const allow&, const allow&) = default;
};

}  // namespace argdraw
