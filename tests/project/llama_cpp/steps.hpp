// steps — the samplers of llama.cpp with random parameters, each beside the same in our words and what judges the two.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "judges.hpp"
#include "library.hpp"
#include "rows.hpp"

namespace peer {

struct step {
    std::string name;
    llama::owned theirs;
    std::string ours;  // a pipeline
    judge by;
};
struct chain {
    std::vector<step> steps;
    std::string ours;
    std::string name;
};

// A row, the tokens before it, and what is made of them.
struct setting {
    words& random;
    const llama::library& lib;
    std::size_t width;
    const std::vector<std::int32_t>& history;
};

// The shortest text that reads back as this float.
inline std::string text(float x) {
    if (x == masked) return "-inf";
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.9g", static_cast<double>(x));
    return buffer;
}
inline std::string text(std::size_t n) { return std::to_string(n); }
template <class... T>
std::string call(std::string name, const T&... values) {
    std::string all;
    ((all += (all.empty() ? "" : ", ") + text(values)), ...);
    return name + "(" + all + ")";
}

inline std::size_t any_min_keep(words& w) { return w.chance(0.8) ? 0 : w.below(6); }

inline step any_logit_bias(setting& s) {
    std::vector<llama::bias> biases;
    std::string ours;
    for (std::size_t i = 0, n = 1 + s.random.below(4); i < n; ++i) {
        const auto id = static_cast<std::int32_t>(s.random.below(s.width));
        if (std::any_of(biases.begin(), biases.end(), [&](const auto& b) { return b.id == id; })) continue;
        biases.push_back({id, s.width > 8 && s.random.chance(0.2) ? masked : s.random.real(-10, 10)});
        ours += (ours.empty() ? "" : ", ") + std::to_string(id) + ": " + text(biases.back().added);
    }
    auto* const made = s.lib.logit_bias(static_cast<std::int32_t>(s.width), static_cast<std::int32_t>(biases.size()), biases.data());
    return {"logit_bias", {s.lib, made}, "logit_bias([" + ours + "])", changing(10)};
}

inline step any_penalties(setting& s) {
    const std::size_t window = s.random.one_of(std::array<std::size_t, 4>{1, 8, 64, 256});
    const float repetition = s.random.chance(0.2) ? 1.0f : s.random.real(0.8, 1.6),
                frequency = s.random.chance(0.4) ? 0 : s.random.real(-1, 1.5), presence = s.random.chance(0.4) ? 0 : s.random.real(-1, 1.5);
    auto* const made =
        s.lib.penalties(static_cast<std::int32_t>(s.width), static_cast<std::int32_t>(window), repetition, frequency, presence);
    return {"penalties",
            {s.lib, made},
            "penalties(" + text(repetition) + ", " + text(frequency) + ", " + text(presence) + ", window=" + text(window) +
                ", counts_over=both)",
            changing(1.5 * 256)};
}

inline step any_dry(setting& s) {
    const float multiplier = s.random.real(0.1, 2), base = s.random.chance(0.2) ? 1 : s.random.real(1.05, 2.5);
    const std::size_t allowed = base == 1 ? 1 + s.random.below(3) : s.random.below(4),
                      window = s.random.one_of(std::array<std::size_t, 3>{16, 64, 256});
    std::vector<std::vector<std::int32_t>> breakers;
    std::string listed;
    for (std::size_t i = 0, n = s.random.below(3); i < n; ++i) {
        const auto id = static_cast<std::int32_t>(s.random.below((std::min<std::size_t>)(s.width, 12)));
        breakers.push_back({id});
        listed += (listed.empty() ? "" : ", ") + std::to_string(id);
    }
    auto* const made = s.lib.dry(multiplier, base, static_cast<std::int32_t>(allowed), static_cast<std::int32_t>(window), breakers);
    const std::string ours =
        "dry(" + text(multiplier) + ", " + text(base) + ", " + text(allowed) + ", " + text(window) + ", [" + listed + "])";
    return {"dry", {s.lib, made}, ours, judge_dry(multiplier, allowed, s.history)};
}

inline step any_top_n_sigma(setting& s) {
    const float n = s.random.real(0.2, 4);
    return {"top_n_sigma", {s.lib, s.lib.top_n_sigma(n)}, call("top_n_sigma", n), judge_top_n_sigma(n)};
}
inline step any_top_k(setting& s) {
    const std::size_t k = 1 + s.random.below(s.random.chance(0.7) ? 60 : s.width);
    return {"top_k", {s.lib, s.lib.top_k(static_cast<std::int32_t>(k))}, call("top_k", k), keeping(unexplained)};
}
inline step any_typical(setting& s) {
    const float p = s.random.chance(0.3) ? 0.5f : s.random.real(0.05, 0.99);
    const std::size_t keep = any_min_keep(s.random);
    return {"typical", {s.lib, s.lib.typical(p, keep)}, call("typical", p, keep), judge_typical(p, keep)};
}
inline step any_top_p(setting& s) {
    const float p = s.random.chance(0.3) ? 0.5f : s.random.chance(0.3) ? 0.95f : s.random.real(0.01, 0.999);
    const std::size_t keep = any_min_keep(s.random);
    return {"top_p", {s.lib, s.lib.top_p(p, keep)}, call("top_p", p, keep), judge_top_p(p, keep)};
}
inline step any_min_p(setting& s) {
    const float p = s.random.chance(0.3) ? 0.05f : s.random.real(0.001, 1);
    const std::size_t keep = any_min_keep(s.random);
    return {"min_p", {s.lib, s.lib.min_p(p, keep)}, call("min_p", p, keep), judge_min_p(p)};
}
inline step any_xtc(setting& s) {
    const float threshold = s.random.real(0.005, 0.5);
    const std::size_t keep = any_min_keep(s.random);
    return {"xtc",
            {s.lib, s.lib.xtc(1, threshold, keep, 1)},
            "xtc(1, " + text(threshold) + ", min_keep=" + text(keep) + ")",
            judge_xtc(threshold, keep)};
}
inline step any_temp(setting& s) {
    const float t = s.random.chance(0.1) ? 0 : s.random.real(0.1, 2.5);
    return {"temp", {s.lib, s.lib.temp(t)}, call("temperature", t), judge_temp(t)};
}
inline step any_temp_ext(setting& s) {
    const float t = s.random.real(0.2, 2), range = s.random.real(0.05, 1.5), exponent = s.random.chance(0.5) ? 1 : s.random.real(0.3, 3);
    const float low = (std::max)(0.0f, t - range), high = t + range;
    return {"temp_ext",
            {s.lib, s.lib.temp_ext(t, range, exponent)},
            call("dynamic_temperature", low, high, exponent),
            judge_temp_ext(t, range, exponent)};
}

using maker = step (*)(setting&);
// In the order of llama.cpp's common_sampler; its temperature is temp_ext with whatever range.
constexpr std::array<maker, 11> makers{any_logit_bias, any_penalties, any_dry, any_top_n_sigma, any_top_k,   any_typical,
                                       any_top_p,      any_min_p,     any_xtc, any_temp,        any_temp_ext};

// One sampler; some of them in the order of theirs; or some in any order.
inline chain any_chain(setting& s) {
    std::vector<maker> chosen;
    if (s.random.chance(0.5)) chosen = {makers[s.random.below(makers.size())]};
    else
        for (const maker each : makers)
            if (s.random.chance(0.5)) chosen.push_back(each);
    if (s.random.chance(0.3))
        for (std::size_t i = chosen.size(); i > 1; --i) std::swap(chosen[i - 1], chosen[s.random.below(i)]);
    chain made{{}, "", "chains"};
    for (const maker each : chosen) {
        made.steps.push_back(each(s));
        made.ours += made.steps.back().ours + " | ";
        made.steps.back().ours += " | categorical";
    }
    made.ours += "categorical";
    return made;
}

}  // namespace peer
