// expect: argdraw: this pipeline draws at random; call it as pick(logits, random), random a philox or any generator
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits) { return sampler{temperature{0.8f}, categorical{}}(logits); }
