#include <argdraw/recipes/json.hpp>

#include <array>
#include <random>

#include <argdraw/recipes/openai.hpp>

#include "laws.hpp"

using namespace argdraw;
using recipes::load_json;

namespace {

// What is wrong with a text, after it changed nothing; or the pipeline that it makes, and behind it the unknown keys.
template <class R>
std::string outcome_of(std::string_view text, const recipes::texts& by = {}, R recipe = {}) {
    const std::string before = outcome(recipe);
    const recipes::loaded result = load_json(recipe, text, by);
    if (!result) {
        CHECK(result.wrong.why == status::bad_parameter);
        CHECK(outcome(recipe) == before);
        return result.wrong.sentence;
    }
    std::string out = outcome(recipe);
    for (const auto& key : result.unknown) out += ", " + key;
    return out;
}

constexpr auto llama = [](std::string_view text, const recipes::texts& by = {}) { return outcome_of<recipes::llama_cpp>(text, by); };
constexpr auto config = [](std::string_view text) { return outcome_of<recipes::transformers>(text); };
constexpr auto served = [](std::string_view text, const recipes::texts& by = {}) { return outcome_of<recipes::vllm>(text, by); };
constexpr auto api = [](std::string_view text) { return outcome_of<recipes::openai>(text); };

}  // namespace

TEST_CASE("json: a request of llama.cpp's server") {
    CHECK(llama(R"({"prompt": "x", "temperature": 0.5, "top_k": 20, "top_p": 0.9, "min_p": 0, "typical_p": 0.5, "repeat_penalty": 1.5,
                    "repeat_last_n": -1, "n_predict": 5, "min_keep": 2, "top_n_sigma": 1, "xtc_probability": 0.5, "stream": true})") ==
          "penalties(1.5, counts_over=both) | top_n_sigma(1) | top_k(20) | typical(0.50000006, min_keep=2) | top_p(0.9, min_keep=2) | "
          "xtc(0.5, min_keep=2) | temperature(0.5) | categorical, n_predict, prompt, stream");
    CHECK(llama(R"({"samplers": ["top_k", "temperature"], "top_k": 3})") == "top_k(3) | temperature(0.8) | categorical");
    CHECK(llama(R"({"samplers": "kt", "top_k": 3})") == "top_k(3) | temperature(0.8) | categorical");
    CHECK(llama(R"({"samplers": []})") == "categorical");
    CHECK(llama(R"({"mirostat": 2, "mirostat_tau": 3})") == "temperature(0.8) | mirostat(3)");
    CHECK(llama(R"({"samplers": [], "logit_bias": [[7, -1.5], [8, false], [9, 2]]})") ==
          "logit_bias([7: -1.5, 8: -inf, 9: 2]) | categorical");
    CHECK(llama(R"({"samplers": [], "logit_bias": {"7": -1, "8": false}})") == "logit_bias([7: -1, 8: -inf]) | categorical");
    CHECK(llama(R"({"samplers": "d", "dry_multiplier": 1, "dry_sequence_breakers": [[13], [198]]})") ==
          "dry(1, window=64, breakers=[13, 198]) | categorical");
    CHECK(llama(R"({"samplers": "d", "dry_multiplier": 1, "dry_base": 0.5})") == "dry(1, window=64) | categorical");
    recipes::llama_cpp recipe;
    CHECK(load_json(recipe, R"({"seed": -1})"));
    CHECK(!recipe.fixed_seed());
    CHECK(load_json(recipe, R"({"seed": 7, "n_probs": 3, "ignore_eos": true})"));
    CHECK(recipe.fixed_seed() == 7);
    CHECK((recipe.n_probs == 3 && recipe.ignore_eos));
}

TEST_CASE("json: texts become ids by the model's tokenizer") {
    const std::array<std::string, 4> tokens{"\n", "a", "b", " a"};
    const recipes::texts by{
        .ids =
            [](std::string_view text) {
                if (text == "ab") return token_ids{1, 2};
                return text == "a" ? token_ids{1} : text == " a" ? token_ids{3} : text == "b" ? token_ids{2} : token_ids{};
            },
        .tokens = tokens};
    CHECK(llama(R"({"samplers": "d", "dry_multiplier": 1, "dry_sequence_breakers": ["\n", "a"]})", by) ==
          "dry(1, window=64, breakers=[0, 1, 3]) | categorical");
    CHECK(llama(R"({"samplers": [], "logit_bias": [["ab", -1], [1, 2]]})", by) == "logit_bias([1: -1, 2: -1, 1: 2]) | categorical");
    CHECK(llama(R"({"samplers": [], "logit_bias": {"ab": -1}})", by) == "logit_bias([1: -1, 2: -1]) | categorical");
    CHECK(served(R"({"bad_words": ["a", "ab"]})", by) == "bad_words([[1], [3], [1, 2]]) | categorical");
    CHECK(served(R"({"bad_words": ["?"]})", by) == "bad_words = \"?\" is not a text with a token");
    CHECK(served(R"({"bad_words": ["a"]})") == "bad_words = \"a\" is a text, and there is no tokenizer for it");
    CHECK(llama(R"({"dry_sequence_breakers": ["\n"]})") == "dry_sequence_breakers = \"?\" is a text, and there is no tokenizer for it");
    CHECK(llama(R"({"logit_bias": [["a", 1]]})") == "logit_bias = \"a\" is a text, and there is no tokenizer for it");
    CHECK(llama(R"({"logit_bias": {"a": 1}})") == "logit_bias = \"a\" is a text, and there is no tokenizer for it");
}

