"""Faults in recipes and their loaders: what an engine means by its parameters, and what a file may say."""
from mutant import Mutant

LLAMA_CPP, RULES = "recipes/llama_cpp.hpp", "llama_cpp: the rules that are not those of the stages"

FAULTS = [
    Mutant(
        "R1", "the typical need not have more than typ_p together",
        LLAMA_CPP,
        "typical{std::nextafter((std::max)(typ_p, 0.0f), 2.0f), at_least_kept()}",
        "typical{(std::max)(typ_p, 1e-30f), at_least_kept()}",
        "unit/recipes/llama_cpp.cpp", RULES),
    Mutant(
        "R2", "top_k leaves min_keep",
        LLAMA_CPP,
        "argdraw::top_k{(std::max)(top_k, 0)}",
        "argdraw::top_k{(std::max)(top_k, 0), at_least_kept()}",
        "unit/recipes/llama_cpp.cpp", "llama_cpp: beyond the edges it does as llama.cpp"),
    Mutant(
        "R3", "penalties see the output alone",
        LLAMA_CPP,
        "penalty_last_n, scope::both, scope::both}",
        "penalty_last_n}",
        "unit/recipes/llama_cpp.cpp", RULES),
    Mutant(
        "R4", "a min_p above 1 is 1",
        LLAMA_CPP,
        "if (min_p > 1) out.add(argdraw::top_k{at_least_kept()});",
        "if (min_p > 1) out.add(argdraw::min_p{1.0f});",
        "unit/recipes/llama_cpp.cpp", RULES),
    Mutant(
        "R5", "adaptive_p draws where it is not in the list",
        LLAMA_CPP,
        "std::find(samplers.begin(), samplers.end(), sampler::adaptive_p) != samplers.end() && adaptive_target >= 0;",
        "adaptive_target >= 0;",
        "unit/recipes/llama_cpp.cpp", "llama_cpp: beyond the edges it does as llama.cpp"),
    Mutant(
        "R6", "mirostat 2 acts behind the samplers' list",
        LLAMA_CPP,
        "if (mirostat != 0) {",
        "if (mirostat == 1) {",
        "unit/recipes/llama_cpp.cpp", "llama_cpp: mirostat stands in the place of the samplers"),
    Mutant(
        "R7", "a greedy text needs warpers in their ranges",
        "recipes/fields.hpp",
        "if (!first && of.acts)",
        "if (!first)",
        "unit/recipes/transformers.cpp", "transformers: what is off there is off here"),
    Mutant(
        "R8", "min_length counts the output alone",
        "recipes/transformers.hpp",
        "min_length.value_or(0) - prompt;",
        "min_length.value_or(0);",
        "unit/recipes/transformers.cpp", "transformers: lengths count the prompt, or the output alone"),
    Mutant(
        "R9", "exactly top_k tokens stay",
        "recipes/vllm.hpp",
        "argdraw::top_k{.k = (std::max)(top_k, 0), .equals = ties::all}",
        "argdraw::top_k{.k = (std::max)(top_k, 0)}",
        "unit/recipes/vllm.cpp", "vllm: the rules that are not those of the stages"),
    Mutant(
        "R10", "temperatures below 0.01 act as they are",
        "recipes/vllm.hpp",
        "argdraw::temperature{(std::max)(temperature, 0.01f)}",
        "argdraw::temperature{temperature}",
        "unit/recipes/vllm.cpp", "vllm: small temperatures"),
    Mutant(
        "R11", "what fails to load changes the recipe",
        "recipes/gguf.hpp",
        "if (!result.wrong) recipe = std::move(copy);",
        "recipe = std::move(copy);",
        "unit/recipes/gguf.cpp", "gguf: a wrong type or range names key, value and range"),
    Mutant(
        "R12", "the size of an array may wrap around",
        "recipes/gguf.hpp",
        "if (count > in_.left() / each || !in_.skip(count * each))",
        "if (!in_.skip(count * each))",
        "unit/recipes/gguf.cpp", "gguf: lengths that no file has are not believed"),
    Mutant(
        "R13", "a token that has the first byte of a breaker begins it",
        "recipes/texts.hpp",
        "if (!text.starts_with(end)) continue;",
        "if (end.size() >= text.size()) continue;",
        "unit/recipes/texts.cpp", "texts: a breaker stands in tokens of its own, in longer ones, and over several"),
    Mutant(
        "R14", "-1 is no seed",
        "recipes/loading.hpp",
        "most + 1 : 1;",
        "most + 1 : 0;",
        "unit/recipes/loading.cpp", "loading: whole numbers to their ends, and not beyond"),
]
