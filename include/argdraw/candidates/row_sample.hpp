// row_sample — what some tokens of a row tell of where its mass lies.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A histogram of sampled values. It only tells where to look: whatever comes of it is to be found right by a read of the row.
class row_sample {
public:
    /// Of n >= 1 values, of which those that are more than `depth` below the greatest have no weight; c is their exponent scale.
    row_sample(const double* values, std::size_t n, double c, double depth) noexcept
        : greatest_{simd::lists().greatest(values, n)}, count_{n} {
        bottom_ = (std::max)(simd::lists().least(values, n), greatest_ - depth);
        per_value_ = bins / (greatest_ - bottom_);
        tells_ = numeric::finite(greatest_) && bottom_ < greatest_ && per_value_ < numeric::infinity;
        if (!tells_) return;
        for (std::size_t i = 0; i < n; ++i) ++histogram_[bin_of(values[i])];
        double middles[bins];
        for (std::size_t i = 0; i < bins; ++i) middles[i] = level_of(static_cast<double>(i) + 0.5);
        simd::lists().weights(middles, bins, greatest_, c, weights_.data());
        for (std::size_t i = 0; i < bins; ++i) {
            mass_ += mass_in(i);
            squares_ += numeric::product(mass_in(i), weights_[i]);
        }
    }

    /// Whether it tells anything, and whether it tells the mass of all: not where that is made of a few heavy tokens, and the square of it
    /// is not so many times the sum of squared weights.
    bool tells() const noexcept { return tells_; }
    bool tells_mass(double times = sizes::sample_tells) const noexcept {
        return tells_ && numeric::product(squares_, times) <= numeric::product(mass_, mass_);
    }
    /// Relative to the greatest value in it.
    double mass() const noexcept { return mass_; }
    double greatest() const noexcept { return greatest_; }
    /// The share of a row so wide that it is.
    double share_of(std::size_t width) const noexcept { return static_cast<double>(count_) / static_cast<double>(width); }

    /// The level below which so much lies.
    double level_above(double mass) const noexcept {
        std::size_t i = 0;
        for (; i + 1 < bins && mass_in(i) <= mass; ++i) mass -= mass_in(i);
        const double part = mass_in(i) > 0 ? (std::min)(mass / mass_in(i), 1.0) : 0.0;
        return level_of(static_cast<double>(i) + part);
    }
    /// How much lies about a level in a unit of the value: in as many bins as hold some tens of tokens.
    double density(double level) const noexcept {
        constexpr std::size_t enough = 64;
        std::size_t from = bin_of(level), end = from + 1, count = histogram_[from];
        double mass = mass_in(from);
        while (count < enough && (from > 0 || end < bins)) {
            if (from > 0) {
                count += histogram_[--from];
                mass += mass_in(from);
            }
            if (end < bins) {
                count += histogram_[end];
                mass += mass_in(end++);
            }
        }
        return numeric::product(mass, per_value_) / static_cast<double>(end - from);
    }
    /// The share of the tokens that lies in the bins from one level to another.
    double share_between(double low, double high) const noexcept {
        std::size_t count = 0;
        for (std::size_t i = bin_of(low), end = bin_of(high); i <= end; ++i) count += histogram_[i];
        return static_cast<double>(count) / static_cast<double>(count_);
    }
    double share_reaching(double level) const noexcept { return share_between(level, greatest_); }

private:
    static constexpr std::size_t bins = 256;

    std::size_t bin_of(double value) const noexcept {
        // NaN would be 0.
        return static_cast<std::size_t>(static_cast<std::int32_t>((std::min)((std::max)(0.0, value - bottom_) * per_value_, bins - 1.0)));
    }
    double level_of(double bin) const noexcept { return bottom_ + bin / per_value_; }
    double mass_in(std::size_t i) const noexcept { return numeric::product(weights_[i], histogram_[i]); }

    double greatest_ = 0, bottom_ = 0, per_value_ = 0, mass_ = 0, squares_ = 0;
    std::size_t count_ = 0;
    bool tells_ = false;
    std::array<std::uint32_t, bins> histogram_{};
    std::array<double, bins> weights_;
};

}  // namespace argdraw::detail
