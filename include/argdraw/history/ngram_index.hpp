// ngram_index — which tokens followed the last n tokens before.
#pragma once

#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/gram_table.hpp>
#include <argdraw/history/paged.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The index of one n over a history `h` of `end` tokens, which come with each call.
///
/// Every place p >= n completes the gram of the n tokens before it. The *continuations* of a gram are the distinct tokens that
/// completed it, each represented by its latest place. For a gram the continuations form a list, newest first, so a window ends a
/// walk; for a continuation the places form a chain back in time. Both are undone by unlinking in the reverse order: what was
/// unlinked keeps its own links and goes back between the same neighbours.
///
/// A new token costs two hash look-ups of n + 1 tokens; a continuation of the current gram costs nothing to find.
class ngram_index {
public:
    explicit ngram_index(text_index n) noexcept : n_(n), grams_(n, n), continuations_(n, n + 1) {}

    bool is(text_index n) const noexcept { return n_ == n; }
    text_index n() const noexcept { return n_; }

    /// Room for `extra` appends, and for so many changes in all. Throws, and then nothing that can be seen has changed.
    void make_room(const token_id* h, std::size_t extra, std::size_t changes) {
        links_.make_room(extra, 3 * changes);
        grams_.make_room(h, end(), extra, changes);
        continuations_.make_room(h, end(), extra, changes);
    }

    /// The history has one more token. There must be room.
    void append(const token_id* h) noexcept {
        const text_index at = end();
        link& x = links_.push_back({});
        if (at < n_) return;
        x.same = continuations_.put(h, at);
        const text_index head = grams_.put(h, at);
        if (x.same < 0 || x.same != head) {
            x.older = head;
            if (head >= 0) link_of(head).newer = at;
        } else {
            x.older = links_[index(head)].older;
            if (x.older >= 0) link_of(x.older).newer = at;
        }
        if (x.same >= 0 && x.same != head) {
            const link q = links_[index(x.same)];
            link_of(q.newer).older = q.older;
            if (q.older >= 0) link_of(q.older).newer = q.newer;
        }
    }

    /// The last token is about to go.
    void forget(const token_id* h) noexcept {
        const text_index at = end() - 1;
        const link x = links_.back();
        links_.pop_back();
        if (at < n_) return;
        continuations_.restore(h, at, x.same);
        text_index head = x.older;
        if (x.same >= 0) {
            const link q = links_[index(x.same)];
            if (q.newer >= 0) link_of(q.newer).older = x.same;
            else head = x.same;
            if (q.older >= 0) link_of(q.older).newer = x.same;
        }
        if (head >= 0) link_of(head).newer = -1;
        grams_.restore(h, at, head);
    }

    /// The latest place that followed the last n tokens within the history from `begin` on, -1 for none.
    text_index first(const token_id* h, text_index begin) const noexcept {
        if (end() - begin <= n_) return -1;
        return within(grams_.find(h, h + end() - n_), begin);
    }
    /// Whether the last n + 1 tokens stood before; if not, no match is longer than n.
    bool goes_on() const noexcept { return links_.back().same >= 0; }
    /// The latest place of the next continuation.
    text_index next(text_index p, text_index begin) const noexcept { return within(links_[index(p)].older, begin); }

private:
    struct link {
        text_index same = -1;               // the place before of the same continuation
        text_index older = -1, newer = -1;  // neighbours among the continuations of the gram, while this is the latest place of its own
    };

    static std::size_t index(text_index p) noexcept { return static_cast<std::size_t>(p); }
    text_index end() const noexcept { return static_cast<text_index>(links_.size()); }
    // To be written.
    link& link_of(text_index p) noexcept { return links_.at(index(p)); }
    text_index within(text_index p, text_index begin) const noexcept { return p - n_ >= begin ? p : -1; }

    text_index n_;
    gram_table grams_;          // the n tokens before a place
    gram_table continuations_;  // the same and the place's own
    paged<link> links_;         // of each place
};

}  // namespace argdraw::detail
