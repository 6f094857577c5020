// raised_cells — the token at a place of a raised cumulative distribution, told by cells of values and not by an order.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <argdraw/candidates/cumulative.hpp>
#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/pow.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

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
    /// Tokens a cell: of few cells, which tell most draws, and of more, which leave less in doubt. The masses of more would not fit into the
    /// cache of a core.
    static constexpr std::size_t coarse = 16, fine = 2;

    /// Needs values of more than one kind, and sixteen bytes of room a token.
    raised_cells(const token_arrays& at, std::size_t n, std::size_t tokens_a_cell, double greatest, double least, double c, double power,
                 double* room) noexcept
        : at_{at},
          count_{n},
          cells_{n / tokens_a_cell},
          greatest_{greatest},
          c_{c},
          power_{power},
          per_value_{static_cast<double>(cells_ - 1) / (greatest - least)},
          masses_{room},
          slopes_{room + cells_ + simd::lanes},
          cell_of_{reinterpret_cast<std::uint32_t*>(slopes_ + cells_ + simd::lanes)} {}

    /// Leaves the weights of the list, of scale c, where they are not known, and how the tokens of each cell share its step. Returns how far
    /// the sum over any set of tokens may be off, as a share of all; roundings apart.
    double find_slopes(bool weighed = false) noexcept {
        weigh(weighed);
        power_steps steps(power_);
        const double all = numeric::pow(simd::lists().sum(masses_, cells_), power_), much = all / (16 * static_cast<double>(count_));
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
            steps.take(masses, n, own, [=](std::size_t i, double sum) {
                std::size_t many = 64 * most <= sum ? n - i : 0;
                while (many > 1 && 64 * simd::lists().sum(masses + i, many) > sum) many /= 2;
                return many;
            });
            const bool light = 64 * most <= before;
            const double per_mass = light ? std::fabs(power_ - 1) / (7 * before) : 1.0;
            const double two_least = two * numeric::exp2(-static_cast<double>(from) / per_value_ * c_);
            for (std::size_t i = 0; i < n; ++i) {
                const double m = masses[i], step = own[i];
                may_be[i] = m < two_least * least[i] ? 0.0 : light ? step * m : step;
                slopes[i] = step / (m > 0 ? m : 1.0);
            }
            off += numeric::product(simd::lists().sum(may_be, n), per_mass);
            if (simd::lists().greatest(may_be, n) * per_mass <= much) continue;
            for (std::size_t i = 0; i < n; before += masses[i++]) {
                if (may_be[i] * per_mass <= much || cells_apart_ == most_cells_apart) continue;
                off -= numeric::product(may_be[i], per_mass);
                apart_cells_[cells_apart_++] = {before, static_cast<std::uint32_t>(from + i)};
                slopes[i] = numeric::nan;
            }
        }
        return (std::max)(0.0, off) / all;
    }

    /// Leaves the sum of the steps of each block of the list, and the running ones. False where too many tokens are apart.
    bool add_up(double* own, double* ends) noexcept {
        const std::size_t blocks = (count_ + simd::block_size - 1) / simd::block_size;
        for (std::size_t b = 0; b < blocks; ++b) {
            const std::size_t from = b * simd::block_size, n = (std::min)(simd::block_size, count_ - from);
            own[b] = sum_of_steps(from, n);
            if (own[b] == own[b]) continue;
            own[b] = 0;
            for (std::size_t i = from; i < from + n; ++i)
                if (const double step = at_.weights[i] * slopes_[cell_of_[i]]; step == step) own[b] += step;
                else if (tokens_apart_ == most_tokens_apart) return false;
                else apart_[tokens_apart_++] = {at_.values[i], at_.weights[i], 0, static_cast<std::uint32_t>(i)};
        }
        step_those_apart();
        for (std::size_t i = 0; i < tokens_apart_; ++i) own[apart_[i].number / simd::block_size] += apart_[i].step;
        double running = 0;
        for (std::size_t b = 0; b < blocks; ++b) ends[b] = running += own[b];
        return true;
    }

    /// Then: the steps of n tokens.
    void steps_from(std::size_t from, std::size_t n, double* out) const noexcept {
        for (std::size_t i = 0; i < n; ++i) out[i] = at_.weights[from + i] * slopes_[cell_of_[from + i]];
        for (std::size_t i = 0; i < tokens_apart_; ++i)
            if (apart_[i].number - from < n) out[apart_[i].number - from] = apart_[i].step;
    }

    /// The step of one token, right to 1e-12 of itself.
    double step_of(std::size_t number) const noexcept {
        for (std::size_t i = 0; i < tokens_apart_; ++i)
            if (apart_[i].number == number) return apart_[i].step;
        const std::size_t cell = cell_of_[number];
        const double weight = at_.weights[number], v = at_.values[number];
        if (masses_[cell] < two * numeric::exp2(least_in(cell) * c_)) return weight * slopes_[cell];
        std::fill_n(at_.values + count_, simd::lanes, -numeric::infinity);
        const auto equals = static_cast<double>(std::count(at_.values, at_.values + number, v));
        const double before = simd::lists().mass_at_least(at_.values, at_.weights, count_, numeric::next_above(v)).mass;
        return step_behind(before + numeric::product(weight, equals), weight);
    }

