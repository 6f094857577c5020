#include "support.hpp"

#include <algorithm>
#include <random>

using namespace argdraw;
using namespace support;

namespace {

constexpr sampler pick{categorical{}};

// Checks every step of the CDF that the words walk through: where it is, that it goes to the next living token, and that a draw on
// either side says so.
struct walk {
    int misplaced = 0;
    int wrong_token = 0;
    int wrong_logprob = 0;
    std::size_t tokens = 0;
};

template <class Sampler, class Row>
walk walk_through(const Sampler& sampler, const Row& row) {
    walk result;
    const auto law = sampler.distribution(row);
    double cumulative = 0;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < law.ids.size(); ++i) {
        const double p = law.probabilities[i];
        cumulative += p;
        if (p < 0x1p-60) continue;  // may be shorter than a step
        const drawn token = draw_at(sampler, row, at << 11);
        if (token.id < law.ids[i]) {  // a token of less than a step in between
            at = end_of(sampler, row, token.id, at);
        }
        if (p < 0x1p-50 && draw_at(sampler, row, at << 11).id != law.ids[i]) continue;
        result.wrong_token += draw_at(sampler, row, at << 11).id != law.ids[i];
        const std::uint64_t end = end_of(sampler, row, law.ids[i], at);
        result.wrong_token += draw_at(sampler, row, (end << 11) - 1).id != law.ids[i];
        result.misplaced += std::abs(static_cast<double>(end) * 0x1p-53 - cumulative) > 2e-7;
        result.wrong_logprob +=
            !(std::abs(static_cast<double>(token.id == law.ids[i] ? token.logprob : draw_at(sampler, row, at << 11).logprob) -
                       std::log(p)) < 1e-6 + 1e-6 * std::abs(std::log(p)));
        ++result.tokens;
        if (end == steps) break;
        at = end;
    }
    return result;
}

// The value that a chi-square of `degrees` exceeds with probability 1e-6 (Wilson and Hilferty; z = 4.7534).
double critical(double degrees) {
    const double v = 2 / (9 * degrees);
    return degrees * std::pow(1 - v + 4.7534 * std::sqrt(v), 3);
}

// Pearson's statistic over its critical value, with neighbouring bins merged until each expects ten.
double chi_square(const distribution_of_row& law, const std::vector<std::uint32_t>& counts, double draws) {
    double statistic = 0, expected = 0, seen = 0;
    int bins = 0;
    double left = draws;
    for (std::size_t i = 0; i < law.ids.size(); ++i) {
        expected += law.probabilities[i] * draws;
        seen += counts[static_cast<std::size_t>(law.ids[i])];
        left -= law.probabilities[i] * draws;
        if ((expected < 10 || left < 10) && i + 1 < law.ids.size()) continue;
        statistic += (seen - expected) * (seen - expected) / expected;
        ++bins;
        expected = seen = 0;
    }
    return statistic / critical(bins - 1);
}

template <class Sampler, class Row, class G>
double chi_square_of(const Sampler& sampler, const Row& row, G random, std::uint32_t draws) {
    std::vector<std::uint32_t> counts(row.size());
    std::uint32_t failed = 0;
    for (std::uint32_t i = 0; i < draws; ++i) {
        const drawn token = sampler(row, random);
        if (token) ++counts[static_cast<std::size_t>(token.id)];
        else ++failed;
    }
    CHECK(failed == 0);
    const auto law = sampler.distribution(row);
    std::uint32_t outside = draws;
    for (const token_id id : law.ids) outside -= counts[static_cast<std::size_t>(id)];
    CHECK(outside == 0);
    return chi_square(law, counts, draws);
}

}  // namespace

