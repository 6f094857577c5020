// quadratic — bend the logits around the maximum: those close to it come closer, those far from it go farther.
//
//   formula   l <- m - k f d^2 + s f d^3, d = l - m, m = max l, f = factor, k = (3 - curve)/2, s = (curve - 1)/2
//   neutral   factor = 0
//   range     factor >= 0 and finite, 1 <= curve <= 3; inside it the map is monotone
//   ties      equal logits stay equal; the order stays, but logits within rounding of the maximum may come to equal it
//   cost      every living token once, as a double: the row is opened
//   source    kalomaze 2024, "smoothing factor" and "smoothing curve" of text-generation-webui
//   edges     a logit below the range of double becomes the lowest double, so that its token lives
#pragma once

#include <algorithm>
#include <limits>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct quadratic {
    float factor = 0.0f;
    float curve = 1.0f;

    static constexpr std::string_view requirement = "quadratic: factor must be finite and 0 (off) or more, curve must lie in [1, 3]";
    constexpr bool neutral() const noexcept { return factor == 0; }
    constexpr bool valid() const noexcept { return 0 <= factor && numeric::finite(factor) && 1 <= curve && curve <= 3; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double m = (c.max)();
        const auto living = c.survivors().logits;
        // Equals stay as they are, those of +inf infinite.
        if (std::all_of(living.begin(), living.end(), [m](double l) { return l == m; })) return;
        const double f = static_cast<double>(factor), s = (static_cast<double>(curve) - 1) / 2, k = 1 - s;
        c.transform([=](token_id, double l) {
            // A distance may be beyond the doubles; an infinite one times 0 would be no number.
            const double d = (std::max)(l - m, std::numeric_limits<double>::lowest());
            const double down = numeric::product(numeric::product(numeric::product(f, d), d), k - numeric::product(s, d));
            return (std::max)(m - down, std::numeric_limits<double>::lowest());
        });
    }

    friend bool operator==(const quadratic&, const quadratic&) = default;
};

}  // namespace argdraw
