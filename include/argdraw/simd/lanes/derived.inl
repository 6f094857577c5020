// What follows from the required operations. Included inside a set's namespace, after its lanes. Templates: a set that can do better has a
// function of the same name for its own lanes, which is preferred.

// Written out here, and not once for all sets, so that each is compiled with its own set's instruction for it.
ARGDRAW_INLINE std::size_t count_bits(std::uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
    return static_cast<std::size_t>(__builtin_popcountll(word));
#else
    return static_cast<std::size_t>(std::popcount(word));
#endif
}
ARGDRAW_INLINE std::int32_t lowest_bit(std::uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_ctzll(word);
#else
    return std::countr_zero(word);
#endif
}
ARGDRAW_INLINE std::size_t count_lanes(mask m) { return count_bits(lanes_of(m)); }

// a / b.
template <class V>
ARGDRAW_INLINE V divided(const V& a, const V& b) {
    alignas(64) typename V::element x[16], y[16];
    store(x, a);
    store(y, b);
    for (int i = 0; i < 16; ++i) x[i] /= y[i];
    return load(x);
}

// a b + c, rounded once or twice: for numbers that nobody sees.
template <class V>
ARGDRAW_INLINE V multiply_add(const V& a, const V& b, const V& c) {
    return add(mul(a, b), c);
}

// All lanes the same, for many vectors side by side.
template <class V = f64>
ARGDRAW_INLINE V held(double x) {
    return splat(x);
}
// The polynomial of each, with these terms from x^0 on.
template <int terms, class V, int n>
ARGDRAW_INLINE void polynomial(const double (&of)[terms], V (&x)[n]) {
    V sum[n];
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) sum[i] = held(of[terms - 1]);
    ARGDRAW_UNROLL
    for (int k = terms - 2; k >= 0; --k) {
        const V term = held(of[k]);
        ARGDRAW_UNROLL
        for (int i = 0; i < n; ++i) sum[i] = multiply_add(sum[i], x[i], term);
    }
    ARGDRAW_UNROLL
    for (int i = 0; i < n; ++i) x[i] = sum[i];
}

// As wide as it is.
ARGDRAW_INLINE f64 widen(const f64& a) { return a; }
ARGDRAW_INLINE void store(double* p, const f32& a) { store(p, widen(a)); }

