// Sixteen logical lanes on NEON (aarch64, where fused multiply-add is always there). Included inside a namespace by kernels.hpp.

#define ARGDRAW_UNROLL ARGDRAW_UNROLLED
inline constexpr int chains = 2;

struct f32 {
    using element = float;
    float32x4_t v[4];
};
struct i32 {
    using element = std::int32_t;
    int32x4_t v[4];
};
struct f64 {
    using element = double;
    float64x2_t v[8];
};
struct i16 {
    int16x8_t v[4];
};  // thirty-two of them
#include <argdraw/simd/lanes/word_mask.inl>
#include <argdraw/simd/lanes/plain_words.inl>

ARGDRAW_INLINE f32 splat(float x) {
    const float32x4_t v = vdupq_n_f32(x);
    return {{v, v, v, v}};
}
ARGDRAW_INLINE i32 splat(std::int32_t x) {
    const int32x4_t v = vdupq_n_s32(x);
    return {{v, v, v, v}};
}
ARGDRAW_INLINE f64 splat(double x) {
    const float64x2_t v = vdupq_n_f64(x);
    return {{v, v, v, v, v, v, v, v}};
}

ARGDRAW_INLINE f32 load(const float* p) { return {{vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}}; }
ARGDRAW_INLINE i32 load(const std::int32_t* p) { return {{vld1q_s32(p), vld1q_s32(p + 4), vld1q_s32(p + 8), vld1q_s32(p + 12)}}; }
ARGDRAW_INLINE f64 load(const double* p) {
    f64 out;
    for (int i = 0; i < 8; ++i) out.v[i] = vld1q_f64(p + 2 * i);
    return out;
}
ARGDRAW_INLINE i32 iota() {
    constexpr std::int32_t lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return load(lanes);
}
ARGDRAW_INLINE f32 load(const half* p) {
    f32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p) + 4 * i)));
    return out;
}
ARGDRAW_INLINE f32 load(const bfloat16* p) {
    f32 out;
    for (int i = 0; i < 4; ++i)
        out.v[i] = vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p) + 4 * i), 16));
    return out;
}
ARGDRAW_INLINE void store(float* p, f32 a) {
    for (int i = 0; i < 4; ++i) vst1q_f32(p + 4 * i, a.v[i]);
}
ARGDRAW_INLINE void store(std::int32_t* p, i32 a) {
    for (int i = 0; i < 4; ++i) vst1q_s32(p + 4 * i, a.v[i]);
}
ARGDRAW_INLINE void store(double* p, f64 a) {
    for (int i = 0; i < 8; ++i) vst1q_f64(p + 2 * i, a.v[i]);
}

#define ARGDRAW_BINARY(name, type, parts, intrinsic)                          \
    ARGDRAW_INLINE type name(type a, type b) {                                \
        type out;                                                             \
        for (int i = 0; i < parts; ++i) out.v[i] = intrinsic(a.v[i], b.v[i]); \
        return out;                                                           \
    }
