// ids — what stages ask of ids that someone else listed: which of them belong to the row.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

constexpr bool in_row(token_id id, std::size_t width) noexcept { return id >= 0 && static_cast<std::size_t>(id) < width; }

constexpr bool all_in_row(std::span<const token_id> ids, std::size_t width) noexcept {
    return std::all_of(ids.begin(), ids.end(), [width](token_id id) { return in_row(id, width); });
}

/// The part of a list of entries, ascending by id, that belongs to a row of this width.
template <class Entry>
constexpr std::span<Entry> part_in_row(std::span<Entry> ascending, std::size_t width) noexcept {
    const auto first = std::partition_point(ascending.begin(), ascending.end(), [](const Entry& e) { return e.id < 0; });
    const auto last = std::partition_point(first, ascending.end(), [width](const Entry& e) { return in_row(e.id, width); });
    return {first, last};
}

/// Calls f with the parts of a list, ascending by id, that lie between entries of the ids listed, in order; each is not empty. Costs
/// a binary search for each of those ids, in each 4096 entries.
template <class Entry, class F>
void without(std::span<Entry> ascending, std::span<const token_id> ids, F f) noexcept {
    constexpr std::size_t most = 4096;
    if (ids.empty() && !ascending.empty()) return f(ascending);
    while (!ascending.empty()) {
        const auto some = ascending.first((std::min)(most, ascending.size()));
        std::uint64_t listed[most / 64] = {};
        for (const token_id id : ids) {
            const auto at = std::lower_bound(some.begin(), some.end(), id, [](const Entry& e, token_id wanted) { return e.id < wanted; });
            if (at == some.end() || at->id != id) continue;
            const auto place = static_cast<std::size_t>(at - some.begin());
            listed[place / 64] |= std::uint64_t{1} << place % 64;
        }
        std::size_t begin = 0;
        const auto give = [&](std::size_t end) {
            if (begin < end) f(some.subspan(begin, end - begin));
            begin = end + 1;
        };
        for (std::size_t word = 0; word < most / 64; ++word)
            for (std::uint64_t bits = listed[word]; bits != 0; bits &= bits - 1)
                give(64 * word + static_cast<std::size_t>(std::countr_zero(bits)));
        give(some.size());
        ascending = ascending.subspan(some.size());
    }
}

/// Whether a token after `seen` would be the last of the sequence, all the others being the last ones seen.
constexpr bool completes(std::span<const token_id> sequence, std::span<const token_id> seen) noexcept {
    const std::size_t lead = sequence.size() - 1;
    return lead <= seen.size() && std::equal(sequence.begin(), sequence.end() - 1, seen.end() - static_cast<std::ptrdiff_t>(lead));
}

/// Collects entries and hands them on many at a time, what is left at the end of its life: a verb on a list is
/// cheaper than one on each entry.
template <class Entry, class F>
class batches {
public:
    explicit batches(F give) noexcept : give_(give) {}
    batches(const batches&) = delete;
    batches& operator=(const batches&) = delete;
    ~batches() {
        if (count_ > 0) hand_on();
    }

    void push(const Entry& entry) noexcept {
        entries_[count_++] = entry;
        if (count_ == size) hand_on();
    }

private:
    static constexpr std::size_t size = 256;

    void hand_on() noexcept { give_(std::span<const Entry>(entries_, std::exchange(count_, 0))); }

    Entry entries_[size];
    std::size_t count_ = 0;
    F give_;
};

template <class Entry, class F>
batches<Entry, F> in_batches(F give) noexcept {
    return batches<Entry, F>(give);
}

}  // namespace argdraw::detail
