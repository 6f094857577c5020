// xtc — exclude top choices: now and then, drop every likely token but the least likely of them.
//
//   formula   with the given probability: of the tokens with p_i >= threshold, if they are two or more, all but the last in the order go
//   neutral   probability = 0, or threshold > 0.5: two tokens cannot both have more than half
//   range     0 <= probability <= 1, threshold >= 0
//   protect   ids that are counted but never dropped; a view, which must outlive the call; all of them belong to the row
//   min_keep  where fewer tokens would stay, nothing is dropped
//   ties      of equal logits at the threshold the highest id is the last, and stays
//   random    one word of purpose::xtc, whatever the row holds; the coin falls for u < probability
//   cost      one sweep for the masses, and the few blocks of the likely tokens
//   source    Philipp Emanuel Weidmann 2024, as in text-generation-webui
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct xtc {
    float probability = 0.0f;
    float threshold = 0.1f;
    view_of<token_id> protect = {};
    int min_keep = 1;

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

        const auto first = c.most_likely(static_cast<double>(threshold));
        if (first.size() < 2) return;
        const place last = first.back();
        const auto dropped = [&](token_id id, double logit) {
            return place{logit, id} < last && std::find(protect.begin(), protect.end(), id) == protect.end();
        };
        token_id gone[few];
        std::size_t count = 0;
        for (const place& each : first.first(first.size() - 1))
            if (dropped(each.id, each.value)) {
                if (count < few) gone[count] = each.id;
                ++count;
            }
        const std::size_t needed = count + static_cast<std::size_t>(min_keep);
        if (min_keep > 1 && c.leaders(needed).size() < needed) return;
        // A few are taken out of the row where they stand; for many it becomes a list.
        if (count <= few) return c.ban({gone, count});
        c.keep_if([&](token_id id, double logit) { return !dropped(id, logit); });
    }

    /// The same parameters, and the same ids protected.
    friend constexpr bool operator==(const xtc& a, const xtc& b) noexcept {
        return a.probability == b.probability && a.threshold == b.threshold && a.min_keep == b.min_keep &&
               std::equal(a.protect.begin(), a.protect.end(), b.protect.begin(), b.protect.end());
    }

private:
    static constexpr std::size_t few = 64;
};

}  // namespace argdraw
