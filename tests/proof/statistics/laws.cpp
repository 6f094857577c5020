// Draws against their laws: chi-square over twenty distributions, pairs and triples of successive draws, tails.
// alpha is 1e-6 everywhere, seeds are fixed, and the bias that would have been found is printed beside each statistic.
#include "chi_square.hpp"
#include "draws/support.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>

using namespace argdraw;
using namespace support;

namespace {

constexpr int push_draws = 1'000'000, deep_draws = 10'000'000;

using numbers = std::vector<double>;
using law_sampler = drawn (*)(const chain&, std::span<const float>, philox&);

drawn by_categorical(const chain& stages, std::span<const float> row, philox& random) {
    return sampler{stages, categorical{}}(row, random);
}
drawn by_gumbel(const chain& stages, std::span<const float> row, philox& random) { return sampler{stages, gumbel{}}(row, random); }

// k tokens as one number: the first is the most significant digit, in the base of the row's width.
template <std::size_t k>
drawn by_race(const chain&, std::span<const float> row, philox& random) {
    std::array<drawn, k> into;
    drawn token = sampler{without_replacement{into}}(row, random);
    token_id number = 0;
    for (const drawn& each : into) number = number * static_cast<token_id>(row.size()) + each.id;
    token.id = number;
    return token;
}

struct law_of_draws {
    std::string name;
    std::vector<float> row;
    law_sampler draw;
    chain stages;
    numbers weights;  // of every outcome
};

numbers zipf(std::size_t n) {
    numbers weights(n);
    for (std::size_t i = 0; i < n; ++i) weights[(i * 7) % n] = 1.0 / static_cast<double>(i + 1);
    return weights;
}
numbers falling(std::size_t n, double by) {
    numbers weights(n);
    for (std::size_t i = 0; i < n; ++i) weights[i] = std::pow(by, static_cast<double>(i));
    return weights;
}
numbers with_holes(std::size_t n) {
    std::mt19937 shape(7);
    numbers weights(n);
    for (double& w : weights) w = shape() % 3 == 0 ? 0 : static_cast<double>(1 + shape() % 1000);
    return weights;
}
std::vector<float> logits(const numbers& weights) {
    std::vector<float> row;
    for (const double w : weights) row.push_back(static_cast<float>(std::log(w)));
    return row;
}

law_of_draws plain(const char* name, law_sampler draw, const numbers& weights) { return {name, logits(weights), draw, {}, weights}; }

// The law of k tokens in order, drawn and put aside.
void put_aside(const numbers& weights, std::size_t k, std::size_t number, double p, std::vector<bool>& gone, numbers& result) {
    if (k == 0) {
        result[number] = p;
        return;
    }
    double left = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) left += gone[i] ? 0 : weights[i];
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (gone[i]) continue;
        gone[i] = true;
        put_aside(weights, k - 1, number * weights.size() + i, p * weights[i] / left, gone, result);
        gone[i] = false;
    }
}
template <std::size_t k>
law_of_draws race(const char* name, const numbers& weights) {
    numbers result(static_cast<std::size_t>(std::pow(weights.size(), k) + 0.5));
    std::vector<bool> gone(weights.size());
    put_aside(weights, k, 0, 1, gone, result);
    return {name, logits(weights), by_race<k>, {}, result};
}

const std::vector<std::uint32_t> even_ids(2, 0x55555555u);

