#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/saturated.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What a good model prefers more than a poor one does.
///
/// - formula:  on { i : p_i >= alpha max_j p_j }: l <- (1 + beta) l - beta a, a the logit in the amateur's row; the others are removed
/// - neutral:  alpha = 0 and beta = 0
/// - range:    0 <= alpha <= 1, beta >= 0 and finite; the amateur's row is as wide as the row, of the same scalar or another, or as the
///             part of it that a sequence's vocabulary leaves
/// - ties:     equal logits with equal a stay equal, and are kept or dropped together
/// - edges:    a = -inf counts as the lowest finite a among the kept, 0 if there is none; +inf removes; NaN among the kept is nan_logit,
///             and so is +inf where the logits are +inf. A result beyond the range of double becomes the last one of its sign. The
///             amateur's row is a view
/// - cost:     one sweep for the tokens that reach the cut, then a step for each of them; without alpha every living token
/// - usual:    alpha 0.1, beta 0.5
/// - when:     a small model of the same vocabulary runs beside the large one, for reasoning and long texts
/// - not:      with a small model of another tokenizer, or without alpha: nonsense that the small one hates most would win
/// - source:   Li et al. 2022, "Contrastive decoding", arXiv:2210.15097; in this form O'Brien, Lewis 2023, arXiv:2309.09117
/// - example:  contrastive{other, 0.1f, 0.5f}
template <logit_scalar U>
struct contrastive {
    row_view<U> amateur;  ///< Logits of the smaller model, as wide as the row; a view.
    float alpha = 0.0f;   ///< Least probability, as a share of the greatest; 0 to 1, 0 keeps everything.
    float beta = 0.0f;    ///< How much the smaller model's preference counts; 0 or more, finite.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement =
        "contrastive: alpha must lie in [0, 1], beta be finite and 0 or more (both 0 is off), and the amateur's row as wide as the row";
    constexpr bool neutral() const noexcept { return alpha == 0 && beta == 0; }
    constexpr bool valid() const noexcept { return 0 <= alpha && alpha <= 1 && 0 <= beta && numeric::finite(beta); }

    constexpr bool fits(std::size_t width) const noexcept { return amateur.size() == width; }
    /// The same for the first `to` tokens of a row of `from`: an amateur's row as wide as that is cut alike.
    constexpr contrastive narrowed(std::size_t from, std::size_t to) const noexcept {
        contrastive cut = *this;
        if (amateur.size() == from && to < from) cut.amateur = amateur.first(to);
        return cut;
    }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        if (alpha > 0) c.keep_within(-numeric::log(static_cast<double>(alpha)));
        if (beta == 0) return;
        // Where the amateur has removed nothing, nobody asks what stands for that.
        double lowest =
            detail::all_above_removed(amateur.data(), amateur.size()) ? 0.0 : c.least_beside(std::span(amateur.data(), amateur.size()));
        if (lowest == numeric::infinity) lowest = 0;
        const difference contrast{amateur.data(), amateur.size(), static_cast<double>(beta), lowest};
        if (c.infinite()) c.transform([&](token_id id, double) { return contrast(id, numeric::infinity); });  // which sees them as 0
        else c.map(contrast);
    }

    friend bool operator==(const contrastive& x, const contrastive& y) noexcept {
        return x.alpha == y.alpha && x.beta == y.beta && x.amateur.data() == y.amateur.data() && x.amateur.size() == y.amateur.size();
    }

private:
    struct difference {
        static constexpr bool rises = false;
        static constexpr bool waits = true;
        const U* amateur;
        std::size_t width;
        double b, lowest;

        double operator()(token_id id, double l) const noexcept {
            const double given = static_cast<double>(static_cast<value_of<U>>(amateur[id]));
            const double a = given == -numeric::infinity ? lowest : given;
            return l < numeric::infinity && a < numeric::infinity ? numeric::weighted_sum(1 + b, l, -b, a) : l - a;
        }
        bool block(token_id first, double* values) const noexcept {
            double other[simd::block_size];
            return detail::block_of_row(amateur, width, first, other) && simd::maps().mixed(values, other, 1 + b, -b);
        }
        double off() const noexcept { return 0; }
        double roughly(token_id first, double* values, double reference, double scale) const noexcept {
            double other[simd::block_size];
            if (!detail::block_of_row(amateur, width, first, other)) return numeric::nan;
            return simd::rough().mixed(values, other, 1 + b, -b, reference, scale);
        }
        double greatest_of_floats(token_id first, const float* x, float cut) const noexcept
            requires std::same_as<U, float>
        {
            const float* const other = detail::block_in_row(amateur, width, first);
            return other ? simd::maps().greatest_mixed(x, cut, other, 1 + b, -b) : numeric::nan;
        }
        double roughly_of_floats(token_id first, const float* x, float cut, double reference, double scale) const noexcept
            requires std::same_as<U, float>
        {
            const float* const other = detail::block_in_row(amateur, width, first);
            return other ? simd::rough().floats_mixed(x, cut, other, 1 + b, -b, reference, scale) : numeric::nan;
        }
    };
};

template <logit_row R>
contrastive(const R&, float, float) -> contrastive<detail::format_in<R>>;

}  // namespace argdraw
