#include <argdraw/recipes/transformers.hpp>

#include "laws.hpp"

using namespace argdraw;
using recipes::transformers;

namespace {

// The pipeline of the defaults but for what `change` changes, or what is wrong.
template <class F>
std::string with(F change) {
    transformers recipe;
    change(recipe);
    return outcome(recipe);
}

// The same of a text that is sampled, and of all ids.
template <class F>
std::string sampled(F change) {
    return with([&](transformers& r) {
        r.do_sample = true;
        r.top_k = std::nullopt;
        change(r);
    });
}

}  // namespace

TEST_CASE("transformers: the defaults, in transformers' order") {
    CHECK(with([](transformers&) {}) == "greedy");
    CHECK(with([](transformers& r) { r.do_sample = true; }) == "top_k(50, equals=all) | categorical");
    CHECK(with([](transformers& r) {
              r.do_sample = true;
              r.temperature = 0.5f;
              r.top_p = 0.9f;
              r.min_p = 0.1f;
              r.top_h = 0.4f;
              r.typical_p = 0.8f;
              r.epsilon_cutoff = 0.01f;
              r.eta_cutoff = 0.02f;
              r.repetition_penalty = 1.1f;
              r.encoder_repetition_penalty = 1.2f;
              r.no_repeat_ngram_size = 3;
              r.sequence_bias = {{{1, 2}, -1}, {{3}, 2}};
              r.bad_words_ids = {{5, 6}, {2}, {7}};
              r.min_length = 5;
              r.forced_bos_token_id = 1;
              r.forced_eos_token_id = {2};
              r.exponential_decay_length_penalty = {4, 1.5f};
              r.suppress_tokens = {8};
              r.begin_suppress_tokens = {9};
              r.eos_token_id = {2};
              r.renormalize_logits = true;
              r.input_ids_length = 2;
          }) ==
          "sequence_bias([[1, 2]: -1, [3]: 2]) | encoder_repetition(1.2) | repetition_penalty(1.1) | no_repeat_ngram(3) | "
          "bad_words([[5, 6], [7]]) | min_tokens(3, [2]) | force(17, 2) | exponential_length(4, factor=1.5, eos=2) | ban([8]) | "
          "suppress_at_begin([9]) | temperature(0.5) | top_k(100) | top_h_sum(0.4) | top_k(50, equals=all) | top_p(0.9) | "
          "min_p(0.1) | typical(0.8) | epsilon_cutoff(0.01) | eta_cutoff(0.02) | softmax | categorical");
}

TEST_CASE("transformers: what is off there is off here") {
    CHECK(sampled([](transformers&) {}) == "categorical");
    CHECK(sampled([](transformers& r) { r.top_k = 0; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.temperature = std::nullopt; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.top_p = 1.5f; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.top_p = std::nullopt; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.typical_p = 2; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.epsilon_cutoff = 1; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.epsilon_cutoff = -1; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.eta_cutoff = 1.5f; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.min_p = 0; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.no_repeat_ngram_size = -1; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.min_length = -1, r.eos_token_id = {2}; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.min_length = 9; }) == "categorical");
    CHECK(sampled([](transformers& r) { r.repetition_penalty = std::nullopt; }) == "categorical");
    // a greedy text asks for none of the warpers, whatever their values
    CHECK(with([](transformers& r) { r.temperature = 0, r.top_k = -3, r.top_p = -1, r.min_p = 9, r.typical_p = 0, r.top_h = 2; }) ==
          "greedy");
    CHECK(with([](transformers& r) { r.repetition_penalty = 2; }) == "repetition_penalty(2) | greedy");
}

TEST_CASE("transformers: lengths count the prompt, or the output alone") {
    const auto least = [](auto change) {
        return with([&](transformers& r) {
            r.eos_token_id = {2, 3};
            r.input_ids_length = 4;
            change(r);
        });
    };
    CHECK(least([](transformers& r) { r.min_length = 6; }) == "min_tokens(2, [2, 3]) | greedy");
    CHECK(least([](transformers& r) { r.min_length = 4; }) == "greedy");
    CHECK(least([](transformers& r) { r.min_length = 90, r.min_new_tokens = 5; }) == "min_tokens(5, [2, 3]) | greedy");
    CHECK(least([](transformers& r) { r.forced_eos_token_id = {3}; }) == "force(15, 3) | greedy");
    CHECK(least([](transformers& r) { r.forced_eos_token_id = {3}, r.max_new_tokens = 5; }) == "force(4, 3) | greedy");
    CHECK(least([](transformers& r) { r.forced_eos_token_id = {3}, r.max_length = 4; }) == "greedy");
    CHECK(least([](transformers& r) { r.forced_eos_token_id = {3}, r.max_length = std::nullopt; }) == "greedy");
    CHECK(least([](transformers& r) { r.forced_bos_token_id = 7; }) == "greedy");
    CHECK(least([](transformers& r) { r.forced_bos_token_id = 7, r.input_ids_length = 1; }) == "force(0, 7) | greedy");
    CHECK(least([](transformers& r) { r.forced_bos_token_id = 7, r.input_ids_length = 0; }) == "force(1, 7) | greedy");
    CHECK(least([](transformers& r) { r.exponential_decay_length_penalty = {1, 2.0f}; }) ==
          "exponential_length(1, factor=2, eos=2) | exponential_length(1, factor=2, eos=3) | greedy");
}

