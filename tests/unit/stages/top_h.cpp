#include "support.hpp"

#include <climits>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/top_h.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("top_h formula: the longest prefix whose renormalised entropy is at most h H") {
    // .5 .3 .2: H = 1.02965. Of the first two, .625 .375, it is .66156: a share of .64251.
    const auto row = weighing({3, 5, 2});
    CHECK(law(row, top_h{0.1f}) == "1:1");
    CHECK(law(row, top_h{0.64f}) == "1:1");
    CHECK(law(row, top_h{0.65f}) == "0:0.375 1:0.625");
    CHECK(law(row, top_h{0.99f}) == "0:0.375 1:0.625");
}

TEST_CASE("top_h formula: a prefix that reaches h H exactly is kept") {
    // ln k of k equals: ln 2 is half of ln 4, ln 16 half of ln 256.
    CHECK(kept(std::vector<float>(4, 0.0f), top_h{0.5f}) == first_ids(2));
    CHECK(kept(std::vector<float>(256, 0.0f), top_h{0.5f}) == first_ids(16));
    CHECK(kept(std::vector<float>(256, 0.0f), top_h{std::nextafter(0.5f, 0.0f)}) == first_ids(15));
    CHECK(kept(std::vector<float>(65536, 0.0f), top_h{0.75f}) == first_ids(4096));
}

TEST_CASE("top_h formula: it sees what was left, at its temperature") {
    const auto row = weighing({3, 5, 2});
    CHECK(kept(row, top_k{2}, top_h{0.99f}) == ids{1});
    // Squares 25 9 4 of 38: H = .85358; of 25 9 it is .57792: .67705.
    CHECK(kept(row, temperature{0.5f}, top_h{0.67f}) == ids{1});
    CHECK(kept(row, temperature{0.5f}, top_h{0.68f}) == ids{0, 1});
}

TEST_CASE("top_h neutral: 1 keeps everything") {
    CHECK(top_h{}.h == 1);
    CHECK(top_h{1}.neutral());
    CHECK_FALSE(top_h{std::nextafter(1.0f, 0.0f)}.neutral());
    const auto row = weighing({5, 0, 3, 2});
    const auto with = law_of(row, top_h{1}), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
}

TEST_CASE("top_h range: the smallest h keeps what has no entropy") {
    CHECK(kept(weighing({3, 5, 2}), top_h{smallest}) == ids{1});
    CHECK(kept(std::vector<float>(5000, 2.0f), top_h{smallest}) == ids{0});
}

TEST_CASE("top_h range: outside of (0, 1] is a bad parameter") {
    for (const top_h bad :
         {top_h{0}, top_h{-0.0f}, top_h{-0.5f}, top_h{std::nextafter(1.0f, 2.0f)}, top_h{infinity}, top_h{not_a_number}, top_h{0.5f, -1}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == top_h::requirement);
    }
}

TEST_CASE("top_h min_keep: the longer of the two prefixes") {
    const auto row = weighing({3, 5, 2});
    CHECK(kept(row, top_h{0.1f, 0}) == ids{1});
    CHECK(kept(row, top_h{0.1f, 2}) == ids{0, 1});
    CHECK(kept(row, top_h{0.7f, 1}) == ids{0, 1});
    CHECK(kept(row, top_h{0.1f, INT_MAX}) == ids{0, 1, 2});
}

TEST_CASE("top_h ties: the lower ids stay") {
    // 2 1 1 1 of 5: H = 1.33218; of 2 1 it is .63651, of 2 1 1 1.03972: shares .47780 .78046.
    const auto row = weighing({1, 1, 2, 1});
    CHECK(kept(row, top_h{0.5f}) == ids{0, 2});
    CHECK(kept(row, top_h{0.8f}) == ids{0, 1, 2});
}

TEST_CASE("top_h edges") {
    check_edges(top_h{0.9f}, "0:1");
    check_edges(top_h{0.1f, 2}, "0:0.5 2:0.5");
    // One that has everything: no entropy, no cut.
    CHECK(kept(std::vector{0.0f, -2000.0f}, top_h{0.5f}) == ids{0, 1});
}

TEST_CASE("top_h edges: on a peaked row small terms decide") {
    // e^-20 and e^-21 beside 1: they add p (1 - ln p), 4.328e-8 and 1.668e-8. The first two have .72 of it.
    for (const std::size_t width : {std::size_t{3}, std::size_t{600}, std::size_t{40000}}) {
        std::vector<float> row(width, -infinity);
        row[0] = -21;
        row[1] = 0;
        row[width - 1] = -20;
        const ids two{1, static_cast<token_id>(width - 1)};
        CHECK(kept(row, top_h{0.5f}) == ids{1});
        CHECK(kept(row, top_h{0.7f}) == ids{1});
        CHECK(kept(row, top_h{0.75f}) == two);
    }
}

TEST_CASE("top_h edges: what is lost beside the first weight counts") {
    // H = 39 e^-38 + 40 e^-39, of which the first two tokens have 39 e / (39 e + 40) = .726.
    const std::vector row{0.0f, -38.0f, -39.0f};
    CHECK(kept(row, top_h{0.72f}) == ids{0});
    CHECK(kept(row, top_h{0.73f}) == ids{0, 1});
}

TEST_CASE("top_h scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // e^2 e 1: H = .83240; of the first two .58220: .69943.
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        CHECK(kept(row, top_h{0.69f}) == ids{1});
        CHECK(kept(row, top_h{0.71f}) == ids{1, 2});
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("top_h on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        std::vector<long double> entropies;
        long double sum = 0, moment = 0;
        for (const token_id id : order) {
            const long double below = static_cast<long double>(row[static_cast<std::size_t>(id)]) -
                                      static_cast<long double>(row[static_cast<std::size_t>(order[0])]);
            sum += std::exp(below);
            moment += std::exp(below) * below;
            entropies.push_back(std::log(sum) - moment / sum);
        }
        for (const float h : {0.01f, 0.2f, 0.4f, 0.7f, 0.95f, 0.999f}) {
            const auto got = kept(row, top_h{h});
            const double limit = static_cast<double>(h) * static_cast<double>(entropies.back());
            CAPTURE(wide.kind, h, got.size());
            CHECK(got == prefix(order, got.size()));
            if (got.size() > 1) CHECK(static_cast<double>(entropies[got.size() - 1]) <= limit * (1 + 1e-9));
            REQUIRE(got.size() < order.size());
            CHECK(static_cast<double>(entropies[got.size()]) > limit * (1 - 1e-9));
        }
        CHECK(kept(row, top_h{0.01f, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, top_h{0.01f}).size())));
    }
}
