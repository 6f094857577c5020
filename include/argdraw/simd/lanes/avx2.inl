// Sixteen logical lanes on AVX2 with FMA and F16C. Included inside a namespace and a target region by kernels.hpp.

#define ARGDRAW_UNROLL ARGDRAW_UNROLLED
inline constexpr int chains = 2;

struct f32 {
    using element = float;
    __m256 lo, hi;
};
struct i32 {
    using element = std::int32_t;
    __m256i lo, hi;
};
struct f64 {
    using element = double;
    __m256d v0, v1, v2, v3;
};
struct i16 {
    __m256i lo, hi;
};  // thirty-two of them
struct w64 {
    __m256i lo, hi;
};  // eight of them
#include <argdraw/simd/lanes/word_mask.inl>
#include <argdraw/simd/lanes/x86.inl>

ARGDRAW_INLINE f32 splat(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
ARGDRAW_INLINE i32 splat(std::int32_t x) { return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)}; }
ARGDRAW_INLINE f64 splat(double x) {
    const __m256d v = _mm256_set1_pd(x);
    return {v, v, v, v};
}
ARGDRAW_INLINE i32 iota() { return {_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15)}; }

ARGDRAW_INLINE f32 load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
ARGDRAW_INLINE f64 load(const double* p) {
    return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4), _mm256_loadu_pd(p + 8), _mm256_loadu_pd(p + 12)};
}
ARGDRAW_INLINE i32 load(const std::int32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
}
ARGDRAW_INLINE f32 load(const half* p) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
            _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)))};
}
ARGDRAW_INLINE __m256 load8(const bfloat16* p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
ARGDRAW_INLINE f32 load(const bfloat16* p) { return {load8(p), load8(p + 8)}; }
ARGDRAW_INLINE void store(float* p, f32 a) {
    _mm256_storeu_ps(p, a.lo);
    _mm256_storeu_ps(p + 8, a.hi);
}
ARGDRAW_INLINE void store(std::int32_t* p, i32 a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.lo);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), a.hi);
}
ARGDRAW_INLINE void store(double* p, f64 a) {
    _mm256_storeu_pd(p, a.v0);
    _mm256_storeu_pd(p + 4, a.v1);
    _mm256_storeu_pd(p + 8, a.v2);
    _mm256_storeu_pd(p + 12, a.v3);
}

ARGDRAW_INLINE f32 add(f32 a, f32 b) { return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)}; }
ARGDRAW_INLINE f32 sub(f32 a, f32 b) { return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)}; }
ARGDRAW_INLINE f32 mul(f32 a, f32 b) {
    f32 product{_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
    asm("" : "+x"(product.lo), "+x"(product.hi));  // a product that a compiler can see through it may fuse with a later sum
    return product;
}
ARGDRAW_INLINE f32 fma(f32 a, f32 b, f32 c) { return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)}; }
ARGDRAW_INLINE f32 max(f32 x, f32 otherwise) { return {_mm256_max_ps(x.lo, otherwise.lo), _mm256_max_ps(x.hi, otherwise.hi)}; }

