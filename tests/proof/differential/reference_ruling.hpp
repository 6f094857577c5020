// What a truncation decides, token by token, and where another implementation may decide otherwise.
//
// A comparison inside its band has no right answer in finite arithmetic, so a ruling carries the tokens in doubt and the
// other sets that come of deciding them differently. `chooser` picks the set that the rest of the pipeline sees.

#pragma once

#include "reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace reference {

// Two quantities of one kind (an argmax, a floor, an entropy) compare as equal within this.
inline constexpr real relative_band = 1e-12L;
inline constexpr real float_max = std::numeric_limits<float>::max();
inline constexpr real double_max = std::numeric_limits<double>::max();

// The cases that are listed at most; `doubtful` always has all of them.
inline constexpr std::size_t most_others = 32;

// Who is of a set, by position in the order: 1 or 0. Bytes, since there are a hundred thousand of them, often.
using members = std::vector<unsigned char>;

inline constexpr real least_double = 0x1p-1074L;

// How far a double may be from `value`. Zero where it is a double itself: rounding is then the identity.
inline real rounding(real value) { return real(static_cast<double>(value)) == value ? 0 : std::ldexp(std::abs(value), -50) + least_double; }

// The same of a sum, which may be inexact here already.
inline real rounding(real a, real b) {
    const real sum = a + b;
    return sum - a == b && sum - b == a ? rounding(sum) : std::ldexp(std::abs(sum), -50);
}

// What is lost here by the difference of two.
inline real lost(real a, real b) {
    const real difference = a - b;
    return difference + b == a && a - difference == b ? 0 : own_rounding(difference);
}

// What was done to one token and not to all: tokens of one origin treated alike remain equal in any arithmetic.
inline void treat(token& t, real amount) {
    std::uint64_t z = t.origin ^ (std::bit_cast<std::uint64_t>(static_cast<double>(amount)) * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    t.origin = z ^ (z >> 31);
}

// Whether the order of two tokens may come out either way where logits are doubles.
inline bool near_tie(const token& a, const token& b) {
    const real error = a.error + b.error;
    return error > 0 && a.origin != b.origin && std::abs(a.below - b.below) <= error;
}

// By position in the order of the set that the truncation saw.
struct ruling {
    members keep;
    members doubtful;             // may be decided the other way
    std::vector<members> others;  // the sets that come of it, nearest first, `most_others` at most
    std::vector<token_id> ids;    // of the positions; filled in by run_any
    // Where the sets are too many to be listed, one that differs from `keep` in doubtful tokens only may come of it too: if it has as many
    // tokens as one of them, or by a rule of the stage's own.
    bool unlisted = false;
    std::size_t fewest = 0;
    std::size_t most = 0;
    std::function<bool(const members&)> plausible = {};

    bool close() const { return std::find(doubtful.begin(), doubtful.end(), true) != doubtful.end(); }

    // Whether a set is one that the ruling may come to.
    bool allows(const members& kept) const {
        if (kept == keep || std::find(others.begin(), others.end(), kept) != others.end()) return true;
        if (!unlisted) return false;
        for (std::size_t i = 0; i < keep.size(); ++i)
            if (kept[i] != keep[i] && !doubtful[i]) return false;
        if (plausible) return plausible(kept);
        const auto count = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), true));
        return fewest <= count && count <= most;
    }

    void add(const members& other) {
        if (other == keep) return;
        std::size_t count = 0;
        for (std::size_t i = 0; i < keep.size(); ++i) {
            count += other[i];
            doubtful[i] |= keep[i] != other[i];
        }
        if (std::find(others.begin(), others.end(), other) != others.end()) return;
        fewest = std::min(fewest, count);
        most = std::max(most, count);
        if (others.size() < most_others) others.push_back(other);
        else unlisted = true;
    }

    // A token more that may be decided the other way, in sets that are not listed.
    void doubt(std::size_t i) { doubtful[i] = unlisted = true; }
};

inline members others_than(members some) {
    for (auto& each : some) each = !each;
    return some;
}

inline ruling settled(members keep) {
    ruling r;
    r.doubtful.assign(keep.size(), false);
    r.fewest = r.most = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), true));
    r.keep = std::move(keep);
    return r;
}

inline members first_of(std::size_t living, std::size_t count) {
    members keep(living, false);
    std::fill_n(keep.begin(), static_cast<std::ptrdiff_t>(std::min(count, living)), true);
    return keep;
}

