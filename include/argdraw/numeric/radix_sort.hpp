// radix_sort — puts many tokens in order, eight bits at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/numeric/order.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// Sorts by value_of(entry), a double that is not NaN, from the greatest to the least; equal ones, 0 and -0 among them, stay as they stand.
/// `room` is another array as long. One pass to count, and one for each byte in which the values differ: five of the eight where they were
/// floats.
template <class Entry, class F>
void sort_descending(Entry* entries, std::size_t n, Entry* room, F value_of) noexcept {
    constexpr std::size_t digits = 8, buckets = 256;
    const auto key = [&](const Entry& entry) {
        return ~static_cast<std::uint64_t>(rank_of(value_of(entry) + 0.0)) ^ (std::uint64_t{1} << 63);
    };
    const auto bucket = [](std::uint64_t from, std::size_t digit) -> std::size_t { return (from >> (8 * digit)) & 255; };
    std::array<std::array<std::uint32_t, buckets>, digits> counts{};
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t k = key(entries[i]);
        for (std::size_t d = 0; d < digits; ++d) ++counts[d][bucket(k, d)];
    }
    Entry *from = entries, *to = room;
    for (std::size_t d = 0; d < digits; ++d) {
        auto& count = counts[d];
        if (n == 0 || count[bucket(key(from[0]), d)] == n) continue;
        std::uint32_t place = 0;
        for (std::uint32_t& each : count) {
            const std::uint32_t here = each;
            each = place;
            place += here;
        }
        for (std::size_t i = 0; i < n; ++i) to[count[bucket(key(from[i]), d)]++] = from[i];
        std::swap(from, to);
    }
    if (from != entries) std::copy_n(from, n, entries);
}

}  // namespace argdraw::numeric
