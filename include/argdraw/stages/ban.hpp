#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Listed tokens are not drawn.
///
/// - formula:  K = { i : i is not listed }
/// - neutral:  no ids
/// - range:    the ids belong to the row; the same one may stand twice
/// - ties:     none: no logit is looked at
/// - edges:    a NaN on a banned token is no error where nothing has been read before; ids written in braces, or in a std::array, are
///             stored, a span of them is a view that must outlive its use
/// - cost:     a step for each id; no value is read
/// - usual:    special tokens that must not come up
/// - when:     tokens are never to be drawn, whatever the model says
/// - not:      for a large part of the vocabulary: allow has a bit for each
/// - source:   Hugging Face transformers, SuppressTokensLogitsProcessor
/// - example:  ban{{mat, sofa}}
template <std::size_t N = std::dynamic_extent>
struct ban : list<token_id, N> {
    using list<token_id, N>::list;

    static constexpr std::string_view requirement = "ban: the ids must be ids of the row";
    constexpr bool neutral() const noexcept { return this->items().empty(); }
    constexpr bool valid() const noexcept { return true; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(this->items(), width); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.ban(this->items());
    }

    friend bool operator==(const ban&, const ban&) = default;
};

template <std::size_t N>
ban(const token_id (&)[N]) -> ban<N>;
template <std::size_t N>
ban(const std::array<token_id, N>&) -> ban<N>;
ban(view_of<token_id>) -> ban<>;

}  // namespace argdraw
