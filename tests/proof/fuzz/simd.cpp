// The kernels of the lanes, without the eyes of the fuzzer.
#include <argdraw/simd/kernels.hpp>

ARGDRAW_KERNELS()
