// Log-probabilities.
#include "support.hpp"

#include <array>
#include <cmath>

using namespace argdraw;
using namespace support;

TEST_CASE("H1: no log-probability is positive, with positive logits and without randomness neither") {
    const floats row{30, 12, 29.5f, 3};
    CHECK(greedy_of(row).logprob == 0);
    CHECK(draw_after(row, {temperature{0.0f}}, 0).logprob == 0);
    philox random{.seed = 1};
    for (int i = 0; i < 500; ++i) {
        CHECK(draw_after(row, {}, random).logprob <= 0);
        CHECK(draw_after(floats{88, -3}, {}, random).logprob <= 0);
        CHECK(race_after(row, {top_p{0.5f}}, random).logprob <= 0);
    }
}

TEST_CASE("H2: the raw and the processed log-probability are two things with two names") {
    const floats row = weighing({5, 3, 2});
    std::array<double, 3> raw{};
    numeric::log_softmax(row, raw);
    CHECK(std::abs(raw[1] - std::log(0.3)) < 1e-7);
    const drawn processed = draw_after(row, {top_k{2}}, last_word);
    CHECK(processed.id == 1);
    CHECK(std::abs(processed.logprob - std::log(0.375f)) < 1e-6f);
    CHECK(std::abs(draw_after(row, {}, half_of_words + half_of_words / 8).logprob - std::log(0.3f)) < 1e-6f);
}

TEST_CASE("H3: finite logits have finite log-probabilities, however unlikely the token") {
    std::array<double, 2> two{};
    numeric::log_softmax(floats{0, -500}, two);
    CHECK(two == std::array{0.0, -500.0});
    numeric::log_softmax(floats{0, -3e38f}, two);
    CHECK(two[1] == static_cast<double>(-3e38f));
    numeric::log_softmax(floats{1000, 0}, two);
    CHECK(two == std::array{0.0, -1000.0});
    // A token of weight has a finite one in a draw as well.
    const float depth = static_cast<float>(-45 * std::log(2.0));
    CHECK(std::abs(draw_after(floats{depth, 0}, {}, 0).logprob - depth) < 1e-4f);
}

TEST_CASE("H4: at T = 0 the law is the one token, in the form that every law has") {
    const auto cold = law_after(floats{1, 3, 2}, {temperature{0.0f}}), warm = law_after(floats{1, 3, 2}, {});
    CHECK(cold.ids == ids{1});
    CHECK(cold.probabilities == std::vector{1.0});
    CHECK(warm.ids == ids{0, 1, 2});
    // A list of nothing asked for is a list of nothing.
    CHECK(law_after(floats{}, {temperature{0.0f}}).ids.empty());
}
