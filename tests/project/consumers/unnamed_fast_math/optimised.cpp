// What every draw begins with. A flag that is refused here is refused in every sampler.
#include <argdraw/simd/float_environment.hpp>

int main() { const argdraw::float_environment of_a_draw; }
