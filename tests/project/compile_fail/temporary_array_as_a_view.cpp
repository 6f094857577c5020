// expect: argdraw: a list, mask or row is a temporary, and would be gone when the stage looks at it; give it a name that outlives the stage, or write its items out in braces
#include <array>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits) { return sampler{logit_bias<>(std::array{token_bias{1, 2.0f}}), greedy{}}(logits); }
