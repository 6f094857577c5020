// vllm — vLLM's sampling parameters, by its own names, with its defaults and edges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/core/bias.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/recipes/made.hpp>
#include <argdraw/stages.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// vLLM's `SamplingParams`: its names, defaults, order and edges, as its first sampler has them.
///
///     recipes::vllm settings;
///     settings.top_k = -1;  // off, as in vLLM
///     settings.temperature = 0.7f;
///     const recipes::made made = settings.make();
///
/// - order:  allowed_token_ids, bad_words, min_tokens, logit_bias, penalties, temperature, min_p, top_k, top_p; the draw
/// - edges:  temperature 0 is greedy, and then min_p, top_k and top_p do nothing; above 0 and below 0.01 it is 0.01. What vLLM refuses is
///           out of range
/// - lists:  belong to the recipe; what make() returns has its own
/// - owed:   its own random words, and sums in double; bad words that begin in the prompt count, which vLLM's do not
struct vllm {
    float presence_penalty = 0.0f;
    float frequency_penalty = 0.0f;
    float repetition_penalty = 1.0f;
    float temperature = 1.0f;
    float top_p = 1.0f;
    int top_k = 0;
    float min_p = 0.0f;
    std::optional<std::int64_t> seed = {};
    std::vector<token_id> stop_token_ids = {};
    std::vector<token_id> eos_token_id = {};
    std::optional<int> max_tokens = 16;
    int min_tokens = 0;
    std::optional<int> logprobs = {};
    std::vector<token_bias> logit_bias = {};
    std::optional<std::vector<token_id>> allowed_token_ids = {};
    std::vector<std::vector<token_id>> bad_words = {};

    // clang-format off
    /// Calls visit(field, member) for each parameter.
    template <class R, class V>
    static void fields(R& r, V&& visit) {
        visit(field{"presence_penalty", between(-2, 2), "Logit off for a token of the output; 0 is off."}, r.presence_penalty);
        visit(field{"frequency_penalty", between(-2, 2), "Logit off for each time a token stands in the output; 0 is off."}, r.frequency_penalty);
        visit(field{"repetition_penalty", above(0), "Divides logits above 0 of tokens of prompt and output, multiplies others; 1 is off."}, r.repetition_penalty);
        visit(field{"temperature", between(0, 2), "What logits are divided by, 0.01 at least; 1 is neutral, 0 is greedy."}, r.temperature);
        visit(field{"top_p", above_up_to(0, 1), "Probability that the kept have together; 1 is off."}, r.top_p);
        visit(field{"top_k", at_least(-1), "The likeliest tokens that stay, with the equals of the last; 0 and -1 are off."}, r.top_k);
        visit(field{"min_p", between(0, 1), "Least probability, as a share of the greatest; 0 is off."}, r.min_p);
        visit(field{"seed", any_number(), "Where the random words begin; none and -1 take a random one."}, r.seed);
        visit(field{"stop_token_ids", at_least(0), "Ids that end a text beside eos_token_id."}, r.stop_token_ids);
        visit(field{"eos_token_id", at_least(0), "Ids that end a text, of the model."}, r.eos_token_id);
        visit(field{"max_tokens", at_least(1), "Tokens of output after which the text ends; none: no such limit."}, r.max_tokens);
        visit(field{"min_tokens", at_least(0), "Tokens of output before which nothing ends; 0 is off."}, r.min_tokens);
        visit(field{"logprobs", at_least(-1), "How many log-probabilities are reported with a token; none: none, -1: all."}, r.logprobs);
        visit(field{"logit_bias", any_number(), "Added to the logits of ids; below -100 it is -100, above 100 it is 100."}, r.logit_bias);
        visit(field{"allowed_token_ids", at_least(0), "The ids that live; none: all."}, r.allowed_token_ids);
        visit(field{"bad_words", at_least(0), "Sequences whose last id is removed where the others stand before it."}, r.bad_words);
    }
    // clang-format on

    /// The pipeline, or what is wrong. Throws std::bad_alloc, and nothing else.
    made make() const {
        if (fault wrong = check()) return made(std::move(wrong));
        detail::assembly out;
        if (allowed_token_ids) out.add(allow_only(out.keep(*allowed_token_ids)));
        out.add(argdraw::bad_words(out.keep(bad_words)));
        std::vector<token_id> stop = stop_token_ids;
        stop.insert(stop.end(), eos_token_id.begin(), eos_token_id.end());
        out.add(argdraw::min_tokens<>(min_tokens, out.keep(std::move(stop))));
        std::vector<token_bias> biases = logit_bias;
        for (token_bias& each : biases) each.b = std::clamp(each.b, -100.0f, 100.0f);
        out.add(argdraw::logit_bias(out.keep(std::move(biases))));
        out.add(penalties{repetition_penalty, frequency_penalty, presence_penalty});
        if (temperature == 0) return std::move(out).end(greedy{});
        out.add(argdraw::temperature{(std::max)(temperature, 0.01f)});
        out.add(argdraw::min_p{min_p});
        out.add(argdraw::top_k{.k = (std::max)(top_k, 0), .equals = ties::all});
        out.add(argdraw::top_p{top_p});
        return std::move(out).end(categorical{});
    }

    /// The seed, or nothing where vLLM takes a random one.
    std::optional<std::uint64_t> fixed_seed() const noexcept {
        return !seed || *seed == -1 ? std::nullopt : std::optional(static_cast<std::uint64_t>(*seed));
    }

private:
    fault check() const {
        if (fault wrong = check_fields(*this)) return wrong;
        if (max_tokens && min_tokens > *max_tokens)
            return bad_parameter("min_tokens = " + value_in_text(min_tokens) + " is out of its range: 0 to max_tokens, which is " +
                                 value_in_text(*max_tokens));
        if (allowed_token_ids && allowed_token_ids->empty())
            return bad_parameter("allowed_token_ids = [] is out of its range: none, or at least one id");
        return check_ids("logit_bias", logit_bias);
    }
};

}  // namespace argdraw::recipes
