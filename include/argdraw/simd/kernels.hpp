// kernels — one source over sixteen lanes, compiled once for every instruction set, chosen at run time.
//
// For the file in which they are compiled; who calls them includes dispatch.hpp. lanes/README.md says how an instruction set is added.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/exp2_series.hpp>
#include <argdraw/numeric/expm1.hpp>
#include <argdraw/simd/dispatch.hpp>
#include <argdraw/simd/isa.hpp>
#include <argdraw/simd/tables.hpp>
#include <argdraw/simd/target.hpp>
#include <argdraw/simd/token_words.hpp>
#include <argdraw/simd/weight_scale.hpp>

// GCC 12 reports the deliberately undefined operands inside its own AVX-512 header as uninitialised (its bug 105593).
#if defined(ARGDRAW_X86)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#elif defined(ARGDRAW_ARM)
#include <arm_neon.h>
#elif defined(ARGDRAW_WASM)
#include <wasm_simd128.h>
#endif

// Lanes have a min and a max of their own, which <windows.h> has as macros.
#pragma push_macro("min")
#pragma push_macro("max")
#undef min
#undef max

namespace argdraw::inline ARGDRAW_ABI::simd {

// Where size counts, a compiler says itself what of these it inlines.
#if defined(__OPTIMIZE_SIZE__)
#pragma push_macro("ARGDRAW_INLINE")
#undef ARGDRAW_INLINE
#define ARGDRAW_INLINE inline
#endif
namespace generic {
#include <argdraw/simd/lanes/generic.inl>
#include <argdraw/simd/kernels/all.inl>
}  // namespace generic
#if defined(__OPTIMIZE_SIZE__)
#pragma pop_macro("ARGDRAW_INLINE")
#endif

#if defined(ARGDRAW_ARM)
namespace neon {
#include <argdraw/simd/lanes/neon.inl>
#include <argdraw/simd/kernels/all.inl>
}  // namespace neon
#endif

#if defined(ARGDRAW_WASM)
namespace simd128 {
#include <argdraw/simd/lanes/simd128.inl>
#include <argdraw/simd/kernels/all.inl>
}  // namespace simd128
#endif

#if defined(ARGDRAW_X86)
ARGDRAW_TARGET_REGION("avx2,fma,f16c,popcnt,bmi")
namespace avx2 {
#include <argdraw/simd/lanes/avx2.inl>
#include <argdraw/simd/kernels/all.inl>
}  // namespace avx2
ARGDRAW_END_TARGET_REGION

ARGDRAW_TARGET_REGION("avx2,fma,f16c,popcnt,bmi,avx512f,avx512bw,avx512dq,avx512vl")
namespace avx512 {
#include <argdraw/simd/lanes/avx512.inl>
#include <argdraw/simd/kernels/all.inl>
}  // namespace avx512
ARGDRAW_END_TARGET_REGION

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif  // ARGDRAW_X86

// The table of the set in force.
#define ARGDRAW_CASE(set, ...) \
    case isa::set: return set::__VA_ARGS__;
#define ARGDRAW_DISPATCH(...)                   \
    switch (active_isa()) {                     \
        ARGDRAW_SETS(ARGDRAW_CASE, __VA_ARGS__) \
        default: return generic::__VA_ARGS__;   \
    }

template <logit_scalar T>
ARGDRAW_NOINLINE const row_kernels<T>& rows() noexcept {
    ARGDRAW_DISPATCH(of_rows<T>)
}
template <logit_scalar T>
ARGDRAW_NOINLINE const spread_kernels<T>& spreads() noexcept {
    ARGDRAW_DISPATCH(of_spreads<T>)
}
template <logit_scalar T>
ARGDRAW_NOINLINE const weight_kernels<T>& block_weights() noexcept {
    ARGDRAW_DISPATCH(of_weights<T>)
}
template <logit_scalar T>
ARGDRAW_NOINLINE const weight_sum_kernels<T>& block_weight_sums() noexcept {
    ARGDRAW_DISPATCH(of_weight_sums<T>)
}
template <logit_scalar T>
ARGDRAW_NOINLINE const double_kernels<T>& doubles() noexcept {
    ARGDRAW_DISPATCH(of_doubles<T>)
}
template <class V>
ARGDRAW_NOINLINE const number_kernels<V>& numbers() noexcept {
    ARGDRAW_DISPATCH(of_numbers<V>)
}
template <class V>
ARGDRAW_NOINLINE const list_kernels& lists() noexcept {
    ARGDRAW_DISPATCH(of_lists<V>)
}
template <class V>
ARGDRAW_NOINLINE const record_kernels& records() noexcept {
    ARGDRAW_DISPATCH(of_records<V>)
}
template <class V>
ARGDRAW_NOINLINE const map_kernels& maps() noexcept {
    ARGDRAW_DISPATCH(of_maps<V>)
}
template <class V>
ARGDRAW_NOINLINE const rough_kernels& rough() noexcept {
    ARGDRAW_DISPATCH(of_rough<V>)
}
template <class V>
ARGDRAW_NOINLINE const word_kernels& words() noexcept {
    ARGDRAW_DISPATCH(of_words<V>)
}

#undef ARGDRAW_DISPATCH
#undef ARGDRAW_CASE

}  // namespace argdraw::simd

#pragma pop_macro("min")
#pragma pop_macro("max")