private:
    static constexpr std::size_t most_cells_apart = 32, most_tokens_apart = 128;
    // Two tokens of a cell weigh more than this many times the least that one may weigh.
    static constexpr double two = 2 - 0x1p-20;

    struct cell_apart {
        double before;
        std::uint32_t cell;
    };
    struct token_apart {
        double value, weight, step;
        std::uint32_t number;
    };

    // No value of the cell is farther below the greatest: its rank is rounded, after two roundings.
    double least_in(std::size_t cell) const noexcept { return -(static_cast<double>(cell) + (0.5 + 0x1p-25)) / per_value_; }

    // Leaves weights, the cell of each token, and what each cell weighs.
    void weigh(bool weighed) noexcept {
        std::fill_n(masses_, cells_ + simd::lanes, 0.0);
        double* const masses = masses_;
        for (std::size_t from = 0; from < count_; from += simd::block_size) {
            const std::size_t n = (std::min)(simd::block_size, count_ - from);
            const double* const weights = at_.weights + from;
            std::uint32_t* const cells = cell_of_ + from;
            double ranks[simd::block_size];
            simd::lists().ranks(at_.values + from, n, greatest_, per_value_, ranks);
            if (!weighed) simd::lists().weights(at_.values + from, n, greatest_, c_, at_.weights + from);
            for (std::size_t i = 0; i < n; ++i) {
                const auto cell = static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(ranks[i]));
                masses[cell] += weights[i];
                cells[i] = cell;
            }
        }
    }

    // Four sums at a time, since one would wait for each addition.
    double sum_of_steps(std::size_t from, std::size_t n) const noexcept {
        const double* const weights = at_.weights + from;
        const double* const slopes = slopes_;
        const std::uint32_t* const cells = cell_of_ + from;
        double sums[4] = {};
        std::size_t i = 0;
        for (; i + 4 <= n; i += 4)
            for (std::size_t k = 0; k < 4; ++k) sums[k] += numeric::product(weights[i + k], slopes[cells[i + k]]);
        for (; i < n; ++i) sums[0] += numeric::product(weights[i], slopes[cells[i]]);
        return (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }

    double step_behind(double before, double weight) const noexcept {
        return before > 0 ? power_steps::step(before + weight, weight, power_) : numeric::pow(weight, power_);
    }

    void step_those_apart() noexcept {
        std::sort(apart_.begin(), apart_.begin() + static_cast<std::ptrdiff_t>(tokens_apart_),
                  [](const token_apart& a, const token_apart& b) { return a.value != b.value ? a.value > b.value : a.number < b.number; });
        for (std::size_t i = 0; i < tokens_apart_; ++i) {
            cell_apart* of = apart_cells_.data();
            while (of->cell != cell_of_[apart_[i].number]) ++of;
            apart_[i].step = step_behind(of->before, apart_[i].weight);
            of->before += apart_[i].weight;
        }
    }

    const token_arrays& at_;
    std::size_t count_, cells_;
    double greatest_, c_, power_, per_value_;
    double *masses_, *slopes_;  // of each cell; the slope of one that is apart is NaN
    std::uint32_t* cell_of_;
    std::size_t cells_apart_ = 0, tokens_apart_ = 0;
    std::array<cell_apart, most_cells_apart> apart_cells_;
    std::array<token_apart, most_tokens_apart> apart_;
};

