// SEMANTICS section 2: stages that remove tokens. (top_k, top_p and min_p are in reference.hpp.)
//
// Every stage has one of
//     ruling decide(const working_set&) const;             what lives
//     ruling decide(const working_set&, real coin) const;  the same, of a stage that tosses a coin u in [0, 1)
// and, if it does not simply remove the others, void settle(working_set&, keep) const.

#pragma once

#include "reference_ruling.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace reference {

using ids_of = std::vector<token_id>;

inline bool inside(const ids_of& list, std::size_t vocabulary) {
    return std::all_of(list.begin(), list.end(), [&](token_id id) { return id >= 0 && static_cast<std::size_t>(id) < vocabulary; });
}

inline bool contains(const ids_of& list, token_id id) { return std::find(list.begin(), list.end(), id) != list.end(); }

// top_p, whose masses are as open as the logits are.
inline ruling nucleus(const working_set& s, const top_p& which) {
    const decision d = which.decide(s);
    std::vector<std::size_t> lengths{d.fewer, d.more};
    if (const real common = common_error(s); common > 0) {
        const real total = s.mass();
        const real open_by = mass_band + mass_error(common);
        const auto reach = [&](real until) {
            real sum = 0;
            std::size_t count = 0;
            while (count < s.tokens.size() && sum < until * total) {
                const token& next = s.tokens[count];
                if (next.below + next.error + s.tokens.front().error < -750) break;  // a weight in no case
                sum += weight(next);
                ++count;
            }
            return std::max<std::size_t>(count, 1);
        };
        for (const std::size_t each : around(d.keep, reach(real(which.p) - open_by), reach(real(which.p) + open_by)))
            if (each >= static_cast<std::size_t>(which.min_keep)) lengths.push_back(each);
    }
    return prefix(s, d.keep, lengths, which.min_keep);
}

// Locally typical: by |-ln p - H| ascending, then id; the shortest prefix of that with mass t.
struct typical {
    float t = 1;
    std::int64_t min_keep = 1;

    bool valid() const { return t > 0 && min_keep >= 0; }
    bool neutral() const { return t >= 1; }

