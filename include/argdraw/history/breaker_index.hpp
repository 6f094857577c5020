// breaker_index — the phrases that a match may not extend over: which they are, and where they stand in a history.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/phrases.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/gram_table.hpp>
#include <argdraw/history/paged.hpp>
#include <argdraw/history/shared.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The phrases as one automaton (Aho and Corasick 1975). A state is a beginning of phrases, the longest that a text ends in; a token that
/// comes costs one hash look-up, and one for each time that the state falls back, which is no more often than tokens have made it longer.
/// A phrase without tokens never ends.
class breaker_automaton {
public:
    static constexpr text_index start = 0;

    /// Throws.
    explicit breaker_automaton(const phrases_view& breakers) : nodes_(1) {
        const std::size_t tokens = breakers.ids().size();
        nodes_.reserve(tokens + 1);
        edges_.resize(std::bit_ceil(2 * tokens + 2));
        for (std::size_t i = 0; i < breakers.size(); ++i) add(breakers[i]);
        fall_back();
    }

    /// Whether each id is one of a row of this width.
    bool in_row(std::size_t width) const noexcept { return longest_ == 0 || (least_ >= 0 && static_cast<std::size_t>(greatest_) < width); }
    /// The length of the longest phrase.
    text_index longest() const noexcept { return longest_; }
    /// Whether the token alone is one of the phrases.
    bool has(token_id id) const noexcept {
        const text_index at = child(start, id);
        return at >= 0 && nodes_[index(at)].is_phrase;
    }

    /// Moves on with a token. Returns the length of the shortest phrase that it ends, 0 for none.
    text_index step(text_index& state, token_id id) const noexcept {
        const node& reached = nodes_[index(next(state, id))];
        state = reached.rest;
        return reached.ends;
    }

private:
    struct node {
        text_index parent = 0, depth = 0;
        token_id id = 0;
        bool is_phrase = false;
        bool goes_on = false;
        text_index fall = 0;  // the longest other beginning of phrases that this one ends in
        text_index rest = 0;  // this one, where it goes on, else the longest that does
        text_index ends = 0;  // the length of the shortest phrase that it ends in
    };
    struct edge {
        text_index from = -1;
        token_id id = 0;
        text_index to = -1;
    };

    static std::size_t index(text_index at) noexcept { return static_cast<std::size_t>(at); }
    std::size_t slot_of(text_index from, token_id id) const noexcept {
        const std::uint64_t key = std::uint64_t{static_cast<std::uint32_t>(from)} << 32 | static_cast<std::uint32_t>(id);
        const std::uint64_t hash = (key ^ key >> 29) * 0x9e3779b97f4a7c15u;
        const std::size_t mask = edges_.size() - 1;
        std::size_t slot = static_cast<std::uint32_t>(hash >> 32) & mask;
        while (edges_[slot].from >= 0 && !(edges_[slot].from == from && edges_[slot].id == id)) slot = (slot + 1) & mask;
        return slot;
    }
    text_index child(text_index from, token_id id) const noexcept { return edges_[slot_of(from, id)].to; }
    text_index next(text_index state, token_id id) const noexcept {
        for (;; state = nodes_[index(state)].fall) {
            if (const text_index to = child(state, id); to >= 0) return to;
            if (state == start) return start;
        }
    }

    void add(std::span<const token_id> phrase) noexcept {
        text_index at = start;
        for (const token_id id : phrase) {
            least_ = (std::min)(least_, id);
            greatest_ = (std::max)(greatest_, id);
            edge& on = edges_[slot_of(at, id)];
            if (on.to < 0) {
                on = {at, id, static_cast<text_index>(nodes_.size())};
                nodes_[index(at)].goes_on = true;
                nodes_.push_back({.parent = at, .depth = nodes_[index(at)].depth + 1, .id = id});
            }
            at = on.to;
        }
        nodes_[index(at)].is_phrase = at != start;
        longest_ = (std::max)(longest_, nodes_[index(at)].depth);
    }

