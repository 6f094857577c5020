#include "support.hpp"

#include <climits>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/xtc_mean.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("xtc_mean formula: what xtc would drop loses the share q, the others gain it") {
    // .5 .3 .1 .1, the first would go. q = 1/2: it keeps .25, the others have half of .3 .1 .1 and half of .6 .2 .2.
    const auto row = weighing({5, 3, 1, 1});
    CHECK(law(row, xtc_mean{0.5f, 0.25f}) == "0:0.25 1:0.45 2:0.15 3:0.15");
    CHECK(law(row, xtc_mean{0.25f, 0.25f}) == "0:0.375 1:0.375 2:0.125 3:0.125");
    // All but the last of equals: half of .5 .3 .1 .1 and half of 0 0 0 1.
    CHECK(law(row, xtc_mean{0.5f, 0.09f}) == "0:0.25 1:0.15 2:0.05 3:0.55");
    CHECK(law(row, xtc_mean{0.5f, 0}) == "0:0.25 1:0.15 2:0.05 3:0.55");
    CHECK(law(row, xtc_mean{0.5f, 0.4f}) == "0:0.5 1:0.3 2:0.1 3:0.1");
}

TEST_CASE("xtc_mean formula: a token exactly at the threshold counts") {
    CHECK(law(std::vector{0.0f, 0.0f}, xtc_mean{0.5f, 0.5f}) == "0:0.25 1:0.75");
}

TEST_CASE("xtc_mean formula: log-probabilities stay log-probabilities") {
    double sum = 1;
    const auto measure = [&](auto& c) { sum = c.log_sum_exp(); };
    CHECK(kept(weighing({5, 3, 1, 1}), argdraw::softmax{}, xtc_mean{0.3f, 0.09f}, measure).size() == 4);
    CHECK(std::abs(sum) < 2e-7);
}

TEST_CASE("xtc_mean formula: it sees what was left, at its temperature") {
    const auto row = weighing({5, 3, 1, 1});
    // .625 .375: half of it and half of 0 1.
    CHECK(law(row, top_k{2}, xtc_mean{0.5f, 0.3f}) == "0:0.3125 1:0.6875");
    CHECK(law(row, temperature{0.5f}, xtc_mean{0.5f, 0.26f}) == law(row, temperature{0.5f}));
    CHECK(kept(row, xtc_mean{0.5f, 0.25f}, top_k{1}) == ids{1});
}

TEST_CASE("xtc_mean formula: what stays may be next to nothing") {
    CHECK(law(std::vector{0.0f, -40.0f}, xtc_mean{0.5f, 0}) == "0:0.5 1:0.5");
    CHECK(law(std::vector{0.0f, -300.0f, -600.0f}, xtc_mean{0.25f, 0}) == "0:0.75 1:3.86115e-131 2:0.25");
}

TEST_CASE("xtc_mean neutral: probability 0, or a threshold above a half") {
    CHECK(xtc_mean{}.neutral());
    CHECK(xtc_mean{-0.0f, 0.3f}.neutral());
    CHECK(xtc_mean{1, std::nextafter(0.5f, 1.0f)}.neutral());
    CHECK_FALSE(xtc_mean{smallest, 0.5f}.neutral());
    const auto row = weighing({5, 0, 3, 2});
    const auto without = law_of(row);
    const token_id outside[] = {99};
    for (const xtc_mean off : {xtc_mean{}, xtc_mean{0, 0.1f, outside}, xtc_mean{1, 0.6f, outside}}) {
        const auto with = law_of(row, off);
        CHECK(with.ids == without.ids);
        CHECK(with.probabilities == without.probabilities);
    }
}

TEST_CASE("xtc_mean range: probability 1 drops") {
    const auto row = weighing({5, 3, 1, 1});
    CHECK(law(row, xtc_mean{1, 0.25f}) == "1:0.6 2:0.2 3:0.2");
    CHECK(law(row, xtc_mean{1, 0}) == "3:1");
    CHECK(law(row, xtc_mean{smallest, 0.25f}) == "0:0.5 1:0.3 2:0.1 3:0.1");
}

