// statistics — frequencies against the definition: chi-square at a stated alpha, with the bias that it would find.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/conformance/definition.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/rows.hpp>
#include <argdraw/conformance/shares.hpp>
#include <argdraw/conformance/words.hpp>
#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

namespace detail {

inline constexpr const char* chi_square_unit = "chi-square over critical value";

/// The probability that a chi-square of `degrees` >= 1 exceeds x: erfc(sqrt(x/2)) for one degree, e^(-x/2) for two, and a term more for
/// every two further ones.
inline double exceeds(double x, int degrees) {
    const double half = x / 2;
    double tail = degrees % 2 == 1 ? std::erfc(std::sqrt(half)) : std::exp(-half);
    double term = degrees % 2 == 1 ? std::exp(-half) * std::sqrt(half / std::atan(1.0)) : half * std::exp(-half);
    for (int d = degrees % 2 == 1 ? 1 : 2; d < degrees; d += 2) {
        tail += term;
        term *= half / (0.5 * d + 1);
    }
    return tail;
}

/// What it exceeds with probability 1e-6.
inline double critical(int degrees) {
    double low = degrees, high = 2.0 * degrees + 100;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (exceeds(middle, degrees) > 1e-6 ? low : high) = middle;
    }
    return high;
}

/// The noncentrality that exceeds critical(degrees) 99 times in 100, with the noncentral chi-square as a normal distribution of mean
/// degrees + x and variance 2 (degrees + 2 x); the normal quantile is 2.3263.
inline double found_noncentrality(int degrees) {
    double x = 1;
    for (int i = 0; i < 100; ++i) x = critical(degrees) - degrees + 2.3263 * std::sqrt(2 * (degrees + 2 * x));
    return x;
}

struct chi_square {
    double ratio = 0;            ///< Pearson's statistic over its critical value; above 1 with probability 1e-6 if the law is right
    double found = 0;            ///< every second bin this part too likely, the others too unlikely, would exceed it 99 times in 100
    std::size_t impossible = 0;  ///< draws of tokens that have no probability
};

/// Counts against probabilities (one more count than those: what lay outside). Bins are merged until each expects ten.
inline chi_square judge_counts(std::span<const long double> p, std::span<const std::uint64_t> counts) {
    chi_square result;
    double all = 0;
    for (const std::uint64_t n : counts) all += static_cast<double>(n);
    double statistic = 0, expected = 0, seen = 0, left = all;
    int bins = 0;
    result.impossible = static_cast<std::size_t>(counts[p.size()]);
    std::vector<std::size_t> living;
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] > 0) living.push_back(i);
        else result.impossible += static_cast<std::size_t>(counts[i]);
    }
    for (std::size_t i = 0; i < living.size(); ++i) {
        expected += static_cast<double>(p[living[i]]) * all;
        seen += static_cast<double>(counts[living[i]]);
        left -= static_cast<double>(p[living[i]]) * all;
        if ((expected < 10 || left < 10) && i + 1 < living.size()) continue;
        statistic += (seen - expected) * (seen - expected) / expected;
        ++bins;
        expected = seen = 0;
    }
    if (bins < 2) return result;
    const int degrees = bins - 1;
    result.ratio = statistic / critical(degrees);
    result.found = std::sqrt(found_noncentrality(degrees) / all);
    return result;
}

inline std::string what_would_show(double sharpest, double weakest) {
    if (weakest == 0) return "too few draws to judge";
    char text[80];
    const double from = 100 * sharpest, to = 100 * weakest;
    if (to < 1.05 * from) std::snprintf(text, sizeof text, "alpha 1e-6; a bias of %.1f %% would show", to);
    else std::snprintf(text, sizeof text, "alpha 1e-6; a bias of %.1f to %.1f %% would show", from, to);
    return text;
}

inline std::string whole(long double x) { return std::to_string(static_cast<long long>(x + 0.5L)); }

