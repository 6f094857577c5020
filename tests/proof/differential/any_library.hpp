// The library's stages for the reference's: the same parameters, lists and rows as views of the reference's own.

#pragma once

#include "reference_pipeline.hpp"

#include <argdraw/argdraw.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace differential {

inline argdraw::scope to_library(reference::scope s) {
    switch (s) {
        case reference::scope::output: return argdraw::scope::output;
        case reference::scope::prompt: return argdraw::scope::prompt;
        default: return argdraw::scope::both;
    }
}

inline reference::status same(argdraw::status s) {
    switch (s) {
        case argdraw::status::empty: return reference::status::empty;
        case argdraw::status::nan_logit: return reference::status::nan_logit;
        case argdraw::status::bad_parameter:
        case argdraw::status::outside_row: return reference::status::bad_parameter;
        default: return reference::status::ok;
    }
}

// Holds what the stages only look at: lives as long as they do.
class translation {
public:
    translation() = default;
    translation(const translation&) = delete;
    translation& operator=(const translation&) = delete;

    argdraw::any_stage operator()(const reference::any_stage& s) {
        return std::visit([this](const auto& each) -> argdraw::any_stage { return one(each); }, s);
    }

    std::span<const argdraw::token_id> ids(const reference::ids_of& list) {
        auto& held = ids_.emplace_back();
        for (const reference::token_id id : list) held.push_back(static_cast<argdraw::token_id>(id));
        return held;
    }

private:
    static int number(std::int64_t n) { return static_cast<int>(n); }

    std::span<const float> row(const std::vector<double>& list) {
        auto& held = rows_.emplace_back();
        for (const double l : list) held.push_back(static_cast<float>(l));
        return held;
    }

