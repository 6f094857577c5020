// expect: argdraw: the row's elements are no logits; a row is contiguous float, double, Eigen::half or Eigen::bfloat16
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<int>& logits) { return sampler{greedy{}}(logits); }
