// radix_sort — puts many tokens in order, eight or eleven bits at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/order.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// Sorts by key_of(entry), an unsigned number, from the least to the greatest; equal ones stay as they stand. `room` is another array as
/// long; returns which of the two they stand in. One pass to count, and one for each digit, of so many bits, in which the keys differ.
template <std::size_t bits, class Entry, class F>
Entry* sort_by_digits(Entry* entries, std::size_t n, Entry* room, F key_of) noexcept {
    constexpr std::size_t digits = (8 * sizeof(decltype(key_of(*entries))) + bits - 1) / bits, buckets = std::size_t{1} << bits;
    const auto bucket = [](auto key, std::size_t digit) -> std::size_t { return (key >> (bits * digit)) & (buckets - 1); };
    std::array<std::array<std::uint32_t, buckets>, digits> counts{};
    for (std::size_t i = 0; i < n; ++i) {
        const auto k = key_of(entries[i]);
        for (std::size_t d = 0; d < digits; ++d) ++counts[d][bucket(k, d)];
    }
    Entry *from = entries, *to = room;
    for (std::size_t d = 0; d < digits; ++d) {
        auto& count = counts[d];
        if (n == 0 || count[bucket(key_of(from[0]), d)] == n) continue;
        std::uint32_t place = 0;
        for (std::uint32_t& each : count) {
            const std::uint32_t here = each;
            each = place;
            place += here;
        }
        for (std::size_t i = 0; i < n; ++i) to[count[bucket(key_of(from[i]), d)]++] = from[i];
        std::swap(from, to);
    }
    return from;
}

/// The same with digits as it is quickest: those of more bits take fewer passes, and more time to clear and add up.
template <class Entry, class F>
Entry* sort_ascending(Entry* entries, std::size_t n, Entry* room, F key_of) noexcept {
    return n >= sizes::long_digits ? sort_by_digits<11>(entries, n, room, key_of) : sort_by_digits<8>(entries, n, room, key_of);
}

/// Keys that rise as a number falls; 0 and -0 have the same. Not for NaN.
inline std::uint64_t descending_key(double x) noexcept { return ~static_cast<std::uint64_t>(rank_of(x + 0.0)) ^ (std::uint64_t{1} << 63); }
inline std::uint32_t descending_key(float x) noexcept { return ~static_cast<std::uint32_t>(rank_of(x + 0.0f)) ^ (std::uint32_t{1} << 31); }
/// The float of such a key.
inline float of_descending_key(std::uint32_t key) noexcept {
    return of_rank<float>(static_cast<std::int32_t>(~(key ^ (std::uint32_t{1} << 31))));
}

/// Sorts by value_of(entry), a double that is not NaN, from the greatest to the least; equal ones, 0 and -0 among them, stay as they stand.
template <class Entry, class F>
void sort_descending(Entry* entries, std::size_t n, Entry* room, F value_of) noexcept {
    const Entry* const sorted = sort_ascending(entries, n, room, [&](const Entry& entry) { return descending_key(value_of(entry)); });
    if (sorted != entries) std::copy_n(sorted, n, entries);
}

}  // namespace argdraw::numeric