    ruling decide(const working_set& s) const {
        const std::size_t n = s.tokens.size();
        const real total = s.mass();
        const real h = entropy(s);
        const real level = h - std::log(total);  // H + ln p of the maximum
        const real common = common_error(s);
        const real open_by = mass_band + mass_error(common);
        std::vector<real> above(n);  // -ln p - H
        for (std::size_t i = 0; i < n; ++i) above[i] = -s.tokens[i].below - level;
        std::vector<std::size_t> order(n);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            const real da = std::abs(above[a]);
            const real db = std::abs(above[b]);
            return da != db ? da < db : s.tokens[a].id < s.tokens[b].id;
        });

        const std::size_t least = at_least_one(min_keep, n);
        const auto walk = [&](const std::vector<std::size_t>& list, real until) {
            real sum = 0;
            std::size_t count = 0;
            while (count < n && sum < until) sum += weight(s.tokens[list[count++]]);
            return std::max(count, least);
        };
        const auto set = [&](const std::vector<std::size_t>& list, std::size_t count) {
            members keep(n, false);
            for (std::size_t i = 0; i < count; ++i) keep[list[i]] = true;
            return keep;
        };

        const std::size_t count = walk(order, real(t) * total);
        ruling r = settled(set(order, count));
        if (const std::size_t fewer = walk(order, (real(t) - open_by) * total); fewer < count) r.add(set(order, count - 1));
        if (const std::size_t more = walk(order, (real(t) + open_by) * total); more > count) r.add(set(order, count + 1));

        // Two tokens on different sides of H may be as far from it as each other; then who comes first is open.
        const std::size_t last = order[count - 1];
        const auto swappable = [&](std::size_t i) {
            const token& a = s.tokens[i];
            const token& b = s.tokens[last];
            const real width =
                cut_band + a.error + b.error + common + entropy_error(h, common) + 1e-15L * (std::abs(above[i]) + std::abs(above[last]));
            if (tied(a, b) && (a.origin == b.origin || a.error + b.error == 0)) return false;
            if (std::abs(std::abs(above[i]) - std::abs(above[last])) > width) return false;
            const bool same_side = above[i] * above[last] > 0 && std::min(std::abs(above[i]), std::abs(above[last])) > width;
            // On one side the logits decide, as far as a distance that is a double has not made them equal.
            return !same_side || near_tie(a, b) ||
                   std::abs(a.below - b.below) <= std::ldexp(1 + std::abs(a.below) + std::abs(above[i]), -50);
        };
        members open(n, false);
        std::size_t tried = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (order[i] == last || !swappable(order[i])) continue;
            open[order[i]] = open[last] = true;
            if (tried++ >= most_others) {
                r.doubt(order[i]);
                r.doubt(last);
                continue;
            }
            std::vector<std::size_t> other = order;
            std::swap(other[i], other[count - 1]);
            r.add(set(other, walk(other, real(t) * total)));
            // Or beside it, which moves the crossing and nobody else.
            other = order;
            other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
            const auto where = std::find(other.begin(), other.end(), last);
            other.insert(i < count - 1 ? std::next(where) : where, order[i]);
            r.add(set(other, walk(other, real(t) * total)));
        }
        // And with them their equals, who follow each other by id.
        for (std::size_t i = 0, end = 0; i < n; i = end) {
            bool any = false;
            for (end = i; end < n && tied(s.tokens[i], s.tokens[end]); ++end) any = any || open[end];
            for (std::size_t j = i; j < end && any; ++j) r.doubt(j);
        }
        if (common > 0 && r.close()) r.unlisted = true;  // the masses of the other sets are open, too
        if (!r.unlisted) return r;

        // Whatever the order of the doubtful ones, those kept weigh enough, and would not without one of these.
        std::vector<real> lightest;
        std::vector<real> heaviest;
        for (const token& each : s.tokens) {
            const real strays = each.error + common;
            lightest.push_back(weight(each) / total * std::exp(-strays));
            heaviest.push_back(std::min(std::exp(each.below - std::log(total) + strays), real(1)));
        }
        r.plausible = [lightest = std::move(lightest), heaviest = std::move(heaviest), doubtful = r.doubtful, least,
                       until = real(t)](const members& kept) {
            real at_least = 0;
            real at_most = 0;
            real crossing = 0;
            std::size_t number = 0;
            for (std::size_t i = 0; i < kept.size(); ++i) {
                if (!kept[i]) continue;
                ++number;
                at_least += lightest[i];
                at_most += heaviest[i];
                if (doubtful[i]) crossing = std::max(crossing, heaviest[i]);
            }
            const bool enough = at_most >= until - mass_band || number == kept.size();
            return number >= least && enough && (number == least || at_least - crossing < until + mass_band);
        };
        return r;
    }
};

// l >= m - n sigma, sigma over the living, divided by their number.
struct top_n_sigma {
    float n = 0;
    std::int64_t min_keep = 1;

    bool valid() const { return n >= 0 && min_keep >= 0; }
    bool neutral() const { return n == 0; }

    ruling decide(const working_set& s) const {
        const real count = static_cast<real>(s.tokens.size());
        real mean = 0;
        for (const token& t : s.tokens) mean += t.below / count;
        real squares = 0;
        for (const token& t : s.tokens) squares += (t.below - mean) * (t.below - mean) / count;
        const real sigma = std::sqrt(squares);
        const real reach = sigma == 0 ? 0 : real(n) * sigma;
        if (std::isinf(reach)) return prefix(s, s.tokens.size(), {}, min_keep);
        return cut(s, -reach, min_keep, maximum::lives, cut_band, 1e-12L * reach);
    }
};

// p >= epsilon
struct epsilon_cutoff {
    float epsilon = 0;
    std::int64_t min_keep = 1;

    bool valid() const { return epsilon >= 0 && epsilon < 1 && min_keep >= 0; }
    bool neutral() const { return epsilon == 0; }

    ruling decide(const working_set& s) const {
        return cut(s, std::log(real(epsilon)) + std::log(s.mass()), min_keep, maximum::stands_trial);
    }
};

// p >= min(epsilon, sqrt(epsilon) e^-H)
struct eta_cutoff {
    float epsilon = 0;
    std::int64_t min_keep = 1;

