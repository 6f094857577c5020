#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/compensated_sum.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/expm1.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Move mass down the order (strength > 0) or up (strength < 0) by a power of the cumulative distribution.
///
/// - formula:  in the order, with C_i = p_(1) + ... + p_(i) and g = e^strength: q_i = C_i^g - C_(i-1)^g, l <- ln q
/// - neutral:  strength = 0
/// - range:    finite
/// - ties:     by id: of equal logits the lower id comes first, and their logits differ afterwards
/// - edges:    where g leaves the range of double, the first token (strength < 0) or the last (strength > 0) has it all; from 60 on, the
///             mass behind a token, known to 2^-105 of the whole, begins to limit the precision
/// - cost:     sorts all living tokens; two logarithms and two exponentials each
/// - usual:    between -1 and 1
/// - when:     the first choices are to lose to the ones behind them, or the other way round, by rank and not by size
/// - not:      on whole rows where time counts: it sorts all that live; truncate first
/// - source:   ExLlamaV2's skew: its draw uses u^(e^-skew) on the sorted distribution
/// - example:  skew{0.6f}
struct skew {
    float strength = 0.0f;  ///< Logarithm of the power of the cumulative probability; finite, 0 is neutral, above 0 down the order.

    static constexpr std::string_view requirement = "skew: strength must be finite (0 is off)";
    constexpr bool neutral() const noexcept { return strength == 0; }
    constexpr bool valid() const noexcept { return numeric::finite(strength); }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double g = numeric::exp(static_cast<double>(strength)), m = (c.max)();
        const auto living = c.survivors().logits;
        const std::size_t n = living.size();
        numeric::compensated_sum all, passed;
        for (const double l : living) all.add(numeric::exp(l - m));
        const double total = all.value();
        std::size_t place = 0;
        c.transform_in_order([&](double l, double) {
            const double weight = numeric::exp(l - m);
            passed.add(weight);
            const double sum = passed.value();
            // ln C from the mass behind the token where C is above 1/2: C rounds near 1, the mass behind does not.
            const double behind = (std::max)(0.0, all.minus(passed));
            const double log_c = ++place == n ? 0.0 : 2 * sum < total ? numeric::log(sum / total) : numeric::log1p(-behind / total);
            const double log_power = log_c == 0 ? 0.0 : numeric::product(g, log_c);
            return place == 1 ? log_power : log_power + log_of_step(g, weight / sum, l - m, sum);
        });
    }

    friend bool operator==(const skew&, const skew&) = default;

private:
    // Returns ln(1 - (1 - x)^g); x = e^log_weight / sum is the share that a token has of the mass up to it, and needs to be at most 1/2.
    static double log_of_step(double g, double x, double log_weight, double sum) noexcept {
        // y with (1 - x)^g = e^-y. Below 2^-20 the three terms of each series are exact to a double.
        constexpr double tiny = 0x1p-20;
        const double rate = x < tiny ? x + numeric::product(numeric::product(x, x), 0.5 + x / 3) : -numeric::log1p(-x);
        const double y = numeric::product(g, rate);
        if (0x1p-900 < y && y < 0x1p900)
            return numeric::log(y < tiny ? y - numeric::product(numeric::product(y, y), 0.5 - y / 6) : -numeric::expm1(-y));
        // y is beyond the range of double: the same by ln y.
        const double log_y = numeric::log(g) + (x < 0x1p-60 ? log_weight - numeric::log(sum) : numeric::log(rate));
        return log_y < -40 ? log_y : numeric::log(-numeric::expm1(-numeric::exp(log_y)));
    }
};

}  // namespace argdraw