ARGDRAW_INLINE f64 add(f64 a, f64 b) {
    return {_mm256_add_pd(a.v0, b.v0), _mm256_add_pd(a.v1, b.v1), _mm256_add_pd(a.v2, b.v2), _mm256_add_pd(a.v3, b.v3)};
}
ARGDRAW_INLINE f64 sub(f64 a, f64 b) {
    return {_mm256_sub_pd(a.v0, b.v0), _mm256_sub_pd(a.v1, b.v1), _mm256_sub_pd(a.v2, b.v2), _mm256_sub_pd(a.v3, b.v3)};
}
ARGDRAW_INLINE f64 mul(f64 a, f64 b) {
    f64 product{_mm256_mul_pd(a.v0, b.v0), _mm256_mul_pd(a.v1, b.v1), _mm256_mul_pd(a.v2, b.v2), _mm256_mul_pd(a.v3, b.v3)};
    asm("" : "+x"(product.v0), "+x"(product.v1), "+x"(product.v2), "+x"(product.v3));
    return product;
}
ARGDRAW_INLINE f64 multiply_add(f64 a, f64 b, f64 c) {
    return {_mm256_fmadd_pd(a.v0, b.v0, c.v0), _mm256_fmadd_pd(a.v1, b.v1, c.v1), _mm256_fmadd_pd(a.v2, b.v2, c.v2),
            _mm256_fmadd_pd(a.v3, b.v3, c.v3)};
}
// A compiler that can see the number through it reads it from memory once for each of the four, and two reads a cycle are all there are.
ARGDRAW_INLINE f64 held(double x) {
    __m256d all = _mm256_set1_pd(x);
    asm("" : "+x"(all));
    return {all, all, all, all};
}
ARGDRAW_INLINE f64 divided(f64 a, f64 b) {
    return {_mm256_div_pd(a.v0, b.v0), _mm256_div_pd(a.v1, b.v1), _mm256_div_pd(a.v2, b.v2), _mm256_div_pd(a.v3, b.v3)};
}
ARGDRAW_INLINE f64 max(f64 x, f64 o) {
    return {_mm256_max_pd(x.v0, o.v0), _mm256_max_pd(x.v1, o.v1), _mm256_max_pd(x.v2, o.v2), _mm256_max_pd(x.v3, o.v3)};
}
ARGDRAW_INLINE f64 widen(f32 a) {
    return {_mm256_cvtps_pd(_mm256_castps256_ps128(a.lo)), _mm256_cvtps_pd(_mm256_extractf128_ps(a.lo, 1)),
            _mm256_cvtps_pd(_mm256_castps256_ps128(a.hi)), _mm256_cvtps_pd(_mm256_extractf128_ps(a.hi, 1))};
}

ARGDRAW_INLINE i32 add(i32 a, i32 b) { return {_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)}; }
ARGDRAW_INLINE i32 sub(i32 a, i32 b) { return {_mm256_sub_epi32(a.lo, b.lo), _mm256_sub_epi32(a.hi, b.hi)}; }
ARGDRAW_INLINE i32 max(i32 a, i32 b) { return {_mm256_max_epi32(a.lo, b.lo), _mm256_max_epi32(a.hi, b.hi)}; }
ARGDRAW_INLINE i32 min(i32 a, i32 b) { return {_mm256_min_epi32(a.lo, b.lo), _mm256_min_epi32(a.hi, b.hi)}; }
template <int n>
ARGDRAW_INLINE i32 shift_left(i32 a) {
    return {_mm256_slli_epi32(a.lo, n), _mm256_slli_epi32(a.hi, n)};
}
ARGDRAW_INLINE i32 bits(f32 a) { return {_mm256_castps_si256(a.lo), _mm256_castps_si256(a.hi)}; }
ARGDRAW_INLINE f32 from_bits(i32 a) { return {_mm256_castsi256_ps(a.lo), _mm256_castsi256_ps(a.hi)}; }
// table[index mod 8]; the table stands in lanes 0..7 and again in 8..15.
ARGDRAW_INLINE i32 lookup8(i32 table, i32 index) {
    return {_mm256_permutevar8x32_epi32(table.lo, index.lo), _mm256_permutevar8x32_epi32(table.lo, index.hi)};
}
ARGDRAW_INLINE __m256d scale_by(__m256d p, __m256d magic) {
    return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(p), _mm256_slli_epi64(_mm256_castpd_si256(magic), 52)));
}
// p * 2^n, where n is held in the low bits of magic = n + 1.5 * 2^52.
ARGDRAW_INLINE f64 scale_by(f64 p, f64 magic) {
    return {scale_by(p.v0, magic.v0), scale_by(p.v1, magic.v1), scale_by(p.v2, magic.v2), scale_by(p.v3, magic.v3)};
}

