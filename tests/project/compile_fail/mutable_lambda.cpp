// expect: both must be callable as const
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits, philox& random) {
    return sampler{[calls = 0](auto& c) mutable { c.keep_top(++calls); }, categorical{}}(logits, random);
}
