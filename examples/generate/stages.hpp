// The library's stages and draws as options of a command line: names, help, and how a text becomes a stage.
//
//   numbers     --dry 0.8,1.75,2        in the order of the stage's members, the later ones left out as one likes
//               --dry 0.8,window=64     or by their names
//   tokens      --ban " cat| dog"       the vocabulary's own pieces, spaces included (␣ is one, too); <s>, </s>; #17 for the id
//   phrases     --bad-words "big dog"   any text, split into tokens by the tokenizer
#pragma once

#include "numbers.hpp"
#include "tokenizer.hpp"

#include <argdraw/argdraw.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace generate {

using argdraw::any_stage;
using argdraw::token_id;

inline std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (std::size_t end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    parts.push_back(text);
    return parts;
}

// What a stage that knows tokens is made with. Stages hold views: the lists they look at live here.
class material {
public:
    // `unprompted`: the logits of a model that has not read the prompt, for the stages that compare two rows.
    material(const tokenizer& words, std::span<const float> unprompted) : words_(words), unprompted_(unprompted) {}

    std::span<const token_id> dry_breakers, xtc_protect;

    std::span<const float> unprompted() const { return unprompted_; }
    std::span<const token_id> ends() const { return ends_; }

    token_id token(std::string_view text) const {
        if (text == "<s>") return tokenizer::begin;
        if (text == "</s>") return tokenizer::end;
        if (text.size() > 1 && text.front() == '#') {
            const auto id = number_in<token_id>(text.substr(1));
            if (id < 0 || static_cast<std::size_t>(id) >= unprompted_.size()) throw bad_value(quoted(text) + " is not in the vocabulary");
            return id;
        }
        const token_id id = words_.find(with_spaces(text));
        if (id < 0)
            throw bad_value(
                quoted(text) +
                " is not one token of the vocabulary; words begin with a space, as in \" cat\", and phrases are for --bad-words");
        return id;
    }
    std::span<const token_id> tokens(std::string_view text) {
        auto& list = tokens_.emplace_back();
        for (const auto each : split(text, '|')) list.push_back(token(each));
        return list;
    }
    std::span<const argdraw::token_bias> biases(std::string_view text) {
        auto& list = biases_.emplace_back();
        for (const auto each : split(text, '|')) {
            const auto [what, b] = weighted(each);
            list.push_back({token(what), b});
        }
        return list;
    }
    std::span<const token_id> phrase(std::string_view text) {
        const auto ids = words_.encode(with_spaces(text), false);
        return tokens_.emplace_back(ids.begin(), ids.end());
    }
    std::span<const std::span<const token_id>> phrases(std::string_view text) {
        auto& list = phrases_.emplace_back();
        for (const auto each : split(text, '|')) list.push_back(phrase(each));
        return list;
    }
    std::span<const argdraw::biased_sequence> phrase_biases(std::string_view text) {
        auto& list = phrase_biases_.emplace_back();
        for (const auto each : split(text, '|')) {
            const auto [what, b] = weighted(each);
            list.push_back({phrase(what), b});
        }
        return list;
    }
    // A bit for each token that consists of these characters, and for those that end a text.
    std::span<const std::uint32_t> mask_of(std::string_view characters) {
        const std::string allowed = with_spaces(characters);
        auto& mask = masks_.emplace_back((unprompted_.size() + 31) / 32);
        for (std::size_t id = 0; id < unprompted_.size(); ++id) {
            const std::string bytes = id < 3 ? "" : words_.decode(-1, static_cast<int>(id));
            if ((id == 1 || id == 2) || (!bytes.empty() && bytes.find_first_not_of(allowed) == std::string::npos))
                mask[id >> 5] |= std::uint32_t{1} << (id & 31);
        }
        return mask;
    }

private:
    static std::string with_spaces(std::string_view text) {
        static constexpr std::string_view sign = "␣";
        std::string out(text);
        for (std::size_t at = out.find(sign); at != std::string::npos; at = out.find(sign, at)) out.replace(at, sign.size(), " ");
        return out;
    }
    static std::pair<std::string_view, float> weighted(std::string_view text) {
        const std::size_t at = text.rfind('=');
        if (at == std::string_view::npos) throw bad_value(quoted(text) + " has no bias; write it as in \" cat=-2\"");
        return {text.substr(0, at), number_in<float>(text.substr(at + 1))};
    }

