// Logits that are words of records.

// Asks for the lines of sixteen records, two kilobytes on: the processor is late with a stream of three lines at a time and a store.
ARGDRAW_INLINE void ask_ahead(const std::byte* from) {
    for (int line = 0; line < 3; ++line) ARGDRAW_PREFETCH(from + 2048 + 64 * line);
}

inline void third_words(const std::byte* from, std::size_t n, float* out) {
    std::size_t i = 0;
    for (; i + 16 < n; i += 16, from += 16 * record_size) {
        ask_ahead(from);
        store(out + i, from_bits(every_third(from, 0)));
    }
    for (; i < n; ++i, from += record_size) std::memcpy(out + i, from, sizeof(float));
}

inline bool numbered_records(const std::byte* records, std::size_t n, float* out) {
    i32 id = mixed_iota(), least = splat(0), most = splat(0);
    const i32 next = splat(16);
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16, records += 16 * record_size, id = add(id, next)) {
        ask_ahead(records);
        const i32 away = sub(mixed_third(records), id);
        least = min(least, away);
        most = max(most, away);
        store(out + i, from_bits(every_third(records, 1)));
    }
    bool in_order = reduce_min(least) == 0 && reduce_max(most) == 0;
    for (; i < n; ++i, records += record_size) {
        std::int32_t own;
        std::memcpy(&own, records, sizeof own);
        in_order &= own == static_cast<std::int32_t>(i);
        std::memcpy(out + i, records + sizeof own, sizeof(float));
    }
    return in_order;
}

template <class V>
inline constexpr record_kernels of_records{third_words, numbered_records};
