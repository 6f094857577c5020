// Made by tests/project/reference/reference.py of the contracts in the headers of stages and draws.
#pragma once

#include <cstddef>
#include <string_view>

#include <argdraw/core/config.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/stages.hpp>

// clang-format off
namespace argdraw::inline ARGDRAW_ABI::text {

/// What there is to know of a stage or draw whose parameters are given as text: its name, its meaning in a sentence, its group, the parameters of an example for a
/// row of sixteen tokens, and members(s, visit), which calls
/// visit(name, member, meaning, must_be_given) for each parameter of s. A list that the stage itself is has the name "", and `token`
/// is the parameter that is the id of one, or empty.
template <class S>
struct description;

/// Types, to be gone through.
template <class...>
struct types {};

using all_stages = types<temperature, dynamic_temperature, quadratic, softcap, skew, softmax, top_k, top_p, min_p, typical, top_n_sigma, epsilon_cutoff, eta_cutoff, tail_free, top_a, xtc, xtc_mean, top_h, top_h_sum, p_less, p_less_norm, min_k, repetition_penalty, frequency_penalty, presence_penalty, penalties, dry, no_repeat_ngram, bad_words<>, sequence_bias<>, min_tokens<>, exponential_length, encoder_repetition, logit_bias<>, ban<>, allow_only<>, allow, suppress_at_begin<>, force, guidance<float>, contrastive<float>>;

#define ARGDRAW_EACH_OF_STAGES(what, prefix) what(prefix, argdraw::temperature) what(prefix, argdraw::dynamic_temperature) what(prefix, argdraw::quadratic) what(prefix, argdraw::softcap) what(prefix, argdraw::skew) what(prefix, argdraw::softmax) what(prefix, argdraw::top_k) what(prefix, argdraw::top_p) what(prefix, argdraw::min_p) what(prefix, argdraw::typical) what(prefix, argdraw::top_n_sigma) what(prefix, argdraw::epsilon_cutoff) what(prefix, argdraw::eta_cutoff) what(prefix, argdraw::tail_free) what(prefix, argdraw::top_a) what(prefix, argdraw::xtc) what(prefix, argdraw::xtc_mean) what(prefix, argdraw::top_h) what(prefix, argdraw::top_h_sum) what(prefix, argdraw::p_less) what(prefix, argdraw::p_less_norm) what(prefix, argdraw::min_k) what(prefix, argdraw::repetition_penalty) what(prefix, argdraw::frequency_penalty) what(prefix, argdraw::presence_penalty) what(prefix, argdraw::penalties) what(prefix, argdraw::dry) what(prefix, argdraw::no_repeat_ngram) what(prefix, argdraw::bad_words<>) what(prefix, argdraw::sequence_bias<>) what(prefix, argdraw::min_tokens<>) what(prefix, argdraw::exponential_length) what(prefix, argdraw::encoder_repetition) what(prefix, argdraw::logit_bias<>) what(prefix, argdraw::ban<>) what(prefix, argdraw::allow_only<>) what(prefix, argdraw::allow) what(prefix, argdraw::suppress_at_begin<>) what(prefix, argdraw::force) what(prefix, argdraw::guidance<float>) what(prefix, argdraw::contrastive<float>)

using all_draws = types<greedy, categorical, gumbel, mirostat, mirostat_v1, adaptive_p>;

#define ARGDRAW_EACH_OF_DRAWS(what, prefix) what(prefix, argdraw::greedy) what(prefix, argdraw::categorical) what(prefix, argdraw::gumbel) what(prefix, argdraw::mirostat) what(prefix, argdraw::mirostat_v1) what(prefix, argdraw::adaptive_p)

template <>
struct description<temperature> {
    static constexpr std::string_view name = "temperature";
    static constexpr std::string_view meaning = "Divide the logits by T: below 1 sharpens the distribution, above 1 flattens it.";
    static constexpr std::string_view group = "Scaling";
    static constexpr std::string_view example = "0.5";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("t", s.t, "What logits are divided by; 0 or more, 1 is neutral, 0 is greedy.", false);
    }
};

