// match_index — how far back the matches before a token's places reach.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/gram_table.hpp>
#include <argdraw/history/paged.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Counts nothing; a test passes something that does.
struct no_tally {
    constexpr void operator()() const noexcept {}
};

/// A place that may be found to be lower by whoever asks, in several threads at once. What each of them finds is true, so that
/// it does not matter whose is remembered.
class lowered {
public:
    lowered(text_index at = 0) noexcept : at_(at) {}
    lowered(const lowered& other) noexcept : at_(static_cast<text_index>(other)) {}
    lowered& operator=(const lowered& other) noexcept {
        at_.store(static_cast<text_index>(other), std::memory_order_relaxed);
        return *this;
    }
    ~lowered() = default;

    operator text_index() const noexcept { return at_.load(std::memory_order_relaxed); }
    void lower(text_index to) const noexcept {
        if (to < *this) at_.store(to, std::memory_order_relaxed);
    }

private:
    mutable std::atomic<text_index> at_;
};

/// The index of matches of n tokens or more, over a history `h` of `end` tokens, which come with each call.
///
/// The places of a token that follow the same n tokens form a chain back in time, which a hash table of n + 1 tokens finds. A new token
/// costs one look-up. A token whose matches are asked for costs one, and is done with where there is no chain. Else it costs
/// a walk along it, where a place is dismissed by one comparison unless it promises more than the best so far, and a stretch
/// that repeats itself with period d is looked at for one period at its end and one at its beginning (longest() proves it), however
/// long it is. So the worst case, for one token, is as many steps as its (n + 1)-gram has places outside of such stretches
/// (a stretch is recognised by one of the latest 8 places of a chain and 32 tokens, so one of a longer or more tangled period
/// may count as outside), each at worst followed by a comparison as long as its match, 16 tokens at a time.
class match_index {
public:
    explicit match_index(text_index n) noexcept : n_(n), latest_(n, n + 1) {}

    bool is(text_index n) const noexcept { return n_ == n; }
    text_index n() const noexcept { return n_; }

    /// Room for `extra` appends, and for so many changes in all. Throws, and then nothing that can be seen has changed.
    void make_room(const token_id* h, std::size_t extra, std::size_t changes) {
        links_.make_room(extra, changes);
        latest_.make_room(h, end(), extra, changes);
    }

    /// The history has one more token. There must be room.
    void append(const token_id* h) noexcept {
        const text_index at = end();
        link& x = links_.push_back({});
        if (at < n_) return;
        x.same = latest_.put(h, at);
        const repetition found = repetition_at(h, at);
        x.shift = found.shift;
        x.since = found.since;
    }

    /// The last token is about to go.
    void forget(const token_id* h) noexcept {
        const text_index at = end() - 1, same = links_.back().same;
        links_.pop_back();
        if (at >= n_) latest_.restore(h, at, same);
    }

    /// The question how long the matches are that end with the last tokens of the history: they begin at `begin` or later and are no longer
    /// than `room`.
    class question {
    public:
        question(const match_index& index, const token_id* h, text_index begin, text_index room) noexcept
            : index_(index), h_(h), begin_(begin), room_(room) {
            if (answers()) lead_ = index.latest_.hash_of_lead(h + index.end() - index.n_);
        }

        /// The length of the longest match that was followed by this token, where it is n or more; 0 where it is not.
        template <class Tally = no_tally>
        text_index operator()(token_id id, Tally&& tally = {}) const noexcept {
            if (!answers()) return 0;
            tally();
            const text_index p = index_.latest_.find(h_, h_ + index_.end() - index_.n_, lead_, id);
            return p - index_.n_ >= begin_ ? index_.longest(h_, begin_, room_, p, tally) : 0;
        }

    private:
        bool answers() const noexcept { return room_ >= index_.n_ && index_.end() - begin_ > index_.n_; }

        const match_index& index_;
        const token_id* h_;
        text_index begin_, room_;
        std::uint64_t lead_ = 0;
    };

private:
    /// The tokens from since - shift to the place that has this equal those `shift` before them, from `since` on; shift 0: none known.
    struct repetition {
        text_index shift = 0;
        text_index since = 0;

        text_index begin() const noexcept { return since - shift; }
    };

    struct link {
        text_index same = -1;  // the place before of the same chain
        text_index shift = 0;  // of the repetition that the place is in
        lowered since;

        repetition repeats() const noexcept { return {shift, since}; }
    };

    static std::size_t index(text_index p) noexcept { return static_cast<std::size_t>(p); }
    text_index end() const noexcept { return static_cast<text_index>(links_.size()); }
    const link& link_of(text_index p) const noexcept { return links_[index(p)]; }

