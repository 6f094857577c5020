// The draw itself, and the words it is made of.
#include "support.hpp"

#include "../statistics/chi_square.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>

using namespace argdraw;
using namespace support;

namespace {

constexpr std::uint64_t ends[] = {0, 1, half_of_words - 1, half_of_words, half_of_words + 1, last_word - 1, last_word};

// Gives what it is told, then zeros.
struct scripted {
    std::vector<std::uint64_t> words;
    std::size_t at = 0;

    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return last_word; }
    result_type operator()() { return at < words.size() ? words[at++] : 0; }
};

// Every bit of every word is set.
struct all_ones {
    using result_type = std::uint32_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~std::uint32_t{0}; }
    result_type operator()() { return max(); }
};

}  // namespace

TEST_CASE("D1: tokens of no weight in front, between and behind are not drawn by the first or the last word") {
    const floats rows[] = {weighing({0, 0, 1, 1}), weighing({1, 1, 0, 0}), weighing({1, 0, 0, 1}), weighing({0, 1, 0, 1, 0}),
                           weighing({0, 0, 1, 0, 0})};
    for (const floats& row : rows)
        for (const std::uint64_t word : ends) {
            const drawn token = draw_after(row, {}, word);
            CHECK(row[static_cast<std::size_t>(token.id)] == 0);
            CHECK(race_after(row, {}, word).id == in_order(row)[0]);
        }
}

TEST_CASE("D2: among 4096 tokens of no weight the three living ones are all that is ever drawn") {
    floats row(4099, -infinity);
    row[100] = row[2048] = row[4098] = 1;
    philox random{.seed = 2};
    int counts[3] = {}, others = 0;
    for (int i = 0; i < 30000; ++i) {
        const token_id id = draw_after(row, {}, random).id;
        if (id == 100) ++counts[0];
        else if (id == 2048) ++counts[1];
        else if (id == 4098) ++counts[2];
        else ++others;
    }
    CHECK(others == 0);
    for (const int count : counts) CHECK(std::abs(count - 10000) < 5 * 82);
}

TEST_CASE("D3: of two tokens, one of them impossible, a million draws give the other") {
    const floats row{-infinity, 0};
    philox random{.seed = 3};
    int wrong = 0;
    for (int i = 0; i < 1000000; ++i) wrong += draw_after(row, {}, random).id != 1;
    for (int i = 0; i < 100000; ++i) wrong += race_after(row, {}, random).id != 1;
    CHECK(wrong == 0);
}

TEST_CASE("D4: a peaked row of 151 936: what has no weight is not drawn") {
    floats row(151936, -800.0f);
    row[75000] = 0;
    row[151935] = -0.5f;
    philox random{.seed = 4};
    int wrong = 0;
    for (int i = 0; i < 300; ++i) {
        const token_id id = draw_after(row, {}, random).id;
        wrong += id != 75000 && id != 151935;
    }
    for (int i = 0; i < 5; ++i) {
        const token_id id = race_after(row, {}, random).id;
        wrong += id != 75000 && id != 151935;
    }
    CHECK(wrong == 0);
}

TEST_CASE("D5: the noise of a race is finite for every word") {
    for (const std::uint64_t word : ends) {
        const double noise = -numeric::log(-numeric::log(open_unit(word)));
        CHECK(std::isfinite(noise));
        CHECK(noise > -3.7);
        CHECK(noise < 36.8);
        CHECK(race_after(floats{1, 3, -infinity, 2}, {}, word).id == 1);
        CHECK(std::isfinite(race_after(floats{1, 3, -infinity, 2}, {}, word).logprob));
    }
}

TEST_CASE("D6: orders of four tokens, one for every sequence, come evenly: no seed is made of few bits of another") {
    std::array<drawn, 4> into;
    const sampler pick{without_replacement{into}};
    std::vector<double> counts(256);
    const int draws = 48000;
    for (std::uint64_t sequence = 0; sequence < draws; ++sequence) {
        REQUIRE(pick(floats(4, 0.0f), philox{.seed = 6, .sequence = sequence}));
        ++counts[static_cast<std::size_t>(into[0].id * 64 + into[1].id * 16 + into[2].id * 4 + into[3].id)];
    }
    std::vector<double> seen;
    for (const double count : counts)
        if (count > 0) seen.push_back(count);
    REQUIRE(seen.size() == 24);
    CHECK(statistics::even(seen) < statistics::critical(23));
}