template <>
struct description<dynamic_temperature> {
    static constexpr std::string_view name = "dynamic_temperature";
    static constexpr std::string_view meaning = "A temperature that follows the entropy: near min where the model is sure, near max where it is not.";
    static constexpr std::string_view group = "Scaling";
    static constexpr std::string_view example = "0, 0.8, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("min", s.min, "T where one token has everything; 0 or more, 1 is neutral.", false);
        visit("max", s.max, "T where all are equal; min or more, 1 is neutral.", false);
        visit("exponent", s.exponent, "Bend between the two; above 0, 1 is a straight line, above it T stays near min for longer.", false);
    }
};

template <>
struct description<quadratic> {
    static constexpr std::string_view name = "quadratic";
    static constexpr std::string_view meaning = "Bend the logits around the maximum: those close to it come closer, those far from it go farther.";
    static constexpr std::string_view group = "Scaling";
    static constexpr std::string_view example = "0.3, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("factor", s.factor, "How much the curve bends, in units of 1 / logit; 0 or more, finite, 0 is off.", false);
        visit("curve", s.curve, "1 is a parabola, 3 a cubic without a parabola in it; from 1 to 3.", false);
    }
};

template <>
struct description<softcap> {
    static constexpr std::string_view name = "softcap";
    static constexpr std::string_view meaning = "Squeeze the logits into (-cap, cap).";
    static constexpr std::string_view group = "Scaling";
    static constexpr std::string_view example = "1.5";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("cap", s.cap, "Bound of the logits; 0 or more, 0 and +inf are off.", false);
    }
};

template <>
struct description<skew> {
    static constexpr std::string_view name = "skew";
    static constexpr std::string_view meaning = "Move mass down the order (strength > 0) or up (strength < 0) by a power of the cumulative distribution.";
    static constexpr std::string_view group = "Scaling";
    static constexpr std::string_view example = "0.6";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("strength", s.strength, "Logarithm of the power of the cumulative probability; finite, 0 is neutral, above 0 down the order.", false);
    }
};

template <>
struct description<softmax> {
    static constexpr std::string_view name = "softmax";
    static constexpr std::string_view meaning = "Turn logits into log-probabilities.";
    static constexpr std::string_view group = "Scaling";
    static constexpr std::string_view example = "";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S&, V&&) {}
};

template <>
struct description<top_k> {
    static constexpr std::string_view name = "top_k";
    static constexpr std::string_view meaning = "Keep the k most likely tokens.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "3, 1, first";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("k", s.k, "Tokens that stay; 0 or more, 0 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
        visit("equals", s.equals, "Among equals at the edge: ties::first keeps exactly k, ties::all every equal of the k-th.", false);
    }
};

