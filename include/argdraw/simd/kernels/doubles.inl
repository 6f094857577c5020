// The table `doubles`: masses in double, of any scalar.

// The lanes' form of numeric::exp2, operation for operation, of several vectors side by side: each step waits for the one before it, and
// the others fill the time.
template <int n>
ARGDRAW_INLINE void exp2_lanes(const f64 (&y)[n], f64 (&w)[n]) {
    const f64 magic = splat(exp2_magic), lowest = splat(exp2_lowest);
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
    for (int i = 0; i < n; ++i) w[i] = keep_reaching(y[i], lowest, scale_by(w[i], add(y[i], magic)));
}
// As many as that.
inline constexpr int exponents = chains < vectors ? chains : vectors;

// The sum of a block's weights, of those with lowest <= logit. `second` receives the sum of w e, of w w, or the weights with lowest <=
// logit < lower; the sum then is of those with logit >= high.
template <beside also>
ARGDRAW_INLINE double block_in_doubles(whole_block<double> block, const double_cuts& cuts, [[maybe_unused]] double* second) {
    const f64 reference = splat(cuts.reference), scale = splat(cuts.scale), lowest = splat(cuts.lowest);
    [[maybe_unused]] const f64 lower = splat(cuts.lower), high = splat(cuts.high);
    f64 sum = splat(0.0);
    [[maybe_unused]] f64 sum_beside = sum;
    for (int from = 0; from < vectors; from += exponents) {
        f64 e[exponents], w[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) e[i] = mul(sub(block.at(from + i), reference), scale);
        exp2_lanes(e, w);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            const f64 x = block.at(from + i), living = keep_reaching(x, lowest, w[i]);
            if constexpr (also == beside::lighter) {
                sum_beside = add(sum_beside, keep_below(x, lower, living));
                sum = add(sum, keep_reaching(x, high, w[i]));
            } else {
                sum = add(sum, living);
                // Where w is 0, e may be infinite, and adds nothing.
                if constexpr (also == beside::exponents)
                    sum_beside = add(sum_beside, keep_reaching(e[i], splat(exp2_lowest), keep_reaching(x, lowest, mul(w[i], e[i]))));
                if constexpr (also == beside::squares) sum_beside = add(sum_beside, mul(living, living));
            }
        }
    }
    if constexpr (also != beside::nothing) *second = tree_sum(sum_beside);
    return tree_sum(sum);
}

template <beside also, class T>
void in_doubles(const blocked_row<T>& row, const double_cuts& cuts, double* mass, double* second) {
    if constexpr (sizeof(T) < sizeof(double)) {
        each_part_as<double>(row, [&](const blocked_row<double>& part, std::size_t b) {
            in_doubles<also>(part, cuts, mass + b, also == beside::nothing ? nullptr : second + b);
        });
    } else {
        alignas(64) double room[block_size];
        for (std::size_t b = 0; b < row.blocks; ++b) {
            double* const beside_b = also == beside::nothing ? nullptr : second + b;
            if (row.alive && living_of(alive_in(row, b)) == living::none) {
                mass[b] = 0;
                if constexpr (also != beside::nothing) *beside_b = 0;
            } else {
                mass[b] = block_in_doubles<also>(living_block(row, b, room), cuts, beside_b);
            }
        }
    }
}

template <logit_scalar T>
inline constexpr double_kernels<T> of_doubles{in_doubles<beside::nothing, T>, in_doubles<beside::exponents, T>,
                                              in_doubles<beside::squares, T>, in_doubles<beside::lighter, T>};
