// expect: argdraw: the second argument is no generator; pass a philox or any std::uniform_random_bit_generator
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits) { return sampler{temperature{0.8f}, categorical{}}(logits, 42); }
