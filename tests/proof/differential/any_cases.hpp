// Random histories and pipelines of any stage, in continuation of cases.hpp: one seed brings everything back.

#pragma once

#include "cases.hpp"
#include "reference_pipeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <numeric>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cases {

using reference::ids_of;
using reference::token_id;

// What a stage's parameters are chosen for.
struct surroundings {
    const std::vector<double>& row;
    const reference::history& past;
    ids_of likely;  // the first few in the order: a list that misses them changes little

    std::size_t width() const { return row.size(); }
};

inline ids_of likely_ids(const std::vector<double>& row) {
    constexpr std::size_t most = 12;
    ids_of ids(row.size());
    std::iota(ids.begin(), ids.end(), token_id{0});
    const auto value = [&](token_id id) {
        const double l = row[static_cast<std::size_t>(id)];
        return std::isnan(l) ? -std::numeric_limits<double>::infinity() : l;
    };
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(most, ids.size()));
    std::partial_sort(ids.begin(), end, ids.end(),
                      [&](token_id a, token_id b) { return value(a) != value(b) ? value(a) > value(b) : a < b; });
    ids.erase(end, ids.end());
    return ids;
}

inline token_id id_inside(generator& random, const surroundings& about) {
    if (about.width() == 0) return 0;
    if (random.chance(0.4)) return about.likely[random.below(about.likely.size())];
    const auto& past = random.chance(0.5) ? about.past.prompt : about.past.output;
    if (!past.empty() && random.chance(0.5)) {
        const token_id id = past[random.below(past.size())];
        if (id >= 0 && static_cast<std::size_t>(id) < about.width()) return id;
    }
    return static_cast<token_id>(random.below(about.width()));
}

inline constexpr double outside_share = 0.003;  // of the ids in a list

inline token_id listed_id(generator& random, const surroundings& about) {
    if (random.chance(outside_share)) return random.pick<token_id>({-1, static_cast<token_id>(about.width()), 2147483647, -2147483647});
    return id_inside(random, about);
}

inline ids_of listed_ids(generator& random, const surroundings& about, std::size_t most) {
    ids_of list(random.below(most + 1));
    for (token_id& id : list) id = listed_id(random, about);
    return list;
}

// A sequence that the history may well have begun.
inline ids_of listed_sequence(generator& random, const surroundings& about) {
    if (random.chance(illegal_share / 4)) return {};
    const ids_of h = about.past.all();
    ids_of sequence = reference::last_of(h, static_cast<std::int64_t>(random.below(4)));
    for (token_id& id : sequence) {
        if (id < 0 || static_cast<std::size_t>(id) >= about.width()) id = listed_id(random, about);
        if (random.chance(0.1)) id = listed_id(random, about);
    }
    sequence.push_back(listed_id(random, about));
    return sequence;
}

// Few distinct ids, so that n-grams repeat; some of them no ids of the row, which stages have to pass over.
inline reference::history random_history(generator& random, const std::vector<double>& row, std::size_t longest) {
    reference::history past;
    if (random.chance(0.05)) return past;
    const ids_of likely = likely_ids(row);
    ids_of alphabet(1 + random.below(random.chance(0.7) ? 5 : 30));
    for (token_id& id : alphabet) {
        if (likely.empty() || random.chance(0.05))
            id = random.chance(0.5) ? static_cast<token_id>(row.size() + random.below(3)) : 16'000'000;
        else id = random.chance(0.5) ? likely[random.below(likely.size())] : static_cast<token_id>(random.below(row.size()));
    }
    const auto fill = [&](ids_of& tokens) {
        tokens.resize(random.below(longest + 1));
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = i >= 4 && random.chance(0.5) ? tokens[i - 1 - random.below(4)] : alphabet[random.below(alphabet.size())];
    };
    fill(past.prompt);
    if (random.chance(0.02) && !past.prompt.empty()) past.prompt[random.below(past.prompt.size())] = -7;
    if (random.chance(0.85)) fill(past.output);
    return past;
}

inline std::int64_t random_window(generator& random, const surroundings& about) {
    if (random.chance(illegal_share / 4)) return random.pick<std::int64_t>({-2, -2147483647});
    if (random.chance(0.5)) return -1;
    if (random.chance(0.1)) return random.pick<std::int64_t>({0, 1, 2147483647});
    return static_cast<std::int64_t>(random.below(about.past.prompt.size() + about.past.output.size() + 3));
}

