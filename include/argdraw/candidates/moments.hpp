// moments — mean and variance of the living values of a row, in one read.
#pragma once

#include <cstddef>

#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/maxima.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Of the living tokens' values: their number, mean and population variance, and how far the variance may be off.
struct moments {
    double count, mean, variance, error;
};

/// Of what reaches a level: the sum of weights w = 2^((v - maximum) c), and that of w e, e the exponent of w; and how many tokens were
/// listed from another level up to it.
struct rough_sums {
    double mass = 0, exponents = 0;
    std::size_t listed = 0;
};
/// Needs a whole band, no strays, the maximum, and a scale in the range of keys. Weights are within 2^-36 of themselves, terms w e by a
/// rounding more, and all of a sum have one sign; the sums of less than 2^25 numbers add less than 2^-43. So each is within 2^-35 of itself,
/// but for what weighs less than 2^-900, together less than 2^-800.
template <logit_scalar T>
rough_sums exponents_roughly(const living_row<T>& row, const simd::double_cuts& cuts, const simd::row_moments& room,
                             const token_arrays& tokens) noexcept {
    const std::size_t listed = simd::doubles<T>().rough_exponents(row.blocks(), cuts, room.sum, room.squares, tokens.ids, tokens.values);
    return {numeric::sum(room.sum, row.blocks().blocks), numeric::sum(room.squares, row.blocks().blocks), listed};
}

/// Sums for each block become those of all that lives. Each set of tokens about its own mean, and the means about that of all: shares of
/// the whole, since sums of rows of double overflow, and distances from the maximum, since far from 0 a mean has no digits left for the
/// scatter about it. `of` gives way.
template <logit_scalar T>
moments summed_up(const living_row<T>& row, double maximum, const simd::row_moments& of, bool exact) noexcept {
    const std::size_t blocks = row.blocks().blocks;
    const auto square = [](double x) { return numeric::product(x, x); };
    const double anchor = maximum < numeric::infinity ? maximum : 0.0;
    double n = static_cast<double>(row.strays().count()), mean = 0, squares = 0, scatter = 0;
    for (std::size_t b = 0; b < blocks; ++b) n += of.count[b];
    for (std::size_t b = 0; b < blocks; ++b) {
        if (of.count[b] == 0) continue;
        const double count = of.count[b], apart = of.sum[b] / count;
        scatter += of.squares[b];
        const double about_mean = of.squares[b] - numeric::product(of.sum[b], apart);
        squares += about_mean < 0 ? 0 : about_mean;  // NaN where squares overflowed: the variance then says so
        of.reference[b] = (of.reference[b] - anchor) + apart;
        mean += numeric::product(of.reference[b], count / n);
    }
    row.strays().for_each([&](token_id, double v) { mean += (v - anchor) / n; });
    for (std::size_t b = 0; b < blocks; ++b)
        if (of.count[b] != 0) squares += numeric::product(of.count[b], square(of.reference[b] - mean));
    row.strays().for_each([&](token_id, double v) { squares += square(v - anchor - mean); });
    return {n, anchor + mean, squares / n, exact ? 0.0 : numeric::product(float_sums::of_moments, (scatter + squares) / n)};
}

/// Needs a whole band. Finds the moments, and with them the maxima.
template <logit_scalar T>
status find_moments(const living_row<T>& row, maxima<T>& top, const simd::row_moments& of, bool exact, moments& found) noexcept {
    const status why = top.fill(row, [&](auto* of_block) { simd::spreads<T>().maxima_and_moments(row.blocks(), exact, of_block, of); });
    if (why == status::ok) found = summed_up(row, top.greatest(), of, exact);
    return why;
}

}  // namespace argdraw::detail
