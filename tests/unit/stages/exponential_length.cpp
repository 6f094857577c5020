#include "changes_support.hpp"

#include <argdraw/stages/exponential_length.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector row{2.0f, -1.0f, 0.0f, 1.0f};

/// What the logit of eos became, from its odds against token 3.
double logit_of(token_id eos, std::size_t tokens, int start, float factor) {
    const auto out = law_of(row, after({}, ids(tokens, 3), exponential_length{start, factor, eos}));
    REQUIRE(out);
    return 1 + std::log(out.probabilities[static_cast<std::size_t>(eos)] / out.probabilities[3]);
}

bool near(double a, double b) { return std::abs(a - b) < 1e-13; }

}  // namespace

TEST_CASE("exponential_length formula: |l| (factor^(t - start) - 1) is added after start") {
    // 2 + 2 (1.5^1 - 1) = 3, 2 + 2 (1.5^2 - 1) = 4.5; -1 + (1.5 - 1) = -.5, -1 + (2.25 - 1) = .25.
    CHECK(near(logit_of(0, 3, 2, 1.5f), 3));
    CHECK(near(logit_of(0, 4, 2, 1.5f), 4.5));
    CHECK(near(logit_of(1, 3, 2, 1.5f), -0.5));
    CHECK(near(logit_of(1, 4, 2, 1.5f), 0.25));
    CHECK(near(logit_of(0, 1, 0, 1.5f), 3));
    // At start itself and before it, nothing.
    for (const std::size_t tokens : {0u, 1u, 2u}) CHECK(near(logit_of(0, tokens, 2, 1.5f), 2));
    // e^3 e^-1 1 e^1 of 24.171698.
    CHECK(law(row, after({}, {3, 3, 3}, exponential_length{2, 1.5f, 0})) == "0:0.830953 1:0.0152194 2:0.0413707 3:0.112457");
}

TEST_CASE("exponential_length formula: the prompt does not count") {
    CHECK(law(row, after({3, 3, 3, 3}, {3}, exponential_length{1, 2, 0})) == law(row));
}

TEST_CASE("exponential_length in a sequence: what is accepted counts, what is rolled back does not") {
    const exponential_length some{1, 1.5f, 0};
    const sampler pick{some, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{0, 0, 0});
    std::vector<std::string> before;
    for (std::size_t t = 0; t < 6; ++t) {
        before.push_back(text(pick.distribution(row, seq)));
        CHECK(before.back() == law(row, after({}, ids(t, 2), some)));
        CHECK(seq.accept(2) == status::ok);
    }
    for (std::size_t t = 6; t-- > 0;) {
        CHECK(seq.rollback(1) == status::ok);
        CHECK(text(pick.distribution(row, seq)) == before[t]);
    }
    CHECK(pick(row, seq));
}

TEST_CASE("exponential_length neutral: a factor of 1 is the default and changes nothing") {
    CHECK(exponential_length{} == exponential_length{0, 1, -1});
    check_neutral(row, after({}, {1, 2, 3}, exponential_length{}));
    check_neutral(row, after({}, {1, 2, 3}, exponential_length{0, 1, 99}));
    CHECK_FALSE(exponential_length{0, std::nextafter(1.0f, 2.0f), 0}.neutral());
}

TEST_CASE("exponential_length range: a factor below 1 makes the end less likely") {
    // 2 + 2 (1/2 - 1) = 1, and in the end 2 - 2 = 0; -1 + (1/2 - 1) = -1.5.
    CHECK(near(logit_of(0, 1, 0, 0.5f), 1));
    CHECK(near(logit_of(0, 2000, 0, 0.5f), 0));
    CHECK(near(logit_of(1, 1, 0, 0.5f), -1.5));
}

TEST_CASE("exponential_length range: what is outside is a bad parameter") {
    for (const float factor : {0.0f, -0.0f, -1.0f, infinity, -infinity, not_a_number, -not_a_number})
        check_bad(exponential_length{0, factor, 0});
    check_bad(exponential_length{-1, 1.5f, 0});
    for (const token_id outside : {-1, 4, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(law(row, after({}, {1}, exponential_length{0, 1.5f, outside})) == "outside_row");
        CHECK(law(row, after({}, {}, exponential_length{0, 1.5f, outside})) == "outside_row");
        CHECK(law(row, as_list, after({}, {}, exponential_length{0, 1.5f, outside})) == "outside_row");
    }
    CHECK(exponential_length{std::numeric_limits<int>::max(), std::numeric_limits<float>::max(), 0}.valid());
    CHECK(exponential_length{0, smallest, 0}.valid());
}

TEST_CASE("exponential_length edges: a logit of 0 stays, one beyond the range of double becomes the largest") {
    CHECK(law(row, after({}, ids(5000, 1), exponential_length{0, 2, 2})) == law(row));
    CHECK(law(row, after({}, ids(5000, 1), exponential_length{0, 2, 0})) == "0:1 1:0 2:0 3:0");
    CHECK(law(row, after({}, ids(5000, 1), exponential_length{0, 2, 1})) == "0:0 1:1 2:0 3:0");
    CHECK(law(std::vector{1e308, infinity + 0.0}, after({}, {1, 1}, exponential_length{0, 1e30f, 0})) == "1:1");
    CHECK(law(std::vector{-1e308}, after({}, {0, 0}, exponential_length{0, 1e-30f, 0})) == "0:1");
}

TEST_CASE("exponential_length edges") {
    check_edges(after({}, {0, 0}, exponential_length{0, 1.5f, 0}), "0:0.5 2:0.5");
    check_edges(after({}, {0, 0}, exponential_length{0, 0.5f, 0}), "0:0.5 2:0.5");
    check_edges(after({}, {}, exponential_length{0, 0.5f, 0}), "0:0.5 2:0.5");
    CHECK(law(std::vector{-infinity, 1.0f}, after({}, {1, 1}, exponential_length{0, 2, 0})) == "1:1");
}

TEST_CASE("exponential_length for every scalar") {
    // 1 + (2 - 1) = 2; e^2 e^1 1 of 11.107338.
    check_scalars({1, 1, 0, -infinity}, after({}, {2, 3}, exponential_length{1, 2, 0}), "0:0.665241 1:0.244728 2:0.0900306");
}

TEST_CASE("exponential_length on wide rows: the law is that of the changed row") {
    check_on_wide_rows(after({}, {1, 1, 1}, exponential_length{1, 1.25f, 256}), [](auto& changed) {
        if (changed[256] > -std::numeric_limits<double>::infinity()) changed[256] += std::abs(changed[256]) * (1.25 * 1.25 - 1);
    });
}