ARGDRAW_INLINE i16 load(const std::int16_t* p) {
    i16 x{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 16))};
    asm("" : "+x"(x.lo), "+x"(x.hi));  // or each use becomes a load of its own, twice as dear where the row is not aligned
    return x;
}
ARGDRAW_INLINE i16 max(i16 a, i16 b) { return {_mm256_max_epi16(a.lo, b.lo), _mm256_max_epi16(a.hi, b.hi)}; }
ARGDRAW_INLINE i16 min_unsigned(i16 a, i16 b) { return {_mm256_min_epu16(a.lo, b.lo), _mm256_min_epu16(a.hi, b.hi)}; }
ARGDRAW_INLINE i16 max_unsigned(i16 a, i16 b) { return {_mm256_max_epu16(a.lo, b.lo), _mm256_max_epu16(a.hi, b.hi)}; }
ARGDRAW_INLINE bool any_above(i16 a, std::int16_t limit) {
    return _mm256_movemask_epi8(_mm256_cmpgt_epi16(_mm256_max_epi16(a.lo, a.hi), _mm256_set1_epi16(limit))) != 0;
}
ARGDRAW_INLINE bool any_above_unsigned(i16 a, std::uint16_t limit) {
    const __m256i over = _mm256_subs_epu16(_mm256_max_epu16(a.lo, a.hi), _mm256_set1_epi16(static_cast<std::int16_t>(limit)));
    return _mm256_testz_si256(over, over) == 0;
}
ARGDRAW_INLINE __m256i ranks16(__m256i a) {
    return _mm256_xor_si256(a, _mm256_and_si256(_mm256_srai_epi16(a, 15), _mm256_set1_epi16(0x7fff)));
}
// a ^ ((a >> 15) & 0x7fff): sign and magnitude to two's complement.
ARGDRAW_INLINE i16 ranks(i16 a) { return {ranks16(a.lo), ranks16(a.hi)}; }
ARGDRAW_INLINE std::int16_t reduce_max(i16 a) { return reduce_max16(_mm256_max_epi16(a.lo, a.hi)); }
// As of floats below: halves of two, then of four put side by side.
ARGDRAW_INLINE __m256i halves_max16(i16 a, i16 b) {
    const __m256i x = _mm256_max_epi16(a.lo, a.hi), y = _mm256_max_epi16(b.lo, b.hi);
    return _mm256_max_epi16(_mm256_unpacklo_epi64(x, y), _mm256_unpackhi_epi64(x, y));
}
ARGDRAW_INLINE void store_maxima(std::int16_t* out, i16 a, i16 b, i16 c, i16 d) {
    const __m256 ab = _mm256_castsi256_ps(halves_max16(a, b)), cd = _mm256_castsi256_ps(halves_max16(c, d));
    const __m256i all =
        _mm256_max_epi16(_mm256_castps_si256(_mm256_shuffle_ps(ab, cd, 0x88)), _mm256_castps_si256(_mm256_shuffle_ps(ab, cd, 0xdd)));
    const __m128i two = _mm_max_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    const __m128i four = _mm256_castsi256_si128(ranks16(_mm256_castsi128_si256(_mm_max_epi16(two, _mm_srli_epi32(two, 16)))));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out),
                     _mm_shuffle_epi8(four, _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1)));
}
ARGDRAW_INLINE __m256i within16(__m256i a, std::int16_t least, std::uint16_t span) {
    const __m256i above = _mm256_sub_epi16(a, _mm256_set1_epi16(least));
    return _mm256_cmpeq_epi16(_mm256_min_epu16(above, _mm256_set1_epi16(static_cast<std::int16_t>(span))), above);
}
ARGDRAW_INLINE std::uint32_t lanes_within(i16 a, std::int16_t least, std::uint16_t span) {
    const __m256i bytes = _mm256_packs_epi16(within16(a.lo, least, span), within16(a.hi, least, span));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_permute4x64_epi64(bytes, 0xd8)));
}

