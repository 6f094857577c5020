// The table `spreads`: how a row's logits are spread.

ARGDRAW_INLINE f32 plus_square(f32 sum, f32 d) { return fma(d, d, sum); }
ARGDRAW_INLINE f64 plus_square(const f64& sum, const f64& d) { return add(sum, mul(d, d)); }

// The maxima of blocks that lie side by side and the moments of them all about the first logit, in the row's own precision; false where
// that would not do: something is infinite or NaN, or so close that squares vanish.
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
            s = add(s, widen(sum_of_d));
            q = add(q, widen(dd));
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
        const f64 d = keep(lives, sub(widen(x), splat(reference)));
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
    alignas(64) T room[block_size];
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
        careful_moments(living_block(row, b, room), out.reference[b], out.count[b], out.sum[b], out.squares[b]);
    }
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

template <logit_scalar T>
inline constexpr spread_kernels<T> of_spreads{maxima_and_moments<T>, least_in_row<T>};