TEST_CASE("transformers: the rules that are not those of the stages") {
    const auto of = [](auto change) {
        transformers recipe{.do_sample = true, .top_k = 0};
        change(recipe);
        return recipe.make();
    };
    // the equals of the last stay
    CHECK(kept(of([](transformers& r) { r.top_k = 2; }), {3, 1, 2, 2}) == token_ids{0, 2, 3});
    // top_p = 0 keeps one
    CHECK(kept(of([](transformers& r) { r.top_p = 0; }), {1, 2, 2}) == token_ids{1});
    // temperature acts before the others: at 2, the second is no longer below a tenth of the first
    CHECK(kept(of([](transformers& r) { r.min_p = 0.1f; }), {0, -4}) == token_ids{0});
    CHECK(kept(of([](transformers& r) { r.min_p = 0.1f, r.temperature = 2; }), {0, -4}) == token_ids{0, 1});
    // the repetition penalty sees the prompt
    CHECK(kept(of([](transformers& r) { r.repetition_penalty = 2, r.min_p = 1; }), {2, 2, 2}, {.prompt = {0}, .output = {2}}) ==
          token_ids{1});
    // a bad word that is the end of text is none, one that ends with it is
    const auto bad = of([](transformers& r) { r.bad_words_ids = {{2}, {1, 2}}, r.eos_token_id = {2}; });
    CHECK(kept(bad, {0, 0, 0}, {.prompt = {0}}) == token_ids{0, 1, 2});
    CHECK(kept(bad, {0, 0, 0}, {.prompt = {1}}) == token_ids{0, 1});
    // top_h measures the entropy of the first 100
    floats row(1000, -9.0f);
    row[3] = 0;
    CHECK(kept(of([](transformers& r) { r.top_h = 0.9f; }), row).size() < 100);
    CHECK(kept(of([](transformers& r) { r.top_h = 1; }), row).size() == 100);
}

TEST_CASE("transformers: what is out of its range is named, with value and range") {
    CHECK(sampled([](transformers& r) { r.temperature = 0; }) == "temperature = 0 is out of its range: above 0, finite");
    CHECK(sampled([](transformers& r) { r.top_k = -1; }) == "top_k = -1 is out of its range: 0 or more, finite");
    CHECK(sampled([](transformers& r) { r.top_p = -0.5f; }) == "top_p = -0.5 is out of its range: 0 or more, finite");
    CHECK(sampled([](transformers& r) { r.min_p = 2; }) == "min_p = 2 is out of its range: 0 to 1");
    CHECK(sampled([](transformers& r) { r.top_h = 0; }) == "top_h = 0 is out of its range: above 0 up to 1");
    CHECK(sampled([](transformers& r) { r.typical_p = 0; }) == "typical_p = 0 is out of its range: above 0, finite");
    CHECK(sampled([](transformers& r) { r.eta_cutoff = nan_float; }) == "eta_cutoff = nan is out of its range: any number");
    CHECK(with([](transformers& r) { r.repetition_penalty = 0; }) == "repetition_penalty = 0 is out of its range: above 0, finite");
    CHECK(with([](transformers& r) { r.sequence_bias = {{{1}, nan_float}}; }) == "sequence_bias = nan is out of its range: any number");
    CHECK(with([](transformers& r) { r.sequence_bias = {{{-1}, 1}}; }) == "sequence_bias = -1 is out of its range: 0 or more, finite");
    CHECK(with([](transformers& r) { r.exponential_decay_length_penalty = {-1, 2.0f}; }) ==
          "exponential_decay_length_penalty[0] = -1 is out of its range: 0 or more, finite");
    CHECK(with([](transformers& r) { r.exponential_decay_length_penalty = {1, 0.0f}; }) ==
          "exponential_decay_length_penalty[1] = 0 is out of its range: above 0, finite");
    CHECK(with([](transformers& r) { r.forced_eos_token_id = {1, 2}; }) ==
          "forced_eos_token_id = [1, 2] has several ids, and one can be forced");
    CHECK(with([](transformers& r) { r.forced_bos_token_id = 1, r.begin_suppress_tokens = {3}, r.input_ids_length = 1; }) ==
          "begin_suppress_tokens behind forced_bos_token_id would act at the second token, which no stage does");
    CHECK(with([](transformers& r) { r.bad_words_ids = {{}}; }) ==
          "bad_words: each sequence must have at least one token, and all of them must be ids of the row");
}

TEST_CASE("transformers: the lists belong to what was made") {
    recipes::made copy;
    {
        transformers recipe;
        recipe.sequence_bias = {{{1, 2}, -infinity}};
        recipe.suppress_tokens = {0};
        recipe.bad_words_ids = {{4, 5}, {3}};
        const recipes::made made = recipe.make();
        recipe.sequence_bias[0].sequence.assign(1000, 3);
        copy = made;
    }
    CHECK(copy.text() == "sequence_bias([[1, 2]: -inf]) | bad_words([[4, 5], [3]]) | ban([0]) | greedy");
    CHECK(kept(copy, {9, 1, 5, 8, 0, 4}, {.prompt = {1}}) == token_ids{5});
}

TEST_CASE("transformers: each parameter explains itself") {
    const std::string text = recipes::help<transformers>();
    CHECK(text.find("min_p = none: Least probability, as a share of the greatest; 0 is off. Range: 0 to 1.\n") != std::string::npos);
    CHECK(recipes::value_in_text(std::vector<recipes::sequence_with_bias>{{{1, 2}, 3}}) == "[[1, 2]: 3]");
    CHECK(recipes::value_in_text(recipes::length_penalty{2, 1.5f}) == "[2, 1.5]");
}

TEST_CASE("transformers: text gives every pipeline back") { CHECK(random_recipes<transformers>(20'000) > 1000); }
