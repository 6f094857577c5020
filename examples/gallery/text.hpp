// text — one and the same next word, before which the gallery and the reference of stages put every stage.
#pragma once

#include <argdraw/argdraw.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>

namespace gallery {

using argdraw::token_id;

// The next word of a text. The first ten could stand there; the rest have been said, and here cannot.
enum word : token_id { mat, bed, sofa, floor, chair, roof, table, moon, end, idea, the, cat, dog, sat, on, dot, words };

inline constexpr std::size_t shown = 10;
using law = std::array<double, shown>;
inline constexpr std::array<const char*, shown> names{"mat", "bed", "sofa", "floor", "chair", "roof", "table", "moon", "(end)", "idea"};

inline constexpr float none = -std::numeric_limits<float>::infinity();
inline constexpr std::array<float, words> logits{2.8f,  2.65f, 2.3f, 2.0f, 1.7f, 0.7f, 0.4f, -0.5f,
                                                 -0.8f, -1.8f, none, none, none, none, none, none};
// What the model would say without having read the prompt, for the stages that compare two rows.
inline constexpr std::array<float, words> other{1.5f, 2.9f,  1.2f, 2.2f, 2.4f, 0.3f, 2.0f, -0.8f,
                                                0.6f, -0.4f, none, none, none, none, none, none};

// The text so far: "on the floor ." is the prompt, the rest has been generated.
inline constexpr std::array<token_id, 4> prompt{on, the, floor, dot};
inline constexpr std::array<token_id, 17> said{the, bed, dot, the, bed, dot, the, cat, sat, on, the, mat, the, dog, sat, on, the};

// What some of the stages are given: phrases, a grammar's mask of three words, room for three answers.
inline constexpr std::array<token_id, 2> the_bed{the, bed};
inline constexpr std::array<token_id, 2> the_roof{the, roof};
inline constexpr std::array<std::uint32_t, 1> mask{1u << bed | 1u << chair | 1u << table};
inline std::array<argdraw::drawn, 3> three;

inline law probabilities(const argdraw::distribution_of_row& found) {
    if (!found) std::fprintf(stderr, "%s\n", std::string(message(found.why)).c_str()), std::exit(1);
    law p{};
    for (std::size_t i = 0; i < found.ids.size(); ++i)
        if (const auto id = static_cast<std::size_t>(found.ids[i]); id < shown) p[id] = found.probabilities[i];
    return p;
}

/// What a stage makes of the next word behind this output.
template <class Stage>
law after(const Stage& stage, std::span<const token_id> output = said) {
    const argdraw::sampler pick{stage, argdraw::categorical{}};
    auto seq = pick.start({.seed = 3, .vocabulary = words}, prompt);
    for (const token_id id : output)
        if (seq.accept(id) != argdraw::status::ok) std::exit(1);
    return probabilities(pick.distribution(logits, seq));
}

/// How often each word comes in 10 000 first draws; of a draw of several, in all of its places.
template <class Draw>
law drawn_by(const Draw& draw) {
    const argdraw::sampler pick{draw};
    law times{};
    double all = 0;
    const auto count = [&](const argdraw::drawn& token) { ++times[static_cast<std::size_t>(token.id)], ++all; };
    for (std::uint64_t i = 0; i < 10000; ++i) {
        auto seq = pick.start({.seed = 1, .sequence = i, .vocabulary = words});
        const argdraw::drawn token = pick(logits, seq);
        if constexpr (requires { draw.into; })
            for (const argdraw::drawn& each : draw.into) count(each);
        else count(token);
    }
    for (double& each : times) each /= all;
    return times;
}

}  // namespace gallery
