// token_words — what the words of Philox4x32-10 have in common whose counters differ in the second number alone.
#pragma once

#include <array>
#include <cstdint>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::simd {

/// The constants of Philox4x32, whose definition is philox4x32 of random/philox.hpp.
inline constexpr std::uint32_t philox_a = 0xD2511F53u, philox_b = 0xCD9E8D57u, philox_key_a = 0x9E3779B9u, philox_key_b = 0xBB67AE85u;

/// Of the counters {first, base | id, third, fourth} and a key: a round makes of {c0, c1, c2, c3}
/// {hi(b c2) ^ c1 ^ k0, lo(b c2), hi(a c0) ^ c3 ^ k1, lo(a c0)}, so an id is
///
///     after round 1:  in c0 alone,                  c0 = (base | id) ^ only,
///     after round 2:  in c2 = hi(a c0) ^ c3 and c3 = lo(a c0),
///     after round 3:  in c0 = hi(b c2) ^ c1, c1 = lo(b c2) and c2 = c3 ^ c2',  where c1, c2' and the new c3 are numbers of all ids.
///
/// Each member is such a number with the round's key in it.
struct token_words {
    std::uint32_t first_c0 = 0;                  ///< what the id meets in round 1
    std::uint32_t second_c3 = 0;                 ///< c3 ^ k1 of round 2
    std::uint32_t third_c1 = 0, third_c2 = 0;    ///< c1 ^ k0 and hi(a c0) ^ k1 of round 3
    std::uint32_t fourth_c3 = 0;                 ///< c3 before round 4
    std::uint32_t key_a[7] = {}, key_b[7] = {};  ///< k0 and k1 of rounds 4 to 10

    static constexpr token_words of(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept {
        const auto product = [](std::uint32_t x, std::uint32_t y) { return std::uint64_t{x} * y; };
        const auto upper = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
        const auto lower = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
        const auto key_of = [&](std::uint32_t round) {
            return std::array{key[0] + (round - 1) * philox_key_a, key[1] + (round - 1) * philox_key_b};
        };
        token_words all;
        const std::uint64_t a1 = product(philox_a, counter[0]), b1 = product(philox_b, counter[2]);
        all.first_c0 = upper(b1) ^ counter[1] ^ key[0];
        const std::uint32_t c2 = upper(a1) ^ counter[3] ^ key[1];
        all.second_c3 = lower(a1) ^ key_of(2)[1];
        const std::uint64_t b2 = product(philox_b, c2);
        const std::uint32_t c0 = upper(b2) ^ lower(b1) ^ key_of(2)[0];
        all.third_c1 = lower(b2) ^ key_of(3)[0];
        const std::uint64_t a3 = product(philox_a, c0);
        all.third_c2 = upper(a3) ^ key_of(3)[1];
        all.fourth_c3 = lower(a3);
        for (std::uint32_t i = 0; i < 7; ++i) {
            all.key_a[i] = key_of(4 + i)[0];
            all.key_b[i] = key_of(4 + i)[1];
        }
        return all;
    }
};

}  // namespace argdraw::simd
