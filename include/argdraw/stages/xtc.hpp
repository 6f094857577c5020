#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Exclude top choices: now and then, drop every likely token but the least likely of them.
///
/// - formula:  with the given probability, u = unit(word) < probability: of the tokens with p_i >= threshold, if they are two or more, all
///             but the last in the order go
/// - neutral:  probability = 0, or threshold > 0.5: two tokens cannot both have more than half
/// - range:    0 <= probability <= 1, threshold >= 0, min_keep >= 0; the protected ids belong to the row
/// - ties:     of equal logits at the threshold the highest id is the last, and stays
/// - edges:    of infinite logits each has its share; where fewer than min_keep would stay, nothing goes; one word of purpose::xtc is
///             taken, whatever the row holds
/// - cost:     one sweep for the masses, the few blocks of the likely tokens, and a step for each protected id
/// - usual:    probability 0.5, threshold 0.1, with the ends of line and text protected
/// - when:     stories should leave the paths that the model always takes
/// - not:      for facts, code or anything with one right answer: it removes exactly that one
/// - source:   Philipp Emanuel Weidmann 2024, as in text-generation-webui
/// - example:  xtc{1.0f, 0.1f}
struct xtc {
    float probability = 0.0f;        ///< How often it acts; 0 to 1, 0 is off.
    float threshold = 0.1f;          ///< Probability from which on a token counts as likely; 0 or more, above 0.5 is off.
    view_of<token_id> protect = {};  ///< Ids that are counted but never dropped; a view, which must outlive the call.
    int min_keep = 1;                ///< Where fewer tokens than these would stay, nothing is dropped; 0 or more.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement =
        "xtc: probability must lie in [0, 1] (0 is off), threshold be 0 or more (above 0.5 is off), min_keep 0 or more, and protect ids of "
        "the row";
    constexpr bool neutral() const noexcept { return probability == 0 || threshold > 0.5f; }
    constexpr bool valid() const noexcept { return 0 <= probability && probability <= 1 && threshold >= 0 && min_keep >= 0; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(protect, width); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const double u = unit(context.word(purpose::xtc));
        if (!fits(c.width())) return c.fail(status::outside_row);
        if (!(u < static_cast<double>(probability))) return;

        c.bring_into_range();
        const auto first = c.most_likely(threshold);
        if (first.size() < 2) return;
        const place last = first.back();
        const auto spared = c.lookup(protect);
        const auto dropped = [&](token_id id, double logit) { return place{logit, id} < last && !spared.has(id); };
        token_id gone[few];
        std::size_t count = 0;
        for (const place& each : first.first(first.size() - 1))
            if (dropped(each.id, each.value)) {
                if (count < few) gone[count] = each.id;
                ++count;
            }
        const std::size_t needed = count + static_cast<std::size_t>(min_keep);
        if (min_keep > 1 && c.leaders(needed).size() < needed) return;
        // Up to 64 are banned where they stand in the row; more of them make the candidates a list.
        if (count <= few) return c.ban({gone, count});
        c.keep_if([&](token_id id, double logit) { return !dropped(id, logit); });
    }

    friend constexpr bool operator==(const xtc&, const xtc&) = default;

private:
    static constexpr std::size_t few = 64;
};

}  // namespace argdraw
