// SEMANTICS section 1: stages that move every logit. (temperature and softmax are in reference.hpp.)

#pragma once

#include "reference_ruling.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace reference {

struct dynamic_temperature {
    float min = 1;
    float max = 1;
    float exponent = 1;

    bool valid() const { return min >= 0 && min <= max && exponent > 0; }
    bool neutral() const { return min == 1 && max == 1; }

    // T = min + (max - min) (H / ln n)^exponent
    real at(const working_set& s) const
    {
        if (s.tokens.size() == 1) return 1;
        if (min == max) return real(min);
        const real share = std::clamp(entropy(s) / std::log(static_cast<real>(s.tokens.size())), real(0), real(1));
        const real power = std::pow(share, real(exponent));
        return power == 0 ? real(min) : real(min) + (real(max) - real(min)) * power;
    }

    void change(working_set& s) const { divide(s, at(s)); }
};

// l <- m - k f d^2 + s f d^3 with d = l - m, k = (3 - c)/2, s = (c - 1)/2
struct quadratic {
    float factor = 0;
    float curve = 1;

    bool valid() const { return factor >= 0 && std::isfinite(factor) && curve >= 1 && curve <= 3; }
    bool neutral() const { return factor == 0; }

    void change(working_set& s) const
    {
        if (s.infinite) return;
        const real f = real(factor);
        const real k = (3 - real(curve)) / 2;
        const real c = (real(curve) - 1) / 2;
        for (token& t : s.tokens) {
            const real d = t.below;
            const real slope = std::abs(-2 * k * f * d + 3 * c * f * d * d);
            const real moved = -k * f * d * d + c * f * d * d * d;
            t.error = t.error * slope + rounding(moved) + rounding(s.top + moved);
            t.below = moved;
        }
        // The order is left alone: d -> moved is increasing for d <= 0.
        std::erase_if(s.tokens, [](const token& t) { return std::isinf(t.below); });
    }
};

// l <- cap tanh(l / cap)
struct softcap {
    float cap = 0;

    bool valid() const { return cap >= 0; }
    bool neutral() const { return cap == 0; }

    void change(working_set& s) const
    {
        if (std::isinf(cap)) return;
        const real c = real(cap);
        if (s.infinite) {
            s.top = c;
            s.infinite = false;
            return;
        }
        const real top = c * std::tanh(s.top / c);
        for (token& t : s.tokens) {
            const real capped = c * std::tanh((s.top + t.below) / c);
            t.error += std::ldexp(std::abs(capped), -50);
            t.below = std::min(capped - top, real(0));
        }
        s.top = top;
        // The order is left alone: tanh is increasing, although far out it rounds to a tie.
    }
};

// In the order, q_i = C_i^g - C_{i-1}^g with g = e^s, and l <- ln q.
struct skew {
    float s = 0;

    bool valid() const { return std::isfinite(s); }
    bool neutral() const { return s == 0; }

    void change(working_set& set) const
    {
        const real infinity = std::numeric_limits<real>::infinity();
        const real g = std::exp(real(s));
        const std::size_t n = set.tokens.size();
        const real total = set.mass();
        std::vector<real> after(n + 1, 0);  // the mass behind token i, without which C near 1 would be inexact
        for (std::size_t i = n; i-- > 0;) after[i] = after[i + 1] + std::exp(set.tokens[i].below);
        real sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            token& t = set.tokens[i];
            const real weight = std::exp(t.below);
            sum += weight;
            const real log_c = 2 * sum < total ? std::log(sum / total) : std::log1p(-after[i + 1] / total);
            real log_q = 0;
            if (g == 0) {
                log_q = i == 0 ? 0 : -infinity;  // every power is 1
            } else if (std::isinf(g)) {
                log_q = i + 1 == n ? 0 : -infinity;  // every power below the last is 0
            } else if (i == 0) {
                log_q = g * log_c;
            } else {
                // C_i^g (1 - (1 - x)^g) with x = p_i / C_i. A small x has lost no digit this way.
                const real x = weight / sum;
                const bool small = x * (1 + g) < 1e-18L;
                log_q = g * log_c + (small ? std::log(g) + t.below - std::log(sum) : std::log(-std::expm1(g * std::log1p(-x))));
            }
            treat(t, static_cast<real>(i));  // a tie is one no longer
            t.error = 5e-7L;                 // as sure as the probabilities are
            t.below = log_q;
        }
        set.top = 0;
        set.infinite = false;
        restore(set);
    }
};

}  // namespace reference