ARGDRAW_INLINE unsigned movemask(__m256 a) { return static_cast<unsigned>(_mm256_movemask_ps(a)); }
ARGDRAW_INLINE unsigned movemask(__m256d a) { return static_cast<unsigned>(_mm256_movemask_pd(a)); }
ARGDRAW_INLINE mask join(__m256 lo, __m256 hi) { return {movemask(lo) | (movemask(hi) << 8)}; }
ARGDRAW_INLINE mask join(__m256d a, __m256d b, __m256d c, __m256d d) {
    return {movemask(a) | (movemask(b) << 4) | (movemask(c) << 8) | (movemask(d) << 12)};
}
#define ARGDRAW_COMPARE(name, predicate)                                                                                                \
    ARGDRAW_INLINE mask name(f32 a, f32 b) { return join(_mm256_cmp_ps(a.lo, b.lo, predicate), _mm256_cmp_ps(a.hi, b.hi, predicate)); } \
    ARGDRAW_INLINE mask name(f64 a, f64 b) {                                                                                            \
        return join(_mm256_cmp_pd(a.v0, b.v0, predicate), _mm256_cmp_pd(a.v1, b.v1, predicate), _mm256_cmp_pd(a.v2, b.v2, predicate),   \
                    _mm256_cmp_pd(a.v3, b.v3, predicate));                                                                              \
    }