    argdraw::temperature one(const reference::temperature& s) { return {s.t}; }
    argdraw::dynamic_temperature one(const reference::dynamic_temperature& s) { return {s.min, s.max, s.exponent}; }
    argdraw::quadratic one(const reference::quadratic& s) { return {s.factor, s.curve}; }
    argdraw::softcap one(const reference::softcap& s) { return {s.cap}; }
    argdraw::skew one(const reference::skew& s) { return {s.s}; }
    argdraw::softmax one(const reference::softmax&) { return {}; }
    argdraw::top_k one(const reference::top_k& s) {
        return {number(s.k), number(s.min_keep), s.equals == reference::ties::all ? argdraw::ties::all : argdraw::ties::first};
    }
    argdraw::top_p one(const reference::top_p& s) { return {s.p, number(s.min_keep)}; }
    argdraw::min_p one(const reference::min_p& s) { return {s.p, number(s.min_keep)}; }
    argdraw::typical one(const reference::typical& s) { return {s.t, number(s.min_keep)}; }
    argdraw::top_n_sigma one(const reference::top_n_sigma& s) { return {s.n, number(s.min_keep)}; }
    argdraw::epsilon_cutoff one(const reference::epsilon_cutoff& s) { return {s.epsilon, number(s.min_keep)}; }
    argdraw::eta_cutoff one(const reference::eta_cutoff& s) { return {s.epsilon, number(s.min_keep)}; }
    argdraw::tail_free one(const reference::tail_free& s) { return {s.z, number(s.min_keep)}; }
    argdraw::top_a one(const reference::top_a& s) { return {s.a, number(s.min_keep)}; }
    argdraw::xtc one(const reference::xtc& s) { return {s.probability, s.threshold, ids(s.protect), number(s.min_keep)}; }
    argdraw::xtc_mean one(const reference::xtc_mean& s) { return {s.probability, s.threshold, ids(s.protect), number(s.min_keep)}; }
    argdraw::top_h one(const reference::top_h& s) { return {s.h, number(s.min_keep)}; }
    argdraw::top_h_sum one(const reference::top_h_sum& s) { return {s.h, number(s.min_keep)}; }
    argdraw::p_less one(const reference::p_less& s) { return {number(s.min_keep)}; }
    argdraw::p_less_norm one(const reference::p_less_norm& s) { return {number(s.min_keep)}; }
    argdraw::min_k one(const reference::min_k& s) { return {s.tau, number(s.min_keep)}; }
    argdraw::repetition_penalty one(const reference::repetition_penalty& s) {
        return {s.r, number(s.window), to_library(s.where), ids(s.exempt)};
    }
    argdraw::frequency_penalty one(const reference::frequency_penalty& s) {
        return {s.alpha, number(s.window), to_library(s.where), ids(s.exempt)};
    }
    argdraw::presence_penalty one(const reference::presence_penalty& s) {
        return {s.alpha, number(s.window), to_library(s.where), ids(s.exempt)};
    }
    argdraw::penalties one(const reference::penalties& s) {
        return {s.repetition, s.frequency, s.presence, number(s.window), to_library(s.repetition_scope), to_library(s.count_scope),
                ids(s.exempt)};
    }
    argdraw::encoder_repetition one(const reference::encoder_repetition& s) { return {s.r}; }
    argdraw::dry one(const reference::dry& s) {
        argdraw::dry made{s.multiplier, s.base, number(s.allowed_length), number(s.window), ids(s.breakers)};
        if (s.phrases.empty()) return made;
        auto& held = phrases_.emplace_back();
        for (const reference::ids_of& each : s.phrases) held.add(ids(each));
        made.breakers = held;
        return made;
    }
    argdraw::no_repeat_ngram one(const reference::no_repeat_ngram& s) { return {number(s.n)}; }
    argdraw::bad_words<> one(const reference::bad_words& s) {
        auto& held = sequences_.emplace_back();
        for (const reference::ids_of& each : s.sequences) held.push_back(ids(each));
        return {held};
    }
    argdraw::sequence_bias<> one(const reference::sequence_bias& s) {
        auto& held = biased_.emplace_back();
        for (const auto& each : s.items) held.push_back({ids(each.sequence), each.b});
        return {held};
    }
    argdraw::min_tokens<> one(const reference::min_tokens& s) { return {number(s.n), ids(s.stop)}; }
    argdraw::exponential_length one(const reference::exponential_length& s) {
        return {number(s.start), s.factor, static_cast<argdraw::token_id>(s.eos)};
    }
    argdraw::logit_bias<> one(const reference::logit_bias& s) {
        auto& held = biases_.emplace_back();
        for (const auto& [id, b] : s.list) held.push_back({static_cast<argdraw::token_id>(id), b});
        return {held};
    }
    argdraw::ban<> one(const reference::ban& s) { return {ids(s.list)}; }
    argdraw::allow_only<> one(const reference::allow_only& s) { return {ids(s.list)}; }
    argdraw::allow one(const reference::allow& s) {
        return {words_.emplace_back(s.words), s.beyond == reference::past_end::ban ? argdraw::past_end::ban : argdraw::past_end::keep};
    }
    argdraw::suppress_at_begin<> one(const reference::suppress_at_begin& s) { return {ids(s.list)}; }
    argdraw::force one(const reference::force& s) { return {number(s.position), static_cast<argdraw::token_id>(s.id)}; }
    argdraw::guidance<float> one(const reference::guidance& s) { return {row(s.row), s.scale}; }
    argdraw::contrastive<float> one(const reference::contrastive& s) { return {row(s.row), s.alpha, s.beta}; }
    // Draws are no stages here: a test appends these to the reference's pipeline only.
    argdraw::softmax one(const reference::mirostat::cut_stage&) { return {}; }
    argdraw::softmax one(const reference::mirostat_v1::cut_stage&) { return {}; }
    argdraw::softmax one(const reference::adaptive_p::reshape&) { return {}; }

    std::deque<std::vector<argdraw::token_id>> ids_;
    std::deque<argdraw::phrases> phrases_;
    std::deque<std::vector<float>> rows_;
    std::deque<std::vector<std::uint32_t>> words_;
    std::deque<std::vector<argdraw::token_bias>> biases_;
    std::deque<std::vector<argdraw::biased_sequence>> biased_;
    std::deque<std::vector<std::span<const argdraw::token_id>>> sequences_;
};

}  // namespace differential
