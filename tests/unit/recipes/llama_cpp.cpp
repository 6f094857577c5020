#include <argdraw/recipes/llama_cpp.hpp>

#include <utility>

#include "laws.hpp"

using namespace argdraw;
using recipes::llama_cpp;

namespace {

// The pipeline of the defaults but for what `change` changes, or what is wrong.
template <class F>
std::string with(F change) {
    llama_cpp recipe;
    change(recipe);
    return outcome(recipe);
}

// The same with no sampler but those listed.
template <class F>
std::string only(std::vector<recipes::llama_cpp_sampler> samplers, F change) {
    return with([&](llama_cpp& r) {
        r.samplers = samplers;
        change(r);
    });
}

using sampler_of = recipes::llama_cpp_sampler;
constexpr auto nothing = [](llama_cpp&) {};

}  // namespace

TEST_CASE("llama_cpp: the defaults, in llama.cpp's order") {
    CHECK(with(nothing) == "top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | categorical");
    CHECK(with([](llama_cpp& r) {
              r.logit_bias = {{7, -1}};
              r.penalty_repeat = 1.1f;
              r.dry_multiplier = 0.8f;
              r.dry_sequence_breakers = {{13}, {}, {198}};
              r.top_n_sigma = 1.5f;
              r.typ_p = 0.5f;
              r.xtc_probability = 0.5f;
              r.min_keep = 2;
          }) ==
          "logit_bias([7: -1]) | penalties(1.1, window=64, counts_over=both) | dry(0.8, window=64, breakers=[13, 198]) | "
          "top_n_sigma(1.5) | top_k(40) | typical(0.50000006, min_keep=2) | top_p(0.95, min_keep=2) | min_p(0.05, min_keep=2) | "
          "xtc(0.5, min_keep=2) | temperature(0.8) | categorical");
}

TEST_CASE("llama_cpp: what is off there is off here") {
    const auto off = [](auto change, sampler_of which) { return only({which}, change); };
    CHECK(off([](llama_cpp& r) { r.top_k = 0; }, sampler_of::top_k) == "categorical");
    CHECK(off([](llama_cpp& r) { r.top_k = -1; }, sampler_of::top_k) == "categorical");
    CHECK(off([](llama_cpp& r) { r.top_p = 1; }, sampler_of::top_p) == "categorical");
    CHECK(off([](llama_cpp& r) { r.top_p = 2; }, sampler_of::top_p) == "categorical");
    CHECK(off([](llama_cpp& r) { r.min_p = 0; }, sampler_of::min_p) == "categorical");
    CHECK(off([](llama_cpp& r) { r.min_p = -1; }, sampler_of::min_p) == "categorical");
    CHECK(off([](llama_cpp& r) { r.typ_p = 1; }, sampler_of::typ_p) == "categorical");
    CHECK(off([](llama_cpp& r) { r.typ_p = infinity; }, sampler_of::typ_p) == "categorical");
    CHECK(off([](llama_cpp& r) { r.top_n_sigma = 0; }, sampler_of::top_n_sigma) == "categorical");
    CHECK(off(nothing, sampler_of::top_n_sigma) == "categorical");
    CHECK(off([](llama_cpp& r) { r.xtc_probability = -1; }, sampler_of::xtc) == "categorical");
    CHECK(off([](llama_cpp& r) { r.xtc_probability = 1, r.xtc_threshold = 0.6f; }, sampler_of::xtc) == "categorical");
    CHECK(off([](llama_cpp& r) { r.temp = 1; }, sampler_of::temperature) == "categorical");
    CHECK(off([](llama_cpp& r) { r.temp = 1, r.dynatemp_range = -1; }, sampler_of::temperature) == "categorical");
    CHECK(off([](llama_cpp& r) { r.penalty_repeat = 2, r.penalty_last_n = 0; }, sampler_of::penalties) == "categorical");
    CHECK(off([](llama_cpp& r) { r.dry_multiplier = 1, r.dry_base = 0.5f; }, sampler_of::dry) == "categorical");
    CHECK(off([](llama_cpp& r) { r.dry_multiplier = 1, r.dry_penalty_last_n = 0; }, sampler_of::dry) == "categorical");
    CHECK(off(nothing, sampler_of::adaptive_p) == "categorical");
    CHECK(with([](llama_cpp& r) { r.samplers.clear(); }) == "categorical");
}

