// The table `rough`: what blocks of logits weigh behind a function, about.

// The sum of 2^y for the exponents that exponents_of(i) gives of the i-th vector of a block; one below -900 counts as that, so that no
// product is subnormal, and a NaN stays one. `greatest` is no less than any of them: above 900 all is NaN.
template <class V, class F>
ARGDRAW_INLINE V sum_of_powers(V greatest, F exponents_of) {
    if (greatest > 900) return std::numeric_limits<V>::quiet_NaN();
    const f64 least = held(-900);
    f64 sum = splat(V{0});
    for (int first = 0; first < vectors; first += exponents) {
        f64 y[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) y[i] = max(least, exponents_of(first + i));
        rough_exp2(y);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) sum = add(sum, y[i]);
    }
    return tree_sum(sum);
}
// The same of exponents that were written down: where they take more to be made than a product, they and their powers in one loop need more
// registers than there are, and up to twice the time.
template <class V>
V sum_of_written(V greatest, const V* exponents_of) {
    return sum_of_powers(greatest, [=](int i) { return load(exponents_of + 16 * i); });
}

// The sum of the powers of what exponents_of(i) makes of the i-th vector of a block, and leaves in x, from which it may come.
template <class V, class F>
ARGDRAW_INLINE V rough_sum(V* x, F exponents_of) {
    f64 greatest = splat(V{0});
    for (int i = 0; i < vectors; ++i) {
        const f64 each = exponents_of(i);
        greatest = max(each, greatest);
        store(x + 16 * i, each);
    }
    return sum_of_written(reduce_max(greatest), x);
}

template <class V>
V mass_of_values(const V* x, V greatest, V reference, V scale) noexcept {
    const f64 top = splat(reference), c = splat(scale);
    return sum_of_powers((greatest - reference) * scale, [=](int i) { return mul(sub(load(x + 16 * i), top), c); });
}

template <class V>
V mass_of_bent(V* x, V peak, V factor, V square, V cube, V reference, V scale) noexcept {
    const f64 top = splat(peak), lowest = splat(V{-0x1p300}), base = splat((peak - reference) * scale);
    const f64 a = splat(-scale * factor * square), b = splat(scale * factor * cube);
    return rough_sum(x, [&](int i) {
        const f64 d = max(sub(load(x + 16 * i), top), lowest);
        return multiply_add(mul(d, d), multiply_add(b, d, a), base);
    });
}

// tanh z / z as a polynomial of z z: times z it is off by less than 2^-39 where |z| <= 1/2, and where |z| <= 1.
inline constexpr double small_tanh[] = {0x1.ffffffff88f1fp-1, -0x1.555554c8946aap-2, 0x1.1110e0da8cdb0p-3, -0x1.ba0d04447564cp-5,
                                        0x1.652a1a58ed437p-6, -0x1.15f11e14e07f5p-7, 0x1.46cec63cdc557p-9};
inline constexpr double great_tanh[] = {0x1.ffffffffcad01p-1,  -0x1.5555552f909acp-2,  0x1.111109214314ep-3, -0x1.ba1a162a3434bp-5,
                                        0x1.6639c216fc85fp-6,  -0x1.21b52f0a421b8p-7,  0x1.ceb7ff12b3b9ep-9, -0x1.5f0253339ff20p-10,
                                        0x1.cc6433849f5fap-12, -0x1.b69cd4f4eb493p-14, 0x1.ad39d0cf1dc64p-17};

// Takes a block of logits to the exponents bound tanh(x / bound) scale + base.
template <int terms, class V>
ARGDRAW_INLINE void exponents_of_capped(const double (&series)[terms], V* x, V bound, V scale, V base) {
    const f64 inverse = splat(1 / bound), c = splat(scale);
    for (int first = 0; first < vectors; first += exponents) {
        f64 share[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            const f64 z = mul(load(x + 16 * (first + i)), inverse);
            share[i] = mul(z, z);
        }
        polynomial(series, share);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i)
            store(x + 16 * (first + i), multiply_add(mul(load(x + 16 * (first + i)), c), share[i], splat(base)));
    }
}

