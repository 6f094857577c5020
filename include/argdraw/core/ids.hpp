// ids — what stages ask of ids that someone else listed: which of them belong to the row.
#pragma once

#include <algorithm>
#include <cstddef>
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