TEST_CASE("llama_cpp: beyond the edges it does as llama.cpp") {
    CHECK(only({sampler_of::top_p}, [](llama_cpp& r) { r.top_p = -1; }) == "top_p(0) | categorical");
    CHECK(only({sampler_of::xtc}, [](llama_cpp& r) { r.xtc_probability = 3, r.xtc_threshold = -1; }) ==
          "xtc(1, threshold=0) | categorical");
    CHECK(only({sampler_of::temperature}, [](llama_cpp& r) { r.temp = -2; }) == "temperature(0) | categorical");
    CHECK(only({sampler_of::penalties}, [](llama_cpp& r) { r.penalty_freq = 1, r.penalty_last_n = -1; }) ==
          "penalties(frequency=1, counts_over=both) | categorical");
    CHECK(only({sampler_of::min_p}, [](llama_cpp& r) { r.min_p = 2; }) == "top_k(1) | categorical");
    CHECK(only({sampler_of::min_p}, [](llama_cpp& r) { r.min_p = 2, r.min_keep = 3; }) == "top_k(3) | categorical");
    CHECK(only({sampler_of::top_k}, [](llama_cpp& r) { r.top_k = 1, r.min_keep = 3; }) == "top_k(1) | categorical");
    CHECK(only({sampler_of::adaptive_p, sampler_of::top_k}, [](llama_cpp& r) { r.adaptive_target = 0.3f, r.adaptive_decay = 2; }) ==
          "top_k(40) | adaptive_p(0.3, decay=0.99)");
    CHECK(with([](llama_cpp& r) { r.adaptive_target = 0.3f, r.samplers.clear(); }) == "categorical");
    CHECK(with([](llama_cpp& r) { r.logit_bias = {{-1, 5}, {3, 5}}, r.logit_bias_eog = {{2, -infinity}}, r.samplers.clear(); }) ==
          "logit_bias([3: 5]) | categorical");
    CHECK(with([](llama_cpp& r) { r.ignore_eos = true, r.logit_bias_eog = {{2, -infinity}}, r.samplers.clear(); }) ==
          "logit_bias([2: -inf]) | categorical");
}

TEST_CASE("llama_cpp: the temperature follows the entropy as temp_ext") {
    const auto dynamic = [](float temp, float range, float exponent) {
        return only({sampler_of::temperature},
                    [=](llama_cpp& r) { r.temp = temp, r.dynatemp_range = range, r.dynatemp_exponent = exponent; });
    };
    CHECK(dynamic(0.75f, 0.5f, 2) == "dynamic_temperature(0.25, max=1.25, exponent=2) | categorical");
    CHECK(dynamic(0.5f, 1, 1) == "dynamic_temperature(0, max=1.5) | categorical");
    CHECK(dynamic(-2, 1, 1) == "dynamic_temperature(0, max=0) | categorical");
    CHECK(dynamic(0.5f, 1, 0) == "dynamic_temperature(1.5, max=1.5) | categorical");
}

TEST_CASE("llama_cpp: mirostat stands in the place of the samplers") {
    CHECK(with([](llama_cpp& r) { r.mirostat = 1, r.dynatemp_range = 1, r.logit_bias = {{1, 1}}; }) ==
          "logit_bias([1: 1]) | temperature(0.8) | mirostat_v1");
    CHECK(with([](llama_cpp& r) { r.mirostat = 2, r.mirostat_tau = 3, r.mirostat_eta = 0.5f, r.temp = -1; }) ==
          "temperature(0) | mirostat(3, eta=0.5)");
}

