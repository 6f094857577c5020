// openai — the sampling parameters of OpenAI's API, by its own names, with its defaults and edges.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <argdraw/core/bias.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/recipes/made.hpp>
#include <argdraw/stages.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// What OpenAI's API takes for a token: its names, defaults and edges.
///
///     recipes::openai settings;
///     settings.frequency_penalty = 0.5f;
///     const recipes::made made = settings.make();
///
/// - order:  logit_bias, penalties over the output, temperature, top_p; the draw
/// - edges:  temperature 0 is greedy; what the API refuses is out of range
/// - lists:  belong to the recipe; what make() returns has its own
/// - owed:   the API says what the parameters mean, and not in which order they act: it is that of the engines that serve it
struct openai {
    float temperature = 1.0f;
    float top_p = 1.0f;
    float frequency_penalty = 0.0f;
    float presence_penalty = 0.0f;
    std::vector<token_bias> logit_bias = {};
    std::optional<std::int64_t> seed = {};
    bool logprobs = false;
    int top_logprobs = 0;

    // clang-format off
    /// Calls visit(field, member) for each parameter.
    template <class R, class V>
    static void fields(R& r, V&& visit) {
        visit(field{"temperature", between(0, 2), "What logits are divided by; 1 is neutral, 0 is greedy."}, r.temperature);
        visit(field{"top_p", between(0, 1), "Probability that the kept have together; 1 is off, 0 keeps one."}, r.top_p);
        visit(field{"frequency_penalty", between(-2, 2), "Logit off for each time a token stands in the output; 0 is off."}, r.frequency_penalty);
        visit(field{"presence_penalty", between(-2, 2), "Logit off for a token of the output; 0 is off."}, r.presence_penalty);
        visit(field{"logit_bias", between(-100, 100), "Added to the logits of ids."}, r.logit_bias);
        visit(field{"seed", any_number(), "Where the random words begin; none takes a random one."}, r.seed);
        visit(field{"logprobs", any_number(), "Whether the log-probability of each token is reported."}, r.logprobs);
        visit(field{"top_logprobs", between(0, 20), "How many of the likeliest tokens are reported with it."}, r.top_logprobs);
    }
    // clang-format on

    /// The pipeline, or what is wrong. Throws std::bad_alloc, and nothing else.
    made make() const {
        if (fault wrong = check_fields(*this)) return made(std::move(wrong));
        if (fault wrong = check_ids("logit_bias", logit_bias)) return made(std::move(wrong));
        detail::assembly out;
        out.add(argdraw::logit_bias(out.keep(logit_bias)));
        out.add(penalties{.frequency = frequency_penalty, .presence = presence_penalty});
        if (temperature == 0) return std::move(out).end(greedy{});
        out.add(argdraw::temperature{temperature});
        out.add(argdraw::top_p{top_p});
        return std::move(out).end(categorical{});
    }

    /// The seed, or nothing where a random one is taken.
    std::optional<std::uint64_t> fixed_seed() const noexcept {
        return seed ? std::optional(static_cast<std::uint64_t>(*seed)) : std::nullopt;
    }
};

}  // namespace argdraw::recipes
