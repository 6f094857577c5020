// SEMANTICS section 3: stages that look at the tokens so far.
//
// Every stage has one of
//     members banned(const history&, std::size_t vocabulary) const;  it removes tokens and reads no value
//     status change(working_set&, const history&) const;                       it moves logits, those of
//     ids_of changes(const history&) const;

#pragma once

#include "reference_ruling.hpp"
#include "reference_truncation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace reference {

struct history {
    ids_of prompt = {};
    ids_of output = {};

    ids_of all() const {
        ids_of joined = prompt;
        joined.insert(joined.end(), output.begin(), output.end());
        return joined;
    }
};

enum class scope { output, prompt, both };

inline bool valid_window(std::int64_t window) { return window >= -1; }

inline ids_of last_of(ids_of list, std::int64_t window) {
    if (window >= 0 && static_cast<std::size_t>(window) < list.size())
        list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(window));
    return list;
}

inline ids_of seen(const history& past, scope where, std::int64_t window) {
    return last_of(where == scope::output ? past.output : where == scope::prompt ? past.prompt : past.all(), window);
}

inline std::map<token_id, std::int64_t> counts(const ids_of& list) {
    std::map<token_id, std::int64_t> count;
    for (const token_id id : list) ++count[id];
    return count;
}

inline real written_error(const working_set& s, real logit) { return s.divided ? std::ldexp(std::abs(logit), -51) : 0; }

// The two ways to move one logit. `below` takes a sum directly: it is finer than the logit itself.
inline void add_to(const working_set& s, token& t, real amount) {
    if (amount == 0) return;
    t.error += read_error(s, t) + rounding(t.logit, amount) + lost(t.below, -amount) + written_error(s, t.logit + amount);
    t.below += amount;
    t.logit += amount;
    treat(t, amount);
}

inline void become(working_set& s, token& t, real logit) {
    t.below = logit - s.top;
    t.logit = logit;
    t.error += rounding(logit) + std::ldexp(s.offset, -50) + lost(logit, s.top) + written_error(s, logit);
}

inline void discourage(working_set& s, token& t, real r) {
    const real factor = t.logit > 0 ? 1 / r : r;
    // A logarithm of a probability of nearly 1 may be read with either sign.
    const real stray = t.error + read_error(s, t) + s.astray;
    const real most = stray < std::abs(t.logit) ? factor : std::max(r, 1 / r);
    t.error = (t.error + read_error(s, t)) * most + s.astray * std::abs(most - 1);
    become(s, t, t.logit * factor);
    treat(t, r);
}

struct penalties {
    float repetition = 1;
    float frequency = 0;
    float presence = 0;
    std::int64_t window = -1;
    scope repetition_scope = scope::both;
    scope count_scope = scope::output;
    ids_of exempt = {};

    bool fits(std::size_t vocabulary) const { return inside(exempt, vocabulary); }
    bool valid() const {
        return repetition > 0 && std::isfinite(repetition) && std::isfinite(frequency) && std::isfinite(presence) && valid_window(window);
    }
    bool neutral() const { return window == 0 || (repetition == 1 && frequency == 0 && presence == 0); }

    ids_of changes(const history& past) const {
        ids_of ids;
        if (repetition != 1) ids = seen(past, repetition_scope, window);
        if (frequency != 0 || presence != 0)
            for (const token_id id : seen(past, count_scope, window)) ids.push_back(id);
        std::erase_if(ids, [&](token_id id) { return contains(exempt, id); });
        return ids;
    }

    status change(working_set& s, const history& past) const {
        if (s.infinite) return status::ok;
        const auto repeated = counts(seen(past, repetition_scope, window));
        const auto counted = counts(seen(past, count_scope, window));
        for (token& t : s.tokens) {
            if (contains(exempt, t.id)) continue;
            if (repetition != 1 && repeated.count(t.id) != 0) discourage(s, t, real(repetition));
            if (const auto found = counted.find(t.id); found != counted.end()) {
                add_to(s, t, -real(frequency) * static_cast<real>(found->second));
                add_to(s, t, -real(presence));
            }
        }
        restore(s);
        saturate(s);
        return status::ok;
    }
};

struct repetition_penalty {
    float r = 1;
    std::int64_t window = -1;
    scope where = scope::both;
    ids_of exempt = {};

    penalties as() const { return {r, 0, 0, window, where, where, exempt}; }
    bool fits(std::size_t vocabulary) const { return as().fits(vocabulary); }
    bool valid() const { return as().valid(); }
    bool neutral() const { return as().neutral(); }
    ids_of changes(const history& past) const { return as().changes(past); }
    status change(working_set& s, const history& past) const { return as().change(s, past); }
};

struct frequency_penalty {
    float alpha = 0;
    std::int64_t window = -1;
    scope where = scope::output;
    ids_of exempt = {};

    penalties as() const { return {1, alpha, 0, window, where, where, exempt}; }
    bool fits(std::size_t vocabulary) const { return as().fits(vocabulary); }
    bool valid() const { return as().valid(); }
    bool neutral() const { return as().neutral(); }
    ids_of changes(const history& past) const { return as().changes(past); }
    status change(working_set& s, const history& past) const { return as().change(s, past); }
};

