#include "catch.hpp"

#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

TEST_CASE("context of a philox: by purpose and index, and the position moves on success alone") {
    philox random{.seed = 1, .sequence = 2, .position = 3};
    const philox there = random;
    detail::generator_given<philox> words(random);
    CHECK(words.word(purpose::token) == there.word(purpose::token, 0));
    CHECK(words.word(purpose::xtc) == there.word(purpose::xtc, 0));
    CHECK(words.word(purpose::token) == there.word(purpose::token, 1 << 16));
    CHECK(words.word(purpose::user) == there.word(purpose::user, 0));
    CHECK(words.word(purpose::xtc) == there.word(purpose::xtc, 1 << 16));
    CHECK(random == there);
    words.succeeded({});
    CHECK(random == philox{.seed = 1, .sequence = 2, .position = 4});
}

TEST_CASE("context of another generator: in the order in which they are asked for") {
    std::mt19937_64 random(5), expected(5);
    detail::generator_given<std::mt19937_64> words(random);
    CHECK(words.word(purpose::user) == expected());
    CHECK(words.word(purpose::token) == expected());
    words.succeeded({});
    CHECK(random == expected);
}

TEST_CASE("context: a purpose has another word at every call, and at every attempt") {
    // Draws at one position, each with many words of one purpose: none of them comes twice. 64-bit words by chance: 1e-7.
    std::set<std::uint64_t> seen;
    std::size_t asked = 0;
    std::vector<std::uint64_t> got;
    std::size_t uses = 600;
    const sampler pick{[&](auto& c, auto& words) {
                           got.clear();
                           for (std::size_t i = 0; i < uses; ++i) got.push_back(words.word(purpose::user));
                           (void)c;
                       },
                       categorical{}};
    const std::vector<float> row(4, 1.0f);
    auto seq = pick.start({.seed = 8});
    const auto draw = [&] {
        CHECK(pick(row, seq));
        seen.insert(got.begin(), got.end());
        asked += got.size();
    };
    for (int i = 0; i < 20; ++i) draw();
    const philox here = seq.random();
    CHECK(got[255] == here.word(purpose::user, (255u << 16) + 19));
    CHECK(got[256] == here.word_beyond(purpose::user, 256, 19));
    CHECK(got[599] == here.word_beyond(purpose::user, 599, 19));
    // As many draws at one position as there are indices between two uses, and some more.
    uses = 3;
    while (seq.attempt() < 0x10000 + 20) draw();
    CHECK(seen.size() == asked);
    CHECK(got[0] == here.word_beyond(purpose::user, 0, 0x10000 + 19));
    philox random = here;
    uses = 1000;
    CHECK(pick(row, random));
    CHECK(std::set<std::uint64_t>(got.begin(), got.end()).size() == 1000);
    CHECK(got[0] == here.word(purpose::user));
}

TEST_CASE("context: a word asked for purpose::gumbel is no token's noise") {
    std::set<std::uint64_t> words, noises;
    const sampler pick{[&](auto&, auto& given) {
                           for (int i = 0; i < 300; ++i) words.insert(given.word(purpose::gumbel));
                           for (token_id id = 0; id < 1000; ++id) noises.insert(given.noise(id));
                       },
                       categorical{}};
    auto seq = pick.start({.seed = 8});
    for (int i = 0; i < 3; ++i) CHECK(pick(std::vector{1.0f}, seq));
    CHECK(words.size() == 900);
    CHECK(noises.size() == 1000);
    noises.insert(words.begin(), words.end());
    CHECK(noises.size() == 1900);
}
