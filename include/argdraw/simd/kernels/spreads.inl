// The table `spreads`: how a row's logits are spread.

ARGDRAW_INLINE f32 plus_square(f32 sum, f32 d) { return fma(d, d, sum); }
ARGDRAW_INLINE f64 plus_square(const f64& sum, const f64& d) { return add(sum, mul(d, d)); }

// Whether all logits of some vectors are the same number.
template <class T>
ARGDRAW_NOINLINE bool all_equal(const T* p, std::size_t n, value_of<T> about) {
    const auto level = splat(about);
    for (std::size_t i = 0; i < n; ++i) {
        const auto x = load(p + 16 * i);
        if ((lanes_of(at_least(x, level)) & lanes_of(at_least(level, x))) != 0xffff) return false;
    }
    return true;
}

// Whether sums of rounded squares are as near as is said of them: no square has vanished, nothing is infinite or NaN.
template <class T>
ARGDRAW_INLINE bool squares_will_do(double squares) {
    return squares >= 0x1p-60 && squares <= static_cast<double>(std::numeric_limits<value_of<T>>::max());
}

// Sums of eight or fewer vectors of numbers and of their squares, each in a chain or a tree of so many.
template <int n, class V>
ARGDRAW_INLINE void add_moments(const V (&d)[n], f64& sum, f64& squares) {
    auto dd = mul(d[0], d[0]);
    ARGDRAW_UNROLL
    for (int i = 1; i < n; ++i) dd = plus_square(dd, d[i]);
    auto sum_of_d = add(add(d[0], d[1]), add(d[2], d[3]));
    if constexpr (n == 8) sum_of_d = add(sum_of_d, add(add(d[4], d[5]), add(d[6], d[7])));
    sum = add(sum, widen(sum_of_d));
    squares = add(squares, widen(dd));
}

// The maxima of blocks that lie side by side and the moments of them all about the first logit, in the row's own precision; false where
// that would not do: something is infinite or NaN, or so close that squares vanish and yet not equal.
template <std::size_t blocks, class T>
ARGDRAW_INLINE bool quick_moments(const T* p, value_of<T>* maximum, double& sum, double& squares) {
    constexpr int together = vectors < 8 ? vectors : 8;
    const auto about = splat(static_cast<value_of<T>>(p[0]));
    decltype(load(p)) m[blocks];
    f64 s = splat(0.0), q = s;
    for (std::size_t b = 0; b < blocks; ++b) {
        m[b] = load(p + b * block_size);
        for (int g = 0; g < vectors; g += together) {
            decltype(load(p)) d[together];
            ARGDRAW_UNROLL
            for (int i = 0; i < together; ++i) {
                const auto x = load(p + b * block_size + static_cast<std::size_t>(16 * (g + i)));
                m[b] = max(x, m[b]);
                d[i] = sub(x, about);
            }
            add_moments(d, s, q);
        }
    }
    if constexpr (blocks == 4) store_maxima(maximum, m[0], m[1], m[2], m[3]);
    else maximum[0] = reduce_max(m[0]);
    sum = tree_sum(s);
    squares = tree_sum(q);
    return squares_will_do<T>(squares) || (squares == 0 && all_equal(p, blocks * vectors, static_cast<value_of<T>>(p[0])));
}

// The moments of one block about the first logit that lives in it.
template <class T>
struct block_moments {
    value_of<T> maximum = -std::numeric_limits<value_of<T>>::infinity();
    double reference = 0, sum = 0, squares = 0;
    std::int32_t count = 0;
};

// Of a block in which few live, one by one.
template <class T>
ARGDRAW_INLINE bool moments_of_few(const T* p, const std::uint64_t (&lives)[words], block_moments<T>& of) {
    bool differ = false;
    for (int w = 0; w < words; ++w)
        for (std::uint64_t rest = lives[w]; rest != 0; rest &= rest - 1) {
            const auto x = static_cast<value_of<T>>(p[64 * w + lowest_bit(rest)]);
            of.maximum = x > of.maximum ? x : of.maximum;
            const double d = static_cast<double>(x) - of.reference, square = d * d;
            differ |= d != 0;
            of.sum += d;
            of.squares += square;
        }
    return squares_will_do<T>(of.squares) || !differ;
}

