#include "catch.hpp"

#include <random>

#include <argdraw/sampler/context.hpp>

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