inline reference::scope random_scope(generator& random) {
    return random.pick({reference::scope::output, reference::scope::prompt, reference::scope::both});
}

inline std::vector<double> another_row(generator& random, const surroundings& about) {
    const limits scalar{static_cast<double>(huge), static_cast<double>(tiny), static_cast<double>(std::numeric_limits<float>::epsilon())};
    std::vector<double> row;
    const std::size_t width = random.chance(outside_share) ? about.width() + 1 : about.width();
    if (width == 0) return row;
    if (width == about.width() && random.chance(0.7)) {
        // The row as another model might see it.
        for (const double l : about.row) row.push_back(std::isfinite(l) ? l + random.normal() : random.normal());
        if (random.chance(0.2)) pollute(random, row, scalar);
    } else {
        row = make_row(random, static_cast<kind>(random.below(kinds - 1)), width, scalar);
        if (random.chance(0.2)) pollute(random, row, scalar);
    }
    for (double& l : row) l = static_cast<double>(static_cast<float>(l));
    return row;
}

// Section 1

inline void randomise(reference::dynamic_temperature& s, generator& random, const surroundings&) {
    if (random.chance(illegal_share)) {
        s.min = random.pick({-1.0f, 2.0f, not_a_number, 1.0f});
        s.max = random.pick({0.5f, not_a_number});
        s.exponent = random.pick({1.0f, 0.0f, -1.0f, not_a_number});
    } else if (random.chance(0.1)) {
        s.min = random.pick({0.0f, 1.0f, 1e-30f, tiny});
        s.max = random.pick({1.0f, 1e10f, huge});  // with no end to it all depends on whether a small entropy is 0
        s.exponent = random.pick({1.0f, 0.5f, tiny, 30.0f});
    } else {
        s.min = static_cast<float>(random.chance(0.2) ? 0 : random.uniform(0.05, 1.5));
        s.max = static_cast<float>(static_cast<double>(s.min) + (random.chance(0.1) ? 0 : random.uniform(0, 2)));
        s.exponent = static_cast<float>(random.uniform(0.2, 3));
    }
}

inline void randomise(reference::quadratic& s, generator& random, const surroundings&) {
    if (random.chance(illegal_share)) {
        s.factor = random.pick({-0.1f, 0.1f, unlimited, not_a_number});
        s.curve = random.pick({0.9f, 3.01f, not_a_number});
    } else if (random.chance(0.1)) {
        s.factor = random.pick({0.0f, tiny, 1e-10f, 1e10f, huge});
        s.curve = random.pick({1.0f, 3.0f});
    } else {
        s.factor = static_cast<float>(random.log_uniform(0.02, 2));
        s.curve = static_cast<float>(random.chance(0.4) ? 1 : random.uniform(1, 3));
    }
}

inline void randomise(reference::softcap& s, generator& random, const surroundings&) {
    if (random.chance(illegal_share)) s.cap = random.pick({-1.0f, -tiny, not_a_number});
    else if (random.chance(0.1)) s.cap = random.pick({0.0f, unlimited, tiny, 1e-20f, 1e20f, huge});
    else s.cap = static_cast<float>(random.log_uniform(1, 100));
}

inline void randomise(reference::skew& stage, generator& random, const surroundings&) {
    if (random.chance(illegal_share)) stage.s = random.pick({unlimited, -unlimited, not_a_number});
    // Beyond 60 the stage itself says that it is no longer exact.
    else if (random.chance(0.1)) stage.s = random.pick({0.0f, tiny, -tiny, 1e-6f, -1e-6f, 10.0f, 50.0f, -10.0f, -600.0f, -800.0f, -huge});
    else stage.s = static_cast<float>(random.uniform(-2, 2));
}

// Section 2

inline void randomise(reference::typical& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) s.t = random.pick({0.0f, -0.0f, -0.5f, not_a_number});
    else if (random.chance(0.1)) s.t = random.pick({1.0f, 2.0f, unlimited, tiny, under_one, 0.5f});
    else s.t = static_cast<float>(random.uniform(0.05, 1));
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::top_n_sigma& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) s.n = random.pick({-1.0f, -tiny, not_a_number});
    else if (random.chance(0.1)) s.n = random.pick({0.0f, tiny, 1e-10f, 1e10f, huge, unlimited});
    else s.n = static_cast<float>(random.uniform(0.2, 4));
    s.min_keep = random_min_keep(random, about.width());
}

