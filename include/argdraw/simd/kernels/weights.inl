// The tables `block_weights` and `block_weight_sums`. See weight_scale for the formula and its error.

// For each logit x of a block the t that holds its key in its low bits. Returns the greatest key, or what stands for it; `some_drop` says
// whether one may be so far below that its weight counts as 0.
template <class T>
ARGDRAW_INLINE std::int32_t keys_of(whole_block<T> block, const weight_scale& scale, f32 (&t)[vectors], bool& some_drop) {
    const f32 c_hi = splat(scale.hi), magic = splat(weight_scale::magic);
    ARGDRAW_UNROLL
    for (int i = 0; i < vectors; ++i) t[i] = fma(block.at(i), c_hi, magic);
    i32 greatest = bits(t[0]), least = greatest;
    ARGDRAW_UNROLL
    for (int i = 1; i < vectors; ++i) {
        greatest = max(greatest, bits(t[i]));
        least = min(least, bits(t[i]));
    }
    const std::int32_t top = weight_scale::key_of(reduce_max(greatest));
    // A positive NaN and +inf stand above every key; so does a scaled logit that has left the range of the kernel.
    if (top > weight_scale::range) return weight_scale::beyond;
    some_drop = reduce_min(least) < weight_scale::floor_bits(top) || top < -weight_scale::range;
    if (some_drop) {
        // A NaN with its sign set has a negative key and would pass for a small number. It shows in a sum: what has no greater key than the
        // range is below 2^14 / c, c at least 2^-100, so that no sum of a block's logits is +inf, and -inf adds up to -inf.
        f32 sum = block.at(0);
        ARGDRAW_UNROLL
        for (int i = 1; i < vectors; ++i) sum = add(sum, block.at(i));
        if (lanes_of(unordered(sum, sum)) != 0) return weight_scale::beyond;
        if (top < -weight_scale::range) return weight_scale::nothing;
    }
    return top;
}

// tab[j] + (key << 20) has the exponent floor(key / 8) and the mantissa of 2^(j/8), j = key mod 8: the part of key << 20 that spills into
// the mantissa is taken off in the table beforehand.
alignas(64) inline constexpr std::int32_t eighths[16] = {
    0x3f800000 - (0 << 20), 0x3f8b95c2 - (1 << 20), 0x3f9837f0 - (2 << 20), 0x3fa5fed7 - (3 << 20),
    0x3fb504f3 - (4 << 20), 0x3fc5672a - (5 << 20), 0x3fd744fd - (6 << 20), 0x3feac0c7 - (7 << 20),
    0x3f800000 - (0 << 20), 0x3f8b95c2 - (1 << 20), 0x3f9837f0 - (2 << 20), 0x3fa5fed7 - (3 << 20),
    0x3fb504f3 - (4 << 20), 0x3fc5672a - (5 << 20), 0x3fd744fd - (6 << 20), 0x3feac0c7 - (7 << 20)};

// Sixteen logits x, their weights w = 2^(n/8 + r), relative to their block's power of two, and what those are made of.
struct weighed {
    f32 x, minus_n, r, w;
    i32 key;
};

// What the weights of a block have in common. `top` is one of its keys.
struct block_powers {
    f32 c_hi, c_lo;
    i32 table, floor;
    bool some_drop;

    ARGDRAW_INLINE block_powers(const weight_scale& scale, std::int32_t top, bool drops)
        : c_hi(splat(scale.hi)),
          c_lo(splat(scale.lo)),
          table(sub(load(eighths), splat(static_cast<std::int32_t>(static_cast<std::uint32_t>(top >> 3) << 23)))),
          floor(splat(weight_scale::floor_bits(top))),
          some_drop(drops) {}

    ARGDRAW_INLINE weighed operator()(f32 x, f32 t) const {
        const i32 key = bits(t);
        const f32 minus_n = sub(splat(weight_scale::magic), t);
        const f32 r = fma(x, c_lo, fma(x, c_hi, minus_n));
        const f32 k1 = splat(weight_scale::k1), k2 = splat(weight_scale::k2), k3 = splat(weight_scale::k3);
        const f32 power = from_bits(add(lookup8(table, key), shift_left<20>(key)));
        const f32 w = fma(power, mul(fma(fma(k3, r, k2), r, k1), r), power);
        return {x, minus_n, r, above_floor(key, w), key};
    }
    // a, and 0 where the weight is too small to count.
    ARGDRAW_INLINE f32 above_floor(i32 key, f32 a) const { return some_drop ? keep_reaching(key, floor, a) : a; }
};

// What is added up beside the weights: nothing, w e with e the exponent of w = 2^e, w w; or of the weights those of logits that reach a cut,
// and beside them nothing, those of lighter logits, or those of all others.
enum class beside { nothing, exponents, squares, nothing_in_band, lighter, others };
inline constexpr bool has_second(beside also) { return also != beside::nothing && also != beside::nothing_in_band; }

