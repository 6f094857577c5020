#include "support.hpp"

#include <climits>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/top_h_sum.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("top_h_sum formula: the longest prefix whose terms of the entropy are at most h H") {
    // .5 .3 .2: H = 1.02965 = .34657 + .36119 + .32189, shares .33659 .68738 1.
    const auto row = weighing({3, 5, 2});
    CHECK(law(row, top_h_sum{0.34f}) == "1:1");
    CHECK(law(row, top_h_sum{0.68f}) == "1:1");
    CHECK(law(row, top_h_sum{0.69f}) == "0:0.375 1:0.625");
    CHECK(law(row, top_h_sum{0.99f}) == "0:0.375 1:0.625");
}

TEST_CASE("top_h_sum formula: the terms are those of the whole, so that equals count alike") {
    CHECK(kept(std::vector<float>(4, 0.0f), top_h_sum{0.6f}) == first_ids(2));
    CHECK(kept(std::vector<float>(256, 0.0f), top_h_sum{0.251f}) == first_ids(64));
    CHECK(kept(std::vector<float>(1000, 0.0f), top_h_sum{0.7505f}) == first_ids(750));
}

TEST_CASE("top_h_sum formula: it sees what was left, at its temperature") {
    const auto row = weighing({3, 5, 2});
    // .625 .375: terms .29375 .36781 of .66156: .44403.
    CHECK(kept(row, top_k{2}, top_h_sum{0.5f}) == ids{1});
    // Squares 25 9 4 of 38: terms .27547 .34114 .23698 of .85358: .32272 .72237.
    CHECK(kept(row, temperature{0.5f}, top_h_sum{0.72f}) == ids{1});
    CHECK(kept(row, temperature{0.5f}, top_h_sum{0.73f}) == ids{0, 1});
}

TEST_CASE("top_h_sum neutral: 1 keeps everything") {
    CHECK(top_h_sum{}.h == 1);
    CHECK(top_h_sum{1}.neutral());
    CHECK_FALSE(top_h_sum{std::nextafter(1.0f, 0.0f)}.neutral());
    const auto row = weighing({5, 0, 3, 2});
    const auto with = law_of(row, top_h_sum{1}), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
}

TEST_CASE("top_h_sum range: the smallest h keeps one") {
    CHECK(kept(weighing({3, 5, 2}), top_h_sum{smallest}) == ids{1});
    CHECK(kept(std::vector<float>(5000, 2.0f), top_h_sum{smallest}) == ids{0});
}

TEST_CASE("top_h_sum range: outside of (0, 1] is a bad parameter") {
    for (const top_h_sum bad : {top_h_sum{0}, top_h_sum{-0.0f}, top_h_sum{-0.5f}, top_h_sum{std::nextafter(1.0f, 2.0f)},
                                top_h_sum{infinity}, top_h_sum{not_a_number}, top_h_sum{0.5f, -1}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == top_h_sum::requirement);
    }
}

TEST_CASE("top_h_sum min_keep: the longer of the two prefixes") {
    const auto row = weighing({3, 5, 2});
    CHECK(kept(row, top_h_sum{0.1f, 0}) == ids{1});
    CHECK(kept(row, top_h_sum{0.1f, 2}) == ids{0, 1});
    CHECK(kept(row, top_h_sum{0.7f, 1}) == ids{0, 1});
    // The first stays though it alone has more than h H.
    CHECK(kept(row, top_h_sum{0.1f, 1}) == ids{1});
    CHECK(kept(row, top_h_sum{0.1f, INT_MAX}) == ids{0, 1, 2});
}

TEST_CASE("top_h_sum ties: the lower ids stay") {
    // 2 1 1 1 of 5: terms .36652 and thrice .32189 of 1.33218: shares .27513 .51675 .75838.
    const auto row = weighing({1, 1, 2, 1});
    CHECK(kept(row, top_h_sum{0.6f}) == ids{0, 2});
    CHECK(kept(row, top_h_sum{0.8f}) == ids{0, 1, 2});
}

TEST_CASE("top_h_sum edges") {
    check_edges(top_h_sum{0.9f}, "0:1");
    check_edges(top_h_sum{0.1f, 2}, "0:0.5 2:0.5");
    // One that has everything: no entropy, no cut.
    CHECK(kept(std::vector{0.0f, -2000.0f}, top_h_sum{0.5f}) == ids{0, 1});
}

TEST_CASE("top_h_sum edges: on a peaked row small terms decide") {
    // e^-20 and e^-21 beside 1, with terms of 4.122e-8 and 1.592e-8; that of the first is 2.819e-9. Shares .0470 .7345.
    for (const std::size_t width : {std::size_t{3}, std::size_t{600}, std::size_t{40000}}) {
        std::vector<float> row(width, -infinity);
        row[0] = -21;
        row[1] = 0;
        row[width - 1] = -20;
        const ids two{1, static_cast<token_id>(width - 1)};
        CHECK(kept(row, top_h_sum{0.5f}) == ids{1});
        CHECK(kept(row, top_h_sum{0.73f}) == ids{1});
        CHECK(kept(row, top_h_sum{0.74f}) == two);
    }
}

TEST_CASE("top_h_sum edges: beside one sure token, whose own term is all that the others weigh") {
    // e^-40 e^-41 beside 1: terms 5.811e-18, 40 e^-40 = 1.6993e-16, 41 e^-41 = 6.408e-17; shares of their sum .0242 .7328 1.
    const std::vector<double> row{-40, 0, -41};
    CHECK(kept(row, top_h_sum{0.72f}) == ids{1});
    CHECK(kept(row, top_h_sum{0.74f}) == ids{0, 1});
}

TEST_CASE("top_h_sum scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // .66524 .24473 .09003: terms .27116 .34448 .21676 of .83240: .32575 .73960.
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        CHECK(kept(row, top_h_sum{0.73f}) == ids{1});
        CHECK(kept(row, top_h_sum{0.75f}) == ids{1, 2});
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("top_h_sum on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        const auto below = [&](token_id id) {
            return static_cast<long double>(row[static_cast<std::size_t>(id)]) -
                   static_cast<long double>(row[static_cast<std::size_t>(order[0])]);
        };
        long double mass = 0, sum = 0;
        for (const token_id id : order) mass += std::exp(below(id));
        std::vector<long double> sums;
        for (const token_id id : order) sums.push_back(sum += std::exp(below(id)) / mass * (std::log(mass) - below(id)));
        for (const float h : {0.01f, 0.2f, 0.4f, 0.7f, 0.95f, 0.999f}) {
            const auto got = kept(row, top_h_sum{h});
            const double limit = static_cast<double>(h) * static_cast<double>(sum);
            CAPTURE(wide.kind, h, got.size());
            CHECK(got == prefix(order, got.size()));
            if (got.size() > 1) CHECK(static_cast<double>(sums[got.size() - 1]) <= limit * (1 + 1e-9));
            REQUIRE(got.size() < order.size());
            CHECK(static_cast<double>(sums[got.size()]) > limit * (1 - 1e-9));
        }
        CHECK(kept(row, top_h_sum{0.01f, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, top_h_sum{0.01f}).size())));
    }
}
