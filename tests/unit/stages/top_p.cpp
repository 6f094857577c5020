#include "support.hpp"

using namespace argdraw;
using namespace support;

TEST_CASE("top_p formula: the shortest prefix that reaches p, its last token included") {
    // apple .5, banana .3, cherry .2: .5 and .8 are where it grows.
    const auto fruit = weighing({5, 3, 2});
    CHECK(law(fruit, top_p{0.4f}) == "0:1");
    CHECK(law(fruit, top_p{0.49f}) == "0:1");
    CHECK(law(fruit, top_p{0.51f}) == "0:0.625 1:0.375");
    CHECK(law(fruit, top_p{0.79f}) == "0:0.625 1:0.375");
    CHECK(law(fruit, top_p{0.81f}) == "0:0.5 1:0.3 2:0.2");
    // The order is that of the logits, not of the ids.
    CHECK(law(weighing({2, 5, 3}), top_p{0.7f}) == "1:0.625 2:0.375");
}

TEST_CASE("top_p formula: exactly a cumulative sum, and the next float above it") {
    // Sixteen equals of weight 1: every C_i = i/16 is exact, and so are the sums that lead to it.
    const std::vector<float> row(16, 0.0f);
    for (int j = 1; j <= 16; ++j) {
        const float p = static_cast<float>(j) / 16;
        CAPTURE(j);
        CHECK(kept(row, top_p{p}) == first_ids(static_cast<std::size_t>(j)));
        CHECK(kept(row, top_p{std::nextafter(p, 0.0f)}) == first_ids(static_cast<std::size_t>(j)));
        CHECK(kept(row, top_p{std::nextafter(p, 2.0f)}) == first_ids(static_cast<std::size_t>(std::min(j + 1, 16))));
    }
}

TEST_CASE("top_p formula: a cumulative sum of rounded weights, one token at most to the next") {
    int beyond = 0, decisions = 0;
    for (const float logit : {1.7f, -30.0f, 88.0f}) {
        const std::vector<float> row(16, logit);
        for (int j = 1; j <= 16; ++j) {
            const auto got = kept(row, top_p{static_cast<float>(j) / 16}).size();
            const auto exact = static_cast<std::size_t>(j);
            CAPTURE(logit, j);
            CHECK((got == exact || got == exact + 1));
            beyond += got != exact;
            ++decisions;
            CHECK(kept(row, top_p{(static_cast<float>(j) - 1e-4f) / 16}) == first_ids(exact));
            CHECK(kept(row, top_p{(static_cast<float>(j) + 1e-4f) / 16}) == first_ids(std::min<std::size_t>(exact + 1, 16)));
        }
    }
    WARN("top_p: " << beyond << " of " << decisions << " boundaries at p itself fell on the other side");
}

TEST_CASE("top_p formula: p is exactly the float that was given") {
    // 0.1f is 0.1 + 1.5e-9, and one of ten equals is not enough; 0.9f is 0.9 - 2.4e-8, and nine are.
    const std::vector<float> ten(10, 0.0f);
    CHECK(kept(ten, top_p{0.1f}) == first_ids(2));
    CHECK(kept(ten, top_p{0.9f}) == first_ids(9));
}

TEST_CASE("top_p formula: each stage sees what was left, renormalised") {
    // .5 .3 .2 after top_k{2} is .625 .375; after T = 1/2 it is .658 .237 .105.
    const auto fruit = weighing({5, 3, 2});
    CHECK(kept(fruit, top_k{2}, top_p{0.6f}) == ids{0});
    CHECK(kept(fruit, top_p{0.6f}) == ids{0, 1});
    CHECK(kept(fruit, top_k{1}, top_p{0.8f}) == ids{0});
    CHECK(kept(fruit, temperature{0.5f}, top_p{0.6f}) == ids{0});
    CHECK(kept(fruit, top_p{0.6f}, top_p{0.6f}) == ids{0});
}

