// The compilers and flags under which argdraw keeps its promises, and the name of its ABI.
#pragma once

#include <cfloat>

// gcc 10 calls its C++20 201709; MSVC says 199711 in __cplusplus, whatever it compiles for.
#if defined(_MSVC_LANG) ? _MSVC_LANG <= 201703L : __cplusplus <= 201703L
#error \
    "argdraw: needs C++20; this file is compiled for an older standard. Build it with -std=c++20 (/std:c++20), or give its target CXX_STANDARD 20."
#endif

// The one place where the version stands: CMakeLists.txt reads it from here, and the namespace below is named after it. One number to
// compare: 10000 major + 100 minor + patch.
#define ARGDRAW_VERSION_MAJOR 0
#define ARGDRAW_VERSION_MINOR 2
#define ARGDRAW_VERSION_PATCH 0
#define ARGDRAW_VERSION (ARGDRAW_VERSION_MAJOR * 10000 + ARGDRAW_VERSION_MINOR * 100 + ARGDRAW_VERSION_PATCH)

// Everything lives in one inline namespace, so that two versions in one program are two libraries and not an ODR violation. Its name has
// three parts. The version changes with every change of a type's layout or of a token stream. The instruction sets are those that this
// file is compiled for: an inline function stands in every file that calls it, the linker keeps one, and one that was compiled for
// AVX-512 would end a program on a machine without it, though another file was compiled for that machine. A step of the ladder stands
// for machines that have the same. The sizes, and that there are fewer formats, are a part where a build has others. What the standard library has out of line carries the
// name where it is made for a type or a comparison of this namespace: a sort of plain numbers is given a comparison.
#if defined(ARGDRAW_SMALL_BLOCKS)
#define ARGDRAW_ABI_NAME(major, minor, patch, sets) v##major##_##minor##_##patch##_##sets##_small
#elif defined(ARGDRAW_FORMATS)
#define ARGDRAW_ABI_NAME(major, minor, patch, sets) v##major##_##minor##_##patch##_##sets##_formats
#else
#define ARGDRAW_ABI_NAME(major, minor, patch, sets) v##major##_##minor##_##patch##_##sets
#endif
#define ARGDRAW_ABI_NAMED(major, minor, patch, sets) ARGDRAW_ABI_NAME(major, minor, patch, sets)
#define ARGDRAW_ABI_OF(sets) ARGDRAW_ABI_NAMED(ARGDRAW_VERSION_MAJOR, ARGDRAW_VERSION_MINOR, ARGDRAW_VERSION_PATCH, sets)
#if defined(__AVX512FP16__)  // x86
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx512fp16)
#elif defined(__AVX512VBMI2__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx512vbmi2)
#elif defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx512)
#elif defined(__AVX512F__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx512f)
#elif defined(__AVX2__) && defined(__FMA__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx2fma)
#elif defined(__AVX2__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx2)
#elif defined(__FMA__) || defined(__FMA4__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avxfma)
#elif defined(__AVX__) && defined(__BMI__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avxbmi)
#elif defined(__AVX__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(avx)
#elif defined(__SSE4_2__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(sse42)
#elif defined(__SSE4_1__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(sse41)
#elif defined(__SSE4A__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(sse4a)
#elif defined(__SSSE3__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(ssse3)
#elif defined(__SSE3__)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(sse3)
#elif defined(__ARM_FEATURE_SVE2)  // ARM
#define ARGDRAW_ABI ARGDRAW_ABI_OF(sve2)
#elif defined(__ARM_FEATURE_SVE)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(sve)
#elif defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(fp16)
#elif defined(__ARM_FEATURE_ATOMICS)
#define ARGDRAW_ABI ARGDRAW_ABI_OF(lse)
#elif defined(__riscv_vector)  // RISC-V
#define ARGDRAW_ABI ARGDRAW_ABI_OF(rvv)
#elif defined(__wasm_simd128__)  // WebAssembly
#define ARGDRAW_ABI ARGDRAW_ABI_OF(simd128)
#else
#define ARGDRAW_ABI ARGDRAW_ABI_OF(base)
#endif