struct presence_penalty {
    float alpha = 0;
    std::int64_t window = -1;
    scope where = scope::output;
    ids_of exempt = {};

    penalties as() const { return {1, 0, alpha, window, where, where, exempt}; }
    bool fits(std::size_t vocabulary) const { return as().fits(vocabulary); }
    bool valid() const { return as().valid(); }
    bool neutral() const { return as().neutral(); }
    ids_of changes(const history& past) const { return as().changes(past); }
    status change(working_set& s, const history& past) const { return as().change(s, past); }
};

// The repetition rule the other way round, on what the prompt holds.
struct encoder_repetition {
    float r = 1;

    bool valid() const { return r > 0 && std::isfinite(r); }
    bool neutral() const { return r == 1; }
    ids_of changes(const history& past) const { return past.prompt; }

    status change(working_set& s, const history& past) const {
        if (s.infinite) return status::ok;
        for (token& t : s.tokens)
            if (contains(past.prompt, t.id)) discourage(s, t, 1 / real(r));
        restore(s);
        saturate(s);
        return status::ok;
    }
};

struct dry {
    float multiplier = 0;
    float base = 1.75f;
    std::int64_t allowed_length = 2;
    std::int64_t window = -1;
    ids_of breakers = {};
    std::vector<ids_of> phrases = {};  // of several tokens, or of one

    bool valid() const {
        return multiplier >= 0 && std::isfinite(multiplier) && base >= 1 && std::isfinite(base) && allowed_length >= 0 &&
               valid_window(window);
    }
    bool neutral() const { return multiplier == 0 || window == 0; }
    bool fits(std::size_t vocabulary) const {
        return inside(breakers, vocabulary) &&
               std::all_of(phrases.begin(), phrases.end(), [&](const ids_of& each) { return inside(each, vocabulary); });
    }
    bool breaks(token_id id) const { return contains(breakers, id) || std::count(phrases.begin(), phrases.end(), ids_of{id}) > 0; }

    // How many tokens follow the last of the phrases.
    std::size_t room(const ids_of& h) const {
        for (std::size_t end = h.size(); end > 0; --end)
            for (const ids_of& each : phrases)
                if (!each.empty() && each.size() <= end &&
                    std::equal(each.begin(), each.end(), h.begin() + static_cast<std::ptrdiff_t>(end - each.size())))
                    return h.size() - end;
        return h.size();
    }

    // For every token that would go on with something said before: how many tokens of it are there already.
    std::map<token_id, std::int64_t> matches(const history& past) const {
        const ids_of h = last_of(past.all(), window);
        const std::size_t most = room(h);
        std::map<token_id, std::int64_t> longest;
        for (std::size_t j = 0; j < h.size(); ++j) {
            if (breaks(h[j])) continue;
            std::size_t length = 0;
            while (length < std::min(j, most) && h[j - 1 - length] == h[h.size() - 1 - length] && !contains(breakers, h[j - 1 - length]))
                ++length;
            std::int64_t& of_token = longest[h[j]];
            of_token = std::max(of_token, static_cast<std::int64_t>(length));
        }
        return longest;
    }

    ids_of changes(const history& past) const {
        ids_of ids;
        for (const auto& [id, length] : matches(past))
            if (length > 0 && length >= allowed_length) ids.push_back(id);
        return ids;
    }

    status change(working_set& s, const history& past) const {
        if (s.infinite) return status::ok;
        const auto longest = matches(past);
        for (token& t : s.tokens) {
            const auto found = longest.find(t.id);
            if (found == longest.end() || found->second == 0 || found->second < allowed_length) continue;
            const real grown = real(multiplier) * std::pow(real(base), static_cast<real>(found->second - allowed_length));
            // The power is that of a logarithm in double.
            const real power = std::abs(std::log(real(base)) * static_cast<real>(found->second - allowed_length));
            t.error += std::ldexp(std::min(grown, float_max) * (1 + power), -50);
            add_to(s, t, -std::min(grown, float_max));
        }
        restore(s);
        saturate(s);
        return status::ok;
    }
};

struct no_repeat_ngram {
    std::int64_t n = 0;

    bool valid() const { return n >= 0; }
    bool neutral() const { return n == 0; }

    members banned(const history& past, std::size_t vocabulary) const {
        members out(vocabulary, false);
        const ids_of h = past.all();
        const auto lead = static_cast<std::size_t>(n) - 1;
        if (lead >= h.size()) return out;
        for (std::size_t j = lead; j < h.size(); ++j)
            if (std::equal(h.end() - static_cast<std::ptrdiff_t>(lead), h.end(), h.begin() + static_cast<std::ptrdiff_t>(j - lead)) &&
                h[j] >= 0 && static_cast<std::size_t>(h[j]) < vocabulary)
                out[static_cast<std::size_t>(h[j])] = true;
        return out;
    }
};

