#include <argdraw/recipes/openai.hpp>

#include "laws.hpp"

using namespace argdraw;
using recipes::openai;

namespace {

// The pipeline of the defaults but for what `change` changes, or what is wrong.
template <class F>
std::string with(F change) {
    openai recipe;
    change(recipe);
    return outcome(recipe);
}

}  // namespace

TEST_CASE("openai: the defaults, and the order") {
    CHECK(with([](openai&) {}) == "categorical");
    CHECK(with([](openai& r) {
              r.temperature = 0.5f;
              r.top_p = 0.9f;
              r.frequency_penalty = 0.5f;
              r.presence_penalty = 1;
              r.logit_bias = {{3, -100}};
          }) == "logit_bias([3: -100]) | penalties(frequency=0.5, presence=1) | temperature(0.5) | top_p(0.9) | categorical");
}

TEST_CASE("openai: temperature 0 is greedy, top_p = 0 keeps one") {
    CHECK(with([](openai& r) { r.temperature = 0, r.top_p = 0.5f, r.presence_penalty = 1; }) == "penalties(presence=1) | greedy");
    CHECK(kept(openai{.top_p = 0}.make(), {1, 2, 2}) == token_ids{1});
}

TEST_CASE("openai: penalties are those of the API's formula, over the output") {
    // mu[j] - c[j] * frequency - (c[j] > 0) * presence
    const openai recipe{.frequency_penalty = 0.5f, .presence_penalty = 1};
    const auto found = law(recipe.make(), {0, 0, 0}, {.prompt = {0, 0}, .output = {1, 1}});
    REQUIRE(found.ids == token_ids{0, 1, 2});
    CHECK(found.probabilities[0] == found.probabilities[2]);
    CHECK(std::log(found.probabilities[1] / found.probabilities[0]) == Approx(-2));
}

TEST_CASE("openai: what is out of its range is named, with value and range") {
    CHECK(with([](openai& r) { r.temperature = 2.5f; }) == "temperature = 2.5 is out of its range: 0 to 2");
    CHECK(with([](openai& r) { r.top_p = 1.5f; }) == "top_p = 1.5 is out of its range: 0 to 1");
    CHECK(with([](openai& r) { r.frequency_penalty = -3; }) == "frequency_penalty = -3 is out of its range: -2 to 2");
    CHECK(with([](openai& r) { r.logit_bias = {{1, 2}, {5, 101}}; }) == "logit_bias[5] = 101 is out of its range: -100 to 100");
    CHECK(with([](openai& r) { r.logit_bias = {{-1, 2}}; }) == "logit_bias has the id -1, which is out of its range: 0 or more");
    CHECK(with([](openai& r) { r.top_logprobs = 21; }) == "top_logprobs = 21 is out of its range: 0 to 20");
}

TEST_CASE("openai: the lists belong to what was made") {
    recipes::made copy;
    {
        openai recipe;
        recipe.logit_bias = {{1, -100}};
        copy = recipe.make();
        recipe.logit_bias.assign(1000, {2, 9});
    }
    CHECK(copy.text() == "logit_bias([1: -100]) | categorical");
}

TEST_CASE("openai: a seed, or none") {
    CHECK(!openai{}.fixed_seed());
    CHECK(*openai{.seed = -1}.fixed_seed() == ~std::uint64_t{0});
}

TEST_CASE("openai: each parameter explains itself") {
    CHECK(recipes::help<openai>().find("top_p = 1: Probability that the kept have together; 1 is off, 0 keeps one. Range: 0 to 1.\n") !=
          std::string::npos);
}

TEST_CASE("openai: text gives every pipeline back") { CHECK(random_recipes<openai>(20'000) > 1000); }
