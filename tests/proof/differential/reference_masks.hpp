// SEMANTICS section 4: bias, masks, and the rows of other models. The form of a stage is that of reference_history.hpp,
// and for one that cuts first, `decide` and a `settle` that returns a status.

#pragma once

#include "reference_history.hpp"
#include "reference_ruling.hpp"
#include "reference_truncation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace reference {

inline members marked(const ids_of& list, std::size_t vocabulary) {
    members out(vocabulary, false);
    for (const token_id id : list) out[static_cast<std::size_t>(id)] = true;
    return out;
}

struct logit_bias {
    std::vector<std::pair<token_id, float>> list = {};

    bool valid() const {
        return std::none_of(list.begin(), list.end(), [](const auto& each) { return std::isnan(each.second); });
    }
    bool neutral() const { return list.empty(); }
    bool fits(std::size_t vocabulary) const {
        return std::all_of(list.begin(), list.end(), [&](const auto& each) { return inside({each.first}, vocabulary); });
    }

    ids_of changes(const history&) const {
        ids_of ids;
        for (const auto& each : list) ids.push_back(each.first);
        return ids;
    }

    status change(working_set& s, const history&) const { return add_biases(s, list); }
};

struct ban {
    ids_of list = {};

    bool valid() const { return true; }
    bool neutral() const { return list.empty(); }
    bool fits(std::size_t vocabulary) const { return inside(list, vocabulary); }

    members banned(const history&, std::size_t vocabulary) const { return marked(list, vocabulary); }
};

// An empty list allows nothing.
struct allow_only {
    ids_of list = {};

    bool valid() const { return true; }
    bool neutral() const { return false; }
    bool fits(std::size_t vocabulary) const { return inside(list, vocabulary); }

    members banned(const history&, std::size_t vocabulary) const { return others_than(marked(list, vocabulary)); }
};

enum class past_end { ban, keep };

// 32 ids a word, 1 = allowed. Bits past the vocabulary mean nothing.
struct allow {
    std::vector<std::uint32_t> words = {};
    past_end beyond = past_end::ban;

    bool valid() const { return true; }
    bool neutral() const { return false; }

    members banned(const history&, std::size_t vocabulary) const {
        members out(vocabulary, false);
        for (std::size_t id = 0; id < vocabulary; ++id)
            out[id] = (id >> 5) < words.size() ? ((words[id >> 5] >> (id & 31)) & 1) == 0 : beyond == past_end::ban;
        return out;
    }
};

struct suppress_at_begin {
    ids_of list = {};

    bool valid() const { return true; }
    bool neutral() const { return list.empty(); }
    bool fits(std::size_t vocabulary) const { return inside(list, vocabulary); }

    members banned(const history& past, std::size_t vocabulary) const {
        return past.output.empty() ? marked(list, vocabulary) : members(vocabulary, false);
    }
};

// When `position` tokens have been put out, the next one is `id`.
struct force {
    std::int64_t position;
    token_id id;

    bool valid() const { return position >= 0; }
    bool neutral() const { return false; }
    bool fits(std::size_t vocabulary) const { return inside({id}, vocabulary); }

    members banned(const history& past, std::size_t vocabulary) const {
        members out(vocabulary, past.output.size() == static_cast<std::size_t>(position));
        out[static_cast<std::size_t>(id)] = false;
        return out;
    }
};

// Classifier-free guidance: l <- u + s (c - u), c the living logit, u that of the other row. Where an operand is infinite the
// formula is evaluated as it stands, and a NaN of it is nan_logit; but -inf in u always removes.
struct guidance {
    std::vector<double> row;
    float scale = 1;

    bool valid() const { return std::isfinite(scale); }
    bool neutral() const { return scale == 1; }
    bool fits(std::size_t vocabulary) const { return row.size() == vocabulary; }

    status change(working_set& set, const history&) const {
        const real infinity = std::numeric_limits<real>::infinity();
        const real s = real(scale);
        const bool was_infinite = set.infinite;
        real anchor = 0;  // distances in the other row are finer than its logits, too
        for (const token& t : set.tokens)
            if (const double u = row[static_cast<std::size_t>(t.id)]; std::isfinite(u)) anchor = real(u);
        for (token& t : set.tokens) {
            const real u = real(row[static_cast<std::size_t>(t.id)]);
            if (std::isnan(u)) return status::nan_logit;
            if (u == -infinity) {
                t.below = -infinity;
            } else if (was_infinite || std::isinf(u)) {
                const real l = u + s * ((was_infinite ? infinity : set.top + t.below) - u);
                if (std::isnan(l)) return status::nan_logit;
                t.below = l;
            } else {
                // u + s (l - u) in doubles is as good as its largest part.
                const real moved = u + s * (t.logit - u);
                t.error = (t.error + read_error(set, t)) * std::abs(s) + std::ldexp(std::abs(s * (t.logit - u)) + std::abs(moved), -50);
                t.below = (u - anchor) + s * (t.below - (u - anchor));  // above what becomes of top beside the anchor
                t.logit = moved;
                treat(t, u);
            }
        }
        if (!was_infinite) set.top = anchor + s * (set.top - anchor);
        set.astray *= std::abs(s);
        set.offset = 0;
        set.infinite = false;
        restore(set);
        saturate(set);
        return status::ok;
    }
};

// On { p >= alpha p(1) }: l <- (1 + beta) l - beta a. Where the amateur gives -inf, its lowest finite logit among the kept
// counts, so that an amateur's ban neither removes a token nor makes it win.
struct contrastive {
    std::vector<double> row;
    float alpha = 0;
    float beta = 0;

    bool valid() const { return alpha >= 0 && alpha <= 1 && beta >= 0 && std::isfinite(beta); }
    bool neutral() const { return alpha == 0 && beta == 0; }
    bool fits(std::size_t vocabulary) const { return row.size() == vocabulary; }

    ruling decide(const working_set& s) const { return cut(s, std::log(real(alpha)), 1, maximum::lives); }

    status settle(working_set& s, const members& keep) const {
        take(s, keep);
        if (beta == 0) return status::ok;
        const real infinity = std::numeric_limits<real>::infinity();
        const auto amateur = [&](const token& t) { return real(row[static_cast<std::size_t>(t.id)]); };
        real lowest = infinity;
        for (const token& t : s.tokens) {
            if (std::isnan(amateur(t))) return status::nan_logit;
            if (std::isfinite(amateur(t))) lowest = std::min(lowest, amateur(t));
        }
        if (lowest == infinity) lowest = 0;

        const real b = real(beta);
        for (token& t : s.tokens) {
            const real a = amateur(t) == -infinity ? lowest : amateur(t);
            if (s.infinite) {
                if (a == infinity) return status::nan_logit;
                continue;
            }
            t.error = (t.error + read_error(s, t)) * (1 + b) + std::ldexp(std::abs(b * a) + (1 + b) * std::abs(t.logit), -50);
            t.below = (1 + b) * t.below - b * a;
            t.logit = (1 + b) * t.logit - b * a;
            treat(t, a);
        }
        if (!s.infinite) s.top *= 1 + b;
        s.astray *= 1 + b;
        s.offset = 0;
        restore(s);
        saturate(s);
        return status::ok;
    }
};

}  // namespace reference
