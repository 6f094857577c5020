#include "support.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/typical.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("typical formula: by distance from the entropy, the token that crosses t included") {
    // .5 .3 .2: H = 1.02965, surprises .69315 1.20397 1.60944, distances .33650 .17432 .57979: the order is 1 0 2.
    const auto row = weighing({5, 3, 2});
    CHECK(law(row, typical{0.01f}) == "1:1");
    CHECK(law(row, typical{0.29f}) == "1:1");
    CHECK(law(row, typical{0.31f}) == "0:0.625 1:0.375");
    CHECK(law(row, typical{0.79f}) == "0:0.625 1:0.375");
    CHECK(law(row, typical{0.81f}) == "0:0.5 1:0.3 2:0.2");
}

TEST_CASE("typical formula: the most likely token may be the one to go") {
    // .4 and sixty of .01: H = 3.12962, distances 2.21333 and 1.47555.
    std::vector<float> row(61, 0.0f);
    row[30] = static_cast<float>(std::log(40.0));
    ids expected = first_ids(51);
    expected.erase(expected.begin() + 30);
    CHECK(kept(row, typical{0.495f}) == expected);
    CHECK(kept(row, typical{0.605f}) == first_ids(61));
    // The maximum of what is left is known to what follows.
    CHECK(kept(row, typical{0.495f}, min_p{1}) == expected);
    CHECK(kept(row, typical{0.495f}, top_k{1}) == ids{0});
}

TEST_CASE("typical formula: it sees what was left, at its temperature") {
    const auto row = weighing({5, 3, 2});
    // .625 .375: H = .66156, distances .19156 .31927.
    CHECK(kept(row, top_k{2}, typical{0.3f}) == ids{0});
    // Squares: 25 9 4 of 38: H = .85358, distances .43487 .58678 1.39771.
    CHECK(kept(row, temperature{0.5f}, typical{0.3f}) == ids{0});
    CHECK(kept(row, temperature{0.5f}, typical{0.7f}) == ids{0, 1});
    // Offsets do not matter.
    CHECK(kept(row, argdraw::softmax{}, typical{0.7f}) == ids{0, 1});
}

TEST_CASE("typical formula: however close all logits are to each other") {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    std::vector<float> row(40000);
    for (float& l : row) l = normal(random);
    for (const float t : {1.0f, 1e4f, 1e8f, 1e13f, 1e20f, 1e30f}) {
        CAPTURE(t);
        // Nearly all weigh the same: those that are nearest to the mean.
        double mean = 0, share = 0;
        const auto weight = [&](float l) { return std::exp(static_cast<double>(l) / static_cast<double>(t)); };
        for (const float l : row) mean += weight(l) * static_cast<double>(l), share += weight(l);
        mean /= share;
        ids order(row.size());
        std::iota(order.begin(), order.end(), 0);
        const auto distance = [&](token_id id) { return std::fabs(static_cast<double>(row[static_cast<std::size_t>(id)]) - mean); };
        std::sort(order.begin(), order.end(), [&](token_id a, token_id b) { return distance(a) < distance(b); });
        double mass = 0;
        std::size_t n = 0;
        while (mass < static_cast<double>(0.43217f) * share) mass += weight(row[static_cast<std::size_t>(order[n++])]);
        order.resize(n);
        std::sort(order.begin(), order.end());
        CHECK(kept(row, temperature{t}, typical{0.43217f}) == order);
    }
}

TEST_CASE("typical neutral: 1 and more keep everything") {
    CHECK(typical{}.mass == 1);
    const auto row = weighing({5, 0, 3, 2});
    const auto without = law_of(row);
    for (const float t : {1.0f, 2.0f, infinity}) {
        CHECK(typical{t}.neutral());
        CHECK(typical{t}.valid());
        const auto with = law_of(row, typical{t});
        CHECK(with.ids == without.ids);
        CHECK(with.probabilities == without.probabilities);
    }
    CHECK_FALSE(typical{std::nextafter(1.0f, 0.0f)}.neutral());
}

