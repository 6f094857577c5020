#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/pow.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// After so many tokens, make the end more likely with each.
///
/// - formula:  with t tokens of output, t > start: l_eos <- l_eos + |l_eos| (factor^(t - start) - 1)
/// - neutral:  factor = 1
/// - range:    start >= 0; factor > 0, finite, below 1 makes the end less likely; eos belongs to the row
/// - ties:     none: one token is changed
/// - edges:    a logit of 0 stays; one beyond the range of double becomes the largest
/// - cost:     one token; the row is not read
/// - usual:    factor 1.01 to 1.1, from the length on that is wanted
/// - when:     texts should come to an end by themselves soon after a length
/// - not:      as a bound: nothing makes the end certain; stop the loop for that
/// - source:   Hugging Face transformers, ExponentialDecayLengthPenalty
/// - example:  exponential_length{8, 1.2f, end}
struct exponential_length {
    int start = 0;        ///< Tokens of output after which it begins; 0 or more.
    float factor = 1.0f;  ///< Growth for each token more; above 0, finite, 1 is neutral.
    token_id eos = -1;    ///< The id of the end.

    static constexpr std::string_view requirement =
        "exponential_length: start must be 0 or more, factor positive and finite (1 is off), and eos an id of the row";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return factor == 1; }
    constexpr bool valid() const noexcept { return start >= 0 && 0 < factor && numeric::finite(factor); }
    constexpr bool fits(std::size_t width) const noexcept { return detail::in_row(eos, width); }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        const std::size_t t = context.history().output().size(), from = static_cast<std::size_t>(start);
        if (t <= from) return;
        const double growth = numeric::pow(static_cast<double>(factor), static_cast<double>(t - from)) - 1;
        c.edit(std::span(&eos, 1), [growth](double l, token_id) {
            return l == 0 || !numeric::finite(l) ? l : numeric::saturated(l + numeric::product(std::fabs(l), growth));
        });
    }

    friend bool operator==(const exponential_length&, const exponential_length&) = default;
};

}  // namespace argdraw