// A compiler that may assume no NaN, reorder sums or keep excess precision cannot give the same bits
// everywhere, nor even see a NaN. Refusing is kinder than a wrong token.
#if defined(__FAST_MATH__) || defined(_M_FP_FAST) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#error "argdraw: compiled with fast-math; tokens would depend on the compiler. Build this file without -ffast-math (/fp:fast)."
#endif
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error "argdraw: compiled with -ffinite-math-only; NaN and infinite logits could not be recognised. Build this file without it."
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "argdraw: this target evaluates float expressions in a wider type (x87); build with -msse2 -mfpmath=sse."
#endif

// clang has flags that say the same and define no macro. With optimisation they show: __builtin_constant_p is true of a question about a
// number that came out of an asm, and a function that may not be called is called. Without optimisation nans_are_lost() compares a NaN at
// run time.
namespace argdraw::inline ARGDRAW_ABI::detail {

#if defined(__clang__) && __has_cpp_attribute(gnu::error)
#define ARGDRAW_REFUSED_FOR(what) [[gnu::error("argdraw: compiled with " what ". Build this file without it.")]]
ARGDRAW_REFUSED_FOR("-fno-honor-nans; NaN logits could not be recognised") void refuse_without_nans() noexcept;
ARGDRAW_REFUSED_FOR("-fno-honor-infinities; infinite logits could not be recognised") void refuse_without_infinities() noexcept;
ARGDRAW_REFUSED_FOR("-fassociative-math; tokens would depend on the compiler") void refuse_reordered_sums() noexcept;
ARGDRAW_REFUSED_FOR("-freciprocal-math; tokens would depend on the compiler") void refuse_reciprocals() noexcept;
#undef ARGDRAW_REFUSED_FOR

inline __attribute__((always_inline)) void refuse_unnamed_fast_math() noexcept {
    unsigned bits[2];
    asm("" : "=r"(bits[0]), "=r"(bits[1]));
    const auto x = __builtin_bit_cast(float, bits[0]), y = __builtin_bit_cast(float, bits[1]);
    if (__builtin_constant_p(x != x)) refuse_without_nans();
    if (__builtin_constant_p(__builtin_isinf(x))) refuse_without_infinities();
    if (__builtin_constant_p((x + y) - x < y)) refuse_reordered_sums();
    if (__builtin_constant_p(x / 3.0f < x * (1.0f / 3.0f))) refuse_reciprocals();
}
#else
inline void refuse_unnamed_fast_math() noexcept {}
#endif

#if defined(__clang__) && !defined(__OPTIMIZE__)
inline __attribute__((always_inline)) bool nans_are_lost() noexcept {
    unsigned bits = 0x7fc00000u;
    asm("" : "+r"(bits));
    const auto nan = __builtin_bit_cast(float, bits);
    return !__builtin_isunordered(nan, nan);
}
#else
constexpr bool nans_are_lost() noexcept { return false; }
#endif

}  // namespace argdraw::detail

#if defined(__GNUC__) || defined(__clang__)
#define ARGDRAW_PREFETCH(address) __builtin_prefetch(address)
#else
#define ARGDRAW_PREFETCH(address) static_cast<void>(address)
#endif

#if defined(__GNUC__) || defined(__clang__)
#define ARGDRAW_INLINE inline __attribute__((always_inline))
#define ARGDRAW_NOINLINE __attribute__((noinline))
#elif defined(_MSC_VER)
#define ARGDRAW_INLINE __forceinline
#define ARGDRAW_NOINLINE __declspec(noinline)
#else
#define ARGDRAW_INLINE inline
#define ARGDRAW_NOINLINE
#endif

// WebAssembly without atomics has one thread and lacks __cxa_thread_atexit, which a thread_local with a destructor needs.
#if defined(__wasm__) && !defined(__wasm_atomics__)
#define ARGDRAW_THREAD_LOCAL static
#else
#define ARGDRAW_THREAD_LOCAL thread_local
#endif

// Where exceptions are switched off, memory that cannot be had ends the program in the standard library before anyone could catch.
#if defined(__cpp_exceptions)
#define ARGDRAW_TRY try
#define ARGDRAW_CATCH(type) catch (const type&)
#else
#define ARGDRAW_TRY if constexpr (true)
#define ARGDRAW_CATCH(type) else
#endif