TEST_CASE("typical range: the smallest t keeps one") {
    CHECK(kept(weighing({5, 3, 2}), typical{smallest}) == ids{1});
    CHECK(kept(std::vector<float>(5000, 1.25f), typical{smallest}) == ids{0});
}

TEST_CASE("typical range: 0, negative t, NaN and negative min_keep are bad parameters") {
    for (const typical bad :
         {typical{0}, typical{-0.0f}, typical{-1}, typical{-infinity}, typical{not_a_number}, typical{0.5f, -1}, typical{1, INT_MIN}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == typical::requirement);
    }
}

TEST_CASE("typical min_keep: counted in the order of distances") {
    const auto row = weighing({5, 3, 2});
    CHECK(kept(row, typical{0.1f, 0}) == ids{1});
    CHECK(kept(row, typical{0.1f, 2}) == ids{0, 1});
    CHECK(kept(row, typical{0.1f, 3}) == ids{0, 1, 2});
    CHECK(kept(row, typical{0.7f, 1}) == ids{0, 1});
    CHECK(kept(row, typical{0.1f, INT_MAX}) == ids{0, 1, 2});
}

TEST_CASE("typical ties: at equal distance the lower ids") {
    for (const std::size_t width : {std::size_t{10}, std::size_t{700}, std::size_t{32000}}) {
        const std::vector<float> row(width, 1.7f);
        for (const std::size_t n : {std::size_t{1}, std::size_t{4}, width / 2, width}) {
            CAPTURE(width, n);
            const float t = static_cast<float>((static_cast<double>(n) - 0.5) / static_cast<double>(width));
            CHECK(kept(row, typical{t}) == first_ids(n));
        }
    }
}

TEST_CASE("typical edges") {
    check_edges(typical{0.9f}, "0:0.5 2:0.5");
    check_edges(typical{0.4f}, "0:1");
    check_edges(typical{0.4f, 2}, "0:0.5 2:0.5");
}

TEST_CASE("typical scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // e^2 e 1 of 11.1073: H = .83240, distances .42479 .57521 1.57521.
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        CHECK(kept(row, typical{0.5f}) == ids{1});
        CHECK(kept(row, typical{0.8f}) == ids{1, 2});
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("typical on wide rows: nothing that stays is farther than what goes, and no fewer would do") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        const auto at = [&](token_id id) { return static_cast<long double>(row[static_cast<std::size_t>(id)]); };
        long double sum = 0, entropy = 0;
        for (const token_id id : order) sum += std::exp(at(id) - at(order[0]));
        const auto surprise = [&](token_id id) { return std::log(sum) - (at(id) - at(order[0])); };
        for (const token_id id : order) entropy += std::exp(-surprise(id)) * surprise(id);
        for (const float t : {0.001f, 0.2f, 0.5f, 0.95f, 0.9999f}) {
            const auto got = kept(row, typical{t});
            std::vector<bool> stays(row.size());
            for (const token_id id : got) stays[static_cast<std::size_t>(id)] = true;
            long double mass = 0, farthest = 0, nearest = 1e9L, lightest = 1;
            for (const token_id id : order) {
                const long double d = std::fabs(surprise(id) - entropy);
                if (stays[static_cast<std::size_t>(id)]) {
                    mass += std::exp(-surprise(id));
                    if (d > farthest) {
                        farthest = d;
                        lightest = std::exp(-surprise(id));
                    }
                } else {
                    nearest = std::min(nearest, d);
                }
            }
            CAPTURE(wide.kind, t, got.size());
            CHECK(static_cast<double>(farthest - nearest) <= 1e-6);
            CHECK(static_cast<double>(mass) >= static_cast<double>(t) - 1e-6);
            CHECK(static_cast<double>(mass - lightest) <= static_cast<double>(t) + 1e-6);
        }
    }
}
