#include "support.hpp"

#include <climits>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/tail_free.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("tail_free formula: as many as it takes bends to exceed z") {
    // 8 4 2 1 1 of 16: differences 4 2 1 0, bends 2 1 1 of 4: .5 .75 1.
    const auto row = weighing({4, 8, 1, 2, 1});
    CHECK(law(row, tail_free{0.49f}) == "1:1");
    CHECK(law(row, tail_free{0.51f}) == "0:0.333333 1:0.666667");
    CHECK(law(row, tail_free{0.74f}) == "0:0.333333 1:0.666667");
    CHECK(kept(row, tail_free{0.76f}) == ids{0, 1, 3});
    CHECK(kept(row, tail_free{0.99f}) == ids{0, 1, 3});
}

TEST_CASE("tail_free formula: a bend counts by its size, whichever way it goes") {
    // 7 6 3 2 of 18: differences 1 3 1, bends 2 2 of 4: .5 1.
    const auto row = weighing({7, 6, 3, 2});
    CHECK(kept(row, tail_free{0.49f}) == ids{0});
    CHECK(kept(row, tail_free{0.51f}) == ids{0, 1});
}

TEST_CASE("tail_free formula: it sees what was left, at its temperature") {
    const auto row = weighing({8, 4, 2, 1, 1});
    // 8 4 2: one bend.
    CHECK(kept(row, top_k{3}, tail_free{0.9f}) == ids{0});
    // Squares 64 16 4 1 1: differences 48 12 3 0, bends 36 9 3 of 48: .75 .9375 1.
    CHECK(kept(row, temperature{0.5f}, tail_free{0.74f}) == ids{0});
    CHECK(kept(row, temperature{0.5f}, tail_free{0.76f}) == ids{0, 1});
}

TEST_CASE("tail_free neutral: 1 and more keep everything") {
    CHECK(tail_free{}.z == 1);
    const auto row = weighing({5, 0, 3, 2});
    const auto without = law_of(row);
    for (const float z : {1.0f, 1.5f, infinity}) {
        CHECK(tail_free{z}.neutral());
        CHECK(tail_free{z}.valid());
        const auto with = law_of(row, tail_free{z});
        CHECK(with.ids == without.ids);
        CHECK(with.probabilities == without.probabilities);
    }
    CHECK_FALSE(tail_free{std::nextafter(1.0f, 0.0f)}.neutral());
}

TEST_CASE("tail_free range: 0 ends at the first bend") {
    CHECK(kept(weighing({8, 4, 2, 1}), tail_free{0}) == ids{0});
    CHECK(kept(weighing({8, 4, 2, 1}), tail_free{-0.0f}) == ids{0});
    // 4 4 4 1: differences 0 0 3, bends 0 3.
    CHECK(kept(weighing({4, 4, 4, 1}), tail_free{0}) == ids{0, 1});
}

TEST_CASE("tail_free range: negative z, NaN and negative min_keep are bad parameters") {
    for (const tail_free bad : {tail_free{-smallest}, tail_free{-infinity}, tail_free{not_a_number}, tail_free{-not_a_number},
                                tail_free{0.5f, -1}, tail_free{1, INT_MIN}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f, 3.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == tail_free::requirement);
    }
}

TEST_CASE("tail_free min_keep: the longer of the two prefixes") {
    const auto row = weighing({4, 8, 1, 2, 1});
    CHECK(kept(row, tail_free{0, 0}) == ids{1});
    CHECK(kept(row, tail_free{0, 2}) == ids{0, 1});
    CHECK(kept(row, tail_free{0, 4}) == ids{0, 1, 2, 3});
    CHECK(kept(row, tail_free{0.51f, 1}) == ids{0, 1});
    CHECK(kept(row, tail_free{0, INT_MAX}) == first_ids(5));
}

TEST_CASE("tail_free ties: the lower ids stay") {
    // 5 5 5 1 1: differences 0 0 4 0, bends 0 4 4: k = 2 below .5, 3 above.
    const auto row = weighing({1, 5, 5, 1, 5});
    CHECK(kept(row, tail_free{0.4f}) == ids{1, 2});
    CHECK(kept(row, tail_free{0.6f}) == ids{1, 2, 4});
}

TEST_CASE("tail_free edges") {
    // Of two, and of equals, there is no tail.
    check_edges(tail_free{0}, "0:0.5 2:0.5");
    check_edges(tail_free{0.95f}, "0:0.5 2:0.5");
    check_edges(tail_free{0, 3}, "0:0.5 2:0.5");
    CHECK(kept(weighing({5, 1}), tail_free{0}) == ids{0, 1});
    CHECK(kept(weighing({5, 1, 0}), tail_free{0}) == ids{0, 1});
    for (const std::size_t width : {3u, 63u, 64u, 65u, 300u, 4096u, 50257u})
        CHECK(kept(std::vector<float>(width, -1.5f), tail_free{0}) == first_ids(width));
    CHECK(kept(std::vector{infinity, infinity, 5.0f, infinity}, tail_free{0}) == ids{0, 1, 3});
    // Probabilities too small to be told from 0 do not bend.
    CHECK(kept(std::vector{0.0f, -2000.0f, -3000.0f, -4000.0f}, tail_free{0.9f}) == ids{0});
}

TEST_CASE("tail_free edges: bends that lie deep in the order") {
    // 500 equals, then one step down to 500 others: the bends are at 499 and 500 of 998.
    std::vector<float> row(1000, 0.0f);
    std::fill(row.begin() + 500, row.end(), -1.0f);
    CHECK(kept(row, tail_free{0.4f}) == first_ids(499));
    CHECK(kept(row, tail_free{0.6f}) == first_ids(500));
}

TEST_CASE("tail_free scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // 1 .36788 .13534 .04979 of e^0 e^-1 e^-2 e^-3: bends .39958 .14700 of .54657: .73106.
        const std::vector<T> row{T(-3.0f), T(-1.0f), T(0.0f), T(-2.0f)};
        CHECK(kept(row, tail_free{0.73f}) == ids{2});
        CHECK(kept(row, tail_free{0.74f}) == ids{1, 2});
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("tail_free on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        std::vector<long double> w, share;
        for (const token_id id : order)
            w.push_back(std::exp(static_cast<long double>(row[static_cast<std::size_t>(id)]) -
                                 static_cast<long double>(row[static_cast<std::size_t>(order[0])])));
        long double sum = 0;
        for (std::size_t i = 0; i + 2 < w.size(); ++i) share.push_back(sum += std::fabs((w[i] - w[i + 1]) - (w[i + 1] - w[i + 2])));
        for (const float z : {0.0f, 0.3f, 0.7f, 0.95f, 0.999f}) {
            const auto got = kept(row, tail_free{z});
            CAPTURE(wide.kind, z, got.size());
            CHECK(got == prefix(order, got.size()));
            if (sum == 0) {
                CHECK(got.size() == order.size());
                continue;
            }
            // What lies between the two lengths is within 1e-7 of z.
            CHECK(static_cast<double>(share[got.size() - 1] / sum) >= static_cast<double>(z) - 1e-7);
            if (got.size() > 1) CHECK(static_cast<double>(share[got.size() - 2] / sum) <= static_cast<double>(z) + 1e-7);
        }
        CHECK(kept(row, tail_free{0, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, tail_free{0}).size())));
    }
}
