#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Bend the logits around the maximum: those close to it come closer, those far from it go farther.
///
/// - formula:  l <- m - k f d^2 + s f d^3, d = l - m, m = max l, f = factor, k = (3 - curve)/2, s = (curve - 1)/2
/// - neutral:  factor = 0
/// - range:    factor >= 0 and finite, 1 <= curve <= 3; inside it the map is monotone
/// - ties:     equal logits stay equal; the order stays, but logits within rounding of the maximum may come to equal it
/// - edges:    a logit below the range of double becomes the lowest double, so that its token lives; behind a scale that takes the
///             maximum out of the range, logits are counted from it
/// - cost:     an exponential in double for every living token
/// - usual:    factor 0.2 to 0.3, curve 1
/// - when:     the first few should be nearer to each other while the tail goes: variety without nonsense
/// - not:      beside a temperature far from 1: the two bend the same logits, and their order matters
/// - source:   kalomaze 2024, "smoothing factor" and "smoothing curve" of text-generation-webui
/// - example:  quadratic{0.3f, 1.0f}
struct quadratic {
    float factor = 0.0f;  ///< How much the curve bends, in units of 1 / logit; 0 or more, finite, 0 is off.
    float curve = 1.0f;   ///< 1 is a parabola, 3 a cubic without a parabola in it; from 1 to 3.

    static constexpr std::string_view requirement = "quadratic: factor must be finite and 0 (off) or more, curve must lie in [1, 3]";
    constexpr bool neutral() const noexcept { return factor == 0; }
    constexpr bool valid() const noexcept { return 0 <= factor && numeric::finite(factor) && 1 <= curve && curve <= 3; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.bring_into_range();
        const double m = (c.max)();
        if (c.infinite()) return;  // all are equal, and have to stay infinite
        const double s = (static_cast<double>(curve) - 1) / 2;
        c.map(bend{m, static_cast<double>(factor), 1 - s, s});
    }

    friend bool operator==(const quadratic&, const quadratic&) = default;

private:
    struct bend {
        static constexpr bool rises = true;
        double m, f, k, s;

        double operator()(token_id, double l) const noexcept {
            // l - m of two finite logits may overflow to -inf, and -inf times a coefficient of 0 would be NaN.
            const double d = (std::max)(l - m, std::numeric_limits<double>::lowest());
            const double down = numeric::product(numeric::product(numeric::product(f, d), d), k - numeric::product(s, d));
            return (std::max)(m - down, std::numeric_limits<double>::lowest());
        }
        bool block(token_id, double* values) const noexcept {
            simd::maps().bent(values, m, f, k, s);
            return true;
        }
        double off() const noexcept { return 0x1p-51 * std::fabs(m); }
        double roughly(token_id, double* values, double reference, double scale) const noexcept {
            return simd::rough().bent(values, m, f, k, s, reference, scale);
        }
    };
};

}  // namespace argdraw