TEST_CASE("D7: a tail of 2^-40 at the end of a CDF has its words, to the last one") {
    // 1, then three of 2^-40: 2^13 steps of 2^-53 each at the very end.
    const float depth = static_cast<float>(-40 * std::log(2.0));
    const floats row{0, depth, depth, depth};
    for (const std::uint64_t half_step : {0u, 1u, 2u})
        CHECK(draw_after(row, {}, last_word - ((half_step * 8192 + 4096) << 11)).id == static_cast<token_id>(3 - half_step));
    CHECK(draw_after(row, {}, last_word).id == 3);
    CHECK(draw_after(row, {}, last_word - (std::uint64_t{3 * 8192 + 4096} << 11)).id == 0);
    // Many equals: the last of 50 000 has the last of the words.
    CHECK(draw_after(floats(50000, 0.0f), {}, last_word).id == 49999);
    CHECK(draw_after(floats(50000, 0.0f), {}, last_word - last_word / 40000).id == 49998);
}

TEST_CASE("D8: without replacement no token comes twice, and all of them come in the end") {
    std::array<drawn, 9> into;
    const sampler pick{without_replacement{into}};
    const floats row{0, 3, -infinity, 1, 1, 8, -4, 0, 2};
    philox random{.seed = 8};
    int wrong = 0;
    for (int i = 0; i < 5000; ++i) {
        REQUIRE(pick(row, random));
        std::set<token_id> distinct;
        for (int j = 0; j < 8; ++j) distinct.insert(into[static_cast<std::size_t>(j)].id);
        wrong += distinct.size() != 8 || distinct.contains(2) || into[8].why != status::empty;
    }
    CHECK(wrong == 0);
}

TEST_CASE("D9: logits at the end of the floats overflow no sum") {
    constexpr float largest = std::numeric_limits<float>::max();
    CHECK(said_after(floats{largest, 2.1e38f, largest}, {min_p{0.1f}}) == "0:0.5 2:0.5");
    for (const std::uint64_t word : ends) { CHECK(draw_after(floats(2048, largest), {}, word).id == static_cast<token_id>(word >> 53)); }
}

TEST_CASE("D10: the token never falls as the word rises") {
    std::mt19937 shape(10);
    floats row(4000);
    for (auto& l : row) l = static_cast<float>(shape() % 16384) * 1e-3f;
    for (const stages& some : {stages{}, stages{top_k{3999}}, stages{temperature{0.3f}, top_p{0.9f}}}) {
        int falls = 0;
        token_id before = 0;
        for (std::uint64_t i = 0; i < 4000; ++i) {
            const token_id id = draw_after(row, some, i * (last_word / 3999)).id;
            falls += id < before;
            before = id;
        }
        CHECK(falls == 0);
    }
}

TEST_CASE("D11: filters that filter nothing on a row of one living token draw that token") {
    floats row(1000, -infinity);
    row[433] = -7;
    for (const std::uint64_t word : ends) {
        CHECK(draw_after(row, {top_k{1 << 30}, top_p{1.0f}}, word).id == 433);
        CHECK(race_after(row, {top_k{1 << 30}, top_p{1.0f}}, word).id == 433);
    }
}

