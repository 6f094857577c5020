#include "support.hpp"

#include <climits>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/min_k.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("min_k formula: the steepest drop, each divided by where it is") {
    // 10 9 4 3: drops 1 5 1, by place 1 2.5 .333. R = 7, and tau 0 adds nothing.
    CHECK(kept(std::vector{9.0f, 10.0f, 3.0f, 4.0f}, min_k{0}) == ids{0, 1});
    // 10 9 7.5 3: 1 .75 1.5.
    CHECK(kept(std::vector{10.0f, 9.0f, 7.5f, 3.0f}, min_k{0}) == ids{0, 1, 2});
    // 10 7 4 1: 3 1.5 1.
    CHECK(kept(std::vector{10.0f, 7.0f, 4.0f, 1.0f}, min_k{0}) == ids{0});
    // The law is that of what is left: e^1 and 1.
    CHECK(law(std::vector{9.0f, 10.0f, 3.0f, 4.0f}, min_k{0}) == "0:0.268941 1:0.731059");
}

TEST_CASE("min_k formula: never fewer than tau over the range") {
    // R = 7: tau of 14 is 2 tokens less 3e-9, of 14.1 two, 21.1 three, 28.1 and more all.
    const std::vector row{10.0f, 5.0f, 4.0f, 3.0f};
    CHECK(kept(row, min_k{3}) == ids{0});
    CHECK(kept(row, min_k{13.9f}) == ids{0});
    CHECK(kept(row, min_k{14}) == ids{0});
    CHECK(kept(row, min_k{14.1f}) == ids{0, 1});
    CHECK(kept(row, min_k{21.1f}) == ids{0, 1, 2});
    for (const float tau : {28.1f, 1e6f, 1e30f, std::numeric_limits<float>::max(), infinity}) CHECK(kept(row, min_k{tau}) == first_ids(4));
    // The steeper of the two wins.
    CHECK(kept(std::vector{9.0f, 10.0f, 3.0f, 4.0f}, min_k{7.1f}) == ids{0, 1});
}

TEST_CASE("min_k formula: it sees what was left, at its temperature") {
    // The place of the drop does not feel the temperature, tau over the range does.
    const std::vector row{10.0f, 5.0f, 4.0f, 3.0f};
    for (const float t : {0.1f, 0.5f, 2.0f, 10.0f}) CHECK(kept(row, temperature{t}, min_k{0}) == ids{0});
    CHECK(kept(row, temperature{2}, min_k{7.1f}) == ids{0, 1});
    CHECK(kept(row, temperature{0.5f}, min_k{14.1f}) == ids{0});
    // What was removed is no minimum: R = 5.
    CHECK(kept(row, top_k{2}, min_k{10.1f}) == ids{0, 1});
    CHECK(kept(std::vector{10.0f, 5.0f, -infinity, 4.0f, 3.0f}, min_k{14.1f}) == ids{0, 1});
}

TEST_CASE("min_k neutral: tau below 0 is the default and keeps everything") {
    CHECK(min_k{}.neutral());
    for (const float tau : {-1.0f, -smallest, -infinity}) {
        CHECK(min_k{tau}.neutral());
        CHECK(min_k{tau}.valid());
    }
    CHECK_FALSE(min_k{0}.neutral());
    CHECK_FALSE(min_k{-0.0f}.neutral());
    const auto row = weighing({5, 0, 3, 2});
    const auto with = law_of(row, min_k{}), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
}

TEST_CASE("min_k range: NaN and negative min_keep are bad parameters") {
    for (const min_k bad : {min_k{not_a_number}, min_k{-not_a_number}, min_k{3, -1}, min_k{-1, INT_MIN}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == min_k::requirement);
    }
}