// Where no number is far beyond the bound, nor removed, the polynomials; else, with e = 2^(-2 z log2(e)), tanh z = (1 - e)/(1 + e): where e is
// off by a share s of itself, that is off by no more than s/2.
template <class V>
V mass_of_capped(V* x, V bound, V reference, V scale) noexcept {
    f64 most = splat(V{0});
    for (int i = 0; i < vectors; ++i) most = max(magnitude(load(x + 16 * i)), most);
    const V base = -reference * scale;
    const V greatest = reduce_max(most);
    if (greatest <= 0.5 * bound) {
        exponents_of_capped(small_tanh, x, bound, scale, base);
    } else if (greatest <= bound) {
        exponents_of_capped(great_tanh, x, bound, scale, base);
    } else {
        const f64 lowest = splat(std::numeric_limits<V>::lowest()), one = splat(V{1}), far_out = splat(V{-60}),
                  c = splat(2 * numeric::log2_e / bound);
        for (int i = 0; i < vectors; ++i) {
            const f64 from = load(x + 16 * i), t = max(mul(from, c), far_out);
            f64 e[1] = {max(sub(splat(V{0}), t), far_out)};
            rough_exp2(e);
            const f64 v = mul(splat(bound), divided(sub(one, e[0]), add(one, e[0])));
            store(x + 16 * i, removed_below(from, lowest, multiply_add(v, splat(scale), splat(base))));
        }
    }
    return sum_of_written(greatest < bound ? greatest * scale + base : bound * scale + base, x);
}

// The logit changes by no more than 10/0.3 times what the probability is off.
template <class V>
V mass_of_preferred(V* x, V greatest, V mass, V aim, V reference, V scale) noexcept {
    const f64 lowest = splat(std::numeric_limits<V>::lowest()), top = splat(greatest), least = splat(V{-900}), of_top = splat(reference);
    const f64 per_mass = splat(1 / (0.3 * mass)), off = splat(aim / 0.3), c = splat(scale);
    f64 most = splat(V{0});
    for (int first = 0; first < vectors; first += exponents) {
        f64 w[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) w[i] = max(mul(sub(load(x + 16 * (first + i)), top), splat(numeric::log2_e)), least);
        rough_exp2(w);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            const f64 v = preferred_logit(magnitude(sub(mul(w[i], per_mass), off)));
            w[i] = removed_below(load(x + 16 * (first + i)), lowest, mul(sub(v, of_top), c));
            most = max(w[i], most);
            store(x + 16 * (first + i), w[i]);
        }
    }
    return sum_of_written(reduce_max(most), x);
}

// Of the numbers x that reach a cut; the exponents are written to `out`, which may be x.
template <class V, class X, class F>
ARGDRAW_INLINE V mass_with_other(const X* x, X cut, const X* other, V reference, V scale, V* out, F of) {
    const f64 level = splat(static_cast<V>(cut)), top = splat(reference), c = splat(scale);
    return rough_sum(out, [&](int i) {
        const f64 from = widen(load(x + 16 * i));
        return removed_below(from, level, mul(sub(of(from, widen(load(other + 16 * i))), top), c));
    });
}
template <class V>
V mass_of_away(V* x, const V* other, V factor, V reference, V scale) noexcept {
    return mass_with_other(x, std::numeric_limits<V>::lowest(), other, reference, scale, x, step_away{splat(factor)});
}
template <class V>
V mass_of_mixed(V* x, const V* other, V a, V b, V reference, V scale) noexcept {
    return mass_with_other(x, std::numeric_limits<V>::lowest(), other, reference, scale, x, mixture{splat(a), splat(b)});
}
template <class V>
V mass_of_floats_away(const float* x, float cut, const float* other, V factor, V reference, V scale) noexcept {
    alignas(64) V out[block_size];
    return mass_with_other(x, cut, other, reference, scale, out, step_away{splat(factor)});
}
template <class V>
V mass_of_floats_mixed(const float* x, float cut, const float* other, V a, V b, V reference, V scale) noexcept {
    alignas(64) V out[block_size];
    return mass_with_other(x, cut, other, reference, scale, out, mixture{splat(a), splat(b)});
}

template <class V>
inline constexpr rough_kernels of_rough{mass_of_values<V>, mass_of_bent<V>,  mass_of_capped<V>,      mass_of_preferred<V>,
                                        mass_of_away<V>,   mass_of_mixed<V>, mass_of_floats_away<V>, mass_of_floats_mixed<V>};
