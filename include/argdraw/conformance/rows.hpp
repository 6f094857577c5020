// rows — the logits that the checks are made of, and parameters in words.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/conformance/engine.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance::detail {

/// A row, what to call it, and what is asked of it.
struct row_case {
    std::string label;
    std::vector<float> logits;
    parameters how{};
};

/// A float in as few digits as give it back.
inline std::string shortest(float x) {
    char text[32];
    for (int digits = 1; digits <= 9; ++digits) {
        std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(x));
        if (std::strtof(text, nullptr) == x) break;
    }
    return text;
}

inline std::string describe(const parameters& p) {
    std::string text;
    if (p.temperature != 1) text += ", temperature " + shortest(p.temperature);
    if (p.top_k != 0) text += ", top_k " + std::to_string(p.top_k);
    if (p.top_p != 1) text += ", top_p " + shortest(p.top_p);
    if (p.min_p != 0) text += ", min_p " + shortest(p.min_p);
    return text;
}

inline std::string describe(const row_case& c) { return c.label + describe(c.how); }

/// Logits of tokens that weigh as much as the numbers say; 0 is a token that does not live.
inline std::vector<float> weighing(const std::vector<int>& weights) {
    std::vector<float> logits;
    for (const int w : weights) logits.push_back(static_cast<float>(std::log(static_cast<double>(w))));
    return logits;
}

inline row_case weights_case(const std::vector<int>& weights, const parameters& how = {}) {
    std::string label = "weights";
    for (const int w : weights) label += " " + std::to_string(w);
    return {label, weighing(weights), how};
}

/// The values, each at a random place.
inline std::vector<float> shuffled(std::vector<float> values, std::uint64_t seed) {
    philox random{.seed = seed};
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[static_cast<std::uint32_t>(random() % i)]);
    return values;
}

// Wide rows. Their logits are given by rank, so that no two are equal and every boundary is one between two tokens.

/// Sixty tokens hold nearly all of the mass.
inline row_case peaked(std::size_t width) {
    std::vector<float> values(width);
    for (std::size_t r = 0; r < width; ++r) {
        const double rank = static_cast<double>(r);
        values[r] = static_cast<float>(r < 60 ? 6 - 0.1 * rank : -14 + 4 * (1 - rank / static_cast<double>(width)));
    }
    return {"peaked row of " + std::to_string(width), shuffled(std::move(values), 1)};
}

/// The probability of a token is 1/rank: nuclei of thousands.
inline row_case heavy_tailed(std::size_t width) {
    std::vector<float> values(width);
    for (std::size_t r = 0; r < width; ++r) values[r] = static_cast<float>(-std::log(static_cast<double>(r + 1)));
    return {"heavy-tailed row of " + std::to_string(width), shuffled(std::move(values), 2)};
}

/// Logits spread evenly over [0, 4]: a nucleus of most of the vocabulary.
inline row_case flat(std::size_t width) {
    std::vector<float> values(width);
    for (std::size_t r = 0; r < width; ++r) values[r] = static_cast<float>(4 * (1 - static_cast<double>(r) / static_cast<double>(width)));
    return {"flat row of " + std::to_string(width), shuffled(std::move(values), 3)};
}

inline bool supports(const engine& e, stage s) { return std::find(e.stages.begin(), e.stages.end(), s) != e.stages.end(); }

/// Whether the engine has every stage that the parameters switch on.
inline bool supports(const engine& e, const parameters& p) {
    const parameters off;
    return (p.temperature == off.temperature || supports(e, stage::temperature)) && (p.top_k == off.top_k || supports(e, stage::top_k)) &&
           (p.top_p == off.top_p || supports(e, stage::top_p)) && (p.min_p == off.min_p || supports(e, stage::min_p));
}

}  // namespace argdraw::conformance::detail
