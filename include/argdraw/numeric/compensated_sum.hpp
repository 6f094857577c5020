// compensated_sum — a running sum that keeps what rounding takes from it.
#pragma once

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// A sum of doubles in two parts, relative error below n 2^-105 for n terms >= 0: so precise that the difference of two running sums of the
/// same terms is right where all its leading digits cancel.
class compensated_sum {
public:
    void add(double x) noexcept {
        // Knuth's TwoSum: what the addition lost, exactly.
        const double sum = high_ + x, rest = sum - high_;
        low_ += (high_ - (sum - rest)) + (x - rest);
        high_ = sum;
    }

    double value() const noexcept { return high_ + low_; }

    /// this - other, rounded once at its own size where the two are within a factor of two of each other.
    double minus(const compensated_sum& other) const noexcept { return (high_ - other.high_) + (low_ - other.low_); }

private:
    double high_ = 0;
    double low_ = 0;
};

}  // namespace argdraw::numeric
