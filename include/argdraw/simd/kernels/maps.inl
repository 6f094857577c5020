// The table `maps`: functions of a block of logits. Each is the scalar function that its caller has, operation for operation.

template <class V>
void moved(V* x, V anchor, V scale, V shift) {
    const f64 zero = splat(V{0}), lowest = splat(std::numeric_limits<V>::lowest());
    for (int i = 0; i < vectors; ++i) {
        const f64 from = load(x + 16 * i);
        const f64 to = max(add(mul(sub(from, splat(anchor)), splat(scale)), splat(shift)), lowest);
        store(x + 16 * i, removed_below(from, lowest, sub(zero, max(sub(zero, to), lowest))));
    }
}

template <class V>
void bent(V* x, V peak, V factor, V square, V cube) {
    const f64 top = splat(peak), lowest = splat(std::numeric_limits<V>::lowest());
    for (int i = 0; i < vectors; ++i) {
        const f64 from = load(x + 16 * i);
        const f64 d = max(sub(from, top), lowest);
        const f64 down = mul(mul(mul(splat(factor), d), d), sub(splat(square), mul(splat(cube), d)));
        store(x + 16 * i, removed_below(from, lowest, max(sub(top, down), lowest)));
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

template <class V>
bool away(V* x, const V* other, V factor) {
    return with_other(x, other, [=](f64 l, f64 u) { return add(u, mul(splat(factor), sub(l, u))); });
}

template <class V>
bool mixed(V* x, const V* other, V a, V b) {
    return with_other(x, other, [=](f64 l, f64 y) { return add(mul(splat(a), l), mul(splat(b), y)); });
}

template <class V>
V least_beside(const V* x, const V* other) {
    const f64 zero = splat(V{0}), lowest = splat(std::numeric_limits<V>::lowest());
    f64 greatest = splat(-std::numeric_limits<V>::infinity());
    for (int i = 0; i < vectors; ++i) {
        const f64 y = load(other + 16 * i);
        greatest = max(removed_below(load(x + 16 * i), lowest, removed_below(y, lowest, sub(zero, y))), greatest);
    }
    return -reduce_max(greatest);
}

template <class V>
inline constexpr map_kernels of_maps{moved<V>, bent<V>, away<V>, mixed<V>, least_beside<V>};
