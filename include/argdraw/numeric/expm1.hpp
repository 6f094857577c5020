// expm1 — e^x - 1 in double, without losing what is small, the same bits on every machine.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// What expm1 is made of, for the lanes too: 1 / n!, and ln 2 in two parts, the first with its last 32 bits zero, so that a small integer
/// times it is exact.
struct expm1_constants {
    double inverse_factorial[15] = {};
    double ln2_hi = 0x1.62e42feep-1, ln2_lo = 0x1.a39ef35793c76p-33;

    constexpr expm1_constants() noexcept {
        double factorial = 1;  // exact up to 18!
        for (int n = 0; n < 15; ++n) {
            inverse_factorial[n] = 1 / factorial;
            factorial *= n + 1;
        }
    }
};
inline constexpr expm1_constants of_expm1{};

/// e^x - 1, relative error below 2^-50; -1 below -40, +inf above 690, NaN for NaN; the sign of a zero stays.
///
/// x = k ln 2 + r with |r| <= ln(2)/2; with q = e^r - 1 by its series, e^x - 1 = 2^k q + (2^k - 1), where the parts cancel by no more than
/// half. |r| < 0.347, so r^15 / 15! is the first term that a double cannot see.
inline double expm1(double x) noexcept {
    if (x != x || x == 0) return x;
    if (x < -40) return -1;
    if (x > 690) return infinity;
    const double k = (product(x, log2_e) + exp2_magic) - exp2_magic;
    const double r = (x - product(k, of_expm1.ln2_hi)) - product(k, of_expm1.ln2_lo);
    double series = of_expm1.inverse_factorial[14];
    for (int n = 13; n >= 2; --n) series = product(series, r) + of_expm1.inverse_factorial[n];
    const double q = r + product(product(r, r), series);
    if (k == 0) return q;
    const double power = std::bit_cast<double>(static_cast<std::uint64_t>(static_cast<int>(k) + 1023) << 52);
    return product(power, q) + (power - 1);
}

}  // namespace argdraw::numeric
