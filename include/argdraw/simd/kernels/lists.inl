// The table `lists`: lists of doubles and their weights.

template <class V>
ARGDRAW_INLINE f64 weights_of_sixteen(const V* values, double reference, double scale) {
    return exp2_lanes(mul(sub(load(values), splat(reference)), splat(scale)));
}

template <class V>
void weights_of_values(const V* values, std::size_t n, double reference, double scale, V* out) {
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) store(out + i, weights_of_sixteen(values + i, reference, scale));
    if (i == n) return;
    V rest[16];  // what stands behind may be anything, subnormal numbers that take their time too
    for (std::size_t k = 0; k < 16; ++k) rest[k] = i + k < n ? values[i + k] : reference;
    store(out + i, weights_of_sixteen(rest, reference, scale));
}

template <class V>
weight_above mass_at_least(const V* values, const V* weights, std::size_t n, V cut) {
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

template <class V>
inline constexpr list_kernels of_lists{weights_of_values<V>, mass_at_least<V>};