inline std::size_t at_least_one(std::int64_t min_keep, std::size_t living) {
    return std::min(static_cast<std::size_t>(std::max<std::int64_t>(min_keep, 1)), living);
}

// Keeps the extreme of what it is told, and the extreme beside each origin.
class extreme {
public:
    void add(real value, std::uint64_t origin) {
        if (origin == origin_ || value > most_) {
            if (origin != origin_) second_ = most_;
            most_ = std::max(most_, value);
            origin_ = origin;
        } else {
            second_ = std::max(second_, value);
        }
    }

    real beside(std::uint64_t origin) const { return origin == origin_ ? second_ : most_; }

private:
    real most_ = -std::numeric_limits<real>::infinity();
    real second_ = -std::numeric_limits<real>::infinity();  // of the other origins
    std::uint64_t origin_ = 0;
};

// The tokens that have a near tie on the other side of an edge of the order, for any edge behind `shortest` to `longest` tokens: which of
// them come first is open. `error` says how far a token's logit may stray.
template <class Error>
members open_at_edges(const working_set& s, std::size_t shortest, std::size_t longest, const Error& error) {
    const std::vector<token>& t = s.tokens;
    const std::size_t n = t.size();
    members open(n, false);
    // Of two without an error the order is certain, equal or not.
    extreme any, straying;
    const auto meets = [&](const token& each, real reach) { return (error(each) > 0 ? any : straying).beside(each.origin) >= reach; };
    const auto told = [&](const token& each, real reach) {
        any.add(reach, each.origin);
        if (error(each) > 0) straying.add(reach, each.origin);
    };
    for (std::size_t i = n; i-- > 0;) {
        if (i < longest) open[i] = meets(t[i], t[i].below - error(t[i]));
        if (i >= shortest) told(t[i], t[i].below + error(t[i]));
    }
    any = straying = {};
    for (std::size_t i = 0; i < n; ++i) {
        if (i >= shortest) open[i] = open[i] || meets(t[i], -(t[i].below + error(t[i])));
        if (i < longest) told(t[i], error(t[i]) - t[i].below);
    }
    return open;
}

// Whether a set is the beginning of some order that rounding allows: beside whoever is in it is everybody who is certainly before.
class beginnings {
public:
    template <class Error>
    beginnings(const working_set& s, const Error& error) {
        for (const token& t : s.tokens) tokens_.push_back({t.below, error(t), t.origin});
    }

    // Where `aside`, a token may be missing for another reason.
    bool allow(const members& kept, const members& aside = {}) const {
        std::unordered_set<std::uint64_t> missing;
        real least = -std::numeric_limits<real>::infinity();
        bool certain = false;
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const place& t = tokens_[i];
            if (!kept[i]) {
                if (!aside.empty() && aside[i]) continue;
                missing.insert(t.origin);
                least = std::max(least, t.below - t.error);
                certain = certain || t.error == 0;
            } else if (least > t.below + t.error || missing.count(t.origin) != 0 || (certain && t.error == 0)) {
                return false;
            }
        }
        return true;
    }

private:
    struct place {
        real below;
        real error;
        std::uint64_t origin;
    };
    std::vector<place> tokens_;
};

// The first `count` in the order, or one of `alternatives`, nearest first; whatever they are, the first `min_keep` live.
inline ruling prefix(const working_set& s, std::size_t count, const std::vector<std::size_t>& alternatives, std::int64_t min_keep) {
    const std::size_t living = s.tokens.size();
    const std::size_t least = at_least_one(min_keep, living);
    const auto bounded = [&](std::size_t length) { return std::clamp(length, least, living); };

    const std::size_t kept = bounded(count);
    ruling r = settled(first_of(living, kept));
    std::size_t shortest = kept, longest = kept;
    for (const std::size_t each : alternatives) {
        const std::size_t length = bounded(each);
        shortest = std::min(shortest, length);
        longest = std::max(longest, length);
        if (r.others.size() < most_others) r.add(first_of(living, length));
        else if (length != kept) r.unlisted = true;
    }
    if (r.unlisted)
        for (std::size_t i = shortest; i < longest; ++i) r.doubtful[i] = true;
    r.fewest = shortest;
    r.most = longest;

    // Who stands at the edge is a question of its own.
    const auto error = [](const token& t) { return t.error; };
    const members open = open_at_edges(s, shortest, longest, error);
    for (std::size_t i = 0; i < living; ++i)
        if (open[i]) r.doubt(i);
    if (r.unlisted)
        r.plausible = [order = beginnings(s, error), shortest, longest](const members& theirs) {
            const auto number = static_cast<std::size_t>(std::count(theirs.begin(), theirs.end(), true));
            return shortest <= number && number <= longest && order.allow(theirs);
        };
    return r;
}