template <>
struct description<top_p> {
    static constexpr std::string_view name = "top_p";
    static constexpr std::string_view meaning = "Nucleus sampling: keep the most likely tokens that together have probability p.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.9, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("p", s.p, "Probability that the kept have together at least; 0 or more, 1 and above are off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<min_p> {
    static constexpr std::string_view name = "min_p";
    static constexpr std::string_view meaning = "Keep the tokens at least p times as likely as the most likely one.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.4, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("p", s.p, "Least probability, as a share of the greatest; 0 to 1, 0 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<typical> {
    static constexpr std::string_view name = "typical";
    static constexpr std::string_view meaning = "Locally typical sampling: keep the tokens whose surprise is nearest to the expected surprise.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.5, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("mass", s.mass, "Probability that the kept have together at least; above 0, 1 and above are off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first by nearness; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<top_n_sigma> {
    static constexpr std::string_view name = "top_n_sigma";
    static constexpr std::string_view meaning = "Keep the tokens whose logits lie at most n standard deviations below the greatest.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "1, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("n", s.n, "Standard deviations below the greatest logit; 0 or more, 0 and +inf are off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<epsilon_cutoff> {
    static constexpr std::string_view name = "epsilon_cutoff";
    static constexpr std::string_view meaning = "Keep the tokens with a probability of at least epsilon.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.03, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("epsilon", s.epsilon, "Least probability; 0 up to but not 1, 0 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<eta_cutoff> {
    static constexpr std::string_view name = "eta_cutoff";
    static constexpr std::string_view meaning = "Epsilon_cutoff with a cut that gives way where the entropy is high.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.2, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("epsilon", s.epsilon, "Least probability where the entropy is low; 0 up to but not 1, 0 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<tail_free> {
    static constexpr std::string_view name = "tail_free";
    static constexpr std::string_view meaning = "Cut the tail where the sorted probabilities have stopped bending.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.9, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("z", s.z, "Share of all bends that the kept have at most; 0 or more, 1 and above are off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<top_a> {
    static constexpr std::string_view name = "top_a";
    static constexpr std::string_view meaning = "Keep the tokens with a probability of at least a times the square of the greatest.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "1, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("a", s.a, "Least probability, as a share of the square of the greatest; 0 to 1, 0 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<xtc> {
    static constexpr std::string_view name = "xtc";
    static constexpr std::string_view meaning = "Exclude top choices: now and then, drop every likely token but the least likely of them.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "1, 0.1, [], 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("probability", s.probability, "How often it acts; 0 to 1, 0 is off.", false);
        visit("threshold", s.threshold, "Probability from which on a token counts as likely; 0 or more, above 0.5 is off.", false);
        visit("protect", s.protect, "Ids that are counted but never dropped; a view, which must outlive the call.", false);
        visit("min_keep", s.min_keep, "Where fewer tokens than these would stay, nothing is dropped; 0 or more.", false);
    }
};

template <>
struct description<xtc_mean> {
    static constexpr std::string_view name = "xtc_mean";
    static constexpr std::string_view meaning = "XTC without its coin: the mean of the two laws that the coin decides between.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.5, 0.1, [], 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("probability", s.probability, "How often xtc would act; 0 to 1, 0 is off.", false);
        visit("threshold", s.threshold, "Probability from which on a token counts as likely; 0 or more, above 0.5 is off.", false);
        visit("protect", s.protect, "Ids that are counted but never dropped; a view, which must outlive the call.", false);
        visit("min_keep", s.min_keep, "Where xtc would leave fewer tokens than these, nothing changes; 0 or more.", false);
    }
};

template <>
struct description<top_h> {
    static constexpr std::string_view name = "top_h";
    static constexpr std::string_view meaning = "Keep the most likely tokens as long as their own entropy is at most a share of the whole one.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.8, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("h", s.h, "Entropy of the kept, as a share of the whole; above 0 up to 1, 1 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<top_h_sum> {
    static constexpr std::string_view name = "top_h_sum";
    static constexpr std::string_view meaning = "Keep the most likely tokens as long as their part of the entropy is at most a share of the whole.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "0.5, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("h", s.h, "Terms of the entropy that the kept have, as a share of all; above 0 up to 1, 1 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<p_less> {
    static constexpr std::string_view name = "p_less";
    static constexpr std::string_view meaning = "Keep the tokens at least as likely as two draws are to agree.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<p_less_norm> {
    static constexpr std::string_view name = "p_less_norm";
    static constexpr std::string_view meaning = "P_less with its cut lowered by what two draws of a uniform distribution would agree.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<min_k> {
    static constexpr std::string_view name = "min_k";
    static constexpr std::string_view meaning = "Cut at the steepest relative drop of the sorted logits.";
    static constexpr std::string_view group = "Truncation";
    static constexpr std::string_view example = "3, 1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("tau", s.tau, "Tokens kept per unit of range where no drop stands out, in logits; any number, below 0 is off.", false);
        visit("min_keep", s.min_keep, "Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.", false);
    }
};

template <>
struct description<repetition_penalty> {
    static constexpr std::string_view name = "repetition_penalty";
    static constexpr std::string_view meaning = "Make tokens that have been seen less likely, once each.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "1.5, -1, both, []";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("penalty", s.penalty, "What logits above 0 are divided by, and others multiplied; above 0, finite, 1 is neutral.", false);
        visit("window", s.window, "The last so many tokens of the scope; -1 is all of them, 0 is off.", false);
        visit("over", s.over, "Whose tokens count: prompt and output by default, as everywhere.", false);
        visit("exempt", s.exempt, "Ids that are left alone; a view, which must outlive its use.", false);
    }
};

template <>
struct description<frequency_penalty> {
    static constexpr std::string_view name = "frequency_penalty";
    static constexpr std::string_view meaning = "Make tokens less likely each time they have been seen.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "0.7, -1, output, []";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("alpha", s.alpha, "Logit off for each time; finite, 0 is neutral.", false);
        visit("window", s.window, "The last so many tokens of the scope; -1 is all of them, 0 is off.", false);
        visit("over", s.over, "Whose tokens count: the output, as OpenAI's; scope::both is the rule of llama.cpp and most others.", false);
        visit("exempt", s.exempt, "Ids that are left alone; a view, which must outlive its use.", false);
    }
};

template <>
struct description<presence_penalty> {
    static constexpr std::string_view name = "presence_penalty";
    static constexpr std::string_view meaning = "Make tokens that have been seen less likely, once each.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "0.7, -1, output, []";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("alpha", s.alpha, "Logit off, once; finite, 0 is neutral.", false);
        visit("window", s.window, "The last so many tokens of the scope; -1 is all of them, 0 is off.", false);
        visit("over", s.over, "Whose tokens count: the output, as OpenAI's; scope::both is the rule of llama.cpp and most others.", false);
        visit("exempt", s.exempt, "Ids that are left alone; a view, which must outlive its use.", false);
    }
};

template <>
struct description<penalties> {
    static constexpr std::string_view name = "penalties";
    static constexpr std::string_view meaning = "Repetition, frequency and presence penalty in one stage, in this order.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "1.2, 0.5, 0.2, -1, both, output, []";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("repetition", s.repetition, "Divides logits above 0, multiplies others; above 0, finite, 1 is neutral.", false);
        visit("frequency", s.frequency, "Logit off for each time; finite, 0 is neutral.", false);
        visit("presence", s.presence, "Logit off, once; finite, 0 is neutral.", false);
        visit("window", s.window, "The last so many tokens of each scope; -1 is all of them, 0 is off.", false);
        visit("repetition_over", s.repetition_over, "Whose tokens the first looks at: prompt and output, as everywhere.", false);
        visit("counts_over", s.counts_over, "Whose tokens the others count: the output, as OpenAI's; scope::both is the rule of llama.cpp and most others.", false);
        visit("exempt", s.exempt, "Ids that are left alone; a view, which must outlive its use.", false);
    }
};

template <>
struct description<dry> {
    static constexpr std::string_view name = "dry";
    static constexpr std::string_view meaning = "Don't repeat yourself: the longer a repetition that a token would continue, the less likely the token.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "0.8, 1.75, 2, -1, []";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("multiplier", s.multiplier, "Logit off where the match is as long as is allowed; 0 or more, finite, 0 is off.", false);
        visit("base", s.base, "What each token more multiplies it by; 1 or more, finite.", false);
        visit("allowed_length", s.allowed_length, "Length of match from which on it acts, in tokens; 0 or more.", false);
        visit("window", s.window, "The last so many tokens of prompt and output; -1 is all of them, 0 is off.", false);
        visit("breakers", s.breakers, "Ids or phrases that end a match; a view, which must outlive its use.", false);
    }
};

template <>
struct description<no_repeat_ngram> {
    static constexpr std::string_view name = "no_repeat_ngram";
    static constexpr std::string_view meaning = "No n tokens in a row stand twice in prompt and output.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "3";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("n", s.n, "Tokens in a row that may stand there once; 0 or more, 0 is off.", false);
    }
};

template <std::size_t N>
struct description<bad_words<N>> {
    static constexpr std::string_view name = "bad_words";
    static constexpr std::string_view meaning = "Sequences of tokens that may not be said.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "[[10, 1]]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("", s, "sequences of ids: written in braces or in a `std::array`, which is stored, or a span, which is a view", false);
    }
};

