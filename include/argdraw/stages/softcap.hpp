#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/tanh.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Squeeze the logits into (-cap, cap).
///
/// - formula:  l <- cap tanh(l / cap)
/// - neutral:  cap = 0 (off) and +inf (no bound)
/// - range:    cap >= 0
/// - ties:     equal logits stay equal; the order stays, but logits many caps out come to equal the cap, and each other
/// - edges:    logits of +inf become cap
/// - cost:     a polynomial and an exponential for every living token, in double and not to the last digit; above the cap a tanh
/// - usual:    30, as Gemma 2 is trained with; off for every other model
/// - when:     the model was trained with a cap that its runtime left out of the logits
/// - not:      as a temperature: it changes the top more than the tail, and the order is all that stays
/// - source:   Gemma 2, Riviere et al. 2024, arXiv:2408.00118
/// - example:  softcap{1.5f}
struct softcap {
    float cap = 0.0f;  ///< Bound of the logits; 0 or more, 0 and +inf are off.

    static constexpr std::string_view requirement = "softcap: cap must be 0 (off) or more";
    constexpr bool neutral() const noexcept { return cap == 0 || cap == numeric::infinity; }
    constexpr bool valid() const noexcept { return cap >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const double bound = static_cast<double>(cap);
        if (c.infinite()) c.transform([=](token_id, double) { return bound; });  // which sees logits of +inf as 0
        else c.map(squeeze{bound});
    }

    friend bool operator==(const softcap&, const softcap&) = default;

private:
    struct squeeze {
        static constexpr bool rises = false;  // but for the last digit
        static constexpr bool waits = true;
        double bound;

        double operator()(token_id, double l) const noexcept { return numeric::product(bound, numeric::tanh(l / bound)); }
        bool block(token_id, double* values) const noexcept {
            simd::maps().capped(values, bound);
            return true;
        }
        double off() const noexcept { return 0x1.1p-38 * bound; }
        double roughly(token_id, double* values, double reference, double scale) const noexcept {
            return simd::rough().capped(values, bound, reference, scale);
        }
    };
};

}  // namespace argdraw