// Whether all are equal in any arithmetic.
inline bool surely_level(const working_set& s) {
    return std::all_of(s.tokens.begin(), s.tokens.end(), [&](const token& t) { return surely_tied(t, s.tokens.front()); });
}

// Prefix lengths from `fewest` to `most`, nearest to `count` first.
inline std::vector<std::size_t> around(std::size_t count, std::size_t fewest, std::size_t most) {
    std::vector<std::size_t> lengths;
    for (std::size_t off = 1; off <= std::max(count - std::min(count, fewest), std::max(most, count) - count); ++off) {
        if (count >= fewest + off) lengths.push_back(count - off);
        if (count + off <= most) lengths.push_back(count + off);
    }
    return lengths;
}

// How far the logarithm of the mass, relative to the maximum, may be off by what the logits may: ln sum p e^error. With errors that are
// large beside 1, even a token without a weight may turn out to have it all.
inline real common_error(const working_set& s) {
    if (std::none_of(s.tokens.begin(), s.tokens.end(), [](const token& t) { return t.error > 0; })) return 0;
    const real total = s.mass();
    real most = 0;
    for (const token& t : s.tokens) most = std::max(most, t.below - std::log(total) + t.error);
    if (most > 1) return most + std::log(static_cast<real>(s.tokens.size()));
    real grown = 0;
    for (const token& t : s.tokens) grown += t.error < 1 ? weight(t) * std::expm1(t.error) : std::exp(t.below + t.error) - weight(t);
    return std::log1p(grown / total);
}

// What a share of the mass may be off by: `common` is in both of its parts.
inline real mass_error(real common) { return std::expm1(std::min(2 * common, real(1))); }

enum class maximum { lives, stands_trial };

// Tokens whose distance below the maximum reaches `lowest`; equal logits stand or fall together. `width` is the band, as
// a relative error of the probability, and `stray` what `lowest` itself may be off by.
//
// Where the rule makes the maximum live whatever the parameter, the tokens tied for it are beyond doubt.
inline std::vector<std::size_t> cut_lengths(const working_set& s, real lowest, real width, real stray, maximum largest,
                                            std::size_t& count) {
    const std::vector<token>& t = s.tokens;
    count = static_cast<std::size_t>(std::partition_point(t.begin(), t.end(), [&](const token& each) { return each.below >= lowest; }) -
                                     t.begin());
    const real common = common_error(s);
    const auto close = [&](std::size_t i) {
        if (largest == maximum::lives && (i == 0 || surely_tied(t[0], t[i]))) return false;
        const real off = std::abs(t[i].below - lowest) - (i == 0 ? 0 : t[i].error + t[0].error) - common - stray;
        return off <= 0 || std::expm1(off) <= width;
    };

    std::vector<std::size_t> fewer;
    for (std::size_t i = count; i > 0 && close(i - 1); --i)
        if (i == 1 || !surely_tied(t[i - 2], t[i - 1])) fewer.push_back(i - 1);
    std::vector<std::size_t> more;
    for (std::size_t i = count; i < t.size() && close(i); ++i)
        if (i + 1 == t.size() || !surely_tied(t[i], t[i + 1])) more.push_back(i + 1);

    std::vector<std::size_t> lengths;
    for (std::size_t i = 0; i < std::max(fewer.size(), more.size()); ++i) {
        if (i < fewer.size()) lengths.push_back(fewer[i]);
        if (i < more.size()) lengths.push_back(more[i]);
    }
    return lengths;
}

inline ruling cut(const working_set& s, real lowest, std::int64_t min_keep, maximum largest, real width = cut_band, real stray = 0) {
    std::size_t count = 0;
    const std::vector<std::size_t> lengths = cut_lengths(s, lowest, width, stray, largest, count);
    return prefix(s, count, lengths, min_keep);
}

inline ruling widen(const working_set& s, const decision& d) { return prefix(s, d.keep, {d.fewer, d.more}, 1); }

inline real entropy(const working_set& s) {
    real others = 0;  // beside the first weight, of 1
    real sum = 0;
    for (std::size_t i = 1; i < s.tokens.size(); ++i) {
        const real w = weight(s.tokens[i]);
        others += w;
        if (w > 0) sum += w * s.tokens[i].below;
    }
    return std::log1p(others) - sum / (1 + others);
}

