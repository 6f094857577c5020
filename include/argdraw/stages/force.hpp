#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// One token, and no other, at one position of the output.
///
/// - formula:  with `position` tokens of output, K = { id }
/// - neutral:  never
/// - range:    position >= 0; id belongs to the row
/// - ties:     none: no logit is looked at
/// - edges:    where the token does not live the row is empty; the prompt does not count
/// - cost:     one step for each 32 tokens, at that position; no value is read
/// - usual:    position 0 and the id of a language or a task
/// - when:     a text has to have a given token at a given place
/// - not:      for whole passages: put them into the prompt
/// - source:   Hugging Face transformers, ForceTokensLogitsProcessor
/// - example:  force{17, roof}
struct force {
    int position;  ///< Tokens of output before it; 0 or more.
    token_id id;   ///< The token that is put there; one of the row.

    static constexpr std::string_view requirement = "force: position must be 0 or more, and id an id of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return position >= 0; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::in_row(id, width); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        if (context.history().output().size() == static_cast<std::size_t>(position)) c.allow_only(std::span(&id, 1));
    }

    friend bool operator==(const force&, const force&) = default;
};

}  // namespace argdraw
