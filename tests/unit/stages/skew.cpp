#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/skew.hpp>

using namespace argdraw;
using namespace support;

namespace {

const float ln2 = std::log(2.0f);
const auto tenths = weighing({2, 4, 1, 3});

}  // namespace

TEST_CASE("skew formula: the cumulative distribution of the order to the power e^s") {
    // The order 1 3 0 2 has C = .4 .7 .9 1. Squares .16 .49 .81 1: q = .16 .33 .32 .19.
    CHECK(law(tenths, skew{ln2}) == "0:0.32 1:0.16 2:0.19 3:0.33");
    // Roots .632456 .83666 .948683 1.
    CHECK(law(tenths, skew{-ln2}) == "0:0.112023 1:0.632456 2:0.0513167 3:0.204204");
    // Two in a row: the order after the first is 3 0 2 1 with C = .33 .65 .84 1, and their squares .1089 .4225 .7056 1.
    CHECK(law(tenths, skew{ln2}, skew{ln2}) == "0:0.3136 1:0.2944 2:0.2831 3:0.1089");
    // (i/5)^e and (i/5)^(1/e).
    CHECK(law(std::vector<float>(5, 2.0f), skew{1}) == "0:0.0125893 1:0.0702596 2:0.166583 3:0.295787 4:0.454781");
    CHECK(law(std::vector<float>(5, 2.0f), skew{-1}) == "0:0.553176 1:0.160673 2:0.114831 3:0.09251 4:0.0788109");
}

TEST_CASE("skew formula: the logits become log-probabilities, and a new order") {
    double greatest = 0;
    double* const out = &greatest;
    CHECK(law(tenths, skew{ln2}, [out](auto& c) { *out = c.max(); }) == "0:0.32 1:0.16 2:0.19 3:0.33");
    CHECK(std::abs(greatest - std::log(0.33)) < 1e-6);
    CHECK(kept(tenths, skew{ln2}, top_k{1}) == ids{3});
    CHECK(kept(tenths, skew{ln2}, min_p{0.95f}) == ids{0, 3});  // .32 of .33 is .9697
}

TEST_CASE("skew formula: what was left, at the temperature that was set") {
    // .4 .3 renormalised: 4/7, squared .326531.
    CHECK(law(tenths, top_k{2}, skew{ln2}) == "1:0.326531 3:0.673469");
    // 2 1 at T = 1/2 are 4 1: .8, squared .64.
    CHECK(law(weighing({2, 1}), temperature{0.5f}, skew{ln2}) == "0:0.64 1:0.36");
}

TEST_CASE("skew formula: a step far too small for a difference of powers") {
    // C^2 rises by 2 p where C is 1 to the last digit: p = e^-60, and e^-800, which as a weight is 0.
    for (const float far : {-60.0f, -600.0f, -800.0f, -20000.0f}) {
        CAPTURE(far);
        double least = 0;
        double* const out = &least;
        CHECK(kept(std::vector{0.0f, far}, skew{ln2}, [out](auto& c) { *out = c.survivors().logits[1]; }) == ids{0, 1});
        CHECK(std::abs(least - (static_cast<double>(far) + std::log(2.0))) < 1e-6);
    }
    // So high a power that it feels the e^-30 behind the first: (1 - e^-30)^(e^30) = e^-1.
    CHECK(law(std::vector{0.0f, -30.0f}, skew{30}) == "0:0.367879 1:0.632121");
    // And of what stands behind the second, one part in e^60: (1 - e^-30)^(e^60) is nothing, (1 - e^-60)^(e^60) = e^-1.
    CHECK(law(std::vector{0.0f, -30.0f, -60.0f}, skew{60}) == "0:0 1:0.367879 2:0.632121");
}

TEST_CASE("skew neutral: 0 is the default and changes nothing") {
    CHECK(skew{} == skew{0});
    CHECK(skew{}.neutral());
    CHECK(skew{-0.0f}.neutral());
    CHECK_FALSE(skew{smallest}.neutral());
    CHECK(same_bits(law_of(tenths, skew{0}), law_of(tenths)));
    CHECK(law(tenths, skew{smallest}) == law(tenths));
    CHECK(law(tenths, skew{1e-9f}) == law(tenths));
}

