// The kernels, written once over sixteen lanes. Included by kernels.hpp inside a namespace of its own for every instruction
// set, after the lanes of that set. Only raw pointers and lanes in here: a function template of the standard library that is
// first instantiated inside a target region could be compiled for that target and then be shared with the whole program.

// Written out here, and not once for all sets, so that each is compiled with its own set's instruction for it.
ARGDRAW_INLINE std::size_t count_bits(std::uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
    return static_cast<std::size_t>(__builtin_popcountll(word));
#else
    return static_cast<std::size_t>(std::popcount(word));
#endif
}
ARGDRAW_INLINE std::int32_t lowest_bit(std::uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_ctzll(word);
#else
    return std::countr_zero(word);
#endif
}
ARGDRAW_INLINE std::size_t count_lanes(mask m) { return count_bits(lanes_of(m)); }

// A set that can reduce four vectors together has an overload of its own.
// Integers are ranks, and come out as the words they rank.
template <class Lanes>
ARGDRAW_INLINE void store_maxima(std::int16_t* out, const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
    const std::int16_t top[4] = {reduce_max(a), reduce_max(b), reduce_max(c), reduce_max(d)};
    for (int i = 0; i < 4; ++i) out[i] = static_cast<std::int16_t>(top[i] < 0 ? top[i] ^ 0x7fff : top[i]);
}
template <class V, class Lanes>
ARGDRAW_INLINE void store_maxima(V* out, const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
    out[0] = reduce_max(a);
    out[1] = reduce_max(b);
    out[2] = reduce_max(c);
    out[3] = reduce_max(d);
}

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

// ---- maxima ----------------------------------------------------------------------------------------------------------

// The maximum and the sum of each lane of a block. max() lets a NaN in x lose, so `greatest` never holds one: a NaN shows in the sum
// instead, which runs on other ports than the maximum and costs nothing beside it.
template <template <class> class Block, class T>
ARGDRAW_INLINE auto scan_block(Block<T> block, decltype(block.at(0))& sum) {
    decltype(block.at(0)) m[chains], s[chains];
    ARGDRAW_UNROLL
    for (int j = 0; j < chains; ++j) {
        m[j] = splat(-std::numeric_limits<value_of<T>>::infinity());
        s[j] = splat(value_of<T>{0});
        block.into(m[j], s[j], j);
    }
    ARGDRAW_ROLLED  // gcc 12 hoists the loads of the unrolled loop and spills
        for (int i = chains; i < vectors; i += chains) {
        ARGDRAW_UNROLL
        for (int j = 0; j < chains; ++j) block.into(m[j], s[j], i + j);
    }
    ARGDRAW_UNROLL
    for (int j = 1; j < chains; ++j) {
        m[0] = max(m[0], m[j]);
        s[0] = add(s[0], s[j]);
    }
    sum = s[0];
    return m[0];
}

template <template <class> class Block, class T>
ARGDRAW_INLINE value_of<T> block_maximum(Block<T> block) {
    decltype(block.at(0)) sum;
    const auto greatest = scan_block(block, sum);
    // +inf with -inf sums up to NaN too, hence the second look.
    if (lanes_of(unordered(sum, sum)) != 0)
        for (int i = 0; i < vectors; ++i)
            if (const auto x = block.at(i); lanes_of(unordered(x, x)) != 0) return std::numeric_limits<value_of<T>>::quiet_NaN();
    return reduce_max(greatest);
}

// A 16-bit float is compared as an integer, thirty-two at a time and without widening: half and bfloat16 alike are a sign and a
// magnitude. Among words of both signs the signed maximum is the greatest float, among negative ones the unsigned minimum is; so the
// greater of the two in rank is, either way. A NaN lies above the infinity of its sign: the signed maximum shows the positive ones,
// the unsigned maximum, `loudest`, the others.
ARGDRAW_INLINE i16 scan_block(const std::int16_t* p, i16& loudest) {
    i16 greatest = load(p), least = greatest, loud = greatest;
    ARGDRAW_UNROLL
    for (int i = 1; i < vectors / 2; ++i) {
        const i16 x = load(p + 32 * i);
        greatest = max(x, greatest);
        least = min_unsigned(x, least);
        loud = max_unsigned(x, loud);
    }
    loudest = loud;
    return max(ranks(greatest), ranks(least));
}

