// The kernels, written once over sixteen lanes. Included by kernels.hpp inside a namespace of its own for every instruction set, after the
// lanes of that set. Only raw pointers and lanes in here: a function template of the standard library that is first instantiated inside a
// target region could be compiled for that target and then be shared with the whole program.
#if !defined(ARGDRAW_OUTLINE)
#define ARGDRAW_OUTLINE ARGDRAW_INLINE  // for a set whose lanes are instructions
#endif
#include <argdraw/simd/lanes/derived.inl>
#include <argdraw/simd/kernels/blocks.inl>
// Where size counts, only the search for great logits is written out: it would take half as long again, and what weighs a tenth to a fifth.
#if defined(__OPTIMIZE_SIZE__)
#pragma push_macro("ARGDRAW_UNROLL")
#undef ARGDRAW_UNROLL
#define ARGDRAW_UNROLL
#endif
#include <argdraw/simd/kernels/hits.inl>
#if defined(__OPTIMIZE_SIZE__)
#pragma pop_macro("ARGDRAW_UNROLL")
#endif
#include <argdraw/simd/kernels/rows.inl>
#if defined(__OPTIMIZE_SIZE__)
#undef ARGDRAW_UNROLL
#define ARGDRAW_UNROLL
#endif
#include <argdraw/simd/kernels/spreads.inl>
#include <argdraw/simd/kernels/weights.inl>
#include <argdraw/simd/kernels/doubles.inl>
#include <argdraw/simd/kernels/numbers.inl>
#include <argdraw/simd/kernels/lists.inl>
#include <argdraw/simd/kernels/records.inl>
#include <argdraw/simd/kernels/maps.inl>
#include <argdraw/simd/kernels/rough.inl>
#include <argdraw/simd/kernels/words.inl>
#undef ARGDRAW_UNROLL
#undef ARGDRAW_OUTLINE
