// The logits of a block that reach a level, as bits, and what they are appended to.

// Appends the logits of a word of bits: the first `always` without a branch on how many there are, which nobody can predict.
template <int always, class T>
ARGDRAW_INLINE void append_word(const T* p, std::int32_t id, std::uint64_t word, std::int32_t* ids, double* values) {
    int n = 0;
    const auto append = [&] {
        const std::int32_t at = lowest_bit(word | (std::uint64_t{1} << 63));
        ids[n] = id + at;
        values[n++] = static_cast<double>(static_cast<value_of<T>>(p[at]));
    };
    ARGDRAW_UNROLL
    for (int i = 0; i < always; ++i, word &= word - 1) append();
    for (; word != 0; word &= word - 1) append();
}

template <int always, class T>
ARGDRAW_INLINE void append_words(const T* p, std::int32_t id, const std::uint64_t (&hits)[words], std::int32_t* ids, double* values) {
    for (std::int32_t w = 0; w < words; ++w) {
        append_word<always>(p + 64 * w, id + 64 * w, hits[w], ids, values);
        ids += count_bits(hits[w]);
        values += count_bits(hits[w]);
    }
}

// Appends the logits of a block whose bits are set, and returns their number. Blocks that are opened for their one great logit are the
// common case: it is found without a branch that depends on where it is.
template <class T>
ARGDRAW_INLINE std::size_t append_hits(const T* p, std::int32_t id, const std::uint64_t (&hits)[words], std::int32_t* ids, double* values) {
    std::size_t found = count_bits(hits[0]);
    std::uint64_t all = hits[0];
    std::int32_t word_of_one = 0;
    ARGDRAW_UNROLL
    for (int w = 1; w < words; ++w) {
        found += count_bits(hits[w]);
        all |= hits[w];
        word_of_one += hits[w] != 0 ? w : 0;
    }
    if (found == 1) {
        const std::int32_t at = 64 * word_of_one + lowest_bit(all);
        ids[0] = id + at;
        values[0] = static_cast<double>(static_cast<value_of<T>>(p[at]));
    } else if (found <= 5) {
        if (found > 0) append_words<2>(p, id, hits, ids, values);
    } else if (found <= 10) {
        append_words<3>(p, id, hits, ids, values);
    } else if (found <= 24) {
        append_words<6>(p, id, hits, ids, values);
    } else if (found == block_size) {
        ARGDRAW_UNROLL
        for (std::int32_t i = 0; i < vectors; ++i) {
            compress_store(mask{0xffff}, add(iota(), splat(id + 16 * i)), ids + 16 * i);
            store(values + 16 * i, load(p + 16 * i));
        }
    } else {
        ARGDRAW_UNROLL
        for (std::int32_t i = 0; i < vectors; ++i) {
            const auto lanes = static_cast<std::uint16_t>(hits[i / 4] >> (16 * (i % 4)));
            compress_store(mask{lanes}, add(iota(), splat(id + 16 * i)), ids);
            compress_store(mask{lanes}, load(p + 16 * i), values);
            ids += count_bits(lanes);
            values += count_bits(lanes);
        }
    }
    return found;
}

// Word w of the bits of what passes a test, test(i) the mask of the block's i-th vector.
template <class Test>
ARGDRAW_INLINE std::uint64_t hits_in_word(int w, Test test) {
    std::uint64_t word = 0;
    ARGDRAW_UNROLL
    for (int i = 0; i < 4; ++i) word |= static_cast<std::uint64_t>(lanes_of(test(4 * w + i))) << (16 * i);
    return word;
}

// Word w of the bits of what lives in a block; `alive` as in alive_in.
ARGDRAW_INLINE std::uint64_t living_in_word(const std::uint16_t* alive, int w) {
    return static_cast<std::uint64_t>(alive[4 * w]) | (static_cast<std::uint64_t>(alive[4 * w + 1]) << 16) |
           (static_cast<std::uint64_t>(alive[4 * w + 2]) << 32) | (static_cast<std::uint64_t>(alive[4 * w + 3]) << 48);
}

// All of them, of what lives in block b.
template <class T, class Test>
ARGDRAW_INLINE void hits_in_block(const blocked_row<T>& row, std::size_t b, Test test, std::uint64_t (&hits)[words]) {
    ARGDRAW_ROLLED
    for (int w = 0; w < words; ++w) hits[w] = hits_in_word(w, test);
    if (row.alive)
        for (int w = 0; w < words; ++w) hits[w] &= living_in_word(alive_in(row, b), w);
}
