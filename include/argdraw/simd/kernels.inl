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

// Blocks are numbered over the row; all but the last, incomplete one lie in the row itself.
template <class T>
ARGDRAW_INLINE const T* block_at(const blocked_row<T>& row, std::size_t b) {
    return b < row.complete ? row.data + b * block_size : row.tail;
}

// ---- maxima ----------------------------------------------------------------------------------------------------------

template <class T>
ARGDRAW_INLINE value_of<T> block_maximum(const T* p) {
    using value = value_of<T>;
    const auto zero = splat(value(0));
    const auto least = splat(-std::numeric_limits<value>::infinity());
    decltype(splat(value(0))) m[chains], s[chains];
    ARGDRAW_UNROLL
    for (int j = 0; j < chains; ++j) {
        m[j] = least;
        s[j] = zero;
    }
    for (int i = 0; i < 16; i += chains) {  // left rolled: gcc 12 hoists the loads of the unrolled loop and spills
        ARGDRAW_UNROLL
        for (int j = 0; j < chains; ++j) {
            const auto x = load(p + 16 * (i + j));
            m[j] = max(x, m[j]);
            s[j] = add(x, s[j]);
        }
    }
    ARGDRAW_UNROLL
    for (int j = 1; j < chains; ++j) {
        m[0] = max(m[0], m[j]);
        s[0] = add(s[0], s[j]);
    }
    // max() lets a NaN in x lose, so the accumulators never hold one. A NaN shows in the sum instead, which runs on other
    // ports than the maximum and costs nothing beside it; +inf with -inf gives one too, hence the second look.
    if (lanes_of(unordered(s[0], s[0])) != 0)
        for (std::size_t i = 0; i < block_size; i += 16)
            if (const auto x = load(p + i); lanes_of(unordered(x, x)) != 0) return std::numeric_limits<value>::quiet_NaN();
    return reduce_max(m[0]);
}

template <class T>
void maxima(const blocked_row<T>& row, value_of<T>* out) {
    for (std::size_t b = 0; b < row.complete; ++b) out[b] = block_maximum(row.data + b * block_size);
    if (row.complete < row.blocks) out[row.complete] = block_maximum(row.tail);
}

// ---- masses ----------------------------------------------------------------------------------------------------------

