// The pipelines of the golden streams.
#pragma once

#include <argdraw/argdraw.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "rows.hpp"

namespace golden {

/// What stages look at beside the row, made for a width.
struct material {
    std::vector<token_id> few;     // eight ids; on narrow rows some stand more than once
    std::vector<token_id> prompt;  // says the first five over and over, and ends with few[0], few[1]
    std::vector<token_bias> biases;
    std::vector<token_bias> bans;
    std::vector<std::uint32_t> mask;
    std::vector<float> other;
    std::array<std::span<const token_id>, 4> phrases;
    std::vector<biased_sequence> biased_phrases;

    explicit material(std::size_t width) : mask((width + 31) / 32), other(row_of<float>(row_kind::flat, width, mixed(width + 1))) {
        for (std::uint64_t i = 0; i < 8; ++i) few.push_back(static_cast<token_id>(mixed(mixed(width) + i) % width));
        for (std::size_t i = 0; i < 22; ++i) prompt.push_back(few[i == 7 ? 6 : i % 5]);
        for (std::size_t i = 0; i < few.size(); ++i) {
            biases.push_back({few[i], static_cast<float>(i) * 0.75f - 2.5f});
            bans.push_back({few[i], i % 2 ? -std::numeric_limits<float>::infinity() : 2.5f});
        }
        for (std::uint64_t i = 0; i < mask.size(); ++i) mask[i] = static_cast<std::uint32_t>(mixed(i) >> 32 | mixed(~i));
        const std::span<const token_id> ids(few);
        phrases = {ids.subspan(0, 3), ids.subspan(1, 2), ids.subspan(7, 1), ids.subspan(3, 3)};
        for (std::size_t i = 0; i < phrases.size(); ++i) biased_phrases.push_back({phrases[i], i % 2 ? 3.0f : -1.5f});
    }
    material(const material&) = delete;
    material& operator=(const material&) = delete;

    std::span<const std::uint32_t> half_a_mask() const { return std::span(mask).first(mask.size() / 2); }
};

inline std::array<drawn, 5> several{};

struct pipeline {
    std::string_view name;
    chain stages;
    any_draw draw;

    pipeline(std::string_view title, std::initializer_list<any_stage> list, any_draw last = categorical{}) : name(title), draw(last) {
        for (const any_stage& each : list) stages.add(each);
    }
};

/// What most engines do.
inline std::vector<pipeline> usual_pipelines(const material&) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return {
        {"categorical", {}},
        {"temperature 0.7", {temperature{0.7f}}},
        {"temperature 0", {temperature{0.0f}}},
        {"temperature 1e-3", {temperature{1e-3f}}},
        {"temperature 1e4", {temperature{1e4f}}},
        {"temperature 1e-40", {temperature{1e-40f}}},
        {"temperature inf", {temperature{infinity}}},
        {"top_k 40", {top_k{40}}},
        {"top_k 1000", {top_k{1000}}},
        {"top_p 0.9", {top_p{0.9f}}},
        {"top_p 0.3", {temperature{1.3f}, top_p{0.3f}}},
        {"min_p 0.05", {min_p{0.05f}}},
        {"usual", {temperature{0.8f}, top_k{40}, top_p{0.95f}, min_p{0.05f}}},
        {"softmax", {softmax{}, temperature{0.9f}}},
        {"greedy", {}, greedy{}},
    };
}