TEST_CASE("xtc_mean range: outside of it are bad parameters") {
    for (const xtc_mean bad : {xtc_mean{-smallest}, xtc_mean{std::nextafter(1.0f, 2.0f)}, xtc_mean{not_a_number}, xtc_mean{0.5f, -smallest},
                               xtc_mean{0.5f, not_a_number}, xtc_mean{0, not_a_number}, xtc_mean{0.5f, 0.1f, {}, -1}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == xtc_mean::requirement);
    }
}

TEST_CASE("xtc_mean protect: ids that count but never lose") {
    const auto row = weighing({5, 3, 1, 1});
    const token_id first[] = {0};
    // Half of .5 .3 .1 .1 and half of .8333 0 0 .1667.
    CHECK(law(row, xtc_mean{0.5f, 0.09f, first}) == "0:0.666667 1:0.15 2:0.05 3:0.133333");
    CHECK(law(row, xtc_mean{0.5f, 0.29f, first}) == "0:0.5 1:0.3 2:0.1 3:0.1");
    CHECK(xtc_mean{1, 0.1f, first} == xtc_mean{1, 0.1f, named(ids{0})});
    CHECK_FALSE(xtc_mean{1, 0.1f, first} == xtc_mean{1, 0.1f});
    for (const token_id id : {-1, 4, INT_MAX, INT_MIN}) {
        const token_id list[] = {0, id};
        CHECK(law(row, xtc_mean{0.5f, 0.1f, list}) == "outside_row");
    }
}

TEST_CASE("xtc_mean min_keep: nothing changes where xtc would leave fewer") {
    const auto row = weighing({5, 3, 1, 1});
    CHECK(law(row, xtc_mean{0.5f, 0.09f, {}, 2}) == "0:0.5 1:0.3 2:0.1 3:0.1");
    CHECK(law(row, xtc_mean{0.5f, 0.25f, {}, 3}) == "0:0.25 1:0.45 2:0.15 3:0.15");
    CHECK(law(row, xtc_mean{0.5f, 0.25f, {}, 4}) == "0:0.5 1:0.3 2:0.1 3:0.1");
    CHECK(law(row, xtc_mean{0.5f, 0.09f, {}, 0}) == "0:0.25 1:0.15 2:0.05 3:0.55");
}

TEST_CASE("xtc_mean ties: of equals the highest id is the last") {
    CHECK(law(weighing({2, 4, 2, 2}), xtc_mean{1, 0.19f}) == "3:1");
    CHECK(law(std::vector<float>(4, 1.0f), xtc_mean{0.5f, 0.2f}) == "0:0.125 1:0.125 2:0.125 3:0.625");
}

TEST_CASE("xtc_mean edges") {
    check_edges(xtc_mean{0.5f, 0.1f}, "0:0.25 2:0.75");
    check_edges(xtc_mean{1, 0.1f}, "2:1");
    check_edges(xtc_mean{0.5f, 0.1f, {}, 2}, "0:0.5 2:0.5");
}

TEST_CASE("xtc_mean scalars: the same law whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // .66524 .24473 .09003: half of it and half of 0 .73106 .26894.
        CHECK(law(std::vector<T>{T(0.0f), T(2.0f), T(1.0f)}, xtc_mean{0.5f, 0.2f}) == "0:0.179486 1:0.33262 2:0.487894");
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("xtc_mean on wide rows is the mean of the laws with and without") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto without = law_of(row);
        for (const float threshold : {0.3f, 0.1f, 0.013f, 0.0007f, 3.1e-5f}) {
            const auto with = law_of(row, xtc_mean{1, threshold});
            const auto mean = law_of(row, xtc_mean{0.25f, threshold});
            REQUIRE(mean.ids == without.ids);
            std::vector<double> expected(row.size());
            for (std::size_t i = 0; i < without.ids.size(); ++i)
                expected[static_cast<std::size_t>(without.ids[i])] += 0.75 * without.probabilities[i];
            for (std::size_t i = 0; i < with.ids.size(); ++i)
                expected[static_cast<std::size_t>(with.ids[i])] += 0.25 * with.probabilities[i];
            double worst = 0;
            for (std::size_t i = 0; i < mean.ids.size(); ++i)
                worst = std::max(worst, std::abs(mean.probabilities[i] / expected[static_cast<std::size_t>(mean.ids[i])] - 1));
            CAPTURE(wide.kind, threshold, with.ids.size());
            CHECK(worst < 1e-11);
        }
    }
}