template <class T>
inline constexpr std::int16_t rank_of_infinity = std::same_as<T, half> ? 0x7c00 : 0x7f80;
template <class T>
    requires(sizeof(T) == 2)
ARGDRAW_INLINE float block_maximum(whole_block<T> block) {
    i16 loudest;
    const i16 m = scan_block(reinterpret_cast<const std::int16_t*>(block.p), loudest);
    if (any_above(m, rank_of_infinity<T>) || any_above_unsigned(loudest, static_cast<std::uint16_t>(rank_of_infinity<T> | 0x8000)))
        return std::numeric_limits<float>::quiet_NaN();
    const std::int16_t rank = reduce_max(m);
    return static_cast<float>(std::bit_cast<T>(static_cast<std::int16_t>(rank < 0 ? rank ^ 0x7fff : rank)));
}

template <template <class> class Block, class T>
ARGDRAW_INLINE void four_maxima(Block<T> b0, Block<T> b1, Block<T> b2, Block<T> b3, value_of<T>* out) {
    decltype(b0.at(0)) s[4];
    const auto m0 = scan_block(b0, s[0]);
    const auto m1 = scan_block(b1, s[1]);
    const auto m2 = scan_block(b2, s[2]);
    const auto m3 = scan_block(b3, s[3]);
    const auto sum = add(add(s[0], s[1]), add(s[2], s[3]));
    if (lanes_of(unordered(sum, sum)) == 0) {
        store_maxima(out, m0, m1, m2, m3);
    } else {
        out[0] = block_maximum(b0);
        out[1] = block_maximum(b1);
        out[2] = block_maximum(b2);
        out[3] = block_maximum(b3);
    }
}