    bool valid() const { return epsilon >= 0 && epsilon < 1 && min_keep >= 0; }
    bool neutral() const { return epsilon == 0; }

    ruling decide(const working_set& s) const {
        const real log_epsilon = std::log(real(epsilon));
        const real h = entropy(s);
        const real lowest = std::min(log_epsilon, log_epsilon / 2 - h);
        return cut(s, lowest + std::log(s.mass()), min_keep, maximum::stands_trial, cut_band, entropy_error(h, common_error(s)));
    }
};

// d_i = p(i) - p(i+1), c_i = |d_i - d_{i+1}|; the first i whose share c_1 + ... + c_i of them all exceeds z is the number kept.
struct tail_free {
    float z = 1;
    std::int64_t min_keep = 1;

    bool valid() const { return z >= 0 && min_keep >= 0; }
    bool neutral() const { return z >= 1; }

    ruling decide(const working_set& s) const {
        const std::size_t n = s.tokens.size();
        if (n < 3) return prefix(s, n, {}, min_keep);

        const real total = s.mass();
        std::vector<real> d(n - 1);
        for (std::size_t i = 0; i + 1 < n; ++i) d[i] = -weight(s.tokens[i]) * std::expm1(s.tokens[i + 1].below - s.tokens[i].below) / total;
        std::vector<real> c(n - 2);
        real sum = 0;
        for (std::size_t i = 0; i + 2 < n; ++i) c[i] = sum += std::abs(d[i] - d[i + 1]);
        // Differences of differences of doubles: on a flat row nothing but rounding is left of them.
        const real stray = 0x1p-50L + std::expm1(std::min(common_error(as_read(s)), real(1)));
        if (sum == 0) return prefix(s, n, surely_level(s) ? std::vector<std::size_t>{} : around(n, 1, n), min_keep);

        const auto exceeds = [&](real share) {
            const auto found = std::find_if(c.begin(), c.end(), [&](real each) { return each > share * sum; });
            return found == c.end() ? n : static_cast<std::size_t>(found - c.begin()) + 1;
        };
        const real width = std::max(mass_band, relative_band * real(z)) + 4 * stray / sum;
        const std::size_t count = exceeds(real(z));
        std::vector<std::size_t> lengths = around(count, exceeds(real(z) - width), exceeds(real(z) + width));
        // Only a step of the sum, or its end, can be the first to exceed anything.
        std::erase_if(lengths, [&](std::size_t k) { return k == n - 1 || (k > 1 && k < n - 1 && c[k - 1] == c[k - 2]); });
        return prefix(s, count, lengths, min_keep);
    }
};

// p >= a p(1)^2
struct top_a {
    float a = 0;
    std::int64_t min_keep = 1;

    bool valid() const { return a >= 0 && a <= 1 && min_keep >= 0; }
    bool neutral() const { return a == 0; }

    ruling decide(const working_set& s) const { return cut(s, std::log(real(a)) - std::log(s.mass()), min_keep, maximum::lives); }
};

