#include <argdraw/recipes/vllm.hpp>

#include "laws.hpp"

using namespace argdraw;
using recipes::vllm;

namespace {

// The pipeline of the defaults but for what `change` changes, or what is wrong.
template <class F>
std::string with(F change) {
    vllm recipe;
    change(recipe);
    return outcome(recipe);
}

}  // namespace

TEST_CASE("vllm: the defaults, in vLLM's order") {
    CHECK(with([](vllm&) {}) == "categorical");
    CHECK(with([](vllm& r) {
              r.presence_penalty = 1;
              r.frequency_penalty = -1;
              r.repetition_penalty = 1.5f;
              r.temperature = 0.5f;
              r.top_p = 0.9f;
              r.top_k = 20;
              r.min_p = 0.1f;
              r.stop_token_ids = {3};
              r.eos_token_id = {2};
              r.min_tokens = 4;
              r.logit_bias = {{7, 200}, {8, -infinity}, {9, 1}};
              r.allowed_token_ids = {{1, 2, 3}};
              r.bad_words = {{4, 5}};
          }) ==
          "allow_only([1, 2, 3]) | bad_words([[4, 5]]) | min_tokens(4, [3, 2]) | logit_bias([7: 100, 8: -100, 9: 1]) | "
          "penalties(1.5, frequency=-1, presence=1) | temperature(0.5) | min_p(0.1) | top_k(20, equals=all) | top_p(0.9) | "
          "categorical");
}

TEST_CASE("vllm: what is off there is off here") {
    CHECK(with([](vllm& r) { r.top_k = -1; }) == "categorical");
    CHECK(with([](vllm& r) { r.top_k = 0; }) == "categorical");
    CHECK(with([](vllm& r) { r.top_p = 1; }) == "categorical");
    CHECK(with([](vllm& r) { r.min_p = 0; }) == "categorical");
    CHECK(with([](vllm& r) { r.min_tokens = 3; }) == "categorical");
    CHECK(with([](vllm& r) { r.allowed_token_ids = std::nullopt; }) == "categorical");
}

TEST_CASE("vllm: small temperatures") {
    CHECK(with([](vllm& r) { r.temperature = 0, r.top_k = 5, r.top_p = 0.5f, r.min_p = 0.1f, r.repetition_penalty = 2; }) ==
          "penalties(2) | greedy");
    CHECK(with([](vllm& r) { r.temperature = 1e-6f; }) == "temperature(0.01) | categorical");
    CHECK(with([](vllm& r) { r.temperature = 0.02f; }) == "temperature(0.02) | categorical");
}

TEST_CASE("vllm: the rules that are not those of the stages") {
    // the equals of the last of top_k stay
    CHECK(kept(vllm{.top_k = 2}.make(), {3, 1, 2, 2}) == token_ids{0, 2, 3});
    // the repetition penalty sees the prompt, the others do not
    const auto penalised = [](const vllm& recipe) { return kept(recipe.make(), {2, 2, 2}, {.prompt = {0}, .output = {2}}); };
    CHECK(penalised({.repetition_penalty = 2, .min_p = 1}) == token_ids{1});
    CHECK(penalised({.presence_penalty = 1, .min_p = 1}) == token_ids{0, 1});
    CHECK(penalised({.frequency_penalty = 1, .min_p = 1}) == token_ids{0, 1});
    // a bias does not bring back what min_tokens removed
    const vllm early{.min_p = 1, .stop_token_ids = {0}, .min_tokens = 2, .logit_bias = {{0, 100}}};
    CHECK(kept(early.make(), {1, 1, 0}, {.output = {1}}) == token_ids{1});
    CHECK(kept(early.make(), {1, 1, 0}, {.output = {1, 1}}) == token_ids{0});
    // min_p stands before top_p: the nucleus is that of what min_p left
    const vllm both{.top_p = 0.6f, .min_p = 0.5f};
    CHECK(kept(both.make(), {0, -0.1f, -3, -3, -3, -3, -3, -3}) == token_ids{0, 1});
}

TEST_CASE("vllm: what is out of its range is named, with value and range") {
    CHECK(with([](vllm& r) { r.top_p = 0; }) == "top_p = 0 is out of its range: above 0 up to 1");
    CHECK(with([](vllm& r) { r.top_k = -2; }) == "top_k = -2 is out of its range: -1 or more, finite");
    CHECK(with([](vllm& r) { r.temperature = -1; }) == "temperature = -1 is out of its range: 0 to 2");
    CHECK(with([](vllm& r) { r.temperature = nan_float; }) == "temperature = nan is out of its range: 0 to 2");
    CHECK(with([](vllm& r) { r.presence_penalty = 2.5f; }) == "presence_penalty = 2.5 is out of its range: -2 to 2");
    CHECK(with([](vllm& r) { r.repetition_penalty = 0; }) == "repetition_penalty = 0 is out of its range: above 0, finite");
    CHECK(with([](vllm& r) { r.max_tokens = 0; }) == "max_tokens = 0 is out of its range: 1 or more, finite");
    CHECK(with([](vllm& r) { r.min_tokens = 17; }) == "min_tokens = 17 is out of its range: 0 to max_tokens, which is 16");
    CHECK(with([](vllm& r) { r.allowed_token_ids = std::vector<token_id>{}; }) ==
          "allowed_token_ids = [] is out of its range: none, or at least one id");
    CHECK(with([](vllm& r) { r.logit_bias = {{3, nan_float}}; }) == "logit_bias[3] = nan is out of its range: any number");
    CHECK(with([](vllm& r) { r.logit_bias = {{-3, 1}}; }) == "logit_bias has the id -3, which is out of its range: 0 or more");
    CHECK(with([](vllm& r) { r.min_tokens = 17, r.max_tokens = std::nullopt, r.eos_token_id = {1}; }) ==
          "min_tokens(17, [1]) | categorical");
}

TEST_CASE("vllm: the lists belong to what was made") {
    recipes::made copy;
    {
        vllm recipe;
        recipe.bad_words = {{1, 0}};
        recipe.allowed_token_ids = {{0, 2}};
        copy = recipe.make();
        recipe.bad_words[0].assign(1000, 3);
    }
    CHECK(copy.text() == "allow_only([0, 2]) | bad_words([[1, 0]]) | categorical");
    CHECK(kept(copy, {9, 9, 5}, {.output = {1}}) == token_ids{2});
}

TEST_CASE("vllm: no seed and -1 are a random one") {
    CHECK(!vllm{}.fixed_seed());
    CHECK(!vllm{.seed = -1}.fixed_seed());
    CHECK(*vllm{.seed = 5}.fixed_seed() == 5);
}

TEST_CASE("vllm: each parameter explains itself") {
    CHECK(recipes::help<vllm>().find("max_tokens = 16: Tokens of output after which the text ends; none: no such limit. Range: 1 or more, "
                                     "finite.\n") != std::string::npos);
}

TEST_CASE("vllm: text gives every pipeline back") { CHECK(random_recipes<vllm>(20'000) > 1000); }
