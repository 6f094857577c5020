// Sixteen logical lanes on AVX-512 (F, BW, DQ, VL). Included inside a namespace and a target region by kernels.hpp.

#define ARGDRAW_UNROLL ARGDRAW_UNROLLED
inline constexpr int chains = 4;

using mask = __mmask16;

struct f32 {
    using element = float;
    __m512 v;
};
struct i32 {
    using element = std::int32_t;
    __m512i v;
};
struct f64 {
    using element = double;
    __m512d lo, hi;
};
struct i16 {
    __m512i v;
};  // thirty-two of them
struct w64 {
    __m512i v;
};  // eight of them
#include <argdraw/simd/lanes/x86.inl>

// All lanes. Where a form without a mask exists, gcc 12 makes it of one whose other lanes are an uninitialised variable; a link with
// -flto warns of each, out of reach of pragmas. A constant mask without a hole costs nothing: the instruction is the one without.
inline constexpr __mmask8 all8 = 0xff;
inline constexpr __mmask16 all16 = 0xffff;

ARGDRAW_INLINE __m256 lower(__m512 v) { return _mm512_maskz_extractf32x8_ps(all8, v, 0); }
ARGDRAW_INLINE __m256 upper(__m512 v) { return _mm512_maskz_extractf32x8_ps(all8, v, 1); }
ARGDRAW_INLINE __m256d lower(__m512d v) { return _mm512_maskz_extractf64x4_pd(all8, v, 0); }
ARGDRAW_INLINE __m256d upper(__m512d v) { return _mm512_maskz_extractf64x4_pd(all8, v, 1); }
ARGDRAW_INLINE __m256i lower(__m512i v) { return _mm512_maskz_extracti64x4_epi64(all8, v, 0); }
ARGDRAW_INLINE __m256i upper(__m512i v) { return _mm512_maskz_extracti64x4_epi64(all8, v, 1); }

ARGDRAW_INLINE f32 splat(float x) { return {_mm512_set1_ps(x)}; }
ARGDRAW_INLINE i32 splat(std::int32_t x) { return {_mm512_set1_epi32(x)}; }
ARGDRAW_INLINE f64 splat(double x) { return {_mm512_set1_pd(x), _mm512_set1_pd(x)}; }
ARGDRAW_INLINE i32 iota() { return {_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)}; }

