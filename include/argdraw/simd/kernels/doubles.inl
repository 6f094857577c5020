// The table `doubles`: masses in double, of any scalar.

// The lanes' form of numeric::exp2, operation for operation, of several vectors side by side: each step waits for the one before it, and
// the others fill the time. No exponent is below exp2_lowest, or what comes of it means nothing.
template <int n>
ARGDRAW_INLINE void exp2_of_normal(const f64 (&y)[n], f64 (&w)[n]) {
    const f64 magic = splat(exp2_magic);
    f64 f[n];
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) f[i] = sub(y[i], sub(add(y[i], magic), magic));
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) w[i] = splat(exp2_series[13]);
    ARGDRAW_UNROLL
    for (int k = 12; k >= 0; --k) {
        ARGDRAW_UNROLL
        for (int i = 0; i < n; ++i) w[i] = add(mul(w[i], f[i]), splat(exp2_series[k]));
    }
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) w[i] = scale_by(w[i], add(y[i], magic));
}
// The same of any exponents.
template <int n>
ARGDRAW_INLINE void exp2_lanes(const f64 (&y)[n], f64 (&w)[n]) {
    exp2_of_normal(y, w);
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) w[i] = keep_reaching(y[i], splat(exp2_lowest), w[i]);
}
// As many as that.
inline constexpr int exponents = chains < vectors ? chains : vectors;
// Where nothing else takes registers.
inline constexpr int more_exponents = chains > 2 && vectors >= 8 ? 8 : exponents;

// Leaves 2^y, |y| <= 1000, within 2^-37 of it and 1 where y is 0; the last digits are the set's own: a polynomial of |r| <= 1/2, off by less
// than 2^-39. A set that can look numbers up has a quicker one.
template <class V, int n>
ARGDRAW_INLINE void rough_exp2(V (&y)[n]) {
    constexpr double series[] = {1.0,
                                 0x1.62e42fef9cc5ep-1,
                                 0x1.ebfbdff81d28ap-3,
                                 0x1.c6b08da710656p-5,
                                 0x1.3b2ab7256729dp-7,
                                 0x1.5d8775933a22ap-10,
                                 0x1.430891eea0a9fp-13,
                                 0x1.00c0e8427bd87p-16,
                                 0x1.63ef9989547e9p-20};
    const f64 magic = held(exp2_magic);
    V t[n];
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) {
        t[i] = add(y[i], magic);
        y[i] = sub(y[i], sub(t[i], magic));
    }
    polynomial(series, y);
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) y[i] = scale_by(y[i], t[i]);
}

// Whether every logit of a block is one to be summed up, and its weight none that counts as 0.
template <class T>
ARGDRAW_INLINE bool all_weigh(whole_block<T> block, const double_cuts& cuts) {
    const auto zero = splat(value_of<T>{0});
    auto below = sub(zero, block.at(0));
    ARGDRAW_UNROLL
    for (int i = 1; i < vectors; ++i) below = max(sub(zero, block.at(i)), below);
    const double least = -static_cast<double>(reduce_max(below));
    return least >= cuts.lowest && numeric::product(least - cuts.reference, cuts.scale) >= exp2_lowest;
}

// The sum of the weights of such a block. `second` receives the sum of w e or of w w.
template <beside also, class T>
ARGDRAW_INLINE double whole_block_in_doubles(whole_block<T> block, const double_cuts& cuts, [[maybe_unused]] double* second) {
    const f64 reference = splat(cuts.reference), scale = splat(cuts.scale);
    f64 sum = splat(0.0);
    [[maybe_unused]] f64 sum_beside = sum;
    for (int from = 0; from < vectors; from += more_exponents) {
        f64 e[more_exponents], w[more_exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < more_exponents; ++i) e[i] = mul(sub(widen(block.at(from + i)), reference), scale);
        exp2_of_normal(e, w);
        ARGDRAW_UNROLL
        for (int i = 0; i < more_exponents; ++i) {
            sum = add(sum, w[i]);
            if constexpr (also == beside::exponents) sum_beside = add(sum_beside, mul(w[i], e[i]));
            if constexpr (also == beside::squares) sum_beside = add(sum_beside, mul(w[i], w[i]));
        }
    }
    if constexpr (also != beside::nothing) *second = tree_sum(sum_beside);
    return tree_sum(sum);
}

// The terms of n vectors of any block, those of logits that reach the lowest.
template <beside also, int n, class T>
ARGDRAW_INLINE void add_vectors(whole_block<T> block, const int* vector, const double_cuts& cuts, f64& sum, [[maybe_unused]] f64& second) {
    f64 x[n], e[n], w[n];
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) {
        x[i] = widen(block.at(vector[i]));
        e[i] = mul(sub(x[i], splat(cuts.reference)), splat(cuts.scale));
    }
    exp2_lanes(e, w);
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) {
        const f64 lowest = splat(cuts.lowest), living = keep_reaching(x[i], lowest, w[i]);
        if constexpr (also == beside::lighter) {
            second = add(second, keep_below(x[i], splat(cuts.lower), living));
            sum = add(sum, keep_reaching(x[i], splat(cuts.high), w[i]));
        } else {
            sum = add(sum, living);
            // Where w is 0, e may be infinite, and adds nothing.
            if constexpr (also == beside::exponents)
                second = add(second, keep_reaching(e[i], splat(exp2_lowest), keep_reaching(x[i], lowest, mul(w[i], e[i]))));
            if constexpr (also == beside::squares) second = add(second, mul(living, living));
        }
    }
}