ARGDRAW_COMPARE(at_least, _CMP_GE_OQ)
ARGDRAW_COMPARE(unordered, _CMP_UNORD_Q)
#undef ARGDRAW_COMPARE
ARGDRAW_INLINE mask at_least(i32 a, i32 b) {
    return {~join(_mm256_castsi256_ps(_mm256_cmpgt_epi32(b.lo, a.lo)), _mm256_castsi256_ps(_mm256_cmpgt_epi32(b.hi, a.hi))).lanes &
            0xffffu};
}
ARGDRAW_INLINE __m256i lane_mask8(unsigned lanes) {
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(static_cast<int>(lanes)), bit), bit);
}
ARGDRAW_INLINE f32 keep(mask m, f32 a) {
    return {_mm256_and_ps(a.lo, _mm256_castsi256_ps(lane_mask8(m.lanes & 0xffu))),
            _mm256_and_ps(a.hi, _mm256_castsi256_ps(lane_mask8(m.lanes >> 8)))};
}
ARGDRAW_INLINE f32 choose(mask m, f32 a, float otherwise) {
    const __m256 other = _mm256_set1_ps(otherwise);
    return {_mm256_blendv_ps(other, a.lo, _mm256_castsi256_ps(lane_mask8(m.lanes & 0xffu))),
            _mm256_blendv_ps(other, a.hi, _mm256_castsi256_ps(lane_mask8(m.lanes >> 8)))};
}
// The bits of sixteen tokens stand in every word of 16 bits, and each lane looks at its own.
ARGDRAW_INLINE __m256 where_alive8(__m256i all, __m256i bit, __m256 a) {
    const __m256i lives = _mm256_cmpeq_epi32(_mm256_and_si256(all, bit), bit);
    return _mm256_blendv_ps(_mm256_set1_ps(-std::numeric_limits<float>::infinity()), a, _mm256_castsi256_ps(lives));
}
ARGDRAW_INLINE f32 where_alive(const std::uint16_t* bits, f32 a) {
    const __m256i all = _mm256_set1_epi16(static_cast<std::int16_t>(*bits));
    return {where_alive8(all, _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128), a.lo),
            where_alive8(all, _mm256_setr_epi32(256, 512, 1024, 2048, 4096, 8192, 16384, 32768), a.hi)};
}
ARGDRAW_INLINE __m256d where_alive4(__m256i all, __m256i bit, __m256d a) {
    const __m256i lives = _mm256_cmpeq_epi64(_mm256_and_si256(all, bit), bit);
    return _mm256_blendv_pd(_mm256_set1_pd(-std::numeric_limits<double>::infinity()), a, _mm256_castsi256_pd(lives));
}
ARGDRAW_INLINE f64 where_alive(const std::uint16_t* bits, f64 a) {
    const __m256i all = _mm256_set1_epi16(static_cast<std::int16_t>(*bits));
    return {where_alive4(all, _mm256_setr_epi64x(1, 2, 4, 8), a.v0), where_alive4(all, _mm256_setr_epi64x(16, 32, 64, 128), a.v1),
            where_alive4(all, _mm256_setr_epi64x(256, 512, 1024, 2048), a.v2),
            where_alive4(all, _mm256_setr_epi64x(4096, 8192, 16384, 32768), a.v3)};
}
ARGDRAW_INLINE __m256i where_alive16(std::uint16_t bits, __m256i a, std::int16_t removed) {
    const __m256i each = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, -32768);
    const __m256i lives = _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16(static_cast<std::int16_t>(bits)), each), each);
    return _mm256_blendv_epi8(_mm256_set1_epi16(removed), a, lives);
}
ARGDRAW_INLINE i16 where_alive(const std::uint16_t* bits, i16 a, std::int16_t removed) {
    return {where_alive16(bits[0], a.lo, removed), where_alive16(bits[1], a.hi, removed)};
}
ARGDRAW_INLINE __m256d lane_mask4(unsigned lanes) {
    const __m256i bit = _mm256_setr_epi64x(1, 2, 4, 8);
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(lanes), bit), bit));
}
ARGDRAW_INLINE f64 choose(mask m, f64 a, double otherwise) {
    const __m256d other = _mm256_set1_pd(otherwise);
    return {_mm256_blendv_pd(other, a.v0, lane_mask4(m.lanes)), _mm256_blendv_pd(other, a.v1, lane_mask4(m.lanes >> 4)),
            _mm256_blendv_pd(other, a.v2, lane_mask4(m.lanes >> 8)), _mm256_blendv_pd(other, a.v3, lane_mask4(m.lanes >> 12))};
}
ARGDRAW_INLINE __m256d keep4(unsigned lanes, __m256d a) { return _mm256_and_pd(a, lane_mask4(lanes)); }
ARGDRAW_INLINE f64 keep(mask m, f64 a) {
    return {keep4(m.lanes, a.v0), keep4(m.lanes >> 4, a.v1), keep4(m.lanes >> 8, a.v2), keep4(m.lanes >> 12, a.v3)};
}
// The comparison is the mask: it need not become bits and lanes again.
ARGDRAW_INLINE f32 keep_reaching(f32 x, f32 level, f32 a) {
    return {_mm256_and_ps(a.lo, _mm256_cmp_ps(x.lo, level.lo, _CMP_GE_OQ)), _mm256_and_ps(a.hi, _mm256_cmp_ps(x.hi, level.hi, _CMP_GE_OQ))};
}
ARGDRAW_INLINE f32 keep_reaching(i32 x, i32 level, f32 a) {
    return {_mm256_andnot_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(level.lo, x.lo)), a.lo),
            _mm256_andnot_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(level.hi, x.hi)), a.hi)};
}
ARGDRAW_INLINE f32 keep_below(f32 x, f32 level, f32 a) {
    return {_mm256_and_ps(a.lo, _mm256_cmp_ps(x.lo, level.lo, _CMP_NGE_UQ)),
            _mm256_and_ps(a.hi, _mm256_cmp_ps(x.hi, level.hi, _CMP_NGE_UQ))};
}
ARGDRAW_INLINE f64 keep_below(f64 x, f64 level, f64 a) {
    return {
        _mm256_and_pd(a.v0, _mm256_cmp_pd(x.v0, level.v0, _CMP_NGE_UQ)), _mm256_and_pd(a.v1, _mm256_cmp_pd(x.v1, level.v1, _CMP_NGE_UQ)),
        _mm256_and_pd(a.v2, _mm256_cmp_pd(x.v2, level.v2, _CMP_NGE_UQ)), _mm256_and_pd(a.v3, _mm256_cmp_pd(x.v3, level.v3, _CMP_NGE_UQ))};
}
ARGDRAW_INLINE mask between(f32 x, f32 from, f32 to) {
    return join(_mm256_and_ps(_mm256_cmp_ps(x.lo, from.lo, _CMP_GE_OQ), _mm256_cmp_ps(x.lo, to.lo, _CMP_NGE_UQ)),
                _mm256_and_ps(_mm256_cmp_ps(x.hi, from.hi, _CMP_GE_OQ), _mm256_cmp_ps(x.hi, to.hi, _CMP_NGE_UQ)));
}
ARGDRAW_INLINE __m256d removed_below4(__m256d x, __m256d level, __m256d a) {
    return _mm256_blendv_pd(_mm256_set1_pd(-std::numeric_limits<double>::infinity()), a, _mm256_cmp_pd(x, level, _CMP_GE_OQ));
}
ARGDRAW_INLINE f64 removed_below(f64 x, f64 level, f64 a) {
    return {removed_below4(x.v0, level.v0, a.v0), removed_below4(x.v1, level.v1, a.v1), removed_below4(x.v2, level.v2, a.v2),
            removed_below4(x.v3, level.v3, a.v3)};
}
ARGDRAW_INLINE f64 keep_reaching(f64 x, f64 level, f64 a) {
    return {_mm256_and_pd(a.v0, _mm256_cmp_pd(x.v0, level.v0, _CMP_GE_OQ)), _mm256_and_pd(a.v1, _mm256_cmp_pd(x.v1, level.v1, _CMP_GE_OQ)),
            _mm256_and_pd(a.v2, _mm256_cmp_pd(x.v2, level.v2, _CMP_GE_OQ)), _mm256_and_pd(a.v3, _mm256_cmp_pd(x.v3, level.v3, _CMP_GE_OQ))};
}