TEST_CASE("D12: an unlikely token is as rare as its probability says, in draws and in races") {
    // 2^-20 by its words, exactly; 2^-8 by counting: 1562.5 of 400 000, standard deviation 39.4.
    const floats rare{0, static_cast<float>(-20 * std::log(2.0))};
    const std::uint64_t end = end_of(sampler{categorical{}}, rare, 0, 0);
    CHECK(std::abs(static_cast<double>(steps - end) * 0x1p-53 * (0x1p20 + 1) - 1) < 1e-6);
    const floats unlikely{0, static_cast<float>(-std::log(255.0))};
    philox random{.seed = 12};
    int drawn_ones = 0, raced = 0;
    for (int i = 0; i < 400000; ++i) drawn_ones += draw_after(unlikely, {}, random).id;
    for (int i = 0; i < 400000; ++i) raced += race_after(unlikely, {}, random).id;
    CHECK(std::abs(drawn_ones - 1562.5) < 5 * 39.4);
    CHECK(std::abs(raced - 1562.5) < 5 * 39.4);
}

TEST_CASE("D13: the greatest word meets a mask: no noise is infinite, no masked token comes") {
    std::vector<std::uint32_t> mask(8, 0);
    mask[1] = 0x10u;
    mask[3] = 0x20u;
    const stages masked{allow{mask, past_end::ban}};
    for (const std::uint64_t word : ends) {
        CHECK(race_after(floats(300, 1.0f), masked, word).id == 36);
        CHECK(draw_after(floats(300, 1.0f), masked, word).id == (word < half_of_words ? 36 : 101));
    }
}

TEST_CASE("D15: a generator that returns nothing but ones gives the last token, not the one behind it") {
    CHECK(unit(last_word) < 1);
    all_ones ones;
    for (const std::size_t width : {1u, 2u, 3u, 100u, 1000u})
        CHECK(sampler{categorical{}}(floats(width, 0.0f), ones).id == static_cast<token_id>(width - 1));
}

TEST_CASE("D16: weights that do not add up to 1 are divided by their sum") {
    const floats row = weighing({1.2, 9.4, 8.8});
    CHECK(said_after(row, {}) == "0:0.0618557 1:0.484536 2:0.453608");
    CHECK(draw_after(row, {}, last_word).id == 2);
    CHECK(draw_after(row, {}, 0).id == 0);
}

TEST_CASE("D17: noise belongs to the token's id: a filter that keeps the winner keeps the token") {
    std::mt19937 shape(17);
    floats row(200);
    for (auto& l : row) l = static_cast<float>(shape() % 4096) * 1e-3f;
    const stages filters[] = {{top_k{100}}, {top_p{0.9f}}, {min_p{0.05f}}, {top_k{150}, top_p{0.95f}}};
    int kept = 0;
    for (std::uint32_t position = 0; position < 300; ++position)
        for (const stages& filter : filters) {
            philox all{.seed = 17, .position = position}, some = all;
            const token_id winner = race_after(row, {}, all).id;
            if (std::ranges::count(law_after(row, filter).ids, winner) == 0) continue;
            ++kept;
            CHECK(race_after(row, filter, some).id == winner);
        }
    CHECK(kept > 600);
}

TEST_CASE("D22: the last ten-thousandth is drawn, and neighbouring sequences know nothing of each other") {
    const floats row = weighing({9999, 1});
    CHECK(draw_after(row, {}, static_cast<std::uint64_t>(0.99995 * 0x1p63) * 2).id == 1);
    CHECK(draw_after(row, {}, static_cast<std::uint64_t>(0.99985 * 0x1p63) * 2).id == 0);
    const floats eight(8, 0.0f);
    std::vector<double> pairs(64);
    for (std::uint64_t sequence = 0; sequence < 64000; ++sequence) {
        philox a{.seed = 22, .sequence = sequence}, b{.seed = 22, .sequence = sequence + 1};
        ++pairs[static_cast<std::size_t>(8 * draw_after(eight, {}, a).id + draw_after(eight, {}, b).id)];
    }
    CHECK(statistics::even(pairs) < statistics::critical(63));
}

TEST_CASE("D23: sums of narrow scalars are not narrow: 8192 equals are halved at 4096") {
    const sampler pick{categorical{}};
    const std::vector<argdraw::half> halves(8192, argdraw::half(1.0f));
    const std::vector<argdraw::bfloat16> brains(8192, argdraw::bfloat16(1.0f));
    CHECK(draw_at(pick, halves, half_of_words).id == 4096);
    CHECK(draw_at(pick, halves, half_of_words - 1).id == 4095);
    CHECK(draw_at(pick, brains, half_of_words).id == 4096);
    CHECK(draw_at(pick, brains, half_of_words - 1).id == 4095);
    CHECK(draw_after(floats(8192, 1.0f), {}, half_of_words).id == 4096);
}

