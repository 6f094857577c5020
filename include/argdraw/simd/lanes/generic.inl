// Sixteen logical lanes in plain C++: the definition that the other sets are tested against. Included inside a namespace by
// kernels.hpp. Loops over sixteen are what compilers vectorise with whatever the target offers.

// What is a loop over sixteen lanes is a function that is called: inlined at each use, it would take a compiler more time than all other
// sets together, and a call beside the loop costs little. Sums of doubles are the exception: their loops are few, and short.
#define ARGDRAW_OUTLINE ARGDRAW_NOINLINE inline
#define ARGDRAW_UNROLL  // the plain loops are unrolled by nobody: sixteen lanes each, they would only swell
inline constexpr int chains = 1;

struct f32 {
    using element = float;
    float v[16];
};
struct i32 {
    using element = std::int32_t;
    std::int32_t v[16];
};
struct f64 {
    using element = double;
    double v[16];
};
struct i16 {
    std::int16_t v[32];
};
#include <argdraw/simd/lanes/word_mask.inl>
#include <argdraw/simd/lanes/plain_words.inl>

template <class Out, class F, class... In>
ARGDRAW_INLINE Out each(F f, const In&... in) {
    Out out;
    for (int l = 0; l < 16; ++l) out.v[l] = f(in.v[l]...);
    return out;
}
// As wide as the numbers compared, or compilers find no vectors.
template <class V>
using truth_of = std::conditional_t<sizeof(typename V::element) == 8, std::int64_t, std::int32_t>;
template <class F, class V>
ARGDRAW_OUTLINE mask test(F f, const V& a, const V& b) {
    if constexpr (sizeof(typename V::element) == 8) {  // of doubles compilers make no vectors here; most often none is
        int any = 0;
        for (int l = 0; l < 16; ++l) any |= f(a.v[l], b.v[l]) ? -1 : 0;
        if (any == 0) return {0u};
        unsigned lanes = 0;
        for (int l = 0; l < 16; ++l) lanes |= static_cast<unsigned>(f(a.v[l], b.v[l])) << l;
        return {lanes};
    }
    truth_of<V> truth[16];
    for (int l = 0; l < 16; ++l) truth[l] = f(a.v[l], b.v[l]) ? -1 : 0;
    return mask_of(truth);
}
template <class F, class V>
ARGDRAW_INLINE auto fold(F f, V a) {
    for (int l = 0; l < 8; ++l) a.v[l] = f(a.v[l], a.v[l + 8]);
    for (int l = 0; l < 4; ++l) a.v[l] = f(a.v[l], a.v[l + 4]);
    return f(f(a.v[0], a.v[1]), f(a.v[2], a.v[3]));
}
template <class V, class X>
ARGDRAW_INLINE V fill(X x) {
    V out;
    for (int l = 0; l < 16; ++l) out.v[l] = x;
    return out;
}

ARGDRAW_INLINE f32 splat(float x) { return fill<f32>(x); }
ARGDRAW_INLINE i32 splat(std::int32_t x) { return fill<i32>(x); }
ARGDRAW_INLINE f64 splat(double x) { return fill<f64>(x); }
ARGDRAW_INLINE i32 iota() { return {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}; }

ARGDRAW_INLINE f32 load(const float* p) {
    f32 out;
    std::memcpy(out.v, p, sizeof out.v);
    return out;
}
ARGDRAW_INLINE f64 load(const double* p) {
    f64 out;
    std::memcpy(out.v, p, sizeof out.v);
    return out;
}
ARGDRAW_INLINE i32 load(const std::int32_t* p) {
    i32 out;
    std::memcpy(out.v, p, sizeof out.v);
    return out;
}
template <class Sixteen>
ARGDRAW_INLINE f32 load_by_conversion(const Sixteen* p) {
    f32 out;
    for (int l = 0; l < 16; ++l) out.v[l] = static_cast<float>(p[l]);
    return out;
}
ARGDRAW_INLINE f32 load(const half* p) { return load_by_conversion(p); }
ARGDRAW_INLINE f32 load(const bfloat16* p) { return load_by_conversion(p); }
ARGDRAW_INLINE void store(std::int32_t* p, const i32& a) { std::memcpy(p, a.v, sizeof a.v); }
ARGDRAW_INLINE void store(float* p, const f32& a) { std::memcpy(p, a.v, sizeof a.v); }
ARGDRAW_INLINE void store(double* p, const f64& a) { std::memcpy(p, a.v, sizeof a.v); }

