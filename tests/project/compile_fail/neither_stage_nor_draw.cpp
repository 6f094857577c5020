// expect: argdraw: something in the pipeline is neither a stage nor a draw
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

struct settings {
    float temperature = 0.8f;
};

drawn token(const std::vector<float>& logits, philox& random) { return sampler{settings{}, categorical{}}(logits, random); }
