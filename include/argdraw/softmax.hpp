// softmax, log_softmax, log_sum_exp — of a whole row, in double, the same bits on every machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// Something that takes a distribution: float or double, contiguous, as wide as the row.
template <class R>
concept probability_row = requires(R& r) {
    { r.size() } -> std::convertible_to<std::size_t>;
    { *r.data() } -> std::same_as<std::remove_cvref_t<decltype(*r.data())>&>;
    requires std::floating_point<std::remove_cvref_t<decltype(*r.data())>>;
};

namespace detail {

struct row_sum {
    double maximum;  // NaN if there is a NaN
    double sum;      // of exp(x - maximum); 1, ..., V
};

// With +inf in the row, the infinite entries share the mass: their difference to the maximum counts as 0.
template <logit_scalar T>
inline double distance(T x, double maximum) noexcept {
    const double value = static_cast<double>(x);
    return value == maximum ? 0.0 : value - maximum;
}

// The row is gone through in chunks of sixteen kilobytes of stack, so that no buffer of its width is needed.
inline constexpr std::size_t chunk = 4 * sum_block;

template <logit_scalar T, class Sink>
double exponentials(std::span<const T> row, double maximum, Sink sink) noexcept {
    alignas(64) double buffer[chunk + simd::lanes];
    double total = 0;
    for (std::size_t from = 0; from < row.size(); from += chunk) {
        const std::size_t n = (std::min)(chunk, row.size() - from);
        for (std::size_t i = 0; i < n; ++i) buffer[i] = distance(row[from + i], maximum);
        simd::lists().weights(buffer, n, 0.0, log2_e, buffer);
        for (std::size_t b = 0; b < n; b += sum_block) total += block_sum(buffer + b, (std::min)(sum_block, n - b));
        sink(from, std::span<const double>(buffer, n));
    }
    return total;
}

template <logit_scalar T>
row_sum sum_of_row(std::span<const T> row) noexcept {
    double maximum = -numeric::infinity;
    for (const T x : row) {
        const double value = static_cast<double>(x);
        if (value != value) return {value, value};
        if (value > maximum) maximum = value;
    }
    if (!(maximum > -numeric::infinity)) return {maximum, 0.0};
    return {maximum, exponentials(row, maximum, [](std::size_t, std::span<const double>) {})};
}

template <logit_scalar T>
double log_of_sum(std::span<const T> row) noexcept {
    const row_sum s = sum_of_row(row);
    return s.maximum + log(s.sum);
}

template <logit_scalar T, class Out>
void softmax_into(std::span<const T> row, Out* out) noexcept {
    const row_sum s = sum_of_row(row);
    if (!(s.sum > 0)) {
        std::fill_n(out, row.size(), std::numeric_limits<Out>::quiet_NaN());
        return;
    }
    exponentials(row, s.maximum, [&](std::size_t from, std::span<const double> weights) {
        for (std::size_t i = 0; i < weights.size(); ++i) out[from + i] = static_cast<Out>(weights[i] / s.sum);
    });
}

template <logit_scalar T, class Out>
void log_softmax_into(std::span<const T> row, Out* out) noexcept {
    const row_sum s = sum_of_row(row);
    const double log_sum = log(s.sum);
    for (std::size_t i = 0; i < row.size(); ++i)
        out[i] = s.sum > 0 ? static_cast<Out>(distance(row[i], s.maximum) - log_sum) : std::numeric_limits<Out>::quiet_NaN();
}

}  // namespace detail

/// ln sum_i exp(x_i). -inf for a row without living entries, +inf if one is +inf, NaN if one is NaN. Never overflows;
/// absolute error below 1e-14 plus one rounding. Two reads of the row, no allocation.
template <logit_row R>
double log_sum_exp(const R& row) noexcept {
    return under_default_rounding([&] { return detail::log_of_sum(as_row(row)); });
}

/// out_i = exp(x_i - log_sum_exp(x)). Entries of -inf get 0, those of +inf share 1 between them; a row with a NaN or without a living
/// entry has no softmax, and every out_i is NaN. Relative error below 1e-14 + (max x - x_i) 2^-52
/// before the rounding to out's scalar; what is below 2^-1000 of the greatest gets 0.
/// Writes as many entries as the row has: out must be as wide; out may not overlap the row. No allocation.
template <logit_row R, probability_row Out>
void softmax(const R& row, Out&& out) noexcept {
    under_default_rounding([&] { detail::softmax_into(as_row(row), out.data()); });
}

/// out_i = x_i - log_sum_exp(x), with the cases of softmax.
template <logit_row R, probability_row Out>
void log_softmax(const R& row, Out&& out) noexcept {
    under_default_rounding([&] { detail::log_softmax_into(as_row(row), out.data()); });
}

}  // namespace argdraw::numeric
