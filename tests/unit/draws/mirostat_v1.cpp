#include "support.hpp"

#include <type_traits>

#include <argdraw/argdraw.hpp>
#include <argdraw/draws/mirostat_v1.hpp>

using namespace argdraw;
using namespace support;

namespace {

template <class Sequence>
double mu_of(const Sequence& seq) {
    return seq.template state<0>().mu;
}

// The size of the final set, which is a prefix of the order.
template <class Row>
std::size_t size_of(const Row& row, mirostat_v1 draw) {
    const sampler pick{draw};
    auto seq = pick.start();
    return pick.distribution(row, seq).ids.size();
}

// Logits that fall as Zipf's law with exponent s.
std::vector<double> zipf(std::size_t n, double s) {
    std::vector<double> row(n);
    for (std::size_t i = 0; i < n; ++i) row[i] = -s * std::log(static_cast<double>(i + 1));
    return row;
}

}  // namespace

TEST_CASE("mirostat_v1 formula: the k that Zipf's law predicts") {
    // s = 2, e = 1: k = sqrt(2^mu / (1 - 1/n)); n = 100 and mu = 6 give 8.04, mu = 8 16.08.
    CHECK(size_of(zipf(100, 2), {3}) == 8);
    CHECK(size_of(zipf(100, 2), {4}) == 16);
    CHECK(size_of(zipf(5000, 2), {4}) == 16);  // 16.002
    CHECK(size_of(zipf(100, 2), {0}) == 1);
    CHECK(size_of(zipf(100, 2), {7}) == 100);  // 128.6
    // s = 1/2, e = -1/2: k = (2^mu / (2 (sqrt n - 1)))^2; n = 100 and mu = 6 give (64 / 18)^2 = 12.64.
    CHECK(size_of(zipf(100, 0.5), {3}) == 12);
    CHECK(size_of(zipf(100, 0.5), {3.5f}) == 50);  // 50.57
    CHECK(size_of(zipf(100, 0.5), {1}) == 1);      // .049
}

TEST_CASE("mirostat_v1 formula: the slope is of the first m") {
    // The first two fall with s = 1, the others are equal: by two of them k = 2^mu / ln 50 = 4.09 at mu = 4.
    std::vector<double> row(50, -std::log(2.0));
    row[0] = 0;
    CHECK(size_of(row, {2, 0.1f, 2}) == 4);
    // By all: sum t b = ln2^2 of sum t^2 = .95719 for i < 50, s = .50194, e = -.49806; n^-e = 7.0176, k = (16 x .082767)^1.9923 = 1.75.
    CHECK(size_of(row, {2, 0.1f, 100}) == 1);
    CHECK(size_of(row, {2.5f, 0.1f, 100}) == 6);  // 6.96
    CHECK(size_of(row, {2.5f, 0.1f, 2}) == 8);    // 8.18
}

TEST_CASE("mirostat_v1 formula: it keeps a prefix of the order") {
    const sampler pick{mirostat_v1{3}};
    auto row = zipf(100, 2);
    std::swap(row[0], row[99]);
    std::swap(row[3], row[50]);
    auto seq = pick.start();
    CHECK(pick.distribution(row, seq).ids == ids{1, 2, 4, 5, 6, 7, 50, 99});
}

TEST_CASE("mirostat_v1 formula: mu learns from the probability in the final set") {
    const auto row = zipf(1000, 1.2);
    const sampler pick{mirostat_v1{2, 0.2f}};
    auto seq = pick.start({.seed = 4});
    for (int i = 0; i < 200; ++i) {
        const auto law = pick.distribution(row, seq);
        const drawn token = pick(row, seq);
        REQUIRE(token);
        double p = 0;
        for (std::size_t j = 0; j < law.ids.size(); ++j)
            if (law.ids[j] == token.id) p = law.probabilities[j];
        CHECK(std::abs(static_cast<double>(token.logprob) - std::log(p)) < 1e-6);
        const double before = mu_of(seq);
        REQUIRE(seq.accept(token.id) == status::ok);
        CHECK(std::abs(mu_of(seq) - (before - static_cast<double>(0.2f) * (-std::log2(p) - 2))) < 1e-14);
    }
}

TEST_CASE("mirostat_v1 range: negative, infinite and NaN, and m below 2, are bad parameters") {
    CHECK(mirostat_v1{}.m == 100);
    CHECK(mirostat_v1{0, 0, 2}.valid());
    for (const mirostat_v1 bad : {mirostat_v1{-1}, mirostat_v1{not_a_number}, mirostat_v1{infinity}, mirostat_v1{5, -0.1f},
                                  mirostat_v1{5, not_a_number}, mirostat_v1{5, 0.1f, 1}, mirostat_v1{5, 0.1f, -100}}) {
        CHECK_FALSE(bad.valid());
        const sampler pick{bad};
        CHECK(pick.check().sentence == mirostat_v1::requirement);
        auto seq = pick.start();
        CHECK(pick(std::vector{1.0f}, seq).why == status::bad_parameter);
    }
}