// The sum of any block's weights, of those with lowest <= logit. `second` receives the sum of w e, of w w, or the weights with lowest <=
// logit < lower; the sum then is of those with logit >= high, which is no lower. `reaching` grows by their number. Vectors without a term
// would add 0, and are passed over.
template <beside also, class T>
ARGDRAW_NOINLINE double block_in_doubles(whole_block<T> block, const double_cuts& cuts, [[maybe_unused]] double* second,
                                         std::size_t& reaching) {
    int with_terms[vectors], n = 0;
    for (int i = 0; i < vectors; ++i) {
        const std::size_t terms = count_lanes(at_least(widen(block.at(i)), splat(cuts.lowest)));
        with_terms[n] = i;
        n += terms != 0;
        reaching += terms;
    }
    f64 sum = splat(0.0), sum_beside = sum;
    int from = 0;
    for (; from + exponents <= n; from += exponents) add_vectors<also, exponents>(block, with_terms + from, cuts, sum, sum_beside);
    for (; from < n; ++from) add_vectors<also, 1>(block, with_terms + from, cuts, sum, sum_beside);
    if constexpr (also != beside::nothing) *second = tree_sum(sum_beside);
    return tree_sum(sum);
}

// Returns the mass of a block, and leaves how many of its logits reach the lowest.
template <beside also, class T>
ARGDRAW_INLINE double one_in_doubles(const blocked_row<T>& row, std::size_t b, const double_cuts& cuts, double* second, T* room,
                                     std::size_t& reaching) {
    reaching = 0;
    if (row.alive && living_of(alive_in(row, b)) == living::none) {
        if constexpr (also != beside::nothing) *second = 0;
        return 0;
    }
    const whole_block<T> block = living_block(row, b, room);
    if constexpr (also != beside::lighter) {
        if (all_weigh(block, cuts)) {
            reaching = block_size;
            return whole_block_in_doubles<also>(block, cuts, second);
        }
    }
    return block_in_doubles<also>(block, cuts, second, reaching);
}

template <beside also, class T>
void in_doubles(const blocked_row<T>& row, const double_cuts& cuts, double* mass, double* second) noexcept {
    if constexpr (sizeof(T) < sizeof(float)) {
        each_part_as<float>(row, [&](const blocked_row<float>& part, std::size_t b) {
            double_cuts of_part = cuts;
            if (cuts.reaching) of_part.reaching += b;
            in_doubles<also>(part, of_part, mass + b, also == beside::nothing ? nullptr : second + b);
        });
    } else {
        alignas(64) T room[block_size];
        for (std::size_t b = 0; b < row.blocks; ++b) {
            std::size_t reaching;
            mass[b] = one_in_doubles<also>(row, b, cuts, also == beside::nothing ? nullptr : second + b, room, reaching);
            if (cuts.reaching) cuts.reaching[b] = static_cast<std::int32_t>(reaching);
        }
    }
}

// Sums about what a block's logits weigh that reach `high`; see rough_exp2.
template <class T>
ARGDRAW_INLINE void rough_block(whole_block<T> block, const double_cuts& cuts, double* mass, double* second) {
    const f64 reference = splat(cuts.reference), scale = splat(cuts.scale), high = splat(cuts.high);
    const f64 least = held(-900);  // so that no product is subnormal
    f64 sum = splat(0.0), sum_beside = sum;
    for (int first = 0; first < vectors; first += exponents) {
        f64 e[exponents], w[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) w[i] = e[i] = max(least, mul(sub(widen(block.at(first + i)), reference), scale));
        rough_exp2(w);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            w[i] = keep_reaching(widen(block.at(first + i)), high, w[i]);
            sum = add(sum, w[i]);
            sum_beside = multiply_add(w[i], e[i], sum_beside);
        }
    }
    *mass = tree_sum(sum);
    *second = tree_sum(sum_beside);
}

template <class T>
std::size_t rough_exponents(const blocked_row<T>& row, const double_cuts& cuts, double* mass, double* second, std::int32_t* ids,
                            double* values) noexcept {
    const f64 lower = splat(cuts.lower), high = splat(cuts.high);
    const bool listing = cuts.lower < cuts.high;
    alignas(64) T room[block_size];
    std::size_t count = 0;
    for (std::size_t b = 0; b < row.blocks; ++b) {
        const whole_block<T> block = living_block(row, b, room);
        rough_block(block, cuts, mass + b, second + b);
        if (!listing) continue;
        std::uint64_t hits[words];
        for (int w = 0; w < words; ++w) hits[w] = hits_in_word(w, [&](int i) { return between(widen(block.at(i)), lower, high); });
        count += append_hits(block.p, static_cast<std::int32_t>(b * block_size), hits, ids + count, values + count);
    }
    return count;
}

template <logit_scalar T>
inline constexpr double_kernels<T> of_doubles{in_doubles<beside::nothing, T>, in_doubles<beside::exponents, T>,
                                              in_doubles<beside::squares, T>, in_doubles<beside::lighter, T>, rough_exponents<T>};