inline float random_cutoff(generator& random) {
    if (random.chance(illegal_share)) return random.pick({-0.1f, 1.0f, 1.5f, unlimited, not_a_number});
    if (random.chance(0.1)) return random.pick({0.0f, tiny, 1e-30f, 0.5f, under_one});
    return static_cast<float>(random.log_uniform(1e-6, 0.5));
}

inline void randomise(reference::epsilon_cutoff& s, generator& random, const surroundings& about) {
    s.epsilon = random_cutoff(random);
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::eta_cutoff& s, generator& random, const surroundings& about) {
    s.epsilon = random_cutoff(random);
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::tail_free& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) s.z = random.pick({-0.1f, -unlimited, not_a_number});
    else if (random.chance(0.1)) s.z = random.pick({0.0f, 1.0f, 2.0f, tiny, under_one, 0.5f});
    else s.z = static_cast<float>(random.chance(0.5) ? random.uniform() : 1 - random.log_uniform(1e-4, 0.5));
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::top_a& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) s.a = random.pick({-0.1f, 1.01f, unlimited, not_a_number});
    else if (random.chance(0.1)) s.a = random.pick({0.0f, 1.0f, tiny, 1e-20f, under_one});
    else s.a = static_cast<float>(random.log_uniform(1e-3, 1));
    s.min_keep = random_min_keep(random, about.width());
}

template <class Xtc>
void randomise_xtc(Xtc& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) {
        s.probability = random.pick({-0.1f, 1.1f, not_a_number, 0.5f});
        s.threshold = random.pick({-0.1f, not_a_number});
    } else {
        s.probability = random.chance(0.3) ? random.pick({0.0f, tiny, under_one, 1.0f, 1.0f}) : static_cast<float>(random.uniform());
        s.threshold =
            random.chance(0.1) ? random.pick({0.0f, tiny, 0.5f, 0.6f, unlimited}) : static_cast<float>(random.log_uniform(1e-4, 0.5));
    }
    if (random.chance(0.3)) s.protect = listed_ids(random, about, 4);
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::xtc& s, generator& random, const surroundings& about) { randomise_xtc(s, random, about); }
inline void randomise(reference::xtc_mean& s, generator& random, const surroundings& about) { randomise_xtc(s, random, about); }

inline float random_share_of_entropy(generator& random) {
    if (random.chance(illegal_share)) return random.pick({0.0f, -0.5f, 1.01f, unlimited, not_a_number});
    if (random.chance(0.1)) return random.pick({1.0f, under_one, tiny, 0.5f});
    return static_cast<float>(random.uniform(0.05, 1));
}

inline void randomise(reference::top_h& s, generator& random, const surroundings& about) {
    s.h = random_share_of_entropy(random);
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::top_h_sum& s, generator& random, const surroundings& about) {
    s.h = random_share_of_entropy(random);
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::p_less& s, generator& random, const surroundings& about) {
    s.min_keep = random_min_keep(random, about.width());
}
inline void randomise(reference::p_less_norm& s, generator& random, const surroundings& about) {
    s.min_keep = random_min_keep(random, about.width());
}

inline void randomise(reference::min_k& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) s.tau = not_a_number;
    else if (random.chance(0.1)) s.tau = random.pick({-1.0f, -unlimited, 0.0f, -0.0f, tiny, huge, unlimited});
    else s.tau = static_cast<float>(random.chance(0.5) ? 3 : random.log_uniform(0.01, 1000));
    s.min_keep = random_min_keep(random, about.width());
}

// Section 3

inline float random_repetition(generator& random) {
    if (random.chance(illegal_share)) return random.pick({0.0f, -1.0f, unlimited, not_a_number});
    if (random.chance(0.05)) return random.pick({1.0f, tiny, 1e-20f, 1e20f, huge});
    return static_cast<float>(random.uniform(0.7, 1.8));
}

inline float random_alpha(generator& random) {
    if (random.chance(illegal_share)) return random.pick({unlimited, -unlimited, not_a_number});
    if (random.chance(0.05)) return random.pick({0.0f, -0.0f, tiny, 1e-20f, 1e20f, huge, -huge});
    return random.chance(0.3) ? random.pick({0.5f, 1.0f, -0.5f}) : static_cast<float>(random.uniform(-1, 2));
}

inline ids_of exempt_ids(generator& random, const surroundings& about) {
    return random.chance(0.3) ? listed_ids(random, about, 3) : ids_of{};
}

