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

// What reaches a cut, which is above -inf.
template <class T>
class reaching_cut {
public:
    explicit ARGDRAW_INLINE reaching_cut(value_of<T> cut) : level_(splat(cut)) {}
    // Word w of the bits of the logits at p.
    ARGDRAW_INLINE std::uint64_t operator()(const T* p, int w) const {
        if constexpr (requires { any_of_64(p, level_); })  // a set's own
            if (!any_of_64(p + 64 * w, level_)) return 0;
        return hits_in_word(w, [&](int i) { return at_least(load(p + 16 * i), level_); });
    }

private:
    decltype(load(std::declval<const T*>())) level_;
};
// Of 16 bits: of both infinities, the positive one's word.
template <class T>
inline constexpr std::int16_t rank_of_infinity = std::same_as<T, half> ? 0x7c00 : 0x7f80;
// Words of 16 bits are compared by rank, without widening, and no NaN is between the least number that reaches the cut and infinity. That
// number is the cut rounded to the row's format, or the next one: between two neighbours of a format lies no third. A cut of 0 is reached
// by -0, whose rank is -1, too.
template <class T>
    requires(sizeof(T) == 2)
class reaching_cut<T> {
public:
    explicit ARGDRAW_INLINE reaching_cut(float cut) {
        const auto nearest = static_cast<T>(cut);
        const auto word = std::bit_cast<std::int16_t>(nearest);
        const int rank = word < 0 ? word ^ 0x7fff : word, next = static_cast<float>(nearest) < cut ? 1 : 0;
        least_ = static_cast<std::int16_t>(rank == 0 && next == 0 ? -1 : rank + next);
        span_ = static_cast<std::uint16_t>(rank_of_infinity<T> - least_);
    }
    ARGDRAW_INLINE std::uint64_t operator()(const T* p, int w) const {
        const auto* const from = reinterpret_cast<const std::int16_t*>(p) + 64 * w;
        return lanes_within(ranks(load(from)), least_, span_) |
               static_cast<std::uint64_t>(lanes_within(ranks(load(from + 32)), least_, span_)) << 32;
    }

private:
    std::int16_t least_;
    std::uint16_t span_;
};

// Word w of the bits of what lives in a block; `alive` as in alive_in.
ARGDRAW_INLINE std::uint64_t living_in_word(const std::uint16_t* alive, int w) {
    return static_cast<std::uint64_t>(alive[4 * w]) | (static_cast<std::uint64_t>(alive[4 * w + 1]) << 16) |
           (static_cast<std::uint64_t>(alive[4 * w + 2]) << 32) | (static_cast<std::uint64_t>(alive[4 * w + 3]) << 48);
}

// All of them, of what lives in block b.
template <class T>
ARGDRAW_INLINE void hits_in_block(const blocked_row<T>& row, std::size_t b, const reaching_cut<T>& reaches, std::uint64_t (&hits)[words]) {
    const T* const p = block_at(row, b);
    ARGDRAW_ROLLED
    for (int w = 0; w < words; ++w) hits[w] = reaches(p, w);
    if (row.alive)
        for (int w = 0; w < words; ++w) hits[w] &= living_in_word(alive_in(row, b), w);
}