TEST_CASE("mirostat_v1 state: learned with accept of the token drawn, forgotten with rollback") {
    const auto row = zipf(100, 2);
    const sampler pick{mirostat_v1{2, 0.5f}};
    CHECK(needs_sequence<mirostat_v1>);
    auto seq = pick.start({.seed = 2});
    CHECK(mu_of(seq) == 4);
    const drawn token = pick(row, seq);
    seq.accept(token.id + 1);
    CHECK(mu_of(seq) == 4);
    seq.rollback(1);
    const drawn again = pick(row, seq);
    seq.accept(again.id);
    const double learned = mu_of(seq);
    CHECK(std::abs(learned - (4 - 0.5 * (-static_cast<double>(again.logprob) / std::log(2.0) - 2))) < 1e-6);
    seq.accept(pick(row, seq).id);
    seq.rollback(1);
    CHECK(mu_of(seq) == learned);
    seq.rollback(1);
    CHECK(mu_of(seq) == 4);
}

TEST_CASE("mirostat_v1 random: the word of purpose::token decides in the final set") {
    const auto row = zipf(100, 2);
    const sampler pick{mirostat_v1{3, 0}};
    const sampler plain{top_k{8}, categorical{}};
    auto seq = pick.start({.seed = 5, .sequence = 6});
    philox random{.seed = 5, .sequence = 6};
    for (int i = 0; i < 50; ++i) {
        const drawn token = pick(row, seq), expected = plain(row, random);
        CHECK(token.id == expected.id);
        CHECK(token.logprob == expected.logprob);
        seq.accept(token.id);
    }
}

TEST_CASE("mirostat_v1 ties: exactly k, the lower ids stay") {
    // The edge falls among equals at 6 to 9.
    auto row = zipf(100, 2);
    row[6] = row[8] = row[9] = row[7];
    const sampler pick{mirostat_v1{3}};
    auto seq = pick.start();
    const auto law = pick.distribution(row, seq);
    ids expected;
    for (std::size_t i = 0; i < law.ids.size(); ++i) expected.push_back(static_cast<token_id>(i));
    CHECK(law.ids == expected);
    CHECK((law.ids.size() > 6 && law.ids.size() < 10));
}

TEST_CASE("mirostat_v1 logprob: ln p in the final set, and what fails") {
    const sampler pick{mirostat_v1{1}};
    auto seq = pick.start();
    CHECK(pick(std::vector{-3.0f}, seq).logprob == 0);
    CHECK(pick(std::vector{infinity, 3.0f, -infinity}, seq).id == 0);
    for (const auto& [row, why] : {std::pair{std::vector{1.0f, not_a_number}, status::nan_logit},
                                   {std::vector{-infinity, -infinity}, status::empty},
                                   {std::vector<float>{}, status::empty}}) {
        const drawn none = pick(row, seq);
        CHECK(none.why == why);
        CHECK(std::isnan(none.logprob));
        CHECK(pick.distribution(row, seq).why == why);
    }
    CHECK(mu_of(seq) == 2);
}

TEST_CASE("mirostat_v1 edges: an exponent of 1, and what is next to it") {
    // e = 0: k = 2^mu / ln n; ln 100 = 4.60517: 3.47 at mu = 4, 6.95 at mu = 5, 13.9 at mu = 6.
    for (const double s : {1.0, 1 + 1e-15, 1 - 1e-15, 1 + 1e-12, 1 - 1e-12, 1 + 1e-9, 1 - 1e-9, 1 + 1e-6}) {
        CAPTURE(s);
        CHECK(size_of(zipf(100, s), {2}) == 3);
        CHECK(size_of(zipf(100, s), {2.5f}) == 6);
        CHECK(size_of(zipf(100, s), {3}) == 13);
        CHECK(size_of(zipf(100, s), {1}) == 1);
    }
}

TEST_CASE("mirostat_v1 edges: equals, one token, two, and a wall") {
    // s = 0: 2^mu / (n - 1) to a power without end.
    CHECK(size_of(std::vector<float>(100, 1.0f), {3}) == 1);
    CHECK(size_of(std::vector<float>(100, 1.0f), {3.5f}) == 100);
    CHECK(size_of(std::vector<float>(65, 1.0f), {3}) == 1);  // exactly 1
    CHECK(size_of(std::vector<float>(1, 1.0f), {0}) == 1);
    CHECK(size_of(std::vector{1.0f, 0.0f}, {0}) == 1);
    // s of a thousand: (999 x 2^mu)^.001 is 1.
    CHECK(size_of(std::vector{0.0f, -700.0f, -1400.0f}, {5}) == 1);
    CHECK(size_of(std::vector{0.0f, -1e30f, -2e30f}, {5}) == 1);
    CHECK(size_of(std::vector{infinity, 1.0f, infinity}, {0}) == 1);
}

TEST_CASE("mirostat_v1 scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // b 1 1 over t .693147 .405465: s = 1.70368; mu = 2: (.70368 x 4 / (1 - 3^-.70368))^.58697 = 2.64.
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        CHECK(size_of(row, {1}) == 2);
        CHECK(size_of(row, {1.5f}) == 3);  // 3.97
        CHECK(size_of(row, {0.5f}) == 1);  // 1.76
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}