// Four blocks of 16-bit words at a time, and their maxima as words; true where one of them holds a NaN.
ARGDRAW_INLINE bool four_maxima(const std::int16_t* p, std::int16_t infinity, std::int16_t* out) {
    i16 loudest[4];
    const i16 m0 = scan_block(p, loudest[0]);
    const i16 m1 = scan_block(p + block_size, loudest[1]);
    const i16 m2 = scan_block(p + 2 * block_size, loudest[2]);
    const i16 m3 = scan_block(p + 3 * block_size, loudest[3]);
    store_maxima(out, m0, m1, m2, m3);
    const i16 all = max_unsigned(max_unsigned(loudest[0], loudest[1]), max_unsigned(loudest[2], loudest[3]));
    return any_above(max(max(m0, m1), max(m2, m3)), infinity) || any_above_unsigned(all, static_cast<std::uint16_t>(infinity | 0x8000));
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

// Sixteen blocks of 16-bit words in one go; false where one of them holds a NaN.
template <class T>
ARGDRAW_INLINE bool sixteen_maxima(const T* p, float* out) {
    T top[16];
    bool nan = false;
    for (std::size_t i = 0; i < 16; i += 4)
        nan |= four_maxima(reinterpret_cast<const std::int16_t*>(p) + i * block_size, rank_of_infinity<T>,
                           reinterpret_cast<std::int16_t*>(top) + i);
    if (!nan) store(out, load(top));
    return !nan;
}

// As many blocks at a time as share one reduction and one look at what shows a NaN.
template <class T>
void maxima(const blocked_row<T>& row, value_of<T>* out) {
    constexpr std::size_t together = sizeof(T) == 2 ? 16 : 4;
    std::size_t b = 0;
    for (; b + together <= row.complete; b += together) {
        const T* const p = row.data + b * block_size;
        const living lives = row.alive ? living_of(alive_in(row, b), together) : living::all;
        if (lives == living::none) {
            for (std::size_t i = 0; i < together; ++i) out[b + i] = -std::numeric_limits<value_of<T>>::infinity();
            continue;
        }
        if constexpr (sizeof(T) == 2) {
            if (lives == living::all && sixteen_maxima(p, out + b)) continue;
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

// ---- masses ----------------------------------------------------------------------------------------------------------

// What is added up beside the weights.
enum class beside { nothing, exponents, squares, lighter };

// See weight_scale for the formula and its error. `top` receives the key of the block's greatest weight, a multiple of an
// eighth of a binary order of magnitude, and the weights are relative to 2^floor(top / 8).
// `second` receives the sum of w e, e the exponent of w = 2^e, or that of w w. Where it receives the mass of the lighter ones, those with
// cuts.lowest <= logit < cuts.lower, the mass is that of the logits which reach cuts.high, still relative to the greatest of the whole block.
template <bool want_weights, beside also = beside::nothing, template <class> class Block, class T>
ARGDRAW_INLINE double block_mass(Block<T> block, const weight_scale& scale, std::int32_t& top, [[maybe_unused]] float* weights,
                                 [[maybe_unused]] double* second, [[maybe_unused]] const row_cuts& cuts) {
    const f32 c_hi = splat(scale.hi), c_lo = splat(scale.lo), magic = splat(weight_scale::magic);
    f32 t[vectors];
    ARGDRAW_UNROLL
    for (int i = 0; i < vectors; ++i) t[i] = fma(block.at(i), c_hi, magic);
    i32 greatest = bits(t[0]), least = greatest;
    ARGDRAW_UNROLL
    for (int i = 1; i < vectors; ++i) {
        greatest = max(greatest, bits(t[i]));
        least = min(least, bits(t[i]));
    }
    top = weight_scale::key_of(reduce_max(greatest));
    const std::int32_t floor_bits = top + weight_scale::magic_bits - weight_scale::depth;
    // A positive NaN and +inf stand above every key; so does a scaled logit that has left the range of the kernel.
    if (top > weight_scale::range) {
        top = weight_scale::beyond;
        return std::numeric_limits<double>::quiet_NaN();
    }
    const bool some_drop = reduce_min(least) < floor_bits || top < -weight_scale::range;
    if (some_drop) {
        // A NaN with its sign set has a negative key and would pass for a small number.
        for (int i = 0; i < vectors; ++i)
            if (const f32 x = block.at(i); lanes_of(unordered(x, x)) != 0) {
                top = weight_scale::beyond;
                return std::numeric_limits<double>::quiet_NaN();
            }
        if (top < -weight_scale::range) {
            top = weight_scale::nothing;
            if constexpr (want_weights)
                for (int i = 0; i < vectors; ++i) store(weights + 16 * i, splat(0.0f));
            if constexpr (also != beside::nothing) *second = 0;
            return 0;
        }
    }
    // tab[j] + (key << 20) has the exponent floor(key / 8) and the mantissa of 2^(j/8), j = key mod 8: the part of key << 20 that
    // spills into the mantissa is taken off in the table beforehand.
    alignas(64) static constexpr std::int32_t eighths[16] = {
        0x3f800000 - (0 << 20), 0x3f8b95c2 - (1 << 20), 0x3f9837f0 - (2 << 20), 0x3fa5fed7 - (3 << 20),
        0x3fb504f3 - (4 << 20), 0x3fc5672a - (5 << 20), 0x3fd744fd - (6 << 20), 0x3feac0c7 - (7 << 20),
        0x3f800000 - (0 << 20), 0x3f8b95c2 - (1 << 20), 0x3f9837f0 - (2 << 20), 0x3fa5fed7 - (3 << 20),
        0x3fb504f3 - (4 << 20), 0x3fc5672a - (5 << 20), 0x3fd744fd - (6 << 20), 0x3feac0c7 - (7 << 20)};
    const i32 reference = splat(static_cast<std::int32_t>(static_cast<std::uint32_t>(top >> 3) << 23));
    const i32 table = sub(load(eighths), reference);
    const i32 floor_lanes = splat(floor_bits);
    const f32 k1 = splat(weight_scale::k1), k2 = splat(weight_scale::k2), k3 = splat(weight_scale::k3);
    [[maybe_unused]] const f32 exponent_of_reference = splat(static_cast<float>(top >> 3));
    [[maybe_unused]] const f32 lowest = splat(cuts.lowest), lower = splat(cuts.lower), high = splat(cuts.high);
    f64 sum = splat(0.0);
    [[maybe_unused]] f64 sum_beside = sum;
    ARGDRAW_UNROLL
    for (int g = 0; g < vectors / 4; ++g) {
        f32 w[4];
        [[maybe_unused]] f32 y[4];
        ARGDRAW_UNROLL
        for (int i = 0; i < 4; ++i) {
            const f32 x = block.at(4 * g + i);
            const i32 key = bits(t[4 * g + i]);
            const f32 minus_n = sub(magic, t[4 * g + i]);
            const f32 r = fma(x, c_lo, fma(x, c_hi, minus_n));
            const f32 power = from_bits(add(lookup8(table, key), shift_left<20>(key)));
            w[i] = fma(power, mul(fma(fma(k3, r, k2), r, k1), r), power);
            if (some_drop) w[i] = keep(at_least(key, floor_lanes), w[i]);
            if constexpr (also == beside::lighter) {
                y[i] = keep(without(at_least(x, lowest), at_least(x, lower)), w[i]);
                w[i] = keep(at_least(x, high), w[i]);
            }
            if constexpr (want_weights) store(weights + 64 * g + 16 * i, w[i]);
            if constexpr (also == beside::squares) y[i] = mul(w[i], w[i]);
            if constexpr (also == beside::exponents) {
                y[i] = mul(w[i], sub(r, add(minus_n, exponent_of_reference)));  // what is large cancels first, exactly
                if (some_drop) y[i] = keep(at_least(key, floor_lanes), y[i]);
            }
        }
        sum = add(sum, widen(add(add(w[0], w[1]), add(w[2], w[3]))));
        if constexpr (also != beside::nothing) sum_beside = add(sum_beside, widen(add(add(y[0], y[1]), add(y[2], y[3]))));
    }
    if constexpr (also != beside::nothing) *second = tree_sum(sum_beside);
    return tree_sum(sum);
}

template <bool want_weights, beside also = beside::nothing, class T>
ARGDRAW_INLINE double mass_at(const blocked_row<T>& row, std::size_t b, const weight_scale& scale, std::int32_t& top, float* weights,
                              double* second = nullptr, const row_cuts& cuts = {}) {
    const T* const p = block_at(row, b);
    if (row.alive && living_of(alive_in(row, b)) != living::all)
        return block_mass<want_weights, also>(partial_block<T>{p, alive_in(row, b)}, scale, top, weights, second, cuts);
    return block_mass<want_weights, also>(whole_block<T>{p}, scale, top, weights, second, cuts);
}

template <beside also, class T>
std::int32_t masses_and(const blocked_row<T>& row, const weight_scale& scale, double* mass, std::int32_t* top, double* second) {
    std::int32_t greatest_key = weight_scale::nothing;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        mass[b] = mass_at<false, also>(row, b, scale, top[b], nullptr, also == beside::nothing ? nullptr : second + b);
        greatest_key = top[b] > greatest_key ? top[b] : greatest_key;
    }
    return greatest_key;
}

template <class T>
std::int32_t masses(const blocked_row<T>& row, const weight_scale& scale, double* mass, std::int32_t* top) {
    return masses_and<beside::nothing>(row, scale, mass, top, nullptr);
}

template <class T>
std::int32_t weights(const blocked_row<T>& row, std::size_t b, const weight_scale& scale, float* out) {
    std::int32_t top;
    mass_at<true>(row, b, scale, top, out);
    return top;
}

// ---- moments ---------------------------------------------------------------------------------------------------------

ARGDRAW_INLINE f64 widened(f32 a) { return widen(a); }
ARGDRAW_INLINE f64 widened(const f64& a) { return a; }
ARGDRAW_INLINE f32 plus_square(f32 sum, f32 d) { return fma(d, d, sum); }
ARGDRAW_INLINE f64 plus_square(const f64& sum, const f64& d) { return add(sum, mul(d, d)); }

// The maxima of blocks that lie side by side and the moments of them all about the first logit, in the row's own precision; false where that
// would not do: something is infinite or NaN, or so close that squares vanish.
template <std::size_t blocks, class T>
ARGDRAW_INLINE bool quick_moments(const T* p, value_of<T>* maximum, double& sum, double& squares) {
    constexpr std::size_t together = vectors < 8 ? vectors : 8;
    const auto about = splat(static_cast<value_of<T>>(p[0]));
    decltype(load(p)) m[blocks];
    f64 s = splat(0.0), q = s;
    for (std::size_t b = 0; b < blocks; ++b) {
        m[b] = load(p + b * block_size);
        for (std::size_t g = 0; g < vectors; g += together) {
            decltype(load(p)) d[together];
            ARGDRAW_UNROLL
            for (std::size_t i = 0; i < together; ++i) {
                const auto x = load(p + b * block_size + 16 * (g + i));
                m[b] = max(x, m[b]);
                d[i] = sub(x, about);
            }
            auto dd = mul(d[0], d[0]);
            ARGDRAW_UNROLL
            for (std::size_t i = 1; i < together; ++i) dd = plus_square(dd, d[i]);
            auto sum_of_d = add(add(d[0], d[1]), add(d[2], d[3]));
            if constexpr (together == 8) sum_of_d = add(sum_of_d, add(add(d[4], d[5]), add(d[6], d[7])));
            s = add(s, widened(sum_of_d));
            q = add(q, widened(dd));
        }
    }
    if constexpr (blocks == 4) store_maxima(maximum, m[0], m[1], m[2], m[3]);
    else maximum[0] = reduce_max(m[0]);
    sum = tree_sum(s);
    squares = tree_sum(q);
    return squares >= 0x1p-60 && squares <= static_cast<double>(std::numeric_limits<value_of<T>>::max());
}

template <template <class> class Block, class T>
void careful_moments(Block<T> block, double reference, std::int32_t& count, double& sum, double& squares) {
    const auto lowest = splat(std::numeric_limits<value_of<T>>::lowest());
    f64 s = splat(0.0), q = s;
    count = 0;
    for (int i = 0; i < vectors; ++i) {
        const auto x = block.at(i);
        const mask lives = at_least(x, lowest);
        const f64 d = keep(lives, sub(widened(x), splat(reference)));
        s = add(s, d);
        q = add(q, mul(d, d));
        count += static_cast<std::int32_t>(count_lanes(lives));
    }
    sum = tree_sum(s);
    squares = tree_sum(q);
}

template <class T>
void maxima_and_moments(const blocked_row<T>& row, bool exact, value_of<T>* maximum, const row_moments& out) {
    constexpr std::size_t together = 4;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        out.reference[b] = static_cast<double>(static_cast<value_of<T>>(p[0]));
        if (!exact && b + together <= row.complete && (!row.alive || living_of(alive_in(row, b), together) == living::all) &&
            quick_moments<together>(p, maximum + b, out.sum[b], out.squares[b])) {
            out.count[b] = together * block_size;
            for (std::size_t i = 1; i < together; ++i) out.count[b + i] = 0;
            b += together - 1;
            continue;
        }
        const bool whole = !row.alive || living_of(alive_in(row, b)) == living::all;
        out.count[b] = block_size;
        if (whole && !exact && quick_moments<1>(p, maximum + b, out.sum[b], out.squares[b])) continue;
        maximum[b] = maximum_at(row, b);
        out.reference[b] = 0;
        for (std::size_t i = 0; i < block_size; ++i) {
            const auto x = static_cast<value_of<T>>(p[i]);
            if ((whole || (alive_in(row, b)[i / 16] >> (i % 16)) & 1) && x - x == 0) {
                out.reference[b] = static_cast<double>(x);
                break;
            }
        }
        if (whole) careful_moments(whole_block<T>{p}, out.reference[b], out.count[b], out.sum[b], out.squares[b]);
        else careful_moments(partial_block<T>{p, alive_in(row, b)}, out.reference[b], out.count[b], out.sum[b], out.squares[b]);
    }
}

// ---- selection -------------------------------------------------------------------------------------------------------

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

template <class V>
std::size_t count_at_least(const V* a, std::size_t n, V cut) {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += 16) count += count_lanes(at_least(load(a + i), level));
    return count;
}

template <class V>
std::size_t select_at_least(const V* a, std::size_t n, V cut, std::int32_t* out) {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += 16) {
        const mask m = at_least(load(a + i), level);
        if (lanes_of(m) == 0) continue;
        compress_store(m, add(iota(), splat(static_cast<std::int32_t>(i))), out + count);
        count += count_lanes(m);
    }
    return count;
}

