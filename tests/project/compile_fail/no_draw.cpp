// expect: argdraw: the pipeline has no draw; end it with greedy{} or categorical{}
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits) { return sampler{temperature{0.8f}, top_k{40}}(logits); }