struct plus {
    template <class X>
    ARGDRAW_INLINE X operator()(X a, X b) const {
        return static_cast<X>(a + b);
    }
};
struct minus {
    template <class X>
    ARGDRAW_INLINE X operator()(X a, X b) const {
        return static_cast<X>(a - b);
    }
};
struct greater {
    template <class X>
    ARGDRAW_INLINE X operator()(X a, X b) const {
        return a > b ? a : b;
    }
};
struct lesser {
    template <class X>
    ARGDRAW_INLINE X operator()(X a, X b) const {
        return a < b ? a : b;
    }
};
// On x86 without a fused multiply-add no product is fused with a sum, and what hides one from the compiler would hide it from vectors too.
// Elsewhere a product of floats is made in double, where it is exact: rounding it to float is one rounding, and nothing is left to fuse.
struct times {
#if defined(__SSE2_MATH__) && !defined(__FMA4__) && !defined(ARGDRAW_HAS_FMA)
    template <class X>
    ARGDRAW_INLINE X operator()(X a, X b) const {
        return a * b;
    }
#else
    ARGDRAW_INLINE double operator()(double a, double b) const { return numeric::product(a, b); }
    ARGDRAW_INLINE float operator()(float a, float b) const {
        return static_cast<float>(numeric::product(static_cast<double>(a), static_cast<double>(b)));
    }
#endif
};
struct is_at_least {
    template <class X>
    ARGDRAW_INLINE bool operator()(X a, X b) const {
        return a >= b;
    }
};
struct is_unordered {
    template <class X>
    ARGDRAW_INLINE bool operator()(X a, X b) const {
        return (a != a) | (b != b);
    }
};
struct to_bits {
    ARGDRAW_INLINE std::int32_t operator()(float a) const { return std::bit_cast<std::int32_t>(a); }
};
struct to_float {
    ARGDRAW_INLINE float operator()(std::int32_t a) const { return std::bit_cast<float>(a); }
};
struct to_double {
    ARGDRAW_INLINE double operator()(float a) const { return static_cast<double>(a); }
};
// Integer lanes wrap around, as they do in every vector instruction; signed overflow would be undefined here.
struct wrap_plus {
    ARGDRAW_INLINE std::int32_t operator()(std::int32_t a, std::int32_t b) const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
    }
};
struct wrap_minus {
    ARGDRAW_INLINE std::int32_t operator()(std::int32_t a, std::int32_t b) const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
    }
};
template <int n>
struct shifted {
    ARGDRAW_INLINE std::int32_t operator()(std::int32_t a) const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) << n); }
};
struct scaled {
    ARGDRAW_INLINE double operator()(double p, double magic) const {
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) + (std::bit_cast<std::uint64_t>(magic) << 52));
    }
};

