// argdraw::kernels — what files that are compiled with ARGDRAW_KERNELS_ELSEWHERE leave to be linked.
#include <argdraw/kernels.hpp>

ARGDRAW_KERNELS_HERE
