// The eight accumulators are eight named variables: as an array they live in memory under gcc -O2, and the pass takes
// a third longer. Eight because a vector maximum has a latency of up to four cycles at two per cycle.
#include "floor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>

#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#define BENCH_FLOOR_X86 1
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define BENCH_FLOOR_NEON 1
#include <arm_neon.h>
#endif

namespace bench {
namespace {

template <class T>
T load_as(const std::byte* p) noexcept {
    T x;
    std::memcpy(&x, p, sizeof x);
    return x;
}

template <class T>
struct plain_max {
    static constexpr T start = std::numeric_limits<T>::lowest();
    static T step(T a, T b) noexcept { return a < b ? b : a; }
};

struct plain_or {
    static constexpr std::uint64_t start = 0;
    static std::uint64_t step(std::uint64_t a, std::uint64_t b) noexcept { return a | b; }
};

template <class T, class Step>
T sweep_plain(const std::byte* p, std::size_t bytes, T start) noexcept {
    T a = start, b = start, c = start, d = start, e = start, f = start, g = start, h = start;
    for (; bytes >= 8 * sizeof(T); bytes -= 8 * sizeof(T), p += 8 * sizeof(T)) {
        a = Step::step(a, load_as<T>(p));
        b = Step::step(b, load_as<T>(p + sizeof(T)));
        c = Step::step(c, load_as<T>(p + 2 * sizeof(T)));
        d = Step::step(d, load_as<T>(p + 3 * sizeof(T)));
        e = Step::step(e, load_as<T>(p + 4 * sizeof(T)));
        f = Step::step(f, load_as<T>(p + 5 * sizeof(T)));
        g = Step::step(g, load_as<T>(p + 6 * sizeof(T)));
        h = Step::step(h, load_as<T>(p + 7 * sizeof(T)));
    }
    for (; bytes >= sizeof(T); bytes -= sizeof(T), p += sizeof(T)) a = Step::step(a, load_as<T>(p));
    return Step::step(Step::step(Step::step(a, b), Step::step(c, d)), Step::step(Step::step(e, f), Step::step(g, h)));
}

// The lanes of a vector accumulator and the end of the row that fills no vector.
template <class T, class Step, class Vector>
T fold(const Vector& lanes, const std::byte* rest, std::size_t bytes, T start) noexcept {
    std::array<T, sizeof(Vector) / sizeof(T)> each;
    std::memcpy(each.data(), &lanes, sizeof lanes);
    T result = sweep_plain<T, Step>(rest, bytes, start);
    for (T x : each) result = Step::step(result, x);
    return result;
}

#if BENCH_FLOOR_X86

// Leaves the upper halves of the registers clean. gcc 12 at -O2 returned with them in use, and whatever is not compiled for AVX, plain C++ in the
// first place, then took up to eight times as long.
template <class T, class Step, class Vector>
__attribute__((target("avx"), always_inline)) inline T fold_and_leave(const Vector& lanes, const std::byte* rest, std::size_t bytes,
                                                                      T start) noexcept {
    const T result = fold<T, Step>(lanes, rest, bytes, start);
    _mm256_zeroupper();
    return result;
}

#define BENCH_AVX512 __attribute__((target("avx512f"), always_inline)) static inline
#define BENCH_AVX2 __attribute__((target("avx2"), always_inline)) static inline

// The full masks are folded away. Without them gcc 12 warns of an undefined operand inside its own header.
struct avx512_float {
    using vector = __m512;
    BENCH_AVX512 vector set(float x) noexcept { return _mm512_set1_ps(x); }
    BENCH_AVX512 vector step(vector a, const std::byte* p) noexcept { return join(_mm512_loadu_ps(p), a); }
    BENCH_AVX512 vector join(vector a, vector b) noexcept { return _mm512_maskz_max_ps(0xffff, a, b); }
};
struct avx512_double {
    using vector = __m512d;
    BENCH_AVX512 vector set(double x) noexcept { return _mm512_set1_pd(x); }
    BENCH_AVX512 vector step(vector a, const std::byte* p) noexcept { return join(_mm512_loadu_pd(p), a); }
    BENCH_AVX512 vector join(vector a, vector b) noexcept { return _mm512_maskz_max_pd(0xff, a, b); }
};
struct avx512_int {
    using vector = __m512i;
    BENCH_AVX512 vector set(std::int32_t x) noexcept { return _mm512_set1_epi32(x); }
    BENCH_AVX512 vector step(vector a, const std::byte* p) noexcept { return join(_mm512_loadu_si512(p), a); }
    BENCH_AVX512 vector join(vector a, vector b) noexcept { return _mm512_maskz_max_epi32(0xffff, a, b); }
};
struct avx512_or {
    using vector = __m512i;
    BENCH_AVX512 vector set(std::uint64_t) noexcept { return _mm512_setzero_si512(); }
    BENCH_AVX512 vector step(vector a, const std::byte* p) noexcept { return join(_mm512_loadu_si512(p), a); }
    BENCH_AVX512 vector join(vector a, vector b) noexcept { return _mm512_or_si512(a, b); }
};

struct avx2_float {
    using vector = __m256;
    BENCH_AVX2 vector set(float x) noexcept { return _mm256_set1_ps(x); }
    BENCH_AVX2 vector step(vector a, const std::byte* p) noexcept { return join(_mm256_loadu_ps(reinterpret_cast<const float*>(p)), a); }
    BENCH_AVX2 vector join(vector a, vector b) noexcept { return _mm256_max_ps(a, b); }
};
struct avx2_double {
    using vector = __m256d;
    BENCH_AVX2 vector set(double x) noexcept { return _mm256_set1_pd(x); }
    BENCH_AVX2 vector step(vector a, const std::byte* p) noexcept { return join(_mm256_loadu_pd(reinterpret_cast<const double*>(p)), a); }
    BENCH_AVX2 vector join(vector a, vector b) noexcept { return _mm256_max_pd(a, b); }
};
struct avx2_int {
    using vector = __m256i;
    BENCH_AVX2 vector set(std::int32_t x) noexcept { return _mm256_set1_epi32(x); }
    BENCH_AVX2 vector step(vector a, const std::byte* p) noexcept {
        return join(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), a);
    }
    BENCH_AVX2 vector join(vector a, vector b) noexcept { return _mm256_max_epi32(a, b); }
};
struct avx2_or {
    using vector = __m256i;
    BENCH_AVX2 vector set(std::uint64_t) noexcept { return _mm256_setzero_si256(); }
    BENCH_AVX2 vector step(vector a, const std::byte* p) noexcept {
        return join(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), a);
    }
    BENCH_AVX2 vector join(vector a, vector b) noexcept { return _mm256_or_si256(a, b); }
};

