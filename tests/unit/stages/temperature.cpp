#include "support.hpp"

using namespace argdraw;
using namespace support;

TEST_CASE("temperature formula: logits are divided by T") {
    // Weights 4 2 1. T = 1/2 squares them: 16 4 1 of 21. T = 2 takes roots: 2 1.414214 1 of 4.414214.
    const auto row = weighing({4, 2, 1});
    CHECK(law(row, temperature{0.5f}) == "0:0.761905 1:0.190476 2:0.047619");
    CHECK(law(row, temperature{2}) == "0:0.453082 1:0.320377 2:0.226541");
    // Two in a row multiply: T = 2 and T = 1/4 is T = 1/2.
    CHECK(law(row, temperature{2}, temperature{0.25f}) == "0:0.761905 1:0.190476 2:0.047619");
    // The unit of a logit is a factor of e: 2 1 0 give e^2 e 1 of 11.10734, at T = 1/2 their squares of 62.98721.
    CHECK(law(std::vector{2.0f, 1.0f, 0.0f}, temperature{0.5f}) == "0:0.866813 1:0.11731 2:0.0158762");
}

TEST_CASE("temperature formula: T is exactly the float that was given") {
    // 0.1f is 0.100000001490116: ln(p_0 / p_1) of logits 1 and 0 is 9.99999985, not 10.
    const auto out = law_of(std::vector{1.0f, 0.0f}, temperature{0.1f});
    REQUIRE(out);
    const double ratio = std::log(out.probabilities[0] / out.probabilities[1]);
    CHECK(std::abs(ratio - 1.0 / static_cast<double>(0.1f)) < 1e-12);
    CHECK(std::abs(ratio - 10.0) > 1e-8);
}

TEST_CASE("temperature formula: later stages see divided logits") {
    // Weights 16 4 1: the second is a quarter as likely as the first, and half as likely at T = 2.
    const auto row = weighing({16, 4, 1});
    CHECK(kept(row, temperature{2}, min_p{0.4f}) == ids{0, 1});
    CHECK(kept(row, min_p{0.4f}, temperature{2}) == ids{0});
}

TEST_CASE("temperature neutral: T = 1 is the default and changes nothing") {
    CHECK(temperature{}.t == 1);
    CHECK(temperature{} == temperature{1});
    CHECK(temperature{1}.neutral());
    CHECK_FALSE(temperature{0.5f}.neutral());
    CHECK_FALSE(temperature{0}.neutral());
    const auto row = weighing({5, 3, 2});
    const auto with = law_of(row, temperature{1}), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
    CHECK(text(with) == "0:0.5 1:0.3 2:0.2");
}

TEST_CASE("temperature range: 0 and -0 leave the first maximum") {
    for (const float zero : {0.0f, -0.0f}) {
        CHECK(law(std::vector{1.0f, 3.0f, 2.0f, 3.0f}, temperature{zero}) == "1:1");
        CHECK(law(std::vector{-infinity, -5.0f, -infinity}, temperature{zero}) == "1:1");
        CHECK(law(std::vector{0.0f, infinity, 3.0f, infinity}, temperature{zero}) == "1:1");
    }
}

TEST_CASE("temperature range: 0 switches no other stage on or off") {
    // top_k before it removes the greatest logit's rivals only, min_p after it sees one token: the answer is that of a tiny T.
    const std::vector row{1.0f, 2.5f, 2.0f, 0.0f};
    const auto drop_best = [](auto& c) { c.keep_below(2.5); };
    for (const float t : {0.0f, 1e-30f}) {
        CHECK(law(row, drop_best, temperature{t}, min_p{0.5f}) == "2:1");
        CHECK(law(row, top_k{3}, drop_best, temperature{t}, top_p{0.9f}) == "2:1");
    }
}

TEST_CASE("temperature range: any positive T, subnormal included") {
    for (const float t : {smallest, 3 * smallest, 1e-45f, 1e-40f, std::numeric_limits<float>::min(), 1e-30f, 1e-20f, 1e-12f, 1e-7f}) {
        CAPTURE(t);
        // 1 and the float below it differ by 6e-8: at T <= 1e-7 that is a ratio of at least e^0.59 = 1.815; at 1e-12 it is everything.
        const float below = std::nextafter(1.0f, 0.0f);
        const auto out = law_of(std::vector{below, 1.0f, 1.0f}, temperature{t});
        REQUIRE(out);
        REQUIRE(out.ids == ids{0, 1, 2});
        CHECK(out.probabilities[1] == out.probabilities[2]);
        const double ratio = std::exp((static_cast<double>(below) - 1.0) / static_cast<double>(t));
        CHECK(std::abs(out.probabilities[0] - ratio / (2 + ratio)) < 1e-12);
    }
    for (const float t : {1e-4f, 1e-20f, smallest})
        CHECK(kept(std::vector{-60000.0f, 60000.0f, 59000.0f}, temperature{t}, min_p{1e-30f}) == ids{1});
}

