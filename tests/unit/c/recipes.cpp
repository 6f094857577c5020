// Recipes through C: the pipelines, seeds and sentences of C++. unit/recipes has what the recipes are.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <argdraw/c/argdraw.h>

#include <argdraw/recipes.hpp>

#include "c/support.hpp"
#include "catch.hpp"

using namespace argdraw;
using namespace door;

namespace {

struct answer {
    argdraw_status why = ARGDRAW_OK;
    std::string text, sentence;
    argdraw_recipe_read found{};
};

answer read(std::int32_t engine, std::string_view json) {
    answer out;
    argdraw_pipeline* pipeline = nullptr;
    std::array<char, 400> sentence{}, text{};
    std::size_t length = 0;
    out.found.size = sizeof out.found;
    out.why = argdraw_recipe(engine, json.data(), json.size(), &pipeline, &out.found, sentence.data(), sentence.size());
    out.sentence = sentence.data();
    REQUIRE((pipeline != nullptr) == (out.why == ARGDRAW_OK));
    if (pipeline) REQUIRE(argdraw_to_text(pipeline, text.data(), text.size(), &length) == ARGDRAW_OK);
    out.text = text.data();
    REQUIRE(argdraw_free_pipeline(pipeline) == ARGDRAW_OK);
    return out;
}

}  // namespace

#if defined(ARGDRAW_C_RECIPES)

TEST_CASE("c recipes: what is not there has the engine's default") {
    CHECK(read(ARGDRAW_LLAMA_CPP, "{}").text == recipes::llama_cpp{}.make().text());
    CHECK(read(ARGDRAW_TRANSFORMERS, "{}").text == recipes::transformers{}.make().text());
    CHECK(read(ARGDRAW_VLLM, "{}").text == recipes::vllm{}.make().text());
    CHECK(read(ARGDRAW_OPENAI, "{}").text == recipes::openai{}.make().text());
}

TEST_CASE("c recipes: parameters, seeds, and keys that the recipe has not") {
    recipes::llama_cpp llama;
    llama.top_k = -1;
    llama.penalty_repeat = 1.1f;
    llama.logit_bias = {{3, 2.5f}};
    const answer a =
        read(ARGDRAW_LLAMA_CPP, R"({"top_k": -1, "repeat_penalty": 1.1, "logit_bias": [[3, 2.5]], "seed": 7, "n": 1, "stop": []})");
    CHECK(a.why == ARGDRAW_OK);
    CHECK(a.text == llama.make().text());
    CHECK(a.found.has_seed == 1);
    CHECK(a.found.seed == 7);
    CHECK(a.found.unknown == 2);
    CHECK(a.sentence == "n\nstop");

    recipes::openai openai;
    openai.temperature = 0;
    const answer b = read(ARGDRAW_OPENAI, R"({"temperature": 0})");
    CHECK(b.text == openai.make().text());
    CHECK(b.found.has_seed == 0);
    CHECK(b.found.unknown == 0);
    CHECK(b.sentence.empty());

    recipes::vllm vllm;
    vllm.min_p = 0.1f;
    vllm.bad_words = {{1, 2}, {3}};
    CHECK(read(ARGDRAW_VLLM, R"({"min_p": 0.1, "bad_words": [[1, 2], [3]], "seed": -1})").text == vllm.make().text());
}

TEST_CASE("c recipes: what is wrong has a sentence, and no pipeline") {
    const answer a = read(ARGDRAW_OPENAI, R"({"top_p": 2})");
    CHECK(a.why == ARGDRAW_BAD_PARAMETER);
    CHECK(a.sentence == "top_p = 2 is out of its range: 0 to 1");
    CHECK(read(ARGDRAW_VLLM, R"({"top_k": "many"})").sentence == R"(top_k = "many" is not a whole number)");
    CHECK(read(ARGDRAW_LLAMA_CPP, R"({"dry_sequence_breakers": ["\n"]})").why == ARGDRAW_BAD_PARAMETER);
    CHECK(read(ARGDRAW_LLAMA_CPP, "{").sentence.starts_with("the JSON is wrong: "));
    CHECK(read(ARGDRAW_LLAMA_CPP, "").why == ARGDRAW_BAD_PARAMETER);
    for (const std::int32_t engine : {-1, 4}) CHECK(read(engine, "{}").sentence == "there is no engine of this number");
}

#else

TEST_CASE("c recipes: a library without them says so") {
    const answer a = read(ARGDRAW_OPENAI, "{}");
    CHECK(a.why == ARGDRAW_NO_RECIPES);
    CHECK(a.sentence == argdraw_message(ARGDRAW_NO_RECIPES));
}

#endif

TEST_CASE("c recipes: arguments that are none have a status") {
    argdraw_pipeline* pipeline = nullptr;
    argdraw_recipe_read found{};
    char sentence[8] = {};
    CHECK(argdraw_recipe(ARGDRAW_OPENAI, "{}", 2, nullptr, nullptr, sentence, sizeof sentence) == ARGDRAW_BAD_PARAMETER);
    CHECK(sentence == std::string_view("a point"));
    CHECK(argdraw_recipe(ARGDRAW_OPENAI, nullptr, 2, &pipeline, nullptr, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_recipe(ARGDRAW_OPENAI, "{}", ~std::size_t{0}, &pipeline, nullptr, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_recipe(ARGDRAW_OPENAI, "{}", 2, &pipeline, nullptr, nullptr, 5) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_recipe(ARGDRAW_OPENAI, "{}", 2, &pipeline, &found, nullptr, 0) == ARGDRAW_BAD_PARAMETER);  // its size is none
    CHECK(pipeline == nullptr);
}
