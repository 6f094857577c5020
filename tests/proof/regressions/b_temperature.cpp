// Temperatures, and rows of narrow scalars.
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace argdraw;
using namespace support;

namespace {

double ratio(const distribution_of_row& law, std::size_t a, std::size_t b) { return law.probabilities[a] / law.probabilities[b]; }

}  // namespace

TEST_CASE("B1: temperatures down to the smallest float leave exactly the maxima, with logits of +-60000") {
    for (const float t : {1e-4f, 3e-5f, 1e-5f, 9e-6f, 1e-6f, 1e-7f, 1e-20f, 1e-38f, smallest}) {
        CAPTURE(t);
        CHECK(said_after(floats{-60000, 59999, 60000, 0}, {temperature{t}, min_p{1e-30f}}) == "2:1");
        CHECK(said_after(floats{60000, -60000, 60000, 0}, {temperature{t}, min_p{1e-30f}}) == "0:0.5 2:0.5");
        CHECK(draw_after(floats{-60000, 59999, 60000, 0}, {temperature{t}}, last_word).id == 2);
        CHECK(draw_after(floats{-60000, 59999, 60000, 0}, {temperature{t}}, 0).id == 2);
    }
}

TEST_CASE("B2: T = 1e-12 is a temperature like any other") {
    CHECK(stages{temperature{1e-12f}}.valid());
    CHECK(said_after(floats{1.0f, 1.0f + 0x1p-23f, 0.5f}, {temperature{1e-12f}, min_p{1e-30f}}) == "1:1");
    // Two tokens 1e-12 apart in doubles, one nat apart at that temperature.
    const sampler cold{temperature{1e-12f}, categorical{}};
    const double t = static_cast<double>(1e-12f);
    const auto law = cold.distribution(std::vector<double>{0.0, -t});
    CHECK(std::abs(ratio(law, 0, 1) / std::exp(1.0) - 1) < 1e-6);
}

TEST_CASE("B3: a temperature that is NaN or negative is refused, 0 is greedy: never a low id whatever the logits") {
    const floats row{0, 1, 9, 3};
    for (const float t : {not_a_number, -not_a_number, -1.0f, -smallest, -infinity})
        CHECK(said_after(row, {temperature{t}}) == "bad_parameter");
    CHECK(said_after(row, {temperature{0.0f}}) == "2:1");
}

TEST_CASE("B4: T = 0 and T = -0 divide by nothing") {
    for (const float zero : {0.0f, -0.0f}) {
        CHECK(said_after(floats{-3, -1, -2}, {temperature{zero}}) == "1:1");
        CHECK(said_after(floats{0, 0, 0}, {temperature{zero}}) == "0:1");
        CHECK(said_after(floats{-infinity, -infinity}, {temperature{zero}}) == "empty");
        CHECK(said_after(floats{infinity, 1, infinity}, {temperature{zero}}) == "0:1");
    }
}

TEST_CASE("B5: T = 0 switches no other stage off: with XTC before it the answer is that of T = 1e-30") {
    const floats row = weighing({40, 30, 20, 10});
    const xtc exclude{.probability = 1.0f, .threshold = 0.15f};
    CHECK(said_after(row, {exclude, temperature{0.0f}}) == "2:1");
    CHECK(said_after(row, {exclude, temperature{1e-30f}, min_p{1e-30f}}) == "2:1");
    CHECK(said_after(row, {temperature{0.0f}, exclude}) == "0:1");
    CHECK(said_after(row, {temperature{1e-30f}, exclude, min_p{1e-30f}}) == "0:1");
    CHECK(said_after(row, {presence_penalty{9.0f}, temperature{0.0f}}, {}, {0, 1}) == "2:1");
}

TEST_CASE("B6: half-precision rows at the end of their range: 65504 is a number, 65520 is +inf") {
    const sampler pick{categorical{}};
    using argdraw::half;
    const half greatest(65504.0f), beyond(65520.0f);
    CHECK(text(pick.distribution(std::vector<half>{greatest, half(0.0f), greatest})) == "0:0.5 1:0 2:0.5");
    CHECK(text(pick.distribution(std::vector<half>{greatest, beyond, half(1.0f)})) == "1:1");
    CHECK(text(pick.distribution(std::vector<half>{half(-65504.0f), half(-65504.0f)})) == "0:0.5 1:0.5");
    const sampler cold{temperature{1e-4f}, categorical{}};
    CHECK(text(cold.distribution(std::vector<half>{half(-65504.0f), greatest})) == "0:0 1:1");
}

TEST_CASE("B7: what lies behind the row in a padded buffer is not looked at") {
    for (const std::size_t used :
         {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{17}, block - 1, block, block + 1, std::size_t{500}}) {
        floats padded(1024, infinity), other(1024, not_a_number);
        for (std::size_t i = 0; i < used; ++i) padded[i] = other[i] = static_cast<float>(i % 7);
        const row_of_floats row = row_of_floats(padded).first(used), same = row_of_floats(other).first(used);
        CAPTURE(used);
        CHECK(greedy_of(row).id == static_cast<token_id>(std::min<std::size_t>(used - 1, 6)));
        for (const std::uint64_t word : {std::uint64_t{0}, half_of_words, last_word}) {
            const drawn token = draw_after(row, {}, word);
            CHECK(token.id < static_cast<token_id>(used));
            CHECK(token.id == draw_after(same, {}, word).id);
        }
    }
}

TEST_CASE("B8: logits a thousand higher give the same tokens") {
    floats row(700), higher(700);
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = static_cast<float>((i * 37) % 64) * 0.25f;
        higher[i] = row[i] + 1000;
    }
    philox random{.seed = 8}, same = random;
    for (int i = 0; i < 500; ++i) CHECK(draw_after(row, {}, random).id == draw_after(higher, {}, same).id);
    CHECK(text(law_after(floats{1000, 999}, {})) == text(law_after(floats{1, 0}, {})));
}

TEST_CASE("B9: a NaN temperature is not carried along: the check names the stage and what it wants") {
    const sampler pick{top_k{5}, temperature{not_a_number}, categorical{}};
    CHECK(pick.check().why == status::bad_parameter);
    CHECK(pick.check().stage == 1);
    CHECK(pick.check().sentence == temperature::requirement);
    CHECK(draw_at(pick, floats{1, 2}, 0).why == status::bad_parameter);
}

TEST_CASE("B10: equal rows of a batch get equal laws, the hundredth as the first") {
    const stages bent{dynamic_temperature{0.5f, 2.0f, 1.5f}, quadratic{0.3f, 1.5f}, temperature{0.7f}};
    const floats row{3, 1, 2.5f, -1, 0};
    const auto first = law_after(row, bent);
    for (int i = 0; i < 100; ++i) CHECK(law_after(row, bent).probabilities == first.probabilities);
}

TEST_CASE("B11: the temperature that acts is the one that was asked for") {
    for (const float t : {0.01f, 0.02f, 0.021f, 0.1f, 0.5f, 1.0f, 3.0f, 50.0f, 1e6f}) {
        const auto law = law_after(floats{0.125f, 0.0f}, {temperature{t}});
        CAPTURE(t);
        CHECK(std::abs(ratio(law, 0, 1) / std::exp(0.125 / static_cast<double>(t)) - 1) < 1e-6);
    }
}
