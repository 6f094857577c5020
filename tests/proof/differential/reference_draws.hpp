// SEMANTICS section 5: from the final set to a token. (categorical is in reference.hpp, greedy is law::first.)
//
// A draw that reshapes the set first is a last stage for run_any plus `categorical`: mirostat::stage, mirostat_v1::stage,
// adaptive_p::stage. What it remembers is a value, moved by `accept`.

#pragma once

#include "reference_ruling.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace reference {

struct surprise {
    real mu;
};

inline surprise surprised(const surprise& before, real tau, real eta, real p) { return {before.mu - eta * (-std::log2(p) - tau)}; }

struct mirostat {
    float tau = 5;
    float eta = 0.1f;

    bool valid() const { return tau >= 0 && std::isfinite(tau) && eta >= 0 && std::isfinite(eta); }
    surprise start() const { return {2 * real(tau)}; }
    surprise accept(const surprise& before, real p) const { return surprised(before, real(tau), real(eta), p); }  // p in the cut set

    struct cut_stage;
    cut_stage stage(const surprise& state) const;
};

// -log2 p <= mu, or the first token.
struct mirostat::cut_stage {
    mirostat draw;
    real mu;

    bool valid() const { return draw.valid(); }
    bool neutral() const { return false; }

    ruling decide(const working_set& s) const { return cut(s, -mu * std::log(real(2)) + std::log(s.mass()), 1, maximum::stands_trial); }
};

inline mirostat::cut_stage mirostat::stage(const surprise& state) const { return {*this, state.mu}; }

struct mirostat_v1 {
    float tau = 5;
    float eta = 0.1f;
    std::int64_t m = 100;

    bool valid() const { return tau >= 0 && std::isfinite(tau) && eta >= 0 && std::isfinite(eta) && m >= 2; }
    surprise start() const { return {2 * real(tau)}; }
    surprise accept(const surprise& before, real p) const { return surprised(before, real(tau), real(eta), p); }

    struct cut_stage;
    cut_stage stage(const surprise& state) const;
};

struct mirostat_v1::cut_stage {
    mirostat_v1 draw;
    real mu;

    bool valid() const { return draw.valid(); }
    bool neutral() const { return false; }

    // s = sum t b / sum t^2 with t_i = ln((i+1)/i), b_i = ln(p(i)/p(i+1))
    real exponent(const working_set& set) const {
        const std::size_t terms = std::min(static_cast<std::size_t>(draw.m), set.tokens.size());
        real tb = 0;
        real tt = 0;
        for (std::size_t i = 1; i < terms; ++i) {
            const real t = std::log1p(1 / static_cast<real>(i));
            tb += t * (set.tokens[i - 1].below - set.tokens[i].below);
            tt += t * t;
        }
        return tb / tt;
    }

    // (e 2^mu / (1 - n^-e))^(1/s) with e = s - 1; e / (1 - n^-e) is 1 / ln n at e = 0.
    real estimate(real s, std::size_t n, real off = 0) const {
        const real log_n = std::log(static_cast<real>(n));
        const real e = s - 1;
        const real ratio = e == 0 ? 1 / log_n : e / -std::expm1(-e * log_n);
        const real logarithm = std::log(ratio) + mu * std::log(real(2)) + off;
        return logarithm == 0 ? 1 : std::exp(logarithm / s);  // s = 0: 0 or +inf
    }

    ruling decide(const working_set& set) const {
        const std::size_t n = set.tokens.size();
        if (n == 1) return prefix(set, 1, {}, 1);
        const auto length = [&](real k) {
            if (k >= static_cast<real>(n)) return n;
            return std::max<std::size_t>(static_cast<std::size_t>(k), 1);
        };
        const real s = exponent(set);
        const std::size_t count = length(estimate(s, n));
        // A small s is a large power: the rounding of what it is made of counts as well.
        std::size_t fewest = count;
        std::size_t most = count;
        for (const auto& [of_s, of_log] : {std::pair{-1e-12L, 0.0L}, {1e-12L, 0.0L}, {0.0L, -1e-13L}, {0.0L, 1e-13L}}) {
            const real k = estimate(s * (1 + of_s), n, of_log);
            fewest = std::min(fewest, length(k * (1 - relative_band)));
            most = std::max(most, length(k * (1 + relative_band)));
        }
        return prefix(set, count, around(count, fewest, most), 1);
    }
};

inline mirostat_v1::cut_stage mirostat_v1::stage(const surprise& state) const { return {*this, state.mu}; }

struct average {
    real sum;
    real weight;
};

struct adaptive_p {
    float target = 0.5f;
    float decay = 0.9f;

    bool valid() const { return target >= 0 && target <= 1 && decay >= 0 && decay <= 0.99f; }

    average start() const { return {real(target) / (1 - real(decay)), 1 / (1 - real(decay))}; }
    // p of the token before the transform.
    average accept(const average& before, real p) const { return {p + real(decay) * before.sum, 1 + real(decay) * before.weight}; }

    struct reshape;
    reshape stage(const average& state) const;
};

// l <- 5 - 10 d^2/(1 + d) with d = |p - t'|/0.3
struct adaptive_p::reshape {
    adaptive_p draw;
    average state;

    bool valid() const { return draw.valid(); }
    bool neutral() const { return false; }

    real aim() const { return std::clamp(2 * real(draw.target) - state.sum / state.weight, real(0), real(1)); }

    void change(working_set& s) const {
        const real total = s.mass();
        const real common = common_error(s);
        for (token& t : s.tokens) {
            const real p = weight(t) / total;
            const real d = std::abs(p - aim()) / 0.3L;
            t.error = 34 * p * std::min(t.error + common, real(1)) + 1e-13L;  // the slope is at most 10 / 0.3
            t.below = t.logit = 5 - 10 * d * d / (1 + d);
        }
        s.top = s.astray = s.offset = 0;
        s.infinite = false;
        restore(s);
    }
};

inline adaptive_p::reshape adaptive_p::stage(const average& state) const { return {*this, state}; }

// g = -ln(-ln u) with u = (2 (W >> 12) + 1) 2^-53, never 0 nor 1
inline real gumbel_noise(std::uint64_t word) { return -std::log(-std::log(std::ldexp(static_cast<real>(2 * (word >> 12) + 1), -53))); }

using noise_of = std::function<real(token_id)>;

// The k largest of l + g, largest first; all where fewer live. Equals: the earlier in the order.
struct perturbed {
    std::vector<token_id> ids;
    // The smallest distance between two that were told apart, +inf if none were. No smaller than rounding: the choice is certain.
    real gap = std::numeric_limits<real>::infinity();
};

inline bool valid_count(std::int64_t k) { return k >= 1; }

inline perturbed without_replacement(const law& l, std::int64_t k, const noise_of& noise) {
    struct scored {
        real score;
        real logit;
        token_id id;
    };
    std::vector<scored> list;
    for (std::size_t i = 0; i < l.ids.size(); ++i) list.push_back({l.logs[i] + noise(l.ids[i]), l.logs[i], l.ids[i]});
    std::sort(list.begin(), list.end(), [](const scored& a, const scored& b) {
        if (a.score != b.score) return a.score > b.score;
        return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
    });
    perturbed result;
    const std::size_t count = std::min(static_cast<std::size_t>(k), list.size());
    for (std::size_t i = 0; i < count; ++i) {
        result.ids.push_back(list[i].id);
        if (i + 1 < list.size()) result.gap = std::min(result.gap, list[i].score - list[i + 1].score);
    }
    return result;
}

inline perturbed gumbel(const law& l, const noise_of& noise) { return without_replacement(l, 1, noise); }

}  // namespace reference
