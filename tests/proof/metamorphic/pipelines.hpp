// Random rows and random pipelines, for tests that compare a draw with another that must agree with it.
#pragma once

#include "draws/support.hpp"

#include <array>
#include <random>
#include <span>
#include <vector>

namespace metamorphic {

using namespace argdraw;
using support::ids;
using support::infinity;
using row_of_floats = std::span<const float>;

/// Numbers from one seed, the same everywhere.
class dice {
public:
    explicit dice(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t word() { return engine_(); }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    float between(float low, float high) { return low + (high - low) * static_cast<float>(engine_() >> 40) * 0x1p-24f; }

private:
    std::mt19937_64 engine_;
};

/// A row on a grid of 2^-10, so that adding a number of the grid is exact: some tokens removed, some shapes peaked, some full of ties.
inline std::vector<float> random_row(dice& random, std::size_t width) {
    std::vector<float> row(width);
    const std::size_t shape = random.below(4), removed = random.one_in(2) ? 0 : 2 + random.below(10);
    for (float& l : row) {
        const std::size_t steps = shape == 0   ? random.below(16384)
                                  : shape == 1 ? random.below(6) * 1024
                                  : shape == 2 ? random.below(64)
                                               : random.below(4096);
        l = static_cast<float>(steps) * 0x1p-10f - 4;
        if (removed && random.one_in(removed)) l = -infinity;
    }
    if (shape == 3)
        for (std::size_t i = 0; i < 1 + width / 64; ++i) row[random.below(width)] = 8 + static_cast<float>(random.below(8192)) * 0x1p-10f;
    row[random.below(width)] = 4;
    return row;
}

/// Of the filters and shapes, one that acts, with parameters at random. Lists are views of what the caller holds.
inline any_stage random_stage(dice& random) {
    const float u = random.between(0.02f, 0.98f);
    switch (random.below(24)) {
        case 0: return top_k{1 + static_cast<int>(random.below(60)), static_cast<int>(random.below(3))};
        case 1: return top_k{1 + static_cast<int>(random.below(9)), 1, ties::all};
        case 2: return top_p{u, static_cast<int>(random.below(4))};
        case 3: return min_p{u / 4};
        case 4: return typical{u};
        case 5: return top_n_sigma{3 * u};
        case 6: return epsilon_cutoff{u / 50};
        case 7: return eta_cutoff{u / 50};
        case 8: return tail_free{u};
        case 9: return top_a{u};
        case 10: return xtc{.probability = u, .threshold = u / 4};
        case 11: return xtc_mean{.probability = u, .threshold = u / 4};
        case 12: return top_h{u};
        case 13: return top_h_sum{u};
        case 14: return p_less{};
        case 15: return p_less_norm{};
        case 16: return min_k{3 * u};
        case 17: return dynamic_temperature{u, u + 1, 0.5f + u};
        case 18: return quadratic{u, 1 + u};
        case 19: return softcap{10 * u};
        case 20: return skew{u - 0.5f};
        case 21: return argdraw::softmax{};
        case 22: return temperature{0.3f + 2 * u};
        default: return top_p{1 - u / 50};
    }
}

/// What a draw gave, to the bit.
struct outcome {
    token_id id;
    std::uint32_t logprob;
    status why;
    bool operator==(const outcome&) const = default;
};

outcome token_of(row_of_floats row, const chain& stages, philox random);
outcome token_of(row_of_floats row, const chain& stages, philox random, workspace& space);
outcome race(row_of_floats row, const chain& stages, philox random);
distribution_of_row law(row_of_floats row, const chain& stages, philox random);

}  // namespace metamorphic
