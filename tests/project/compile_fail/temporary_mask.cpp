// expect: argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the stage, or write its items out in braces
#include <cstdint>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

std::vector<std::uint32_t> mask();
auto pick() { return sampler{allow{mask(), past_end::ban}, greedy{}}; }