inline void randomise(reference::repetition_penalty& s, generator& random, const surroundings& about) {
    s = {random_repetition(random), random_window(random, about), random_scope(random), exempt_ids(random, about)};
}

inline void randomise(reference::frequency_penalty& s, generator& random, const surroundings& about) {
    s = {random_alpha(random), random_window(random, about), random_scope(random), exempt_ids(random, about)};
}

inline void randomise(reference::presence_penalty& s, generator& random, const surroundings& about) {
    s = {random_alpha(random), random_window(random, about), random_scope(random), exempt_ids(random, about)};
}

inline void randomise(reference::penalties& s, generator& random, const surroundings& about) {
    s.repetition = random.chance(0.3) ? 1.0f : random_repetition(random);
    s.frequency = random.chance(0.3) ? 0.0f : random_alpha(random);
    s.presence = random.chance(0.3) ? 0.0f : random_alpha(random);
    s.window = random_window(random, about);
    s.repetition_scope = random_scope(random);
    s.count_scope = random_scope(random);
    s.exempt = exempt_ids(random, about);
}

inline void randomise(reference::encoder_repetition& s, generator& random, const surroundings&) { s.r = random_repetition(random); }

inline void randomise(reference::dry& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) {
        s.multiplier = random.pick({-0.1f, 0.8f, unlimited, not_a_number});
        s.base = random.pick({0.9f, unlimited, not_a_number});
        s.allowed_length = random.pick<std::int64_t>({2, -1});
    } else {
        s.multiplier = random.chance(0.1) ? random.pick({0.0f, tiny, 1e30f, huge}) : static_cast<float>(random.uniform(0.1, 2));
        s.base = random.chance(0.1) ? random.pick({1.0f, 1e10f, huge}) : static_cast<float>(random.uniform(1, 2.5));
        s.allowed_length = random.chance(0.02) ? 2147483647 : static_cast<std::int64_t>(random.below(5));
    }
    s.window = random_window(random, about);
    if (random.chance(0.3)) s.breakers = listed_ids(random, about, 3);
    else if (random.chance(0.3))
        for (std::size_t n = 1 + random.below(3); n > 0; --n) s.phrases.push_back(listed_sequence(random, about));
}

inline void randomise(reference::no_repeat_ngram& s, generator& random, const surroundings&) {
    if (random.chance(illegal_share)) s.n = -1;
    else if (random.chance(0.02)) s.n = 2147483647;
    else s.n = static_cast<std::int64_t>(random.below(6));
}

inline void randomise(reference::bad_words& s, generator& random, const surroundings& about) {
    for (std::size_t n = random.below(5); n > 0; --n) s.sequences.push_back(listed_sequence(random, about));
}

inline float random_bias(generator& random) {
    if (random.chance(0.1)) return random.pick({unlimited, -unlimited, -unlimited, huge, -huge, 0.0f});
    if (random.chance(illegal_share / 4)) return not_a_number;
    return random.chance(0.3) ? random.pick({1.0f, -1.0f, 100.0f, -100.0f}) : static_cast<float>(3 * random.normal());
}

inline void randomise(reference::sequence_bias& s, generator& random, const surroundings& about) {
    for (std::size_t n = random.below(5); n > 0; --n) s.items.push_back({listed_sequence(random, about), random_bias(random)});
}

inline void randomise(reference::min_tokens& s, generator& random, const surroundings& about) {
    s.n = random.chance(illegal_share)
              ? -1
              : static_cast<std::int64_t>(about.past.output.size()) - 2 + static_cast<std::int64_t>(random.below(5));
    if (!random.chance(illegal_share)) s.n = std::max<std::int64_t>(s.n, 0);
    s.stop = listed_ids(random, about, 3);
}

inline void randomise(reference::exponential_length& s, generator& random, const surroundings& about) {
    s.start = random.chance(illegal_share) ? -1 : static_cast<std::int64_t>(random.below(about.past.output.size() + 2));
    if (random.chance(illegal_share)) s.factor = random.pick({0.0f, -1.0f, unlimited, not_a_number});
    else if (random.chance(0.05)) s.factor = random.pick({1.0f, tiny, huge});
    else s.factor = static_cast<float>(random.uniform(0.8, 1.5));
    s.eos = listed_id(random, about);
}

// Section 4

inline void randomise(reference::logit_bias& s, generator& random, const surroundings& about) {
    for (std::size_t n = random.below(random.chance(0.1) ? 100 : 6); n > 0; --n)
        s.list.emplace_back(listed_id(random, about), random_bias(random));
    if (s.list.size() > 1 && random.chance(0.2)) s.list.back().first = s.list.front().first;
}

