// recipes — the sampling parameters of engines, by their own names, with their defaults, order and edges. Loaders stand beside them:
// recipes/json.hpp needs nlohmann's header, recipes/gguf.hpp nothing.
#pragma once

#include <argdraw/recipes/llama_cpp.hpp>
#include <argdraw/recipes/openai.hpp>
#include <argdraw/recipes/transformers.hpp>
#include <argdraw/recipes/vllm.hpp>
