#include "exporter.hpp"

argdraw::drawn next_token(const usual_sampler& pick, std::span<const float> logits, argdraw::philox& random) {
    return pick(logits, random);
}
