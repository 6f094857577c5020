// wide_scale — a product of scale factors that does not overflow on the way.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// A positive number as mantissa and exponent. Factors as small as 2^-149 (the reciprocal of a float is as large as 2^149) may
/// follow one another and cancel; only the value that is asked for is limited, to [2^-1000, 2^1000].
class wide_scale {
public:
    /// factor > 0 and finite.
    void multiply(double factor) noexcept {
        int exponent = 0;
        if (factor < 0x1p-1022) {
            factor *= 0x1p64;
            exponent = -64;
        }
        const auto bits = std::bit_cast<std::uint64_t>(factor);
        exponent += static_cast<int>(bits >> 52) - 1023;
        mantissa_ = product(mantissa_, std::bit_cast<double>((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u));
        if (mantissa_ >= 2) {
            mantissa_ /= 2;
            ++exponent;
        }
        exponent_ += exponent;
        value_ = mantissa_ * std::bit_cast<double>(static_cast<std::uint64_t>(std::clamp(exponent_, -1000, 1000) + 1023) << 52);
    }

    double value() const noexcept { return value_; }

private:
    double mantissa_ = 1;
    double value_ = 1;
    int exponent_ = 0;
};

}  // namespace argdraw::numeric