// a, and 0 or -inf outside m.
template <class V>
ARGDRAW_INLINE V keep(mask m, const V& a) {
    return choose(m, a, typename V::element{0});
}
// a, and 0 where x does not reach the level.
template <class K, class V>
ARGDRAW_INLINE V keep_reaching(const K& x, const K& level, const V& a) {
    return keep(at_least(x, level), a);
}
// a, and 0 where x does.
template <class V>
ARGDRAW_INLINE V keep_below(const V& x, const V& level, const V& a) {
    return keep(without(mask{0xffff}, at_least(x, level)), a);
}
// Whether x reaches one level and not the other.
template <class V>
ARGDRAW_INLINE mask between(const V& x, const V& from, const V& to) {
    return without(at_least(x, from), at_least(x, to));
}
// a, and -inf where x does not reach the level.
template <class V>
ARGDRAW_INLINE V removed_below(const V& x, const V& level, const V& a) {
    return choose(at_least(x, level), a, -std::numeric_limits<typename V::element>::infinity());
}
template <class V>
ARGDRAW_INLINE V or_removed(mask m, const V& a) {
    return choose(m, a, -std::numeric_limits<typename V::element>::infinity());
}
// a, and -inf where the bit is 0; of words, what stands for -inf.
template <class V>
ARGDRAW_INLINE V where_alive(const std::uint16_t* bits, const V& a) {
    return or_removed(mask{*bits}, a);
}
template <class Words>
ARGDRAW_INLINE Words where_alive(const std::uint16_t* bits, const Words& a, std::int16_t removed) {
    std::int16_t word[32];
    std::memcpy(word, &a, sizeof word);
    static constexpr int each[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    for (int half = 0; half < 2; ++half)
        for (int l = 0; l < 16; ++l) {
            const int lives = (bits[half] & each[l]) != 0 ? -1 : 0;
            word[16 * half + l] = static_cast<std::int16_t>((word[16 * half + l] & lives) | (removed & ~lives));
        }
    return load(word);
}
// A bit for each word that is least or more by no more than the span.
template <class Words>
ARGDRAW_INLINE std::uint32_t lanes_within(const Words& a, std::int16_t least, std::uint16_t span) {
    std::int16_t word[32];
    std::memcpy(word, &a, sizeof word);
    std::uint32_t lanes = 0;
    for (int l = 0; l < 32; ++l) lanes |= static_cast<std::uint32_t>(static_cast<std::uint16_t>(word[l] - least) <= span) << l;
    return lanes;
}
// NaN in some lane where a lane of x or of what was seen before is; it may be in others where there are infinities.
template <class V>
ARGDRAW_INLINE V with_nan_of(const V& x, const V& seen) {
    return add(x, seen);
}
// Outside m, the third operand stays as it is.
template <class V>
ARGDRAW_INLINE V max_where(mask m, const V& x, const V& otherwise) {
    return max(or_removed(m, x), otherwise);
}

// Writes the chosen lanes one after another; may write sixteen entries, of which the first count_lanes(m) count. Chosen lanes are rare
// wherever this is called (a threshold was passed), so a walk over the set bits beats a table of shuffles, which would take a line of L1
// for every pattern.
template <class V, class Out>
ARGDRAW_INLINE void compress_store(mask m, const V& a, Out* p) {
    alignas(64) typename V::element lane[16];
    store(lane, a);
    for (unsigned left = lanes_of(m); left; left &= left - 1) *p++ = static_cast<Out>(lane[lowest_bit(left)]);
}

// Sixteen records of three words.
struct words_of_triples {
    const std::byte* from;
};
template <class Byte>
ARGDRAW_INLINE words_of_triples load_triples(const Byte* words) {
    return {words};
}
// Every third of their words, from the word `first` on: 0 or 1.
template <class Triples>
ARGDRAW_INLINE i32 every_third(const Triples& r, int first) {
    alignas(64) std::int32_t lane[16];
    for (int i = 0; i < 16; ++i) std::memcpy(lane + i, r.from + 4 * (3 * i + first), 4);
    return load(lane);
}
// The same in an order that is the cheapest, and which those from word 0 on are.
template <class Triples>
ARGDRAW_INLINE i32 mixed_third(const Triples& r, int first) {
    return every_third(r, first);
}
// The bits, and those that a and b have not in common.
template <class Lanes>
ARGDRAW_INLINE Lanes differing(const Lanes& bits, const Lanes& a, const Lanes& b) {
    std::int32_t all[16], x[16], y[16];
    std::memcpy(all, &bits, sizeof all);
    std::memcpy(x, &a, sizeof x);
    std::memcpy(y, &b, sizeof y);
    for (int i = 0; i < 16; ++i) all[i] |= x[i] ^ y[i];
    return load(all);
}
template <class Lanes = i32>
ARGDRAW_INLINE Lanes mixed_iota() {
    return iota();
}

// out[i] = reduce_max of the i-th. Integers are ranks, and come out as the words they rank.
template <class Lanes>
ARGDRAW_INLINE void store_maxima(std::int16_t* out, const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
    const std::int16_t top[4] = {reduce_max(a), reduce_max(b), reduce_max(c), reduce_max(d)};
    for (int i = 0; i < 4; ++i) out[i] = static_cast<std::int16_t>(top[i] < 0 ? top[i] ^ 0x7fff : top[i]);
}
template <class V, class Lanes>
ARGDRAW_INLINE void store_maxima(V* out, const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
    out[0] = reduce_max(a);
    out[1] = reduce_max(b);
    out[2] = reduce_max(c);
    out[3] = reduce_max(d);
}
