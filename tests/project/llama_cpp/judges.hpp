// judges — one step of theirs against the same step of ours, and the class of the difference where there is one.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <argdraw/core/token.hpp>

#include "definitions.hpp"

namespace peer {

// In the order in which the table shows them.
enum class outcome : std::uint8_t {
    same,
    ties,
    strict,
    counts_masked,
    no_match,
    overflow,
    floats,
    nan_entropy,
    masked_estimate,
    beyond_int,
    stale_order,
    nan_law,
    unexplained
};
constexpr std::size_t outcomes = 13;

struct difference {
    std::string_view name, whose, recognised;
};
constexpr std::array<difference, outcomes> differences{{
    {"none", "", "the same tokens, with the same probabilities up to the rounding of their float logits"},
    {"ties", "by design",
     "as many tokens with the same logits: of equals at the cut, ours keeps the lowest ids and theirs what its sort leaves in front"},
    {"at equality", "by design",
     "typical: ours stops where the mass reaches p, theirs where it exceeds it; the mass of ours is p, to 1e-6"},
    {"masked count", "by design",
     "temp_ext: theirs divides by ln of all candidates, ours by ln of the living; its temperature is that of the greater number"},
    {"no match", "by design",
     "dry: with allowed_length 0, theirs takes the multiplier off every token of the window, ours off those that continue a match"},
    {"overflow", "by design", "a logit beyond the range of float is -inf with theirs, a ban; with ours the token lives, and has no weight"},
    {"float sums", "theirs",
     "ours is what the exact definition keeps, theirs what the same definition in float does, summed in the order of its list"},
    {"no entropy", "theirs",
     "typical: a candidate of probability 0, masked or far below, makes their entropy NaN; what it keeps then means nothing"},
    {"masked estimate", "theirs",
     "mirostat: a candidate of probability 0 among the first m makes their exponent NaN or infinite; it keeps one"},
    {"beyond int", "theirs",
     "a k of mirostat, or a logit of 3e8 and more in a sort of more than 128, becomes the smallest int: one token is kept; the greatest "
     "come last"},
    {"stale order", "theirs",
     "behind a logit_bias that follows a sort: the list says that it is sorted, and is not; the cut falls where it falls"},
    {"NaN law", "theirs",
     "a logit beyond the range of float is +inf: their softmax subtracts infinities, and every probability is NaN; the chain is left here"},
    {"unexplained", "?", "none of these"},
}};

// A sampler's step: what was there, what theirs left, and the law of ours on what was there.
struct situation {
    const list& before;
    const list& after;
    const argdraw::distribution_of_row& ours;
};
struct judgement {
    outcome what = outcome::same;
    double tokens = 0;  // more tokens that theirs keeps; below 0: fewer
    double mass = 0;    // how far the mass that theirs keeps is from the p that was asked for, where there is one
};
using judge = std::function<judgement(const situation&)>;

namespace detail {

inline std::vector<std::int32_t> living_ids(const list& l) {
    std::vector<std::int32_t> ids;
    for (const auto& c : l.all)
        if (c.logit != masked) ids.push_back(c.id);
    std::sort(ids.begin(), ids.end());
    return ids;
}
inline std::vector<std::int32_t> our_ids(const argdraw::distribution_of_row& law) {
    std::vector<std::int32_t> ids(law.ids.begin(), law.ids.end());
    std::sort(ids.begin(), ids.end());
    return ids;
}
// The logits in front of the step of what ours has kept, by falling logit.
inline std::vector<float> our_logits(const situation& s) {
    const auto ids = our_ids(s.ours);
    std::vector<float> values;
    for (const auto& c : s.before.all)
        if (c.logit != masked && std::binary_search(ids.begin(), ids.end(), c.id)) values.push_back(c.logit);
    return descending(std::move(values));
}
inline std::vector<float> their_logits(const situation& s) { return descending(logits_of(s.after.all)); }

inline double more(const situation& s) { return static_cast<double>(s.after.living()) - static_cast<double>(s.ours.ids.size()); }

}  // namespace detail

// ---- steps that keep some of the candidates --------------------------------------------------------------------------------

// Whether the list says that it is sorted, and is not.
inline bool stale(const list& l) {
    return l.sorted && !std::is_sorted(l.all.begin(), l.all.end(), [](const auto& a, const auto& b) { return a.logit > b.logit; });
}

inline bool infinite(const list& l) { return std::isinf(l.greatest()) && l.greatest() > 0; }

// Whether their sort, which takes the more than 128 of a list to buckets of an int, has logits that no int holds: those come last.
inline bool beyond_buckets(const list& l) { return !l.sorted && l.all.size() > 128 && l.greatest() >= 0x1p31f / 6.4f - 64; }

// What all of them have in common: equal sets, and sets that differ in which of equals they keep. `otherwise` judges the rest.
inline judge keeping(judge otherwise) {
    return [=](const situation& s) -> judgement {
        if (detail::living_ids(s.after) == detail::our_ids(s.ours)) return {};
        if (detail::their_logits(s) == detail::our_logits(s)) return {outcome::ties};
        judgement found = stale(s.before)            ? judgement{outcome::stale_order}
                          : beyond_buckets(s.before) ? judgement{outcome::beyond_int}
                                                     : otherwise(s);
        found.tokens = detail::more(s);
        return found;
    };
}
inline judgement unexplained(const situation&) { return {outcome::unexplained}; }

inline judge judge_top_p(float p, std::size_t min_keep) {
    return keeping([=](const situation& s) -> judgement {
        const exact_law law(s.before.all);
        const std::size_t ours = s.ours.ids.size(), theirs = s.after.all.size(), least = (std::max<std::size_t>)(min_keep, 1);
        const bool exact =
            (law.of_first(ours) >= p - 1e-12L || ours == law.p.size()) && (law.of_first(ours - 1) < p + 1e-12L || ours <= least);
        const auto away = static_cast<double>(law.of_first(theirs) - p);
        return {exact && theirs == top_p_count(s.before, p, min_keep) ? outcome::floats : outcome::unexplained, 0, away};
    });
}

inline judge judge_min_p(float p) {
    return keeping([=](const situation& s) -> judgement {
        // Every token that only one of them keeps lies within a float's rounding of the cut.
        const float top = s.before.greatest();
        const auto ours = detail::our_ids(s.ours), theirs = detail::living_ids(s.after);
        const long double cut = top + std::log(static_cast<long double>(p)),
                          slack = 0x1p-22L * (std::fabs(top) - std::log(static_cast<long double>(p)));
        for (const auto& c : s.before.all) {
            const bool differs =
                std::binary_search(ours.begin(), ours.end(), c.id) != std::binary_search(theirs.begin(), theirs.end(), c.id);
            if (differs && std::fabs(c.logit - cut) > slack) return {outcome::unexplained};
        }
        return {outcome::floats};
    });
}

inline judge judge_typical(float p, std::size_t min_keep) {
    return keeping([=](const situation& s) -> judgement {
        const typical_result rule = typical_kept(s.before, p, min_keep);
        if (!rule.has_entropy) return {outcome::nan_entropy};
        const exact_law law(s.before.all);
        const auto mass = [&](const std::vector<float>& logits) {
            long double sum = 0;
            for (const float l : logits) sum += std::exp(l - law.log_sum);
            return sum;
        };
        const auto theirs = detail::their_logits(s);
        if (theirs != rule.kept) return {outcome::unexplained};
        if (std::fabs(mass(detail::our_logits(s)) - p) <= 1e-6L) return {outcome::strict};
        return {outcome::floats, 0, static_cast<double>(mass(theirs) - p)};
    });
}

inline judge judge_top_n_sigma(float n) {
    return keeping([=](const situation& s) -> judgement {
        const float cut = sigma_cut(s.before, n);
        auto rule = descending(logits_of(s.before.all));
        rule.erase(std::remove_if(rule.begin(), rule.end(), [&](float l) { return l < cut; }), rule.end());
        return {detail::their_logits(s) == rule ? outcome::floats : outcome::unexplained};
    });
}

inline judge judge_xtc(float threshold, std::size_t min_keep) {
    return keeping([=](const situation& s) -> judgement {
        const auto rule = descending(logits_of(s.before.all));
        const auto drops = static_cast<std::ptrdiff_t>((std::min)(xtc_drops(s.before, threshold, min_keep), rule.size()));
        const bool right = detail::their_logits(s) == std::vector<float>(rule.begin() + drops, rule.end());
        return {right ? outcome::floats : outcome::unexplained};
    });
}

// `mu` is ours, in double; theirs has learned in float what ours has.
inline judge judge_mirostat_v2(const double& mu) {
    return keeping([&mu](const situation& s) -> judgement {
        const exact_law law(s.before.all);
        const auto ours = detail::our_ids(s.ours), theirs = detail::living_ids(s.after);
        for (const auto& c : s.before.all) {
            const bool differs =
                std::binary_search(ours.begin(), ours.end(), c.id) != std::binary_search(theirs.begin(), theirs.end(), c.id);
            const long double surprise = (law.log_sum - c.logit) / std::numbers::ln2_v<long double>;
            if (differs && std::fabs(surprise - mu) > 1e-4L * (1 + std::fabs(mu))) return {outcome::unexplained};
        }
        return {outcome::floats};
    });
}

inline judge judge_mirostat(const double& mu, std::size_t vocabulary, std::size_t m) {
    return keeping([=, &mu](const situation& s) -> judgement {
        const float_law law = softmax(s.before, true);
        const float k = mirostat_k(s.before, static_cast<float>(mu), vocabulary, m);
        const std::size_t first = (std::min)(m, law.p.size()), theirs = s.after.living();
        const bool zeros = std::count(law.p.begin(), law.p.begin() + static_cast<std::ptrdiff_t>(first), 0.0f) > 0;
        if (theirs == 1 && zeros) return {outcome::masked_estimate};
        if (theirs == 1 && !(k < 0x1p31f)) return {outcome::beyond_int};
        const double expected = (std::clamp)(static_cast<double>(k), 1.0, static_cast<double>(law.p.size()));
        const bool near_it = std::fabs(static_cast<double>(theirs) - expected) <= 1 + 1e-3 * expected;
        return {near_it ? outcome::floats : outcome::unexplained};
    });
}

// ---- steps that change logits ------------------------------------------------------------------------------------------------

// Two laws, token by token: the greatest difference of the logarithms of their probabilities, +inf where the tokens are others.
struct comparison {
    double apart = 0;
    bool overflowed = false;  // theirs lacks a token, which has no weight in ours either

