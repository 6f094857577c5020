#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/logit_bias.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({2, 1, 1, 4, 1});
const float ln2 = static_cast<float>(std::log(2.0));

}  // namespace

TEST_CASE("logit_bias formula: b is added to the logit") {
    // 2 -> 4, 4 -> 1: 4 1 1 1 1 of 8.
    CHECK(law(row, logit_bias{{{0, ln2}, {3, -2 * ln2}}}) == "0:0.5 1:0.125 2:0.125 3:0.125 4:0.125");
    CHECK(law(row, logit_bias{{{3, -2 * ln2}, {0, ln2}}}) == "0:0.5 1:0.125 2:0.125 3:0.125 4:0.125");
    // The order is by what came out: 1 -> 8.
    CHECK(kept(row, logit_bias{{{4, 3 * ln2}}}, top_k{1}) == ids{4});
    // After T = 1/2, 4 1 1 16 1: the first becomes 8, of 27.
    CHECK(law(row, temperature{0.5f}, logit_bias{{{0, ln2}}}) == "0:0.296296 1:0.037037 2:0.037037 3:0.592593 4:0.037037");
}

TEST_CASE("logit_bias formula: b is exactly the float that was given") {
    const auto out = law_of(std::vector{1.0f, 0.0f}, logit_bias{{{0, 0.1f}}});
    REQUIRE(out);
    CHECK(std::abs(std::log(out.probabilities[0] / out.probabilities[1]) - (1 + static_cast<double>(0.1f))) < 1e-14);
}

TEST_CASE("logit_bias lists: in braces, as an array, or as a span that is a view") {
    constexpr logit_bias braces{{{0, 1.0f}, {3, -2.f}}};
    const std::array<token_bias, 2> array{{{0, 1.0f}, {3, -2.f}}};
    const token_bias named[]{{0, 1.0f}, {3, -2.f}};
    const std::vector<token_bias> vector(array.begin(), array.end());
    const auto expected = law(row, braces);
    CHECK(expected != law(row));
    CHECK(law(row, logit_bias{array}) == expected);
    CHECK(law(row, logit_bias{named}) == expected);
    CHECK(law(row, logit_bias{vector}) == expected);
    CHECK(law(row, logit_bias{std::span(vector)}) == expected);
    CHECK(law(row, logit_bias{std::span(vector).first<2>()}) == expected);
    CHECK(std::is_same_v<decltype(braces), const logit_bias<2>>);
    CHECK(std::is_same_v<decltype(logit_bias{array}), logit_bias<2>>);
    CHECK(std::is_same_v<decltype(logit_bias{named}), logit_bias<2>>);
    CHECK(std::is_same_v<decltype(logit_bias{{{7, -1.f}}}), logit_bias<1>>);
    CHECK(std::is_same_v<decltype(logit_bias{vector}), logit_bias<>>);
    CHECK(std::is_same_v<decltype(logit_bias{std::span(vector)}), logit_bias<>>);
    CHECK(braces == logit_bias{array});
    CHECK_FALSE(braces == logit_bias{{{0, 1.0f}, {3, -1.f}}});
    CHECK(logit_bias{vector} == logit_bias{std::span(array.data(), 2)});
    // A pipeline is a plain value with the list in it.
    constexpr sampler pick{logit_bias{{{7, -1.f}, {9, 2.f}}}, categorical{}};
    CHECK(pick.get<0>().items()[1] == token_bias{9, 2});
    CHECK(std::is_trivially_copyable_v<logit_bias<2>>);
}

TEST_CASE("logit_bias neutral: an empty list changes nothing, and reads nothing") {
    check_neutral(row, logit_bias{});
    check_neutral(row, logit_bias{std::span<const token_bias>{}});
    CHECK_FALSE(logit_bias{{{0, 0.0f}}}.neutral());
    CHECK(law_of(row, logit_bias{{{0, 0.0f}}}).probabilities == law_of(row).probabilities);
}

TEST_CASE("logit_bias range: -inf bans, +inf leaves only those of +inf") {
    CHECK(kept(row, logit_bias{{{0, -infinity}, {2, -infinity}}}) == ids{1, 3, 4});
    CHECK(law(row, logit_bias{{{4, infinity}}}) == "4:1");
    CHECK(law(row, as_list, logit_bias{{{4, infinity}, {1, infinity}, {0, 5}}}) == "1:0.5 4:0.5");
    CHECK(law(row, logit_bias{{{4, infinity}, {1, infinity}, {0, 5}}}) == "1:0.5 4:0.5");
    CHECK(logit_bias{{{0, infinity}, {1, -infinity}}}.valid());
    const float most = std::numeric_limits<float>::max();
    CHECK(law(row, logit_bias{{{1, most}}}) == "0:0 1:1 2:0 3:0 4:0");
    CHECK(law(row, logit_bias{{{0, -most}, {3, -most}, {4, smallest}}}) == "0:0 1:0.333333 2:0.333333 3:0 4:0.333333");
}

TEST_CASE("logit_bias range: NaN is a bad parameter, and ids outside of the row are outside_row") {
    check_bad(logit_bias{{{0, 1}, {1, not_a_number}}});
    check_bad(logit_bias{{{0, -not_a_number}}});
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(law(row, logit_bias{{{0, 1}, {outside, 1}}}) == "outside_row");
        CHECK(law(row, logit_bias{{{outside, -infinity}}}) == "outside_row");
        CHECK(law(row, as_list, logit_bias{{{0, 1}, {outside, 1}}}) == "outside_row");
    }
}

