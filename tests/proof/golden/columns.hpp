// What draws come to: one hash of the tokens, one of the log-probabilities.
#pragma once

#include <argdraw/core/token.hpp>
#include <bit>
#include <cstdint>
#include <ostream>
#include <string>

#include "rows.hpp"

namespace golden {

struct hash {
    std::uint64_t state = 0;
    void add(std::uint64_t word) { state = mixed(state ^ word); }
    friend bool operator==(const hash&, const hash&) = default;
};

inline std::string hexadecimal(std::uint64_t x, std::size_t digits = 16) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; x >>= 4) text[i] = "0123456789abcdef"[x & 15];
    return text;
}

struct columns {
    hash tokens, logprobs;
    std::ostream* log = nullptr;  // where to write every draw

    void add(const drawn& d) {
        const auto logprob = std::bit_cast<std::uint32_t>(d.logprob);
        tokens.add(static_cast<std::uint32_t>(d.id));
        tokens.add(static_cast<std::uint64_t>(d.why));
        logprobs.add(logprob);
        if (log) *log << d.id << ' ' << hexadecimal(logprob, 8) << ' ' << d.logprob << ' ' << message(d.why) << '\n';
    }
    void add(const columns& part) {
        tokens.add(part.tokens.state);
        logprobs.add(part.logprobs.state);
    }
    /// Whether the draws were the same, bit for bit.
    friend bool operator==(const columns& a, const columns& b) { return a.tokens == b.tokens && a.logprobs == b.logprobs; }
};

}  // namespace golden
