// The table `maps`: functions of a block of logits. Each is the scalar function that its caller has, operation for operation.

template <class V>
void moved(V* x, V anchor, V scale, V shift) noexcept {
    const f64 zero = splat(V{0}), lowest = splat(std::numeric_limits<V>::lowest());
    for (int i = 0; i < vectors; ++i) {
        const f64 from = load(x + 16 * i);
        const f64 to = max(add(mul(sub(from, splat(anchor)), splat(scale)), splat(shift)), lowest);
        store(x + 16 * i, removed_below(from, lowest, sub(zero, max(sub(zero, to), lowest))));
    }
}

template <class V>
void bent(V* x, V peak, V factor, V square, V cube) noexcept {
    const f64 top = splat(peak), lowest = splat(std::numeric_limits<V>::lowest());
    for (int i = 0; i < vectors; ++i) {
        const f64 from = load(x + 16 * i);
        const f64 d = max(sub(from, top), lowest);
        const f64 down = mul(mul(mul(splat(factor), d), d), sub(splat(square), mul(splat(cube), d)));
        store(x + 16 * i, removed_below(from, lowest, max(sub(top, down), lowest)));
    }
}

// tanh x of several vectors side by side, x >= 0, as numeric::tanh and numeric::expm1 have it. In place.
template <int n>
ARGDRAW_INLINE void tanh_lanes(f64 (&size)[n]) {
    constexpr auto& of = numeric::of_expm1;
    const f64 one = splat(1.0), two = splat(2.0), magic = splat(exp2_magic);
    f64 t[n], r[n], series[n];
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) {
        const f64 x = add(size[i], size[i]);
        t[i] = add(mul(x, splat(numeric::log2_e)), magic);
        const f64 k = sub(t[i], magic);
        r[i] = sub(sub(x, mul(k, splat(of.ln2_hi))), mul(k, splat(of.ln2_lo)));
        series[i] = splat(of.inverse_factorial[14]);
    }
    ARGDRAW_UNROLL
    for (int m = 13; m >= 2; --m) {
        ARGDRAW_UNROLL
        for (int i = 0; i < n; ++i) series[i] = add(mul(series[i], r[i]), splat(of.inverse_factorial[m]));
    }
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) {
        const f64 q = add(r[i], mul(mul(r[i], r[i]), series[i])), power = scale_by(one, t[i]);
        const f64 grown = add(mul(power, q), sub(power, one));
        // t / (t + 2) below 1, 1 - 2 / (t + 2) from there on, and 1 from 20 on.
        const f64 quotient = divided(add(keep_below(size[i], one, grown), keep_reaching(size[i], one, two)), add(grown, two));
        const f64 low = keep_below(size[i], one, quotient), high = keep_reaching(size[i], one, sub(one, quotient));
        size[i] = add(keep_below(size[i], splat(20.0), add(low, high)), keep_reaching(size[i], splat(20.0), one));
    }
}

template <class V>
void capped(V* x, V bound) noexcept {
    const f64 zero = splat(V{0}), lowest = splat(std::numeric_limits<V>::lowest());
    for (int first = 0; first < vectors; first += exponents) {
        f64 ratio[exponents], size[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            ratio[i] = divided(load(x + 16 * (first + i)), splat(bound));
            size[i] = max(ratio[i], sub(zero, ratio[i]));
        }
        tanh_lanes(size);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            V* const at = x + 16 * (first + i);
            const f64 odd = add(keep_reaching(ratio[i], zero, size[i]), keep_below(ratio[i], zero, sub(zero, size[i])));
            store(at, removed_below(load(at), lowest, mul(splat(bound), odd)));
        }
    }
}

// What a token of this probability is to have for a logit.
ARGDRAW_INLINE f64 preferred_logit(const f64& distance) {
    return sub(splat(5.0), divided(mul(splat(10.0), mul(distance, distance)), add(splat(1.0), distance)));
}
ARGDRAW_INLINE f64 magnitude(const f64& x) { return max(x, sub(splat(0.0), x)); }

