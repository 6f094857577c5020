// argdraw::c — what C and older C++ link, with the kernels that src/kernels.cpp has.
#define ARGDRAW_C_EXPORTS
#if !defined(ARGDRAW_KERNELS_ELSEWHERE)
#define ARGDRAW_KERNELS_ELSEWHERE
#endif
#include <argdraw/c/argdraw.inl>