TEST_CASE("skew range: infinite and NaN are bad parameters") {
    for (const float s : {infinity, -infinity, not_a_number, -not_a_number}) {
        CAPTURE(s);
        CHECK_FALSE(skew{s}.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, skew{s}) == "bad_parameter");
        CHECK(sampler{skew{s}, categorical{}}.check().sentence == skew::requirement);
    }
}

TEST_CASE("skew ties: equal logits are told apart by their ids") {
    // .25 each: squares .0625 .25 .5625 1.
    CHECK(law(std::vector<float>(4, -3.0f), skew{ln2}) == "0:0.0625 1:0.1875 2:0.3125 3:0.4375");
    CHECK(kept(std::vector<float>(1000, 0.0f), skew{1}, top_k{2}) == ids{998, 999});
    CHECK(kept(std::vector<float>(1000, 0.0f), skew{-1}, top_k{2}) == ids{0, 1});
}

TEST_CASE("skew edges") {
    // Two halves: 1/4 and 3/4.
    check_edges(skew{ln2}, "0:0.25 2:0.75");
    check_edges(skew{-3e38f}, "0:1");
    check_edges(skew{3e38f}, "2:1");
}

TEST_CASE("skew edges: powers beyond all doubles leave one token") {
    for (const float s : {800.0f, 1e5f, 3e38f}) {
        CAPTURE(s);
        CHECK(law(tenths, skew{s}) == "2:1");
        CHECK(law(tenths, skew{-s}) == "1:1");
        CHECK(law(std::vector<float>(300, 1.0f), skew{s}) == "299:1");
        CHECK(law(std::vector<float>(300, 1.0f), skew{-s}) == "0:1");
        CHECK(law(std::vector{5.0f}, skew{s}) == "0:1");
    }
    CHECK(law(tenths, skew{100}) == "0:0 1:0 2:1 3:0");
    // Still within them: g ln(C_i / C_(i-1)) with g = e^-100.
    CHECK(law(tenths, skew{-100}) == "0:9.34909e-45 1:1 2:3.91949e-45 3:2.08181e-44");
}

TEST_CASE("skew after changes: the row as other stages left it") { check_after_changes(skew{1}); }

TEST_CASE("skew in every scalar") {
    const auto expected = law(std::vector{2.0, 1.0, 0.0, -1.0, -1.0}, skew{0.75f});
    in_every_scalar({2, 1, 0, -1, -1}, [&](const auto& row) { CHECK(law(row, skew{0.75f}) == expected); });
}

TEST_CASE("skew on wide rows: the law is that of its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        const quantities of(row);
        std::vector<real> weights, behind(order.size() + 1, 0);
        for (const token_id id : order) weights.push_back(std::exp(static_cast<real>(row[static_cast<std::size_t>(id)]) - of.maximum));
        for (std::size_t i = order.size(); i-- > 0;) behind[i] = behind[i + 1] + weights[i];
        for (const float s : {-2.0f, -0.1f, 0.5f, 1.0f, 5.0f}) {
            CAPTURE(wide.kind, s);
            const real g = std::exp(static_cast<real>(s));
            const auto out = law_of(row, skew{s});
            REQUIRE(out);
            REQUIRE(out.ids.size() == order.size());
            real worst = 0;
            for (std::size_t i = 0; i < order.size(); ++i) {
                const real before = i == 0 ? 0 : std::exp(g * std::log1p(-behind[i] / behind[0]));
                const real after = std::exp(g * std::log1p(-behind[i + 1] / behind[0]));
                const auto at = static_cast<std::size_t>(std::lower_bound(out.ids.begin(), out.ids.end(), order[i]) - out.ids.begin());
                const real off = std::abs(static_cast<real>(out.probabilities[at]) - (after - before));
                worst = std::max(worst, off / std::max(after - before, static_cast<real>(1e-8L)));
            }
            CHECK(static_cast<double>(worst) < 1e-9);
        }
    }
}