inline void randomise(reference::ban& s, generator& random, const surroundings& about) {
    s.list = listed_ids(random, about, random.chance(0.1) ? about.width() : 6);
}

inline void randomise(reference::allow_only& s, generator& random, const surroundings& about) {
    s.list = listed_ids(random, about, random.chance(0.2) ? 8 : std::min<std::size_t>(2 * about.width(), 1000));
}

inline void randomise(reference::suppress_at_begin& s, generator& random, const surroundings& about) {
    s.list = listed_ids(random, about, 6);
}

inline void randomise(reference::allow& s, generator& random, const surroundings& about) {
    s.beyond = random.pick({reference::past_end::ban, reference::past_end::keep});
    const std::size_t whole = about.width() / 32 + 1;
    s.words.resize(random.chance(0.7) ? whole : random.below(whole + 2));
    const std::size_t sparse = random.below(4);  // of 32 ids about 8, 16, 24, 31
    for (std::uint32_t& each : s.words) {
        const auto a = static_cast<std::uint32_t>(random.word());
        const auto b = static_cast<std::uint32_t>(random.word() >> 32);
        const auto c = static_cast<std::uint32_t>(random.word());
        each = sparse == 0 ? a & b : sparse == 1 ? a : sparse == 2 ? a | b : a | b | c | ~(a << 1);
    }
}

inline void randomise(reference::force& s, generator& random, const surroundings& about) {
    const auto now = static_cast<std::int64_t>(about.past.output.size());
    s.position = random.chance(illegal_share) ? -1 : random.chance(0.1) ? now : now + 1 + static_cast<std::int64_t>(random.below(3));
    s.id = listed_id(random, about);
}

inline void randomise(reference::guidance& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) s.scale = random.pick({unlimited, -unlimited, not_a_number});
    else if (random.chance(0.1)) s.scale = random.pick({1.0f, 0.0f, -0.0f, -1.0f, tiny, huge, -huge});
    else s.scale = static_cast<float>(random.uniform(0, 4));
    s.row = another_row(random, about);
}

inline void randomise(reference::contrastive& s, generator& random, const surroundings& about) {
    if (random.chance(illegal_share)) {
        s.alpha = random.pick({-0.1f, 0.1f, 1.1f, not_a_number});
        s.beta = random.pick({-0.1f, unlimited, not_a_number});
    } else {
        s.alpha = random.chance(0.2) ? random.pick({0.0f, 1.0f, tiny}) : static_cast<float>(random.log_uniform(1e-3, 1));
        s.beta = random.chance(0.2) ? random.pick({0.0f, tiny, 1e10f, huge}) : static_cast<float>(random.uniform(0, 2));
    }
    s.row = another_row(random, about);
}

// Section 5: the stages of draws belong to draws, see there.

inline constexpr std::size_t stage_count = std::variant_size_v<reference::any_stage> - 3;
static_assert(std::is_same_v<std::variant_alternative_t<stage_count, reference::any_stage>, reference::mirostat::cut_stage>);

template <std::size_t Index = 0>
reference::any_stage random_any_stage(std::size_t which, generator& random, const surroundings& about) {
    if constexpr (Index + 1 < stage_count)
        if (which != Index) return random_any_stage<Index + 1>(which, random, about);
    std::variant_alternative_t<Index, reference::any_stage> stage{};
    if constexpr (requires { randomise(stage, random, about.width()); }) randomise(stage, random, about.width());
    else randomise(stage, random, about);
    if constexpr (std::is_same_v<decltype(stage), reference::top_k>)
        stage.equals = random.chance(0.3) ? reference::ties::all : reference::ties::first;
    return stage;
}

