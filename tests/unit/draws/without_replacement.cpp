#include "support.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include <argdraw/argdraw.hpp>
#include <argdraw/draws/gumbel.hpp>
#include <argdraw/draws/without_replacement.hpp>

using namespace argdraw;
using namespace support;

namespace {

// All living tokens, by the sum of logit and noise.
template <class T>
ids ranking(const std::vector<T>& row, const philox& random) {
    std::vector<std::pair<long double, token_id>> sums;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double l = static_cast<double>(row[i]);
        const double u = open_unit(random.word(purpose::gumbel, static_cast<std::uint32_t>(i)));
        if (l > -1e300)
            sums.emplace_back(-static_cast<long double>(l) + std::log(-std::log(static_cast<long double>(u))), static_cast<token_id>(i));
    }
    std::sort(sums.begin(), sums.end());
    ids order;
    for (const auto& each : sums) order.push_back(each.second);
    return order;
}

ids ids_of(std::span<const drawn> some) {
    ids all;
    for (const drawn& each : some) all.push_back(each.id);
    return all;
}

}  // namespace

TEST_CASE("without_replacement edges: logits beyond the doubles are as far apart as they are") {
    // A T of next to nothing, for an entropy of next to nothing.
    std::vector<drawn> into(3);
    const sampler pick{dynamic_temperature{0, 0.5f, 0.6f}, without_replacement{into}};
    for (const auto& row : {std::vector{1e-3f, 5e8f, 2e-3f}, std::vector{5e8f, 5.1e8f, 4e8f}}) {
        philox random{.seed = 5};
        const drawn first = pick(row, random);
        CHECK(first.id == 1);
        CHECK(first.logprob == 0);
        CHECK(into[1].id != into[2].id);
    }
}

TEST_CASE("without_replacement formula: the k greatest sums of logit and noise, greatest first") {
    std::mt19937 shape(3);
    for (const std::size_t width : {std::size_t{1}, std::size_t{5}, std::size_t{257}, std::size_t{4000}}) {
        std::vector<float> row(width);
        for (auto& l : row) l = shape() % 5 == 0 && width > 5 ? -infinity : static_cast<float>(shape() % 8192) * 1e-3f;
        for (const std::size_t k : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, std::size_t{5000}}) {
            std::vector<drawn> into(k);
            const sampler pick{without_replacement{into}};
            philox random{.seed = 11, .sequence = width};
            for (int i = 0; i < 20; ++i) {
                auto expected = ranking(row, random);
                const drawn first = pick(row, random);
                CAPTURE(width, k, i);
                REQUIRE(first);
                CHECK(first.id == expected[0]);
                const std::size_t n = std::min(k, expected.size());
                expected.resize(n);
                CHECK(ids_of(std::span(into).first(n)) == expected);
                for (std::size_t j = n; j < k; ++j) CHECK(into[j].why == status::empty);
            }
        }
    }
}

TEST_CASE("without_replacement formula: the first is what gumbel draws") {
    std::vector<float> row(1000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 61) * 0.1f;
    std::array<drawn, 4> into;
    const sampler pick{top_k{100}, without_replacement{into}};
    const sampler one{top_k{100}, gumbel{}};
    philox random{.seed = 1}, same = random;
    for (int i = 0; i < 100; ++i) {
        const drawn first = pick(row, random), expected = one(row, same);
        CHECK(first.id == expected.id);
        CHECK(std::abs(first.logprob - expected.logprob) < 1e-6f);
        CHECK(into[0].id == first.id);
        CHECK(into[0].logprob == first.logprob);
    }
}

