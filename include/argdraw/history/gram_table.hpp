// gram_table — from the tokens before a place to that place: a hash table whose keys are the history itself.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/paged.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A position in a history, -1 for none. 32 bits: a history ends far below 2^31 tokens, and links are most of an index.
using text_index = std::int32_t;

/// Maps the `length` tokens that begin `back` before a place to the latest such place. The table holds the place alone and compares
/// with the history, so that colliding hashes cost a step and never a wrong answer.
///
/// Open addressing with linear probing. Keys leave only in the reverse of the order in which they came, so an emptied slot never
/// stands between a living key and its hash, and needs no mark.
class gram_table {
public:
    gram_table(text_index back, text_index length) noexcept : back_(back), length_(length) {}

    /// The latest place, -1 for none.
    text_index find(const token_id* h, const token_id* gram) const noexcept { return slots_.empty() ? -1 : slots_[slot_of(h, gram)]; }

    /// The same for the gram that `lead`, all its tokens but the last, makes with any last one: what is done once for all of them.
    std::uint64_t hash_of_lead(const token_id* lead) const noexcept { return hashed(lead, length_ - 1); }
    text_index find(const token_id* h, const token_id* lead, std::uint64_t hash, token_id last) const noexcept {
        if (slots_.empty()) return -1;
        return slots_[probed(added(hash, last), [&](text_index at) {
            const token_id* const there = h + at - back_;
            return there[length_ - 1] == last && std::equal(lead, lead + length_ - 1, there);
        })];
    }

    /// Makes `at` the latest place of its gram and says which was. There must be room.
    text_index put(const token_id* h, text_index at) noexcept {
        text_index& slot = slots_.at(slot_of(h, h + at - back_));
        const text_index before = slot;
        keys_ += before < 0;
        slot = at;
        return before;
    }

    /// Undoes put(), the last one not undone: the latest place is `before` again.
    void restore(const token_id* h, text_index at, text_index before) noexcept {
        slots_.at(slot_of(h, h + at - back_)) = before;
        keys_ -= before < 0;
    }

    /// Room for `extra` more keys, and for so many put() and restore(); `end` is how many places the history has. Throws, and then nothing
    /// that can be seen has changed.
    void make_room(const token_id* h, text_index end, std::size_t extra, std::size_t changes) {
        if (2 * (keys_ + extra) <= slots_.size()) return slots_.make_room(0, changes);
        slots_.assign(std::bit_ceil(std::max<std::size_t>(16, 2 * (keys_ + extra))), -1);
        keys_ = 0;
        // Inserted in the order of the history: keys leave in the opposite order, and a probe must not cross a slot that has been emptied.
        for (text_index at = back_; at < end; ++at) put(h, at);
    }

private:
    static std::uint64_t added(std::uint64_t hash, token_id id) noexcept {
        hash = (hash + static_cast<std::uint32_t>(id)) * 0x9e3779b97f4a7c15u;
        return hash ^ hash >> 32;
    }
    static std::uint64_t hashed(const token_id* gram, text_index length) noexcept {
        std::uint64_t hash = 0;
        for (text_index i = 0; i < length; ++i) hash = added(hash, gram[i]);
        return hash;
    }
    template <class Same>
    std::size_t probed(std::uint64_t hash, Same same) const noexcept {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = static_cast<std::uint32_t>(hash) & mask;
        while (slots_[slot] >= 0 && !same(slots_[slot])) slot = (slot + 1) & mask;
        return slot;
    }
    std::size_t slot_of(const token_id* h, const token_id* gram) const noexcept {
        return probed(hashed(gram, length_), [&](text_index at) { return std::equal(gram, gram + length_, h + at - back_); });
    }

    text_index back_;
    text_index length_;
    std::size_t keys_ = 0;
    paged<text_index> slots_;
};

}  // namespace argdraw::detail
