// The table `rows`: where a row's great logits are.

// The maximum and the sum of each lane of a block. max() lets a NaN in x lose, so `greatest` never holds one: a NaN shows in the sum
// instead, which runs on other ports than the maximum and costs nothing beside it.
template <template <class> class Block, class T>
ARGDRAW_OUTLINE auto scan_block(Block<T> block, decltype(block.at(0))& sum) {
    if constexpr (requires { scan_of(block, sum); }) return scan_of(block, sum);  // a set's own
    // Doubles fill twice as many registers, and are as many chains in half of these.
    constexpr int n = sizeof(T) < 8 || chains == 1 ? chains : chains / 2;
    decltype(block.at(0)) m[n], s[n];
    ARGDRAW_UNROLL
    for (int j = 0; j < n; ++j) {
        m[j] = splat(-std::numeric_limits<value_of<T>>::infinity());
        s[j] = splat(value_of<T>{0});
        block.into(m[j], s[j], j);
    }
    ARGDRAW_ROLLED  // gcc 12 hoists the loads of the unrolled loop and spills
        for (int i = n; i < vectors; i += n) {
        ARGDRAW_UNROLL
        for (int j = 0; j < n; ++j) block.into(m[j], s[j], i + j);
    }
    ARGDRAW_UNROLL
    for (int j = 1; j < n; ++j) {
        m[0] = max(m[0], m[j]);
        s[0] = add(s[0], s[j]);
    }
    sum = s[0];
    return m[0];
}

// Of a block by itself: where a NaN is among several, or a row ends. Not worth to be written out at each use.
template <template <class> class Block, class T>
ARGDRAW_NOINLINE value_of<T> block_maximum(Block<T> block) {
    decltype(block.at(0)) sum;
    const auto greatest = scan_block(block, sum);
    // +inf with -inf sums up to NaN too, hence the second look.
    if (lanes_of(unordered(sum, sum)) != 0)
        for (int i = 0; i < vectors; ++i)
            if (const auto x = block.at(i); lanes_of(unordered(x, x)) != 0) return std::numeric_limits<value_of<T>>::quiet_NaN();
    return reduce_max(greatest);
}

// What somebody has guessed of the words of a block.
enum class signs { unknown, some_positive, all_negative };

// A 16-bit float is compared as an integer, thirty-two at a time and without widening: half and bfloat16 alike are a sign and a
// magnitude. Among words of both signs the signed maximum is the greatest float, among negative ones the unsigned minimum is; so the
// greater of the two in rank is, either way. A NaN lies above the infinity of its sign: the signed maximum shows the positive ones,
// the unsigned maximum, `loudest`, the others.
//
// With a guess, one of the two does. Where some words are not negative, the signed maximum of a lane that has one is the lane's greatest
// float, and lanes without one do not matter. Where all are negative, the unsigned minimum is. So a greatest word of the sign that was
// guessed is right, and one of the other sign tells that the guess was wrong: a positive NaN is one of these, or shows as above.
template <signs guess>
ARGDRAW_OUTLINE i16 scan_block(const std::int16_t* p, i16& loudest) {
    i16 greatest = load(p), least = greatest, loud = max_unsigned(greatest, loudest);
    ARGDRAW_UNROLL
    for (int i = 1; i < vectors / 2; ++i) {
        const i16 x = load(p + 32 * i);
        if constexpr (guess != signs::all_negative) greatest = max(x, greatest);
        if constexpr (guess != signs::some_positive) least = min_unsigned(x, least);
        loud = max_unsigned(x, loud);
    }
    loudest = loud;
    if constexpr (guess == signs::all_negative) return ranks(least);
    else if constexpr (guess == signs::some_positive) return ranks(greatest);
    else return max(ranks(greatest), ranks(least));
}

template <class T>
inline constexpr std::int16_t rank_of_infinity = std::same_as<T, half> ? 0x7c00 : 0x7f80;
template <class T>
    requires(sizeof(T) == 2)
ARGDRAW_INLINE float block_maximum(whole_block<T> block) {
    i16 loudest = load(reinterpret_cast<const std::int16_t*>(block.p));
    const i16 m = scan_block<signs::unknown>(reinterpret_cast<const std::int16_t*>(block.p), loudest);
    if (any_above(m, rank_of_infinity<T>) || any_above_unsigned(loudest, static_cast<std::uint16_t>(rank_of_infinity<T> | 0x8000)))
        return std::numeric_limits<float>::quiet_NaN();
    const std::int16_t rank = reduce_max(m);
    return static_cast<float>(std::bit_cast<T>(static_cast<std::int16_t>(rank < 0 ? rank ^ 0x7fff : rank)));
}

