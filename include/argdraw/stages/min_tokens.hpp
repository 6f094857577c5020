#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// No end before so many tokens are put out.
///
/// - formula:  the stop ids are removed while there are fewer than n tokens of output
/// - neutral:  n = 0, or no stop ids
/// - range:    n >= 0; the ids belong to the row
/// - ties:     none: no logit is looked at
/// - edges:    the prompt does not count; ids written in braces are stored, a span of them is a view that must outlive its use
/// - cost:     a step for each stop id; no value is read
/// - usual:    the id of the end, and n as the task needs
/// - when:     answers end too soon, or have to have a length
/// - not:      with a grammar that allows nothing but the end: no token is left then
/// - source:   vLLM, SamplingParams.min_tokens
/// - example:  min_tokens{20, {end}}
template <std::size_t N = std::dynamic_extent>
struct min_tokens {
    int n = 0;               ///< Tokens of output before which nothing ends; 0 or more, 0 is off.
    list<token_id, N> stop;  ///< The ids that end a text: stored where written out, else a view.

    constexpr min_tokens() = default;
    constexpr min_tokens(int least, typename list<token_id, N>::given ids) noexcept : n(least), stop(ids) {}
    template <std::same_as<std::array<token_id, N>> A>
    constexpr min_tokens(int least, const A& ids) noexcept : n(least), stop(ids) {}

    static constexpr std::string_view requirement = "min_tokens: n must be 0 (off) or more, and the stop ids ids of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return n == 0 || stop.items().empty(); }
    constexpr bool valid() const noexcept { return n >= 0; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(stop.items(), width); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        if (context.history().output().size() < static_cast<std::size_t>(n)) c.ban(stop.items());
    }

    /// The same with a view of the ids.
    constexpr min_tokens<> viewing() const noexcept { return {n, stop.items()}; }

    friend bool operator==(const min_tokens&, const min_tokens&) = default;
};

template <std::size_t N>
min_tokens(int, const token_id (&)[N]) -> min_tokens<N>;
template <std::size_t N>
min_tokens(int, const std::array<token_id, N>&) -> min_tokens<N>;
min_tokens(int, view_of<token_id>) -> min_tokens<>;

}  // namespace argdraw
