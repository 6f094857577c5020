// expect: argdraw: the phrases are a temporary, and would be gone when the stage looks at them; give them a name that outlives the stage
#include <argdraw/argdraw.hpp>

using namespace argdraw;

auto pick() { return sampler{dry{.multiplier = 0.8f, .breakers = phrases{{1, 2}}}, greedy{}}; }