TEST_CASE("temperature range: a difference of one T is a factor of e, however small T is") {
    for (const float t : {smallest, 1e-40f, 1e-30f, 1e-10f}) {
        CAPTURE(t);
        // Logits 2T T 0.
        CHECK(law(std::vector{2 * t, t, 0.0f}, temperature{t}) == "0:0.665241 1:0.244728 2:0.0900306");
    }
}

TEST_CASE("temperature range: huge T flattens but keeps the order") {
    const std::vector row{1.0f, 3.0f, 2.0f, -infinity};
    for (const float t : {1e10f, 1e30f, std::numeric_limits<float>::max()}) {
        CAPTURE(t);
        CHECK(law(row, temperature{t}) == "0:0.333333 1:0.333333 2:0.333333");
        CHECK(kept(row, temperature{t}, top_k{2}) == ids{1, 2});
        CHECK(kept(row, temperature{t}, temperature{0}) == ids{1});
    }
    // Logits as large as T is: 2T T 0 again.
    CHECK(law(std::vector{2e30f, 1e30f, 0.0f}, temperature{1e30f}) == "0:0.665241 1:0.244728 2:0.0900306");
}

TEST_CASE("temperature range: +inf makes the living equal") {
    CHECK(law(std::vector{1.0f, -infinity, 30.0f, -1e30f, 0.0f}, temperature{infinity}) == "0:0.25 2:0.25 3:0.25 4:0.25");
    // Equal from here on: what follows sees ties.
    CHECK(kept(std::vector{1.0f, 30.0f, 0.0f}, temperature{infinity}, top_k{2}) == ids{0, 1});
    CHECK(kept(std::vector{1.0f, 30.0f, 0.0f}, temperature{infinity}, temperature{0.1f}, min_p{1}) == ids{0, 1, 2});
}

TEST_CASE("temperature range: negative T and NaN are bad parameters") {
    for (const float t : {-1.0f, -smallest, -infinity, not_a_number, -not_a_number}) {
        CAPTURE(t);
        CHECK_FALSE(temperature{t}.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, temperature{t}) == "bad_parameter");
        CHECK(sampler{temperature{t}, categorical{}}.check().sentence == temperature::requirement);
    }
    for (const float t : {0.0f, -0.0f, smallest, 1.0f, infinity}) CHECK(temperature{t}.valid());
}

TEST_CASE("temperature ties: equal logits stay equal, different ones different") {
    const float x = 7.3f, y = std::nextafter(x, 0.0f);
    for (const float t : {0.3f, 0.7f, 1.3f, 1e6f, 1e-6f}) {
        CAPTURE(t);
        const auto out = law_of(std::vector{x, y, x, y}, temperature{t});
        REQUIRE(out);
        CHECK(out.probabilities[0] == out.probabilities[2]);
        CHECK(out.probabilities[1] == out.probabilities[3]);
        CHECK(kept(std::vector{y, x, y, x}, temperature{t}, min_p{1}) == ids{1, 3});
        CHECK(kept(std::vector{y, x, y, x}, temperature{t}, top_k{3}) == ids{0, 1, 3});
    }
    CHECK(kept(std::vector<float>(1000, x), temperature{0}) == ids{0});
}

TEST_CASE("temperature edges") {
    check_edges(temperature{0.7f}, "0:0.5 2:0.5");
    check_edges(temperature{infinity}, "0:0.5 2:0.5");
    check_edges(temperature{0}, "0:1");
    check_edges(temperature{smallest}, "0:0.5 2:0.5");
}

TEST_CASE("temperature on wide rows: the law is that of the divided logits") {
    for (const auto& [kind, row] : wide_rows()) {
        CAPTURE(kind);
        const double t = 0.75;
        const auto out = law_of(row, temperature{0.75f});
        REQUIRE(out);
        const double greatest = static_cast<double>(*std::max_element(row.begin(), row.end()));
        long double sum = 0;
        for (const float l : row)
            sum += std::exp((static_cast<long double>(l) - static_cast<long double>(greatest)) / static_cast<long double>(t));
        double worst = 0;
        for (std::size_t i = 0; i < out.ids.size(); ++i) {
            const double l = static_cast<double>(row[static_cast<std::size_t>(out.ids[i])]);
            const double p = static_cast<double>(
                std::exp((static_cast<long double>(l) - static_cast<long double>(greatest)) / static_cast<long double>(t)) / sum);
            worst = std::max(worst, std::abs(out.probabilities[i] / p - 1));
        }
        CHECK(out.ids.size() == in_order(row).size());
        CHECK(worst < 1e-12);
    }
}