    const tokenizer& words_;
    std::span<const float> unprompted_;
    // This model ends a story by beginning another.
    std::vector<token_id> ends_{tokenizer::begin, tokenizer::end};
    // Deques: a list that is there never moves.
    std::deque<std::vector<token_id>> tokens_;
    std::deque<std::vector<argdraw::token_bias>> biases_;
    std::deque<std::vector<std::span<const token_id>>> phrases_;
    std::deque<std::vector<argdraw::biased_sequence>> phrase_biases_;
    std::deque<std::vector<std::uint32_t>> masks_;
};

// ---- numbers: a stage's members, by name ------------------------------------------------------------------------------------

inline void read(std::string_view text, float& into) { into = number_in<float>(text); }
inline void read(std::string_view text, int& into) { into = number_in<int>(text); }
inline void read(std::string_view text, argdraw::scope& into) {
    if (text == "output") into = argdraw::scope::output;
    else if (text == "prompt") into = argdraw::scope::prompt;
    else if (text == "both") into = argdraw::scope::both;
    else throw bad_value(quoted(text) + " is not output, prompt or both");
}
inline void read(std::string_view text, argdraw::ties& into) {
    if (text == "first") into = argdraw::ties::first;
    else if (text == "all") into = argdraw::ties::all;
    else throw bad_value(quoted(text) + " is not first or all");
}

template <class S, class V>
struct member {
    const char* name;
    V S::* at;
};
template <class S, class V>
member(const char*, V S::*) -> member<S, V>;

// "0.8,1.75,window=64" into a stage.
template <class S, class... V>
void fill(S& stage, std::string_view text, const member<S, V>&... members) {
    std::size_t place = 0;
    for (const auto part : split(text, ',')) {
        const std::size_t sign = part.find('=');
        const bool named = sign != std::string_view::npos;
        std::size_t i = 0;
        bool found = false;
        const auto meet = [&](const auto& m) {
            if (named ? part.substr(0, sign) == m.name : i == place) {
                found = true;
                read(named ? part.substr(sign + 1) : part, stage.*m.at);
            }
            ++i;
        };
        (meet(members), ...);
        if (!found) throw bad_value(quoted(part) + (named ? " names nothing here" : " is one value too many"));
        if (!named) ++place;
    }
}

// "k[,min_keep,equals]"
template <class S, class... V>
std::string form_of(const member<S, V>&... members) {
    std::string out;
    std::size_t i = 0;
    ((out += i == 0 ? "" : i == 1 ? "[," : ",", out += members.name, ++i), ...);
    return i > 1 ? out + "]" : out;
}

// ---- options ------------------------------------------------------------------------------------------------------------------

struct stage_option {
    const char* group;
    std::string name;  // without dashes
    std::string form;  // of its value; empty: it has none
    std::string help;
    std::function<any_stage(std::string_view, material&)> make;

    // A stage, or a sentence: the stage's own where it has something to say.
    any_stage read(std::string_view text, material& from) const {
        const auto fail = [&](std::string_view why) { throw bad_value("--" + name + " " + std::string(text) + ": " + std::string(why)); };
        try {
            const any_stage stage = make(text, from);
            if (const auto wanted = argdraw::chain{stage}.fault(); !wanted.empty()) fail(wanted);
            return stage;
        } catch (const bad_value& error) {
            if (std::string_view(error.what()).starts_with("--")) throw;
            fail(error.what());
            throw;
        }
    }
};

