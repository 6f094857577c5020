#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/dynamic_temperature.hpp>

using namespace argdraw;
using namespace support;

namespace {

// 1/2 1/4 1/8 1/8: H = 7/4 ln 2 of ln 4, a share of 7/8.
const auto halves = weighing({4, 2, 1, 1});

}  // namespace

TEST_CASE("dynamic_temperature formula: T goes from min to max with the share of the largest entropy") {
    // T = 2 * 7/8 = 7/4: weights 4^(4/7) 2^(4/7) 1 1 = 2.20818 1.48599 1 1.
    CHECK(law(halves, dynamic_temperature{0, 2}) == "0:0.387796 1:0.260968 2:0.175618 3:0.175618");
    // T = 1 + 2 * 7/8 = 11/4.
    CHECK(law(halves, dynamic_temperature{1, 3}) == "0:0.334976 1:0.260344 2:0.20234 3:0.20234");
    // min = max is a plain temperature: weights 16 4 1 1 of 22 at 1/2, 2 1.41421 1 1 at 2.
    CHECK(law(halves, dynamic_temperature{0.5f, 0.5f}) == "0:0.727273 1:0.181818 2:0.0454545 3:0.0454545");
    CHECK(law(halves, dynamic_temperature{2, 2, 7}) == "0:0.369398 1:0.261204 2:0.184699 3:0.184699");
}

TEST_CASE("dynamic_temperature formula: the exponent bends the way from min to max") {
    // T = 2 (7/8)^2 = 49/32, and T = 2 sqrt(7/8) = 1.870829.
    CHECK(law(halves, dynamic_temperature{0, 2, 2}) == "0:0.409041 1:0.260121 2:0.165419 3:0.165419");
    CHECK(law(halves, dynamic_temperature{0, 2, 0.5f}) == "0:0.378264 1:0.261149 2:0.180294 3:0.180294");
    // So large a power of 7/8 is nothing: T = min. So small a one is 1: T = max.
    CHECK(law(halves, dynamic_temperature{0.5f, 2, infinity}) == law(halves, temperature{0.5f}));
    CHECK(law(halves, dynamic_temperature{0.5f, 2, 1e30f}) == law(halves, temperature{0.5f}));
    CHECK(law(halves, dynamic_temperature{0.5f, 2, smallest}) == law(halves, temperature{2}));
}

TEST_CASE("dynamic_temperature formula: equal logits have all the entropy there is") {
    // T = max exactly, whatever the exponent; seen through a bias that tells tokens apart afterwards: e^(1/T) : 1.
    for (const float exponent : {0.5f, 1.0f, 7.0f, 1e30f, infinity}) {
        CAPTURE(exponent);
        CHECK(kept(std::vector<float>(300, 1.7f), dynamic_temperature{0.5f, 2, exponent}).size() == 300);
        const auto raised = [](auto& c) { c.transform([m = c.max()](token_id id, double) { return id == 0 ? m : 0.0; }); };
        // Logits 4 become 2, and token 0 keeps it: e^2 : 1 = .880797 : .119203.
        CHECK(law(std::vector{4.0f, 4.0f}, dynamic_temperature{0.5f, 2, exponent}, raised) == "0:0.880797 1:0.119203");
    }
}

TEST_CASE("dynamic_temperature formula: the entropy of a row that is all but sure") {
    // p = e^-38 beside 1: H = 38 e^-38 + e^-38 = 1.2242618e-15, where e^-38 is lost beside 1. T = 1000 (H/ln 2)^.1 = 33.473788.
    CHECK(law(std::vector{0.0f, -38.0f}, dynamic_temperature{0, 1000, 0.1f}) == "0:0.7568 1:0.2432");
}

TEST_CASE("dynamic_temperature formula: an entropy too small for a double") {
    // H = 8001 e^-8000, and to the power of 1e-30 that is 1: T = 8000.
    CHECK(law(std::vector{0.0f, -8000.0f}, dynamic_temperature{0, 8000, 1e-30f}) == "0:0.731059 1:0.268941");
}

TEST_CASE("dynamic_temperature formula: the living alone count") {
    const auto row = weighing({4, 0, 2, 1, 0, 1});
    CHECK(law(row, dynamic_temperature{0, 2}) == "0:0.387796 2:0.260968 3:0.175618 5:0.175618");
    // Of four tokens of top_k{2} two live: p 2/3 1/3, H/ln 2 = .918296, T = 1.836592, 2^(1/T) = 1.458500.
    CHECK(law(halves, top_k{2}, dynamic_temperature{0, 2}) == "0:0.593248 1:0.406752");
}