// Of the tokens with p >= threshold all but the last in the order go, if there are two.
inline ruling top_choices(const working_set& s, float threshold, const ids_of& protect, std::int64_t min_keep) {
    const std::size_t n = s.tokens.size();
    const auto without = [&](std::size_t eligible) {
        members keep(n, true);
        for (std::size_t i = 0; i + 1 < eligible; ++i) keep[i] = contains(protect, s.tokens[i].id);
        const auto left = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), true));
        return left < at_least_one(min_keep, n) ? members(n, true) : keep;
    };

    std::size_t count = n;
    std::vector<std::size_t> lengths;
    if (threshold > 0) lengths = cut_lengths(s, std::log(real(threshold)) + std::log(s.mass()), cut_band, 0, maximum::stands_trial, count);
    ruling r = settled(without(count));
    for (const std::size_t each : lengths) r.add(without(each));

    // Who of the eligible is the last? Its logit is a double that others are compared with.
    std::size_t fewest = count, most = count;
    for (const std::size_t each : lengths) {
        fewest = std::min(fewest, each);
        most = std::max(most, each);
    }
    if (most < 2) return r;
    const auto error = [&](const token& t) { return t.error + read_error(s, t); };
    const members open = open_at_edges(s, std::max<std::size_t>(fewest, 2) - 1, most, error);
    for (std::size_t i = 0; i < n; ++i)
        if (open[i]) r.doubt(i);
    members safe;
    for (const token& t : s.tokens) safe.push_back(contains(protect, t.id));
    const auto spared = static_cast<std::size_t>(std::count(safe.begin(), safe.end(), true));
    // Nothing goes where some order would have too many go. Of those in front of the last at least so many are protected.
    const std::size_t behind = n - (most - 1), protected_in_front = spared > behind ? spared - behind : 0;
    const std::size_t least = at_least_one(min_keep, n);
    const bool uncertain = std::find(open.begin(), open.end(), true) != open.end(), nothing_goes = r.keep == members(n, true);
    if (uncertain && n - (most - 1 - protected_in_front) < least) r.add(members(n, true));
    // And where too many would go, another order may have more of the protected in front.
    if (uncertain && nothing_goes && n - (std::max<std::size_t>(fewest, 1 + spared) - 1 - spared) >= least)
        for (std::size_t i = 0; i < most; ++i)
            if (!safe[i]) r.doubt(i);
    if (r.unlisted) {
        r.plausible = [order = beginnings(s, error), safe = std::move(safe), spared, fewest, most, least](const members& kept) {
            // Those that go are a beginning of the order, but for the protected.
            const members gone = others_than(kept);
            for (std::size_t i = 0; i < kept.size(); ++i)
                if (gone[i] && safe[i]) return false;
            const auto number = static_cast<std::size_t>(std::count(gone.begin(), gone.end(), true));
            return number + 1 + spared >= fewest && number < most && kept.size() - number >= least && order.allow(gone, safe);
        };
    }
    return r;
}

struct xtc {
    float probability = 0;
    float threshold = 0.1f;
    ids_of protect = {};
    std::int64_t min_keep = 1;

    bool valid() const { return probability >= 0 && probability <= 1 && threshold >= 0 && min_keep >= 0; }
    bool neutral() const { return probability == 0 || threshold > 0.5f; }
    bool fits(std::size_t vocabulary) const { return inside(protect, vocabulary); }

    ruling decide(const working_set& s, real coin) const {
        if (coin < real(probability)) return top_choices(s, threshold, protect, min_keep);
        return settled(members(s.tokens.size(), true));
    }
};

// The mean of both outcomes: what would go is kept with weight 1 - pi, the rest gains.
struct xtc_mean {
    float probability = 0;
    float threshold = 0.1f;
    ids_of protect = {};
    std::int64_t min_keep = 1;

    bool valid() const { return probability >= 0 && probability <= 1 && threshold >= 0 && min_keep >= 0; }
    bool neutral() const { return probability == 0 || threshold > 0.5f; }
    bool fits(std::size_t vocabulary) const { return inside(protect, vocabulary); }

    ruling decide(const working_set& s) const { return top_choices(s, threshold, protect, min_keep); }

    void settle(working_set& s, const members& keep) const {
        if (std::find(keep.begin(), keep.end(), false) == keep.end()) return;
        const real pi = real(probability);
        const real total = s.mass();
        // What is kept may be next to nothing: its mass is relative to the first of it.
        const auto first = static_cast<std::size_t>(std::find(keep.begin(), keep.end(), true) - keep.begin());
        const real top = s.tokens[first].below;
        const real top_logit = s.tokens[first].logit;
        real kept = 0;
        for (std::size_t i = 0; i < keep.size(); ++i)
            if (keep[i]) kept += std::exp(s.tokens[i].below - top);
        const real log_rest = std::log(kept / total) + top;
        const real lost = std::log(1 - pi);  // ln 0 removes
        // pi e^5000 leaves nothing of 1 - pi.
        const bool far = log_rest < -5000;
        const real won = far ? std::log(pi) - std::log(kept / total) : std::log(1 - pi + pi * std::exp(-log_rest));
        if (s.infinite) s.top = 0;  // what counts from here on
        s.infinite = false;
        for (std::size_t i = 0; i < keep.size(); ++i) {
            token& t = s.tokens[i];
            t.error += read_error(s, t) + std::ldexp(std::abs(t.logit), -50);
            if (keep[i] && far) {
                // Up to where the first of all is, from however far down.
                t.below = t.below - top + won;
                t.logit = t.logit - top_logit + s.top + won;
            } else {
                t.below += keep[i] ? won : lost;
                t.logit += keep[i] ? won : lost;
            }
            treat(t, keep[i] ? 1 : 0);
            t.error += std::ldexp(std::abs(t.logit) + 1, -50);
        }
        s.offset = 0;
        restore(s);
    }
};

