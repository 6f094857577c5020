// dispatch — the tables of kernels of the instruction set in force.
//
// The kernels are most of what a compiler has to do here: every scalar for every instruction set. A program of many files may define
// ARGDRAW_KERNELS_ELSEWHERE for all of them and compile them once, as argdraw/kernels.hpp says. The others then parse nothing of the
// kernels. ARGDRAW_SIMD_ELSEWHERE leaves these alone to another file: one with simd/kernels.hpp and ARGDRAW_KERNELS().
#pragma once

#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/simd/tables.hpp>

namespace argdraw::inline ARGDRAW_ABI::simd {

template <logit_scalar T>
const row_kernels<T>& rows() noexcept;
template <logit_scalar T>
const spread_kernels<T>& spreads() noexcept;
/// Not for rows of doubles.
template <logit_scalar T>
const weight_kernels<T>& block_weights() noexcept;
/// Not for rows of doubles.
template <logit_scalar T>
const weight_sum_kernels<T>& block_weight_sums() noexcept;
template <logit_scalar T>
const double_kernels<T>& doubles() noexcept;
/// Of float, double and std::int32_t.
template <class V>
const number_kernels<V>& numbers() noexcept;
/// There is one table; a template is what a program can have compiled elsewhere.
template <class V = double>
const list_kernels& lists() noexcept;
/// Of logits in float.
template <class V = float>
const record_kernels& records() noexcept;
template <class V = double>
const map_kernels& maps() noexcept;
template <class V = double>
const rough_kernels& rough() noexcept;
template <class V = double>
const word_kernels& words() noexcept;

}  // namespace argdraw::simd

// All that a program can have compiled elsewhere: tables times scalars.
#define ARGDRAW_KERNEL_TABLE(prefix, table, scalar) \
    prefix template decltype(argdraw::simd::table<scalar>()) argdraw::simd::table<scalar>() noexcept;
#define ARGDRAW_KERNELS_OF_ROWS(prefix, scalar)   \
    ARGDRAW_KERNEL_TABLE(prefix, rows, scalar)    \
    ARGDRAW_KERNEL_TABLE(prefix, spreads, scalar) \
    ARGDRAW_KERNEL_TABLE(prefix, doubles, scalar)
#define ARGDRAW_KERNELS_OF_WEIGHTS(prefix, scalar)      \
    ARGDRAW_KERNEL_TABLE(prefix, block_weights, scalar) \
    ARGDRAW_KERNEL_TABLE(prefix, block_weight_sums, scalar)
#define ARGDRAW_KERNELS(prefix)                           \
    ARGDRAW_KERNELS_OF_ROWS(prefix, float)                \
    ARGDRAW_KERNELS_OF_ROWS(prefix, double)               \
    ARGDRAW_KERNELS_OF_ROWS(prefix, argdraw::half)        \
    ARGDRAW_KERNELS_OF_ROWS(prefix, argdraw::bfloat16)    \
    ARGDRAW_KERNELS_OF_WEIGHTS(prefix, float)             \
    ARGDRAW_KERNELS_OF_WEIGHTS(prefix, argdraw::half)     \
    ARGDRAW_KERNELS_OF_WEIGHTS(prefix, argdraw::bfloat16) \
    ARGDRAW_KERNEL_TABLE(prefix, numbers, float)          \
    ARGDRAW_KERNEL_TABLE(prefix, numbers, double)         \
    ARGDRAW_KERNEL_TABLE(prefix, numbers, std::int32_t)   \
    ARGDRAW_KERNEL_TABLE(prefix, lists, double)           \
    ARGDRAW_KERNEL_TABLE(prefix, records, float)          \
    ARGDRAW_KERNEL_TABLE(prefix, maps, double)            \
    ARGDRAW_KERNEL_TABLE(prefix, rough, double)           \
    ARGDRAW_KERNEL_TABLE(prefix, words, double)

#if defined(ARGDRAW_KERNELS_ELSEWHERE) || defined(ARGDRAW_SIMD_ELSEWHERE)
ARGDRAW_KERNELS(extern)
#else
#include <argdraw/simd/kernels.hpp>
#endif