template <class T, class Step, class V>
__attribute__((target("avx512f"))) T sweep_avx512(const std::byte* p, std::size_t bytes, T start) noexcept {
    typename V::vector a = V::set(start), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (; bytes >= 512; bytes -= 512, p += 512) {
        a = V::step(a, p);
        b = V::step(b, p + 64);
        c = V::step(c, p + 128);
        d = V::step(d, p + 192);
        e = V::step(e, p + 256);
        f = V::step(f, p + 320);
        g = V::step(g, p + 384);
        h = V::step(h, p + 448);
    }
    for (; bytes >= 64; bytes -= 64, p += 64) a = V::step(a, p);
    a = V::join(V::join(V::join(a, b), V::join(c, d)), V::join(V::join(e, f), V::join(g, h)));
    return fold_and_leave<T, Step>(a, p, bytes, start);
}

template <class T, class Step, class V>
__attribute__((target("avx2"))) T sweep_avx2(const std::byte* p, std::size_t bytes, T start) noexcept {
    typename V::vector a = V::set(start), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (; bytes >= 256; bytes -= 256, p += 256) {
        a = V::step(a, p);
        b = V::step(b, p + 32);
        c = V::step(c, p + 64);
        d = V::step(d, p + 96);
        e = V::step(e, p + 128);
        f = V::step(f, p + 160);
        g = V::step(g, p + 192);
        h = V::step(h, p + 224);
    }
    for (; bytes >= 32; bytes -= 32, p += 32) a = V::step(a, p);
    a = V::join(V::join(V::join(a, b), V::join(c, d)), V::join(V::join(e, f), V::join(g, h)));
    return fold_and_leave<T, Step>(a, p, bytes, start);
}

#elif BENCH_FLOOR_NEON

struct neon_float {
    using vector = float32x4_t;
    static vector set(float x) noexcept { return vdupq_n_f32(x); }
    static vector step(vector a, const std::byte* p) noexcept { return vmaxq_f32(vld1q_f32(reinterpret_cast<const float*>(p)), a); }
    static vector join(vector a, vector b) noexcept { return vmaxq_f32(a, b); }
};
struct neon_double {
    using vector = float64x2_t;
    static vector set(double x) noexcept { return vdupq_n_f64(x); }
    static vector step(vector a, const std::byte* p) noexcept { return vmaxq_f64(vld1q_f64(reinterpret_cast<const double*>(p)), a); }
    static vector join(vector a, vector b) noexcept { return vmaxq_f64(a, b); }
};
struct neon_int {
    using vector = int32x4_t;
    static vector set(std::int32_t x) noexcept { return vdupq_n_s32(x); }
    static vector step(vector a, const std::byte* p) noexcept { return vmaxq_s32(vld1q_s32(reinterpret_cast<const std::int32_t*>(p)), a); }
    static vector join(vector a, vector b) noexcept { return vmaxq_s32(a, b); }
};
struct neon_or {
    using vector = uint64x2_t;
    static vector set(std::uint64_t) noexcept { return vdupq_n_u64(0); }
    static vector step(vector a, const std::byte* p) noexcept { return vorrq_u64(vld1q_u64(reinterpret_cast<const std::uint64_t*>(p)), a); }
    static vector join(vector a, vector b) noexcept { return vorrq_u64(a, b); }
};

