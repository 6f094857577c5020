// argdraw::text — what files that are compiled with ARGDRAW_TEXT_ELSEWHERE leave to be linked, beside the kernels that src/kernels.cpp has.
#if !defined(ARGDRAW_KERNELS_ELSEWHERE)
#define ARGDRAW_KERNELS_ELSEWHERE
#endif
#include <argdraw/text/compiled.hpp>

ARGDRAW_TEXT_HERE