// The longest prefix whose entropy, as a distribution of its own, is at most h H. It never falls as the prefix grows.
struct top_h {
    float h = 1;
    std::int64_t min_keep = 1;

    bool valid() const { return h > 0 && h <= 1 && min_keep >= 0; }
    bool neutral() const { return h == 1; }

    ruling decide(const working_set& s) const {
        const std::size_t n = s.tokens.size();
        std::vector<real> prefixes(n);
        real others = 0;
        real products = 0;
        for (std::size_t i = 1; i < n; ++i) {
            const real w = weight(s.tokens[i]);
            others += w;
            if (w > 0) products += w * s.tokens[i].below;
            prefixes[i] = std::log1p(others) - products / (1 + others);
        }
        return longest(s, prefixes, real(h) * prefixes.back(), 0x1p-1000L, min_keep);  // beside one weight, doubles may hold no other
    }

    static ruling longest(const working_set& s, const std::vector<real>& values, real limit, real absolute, std::int64_t min_keep) {
        // Logits that stray, be it only where they are read, open the weights, if not of those that have none in a double.
        const working_set read = as_read(s);
        const real common = common_error(read);
        std::size_t weighty = values.size();
        if (common > 1e-3L) {
            const auto none = [&](const token& t) { return t.below + t.error + read.tokens.front().error < -750; };
            weighty = static_cast<std::size_t>(std::find_if(read.tokens.begin(), read.tokens.end(), none) - read.tokens.begin());
        }
        const auto reach = [&](real to) {
            const auto found = std::find_if(values.begin(), values.end(), [&](real each) { return each > to; });
            return std::max<std::size_t>(static_cast<std::size_t>(found - values.begin()), 1);
        };
        const real strict = relative_band * limit + absolute;
        const real width = strict + 2 * std::expm1(std::min(common, real(1))) * (1 + limit + values.back());
        const std::size_t count = reach(limit);
        const std::size_t most = std::max(reach(limit + strict), std::min(reach(limit + width), weighty));
        return prefix(s, count, around(count, reach(limit - width), most), min_keep);
    }
};

// The longest prefix whose part of the sum -p ln p is at most h H.
struct top_h_sum {
    float h = 1;
    std::int64_t min_keep = 1;

    bool valid() const { return h > 0 && h <= 1 && min_keep >= 0; }
    bool neutral() const { return h == 1; }

    ruling decide(const working_set& s) const {
        real others = 0;
        for (std::size_t i = 1; i < s.tokens.size(); ++i) others += weight(s.tokens[i]);
        std::vector<real> sums;
        real sum = 0;
        for (const token& t : s.tokens) {
            if (const real p = weight(t) / (1 + others); p > 0) sum += p * (std::log1p(others) - t.below);
            sums.push_back(sum);
        }
        return top_h::longest(s, sums, real(h) * sum, 0x1p-1000L, min_keep);
    }
};

// Equality with the cut, which is what a uniform row has, holds to a relative 1e-6. That is the edge, and the doubt is about that edge.
inline constexpr real p_less_slack = 1e-6L;

inline real collision(const working_set& s)  // sum of p^2
{
    const real total = s.mass();
    real sum = 0;
    for (const token& t : s.tokens) {
        const real p = weight(t) / total;
        sum += p * p;
    }
    return sum;
}

// p >= sum p^2
struct p_less {
    std::int64_t min_keep = 1;

    bool valid() const { return min_keep >= 0; }
    bool neutral() const { return false; }

    ruling decide(const working_set& s) const {
        const real lowest = std::log(collision(s)) + std::log1p(-p_less_slack) + std::log(s.mass());
        return cut(s, lowest, min_keep, maximum::lives, cut_band, 3 * common_error(s));
    }
};

