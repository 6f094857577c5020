// expect: argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the stage, or write its items out in braces
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

auto pick(const std::vector<token_id>& other) { return sampler{bad_words{{std::vector<token_id>{1, 2}, other}}, greedy{}}; }
