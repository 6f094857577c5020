#include "catch.hpp"

#include <argdraw/random/philox.hpp>

#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <type_traits>
#include <unordered_set>
#include <vector>

using namespace argdraw;

using block = std::array<std::uint32_t, 4>;

// The known answers that Random123 publishes for philox4x32-10: all zeros, all ones, and the digits of pi.
static_assert(philox4x32({0, 0, 0, 0}, {0, 0}) == block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

static_assert(std::uniform_random_bit_generator<philox>);
static_assert(philox::min() == 0 && philox::max() == 0xffffffffffffffffu);
static_assert(std::is_trivially_copyable_v<philox> && std::is_aggregate_v<philox>);
static_assert(philox{.seed = 1}.word(purpose::token) != philox{.seed = 2}.word(purpose::token), "usable in constant expressions");

namespace {

// The compiler above has shown that it knows the answers; the machine has to know them too.
block at_run_time(block counter, std::array<std::uint32_t, 2> key) {
    volatile std::uint32_t hidden = counter[0];
    counter[0] = hidden;
    return philox4x32(counter, key);
}

std::uint64_t first_two(const block& b) { return (std::uint64_t{b[0]} << 32) | b[1]; }

}  // namespace

TEST_CASE("philox: the published known answers") {
    CHECK(at_run_time({0, 0, 0, 0}, {0, 0}) == block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(at_run_time({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
          block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(at_run_time({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("philox: a word is addressed position, purpose and index, sequence under the key seed") {
    const philox random{.seed = 0x299f31d0a4093822u, .sequence = 0x0370734413198a2eu, .position = 0x243f6a88};
    // The digits of pi again, but for the counter's second word, which is purpose and index.
    CHECK(random.word(static_cast<purpose>(0x85), 0xa308d3) == 0xd16cfe0994fdccebu);
    CHECK(random.word(purpose::xtc, 7) ==
          first_two(philox4x32({0x243f6a88, 0x01000007, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0})));
    CHECK(philox{}.word(purpose::token) == 0x6627e8d5e169c58du);
    CHECK(philox{}.word(purpose::token) == philox{}.word(purpose::token, 0));
}

TEST_CASE("philox: all 64 bits of seed and sequence, and all 32 of position, matter") {
    const philox base{.seed = 0x0123456789abcdefu, .sequence = 0xfedcba9876543210u, .position = 77};
    std::set<std::uint64_t> seen{base.word(purpose::token)};
    for (int bit = 0; bit < 64; ++bit) {
        philox other = base;
        other.seed ^= std::uint64_t{1} << bit;
        seen.insert(other.word(purpose::token));
        other = base;
        other.sequence ^= std::uint64_t{1} << bit;
        seen.insert(other.word(purpose::token));
    }
    for (int bit = 0; bit < 32; ++bit) {
        philox other = base;
        other.position ^= std::uint32_t{1} << bit;
        seen.insert(other.word(purpose::token));
    }
    CHECK(seen.size() == 1 + 64 + 64 + 32);
}

TEST_CASE("philox: no two purposes, positions, indices or sequences share a word") {
    std::unordered_set<std::uint64_t> seen;
    std::size_t asked = 0;
    for (const auto what : {purpose::token, purpose::xtc, purpose::acceptance, purpose::residual, purpose::gumbel, purpose::user})
        for (const std::uint64_t sequence : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}})
            for (std::uint32_t position = 0; position < 100; ++position)
                for (std::uint32_t index = 0; index < 50; ++index, ++asked)
                    seen.insert(philox{.seed = 9, .sequence = sequence, .position = position}.word(what, index));
    CHECK(asked == 120'000);
    CHECK(seen.size() == asked);
}

TEST_CASE("philox: words beyond the indices are addressed in two steps, and none of them is met twice") {
    const philox random{.seed = 0x299f31d0a4093822u, .sequence = 0x0370734413198a2eu, .position = 0x243f6a88};
    const auto place = philox4x32({0x243f6a88, 0xfe000001, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
    CHECK(random.word_beyond(purpose::xtc, 0x0102030405060708u, 9) ==
          first_two(philox4x32({0x05060708, 0x01020304, 9, place[0]}, {place[2], place[3]})));
    CHECK(random.word(purpose::xtc, 1u << 24) == random.word_beyond(purpose::xtc, 1u << 24, ~0u));

    std::unordered_set<std::uint64_t> seen;
    std::size_t asked = 0;
    const auto ask = [&](std::uint64_t word) { ++asked, seen.insert(word); };
    for (const auto what : {purpose::token, purpose::xtc, purpose::gumbel, purpose::user, static_cast<purpose>(254)})
        for (std::uint32_t position = 0; position < 10; ++position)
            for (std::uint32_t low = 0; low < 50; ++low) {
                const philox at{.seed = 9, .sequence = 1, .position = position};
                for (const std::uint32_t high : {0u, 1u, 2u, 0x80u, 0xffu}) ask(at.word(what, (high << 24) + low));
                for (const std::uint64_t use : {std::uint64_t{0}, std::uint64_t{1} << 24, std::uint64_t{1} << 32, std::uint64_t{1} << 63}) {
                    ask(at.word_beyond(what, use + low, 0));
                    ask(at.word_beyond(what, use + low, 0x10000));
                }
            }
    CHECK(asked == 5 * 10 * 50 * 13);
    CHECK(seen.size() == asked);
}

TEST_CASE("philox: purposes have numbers of their own") {
    const std::set<purpose> all{purpose::token, purpose::xtc, purpose::acceptance, purpose::residual, purpose::gumbel, purpose::user};
    CHECK(all.size() == 6);
    CHECK(static_cast<int>(purpose::token) == 0);  // part of the stream: a change of any of these changes every text
    CHECK(static_cast<int>(purpose::xtc) == 1);
    CHECK(static_cast<int>(purpose::acceptance) == 2);
    CHECK(static_cast<int>(purpose::residual) == 3);
    CHECK(static_cast<int>(purpose::gumbel) == 4);
    CHECK(static_cast<int>(purpose::user) == 255);
}

TEST_CASE("philox: as a generator it yields the first token word of each position in turn") {
    philox random{.seed = 3, .sequence = 4, .position = 10};
    for (std::uint32_t i = 0; i < 5; ++i) {
        const philox here{.seed = 3, .sequence = 4, .position = 10 + i};
        CHECK(random == here);
        CHECK(random() == here.word(purpose::token));
    }
    CHECK(random.position == 15);
}