TEST_CASE("llama_cpp: the rules that are not those of the stages") {
    // exactly k of equals
    CHECK(kept(llama_cpp{.top_k = 2, .samplers = {sampler_of::top_k}}.make(), {1, 1, 1}) == token_ids{0, 1});
    // the sum of the typical has to pass typ_p: with two of one half each, both
    CHECK(kept(llama_cpp{.typ_p = 0.5f, .samplers = {sampler_of::typ_p}}.make(), {2, 2, -infinity}) == token_ids{0, 1});
    CHECK(kept(llama_cpp{.typ_p = -1, .samplers = {sampler_of::typ_p}}.make(), {2, 2, 1}).size() == 1);
    // the sum of a nucleus has to reach top_p: with two of one half each, one
    CHECK(kept(llama_cpp{.top_p = 0.5f, .samplers = {sampler_of::top_p}}.make(), {2, 2, -infinity}) == token_ids{0});
    // where nothing reaches min_p, the first alone, equals or not
    CHECK(kept(llama_cpp{.min_p = 1, .samplers = {sampler_of::min_p}}.make(), {2, 2, 1}) == token_ids{0, 1});
    CHECK(kept(llama_cpp{.min_p = 1.5f, .samplers = {sampler_of::min_p}}.make(), {2, 2, 1}) == token_ids{0});
    // greedy takes the first maximum
    CHECK(kept(llama_cpp{.temp = 0}.make(), {1, 3, 3, 2}) == token_ids{1});
    // penalties see the prompt, as far as their window goes
    const llama_cpp present{.penalty_last_n = 2, .penalty_present = infinity, .samplers = {sampler_of::penalties}};
    CHECK(outcome(present) == "penalty_present = inf is out of its range: any finite number");
    const auto penalised = [](int window) {
        const llama_cpp recipe{
            .min_p = 1, .penalty_last_n = window, .penalty_present = 9, .samplers = {sampler_of::penalties, sampler_of::min_p}};
        return kept(recipe.make(), {0, 0, 0, 0}, {.prompt = {3, 1}, .output = {2}});
    };
    CHECK(penalised(2) == token_ids{0, 3});
    CHECK(penalised(-1) == token_ids{0});
    CHECK(penalised(0) == token_ids{0, 1, 2, 3});
}

TEST_CASE("llama_cpp: sequence breakers are one token or several") {
    const auto breaking = [](std::vector<token_ids> breakers) {
        llama_cpp recipe{
            .dry_multiplier = 1, .dry_sequence_breakers = std::move(breakers), .samplers = {sampler_of::dry, sampler_of::min_p}};
        recipe.min_p = 1;
        return recipe;
    };
    CHECK(outcome(breaking({{13}, {}, {1, 2}})) == "dry(1, window=64, breakers=[[13], [1, 2]]) | min_p(1) | categorical");
    // 0 1 2 has been followed by 3
    const before text{.prompt = {0, 1, 2, 3}, .output = {0, 1, 2}};
    const auto left = [&](std::vector<token_ids> breakers) { return kept(breaking(std::move(breakers)).make(), {0, 0, 0, 0}, text); };
    CHECK(left({}) == token_ids{0, 1, 2});
    CHECK(left({{2, 0}}) == token_ids{0, 1, 2});
    CHECK(left({{1, 2}}) == token_ids{0, 1, 2, 3});
    CHECK(left({{3}}) == token_ids{0, 1, 2, 3});
}

