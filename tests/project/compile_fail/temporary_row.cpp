// expect: argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the stage, or write its items out in braces
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

std::vector<float> unprompted();
auto pick() { return sampler{guidance{unprompted(), 1.5f}, greedy{}}; }