template <std::size_t N>
struct description<sequence_bias<N>> {
    static constexpr std::string_view name = "sequence_bias";
    static constexpr std::string_view meaning = "Make what completes a sequence of tokens more or less likely.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "[[10, 5]: 2]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("", s, "`{sequence, b}`, b added to the logit of its last id: written in braces or in a `std::array`, which is stored, or a span, which is a view", false);
    }
};

template <std::size_t N>
struct description<min_tokens<N>> {
    static constexpr std::string_view name = "min_tokens";
    static constexpr std::string_view meaning = "No end before so many tokens are put out.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "20, [8]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("n", s.n, "Tokens of output before which nothing ends; 0 or more, 0 is off.", false);
        visit("stop", s.stop, "The ids that end a text: stored where written out, else a view.", true);
    }
};

template <>
struct description<exponential_length> {
    static constexpr std::string_view name = "exponential_length";
    static constexpr std::string_view meaning = "After so many tokens, make the end more likely with each.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "8, 1.2, 8";
    static constexpr std::string_view token = "eos";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("start", s.start, "Tokens of output after which it begins; 0 or more.", false);
        visit("factor", s.factor, "Growth for each token more; above 0, finite, 1 is neutral.", false);
        visit("eos", s.eos, "The id of the end.", false);
    }
};

