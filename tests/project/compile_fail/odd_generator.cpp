// expect: argdraw: the generator's range is no power of two, so it does not give whole random bits; use philox, std::mt19937_64
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

drawn token(const std::vector<float>& logits, std::minstd_rand& random) {
    return sampler{temperature{0.8f}, categorical{}}(logits, random);
}
