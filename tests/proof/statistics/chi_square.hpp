// Pearson's chi-square: the statistic, the value it exceeds with probability 1e-6, and the bias that would be found.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace statistics {

/// The value that a chi-square of `degrees` exceeds with probability 1e-6 (Wilson and Hilferty; z = 4.7534).
inline double critical(double degrees) {
    const double v = 2 / (9 * degrees);
    return degrees * std::pow(1 - v + 4.7534 * std::sqrt(v), 3);
}

struct bins {
    double statistic = 0;
    double degrees = -1;
    double least_expected = 0;

    double over_critical() const { return statistic / critical(degrees); }
};

/// Counts against what a law expects of them, neighbours merged until each bin expects ten.
inline bins chi_square(std::span<const double> expected, std::span<const double> counts) {
    bins result;
    double left = 0;
    for (const double e : expected) left += e;
    double e = 0, seen = 0;
    result.least_expected = left;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        e += expected[i];
        seen += counts[i];
        left -= expected[i];
        if ((e < 10 || left < 10) && i + 1 < expected.size()) continue;
        result.statistic += (seen - e) * (seen - e) / e;
        result.degrees += 1;
        result.least_expected = std::min(result.least_expected, e);
        e = seen = 0;
    }
    return result;
}

/// The statistic of counts that should all be equal.
inline double even(std::span<const double> counts) {
    double total = 0;
    for (const double count : counts) total += count;
    const double mean = total / static_cast<double>(counts.size());
    double statistic = 0;
    for (const double count : counts) statistic += (count - mean) * (count - mean) / mean;
    return statistic;
}

/// The noncentrality that is found 99 times in 100: a noncentral chi-square of so much has its critical value 2.3263 standard
/// deviations (2 (degrees + 2 lambda)) below its mean (degrees + lambda).
inline double found(double degrees) {
    double low = 0, high = 1000 + 100 * degrees;
    for (int i = 0; i < 100; ++i) {
        const double lambda = (low + high) / 2;
        (degrees + lambda - 2.3263 * std::sqrt(2 * (degrees + 2 * lambda)) < critical(degrees) ? low : high) = lambda;
    }
    return high;
}

/// What that is in a law of `degrees` + 1 equal bins, every second of which has (1 + b) of its probability and the others (1 - b): b.
inline double detectable_bias(double degrees, double draws) { return std::sqrt(found(degrees) / draws); }

}  // namespace statistics