TEST_CASE("json: a generation_config.json") {
    CHECK(
        config(R"({"bos_token_id": 1, "do_sample": true, "eos_token_id": [2, 3], "temperature": 0.6, "top_p": 0.9,
                     "transformers_version": "4.44", "min_new_tokens": 2})") ==
        "min_tokens(2, [2, 3]) | temperature(0.6) | top_k(50, equals=all) | top_p(0.9) | categorical, bos_token_id, transformers_version");
    CHECK(config(R"({"eos_token_id": 2, "min_length": 4})") == "min_tokens(4, [2]) | greedy");
    CHECK(config(R"({"do_sample": true, "top_k": null, "min_p": 0.1})") == "min_p(0.1) | categorical");
    CHECK(config(R"({"do_sample": false, "temperature": 0.0})") == "greedy");
    CHECK(config(R"({"bad_words_ids": [[1, 2], [3]], "suppress_tokens": [4], "sequence_bias": [[[5, 6], -1.5]],
                     "exponential_decay_length_penalty": [3, 1.5], "eos_token_id": 9, "forced_eos_token_id": 9})") ==
          "sequence_bias([[5, 6]: -1.5]) | bad_words([[1, 2], [3]]) | force(19, 9) | exponential_length(3, factor=1.5, eos=9) | ban([4]) | "
          "greedy");
    CHECK(config(R"({"suppress_tokens": null, "do_sample": null, "exponential_decay_length_penalty": null})") == "greedy");
}

TEST_CASE("json: requests to vLLM and OpenAI") {
    CHECK(served(R"({"model": "m", "temperature": 0.5, "top_k": -1, "min_p": 0.1, "stop_token_ids": [3], "min_tokens": 2,
                     "allowed_token_ids": [1, 2], "logit_bias": {"5": 3}, "repetition_penalty": 1.5})") ==
          "allow_only([1, 2]) | min_tokens(2, [3]) | logit_bias([5: 3]) | penalties(1.5) | temperature(0.5) | min_p(0.1) | categorical, "
          "model");
    recipes::vllm recipe;
    CHECK(load_json(recipe, R"({"logprobs": true, "top_logprobs": 5})"));
    CHECK(recipe.logprobs == 5);
    CHECK(load_json(recipe, R"({"logprobs": true})"));
    CHECK(recipe.logprobs == 0);
    CHECK(load_json(recipe, R"({"logprobs": false, "top_logprobs": 5})"));
    CHECK(!recipe.logprobs);
    CHECK(load_json(recipe, R"({"logprobs": 3, "seed": 12, "max_tokens": null})"));
    CHECK((recipe.logprobs == 3 && recipe.seed == 12 && recipe.max_tokens == 16));
    CHECK(api(R"({"model": "m", "messages": [], "temperature": 0, "presence_penalty": 0.5, "logit_bias": {"50256": -100}})") ==
          "logit_bias([50256: -100]) | penalties(presence=0.5) | greedy, messages, model");
    recipes::openai asked;
    CHECK(load_json(asked, R"({"seed": -9223372036854775808, "logprobs": true, "top_logprobs": 20, "top_p": null})"));
    CHECK((asked.seed == (std::numeric_limits<std::int64_t>::min)() && asked.logprobs && asked.top_logprobs == 20 && asked.top_p == 1));
}

TEST_CASE("json: an absent key leaves what the recipe has, and null what it had but for transformers") {
    recipes::llama_cpp recipe;
    recipe.top_k = 7;
    recipe.temp = 0.25f;
    REQUIRE(load_json(recipe, nlohmann::json{{"top_p", 0.5}, {"temperature", nullptr}}));
    CHECK((recipe.top_k == 7 && recipe.temp == 0.25f && recipe.top_p == 0.5f));
    recipe.logit_bias = {{1, 1}};
    REQUIRE(load_json(recipe, "{}"));
    CHECK(recipe.logit_bias.size() == 1);
    REQUIRE(load_json(recipe, R"({"logit_bias": [[2, 2]]})"));
    CHECK(recipe.logit_bias == std::vector<token_bias>{{2, 2}});
}

