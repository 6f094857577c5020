// The cases that a differential run goes through, from the environment.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace cases {

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 0);
}

// Which cases to run. Elsewhere than by default: ARGDRAW_SEED, ARGDRAW_FROM and ARGDRAW_COUNT in the environment; a printed case again is
// ARGDRAW_FROM=<its number> ARGDRAW_COUNT=1, with its seed if that is not the default.
struct share {
    std::uint64_t seed;
    std::size_t from;
    std::size_t count;
    bool whole;  // enough of them to ask for every kind
};

inline share chosen(std::uint64_t seed, std::size_t count) {
    const std::size_t asked = from_environment("ARGDRAW_COUNT", count);
    return {from_environment("ARGDRAW_SEED", seed), from_environment("ARGDRAW_FROM", 0), asked, asked >= count};
}

}  // namespace cases