template <template <class> class Block, class T>
ARGDRAW_INLINE void four_maxima(Block<T> b0, Block<T> b1, Block<T> b2, Block<T> b3, value_of<T>* out) {
    // Added up as they come: four of them would be more than the registers hold, and one that goes to the stack and back may be taken for a
    // part of the row, which is read in pages.
    decltype(b0.at(0)) sum, s;
    const auto m0 = scan_block(b0, sum);
    const auto m1 = scan_block(b1, s);
    sum = add(sum, s);
    const auto m2 = scan_block(b2, s);
    sum = add(sum, s);
    const auto m3 = scan_block(b3, s);
    sum = add(sum, s);
    if (lanes_of(unordered(sum, sum)) == 0) {
        store_maxima(out, m0, m1, m2, m3);
    } else {
        out[0] = block_maximum(b0);
        out[1] = block_maximum(b1);
        out[2] = block_maximum(b2);
        out[3] = block_maximum(b3);
    }
}

// Sixteen blocks of 16-bit words, and their maxima as words; true where one of them holds a negative NaN.
template <signs guess>
ARGDRAW_INLINE bool sixteen_maxima(const std::int16_t* p, std::int16_t infinity, std::int16_t* out) {
    i16 loudest = load(p);
    for (std::size_t i = 0; i < 16; i += 4, p += 4 * block_size) {
        const i16 m0 = scan_block<guess>(p, loudest), m1 = scan_block<guess>(p + block_size, loudest);
        const i16 m2 = scan_block<guess>(p + 2 * block_size, loudest), m3 = scan_block<guess>(p + 3 * block_size, loudest);
        store_maxima(out + i, m0, m1, m2, m3);
    }
    return any_above_unsigned(loudest, static_cast<std::uint16_t>(infinity | 0x8000));
}

template <class T>
ARGDRAW_INLINE value_of<T> maximum_at(const blocked_row<T>& row, std::size_t b) {
    const T* const p = block_at(row, b);
    if (row.alive)
        if (const auto lives = living_of(alive_in(row, b)); lives != living::all)
            return lives == living::none ? -std::numeric_limits<value_of<T>>::infinity()
                                         : block_maximum(partial_block<T>{p, alive_in(row, b)});
    return block_maximum(whole_block<T>{p});
}

// Sixteen blocks of 16-bit words in one go; false where one of them holds a NaN. Leaves what is to be guessed of the next ones.
template <class T>
ARGDRAW_INLINE bool sixteen_maxima(const T* p, float* out, signs& guess) {
    constexpr std::int16_t infinity = rank_of_infinity<T>;
    constexpr std::uint64_t each = 0x0001000100010001u, sign = 0x8000 * each;
    std::int16_t top[16];
    const auto* const row = reinterpret_cast<const std::int16_t*>(p);
    bool nan = guess == signs::some_positive  ? sixteen_maxima<signs::some_positive>(row, infinity, top)
               : guess == signs::all_negative ? sixteen_maxima<signs::all_negative>(row, infinity, top)
                                              : sixteen_maxima<signs::unknown>(row, infinity, top);
    std::uint64_t word[4], any = 0, all = sign;
    std::memcpy(word, top, sizeof word);
    for (int i = 0; i < 4; ++i) {
        any |= word[i];
        all &= word[i];
        // What is above infinity reaches the sign.
        nan |= (((word[i] & ~sign) + (0x7fff - infinity) * each) & sign) != 0;
    }
    if (nan) return false;
    store(out, load(reinterpret_cast<const T*>(top)));
    const signs seen = (any & sign) == 0 ? signs::some_positive : all == sign ? signs::all_negative : signs::unknown;
    if (guess != signs::unknown && guess != seen) {
        const bool negative = guess == signs::all_negative;
        for (std::size_t i = 0; i < 16; ++i)
            if ((top[i] < 0) != negative) out[i] = block_maximum(whole_block<T>{p + i * block_size});
    }
    guess = guess == signs::unknown || guess == seen ? seen : signs::unknown;
    return true;
}

