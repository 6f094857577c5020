#pragma once

#include <algorithm>
#include <limits>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/pow.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A temperature that follows the entropy: near min where the model is sure, near max where it is not.
///
/// - formula:  l <- l / T with T = min + (max - min) (H / ln n)^exponent; H = - sum p ln p over the n living tokens
/// - neutral:  min = max = 1; one living token is never changed
/// - range:    0 <= min <= max, exponent > 0; T = 0: only the first maximum lives; T = +inf: the living are equal
/// - ties:     equal logits stay equal, different ones different; T = 0 keeps the lowest id
/// - edges:    logits of +inf live alone and are equals; one token left is kept; a NaN is nan_logit. One living token is never changed; two
///             have an entropy, however small
/// - cost:     the entropy of the living tokens, once, and their number; the scale itself is only noted
/// - usual:    min 0.5, max 1.5, exponent 1; llama.cpp's T - range and T + range
/// - when:     one setting has to serve facts, where the model is sure, and stories, where it is not
/// - not:      before a stage that reads the entropy itself, as typical, eta_cutoff, or where answers have to be compared across
///             temperatures
/// - source:   Zhu et al. 2023, arXiv:2309.02772; llama.cpp's temp_ext is {max(0, t - range), t + range, exponent}
/// - example:  dynamic_temperature{0.0f, 0.8f}
struct dynamic_temperature {
    float min = 1.0f;       ///< T where one token has everything; 0 or more, 1 is neutral.
    float max = 1.0f;       ///< T where all are equal; min or more, 1 is neutral.
    float exponent = 1.0f;  ///< Bend between the two; above 0, 1 is a straight line, above it T stays near min for longer.

    static constexpr std::string_view requirement = "dynamic_temperature: 0 <= min <= max (both 1 is off), exponent > 0";
    constexpr bool neutral() const noexcept { return min == 1 && max == 1; }
    constexpr bool valid() const noexcept { return 0 <= min && min <= max && exponent > 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto [entropy, n] = min < max ? c.entropy_and_size() : detail::entropy_and_size{0, c.size()};
        if (n < 2) return;
        const double t = min < max ? between(share_of_entropy(c, entropy, static_cast<double>(n))) : static_cast<double>(min);
        if (t == 0) return c.keep_top(1);
        // 1 / t of a subnormal t could be infinite, and candidates take no scale beyond 2^1000: the least T is 2^-1000.
        c.scale(t == numeric::infinity ? 0.0 : 1.0 / (std::max)(t, 0x1p-1000));
    }

    friend bool operator==(const dynamic_temperature&, const dynamic_temperature&) = default;

private:
    // Returns (H / ln n)^exponent. Where H underflows to 0, its logarithm is to a double that of the second token's weight, l_(2) - l_(1),
    // and the power is taken of that.
    template <logit_scalar T>
    double share_of_entropy(candidates<T>& c, double entropy, double n) const noexcept {
        const double share = std::clamp(entropy / numeric::log(n), 0.0, 1.0), power = static_cast<double>(exponent);
        if (share > 0) return numeric::pow(share, power);
        const auto first = c.leaders(2);
        if (first.size() < 2 || max > (std::numeric_limits<float>::max)()) return 0;
        return numeric::exp(numeric::product(first[1].value - first[0].value, power));
    }

    // Returns min + (max - min) part. A part that underflowed counts as 2^-1000, not as 0: two living tokens have an entropy above 0, and T
    // = 0 is for max = 0 alone. With an infinite max or exponent such a part says nothing, and T is min.
    double between(double part) const noexcept {
        const double low = static_cast<double>(min), high = static_cast<double>(max);
        if (part == 0 && (std::max)(max, exponent) > (std::numeric_limits<float>::max)()) return low;
        return low + numeric::product(high - low, (std::max)(part, 0x1p-1000));
    }
};

}  // namespace argdraw