ARGDRAW_INLINE f32 load(const float* p) { return {_mm512_loadu_ps(p)}; }
ARGDRAW_INLINE f64 load(const double* p) { return {_mm512_loadu_pd(p), _mm512_loadu_pd(p + 8)}; }
ARGDRAW_INLINE i32 load(const std::int32_t* p) { return {_mm512_loadu_si512(p)}; }
ARGDRAW_INLINE f32 load(const half* p) {
    f32 x{_mm512_maskz_cvtph_ps(all16, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
    asm("" : "+v"(x.v));  // clang 14 takes a conversion whose only use is a comparison apart, lane by lane
    return x;
}
ARGDRAW_INLINE f32 load(const bfloat16* p) {
    const __m512i wide = _mm512_maskz_cvtepu16_epi32(all16, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return {_mm512_castsi512_ps(_mm512_maskz_slli_epi32(all16, wide, 16))};
}
ARGDRAW_INLINE void store(float* p, f32 a) { _mm512_storeu_ps(p, a.v); }
ARGDRAW_INLINE void store(double* p, f64 a) {
    _mm512_storeu_pd(p, a.lo);
    _mm512_storeu_pd(p + 8, a.hi);
}

ARGDRAW_INLINE f32 add(f32 a, f32 b) { return {_mm512_add_ps(a.v, b.v)}; }
ARGDRAW_INLINE f32 sub(f32 a, f32 b) { return {_mm512_sub_ps(a.v, b.v)}; }
ARGDRAW_INLINE f32 mul(f32 a, f32 b) {
    f32 product{_mm512_mul_ps(a.v, b.v)};
    asm("" : "+v"(product.v));  // a product that a compiler can see through it may fuse with a later sum
    return product;
}
ARGDRAW_INLINE f32 fma(f32 a, f32 b, f32 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
ARGDRAW_INLINE f32 max(f32 x, f32 otherwise) { return {_mm512_maskz_max_ps(all16, x.v, otherwise.v)}; }

ARGDRAW_INLINE f64 add(f64 a, f64 b) { return {_mm512_add_pd(a.lo, b.lo), _mm512_add_pd(a.hi, b.hi)}; }
ARGDRAW_INLINE f64 sub(f64 a, f64 b) { return {_mm512_sub_pd(a.lo, b.lo), _mm512_sub_pd(a.hi, b.hi)}; }
ARGDRAW_INLINE f64 mul(f64 a, f64 b) {
    f64 product{_mm512_mul_pd(a.lo, b.lo), _mm512_mul_pd(a.hi, b.hi)};
    asm("" : "+v"(product.lo), "+v"(product.hi));
    return product;
}
ARGDRAW_INLINE f64 multiply_add(f64 a, f64 b, f64 c) { return {_mm512_fmadd_pd(a.lo, b.lo, c.lo), _mm512_fmadd_pd(a.hi, b.hi, c.hi)}; }
ARGDRAW_INLINE f64 divided(f64 a, f64 b) { return {_mm512_div_pd(a.lo, b.lo), _mm512_div_pd(a.hi, b.hi)}; }
ARGDRAW_INLINE f64 max(f64 x, f64 otherwise) {
    return {_mm512_maskz_max_pd(all8, x.lo, otherwise.lo), _mm512_maskz_max_pd(all8, x.hi, otherwise.hi)};
}
ARGDRAW_INLINE f64 widen(f32 a) { return {_mm512_maskz_cvtps_pd(all8, lower(a.v)), _mm512_maskz_cvtps_pd(all8, upper(a.v))}; }

ARGDRAW_INLINE i32 add(i32 a, i32 b) { return {_mm512_add_epi32(a.v, b.v)}; }
ARGDRAW_INLINE i32 sub(i32 a, i32 b) { return {_mm512_sub_epi32(a.v, b.v)}; }
ARGDRAW_INLINE i32 max(i32 a, i32 b) { return {_mm512_maskz_max_epi32(all16, a.v, b.v)}; }
ARGDRAW_INLINE i32 min(i32 a, i32 b) { return {_mm512_maskz_min_epi32(all16, a.v, b.v)}; }
template <int n>
ARGDRAW_INLINE i32 shift_left(i32 a) {
    return {_mm512_maskz_slli_epi32(all16, a.v, n)};
}
ARGDRAW_INLINE i32 bits(f32 a) { return {_mm512_castps_si512(a.v)}; }
ARGDRAW_INLINE f32 from_bits(i32 a) { return {_mm512_castsi512_ps(a.v)}; }
// table[index mod 8]; the table stands in lanes 0..7 and again in 8..15.
ARGDRAW_INLINE i32 lookup8(i32 table, i32 index) { return {_mm512_maskz_permutexvar_epi32(all16, index.v, table.v)}; }
// p * 2^n, where n is held in the low bits of magic = n + 1.5 * 2^52.
ARGDRAW_INLINE f64 scale_by(f64 p, f64 magic) {
    return {
        _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(p.lo), _mm512_maskz_slli_epi64(all8, _mm512_castpd_si512(magic.lo), 52))),
        _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(p.hi), _mm512_maskz_slli_epi64(all8, _mm512_castpd_si512(magic.hi), 52)))};
}

