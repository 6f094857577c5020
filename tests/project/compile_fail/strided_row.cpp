// expect: argdraw: the row's elements are not neighbours in memory

#include <Eigen/Core>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

// The row of a column-major matrix: its elements lie as far apart as the matrix is high.
drawn token(const Eigen::MatrixXf& batch) { return sampler{greedy{}}(batch.row(0)); }