TEST_CASE("categorical: the token of word 0 has a probability, however far down it lies") {
    // Rows that rise evenly to and from 2^-1000 of their greatest, the least weight there is.
    for (const float step : {0.0104f, 0.013f, 0.02f, 0.1f, 0.37f}) {
        CAPTURE(step);
        std::vector<float> row(120'000);
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = std::min(1400.0f, step * static_cast<float>(i));
        const drawn token = draw_at(pick, row, 0);
        const auto law = pick.distribution(row);
        REQUIRE(token);
        CHECK(law.ids[static_cast<std::size_t>(token.id)] == token.id);
        CHECK(law.probabilities[static_cast<std::size_t>(token.id)] > 0);
    }
}

TEST_CASE("categorical formula: four equals divide the words in four") {
    const std::vector<float> row(4, 0.0f);
    for (std::uint64_t j = 0; j < 4; ++j) {
        const std::uint64_t start = j << 62;
        CHECK(draw_at(pick, row, start).id == static_cast<token_id>(j));
        CHECK(draw_at(pick, row, start + 1).id == static_cast<token_id>(j));
        CHECK(draw_at(pick, row, start + (std::uint64_t{1} << 62) - 1).id == static_cast<token_id>(j));
    }
    CHECK(draw_at(pick, row, half_of_words - 1).id == 1);
    CHECK(draw_at(pick, row, half_of_words).id == 2);
    CHECK(draw_at(pick, row, half_of_words + 1).id == 2);
    CHECK(draw_at(pick, row, last_word).id == 3);
}

TEST_CASE("categorical formula: equals of a power of two divide the words evenly, whatever the scalar and the path") {
    const auto check = [](const auto& sampler, const auto& row, int bits) {
        int wrong = 0;
        for (std::uint64_t j = 0; j < row.size(); j += 1 + row.size() / 512) {
            const std::uint64_t start = j << (64 - bits);
            wrong += draw_at(sampler, row, start).id != static_cast<token_id>(j);
            wrong += draw_at(sampler, row, start - 1).id != static_cast<token_id>((j + row.size() - 1) % row.size());
        }
        CHECK(wrong == 0);
    };
    check(pick, std::vector<float>(8192, 0.0f), 13);
    check(pick, std::vector<double>(8192, 3.0), 13);
    check(pick, std::vector<argdraw::half>(8192, argdraw::half(0.0f)), 13);
    check(pick, std::vector<argdraw::bfloat16>(8192, argdraw::bfloat16(0.0f)), 13);
    check(pick, std::vector<float>(131072, 0.0f), 17);
    check(sampler{top_k{4096}, categorical{}}, std::vector<float>(4096, -1.0f), 12);
}

TEST_CASE("categorical formula: every step of the distribution, on its word") {
    // .5 .3 .2, with tokens of no weight before, between and behind.
    const auto row = weighing(0, 5, 0, 3, 2, 0);
    const auto seen = walk_through(pick, row);
    CHECK(seen.tokens == 3);
    CHECK(seen.misplaced == 0);
    CHECK(seen.wrong_token == 0);
    CHECK(seen.wrong_logprob == 0);
    CHECK(draw_at(pick, row, 0).id == 1);
    CHECK(draw_at(pick, row, last_word).id == 4);
}

TEST_CASE("categorical formula: every step of random rows, as a view and as a list") {
    std::mt19937 random(11);
    for (const std::size_t width : {2u, 17u, 256u, 257u, 700u}) {
        std::vector<float> row(width);
        for (auto& l : row) {
            l = static_cast<float>(random() % 8192) * 1e-3f;
            if (random() % 5 == 0) l = -infinity;
        }
        row[width / 2] = 6.0f;
        const auto living = static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [](float l) { return l > -infinity; }));
        CAPTURE(width);
        for (const walk& seen : {walk_through(pick, row), walk_through(sampler{top_k{static_cast<int>(width) - 1}, categorical{}}, row)}) {
            CHECK(seen.tokens + 1 >= living);
            CHECK(seen.misplaced == 0);
            CHECK(seen.wrong_token == 0);
            CHECK(seen.wrong_logprob == 0);
        }
    }
}

