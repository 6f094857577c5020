// cumulative — a power of the running sums of the order: what mass it moves from the head to the tail, or back.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/edits.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/numeric/compensated_sum.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/expm1.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>
#include <argdraw/numeric/pow.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The steps S_i^g - S_(i-1)^g of the sums S of weights, the first of them above 0, each right to 1e-12 of itself; 1/8 <= g <= 8.
///
/// Weights that together are no more than 1/64 of the sum before them lie within 1/129 of a middle, as a share of it: there the power is
/// its binomial series. Of a step, which is its slope times the weight, the terms left out are less than |binom(g - 1, 8)| 129^-8 < 2^-56.
/// Each of the others has a power of its own.
class power_steps {
public:
    explicit power_steps(double power) noexcept : power_{power} {
        for (std::size_t k = 0; k + 1 < series_.size(); ++k)
            series_[k + 1] = numeric::product(series_[k], power - static_cast<double>(k)) / static_cast<double>(k + 1);
    }

    /// The steps of the next n <= block_size weights, which come in descending order. What stands in the two arrays behind them, up to the
    /// next vector, is read and written.
    void take(const double* weights, std::size_t n, double* steps) noexcept {
        take(weights, n, steps, [=](std::size_t i, double sum) {
            const double fit = sum / numeric::product(64, weights[i]);
            return fit < static_cast<double>(n - i) ? static_cast<std::size_t>(fit) : n - i;
        });
    }
    /// The same of weights in any order: of those from the i-th on, the first fitting(i, sum) weigh no more than sum / 64 together.
    template <class F>
    void take(const double* weights, std::size_t n, double* steps, F fitting) noexcept {
        double before[simd::block_size + simd::lanes] = {};
        for (std::size_t i = 0; i < n;) {
            const double sum = passed_.value();
            const std::size_t many = sum > 0 ? fitting(i, sum) : 0;
            if (many == 0) {
                steps[i] = weights[i] > 0 ? step_of(weights[i]) : 0.0;
                ++i;
                continue;
            }
            const double running = running_sums(weights + i, many, before);
            const double center = running / 2, inverse = 1 / (sum + center);
            const double factor = numeric::product(numeric::pow(sum + center, power_), inverse);
            simd::lists().power_steps(before, weights + i, many, {center, inverse, factor, series_.data()}, steps + i);
            passed_.add(running);
            i += many;
        }
    }

    /// The step to a sum, of a weight that is less than that.
    static double step(double sum, double weight, double power) noexcept {
        return numeric::product(numeric::pow(sum, power), -numeric::expm1(numeric::product(power, numeric::log1p(-weight / sum))));
    }
    double passed() const noexcept { return passed_.value(); }
    /// ln of the power of all the sum.
    double log_of_all() const noexcept { return numeric::product(power_, numeric::log(passed_.value())); }

private:
    // Leaves the sums before each of n numbers; returns that of all. Four parts at a time, since one sum would wait for each addition.
    static double running_sums(const double* a, std::size_t n, double* before) noexcept {
        const std::size_t part = n / 4;
        double first = 0, second = 0, third = 0, fourth = 0;
        for (std::size_t k = 0; k < part; ++k) {
            before[k] = first;
            first += a[k];
            before[part + k] = second;
            second += a[part + k];
            before[2 * part + k] = third;
            third += a[2 * part + k];
            before[3 * part + k] = fourth;
            fourth += a[3 * part + k];
        }
        second += first;
        third += second;
        fourth += third;
        for (std::size_t k = 0; k < part; ++k) {
            before[part + k] += first;
            before[2 * part + k] += second;
            before[3 * part + k] += third;
        }
        for (std::size_t k = 4 * part; k < n; ++k) {
            before[k] = fourth;
            fourth += a[k];
        }
        return fourth;
    }

    double step_of(double weight) noexcept {
        const bool first = passed_.value() == 0;
        passed_.add(weight);
        const double sum = passed_.value();
        return first ? numeric::pow(sum, power_) : step(sum, weight, power_);
    }

    double power_;
    std::array<double, simd::power_series::highest + 1> series_{1};
    numeric::compensated_sum passed_;
};

/// Gives the list of a distribution the steps of the power that waits for weights, to which it takes values when somebody asks for them. A
/// step lies between 2^-460 and 2^192.
template <logit_scalar T>
void raise_by_steps(distribution<T>& d, list& tokens) noexcept {
    power_steps steps(d.power_that_waits());
    tokens.weigh(d.exponent_scale());
    tokens.reweigh_in_order(numeric::log2_e, [&](const double* weights, std::size_t n, double* out) { steps.take(weights, n, out); });
    d.values_later(-steps.log_of_all());
}

/// ln(1 - (1 - x)^g); x = e^log_weight / sum is the share that a token has of the mass up to it, and needs to be at most 1/2.
inline double log_of_step(double g, double x, double log_weight, double sum) noexcept {
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

/// The same by the logarithms of all steps, whatever their size.
template <logit_scalar T>
void raise_by_logarithms(distribution<T>& d, const list& tokens, double log_power) noexcept {
    d.bring_into_range();
    const double g = numeric::exp(log_power), m = d.logit_of(tokens.maximum());
    const std::size_t n = tokens.size();
    numeric::compensated_sum all, passed;
    for (const double v : tokens.values()) all.add(numeric::exp(d.logit_of(v) - m));
    const double total = all.value();
    std::size_t number = 0;
    transform_in_order(d, [&](double l, double) {
        const double weight = numeric::exp(l - m);
        passed.add(weight);
        const double sum = passed.value();
        // ln C from the mass behind the token where C is above 1/2: C rounds near 1, the mass behind does not.
        const double behind = (std::max)(0.0, all.minus(passed));
        const double log_c = ++number == n ? 0.0 : 2 * sum < total ? numeric::log(sum / total) : numeric::log1p(-behind / total);
        const double log_of_sum = log_c == 0 ? 0.0 : numeric::product(g, log_c);
        return number == 1 ? log_of_sum : log_of_sum + log_of_step(g, weight / sum, l - m, sum);
    });
}

/// l <- ln(C^g - D^g), with C the share of the mass up to and with a token in the order, D that of those before it, and g = e^log_power.
template <logit_scalar T>
void raise_cumulative(distribution<T>& d, double log_power) noexcept {
    // Steps are made where the power is near enough to 1, and the least likely token likely enough for a weight.
    constexpr double greatest_log_power = 2, greatest_distance = 300;
    list* const tokens = d.listed();
    if (!tokens) return;
    const double least = tokens->minimum();
    if (-greatest_log_power <= log_power && log_power <= greatest_log_power &&
        numeric::product(least - tokens->maximum(), d.scale()) >= -greatest_distance)
        d.raise_later(numeric::exp(log_power), least);
    else raise_by_logarithms(d, *tokens, log_power);
}

}  // namespace argdraw::detail
