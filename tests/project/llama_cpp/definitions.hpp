// definitions — what the samplers mean, twice: exactly, in long double, and in float as llama.cpp computes it, summed in the order of its list.
//
// Where the two libraries keep different tokens, ours has to be what the exact definition keeps, and theirs what the one in float does.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "library.hpp"
#include "rows.hpp"

namespace peer {

using items = std::vector<llama::candidate>;

// The candidates in front of a sampler of theirs.
struct list {
    items all;
    bool sorted = false;

    std::size_t living() const {
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& c) { return c.logit != masked; }));
    }
    float greatest() const {
        float top = masked;
        for (const auto& c : all) top = (std::max)(top, c.logit);
        return top;
    }
};

inline std::vector<float> logits_of(std::span<const llama::candidate> l) {
    std::vector<float> values;
    for (const auto& c : l)
        if (c.logit != masked) values.push_back(c.logit);
    return values;
}
inline std::vector<float> descending(std::vector<float> values) {
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
}

// ---- exactly -------------------------------------------------------------------------------------------------------------

// The living tokens by falling logit, with their probabilities and the mass up to each.
struct exact_law {
    std::vector<float> logits;
    std::vector<long double> p, mass;
    long double entropy = 0, log_sum = 0;

    explicit exact_law(std::span<const llama::candidate> l) : logits(descending(logits_of(l))), p(logits.size()), mass(logits.size()) {
        if (logits.empty()) return;
        long double sum = 0, running = 0;
        for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] = std::exp(static_cast<long double>(logits[i]) - logits[0]);
        log_sum = logits[0] + std::log(sum);
        for (std::size_t i = 0; i < p.size(); ++i) {
            mass[i] = running += p[i] /= sum;
            if (p[i] > 0) entropy -= p[i] * (logits[i] - log_sum);
        }
    }
    // The mass of the n likeliest.
    long double of_first(std::size_t n) const { return n == 0 ? 0 : mass[(std::min)(n, mass.size()) - 1]; }
};

// ---- in float ------------------------------------------------------------------------------------------------------------

struct float_law {
    std::vector<float> logits, p;
};

// A softmax whose sum runs through the list as it is, or by falling logit; the answer is by falling logit.
inline float_law softmax(const list& l, bool sorts) {
    std::vector<float> logits;
    for (const auto& c : l.all) logits.push_back(c.logit);
    if (sorts && !l.sorted) logits = descending(std::move(logits));
    const float top = l.greatest();
    float sum = 0;
    for (const float each : logits) sum += std::exp(each - top);
    float_law law{descending(std::move(logits)), {}};
    for (const float each : law.logits) law.p.push_back(std::exp(each - top) / sum);
    return law;
}

inline std::size_t top_p_count(const list& l, float p, std::size_t min_keep) {
    const float_law law = softmax(l, false);
    float sum = 0;
    for (std::size_t i = 0; i < law.p.size(); ++i)
        if ((sum += law.p[i]) >= p && i + 1 >= min_keep) return i + 1;
    return law.p.size();
}

struct typical_result {
    std::vector<float> kept;
    bool has_entropy;  // false where a probability of 0 has made it NaN
};
inline typical_result typical_kept(const list& l, float p, std::size_t min_keep) {
    const float_law law = softmax(l, true);
    float entropy = 0;
    for (const float each : law.p) entropy += -each * std::log(each);
    if (std::isnan(entropy)) return {{}, false};
    std::vector<float> away;
    for (const float each : law.p) away.push_back(std::fabs(-std::log(each) - entropy));
    std::vector<std::size_t> order(law.p.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return away[a] < away[b]; });
    typical_result found{{}, true};
    float sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        found.kept.push_back(law.logits[order[i]]);
        if ((sum += law.p[order[i]]) > p && (min_keep == 0 || i + 1 >= min_keep)) break;
    }
    found.kept = descending(std::move(found.kept));
    return found;
}

inline float sigma_cut(const list& l, float n) {
    float sum = 0, squares = 0;
    const auto living = static_cast<float>(l.living());
    for (const auto& c : l.all)
        if (c.logit != masked) sum += c.logit;
    const float mean = sum / living;
    for (const auto& c : l.all)
        if (c.logit != masked) squares = static_cast<float>(squares + std::pow(static_cast<double>(c.logit - mean), 2));
    return l.greatest() - n * std::sqrt(squares / living);
}

// How many of the likeliest xtc takes away.
inline std::size_t xtc_drops(const list& l, float threshold, std::size_t min_keep) {
    const float_law law = softmax(l, true);
    std::size_t last = 0;
    for (std::size_t i = 0; i < law.p.size() && law.p[i] >= threshold; ++i) last = i;
    return law.p.size() - last >= min_keep ? last : 0;
}

inline float dynamic_temperature(const list& l, float t, float range, float exponent) {
    const float_law law = softmax(l, true);
    float entropy = 0;
    for (const float each : law.p)
        if (each > 0) entropy -= each * std::log(each);
    const float low = (std::max)(0.0f, t - range), high = t + range;
    return low + (high - low) * std::pow(entropy / -std::log(1.0f / static_cast<float>(law.p.size())), exponent);
}

// The k that mirostat's first version takes; a NaN or what no int holds is their smallest int, and so 1.
inline float mirostat_k(const list& l, float mu, std::size_t vocabulary, std::size_t m) {
    const float_law law = softmax(l, true);
    float tb = 0, tt = 0;
    for (std::size_t i = 0; i + 1 < m && i + 1 < law.p.size(); ++i) {
        const float t = std::log(static_cast<float>(i + 2) / static_cast<float>(i + 1));
        tb += t * std::log(law.p[i] / law.p[i + 1]);
        tt += t * t;
    }
    const float s = tb / tt, e = s - 1;
    return std::pow((e * std::pow(2.0f, mu)) / (1 - std::pow(static_cast<float>(vocabulary), -e)), 1 / s);
}

}  // namespace peer
