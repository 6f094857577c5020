// Made by tests/project/reference/reference.py of stages.hpp and draws.hpp: ARGDRAW_LIBRARY_STAGES(f) is f(temperature) f(...) ...
#pragma once

// clang-format off
#define ARGDRAW_LIBRARY_STAGES(f) \
    f(temperature) \
    f(dynamic_temperature) \
    f(quadratic) \
    f(softcap) \
    f(skew) \
    f(softmax) \
    f(top_k) \
    f(top_p) \
    f(min_p) \
    f(typical) \
    f(top_n_sigma) \
    f(epsilon_cutoff) \
    f(eta_cutoff) \
    f(tail_free) \
    f(top_a) \
    f(xtc) \
    f(xtc_mean) \
    f(top_h) \
    f(top_h_sum) \
    f(p_less) \
    f(p_less_norm) \
    f(min_k) \
    f(repetition_penalty) \
    f(frequency_penalty) \
    f(presence_penalty) \
    f(penalties) \
    f(dry) \
    f(no_repeat_ngram) \
    f(bad_words<>) \
    f(sequence_bias<>) \
    f(min_tokens<>) \
    f(exponential_length) \
    f(encoder_repetition) \
    f(logit_bias<>) \
    f(ban<>) \
    f(allow_only<>) \
    f(allow) \
    f(suppress_at_begin<>) \
    f(force) \
    f(guidance<float>) \
    f(contrastive<float>)

#define ARGDRAW_LIBRARY_DRAWS(f) \
    f(greedy) \
    f(categorical) \
    f(gumbel) \
    f(mirostat) \
    f(mirostat_v1) \
    f(adaptive_p) \
    f(without_replacement)
