// expect: argdraw: the row is no row

#include <Eigen/Core>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const Eigen::VectorXf& logits) { return sampler{greedy{}}(logits / 0.8f); }
