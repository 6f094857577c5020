// A row as the kernels read it: block by block, in vectors of sixteen.

// Blocks are numbered over the row; all but the last, incomplete one lie in the row itself.
template <class T>
ARGDRAW_INLINE const T* block_at(const blocked_row<T>& row, std::size_t b) {
    return b < row.complete ? row.data + b * block_size : row.tail;
}

// The vectors of a block, and the words of its bits.
inline constexpr int vectors = static_cast<int>(block_size) / 16;
inline constexpr int words = static_cast<int>(block_size) / 64;

// A block as the kernels read it, sixteen logits at a time: as it stands, or with the removed ones as -inf.
template <class T>
struct whole_block {
    const T* p;
    ARGDRAW_INLINE auto at(int i) const { return load(p + 16 * i); }
    template <class V>
    ARGDRAW_INLINE void into(V& greatest, V& sum, int i) const {
        const V x = load(p + 16 * i);
        greatest = max(x, greatest);
        sum = add(x, sum);
    }
};
template <class T>
struct partial_block {
    const T* p;
    const std::uint16_t* alive;
    ARGDRAW_INLINE auto at(int i) const { return or_removed(mask{alive[i]}, load(p + 16 * i)); }
    template <class V>
    ARGDRAW_INLINE void into(V& greatest, V& sum, int i) const {
        const V x = load(p + 16 * i);
        const mask lives{alive[i]};
        greatest = max_where(lives, x, greatest);
        sum = add_where(lives, x, sum);
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