// Of any block, what does not live passed over. False as above, and where something is NaN.
template <class T>
ARGDRAW_NOINLINE bool quick_moments_of_living(const T* p, const std::uint16_t* alive, block_moments<T>& of) {
    const auto lowest = splat(std::numeric_limits<value_of<T>>::lowest());
    std::uint64_t lives[words], nan = 0;
    std::int32_t first = -1;
    for (int w = 0; w < words; ++w) {
        std::uint64_t reaching = 0, unlike = 0;
        ARGDRAW_UNROLL
        for (int i = 0; i < 4; ++i) {
            const auto x = load(p + 16 * (4 * w + i));
            reaching |= static_cast<std::uint64_t>(lanes_of(at_least(x, lowest))) << (16 * i);
            unlike |= static_cast<std::uint64_t>(lanes_of(unordered(x, x))) << (16 * i);
        }
        const std::uint64_t bits = alive ? living_in_word(alive, w) : ~std::uint64_t{0};
        lives[w] = bits & reaching;
        nan |= bits & unlike;
        if (first < 0 && lives[w] != 0) first = 64 * w + lowest_bit(lives[w]);
        of.count += static_cast<std::int32_t>(count_bits(lives[w]));
    }
    if (nan != 0) return false;
    if (of.count == 0) return true;
    of.reference = static_cast<double>(static_cast<value_of<T>>(p[first]));
    if (of.count <= 16) return moments_of_few(p, lives, of);
    constexpr int together = vectors < 8 ? vectors : 8;
    const auto about = splat(static_cast<value_of<T>>(p[first]));
    auto m = splat(of.maximum);
    f64 s = splat(0.0), q = s;
    bool differ = false;
    for (int g = 0; g < vectors; g += together) {
        decltype(load(p)) d[together];
        ARGDRAW_UNROLL
        for (int i = 0; i < together; ++i) {
            const auto x = load(p + 16 * (g + i));
            const mask living{static_cast<std::uint16_t>(lives[(g + i) / 4] >> (16 * ((g + i) % 4)))};
            m = max_where(living, x, m);
            d[i] = keep(living, sub(x, about));
            differ |= (lanes_of(without(living, at_least(about, x))) | lanes_of(without(living, at_least(x, about)))) != 0;
        }
        add_moments(d, s, q);
    }
    of.maximum = reduce_max(m);
    of.sum = tree_sum(s);
    of.squares = tree_sum(q);
    return squares_will_do<T>(of.squares) || !differ;
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
void maxima_and_moments(const blocked_row<T>& row, bool exact, value_of<T>* maximum, const row_moments& out) noexcept {
    constexpr std::size_t together = 4;
    alignas(64) T room[block_size];
    std::size_t failed = 0;  // together, the blocks before this one would not do
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        out.reference[b] = static_cast<double>(static_cast<value_of<T>>(p[0]));
        const bool in_four = !exact && b >= failed && b + together <= row.complete;
        if (in_four) failed = b + together;
        if (in_four && (!row.alive || living_of(alive_in(row, b), together) == living::all) &&
            quick_moments<together>(p, maximum + b, out.sum[b], out.squares[b])) {
            out.count[b] = together * block_size;
            for (std::size_t i = 1; i < together; ++i) out.count[b + i] = 0;
            b += together - 1;
            continue;
        }
        const bool whole = !row.alive || living_of(alive_in(row, b)) == living::all;
        if (block_moments<T> of; !exact && quick_moments_of_living(p, whole ? nullptr : alive_in(row, b), of)) {
            maximum[b] = of.maximum;
            out.reference[b] = of.reference;
            out.count[b] = of.count;
            out.sum[b] = of.sum;
            out.squares[b] = of.squares;
            continue;
        }
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
value_of<T> least_in_row(const blocked_row<T>& row) noexcept {
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

// Whether a living logit of a block is above -inf and below a level. Where one is, others are, as a rule: the first words tell.
template <class T, class V>
ARGDRAW_INLINE bool any_below(const T* p, const std::uint16_t* alive, const V& lowest, const V& level) {
    for (int w = 0; w < words; ++w) {
        const std::uint64_t hits = hits_in_word(w, [&](int i) { return between(load(p + 16 * i), lowest, level); });
        if ((hits & (alive ? living_in_word(alive, w) : ~std::uint64_t{0})) != 0) return true;
    }
    return false;
}

template <class T>
void count_about_levels(const blocked_row<T>& row, value_of<T> low, value_of<T> high, const level_counts& out) noexcept {
    const auto lowest = splat(std::numeric_limits<value_of<T>>::lowest()), from = splat(low), to = splat(high);
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        const std::uint16_t* const alive = row.alive ? alive_in(row, b) : nullptr;
        std::size_t reaching = 0, above = 0;
        for (int w = 0; w < words; ++w) {
            std::uint64_t hits = 0, over = 0;
            ARGDRAW_UNROLL
            for (int i = 0; i < 4; ++i) {
                const auto x = load(p + 16 * (4 * w + i));
                hits |= static_cast<std::uint64_t>(lanes_of(at_least(x, from))) << (16 * i);
                over |= static_cast<std::uint64_t>(lanes_of(at_least(x, to))) << (16 * i);
            }
            const std::uint64_t living = alive ? living_in_word(alive, w) : ~std::uint64_t{0};
            reaching += count_bits(hits & living);
            above += count_bits(over & living);
        }
        out.between[b] = static_cast<std::int32_t>(reaching - above);
        out.above[b] = static_cast<std::int32_t>(above);
        out.some_below[b] = reaching < block_size && any_below(p, alive, lowest, from) ? 1 : 0;
    }
}

template <class T>
std::size_t list_between(const blocked_row<T>& row, value_of<T> low, value_of<T> high, std::int32_t* ids, double* values) noexcept {
    const auto from = splat(low), to = splat(high);
    std::size_t count = 0;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const T* const p = block_at(row, b);
        std::uint64_t hits[words];
        ARGDRAW_UNROLL
        for (int w = 0; w < words; ++w) hits[w] = hits_in_word(w, [&](int i) { return between(load(p + 16 * i), from, to); });
        if (row.alive)
            for (int w = 0; w < words; ++w) hits[w] &= living_in_word(alive_in(row, b), w);
        count += append_hits(p, static_cast<std::int32_t>(b * block_size), hits, ids + count, values + count);
    }
    return count;
}

template <logit_scalar T>
inline constexpr spread_kernels<T> of_spreads{maxima_and_moments<T>, least_in_row<T>, count_about_levels<T>, list_between<T>};
