// transformers — the sampling parameters of Hugging Face transformers, by its own names, with its defaults and edges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/recipes/made.hpp>
#include <argdraw/stages.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// A sequence of ids, and what is added to the logit of its last where the others stand before it.
struct sequence_with_bias {
    std::vector<token_id> sequence;
    float b;

    friend bool operator==(const sequence_with_bias&, const sequence_with_bias&) = default;
};
inline void write(std::string& out, const sequence_with_bias& each) { out += value_in_text(each.sequence) + ": " + value_in_text(each.b); }

/// Beyond `start` tokens of output, the end becomes more likely by `factor` for each.
struct length_penalty {
    int start;
    float factor;

    friend bool operator==(const length_penalty&, const length_penalty&) = default;
};
inline void write(std::string& out, const length_penalty& each) {
    out += "[" + value_in_text(each.start) + ", " + value_in_text(each.factor) + "]";
}

inline fault check_value(std::string_view key, const range& takes, const length_penalty& value) {
    if (value.start < 0) return out_of_range(std::string(key) + "[0]", value_in_text(value.start), at_least(0));
    return check_value(std::string(key) + "[1]", takes, value.factor);
}

/// transformers' `GenerationConfig`: its names, defaults, order and edges, for a sample or a greedy text without beams.
///
///     recipes::transformers settings;
///     settings.do_sample = true;
///     settings.temperature = 0.7f;
///     const recipes::made made = settings.make();
///
/// - order:  sequence_bias, encoder_repetition_penalty, repetition_penalty, no_repeat_ngram_size, bad_words_ids, min_length, forced ids,
///           exponential_decay_length_penalty, suppress_tokens, begin_suppress_tokens; with do_sample temperature, top_h, top_k, top_p,
///           min_p, typical_p, epsilon_cutoff, eta_cutoff; renormalize_logits; the draw
/// - edges:  None is std::nullopt, and off; what transformers leaves out is left out, and what it raises on is out of range
/// - lists:  belong to the recipe; what make() returns has its own
/// - owed:   its own random words, and sums in double. Equals of the last typical token and of the likeliest below a cutoff are not kept
///           with it; a forced id that was removed before leaves the row empty
struct transformers {
    bool do_sample = false;
    std::optional<float> temperature = 1.0f;
    std::optional<int> top_k = 50;
    std::optional<float> top_p = 1.0f;
    std::optional<float> min_p = {};
    std::optional<float> top_h = {};
    std::optional<float> typical_p = 1.0f;
    std::optional<float> epsilon_cutoff = 0.0f;
    std::optional<float> eta_cutoff = 0.0f;
    std::optional<float> repetition_penalty = 1.0f;
    std::optional<float> encoder_repetition_penalty = 1.0f;
    std::optional<int> no_repeat_ngram_size = 0;
    std::vector<sequence_with_bias> sequence_bias = {};
    std::vector<std::vector<token_id>> bad_words_ids = {};
    std::optional<int> max_length = 20;
    std::optional<int> max_new_tokens = {};
    std::optional<int> min_length = 0;
    std::optional<int> min_new_tokens = {};
    std::optional<token_id> forced_bos_token_id = {};
    std::vector<token_id> forced_eos_token_id = {};
    std::optional<length_penalty> exponential_decay_length_penalty = {};
    std::vector<token_id> suppress_tokens = {};
    std::vector<token_id> begin_suppress_tokens = {};
    std::vector<token_id> eos_token_id = {};
    bool renormalize_logits = false;
    int input_ids_length = 0;

