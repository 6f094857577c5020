// by_series — what a smooth function of a token's probability makes of whole blocks, from what is known of the blocks already.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Of a function whose logits depend on a token's probability p alone: where p is 2^-10 or less, e^(f - logit) is 1 + first p + second p p, and
/// no farther from that than third p p p. |first| and |second| are below 2^10.
struct probability_series {
    double logit, first, second, third;
};

/// Whether what the next one needs is known.
template <logit_scalar T>
bool can_be_summed_by_series(distribution<T>& d) noexcept {
    const view<T>* const seen = d.as_plain_view();
    const origin of = d.origin();
    return seen && of.anchor == 0 && of.shift == 0 && seen->top().known_of(seen->row()) &&
           seen->weights().squares_known_of(seen->row(), d.exponent_scale());
}

/// The blocks of a view, of which the sums of w and of w w and the number of living tokens are known: so those of p and of p p are, and
/// what a block weighs under such a function, if none of its tokens has much.
///
/// With m the greatest p of a block, the sum of p p p is at most m times that of p p. What is known of a p and what the function sees of it are
/// within a share of 2^-41 + 2^-51 |l| of each other, l the greatest logit, since logits and exponents are rounded. So the sum of first p is
/// off by less than 2^10 times that share of the sum of p, and that of second p p, with p below 2^-10, by two of that share.
///
/// Where that is too much, the greatest token of the block is asked apart and taken out of the sums: what is left is off by 2^-40 of what
/// they were, and of the others none has more than the root of their sum of p p.
template <logit_scalar T, class F>
class summed_by_series {
public:
    /// What it says of a block is relative to e^logit.
    double logit;

    /// Needs what can_be_summed_by_series() says, and a function that does not look at ids.
    summed_by_series(distribution<T>& d, const F& f) noexcept
        : logit(f.series().logit),
          d_(d),
          f_(f),
          series_(f.series()),
          masses_(d.scratch().masses.of_block),
          squares_(d.scratch().masses.beside),
          most_(d.scratch().split.below),
          greatest_(d.scratch().moments.reference),
          living_(d.scratch().masses.tops),
          per_mass_(1 / d.as_view()->weights().all()),
          share_off_(0x1p-30 + numeric::product(0x1p-40, std::fabs(d.logit_of(d.maximum())))) {
        const view<T>& seen = *d.as_view();
        const std::size_t blocks = seen.blocks();
        std::transform(seen.top().of_block(), seen.top().of_block() + blocks, greatest_,
                       [most = d.maximum()](auto v) { return (std::min)(static_cast<double>(v), most); });
        seen.row().strays().for_each([&](token_id id, double v) { greatest_[block_of(id)] = (std::max)(greatest_[block_of(id)], v); });
        simd::lists().weights(greatest_, blocks, d.maximum(), d.exponent_scale(), most_);
    }

    summed_block operator()(std::size_t b) const noexcept {
        const double n = living_[b], p = numeric::product(masses_[b], per_mass_), most = numeric::product(most_[b], per_mass_);
        const double pp = numeric::product(numeric::product(squares_[b], per_mass_), per_mass_);
        const summed_block all = of(n, p, pp, most);
        if (all.mass >= 0) return all;
        const double others = (std::max)(0.0, pp - numeric::product(most, most)) + numeric::product(0x1p-40, pp);
        const summed_block rest = of(n - 1, p - most, others, std::sqrt(others));
        if (rest.mass < 0) return {};
        const double one = numeric::exp(f_(0, d_.logit_of(greatest_[b])) - logit);
        return {rest.mass + one, rest.error + numeric::product(share_off_, p) + numeric::product(0x1p-28, pp)};
    }

private:
    // What so many tokens weigh that have these sums, none of them more than `most`.
    summed_block of(double n, double p, double pp, double most) const noexcept {
        const double error = numeric::product(series_.third, numeric::product(most, pp)) + numeric::product(share_off_, p);
        if (most > 0x1p-10 || error > numeric::product(0x1p-25, n)) return {};
        return {n + numeric::product(series_.first, p) + numeric::product(series_.second, pp), error};
    }

    distribution<T>& d_;
    const F& f_;
    probability_series series_;
    const double* masses_;
    const double* squares_;
    double* most_;      // about what the greatest of a block weighs, or more
    double* greatest_;  // its value
    const std::int32_t* living_;
    double per_mass_;
    double share_off_;
};

}  // namespace argdraw::detail