TEST_CASE("llama_cpp: the list of samplers by names and by letters") {
    llama_cpp recipe;
    recipe.top_k = 3;
    recipe.top_p = 0.5f;
    CHECK(!recipe.order("temperature;nucleus;top-k;typical;typ;temp"));
    CHECK(outcome(recipe) == "temperature(0.8) | top_p(0.5) | top_k(3) | temperature(0.8) | categorical");
    CHECK(!recipe.order_of_letters("pk"));
    CHECK(outcome(recipe) == "top_p(0.5) | top_k(3) | categorical");
    const auto wrong = recipe.order("top_k;infill");
    CHECK(wrong.why == status::bad_parameter);
    CHECK(wrong.sentence ==
          "samplers = 'infill' is none of penalties, dry, top_n_sigma, top_k, typ_p, top_p, min_p, xtc, temperature, adaptive_p (letters "
          "edskypmxta)");
    CHECK(recipe.order_of_letters("k?").sentence.substr(0, 27) == "samplers = '?' is none of p");
    CHECK(recipe.order("top_k;").why == status::bad_parameter);
    CHECK(outcome(recipe) == "top_p(0.5) | top_k(3) | categorical");
    CHECK(!recipe.order(""));
    CHECK(outcome(recipe) == "categorical");
    CHECK(!recipe.order_of_letters("edskypmxt"));
    CHECK(recipe.samplers == llama_cpp{}.samplers);
}

TEST_CASE("llama_cpp: what is out of its range is named, with value and range") {
    CHECK(with([](llama_cpp& r) { r.top_p = nan_float; }) == "top_p = nan is out of its range: any number");
    CHECK(with([](llama_cpp& r) { r.min_keep = -1; }) == "min_keep = -1 is out of its range: 0 or more, finite");
    CHECK(with([](llama_cpp& r) { r.penalty_repeat = 0; }) == "penalty_repeat = 0 is out of its range: above 0, finite");
    CHECK(with([](llama_cpp& r) { r.penalty_last_n = -2; }) == "penalty_last_n = -2 is out of its range: -1 or more, finite");
    CHECK(with([](llama_cpp& r) { r.mirostat = 3; }) == "mirostat = 3 is out of its range: 0 to 2");
    CHECK(with([](llama_cpp& r) { r.adaptive_target = 1.5f; }) == "adaptive_target = 1.5 is out of its range: 1 or less");
    CHECK(with([](llama_cpp& r) { r.logit_bias = {{1, 2}, {5, nan_float}}; }) == "logit_bias[5] = nan is out of its range: any number");
    CHECK(with([](llama_cpp& r) { r.dry_sequence_breakers = {{1, -1}}; }) ==
          "dry_sequence_breakers = -1 is out of its range: 0 or more, finite");
    CHECK(with([](llama_cpp& r) { r.samplers.assign(33, sampler_of::top_k); }).substr(0, 24) == "chain: at most 32 stages");
    CHECK(with([](llama_cpp& r) { r.min_keep = -1; }) == llama_cpp{.min_keep = -1}.make().wrong.sentence);
}

TEST_CASE("llama_cpp: the lists belong to what was made") {
    recipes::made copy;
    {
        llama_cpp recipe;
        recipe.logit_bias = {{1, 9}};
        recipe.dry_multiplier = 1;
        recipe.dry_sequence_breakers = {{3}};
        const recipes::made made = recipe.make();
        recipe.logit_bias.assign(1000, {2, 9});
        copy = made;
    }
    CHECK(copy.text().substr(0, 60) == "logit_bias([1: 9]) | dry(1, window=64, breakers=[3]) | top_k");
    CHECK(kept(copy, {0, 0, 0, 0}, {.prompt = {1, 2, 3}}) == token_ids{1});
}

TEST_CASE("llama_cpp: a seed of all ones is a random one") {
    CHECK(!llama_cpp{}.fixed_seed());
    CHECK(*llama_cpp{.seed = 5}.fixed_seed() == 5);
}

TEST_CASE("llama_cpp: each parameter explains itself") {
    const std::string text = recipes::help<llama_cpp>();
    CHECK(text.find("typ_p = 1: Probability that the typical have together; 1 and above are off. Range: any number. Key: typical_p.\n") !=
          std::string::npos);
}

TEST_CASE("llama_cpp: text gives every pipeline back") { CHECK(random_recipes<llama_cpp>(20'000) > 1000); }