template <>
struct description<encoder_repetition> {
    static constexpr std::string_view name = "encoder_repetition";
    static constexpr std::string_view meaning = "Make the tokens of the prompt more likely, so that an answer stays with its text.";
    static constexpr std::string_view group = "History";
    static constexpr std::string_view example = "1.5";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("penalty", s.penalty, "What logits above 0 of the prompt's tokens are multiplied by, and others divided; above 0, finite, 1 is neutral.", false);
    }
};

template <std::size_t N>
struct description<logit_bias<N>> {
    static constexpr std::string_view name = "logit_bias";
    static constexpr std::string_view meaning = "Add a number to the logits of listed tokens.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[0: -1, 7: 3]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("", s, "`{id, b}`, b added to the id's logit: written in braces or in a `std::array`, which is stored, or a span, which is a view", false);
    }
};

template <std::size_t N>
struct description<ban<N>> {
    static constexpr std::string_view name = "ban";
    static constexpr std::string_view meaning = "Listed tokens are not drawn.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[0, 2]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("", s, "ids: written in braces or in a `std::array`, which is stored, or a span, which is a view", false);
    }
};

template <std::size_t N>
struct description<allow_only<N>> {
    static constexpr std::string_view name = "allow_only";
    static constexpr std::string_view meaning = "Only listed tokens are drawn.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[0, 2, 7]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("", s, "ids: written in braces or in a `std::array`, which is stored, or a span, which is a view", false);
    }
};

template <>
struct description<allow> {
    static constexpr std::string_view name = "allow";
    static constexpr std::string_view meaning = "A grammar's word: only the tokens whose bit is set.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[82], ban, 32";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("mask", s.mask, "A bit for each token, 32 to a word; a view, which must outlive its use.", true);
        visit("beyond", s.beyond, "What becomes of tokens without a bit.", true);
        visit("tokens", s.tokens, "How many of the bits are meant; at most 32 for each word.", true);
    }
};

template <std::size_t N>
struct description<suppress_at_begin<N>> {
    static constexpr std::string_view name = "suppress_at_begin";
    static constexpr std::string_view meaning = "Listed tokens are not drawn first.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[0]";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("", s, "ids: written in braces or in a `std::array`, which is stored, or a span, which is a view", false);
    }
};

template <>
struct description<force> {
    static constexpr std::string_view name = "force";
    static constexpr std::string_view meaning = "One token, and no other, at one position of the output.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "17, 5";
    static constexpr std::string_view token = "id";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("position", s.position, "Tokens of output before it; 0 or more.", true);
        visit("id", s.id, "The token that is put there; one of the row.", true);
    }
};