// -inf is removed and not the least.
template <class T>
value_of<T> least_in_row(const blocked_row<T>& row) {
    using value = value_of<T>;
    const auto zero = splat(value{0}), lowest = splat(std::numeric_limits<value>::lowest());
    auto greatest = splat(-std::numeric_limits<value>::infinity());
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        for (int i = 0; i < vectors; ++i) {
            const auto x = row.alive ? partial_block<T>{p, alive_in(row, b)}.at(i) : load(p + 16 * i);
            greatest = max_where(at_least(x, lowest), sub(zero, x), greatest);
        }
    }
    return -reduce_max(greatest);
}

template <class T>
std::size_t count_in_row(const blocked_row<T>& row, value_of<T> cut) {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        if (!row.alive) {
            for (std::size_t i = 0; i < block_size; i += 16) count += count_lanes(at_least(load(p + i), level));
        } else if (const std::uint16_t* const alive = alive_in(row, b); living_of(alive) != living::none) {
            for (std::size_t i = 0; i < vectors; ++i) count += count_bits(lanes_of(at_least(load(p + 16 * i), level)) & alive[i]);
        }
    }
    return count;
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
    } else if (found <= 48) {
        for (std::int32_t w = 0; w < words; ++w)
            for (std::uint64_t word = hits[w]; word; word &= word - 1) {
                const std::int32_t at = 64 * w + lowest_bit(word);
                *ids++ = id + at;
                *values++ = static_cast<double>(static_cast<value_of<T>>(p[at]));
            }
    } else {
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

ARGDRAW_INLINE void keep_living(const std::uint16_t* alive, std::uint64_t (&hits)[words]) {
    for (int w = 0; w < words; ++w)
        hits[w] &= static_cast<std::uint64_t>(alive[4 * w]) | (static_cast<std::uint64_t>(alive[4 * w + 1]) << 16) |
                   (static_cast<std::uint64_t>(alive[4 * w + 2]) << 32) | (static_cast<std::uint64_t>(alive[4 * w + 3]) << 48);
}

template <class T>
std::size_t gather(const blocked_row<T>& row, const std::int32_t* blocks, std::size_t n, value_of<T> cut, value_of<T> next,
                   std::size_t equals_wanted, const value_of<T>* maxima, std::int32_t* ids, double* values) {
    auto level = splat(cut);
    std::size_t count = 0, equals = 0;
    for (std::size_t k = 0; k < n; ++k) {
        const std::int32_t b = blocks[k];
        if (equals >= equals_wanted) {
            if (maxima && !(maxima[b] > cut)) continue;
            level = splat(next);
        }
        const T* p = block_at(row, static_cast<std::size_t>(b));
        const std::int32_t id = b * static_cast<std::int32_t>(block_size);
        std::uint64_t hits[words] = {};
        ARGDRAW_UNROLL
        for (std::size_t i = 0; i < vectors; ++i)
            hits[i / 4] |= static_cast<std::uint64_t>(lanes_of(at_least(load(p + 16 * i), level))) << (16 * (i % 4));
        if (row.alive) keep_living(alive_in(row, static_cast<std::size_t>(b)), hits);
        const std::size_t from = count;
        count += append_hits(p, id, hits, ids + count, values + count);
        if (equals < equals_wanted)
            for (std::size_t i = from; i < count; ++i) equals += values[i] == static_cast<double>(cut);
    }
    return count;
}

template <class T>
std::size_t split(const blocked_row<T>& row, const weight_scale& scale, const row_cuts& cuts, double* above, double* below,
                  std::int32_t* top, std::int32_t* ids, double* values) {
    const f32 from = splat(cuts.low), to = splat(cuts.high);
    std::size_t count = 0;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        above[b] = mass_at<false, beside::lighter>(row, b, scale, top[b], nullptr, below + b, cuts);
        std::uint64_t hits[words] = {};
        ARGDRAW_UNROLL
        for (std::size_t i = 0; i < vectors; ++i) {
            const f32 x = load(p + 16 * i);
            hits[i / 4] |= static_cast<std::uint64_t>(lanes_of(without(at_least(x, from), at_least(x, to)))) << (16 * (i % 4));
        }
        if (row.alive) keep_living(alive_in(row, b), hits);
        count += append_hits(p, static_cast<std::int32_t>(b * block_size), hits, ids + count, values + count);
    }
    return count;
}

