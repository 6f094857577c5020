// expect: argdraw: a number stands in the pipeline; name the stage it belongs to, as in temperature{0.8f} or top_k{40}
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits, philox& random) { return sampler{0.8f, top_k{40}, categorical{}}(logits, random); }
