// expect: argdraw: candidates are of float, double, half or bfloat16
#include <vector>

#include <Eigen/Core>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<Eigen::half>& logits) {
    const auto stage = [](candidates<Eigen::half>& c) { c.keep_top(1); };
    return sampler{stage, greedy{}}(logits);
}