template <class V>
weight_above mass_at_least(const V* values, const V* weights, std::size_t n, V cut) {
    const f64 level = splat(cut);
    double total = 0;
    std::size_t count = 0;
    for (std::size_t from = 0; from < n; from += block_size) {
        const std::size_t end = from + block_size < n ? from + block_size : n;
        f64 sum = splat(0.0);
        for (std::size_t i = from; i < end; i += 16) {
            const mask m = at_least(load(values + i), level);
            sum = add(sum, keep(m, load(weights + i)));
            count += count_lanes(m);
        }
        total += tree_sum(sum);
    }
    return {total, count};
}

// ---- double ----------------------------------------------------------------------------------------------------------

// The lanes' form of numeric::exp2, operation for operation.
ARGDRAW_INLINE f64 exp2_lanes(f64 y) {
    const f64 magic = splat(exp2_magic);
    const f64 t = add(y, magic);
    const f64 f = sub(y, sub(t, magic));
    f64 p = splat(exp2_series[13]);
    for (int k = 12; k >= 0; --k) p = add(mul(p, f), splat(exp2_series[k]));
    return keep(at_least(y, splat(exp2_lowest)), scale_by(p, t));
}

template <class V>
ARGDRAW_INLINE f64 weights_of_sixteen(const V* values, double reference, double scale) {
    return exp2_lanes(mul(sub(load(values), splat(reference)), splat(scale)));
}