TEST_CASE("json: a wrong type names key and value") {
    CHECK(llama(R"({"top_k": "40"})") == "top_k = \"40\" is not a whole number");
    CHECK(llama(R"({"top_k": 1.5})") == "top_k = 1.5 is not a whole number");
    CHECK(llama(R"({"top_k": 40.0, "samplers": "k"})") == "top_k(40) | categorical");
    CHECK(llama(R"({"top_p": [0.5]})") == "top_p = [...] is not a number");
    CHECK(llama(R"({"top_p": {}})") == "top_p = {...} is not a number");
    CHECK(llama(R"({"top_p": true})") == "top_p = true is not a number");
    CHECK(llama(R"({"ignore_eos": 1})") == "ignore_eos = 1 is not true or false");
    CHECK(llama(R"({"samplers": 3})") == "samplers = 3 is not a list of names, or a text of letters");
    CHECK(llama(R"({"samplers": [3]})") == "samplers = 3 is not the name of a sampler");
    CHECK(llama(R"({"samplers": ["kt"]})").substr(0, 25) == "samplers = 'kt' is none o");
    CHECK(llama(R"({"logit_bias": 3})") == "logit_bias = 3 is not a map of ids to biases");
    CHECK(llama(R"({"logit_bias": [3]})") == "logit_bias = 3 is not a pair of id and bias");
    CHECK(llama(R"({"logit_bias": [[1, true]]})") == "logit_bias = true is not a number");
    CHECK(llama(R"({"logit_bias": [[1.5, 1]]})") == "logit_bias = 1.5 is not a whole number");
    CHECK(llama(R"({"dry_sequence_breakers": 3})") == "dry_sequence_breakers = 3 is not a list");
    CHECK(llama(R"({"dry_sequence_breakers": [3]})") == "dry_sequence_breakers = 3 is not a list of ids or a text");
    CHECK(llama(R"({"dry_sequence_breakers": [["a"]]})") == "dry_sequence_breakers = \"a\" is not a whole number");
    CHECK(config(R"({"eos_token_id": "x"})") == "eos_token_id = \"x\" is not an id or a list of ids");
    CHECK(config(R"({"sequence_bias": 1})") == "sequence_bias = 1 is not a list");
    CHECK(config(R"({"sequence_bias": [[1]]})") == "sequence_bias = [...] is not a pair of ids and bias");
    CHECK(config(R"({"sequence_bias": [[1, 2]]})") == "sequence_bias = 1 is not a list of ids");
    CHECK(config(R"({"sequence_bias": [[[1], "x"]]})") == "sequence_bias = \"x\" is not a number");
    CHECK(config(R"({"exponential_decay_length_penalty": [1]})") ==
          "exponential_decay_length_penalty = [...] is not a pair of start and factor");
    CHECK(config(R"({"exponential_decay_length_penalty": [1.5, 1]})") == "exponential_decay_length_penalty = 1.5 is not a whole number");
    CHECK(api(R"({"logit_bias": [[1, 2]]})") == "logit_bias = [...] is not a map of ids to biases");
    CHECK(api(R"({"logit_bias": {"x": 2}})") == "logit_bias = {\"x\": ...} is not a map of ids");
    CHECK(api(R"({"logit_bias": {"5": false}})") == "logit_bias = false is not a number");
    CHECK(served(R"({"logprobs": true, "top_logprobs": "x"})") == "top_logprobs = \"x\" is not a whole number");
    CHECK(api("[1]") == "[...] is not an object of keys and values");
    CHECK(api("17") == "17 is not an object of keys and values");
}

TEST_CASE("json: a wrong range names key, value and range") {
    CHECK(llama(R"({"repeat_last_n": -2})") == "repeat_last_n = -2 is out of its range: -1 or more, finite");
    CHECK(llama(R"({"top_k": 2147483648})") == "top_k = 2147483648 is out of its range: whole numbers from -2147483648 to 2147483647");
    CHECK(llama(R"({"top_p": 1e39})") == "top_p = 1e+39 is beyond the range of float");
    CHECK(api(R"({"temperature": 2.5})") == "temperature = 2.5 is out of its range: 0 to 2");
    CHECK(api(R"({"logit_bias": {"7": 101}})") == "logit_bias[7] = 101 is out of its range: -100 to 100");
    CHECK(config(R"({"do_sample": true, "temperature": 0.0})") == "temperature = 0 is out of its range: above 0, finite");
    CHECK(served(R"({"top_p": 0})") == "top_p = 0 is out of its range: above 0 up to 1");
}

