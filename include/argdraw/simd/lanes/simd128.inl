// Sixteen logical lanes on WebAssembly's SIMD128, without relaxed instructions: what those give depends on the machine. There is no fused
// multiply-add. Included inside a namespace by kernels.hpp.

#define ARGDRAW_UNROLL  // clang unrolls what pays; written out whole, the kernels take it four times as long
// How many accumulators a loop keeps: each is four registers, of which most machines have sixteen.
inline constexpr int chains = 1;

struct f32 {
    using element = float;
    v128_t v[4];
};
struct i32 {
    using element = std::int32_t;
    v128_t v[4];
};
struct f64 {
    using element = double;
    v128_t v[8];
};
struct i16 {
    v128_t v[4];
};  // thirty-two of them
#include <argdraw/simd/lanes/word_mask.inl>
#include <argdraw/simd/lanes/plain_words.inl>

template <class Out, class F, class... In>
ARGDRAW_INLINE Out each(F f, const In&... in) {
    Out out;
    ARGDRAW_UNROLL
    for (std::size_t i = 0; i < sizeof(out.v) / sizeof(v128_t); ++i) out.v[i] = f(in.v[i]...);
    return out;
}

ARGDRAW_INLINE f32 splat(float x) {
    const v128_t v = wasm_f32x4_splat(x);
    return {{v, v, v, v}};
}
ARGDRAW_INLINE i32 splat(std::int32_t x) {
    const v128_t v = wasm_i32x4_splat(x);
    return {{v, v, v, v}};
}
ARGDRAW_INLINE f64 splat(double x) {
    const v128_t v = wasm_f64x2_splat(x);
    return {{v, v, v, v, v, v, v, v}};
}
ARGDRAW_INLINE i32 iota() {
    return {{wasm_i32x4_const(0, 1, 2, 3), wasm_i32x4_const(4, 5, 6, 7), wasm_i32x4_const(8, 9, 10, 11), wasm_i32x4_const(12, 13, 14, 15)}};
}

template <class Out, class T>
ARGDRAW_INLINE Out load_all(const T* p) {
    Out out;
    ARGDRAW_UNROLL
    for (std::size_t i = 0; i < sizeof(out.v) / sizeof(v128_t); ++i) out.v[i] = wasm_v128_load(p + i * (sizeof(v128_t) / sizeof(T)));
    return out;
}
ARGDRAW_INLINE f32 load(const float* p) { return load_all<f32>(p); }
ARGDRAW_INLINE f64 load(const double* p) { return load_all<f64>(p); }
ARGDRAW_INLINE i32 load(const std::int32_t* p) { return load_all<i32>(p); }
ARGDRAW_INLINE i16 load(const std::int16_t* p) { return load_all<i16>(p); }
// The exponent's bias is corrected by a product, which is exact for subnormal numbers too; infinity and NaN then get their exponent.
ARGDRAW_INLINE v128_t half_to_float(v128_t words) {
    const v128_t magnitude = wasm_v128_and(words, wasm_i32x4_splat(0x7fff));
    const v128_t scaled = wasm_f32x4_mul(wasm_i32x4_shl(magnitude, 13), wasm_f32x4_splat(0x1p112f));
    const v128_t special = wasm_v128_and(wasm_i32x4_gt(magnitude, wasm_i32x4_splat(0x7bff)), wasm_i32x4_splat(0x7f800000));
    const v128_t sign = wasm_i32x4_shl(wasm_v128_and(words, wasm_i32x4_splat(0x8000)), 16);
    return wasm_v128_or(wasm_v128_or(scaled, special), sign);
}
ARGDRAW_INLINE f32 load(const half* p) {
    f32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = half_to_float(wasm_u32x4_load16x4(p + 4 * i));
    return out;
}
ARGDRAW_INLINE f32 load(const bfloat16* p) {
    f32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = wasm_i32x4_shl(wasm_u32x4_load16x4(p + 4 * i), 16);
    return out;
}
ARGDRAW_INLINE void store(float* p, const f32& a) {
    for (int i = 0; i < 4; ++i) wasm_v128_store(p + 4 * i, a.v[i]);
}
ARGDRAW_INLINE void store(std::int32_t* p, const i32& a) {
    for (int i = 0; i < 4; ++i) wasm_v128_store(p + 4 * i, a.v[i]);
}
ARGDRAW_INLINE void store(double* p, const f64& a) {
    for (int i = 0; i < 8; ++i) wasm_v128_store(p + 2 * i, a.v[i]);
}

