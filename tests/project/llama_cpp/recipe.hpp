// recipe — random settings of recipes::llama_cpp, and the chain that llama.cpp's own programs build of the same.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/recipes/llama_cpp.hpp>

#include "judges.hpp"
#include "library.hpp"
#include "steps.hpp"

namespace peer {

using argdraw::recipes::llama_cpp;

// With every parameter that has an "off" there, or beyond its ends, or between them.
inline llama_cpp any_settings(words& w, std::size_t width) {
    const auto edge = [&](double low, double high, std::array<float, 4> ends) {
        return w.chance(0.3) ? w.one_of(ends) : w.real(low, high);
    };
    llama_cpp s;
    if (w.chance(0.2)) return s;
    s.min_keep = w.chance(0.8) ? 0 : static_cast<int>(w.below(6));
    s.top_k = w.chance(0.3) ? w.one_of(std::array{-1, 0, 1, 100000000}) : 1 + static_cast<int>(w.below(100));
    s.top_p = edge(0.05, 0.999, {1, 1.5f, 0, -0.5f});
    s.min_p = edge(0.001, 0.5, {0, -1, 1, 1.5f});
    s.typ_p = w.chance(0.6) ? 1 : edge(0.1, 0.99, {1, 1.5f, 0, -0.5f});
    s.top_n_sigma = w.chance(0.6) ? -1 : edge(0.3, 4, {0, -1, 0.01f, 100});
    s.xtc_probability = edge(1, 1, {0, 0, -1, 1});
    s.xtc_threshold = edge(0.01, 0.5, {0.5f, 0.51f, 1, 0.1f});
    s.temp = edge(0.2, 2, {1, 0, -1, 0.8f});
    s.dynatemp_range = w.chance(0.6) ? 0 : edge(0.1, 1, {0, -1, 3, 0.5f});
    s.dynatemp_exponent = w.chance(0.5) ? 1 : edge(0.3, 3, {0, 1, 2, 0.5f});
    s.penalty_last_n = w.one_of(std::array{0, 1, 64, 256});
    s.penalty_repeat = w.chance(0.5) ? 1 : w.real(0.8, 1.5);
    s.penalty_freq = w.chance(0.7) ? 0 : w.real(-0.5, 1);
    s.penalty_present = w.chance(0.7) ? 0 : w.real(-0.5, 1);
    s.dry_multiplier = w.chance(0.5) ? 0 : w.real(0.1, 1.5);
    s.dry_base = edge(1.1, 2.5, {0.5f, 1, 1.75f, 2});
    s.dry_allowed_length = 1 + static_cast<int>(w.below(4));
    s.dry_penalty_last_n = w.one_of(std::array{0, 16, 64, 256});
    if (w.chance(0.5)) s.dry_sequence_breakers = {{static_cast<std::int32_t>(w.below(std::min<std::size_t>(width, 12)))}};
    if (w.chance(0.3)) s.logit_bias = {{static_cast<std::int32_t>(w.below(width)), w.real(-10, 10)}};
    if (w.chance(0.3))
        for (std::size_t i = s.samplers.size(); i > 1; --i) std::swap(s.samplers[i - 1], s.samplers[w.below(i)]);
    return s;
}

// The pipeline that the recipe makes of these settings, as text.
inline std::string pipeline_of(const llama_cpp& s) {
    const argdraw::recipes::made made = s.make();
    if (!made) {
        std::printf("the recipe refuses: %s\n", made.wrong.sentence.c_str());
        std::exit(2);
    }
    return made.text();
}

// One sampler of the list: theirs, as common_sampler calls it, ours as the recipe has it alone, and the judge.
inline step step_of(const llama_cpp& s, llama_cpp::sampler which, const setting& at) {
    const auto keep = static_cast<std::size_t>(s.min_keep);
    const auto width = static_cast<std::int32_t>(at.width);
    const llama::library& l = at.lib;
    llama_cpp alone = s;
    alone.logit_bias = {};
    alone.samplers = {which};
    const auto made = [&](const char* name, llama::sampler* theirs, judge by) -> step {
        return {name, {l, theirs}, pipeline_of(alone), std::move(by)};
    };
    // Where dry is off the library makes a sampler that does nothing, which the call with breakers as tokens takes for one of its own.
    const bool dries = s.dry_multiplier != 0 && s.dry_base >= 1 && s.dry_penalty_last_n != 0;
    switch (which) {
        case llama_cpp::sampler::penalties:
            return made("penalties", l.penalties(width, s.penalty_last_n, s.penalty_repeat, s.penalty_freq, s.penalty_present),
                        changing(256));
        case llama_cpp::sampler::dry:
            return made("dry",
                        dries ? l.dry(s.dry_multiplier, s.dry_base, s.dry_allowed_length, s.dry_penalty_last_n, s.dry_sequence_breakers)
                              : l.temp(1),
                        judge_dry(s.dry_multiplier, static_cast<std::size_t>(s.dry_allowed_length), at.history));
        case llama_cpp::sampler::top_n_sigma: return made("top_n_sigma", l.top_n_sigma(s.top_n_sigma), judge_top_n_sigma(s.top_n_sigma));
        case llama_cpp::sampler::top_k: return made("top_k", l.top_k(s.top_k), keeping(unexplained));
        case llama_cpp::sampler::typ_p: return made("typical", l.typical(s.typ_p, keep), judge_typical(s.typ_p, keep));
        case llama_cpp::sampler::top_p: return made("top_p", l.top_p(s.top_p, keep), judge_top_p(s.top_p, keep));
        case llama_cpp::sampler::min_p: return made("min_p", l.min_p(s.min_p, keep), judge_min_p(s.min_p));
        case llama_cpp::sampler::xtc:
            return made("xtc", l.xtc(s.xtc_probability, s.xtc_threshold, keep, 1), judge_xtc(s.xtc_threshold, keep));
        default: break;
    }
    return made("temp_ext", l.temp_ext(s.temp, s.dynatemp_range, s.dynatemp_exponent),
                s.dynatemp_range > 0 ? judge_temp_ext(s.temp, s.dynatemp_range, s.dynatemp_exponent) : judge_temp(s.temp));
}

inline chain any_recipe(setting& at) {
    const llama_cpp all = any_settings(at.random, at.width);
    chain made{{}, pipeline_of(all), "recipes"};
    llama_cpp one = all;
    one.samplers = {};
    if (!all.logit_bias.empty()) {
        const llama::bias bias{all.logit_bias[0].id, all.logit_bias[0].b};
        made.steps.push_back(
            {"logit_bias", {at.lib, at.lib.logit_bias(static_cast<std::int32_t>(at.width), 1, &bias)}, pipeline_of(one), changing(10)});
    }
    for (const llama_cpp::sampler each : all.samplers) made.steps.push_back(step_of(all, each, at));
    return made;
}

}  // namespace peer
