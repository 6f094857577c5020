#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Only listed tokens are drawn.
///
/// - formula:  K = { i : i is listed }
/// - neutral:  never: an empty list allows nothing
/// - range:    the ids belong to the row; the same one may stand twice
/// - ties:     none: no logit is looked at
/// - edges:    a NaN on a token not listed is no error where nothing has been read before; ids written in braces, or in a std::array, are
///             stored, a span of them is a view that must outlive its use
/// - cost:     a step for each id and one for each 32 tokens; no value is read
/// - usual:    the labels of a classification
/// - when:     the answer is one of a few tokens
/// - not:      for sets of thousands, or new ones at each token: allow
/// - source:   vLLM, SamplingParams.allowed_token_ids
/// - example:  allow_only{{mat, sofa, moon}}
template <std::size_t N = std::dynamic_extent>
struct allow_only : list<token_id, N> {
    using list<token_id, N>::list;

    static constexpr std::string_view requirement = "allow_only: the ids must be ids of the row";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return true; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(this->items(), width); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.allow_only(this->items());
    }

    friend bool operator==(const allow_only&, const allow_only&) = default;
};

template <std::size_t N>
allow_only(const token_id (&)[N]) -> allow_only<N>;
template <std::size_t N>
allow_only(const std::array<token_id, N>&) -> allow_only<N>;
allow_only(view_of<token_id>) -> allow_only<>;

}  // namespace argdraw
