// philox — counter-based random words: the same seed, sequence and position give the same words, in any order, on any machine.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What a random word is for. Each purpose has words of its own, so that no two decisions are correlated. 254 is nobody's purpose: the
/// words beyond the 2^24 that the others have at a position are found through it.
enum class purpose : std::uint8_t { token = 0, xtc = 1, acceptance = 2, residual = 3, gumbel = 4, user = 255 };

/// Ten rounds of Philox4x32 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of the
/// 128-bit counter for every key.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
    }
    return counter;
}

/// The random words of one sequence of tokens: a place, not a state. Two sequences never share a word, nor do two positions, nor two
/// purposes at one position. Words are addressed {position 32, purpose 8 | index 24, sequence 64} under the key seed. From index 2^24 on
/// there is no room for an address: word_beyond() then takes it in two steps, under a key that belongs to the place and its purpose.
///
/// As a uniform random bit generator it yields the first token word of each position in turn.
struct philox {
    std::uint64_t seed = 0;
    std::uint64_t sequence = 0;
    std::uint32_t position = 0;  ///< advances by one with every successful draw

    using result_type = std::uint64_t;
    static constexpr result_type(min)() noexcept { return 0; }
    static constexpr result_type(max)() noexcept { return (std::numeric_limits<result_type>::max)(); }

    /// The word for `what` at this position; a redraw at the same position takes the next index.
    constexpr std::uint64_t word(purpose what, std::uint32_t index = 0) const noexcept {
        if (index >> 24 != 0) return word_beyond(what, index, ~std::uint32_t{0});
        return first_of(at(what, index));
    }

    /// The words that have no index: one for each use of a purpose at each attempt < 2^32 - 1 at this position. No two of these calls have
    /// one address, nor has one of them that of an index.
    constexpr std::uint64_t word_beyond(purpose what, std::uint64_t use, std::uint32_t attempt) const noexcept {
        const auto place = at(purpose{254}, static_cast<std::uint8_t>(what));
        return first_of(
            philox4x32({static_cast<std::uint32_t>(use), static_cast<std::uint32_t>(use >> 32), attempt, place[0]}, {place[2], place[3]}));
    }

    constexpr result_type operator()() noexcept {
        const auto next = word(purpose::token);
        ++position;
        return next;
    }

    friend bool operator==(const philox&, const philox&) = default;

private:
    constexpr std::array<std::uint32_t, 4> at(purpose what, std::uint32_t index) const noexcept {
        return philox4x32({position, (std::uint32_t{static_cast<std::uint8_t>(what)} << 24) | index, static_cast<std::uint32_t>(sequence),
                           static_cast<std::uint32_t>(sequence >> 32)},
                          {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    }
    static constexpr std::uint64_t first_of(const std::array<std::uint32_t, 4>& out) noexcept {
        return (std::uint64_t{out[0]} << 32) | out[1];
    }
};

}  // namespace argdraw
