// What the tests of the draws share: generators that give chosen words, and the words at which a draw steps from token to token.
#pragma once

#include "stages/support.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace support {

inline constexpr std::uint64_t last_word = ~std::uint64_t{0};
inline constexpr std::uint64_t half_of_words = std::uint64_t{1} << 63;

/// A generator that always gives the same word.
struct always {
    std::uint64_t word;
    int calls = 0;

    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return last_word; }
    result_type operator()() {
        ++calls;
        return word;
    }
};

template <class Sampler, class Row>
argdraw::drawn draw_at(const Sampler& pick, const Row& row, std::uint64_t word) {
    always random{word};
    return pick(row, random);
}

/// Words count in steps of 2^11: unit() reads the upper 53 bits.
inline constexpr std::uint64_t steps = std::uint64_t{1} << 53;

/// The first step in [from, steps] at which the token is no longer `id`; `id` is the token at `from`, and tokens ascend with words.
template <class Sampler, class Row>
std::uint64_t end_of(const Sampler& pick, const Row& row, token_id id, std::uint64_t from) {
    std::uint64_t low = from, high = steps;
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        (draw_at(pick, row, middle << 11).id <= id ? low : high) = middle;
    }
    return high;
}

/// The numbers need no braces where the draws are tested.
template <class... Weights>
std::vector<float> weighing(Weights... weights) {
    return weighing({static_cast<double>(weights)...});
}

}  // namespace support
