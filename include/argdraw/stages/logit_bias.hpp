#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/bias.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Add a number to the logits of listed tokens.
///
/// - formula:  l_id <- l_id + b for each entry {id, b}
/// - neutral:  no entries
/// - range:    b any but NaN; -inf bans, +inf leaves only those of +inf; the ids belong to the row
/// - ties:     equal logits with equal biases stay equal
/// - edges:    repeated ids add up, -inf beats +inf whatever the order; a token that does not live stays so; a row's own +inf takes all
///             before the biases are added; entries written in braces, or in a std::array, are stored, a span of them is a view that must
///             outlive its use
/// - cost:     a step for each entry; the row is not read, unless a token of +inf is among them
/// - usual:    -10 to 10; -inf to ban
/// - when:     single tokens are to be more or less likely, as in the OpenAI API
/// - not:      for words of more than one token: sequence_bias
/// - source:   OpenAI API reference, "logit_bias"
/// - example:  logit_bias{{{mat, -1}, {moon, 3}}}
template <std::size_t N = std::dynamic_extent>
struct logit_bias : list<token_bias, N> {
    using list<token_bias, N>::list;

    static constexpr std::string_view requirement = "logit_bias: no bias may be NaN, and the ids must be ids of the row";
    constexpr bool neutral() const noexcept { return this->items().empty(); }
    constexpr bool valid() const noexcept {
        return std::none_of(this->items().begin(), this->items().end(), [](const token_bias& each) { return each.b != each.b; });
    }
    constexpr bool fits(std::size_t width) const noexcept {
        return std::all_of(this->items().begin(), this->items().end(),
                           [width](const token_bias& each) { return detail::in_row(each.id, width); });
    }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.add_sums([&](auto give) {
            for (const token_bias& each : this->items()) give(each.id, static_cast<double>(each.b));
        });
    }

    friend bool operator==(const logit_bias&, const logit_bias&) = default;
};

template <std::size_t N>
logit_bias(const token_bias (&)[N]) -> logit_bias<N>;
template <std::size_t N>
logit_bias(const std::array<token_bias, N>&) -> logit_bias<N>;
logit_bias(view_of<token_bias>) -> logit_bias<>;

}  // namespace argdraw
