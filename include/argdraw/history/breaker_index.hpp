// breaker_index — the tokens that a match may not extend over: which they are, and where they stand in a history.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/gram_table.hpp>
#include <argdraw/history/room.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// One list of breakers over the tokens of a history. A question costs one hash look-up or none; a token that comes or goes costs one.
class breaker_index {
public:
    /// Throws.
    explicit breaker_index(std::span<const token_id> breakers) : ids_(breakers.begin(), breakers.end()) {
        set_.make_room(ids_.data(), 0, ids_.size());
        for (place i = 0; i < static_cast<place>(ids_.size()); ++i) set_.put(ids_.data(), i);
        for (const token_id id : ids_) {
            least_ = std::min(least_, id);
            greatest_ = std::max(greatest_, id);
        }
    }

    /// Whether the list is this one, as it reads now: what it was read from may have been written over.
    bool is(std::span<const token_id> breakers) const noexcept {
        return breakers.size() == ids_.size() && (ids_.empty() || std::memcmp(breakers.data(), ids_.data(), breakers.size_bytes()) == 0);
    }
    std::span<const token_id> ids() const noexcept { return ids_; }
    /// The least and the greatest breaker; without any, all ids lie outside.
    token_id least() const noexcept { return least_; }
    token_id greatest() const noexcept { return greatest_; }
    bool has(token_id id) const noexcept { return set_.find(ids_.data(), &id) >= 0; }

    /// How many of `end` tokens follow the latest breaker; all of them without one.
    place since_latest(place end) const noexcept { return places_.empty() ? end : end - 1 - places_.back(); }

    /// Reads a whole sequence. Throws.
    void assign(std::span<const token_id> sequence) {
        places_.clear();
        for (std::size_t i = 0; i < sequence.size(); ++i)
            if (has(sequence[i])) places_.push_back(static_cast<place>(i));
    }
    /// Room for `extra` appends. Throws.
    void make_room(std::size_t extra) { detail::make_room(places_, extra); }
    /// The last token of the sequence is new. There must be room.
    void append(std::span<const token_id> sequence) noexcept {
        if (has(sequence.back())) places_.push_back(last(sequence));
    }
    /// The last token of the sequence is about to go.
    void forget(std::span<const token_id> sequence) noexcept {
        if (!places_.empty() && places_.back() == last(sequence)) places_.pop_back();
    }

private:
    static place last(std::span<const token_id> sequence) noexcept { return static_cast<place>(sequence.size()) - 1; }

    std::vector<token_id> ids_;  // as they were given
    gram_table set_{0, 1};       // over ids_
    token_id least_ = std::numeric_limits<token_id>::max();
    token_id greatest_ = std::numeric_limits<token_id>::min();
    std::vector<place> places_;  // where breakers stand, ascending
};

}  // namespace argdraw::detail