ARGDRAW_INLINE i16 load(const std::int16_t* p) {
    i16 x{_mm512_loadu_si512(p)};
    asm("" : "+v"(x.v));  // or each use becomes a load of its own, twice as dear where the row is not aligned
    return x;
}
ARGDRAW_INLINE i16 max(i16 a, i16 b) { return {_mm512_max_epi16(a.v, b.v)}; }
ARGDRAW_INLINE i16 min_unsigned(i16 a, i16 b) { return {_mm512_min_epu16(a.v, b.v)}; }
ARGDRAW_INLINE i16 max_unsigned(i16 a, i16 b) { return {_mm512_max_epu16(a.v, b.v)}; }
ARGDRAW_INLINE bool any_above(i16 a, std::int16_t limit) { return _mm512_cmpgt_epi16_mask(a.v, _mm512_set1_epi16(limit)) != 0; }
ARGDRAW_INLINE bool any_above_unsigned(i16 a, std::uint16_t limit) {
    return _mm512_cmpgt_epu16_mask(a.v, _mm512_set1_epi16(static_cast<std::int16_t>(limit))) != 0;
}
// a ^ ((a >> 15) & 0x7fff): sign and magnitude to two's complement.
ARGDRAW_INLINE i16 ranks(i16 a) { return {_mm512_ternarylogic_epi32(a.v, _mm512_srai_epi16(a.v, 15), _mm512_set1_epi16(0x7fff), 0x78)}; }
ARGDRAW_INLINE std::uint32_t lanes_within(i16 a, std::int16_t least, std::uint16_t span) {
    const __m512i above = _mm512_sub_epi16(a.v, _mm512_set1_epi16(least));
    return _mm512_cmple_epu16_mask(above, _mm512_set1_epi16(static_cast<std::int16_t>(span)));
}
ARGDRAW_INLINE i16 where_alive(const std::uint16_t* bits, i16 a, std::int16_t removed) {
    std::uint32_t lives;
    std::memcpy(&lives, bits, sizeof lives);
    return {_mm512_mask_mov_epi16(_mm512_set1_epi16(removed), lives, a.v)};
}
ARGDRAW_INLINE std::int16_t reduce_max(i16 a) { return reduce_max16(_mm256_max_epi16(lower(a.v), upper(a.v))); }
ARGDRAW_INLINE void store_maxima(std::int16_t* out, i16 a, i16 b, i16 c, i16 d) {
    const __m512i ab = _mm512_max_epi16(_mm512_maskz_shuffle_i64x2(all8, a.v, b.v, 0x44), _mm512_maskz_shuffle_i64x2(all8, a.v, b.v, 0xee));
    const __m512i cd = _mm512_max_epi16(_mm512_maskz_shuffle_i64x2(all8, c.v, d.v, 0x44), _mm512_maskz_shuffle_i64x2(all8, c.v, d.v, 0xee));
    __m512i q = _mm512_max_epi16(_mm512_maskz_shuffle_i64x2(all8, ab, cd, 0x88), _mm512_maskz_shuffle_i64x2(all8, ab, cd, 0xdd));
    q = _mm512_max_epi16(q, _mm512_maskz_shuffle_epi32(all16, q, static_cast<_MM_PERM_ENUM>(0x4e)));
    q = _mm512_max_epi16(q, _mm512_maskz_shuffle_epi32(all16, q, static_cast<_MM_PERM_ENUM>(0xb1)));
    q = _mm512_max_epi16(q, _mm512_maskz_srli_epi32(all16, q, 16));
    const __m128i four = _mm256_castsi256_si128(lower(_mm512_maskz_compress_epi32(0x1111, ranks({q}).v)));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out),
                     _mm_shuffle_epi8(four, _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1)));
}

ARGDRAW_INLINE mask at_least(f32 a, f32 b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ); }
ARGDRAW_INLINE mask unordered(f32 a, f32 b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_UNORD_Q); }
ARGDRAW_INLINE mask at_least(i32 a, i32 b) { return _mm512_cmpge_epi32_mask(a.v, b.v); }
ARGDRAW_INLINE mask join(__mmask8 lo, __mmask8 hi) { return static_cast<mask>(lo | (hi << 8)); }
ARGDRAW_INLINE mask at_least(f64 a, f64 b) {
    return join(_mm512_cmp_pd_mask(a.lo, b.lo, _CMP_GE_OQ), _mm512_cmp_pd_mask(a.hi, b.hi, _CMP_GE_OQ));
}
ARGDRAW_INLINE mask unordered(f64 a, f64 b) {
    return join(_mm512_cmp_pd_mask(a.lo, b.lo, _CMP_UNORD_Q), _mm512_cmp_pd_mask(a.hi, b.hi, _CMP_UNORD_Q));
}
ARGDRAW_INLINE mask without(mask a, mask b) { return static_cast<mask>(a & ~b); }
ARGDRAW_INLINE unsigned lanes_of(mask m) { return m; }
// Outside m, the third operand stays as it is.
ARGDRAW_INLINE f32 max_where(mask m, f32 x, f32 otherwise) { return {_mm512_mask_max_ps(otherwise.v, m, x.v, otherwise.v)}; }
ARGDRAW_INLINE f64 max_where(mask m, f64 x, f64 otherwise) {
    const auto lo = static_cast<__mmask8>(m), hi = static_cast<__mmask8>(m >> 8);
    return {_mm512_mask_max_pd(otherwise.lo, lo, x.lo, otherwise.lo), _mm512_mask_max_pd(otherwise.hi, hi, x.hi, otherwise.hi)};
}
ARGDRAW_INLINE f32 choose(mask m, f32 a, float otherwise) { return {_mm512_mask_mov_ps(_mm512_set1_ps(otherwise), m, a.v)}; }
ARGDRAW_INLINE f64 choose(mask m, f64 a, double otherwise) {
    const __m512d other = _mm512_set1_pd(otherwise);
    return {_mm512_mask_mov_pd(other, static_cast<__mmask8>(m), a.lo), _mm512_mask_mov_pd(other, static_cast<__mmask8>(m >> 8), a.hi)};
}
ARGDRAW_INLINE f32 keep(mask m, f32 a) { return {_mm512_maskz_mov_ps(m, a.v)}; }
ARGDRAW_INLINE f64 keep(mask m, f64 a) {
    return {_mm512_maskz_mov_pd(static_cast<__mmask8>(m), a.lo), _mm512_maskz_mov_pd(static_cast<__mmask8>(m >> 8), a.hi)};
}

