// An engine's adapter: a chain, four draws and a sequence.
#include <argdraw/argdraw.hpp>

#include <cstdint>
#include <span>

using namespace argdraw;

template <class Draw>
drawn next(std::span<const float> row, const chain& stages, Draw draw, std::uint64_t seed) {
    const sampler pick{stages, draw};
    auto seq = pick.start({.seed = seed});
    const drawn token = pick(row, seq);
    if (token && seq.accept(token.id) != status::ok) return {};
    return token;
}

drawn next(std::span<const float> row, int which, std::uint64_t seed) {
    const chain stages{penalties{.repetition = 1.1f},
                       dry{.multiplier = 0.8f},
                       top_k{40},
                       typical{0.9f},
                       top_p{0.9f},
                       min_p{0.05f},
                       xtc{0.5f, 0.1f},
                       temperature{0.8f}};
    switch (which) {
        case 0: return next(row, stages, greedy{}, seed);
        case 1: return next(row, stages, categorical{}, seed);
        case 2: return next(row, stages, mirostat{5.0f, 0.1f}, seed);
        default: return next(row, stages, adaptive_p{0.5f}, seed);
    }
}