// No instruction fuses a product with a sum, so none has to be hidden.
ARGDRAW_INLINE f32 add(const f32& a, const f32& b) { return each<f32>(wasm_f32x4_add, a, b); }
ARGDRAW_INLINE f32 sub(const f32& a, const f32& b) { return each<f32>(wasm_f32x4_sub, a, b); }
ARGDRAW_INLINE f32 mul(const f32& a, const f32& b) { return each<f32>(wasm_f32x4_mul, a, b); }
ARGDRAW_INLINE f64 add(const f64& a, const f64& b) { return each<f64>(wasm_f64x2_add, a, b); }
ARGDRAW_INLINE f64 sub(const f64& a, const f64& b) { return each<f64>(wasm_f64x2_sub, a, b); }
ARGDRAW_INLINE f64 mul(const f64& a, const f64& b) { return each<f64>(wasm_f64x2_mul, a, b); }
ARGDRAW_INLINE i32 add(const i32& a, const i32& b) { return each<i32>(wasm_i32x4_add, a, b); }
ARGDRAW_INLINE i32 sub(const i32& a, const i32& b) { return each<i32>(wasm_i32x4_sub, a, b); }
ARGDRAW_INLINE i32 max(const i32& a, const i32& b) { return each<i32>(wasm_i32x4_max, a, b); }
ARGDRAW_INLINE i32 min(const i32& a, const i32& b) { return each<i32>(wasm_i32x4_min, a, b); }
// pmax(a, b) is b where a < b, and a where not.
ARGDRAW_INLINE f32 max(const f32& x, const f32& otherwise) { return each<f32>(wasm_f32x4_pmax, otherwise, x); }
ARGDRAW_INLINE f64 max(const f64& x, const f64& otherwise) { return each<f64>(wasm_f64x2_pmax, otherwise, x); }

ARGDRAW_INLINE v128_t upper(v128_t v) { return wasm_i64x2_shuffle(v, v, 1, 1); }
ARGDRAW_INLINE f64 widen(const f32& a) {
    f64 out;
    ARGDRAW_UNROLL
    for (int i = 0; i < 4; ++i) {
        out.v[2 * i] = wasm_f64x2_promote_low_f32x4(a.v[i]);
        out.v[2 * i + 1] = wasm_f64x2_promote_low_f32x4(upper(a.v[i]));
    }
    return out;
}
// As the generic set does: the product is exact in double, so the sum s is the only rounding before the last, and that one goes wrong only
// where s lies exactly between two floats (its last 29 bits are 1 and zeros) or where the float is subnormal.
ARGDRAW_INLINE f32 fma(const f32& a, const f32& b, const f32& c) {
    const f64 s = add(mul(widen(a), widen(b)), widen(c));
    v128_t doubtful = wasm_i64x2_splat(0);
    f32 out;
    ARGDRAW_UNROLL
    for (int i = 0; i < 8; ++i) {
        const v128_t between = wasm_i64x2_eq(wasm_v128_and(s.v[i], wasm_i64x2_splat(0x1fffffff)), wasm_i64x2_splat(0x10000000));
        const v128_t below = wasm_f64x2_lt(wasm_f64x2_abs(s.v[i]), wasm_f64x2_splat(0x1p-126));
        const v128_t not_zero = wasm_f64x2_ne(s.v[i], wasm_f64x2_splat(0.0));
        doubtful = wasm_v128_or(doubtful, wasm_v128_or(between, wasm_v128_and(below, not_zero)));
    }
    if (wasm_v128_any_true(doubtful)) {
        float x[16], y[16], z[16];
        store(x, a);
        store(y, b);
        store(z, c);
        for (int l = 0; l < 16; ++l) x[l] = numeric::fma_by_round_to_odd(x[l], y[l], z[l]);
        return load(x);
    }
    ARGDRAW_UNROLL
    for (int i = 0; i < 4; ++i)
        out.v[i] = wasm_i64x2_shuffle(wasm_f32x4_demote_f64x2_zero(s.v[2 * i]), wasm_f32x4_demote_f64x2_zero(s.v[2 * i + 1]), 0, 2);
    return out;
}

