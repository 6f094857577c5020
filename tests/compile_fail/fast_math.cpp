// expect: argdraw: compiled with fast-math; tokens would depend on the compiler
// What -ffast-math defines; the flag itself would be one of the command line, which all of these files share.
#undef __FAST_MATH__
#define __FAST_MATH__ 1
#include <argdraw/argdraw.hpp>

int main() {}
