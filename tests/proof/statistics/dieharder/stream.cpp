// The random words of many texts as draws consume them, one text after the other, position by position: to standard output, without end.
#include <argdraw/random/philox.hpp>
#include <array>
#include <cstdint>
#include <cstdio>

using argdraw::philox;
using argdraw::purpose;

int main() {
    std::array<std::uint64_t, 4096> words{};
    std::size_t filled = 0;
    const auto give = [&](std::uint64_t word) {
        words[filled++] = word;
        if (filled < words.size()) return true;
        filled = 0;
        return std::fwrite(words.data(), sizeof words[0], words.size(), stdout) == words.size();
    };
    for (std::uint32_t position = 0;; ++position)
        for (std::uint64_t sequence = 0; sequence < 64; ++sequence) {
            // Four seeds by turns; the first words of each purpose, a second attempt, the noise of eleven tokens.
            const philox place{42 + sequence % 4, sequence, position};
            bool open = give(place.word(purpose::token)) && give(place.word(purpose::xtc)) && give(place.word(purpose::acceptance)) &&
                        give(place.word(purpose::residual)) && give(place.word(purpose::token, 1));
            for (std::uint32_t token = 0; token < 11; ++token) open = open && give(place.word(purpose::gumbel, token * 997));
            if (!open) return 0;
        }
}
