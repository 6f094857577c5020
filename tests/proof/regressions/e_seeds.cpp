// Seeds, sequences, and tokens that come back the same.
#include "support.hpp"

#include <cstdlib>
#include <random>
#include <set>
#include <thread>

using namespace argdraw;
using namespace support;

namespace {

const stages usual{temperature{0.9f}, top_p{0.98f}};

floats bumpy(std::size_t width) {
    std::mt19937 shape(5);
    floats row(width);
    for (auto& l : row) l = static_cast<float>(shape() % 4096) * 1e-3f;
    return row;
}

const floats row = bumpy(700);

ids tokens_of(philox random, int length, const floats& of = row) {
    ids all;
    for (int i = 0; i < length; ++i) all.push_back(draw_after(of, usual, random).id);
    return all;
}

}  // namespace

TEST_CASE("E1: a seeded text is the same beside a row that takes its words from a generator without a seed") {
    const ids alone = tokens_of({.seed = 1}, 40);
    std::mt19937_64 unseeded{std::random_device{}()};
    philox random{.seed = 1};
    ids together;
    for (int i = 0; i < 40; ++i) {
        together.push_back(draw_after(row, usual, random).id);
        CHECK(sampler{categorical{}}(row, unseeded));
    }
    CHECK(together == alone);
}

TEST_CASE("E2: 64 seeds give 64 texts") {
    std::set<ids> texts;
    for (std::uint64_t seed = 0; seed < 64; ++seed) texts.insert(tokens_of({.seed = seed}, 12));
    CHECK(texts.size() == 64);
}

TEST_CASE("E3: the rows of a batch, told apart by their sequence, give as many texts, at their first token already") {
    std::set<ids> texts;
    std::set<std::uint64_t> words;
    for (std::uint64_t sequence = 0; sequence < 64; ++sequence) {
        texts.insert(tokens_of({.seed = 3, .sequence = sequence}, 12));
        words.insert(philox{.seed = 3, .sequence = sequence}.word(purpose::token));
    }
    CHECK(texts.size() == 64);
    CHECK(words.size() == 64);
}

TEST_CASE("E4: no seed means something else: 0, -1 and their neighbours are five seeds") {
    std::set<ids> texts;
    for (const std::uint64_t seed :
         {std::uint64_t{0}, std::uint64_t{1}, static_cast<std::uint64_t>(-1), static_cast<std::uint64_t>(-2), std::uint64_t{0xffffffff}})
        texts.insert(tokens_of({.seed = seed}, 12));
    CHECK(texts.size() == 5);
    CHECK(tokens_of({.seed = static_cast<std::uint64_t>(-1)}, 12) == tokens_of({.seed = 0xffffffffffffffffu}, 12));
}

TEST_CASE("E5: all 64 bits of a seed and of a sequence count") {
    std::set<ids> texts{tokens_of({.seed = 77, .sequence = 5}, 12)};
    for (int bit = 0; bit < 64; ++bit) {
        texts.insert(tokens_of({.seed = 77 ^ (std::uint64_t{1} << bit), .sequence = 5}, 12));
        texts.insert(tokens_of({.seed = 77, .sequence = 5 ^ (std::uint64_t{1} << bit)}, 12));
    }
    CHECK(texts.size() == 129);
    const auto same = start_text({}, {.seed = 77 + (std::uint64_t{1} << 32)}), other = start_text({}, {.seed = 77});
    CHECK(same.random().word(purpose::token) != other.random().word(purpose::token));
}

TEST_CASE("E6: every draw takes a seed: the same one gives its text again, another one another") {
    for (const writer who : writers) {
        const ids text = text_by(who, row, {.seed = 6, .sequence = 1}, 20);
        CAPTURE(static_cast<int>(who));
        REQUIRE(text.size() == 20);
        CHECK(text_by(who, row, {.seed = 6, .sequence = 1}, 20) == text);
        CHECK(text_by(who, row, {.seed = 7, .sequence = 1}, 20) != text);
        CHECK(text_by(who, row, {.seed = 6, .sequence = 2}, 20) != text);
    }
}

TEST_CASE("E7: what is left out is seed 0, sequence 0, position 0, and never the clock") {
    CHECK(philox{} == philox{.seed = 0, .sequence = 0, .position = 0});
    CHECK(start_text(usual).random() == philox{});
    CHECK(tokens_of({}, 20) == tokens_of({.seed = 0, .sequence = 0}, 20));
}

TEST_CASE("E8: any step can be taken again from its place, whatever happened elsewhere") {
    philox random{.seed = 8, .sequence = 3};
    const ids text = tokens_of(random, 50);
    for (std::uint32_t step = 50; step-- > 0;) {
        philox there{.seed = 8, .sequence = 3, .position = step};
        CHECK(draw_after(row, usual, there).id == text[step]);
        CHECK(there.position == step + 1);
    }
}

TEST_CASE("E9: eight threads, a hundred times each: the same bytes, the same tokens") {
    const floats wide = bumpy(20000);
    const ids expected = tokens_of({.seed = 9}, 4, wide);
    int wrong[8] = {};
    {
        std::vector<std::jthread> threads;
        for (int& mine : wrong)
            threads.emplace_back([&mine, &wide, &expected] {
                for (int i = 0; i < 100; ++i) mine += tokens_of({.seed = 9}, 4, wide) != expected;
            });
    }
    for (const int each : wrong) CHECK(each == 0);
}

TEST_CASE("E10: other users of the process's random numbers change no token, and lose none to draws") {
    const ids alone = tokens_of({.seed = 10}, 30);
    std::srand(10);
    std::vector<int> foreign;
    for (int i = 0; i < 30; ++i) foreign.push_back(std::rand());
    std::srand(10);
    philox random{.seed = 10};
    for (std::size_t i = 0; i < 30; ++i) {
        CHECK(std::rand() == foreign[i]);
        CHECK(draw_after(row, usual, random).id == alone[i]);
    }
}

TEST_CASE("E11: every instruction set of this machine gives the same tokens and the same log-probabilities") {
    const isa before = active_isa();
    const floats wide = bumpy(5000);
    std::vector<std::vector<std::pair<token_id, float>>> streams;
    for (const isa set : every_isa) {
        if (!force_isa(set)) continue;
        auto& stream = streams.emplace_back();
        for (const stages& some : {stages{}, usual, stages{top_k{50}, temperature{0.3f}}, stages{typical{0.9f}}}) {
            philox random{.seed = 11};
            for (int i = 0; i < 100; ++i) {
                const drawn token = draw_after(wide, some, random);
                stream.emplace_back(token.id, token.logprob);
            }
        }
        CHECK(stream == streams[0]);
    }
    REQUIRE(force_isa(before));
    CHECK(streams.size() >= 1);
}

TEST_CASE("E13: another seed is another text: of 200 tokens among 64 equals two texts agree in few") {
    const floats equals(64, 0.0f);
    philox a{.seed = 13}, b{.seed = 14};
    int same = 0;
    for (int i = 0; i < 200; ++i) same += draw_after(equals, {}, a).id == draw_after(equals, {}, b).id;  // 3.1 are to be expected
    CHECK(same < 15);
}
