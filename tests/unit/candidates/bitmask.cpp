#include "catch.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <argdraw/candidates/bitmask.hpp>

using namespace argdraw;

namespace {

bool lives(std::span<const std::uint16_t> alive, std::size_t i) { return ((alive[i / 16] >> (i % 16)) & 1) != 0; }

}  // namespace

TEST_CASE("bitmask: what is kept lived before and is allowed, bit by bit, whatever the mask covers") {
    std::mt19937 random(1);
    for (const std::size_t width : {64u, 256u, 1024u})
        for (int trial = 0; trial < 200; ++trial) {
            CAPTURE(width, trial);
            std::vector<std::uint32_t> mask(random() % (width / 32 + 3));
            for (auto& word : mask) word = static_cast<std::uint32_t>(random());
            const std::size_t tokens = mask.empty() ? 0 : random() % (32 * mask.size() + 1);
            const bool past_end = random() % 2 != 0, all_live = random() % 2 != 0;
            std::vector<std::uint16_t> before(width / 16);
            for (auto& word : before) word = static_cast<std::uint16_t>(random());
            std::vector<std::uint16_t> alive = before;
            detail::keep_allowed(alive, all_live, mask, past_end, tokens);
            std::size_t living = 0;
            for (std::size_t i = 0; i < width; ++i) {
                const bool allowed = detail::is_allowed(mask, past_end, tokens, static_cast<token_id>(i));
                CHECK(allowed == (i < tokens ? ((mask[i / 32] >> (i % 32)) & 1) != 0 : past_end));
                CHECK(lives(alive, i) == (allowed && (all_live || lives(before, i))));
                living += lives(alive, i);
            }
            CHECK(detail::set_of_some(alive, width) == living);
        }
}