TEST_CASE("logit_bias ties: equals with equal biases stay equal") {
    const auto out = law_of(row, logit_bias{{{1, 0.3f}, {4, 0.3f}}});
    REQUIRE(out);
    CHECK(out.probabilities[1] == out.probabilities[4]);
    CHECK(out.probabilities[1] > out.probabilities[2]);
}

TEST_CASE("logit_bias edges: repeated ids add up") {
    CHECK(law(row, logit_bias{{{0, ln2}, {3, 1}, {0, ln2}, {3, -1}, {0, -ln2}}}) == law(row, logit_bias{{{0, ln2}}}));
    // Before they meet the logit, which large ones would round away.
    CHECK(law_of(row, logit_bias{{{0, 1e30f}, {0, -1e30f}}}).probabilities == law_of(row).probabilities);
    CHECK(law_of(row, as_list, logit_bias{{{0, 1e30f}, {1, 0}, {0, -1e30f}}}).probabilities == law_of(row).probabilities);
}

TEST_CASE("logit_bias edges: many entries, some of them repeated, and ids that look alike") {
    // Ids 4096 apart share their mark.
    std::mt19937 random(4);
    std::vector<float> wide(20000);
    for (float& l : wide) l = static_cast<float>(random() % 1024) / 64;
    std::vector<token_bias> biases;
    std::vector<double> changed(wide.begin(), wide.end());
    for (int i = 0; i < 1000; ++i) {
        const auto id = random() % 40 + 4096 * (random() % 4), b = random() % 16;
        biases.push_back({static_cast<token_id>(id), static_cast<float>(b) / 4});
        changed[id] += static_cast<double>(biases.back().b);
    }
    CHECK(alike(law_of(wide, logit_bias{biases}), law_of(changed)));
    CHECK(alike(law_of(wide, as_list, logit_bias{biases}), law_of(changed)));
}

TEST_CASE("logit_bias edges: -inf beats +inf whatever the order") {
    for (const auto& biases : {logit_bias{{{0, infinity}, {0, -infinity}}}, logit_bias{{{0, -infinity}, {0, infinity}}}}) {
        CHECK(kept(row, biases) == ids{1, 2, 3, 4});
        CHECK(kept(row, as_list, biases) == ids{1, 2, 3, 4});
    }
    CHECK(law(row, logit_bias{{{0, infinity}, {3, 1}, {0, -infinity}, {0, 7}, {3, infinity}}}) == "3:1");
    // A row's own +inf has taken all before: what it left out does not come back, whether the row is a view or a list.
    CHECK(law(std::vector{infinity, 1.0f, infinity}, logit_bias{{{0, -infinity}}}) == "2:1");
    CHECK(law(std::vector{infinity, 1.0f}, logit_bias{{{0, -infinity}}}) == "empty");
    CHECK(law(std::vector{infinity, 1.0f}, as_list, logit_bias{{{0, -infinity}}}) == "empty");
    CHECK(law(std::vector{infinity, 1.0f}, logit_bias{{{1, infinity}}}) == "0:1");
}

TEST_CASE("logit_bias edges: what does not live stays so") {
    CHECK(law(std::vector{-infinity, 1.0f}, logit_bias{{{0, infinity}}}) == "1:1");
    CHECK(kept(row, as_list, top_k{1}, logit_bias{{{0, 100}}}) == ids{3});
    CHECK(kept(row, top_k{1}, logit_bias{{{0, infinity}}}) == ids{3});
    CHECK(law(std::vector{3.0f}, logit_bias{{{0, -infinity}}}) == "empty");
}

TEST_CASE("logit_bias edges") {
    check_edges(logit_bias{{{0, 1.5f}}}, "0:0.5 2:0.5");
    check_edges(logit_bias{{{0, -1e30f}}}, "0:0.5 2:0.5");
    CHECK(law(std::vector{not_a_number, 1.0f}, logit_bias{{{0, -infinity}}}) == "nan_logit");
    CHECK(law(std::vector{1.0f, not_a_number}, logit_bias{{{0, -infinity}}}) == "nan_logit");
}

TEST_CASE("logit_bias for every scalar") {
    // 4 - 2 = 2; e^2 e^1 1 of 11.107338.
    check_scalars({4, 1, 0, -infinity}, logit_bias{{{0, -2}}}, "0:0.665241 1:0.244728 2:0.0900306");
    // 256 + .001: ln of the odds is .001, which no bfloat16 holds at 256.
    check_scalars({256, 256, -infinity}, logit_bias{{{0, 0.001f}}}, "0:0.50025 1:0.49975");
}

TEST_CASE("logit_bias on wide rows: the law is that of the changed row") {
    const std::vector<token_bias> biases{{31999, 3}, {0, -1}, {256, 0.5f}, {255, -0.25f}, {17000, 2}, {0, 0.75f}};
    check_on_wide_rows(logit_bias{biases}, [&](auto& changed) {
        for (const auto& each : biases) changed[static_cast<std::size_t>(each.id)] += static_cast<double>(each.b);
    });
}