// The parameter of one truncation, moved next to a boundary of what that stage will see: inside its band, or just outside, where nothing
// is forgiven. False where the stage has no such parameter.
inline bool move_to_edge(reference::any_stage& stage, const reference::full_law& seen, generator& random) {
    using namespace reference;
    struct entry {
        real p, ln, logit;
    };
    std::vector<entry> t;
    real h = 0;
    for (std::size_t i = 0; i < seen.ids.size(); ++i) {
        t.push_back({seen.probabilities[i], seen.logs[i], seen.logits[i]});
        if (t.back().p > 0) h -= t.back().p * t.back().ln;
    }
    std::stable_sort(t.begin(), t.end(), [](const entry& a, const entry& b) { return a.ln > b.ln; });
    const std::size_t at = random.below(random.chance(0.5) ? t.size() : std::min<std::size_t>(t.size(), 16));
    const real off = real(random.pick({-1.0, 1.0}) * random.log_uniform(1e-9, 1e-5));
    const auto sum_to_there = [&](const auto& term) {
        real sum = 0;
        for (std::size_t i = 0; i <= at; ++i) sum += term(t[i]);
        return sum;
    };
    const auto set = [](float& parameter, real to, float low, float high) {
        parameter = std::clamp(static_cast<float>(std::clamp(to, real(0), real(huge))), low, high);
        return true;
    };

    return std::visit(
        [&](auto& s) {
            using type = std::decay_t<decltype(s)>;
            if constexpr (std::is_same_v<type, top_p>) {
                return set(s.p, sum_to_there([](const entry& e) { return e.p; }) + off, 0, 1);
            } else if constexpr (std::is_same_v<type, min_p>) {
                return set(s.p, std::exp(t[at].ln - t[0].ln) * (1 + off), 0, 1);
            } else if constexpr (std::is_same_v<type, typical>) {
                std::stable_sort(t.begin(), t.end(),
                                 [&](const entry& a, const entry& b) { return std::abs(a.ln + h) < std::abs(b.ln + h); });
                return set(s.t, sum_to_there([](const entry& e) { return e.p; }) + off, tiny, 1);
            } else if constexpr (std::is_same_v<type, top_n_sigma>) {
                real mean = 0;
                for (const entry& e : t) mean += e.ln / static_cast<real>(t.size());
                real squares = 0;
                for (const entry& e : t) squares += (e.ln - mean) * (e.ln - mean) / static_cast<real>(t.size());
                return squares > 0 && set(s.n, (t[0].ln - t[at].ln) / std::sqrt(squares) * (1 + off), 0, huge);
            } else if constexpr (std::is_same_v<type, epsilon_cutoff>) {
                return set(s.epsilon, t[at].p * (1 + off), 0, under_one);
            } else if constexpr (std::is_same_v<type, eta_cutoff>) {
                const real p = t[at].p;
                return set(s.epsilon, (std::sqrt(p) <= std::exp(-h) ? p : p * p * std::exp(2 * h)) * (1 + off), 0, under_one);
            } else if constexpr (std::is_same_v<type, top_a>) {
                return set(s.a, std::exp(t[at].ln - 2 * t[0].ln) * (1 + off), 0, 1);
            } else if constexpr (std::is_same_v<type, xtc> || std::is_same_v<type, xtc_mean>) {
                return set(s.threshold, t[at].p * (1 + off), 0, 0.5f);
            } else if constexpr (std::is_same_v<type, top_h>) {
                const real mass = sum_to_there([](const entry& e) { return e.p; });
                const real part = sum_to_there([](const entry& e) { return e.p > 0 ? -e.p * e.ln : 0; });
                return h > 0 && set(s.h, (std::log(mass) + part / mass) / h * (1 + off), tiny, 1);
            } else if constexpr (std::is_same_v<type, top_h_sum>) {
                return h > 0 && set(s.h, sum_to_there([](const entry& e) { return e.p > 0 ? -e.p * e.ln : 0; }) / h * (1 + off), tiny, 1);
            } else if constexpr (std::is_same_v<type, tail_free>) {
                real all = 0;
                real to_there = 0;
                for (std::size_t i = 0; i + 2 < t.size(); ++i) {
                    all += std::abs(t[i].p - 2 * t[i + 1].p + t[i + 2].p);
                    if (i == at) to_there = all;
                }
                return all > 0 && set(s.z, to_there / all + off, 0, 1);
            } else if constexpr (std::is_same_v<type, min_k>) {
                return set(s.tau, static_cast<real>(at + 1) * (t[0].logit - t.back().logit + 1e-8L) * (1 + off), 0, huge);
            } else {
                return false;
            }
        },
        stage);
}

inline void aim_any(generator& random, const reference::situation& at, reference::any_pipeline& stages) {
    const std::size_t from = random.below(stages.size());
    for (std::size_t n = 0; n < stages.size(); ++n) {
        reference::any_stage& target = stages[(from + n) % stages.size()];
        const bool truncates = std::visit([](const auto& s) { return requires { s.min_keep; }; }, target);
        if (!truncates || !reference::valid(target, at.row.size())) continue;
        const auto before = static_cast<std::ptrdiff_t>((from + n) % stages.size());
        const reference::full_law seen = reference::run_any(at, {stages.begin(), stages.begin() + before});
        if (seen.why == reference::status::ok) move_to_edge(target, seen, random);
        return;
    }
}