template <class V>
void preferred(V* x, V greatest, V mass, V aim) noexcept {
    const f64 lowest = splat(std::numeric_limits<V>::lowest());
    for (int first = 0; first < vectors; first += exponents) {
        f64 e[exponents], w[exponents];
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) e[i] = mul(sub(load(x + 16 * (first + i)), splat(greatest)), splat(numeric::log2_e));
        exp2_lanes(e, w);
        ARGDRAW_UNROLL
        for (int i = 0; i < exponents; ++i) {
            V* const at = x + 16 * (first + i);
            const f64 off = divided(magnitude(sub(divided(w[i], splat(mass)), splat(aim))), splat(0.3));
            store(at, removed_below(load(at), lowest, preferred_logit(off)));
        }
    }
}

// Gives every number that is not -inf what of(number, the other row's) says; false where one of these is not finite.
template <class V, class F>
ARGDRAW_INLINE bool with_other(V* x, const V* other, F of) {
    const f64 lowest = splat(std::numeric_limits<V>::lowest());
    f64 strange = splat(V{0});  // what is not finite, less itself, is NaN
    for (int i = 0; i < vectors; ++i) {
        const f64 from = load(x + 16 * i);
        const f64 to = of(from, load(other + 16 * i));
        strange = add(strange, keep_reaching(from, lowest, sub(to, to)));
        store(x + 16 * i, removed_below(from, lowest, to));
    }
    return lanes_of(unordered(strange, strange)) == 0;
}

struct mixture {
    f64 a, b;
    ARGDRAW_INLINE f64 operator()(const f64& x, const f64& y) const { return add(mul(a, x), mul(b, y)); }
};
struct step_away {
    f64 factor;
    ARGDRAW_INLINE f64 operator()(const f64& x, const f64& y) const { return add(y, mul(factor, sub(x, y))); }
};

template <class V>
bool away(V* x, const V* other, V factor) noexcept {
    return with_other(x, other, step_away{splat(factor)});
}
template <class V>
bool mixed(V* x, const V* other, V a, V b) noexcept {
    return with_other(x, other, mixture{splat(a), splat(b)});
}

// The greatest of what of(x, other's number) makes of the floats that reach a cut. Of finite floats and finite factors all is finite in
// double, and the same bits as with_other() has, whatever comes of those below the cut; a number of the other row that is not finite, less
// itself, is NaN.
template <class V, class F>
ARGDRAW_INLINE V greatest_with_other(const float* x, float cut, const float* other, F of) {
    const f64 level = splat(static_cast<V>(cut));
    f64 greatest = splat(-std::numeric_limits<V>::infinity());
    f32 strange = splat(0.0f);
    for (int i = 0; i < vectors; ++i) {
        const f32 beside = load(other + 16 * i);
        const f64 from = widen(load(x + 16 * i));
        strange = add(strange, sub(beside, beside));
        greatest = max(removed_below(from, level, of(from, widen(beside))), greatest);
    }
    return lanes_of(unordered(strange, strange)) == 0 ? reduce_max(greatest) : std::numeric_limits<V>::quiet_NaN();
}
template <class V>
V greatest_away(const float* x, float cut, const float* other, V factor) noexcept {
    return greatest_with_other<V>(x, cut, other, step_away{splat(factor)});
}
template <class V>
V greatest_mixed(const float* x, float cut, const float* other, V a, V b) noexcept {
    return greatest_with_other<V>(x, cut, other, mixture{splat(a), splat(b)});
}

template <class V>
V least_beside(const V* x, const V* other) noexcept {
    const f64 zero = splat(V{0}), lowest = splat(std::numeric_limits<V>::lowest());
    f64 greatest = splat(-std::numeric_limits<V>::infinity());
    for (int i = 0; i < vectors; ++i) {
        const f64 y = load(other + 16 * i);
        greatest = max(removed_below(load(x + 16 * i), lowest, removed_below(y, lowest, sub(zero, y))), greatest);
    }
    return -reduce_max(greatest);
}

template <class V>
inline constexpr map_kernels of_maps{moved<V>, bent<V>,          capped<V>,         preferred<V>,   away<V>,
                                     mixed<V>, greatest_away<V>, greatest_mixed<V>, least_beside<V>};
