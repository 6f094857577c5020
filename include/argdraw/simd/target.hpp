// target — a region whose functions are compiled for an instruction set that the rest of the file need not have.
#pragma once

// ARGDRAW_TARGET_REGION("avx2,fma")
// ... functions and function templates of our own: what is first instantiated in here may be compiled for the set and be shared with the
//     whole program, so nothing of the standard library may be. What is called from outside is inlined only if it has to be ...
// ARGDRAW_END_TARGET_REGION
//
// The lanes are vectors already, and the loops over them are unrolled where that helps. What gcc does beyond -O2 takes that back: it
// unrolls the loops that stay rolled and vectorises what counts their bits, and under -march=native it spills integers into vector
// registers. So a region is optimised as -O2 would, for no processor in particular, with its short loops where instructions are fetched
// best. Where each lane is at every instruction is not told to a debugger: it is a quarter of an object that is compiled with -g.
#define ARGDRAW_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define ARGDRAW_TARGET_REGION(sets) ARGDRAW_PRAGMA(clang attribute push(__attribute__((target(sets))), apply_to = function))
#define ARGDRAW_END_TARGET_REGION ARGDRAW_PRAGMA(clang attribute pop)
#elif defined(__GNUC__)
#if defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
#define ARGDRAW_OPTIMIZE_REGION ARGDRAW_PRAGMA(GCC optimize("O2,align-functions=64,align-loops=32,no-var-tracking"))
#else
#define ARGDRAW_OPTIMIZE_REGION
#endif
#define ARGDRAW_TARGET_REGION(sets) \
    ARGDRAW_PRAGMA(GCC push_options) ARGDRAW_OPTIMIZE_REGION ARGDRAW_PRAGMA(GCC target(sets, "tune=generic"))
#define ARGDRAW_END_TARGET_REGION ARGDRAW_PRAGMA(GCC pop_options)
#endif

// Before a loop in a kernel: written out whole, or left as it stands.
#if defined(__clang__)
#define ARGDRAW_UNROLLED ARGDRAW_PRAGMA(clang loop unroll(full))
#define ARGDRAW_ROLLED
#elif defined(__GNUC__)
#define ARGDRAW_UNROLLED ARGDRAW_PRAGMA(GCC unroll 16)
#define ARGDRAW_ROLLED ARGDRAW_PRAGMA(GCC unroll 1)
#else
#define ARGDRAW_UNROLLED
#define ARGDRAW_ROLLED
#endif