TEST_CASE("categorical formula: tokens of no weight are never drawn, wherever they stand") {
    // Beside a logit of 1, e^-801 = 2^-1155 is nothing: exponents end at -1000.
    const float nothings[] = {-infinity, -1e30f, -std::numeric_limits<float>::max(), -800.0f};
    std::mt19937_64 random(3);
    std::vector<std::uint64_t> words{
        0, 1, 2, 2047, 2048, half_of_words - 1, half_of_words, half_of_words + 1, last_word - 2048, last_word - 1, last_word};
    for (int i = 0; i < 2000; ++i) words.push_back(random());
    for (const float nothing : nothings)
        for (const std::size_t width : {5u, 300u, 1000u}) {
            std::vector<float> row(width, nothing);
            row[width / 3] = 1.0f;
            row[width / 2] = 0.5f;
            int wrong = 0;
            for (const auto word : words) {
                const drawn token = draw_at(pick, row, word);
                wrong += token.id != static_cast<token_id>(width / 3) && token.id != static_cast<token_id>(width / 2);
                const drawn kept = draw_at(sampler{top_k{static_cast<int>(width) - 1}, categorical{}}, row, word);
                wrong += kept.id != static_cast<token_id>(width / 3) && kept.id != static_cast<token_id>(width / 2);
            }
            CAPTURE(nothing, width);
            CHECK(wrong == 0);
        }
}

TEST_CASE("categorical formula: the ends of the words on rows of every width") {
    for (std::size_t width = 1; width <= 600; ++width) {
        std::vector<float> row(width);
        for (std::size_t i = 0; i < width; ++i) row[i] = 0.01f * static_cast<float>((i * 31) % 97);
        int wrong = 0;
        for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{1}, last_word, last_word - 1}) {
            const auto end = static_cast<token_id>(word > 1 ? width - 1 : 0);
            wrong += draw_at(pick, row, word).id != end;
        }
        CAPTURE(width);
        CHECK(wrong == 0);
    }
}

TEST_CASE("categorical random: one word a draw") {
    always random{half_of_words};
    CHECK(pick(std::vector{1.0f, 2.0f}, random));
    CHECK(random.calls == 1);
    CHECK(
        sampler{temperature{0.5f}, top_k{2}, top_p{0.9f}, min_p{0.1f}, argdraw::softmax{}, categorical{}}(std::vector{1.0f, 2.0f}, random));
    CHECK(random.calls == 2);
    CHECK(random_draw<categorical>);
}

TEST_CASE("categorical random: it is the word of purpose::token") {
    const std::vector<float> row(1024, 0.0f);
    philox random{.seed = 9, .sequence = 4, .position = 17};
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t word = random.word(purpose::token);
        CHECK(pick(row, random).id == static_cast<token_id>(word >> 54));
    }
}

TEST_CASE("categorical logprob: ln p in the final set") {
    const auto row = weighing(5, 3, 2);
    CHECK(std::abs(draw_at(pick, row, 0).logprob - std::log(0.5f)) < 1e-6f);
    CHECK(std::abs(draw_at(pick, row, last_word).logprob - std::log(0.2f)) < 1e-6f);
    // Among the first two: 5/8 and 3/8.
    const sampler two{top_k{2}, categorical{}};
    CHECK(std::abs(draw_at(two, row, 0).logprob - std::log(0.625f)) < 1e-6f);
    CHECK(std::abs(draw_at(two, row, last_word).logprob - std::log(0.375f)) < 1e-6f);
    CHECK(draw_at(pick, std::vector{-3.0f}, 77).logprob == 0);
    CHECK(draw_at(pick, std::vector{30.0f, 0.0f}, 77).logprob <= 0);
    const drawn none = draw_at(pick, std::vector{not_a_number}, 0);
    CHECK(std::isnan(none.logprob));
    CHECK(none.id == -1);
    CHECK_FALSE(none);
}

TEST_CASE("categorical edges: a token of 2^-30 has its own words, at either end") {
    const float depth = static_cast<float>(-30 * std::log(2.0));
    const double p = 1 / (1 + std::exp(-static_cast<double>(depth)));
    // 2^-30 is 2^23 steps of 2^-53; the kernel's 5e-7 are 4 of them.
    const std::vector in_front{depth, 0.0f}, behind{0.0f, depth};
    CHECK(draw_at(pick, in_front, 0).id == 0);
    const std::uint64_t front = end_of(pick, in_front, 0, 0);
    CHECK(std::abs(static_cast<double>(front) * 0x1p-53 / p - 1) < 1e-6);
    CHECK(draw_at(pick, in_front, (front << 11) - 1).id == 0);
    CHECK(draw_at(pick, in_front, front << 11).id == 1);
    const std::uint64_t back = end_of(pick, behind, 0, 0);
    CHECK(std::abs(static_cast<double>(steps - back) * 0x1p-53 / p - 1) < 1e-6);
    CHECK(draw_at(pick, behind, last_word).id == 1);
    // Blocks away from the rest of the mass, too.
    std::vector<float> wide(5000, -infinity);
    wide[10] = 0.0f;
    wide[4999] = depth;
    CHECK(draw_at(pick, wide, last_word).id == 4999);
    CHECK(std::abs(static_cast<double>(steps - end_of(pick, wide, 10, 0)) * 0x1p-53 / p - 1) < 1e-6);
}

