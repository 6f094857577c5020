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
#include <argdraw/history/shared.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// One list of breakers over the tokens of a history. A question costs one hash look-up or none; a token that comes or goes costs one.
class breaker_index {
public:
    /// Throws.
    explicit breaker_index(std::span<const token_id> breakers) : list_(list(breakers)) {}

    /// Whether the list is this one, as it reads now: what it was read from may have been written over.
    bool is(std::span<const token_id> breakers) const noexcept {
        const auto known = ids();
        return breakers.size() == known.size() && (known.empty() || std::memcmp(breakers.data(), known.data(), known.size_bytes()) == 0);
    }
    std::span<const token_id> ids() const noexcept { return list_->ids; }
    /// The least and the greatest breaker; without any, all ids lie outside.
    token_id least() const noexcept { return list_->least; }
    token_id greatest() const noexcept { return list_->greatest; }
    bool has(token_id id) const noexcept { return list_->set.find(list_->ids.data(), &id) >= 0; }

    /// How many of `end` tokens follow the latest breaker; all of them without one.
    text_index since_latest(text_index end) const noexcept { return places_.empty() ? end : end - 1 - places_.back(); }

    /// Reads a whole sequence. Throws.
    void assign(std::span<const token_id> sequence) {
        places_.clear();
        for (std::size_t i = 0; i < sequence.size(); ++i)
            if (has(sequence[i])) places_.push_back(static_cast<text_index>(i));
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
    struct list {
        explicit list(std::span<const token_id> breakers) : ids(breakers.begin(), breakers.end()) {
            set.make_room(ids.data(), 0, ids.size());
            for (text_index i = 0; i < static_cast<text_index>(ids.size()); ++i) set.put(ids.data(), i);
            for (const token_id id : ids) {
                least = (std::min)(least, id);
                greatest = (std::max)(greatest, id);
            }
        }

        std::vector<token_id> ids;  // as they were given
        gram_table set{0, 1};       // over ids
        token_id least = (std::numeric_limits<token_id>::max)();
        token_id greatest = (std::numeric_limits<token_id>::min)();
    };

    static text_index last(std::span<const token_id> sequence) noexcept { return static_cast<text_index>(sequence.size()) - 1; }

    shared<list> list_;           // never changed: copies of the index keep it in common
    growing<text_index> places_;  // where breakers stand, ascending
};

}  // namespace argdraw::detail
