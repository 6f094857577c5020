// The field's classic bugs, each planted in a plain sampler, each with the check that is meant for it.
#pragma once

#include "plain.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace bugs {

using plain::parameters;
using plain::row;
using plain::tokens;

// "While the mass stays below p": the token that crosses p is dropped, and the nucleus weighs less than p.
inline std::size_t nucleus_without_crossing(const tokens& sorted, float p) {
    return std::max<std::size_t>(1, plain::nucleus(sorted, p) - 1);
}

// Sums in float: once they are large, a small weight is rounded to what few bits are left.
inline std::size_t nucleus_in_float(const tokens& sorted, float p) {
    float total = 0, running = 0;
    for (const auto& t : sorted) total += static_cast<float>(t.weight);
    for (std::size_t i = 0; i < sorted.size(); ++i)
        if ((running += static_cast<float>(sorted[i].weight)) >= p * total) return i + 1;
    return sorted.size();
}
inline std::int64_t draw_in_float(const std::vector<double>& weights, std::uint64_t word) {
    float total = 0, running = 0;
    for (const double w : weights) total += static_cast<float>(w);
    const double target = static_cast<double>(word >> 11) * 0x1p-53 * static_cast<double>(total);
    std::int64_t last = -1;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!(weights[i] > 0)) continue;
        last = static_cast<std::int64_t>(i);
        if (static_cast<double>(running += static_cast<float>(weights[i])) > target) break;
    }
    return last;
}

// Drops from the small end what together weighs no more than 1 - p. In float 1 - 1e-8 is 1, and everything goes.
inline std::size_t nucleus_from_the_tail(const tokens& sorted, float p) {
    double total = 0, tail = 0;
    for (auto t = sorted.rbegin(); t != sorted.rend(); ++t) total += t->weight;
    const double bound = static_cast<double>(1 - p) * total;
    std::size_t n = sorted.size();
    while (n > 0 && (tail += sorted[n - 1].weight) <= bound) --n;
    return n;
}

// A shortcut: the nucleus is looked for among the first 64 tokens as if they were all.
inline std::size_t nucleus_of_64(const tokens& sorted, float p) {
    return plain::nucleus(tokens(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(sorted.size(), 64))),
                          p);
}

// A uniform number of 24 bits, as generators of floats give.
inline std::int64_t draw_of_24_bits(const std::vector<double>& weights, std::uint64_t word) {
    return plain::draw(weights, word >> 40 << 40);
}

// A uniform number that can be 1, and the last of the row for whoever walks off its end.
inline std::int64_t draw_up_to_1(const std::vector<double>& weights, std::uint64_t word) {
    double total = 0, running = 0;
    for (const double w : weights) total += w;
    if (!(total > 0)) return -1;
    const double target = static_cast<double>(word) / static_cast<double>(std::numeric_limits<std::uint64_t>::max()) * total;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if ((running += weights[i]) > target) return static_cast<std::int64_t>(i);
    return static_cast<std::int64_t>(weights.size()) - 1;
}

// Exponential noise where it should be Gumbel's: its tail is right, its body is not.
inline double exponential(double u) { return -std::log(u); }

// What looks like temperature 0 is called 0.
inline plain::conformance::engine with_clamped_temperature(std::string name) {
    auto e = plain::walker(std::move(name));
    e.token = [right = e.token](row logits, parameters how, std::uint64_t word) {
        if (how.temperature < 1e-5f) how.temperature = 0;
        return right(logits, how, word);
    };
    return e;
}

struct planted {
    std::string meant;  // the check that has to find it
    plain::conformance::engine engine;
};

inline std::vector<planted> all() {
    return {{"top_p crossing token", plain::walker("crossing-dropped", {.nucleus = nucleus_without_crossing})},
            {"top_p in flat rows", plain::walker("float-sums", {.nucleus = nucleus_in_float, .draw = draw_in_float})},
            {"top_p next to 0 and 1", plain::walker("tail-bound", {.nucleus = nucleus_from_the_tail})},
            {"top_p in heavy-tailed rows", plain::walker("prefilter-64", {.nucleus = nucleus_of_64})},
            {"tails", plain::walker("uniform-24-bits", {.draw = draw_of_24_bits})},
            {"endpoint words", plain::walker("uniform-up-to-1", {.draw = draw_up_to_1})},
            {"chi-square", plain::racer("exponential-noise", exponential)},
            {"temperature range", with_clamped_temperature("clamped-temperature")}};
}

}  // namespace bugs