// How often each kind stands in a pipeline, in the order of reference::any_stage. What leaves little or nothing is rarer: after it the
// other stages have nothing to do.
inline constexpr std::array<int, stage_count> shares{
    8, 4, 4, 4, 4, 5,                    // temperature dynamic_temperature quadratic softcap skew softmax
    5, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 4,  // top_k top_p min_p typical top_n_sigma epsilon eta tail_free top_a xtc xtc_mean top_h
    4, 4, 4, 3,                          // top_h_sum p_less p_less_norm min_k
    6, 5, 5, 6, 4, 6, 4,                 // repetition frequency presence penalties encoder dry no_repeat_ngram
    4, 5, 3, 4,                          // bad_words sequence_bias min_tokens exponential_length
    6, 4, 2, 4, 2, 2, 4, 4,              // logit_bias ban allow_only allow suppress_at_begin force guidance contrastive
};

inline std::size_t random_kind(generator& random) {
    std::size_t ticket = random.below(static_cast<std::size_t>(std::accumulate(shares.begin(), shares.end(), 0)));
    std::size_t which = 0;
    while (ticket >= static_cast<std::size_t>(shares[which])) ticket -= static_cast<std::size_t>(shares[which++]);
    return which;
}

// In words, exact, in the order they run.

namespace words {

template <class... Values>
std::string of(const char* name, const Values&... values) {
    std::ostringstream out;
    out << std::setprecision(std::numeric_limits<double>::max_digits10) << name;
    ((out << " " << values), ...);
    return out.str();
}

inline std::string list(const ids_of& ids) {
    std::ostringstream out;
    out << "{";
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i > 0) out << " ";
        if (i == 40) return out.str() + "and " + std::to_string(ids.size() - i) + " more}";
        out << ids[i];
    }
    return out.str() + "}";
}

inline std::string numbers(const std::vector<double>& row) {
    if (row.size() > 24) return std::to_string(row.size()) + " logits";
    std::ostringstream out;
    out << std::setprecision(std::numeric_limits<double>::max_digits10) << "{";
    for (std::size_t i = 0; i < row.size(); ++i) out << (i > 0 ? " " : "") << row[i];
    return out.str() + "}";
}

inline const char* name(reference::scope s) {
    return s == reference::scope::output ? "output" : s == reference::scope::prompt ? "prompt" : "both";
}

