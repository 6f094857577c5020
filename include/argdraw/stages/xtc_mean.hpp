#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// XTC without its coin: the mean of the two laws that the coin decides between.
///
/// - formula:  D = the tokens that xtc drops, P their mass, q the probability: p_i <- p_i (1 - q) for i in D, p_i (1 - q + q / (1 - P)) for
///             the others. Followed directly by a draw, tokens come with the frequencies of xtc
/// - neutral:  probability = 0, or threshold > 0.5: two tokens cannot both have more than half
/// - range:    0 <= probability <= 1, threshold >= 0, min_keep >= 0; the protected ids belong to the row. probability = 1 drops
/// - ties:     of equal logits at the threshold the highest id is the last, and is not dropped
/// - edges:    of infinite logits each has its share; where xtc would leave fewer than min_keep, nothing changes
/// - cost:     a sweep for the masses; where two tokens are likely, the mass in doubles, those tokens sorted, a step for each protected id,
///             and the row as a list
/// - usual:    as xtc: probability 0.5, threshold 0.1
/// - when:     the law of xtc is wanted without a coin: log-probabilities, distribution(), tests
/// - not:      before a truncation: it would cut what the coin decides between, and xtc's frequencies are gone
/// - source:   the averaged form of exllamav2 (turboderp 2024); xtc: Philipp Emanuel Weidmann 2024
/// - example:  xtc_mean{0.5f, 0.1f}
struct xtc_mean {
    float probability = 0.0f;        ///< How often xtc would act; 0 to 1, 0 is off.
    float threshold = 0.1f;          ///< Probability from which on a token counts as likely; 0 or more, above 0.5 is off.
    view_of<token_id> protect = {};  ///< Ids that are counted but never dropped; a view, which must outlive the call.
    int min_keep = 1;                ///< Where xtc would leave fewer tokens than these, nothing changes; 0 or more.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement =
        "xtc_mean: probability must lie in [0, 1] (0 is off), threshold be 0 or more (above 0.5 is off), min_keep 0 or more, and protect "
        "ids of the row";
    constexpr bool neutral() const noexcept { return probability == 0 || threshold > 0.5f; }
    constexpr bool valid() const noexcept { return 0 <= probability && probability <= 1 && threshold >= 0 && min_keep >= 0; }
    constexpr bool fits(std::size_t width) const noexcept { return detail::all_in_row(protect, width); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);

        c.bring_into_range();
        const auto first = c.most_likely(threshold);
        if (first.size() < 2) return;
        const place last = first.back();
        const std::size_t living = c.size();
        const double greatest = (c.max)(), mass = c.mass();
        const auto spared = c.lookup(protect);
        const auto dropped = [&](token_id id, double logit) { return place{logit, id} < last && !spared.has(id); };
        // The mass of what stays, relative to its own greatest: as a difference of two masses it could vanish.
        const auto tokens = c.survivors();
        double top = -numeric::infinity;
        std::size_t count = 0;
        for (std::size_t i = 0; i < living; ++i) {
            if (dropped(tokens.ids[i], tokens.logits[i])) continue;
            top = (std::max)(top, tokens.logits[i]);
            ++count;
        }
        if (count == living || count < static_cast<std::size_t>(min_keep)) return;
        double stays = 0;
        for (std::size_t i = 0; i < living; ++i)
            if (!dropped(tokens.ids[i], tokens.logits[i])) stays += numeric::exp(tokens.logits[i] - top);

        const double q = static_cast<double>(probability);
        const double loss = numeric::log(1 - q);
        const double log_rest = numeric::log(stays / mass) + (top - greatest);  // ln(1 - P)
        // ln(1 - q + q / (1 - P)) is gain. Where 1 - P is below e^-600, 1 - q is nothing beside q / (1 - P): gain is ln q - ln(1 - P),
        // taken apart so that it is added to l - top, which is small, and not to l.
        const bool distant = log_rest < -600;
        const double gain = distant ? greatest - numeric::log(stays / mass) + numeric::log(q)
                                    : numeric::log(1 - q + numeric::product(q, numeric::exp(-log_rest)));
        c.transform([&](token_id id, double logit) {
            if (dropped(id, logit)) return logit + loss;
            return distant ? (logit - top) + gain : logit + gain;
        });
    }

    friend constexpr bool operator==(const xtc_mean&, const xtc_mean&) = default;
};

}  // namespace argdraw