ARGDRAW_INLINE float reduce_max(f32 a) { return reduce_max(_mm256_max_ps(lower(a.v), upper(a.v))); }
ARGDRAW_INLINE double reduce_max(f64 a) {
    const __m512d o = _mm512_maskz_max_pd(all8, a.lo, a.hi);
    return reduce_max(_mm256_max_pd(lower(o), upper(o)));
}
// Sixteen records of three words.
struct triples {
    __m512i a, b, c;
};
// A word that is used twice is loaded once: or each use becomes a load of its own, twice as dear where it is not aligned.
ARGDRAW_INLINE __m512i loaded(const std::byte* words) {
    __m512i x = _mm512_loadu_si512(words);
    asm("" : "+v"(x));
    return x;
}
ARGDRAW_INLINE triples load_triples(const std::byte* words) { return {loaded(words), loaded(words + 64), loaded(words + 128)}; }
// Every third of their words, from 0 or 1 on: no two of them stand in the same place of their sixteen.
ARGDRAW_INLINE i32 mixed_third(const triples& r, int first) {
    return {first == 0 ? _mm512_mask_blend_epi32(0x2492, _mm512_mask_blend_epi32(0x4924, r.a, r.b), r.c)
                       : _mm512_mask_blend_epi32(0x4924, _mm512_mask_blend_epi32(0x9249, r.a, r.b), r.c)};
}
ARGDRAW_INLINE i32 every_third(const triples& r, int first) {
    const int f = first;
    const __m512i order = _mm512_setr_epi32(f, f + 3, f + 6, f + 9, f + 12, (f + 15) & 15, f + 2, f + 5, f + 8, f + 11, (f + 14) & 15,
                                            f + 1, f + 4, f + 7, f + 10, f + 13);
    return {_mm512_maskz_permutexvar_epi32(all16, order, mixed_third(r, first).v)};
}
ARGDRAW_INLINE i32 differing(i32 bits, i32 a, i32 b) { return {_mm512_ternarylogic_epi32(bits.v, a.v, b.v, 0xf6)}; }
ARGDRAW_INLINE i32 mixed_iota() { return {_mm512_setr_epi32(0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10, 5)}; }
ARGDRAW_INLINE std::int32_t reduce_max(i32 a) { return reduce_max32(_mm256_max_epi32(lower(a.v), upper(a.v))); }
ARGDRAW_INLINE std::int32_t reduce_min(i32 a) { return reduce_min32(_mm256_min_epi32(lower(a.v), upper(a.v))); }
ARGDRAW_INLINE double tree_sum(f64 a) {
    const __m512d o = _mm512_add_pd(a.lo, a.hi);
    return tree_sum(_mm256_add_pd(lower(o), upper(o)));
}
// out[i] = reduce_max of the i-th: halves, then quarters of different vectors are put together, so that each step serves all four.
ARGDRAW_INLINE void store_maxima(float* out, f32 a, f32 b, f32 c, f32 d) {
    const __m512 ab =
        _mm512_maskz_max_ps(all16, _mm512_maskz_shuffle_f32x4(all16, a.v, b.v, 0x44), _mm512_maskz_shuffle_f32x4(all16, a.v, b.v, 0xee));
    const __m512 cd =
        _mm512_maskz_max_ps(all16, _mm512_maskz_shuffle_f32x4(all16, c.v, d.v, 0x44), _mm512_maskz_shuffle_f32x4(all16, c.v, d.v, 0xee));
    __m512 q = _mm512_maskz_max_ps(all16, _mm512_maskz_shuffle_f32x4(all16, ab, cd, 0x88), _mm512_maskz_shuffle_f32x4(all16, ab, cd, 0xdd));
    q = _mm512_maskz_max_ps(all16, q, _mm512_maskz_permute_ps(all16, q, 0x4e));
    q = _mm512_maskz_max_ps(all16, q, _mm512_maskz_permute_ps(all16, q, 0xb1));
    _mm_storeu_ps(out, _mm256_castps256_ps128(lower(_mm512_maskz_compress_ps(0x1111, q))));
}