template <class T, class Step, class V>
T sweep_neon(const std::byte* p, std::size_t bytes, T start) noexcept {
    typename V::vector a = V::set(start), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (; bytes >= 128; bytes -= 128, p += 128) {
        a = V::step(a, p);
        b = V::step(b, p + 16);
        c = V::step(c, p + 32);
        d = V::step(d, p + 48);
        e = V::step(e, p + 64);
        f = V::step(f, p + 80);
        g = V::step(g, p + 96);
        h = V::step(h, p + 112);
    }
    for (; bytes >= 16; bytes -= 16, p += 16) a = V::step(a, p);
    a = V::join(V::join(V::join(a, b), V::join(c, d)), V::join(V::join(e, f), V::join(g, h)));
    return fold<T, Step>(a, p, bytes, start);
}

#endif

struct sweeps {
    std::string_view instruction_set;
    float (*of_float)(const std::byte*, std::size_t, float) noexcept;
    double (*of_double)(const std::byte*, std::size_t, double) noexcept;
    std::int32_t (*of_int)(const std::byte*, std::size_t, std::int32_t) noexcept;
    std::uint64_t (*bits)(const std::byte*, std::size_t, std::uint64_t) noexcept;
};

sweeps best() noexcept {
    using std::int32_t, std::uint64_t;
#if BENCH_FLOOR_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return {"avx512", sweep_avx512<float, plain_max<float>, avx512_float>, sweep_avx512<double, plain_max<double>, avx512_double>,
                sweep_avx512<int32_t, plain_max<int32_t>, avx512_int>, sweep_avx512<uint64_t, plain_or, avx512_or>};
    if (__builtin_cpu_supports("avx2"))
        return {"avx2", sweep_avx2<float, plain_max<float>, avx2_float>, sweep_avx2<double, plain_max<double>, avx2_double>,
                sweep_avx2<int32_t, plain_max<int32_t>, avx2_int>, sweep_avx2<uint64_t, plain_or, avx2_or>};
#elif BENCH_FLOOR_NEON
    return {"neon", sweep_neon<float, plain_max<float>, neon_float>, sweep_neon<double, plain_max<double>, neon_double>,
            sweep_neon<int32_t, plain_max<int32_t>, neon_int>, sweep_neon<uint64_t, plain_or, neon_or>};
#endif
    return {"plain", sweep_plain<float, plain_max<float>>, sweep_plain<double, plain_max<double>>, sweep_plain<int32_t, plain_max<int32_t>>,
            sweep_plain<uint64_t, plain_or>};
}

const sweeps chosen = best();

template <class T>
std::int32_t of_bytes(std::span<const T> row) noexcept {
    return chosen.of_int(std::as_bytes(row).data(), row.size_bytes(), plain_max<std::int32_t>::start);
}

}  // namespace

std::string_view floor_instruction_set() noexcept { return chosen.instruction_set; }

std::string_view processor_name() noexcept {
#if BENCH_FLOOR_X86
    static const std::string name = [] {
        std::array<unsigned, 12> words{};
        for (unsigned i = 0; i < 3; ++i)
            __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
        std::array<char, sizeof words + 1> text{};
        std::memcpy(text.data(), words.data(), sizeof words);
        std::string trimmed{text.data()};
        trimmed.erase(trimmed.find_last_not_of(' ') + 1);
        return trimmed.empty() ? std::string{"x86"} : trimmed;
    }();
    return name;
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "unknown";
#endif
}

float read_maximum(std::span<const float> row) noexcept {
    return chosen.of_float(std::as_bytes(row).data(), row.size_bytes(), plain_max<float>::start);
}

double read_maximum(std::span<const double> row) noexcept {
    return chosen.of_double(std::as_bytes(row).data(), row.size_bytes(), plain_max<double>::start);
}

std::int32_t read_maximum(std::span<const argdraw::half> row) noexcept { return of_bytes(row); }
std::int32_t read_maximum(std::span<const argdraw::bfloat16> row) noexcept { return of_bytes(row); }

float read_maximum_plainly(std::span<const float> row) noexcept {
    return sweep_plain<float, plain_max<float>>(std::as_bytes(row).data(), row.size_bytes(), plain_max<float>::start);
}

std::uint64_t read_or(std::span<const std::byte> bytes) noexcept { return chosen.bits(bytes.data(), bytes.size(), plain_or::start); }

}  // namespace bench
