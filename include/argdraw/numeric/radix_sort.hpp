// radix_sort — puts many tokens in order, some bits at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/numeric/order.hpp>

namespace argdraw::inline ARGDRAW_ABI::numeric {

/// Turns counts into where those that are counted begin.
template <std::size_t n>
void add_up(std::array<std::uint32_t, n>& counts) noexcept {
    std::uint32_t place = 0;
    for (std::uint32_t& each : counts) {
        const std::uint32_t here = each;
        each = place;
        place += here;
    }
}

/// Sorts by key_of(entry), an unsigned number, from the least to the greatest; equal ones stay as they stand. `room` is another array as
/// long. One pass to count, and one for each byte in which the keys differ.
template <class Entry, class F>
void sort_ascending(Entry* entries, std::size_t n, Entry* room, F key_of) noexcept {
    constexpr std::size_t digits = sizeof(decltype(key_of(*entries))), buckets = 256;
    const auto bucket = [](auto key, std::size_t digit) -> std::size_t { return (key >> (8 * digit)) & 255; };
    std::array<std::array<std::uint32_t, buckets>, digits> counts{};
    for (std::size_t i = 0; i < n; ++i) {
        const auto k = key_of(entries[i]);
        for (std::size_t d = 0; d < digits; ++d) ++counts[d][bucket(k, d)];
    }
    Entry *from = entries, *to = room;
    for (std::size_t d = 0; d < digits; ++d) {
        auto& count = counts[d];
        if (n == 0 || count[bucket(key_of(from[0]), d)] == n) continue;
        add_up(count);
        for (std::size_t i = 0; i < n; ++i) to[count[bucket(key_of(from[i]), d)]++] = from[i];
        std::swap(from, to);
    }
    if (from != entries) std::copy_n(from, n, entries);
}

/// Words of a rank, of forty bits, and the number of what has it, of twenty-four.
inline constexpr std::size_t number_bits = 24;
inline std::uint32_t number_of_word(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word & ((1u << number_bits) - 1)); }

/// Makes of n <= 2^24 ranks, each in the last bits of a word, words as above, and sorts them by less(a, b), a strict order in which none
/// comes before one of a lower rank. By the first 22 bits in two passes, and what these leave to do one by one; false where that is too
/// much, as where many agree in these bits. `room` is another array as long.
template <class F>
bool sort_ranks(std::uint64_t* words, std::size_t n, std::uint64_t* room, F less) noexcept {
    constexpr std::size_t bits = 11, buckets = std::size_t{1} << bits, most_in_one = 16;
    std::array<std::uint32_t, buckets> low{}, high{};
    const auto low_of = [](std::uint64_t word) -> std::size_t { return (word >> (64 - 2 * bits)) & (buckets - 1); };
    const auto high_of = [](std::uint64_t word) -> std::size_t { return word >> (64 - bits); };
    for (std::size_t i = 0; i < n; ++i) {
        words[i] = (words[i] << number_bits) | i;
        ++low[low_of(words[i])];
        ++high[high_of(words[i])];
    }
    if (*std::max_element(high.begin(), high.end()) > n / most_in_one) return false;
    add_up(low);
    add_up(high);
    for (std::size_t i = 0; i < n; ++i) room[low[low_of(words[i])]++] = words[i];
    for (std::size_t i = 0; i < n; ++i) words[high[high_of(room[i])]++] = room[i];
    const std::size_t most_moves = 4 * n;
    std::size_t moved = 0;
    for (std::size_t i = 1; i < n && moved <= most_moves; ++i) {
        const std::uint64_t each = words[i];
        if (!less(each, words[i - 1])) continue;
        std::size_t at = i;
        for (; at > 0 && less(each, words[at - 1]); --at) words[at] = words[at - 1];
        words[at] = each;
        moved += i - at;
    }
    return moved <= most_moves;
}

/// Keys that rise as a number falls; 0 and -0 have the same. Not for NaN.
inline std::uint64_t descending_key(double x) noexcept { return ~static_cast<std::uint64_t>(rank_of(x + 0.0)) ^ (std::uint64_t{1} << 63); }

/// Sorts by value_of(entry), a double that is not NaN, from the greatest to the least; equal ones, 0 and -0 among them, stay as they stand.
template <class Entry, class F>
void sort_descending(Entry* entries, std::size_t n, Entry* room, F value_of) noexcept {
    sort_ascending(entries, n, room, [&](const Entry& entry) { return descending_key(value_of(entry)); });
}

}  // namespace argdraw::numeric
