// kernels — all that a program can have compiled once, in a file of its own: the kernels, and what the verbs of candidates do. The others
// define ARGDRAW_KERNELS_ELSEWHERE, and leave it to be linked. argdraw::kernels is such a file, and defines that for whoever links it. By
// hand it is
//
//     #include <argdraw/kernels.hpp>
//     ARGDRAW_KERNELS_HERE
#pragma once

#include <argdraw/candidates/compiled.hpp>
#include <argdraw/simd/kernels.hpp>

#define ARGDRAW_KERNELS_HERE \
    ARGDRAW_KERNELS()        \
    ARGDRAW_VERBS()