template <logit_scalar U>
struct description<guidance<U>> {
    static constexpr std::string_view name = "guidance";
    static constexpr std::string_view meaning = "Classifier-free guidance: away from what the model says without the prompt.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[1.5, 2.9, 1.2, 2.2, 2.4, 0.3, 2, -0.8, 0.6, -0.4, -inf, -inf, -inf, -inf, -inf, -inf], 1.5";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("row", s.row, "Logits without the prompt, as wide as the row; a view.", true);
        visit("scale", s.scale, "How far away from them: finite, 1 is neutral, below 1 towards them.", false);
    }
};

template <logit_scalar U>
struct description<contrastive<U>> {
    static constexpr std::string_view name = "contrastive";
    static constexpr std::string_view meaning = "What a good model prefers more than a poor one does.";
    static constexpr std::string_view group = "Bias and masks";
    static constexpr std::string_view example = "[1.5, 2.9, 1.2, 2.2, 2.4, 0.3, 2, -0.8, 0.6, -0.4, -inf, -inf, -inf, -inf, -inf, -inf], 0.1, 0.5";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("amateur", s.amateur, "Logits of the smaller model, as wide as the row; a view.", true);
        visit("alpha", s.alpha, "Least probability, as a share of the greatest; 0 to 1, 0 keeps everything.", false);
        visit("beta", s.beta, "How much the smaller model's preference counts; 0 or more, finite.", false);
    }
};

template <>
struct description<greedy> {
    static constexpr std::string_view name = "greedy";
    static constexpr std::string_view meaning = "The most likely token.";
    static constexpr std::string_view group = "Draws";
    static constexpr std::string_view example = "";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S&, V&&) {}
};

template <>
struct description<categorical> {
    static constexpr std::string_view name = "categorical";
    static constexpr std::string_view meaning = "A token with its probability.";
    static constexpr std::string_view group = "Draws";
    static constexpr std::string_view example = "";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S&, V&&) {}
};

template <>
struct description<gumbel> {
    static constexpr std::string_view name = "gumbel";
    static constexpr std::string_view meaning = "The token whose logit plus noise is the greatest: a categorical draw whose noise belongs to the tokens.";
    static constexpr std::string_view group = "Draws";
    static constexpr std::string_view example = "";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S&, V&&) {}
};

template <>
struct description<mirostat> {
    static constexpr std::string_view name = "mirostat";
    static constexpr std::string_view meaning = "Keep the surprise of the text near a target, by a limit that learns from every token (version 2).";
    static constexpr std::string_view group = "Draws";
    static constexpr std::string_view example = "1.2, 0.1";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("tau", s.tau, "Surprise that is aimed at, in bits a token; 0 or more, finite.", false);
        visit("eta", s.eta, "How much of the error each token corrects; 0 or more, finite.", false);
    }
};

template <>
struct description<mirostat_v1> {
    static constexpr std::string_view name = "mirostat_v1";
    static constexpr std::string_view meaning = "Keep the surprise of the text near a target, by a top-k that Zipf's law predicts.";
    static constexpr std::string_view group = "Draws";
    static constexpr std::string_view example = "1.2, 0.1, 100";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("tau", s.tau, "Surprise that is aimed at, in bits a token; 0 or more, finite.", false);
        visit("eta", s.eta, "How much of the error each token corrects; 0 or more, finite.", false);
        visit("m", s.m, "The first so many tokens from which the exponent is taken; 2 or more.", false);
    }
};

template <>
struct description<adaptive_p> {
    static constexpr std::string_view name = "adaptive_p";
    static constexpr std::string_view meaning = "Prefer tokens of a probability that makes the average of those chosen meet a target.";
    static constexpr std::string_view group = "Draws";
    static constexpr std::string_view example = "0.15, 0.9";
    static constexpr std::string_view token = "";
    template <class S, class V>
    static constexpr void members(S& s, V&& visit) {
        visit("target", s.target, "Probability that the chosen have on average; 0 to 1.", false);
        visit("decay", s.decay, "How slowly the average forgets, 1 / (1 - decay) tokens; 0 to 0.99.", false);
    }
};

}  // namespace argdraw::text