ARGDRAW_BINARY(add, f32, 4, vaddq_f32)
ARGDRAW_BINARY(sub, f32, 4, vsubq_f32)
ARGDRAW_BINARY(add, f64, 8, vaddq_f64)
ARGDRAW_BINARY(sub, f64, 8, vsubq_f64)
ARGDRAW_BINARY(add, i32, 4, vaddq_s32)
ARGDRAW_BINARY(sub, i32, 4, vsubq_s32)
ARGDRAW_BINARY(max, i32, 4, vmaxq_s32)
ARGDRAW_BINARY(min, i32, 4, vminq_s32)
ARGDRAW_BINARY(max, i16, 4, vmaxq_s16)
#undef ARGDRAW_BINARY
ARGDRAW_INLINE f32 mul(f32 a, f32 b) {
    f32 out;
    for (int i = 0; i < 4; ++i) {
        out.v[i] = vmulq_f32(a.v[i], b.v[i]);
        asm("" : "+w"(out.v[i]));  // a product that a compiler can see through it may fuse with a later sum
    }
    return out;
}
ARGDRAW_INLINE f64 mul(f64 a, f64 b) {
    f64 out;
    for (int i = 0; i < 8; ++i) {
        out.v[i] = vmulq_f64(a.v[i], b.v[i]);
        asm("" : "+w"(out.v[i]));
    }
    return out;
}
ARGDRAW_INLINE f32 fma(f32 a, f32 b, f32 c) {
    f32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = vfmaq_f32(c.v[i], a.v[i], b.v[i]);
    return out;
}
// x where it is the greater, `otherwise` where it is not or is NaN: FMAX would let the NaN win.
ARGDRAW_INLINE f32 max(f32 x, f32 o) {
    f32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = vbslq_f32(vcgtq_f32(x.v[i], o.v[i]), x.v[i], o.v[i]);
    return out;
}
ARGDRAW_INLINE f64 max(f64 x, f64 o) {
    f64 out;
    for (int i = 0; i < 8; ++i) out.v[i] = vbslq_f64(vcgtq_f64(x.v[i], o.v[i]), x.v[i], o.v[i]);
    return out;
}
ARGDRAW_INLINE f64 widen(f32 a) {
    f64 out;
    for (int i = 0; i < 4; ++i) {
        out.v[2 * i] = vcvt_f64_f32(vget_low_f32(a.v[i]));
        out.v[2 * i + 1] = vcvt_high_f64_f32(a.v[i]);
    }
    return out;
}
template <int n>
ARGDRAW_INLINE i32 shift_left(i32 a) {
    i32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = vshlq_n_s32(a.v[i], n);
    return out;
}
ARGDRAW_INLINE i32 bits(f32 a) {
    i32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = vreinterpretq_s32_f32(a.v[i]);
    return out;
}
ARGDRAW_INLINE f32 from_bits(i32 a) {
    f32 out;
    for (int i = 0; i < 4; ++i) out.v[i] = vreinterpretq_f32_s32(a.v[i]);
    return out;
}
// table[index mod 8]; the table stands in lanes 0..7 and again in 8..15. The byte shuffle wants byte numbers: 4 j + {0, 1, 2, 3}.
ARGDRAW_INLINE i32 lookup8(i32 table, i32 index) {
    const uint8x16x2_t bytes = {{vreinterpretq_u8_s32(table.v[0]), vreinterpretq_u8_s32(table.v[1])}};
    i32 out;
    for (int i = 0; i < 4; ++i) {
        const int32x4_t j = vandq_s32(index.v[i], vdupq_n_s32(7));
        const int32x4_t at = vmlaq_s32(vdupq_n_s32(0x03020100), j, vdupq_n_s32(0x04040404));
        out.v[i] = vreinterpretq_s32_u8(vqtbl2q_u8(bytes, vreinterpretq_u8_s32(at)));
    }
    return out;
}
// p * 2^n, where n is held in the low bits of magic = n + 1.5 * 2^52.
ARGDRAW_INLINE f64 scale_by(f64 p, f64 magic) {
    f64 out;
    for (int i = 0; i < 8; ++i)
        out.v[i] = vreinterpretq_f64_s64(vaddq_s64(vreinterpretq_s64_f64(p.v[i]), vshlq_n_s64(vreinterpretq_s64_f64(magic.v[i]), 52)));
    return out;
}

ARGDRAW_INLINE i16 load(const std::int16_t* p) { return {{vld1q_s16(p), vld1q_s16(p + 8), vld1q_s16(p + 16), vld1q_s16(p + 24)}}; }
// a ^ ((a >> 15) & 0x7fff): sign and magnitude to two's complement.
ARGDRAW_INLINE i16 ranks(i16 a) {
    for (int i = 0; i < 4; ++i) a.v[i] = veorq_s16(a.v[i], vandq_s16(vshrq_n_s16(a.v[i], 15), vdupq_n_s16(0x7fff)));
    return a;
}
ARGDRAW_INLINE std::int16_t reduce_max(i16 a) { return vmaxvq_s16(vmaxq_s16(vmaxq_s16(a.v[0], a.v[1]), vmaxq_s16(a.v[2], a.v[3]))); }
ARGDRAW_INLINE i16 min_unsigned(i16 a, i16 b) {
    for (int i = 0; i < 4; ++i) a.v[i] = vreinterpretq_s16_u16(vminq_u16(vreinterpretq_u16_s16(a.v[i]), vreinterpretq_u16_s16(b.v[i])));
    return a;
}
ARGDRAW_INLINE i16 max_unsigned(i16 a, i16 b) {
    for (int i = 0; i < 4; ++i) a.v[i] = vreinterpretq_s16_u16(vmaxq_u16(vreinterpretq_u16_s16(a.v[i]), vreinterpretq_u16_s16(b.v[i])));
    return a;
}
ARGDRAW_INLINE bool any_above(i16 a, std::int16_t limit) {
    std::int16_t greatest = vmaxvq_s16(a.v[0]);
    for (int i = 1; i < 4; ++i) greatest = vmaxvq_s16(a.v[i]) > greatest ? vmaxvq_s16(a.v[i]) : greatest;
    return greatest > limit;
}
ARGDRAW_INLINE bool any_above_unsigned(i16 a, std::uint16_t limit) {
    std::uint16_t greatest = 0;
    for (int i = 0; i < 4; ++i)
        greatest = vmaxvq_u16(vreinterpretq_u16_s16(a.v[i])) > greatest ? vmaxvq_u16(vreinterpretq_u16_s16(a.v[i])) : greatest;
    return greatest > limit;
}

