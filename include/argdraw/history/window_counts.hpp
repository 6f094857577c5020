// window_counts — how often each token stands in the last tokens of a sequence, kept up to date as tokens come and go.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/room.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Which tokens of a history count.
enum class scope : std::uint8_t {
    output,  ///< what was generated
    prompt,  ///< what was given
    both,    ///< the prompt, then the output
};

/// Whether it is one of them: a number that was cast may be none.
constexpr bool is_known(scope s) noexcept { return s == scope::output || s == scope::prompt || s == scope::both; }

/// A token and how often it occurs, at least once.
struct counted_token {
    token_id id;
    std::int32_t count;

    friend bool operator==(const counted_token&, const counted_token&) = default;
};

namespace detail {

/// The counts of one (window, scope). A token that comes or goes costs a binary search, and where its id appears or disappears
/// a move of the entries above it, 8 bytes each; nothing looks at the window again.
class window_counts {
public:
    window_counts(std::int64_t window, scope of) noexcept : window_(std::max<std::int64_t>(window, -1)), scope_(of) {}

    bool is(std::int64_t window, scope of) const noexcept { return window_ == (std::max<std::int64_t>)(window, -1) && scope_ == of; }
    std::int64_t window() const noexcept { return window_; }
    scope of() const noexcept { return scope_; }
    std::span<const counted_token> counts() const noexcept { return counts_; }

    /// Counts a whole sequence, by sorting: one by one, a long prompt of many distinct tokens would move its entries for each. Throws.
    void assign(std::span<const token_id> sequence) {
        const auto last = sequence.last(covered(sequence.size()));
        std::vector<token_id> ids(last.begin(), last.end());
        std::sort(ids.begin(), ids.end(), [](token_id a, token_id b) { return a < b; });
        counts_.clear();
        for (auto at = ids.begin(); at != ids.end();) {
            const auto end = std::upper_bound(at, ids.end(), *at);
            counts_.push_back({*at, static_cast<std::int32_t>(end - at)});
            at = end;
        }
    }

    /// Room for `extra` more appends to a sequence of this length, and for forgetting all of it. Throws.
    ///
    /// Without a window only an append brings a new id. With one, forgetting brings back what had left, so there must be room
    /// for as many ids as the window ever held.
    void make_room(std::size_t length, std::size_t extra) {
        const std::size_t ids = window_ < 0 ? counts_.size() + extra : covered(length + extra);
        if (ids > counts_.size()) detail::make_room(counts_, ids - counts_.size());
    }

    /// The last token of the sequence is new.
    void append(std::span<const token_id> sequence) noexcept {
        if (window_ == 0) return;
        if (leaves(sequence.size())) remove(leaving(sequence));
        add(sequence.back());
    }

    /// The last token of the sequence is about to go.
    void forget(std::span<const token_id> sequence) noexcept {
        if (window_ == 0) return;
        remove(sequence.back());
        if (leaves(sequence.size())) add(leaving(sequence));
    }

private:
    std::size_t covered(std::size_t length) const noexcept {
        return window_ < 0 ? length : static_cast<std::size_t>(std::min<std::uint64_t>(length, static_cast<std::uint64_t>(window_)));
    }
    bool leaves(std::size_t length) const noexcept { return covered(length) < length; }
    token_id leaving(std::span<const token_id> sequence) const noexcept { return sequence[sequence.size() - covered(sequence.size()) - 1]; }

    auto place_of(token_id id) noexcept {
        return std::lower_bound(counts_.begin(), counts_.end(), id, [](const counted_token& a, token_id b) { return a.id < b; });
    }
    void add(token_id id) noexcept {
        const auto at = place_of(id);
        if (at != counts_.end() && at->id == id) ++at->count;
        else counts_.insert(at, {id, 1});
    }
    void remove(token_id id) noexcept {
        const auto at = place_of(id);
        if (--at->count == 0) counts_.erase(at);
    }

    std::int64_t window_;
    scope scope_;
    growing<counted_token> counts_;
};

}  // namespace detail
}  // namespace argdraw
