// The words of many tokens at once, on every instruction set, are those that a philox has one by one.

#include "catch.hpp"

#include "rows.hpp"

#include <argdraw/random/philox.hpp>
#include <argdraw/simd/token_words.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace testing_simd;

namespace {

simd::token_words words_of(const philox& random, purpose what) {
    const auto lower = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    return simd::token_words::of(
        {random.position, std::uint32_t{static_cast<std::uint8_t>(what)} << 24, lower(random.sequence), lower(random.sequence >> 32)},
        {lower(random.seed), lower(random.seed >> 32)});
}

}  // namespace

TEST_CASE("token_words: those that reach a level are those whose words do") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        std::mt19937_64 any(5);
        int wrong = 0;
        for (int i = 0; i < 200; ++i) {
            const philox random{.seed = any(), .sequence = any(), .position = static_cast<std::uint32_t>(any())};
            const purpose what = i % 2 ? purpose::gumbel : purpose::user;
            // The greatest of all ids among them, and levels between which nothing and everything passes.
            const std::uint32_t first =
                i == 0 ? (1u << 24) - simd::block_size : static_cast<std::uint32_t>(any() % ((1u << 24) - simd::block_size));
            const std::uint32_t level = i < 4 ? 0xffffffffu * static_cast<std::uint32_t>(i % 2) : static_cast<std::uint32_t>(any());
            std::vector<std::int32_t> wanted, made(simd::block_size);
            std::uint32_t least = level;
            if (i % 5 == 4)
                least = static_cast<std::uint32_t>(random.word(what, first + 11) >> 32) +
                        static_cast<std::uint32_t>(i % 2);  // at one of them, and above
            for (std::uint32_t k = 0; k < simd::block_size; ++k)
                if (random.word(what, first + k) >> 32 >= least) wanted.push_back(static_cast<std::int32_t>(k));
            made.resize(simd::words().reaching(words_of(random, what), first, least, made.data()));
            wrong += made != wanted;
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("token_words: its constants are those of philox4x32") {
    // One id is all there is to tell in a compiler: the words of a block are those of the vectors.
    constexpr auto words = simd::token_words::of({0, 0, 0, 0}, {0, 0});
    static_assert(words.first_c0 == 0 && words.second_c3 == simd::philox_key_b && words.key_a[0] == 3 * simd::philox_key_a);
    std::int32_t made[simd::block_size];
    // The published known answer for zeros begins with 6627e8d5.
    REQUIRE(simd::words().reaching(words, 0, 0x6627e8d5u, made) > 0);
    CHECK(made[0] == 0);
    const std::size_t n = simd::words().reaching(words, 0, 0x6627e8d6u, made);
    CHECK((n == 0 || made[0] != 0));
}