ARGDRAW_OUTLINE f32 add(const f32& a, const f32& b) { return each<f32>(plus{}, a, b); }
ARGDRAW_OUTLINE f32 sub(const f32& a, const f32& b) { return each<f32>(minus{}, a, b); }
ARGDRAW_OUTLINE f32 mul(const f32& a, const f32& b) { return each<f32>(times{}, a, b); }
#if defined(ARGDRAW_HAS_FMA)
struct fused {
    ARGDRAW_INLINE float operator()(float a, float b, float c) const { return numeric::fma(a, b, c); }
};
ARGDRAW_OUTLINE f32 fma(const f32& a, const f32& b, const f32& c) { return each<f32>(fused{}, a, b, c); }
#else
// The product is exact in double, so the sum s is the only rounding before the last. A second rounding, to float, goes
// wrong only where s lies exactly between two floats (its last 29 bits are 1 and zeros) or where the float is subnormal and
// has fewer bits: sixteen lanes at a time are looked at for that, and then done the careful way. `doubtful` is negative then.
ARGDRAW_OUTLINE f32 fma(const f32& a, const f32& b, const f32& c) {
    double s[16];
    for (int l = 0; l < 16; ++l) s[l] = times{}(static_cast<double>(a.v[l]), static_cast<double>(b.v[l])) + static_cast<double>(c.v[l]);
    std::int64_t doubtful = 0;
    for (int l = 0; l < 16; ++l) {
        const auto bits = std::bit_cast<std::int64_t>(s[l]);
        const std::int64_t between = (bits & 0x1fffffff) ^ 0x10000000, magnitude = bits & 0x7fffffffffffffff;
        doubtful |= (between - 1) | ((magnitude - 0x3810000000000000) & ~(magnitude - 1));
    }
    f32 out;
    if (doubtful < 0)
        for (int l = 0; l < 16; ++l) out.v[l] = numeric::fma_by_round_to_odd(a.v[l], b.v[l], c.v[l]);
    else
        for (int l = 0; l < 16; ++l) out.v[l] = static_cast<float>(s[l]);
    return out;
}
#endif
ARGDRAW_OUTLINE f32 max(const f32& x, const f32& otherwise) { return each<f32>(greater{}, x, otherwise); }

ARGDRAW_INLINE f64 add(const f64& a, const f64& b) { return each<f64>(plus{}, a, b); }
ARGDRAW_INLINE f64 sub(const f64& a, const f64& b) { return each<f64>(minus{}, a, b); }
ARGDRAW_INLINE f64 mul(const f64& a, const f64& b) { return each<f64>(times{}, a, b); }
ARGDRAW_INLINE f64 max(const f64& x, const f64& otherwise) { return each<f64>(greater{}, x, otherwise); }
ARGDRAW_INLINE f64 widen(const f32& a) { return each<f64>(to_double{}, a); }

ARGDRAW_OUTLINE i32 add(const i32& a, const i32& b) { return each<i32>(wrap_plus{}, a, b); }
ARGDRAW_OUTLINE i32 sub(const i32& a, const i32& b) { return each<i32>(wrap_minus{}, a, b); }
ARGDRAW_OUTLINE i32 max(const i32& a, const i32& b) { return each<i32>(greater{}, a, b); }
ARGDRAW_OUTLINE i32 min(const i32& a, const i32& b) { return each<i32>(lesser{}, a, b); }
template <int n>
ARGDRAW_OUTLINE i32 shift_left(const i32& a) {
    return each<i32>(shifted<n>{}, a);
}
ARGDRAW_OUTLINE i32 bits(const f32& a) { return each<i32>(to_bits{}, a); }
ARGDRAW_OUTLINE f32 from_bits(const i32& a) { return each<f32>(to_float{}, a); }
// table[index mod 8]; the table stands in lanes 0..7 and again in 8..15.
ARGDRAW_OUTLINE i32 lookup8(const i32& table, const i32& index) {
    i32 out;
    for (int l = 0; l < 16; ++l) out.v[l] = table.v[index.v[l] & 7];
    return out;
}
// p * 2^n, where n is held in the low bits of magic = n + 1.5 * 2^52.
ARGDRAW_INLINE f64 scale_by(const f64& p, const f64& magic) { return each<f64>(scaled{}, p, magic); }