    // Where each state falls back to, the shorter ones first. Throws.
    void fall_back() {
        std::vector<text_index> order(nodes_.size());
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(), [&](text_index a, text_index b) {
            const auto first = nodes_[index(a)].depth, second = nodes_[index(b)].depth;
            return first != second ? first < second : a < b;
        });
        for (const text_index at : order) {
            if (at == start) continue;
            node& one = nodes_[index(at)];
            if (one.depth > 1) one.fall = next(nodes_[index(one.parent)].fall, one.id);
            const node& shorter = nodes_[index(one.fall)];
            one.rest = one.goes_on ? at : shorter.rest;
            one.ends = shorter.ends > 0 ? shorter.ends : one.is_phrase ? one.depth : 0;
        }
    }

    std::vector<node> nodes_;
    std::vector<edge> edges_;  // open addressing, half of it empty at least
    token_id least_ = (std::numeric_limits<token_id>::max)();
    token_id greatest_ = (std::numeric_limits<token_id>::min)();
    text_index longest_ = 0;
};

/// One list of breakers over the tokens of a history. A question costs a hash look-up or none, and so does a token that comes or goes; one
/// that comes after others have gone, one for each token of the longest breaker.
class breaker_index {
public:
    /// Throws.
    explicit breaker_index(const phrases_view& breakers) : list_(list(breakers)) {}

    /// The same list over no tokens.
    breaker_index over_nothing() const noexcept { return breaker_index(list_); }

    /// Whether the list is this one, as it reads now: what ids were read from may have been written over.
    bool is(const phrases_view& breakers) const noexcept {
        if (list_->stamp != 0 || breakers.stamp() != 0) return list_->stamp == breakers.stamp();
        const std::span<const token_id> known = list_->ids, given = breakers.ids();
        return known.size() == given.size() && (known.empty() || std::memcmp(known.data(), given.data(), given.size_bytes()) == 0);
    }
    /// Whether each id is one of a row of this width.
    bool in_row(std::size_t width) const noexcept { return list_->automaton.in_row(width); }
    /// Whether the token alone is a breaker.
    bool has(token_id id) const noexcept { return list_->automaton.has(id); }

    /// How many of `end` tokens follow the latest breaker that begins at `begin` or later; all of them where there is none.
    text_index since_latest(text_index end, text_index begin) const noexcept {
        for (std::size_t i = places_.size(); i > 0 && places_[i - 1].last >= begin; --i)
            if (places_[i - 1].first >= begin) return end - 1 - places_[i - 1].last;
        return end;
    }

    /// Reads a whole sequence. Throws.
    void assign(std::span<const token_id> sequence) {
        places_.cut(0);
        state_ = breaker_automaton::start;
        for (std::size_t i = 0; i < sequence.size(); ++i) {
            make_room(1, 1);
            read(sequence[i], static_cast<text_index>(i));
        }
    }
    /// Room for `extra` appends, and for so many changes in all. Throws.
    void make_room(std::size_t extra, std::size_t changes) { places_.make_room(extra, changes); }
    /// The last token of the sequence is new. There must be room.
    void append(std::span<const token_id> sequence) noexcept {
        if (state_ == unknown) {
            const std::size_t before = sequence.size() - 1,
                              known = (std::min)(before, static_cast<std::size_t>(list_->automaton.longest()));
            state_ = breaker_automaton::start;
            for (const token_id id : sequence.subspan(before - known, known)) list_->automaton.step(state_, id);
        }
        read(sequence.back(), last(sequence));
    }
    /// The last token of the sequence is about to go.
    void forget(std::span<const token_id> sequence) noexcept {
        if (!places_.empty() && places_.back().last == last(sequence)) places_.pop_back();
        if (list_->automaton.longest() > 1) state_ = unknown;
    }

private:
    static constexpr text_index unknown = -1;

    struct list {
        explicit list(const phrases_view& breakers) : stamp(breakers.stamp()), automaton(breakers) {
            if (stamp == 0) ids.assign(breakers.ids().begin(), breakers.ids().end());
        }

        std::uint64_t stamp;
        std::vector<token_id> ids;  // as they were given, where there is no stamp
        breaker_automaton automaton;
    };
    struct place {
        text_index first, last;
    };

    explicit breaker_index(const shared<list>& known) noexcept : list_(known) {}

    static text_index last(std::span<const token_id> sequence) noexcept { return static_cast<text_index>(sequence.size()) - 1; }

    void read(token_id id, text_index at) noexcept {
        if (const text_index length = list_->automaton.step(state_, id); length > 0) places_.push_back({at + 1 - length, at});
    }

    shared<list> list_;    // never changed: copies of the index keep it in common
    paged<place> places_;  // where breakers stand, the shortest at each end, ascending
    text_index state_ = breaker_automaton::start;
};

}  // namespace argdraw::detail
