// expect: argdraw: a stage or draw of this pipeline cannot be called with rows of this scalar
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<double>& logits) {
    return sampler{[](candidates<float>& c) { c.keep_top(3); }, greedy{}}(logits);
}
