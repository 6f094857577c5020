// The kernels of the golden streams, under the same flags as their stages.
#include <argdraw/kernels.hpp>

ARGDRAW_KERNELS_HERE