TEST_CASE("top_p formula: equal logits and an exact share give the exact number, whatever their logit") {
    for (const float l : {0.0f, 2.0f, 0.5f, -6.0f, 22.51f, 1e4f}) {
        CAPTURE(l);
        CHECK(law(std::vector{l, l, l, l}, top_p{0.25f}) == "0:1");
        CHECK(law(std::vector{l, l, l, l, l, l, l, l}, top_p{0.375f}) == "0:0.333333 1:0.333333 2:0.333333");
        CHECK(law(std::vector{l, l, l, l, l - 60}, top_k{4}, top_p{0.25f}) == "0:1");
        CHECK(law(std::vector{l, l, l, l}, typical{0.25f}) == "0:1");
        for (const std::size_t n : {std::size_t{64}, std::size_t{32768}}) {
            const std::vector<float> row(n, l);
            for (const std::size_t k : {std::size_t{1}, std::size_t{17}, n / 2, n - 1}) {
                const float p = static_cast<float>(k) / static_cast<float>(n);
                CHECK(sampler{top_p{p}, categorical{}}.distribution(row).ids.size() == k);
            }
        }
    }
}

TEST_CASE("top_p neutral: 1 and more keep everything") {
    CHECK(top_p{}.p == 1);
    for (const float p : {1.0f, std::nextafter(1.0f, 2.0f), 2.0f, infinity}) {
        CAPTURE(p);
        CHECK(top_p{p}.neutral());
        CHECK(top_p{p}.valid());
        const auto row = weighing({5, 0, 3, 2});
        const auto with = law_of(row, top_p{p}), without = law_of(row);
        CHECK(with.ids == without.ids);
        CHECK(with.probabilities == without.probabilities);
    }
    CHECK_FALSE(top_p{std::nextafter(1.0f, 0.0f)}.neutral());
}

TEST_CASE("top_p range: 0 and what is next to nothing keep one") {
    for (const float p : {0.0f, -0.0f, smallest, 1e-30f, 1e-8f, 1e-7f}) {
        CAPTURE(p);
        CHECK(law(weighing({3, 5, 2}), top_p{p}) == "1:1");
        CHECK(kept(std::vector<float>(128256, 1.0f), top_p{p}) == ids{0});
        CHECK(kept(std::vector{1.0f, 2.0f, 2.0f}, top_p{p}) == ids{1});
    }
}

TEST_CASE("top_p range: just below 1") {
    // 1 - 2^-24 of 50257 equals is 50256.997 of them.
    const float p = std::nextafter(1.0f, 0.0f);
    CHECK(kept(std::vector<float>(50257, 0.3f), top_p{p}).size() == 50257);
    CHECK(kept(weighing({5, 3, 2}), top_p{p}) == ids{0, 1, 2});
    // The second token has 1e-13, far less than 2^-24 is short of 1.
    CHECK(kept(std::vector{30.0f, 0.0f}, top_p{p}) == ids{0});
}

TEST_CASE("top_p range: negative p, NaN and negative min_keep are bad parameters") {
    for (const top_p bad :
         {top_p{-smallest}, top_p{-0.5f}, top_p{-infinity}, top_p{not_a_number}, top_p{-not_a_number}, top_p{0.5f, -1}, top_p{2.0f, -1}}) {
        CAPTURE(bad.p, bad.min_keep);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == top_p::requirement);
    }
}

TEST_CASE("top_p min_keep: the longer of the two prefixes") {
    const auto row = weighing({5, 3, 2});
    CHECK(kept(row, top_p{0.4f, 2}) == ids{0, 1});
    CHECK(kept(row, top_p{0, 3}) == ids{0, 1, 2});
    CHECK(kept(row, top_p{0.7f, 1}) == ids{0, 1});
    CHECK(kept(row, top_p{0.4f, 0}) == ids{0});
    CHECK(kept(row, top_p{0.4f, 1000}) == ids{0, 1, 2});
    // The tokens of min_keep count by the order even where their weight is nothing.
    CHECK(kept(std::vector{0.0f, -5000.0f, -4000.0f}, top_p{0.5f, 2}) == ids{0, 2});
}