inline std::string one(const reference::temperature& s) { return of("temperature", s.t); }
inline std::string one(const reference::dynamic_temperature& s) { return of("dynamic_temperature", s.min, s.max, s.exponent); }
inline std::string one(const reference::quadratic& s) { return of("quadratic", s.factor, s.curve); }
inline std::string one(const reference::softcap& s) { return of("softcap", s.cap); }
inline std::string one(const reference::skew& s) { return of("skew", s.s); }
inline std::string one(const reference::softmax&) { return of("softmax"); }
inline std::string one(const reference::top_k& s) {
    return of("top_k", s.k, "keep", s.min_keep, s.equals == reference::ties::all ? "ties" : "");
}
inline std::string one(const reference::top_p& s) { return of("top_p", s.p, "keep", s.min_keep); }
inline std::string one(const reference::min_p& s) { return of("min_p", s.p, "keep", s.min_keep); }
inline std::string one(const reference::typical& s) { return of("typical", s.t, "keep", s.min_keep); }
inline std::string one(const reference::top_n_sigma& s) { return of("top_n_sigma", s.n, "keep", s.min_keep); }
inline std::string one(const reference::epsilon_cutoff& s) { return of("epsilon_cutoff", s.epsilon, "keep", s.min_keep); }
inline std::string one(const reference::eta_cutoff& s) { return of("eta_cutoff", s.epsilon, "keep", s.min_keep); }
inline std::string one(const reference::tail_free& s) { return of("tail_free", s.z, "keep", s.min_keep); }
inline std::string one(const reference::top_a& s) { return of("top_a", s.a, "keep", s.min_keep); }
inline std::string one(const reference::xtc& s) {
    return of("xtc", s.probability, s.threshold, "protect", list(s.protect), "keep", s.min_keep);
}
inline std::string one(const reference::xtc_mean& s) {
    return of("xtc_mean", s.probability, s.threshold, "protect", list(s.protect), "keep", s.min_keep);
}
inline std::string one(const reference::top_h& s) { return of("top_h", s.h, "keep", s.min_keep); }
inline std::string one(const reference::top_h_sum& s) { return of("top_h_sum", s.h, "keep", s.min_keep); }
inline std::string one(const reference::p_less& s) { return of("p_less keep", s.min_keep); }
inline std::string one(const reference::p_less_norm& s) { return of("p_less_norm keep", s.min_keep); }
inline std::string one(const reference::min_k& s) { return of("min_k", s.tau, "keep", s.min_keep); }
inline std::string one(const reference::repetition_penalty& s) {
    return of("repetition_penalty", s.r, "window", s.window, name(s.where), "but", list(s.exempt));
}
inline std::string one(const reference::frequency_penalty& s) {
    return of("frequency_penalty", s.alpha, "window", s.window, name(s.where), "but", list(s.exempt));
}
inline std::string one(const reference::presence_penalty& s) {
    return of("presence_penalty", s.alpha, "window", s.window, name(s.where), "but", list(s.exempt));
}
inline std::string one(const reference::penalties& s) {
    return of("penalties", s.repetition, s.frequency, s.presence, "window", s.window, name(s.repetition_scope), name(s.count_scope), "but",
              list(s.exempt));
}
inline std::string one(const reference::encoder_repetition& s) { return of("encoder_repetition", s.r); }
inline std::string one(const reference::dry& s) {
    std::string out = of("dry", s.multiplier, s.base, s.allowed_length, "window", s.window, "breakers", list(s.breakers));
    for (const ids_of& each : s.phrases) out += " " + list(each);
    return out;
}
inline std::string one(const reference::no_repeat_ngram& s) { return of("no_repeat_ngram", s.n); }
inline std::string one(const reference::bad_words& s) {
    std::string out = "bad_words";
    for (const ids_of& each : s.sequences) out += " " + list(each);
    return out;
}
inline std::string one(const reference::sequence_bias& s) {
    std::string out = "sequence_bias";
    for (const auto& each : s.items) out += " " + list(each.sequence) + of(":", each.b);
    return out;
}
inline std::string one(const reference::min_tokens& s) { return of("min_tokens", s.n, list(s.stop)); }
inline std::string one(const reference::exponential_length& s) { return of("exponential_length", s.start, s.factor, "eos", s.eos); }
inline std::string one(const reference::logit_bias& s) {
    std::string out = "logit_bias";
    for (const auto& each : s.list) out += " " + std::to_string(each.first) + of(":", each.second);
    return out;
}
inline std::string one(const reference::ban& s) { return of("ban", list(s.list)); }
inline std::string one(const reference::allow_only& s) { return of("allow_only", list(s.list)); }
inline std::string one(const reference::allow& s) {
    std::ostringstream out;
    out << "allow" << (s.beyond == reference::past_end::ban ? " ban" : " keep") << std::hex;
    for (std::size_t i = 0; i < std::min<std::size_t>(s.words.size(), 16); ++i) out << " " << s.words[i];
    return out.str();
}
inline std::string one(const reference::suppress_at_begin& s) { return of("suppress_at_begin", list(s.list)); }
inline std::string one(const reference::force& s) { return of("force at", s.position, s.id); }
inline std::string one(const reference::guidance& s) { return of("guidance", s.scale, numbers(s.row)); }
inline std::string one(const reference::contrastive& s) { return of("contrastive", s.alpha, s.beta, numbers(s.row)); }
inline std::string one(const reference::mirostat::cut_stage& s) { return of("mirostat", s.draw.tau, s.draw.eta, "mu", s.mu); }
inline std::string one(const reference::mirostat_v1::cut_stage& s) {
    return of("mirostat_v1", s.draw.tau, s.draw.eta, s.draw.m, "mu", s.mu);
}
inline std::string one(const reference::adaptive_p::reshape& s) {
    return of("adaptive_p", s.draw.target, s.draw.decay, "sum", s.state.sum, "weight", s.state.weight);
}

}  // namespace words

inline std::string describe(const reference::any_pipeline& stages) {
    std::string out;
    for (const reference::any_stage& each : stages) {
        if (!out.empty()) out += " | ";
        out += std::visit([](const auto& s) { return words::one(s); }, each);
    }
    return out;
}

}  // namespace cases
