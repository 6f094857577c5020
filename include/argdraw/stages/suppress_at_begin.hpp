#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Listed tokens are not drawn first.
///
/// - formula:  the listed ids are removed while there is no token of output
/// - neutral:  no ids
/// - range:    the ids belong to the row
/// - ties:     none: no logit is looked at
/// - edges:    a prompt is no output; ids written in braces, or in a std::array, are stored, a span of them is a view that must outlive its
///             use
/// - cost:     a step for each id; no value is read
/// - usual:    a blank and the end, as Whisper's
/// - when:     an answer must not begin with certain tokens
/// - not:      behind the first token: it does nothing there
/// - source:   Radford et al. 2022, "Whisper", arXiv:2212.04356; Hugging Face transformers, SuppressTokensAtBeginLogitsProcessor
/// - example:  suppress_at_begin{{mat}}, as the first word
template <std::size_t N = std::dynamic_extent>
struct suppress_at_begin : list<token_id, N> {
    using list<token_id, N>::list;

    static constexpr std::string_view requirement = "suppress_at_begin: the ids must be ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return this->items().empty(); }
    constexpr bool valid() const noexcept { return true; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(this->items(), width); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        if (context.history().output().empty()) c.ban(this->items());
    }

    friend bool operator==(const suppress_at_begin&, const suppress_at_begin&) = default;
};

template <std::size_t N>
suppress_at_begin(const token_id (&)[N]) -> suppress_at_begin<N>;
template <std::size_t N>
suppress_at_begin(const std::array<token_id, N>&) -> suppress_at_begin<N>;
suppress_at_begin(view_of<token_id>) -> suppress_at_begin<>;

}  // namespace argdraw