template <class V>
void weights_of_values(const V* values, std::size_t n, double reference, double scale, V* out) {
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) store(out + i, weights_of_sixteen(values + i, reference, scale));
    if (i == n) return;
    V rest[16];  // what stands behind may be anything, subnormal numbers that take their time too
    for (std::size_t k = 0; k < 16; ++k) rest[k] = i + k < n ? values[i + k] : reference;
    store(out + i, weights_of_sixteen(rest, reference, scale));
}

// The sum of a block's weights, of those with lowest <= logit. `second` receives the sum of w e, of w w, or the weights with lowest <= logit < lower;
// the sum then is of those with logit >= high.
template <beside also, template <class> class Block, class T>
ARGDRAW_INLINE double block_in_doubles(Block<T> block, const double_cuts& cuts, [[maybe_unused]] double* second) {
    const f64 reference = splat(cuts.reference), scale = splat(cuts.scale), lowest = splat(cuts.lowest);
    [[maybe_unused]] const f64 lower = splat(cuts.lower), high = splat(cuts.high);
    f64 sum = splat(0.0);
    [[maybe_unused]] f64 sum_beside = sum;
    for (int i = 0; i < vectors; ++i) {
        const f64 x = widened(block.at(i));
        const f64 e = mul(sub(x, reference), scale);
        const f64 w = exp2_lanes(e);
        const mask lives = at_least(x, lowest);
        if constexpr (also == beside::lighter) {
            sum_beside = add(sum_beside, keep(without(lives, at_least(x, lower)), w));
            sum = add(sum, keep(at_least(x, high), w));
        } else {
            sum = add(sum, keep(lives, w));
            // Where w is 0, e may be infinite, and adds nothing.
            if constexpr (also == beside::exponents)
                sum_beside = add(sum_beside, keep(at_least(e, splat(exp2_lowest)), keep(lives, mul(w, e))));
            if constexpr (also == beside::squares) sum_beside = add(sum_beside, keep(lives, mul(w, w)));
        }
    }
    if constexpr (also != beside::nothing) *second = tree_sum(sum_beside);
    return tree_sum(sum);
}

template <beside also, class T>
void in_doubles(const blocked_row<T>& row, const double_cuts& cuts, double* mass, double* second) {
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        const living lives = row.alive ? living_of(alive_in(row, b)) : living::all;
        double* const beside_b = also == beside::nothing ? nullptr : second + b;
        if (lives == living::none) {
            mass[b] = 0;
            if constexpr (also != beside::nothing) *beside_b = 0;
        } else if (lives == living::all) {
            mass[b] = block_in_doubles<also>(whole_block<T>{p}, cuts, beside_b);
        } else {
            mass[b] = block_in_doubles<also>(partial_block<T>{p, alive_in(row, b)}, cuts, beside_b);
        }
    }
}
