#include "changes_support.hpp"

#include <argdraw/stages/encoder_repetition.hpp>
#include <argdraw/stages/repetition_penalty.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({16, 4, 1, 0.5, 0.25});

}  // namespace

TEST_CASE("encoder_repetition formula: positive logits of the prompt's tokens are multiplied, the others divided") {
    // r = 2: 4 -> 16, 1 -> 1, 1/4 -> 1/2; 16 16 1 .5 .5 of 34.
    CHECK(law(row, after({1, 4, 2, 1}, {0}, encoder_repetition{2})) == "0:0.470588 1:0.470588 2:0.0294118 3:0.0147059 4:0.0147059");
    // The rule of repetition_penalty with 1/r.
    CHECK(law(row, after({1, 4}, {0}, encoder_repetition{2})) == law(row, after({1, 4}, {0}, repetition_penalty{0.5f, -1, scope::prompt})));
    CHECK(law(row, after({1, 4}, {0}, encoder_repetition{0.25f})) ==
          law(row, after({1, 4}, {0}, repetition_penalty{4, -1, scope::prompt})));
}

TEST_CASE("encoder_repetition in a sequence: what is accepted is no prompt") {
    const sampler pick{encoder_repetition{2}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{1, 4});
    const auto at_start = text(pick.distribution(row, seq));
    CHECK(at_start == law(row, after({1, 4}, {}, encoder_repetition{2})));
    for (const token_id id : {0, 1, 2}) CHECK(seq.accept(id) == status::ok);
    CHECK(text(pick.distribution(row, seq)) == at_start);
    CHECK(seq.rollback(2) == status::ok);
    CHECK(text(pick.distribution(row, seq)) == at_start);
    CHECK(pick(row, seq));
    auto none = pick.start({.seed = 1});
    CHECK(text(pick.distribution(row, none)) == law(row));
}

TEST_CASE("encoder_repetition neutral: r = 1 is the default and changes nothing") {
    CHECK(encoder_repetition{}.penalty == 1);
    check_neutral(row, after({0, 1}, {2}, encoder_repetition{}));
    CHECK_FALSE(encoder_repetition{std::nextafter(1.0f, 2.0f)}.neutral());
}

TEST_CASE("encoder_repetition range: any positive finite r, anything else is a bad parameter") {
    for (const float r : {0.0f, -0.0f, -1.0f, infinity, -infinity, not_a_number, -not_a_number}) check_bad(encoder_repetition{r});
    for (const float r : {smallest, 0.5f, std::numeric_limits<float>::max()}) CHECK(encoder_repetition{r}.valid());
    CHECK(law(row, after({0, 3}, {}, encoder_repetition{std::numeric_limits<float>::max()})) == "0:1 1:0 2:0 3:0 4:0");
}

TEST_CASE("encoder_repetition ties: equals of the prompt stay equal") {
    const auto out = law_of(std::vector{3.1f, 3.1f, 3.1f}, after({0, 1, 1}, {}, encoder_repetition{1.3f}));
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[1]);
    CHECK(out.probabilities[2] < out.probabilities[1]);
}

TEST_CASE("encoder_repetition edges") {
    check_edges(after({0, 2}, {}, encoder_repetition{1.5f}), "0:0.5 2:0.5");
    check_edges(after({1, 3}, {0}, encoder_repetition{0.5f}), "0:0.5 2:0.5");
    CHECK(law(row, after({-1, 5, 1 << 20, 1}, {}, encoder_repetition{2})) == law(row, after({1}, {}, encoder_repetition{2})));
    CHECK(law(std::vector{-infinity, 1.0f}, after({0}, {}, encoder_repetition{2})) == "1:1");
    CHECK(law(std::vector{1e308, 1e308}, after({0}, {}, encoder_repetition{1000})) == "0:1 1:0");
    CHECK(law(std::vector{-1e308}, after({0}, {}, encoder_repetition{0.001f})) == "0:1");
}

TEST_CASE("encoder_repetition for every scalar") {
    // 2 -> 4, -1 -> -1/2: e^4 e^1 e^-.5 e^0 of 58.922963.
    check_scalars({2, 1, -1, 0, -infinity}, after({0, 2, 4, 3}, {1}, encoder_repetition{2}),
                  "0:0.926602 1:0.0461328 2:0.0102936 3:0.0169713");
}

TEST_CASE("encoder_repetition on wide rows: the law is that of the changed row") {
    check_on_wide_rows(after({0, 255, 256, 31999, 40000, 128255, 999999}, {7}, encoder_repetition{1.3f}), [&](auto& changed) {
        for (const token_id id : {0, 255, 256, 31999, 40000, 128255})
            if (static_cast<std::size_t>(id) < changed.size()) {
                double& l = changed[static_cast<std::size_t>(id)];
                l = l > 0 ? l * static_cast<double>(1.3f) : l / static_cast<double>(1.3f);
            }
    });
}