/// Draws from every row and its frequencies, a quarter as many from rows above 100. The note says what would have been found.
inline check judge_frequencies(tally found, const engine& e, const options& o, std::span<const row_case> cases) {
    if (!e.token && !e.sample) return found.not_applicable("no token or sample callback");
    draws draw(e, o.seed);
    double sharpest = 1, weakest = 0;
    for (const row_case& c : cases) {
        if (!supports(e, c.how)) continue;
        const definition exact(c.logits);
        const prefix kept = exact.kept(c.how, e.stages);
        if (kept.close() || !kept.settled) continue;
        const std::size_t width = c.logits.size();
        std::vector<std::uint64_t> counts(width + 1);
        const std::size_t n = width > 100 ? o.draws / 4 : o.draws;
        for (std::size_t i = 0; i < n; ++i) {
            const std::int64_t id = draw(c.logits, c.how);
            ++counts[id >= 0 && id < static_cast<std::int64_t>(width) ? static_cast<std::size_t>(id) : width];
        }
        const auto p = exact.probabilities(c.how.temperature, kept.size);
        const chi_square seen = judge_counts(p, counts);
        if (seen.found > 0) {
            sharpest = (std::min)(sharpest, seen.found);
            weakest = (std::max)(weakest, seen.found);
        }
        found.add(seen.impossible == 0 && seen.ratio <= 1, seen.ratio, width, [&] {
            if (seen.impossible > 0)
                return describe(c) + ": " + std::to_string(seen.impossible) + " of " + std::to_string(n) +
                       " draws give no token that is kept";
            std::size_t worst = 0;
            const auto off = [&](std::size_t i) {
                const double expected = static_cast<double>(p[i]) * static_cast<double>(n), came = static_cast<double>(counts[i]);
                return expected > 0 ? (came - expected) * (came - expected) / expected : 0;
            };
            for (std::size_t i = 1; i < width; ++i)
                if (off(i) > off(worst)) worst = i;
            return describe(c) + ": token " + std::to_string(worst) + " came " + std::to_string(counts[worst]) + " times in " +
                   std::to_string(n) + ", expected " + whole(p[worst] * static_cast<long double>(n));
        });
    }
    return found.done(what_would_show(sharpest, weakest));
}

}  // namespace detail

namespace checks {

/// Rows without parameters.
inline check chi_square(const engine& e, const options& o) {
    const auto cases = std::vector<detail::row_case>{detail::weights_case({5, 3, 2}),
                                                     {"16 equal logits", std::vector<float>(16, 1)},
                                                     {"16 logits falling by 0.5", detail::falling(16, 0.5)}};
    return detail::judge_frequencies({"chi-square", promise::statistics, detail::chi_square_unit, 1}, e, o, cases);
}

/// Temperatures below and above 1.
inline check chi_square_temperature(const engine& e, const options& o) {
    const auto row = detail::falling(16, 0.5);
    const auto cases =
        std::vector<detail::row_case>{{"16 logits falling by 0.5", row, {.temperature = 0.5f}},
                                      {"16 logits falling by 0.5", row, {.temperature = 2}},
                                      {"logits 1, 1 - 2^-24, 1 - 2^-23", {1, 1 - 0x1p-24f, 1 - 0x1p-23f}, {.temperature = 1e-7f}}};
    return detail::judge_frequencies({"chi-square, temperature", promise::statistics, detail::chi_square_unit, 1}, e, o, cases);
}

/// Each filter alone, and all together.
inline check chi_square_filters(const engine& e, const options& o) {
    const auto row = detail::falling(16, 0.5);
    const auto cases =
        std::vector<detail::row_case>{{"16 logits falling by 0.5", row, {.top_k = 5}},
                                      detail::weights_case({4, 1, 4, 1}, {.top_p = 0.75f}),
                                      {"16 logits falling by 0.5", row, {.min_p = 0.15f}},
                                      {"heavy-tailed row of 150", detail::heavy_tailed(150).logits, {.top_p = 0.9f}},
                                      {"16 logits falling by 0.5", row, {.temperature = 1.7f, .top_k = 9, .top_p = 0.83f, .min_p = 0.1f}}};
    return detail::judge_frequencies({"chi-square, filters", promise::statistics, detail::chi_square_unit, 1}, e, o, cases);
}

/// Pairs of successive tokens of an engine's own generator.
inline check independence(const engine& e, const options& o) {
    detail::tally found("independence", promise::statistics, detail::chi_square_unit, 1);
    if (!e.sample) return found.not_applicable("no sample callback: the words are ours");
    const std::vector<float> equals(8, 0);
    std::vector<std::uint64_t> counts(65);
    for (std::size_t i = 0; i < o.draws; ++i) {
        const std::int64_t a = detail::answer([&] { return e.sample(equals, {}); }),
                           b = detail::answer([&] { return e.sample(equals, {}); });
        ++counts[a >= 0 && a < 8 && b >= 0 && b < 8 ? static_cast<std::size_t>(8 * a + b) : 64];
    }
    const std::vector<long double> even(64, 1.0L / 64);
    const auto seen = detail::judge_counts(even, counts);
    const auto most = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    found.add(seen.impossible == 0 && seen.ratio <= 1, seen.ratio, equals.size(), [&] {
        if (seen.impossible > 0)
            return "8 equal logits: " + std::to_string(seen.impossible) + " of " + std::to_string(o.draws) + " pairs are no tokens";
        return "8 equal logits: token " + std::to_string(most % 8) + " follows token " + std::to_string(most / 8) + " " +
               std::to_string(counts[most]) + " times in " + std::to_string(o.draws) + " pairs, expected " +
               detail::whole(static_cast<long double>(o.draws) / 64);
    });
    return found.done(detail::what_would_show(seen.found, seen.found));
}

}  // namespace checks

}  // namespace argdraw::conformance