// A stage of numbers; `finish` adds what it needs beside them.
template <class S, class Finish, class... V>
stage_option numbers_and(const char* group, const char* name, const char* help, Finish finish, member<S, V>... members) {
    return {group, name, form_of(members...), help, [=](std::string_view text, material& from) -> any_stage {
                S stage;
                try {
                    fill(stage, text, members...);
                } catch (const bad_value& error) { throw bad_value(error.what() + std::string("; ") + std::string(S::requirement)); }
                finish(stage, from);
                return stage;
            }};
}

template <class S, class... V>
stage_option numbers(const char* group, const char* name, const char* help, member<S, V>... members) {
    return numbers_and(group, name, help, [](S&, material&) {}, members...);
}

inline std::vector<stage_option> all_stages() {
    using namespace argdraw;
    constexpr const char* scaling = "Stages that change probabilities";
    constexpr const char* cutting = "Stages that cut";
    constexpr const char* looking_back = "Stages that look back at the text";
    constexpr const char* by_token = "Stages about single tokens";
    constexpr auto protect = [](auto& stage, const material& from) { stage.protect = from.xtc_protect; };

    return {
        numbers(scaling, "temperature", "below 1 bolder choices are rarer, above 1 commoner; 0 takes the likeliest",
                member{"t", &temperature::t}),
        numbers(scaling, "dynamic-temperature", "a temperature near min where the model is sure, near max where it is not",
                member{"min", &dynamic_temperature::min}, member{"max", &dynamic_temperature::max},
                member{"exponent", &dynamic_temperature::exponent}),
        numbers(scaling, "quadratic", "bend the logits: the likely come together, the unlikely fall behind",
                member{"factor", &quadratic::factor}, member{"curve", &quadratic::curve}),
        numbers(scaling, "softcap", "squeeze the logits between -cap and cap", member{"cap", &softcap::cap}),
        numbers(scaling, "skew", "above 0 gives to the unlikely, below 0 to the likely", member{"strength", &skew::strength}),
        {scaling, "softmax", "", "logits become log-probabilities, which matters to penalties that look at the sign",
         [](std::string_view, material&) -> any_stage { return softmax{}; }},

        numbers(cutting, "top-k", "keep this many of the likeliest tokens; 0 keeps all", member{"k", &top_k::k},
                member{"min_keep", &top_k::min_keep}, member{"equals", &top_k::equals}),
        numbers(cutting, "top-p", "keep the likeliest tokens until their probabilities reach this; 1 keeps all", member{"p", &top_p::p},
                member{"min_keep", &top_p::min_keep}),
        numbers(cutting, "min-p", "keep tokens at least this fraction as likely as the likeliest; 0 keeps all", member{"p", &min_p::p},
                member{"min_keep", &min_p::min_keep}),
        numbers(cutting, "typical", "keep the tokens whose surprise is nearest to the expected one, until they reach this probability",
                member{"mass", &typical::mass}, member{"min_keep", &typical::min_keep}),
        numbers(cutting, "top-n-sigma", "keep the tokens within n standard deviations of the greatest logit", member{"n", &top_n_sigma::n},
                member{"min_keep", &top_n_sigma::min_keep}),
        numbers(cutting, "epsilon-cutoff", "keep the tokens with at least this probability", member{"epsilon", &epsilon_cutoff::epsilon},
                member{"min_keep", &epsilon_cutoff::min_keep}),
        numbers(cutting, "eta-cutoff", "the same, but it gives way where the model is unsure", member{"epsilon", &eta_cutoff::epsilon},
                member{"min_keep", &eta_cutoff::min_keep}),
        numbers(cutting, "tail-free", "cut where the sorted probabilities stop bending", member{"z", &tail_free::z},
                member{"min_keep", &tail_free::min_keep}),
        numbers(cutting, "top-a", "keep tokens at least a times the square of the greatest probability", member{"a", &top_a::a},
                member{"min_keep", &top_a::min_keep}),
        numbers_and(cutting, "xtc", "now and then drop every likely token but the least likely of them", protect,
                    member{"probability", &xtc::probability}, member{"threshold", &xtc::threshold}, member{"min_keep", &xtc::min_keep}),
        numbers_and(cutting, "xtc-mean", "xtc without its coin: the same frequencies", protect,
                    member{"probability", &xtc_mean::probability}, member{"threshold", &xtc_mean::threshold},
                    member{"min_keep", &xtc_mean::min_keep}),
        numbers(cutting, "top-h", "keep the likeliest tokens as long as their entropy is at most this share of the whole",
                member{"h", &top_h::h}, member{"min_keep", &top_h::min_keep}),
        numbers(cutting, "top-h-sum", "the same for their part of the whole entropy", member{"h", &top_h_sum::h},
                member{"min_keep", &top_h_sum::min_keep}),
        {cutting, "p-less", "", "keep the tokens at least as likely as two draws are to agree",
         [](std::string_view, material&) -> any_stage { return p_less{}; }},
        {cutting, "p-less-norm", "", "the same, relative to a uniform distribution",
         [](std::string_view, material&) -> any_stage { return p_less_norm{}; }},
        numbers(cutting, "min-k", "cut at the steepest relative drop of the logits; 3 is usual", member{"tau", &min_k::tau},
                member{"min_keep", &min_k::min_keep}),

        numbers(looking_back, "repetition-penalty", "divide the logits of tokens seen by this",
                member{"penalty", &repetition_penalty::penalty}, member{"window", &repetition_penalty::window},
                member{"over", &repetition_penalty::over}),
        numbers(looking_back, "frequency-penalty", "lower tokens by alpha each time they have been said; over=both counts the prompt too",
                member{"alpha", &frequency_penalty::alpha}, member{"window", &frequency_penalty::window},
                member{"over", &frequency_penalty::over}),
        numbers(looking_back, "presence-penalty", "lower tokens by alpha if they have been said; over=both looks at the prompt too",
                member{"alpha", &presence_penalty::alpha}, member{"window", &presence_penalty::window},
                member{"over", &presence_penalty::over}),
        numbers(looking_back, "penalties", "the three in one; counts_over=both counts the prompt too",
                member{"repetition", &penalties::repetition}, member{"frequency", &penalties::frequency},
                member{"presence", &penalties::presence}, member{"window", &penalties::window},
                member{"repetition_over", &penalties::repetition_over}, member{"counts_over", &penalties::counts_over}),
        numbers_and(
            looking_back, "dry", "the longer a repetition that a token goes on with, the less likely it becomes",
            [](dry& stage, const material& from) { stage.breakers = from.dry_breakers; }, member{"multiplier", &dry::multiplier},
            member{"base", &dry::base}, member{"allowed_length", &dry::allowed_length}, member{"window", &dry::window}),
        numbers(looking_back, "no-repeat-ngram", "no n tokens in a row twice", member{"n", &no_repeat_ngram::n}),
        numbers(looking_back, "encoder-repetition", "multiply the logits of the prompt's tokens by this",
                member{"penalty", &encoder_repetition::penalty}),
        {looking_back, "bad-words", "phrase|phrase|...", "phrases that are never completed",
         [](std::string_view text, material& from) -> any_stage { return bad_words<>(from.phrases(text)); }},
        {looking_back, "sequence-bias", "phrase=bias|...", "added to the token that completes a phrase",
         [](std::string_view text, material& from) -> any_stage { return sequence_bias<>(from.phrase_biases(text)); }},
        {looking_back, "min-tokens", "n", "no end before so many tokens",
         [](std::string_view text, material& from) -> any_stage { return min_tokens<>(number_in<int>(text), from.ends()); }},
        numbers_and(
            looking_back, "exponential-length", "after so many tokens the end becomes likelier with each",
            [](exponential_length& stage, const material& from) { stage.eos = from.ends().front(); },
            member{"start", &exponential_length::start}, member{"factor", &exponential_length::factor}),

        {by_token, "logit-bias", "token=bias|...", "added to the logits of tokens; -inf bans, inf forces",
         [](std::string_view text, material& from) -> any_stage { return logit_bias<>(from.biases(text)); }},
        {by_token, "ban", "token|token|...", "tokens that are never drawn",
         [](std::string_view text, material& from) -> any_stage { return ban<>(from.tokens(text)); }},
        {by_token, "allow-only", "token|token|...", "no other tokens are drawn",
         [](std::string_view text, material& from) -> any_stage { return allow_only<>(from.tokens(text)); }},
        {by_token, "allow", "characters", "only tokens of these characters: a bitmask over the vocabulary, as a grammar makes one",
         [](std::string_view text, material& from) -> any_stage { return allow(from.mask_of(text), past_end::ban); }},
        {by_token, "suppress-at-begin", "token|token|...", "tokens that are not drawn first",
         [](std::string_view text, material& from) -> any_stage { return suppress_at_begin<>(from.tokens(text)); }},
        {by_token, "force", "position,token", "this token and no other at a position, from 0",
         [](std::string_view text, material& from) -> any_stage {
             const std::size_t comma = text.find(',');
             if (comma == std::string_view::npos) throw bad_value("a position and a token are wanted, as in \"0, big\"");
             return force{number_in<int>(text.substr(0, comma)), from.token(text.substr(comma + 1))};
         }},
        numbers_and(
            by_token, "guidance", "away from what the model says without the prompt: 1.5 follows the prompt more closely",
            [](guidance<float>& stage, const material& from) { stage.row = from.unprompted(); }, member{"scale", &guidance<float>::scale}),
        numbers_and(
            by_token, "contrastive", "what the model prefers more than it would without the prompt",
            [](contrastive<float>& stage, const material& from) { stage.amateur = from.unprompted(); },
            member{"alpha", &contrastive<float>::alpha}, member{"beta", &contrastive<float>::beta}),
    };
}