ARGDRAW_INLINE i16 load(const std::int16_t* p) {
    i16 out;
    std::memcpy(out.v, p, sizeof out.v);
    return out;
}
ARGDRAW_OUTLINE i16 max(i16 a, const i16& b) {
    for (int l = 0; l < 32; ++l) a.v[l] = a.v[l] > b.v[l] ? a.v[l] : b.v[l];
    return a;
}
ARGDRAW_OUTLINE i16 min_unsigned(i16 a, const i16& b) {
    for (int l = 0; l < 32; ++l) a.v[l] = static_cast<std::uint16_t>(a.v[l]) < static_cast<std::uint16_t>(b.v[l]) ? a.v[l] : b.v[l];
    return a;
}
ARGDRAW_OUTLINE i16 max_unsigned(i16 a, const i16& b) {
    for (int l = 0; l < 32; ++l) a.v[l] = static_cast<std::uint16_t>(a.v[l]) > static_cast<std::uint16_t>(b.v[l]) ? a.v[l] : b.v[l];
    return a;
}
ARGDRAW_OUTLINE bool any_above(const i16& a, std::int16_t limit) {
    bool any = false;
    for (int l = 0; l < 32; ++l) any |= a.v[l] > limit;
    return any;
}
ARGDRAW_OUTLINE bool any_above_unsigned(const i16& a, std::uint16_t limit) {
    bool any = false;
    for (int l = 0; l < 32; ++l) any |= static_cast<std::uint16_t>(a.v[l]) > limit;
    return any;
}
ARGDRAW_OUTLINE std::uint32_t lanes_within(const i16& a, std::int16_t least, std::uint16_t span) {
    std::int16_t truth[2][16];
    for (int half = 0; half < 2; ++half)
        for (int l = 0; l < 16; ++l)
            truth[half][l] = static_cast<std::uint16_t>(a.v[16 * half + l] - least) <= span ? std::int16_t{-1} : std::int16_t{0};
    return mask_of(truth[0]).lanes | mask_of(truth[1]).lanes << 16;
}
// a ^ ((a >> 15) & 0x7fff): sign and magnitude to two's complement.
ARGDRAW_OUTLINE i16 ranks(i16 a) {
    for (int l = 0; l < 32; ++l) a.v[l] = static_cast<std::int16_t>(a.v[l] < 0 ? a.v[l] ^ 0x7fff : a.v[l]);
    return a;
}
ARGDRAW_OUTLINE std::int16_t reduce_max(const i16& a) {
    std::int16_t greatest = a.v[0];
    for (int l = 1; l < 32; ++l) greatest = a.v[l] > greatest ? a.v[l] : greatest;
    return greatest;
}

ARGDRAW_OUTLINE mask at_least(const f32& a, const f32& b) { return test(is_at_least{}, a, b); }
ARGDRAW_OUTLINE mask unordered(const f32& a, const f32& b) { return test(is_unordered{}, a, b); }
ARGDRAW_OUTLINE mask at_least(const i32& a, const i32& b) { return test(is_at_least{}, a, b); }
ARGDRAW_INLINE mask at_least(const f64& a, const f64& b) { return test(is_at_least{}, a, b); }
ARGDRAW_OUTLINE mask unordered(const f64& a, const f64& b) { return test(is_unordered{}, a, b); }
// Whether any of 64 floats reaches a level, which is the same in all lanes: most often none does, and that takes no bits. (Of doubles
// compilers make no vectors here.)
ARGDRAW_OUTLINE bool any_of_64(const float* p, const f32& level) {
    const float at = level.v[0];
    std::int32_t any = 0;
    for (int l = 0; l < 64; ++l) any |= p[l] >= at ? -1 : 0;
    return any != 0;
}
template <class V>
ARGDRAW_INLINE V choose(mask m, const V& a, typename V::element otherwise) {
    V out;
    for (int l = 0; l < 16; ++l) out.v[l] = (m.lanes >> l) & 1 ? a.v[l] : otherwise;
    return out;
}