template <int n>
ARGDRAW_INLINE i32 shift_left(const i32& a) {
    return each<i32>([](v128_t v) { return wasm_i32x4_shl(v, n); }, a);
}
ARGDRAW_INLINE i32 bits(const f32& a) { return {{a.v[0], a.v[1], a.v[2], a.v[3]}}; }
ARGDRAW_INLINE f32 from_bits(const i32& a) { return {{a.v[0], a.v[1], a.v[2], a.v[3]}}; }
// table[index mod 8]; the table stands in lanes 0..7 and again in 8..15. The byte shuffle wants byte numbers, 4 j + {0, 1, 2, 3}, and gives
// 0 for those that a half of the table has not.
ARGDRAW_INLINE i32 lookup8(const i32& table, const i32& index) {
    const v128_t lower_half = table.v[0], upper_half = table.v[1];
    return each<i32>(
        [=](v128_t v) {
            const v128_t j = wasm_v128_and(v, wasm_i32x4_splat(7));
            const v128_t at = wasm_i32x4_add(wasm_i32x4_mul(j, wasm_i32x4_splat(0x04040404)), wasm_i32x4_splat(0x03020100));
            return wasm_v128_or(wasm_i8x16_swizzle(lower_half, at),
                                wasm_i8x16_swizzle(upper_half, wasm_i8x16_sub(at, wasm_i8x16_splat(16))));
        },
        index);
}
// p * 2^n, where n is held in the low bits of magic = n + 1.5 * 2^52.
ARGDRAW_INLINE f64 scale_by(const f64& p, const f64& magic) {
    return each<f64>([](v128_t x, v128_t m) { return wasm_i64x2_add(x, wasm_i64x2_shl(m, 52)); }, p, magic);
}

ARGDRAW_INLINE i16 max(const i16& a, const i16& b) { return each<i16>(wasm_i16x8_max, a, b); }
ARGDRAW_INLINE i16 max_unsigned(const i16& a, const i16& b) { return each<i16>(wasm_u16x8_max, a, b); }
ARGDRAW_INLINE i16 min_unsigned(const i16& a, const i16& b) { return each<i16>(wasm_u16x8_min, a, b); }
// a ^ ((a >> 15) & 0x7fff): sign and magnitude to two's complement.
ARGDRAW_INLINE i16 ranks(const i16& a) {
    return each<i16>([](v128_t v) { return wasm_v128_xor(v, wasm_v128_and(wasm_i16x8_shr(v, 15), wasm_i16x8_splat(0x7fff))); }, a);
}
template <class F>
ARGDRAW_INLINE v128_t four_in_one(F f, const v128_t (&v)[4]) {
    return f(f(v[0], v[1]), f(v[2], v[3]));
}
ARGDRAW_INLINE bool any_above(const i16& a, std::int16_t limit) {
    return wasm_v128_any_true(wasm_i16x8_gt(four_in_one(wasm_i16x8_max, a.v), wasm_i16x8_splat(limit)));
}
ARGDRAW_INLINE bool any_above_unsigned(const i16& a, std::uint16_t limit) {
    return wasm_v128_any_true(wasm_u16x8_gt(four_in_one(wasm_u16x8_max, a.v), wasm_i16x8_splat(static_cast<std::int16_t>(limit))));
}

template <class F, class V>
ARGDRAW_INLINE mask test4(F f, const V& a, const V& b) {
    unsigned lanes = 0;
    ARGDRAW_UNROLL
    for (int i = 0; i < 4; ++i) lanes |= static_cast<unsigned>(wasm_i32x4_bitmask(f(a.v[i], b.v[i]))) << (4 * i);
    return {lanes};
}
template <class F>
ARGDRAW_INLINE mask test2(F f, const f64& a, const f64& b) {
    unsigned lanes = 0;
    ARGDRAW_UNROLL
    for (int i = 0; i < 8; ++i) lanes |= static_cast<unsigned>(wasm_i64x2_bitmask(f(a.v[i], b.v[i]))) << (2 * i);
    return {lanes};
}
ARGDRAW_INLINE mask at_least(const f32& a, const f32& b) { return test4(wasm_f32x4_ge, a, b); }
ARGDRAW_INLINE mask at_least(const i32& a, const i32& b) { return test4(wasm_i32x4_ge, a, b); }
ARGDRAW_INLINE mask at_least(const f64& a, const f64& b) { return test2(wasm_f64x2_ge, a, b); }
ARGDRAW_INLINE mask unordered(const f32& a, const f32& b) {
    return test4([](v128_t x, v128_t y) { return wasm_v128_or(wasm_f32x4_ne(x, x), wasm_f32x4_ne(y, y)); }, a, b);
}
ARGDRAW_INLINE mask unordered(const f64& a, const f64& b) {
    return test2([](v128_t x, v128_t y) { return wasm_v128_or(wasm_f64x2_ne(x, x), wasm_f64x2_ne(y, y)); }, a, b);
}