/// Every stage, every draw, and companies of them.
inline std::vector<pipeline> all_pipelines(const material& m) {
    const auto among = std::span(m.few).first(3);
    return {
        {"dynamic_temperature 0.5 to 1.5", {dynamic_temperature{0.5f, 1.5f, 1.2f}}},
        {"quadratic 0.3, curve 1.5", {quadratic{0.3f, 1.5f}}},
        {"softcap 4", {softcap{4.0f}}},
        {"skew 0.7", {skew{0.7f}}},
        {"skew -0.4", {skew{-0.4f}}},
        {"top_k 3 and equals", {top_k{.k = 3, .equals = ties::all}}},
        {"top_p 0.1, min_keep 20", {top_p{0.1f, 20}}},
        {"min_p 0.7, min_keep 10", {min_p{0.7f, 10}}},
        {"typical 0.9", {typical{0.9f}}},
        {"typical 0.2", {typical{0.2f}}},
        {"top_n_sigma 1", {top_n_sigma{1.0f}}},
        {"epsilon_cutoff 0.01", {epsilon_cutoff{0.01f}}},
        {"eta_cutoff 0.01", {eta_cutoff{0.01f}}},
        {"tail_free 0.9", {tail_free{0.9f}}},
        {"top_a 0.3", {top_a{0.3f}}},
        {"xtc 0.5, 0.002", {xtc{0.5f, 0.002f}}},
        {"xtc 1, 0.002, protected", {xtc{1.0f, 0.002f, m.few}}},
        {"xtc_mean 0.5, 0.002", {xtc_mean{0.5f, 0.002f}}},
        {"top_h 0.5", {top_h{0.5f}}},
        {"top_h_sum 0.5", {top_h_sum{0.5f}}},
        {"p_less", {p_less{}}},
        {"p_less_norm", {p_less_norm{}}},
        {"min_k 3", {min_k{3.0f}}},

        {"repetition_penalty 1.3", {repetition_penalty{1.3f}}},
        {"repetition_penalty 0.8, window 4 of the prompt", {repetition_penalty{0.8f, 4, scope::prompt}}},
        {"frequency_penalty 0.4", {frequency_penalty{0.4f}}},
        {"presence_penalty 0.9, window 6", {presence_penalty{0.9f, 6, scope::both}}},
        {"penalties", {penalties{.repetition = 1.1f, .frequency = 0.2f, .presence = 0.1f, .window = 16}}},
        {"dry 0.8", {dry{.multiplier = 0.8f}}},
        {"dry 0.8, window 12, breakers", {dry{.multiplier = 0.8f, .allowed_length = 1, .window = 12, .breakers = among}}},
        {"no_repeat_ngram 2", {no_repeat_ngram{2}}},
        {"bad_words", {bad_words<>{m.phrases}}},
        {"sequence_bias", {sequence_bias<>{m.biased_phrases}}},
        {"min_tokens 3", {min_tokens<>{3, m.few}}},
        {"exponential_length 1, 1.7", {exponential_length{1, 1.7f, m.few[2]}}},
        {"encoder_repetition 1.4", {encoder_repetition{1.4f}}},

        {"logit_bias", {logit_bias<>{m.biases}}},
        {"logit_bias -inf", {logit_bias<>{m.bans}}},
        {"ban", {ban<>{m.few}}},
        {"allow_only", {allow_only<>{m.few}}},
        {"allow", {allow{m.mask, past_end::ban}}},
        {"allow, and what lies beyond", {allow{m.half_a_mask(), past_end::keep}}},
        {"suppress_at_begin", {suppress_at_begin<>{m.few}}},
        {"force at 2", {force{2, m.few[3]}}},
        {"guidance 1.5", {guidance<float>{m.other, 1.5f}}},
        {"contrastive 0.3, 0.8", {contrastive<float>{m.other, 0.3f, 0.8f}}},

        {"temperature 0.8, greedy", {temperature{0.8f}}, greedy{}},
        {"gumbel", {}, gumbel{}},
        {"top_p 0.9, gumbel", {top_p{0.9f}}, gumbel{}},
        {"mirostat 3, 0.1", {}, mirostat{3.0f, 0.1f}},
        {"mirostat_v1 3, 0.1, 50", {}, mirostat_v1{3.0f, 0.1f, 50}},
        {"adaptive_p 0.3", {}, adaptive_p{0.3f, 0.8f}},
        {"without_replacement of 5", {}, without_replacement{several}},

        {"penalties, dry, top_k, temperature",
         {penalties{.repetition = 1.1f, .window = 64}, dry{.multiplier = 0.8f}, top_k{40}, temperature{0.8f}}},
        {"penalties, dry, top_n_sigma, top_k, typical, top_p, min_p, xtc, temperature",
         {penalties{.repetition = 1.2f, .presence = 0.3f}, dry{.multiplier = 0.5f}, top_n_sigma{3.0f}, top_k{200}, typical{0.95f},
          top_p{0.95f}, min_p{0.01f}, xtc{0.5f, 0.05f}, temperature{0.9f}}},
        {"temperature, xtc, min_p, top_p, typical, top_k, top_n_sigma, dry, penalties",
         {temperature{0.9f}, xtc{0.5f, 0.05f}, min_p{0.01f}, top_p{0.95f}, typical{0.95f}, top_k{200}, top_n_sigma{3.0f},
          dry{.multiplier = 0.5f}, penalties{.repetition = 1.2f, .presence = 0.3f}}},
        {"softmax, repetition_penalty, quadratic, dynamic_temperature, softcap",
         {softmax{}, repetition_penalty{1.2f}, quadratic{0.2f, 2.0f}, dynamic_temperature{0.7f, 1.3f}, softcap{20.0f}}},
        {"allow, logit_bias, penalties, min_p",
         {allow{m.mask, past_end::ban}, logit_bias<>{m.biases}, penalties{.repetition = 1.3f}, min_p{0.02f}}},
        {"allow, greedy", {allow{m.mask, past_end::ban}}, greedy{}},
        {"guidance, ban, top_p, epsilon_cutoff", {guidance<float>{m.other, 1.3f}, ban<>{m.few}, top_p{0.95f}, epsilon_cutoff{0.001f}}},
        {"top_k, temperature, top_k, top_p, temperature", {top_k{100}, temperature{1.5f}, top_k{20}, top_p{0.9f}, temperature{0.5f}}},
        {"xtc twice, tail_free, top_a, eta_cutoff",
         {xtc{0.5f, 0.01f}, xtc{0.5f, 0.05f}, tail_free{0.97f}, top_a{0.05f}, eta_cutoff{0.001f}}},
        {"skew, top_h, p_less", {skew{0.3f}, top_h{0.8f}, p_less{}}},
        {"penalties, temperature, mirostat", {penalties{.frequency = 0.3f}, temperature{1.2f}}, mirostat{2.0f, 0.3f}},
        {"top_k, dry, mirostat_v1", {top_k{500}, dry{.multiplier = 1.0f}}, mirostat_v1{2.5f, 0.2f, 20}},
        {"min_p, no_repeat_ngram, adaptive_p", {min_p{0.02f}, no_repeat_ngram{3}}, adaptive_p{0.5f, 0.9f}},
        {"ban, temperature, without_replacement of 5", {ban<>{among}, temperature{0.6f}}, without_replacement{several}},
    };
}

}  // namespace golden