// Needs the powers of the block, `top` its greatest key. Returns w, or what of it is to be added up, and leaves in `y` what is added up
// beside.
template <beside also>
ARGDRAW_INLINE f32 terms(const block_powers& powers, const weighed& s, std::int32_t top, const row_cuts& cuts, f32& y) {
    if constexpr (also == beside::nothing_in_band) return keep_reaching(s.x, splat(cuts.high), s.w);
    if constexpr (also == beside::squares) y = mul(s.w, s.w);
    // What is large cancels first, exactly.
    if constexpr (also == beside::exponents)
        y = powers.above_floor(s.key, mul(s.w, sub(s.r, add(s.minus_n, splat(static_cast<float>(top >> 3))))));
    if constexpr (also == beside::others) {
        const f32 kept = keep_reaching(s.x, splat(cuts.high), s.w);
        y = sub(s.w, kept);  // 0, or all of it
        return kept;
    }
    if constexpr (also == beside::lighter) {
        y = keep_below(s.x, splat(cuts.lower), keep_reaching(s.x, splat(cuts.lowest), s.w));
        return keep_reaching(s.x, splat(cuts.high), s.w);
    }
    return s.w;
}

// Adds the terms of the four vectors of a block from the first-th on to the sums: floats in pairs. Where that is wanted, leaves the bits of
// those that lie between the levels of a list.
template <beside also, class T>
ARGDRAW_INLINE void add_four(whole_block<T> block, int first, const f32 (&t)[vectors], const block_powers& powers, std::int32_t top,
                             const row_cuts& cuts, f64& sum, [[maybe_unused]] f32& sum_beside, [[maybe_unused]] std::uint64_t* listed) {
    f32 w[4], y[4];
    if constexpr (also == beside::lighter)
        if (listed) *listed = hits_in_word(first / 4, [&](int i) { return between(block.at(i), splat(cuts.low), splat(cuts.high)); });
    ARGDRAW_UNROLL
    for (int i = 0; i < 4; ++i) w[i] = terms<also>(powers, powers(block.at(first + i), t[first + i]), top, cuts, y[i]);
    sum = add(sum, widen(add(add(w[0], w[1]), add(w[2], w[3]))));
    if constexpr (has_second(also)) sum_beside = add(add(y[0], y[1]), add(y[2], y[3]));
}

// The mass of a block relative to 2^floor(top / 8), `top` the key of its greatest weight. `second` receives the sum of what is beside.
// Where that is the mass of the lighter ones, those with cuts.lowest <= logit < cuts.lower, the mass is that of the logits which reach
// cuts.high, and `listed`, if any, receives a bit for those with cuts.low <= logit < cuts.high.
template <beside also, class T>
ARGDRAW_INLINE double block_mass(whole_block<T> block, const weight_scale& scale, std::int32_t& top, [[maybe_unused]] double* second,
                                 const row_cuts& cuts, [[maybe_unused]] std::uint64_t* listed = nullptr) {
    f32 t[vectors];
    bool some_drop = false;
    top = keys_of(block, scale, t, some_drop);
    if constexpr (also == beside::lighter)
        if (listed && (top == weight_scale::beyond || top == weight_scale::nothing))
            for (int w = 0; w < words; ++w)
                listed[w] = hits_in_word(w, [&](int i) { return between(block.at(i), splat(cuts.low), splat(cuts.high)); });
    if (top == weight_scale::beyond) return std::numeric_limits<double>::quiet_NaN();
    if (top == weight_scale::nothing) {
        if constexpr (has_second(also)) *second = 0;
        return 0;
    }
    const block_powers powers(scale, top, some_drop);
    f64 sum = splat(0.0);
    [[maybe_unused]] f32 sums_beside[vectors / 4];
    ARGDRAW_UNROLL
    for (int g = 0; g < vectors / 4; ++g)
        add_four<also>(block, 4 * g, t, powers, top, cuts, sum, sums_beside[has_second(also) ? g : 0], listed ? listed + g : nullptr);
    if constexpr (has_second(also)) {
        ARGDRAW_UNROLL
        for (int n = vectors / 4; n > 1; n /= 2)
            for (int i = 0; i < n / 2; ++i) sums_beside[i] = add(sums_beside[2 * i], sums_beside[2 * i + 1]);
        *second = tree_sum(widen(sums_beside[0]));
    }
    return tree_sum(sum);
}

