#include "support.hpp"

using namespace argdraw;
using namespace support;

TEST_CASE("min_p formula: at least p times as likely as the most likely") {
    // .5 .3 .2 are 1, .6 and .4 of the first.
    const auto row = weighing({3, 5, 2});
    CHECK(law(row, min_p{0.39f}) == "0:0.3 1:0.5 2:0.2");
    CHECK(law(row, min_p{0.41f}) == "0:0.375 1:0.625");
    CHECK(law(row, min_p{0.59f}) == "0:0.375 1:0.625");
    CHECK(law(row, min_p{0.61f}) == "1:1");
}

TEST_CASE("min_p formula: a token exactly at the cut stays") {
    // ln 1/2 rounded to double, and the double below it.
    const double half = -0.69314718055994531;
    CHECK(kept(std::vector{0.0, half, std::nextafter(half, -1.0)}, min_p{0.5f}) == ids{0, 1});
    // The float nearest to ln 1/2 lies 1.9e-9 below it, so e to it is less than 1/2; the next float above is more.
    const float nearest = static_cast<float>(half);
    CHECK(kept(std::vector{0.0f, nearest, std::nextafter(nearest, 0.0f)}, min_p{0.5f}) == ids{0, 2});
}

TEST_CASE("min_p formula: the ratio is that of the logits it sees") {
    const auto row = weighing({16, 4, 1});
    CHECK(kept(row, min_p{0.3f}) == ids{0});
    CHECK(kept(row, temperature{2}, min_p{0.3f}) == ids{0, 1});
    CHECK(kept(row, temperature{0.5f}, min_p{0.1f}) == ids{0});
    CHECK(kept(row, temperature{infinity}, min_p{1}) == ids{0, 1, 2});
    // The ratio to the maximum does not feel what was removed below it.
    CHECK(kept(row, top_k{2}, min_p{0.2f}) == ids{0, 1});
}

TEST_CASE("min_p neutral: 0 is the default and keeps everything") {
    CHECK(min_p{}.p == 0);
    CHECK(min_p{0.0f}.neutral());
    CHECK(min_p{-0.0f}.neutral());
    CHECK_FALSE(min_p{smallest}.neutral());
    const std::vector row{0.0f, -1e30f, -infinity, -100.0f};
    const auto with = law_of(row, min_p{0}), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
    CHECK(with.ids == ids{0, 1, 3});
}

TEST_CASE("min_p range: 1 keeps only ties for the maximum") {
    CHECK(kept(std::vector{1.0f, 3.0f, std::nextafter(3.0f, 0.0f), 3.0f}, min_p{1}) == ids{1, 3});
    CHECK(kept(std::vector{1e30f, -1e30f, 1e30f}, min_p{1}) == ids{0, 2});
}

TEST_CASE("min_p range: the smallest p is a logit of -103.28") {
    CHECK(kept(std::vector{0.0f, -103.2f, -103.3f}, min_p{smallest}) == ids{0, 1});
    CHECK(kept(std::vector{1000.0f, 1000.0f - 103.25f, 1000.0f - 103.5f}, min_p{smallest}) == ids{0, 1});
}

TEST_CASE("min_p range: outside of [0, 1] is a bad parameter") {
    for (const min_p bad : {min_p{-smallest}, min_p{-1.0f}, min_p{std::nextafter(1.0f, 2.0f)}, min_p{infinity}, min_p{-infinity},
                            min_p{not_a_number}, min_p{-not_a_number}, min_p{0.5f, -1}}) {
        CAPTURE(bad.p, bad.min_keep);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == min_p::requirement);
    }
}

TEST_CASE("min_p min_keep: the first of the order stay") {
    const auto row = weighing({3, 5, 2, 1});
    CHECK(kept(row, min_p{1, 2}) == ids{0, 1});
    CHECK(kept(row, min_p{1, 3}) == ids{0, 1, 2});
    CHECK(kept(row, min_p{0.1f, 2}) == ids{0, 1, 2, 3});
    CHECK(kept(row, min_p{1, 0}) == ids{1});
    CHECK(kept(row, min_p{1, 1000}) == ids{0, 1, 2, 3});
    CHECK(kept(row, top_k{3}, min_p{1, 2}) == ids{0, 1});
    // Of equals beyond the cut, the lower ids.
    CHECK(kept(std::vector{1.0f, 1.0f, 9.0f, 1.0f}, min_p{0.5f, 3}) == ids{0, 1, 2});
}

TEST_CASE("min_p ties: equal logits are kept or dropped together") {
    const auto row = weighing({2, 5, 2, 5, 2});
    CHECK(kept(row, min_p{0.39f}) == ids{0, 1, 2, 3, 4});
    CHECK(kept(row, min_p{0.41f}) == ids{1, 3});
    // About the border of a block, and in a row of nothing else.
    std::vector<float> blocks(600, 0.0f);
    std::fill(blocks.begin() + 250, blocks.begin() + 262, 3.0f);
    auto expected = first_ids(12);
    for (auto& id : expected) id += 250;
    CHECK(kept(blocks, min_p{1}) == expected);
    CHECK(kept(blocks, min_p{0.06f}) == expected);  // e^-3 = .0498
    CHECK(kept(blocks, min_p{0.04f}) == first_ids(600));
    CHECK(kept(std::vector<float>(128256, 2.0f), min_p{1}) == first_ids(128256));
}

TEST_CASE("min_p edges") {
    check_edges(min_p{0.05f}, "0:0.5 2:0.5");
    check_edges(min_p{1}, "0:0.5 2:0.5");
    check_edges(min_p{smallest}, "0:0.5 2:0.5");
    check_edges(min_p{1, 3}, "0:0.5 2:0.5");
}

TEST_CASE("min_p on wide rows equals its definition") {
    int boundary_tokens = 0;
    std::size_t decisions = 0;
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;  // clang 14 lets no lambda have a structured binding
        const auto order = in_order(row);
        const long double greatest = static_cast<long double>(row[static_cast<std::size_t>(order[0])]);
        for (const float p : {1e-30f, 1e-6f, 0.001f, 0.05f, 0.1f, 0.5f, 0.9f, 1.0f}) {
            const auto ratio = [&](token_id id) {
                return std::exp(static_cast<long double>(row[static_cast<std::size_t>(id)]) - greatest) / static_cast<long double>(p);
            };
            ids plain;
            for (const token_id id : order)
                if (ratio(id) >= 1) plain.push_back(id);
            std::sort(plain.begin(), plain.end());
            const auto got = kept(row, min_p{p});
            ids differ;
            std::set_symmetric_difference(got.begin(), got.end(), plain.begin(), plain.end(), std::back_inserter(differ));
            bool all_at_the_cut = true;
            for (const token_id id : differ) all_at_the_cut &= static_cast<double>(std::abs(ratio(id) - 1)) <= 1e-6;
            CAPTURE(wide.kind, p, plain.size(), got.size());
            CHECK(all_at_the_cut);
            boundary_tokens += static_cast<int>(differ.size());
            decisions += order.size();
        }
        CHECK(kept(row, min_p{1, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, min_p{1}).size())));
    }
    WARN("min_p: " << boundary_tokens << " of " << decisions << " tokens within 1e-6 of the cut fell on the other side");
}