// See weight_scale for the formula and its error. `top` receives the key of the block's greatest weight, a multiple of an
// eighth of a binary order of magnitude, and the weights are relative to 2^floor(top / 8).
template <bool want_weights, class T>
ARGDRAW_INLINE double block_mass(const T* p, const weight_scale& scale, std::int32_t& top, [[maybe_unused]] float* weights) {
    const f32 c_hi = splat(scale.hi), c_lo = splat(scale.lo), magic = splat(weight_scale::magic);
    f32 t[16];
    ARGDRAW_UNROLL
    for (int i = 0; i < 16; ++i) t[i] = fma(load(p + 16 * i), c_hi, magic);
    i32 greatest = bits(t[0]), least = greatest;
    ARGDRAW_UNROLL
    for (int i = 1; i < 16; ++i) {
        greatest = max(greatest, bits(t[i]));
        least = min(least, bits(t[i]));
    }
    const std::int32_t top_bits = reduce_max(greatest);
    const std::int32_t floor_bits = top_bits - weight_scale::depth;
    top = top_bits - weight_scale::magic_bits;
    // A positive NaN and +inf stand above every key; so does a scaled logit that has left the range of the kernel.
    if (top > weight_scale::range) {
        top = weight_scale::beyond;
        return std::numeric_limits<double>::quiet_NaN();
    }
    const bool some_drop = reduce_min(least) < floor_bits || top < -weight_scale::range;
    if (some_drop) {
        // A NaN with its sign set has a negative key and would pass for a small number.
        for (int i = 0; i < 16; ++i)
            if (const f32 x = load(p + 16 * i); lanes_of(unordered(x, x)) != 0) {
                top = weight_scale::beyond;
                return std::numeric_limits<double>::quiet_NaN();
            }
        if (top < -weight_scale::range) {
            top = weight_scale::nothing;
            if constexpr (want_weights)
                for (int i = 0; i < 16; ++i) store(weights + 16 * i, splat(0.0f));
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
    f64 sum = splat(0.0);
    ARGDRAW_UNROLL
    for (int g = 0; g < 4; ++g) {
        f32 w[4];
        ARGDRAW_UNROLL
        for (int i = 0; i < 4; ++i) {
            const f32 x = load(p + 64 * g + 16 * i);
            const i32 key = bits(t[4 * g + i]);
            const f32 r = fma(x, c_lo, fma(x, c_hi, sub(magic, t[4 * g + i])));
            const f32 power = from_bits(add(lookup8(table, key), shift_left<20>(key)));
            w[i] = fma(power, mul(fma(fma(k3, r, k2), r, k1), r), power);
            if (some_drop) w[i] = keep(at_least(key, floor_lanes), w[i]);
            if constexpr (want_weights) store(weights + 64 * g + 16 * i, w[i]);
        }
        sum = add(sum, widen(add(add(w[0], w[1]), add(w[2], w[3]))));
    }
    return tree_sum(sum);
}

template <class T>
std::int32_t masses(const blocked_row<T>& row, const weight_scale& scale, double* mass, std::int32_t* top) {
    std::int32_t greatest_key = weight_scale::nothing;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        mass[b] = block_mass<false>(block_at(row, b), scale, top[b], nullptr);
        greatest_key = top[b] > greatest_key ? top[b] : greatest_key;
    }
    return greatest_key;
}

template <class T>
void weights(const blocked_row<T>& row, std::size_t b, const weight_scale& scale, float* out) {
    std::int32_t top;
    block_mass<true>(block_at(row, b), scale, top, out);
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

template <class T>
std::size_t count_in_row(const blocked_row<T>& row, value_of<T> cut) {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* p = block_at(row, b);
        for (std::size_t i = 0; i < block_size; i += 16)
            count += count_lanes(at_least(load(p + i), level));
    }
    return count;
}

template <class T>
std::size_t gather(const blocked_row<T>& row, const std::int32_t* blocks, std::size_t n, value_of<T> cut, std::size_t equals_wanted,
                   const value_of<T>* maxima, std::int32_t* ids, double* values) {
    const auto level = splat(cut);
    std::size_t count = 0, equals = 0;
    for (std::size_t k = 0; k < n; ++k) {
        const std::int32_t b = blocks[k];
        const bool only_above = equals >= equals_wanted;
        if (only_above && maxima && !(maxima[b] > cut)) continue;
        const T* p = block_at(row, static_cast<std::size_t>(b));
        std::int32_t id = b * static_cast<std::int32_t>(block_size);
        // A block that is opened for its one great logit is the common case: look at all of it first, then branch once per hit.
        std::uint64_t hits[block_size / 64];
        std::size_t found = 0;
        for (std::size_t w = 0; w < block_size / 64; ++w) {
            std::uint64_t word = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                const auto x = load(p + 64 * w + 16 * i);
                word |= static_cast<std::uint64_t>(lanes_of(only_above ? above(x, level) : at_least(x, level))) << (16 * i);
            }
            hits[w] = word;
            found += count_bits(word);
        }
        if (found <= 32) {
            for (std::size_t w = 0; w < block_size / 64; ++w)
                for (std::uint64_t word = hits[w]; word; word &= word - 1) {
                    const std::int32_t at = static_cast<std::int32_t>(64 * w) + lowest_bit(word);
                    const auto x = static_cast<value_of<T>>(p[at]);
                    ids[count] = id + at;
                    values[count++] = static_cast<double>(x);
                    equals += x == cut;
                }
            continue;
        }
        for (std::size_t i = 0; i < block_size; i += 16, id += 16) {
            const auto x = load(p + i);
            const mask over = above(x, level);
            const mask m = only_above ? over : at_least(x, level);
            compress_store(m, add(iota(), splat(id)), ids + count);
            compress_store(m, x, values + count);
            count += count_lanes(m);
            equals += count_lanes(m) - count_lanes(over);
        }
    }
    return count;
}

inline weight_above mass_at_least(const double* values, const double* weights, std::size_t n, double cut) {
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

inline void weights_of_values(const double* values, std::size_t n, double reference, double scale, double* out) {
    for (std::size_t i = 0; i < n; i += 16)
        store(out + i, exp2_lanes(mul(sub(load(values + i), splat(reference)), splat(scale))));
}