    // What it is where the laws may differ by that much.
    outcome within(double slack) const { return !(apart <= slack) ? outcome::unexplained : overflowed ? outcome::overflow : outcome::same; }
};
inline comparison compare(const list& theirs, const argdraw::distribution_of_row& ours) {
    const comparison other{std::numeric_limits<double>::infinity(), false};
    std::map<std::int32_t, double> rest;
    for (std::size_t i = 0; i < ours.ids.size(); ++i) rest[ours.ids[i]] = ours.probabilities[i];
    const exact_law law(theirs.all);
    comparison found;
    for (const auto& c : theirs.all) {
        if (c.logit == masked) continue;
        const auto at = rest.find(c.id);
        if (at == rest.end()) return other;
        const long double log_p = c.logit - law.log_sum;
        if (log_p >= -200)
            found.apart = (std::max)(found.apart, static_cast<double>(std::fabs(log_p - std::log(static_cast<long double>(at->second)))));
        rest.erase(at);
    }
    for (const auto& [id, p] : rest) {
        if (p > 0) return other;
        found.overflowed = true;
    }
    return found;
}

// Sixteen roundings of the greatest logit, before and after, or of what was added to it.
inline double rounding(const situation& s, double added = 0) {
    double size = 1 + added;
    for (const auto* each : {&s.before, &s.after})
        for (const auto& c : each->all)
            if (c.logit != masked) size = (std::max)(size, std::fabs(static_cast<double>(c.logit)));
    return size * 16 * 0x1p-24;
}

inline judge changing(double added = 0) {
    return [=](const situation& s) -> judgement { return {compare(s.after, s.ours).within(rounding(s, added))}; };
}

inline judge judge_dry(float multiplier, std::size_t allowed, const std::vector<std::int32_t>& history) {
    return [=, &history](const situation& s) -> judgement {
        if (const outcome at_once = compare(s.after, s.ours).within(rounding(s)); at_once != outcome::unexplained) return {at_once};
        if (s.after.living() == 0) return {outcome::overflow};
        // What theirs would have left without its other rule.
        list other = s.after;
        for (std::size_t i = 0; i < other.all.size(); ++i) {
            const float was = s.before.all[i].logit, is = other.all[i].logit;
            const bool seen = std::find(history.begin(), history.end(), other.all[i].id) != history.end();
            if (was == masked || !seen) continue;
            if (allowed == 0 && is == was - multiplier) other.all[i].logit = was;
        }
        return compare(other, s.ours).apart <= rounding(s) ? judgement{outcome::no_match} : judgement{outcome::unexplained};
    };
}

inline judge judge_temp(float t) {
    if (t > 0) return changing();
    return keeping(unexplained);
}

inline judge judge_temp_ext(float t, float range, float exponent) {
    return [=](const situation& s) -> judgement {
        const double slack = rounding(s);
        const bool all_live = s.before.all.size() == s.before.living();
        const outcome at_once = compare(s.after, s.ours).within(slack);
        if (at_once != outcome::unexplained && all_live) return {at_once};
        if (stale(s.before)) return {outcome::stale_order};
        // Equal logits have one law at all temperatures, which a later step may tell apart. Theirs is the law at the temperature that the rule gives in float, and the rest is rounding.
        const float at = dynamic_temperature(s.before, t, range, exponent);
        const exact_law was(s.before.all), is(s.after.all);
        if (at <= 0) return {is.p.size() == 1 ? outcome::floats : outcome::unexplained};
        for (std::size_t i = 0; i < was.p.size(); ++i) {
            const long double expected = was.logits[i] / static_cast<long double>(at);
            const bool right =
                i < is.p.size() ? std::fabs(is.logits[i] - expected) <= slack : expected < std::numeric_limits<float>::lowest();
            if (!right) return {outcome::unexplained};
        }
        return {all_live ? outcome::floats : outcome::counts_masked};
    };
}

// The slope of the changed logit by the probability is at most 34, and the probability is a float sum.
inline judgement judge_adaptive_p(const situation& s) {
    const double slack = 34 * static_cast<double>(s.before.all.size() + 64) * 0x1p-24 + rounding(s);
    return {compare(s.after, s.ours).within(slack)};
}

}  // namespace peer
