// expect: argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the stage, or write its items out in braces
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

auto pick() {
    xtc stage{.probability = 0.5f};
    stage.protect = std::vector<token_id>{1, 2};
    return sampler{stage, greedy{}};
}