TEST_CASE("dynamic_temperature neutral: min = max = 1 is the default and changes nothing") {
    CHECK(dynamic_temperature{} == dynamic_temperature{1, 1, 1});
    CHECK(dynamic_temperature{}.neutral());
    CHECK(dynamic_temperature{1, 1, 3}.neutral());
    CHECK_FALSE(dynamic_temperature{0.5f, 1}.neutral());
    CHECK_FALSE(dynamic_temperature{1, 2}.neutral());
    CHECK(same_bits(law_of(halves, dynamic_temperature{}), law_of(halves)));
    // One living token keeps its logit, whatever T would be; of two equals T = max = 1/2 makes 6.
    const auto logit_of_first = [](const std::vector<float>& row, dynamic_temperature t) {
        double seen = 0;
        double* const where = &seen;
        law(row, t, [where](auto& c) { *where = c.max(); });
        return seen;
    };
    CHECK(logit_of_first({3.0f}, {0, 0}) == 3);
    CHECK(logit_of_first({3.0f, -infinity}, {0.25f, 0.5f}) == 3);
    CHECK(logit_of_first({3.0f, 3.0f}, {0.25f, 0.5f}) == 6);
}

TEST_CASE("dynamic_temperature range: T = 0 leaves the first maximum, T = +inf makes the living equal") {
    CHECK(law(std::vector{1.0f, 5.0f, 5.0f}, dynamic_temperature{0, 0}) == "1:1");
    CHECK(law(std::vector{1.0f, 5.0f, 5.0f}, dynamic_temperature{-0.0f, 0}) == "1:1");
    CHECK(law(std::vector{1.0f, 5.0f, 5.0f, -infinity}, dynamic_temperature{1, infinity}) == "0:0.333333 1:0.333333 2:0.333333");
    CHECK(law(std::vector{1.0f, 5.0f, 5.0f, -infinity}, dynamic_temperature{infinity, infinity}) == "0:0.333333 1:0.333333 2:0.333333");
    // No share of an infinite max where there is no entropy: the second weighs e^-800.
    CHECK(law(std::vector{800.0f, 0.0f}, dynamic_temperature{1, infinity}) == "0:1 1:0");
}

TEST_CASE("dynamic_temperature range: any size of T") {
    for (const float t : {smallest, 1e-40f, 1e-30f, 1e-10f, 1e30f}) {
        CAPTURE(t);
        CHECK(law(std::vector{2 * t, t, 0.0f}, dynamic_temperature{t, t}) == "0:0.665241 1:0.244728 2:0.0900306");
    }
    // A T far below all floats: (7/8)^1000 of the smallest one.
    CHECK(kept(halves, dynamic_temperature{0, smallest, 1000}, min_p{0.5f}) == ids{0});
    CHECK(kept(halves, dynamic_temperature{0, smallest, 4900}, min_p{0.5f}) == ids{0});
}

TEST_CASE("dynamic_temperature range: outside of it is a bad parameter") {
    for (const dynamic_temperature bad : {dynamic_temperature{2, 1},
                                          {-smallest, 1},
                                          {-1, -0.5f},
                                          {0, 1, 0},
                                          {0, 1, -1},
                                          {not_a_number, 1},
                                          {0, not_a_number},
                                          {0, 1, not_a_number},
                                          {1, 1, 0}}) {
        CAPTURE(bad.min, bad.max, bad.exponent);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == dynamic_temperature::requirement);
    }
}

TEST_CASE("dynamic_temperature ties: equal logits stay equal, different ones different") {
    const float x = 7.3f, y = std::nextafter(x, 0.0f);
    const auto out = law_of(std::vector{x, y, x, y, 0.0f}, dynamic_temperature{0.3f, 1.7f, 0.5f});
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[2]);
    CHECK(out.probabilities[1] == out.probabilities[3]);
    CHECK(kept(std::vector{y, x, y, x, 0.0f}, dynamic_temperature{0.3f, 1.7f}, top_k{3}) == ids{0, 1, 3});
    CHECK(kept(std::vector<float>(1000, x), dynamic_temperature{0, 0}) == ids{0});
}

TEST_CASE("dynamic_temperature edges") {
    check_edges(dynamic_temperature{0.5f, 1.5f}, "0:0.5 2:0.5");
    check_edges(dynamic_temperature{0.5f, infinity}, "0:0.5 2:0.5");
    check_edges(dynamic_temperature{0, 0}, "0:1");
}

TEST_CASE("dynamic_temperature after changes: the row as other stages left it") { check_after_changes(dynamic_temperature{0.25f, 2}); }

TEST_CASE("dynamic_temperature in every scalar") {
    // Logits 2 1 0 -1 -1, representable in all. Of each scalar the same law to the last printed digit.
    const auto expected = law(std::vector{2.0, 1.0, 0.0, -1.0, -1.0}, dynamic_temperature{0.25f, 2});
    in_every_scalar({2, 1, 0, -1, -1}, [&](const auto& row) { CHECK(law(row, dynamic_temperature{0.25f, 2}) == expected); });
}

TEST_CASE("dynamic_temperature on wide rows: the law is that of its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        for (const dynamic_temperature d : {dynamic_temperature{0.25f, 1.5f}, {0.5f, 4, 2.5f}, {0, 1, 0.3f}}) {
            CAPTURE(wide.kind, d.min, d.max, d.exponent);
            const real low = static_cast<real>(d.min), high = static_cast<real>(d.max);
            const real t = low + (high - low) * std::pow(of.entropy / std::log(of.count), static_cast<real>(d.exponent));
            const auto out = law_of(row, d);
            REQUIRE(out);
            CHECK(static_cast<double>(worst_error(row, out, [&](real l) { return l / t; })) < 1e-9);
        }
    }
}