inline bool compares_rows(const any_stage& stage) {
    return stage.get_if<argdraw::guidance<float>>() || stage.get_if<argdraw::contrastive<float>>();
}

// ---- draws --------------------------------------------------------------------------------------------------------------------

using argdraw::any_draw;

struct draw_option {
    std::string name;
    std::string form;   // empty: it has no value
    std::string usual;  // the values it takes where none are given
    std::string help;
    std::function<any_draw(std::string_view)> make;
};

template <class D, class... V>
draw_option drawing(const char* name, const char* usual, const char* help, member<D, V>... members) {
    return {name, form_of(members...), usual, help, [=](std::string_view text) -> any_draw {
                D draw;
                const auto fail = [&](const std::string& why) {
                    throw bad_value("--" + std::string(name) + " " + std::string(text) + ": " + why);
                };
                try {
                    if (!text.empty()) fill(draw, text, members...);
                } catch (const bad_value& error) { fail(error.what() + std::string("; ") + std::string(D::requirement)); }
                if (!draw.valid()) fail(std::string(D::requirement));
                return draw;
            }};
}

inline std::vector<draw_option> all_draws() {
    using namespace argdraw;
    return {
        {"greedy", "", "", "the likeliest token", [](std::string_view) -> any_draw { return greedy{}; }},
        {"gumbel", "", "", "as by default, but the noise belongs to the tokens", [](std::string_view) -> any_draw { return gumbel{}; }},
        drawing("mirostat", "5,0.1", "keep the surprise of the text near tau bits", member{"tau", &mirostat::tau},
                member{"eta", &mirostat::eta}),
        drawing("mirostat-v1", "5,0.1,100", "the same by its first method", member{"tau", &mirostat_v1::tau},
                member{"eta", &mirostat_v1::eta}, member{"m", &mirostat_v1::m}),
        drawing("adaptive-p", "0.5,0.9", "prefer tokens of a probability near target, on average", member{"target", &adaptive_p::target},
                member{"decay", &adaptive_p::decay}),
    };
}

}  // namespace generate