template <beside also, class T>
std::int32_t each_mass(const blocked_row<T>& row, const weight_scale& scale, const row_cuts& cuts, double* mass, std::int32_t* top,
                       double* second) {
    std::int32_t greatest_key = weight_scale::nothing;
    const auto raise = [&](std::int32_t key) { greatest_key = key > greatest_key ? key : greatest_key; };
    if constexpr (sizeof(T) == 2 && also != beside::nothing) {
        each_part_as<float>(row, [&](const blocked_row<float>& part, std::size_t b) {
            raise(each_mass<also>(part, scale, cuts, mass + b, top + b, has_second(also) ? second + b : nullptr));
        });
    } else {
        alignas(64) T room[block_size];
        for (std::size_t b = 0; b < row.blocks; ++b) {
            mass[b] = block_mass<also>(living_block(row, b, room), scale, top[b], has_second(also) ? second + b : nullptr, cuts);
            raise(top[b]);
        }
    }
    return greatest_key;
}

template <class T>
std::int32_t masses(const blocked_row<T>& row, const weight_scale& scale, double* mass, std::int32_t* top) noexcept {
    return each_mass<beside::nothing>(row, scale, {}, mass, top, nullptr);
}
template <beside also, class T>
std::int32_t masses_and(const blocked_row<T>& row, const weight_scale& scale, double* mass, std::int32_t* top, double* second) noexcept {
    return each_mass<also>(row, scale, {}, mass, top, second);
}

template <class T>
std::int32_t masses_in_band(const blocked_row<T>& row, const weight_scale& scale, float cut, double* mass, std::int32_t* top) noexcept {
    return each_mass<beside::nothing_in_band>(row, scale, {.high = cut}, mass, top, nullptr);
}

template <class T>
ARGDRAW_INLINE std::int32_t weights_of_block(whole_block<T> block, const weight_scale& scale, float* out) {
    f32 t[vectors];
    bool some_drop = false;
    const std::int32_t top = keys_of(block, scale, t, some_drop);
    if (top == weight_scale::beyond) return top;
    if (top == weight_scale::nothing) {
        for (int i = 0; i < vectors; ++i) store(out + 16 * i, splat(0.0f));
        return top;
    }
    const block_powers powers(scale, top, some_drop);
    ARGDRAW_UNROLL
    for (int i = 0; i < vectors; ++i) store(out + 16 * i, powers(block.at(i), t[i]).w);
    return top;
}

template <class T>
std::int32_t weights(const blocked_row<T>& row, std::size_t b, const weight_scale& scale, float* out) noexcept {
    alignas(64) T room[block_size];
    const whole_block<T> block = living_block(row, b, room);
    if constexpr (sizeof(T) == 2) {
        alignas(64) float wide[block_size];
        for (int i = 0; i < vectors; ++i) store(wide + 16 * i, block.at(i));
        return weights(blocked_row<float>{wide, wide, 1, 1}, 0, scale, out);
    } else {
        return weights_of_block(block, scale, out);
    }
}

template <class T>
std::size_t split(const blocked_row<T>& row, const weight_scale& scale, const row_cuts& cuts, double* above, double* below,
                  std::int32_t* top, std::int32_t* ids, double* values) noexcept {
    std::size_t count = 0;
    if constexpr (sizeof(T) == 2) {
        each_part_as<float>(row, [&](const blocked_row<float>& part, std::size_t b) {
            const std::size_t found = split(part, scale, cuts, above + b, below + b, top + b, ids + count, values + count);
            for (std::size_t i = count; i < count + found; ++i) ids[i] += static_cast<std::int32_t>(b * block_size);
            count += found;
        });
    } else {
        alignas(64) T room[block_size];
        // Where a row is cut in two, what is not above is below: what stands at -inf weighs nothing.
        if (!(cuts.low < cuts.high) && cuts.lower == cuts.high && cuts.lowest == std::numeric_limits<float>::lowest()) {
            for (std::size_t b = 0; b < row.blocks; ++b)
                above[b] = block_mass<beside::others>(living_block(row, b, room), scale, top[b], below + b, cuts);
            return 0;
        }
        std::uint64_t hits[words];
        std::uint64_t* const listed = cuts.low < cuts.high ? hits : nullptr;
        for (std::size_t b = 0; b < row.blocks; ++b) {
            const whole_block<T> block = living_block(row, b, room);
            above[b] = block_mass<beside::lighter>(block, scale, top[b], below + b, cuts, listed);
            if (listed) count += append_hits(block.p, static_cast<std::int32_t>(b * block_size), hits, ids + count, values + count);
        }
    }
    return count;
}

template <logit_scalar T>
inline constexpr weight_kernels<T> of_weights{masses<T>, masses_in_band<T>, split<T>, weights<T>};
template <logit_scalar T>
inline constexpr weight_sum_kernels<T> of_weight_sums{masses_and<beside::exponents, T>, masses_and<beside::squares, T>};
