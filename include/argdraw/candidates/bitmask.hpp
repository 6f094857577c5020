// bitmask — a bit for each token: masks of the caller's in words of 32, and those of what lives in a row, in words of 16.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Whether a mask allows a token: its bit among the first `tokens`, and past_end behind them.
inline bool is_allowed(std::span<const std::uint32_t> mask, bool past_end, std::size_t tokens, token_id id) noexcept {
    const auto at = static_cast<std::size_t>(id);
    return at < tokens ? ((mask[at >> 5] >> (at & 31)) & 1) != 0 : past_end;
}

/// Leaves the bits of the living tokens that a mask allows. `all_live`: what stands in `alive` is not read, and all of them live. An even
/// number of words; the mask has at least `tokens` bits.
inline void keep_allowed(std::span<std::uint16_t> alive, bool all_live, std::span<const std::uint32_t> mask, bool past_end,
                         std::size_t tokens) noexcept {
    const std::size_t words = alive.size() / 2, covered = (std::min)(tokens / 32, words);
    const bool in_part = covered < words && tokens % 32 != 0;  // the word behind those covered
    std::uint16_t* const behind = alive.data() + 2 * covered;
    if (std::endian::native == std::endian::little && all_live) {
        if (covered > 0) std::memcpy(alive.data(), mask.data(), covered * sizeof(std::uint32_t));  // an empty span may be null
        std::memset(behind, 0xff, (past_end ? words - covered : std::size_t{in_part}) * sizeof(std::uint32_t));
    } else {
        if (all_live) std::memset(alive.data(), 0xff, alive.size_bytes());
        for (std::size_t w = 0; w < covered; ++w) {
            alive[2 * w] &= static_cast<std::uint16_t>(mask[w]);
            alive[2 * w + 1] &= static_cast<std::uint16_t>(mask[w] >> 16);
        }
    }
    if (in_part) {
        const std::uint32_t past = ~std::uint32_t{0} << (tokens % 32), kept = (mask[covered] & ~past) | (past_end ? past : 0);
        behind[0] &= static_cast<std::uint16_t>(kept);
        behind[1] &= static_cast<std::uint16_t>(kept >> 16);
    }
    const std::size_t spoken_of = covered + std::size_t{in_part};
    if (!past_end) std::fill_n(alive.data() + 2 * spoken_of, 2 * (words - spoken_of), std::uint16_t{0});
}

/// The bits of what lives from token 64 w on.
inline std::uint64_t bits_of_word(const std::uint16_t* alive, std::size_t w) noexcept {
    std::uint64_t bits = 0;
    if constexpr (std::endian::native == std::endian::little) std::memcpy(&bits, alive + 4 * w, sizeof(bits));
    else
        for (std::size_t i = 0; i < 4; ++i) bits |= std::uint64_t{alive[4 * w + i]} << (16 * i);
    return bits;
}

/// How many bits are set of so many, in words of 64 spread over all. A multiple of four words.
inline std::size_t set_of_some(std::span<const std::uint16_t> alive, std::size_t bits) noexcept {
    const std::size_t all = alive.size() / 4, looked_at = bits / 64;
    std::size_t set = 0;
    for (std::size_t i = 0; i < looked_at; ++i) {
        std::uint64_t word;
        std::memcpy(&word, alive.data() + 4 * (i * all / looked_at), sizeof(word));
        set += static_cast<std::size_t>(std::popcount(word));
    }
    return set;
}

}  // namespace argdraw::detail
