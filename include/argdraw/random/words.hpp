// words — 64 random bits from any generator, and the uniform number they stand for.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <argdraw/core/config.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// u in [0, 1), a multiple of 2^-53: the word's upper bits, so u is never 1 and no bit of it depends on rounding.
constexpr double unit(std::uint64_t word) noexcept { return static_cast<double>(word >> 11) * 0x1p-53; }

/// u in (0, 1), an odd multiple of 2^-53: for logarithms, neither end is met.
constexpr double open_unit(std::uint64_t word) noexcept { return static_cast<double>(2 * (word >> 12) + 1) * 0x1p-53; }

namespace detail {

/// What the standard calls std::uniform_random_bit_generator, without the header in which it is.
template <class G>
concept bits_at_random = std::invocable<G&> && std::unsigned_integral<std::invoke_result_t<G&>> && requires {
    { (G::min)() } -> std::same_as<std::invoke_result_t<G&>>;
    { (G::max)() } -> std::same_as<std::invoke_result_t<G&>>;
    requires(G::min)() < (G::max)();
};

template <class G>
inline constexpr std::uint64_t generator_span = std::uint64_t{(G::max)()} - std::uint64_t{(G::min)()};

}  // namespace detail

/// Whether a generator gives whole bits: max() - min() + 1 is a power of two. Others (std::minstd_rand) would need rejection,
/// and the number of calls would depend on luck.
template <class G>
concept bit_generator = detail::bits_at_random<std::remove_cvref_t<G>> &&
                        (detail::generator_span<std::remove_cvref_t<G>> & (detail::generator_span<std::remove_cvref_t<G>> + 1)) == 0;

/// One word of 64 bits, from as many calls as that takes; the first call gives the most significant bits.
template <bit_generator G>
constexpr std::uint64_t next_word(G& generator) {
    constexpr int bits = std::bit_width(detail::generator_span<G>);
    if constexpr (bits == 64) {
        return static_cast<std::uint64_t>(generator() - (G::min)());
    } else {
        std::uint64_t word = 0;
        int filled = 0;
        for (; filled + bits <= 64; filled += bits) word = (word << bits) | static_cast<std::uint64_t>(generator() - (G::min)());
        if (filled < 64) {
            const int rest = 64 - filled;
            word = (word << rest) | (static_cast<std::uint64_t>(generator() - (G::min)()) >> (bits - rest));
        }
        return word;
    }
}

}  // namespace argdraw
