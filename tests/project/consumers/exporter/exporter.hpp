#pragma once

#include <span>

#include <argdraw/argdraw.hpp>

using usual_sampler = argdraw::sampler<argdraw::temperature, argdraw::top_k, argdraw::categorical>;

argdraw::drawn next_token(const usual_sampler& pick, std::span<const float> logits, argdraw::philox& random);