std::vector<law_of_draws> laws() {
    const numbers sixteen(16, 1.0), hundred = zipf(100), few{40, 30, 20, 10};
    numbers square_roots = falling(16, 0.6), first_nine(100), evens = zipf(50), cut = zipf(100), likely = zipf(64);
    for (double& w : square_roots) w = std::sqrt(w);
    for (std::size_t i = 0; i < 9; ++i) first_nine[(i * 7) % 100] = 1.0 / static_cast<double>(i + 1);
    for (std::size_t i = 1; i < 50; i += 2) evens[i] = 0;
    for (double& w : cut) w = w * 10 >= 1 - 1e-9 ? w : 0;
    const double greatest = *std::max_element(likely.begin(), likely.end());
    for (double& w : likely) w = w >= 0.0501 * greatest ? std::pow(w, 1 / 1.5) : 0;
    return {plain("categorical, 16 equals", by_categorical, sixteen),
            plain("categorical, 16 falling", by_categorical, falling(16, 0.6)),
            plain("categorical, 1000 of Zipf", by_categorical, zipf(1000)),
            plain("categorical, 1 to 1", by_categorical, {1, 1}),
            plain("categorical, 9999 to 1", by_categorical, {9999, 1}),
            plain("categorical, 300 with holes", by_categorical, with_holes(300)),
            plain("categorical, 257 equals", by_categorical, numbers(257, 1.0)),
            plain("categorical, peaked 40", by_categorical,
                  [] {
                      numbers w(40, 1.0);
                      w[39] = 400;
                      return w;
                  }()),
            plain("gumbel, 16 equals", by_gumbel, sixteen),
            plain("gumbel, 16 falling", by_gumbel, falling(16, 0.6)),
            plain("gumbel, 1 to 1", by_gumbel, {1, 1}),
            plain("gumbel, 64 with holes", by_gumbel, with_holes(64)),
            race<2>("without_replacement, pairs of 4", {4, 3, 2, 1}),
            race<3>("without_replacement, triples of 5", numbers(5, 1.0)),
            race<1>("without_replacement, the first of 8", falling(8, 0.7)),
            {"chain: temperature 2", logits(falling(16, 0.6)), by_categorical, chain{temperature{2.0f}}, square_roots},
            {"chain: top_k 9", logits(hundred), by_categorical, chain{top_k{9}}, first_nine},
            {"chain: xtc by its coin", logits(few), by_categorical, chain{xtc{.probability = 0.5f, .threshold = 0.15f}}, {12, 9, 26, 13}},
            {"chain: mask, then gumbel", logits(zipf(50)), by_gumbel, chain{allow{even_ids, past_end::ban}}, evens},
            {"chain: min_p, temperature 1.5", logits(zipf(64)), by_categorical, chain{min_p{0.0501f}, temperature{1.5f}}, likely}};
}

// Every second law over the positions of one text, the others over texts at one position; `round` chooses the seed.
statistics::bins test(const law_of_draws& law, std::size_t index, int round, int draws) {
    const double total = std::accumulate(law.weights.begin(), law.weights.end(), 0.0);
    numbers expected, counts(law.weights.size());
    for (const double w : law.weights) expected.push_back(w / total * draws);
    philox random{.seed = 1000 + 100 * static_cast<std::uint64_t>(round) + index};
    int impossible = 0;
    for (int i = 0; i < draws; ++i) {
        if (index % 2) random = {.seed = random.seed, .sequence = static_cast<std::uint64_t>(i), .position = 3};
        const drawn token = law.draw(law.stages, law.row, random);
        if (!token || !(law.weights[static_cast<std::size_t>(token.id)] > 0)) ++impossible;
        else ++counts[static_cast<std::size_t>(token.id)];
    }
    CHECK(impossible == 0);
    return statistics::chi_square(expected, counts);
}

void test_all(int rounds, int draws) {
    const auto all = laws();
    REQUIRE(all.size() == 20);
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto found = test(all[i], i, round, draws);
            std::printf("%-36s %5.0f degrees  %5.2f of the critical value  finds a bias of %.2f %%\n", all[i].name.c_str(), found.degrees,
                        found.over_critical(), 100 * statistics::detectable_bias(found.degrees, draws));
            CAPTURE(all[i].name, round);
            CHECK(found.over_critical() < 1);
            CHECK(found.least_expected >= 10);
        }
}

// Cells of `count` successive tokens among `base` equals, `lag` draws apart, none used twice.
template <class Next>
double serial(std::size_t base, std::size_t count, std::size_t lag, int groups, Next next) {
    std::size_t cells = 1;
    for (std::size_t i = 0; i < count; ++i) cells *= base;
    numbers counts(cells);
    std::vector<std::size_t> block(lag * count);
    for (int i = 0; i < groups; i += static_cast<int>(lag)) {
        for (std::size_t& each : block) each = next();
        for (std::size_t j = 0; j < lag; ++j) {
            std::size_t cell = 0;
            for (std::size_t c = 0; c < count; ++c) cell = cell * base + block[j + c * lag];
            ++counts[cell];
        }
    }
    const double degrees = static_cast<double>(cells) - 1;
    std::printf("%zu tokens, %zu apart: %4.2f of the critical value, finds %.2f %%\n", count, lag,
                statistics::even(counts) / statistics::critical(degrees), 100 * statistics::detectable_bias(degrees, groups));
    return statistics::even(counts) / statistics::critical(degrees);
}

