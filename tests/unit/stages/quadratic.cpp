#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/quadratic.hpp>

using namespace argdraw;
using namespace support;

namespace {

// The logits after the stages, by id; of those that do not live, -inf.
template <class T, class... Stages>
std::vector<double> logits_after(const std::vector<T>& row, const Stages&... stages) {
    std::vector<double> logits(row.size(), -static_cast<double>(infinity));
    std::vector<double>* const out = &logits;
    law(row, stages..., [out](auto& c) {
        const auto living = c.survivors();
        for (std::size_t i = 0; i < living.ids.size(); ++i) (*out)[static_cast<std::size_t>(living.ids[i])] = living.logits[i];
    });
    return logits;
}

}  // namespace

TEST_CASE("quadratic formula: logits bend around the maximum") {
    // Logits 3 1 -1, d = 0 -2 -4, f = 1/2. c = 1: -d^2/2 = 0 -2 -8. c = 3: d^3/2 = 0 -4 -32. c = 2: half of each.
    const std::vector row{3.0f, 1.0f, -1.0f};
    CHECK(logits_after(row, quadratic{0.5f}) == std::vector<double>{3, 1, -5});
    CHECK(logits_after(row, quadratic{0.5f, 3}) == std::vector<double>{3, -1, -29});
    CHECK(logits_after(row, quadratic{0.5f, 2}) == std::vector<double>{3, 0, -17});
    // e^0 e^-2 e^-8.
    CHECK(law(row, quadratic{0.5f}) == "0:0.880537 1:0.119168 2:0.000295387");
}

TEST_CASE("quadratic formula: the curve") {
    // Logits 2 1 0 -1 -2, f = 1/4: d^2/4 = 0 .25 1 2.25 4, and with c = 2 half of it plus half of |d|^3/4 = 0 .25 2 6.75 16.
    const std::vector row{2.0f, 1.0f, 0.0f, -1.0f, -2.0f};
    CHECK(law(row, quadratic{0.25f}) == "0:0.440452 1:0.343024 2:0.162033 3:0.0464233 4:0.00806716");
    CHECK(law(row, quadratic{0.25f, 2}) == "0:0.49675 1:0.386869 2:0.11084 3:0.00551839 4:2.25524e-05");
}

TEST_CASE("quadratic formula: it sees the logits that were left") {
    // 8 4 0 at T = 2 are 4 2 0: f = 1/2 gives 4 2 -4.
    CHECK(logits_after(std::vector{8.0f, 4.0f, 0.0f}, temperature{2}, quadratic{0.5f}) == std::vector<double>{4, 2, -4});
    // The maximum is that of the living.
    const auto ban_first = [](auto& c) { c.keep_below(8); };
    CHECK(logits_after(std::vector{8.0f, 4.0f, 0.0f}, ban_first, quadratic{0.5f})[2] == -4);
}

TEST_CASE("quadratic neutral: factor 0 is the default and changes nothing") {
    CHECK(quadratic{} == quadratic{0, 1});
    CHECK(quadratic{}.neutral());
    CHECK(quadratic{-0.0f, 2}.neutral());
    CHECK_FALSE(quadratic{smallest}.neutral());
    const auto row = weighing({5, 3, 2});
    CHECK(same_bits(law_of(row, quadratic{0, 2}), law_of(row)));
}

TEST_CASE("quadratic range: the ends of factor") {
    // So small a factor makes everything within reach equal to the maximum; so large a one leaves the maxima alone.
    CHECK(law(std::vector{3.0f, 1.0f, -1.0f}, quadratic{smallest}) == "0:0.333333 1:0.333333 2:0.333333");
    CHECK(law(std::vector{3.0f, 1.0f, 3.0f}, quadratic{std::numeric_limits<float>::max(), 3}) == "0:0.5 1:0 2:0.5");
}