TEST_CASE("min_k min_keep: the first of the order stay") {
    const std::vector row{10.0f, 5.0f, 4.0f, 3.0f};
    CHECK(kept(row, min_k{0, 0}) == ids{0});
    CHECK(kept(row, min_k{0, 2}) == ids{0, 1});
    CHECK(kept(row, min_k{14.1f, 1}) == ids{0, 1});
    CHECK(kept(row, min_k{0, INT_MAX}) == first_ids(4));
    // The equals of the k-th stay all, those of the last for min_keep do not.
    CHECK(kept(std::vector{9.0f, 9.0f, 9.0f, 9.0f, 1.0f, 1.0f, 1.0f}, min_k{0, 2}) == first_ids(4));
    CHECK(kept(std::vector{9.0f, 9.0f, 9.0f, 9.0f, 1.0f, 1.0f, 1.0f}, min_k{0, 5}) == first_ids(5));
}

TEST_CASE("min_k ties: equals of the k-th stay, of equal drops the first counts") {
    // R = 10: tau of 20.5 is 2, and three have the second logit.
    CHECK(kept(std::vector{4.0f, 0.0f, 10.0f, 4.0f, 4.0f}, min_k{20.5f}) == ids{0, 2, 3, 4});
    // 10 8 4 0: drops by place 2 2 1.333.
    CHECK(kept(std::vector{10.0f, 8.0f, 4.0f, 0.0f}, min_k{0}) == ids{0});
    // No drop at all: the first and its equals.
    for (const std::size_t width : {2u, 64u, 65u, 300u, 5000u})
        for (const float tau : {0.0f, 3.0f}) CHECK(kept(std::vector<float>(width, 1.7f), min_k{tau}) == first_ids(width));
}

TEST_CASE("min_k edges") {
    check_edges(min_k{0}, "0:0.5 2:0.5");
    check_edges(min_k{3}, "0:0.5 2:0.5");
    check_edges(min_k{0, 2}, "0:0.5 2:0.5");
    // A range beyond double.
    CHECK(kept(std::vector{1e308, -1e308, 9e307, 1e308}, min_k{3}) == ids{0, 2, 3});
    CHECK(kept(std::vector{1.7e308, -1.7e308}, min_k{3}) == ids{0});
}

TEST_CASE("min_k edges: a cliff deep in the order") {
    // After 3000 equals and one above them the drop of 10000 counts 3.33; that of the first to the second counts in whole.
    for (const float step : {3.0f, 4.0f}) {
        std::vector<float> row(5000, 0.0f);
        row[7] = step;
        std::fill(row.begin() + 3001, row.end(), -10000.0f);
        CHECK(kept(row, min_k{0}) == (step == 3 ? first_ids(3001) : ids{7}));
    }
    // A row that falls evenly has its steepest drop in front.
    std::vector<float> even(3000);
    for (std::size_t i = 0; i < even.size(); ++i) even[i] = -static_cast<float>(i);
    CHECK(kept(even, min_k{0}) == ids{0});
    // R = 2999: 30000 is ten of them.
    CHECK(kept(even, min_k{30000}) == first_ids(10));
}

TEST_CASE("min_k scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        const std::vector<T> row{T(9.0f), T(10.0f), T(3.0f), T(4.0f), T(4.0f)};
        CHECK(kept(row, min_k{0}) == ids{0, 1});
        CHECK(kept(row, min_k{21.1f}) == ids{0, 1, 3, 4});
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("min_k on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        const auto at = [&](std::size_t i) { return static_cast<double>(row[static_cast<std::size_t>(order[i])]); };
        const std::size_t n = order.size();
        std::size_t cliff = 1;
        double steepest = 0;
        for (std::size_t i = 1; i < n; ++i) {
            const double drop = (at(i - 1) - at(i)) / static_cast<double>(i);
            if (drop > steepest) {
                steepest = drop;
                cliff = i;
            }
        }
        for (const float tau : {0.0f, 3.0f, 100.0f, 5000.0f}) {
            const double share = static_cast<double>(tau) / (at(0) - at(n - 1) + 1e-8);
            std::size_t k = std::min(n, std::max(cliff, static_cast<std::size_t>(share)));
            while (k < n && at(k) == at(k - 1)) ++k;
            CAPTURE(wide.kind, tau, k);
            CHECK(kept(row, min_k{tau}) == prefix(order, k));
            CHECK(kept(row, min_k{tau, 3000}) == prefix(order, std::max<std::size_t>(k, 3000)));
        }
    }
}
