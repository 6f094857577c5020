// The compilers and flags under which argdraw keeps its promises, and the name of its ABI.
#pragma once

#include <cfloat>

#define ARGDRAW_VERSION_MAJOR 0
#define ARGDRAW_VERSION_MINOR 1
#define ARGDRAW_VERSION_PATCH 0

// Everything lives in one inline namespace, so that two versions in one program are two libraries
// and not an ODR violation. It changes with every change of a type's layout or of a token stream.
#define ARGDRAW_ABI v0

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

// Where exceptions are switched off, memory that cannot be had ends the program in the standard library before anyone could catch.
#if defined(__cpp_exceptions)
#define ARGDRAW_TRY try
#define ARGDRAW_CATCH(type) catch (const type&)
#else
#define ARGDRAW_TRY if constexpr (true)
#define ARGDRAW_CATCH(type) else
#endif
