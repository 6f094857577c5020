// A row as the kernels read it: block by block, in vectors of sixteen.

// Blocks are numbered over the row; all but the last, incomplete one lie in the row itself.
template <class T>
ARGDRAW_INLINE const T* block_at(const blocked_row<T>& row, std::size_t b) {
    return b < row.complete ? row.data + b * block_size : row.tail;
}

// Asks for the cache line two kilobytes behind p, which need not lie in the row. A sweep calls it for each line that it reads: what hardware
// fetches by itself depends on the addresses of the loads and ends with a page, and the time of a sweep differed by a fifth with both.
ARGDRAW_INLINE void fetch_ahead([[maybe_unused]] const void* p) {
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(p) + 2048));  // NOLINT(performance-no-int-to-ptr)
#endif
}

// Asks for the lines of a block that is read soon: listed blocks lie anywhere, and hardware fetches none of them by itself.
template <class T>
ARGDRAW_INLINE void fetch_block([[maybe_unused]] const T* p) {
#if defined(__GNUC__) || defined(__clang__)
    for (std::size_t i = 0; i < block_size; i += 64 / sizeof(T)) __builtin_prefetch(p + i);
#endif
}

// The vectors of a block, and the words of its bits.
inline constexpr int vectors = static_cast<int>(block_size) / 16;
inline constexpr int words = static_cast<int>(block_size) / 64;

// A block as the kernels read it, sixteen logits at a time: as it stands, or with the removed ones as -inf.
template <class T>
struct whole_block {
    const T* p;
    ARGDRAW_INLINE whole_block next(std::size_t n = 1) const { return {p + n * block_size}; }
    ARGDRAW_INLINE auto at(int i) const { return load(p + 16 * i); }
    // Thirty-two logits of 16 bits, as words.
    ARGDRAW_INLINE auto words_at(int i) const { return load(reinterpret_cast<const std::int16_t*>(p) + 32 * i); }
    template <class V>
    ARGDRAW_INLINE void into(V& greatest, V& nan, int i) const {
        const V x = load(p + 16 * i);
        for (std::size_t at = 0; at < 16; at += 64 / sizeof(T)) fetch_ahead(p + 16 * i + at);
        greatest = max(x, greatest);
        nan = add(x, nan);
    }
};
template <class T>
struct partial_block {
    const T* p;
    const std::uint16_t* alive;
    ARGDRAW_INLINE partial_block next(std::size_t n = 1) const { return {p + n * block_size, alive + n * vectors}; }
    ARGDRAW_INLINE auto at(int i) const { return where_alive(alive + i, load(p + 16 * i)); }
    ARGDRAW_INLINE auto words_at(int i) const {
        return where_alive(alive + 2 * i, load(reinterpret_cast<const std::int16_t*>(p) + 32 * i),
                           std::bit_cast<std::int16_t>(removed<T>()));
    }
    template <class V>
    ARGDRAW_INLINE void into(V& greatest, V& nan, int i) const {
        const V x = at(i);
        for (std::size_t ahead = 0; ahead < 16; ahead += 64 / sizeof(T)) fetch_ahead(p + 16 * i + ahead);
        greatest = max(x, greatest);
        nan = with_nan_of(x, nan);
    }
};

enum class living { all, some, none };
ARGDRAW_INLINE living living_of(const std::uint16_t* alive, int blocks = 1) {
    std::uint64_t any = 0, all = ~std::uint64_t{0};
    for (int i = 0; i < words * blocks; ++i) {
        std::uint64_t word;
        std::memcpy(&word, alive + 4 * i, sizeof(word));
        any |= word;
        all &= word;
    }
    return any == 0 ? living::none : all == ~std::uint64_t{0} ? living::all : living::some;
}
template <class T>
ARGDRAW_INLINE const std::uint16_t* alive_in(const blocked_row<T>& row, std::size_t b) {
    return row.alive + b * (block_size / 16);
}

// A copy of a block with the removed ones as -inf, for kernels that do so much with a block that they are not to be compiled for partial
// ones too.
template <class T>
ARGDRAW_NOINLINE void copy_living(const T* p, const std::uint16_t* alive, T* out) {
    if constexpr (sizeof(T) == 2) {
        const T gone = removed<T>();
        for (std::size_t i = 0; i < block_size; ++i) out[i] = (alive[i / 16] >> (i % 16)) & 1 ? p[i] : gone;
    } else {
        for (int i = 0; i < vectors; ++i) store(out + 16 * i, partial_block<T>{p, alive}.at(i));
    }
}

// The block, or where some of it are removed its copy in `room`.
template <class T>
ARGDRAW_INLINE whole_block<T> living_block(const blocked_row<T>& row, std::size_t b, T* room) {
    const T* const p = block_at(row, b);
    if (!row.alive || living_of(alive_in(row, b)) == living::all) return {p};
    copy_living(p, alive_in(row, b), room);
    return {room};
}

// Calls kernel(part, b) for parts of a row as rows of wider numbers V, b the number of a part's first block: kernels that do much with a
// logit are compiled for those alone. The values are the same, so the kernel's results are.
template <class V, class T, class Kernel>
ARGDRAW_INLINE void each_part_as(const blocked_row<T>& row, Kernel kernel) {
    constexpr std::size_t together = 8;  // stay in the nearest cache
    alignas(64) V wide[together * block_size];
    for (std::size_t b = 0; b < row.blocks; b += together) {
        const std::size_t n = row.blocks - b < together ? row.blocks - b : together;
        for (std::size_t i = 0; i < n; ++i)
            for (int v = 0; v < vectors; ++v) store(wide + i * block_size + 16 * v, load(block_at(row, b + i) + 16 * v));
        kernel(blocked_row<V>{wide, wide, n, n, row.alive ? alive_in(row, b) : nullptr}, b);
    }
}