TEST_CASE("top_p ties: equals at the edge stay in the order of their ids") {
    // .4 .2 .2 .2
    const auto row = weighing({2, 4, 2, 2});
    CHECK(kept(row, top_p{0.5f}) == ids{0, 1});
    CHECK(kept(row, top_p{0.7f}) == ids{0, 1, 2});
    CHECK(kept(row, top_p{0.9f}) == ids{0, 1, 2, 3});
}

TEST_CASE("top_p ties: across the borders of blocks") {
    // Twelve equals about the border at 256, alone in having weight: j of them are j/12.
    std::vector<float> row(700, -infinity);
    std::fill(row.begin() + 250, row.begin() + 262, 3.0f);
    for (int j = 1; j <= 12; ++j) {
        auto expected = first_ids(static_cast<std::size_t>(j));
        for (auto& id : expected) id += 250;
        CAPTURE(j);
        CHECK(kept(row, top_p{(static_cast<float>(j) - 0.5f) / 12}) == expected);
    }
}

TEST_CASE("top_p ties: a wide row of equals keeps the first of them") {
    // Every boundary i/V lies at least 1/(2V) = 3.9e-6 from these p, beyond all rounding.
    for (const float logit : {0.0f, 1.7f, -11.3f})
        for (const std::size_t width : {std::size_t{300}, std::size_t{32000}, std::size_t{128256}}) {
            const std::vector<float> row(width, logit);
            for (const std::size_t n : {std::size_t{1}, std::size_t{255}, std::size_t{257}, width / 3, width / 2, width - 1, width}) {
                const float p = static_cast<float>((static_cast<double>(n) - 0.5) / static_cast<double>(width));
                CAPTURE(logit, width, n);
                CHECK(kept(row, top_p{p}) == first_ids(n));
            }
        }
}

TEST_CASE("top_p edges") {
    check_edges(top_p{0.9f}, "0:0.5 2:0.5");
    check_edges(top_p{0.5f}, "0:1");
    check_edges(top_p{0}, "0:1");
    check_edges(top_p{0.4f, 2}, "0:0.5 2:0.5");
}

TEST_CASE("top_p on wide rows equals its definition") {
    int boundary_tokens = 0, decisions = 0;
    for (const auto& [kind, row] : wide_rows()) {
        const auto order = in_order(row);
        const double greatest = static_cast<double>(row[static_cast<std::size_t>(order[0])]);
        std::vector<long double> sums;
        long double running = 0;
        for (const token_id id : order)
            sums.push_back(running +=
                           std::exp(static_cast<long double>(row[static_cast<std::size_t>(id)]) - static_cast<long double>(greatest)));
        for (const float p : {1e-8f, 0.01f, 0.3f, 0.5f, 0.9f, 0.95f, 0.99f, 0.999f, 0.99999f, std::nextafter(1.0f, 0.0f)}) {
            const long double target = static_cast<long double>(p) * running;
            const auto plain = static_cast<std::size_t>(std::lower_bound(sums.begin(), sums.end(), target) - sums.begin()) + 1;
            const auto got = kept(row, top_p{p});
            CAPTURE(kind, p, plain, got.size());
            CHECK(got == prefix(order, got.size()));
            ++decisions;
            if (got.size() == plain) continue;
            // One token, and only where the mass of the shorter prefix is within 1e-7 of p.
            ++boundary_tokens;
            const std::size_t shorter = std::min(got.size(), plain);
            CHECK(std::max(got.size(), plain) - shorter == 1);
            CHECK(static_cast<double>(std::abs(sums[shorter - 1] / running - static_cast<long double>(p))) <= 1e-7);
        }
        CHECK(kept(row, top_p{0.01f, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, top_p{0.01f}).size())));
    }
    WARN("top_p: " << boundary_tokens << " of " << decisions << " boundaries within 1e-7 of p fell on the other side");
}
