#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Classifier-free guidance: away from what the model says without the prompt.
///
/// - formula:  l <- u + scale (l - u), u the logit in the other row
/// - neutral:  scale = 1
/// - range:    any finite scale; the other row is as wide as the row, of the same scalar or another, or as the part of it that a sequence's
///             vocabulary leaves
/// - ties:     equal logits with equal u stay equal
/// - edges:    u = -inf removes the token, a NaN in u is nan_logit; with other infinities the formula is taken as it stands, and where that
///             is NaN, nan_logit. A finite result beyond the range of double becomes the last one of its sign. The other row is a view
/// - cost:     every living token as a double, and an exponential in double, or those alone that a truncation behind it keeps
/// - usual:    1.5
/// - when:     the model has to hold to its prompt, and a second row, without the prompt, is worth its price
/// - not:      where twice the model's work is too much, or behind a truncation, which may have removed what it would prefer
/// - source:   Sanchez et al. 2023, "Stay on topic with classifier-free guidance", arXiv:2306.17806
/// - example:  guidance{other, 1.5f}
template <logit_scalar U>
struct guidance {
    row_view<U> row;     ///< Logits without the prompt, as wide as the row; a view.
    float scale = 1.0f;  ///< How far away from them: finite, 1 is neutral, below 1 towards them.

    static constexpr std::string_view requirement = "guidance: scale must be finite (1 is off), and the other row as wide as the row";
    constexpr bool neutral() const noexcept { return scale == 1; }
    constexpr bool valid() const noexcept { return numeric::finite(scale); }

    constexpr bool fits(std::size_t width) const noexcept { return row.size() == width; }
    /// The same for the first `to` tokens of a row of `from`: a row as wide as that is cut alike.
    constexpr guidance narrowed(std::size_t from, std::size_t to) const noexcept {
        guidance cut = *this;
        if (row.size() == from && to < from) cut.row = row.first(to);
        return cut;
    }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        if (!fits(c.width())) return c.fail(status::outside_row);
        const move away{row.data(), row.size(), static_cast<double>(scale)};
        if (c.infinite()) c.transform([&](token_id id, double) { return away(id, numeric::infinity); });  // which sees logits of +inf as 0
        else c.map(away);
    }

    friend bool operator==(const guidance& x, const guidance& y) noexcept {
        return x.scale == y.scale && x.row.data() == y.row.data() && x.row.size() == y.row.size();
    }

private:
    struct move {
        static constexpr bool rises = false;
        static constexpr bool waits = true;
        const U* row;
        std::size_t width;
        double s;

        double operator()(token_id id, double l) const noexcept {
            const double u = static_cast<double>(static_cast<value_of<U>>(row[id]));
            if (u == -numeric::infinity) return u;
            const double moved = u + numeric::product(s, l - u);
            const bool finite = numeric::finite(l) && numeric::finite(u);
            return finite && !numeric::finite(moved) ? numeric::weighted_sum(s, l, 1 - s, u) : moved;
        }
        bool block(token_id first, double* values) const noexcept {
            double other[simd::block_size];
            return detail::block_of_row(row, width, first, other) && simd::maps().away(values, other, s);
        }
        double off() const noexcept { return 0; }
        double roughly(token_id first, double* values, double reference, double c) const noexcept {
            double other[simd::block_size];
            if (!detail::block_of_row(row, width, first, other)) return numeric::nan;
            return simd::rough().away(values, other, s, reference, c);
        }
        double greatest_of_floats(token_id first, const float* x, float cut) const noexcept
            requires std::same_as<U, float>
        {
            const float* const other = detail::block_in_row(row, width, first);
            return other ? simd::maps().greatest_away(x, cut, other, s) : numeric::nan;
        }
        double roughly_of_floats(token_id first, const float* x, float cut, double reference, double c) const noexcept
            requires std::same_as<U, float>
        {
            const float* const other = detail::block_in_row(row, width, first);
            return other ? simd::rough().floats_away(x, cut, other, s, reference, c) : numeric::nan;
        }
    };
};

template <logit_row R>
guidance(const R&, float) -> guidance<detail::format_in<R>>;

}  // namespace argdraw