TEST_CASE("json: what is no JSON says where") {
    CHECK(api("").substr(0, 52) == "the JSON is wrong: parse error at line 1, column 1: ");
    CHECK(api("{\"top_p\": 0.5,}").substr(0, 54) == "the JSON is wrong: parse error at line 1, column 15: s");
    CHECK(api("{\"top_p\": NaN}").substr(0, 30) == "the JSON is wrong: parse error");
    CHECK(api("{\"\xff\": 1}").substr(0, 30) == "the JSON is wrong: parse error");
    CHECK(api("{\"top_p\": 1e309}") == "the JSON is wrong: number overflow parsing '1e309'");
    CHECK(api("{\"top_p\": " + std::string(1'000'000, '9') + "}").size() < 300);
    for (const char* const open : {"[", "{\"top_p\":"}) {
        std::string deep;
        for (int i = 0; i < 200'000; ++i) deep += open;
        CHECK(api(deep).substr(0, 30) == "the JSON is wrong: parse error");
    }
    std::string nested = R"({"top_p": )";
    nested += std::string(200'000, '[') + std::string(200'000, ']') + "}";
    CHECK(api(nested) == "top_p = [...] is not a number");
    CHECK(api("{\"" + std::string(1'000'000, 'k') + "\": 1}").size() > 1'000'000);
    CHECK(api("{\"logit_bias\": {\"" + std::string(1'000'000, 'k') + "\": 1}}").size() < 200);
    CHECK(api("{\"top_p\": \"" + std::string(1'000'000, 'k') + "\"}").size() < 200);
}

namespace {

struct random_json {
    std::mt19937_64 random{5};

    std::size_t below(std::size_t n) { return random() % n; }
    template <class R>
    std::string key() {
        std::vector<std::string> keys{"prompt", "top_logprobs", ""};
        const R fresh;
        R::fields(fresh, [&](const recipes::field& of, const auto&) { keys.emplace_back(of.key()); });
        return keys[below(keys.size())];
    }
    std::string value(int depth = 0) {
        static constexpr std::array some{"0",
                                         "1",
                                         "-1",
                                         "0.5",
                                         "2",
                                         "1e39",
                                         "1.5",
                                         "40",
                                         "null",
                                         "true",
                                         "false",
                                         "\"kt\"",
                                         "\"7\"",
                                         "-0.0",
                                         "18446744073709551615",
                                         "-9223372036854775808",
                                         "4294967296",
                                         "\"top_k\"",
                                         "[]",
                                         "{}",
                                         "[[1,2],[3]]",
                                         "[[[1,2],0.5]]",
                                         "[[5,-1.5],[6,false]]",
                                         "{\"5\":-1.5}",
                                         "[3,1.5]",
                                         "[1,2]",
                                         "[\"top_k\",\"temp\"]"};
        if (depth > 3 || below(8)) return some[below(some.size())];
        std::string out = "[";
        for (std::size_t n = below(3); n > 0; --n) out += value(depth + 1) + (n > 1 ? "," : "");
        return out + "]";
    }
    template <class R>
    std::string text() {
        std::string out = "{";
        for (std::size_t n = below(4); n > 0; --n) out += "\"" + key<R>() + "\":" + value() + (n > 1 ? "," : "");
        out += "}";
        for (std::size_t n = below(4) ? 0 : 1 + below(3); n > 0 && !out.empty(); --n) {
            const std::size_t at = below(out.size());
            switch (below(4)) {
                case 0: out[at] = static_cast<char>(random()); break;
                case 1: out.erase(at, 1 + below(4)); break;
                case 2: out.insert(at, 1, "{}[]\",:0-"[below(9)]); break;
                default: out.resize(at); break;
            }
        }
        return out;
    }
};

template <class R>
void fuzz(int count, int& good) {
    random_json texts;
    for (int i = 0; i < count; ++i) {
        R recipe;
        const std::string text = texts.text<R>();
        const recipes::loaded result = load_json(recipe, text);
        INFO(text);
        if (result) {
            ++good;
            const recipes::made made = recipe.make();
            if (!made && made.wrong.sentence.empty()) FAIL("no sentence");
        } else if (result.wrong.sentence.empty() || result.wrong.why != status::bad_parameter) {
            FAIL("no sentence");
        }
    }
}
void fuzz_all(int count) {
    int good = 0;
    fuzz<recipes::llama_cpp>(count, good);
    fuzz<recipes::transformers>(count, good);
    fuzz<recipes::vllm>(count, good);
    fuzz<recipes::openai>(count, good);
    CHECK(good > count / 2);
    CHECK(good < 3 * count);
}

}  // namespace

TEST_CASE("json: any text is a recipe or a clear fault") { fuzz_all(25'000); }
TEST_CASE("json: any text is a recipe or a clear fault, a million", "[.deep]") { fuzz_all(250'000); }