/// The number of the token at u of the steps that cells tell, and its probability, right to 1e-12; none where they leave it in doubt. The
/// sums of `of` are written.
template <class Sums>
taken token_of_cells(raised_cells& cells, bool weighed, std::size_t n, const Sums& of, double u) noexcept {
    constexpr double most_in_doubt = 0.5;  // of the draws; where it is more, another way is quicker
    const auto count = static_cast<double>(n);
    const double off = cells.find_slopes(weighed);
    if (numeric::product(off, count) > most_in_doubt || !cells.add_up(of.of_block, of.ends)) return {};
    // The sum of all is that of the cells, which is off by roundings alone: n additions by less than n 2^-52, of which a power of up to 8
    // makes eight times as much, and twice, since another sum is compared with this one.
    const std::size_t blocks = (n + simd::block_size - 1) / simd::block_size;
    const double all = of.ends[blocks - 1], target = numeric::product(u, all);
    const double slack = numeric::product(all, off + 0x1p-40 + numeric::product(0x1p-47, count));
    const auto block = static_cast<std::size_t>(std::upper_bound(of.ends, of.ends + blocks, target) - of.ends);
    if (block == blocks) return {};
    const double before = block > 0 ? of.ends[block - 1] : 0.0, own = of.of_block[block];
    if (!(target - before > slack && of.ends[block] - target > slack)) return {};
    const std::size_t from = block * simd::block_size, here = (std::min)(simd::block_size, n - from);
    double steps[simd::block_size];
    cells.steps_from(from, here, steps);
    const std::size_t i = find_in_block((target - before - slack) / own, steps, here).index;
    if (i != find_in_block((target - before + slack) / own, steps, here).index || i == here) return {};
    return {static_cast<token_id>(from + i), cells.step_of(from + i) / all};
}

/// The token at u of the list of a distribution behind the power that waits, where it can be told without an order; none where not. Its
/// probability is right to 1e-12.
template <logit_scalar T>
taken quick_raised_token(distribution<T>& d, list& tokens, double u) noexcept {
    // Cells tell little of few tokens, and where the first has less than this many times its share, which a sample tells that has no such.
    constexpr double times_its_share = 256;
    const std::size_t n = tokens.size();
    const double power = d.power_that_waits(), greatest = tokens.maximum(), least = d.least_to_raise(), c = d.exponent_scale();
    const auto named = [&](taken entry) {
        return entry.id < 0 ? entry : taken{tokens.id(static_cast<std::size_t>(entry.id)), entry.probability};
    };
    if (greatest == least) return named(raised_token_of_equals(n, power, u));
    if (n < 8 * simd::block_size || !numeric::finite(greatest - least)) return {};
    double some[simd::block_size];
    for (std::size_t i = 0; i < simd::block_size; ++i) some[i] = tokens.value(i * (n / simd::block_size));
    simd::lists().weights(some, simd::block_size, greatest, c, some);
    if (simd::lists().sum(some, simd::block_size) * times_its_share > simd::block_size) return {};
    for (const std::size_t tokens_a_cell : {raised_cells::coarse, raised_cells::fine}) {
        raised_cells cells(d.scratch().tokens, n, tokens_a_cell, greatest, least, c, power,
                           reinterpret_cast<double*>(d.scratch().sorting.order));
        const taken found = token_of_cells(cells, tokens_a_cell != raised_cells::coarse, n, d.scratch().masses, u);
        if (found.id >= 0) return named(found);
    }
    return {};
}

}  // namespace argdraw::detail