// One comparison tells of two registers, and what it writes is a NaN itself: half of what a sum takes.
ARGDRAW_INLINE f32 with_nan_of(f32 x, f32 seen) { return {_mm256_or_ps(seen.lo, _mm256_cmp_ps(x.lo, x.hi, _CMP_UNORD_Q)), seen.hi}; }
ARGDRAW_INLINE f64 with_nan_of(f64 x, f64 seen) {
    return {_mm256_or_pd(seen.v0, _mm256_cmp_pd(x.v0, x.v1, _CMP_UNORD_Q)), _mm256_or_pd(seen.v1, _mm256_cmp_pd(x.v2, x.v3, _CMP_UNORD_Q)),
            seen.v2, seen.v3};
}

ARGDRAW_INLINE float reduce_max(f32 a) { return reduce_max(_mm256_max_ps(a.lo, a.hi)); }
ARGDRAW_INLINE double reduce_max(f64 a) { return reduce_max(_mm256_max_pd(_mm256_max_pd(a.v0, a.v2), _mm256_max_pd(a.v1, a.v3))); }
// out[i] = reduce_max of the i-th: four registers of four parts each become one of four results, as a transposition.
ARGDRAW_INLINE void store_maxima(float* out, f32 a, f32 b, f32 c, f32 d) {
    const __m256 x = _mm256_max_ps(a.lo, a.hi), y = _mm256_max_ps(b.lo, b.hi), z = _mm256_max_ps(c.lo, c.hi), w = _mm256_max_ps(d.lo, d.hi);
    const __m256 xy = _mm256_max_ps(_mm256_unpacklo_ps(x, y), _mm256_unpackhi_ps(x, y));
    const __m256 zw = _mm256_max_ps(_mm256_unpacklo_ps(z, w), _mm256_unpackhi_ps(z, w));
    const __m256 all = _mm256_max_ps(_mm256_shuffle_ps(xy, zw, 0x44), _mm256_shuffle_ps(xy, zw, 0xee));
    _mm_storeu_ps(out, _mm_max_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
}
// Sixteen records of three words.
struct triples {
    __m256i a, b, c, d, e, f;
};
// A word that is used twice is loaded once: or each use becomes a load of its own, twice as dear where it is not aligned.
ARGDRAW_INLINE __m256i loaded(const std::byte* words) {
    __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
    asm("" : "+x"(x));
    return x;
}
ARGDRAW_INLINE triples load_triples(const std::byte* words) {
    return {loaded(words), loaded(words + 32), loaded(words + 64), loaded(words + 96), loaded(words + 128), loaded(words + 160)};
}
// Every third of twenty-four words, from 0 or 1 on: no two of them stand in the same place of their eight.
ARGDRAW_INLINE __m256i thirds(__m256i a, __m256i b, __m256i c, int first) {
    return first == 0 ? _mm256_blend_epi32(_mm256_blend_epi32(a, b, 0x92), c, 0x24)
                      : _mm256_blend_epi32(_mm256_blend_epi32(a, b, 0x24), c, 0x49);
}
ARGDRAW_INLINE i32 mixed_third(const triples& r, int first) { return {thirds(r.a, r.b, r.c, first), thirds(r.d, r.e, r.f, first)}; }
ARGDRAW_INLINE i32 every_third(const triples& r, int first) {
    const __m256i order = first == 0 ? _mm256_setr_epi32(0, 3, 6, 1, 4, 7, 2, 5) : _mm256_setr_epi32(1, 4, 7, 2, 5, 0, 3, 6);
    const i32 mixed = mixed_third(r, first);
    return {_mm256_permutevar8x32_epi32(mixed.lo, order), _mm256_permutevar8x32_epi32(mixed.hi, order)};
}
ARGDRAW_INLINE i32 differing(i32 bits, i32 a, i32 b) {
    return {_mm256_or_si256(bits.lo, _mm256_xor_si256(a.lo, b.lo)), _mm256_or_si256(bits.hi, _mm256_xor_si256(a.hi, b.hi))};
}
ARGDRAW_INLINE i32 mixed_iota() { return {_mm256_setr_epi32(0, 3, 6, 1, 4, 7, 2, 5), _mm256_setr_epi32(8, 11, 14, 9, 12, 15, 10, 13)}; }
ARGDRAW_INLINE std::int32_t reduce_max(i32 a) { return reduce_max32(_mm256_max_epi32(a.lo, a.hi)); }
ARGDRAW_INLINE std::int32_t reduce_min(i32 a) { return reduce_min32(_mm256_min_epi32(a.lo, a.hi)); }
ARGDRAW_INLINE double tree_sum(f64 a) { return tree_sum(_mm256_add_pd(_mm256_add_pd(a.v0, a.v2), _mm256_add_pd(a.v1, a.v3))); }

ARGDRAW_INLINE w64 splat_word(std::uint32_t x) {
    const __m256i v = _mm256_set1_epi64x(static_cast<long long>(x));
    return {v, v};
}
ARGDRAW_INLINE w64 words_from(std::uint32_t first) {
    const __m256i lo = _mm256_add_epi64(splat_word(first).lo, _mm256_setr_epi64x(0, 1, 2, 3));
    return {lo, _mm256_add_epi64(lo, _mm256_set1_epi64x(4))};
}
ARGDRAW_INLINE w64 product(w64 a, w64 b) { return {_mm256_mul_epu32(a.lo, b.lo), _mm256_mul_epu32(a.hi, b.hi)}; }
ARGDRAW_INLINE w64 upper_half(w64 a) { return {_mm256_srli_epi64(a.lo, 32), _mm256_srli_epi64(a.hi, 32)}; }
ARGDRAW_INLINE w64 raised(w64 a) { return {_mm256_slli_epi64(a.lo, 32), _mm256_slli_epi64(a.hi, 32)}; }
ARGDRAW_INLINE w64 mixed(w64 a, w64 b, w64 c) {
    return {_mm256_xor_si256(_mm256_xor_si256(b.lo, c.lo), a.lo), _mm256_xor_si256(_mm256_xor_si256(b.hi, c.hi), a.hi)};
}
ARGDRAW_INLINE unsigned upper_at_least(__m256i a, __m256i level) {
    return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi32(_mm256_max_epu32(a, level), a))));
}
ARGDRAW_INLINE unsigned upper_at_least(w64 a, std::uint32_t least) {
    const __m256i level = _mm256_set1_epi32(static_cast<std::int32_t>(least));
    return upper_at_least(a.lo, level) | upper_at_least(a.hi, level) << 4;
}
