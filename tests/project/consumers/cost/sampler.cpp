// One pipeline of four stages and a draw.
#include <argdraw/argdraw.hpp>
#include <span>

argdraw::drawn next(std::span<const float> logits, argdraw::philox& random) {
    using namespace argdraw;
    constexpr sampler pick{temperature{0.8f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, categorical{}};
    return pick(logits, random);
}