    // clang-format off
    /// Calls visit(field, member) for each parameter.
    template <class R, class V>
    static void fields(R& r, V&& visit) {
        visit(field{"do_sample", any_number(), "Whether a token is drawn, or the likeliest taken; then temperature to eta_cutoff do nothing."}, r.do_sample);
        visit(field{"temperature", above(0), "What logits are divided by; 1 is neutral.", {}, r.do_sample}, r.temperature);
        visit(field{"top_k", at_least(0), "The likeliest tokens that stay, with the equals of the last; 0 is off.", {}, r.do_sample}, r.top_k);
        visit(field{"top_p", at_least(0), "Probability that the kept have together; 1 and above are off, 0 keeps one.", {}, r.do_sample}, r.top_p);
        visit(field{"min_p", between(0, 1), "Least probability, as a share of the greatest; 0 is off.", {}, r.do_sample}, r.min_p);
        visit(field{"top_h", above_up_to(0, 1), "Terms of the entropy that the kept of the first 100 have, as a share of all theirs.", {}, r.do_sample}, r.top_h);
        visit(field{"typical_p", above(0), "Probability that the typical have together; 1 and above are off.", {}, r.do_sample}, r.typical_p);
        visit(field{"epsilon_cutoff", any_number(), "Least probability; 0 and below, 1 and above are off.", {}, r.do_sample}, r.epsilon_cutoff);
        visit(field{"eta_cutoff", any_number(), "Least probability where the entropy is low; 0 and below, 1 and above are off.", {}, r.do_sample}, r.eta_cutoff);
        visit(field{"repetition_penalty", above(0), "Divides logits above 0 of tokens of prompt and output, multiplies others; 1 is off."}, r.repetition_penalty);
        visit(field{"encoder_repetition_penalty", above(0), "Multiplies logits above 0 of the prompt's tokens, divides others; 1 is off."}, r.encoder_repetition_penalty);
        visit(field{"no_repeat_ngram_size", finite_number(), "Tokens in a row that may stand in prompt and output once; 0 and below are off."}, r.no_repeat_ngram_size);
        visit(field{"sequence_bias", any_number(), "Added to the logit of a sequence's last id where the others stand before it."}, r.sequence_bias);
        visit(field{"bad_words_ids", at_least(0), "Sequences whose last id is removed where the others stand before it; the end alone is passed over."}, r.bad_words_ids);
        visit(field{"max_length", at_least(0), "Tokens of prompt and output at which forced_eos_token_id is the last."}, r.max_length);
        visit(field{"max_new_tokens", at_least(1), "The same of the output alone; where given, in the place of max_length."}, r.max_new_tokens);
        visit(field{"min_length", finite_number(), "Tokens of prompt and output before which nothing ends; 0 and below are off."}, r.min_length);
        visit(field{"min_new_tokens", finite_number(), "The same of the output alone; where given, in the place of min_length."}, r.min_new_tokens);
        visit(field{"forced_bos_token_id", at_least(0), "The second token of all."}, r.forced_bos_token_id);
        visit(field{"forced_eos_token_id", at_least(0), "The last token at max_length; one id."}, r.forced_eos_token_id);
        visit(field{"exponential_decay_length_penalty", above(0), "[start, factor]: beyond start tokens of output the end is more likely with each; factor 1 is off."}, r.exponential_decay_length_penalty);
        visit(field{"suppress_tokens", at_least(0), "Ids that are removed."}, r.suppress_tokens);
        visit(field{"begin_suppress_tokens", at_least(0), "Ids that are removed at the first token of output."}, r.begin_suppress_tokens);
        visit(field{"eos_token_id", at_least(0), "Ids that end a text."}, r.eos_token_id);
        visit(field{"renormalize_logits", any_number(), "Whether logits end as log-probabilities; the law is the same."}, r.renormalize_logits);
        visit(field{"input_ids_length", at_least(0), "Tokens of the prompt, which max_length, min_length and forced_bos_token_id count."}, r.input_ids_length);
    }
    // clang-format on

