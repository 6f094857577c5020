// words_of — what a draw sees of the caller's randomness.
#pragma once

#include <cstdint>

#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Any generator: words in the order in which they are asked for, whatever for.
template <class G>
class words_of {
public:
    explicit words_of(G& generator) noexcept : generator_(generator) {}
    std::uint64_t word(purpose) { return next_word(generator_); }
    void succeeded() noexcept {}

private:
    G& generator_;
};

/// philox: words addressed by purpose; the position moves on when the draw has succeeded.
template <>
class words_of<philox> {
public:
    explicit words_of(philox& generator) noexcept : generator_(generator) {}
    std::uint64_t word(purpose what) noexcept { return generator_.word(what, used_[static_cast<std::uint8_t>(what)]++); }
    void succeeded() noexcept { ++generator_.position; }

private:
    philox& generator_;
    std::uint32_t used_[256] = {};
};

/// For pipelines that need no randomness.
struct no_words {
    void succeeded() noexcept {}
};

}  // namespace argdraw::detail
