#include "changes_support.hpp"

#include <array>
#include <random>

#include <argdraw/stages/sequence_bias.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({2, 1, 1, 4, 1});
const float ln2 = static_cast<float>(std::log(2.0));
constexpr token_id one[]{4}, two[]{1, 2}, three[]{1, 2, 3};

}  // namespace

TEST_CASE("sequence_bias formula: b for the last token of a sequence whose others have just been said") {
    const sequence_bias biases{{{one, ln2}, {two, 2 * ln2}, {three, -2 * ln2}}};
    // Always 1 -> 2 for token 4: 2 1 1 4 2. After 1, 1 -> 4 for token 2; after 1 2, 4 -> 1 for token 3.
    CHECK(law(row, after({}, {}, biases)) == "0:0.2 1:0.1 2:0.1 3:0.4 4:0.2");
    CHECK(law(row, after({0}, {1}, biases)) == "0:0.153846 1:0.0769231 2:0.307692 3:0.307692 4:0.153846");
    CHECK(law(row, after({1}, {2}, biases)) == "0:0.285714 1:0.142857 2:0.142857 3:0.142857 4:0.285714");
    CHECK(law(row, after({2}, {}, biases)) == "0:0.2 1:0.1 2:0.1 3:0.4 4:0.2");
}

TEST_CASE("sequence_bias in a sequence: what is accepted counts, what is rolled back does not") {
    const sequence_bias biases{{{two, 2 * ln2}, {three, -2 * ln2}}};
    const sampler pick{biases, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{0});
    const auto now = [&] { return text(pick.distribution(row, seq)); };
    CHECK(now() == law(row));
    CHECK(seq.accept(1) == status::ok);
    const auto after_one = now();
    CHECK(after_one == law(row, after({}, {1}, biases)));
    CHECK(seq.accept(2) == status::ok);
    CHECK(now() == law(row, after({1}, {2}, biases)));
    CHECK(seq.rollback(1) == status::ok);
    CHECK(now() == after_one);
    CHECK(pick(row, seq));
}

TEST_CASE("sequence_bias lists: in braces, as an array, or as a span that is a view") {
    const std::array<biased_sequence, 2> array{{{one, 1}, {two, 2}}};
    const std::vector<biased_sequence> vector(array.begin(), array.end());
    const sequence_bias braces{{{one, 1}, {two, 2}}};
    const auto expected = law(row, after({1}, {}, braces));
    CHECK(expected != law(row));
    CHECK(law(row, after({1}, {}, sequence_bias{array})) == expected);
    CHECK(law(row, after({1}, {}, sequence_bias{vector})) == expected);
    CHECK(law(row, after({1}, {}, sequence_bias{std::span<const biased_sequence>(vector)})) == expected);
    CHECK(std::is_same_v<decltype(sequence_bias{array}), sequence_bias<2>>);
    CHECK(std::is_same_v<decltype(sequence_bias{vector}), sequence_bias<>>);
    CHECK(std::is_same_v<decltype(sequence_bias{{{one, 1}}}), sequence_bias<1>>);
    CHECK(braces == sequence_bias{array});
    CHECK_FALSE(braces == sequence_bias{{{one, 1}, {two, 3}}});
}

TEST_CASE("sequence_bias neutral: an empty list changes nothing") {
    check_neutral(row, after({1}, {2}, sequence_bias{}));
    CHECK_FALSE(sequence_bias{{{one, 0}}}.neutral());
    CHECK(law_of(row, after({}, {}, sequence_bias{{{one, 0}}})).probabilities == law_of(row).probabilities);
}

TEST_CASE("sequence_bias range: -inf bans, +inf leaves nothing else") {
    CHECK(kept(row, after({1}, {}, sequence_bias{{{two, -infinity}}})) == ids{0, 1, 3, 4});
    CHECK(law(row, after({1}, {}, sequence_bias{{{two, infinity}, {one, infinity}}})) == "2:0.5 4:0.5");
    CHECK(law(row, after({}, {}, sequence_bias{{{two, infinity}, {one, infinity}}})) == "4:1");
    CHECK(sequence_bias{{{two, infinity}, {one, -infinity}}}.valid());
}

TEST_CASE("sequence_bias range: NaN and an empty sequence are bad parameters, and ids outside of the row are outside_row") {
    check_bad(sequence_bias{{{one, 1}, {two, not_a_number}}});
    check_bad(sequence_bias{{{one, 1}, {std::span<const token_id>(), 1}}});
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        const ids first{outside, 2}, last{1, outside};
        CHECK(law(row, after({1}, {}, sequence_bias{{{one, 1}, {first, 1}}})) == "outside_row");
        CHECK(law(row, after({0}, {}, sequence_bias{{{one, 1}, {last, 1}}})) == "outside_row");
        CHECK(law(row, as_list, after({1}, {}, sequence_bias{{{last, 1}}})) == "outside_row");
    }
}

TEST_CASE("sequence_bias ties: equals with equal biases stay equal") {
    const token_id other[]{1, 1};
    const auto out = law_of(row, after({1}, {}, sequence_bias{{{two, 0.3f}, {other, 0.3f}}}));
    REQUIRE(out);
    CHECK(out.probabilities[1] == out.probabilities[2]);
    CHECK(out.probabilities[1] > out.probabilities[4]);
}

