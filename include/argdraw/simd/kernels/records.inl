// Logits that are words of records.

// Asks for the lines of sixteen records, four kilobytes on: the processor is late with a stream of three lines at a time and a store.
ARGDRAW_INLINE void ask_ahead(const std::byte* from) {
    for (int line = 0; line < 3; ++line) ARGDRAW_PREFETCH(from + 4096 + 64 * line);
}

inline void third_words(const std::byte* from, std::size_t n, float* out) noexcept {
    std::size_t i = 0;
    for (; i + 16 < n; i += 16, from += 16 * record_size) {
        ask_ahead(from);
        store(out + i, from_bits(every_third(load_triples(from), 0)));
    }
    for (; i < n; ++i, from += record_size) std::memcpy(out + i, from, sizeof(float));
}

inline bool numbered_records(const std::byte* records, std::size_t n, float* out) noexcept {
    i32 id = mixed_iota(), away = splat(0);
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16, records += 16 * record_size, id = add(id, splat(16))) {
        ask_ahead(records);
        const auto r = load_triples(records);
        away = differing(away, mixed_third(r, 0), id);
        store(out + i, from_bits(every_third(r, 1)));
    }
    bool in_order = reduce_min(away) == 0 && reduce_max(away) == 0;
    for (; i < n; ++i, records += record_size) {
        std::int32_t own;
        std::memcpy(&own, records, sizeof own);
        in_order &= own == static_cast<std::int32_t>(i);
        std::memcpy(out + i, records + sizeof own, sizeof(float));
    }
    return in_order;
}

// A block of records is read in parts: what is opened later is a part of a block.
inline constexpr int part_vectors = vectors / static_cast<int>(parts_of_block);

// The greatest word of each lane in one part of a block of records; their sum is added to `sum`, where a NaN shows: see rows.inl. The words
// are the first or the second ones of a record; which of them a lane has had is all one. With `numbered`, `away` takes the bits in which an id
// is not its place.
template <int word, bool numbered>
ARGDRAW_INLINE f32 scan_part(const std::byte* from, [[maybe_unused]] i32& id, [[maybe_unused]] i32& away, f32& sum) {
    f32 greatest = splat(-std::numeric_limits<float>::infinity());
    ARGDRAW_ROLLED
    for (int i = 0; i < part_vectors; ++i, from += 16 * record_size) {
        ask_ahead(from);
        const auto r = load_triples(from);
        if constexpr (numbered) {
            away = differing(away, mixed_third(r, 0), id);
            id = add(id, splat(16));
        }
        const f32 x = from_bits(mixed_third(r, word));
        greatest = max(x, greatest);
        sum = add(sum, x);
    }
    return greatest;
}

// Of a block that may hold a NaN. Its parts then tell nothing.
ARGDRAW_NOINLINE inline float maximum_of_words(const std::byte* from, float* parts) {
    alignas(64) float room[block_size];
    third_words(from, block_size, room);
    const float greatest = block_maximum(whole_block<float>{room});
    if (greatest != greatest)
        for (std::size_t i = 0; i < parts_of_block; ++i) parts[i] = std::numeric_limits<float>::infinity();
    return greatest;
}

template <int word, bool numbered>
bool maxima_of_records(const std::byte* records, std::size_t blocks, float* parts, float* out) noexcept {
    constexpr std::size_t bytes = block_size / parts_of_block * record_size;
    i32 id = mixed_iota(), away = splat(0);
    for (std::size_t b = 0; b < blocks; ++b, records += parts_of_block * bytes, parts += parts_of_block) {
        f32 sum = splat(0.0f);
        const f32 m0 = scan_part<word, numbered>(records, id, away, sum), m1 = scan_part<word, numbered>(records + bytes, id, away, sum);
        const f32 m2 = scan_part<word, numbered>(records + 2 * bytes, id, away, sum);
        const f32 m3 = scan_part<word, numbered>(records + 3 * bytes, id, away, sum);
        store_maxima(parts, m0, m1, m2, m3);
        if (lanes_of(unordered(sum, sum)) == 0) {
            const float first = parts[0] < parts[1] ? parts[1] : parts[0], second = parts[2] < parts[3] ? parts[3] : parts[2];
            out[b] = first < second ? second : first;
        } else {
            out[b] = maximum_of_words(records + 4 * word, parts);
        }
    }
    return !numbered || (reduce_min(away) == 0 && reduce_max(away) == 0);
}

// Asks for the parts of a block that reach the cut.
ARGDRAW_INLINE void ask_for_parts(const std::byte* from, const float* parts, float cut) {
    constexpr std::size_t bytes = block_size / parts_of_block * record_size;
    for (std::size_t part = 0; part < parts_of_block; ++part, from += bytes)
        if (parts[part] >= cut)
            for (std::size_t line = 0; line < bytes; line += 64) ARGDRAW_PREFETCH(from + line);
}

inline std::size_t gather_records(const std::byte* words_of_row, const blocked_row<float>& row, const std::int32_t* blocks, std::size_t n,
                                  float cut, float next, std::size_t equals_wanted, const record_maxima& maxima, std::int32_t* ids,
                                  double* values) noexcept {
    constexpr std::size_t bytes = block_size * record_size, ahead = 4;
    alignas(64) float room[block_size] = {};
    const auto ask = [&](std::size_t k) {
        const auto b = static_cast<std::size_t>(blocks[k]);
        if (b + 1 < row.blocks) ask_for_parts(words_of_row + b * bytes, maxima.of_part + b * parts_of_block, cut);
    };
    for (std::size_t k = 0; k < n && k < ahead; ++k) ask(k);
    float least = cut;
    std::size_t count = 0, equals = 0;
    for (std::size_t k = 0; k < n; ++k) {
        if (k + ahead < n) ask(k + ahead);
        const auto b = static_cast<std::size_t>(blocks[k]);
        if (equals >= equals_wanted) {
            if (!(maxima.of_block[b] > cut)) continue;
            least = next;
        }
        const f32 level = splat(least);
        const float* p = room;
        std::uint64_t hits[words] = {};
        if (b + 1 == row.blocks) {
            p = block_at(row, b);
            hits_in_block(row, b, reaching_cut<float>(least), hits);
        } else {
            const std::byte* const from = words_of_row + b * bytes;
            for (int part = 0; part < static_cast<int>(parts_of_block); ++part) {
                if (!(maxima.of_part[b * parts_of_block + static_cast<std::size_t>(part)] >= least)) continue;
                ARGDRAW_UNROLL
                for (int j = 0; j < part_vectors; ++j) {
                    const int i = part * part_vectors + j;
                    const f32 x = from_bits(every_third(load_triples(from + 16 * record_size * static_cast<std::size_t>(i)), 0));
                    store(room + 16 * i, x);
                    hits[i / 4] |= static_cast<std::uint64_t>(lanes_of(at_least(x, level))) << (16 * (i % 4));
                }
            }
            if (row.alive)
                for (int w = 0; w < words; ++w) hits[w] &= living_in_word(alive_in(row, b), w);
        }
        const std::size_t before = count;
        count += append_hits(p, static_cast<std::int32_t>(b * block_size), hits, ids + count, values + count);
        if (equals < equals_wanted)
            for (std::size_t i = before; i < count; ++i) equals += values[i] == static_cast<double>(cut);
    }
    return count;
}

template <class V>
inline constexpr record_kernels of_records{third_words, numbered_records, maxima_of_records<0, false>, maxima_of_records<1, true>,
                                           gather_records};
