// expect: argdraw: a law is asked for with a philox or with a sequence of this pipeline; another generator could not take its words back
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

distribution_of_row law(const std::vector<float>& logits, std::mt19937_64& random) {
    return sampler{xtc{0.5f}, categorical{}}.distribution(logits, random);
}
