// The table `lists`: lists of doubles and their weights.

template <int n, class V>
ARGDRAW_INLINE void weights_of_vectors(const V* values, double reference, double scale, V* out) {
    f64 e[n], w[n];
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) e[i] = mul(sub(load(values + 16 * i), splat(reference)), splat(scale));
    exp2_lanes(e, w);
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) store(out + 16 * i, w[i]);
}

template <class V>
void weights_of_values(const V* values, std::size_t n, double reference, double scale, V* out) noexcept {
    std::size_t i = 0;
    for (; i + 16 * exponents <= n; i += 16 * exponents) weights_of_vectors<exponents>(values + i, reference, scale, out + i);
    for (; i + 16 <= n; i += 16) weights_of_vectors<1>(values + i, reference, scale, out + i);
    if (i == n) return;
    V rest[16];  // what stands behind may be anything, subnormal numbers that take their time too
    for (std::size_t k = 0; k < 16; ++k) rest[k] = i + k < n ? values[i + k] : reference;
    weights_of_vectors<1>(rest, reference, scale, out + i);
}

template <class V>
weight_above mass_at_least(const V* values, const V* weights, std::size_t n, V cut) noexcept {
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
std::size_t select_between(const V* values, std::size_t n, V low, V high, std::int32_t* out) noexcept {
    const f64 from = splat(low), to = splat(high);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += 16) {
        const mask m = between(load(values + i), from, to);
        if (lanes_of(m) == 0) continue;
        compress_store(m, add(iota(), splat(static_cast<std::int32_t>(i))), out + count);
        count += count_lanes(m);
    }
    return count;
}

template <class V>
double sum_of(const V* a, std::size_t n) noexcept {
    double total = 0;
    for (std::size_t from = 0; from < n; from += block_size) {
        const std::size_t end = from + block_size < n ? from + block_size : n;
        f64 sum = splat(0.0);
        std::size_t i = from;
        for (; i + 16 <= end; i += 16) sum = add(sum, load(a + i));
        if (i < end) {
            V rest[16] = {};
            for (std::size_t k = 0; i + k < end; ++k) rest[k] = a[i + k];
            sum = add(sum, load(rest));
        }
        total += tree_sum(sum);
    }
    return total;
}

template <class V>
V greatest_of(const V* a, std::size_t n) noexcept {
    f64 m = splat(-std::numeric_limits<V>::infinity()), sum = splat(V{0});
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const f64 x = load(a + i);
        m = max(x, m);
        sum = add(sum, x);
    }
    if (i < n) {
        V rest[16];
        for (std::size_t k = 0; k < 16; ++k) rest[k] = a[i + k < n ? i + k : i];
        m = max(load(rest), m);
        sum = add(sum, load(rest));
    }
    // A NaN shows in the sum, and so does +inf beside -inf.
    if (lanes_of(unordered(sum, sum)) != 0)
        for (i = 0; i < n; ++i)
            if (a[i] != a[i]) return a[i];
    return reduce_max(m);
}

template <class V>
V least_of(const V* a, std::size_t n) noexcept {
    const f64 zero = splat(V{0});
    f64 m = splat(-std::numeric_limits<V>::infinity());
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) m = max(sub(zero, load(a + i)), m);
    V least = -reduce_max(m);
    for (; i < n; ++i) least = a[i] < least ? a[i] : least;
    return least;
}

template <class V>
void ranks(const V* values, std::size_t n, V greatest, V per_value, V* out) noexcept {
    const auto rank = [=](const f64& x) { return add(mul(sub(splat(greatest), x), splat(per_value)), splat(V{0x1p52})); };
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) store(out + i, rank(load(values + i)));
    if (i == n) return;
    V rest[16];
    for (std::size_t k = 0; k < 16; ++k) rest[k] = i + k < n ? values[i + k] : greatest;
    store(out + i, rank(load(rest)));
}

// The slope of a polynomial between two points comes with Horner's scheme at the first: where p(x) = q(x) x + b, it is that of q times the
// second point, and q at the first. Nothing cancels, however near the two are.
template <class V>
void power_steps(const V* before, const V* weights, std::size_t n, const power_series& of, V* out) noexcept {
    const f64 center = splat(of.center), inverse = splat(of.inverse);
    for (std::size_t i = 0; i < n; i += 16) {
        const f64 weight = load(weights + i);
        const f64 from = mul(sub(load(before + i), center), inverse), to = add(from, mul(weight, inverse));
        f64 value = splat(of.terms[power_series::highest]), slope = value;
        value = add(mul(value, from), splat(of.terms[power_series::highest - 1]));
        ARGDRAW_UNROLL
        for (int k = power_series::highest - 2; k >= 0; --k) {
            slope = add(mul(slope, to), value);
            value = add(mul(value, from), splat(of.terms[k]));
        }
        store(out + i, mul(mul(weight, splat(of.factor)), slope));
    }
}

template <class V>
inline constexpr list_kernels of_lists{weights_of_values<V>, mass_at_least<V>, select_between<V>, sum_of<V>,
                                       greatest_of<V>,       least_of<V>,      ranks<V>,          power_steps<V>};