    /// The pipeline, or what is wrong. Throws std::bad_alloc, and nothing else.
    made make() const {
        if (fault wrong = check_fields(*this)) return made(std::move(wrong));
        detail::assembly out;
        add_biases(out);
        if (fault wrong = add_lengths(out)) return made(std::move(wrong));
        out.add(ban(out.keep(suppress_tokens)));
        if (!begin_suppress_tokens.empty() && forced_bos_token_id && input_ids_length <= 1)
            return made(
                bad_parameter("begin_suppress_tokens behind forced_bos_token_id would act at the second token, which no stage does"));
        out.add(suppress_at_begin(out.keep(begin_suppress_tokens)));
        if (do_sample) add_warpers(out);
        if (renormalize_logits) out.add(softmax{});
        return do_sample ? std::move(out).end(categorical{}) : std::move(out).end(greedy{});
    }

    /// Nothing: transformers draws from its machine's generator, whose seed is no parameter of a text.
    static std::optional<std::uint64_t> fixed_seed() noexcept { return std::nullopt; }

private:
    void add_biases(detail::assembly& out) const {
        std::vector<biased_sequence> biased;
        for (const auto& each : sequence_bias) biased.push_back({out.keep(each.sequence), each.b});
        out.add(argdraw::sequence_bias(out.keep(std::move(biased))));
        out.add(encoder_repetition{encoder_repetition_penalty.value_or(1.0f)});
        out.add(argdraw::repetition_penalty{repetition_penalty.value_or(1.0f)});
        out.add(no_repeat_ngram{(std::max)(no_repeat_ngram_size.value_or(0), 0)});
        std::vector<std::vector<token_id>> bad;
        for (const auto& each : bad_words_ids)
            if (!(each.size() == 1 && ends(each[0]))) bad.push_back(each);
        out.add(bad_words(out.keep(bad)));
    }
    bool ends(token_id id) const { return std::find(eos_token_id.begin(), eos_token_id.end(), id) != eos_token_id.end(); }

    fault add_lengths(detail::assembly& out) const {
        const std::int64_t prompt = input_ids_length;
        const std::int64_t least = min_new_tokens ? *min_new_tokens : min_length.value_or(0) - prompt;
        out.add(min_tokens<>(static_cast<int>((std::max<std::int64_t>)(least, 0)), out.keep(eos_token_id)));
        if (forced_bos_token_id && prompt <= 1) out.add(force{static_cast<int>(1 - prompt), *forced_bos_token_id});
        if (forced_eos_token_id.size() > 1)
            return bad_parameter("forced_eos_token_id = " + value_in_text(forced_eos_token_id) + " has several ids, and one can be forced");
        const std::int64_t most = max_new_tokens ? *max_new_tokens : max_length ? *max_length - prompt : 0;
        if (!forced_eos_token_id.empty() && most > 0) out.add(force{static_cast<int>(most - 1), forced_eos_token_id[0]});
        if (exponential_decay_length_penalty)
            for (const token_id end : eos_token_id)
                out.add(exponential_length{exponential_decay_length_penalty->start, exponential_decay_length_penalty->factor, end});
        return {};
    }

    void add_warpers(detail::assembly& out) const {
        out.add(argdraw::temperature{temperature.value_or(1.0f)});
        if (top_h) {  // of the first 100, whose own entropy it is
            out.add(argdraw::top_k{100});
            out.add(top_h_sum{*top_h});
        }
        out.add(argdraw::top_k{.k = top_k.value_or(0), .equals = ties::all});
        out.add(argdraw::top_p{top_p.value_or(1.0f)});
        out.add(argdraw::min_p{min_p.value_or(0.0f)});
        out.add(typical{typical_p.value_or(1.0f)});
        out.add(argdraw::epsilon_cutoff{inside_one(epsilon_cutoff)});
        out.add(argdraw::eta_cutoff{inside_one(eta_cutoff)});
    }
    // Cutoffs that are not between 0 and 1 are off.
    static float inside_one(std::optional<float> cutoff) { return cutoff && *cutoff > 0 && *cutoff < 1 ? *cutoff : 0.0f; }
};

}  // namespace argdraw::recipes