TEST_CASE("without_replacement formula: rows of every scalar") {
    const auto check = []<class T>(std::type_identity<T>) {
        std::vector<T> row(300);
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = T(static_cast<float>(i % 37) * 0.125f);
        std::array<drawn, 10> into;
        philox random{.seed = 4};
        auto expected = ranking(row, random);
        expected.resize(10);
        CHECK(sampler{without_replacement{into}}(row, random));
        CHECK(ids_of(into) == expected);
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("without_replacement range: room for none is a bad parameter") {
    CHECK_FALSE(without_replacement{}.valid());
    const sampler pick{without_replacement{}};
    CHECK(pick.check().sentence == without_replacement::requirement);
    philox random;
    CHECK(pick(std::vector{1.0f}, random).why == status::bad_parameter);
    CHECK(random.position == 0);
}

TEST_CASE("without_replacement into: what is beyond the living is empty") {
    std::array<drawn, 5> into;
    into.fill({7, -1.0f, status::ok});
    const sampler pick{without_replacement{into}};
    philox random{.seed = 2};
    REQUIRE(pick(std::vector{1.0f, -infinity, 2.0f}, random));
    ids two{into[0].id, into[1].id};
    std::sort(two.begin(), two.end());
    CHECK(two == ids{0, 2});
    for (std::size_t i = 2; i < 5; ++i) {
        CHECK(into[i].id == -1);
        CHECK(std::isnan(into[i].logprob));
        CHECK(into[i].why == status::empty);
        CHECK_FALSE(into[i]);
    }
    // The memory is part of what it is.
    std::array<drawn, 5> other;
    CHECK(without_replacement{into} == without_replacement{into});
    CHECK_FALSE(without_replacement{into} == without_replacement{other});
    CHECK_FALSE(without_replacement{into} == without_replacement{std::span(into).first(4)});
}

TEST_CASE("without_replacement into: what stands beside it stays") {
    std::array<drawn, 9> memory;
    memory.fill({7, -1.0f, status::bad_parameter});
    philox random{.seed = 2};
    REQUIRE(sampler{without_replacement{std::span(memory).subspan(3, 3)}}(std::vector<float>(50, 0.0f), random));
    for (const std::size_t i : {0u, 1u, 2u, 6u, 7u, 8u}) {
        CHECK(memory[i].id == 7);
        CHECK(memory[i].why == status::bad_parameter);
    }
    for (const std::size_t i : {3u, 4u, 5u}) CHECK(memory[i]);
}

TEST_CASE("without_replacement random: a redraw of a position draws the same tokens") {
    const std::vector<float> row(1000, 0.0f);
    std::array<drawn, 3> into;
    const sampler pick{without_replacement{into}};
    auto seq = pick.start({.seed = 8, .sequence = 5});
    REQUIRE(pick(row, seq));
    const auto first = ids_of(into);
    REQUIRE(pick(row, seq));
    CHECK(ids_of(into) == first);
    REQUIRE(seq.accept(first[0]) == status::ok);
    REQUIRE(pick(row, seq));
    CHECK(ids_of(into) != first);
    CHECK_FALSE(needs_sequence<without_replacement>);
    // A bare philox at the same place.
    REQUIRE(pick(row, philox{.seed = 8, .sequence = 5}));
    CHECK(ids_of(into) == first);
}

TEST_CASE("without_replacement random: more room draws the same tokens in front") {
    std::vector<float> row(500);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 7);
    std::array<drawn, 100> many;
    std::array<drawn, 10> few;
    REQUIRE(sampler{without_replacement{many}}(row, philox{.seed = 3}));
    REQUIRE(sampler{without_replacement{few}}(row, philox{.seed = 3}));
    CHECK(ids_of(few) == ids_of(std::span(many).first(10)));
    auto distinct = ids_of(many);
    std::sort(distinct.begin(), distinct.end());
    CHECK(std::adjacent_find(distinct.begin(), distinct.end()) == distinct.end());
}

TEST_CASE("without_replacement ties: at equal sums the lower id") {
    // A generator that gives every token the same noise.
    always same{half_of_words};
    std::array<drawn, 4> into;
    REQUIRE(sampler{without_replacement{into}}(std::vector{1.0f, 3.0f, 3.0f, 2.0f, 3.0f, 2.0f}, same));
    CHECK(ids_of(into) == ids{1, 2, 4, 3});
    CHECK(same.calls == 6);
}

TEST_CASE("without_replacement logprob: ln p of each in the final set") {
    std::array<drawn, 3> into;
    const sampler pick{without_replacement{into}};
    const double p[] = {0.5, 0.3, 0.2};
    philox random{.seed = 1};
    for (int i = 0; i < 20; ++i) {
        REQUIRE(pick(weighing(5, 3, 2), random));
        for (const drawn& each : into) CHECK(std::abs(static_cast<double>(each.logprob) - std::log(p[each.id])) < 1e-6);
    }
    // As far down as logits go.
    REQUIRE(pick(std::vector{0.0f, -1000.0f, -3e38f}, random));
    CHECK(ids_of(into) == ids{0, 1, 2});
    CHECK(into[0].logprob == 0);
    CHECK(into[1].logprob == -1000);
    CHECK(into[2].logprob == -3e38f);
    REQUIRE(pick(std::vector{infinity, 1.0f, infinity}, random));
    CHECK(into[0].logprob == Approx(std::log(0.5)));
    CHECK(into[2].why == status::empty);
    // The law that can be asked for is that of the first.
    CHECK(pick.distribution(weighing(5, 3, 2), random).probabilities[0] == Approx(0.5).epsilon(1e-6));
}

TEST_CASE("without_replacement failures: nothing is drawn, and the position stays") {
    std::array<drawn, 3> into;
    const sampler pick{without_replacement{into}};
    philox random{.seed = 1};
    CHECK(pick(std::vector{1.0f, not_a_number}, random).why == status::nan_logit);
    CHECK(pick(std::vector{-infinity}, random).why == status::empty);
    CHECK(pick(std::vector<float>{}, random).why == status::empty);
    CHECK(random.position == 0);
}

TEST_CASE("without_replacement statistics: ordered pairs have the law of drawing and putting aside") {
    // P(i, j) = p_i p_j / (1 - p_i): .5 .3 .2 give .3 .2, .214286 .085714, .125 .075. Six pairs, 5 degrees: 35.9 has a chance of 1e-6.
    const double law[3][3] = {{0, 0.3, 0.2}, {3.0 / 14, 0, 0.6 / 7}, {0.125, 0.075, 0}};
    int counts[3][3] = {};
    std::array<drawn, 2> into;
    const sampler pick{without_replacement{into}};
    const auto row = weighing(5, 3, 2);
    philox random{.seed = 31};
    const int draws = 200000;
    for (int i = 0; i < draws; ++i) {
        pick(row, random);
        ++counts[into[0].id][into[1].id];
    }
    double statistic = 0;
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) {
            if (i == j) CHECK(counts[i][j] == 0);
            else statistic += (counts[i][j] - law[i][j] * draws) * (counts[i][j] - law[i][j] * draws) / (law[i][j] * draws);
        }
    CHECK(statistic < 35.9);
}
