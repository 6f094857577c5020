// The table `doubles`: masses in double, of any scalar.

// The lanes' form of numeric::exp2, operation for operation.
ARGDRAW_INLINE f64 exp2_lanes(f64 y) {
    const f64 magic = splat(exp2_magic);
    const f64 t = add(y, magic);
    const f64 f = sub(y, sub(t, magic));
    f64 p = splat(exp2_series[13]);
    for (int k = 12; k >= 0; --k) p = add(mul(p, f), splat(exp2_series[k]));
    return keep(at_least(y, splat(exp2_lowest)), scale_by(p, t));
}

// The sum of a block's weights, of those with lowest <= logit. `second` receives the sum of w e, of w w, or the weights with lowest <=
// logit < lower; the sum then is of those with logit >= high.
template <beside also>
ARGDRAW_INLINE double block_in_doubles(whole_block<double> block, const double_cuts& cuts, [[maybe_unused]] double* second) {
    const f64 reference = splat(cuts.reference), scale = splat(cuts.scale), lowest = splat(cuts.lowest);
    [[maybe_unused]] const f64 lower = splat(cuts.lower), high = splat(cuts.high);
    f64 sum = splat(0.0);
    [[maybe_unused]] f64 sum_beside = sum;
    for (int i = 0; i < vectors; ++i) {
        const f64 x = block.at(i);
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