// What an entropy may be off by: both by the probabilities and by their logarithms.
inline real entropy_error(real h, real common) { return std::min(2 * common, real(1)) * (2 + h); }

// Makes the first token the one that the others are below, by its distance from the former or by the logits, whichever is finer.
inline void lower_to_first(working_set& s) {
    const token first = s.tokens.front();
    if (first.below == 0) return;
    const bool by_logits = std::abs(first.below) > std::abs(first.logit);
    for (token& t : s.tokens) {
        t.error += by_logits ? lost(t.logit, first.logit) : lost(t.below, first.below);
        t.below = by_logits ? t.logit - first.logit : t.below - first.below;
    }
    s.top = by_logits ? first.logit : s.top + first.below;
}

// After some `below` were moved: −inf is gone, +inf beats the rest, the order and the top are true again. A set of +inf
// only ever loses tokens.
inline void restore(working_set& s) {
    const real infinity = std::numeric_limits<real>::infinity();
    for (token& t : s.tokens)
        if (std::isinf(t.below)) t.logit = t.below;
    const auto remove = [&s](const auto& gone) { s.tokens.erase(std::remove_if(s.tokens.begin(), s.tokens.end(), gone), s.tokens.end()); };
    remove([&](const token& t) { return t.below == -infinity; });
    if (s.tokens.empty()) return;
    std::sort(s.tokens.begin(), s.tokens.end(), in_order);
    const real largest = s.tokens.front().below;
    if (largest == infinity) {
        remove([&](const token& t) { return t.below != infinity; });
        for (token& t : s.tokens) t.below = t.logit = t.error = 0;
        s.top = infinity;
        s.infinite = true;
    } else {
        lower_to_first(s);
    }
}

// What a logit may stray by when a stage reads it: it is then a double, and what was subtracted from it stands beside it as one.
inline real read_error(const working_set& s, const token& t) { return rounding(t.logit) + std::ldexp(s.offset, -50); }

// The set of a stage that reads all the logits.
inline working_set as_read(working_set s) {
    for (token& t : s.tokens) t.error += read_error(s, t);
    return s;
}

// A stage that computes a logit leaves it in the range of double, so that a token far down lives.
inline void saturate(working_set& s) {
    if (s.infinite || s.tokens.empty()) return;
    bool any = false;
    const bool top = s.tokens.front().logit > double_max;
    for (token& t : s.tokens) {
        const real inside = std::clamp(t.logit, -double_max, double_max);
        any = any || inside != t.logit;
        if (inside != t.logit || top) t.below = inside - (top ? double_max : s.top);
        t.logit = inside;
    }
    if (top) s.top = double_max;
    if (any) restore(s);
}

// Keeps what `keep` says; no logit moves.
inline void take(working_set& s, const members& keep) {
    std::vector<token> kept;
    for (std::size_t i = 0; i < s.tokens.size(); ++i)
        if (keep[i]) kept.push_back(s.tokens[i]);
    s.tokens = std::move(kept);
    if (!s.tokens.empty()) lower_to_first(s);
}

// Which set to go on with, asked once per ruling in pipeline order.
using chooser = std::function<members(std::size_t which, const ruling&)>;

inline chooser exact() {
    return [](std::size_t, const ruling& r) { return r.keep; };
}

// ways[i] for the i-th ruling: 0 is exact, j its j-th other set. What is missing is exact.
inline chooser way(std::vector<std::size_t> ways) {
    return [ways = std::move(ways)](std::size_t which, const ruling& r) {
        const std::size_t w = which < ways.size() ? ways[which] : 0;
        return w == 0 || w > r.others.size() ? r.keep : r.others[w - 1];
    };
}

// kept[i] for the i-th ruling: the ids that somebody else kept there, ascending. Taken where the ruling allows it and
// something lives, else exact.
inline chooser follow(std::vector<std::vector<token_id>> kept) {
    return [kept = std::move(kept)](std::size_t which, const ruling& r) {
        if (which >= kept.size()) return r.keep;
        members theirs;
        for (const token_id id : r.ids) theirs.push_back(std::binary_search(kept[which].begin(), kept[which].end(), id));
        const bool any = std::find(theirs.begin(), theirs.end(), true) != theirs.end();
        return any && r.allows(theirs) ? theirs : r.keep;
    };
}

}  // namespace reference