void serial_all(int groups) {
    const std::vector<float> sixteen(16, 0.0f), eight(8, 0.0f);
    for (const std::size_t lag : {1u, 2u, 3u, 16u}) {
        philox random{.seed = 50 + lag};
        CHECK(serial(16, 2, lag, groups, [&] { return static_cast<std::size_t>(by_categorical({}, sixteen, random).id); }) < 1);
    }
    philox triples{.seed = 60}, raced{.seed = 61};
    CHECK(serial(8, 3, 1, groups, [&] { return static_cast<std::size_t>(by_categorical({}, eight, triples).id); }) < 1);
    CHECK(serial(8, 2, 1, groups / 2, [&] { return static_cast<std::size_t>(by_gumbel({}, eight, raced).id); }) < 1);
    // One text after the other, and one seed after the other, at the same place.
    std::uint64_t sequence = 0, seed = 0;
    CHECK(serial(16, 2, 1, groups, [&] {
              philox random{.seed = 62, .sequence = sequence++};
              return static_cast<std::size_t>(by_categorical({}, sixteen, random).id);
          }) < 1);
    CHECK(serial(16, 2, 1, groups, [&] {
              philox random{.seed = seed++};
              return static_cast<std::size_t>(by_categorical({}, sixteen, random).id);
          }) < 1);
}

// Whether a count is one that a Poisson variable of this mean has in all but 1e-6 of cases, both ends together.
bool plausible(double mean, int count) {
    // By logarithms: e^-mean is no number where the mean is in the hundreds of thousands.
    const long double m = static_cast<long double>(mean);
    const auto probability = [m](int i) { return std::exp(i * std::log(m) - m - std::lgamma(i + 1.0L)); };
    long double below = 0;
    for (int i = std::max(0, static_cast<int>(mean - 40 * std::sqrt(mean))); i < count; ++i) below += probability(i);
    return below < 1 - 0.5e-6L && below + probability(count) > 0.5e-6L;
}

int tails(law_sampler draw, std::uint64_t seed, int draws) {
    // Tokens of 2^-9 to 2^-22, between, in front of and behind two that share the rest.
    numbers weights;
    double rest = 1;
    for (int e = 9; e <= 22; ++e) {
        weights.push_back(std::exp2(-e));
        rest -= weights.back();
        if (e == 12 || e == 18) weights.push_back(0);
    }
    for (double& w : weights)
        if (w == 0) w = rest / 2;
    const auto row = logits(weights);
    std::vector<int> counts(row.size());
    philox random{.seed = seed};
    for (int i = 0; i < draws; ++i) ++counts[static_cast<std::size_t>(draw({}, row, random).id)];
    int wrong = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (weights[i] < 0.1) wrong += !plausible(weights[i] * draws, counts[i]);
    return wrong;
}

}  // namespace

TEST_CASE("statistics: twenty laws, a million draws each") { test_all(1, push_draws); }

TEST_CASE("statistics: the test finds the bias that it says it finds") {
    // Sixteen equals against a law that is off by 1.2 times the detectable bias, up and down in turn.
    const int draws = 300'000;
    const double bias = 1.2 * statistics::detectable_bias(15, draws);
    numbers expected(16), counts(16);
    for (std::size_t i = 0; i < 16; ++i) expected[i] = draws / 16.0 * (i % 2 ? 1 - bias : 1 + bias);
    const std::vector<float> row(16, 0.0f);
    philox random{.seed = 70};
    for (int i = 0; i < draws; ++i) ++counts[static_cast<std::size_t>(by_categorical({}, row, random).id)];
    CHECK(statistics::chi_square(expected, counts).over_critical() > 1);
    CHECK(statistics::even(counts) < statistics::critical(15));
}

TEST_CASE("statistics: successive tokens, texts and seeds know nothing of each other") { serial_all(push_draws / 4); }

TEST_CASE("statistics: unlikely tokens are as rare as they should be") {
    CHECK(tails(by_categorical, 80, push_draws) == 0);
    CHECK(tails(by_gumbel, 81, push_draws) == 0);
    CHECK(plausible(15, 15));
    CHECK_FALSE(plausible(15, 45));
    CHECK_FALSE(plausible(15, 0));
    // Five deviations and a half to either side are too many.
    for (const int mean : {100, 11'000, 195'312}) {
        const int far = static_cast<int>(5.5 * std::sqrt(mean));
        CHECK(plausible(mean, mean));
        CHECK_FALSE(plausible(mean, mean + far));
        CHECK_FALSE(plausible(mean, mean - far));
    }
}

TEST_CASE("statistics: forty times ten million draws", "[.deep]") {
    test_all(2, deep_draws);
    serial_all(deep_draws / 4);
}

TEST_CASE("statistics: a hundred million draws for the unlikely tokens", "[.deep]") {
    CHECK(tails(by_categorical, 82, 10 * deep_draws) == 0);
    CHECK(tails(by_gumbel, 83, deep_draws) == 0);
}
