// The words of one purpose tell nothing about those of another, nor do those of one attempt, text or token about the next.
#include "chi_square.hpp"
#include "draws/support.hpp"

#include <bit>
#include <cstdio>

using namespace argdraw;

namespace {

struct use {
    purpose what;
    std::uint32_t index;
    std::uint64_t sequence = 0;
    std::uint64_t seed = 0;
};

// As draws address them: by purpose; the second use of a purpose within a draw and the second attempt at a position; by token.
constexpr use uses[] = {{purpose::token, 0},       {purpose::token, 1},       {purpose::token, 1 << 16}, {purpose::xtc, 0},
                        {purpose::xtc, 1 << 16},   {purpose::acceptance, 0},  {purpose::residual, 0},    {purpose::gumbel, 0},
                        {purpose::gumbel, 1},      {purpose::gumbel, 128255}, {purpose::user, 0},        {purpose::token, 0, 1},
                        {purpose::token, 0, 0, 1}, {purpose::xtc, 0, 1}};
constexpr std::size_t count = std::size(uses);

void compare(std::uint32_t positions) {
    std::vector<std::vector<std::uint64_t>> words(count, std::vector<std::uint64_t>(positions));
    for (std::size_t u = 0; u < count; ++u)
        for (std::uint32_t position = 0; position < positions; ++position)
            words[u][position] = philox{7 + uses[u].seed, uses[u].sequence, position}.word(uses[u].what, uses[u].index);

    // Sixteenths against sixteenths, 255 degrees; and bits against bits, at every rotation of one word against the other: the number of
    // equal bits has the mean 32 and the variance 16 a word. Some 5800 rotations at six and a half deviations come to less than 1e-6.
    double worst = 0, farthest = 0;
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = a + 1; b < count; ++b) {
            std::vector<double> cells(256);
            std::vector<std::uint64_t> equal(64);
            for (std::uint32_t i = 0; i < positions; ++i) {
                const std::uint64_t x = words[a][i], y = words[b][i];
                ++cells[static_cast<std::size_t>((x >> 60) * 16 + (y >> 60))];
                for (int r = 0; r < 64; ++r)
                    equal[static_cast<std::size_t>(r)] += static_cast<std::uint64_t>(std::popcount(~(x ^ std::rotl(y, r))));
            }
            worst = std::max(worst, statistics::even(cells) / statistics::critical(255));
            for (const std::uint64_t n : equal)
                farthest = std::max(farthest, std::abs(static_cast<double>(n) - 32.0 * positions) / std::sqrt(16.0 * positions));
        }
    std::printf("words of %zu uses, %u positions: sixteenths %.2f of the critical value (finds %.2f %%), bits %.2f of 6.5 deviations\n",
                count, positions, worst, 100 * statistics::detectable_bias(255, positions), farthest);
    CHECK(worst < 1);
    CHECK(farthest < 6.5);
}

}  // namespace

TEST_CASE("statistics: words of different purposes are not correlated") { compare(100'000); }

TEST_CASE("statistics: words of different purposes, two million positions", "[.deep]") { compare(2'000'000); }