TEST_CASE("sequence_bias edges: several biases of one token add up, -inf beats +inf") {
    const token_id plain[]{2}, longer[]{0, 1, 2};
    // 1 -> 2 -> 4 -> 8.
    CHECK(law(row, after({0}, {1}, sequence_bias{{{two, ln2}, {plain, ln2}, {longer, ln2}}})) == "0:0.125 1:0.0625 2:0.5 3:0.25 4:0.0625");
    // 1e30 - 1e30 is 0, whatever the logit was.
    CHECK(law(row, after({}, {1}, sequence_bias{{{two, 1e30f}, {plain, -1e30f}}})) == law(row));
    CHECK(kept(row, after({}, {1}, sequence_bias{{{two, infinity}, {plain, -infinity}}})) == ids{0, 1, 3, 4});
    CHECK(kept(row, as_list, after({}, {1}, sequence_bias{{{two, -infinity}, {plain, infinity}}})) == ids{0, 1, 3, 4});
}

TEST_CASE("sequence_bias edges") {
    const token_id first[]{0};
    check_edges(after({}, {}, sequence_bias{{{first, 1.5f}}}), "0:0.5 2:0.5");
    check_edges(after({}, {}, sequence_bias{{{first, -1e30f}}}), "0:0.5 2:0.5");
    CHECK(law(std::vector{-infinity, 1.0f}, after({}, {}, sequence_bias{{{first, infinity}}})) == "1:1");
    CHECK(law(std::vector{3.0f}, after({}, {}, sequence_bias{{{first, -infinity}}})) == "empty");
}

TEST_CASE("sequence_bias for every scalar") {
    // 4 - 2 = 2; e^2 e^1 1 of 11.107338.
    const token_id pair[]{2, 0};
    check_scalars({4, 1, 0, -infinity}, after({1}, {2}, sequence_bias{{{pair, -2}}}), "0:0.665241 1:0.244728 2:0.0900306");
}

TEST_CASE("sequence_bias on wide rows: the law is that of the changed row, also with more biases than are handed on at once") {
    const ids all = first_ids(1000);
    std::vector<biased_sequence> biases;
    for (std::size_t i = 0; i < all.size(); ++i) biases.push_back({std::span(all).subspan(i, 1), 0.25f});
    const token_id pair[]{7, 31999};
    biases.push_back({pair, -1});
    check_on_wide_rows(after({7}, {}, sequence_bias{biases}), [](auto& changed) {
        for (std::size_t i = 0; i < 1000; ++i) changed[i] += 0.25;
        changed[31999] -= 1;
    });
}

TEST_CASE("sequence_bias edges: however many sequences are completed, the biases of a token add up and a ban beats +inf") {
    std::mt19937 random(5);
    const ids all = first_ids(3000);
    std::vector<float> wide(3000);
    for (auto& l : wide) l = static_cast<float>(random() % 1024) * 0x1p-6f;
    const auto check = [&](const std::vector<float>& of, const std::vector<token_bias>& list) {
        std::vector<biased_sequence> biases;
        for (const token_bias& each : list) biases.push_back({std::span(all).subspan(static_cast<std::size_t>(each.id), 1), each.b});
        const auto expected = law_of(of, logit_bias{list});
        CHECK(alike(law_of(of, after({}, {}, sequence_bias{biases})), expected));
        CHECK(alike(law_of(of, as_list, after({}, {}, sequence_bias{biases})), expected));
        return expected;
    };
    std::vector<token_bias> list;
    for (token_id i = 0; i < 600; ++i) list.push_back({i, 0.25f});
    list.front() = {7, infinity};
    list.back() = {7, -infinity};
    CHECK(check(wide, list).ids.size() == 2999);
    std::swap(list.front(), list.back());
    CHECK(check(wide, list).ids.size() == 2999);
    // +inf here and there, far apart in the list and in the row; one of them on a token that does not live, one banned.
    list[300] = {2500, infinity};
    list[301] = {3, infinity};
    list[302] = {1100, infinity};
    auto masked = wide;
    masked[1100] = -infinity;
    CHECK(check(masked, list).ids == ids{3, 2500});
    masked[3] = masked[2500] = -infinity;
    CHECK(check(masked, list).ids.size() == 2996);
    CHECK(check(std::vector<float>(3000, infinity), list).ids.size() == 2999);  // all others are +inf as it is
    auto taken = wide;
    taken[2999] = taken[4] = infinity;
    CHECK(check(taken, list).ids == ids{4, 2999});
    for (auto& each : list) each.b = each.id == 3 ? -infinity : infinity;
    CHECK(check(wide, list).ids.size() == 596);  // 1 to 598 without 300 to 302, with 1100 and 2500, and 3 is banned
    // A large bias and its opposite, at either end.
    list.assign(700, {11, 0.5f});
    list.front() = {11, 1e30f};
    list.back() = {11, -1e30f};
    list[350] = {2047, -3};
    check(wide, list);
    auto broken = wide;
    broken[11] = not_a_number;
    check(broken, list);
}
