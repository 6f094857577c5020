// expect: argdraw: the draw is not last; stages after a draw would do nothing
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits, philox& random) { return sampler{categorical{}, top_k{40}}(logits, random); }