ARGDRAW_INLINE unsigned lanes4(uint32x4_t m) {
    constexpr std::uint32_t bit[4] = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(m, vld1q_u32(bit)));
}
ARGDRAW_INLINE unsigned lanes2(uint64x2_t m) {
    return static_cast<unsigned>(vgetq_lane_u64(m, 0) & 1) | static_cast<unsigned>(vgetq_lane_u64(m, 1) & 2);
}
#define ARGDRAW_COMPARE(name, f32_test, f64_test)                         \
    ARGDRAW_INLINE mask name(f32 a, f32 b) {                              \
        unsigned lanes = 0;                                               \
        for (int i = 0; i < 4; ++i) lanes |= lanes4(f32_test) << (4 * i); \
        return {lanes};                                                   \
    }                                                                     \
    ARGDRAW_INLINE mask name(f64 a, f64 b) {                              \
        unsigned lanes = 0;                                               \
        for (int i = 0; i < 8; ++i) lanes |= lanes2(f64_test) << (2 * i); \
        return {lanes};                                                   \
    }
ARGDRAW_COMPARE(at_least, vcgeq_f32(a.v[i], b.v[i]), vcgeq_f64(a.v[i], b.v[i]))
ARGDRAW_COMPARE(unordered, vmvnq_u32(vandq_u32(vceqq_f32(a.v[i], a.v[i]), vceqq_f32(b.v[i], b.v[i]))),
                vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(vandq_u64(vceqq_f64(a.v[i], a.v[i]), vceqq_f64(b.v[i], b.v[i]))))))
#undef ARGDRAW_COMPARE
ARGDRAW_INLINE mask at_least(i32 a, i32 b) {
    unsigned lanes = 0;
    for (int i = 0; i < 4; ++i) lanes |= lanes4(vcgeq_s32(a.v[i], b.v[i])) << (4 * i);
    return {lanes};
}
ARGDRAW_INLINE uint32x4_t lane_mask4(unsigned lanes) {
    constexpr std::uint32_t bit[4] = {1, 2, 4, 8};
    return vtstq_u32(vdupq_n_u32(lanes), vld1q_u32(bit));
}
ARGDRAW_INLINE uint64x2_t lane_mask2(unsigned lanes) {
    constexpr std::uint64_t bit[2] = {1, 2};
    return vtstq_u64(vdupq_n_u64(lanes), vld1q_u64(bit));
}
// Outside m, `otherwise`.
ARGDRAW_INLINE f32 choose(mask m, f32 a, float otherwise) {
    for (int i = 0; i < 4; ++i) a.v[i] = vbslq_f32(lane_mask4(m.lanes >> (4 * i)), a.v[i], vdupq_n_f32(otherwise));
    return a;
}
ARGDRAW_INLINE f64 choose(mask m, f64 a, double otherwise) {
    for (int i = 0; i < 8; ++i) a.v[i] = vbslq_f64(lane_mask2(m.lanes >> (2 * i)), a.v[i], vdupq_n_f64(otherwise));
    return a;
}

ARGDRAW_INLINE float reduce_max(f32 a) { return vmaxvq_f32(vmaxq_f32(vmaxq_f32(a.v[0], a.v[1]), vmaxq_f32(a.v[2], a.v[3]))); }
ARGDRAW_INLINE double reduce_max(f64 a) {
    float64x2_t m = a.v[0];
    for (int i = 1; i < 8; ++i) m = vmaxq_f64(m, a.v[i]);
    return vmaxvq_f64(m);
}
ARGDRAW_INLINE std::int32_t reduce_max(i32 a) { return vmaxvq_s32(vmaxq_s32(vmaxq_s32(a.v[0], a.v[1]), vmaxq_s32(a.v[2], a.v[3]))); }
ARGDRAW_INLINE std::int32_t reduce_min(i32 a) { return vminvq_s32(vminq_s32(vminq_s32(a.v[0], a.v[1]), vminq_s32(a.v[2], a.v[3]))); }
// The fixed tree of every sum: lane l with l + 8, then + 4, + 2, + 1.
ARGDRAW_INLINE double tree_sum(f64 a) {
    for (int half = 4; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) a.v[i] = vaddq_f64(a.v[i], a.v[i + half]);
    return vgetq_lane_f64(a.v[0], 0) + vgetq_lane_f64(a.v[0], 1);
}
