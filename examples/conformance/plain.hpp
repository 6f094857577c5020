// Plain samplers in double: weigh, sort, cut, then walk to a word's token or race with noise. Pieces can be replaced by wrong ones.
#pragma once

#include <argdraw/conformance.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace plain {

namespace conformance = argdraw::conformance;
using conformance::parameters;
using conformance::row;

struct token {
    std::uint32_t id;
    float logit;
    double weight;  // e^((logit - greatest) / T)
};
using tokens = std::vector<token>;

// The length of the shortest prefix of sorted tokens whose mass reaches p.
inline std::size_t nucleus(const tokens& sorted, float p) {
    double total = 0, running = 0;
    for (const token& t : sorted) total += t.weight;
    for (std::size_t i = 0; i < sorted.size(); ++i)
        if ((running += sorted[i].weight) >= static_cast<double>(p) * total) return i + 1;
    return sorted.size();
}

// The token that a word stands for; the weights are those of the whole row, 0 for what is removed.
inline std::int64_t draw(const std::vector<double>& weights, std::uint64_t word) {
    double total = 0, running = 0;
    for (const double w : weights) total += w;
    const double target = static_cast<double>(word >> 11) * 0x1p-53 * total;
    std::int64_t last = -1;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!(weights[i] > 0)) continue;
        last = static_cast<std::int64_t>(i);
        if ((running += weights[i]) > target) break;
    }
    return last;
}

struct pieces {
    std::size_t (*nucleus)(const tokens&, float) = plain::nucleus;
    std::int64_t (*draw)(const std::vector<double>&, std::uint64_t) = plain::draw;
};

// What is left of a row; nothing of one with a NaN.
inline tokens left(row logits, const parameters& how, const pieces& with) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    if (std::any_of(logits.begin(), logits.end(), [](float l) { return std::isnan(l); })) return {};
    float top = -infinity;
    for (const float l : logits) top = std::max(top, l);
    tokens all;
    all.reserve(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const float l = logits[i];
        if (l == -infinity || (top == infinity && l < top)) continue;
        const double below = l == top ? 0 : static_cast<double>(l) - static_cast<double>(top);
        all.push_back(
            {static_cast<std::uint32_t>(i), l, how.temperature == 0 ? 1 : std::exp(below / static_cast<double>(how.temperature))});
    }
    if (all.empty() || how == parameters{.temperature = how.temperature == 0 ? 1 : how.temperature}) return all;
    std::sort(all.begin(), all.end(), [](const token& a, const token& b) { return a.logit != b.logit ? a.logit > b.logit : a.id < b.id; });
    if (how.temperature == 0) all.resize(1);
    if (how.top_k > 0) all.resize(std::min(all.size(), static_cast<std::size_t>(how.top_k)));
    if (how.top_p < 1) all.resize(with.nucleus(all, how.top_p));
    std::erase_if(all, [&](const token& t) { return t.weight < static_cast<double>(how.min_p); });
    return all;
}

inline std::int64_t draw_from(row logits, const parameters& how, std::uint64_t word, const pieces& with) {
    std::vector<double> weights(logits.size());
    for (const token& t : left(logits, how, with)) weights[t.id] = t.weight;
    return with.draw(weights, word);
}

inline double gumbel(double u) { return -std::log(-std::log(u)); }

// The sampler as an engine under test.
inline conformance::engine walker(std::string name, const pieces& with = {}) {
    using enum conformance::stage;
    return {.name = std::move(name),
            .stages = {temperature, top_k, top_p, min_p},
            .token = [with](row logits, const parameters& how, std::uint64_t word) { return draw_from(logits, how, word, with); },
            .kept =
                [with](row logits, const parameters& how) {
                    std::vector<argdraw::token_id> ids;
                    for (const token& t : left(logits, how, with)) ids.push_back(static_cast<argdraw::token_id>(t.id));
                    return ids;
                },
            .batch =
                [with](std::span<const row> rows, const parameters& how, std::span<const std::uint64_t> words) {
                    std::vector<std::int64_t> ids;
                    for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(draw_from(rows[i], how, words[i], with));
                    return ids;
                }};
}

// A sampler with a generator of its own, of which only tokens can be seen: the greatest logit plus noise.
inline conformance::engine racer(std::string name, double (*noise)(double) = gumbel) {
    auto e = walker(std::move(name));
    e.token = nullptr;
    e.kept = nullptr;
    e.batch = nullptr;
    e.sample = [noise, random = std::mt19937_64(1)](row logits, const parameters& how) mutable {
        double best = 0;
        std::int64_t id = -1;
        for (const token& t : left(logits, how, {})) {
            const double u = (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52;
            const double score = std::log(t.weight) + noise(u);
            if (id >= 0 && !(score > best)) continue;
            best = score;
            id = static_cast<std::int64_t>(t.id);
        }
        return id;
    };
    return e;
}

}  // namespace plain