TEST_CASE("quadratic range: outside of it is a bad parameter") {
    for (const quadratic bad : {quadratic{-smallest, 1},
                                {-1, 1},
                                {infinity, 1},
                                {-infinity, 1},
                                {not_a_number, 1},
                                {1, 0.999f},
                                {1, 3.001f},
                                {1, 0},
                                {1, infinity},
                                {1, not_a_number},
                                {0, 0.5f}}) {
        CAPTURE(bad.factor, bad.curve);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == quadratic::requirement);
    }
}

TEST_CASE("quadratic ties: equal logits stay equal, and the order stays") {
    const std::vector row{0.5f, 3.0f, 0.5f, -2.0f, 3.0f};
    for (const float curve : {1.0f, 1.7f, 3.0f}) {
        CAPTURE(curve);
        const auto out = law_of(row, quadratic{0.3f, curve});
        REQUIRE(out);
        CHECK(out.probabilities[0] == out.probabilities[2]);
        CHECK(out.probabilities[1] == out.probabilities[4]);
        CHECK(kept(row, quadratic{0.3f, curve}, top_k{3}) == ids{0, 1, 4});
    }
}

TEST_CASE("quadratic edges") {
    check_edges(quadratic{0.5f}, "0:0.5 2:0.5");
    check_edges(quadratic{0.5f, 3}, "0:0.5 2:0.5");
}

TEST_CASE("quadratic edges: logits of +inf stay infinite") {
    // 5 less than infinity is infinite.
    const auto lower = [](auto& c) { c.add(0, -5); };
    CHECK(law(std::vector{infinity, 7.0f, infinity}, quadratic{0.5f}, lower) == "0:0.5 2:0.5");
    // 5 less than an equal is e^-5 : 1.
    CHECK(law(std::vector{3.0f, 3.0f}, quadratic{0.5f}, lower) == "0:0.00669285 1:0.993307");
}

TEST_CASE("quadratic edges: what falls below the range of double lives on") {
    const std::vector row{0.0, -1e200, -1e300, -std::numeric_limits<double>::infinity()};
    CHECK(law(row, quadratic{1, 3}) == "0:1 1:0 2:0");
    CHECK(law(row, quadratic{1}, temperature{infinity}) == "0:0.333333 1:0.333333 2:0.333333");
    CHECK(law(std::vector{std::numeric_limits<double>::max(), 0.0, std::numeric_limits<double>::lowest()}, quadratic{1, 2}) ==
          "0:1 1:0 2:0");
    // Lower, but not that low: f d^2 = 1e-45 (1e160)^2.
    CHECK(logits_after(std::vector{0.0, -1e160}, quadratic{smallest})[1] < -1e275);
    CHECK(logits_after(std::vector{0.0, -1e160}, quadratic{smallest})[1] > -1e276);
}

TEST_CASE("quadratic after changes: the row as other stages left it") { check_after_changes(quadratic{0.3f, 1.5f}); }

TEST_CASE("quadratic in every scalar") {
    in_every_scalar({3, 1, -1}, [](const auto& row) { CHECK(logits_after(row, quadratic{0.5f, 2}) == std::vector<double>{3, 0, -17}); });
}

TEST_CASE("quadratic on wide rows: the law is that of its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const real m = quantities(row).maximum;
        for (const quadratic q : {quadratic{0.3f}, {0.1f, 1.5f}, {0.02f, 3}}) {
            CAPTURE(wide.kind, q.factor, q.curve);
            const real f = static_cast<real>(q.factor), c = static_cast<real>(q.curve);
            const auto out = law_of(row, q);
            REQUIRE(out);
            CHECK(out.ids.size() == in_order(row).size());
            CHECK(static_cast<double>(worst_error(row, out, [&](real l) {
                      const real d = l - m;
                      return m - (3 - c) / 2 * f * d * d + (c - 1) / 2 * f * d * d * d;
                  })) < 1e-12);
        }
    }
}
