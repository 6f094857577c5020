// expect: argdraw: the pipeline has two draws; only its last element may be one
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits, philox& random) {
    return sampler{temperature{0.8f}, greedy{}, categorical{}}(logits, random);
}
