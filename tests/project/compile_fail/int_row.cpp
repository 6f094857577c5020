// expect: argdraw: the row's elements are no logits; a row is contiguous float, double, half or bfloat16, or of a type with an argdraw::format_of
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<int>& logits) { return sampler{greedy{}}(logits); }
