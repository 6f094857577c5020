// The reference: every stage and draw written straight from its definition, in `long double`, with no header of the
// library. Slow and plain on purpose: whoever doubts the library reads this file beside the table of stages.
//
// This file is the ground floor: rows, the set of living tokens, temperature, softmax, the three common truncations and
// the categorical draw, with a `run` of their own. Beside it
//     reference_ruling.hpp      what a truncation decides, and what another implementation may decide instead
//     reference_scaling.hpp     SEMANTICS section 1
//     reference_truncation.hpp  section 2
//     reference_history.hpp     section 3
//     reference_masks.hpp       section 4
//     reference_draws.hpp       section 5
//     reference_pipeline.hpp    any of these stages in any order: `run_any`
//
// A stage here is a struct with `valid()`, `neutral()` and one of
//     void change(working_set&) const;            it moves logits
//     decision decide(const working_set&) const;  it keeps a prefix of the order

#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

namespace reference {

using real = long double;
static_assert(std::numeric_limits<real>::digits >= 64 && std::numeric_limits<real>::max_exponent >= 16384,
              "the reference needs a long double wider than double: a double logit divided by a tiny temperature overflows a double");

using token_id = std::int64_t;

enum class status { ok, empty, nan_logit, bad_parameter };

// Only a decision this close may differ from exact arithmetic.
inline constexpr real mass_band = 1e-12L;  // |C/S - p|
inline constexpr real cut_band = 1e-12L;   // |p_i/cut - 1|
inline constexpr real step_band = 2e-7L;   // |u - a step of the CDF|

// Logits are kept as a distance below the largest one. A difference of two doubles is exact to 2^-64 of itself, so
// neither a large offset nor a tiny temperature costs a probability any accuracy. Beside it stands the logit itself: far below a
// huge one, distances are equal where logits are not.
struct token {
    token_id id;
    real below;  // logit - top, never positive between stages
    real logit;
    // For reference_ruling.hpp: how far the same logit may stray where it is kept in a double, and what made it. Tokens of
    // one origin are equal in any arithmetic.
    real error = 0;
    std::uint64_t origin = 0;
};

// Below this e^x is 0, and libm slow to say so.
inline constexpr real least_exponent = -11400;

inline real weight(const token& t) { return t.below < least_exponent ? 0 : std::exp(t.below); }

inline bool tied(const token& a, const token& b) { return a.below == b.below && a.logit == b.logit; }

// How far a `real` may be from what it stands for, where it had to be rounded.
inline real own_rounding(real value) { return std::ldexp(std::abs(value), -64); }

// Whether they are equal in any arithmetic, and in some.
inline bool surely_tied(const token& a, const token& b) { return tied(a, b) && (a.origin == b.origin || a.error + b.error == 0); }
inline bool perhaps_tied(const token& a, const token& b) { return tied(a, b) || std::abs(a.below - b.below) <= a.error + b.error; }

inline bool in_order(const token& a, const token& b) {
    if (a.below != b.below) return a.below > b.below;
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

struct working_set {
    std::vector<token> tokens;  // the living, in the order: logit descending, then id ascending
    real top = 0;
    bool infinite = false;  // every logit is +inf; `below` and `logit` are 0 then
    // How far all logits may stray together. It takes a stage that reads a logit's sign or size to make a difference of it.
    real astray = 0;
    // The largest number that was subtracted from all logits: beside it a single one is as coarse as it is.
    real offset = 0;
    // Whether a temperature stands before: a logit that is changed behind it is written through a division, and is no more exact than that.
    bool divided = false;

    real mass() const {
        real sum = 0;
        for (const token& t : tokens) sum += weight(t);
        return sum;
    }
};

// The number of tokens a truncation keeps. `fewer` and `more` differ from `keep` where a boundary is inside its band,
// and are then the counts an implementation that decides that boundary the other way would keep.
struct decision {
    std::size_t keep;
    std::size_t fewer;
    std::size_t more;

    bool close() const { return fewer != keep || more != keep; }

    decision at_least(std::int64_t min_keep, std::size_t living) const {
        const std::size_t least = std::min(static_cast<std::size_t>(min_keep), living);
        return {std::max(keep, least), std::max(fewer, least), std::max(more, least)};
    }
};

enum class nudge { exact, fewer, more };

inline void divide(working_set& s, real t) {
    if (t == 0) {
        s.tokens.resize(1);
    } else if (s.infinite) {
        // Equal they are and equal they stay.
    } else if (std::isinf(t)) {
        for (token& each : s.tokens) each.below = each.logit = each.error = 0;
        s.top = s.astray = s.offset = 0;
        std::sort(s.tokens.begin(), s.tokens.end(), [](const token& a, const token& b) { return a.id < b.id; });
    } else {
        // The order is left alone: dividing distinct reals never makes a tie.
        s.divided = s.divided || t != 1;
        for (token& each : s.tokens) {
            each.below /= t;
            each.logit /= t;
            each.error /= t;
        }
        s.top /= t;
        s.astray /= t;
        s.offset /= t;
    }
}

struct temperature {
    float t = 1;

    bool valid() const { return t >= 0; }
    bool neutral() const { return t == 1; }

    void change(working_set& s) const { divide(s, real(t)); }
};

struct softmax {
    bool valid() const { return true; }
    bool neutral() const { return false; }

    void change(working_set& s) const {
        // The sum may be one of float weights, and what is subtracted is a double.
        if (!s.infinite) {
            s.astray += 2e-7L + std::ldexp(std::abs(s.top), -50);
            s.offset = std::max(s.offset, std::abs(s.top));
        }
        const real top = std::exchange(s.top, -std::log(s.mass()));
        s.infinite = false;  // ln(1/n) each
        for (token& each : s.tokens) {
            // From here on the distance is all that is known of a logit, and far below a huge one it was a rounded one.
            if (top + each.below != each.logit) each.error += own_rounding(each.below);
            each.logit = s.top + each.below;
        }
    }
};

enum class ties { first, all };

struct top_k {
    std::int64_t k = 0;
    std::int64_t min_keep = 1;
    ties equals = ties::first;

    bool valid() const { return k >= 0 && min_keep >= 0; }
    bool neutral() const { return k == 0; }

    decision decide(const working_set& s) const {
        const std::size_t living = s.tokens.size();
        const std::size_t first = std::min(static_cast<std::size_t>(k), living);
        const auto with_equals = [&](const auto& equal) {
            std::size_t count = first;
            while (equals == ties::all && count < living && equal(s.tokens[count], s.tokens[count - 1])) ++count;
            return count;
        };
        // Another may be the k-th, with others that equal it: one that may come on the other side of it.
        const auto open = [&](const token& t) { return perhaps_tied(t, s.tokens[first - 1]) && !surely_tied(t, s.tokens[first - 1]); };
        const bool sure = equals == ties::first || std::none_of(s.tokens.begin(), s.tokens.end(), open);
        return decision{with_equals(tied), sure ? with_equals(surely_tied) : first, with_equals(perhaps_tied)}.at_least(min_keep, living);
    }
};

struct top_p {
    float p = 1;
    std::int64_t min_keep = 1;

    bool valid() const { return p >= 0 && min_keep >= 0; }
    bool neutral() const { return p >= 1; }

    decision decide(const working_set& s) const {
        const std::size_t living = s.tokens.size();
        std::vector<real> prefix(living);
        real sum = 0;
        for (std::size_t i = 0; i < living; ++i) prefix[i] = sum += weight(s.tokens[i]);

        const auto crossing = std::find_if(prefix.begin(), prefix.end(), [&](real c) { return c >= real(p) * sum; });
        const std::size_t count = static_cast<std::size_t>(crossing - prefix.begin()) + 1;
        const auto close = [&](std::size_t length) { return std::abs(prefix[length - 1] / sum - real(p)) <= mass_band; };

        decision d{count, count, count};
        if (count > 1 && close(count - 1)) d.fewer = count - 1;
        if (count < living && close(count)) d.more = count + 1;
        return d.at_least(min_keep, living);
    }
};

struct min_p {
    float p = 0;
    std::int64_t min_keep = 1;

    bool valid() const { return p >= 0 && p <= 1 && min_keep >= 0; }
    bool neutral() const { return p == 0; }

    decision decide(const working_set& s) const {
        const auto begin = s.tokens.begin();
        const auto end = s.tokens.end();
        // In logarithms: p_i / p(1) itself would round to 1 after a large temperature, and p = 1 then keep too much.
        const real lowest = std::log(real(p));
        const auto close = [&](const token& t) { return std::abs(std::expm1(t.below - lowest)) <= cut_band; };
        const auto cut = std::partition_point(begin, end, [&](const token& t) { return t.below >= lowest; });

        // Equal logits stand or fall together, so the other side of a close boundary is a whole group of ties. The
        // maximum is never on it.
        auto fewer = cut;
        if (const real level = std::prev(cut)->below; level < 0 && close(*std::prev(cut)))
            fewer = std::partition_point(begin, cut, [&](const token& t) { return t.below > level; });
        auto more = cut;
        if (cut != end && close(*cut)) more = std::partition_point(cut, end, [&](const token& t) { return t.below >= cut->below; });

        const auto count = [&](auto where) { return static_cast<std::size_t>(where - begin); };
        return decision{count(cut), count(fewer), count(more)}.at_least(min_keep, s.tokens.size());
    }
};

using stage = std::variant<temperature, softmax, top_k, top_p, min_p>;
using pipeline = std::vector<stage>;

inline bool valid(const stage& s) {
    return std::visit([](const auto& each) { return each.valid(); }, s);
}
inline bool neutral(const stage& s) {
    return std::visit([](const auto& each) { return each.neutral(); }, s);
}

// The living tokens of a row without NaN. A +inf logit has all the mass, so beside one the finite ones are not living.
inline working_set living(const std::vector<double>& row) {
    const double infinity = std::numeric_limits<double>::infinity();
    std::vector<std::pair<double, token_id>> order;
    order.reserve(row.size());
    for (std::size_t i = 0; i < row.size(); ++i)
        if (row[i] != -infinity) order.emplace_back(-row[i], static_cast<token_id>(i));
    std::sort(order.begin(), order.end());

    working_set s;
    if (order.empty()) return s;
    const double top = -order.front().first;
    s.top = real(top);
    s.tokens.reserve(order.size());
    for (const auto& [negated, id] : order) {
        if (top == infinity && negated != -infinity) break;
        const bool finite = top < infinity;
        s.tokens.push_back(
            {id, finite ? -real(negated) - real(top) : 0, finite ? -real(negated) : 0, 0, std::bit_cast<std::uint64_t>(negated + 0.0)});
    }
    s.infinite = top == infinity;
    return s;
}

// Runs one stage and, if it truncates, writes down its decision and takes the side of it that `nudges` asks for.
inline void apply(const stage& which, working_set& s, std::vector<decision>& decisions, const std::vector<nudge>& nudges) {
    std::visit(
        [&](const auto& each) {
            if (each.neutral()) return;
            if constexpr (requires { each.change(s); }) {
                each.change(s);
            } else {
                const decision d = each.decide(s);
                const nudge side = decisions.size() < nudges.size() ? nudges[decisions.size()] : nudge::exact;
                decisions.push_back(d);
                s.tokens.resize(side == nudge::fewer ? d.fewer : side == nudge::more ? d.more : d.keep);
            }
        },
        which);
}

struct law {
    status why = status::ok;
    std::vector<token_id> ids;        // ascending
    std::vector<real> probabilities;  // of ids
    std::vector<real> logs;           // ln of the probabilities, finite even where they underflow
    std::vector<real> logits;         // as the last stage left them
    std::vector<real> cumulative;     // running sum of the weights in id order; the last one is their total
    token_id first = -1;              // first in the order
    std::vector<decision> decisions;  // one per truncation that is not neutral
};

inline law run(const std::vector<double>& row, const pipeline& stages, const std::vector<nudge>& nudges = {}) {
    law result;
    const auto fail = [&](status why) {
        result.why = why;
        return result;
    };
    if (!std::all_of(stages.begin(), stages.end(), valid)) return fail(status::bad_parameter);
    if (std::any_of(row.begin(), row.end(), [](double l) { return std::isnan(l); })) return fail(status::nan_logit);
    working_set s = living(row);
    if (s.tokens.empty()) return fail(status::empty);

    for (const stage& each : stages) apply(each, s, result.decisions, nudges);

    result.first = s.tokens.front().id;
    std::sort(s.tokens.begin(), s.tokens.end(), [](const token& a, const token& b) { return a.id < b.id; });
    real total = 0;
    for (const token& t : s.tokens) {
        total += weight(t);
        result.ids.push_back(t.id);
        result.logits.push_back(s.infinite ? s.top : t.logit);
        result.cumulative.push_back(total);
    }
    for (const token& t : s.tokens) {
        result.probabilities.push_back(weight(t) / total);
        result.logs.push_back(t.below - std::log(total));
    }
    return result;
}

inline real uniform(std::uint64_t word) { return std::ldexp(real(word >> 11), -53); }

struct choice {
    std::size_t index;  // into law::ids
    real distance;      // from u to the nearest step of the CDF; 1 where there is no step
};

// Inverse CDF in id order: the first token whose running mass exceeds u * S.
inline choice categorical(const law& l, std::uint64_t word) {
    const real total = l.cumulative.back();
    const real u = uniform(word);
    const auto found = std::upper_bound(l.cumulative.begin(), l.cumulative.end(), u * total);
    real distance = 1;
    if (found != l.cumulative.begin()) distance = std::min(distance, std::abs(*std::prev(found) / total - u));
    if (std::next(found) != l.cumulative.end()) distance = std::min(distance, std::abs(*found / total - u));
    return {static_cast<std::size_t>(found - l.cumulative.begin()), distance};
}

// Whether the token at `index` is what `word` gives once every step of the CDF may move by the band.
inline bool reachable(const law& l, std::size_t index, std::uint64_t word) {
    const real total = l.cumulative.back();
    const real u = uniform(word);
    const real from = index == 0 ? 0 : l.cumulative[index - 1] / total;
    const real to = l.cumulative[index] / total;
    return from - step_band <= u && u <= to + step_band;
}

}  // namespace reference