// As many blocks at a time as share one reduction and one look at what shows a NaN.
template <class T>
void maxima(const blocked_row<T>& row, value_of<T>* out) {
    constexpr std::size_t together = sizeof(T) == 2 ? 16 : 4;
    std::size_t b = 0;
    [[maybe_unused]] signs guess = signs::unknown;
    for (; b + together <= row.complete; b += together) {
        const T* const p = row.data + b * block_size;
        const living lives = row.alive ? living_of(alive_in(row, b), together) : living::all;
        if (lives == living::none) {
            for (std::size_t i = 0; i < together; ++i) out[b + i] = -std::numeric_limits<value_of<T>>::infinity();
            continue;
        }
        if constexpr (sizeof(T) == 2) {
            if (lives == living::all && sixteen_maxima(p, out + b, guess)) continue;
            for (std::size_t i = 0; i < together; ++i) out[b + i] = maximum_at(row, b + i);
        } else if (lives == living::all) {
            four_maxima(whole_block<T>{p}, whole_block<T>{p + block_size}, whole_block<T>{p + 2 * block_size},
                        whole_block<T>{p + 3 * block_size}, out + b);
        } else {
            const std::uint16_t* const alive = alive_in(row, b);
            four_maxima(partial_block<T>{p, alive}, partial_block<T>{p + block_size, alive + vectors},
                        partial_block<T>{p + 2 * block_size, alive + 2 * vectors},
                        partial_block<T>{p + 3 * block_size, alive + 3 * vectors}, out + b);
        }
    }
    for (; b < row.blocks; ++b) out[b] = maximum_at(row, b);
}

template <class T>
std::size_t count_in_row(const blocked_row<T>& row, value_of<T> cut) {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        const auto reaches = [&](int i) { return at_least(load(p + 16 * i), level); };
        if (!row.alive) {
            for (int w = 0; w < words; ++w) count += count_bits(hits_in_word(w, reaches));
        } else if (const std::uint16_t* const alive = alive_in(row, b); living_of(alive) != living::none) {
            for (int w = 0; w < words; ++w) count += count_bits(hits_in_word(w, reaches) & living_in_word(alive, w));
        }
    }
    return count;
}

template <class T>
std::size_t gather(const blocked_row<T>& row, const std::int32_t* blocks, std::size_t n, value_of<T> cut, value_of<T> next,
                   std::size_t equals_wanted, const value_of<T>* maxima, std::int32_t* ids, double* values) {
    auto level = splat(cut);
    std::size_t count = 0, equals = 0;
    const bool some_equals = equals_wanted < n * block_size;  // or all of them, and nobody counts
    for (std::size_t k = 0; k < n; ++k) {
        const std::int32_t b = blocks[k];
        if (equals >= equals_wanted) {
            if (maxima && !(maxima[b] > cut)) continue;
            level = splat(next);
        }
        const T* p = block_at(row, static_cast<std::size_t>(b));
        const std::int32_t id = b * static_cast<std::int32_t>(block_size);
        std::uint64_t hits[words];
        hits_in_block(row, static_cast<std::size_t>(b), [&](int i) { return at_least(load(p + 16 * i), level); }, hits);
        const std::size_t from = count;
        count += append_hits(p, id, hits, ids + count, values + count);
        if (some_equals && equals < equals_wanted)
            for (std::size_t i = from; i < count; ++i) equals += values[i] == static_cast<double>(cut);
    }
    return count;
}

template <class V>
V greatest(const V* a, std::size_t n) {
    auto m = splat(-std::numeric_limits<V>::infinity());
    for (std::size_t i = 0; i < n; i += 16) {
        const auto x = load(a + i);
        if (lanes_of(unordered(x, x)) != 0) return std::numeric_limits<V>::quiet_NaN();
        m = max(x, m);
    }
    return reduce_max(m);
}

template <class T>
void values_of_block(const blocked_row<T>& row, std::size_t b, value_of<T> cut, double* out) {
    alignas(64) T room[block_size];
    const whole_block<T> block = living_block(row, b, room);
    if (cut == -std::numeric_limits<value_of<T>>::infinity()) {
        for (int i = 0; i < vectors; ++i) store(out + 16 * i, widen(block.at(i)));
        return;
    }
    const auto level = splat(cut);
    for (int i = 0; i < vectors; ++i) {
        const auto x = block.at(i);
        store(out + 16 * i, widen(or_removed(at_least(x, level), x)));
    }
}

template <logit_scalar T>
inline constexpr row_kernels<T> of_rows{maxima<T>, count_in_row<T>, gather<T>, greatest<value_of<T>>, values_of_block<T>};
