// cumulative — a power of the running sums of the order: what mass it moves from the head to the tail, or back.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/edits.hpp>
#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/compensated_sum.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/expm1.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>
#include <argdraw/numeric/order.hpp>
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
        take(weights, n, steps, [=](std::size_t i) { return weights[i]; });
    }
    /// The same of weights in any order: none from the i-th on is above most(i).
    template <class F>
    void take(const double* weights, std::size_t n, double* steps, F most) noexcept {
        double before[simd::block_size + simd::lanes] = {};
        for (std::size_t i = 0; i < n;) {
            const double sum = passed_.value(), fit = sum / numeric::product(64, most(i));
            if (!(fit >= 1)) {
                steps[i] = weights[i] > 0 ? step_of(weights[i]) : 0.0;
                ++i;
                continue;
            }
            const std::size_t many = fit < static_cast<double>(n - i) ? static_cast<std::size_t>(fit) : n - i;
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

/// The token at u where n of them weigh the same: the i-th has ((i + 1) / n)^g - (i / n)^g of the mass. None where u is too near to an end
/// of that for the roundings of a sum, which are less than 2^-39 of it; those of u^(1/g) are less than eight times as many.
inline taken raised_token_of_equals(std::size_t n, double power, double u) noexcept {
    const double all = static_cast<double>(n), at = numeric::product(all, numeric::pow(u, 1 / power)),
                 slack = numeric::product(all, 0x1p-35);
    const double i = std::floor(at), share = (i + 1) / all;
    if (!(at - i > slack && i + 1 - at > slack && share <= 1)) return {};
    return {static_cast<token_id>(i), i == 0 ? numeric::pow(share, power) : power_steps::step(share, 1 / all, power)};
}

/// The steps of a weighed list of many tokens, as far as they are told by cells: parts of one width of the range of its values.
///
/// The cell of a value never falls as that does: difference, product and sum are rounded, and rounding keeps the order. So the sums before a
/// cell and with it are those of the order, and its step is what its tokens have together. Where it has one token, that is the step of the
/// token. Of more they are taken to share the step as they share the mass m of the cell, which may be off: a set of them with the mass a
/// has the most, or the least, where it comes first of all, and that differs from its share by a (m - a) / m times the difference of two
/// mean slopes, at points m / 2 apart. So no set is off by more than max |f''| m^2 / 8, for f(x) = x^g. And between the sums S and S + m,
/// with 64 m <= S, f'' is |g - 1| f' / x, and f' differs from its mean, the step over m, by no more than (1 + 1/64)^7 < 8/7: no set is off
/// by more than |g - 1| step m / (7 S). It never is by more than the step. The tokens of the few cells that may be off by much are apart:
/// they are put in order.
class raised_cells {
public:
    static constexpr std::size_t tokens_a_cell = 8;

    /// Needs values of more than one kind, with their weights of scale c, and room for four numbers a cell.
    raised_cells(const token_arrays& at, std::size_t n, double greatest, double least, double c, double power, double* room) noexcept
        : at_{at},
          count_{n},
          cells_{n / tokens_a_cell},
          greatest_{greatest},
          c_{c},
          power_{power},
          per_value_{static_cast<double>(cells_ - 1) / (greatest - least)},
          masses_{room},
          slopes_{room + cells_ + simd::lanes} {}

    /// Leaves how the tokens of each cell share its step. Returns how far the sum over any set of tokens may be off, as a share of all;
    /// roundings apart.
    double find_slopes(double mass) noexcept {
        std::fill_n(masses_, cells_ + simd::lanes, 0.0);
        for (std::size_t from = 0; from < count_; from += simd::block_size)
            each_of_block(from, [&](std::size_t, std::size_t cell, double weight) { masses_[cell] += weight; });
        power_steps steps(power_);
        const double all = numeric::pow(mass, power_), much = all / numeric::product(16, static_cast<double>(count_));
        // The least that a token weighs in a cell: a part that every block has, times that of the block's first.
        double off = 0, least[simd::block_size + simd::lanes];
        for (std::size_t i = 0; i < simd::block_size; ++i) least[i] = least_in(i);
        simd::lists().weights(least, simd::block_size, 0, c_, least);
        for (std::size_t from = 0; from < cells_; from += simd::block_size) {
            const std::size_t n = (std::min)(simd::block_size, cells_ - from);
            const double* const masses = masses_ + from;
            double* const slopes = slopes_ + from;
            double before = steps.passed(), own[simd::block_size + simd::lanes], may_be[simd::block_size];
            const double most = simd::lists().greatest(masses, n);
            steps.take(masses, n, own, [=](std::size_t) { return most; });
            const bool light = numeric::product(64, most) <= before;
            const double per_mass = light ? std::fabs(power_ - 1) / numeric::product(7, before) : 0.0, otherwise = light ? 0.0 : 1.0;
            const double two_least = numeric::product(two, numeric::exp2(numeric::product(-static_cast<double>(from) / per_value_, c_)));
            for (std::size_t i = 0; i < n; ++i) {
                const double m = masses[i];
                may_be[i] =
                    m < numeric::product(two_least, least[i]) ? 0.0 : numeric::product(numeric::product(per_mass, m) + otherwise, own[i]);
                slopes[i] = own[i] / (m > 0 ? m : 1.0);
            }
            off += simd::lists().sum(may_be, n);
            if (simd::lists().greatest(may_be, n) <= much) continue;
            for (std::size_t i = 0; i < n; before += masses[i++]) {
                if (may_be[i] <= much || cells_apart_ == most_cells_apart) continue;
                off -= may_be[i];
                before_[cells_apart_++] = before;
                slopes[i] = -static_cast<double>(cells_apart_);
            }
        }
        return (std::max)(0.0, off) / all;
    }

    /// Leaves the sum of the steps of each block of the list, and the running ones. False where too many tokens are apart.
    bool add_up(double* own, double* ends) noexcept {
        double steps[simd::block_size];
        const std::size_t blocks = (count_ + simd::block_size - 1) / simd::block_size;
        for (std::size_t b = 0; b < blocks; ++b) {
            const std::size_t from = b * simd::block_size, n = (std::min)(simd::block_size, count_ - from);
            each_of_block(from, [&](std::size_t i, std::size_t cell, double weight) {
                const double slope = slopes_[cell];
                steps[i] = numeric::product(weight, slope);
                if (slope < 0) steps[i] = put_apart(from + i, static_cast<std::size_t>(-slope));
            });
            if (too_many_) return false;
            own[b] = simd::lists().sum(steps, n);
        }
        step_those_apart();
        for (std::size_t i = 0; i < tokens_apart_; ++i) own[apart_[i].number / simd::block_size] += apart_[i].step;
        double running = 0;
        for (std::size_t b = 0; b < blocks; ++b) ends[b] = running += own[b];
        return true;
    }

    /// Then: the steps of the tokens of a block.
    void steps_of_block(std::size_t from, double* out) const noexcept {
        each_of_block(from, [&](std::size_t i, std::size_t cell, double weight) {
            out[i] = slopes_[cell] < 0 ? *step_apart(from + i) : numeric::product(weight, slopes_[cell]);
        });
    }

    /// The step of one token, right to 1e-12 of itself.
    double step_of(std::size_t number) const noexcept {
        if (const double* const step = step_apart(number)) return *step;
        double rank[simd::lanes];
        simd::lists().ranks(at_.values + number, 1, greatest_, per_value_, rank);
        const std::size_t cell = cell_of(rank[0]);
        const double weight = at_.weights[number], v = at_.values[number];
        if (masses_[cell] < numeric::product(numeric::exp2(numeric::product(least_in(cell), c_)), two))
            return numeric::product(weight, slopes_[cell]);
        std::fill_n(at_.values + count_, simd::lanes, -numeric::infinity);
        const auto equals = static_cast<double>(std::count(at_.values, at_.values + number, v));
        const double before = simd::lists().mass_at_least(at_.values, at_.weights, count_, numeric::next_above(v)).mass;
        return step_behind(before + numeric::product(weight, equals), weight);
    }

private:
    static constexpr std::size_t most_cells_apart = 32, most_tokens_apart = 128;
    // Two tokens of a cell weigh more than this many times the least that one may weigh.
    static constexpr double two = 2 - 0x1p-20;

    struct apart {
        double value, weight, step;
        std::uint32_t number, cell;
    };

    static std::size_t cell_of(double rank) noexcept { return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(rank)); }
    // No value of the cell is farther below the greatest: its rank is rounded, after two roundings.
    double least_in(std::size_t cell) const noexcept { return -(static_cast<double>(cell) + (0.5 + 0x1p-25)) / per_value_; }

    // Calls visit(i, cell, weight) for each token of a block.
    template <class F>
    void each_of_block(std::size_t from, F visit) const noexcept {
        const std::size_t n = (std::min)(simd::block_size, count_ - from);
        double ranks[simd::block_size];
        simd::lists().ranks(at_.values + from, n, greatest_, per_value_, ranks);
        const double* const weights = at_.weights + from;
        for (std::size_t i = 0; i < n; ++i) visit(i, cell_of(ranks[i]), weights[i]);
    }

    double step_behind(double before, double weight) const noexcept {
        return before > 0 ? power_steps::step(before + weight, weight, power_) : numeric::pow(weight, power_);
    }

    // Returns 0.
    double put_apart(std::size_t number, std::size_t cell) noexcept {
        too_many_ |= tokens_apart_ == most_tokens_apart;
        if (!too_many_)
            apart_[tokens_apart_++] = {at_.values[number], at_.weights[number], 0, static_cast<std::uint32_t>(number),
                                       static_cast<std::uint32_t>(cell)};
        return 0;
    }
    void step_those_apart() noexcept {
        std::sort(apart_.begin(), apart_.begin() + static_cast<std::ptrdiff_t>(tokens_apart_),
                  [](const apart& a, const apart& b) { return a.value != b.value ? a.value > b.value : a.number < b.number; });
        for (std::size_t i = 0; i < tokens_apart_; ++i) {
            double& before = before_[apart_[i].cell - 1];
            apart_[i].step = step_behind(before, apart_[i].weight);
            before += apart_[i].weight;
        }
    }
    const double* step_apart(std::size_t number) const noexcept {
        for (std::size_t i = 0; i < tokens_apart_; ++i)
            if (apart_[i].number == number) return &apart_[i].step;
        return nullptr;
    }

    const token_arrays& at_;
    std::size_t count_, cells_;
    double greatest_, c_, power_, per_value_;
    double *masses_, *slopes_;
    std::size_t cells_apart_ = 0, tokens_apart_ = 0;
    bool too_many_ = false;
    std::array<double, most_cells_apart> before_;  // the sum before each cell that is apart, which has its number for a slope, below 0
    std::array<apart, most_tokens_apart> apart_;
};

/// The token at u of the list of a distribution behind the power that waits, where it can be told without an order; none where not. Its
/// probability is right to 1e-12.
template <logit_scalar T>
taken quick_raised_token(distribution<T>& d, list& tokens, double u) noexcept {
    // Cells tell little where the first token has less than this many times its share, and where what they leave in doubt is more.
    constexpr double times_its_share = 256, most_in_doubt = 0.5;
    const std::size_t n = tokens.size();
    const auto count = static_cast<double>(n);
    const double power = d.power_that_waits(), greatest = tokens.maximum(), least = d.least_to_raise(), c = d.exponent_scale();
    const auto named = [&](taken entry) {
        return entry.id < 0 ? entry : taken{tokens.id(static_cast<std::size_t>(entry.id)), entry.probability};
    };
    if (greatest == least) return named(raised_token_of_equals(n, power, u));
    tokens.weigh(c);
    if (n < raised_cells::tokens_a_cell * simd::block_size || numeric::product(tokens.mass(), times_its_share) > count ||
        !numeric::finite(greatest - least))
        return {};
    raised_cells cells(d.scratch().tokens, n, greatest, least, c, power, reinterpret_cast<double*>(d.scratch().sorting.order));
    const double off = cells.find_slopes(tokens.mass());
    const auto& of = d.scratch().masses;
    if (numeric::product(off, count) > most_in_doubt || !cells.add_up(of.of_block, of.ends)) return {};
    // Two running sums are compared, that up to a token and that of all; and n additions are off by less than n 2^-52, of which a power of up
    // to 8 makes eight times as much.
    const std::size_t blocks = (n + simd::block_size - 1) / simd::block_size;
    const double all = of.ends[blocks - 1], target = numeric::product(u, all);
    const double slack = numeric::product(all, 2 * off + 0x1p-40 + numeric::product(0x1p-47, count));
    const auto block = static_cast<std::size_t>(std::upper_bound(of.ends, of.ends + blocks, target) - of.ends);
    if (block == blocks) return {};
    const double before = block > 0 ? of.ends[block - 1] : 0.0, own = of.of_block[block];
    if (!(target - before > slack && of.ends[block] - target > slack)) return {};
    double steps[simd::block_size];
    const std::size_t from = block * simd::block_size, here = (std::min)(simd::block_size, n - from);
    cells.steps_of_block(from, steps);
    const std::size_t i = find_in_block((target - before - slack) / own, steps, here).index;
    if (i != find_in_block((target - before + slack) / own, steps, here).index || i == here) return {};
    return named({static_cast<token_id>(from + i), cells.step_of(from + i) / all});
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