ARGDRAW_INLINE v128_t lane_mask4(unsigned lanes) {
    const v128_t bit = wasm_i32x4_const(1, 2, 4, 8);
    return wasm_i32x4_eq(wasm_v128_and(wasm_i32x4_splat(static_cast<std::int32_t>(lanes)), bit), bit);
}
ARGDRAW_INLINE v128_t lane_mask2(unsigned lanes) {
    const v128_t bit = wasm_i64x2_const(1, 2);
    return wasm_i64x2_eq(wasm_v128_and(wasm_i64x2_splat(static_cast<std::int64_t>(lanes)), bit), bit);
}
// Outside m, `otherwise`.
ARGDRAW_INLINE f32 choose(mask m, f32 a, float otherwise) {
    ARGDRAW_UNROLL
    for (int i = 0; i < 4; ++i) a.v[i] = wasm_v128_bitselect(a.v[i], wasm_f32x4_splat(otherwise), lane_mask4(m.lanes >> (4 * i)));
    return a;
}
ARGDRAW_INLINE f64 choose(mask m, f64 a, double otherwise) {
    ARGDRAW_UNROLL
    for (int i = 0; i < 8; ++i) a.v[i] = wasm_v128_bitselect(a.v[i], wasm_f64x2_splat(otherwise), lane_mask2(m.lanes >> (2 * i)));
    return a;
}

// The halves of what is left, one upon the other, until one lane is.
template <class F>
ARGDRAW_INLINE v128_t fold32(F f, v128_t v) {
    v = f(v, upper(v));
    return f(v, wasm_i32x4_shuffle(v, v, 1, 1, 1, 1));
}
ARGDRAW_INLINE float reduce_max(const f32& a) {
    return wasm_f32x4_extract_lane(fold32(wasm_f32x4_pmax, four_in_one(wasm_f32x4_pmax, a.v)), 0);
}
ARGDRAW_INLINE std::int32_t reduce_max(const i32& a) {
    return wasm_i32x4_extract_lane(fold32(wasm_i32x4_max, four_in_one(wasm_i32x4_max, a.v)), 0);
}
ARGDRAW_INLINE std::int32_t reduce_min(const i32& a) {
    return wasm_i32x4_extract_lane(fold32(wasm_i32x4_min, four_in_one(wasm_i32x4_min, a.v)), 0);
}
ARGDRAW_INLINE std::int16_t reduce_max(const i16& a) {
    const v128_t v = fold32(wasm_i16x8_max, four_in_one(wasm_i16x8_max, a.v));
    return wasm_i16x8_extract_lane(wasm_i16x8_max(v, wasm_u32x4_shr(v, 16)), 0);
}
// Lane l of the first with lane l of the last of 2, 4, 8 registers.
template <class F>
ARGDRAW_INLINE v128_t eight_in_one(F f, const f64& a) {
    return f(f(f(a.v[0], a.v[4]), f(a.v[2], a.v[6])), f(f(a.v[1], a.v[5]), f(a.v[3], a.v[7])));
}
ARGDRAW_INLINE double reduce_max(const f64& a) {
    const v128_t v = eight_in_one(wasm_f64x2_pmax, a);
    return wasm_f64x2_extract_lane(wasm_f64x2_pmax(v, upper(v)), 0);
}
// The fixed tree of every sum: lane l with l + 8, then + 4, + 2, + 1.
ARGDRAW_INLINE double tree_sum(const f64& a) {
    const v128_t v = eight_in_one(wasm_f64x2_add, a);
    return wasm_f64x2_extract_lane(v, 0) + wasm_f64x2_extract_lane(v, 1);
}