// A bit for each lane, taken out of all of them where it stands, and numbers put together of bits: so compilers find vectors, and no branch.
template <class V>
ARGDRAW_INLINE V alive_of(std::uint16_t bits, const V& a) {
    using word = truth_of<V>;
    static constexpr word each[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    constexpr auto gone = std::bit_cast<word>(-std::numeric_limits<typename V::element>::infinity());
    const word all = bits;
    V out;
    for (int l = 0; l < 16; ++l) {
        const word lives = (all & each[l]) != 0 ? -1 : 0;
        out.v[l] = std::bit_cast<typename V::element>((std::bit_cast<word>(a.v[l]) & lives) | (gone & ~lives));
    }
    return out;
}
ARGDRAW_OUTLINE f32 where_alive(const std::uint16_t* bits, const f32& a) { return alive_of(*bits, a); }
ARGDRAW_OUTLINE f64 where_alive(const std::uint16_t* bits, const f64& a) { return alive_of(*bits, a); }

// Compared where they are chosen, lanes make use of vectors of any kind; a mask has to be taken apart again.
template <class V>
ARGDRAW_INLINE V reaching(const V& x, const V& level, const V& a, const V& otherwise) {
    V out;
    for (int l = 0; l < 16; ++l) {
        const auto reached = a.v[l], below = otherwise.v[l];  // both are loaded, or it would be a branch
        out.v[l] = x.v[l] >= level.v[l] ? reached : below;
    }
    return out;
}
ARGDRAW_OUTLINE f32 keep_reaching(const f32& x, const f32& level, const f32& a) { return reaching(x, level, a, splat(0.0f)); }
ARGDRAW_OUTLINE f64 keep_reaching(const f64& x, const f64& level, const f64& a) { return reaching(x, level, a, splat(0.0)); }
ARGDRAW_OUTLINE f32 keep_below(const f32& x, const f32& level, const f32& a) { return reaching(x, level, splat(0.0f), a); }
ARGDRAW_OUTLINE f64 keep_below(const f64& x, const f64& level, const f64& a) { return reaching(x, level, splat(0.0), a); }
ARGDRAW_OUTLINE f64 removed_below(const f64& x, const f64& level, const f64& a) {
    return reaching(x, level, a, splat(-std::numeric_limits<double>::infinity()));
}

// The eight vectors at p more in a maximum and a sum, read once and in no loop of their own: so gcc and clang, at -O2 too, keep them in
// registers. With NaNs the maximum is any.
template <class T, class V>
ARGDRAW_NOINLINE void take_eight(V& __restrict greatest, V& __restrict sum, const T* __restrict p) {
    constexpr greater of;
    for (int l = 0; l < 16; ++l) {
        const T a = p[l], b = p[16 + l], c = p[32 + l], d = p[48 + l], e = p[64 + l], f = p[80 + l], g = p[96 + l], h = p[112 + l];
        greatest.v[l] = of(of(of(a, b), of(c, d)), of(of(of(e, f), of(g, h)), greatest.v[l]));
        sum.v[l] += ((a + b) + (c + d)) + ((e + f) + (g + h));
    }
}
template <class T>
struct whole_block;
template <class T>
struct partial_block;
// scan_block() of kernels/rows.inl, but for the small blocks of tests. Operations by themselves would write their lanes to memory and read
// them again, for each vector.
template <class T, class V>
    requires(block_size % 128 == 0)
V scan_of(const whole_block<T>& block, V& sum) {
    V greatest = splat(-std::numeric_limits<T>::infinity());
    sum = splat(T{0});
    for (std::size_t i = 0; i < block_size; i += 128) take_eight(greatest, sum, block.p + i);
    return greatest;
}
template <class T, class V>
    requires(block_size % 128 == 0)
V scan_of(const partial_block<T>& block, V& sum) {
    V greatest = splat(-std::numeric_limits<T>::infinity()), living[8];
    sum = splat(T{0});
    for (int i = 0; i < static_cast<int>(block_size) / 16; i += 8) {
        for (int j = 0; j < 8; ++j) living[j] = block.at(i + j);
        take_eight(greatest, sum, living[0].v);
    }
    return greatest;
}

ARGDRAW_OUTLINE mask between(const f32& x, const f32& from, const f32& to) {
    int any = 0;
    for (int l = 0; l < 16; ++l) any |= ((x.v[l] >= from.v[l]) & !(x.v[l] >= to.v[l])) ? -1 : 0;
    return any == 0 ? mask{0u} : without(at_least(x, from), at_least(x, to));
}

ARGDRAW_OUTLINE float reduce_max(const f32& a) { return fold(greater{}, a); }
ARGDRAW_OUTLINE double reduce_max(const f64& a) { return fold(greater{}, a); }
ARGDRAW_OUTLINE std::int32_t reduce_max(const i32& a) { return fold(greater{}, a); }
ARGDRAW_OUTLINE std::int32_t reduce_min(const i32& a) { return fold(lesser{}, a); }
// The fixed tree of every sum: lane l with l + 8, then + 4, + 2, + 1.
ARGDRAW_OUTLINE double tree_sum(f64 a) {
    for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; ++l) a.v[l] += a.v[l + half];
    return a.v[0];
}