    /// For a token whose latest place after n of the last tokens is `p`: how many tokens before its place, over all its places, equal the
    /// last tokens of the history; matches begin at `begin` or later and are no longer than `room` >= n.
    template <class Tally>
    text_index longest(const token_id* h, text_index begin, text_index room, text_index p, Tally& tally) const noexcept {
        // The last n + 1 tokens are new, so nothing matches more than n.
        if (link_of(end() - 1).same < 0) return n_;

        text_index best = n_;
        text_index entry = p;  // the last place of the repeating stretch that the walk is in
        for (text_index q = p; q >= 0; q = link_of(q).same) {
            tally();
            const repetition run = link_of(entry).repeats();
            const text_index shallow = (std::max)(run.shift, n_);
            if (run.shift == 0 || link_of(q).shift != run.shift || q - run.begin() < shallow) {
                entry = q;
            } else if (q <= entry - run.shift) {
                // The tokens from `start` to `entry` have period d, the one before `start` does not fit, and one period of places
                // has been looked at. Of the others, take a place z with D = z - start >= d tokens of the stretch before it. It equals a
                // place e that was looked at, moved by a multiple of d, and agrees with e on the D tokens before.
                //   D > best    If e matches no more than best, z matches the same; and if e matched more it was cut by `begin`, which
                //               cuts z sooner.
                //   D <= best   To match more than best, the match covers the token that does not fit. So the history itself ends in
                //               exactly D tokens of period d, and there is one such z.
                const text_index d = run.shift, start = widened(h, entry, tally).begin();
                if (const text_index periods = (q - start - shallow) / d; periods > 0) {
                    const text_index rest = q - periods * d, z = start + periodic_end(h, d, best, tally);
                    if (rest < z && z <= q && h[z] == h[p] && !improve(h, begin, room, z, 0, best, tally)) break;
                    q = rest;
                }
            }
            if (!improve(h, begin, room, q, n_, best, tally)) break;
        }
        return best;
    }

    /// How many tokens before the places a and b are equal, `known` of them known to be, up to `limit`.
    template <class Tally>
    static text_index common(const token_id* h, text_index a, text_index b, text_index known, text_index limit, Tally& tally) noexcept {
        constexpr text_index stride = 16;
        text_index k = known;
        while (limit - k >= stride && std::memcmp(h + a - k - stride, h + b - k - stride, stride * sizeof(token_id)) == 0) {
            tally();
            k += stride;
        }
        while (k < limit && h[a - k - 1] == h[b - k - 1]) {
            tally();
            ++k;
        }
        return k;
    }

    /// The repetition that the place is in. A short loop that has come round once is left only when it ends. Otherwise, among the
    /// latest places of the same continuation, the nearest that has matched for a whole period; or else what was there, if it goes
    /// on; or else the one that has matched longest. Nearest first, since a loop entered again also copies its first run, and a
    /// stretch of period d is worth more to longest() than a copy.
    repetition repetition_at(const token_id* h, text_index at) const noexcept {
        constexpr int tried = 8;
        constexpr text_index glance = 32;
        const repetition before = at > 0 ? link_of(at - 1).repeats() : repetition{};
        const bool goes_on = before.shift > 0 && h[at] == h[at - before.shift];
        if (goes_on && before.shift <= glance && at - before.since >= before.shift) return before;
        repetition found;
        text_index longest = 0;
        text_index q = link_of(at).same;
        for (int i = 0; i < tried && q >= 0; ++i, q = link_of(q).same) {
            no_tally none;
            const text_index shift = at - q;
            if (goes_on && shift > glance) break;
            const text_index matched = common(h, q + 1, at + 1, n_ + 1, (std::max)(n_ + 1, (std::min)(glance, q + 1)), none);
            if (matched >= shift) return {shift, at + 1 - matched};
            if (matched > longest) found = {shift, at + 1 - matched};
            longest = (std::max)(longest, matched);
        }
        return goes_on ? before : found;
    }

    /// The repetition of a place, followed to where it begins, and remembered: it is a fact about tokens that stay as long as the place.
    template <class Tally>
    repetition widened(const token_id* h, text_index p, Tally& tally) const noexcept {
        repetition r = link_of(p).repeats();
        r.since -= common(h, r.begin(), r.since, 0, r.begin(), tally);
        link_of(p).since.lower(r.since);
        return r;
    }

    /// How many tokens at the end of the history have period d. An answer above `enough` may be too small.
    template <class Tally>
    text_index periodic_end(const token_id* h, text_index d, text_index enough, Tally& tally) const noexcept {
        if (link_of(end() - 1).shift == d) return end() - widened(h, end() - 1, tally).begin();
        return d + common(h, end() - d, end(), 0, (std::min)(enough, end() - d), tally);
    }

    /// Raises `best` to what the place matches, `known` tokens of it being known to. False where neither it nor any place before
    /// it can do better.
    template <class Tally>
    bool improve(const token_id* h, text_index begin, text_index room, text_index q, text_index known, text_index& best,
                 Tally& tally) const noexcept {
        const text_index limit = (std::min)(room, q - begin);
        if (limit <= best) return false;
        if (h[q - 1 - best] != h[end() - 1 - best]) return true;
        const link& own = link_of(end() - 1);
        const bool aligned = own.shift > 0 && own.shift == end() - q;
        text_index k = known;
        if (aligned) {
            k = (std::max)(k, (std::min)(limit, end() - own.since));
        } else if (own.shift > 0 && own.shift == link_of(q - 1).shift) {
            // Two stretches of one period that agree on a period agree as far as the shorter one goes.
            k = common(h, q, end(), k, (std::max)(k, (std::min)(limit, own.shift)), tally);
            if (k >= own.shift)
                k = (std::max)(k, (std::min)({limit, q - widened(h, q - 1, tally).begin(), end() - widened(h, end() - 1, tally).begin()}));
        }
        k = common(h, q, end(), k, limit, tally);
        if (aligned) own.since.lower(end() - k);
        best = (std::max)(best, k);
        return true;
    }

    text_index n_;
    gram_table latest_;  // of the n tokens before a place and its own
    paged<link> links_;  // of each place
};

}  // namespace argdraw::detail
