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
    real at(const working_set& s) const {
        if (s.tokens.size() == 1) return 1;
        if (min == max) return real(min);
        const real share = std::clamp(entropy(s) / std::log(static_cast<real>(s.tokens.size())), real(0), real(1));
        // Two living tokens have an entropy, however small: T is 0 only where max is, or where an infinite exponent makes it so. If it is
        // too small even here, its logarithm is that of the second token's weight.
        const bool vanished = share == 0 && !std::isinf(max);
        const real power = vanished ? std::exp(real(exponent) * s.tokens[1].below) : std::pow(share, real(exponent));
        if (power == 0 && (std::isinf(exponent) || std::isinf(max))) return real(min);
        return real(min) + (real(max) - real(min)) * std::max(power, 0x1p-1000L);
    }

    void change(working_set& s) const {
        const real t = at(s);
        const real relative = t > 0 && min != max ? astray(s, t) : 0;
        divide(s, t);
        for (token& each : s.tokens) each.error += std::abs(each.below) * relative;
    }

    // What the entropy is off by, where the logits are, as a part of T.
    real astray(const working_set& s, real t) const {
        const real common = common_error(s);
        if (common == 0 || std::isinf(t)) return 0;
        const real h = entropy(s);
        const real total = s.mass();
        real off = 0;
        for (const token& each : s.tokens)
            off += weight(each) / total * std::abs(std::log(total) - each.below - h) * std::min(each.error + common, real(1));
        return h > 0 ? (t - real(min)) / t * real(exponent) * std::min(off / h, real(1)) : 0;
    }
};

// l <- m - k f d^2 + s f d^3 with d = l - m, k = (3 - c)/2, s = (c - 1)/2
struct quadratic {
    float factor = 0;
    float curve = 1;

    bool valid() const { return factor >= 0 && std::isfinite(factor) && curve >= 1 && curve <= 3; }
    bool neutral() const { return factor == 0; }

    void change(working_set& s) const {
        if (s.infinite) return;
        const real f = real(factor);
        const real k = (3 - real(curve)) / 2;
        const real c = (real(curve) - 1) / 2;
        const real of_front = s.tokens.front().error + read_error(s, s.tokens.front());
        const token& last = s.tokens.back();
        const bool may_be_equals = -last.below <= last.error + read_error(s, last) + of_front;
        for (token& t : s.tokens) {
            const real d = t.below;
            const real moved = -k * f * d * d + c * f * d * d * d;
            // d is as good as the logits that it is the distance of.
            const real stray = t.error + of_front + read_error(s, t) + rounding(s.top, d);
            const real far = std::abs(d) + stray;
            t.error = stray * (2 * k * f * far + 3 * c * f * far * far) + std::ldexp(std::abs(moved), -50) + rounding(s.top, moved);
            t.below = moved;
            t.logit = s.top + moved;
        }
        if (!may_be_equals) s.offset = 0;  // equals may stay as they are, and as coarse
        // The order is left alone: d -> moved is increasing for d <= 0.
        saturate(s);
    }
};

// l <- cap tanh(l / cap)
struct softcap {
    float cap = 0;

    bool valid() const { return cap >= 0; }
    bool neutral() const { return cap == 0 || std::isinf(cap); }

    void change(working_set& s) const {
        const real c = real(cap);
        if (s.infinite) {
            s.top = c;
            for (token& t : s.tokens) t.logit = c;
            s.infinite = false;
            return;
        }
        const real top = c * std::tanh(s.top / c);
        for (token& t : s.tokens) {
            const real capped = c * std::tanh(t.logit / c);
            t.error += s.astray + read_error(s, t) + std::ldexp(std::abs(capped), -50) + (1 + c) * least_double;
            t.below = std::min(capped - top, real(0));
            t.logit = capped;
        }
        s.top = top;
        s.astray = s.offset = 0;
        // The order is left alone: tanh is increasing, although far out it rounds to a tie.
    }
};

// In the order, q_i = C_i^g - C_{i-1}^g with g = e^s, and l <- ln q.
//
// Where g is none of 2^-1000 to 2^1000 it is 0 or +inf, and one token has it all.
struct skew {
    float s = 0;

    bool valid() const { return std::isfinite(s); }
    bool neutral() const { return s == 0; }

    void change(working_set& set) const {
        const real infinity = std::numeric_limits<real>::infinity();
        const real octaves = real(s) / std::log(real(2));
        const real g = octaves > 1000 ? infinity : octaves < -1000 ? 0 : std::exp(real(s));
        const std::size_t n = set.tokens.size();
        const real total = set.mass();
        std::vector<real> after(n + 1, 0);  // the mass behind token i, without which C near 1 would be inexact
        for (std::size_t i = n; i-- > 0;) after[i] = after[i + 1] + weight(set.tokens[i]);
        for (token& t : set.tokens) t.error += read_error(set, t);
        const real common = common_error(set);
        real sum = 0;
        real strays = 0;
        for (std::size_t i = 0; i < n; ++i) {
            token& t = set.tokens[i];
            const real own = weight(t);
            sum += own;
            const real log_c = sum == 0 ? t.below : 2 * sum < total ? std::log(sum / total) : std::log1p(-after[i + 1] / total);
            const real power = log_c == 0 ? 0 : g * log_c;
            real log_q = power;
            if (g == 0) {
                log_q = i == 0 ? 0 : -infinity;  // every power is 1
            } else if (sum == 0) {
                log_q = t.below;  // in an order of near ties that stray by more than what a weight reaches
            } else if (i > 0) {
                // C_i^g (1 - (1 - x)^g) with x = p_i / C_i, by y = -g ln(1 - x). A small x has lost no digit this way.
                const real x = own / sum;
                const real log_y = real(s) + (x < 1e-18L ? t.below - std::log(sum) : std::log(-std::log1p(-x)));
                log_q += log_y < -50 ? log_y : std::log(-std::expm1(-std::exp(log_y)));
            }
            treat(t, static_cast<real>(i));  // a tie is one no longer
            // What C and x may be off by, and the doubles that it is computed in.
            strays += own * std::min(t.error, real(1));
            const real of_c = (sum == 0 ? 1 : strays / sum) + common;
            t.error += of_c + std::ldexp(1 + std::abs(power) + std::abs(log_q), -46);
            if (!std::isinf(g)) t.error += g * (std::min(of_c, real(1)) + (i + 1 < n ? 0x1p-104L : 0));
            t.below = t.logit = log_q;
        }
        set.top = set.astray = set.offset = 0;
        set.infinite = false;
        restore(set);
    }
};

}  // namespace reference