TEST_CASE("categorical edges: a token of 2^-50 as well") {
    const float depth = static_cast<float>(-50 * std::log(2.0));
    const std::vector row{depth, 0.0f};
    const std::uint64_t end = end_of(pick, row, 0, 0);
    CHECK((end >= 7 && end <= 9));
}

TEST_CASE("categorical statistics: 500 000 draws from sixteen tokens") {
    // alpha = 1e-6. With 15 degrees of freedom a noncentrality of 90 is found 99 times in 100: every second of the sixteen equals 1.3 %
    // too likely, or a token of .01 by 13 %.
    std::vector<float> equals(16, 1.0f), falling(16);
    for (std::size_t i = 0; i < 16; ++i) falling[i] = -0.5f * static_cast<float>(i);
    CHECK(chi_square_of(pick, equals, philox{.seed = 1}, 500000) < 1);
    CHECK(chi_square_of(pick, falling, philox{.seed = 2}, 500000) < 1);
    CHECK(chi_square_of(pick, falling, std::mt19937(3), 500000) < 1);
    CHECK(chi_square_of(sampler{temperature{2}, top_k{9}, categorical{}}, falling, philox{.seed = 4}, 500000) < 1);
}

TEST_CASE("categorical statistics: the test itself sees a bias of that size") {
    const std::vector<float> equals(16, 1.0f);
    auto law = pick.distribution(equals);
    for (std::size_t i = 0; i < 16; ++i) law.probabilities[i] *= i % 2 == 0 ? 1.016 : 0.984;
    std::vector<std::uint32_t> counts(16);
    philox random{.seed = 1};
    for (int i = 0; i < 500000; ++i) ++counts[static_cast<std::size_t>(pick(equals, random).id)];
    CHECK(chi_square(law, counts, 500000) > 1);
}

TEST_CASE("categorical statistics: two tokens out of the nucleus keep even odds") {
    // Two of .4 in a nucleus of .8: 1 degree of freedom, a bias of 1.2 % on either is found.
    CHECK(chi_square_of(sampler{top_p{0.75f}, categorical{}}, weighing(4, 1, 4, 1), philox{.seed = 5}, 500000) < 1);
}

TEST_CASE("categorical statistics: a row of 4000 tokens, by sequences and by positions") {
    // Some 2000 merged bins: a noncentrality of 500 is found, which is every second bin 10 % too likely at 50 000 draws.
    std::mt19937 shape(8);
    std::vector<float> row(4000);
    for (auto& l : row) l = static_cast<float>(shape() % 4096) * 1e-3f;
    CHECK(chi_square_of(pick, row, philox{.seed = 6}, 50000) < 1);
    std::vector<std::uint32_t> counts(row.size());
    for (std::uint64_t sequence = 0; sequence < 50000; ++sequence) {
        philox random{.seed = 7, .sequence = sequence};
        ++counts[static_cast<std::size_t>(pick(row, random).id)];
    }
    CHECK(chi_square(pick.distribution(row), counts, 50000) < 1);
}

TEST_CASE("categorical statistics: successive draws do not know of each other") {
    // Pairs of quartiles, 256 bins with their 255 degrees: a noncentrality of 230 is found, 2.2 % at 500 000.
    const std::vector<float> equals(16, 0.0f);
    std::vector<std::uint32_t> counts(256);
    philox random{.seed = 10};
    for (int i = 0; i < 500000; ++i) {
        const token_id a = pick(equals, random).id, b = pick(equals, random).id;
        ++counts[static_cast<std::size_t>(16 * a + b)];
    }
    distribution_of_row even;
    for (token_id i = 0; i < 256; ++i) {
        even.ids.push_back(i);
        even.probabilities.push_back(1.0 / 256);
    }
    CHECK(chi_square(even, counts, 500000) < 1);
}