// Writes the chosen lanes one after another; may write sixteen entries, of which the first popcount(m) count.
// Compressing in the register and storing whole is the quick way on every machine: the form of the instruction
// that stores is microcoded on Zen 4.
ARGDRAW_INLINE void compress_store(mask m, i32 a, std::int32_t* p) { _mm512_storeu_si512(p, _mm512_maskz_compress_epi32(m, a.v)); }
ARGDRAW_INLINE void compress_store(mask m, f32 a, double* p) { store(p, widen({_mm512_maskz_compress_ps(m, a.v)})); }
ARGDRAW_INLINE void compress_store(mask m, f64 a, double* p) {
    const auto lo = static_cast<__mmask8>(m), hi = static_cast<__mmask8>(m >> 8);
    _mm512_storeu_pd(p, _mm512_maskz_compress_pd(lo, a.lo));
    _mm512_storeu_pd(p + __builtin_popcount(lo), _mm512_maskz_compress_pd(hi, a.hi));
}

ARGDRAW_INLINE w64 splat_word(std::uint32_t x) { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
ARGDRAW_INLINE w64 words_from(std::uint32_t first) {
    return {_mm512_add_epi64(splat_word(first).v, _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7))};
}
ARGDRAW_INLINE w64 product(w64 a, w64 b) { return {_mm512_maskz_mul_epu32(all8, a.v, b.v)}; }
ARGDRAW_INLINE w64 upper_half(w64 a) { return {_mm512_maskz_srli_epi64(all8, a.v, 32)}; }
ARGDRAW_INLINE w64 raised(w64 a) { return {_mm512_maskz_slli_epi64(all8, a.v, 32)}; }
ARGDRAW_INLINE w64 mixed(w64 a, w64 b, w64 c) { return {_mm512_ternarylogic_epi64(a.v, b.v, c.v, 0x96)}; }
ARGDRAW_INLINE unsigned upper_at_least(w64 a, std::uint32_t least) {
    return _mm512_cmpge_epu64_mask(a.v, _mm512_set1_epi64(static_cast<long long>(std::uint64_t{least} << 32)));
}

// 2^y, |y| <= 1000: an exponent in sixteenths, of which the last four bits choose one of sixteen powers, and a polynomial of what is
// left, |r| <= 1/32, off by less than 9.2e-15. The table's numbers lack what those four bits add when all are shifted into the exponent.
inline constexpr std::int64_t rough_powers[16] = {0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
                                                  0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
                                                  0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
                                                  0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da};
ARGDRAW_INLINE __m512d rough_power(__m512d t) {
    const __m512d part = _mm512_permutex2var_pd(_mm512_castsi512_pd(_mm512_loadu_si512(rough_powers)), _mm512_castpd_si512(t),
                                                _mm512_castsi512_pd(_mm512_loadu_si512(rough_powers + 8)));
    return _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(part), _mm512_maskz_slli_epi64(all8, _mm512_castpd_si512(t), 48)));
}
template <int n>
ARGDRAW_INLINE void rough_exp2(f64 (&y)[n]) {
    constexpr double series[] = {0x1.62e42fee46157p-1, 0x1.ebfbdff5a644bp-3, 0x1.c6b3488246ca2p-5, 0x1.3b2c9b8a77c4ap-7};
    const f64 magic = splat(0x1.8p48);
    f64 r[n], w[n];
    ARGDRAW_UNROLLED
    for (int i = 0; i < n; ++i) {
        const f64 t = add(y[i], magic);
        y[i] = sub(y[i], sub(t, magic));
        w[i] = {rough_power(t.lo), rough_power(t.hi)};
        r[i] = {_mm512_mul_pd(w[i].lo, y[i].lo), _mm512_mul_pd(w[i].hi, y[i].hi)};
    }
    polynomial(series, y);
    ARGDRAW_UNROLLED
    for (int i = 0; i < n; ++i) y[i] = multiply_add(r[i], y[i], w[i]);
}