// Whether all but the last of `sequence` is what the history ends in.
inline bool completes(const ids_of& sequence, const history& past) {
    const ids_of h = past.all();
    const std::size_t lead = sequence.size() - 1;
    return lead <= h.size() && std::equal(sequence.begin(), sequence.end() - 1, h.end() - static_cast<std::ptrdiff_t>(lead));
}

struct bad_words {
    std::vector<ids_of> sequences = {};

    bool valid() const {
        return std::none_of(sequences.begin(), sequences.end(), [](const ids_of& each) { return each.empty(); });
    }
    bool neutral() const { return sequences.empty(); }
    bool fits(std::size_t vocabulary) const {
        return std::all_of(sequences.begin(), sequences.end(), [&](const ids_of& each) { return inside(each, vocabulary); });
    }

    members banned(const history& past, std::size_t vocabulary) const {
        members out(vocabulary, false);
        for (const ids_of& each : sequences)
            if (completes(each, past)) out[static_cast<std::size_t>(each.back())] = true;
        return out;
    }
};

// Adds b to each listed id; repeated ids add up, -inf beats +inf, +inf beats the rest. A token that is not there stays away.
inline status add_biases(working_set& s, const std::vector<std::pair<token_id, float>>& list) {
    const real infinity = std::numeric_limits<real>::infinity();
    std::map<token_id, real> sums;
    std::map<token_id, real> errors;
    for (const auto& [id, b] : list) {
        real& sum = sums[id];
        if (std::isfinite(sum) && std::isfinite(b)) errors[id] += rounding(sum, real(b));
        if (sum != -infinity) sum = std::isinf(b) && b < 0 ? -infinity : sum + real(b);
    }
    for (token& t : s.tokens) {
        const auto found = sums.find(t.id);
        if (found == sums.end()) continue;
        if (std::isinf(found->second)) {
            if (!s.infinite || found->second < 0) t.below = found->second;
        } else if (!s.infinite) {
            t.error += errors[t.id];
            add_to(s, t, found->second);
        }
    }
    restore(s);
    saturate(s);
    return status::ok;
}

struct sequence_bias {
    struct item {
        ids_of sequence;
        float b;
    };
    std::vector<item> items = {};

    bool valid() const {
        return std::none_of(items.begin(), items.end(), [](const item& each) { return each.sequence.empty() || std::isnan(each.b); });
    }
    bool neutral() const { return items.empty(); }
    bool fits(std::size_t vocabulary) const {
        return std::all_of(items.begin(), items.end(), [&](const item& each) { return inside(each.sequence, vocabulary); });
    }

    std::vector<std::pair<token_id, float>> biases(const history& past) const {
        std::vector<std::pair<token_id, float>> list;
        for (const item& each : items)
            if (completes(each.sequence, past)) list.emplace_back(each.sequence.back(), each.b);
        return list;
    }

    ids_of changes(const history& past) const {
        ids_of ids;
        for (const auto& each : biases(past)) ids.push_back(each.first);
        return ids;
    }

    status change(working_set& s, const history& past) const { return add_biases(s, biases(past)); }
};

struct min_tokens {
    std::int64_t n = 0;
    ids_of stop = {};

    bool valid() const { return n >= 0; }
    bool neutral() const { return n == 0 || stop.empty(); }
    bool fits(std::size_t vocabulary) const { return inside(stop, vocabulary); }

    members banned(const history& past, std::size_t vocabulary) const {
        members out(vocabulary, false);
        if (past.output.size() < static_cast<std::size_t>(n))
            for (const token_id id : stop) out[static_cast<std::size_t>(id)] = true;
        return out;
    }
};

// After `start` output tokens: l <- l + |l| (factor^(t - start) - 1), for eos.
struct exponential_length {
    std::int64_t start = 0;
    float factor = 1;
    token_id eos = -1;

    bool valid() const { return start >= 0 && factor > 0 && std::isfinite(factor); }
    bool neutral() const { return factor == 1; }
    bool fits(std::size_t vocabulary) const { return inside({eos}, vocabulary); }
    ids_of changes(const history& past) const { return static_cast<std::int64_t>(past.output.size()) > start ? ids_of{eos} : ids_of{}; }

    status change(working_set& s, const history& past) const {
        const auto t = static_cast<std::int64_t>(past.output.size());
        if (s.infinite || t <= start) return status::ok;
        const real growth = std::pow(real(factor), static_cast<real>(t - start)) - 1;
        for (token& each : s.tokens) {
            const real logit = each.logit;
            if (each.id != eos || logit == 0) continue;
            const real power = std::abs(std::log(real(factor)) * static_cast<real>(t - start));
            each.error = each.error * (2 + std::abs(growth)) + s.astray * std::abs(growth) +
                         std::ldexp(std::abs(logit) * (1 + growth) * (1 + power), -50);
            become(s, each, logit + std::abs(logit) * growth);
            treat(each, growth);
        }
        restore(s);
        saturate(s);
        return status::ok;
    }
};

}  // namespace reference