// p >= (n sum p^2 - 1)/(n - 1)
struct p_less_norm {
    std::int64_t min_keep = 1;

    bool valid() const { return min_keep >= 0; }
    bool neutral() const { return false; }

    ruling decide(const working_set& s) const {
        const real n = static_cast<real>(s.tokens.size());
        if (n == 1) return prefix(s, 1, {}, min_keep);
        // n sum p^2 - 1 = n sum (p - 1/n)^2, which is 0 for a uniform row and never less.
        const real total = s.mass();
        real spread = 0;
        for (const token& t : s.tokens) {
            const real off = weight(t) / total - 1 / n;
            spread += off * off;
        }
        const real floor = n * spread / (n - 1);
        if (floor == 0)
            return prefix(s, s.tokens.size(), surely_level(s) ? std::vector<std::size_t>{} : around(s.tokens.size(), 1, s.tokens.size()),
                          min_keep);
        const real lowest = std::log(floor) + std::log1p(-p_less_slack) + std::log(total);
        // The floor is a difference, and off by what the sum of squares is.
        const real stray = std::log1p(std::min(3 * common_error(s), real(1)) * (1 + 1 / (n * spread)));
        return cut(s, lowest, min_keep, maximum::lives, cut_band, stray);
    }
};

// R = m - min l + 1e-8, w_i = (l(i) - l(i+1))/(R i), k = clamp(max(argmax w, floor(tau/R)), 1, n), and the ties of l(k).
struct min_k {
    float tau = -1;
    std::int64_t min_keep = 1;

    bool valid() const { return !std::isnan(tau) && min_keep >= 0; }
    bool neutral() const { return tau < 0; }

    ruling decide(const working_set& s) const {
        const std::vector<token>& t = s.tokens;
        const std::size_t n = t.size();
        const real range = -t.back().below + 1e-8L;
        const auto whole = [&](real x) { return x >= static_cast<real>(n) ? n : static_cast<std::size_t>(std::floor(x)); };
        const auto length = [&](std::size_t cliff, std::size_t fallback, const auto& equal) {
            std::size_t k = std::clamp<std::size_t>(std::max(cliff, fallback), 1, n);
            while (k < n && equal(t[k], t[k - 1])) ++k;
            return k;
        };

        std::vector<real> w;
        for (std::size_t i = 1; i < n; ++i) w.push_back((t[i - 1].below - t[i].below) / (range * static_cast<real>(i)));
        const std::size_t cliff = w.empty() ? 1 : static_cast<std::size_t>(std::max_element(w.begin(), w.end()) - w.begin()) + 1;
        const real ratio = real(tau) / range;

        const auto doubt = [&](std::size_t i) { return t[i].error + read_error(s, t[i]); };
        // R is a difference of two logits as they are read.
        const real off = doubt(0) + doubt(n - 1);
        const std::size_t fewest = whole(real(tau) / (range + off) * (1 - relative_band));
        const std::size_t most = whole(real(tau) / std::max(range - off, 1e-8L) * (1 + relative_band));
        std::vector<std::size_t> fallbacks{whole(ratio)};
        for (const std::size_t each : {fewest, most})
            if (each != fallbacks.front()) fallbacks.push_back(each);
        std::vector<std::size_t> cliffs{cliff};
        for (std::size_t i = 0; i < w.size(); ++i) {
            const real error = (doubt(i) + doubt(i + 1) + doubt(cliff - 1) + (cliff < n ? doubt(cliff) : 0)) / range;
            if (i + 1 != cliff && w[i] >= w[cliff - 1] * (1 - relative_band) - error && w[cliff - 1] > 0) cliffs.push_back(i + 1);
        }
        std::vector<std::size_t> lengths;
        for (const std::size_t c : cliffs)
            for (const std::size_t f : fallbacks) {
                lengths.push_back(length(c, f, tied));
                lengths.push_back(length(c, f, surely_tied));
                lengths.push_back(length(c, f, perhaps_tied));
            }
        for (std::size_t each = fewest + 1; each < most; ++each) lengths.push_back(length(cliff, each, tied));
        return prefix(s, lengths.front(), lengths, min_keep);
    }
};

}  // namespace reference
