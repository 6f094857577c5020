// The same pipeline for rows of all four formats.
#include <argdraw/argdraw.hpp>

#include <span>

using namespace argdraw;

constexpr sampler pick{temperature{0.5f}, top_k{3}, top_p{0.9f}, categorical{}};

drawn token(std::span<const float> row, philox& random) { return pick(row, random); }
drawn token(std::span<const double> row, philox& random) { return pick(row, random); }
drawn token(std::span<const half> row, philox& random) { return pick(row, random); }
drawn token(std::span<const bfloat16> row, philox& random) { return pick(row, random); }
