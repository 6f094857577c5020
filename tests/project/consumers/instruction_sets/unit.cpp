// One draw, compiled once for each of two machines: UNIT names the file. The kernels of named instruction sets are left out, for they are
// the same in both; what is compiled for the machine is everything else.
#define ARGDRAW_ONLY_GENERIC
#include <cstdint>
#include <vector>

#include <argdraw/draws/categorical.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/stages/temperature.hpp>

int UNIT(const std::vector<float>& logits, std::uint32_t position) {
    using namespace argdraw;
    philox random{.seed = 42, .position = position};
    return sampler{temperature{0.7f}, categorical{}}(logits, random).id;
}