TEST_CASE("D24: seed 0 is a seed: a thousand words of it are a thousand different ones") {
    std::set<std::uint64_t> words;
    philox random;
    for (int i = 0; i < 1000; ++i) words.insert(random());
    CHECK(words.size() == 1000);
    CHECK_FALSE(words.contains(0));
}

TEST_CASE("D25: u = 0 passes over what weighs nothing, and u is never rounded up to 1") {
    CHECK(draw_after(floats{-infinity, -infinity, 4, 4}, {}, 0).id == 2);
    CHECK(draw_after(floats{4, 4, -infinity, -infinity}, {}, last_word).id == 1);
    for (std::uint64_t below = 0; below < 4096; ++below) CHECK(unit(last_word - below) < 1);
}

TEST_CASE("D26: XTC's coin says nothing about the token drawn after it") {
    // Sixteen equals that XTC leaves alone, and two of twice the weight, of which it drops one: the law of the position shows the coin. Either
    // way the sixteen have the same chance: 32 cells, 31 degrees of freedom.
    floats row(18, 0.0f);
    row[16] = row[17] = static_cast<float>(std::log(2.0));
    const stages coin{xtc{.probability = 0.5f, .threshold = 0.08f}};
    const sampler pick{coin, categorical{}};
    std::vector<double> cells(32), expected(32);
    const int draws = 160000;
    for (std::size_t i = 0; i < 32; ++i) expected[i] = draws / 2.0 / (i < 16 ? 20 : 18);
    philox random{.seed = 26};
    int drops = 0;
    for (int i = 0; i < draws; ++i) {
        const bool fell = pick.distribution(row, random).ids.size() == 17;
        const token_id id = draw_after(row, coin, random).id;
        drops += fell && id == 16;
        if (id < 16) ++cells[static_cast<std::size_t>((fell ? 16 : 0) + id)];
    }
    CHECK(drops == 0);
    const auto found = statistics::chi_square(expected, cells);
    CHECK(found.degrees == 31);
    CHECK(found.over_critical() < 1);
}

TEST_CASE("D27: a generator outlives the call: each draw goes on where the last one ended") {
    const floats row(1024, 0.0f);
    philox random{.seed = 27};
    const philox start = random;
    std::set<token_id> seen;
    for (std::uint32_t i = 0; i < 100; ++i) {
        const token_id id = draw_after(row, {}, random).id;
        CHECK(id == static_cast<token_id>(philox{start.seed, start.sequence, i}.word(purpose::token) >> 54));
        seen.insert(id);
    }
    CHECK(seen.size() > 80);
    CHECK(random.position == 100);
}

TEST_CASE("D28: a thousand tokens of 2e-13 do not come in 300 000 draws") {
    floats row(1001, static_cast<float>(std::log(2e-13)));
    row[500] = 0;
    philox random{.seed = 28};
    int others = 0;
    for (int i = 0; i < 300000; ++i) others += draw_after(row, {}, random).id != 500;  // expected: 6e-5
    CHECK(others == 0);
}

TEST_CASE("D29: probabilities below 2^-24 are within reach of words and of noise") {
    const float depth = static_cast<float>(-45 * std::log(2.0));
    CHECK(draw_after(floats{depth, 0}, {}, 0).id == 0);
    CHECK(draw_after(floats{depth, 0}, {}, std::uint64_t{1} << 20).id == 1);
    // The best noise of one token against the worst of the other: 36.7 + 3.6.
    scripted lucky{{last_word, 0}};
    CHECK(sampler{gumbel{}}(floats{-40, 0}, lucky).id == 0);
    scripted unlucky{{last_word, 0}};
    CHECK(sampler{gumbel{}}(floats{-41, 0}, unlucky).id == 1);
}
