#include "support.hpp"

using namespace argdraw;
using namespace support;

namespace {

std::vector<double> log_probabilities(const std::vector<float>& row) {
    workspace space;
    candidates<float> c(row, space);
    argdraw::softmax{}(c);
    const auto left = c.survivors();
    return {left.logits.begin(), left.logits.end()};
}

bool near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
    bool all = a.size() == b.size();
    for (std::size_t i = 0; all && i < a.size(); ++i) all = std::abs(a[i] - b[i]) <= tolerance;
    return all;
}

}  // namespace

TEST_CASE("softmax formula: logits become log-probabilities") {
    // Weights 5 3 2, whatever they were multiplied by: 10 6 4 have the same logarithms of .5 .3 .2, as far as logarithms are floats.
    const std::vector<double> logs{-0.69314718055994531, -1.2039728043259361, -1.6094379124341003};
    CHECK(near(log_probabilities(weighing({5, 3, 2})), logs, 5e-7));
    CHECK(near(log_probabilities(weighing({10, 0, 6, 0, 4})), logs, 5e-7));
    CHECK(near(log_probabilities(std::vector{0.0f}), {0.0}, 2e-7));
    CHECK(near(log_probabilities(std::vector{1000.0f, 1000.0f, -1000.0f}),
               {-0.69314718055994531, -0.69314718055994531, -2000.69314718055994531}, 5e-7));
}

TEST_CASE("softmax formula: after other stages it is the logarithm of what is left") {
    // Weights 5 3 2 at T = 1/2: 25 9 4; the first two of them: 25/34 and 9/34.
    workspace space;
    const auto row = weighing({5, 3, 2});
    candidates<float> c(row, space);
    temperature{0.5f}(c);
    top_k{2}(c);
    argdraw::softmax{}(c);
    const auto left = c.survivors();
    REQUIRE(left.ids.size() == 2);
    CHECK(std::abs(left.logits[0] - std::log(25.0 / 34)) < 5e-7);
    CHECK(std::abs(left.logits[1] - std::log(9.0 / 34)) < 5e-7);
    CHECK(std::abs(c.log_sum_exp()) < 1e-12);
}

TEST_CASE("softmax formula: log-probabilities are never positive") {
    for (const float t : {1.0f, 1e-3f, 1e-20f, 1e20f}) {
        workspace space;
        const std::vector row{88.0f, 87.5f, -3.0f, 12.0f};
        candidates<float> c(row, space);
        temperature{t}(c);
        argdraw::softmax{}(c);
        CAPTURE(t);
        CHECK(c.max() <= 0);
    }
}

TEST_CASE("softmax formula: right to 1e-12 and at most 0, on any row of floats") {
    std::mt19937 random(5);
    double worst = 0, greatest = -1;
    for (int n = 0; n < 2000; ++n) {
        std::vector<float> row(1 + random() % 1500);
        const float apart = std::ldexp(1.0f, static_cast<int>(random() % 12) - 5), level = static_cast<float>(random() % 100) * 0.371f;
        for (float& l : row) l = level + apart * static_cast<float>(random() % 10000) * 1e-3f;
        if (n == 0) row = {22.51f};
        long double sum = 0;
        const float top = *std::max_element(row.begin(), row.end());
        for (const float l : row) sum += std::exp(static_cast<long double>(l) - static_cast<long double>(top));
        const std::vector<double> found = log_probabilities(row);
        REQUIRE(found.size() == row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            const long double exact = static_cast<long double>(row[i]) - static_cast<long double>(top) - std::log(sum);
            worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(found[i]) - exact) / std::max(1.0L, -exact)));
            greatest = std::max(greatest, found[i]);
        }
    }
    CHECK(worst < 1e-12);
    CHECK(greatest == 0);  // of one token
}

TEST_CASE("softmax neutral: never, but it changes no law") {
    CHECK_FALSE(argdraw::softmax{}.neutral());
    const auto row = weighing({5, 0, 3, 2});
    CHECK(law(row, argdraw::softmax{}) == "0:0.5 2:0.3 3:0.2");
    CHECK(law(row, temperature{0.5f}, argdraw::softmax{}) == law(row, temperature{0.5f}));
    // Truncations judge differences of logits and shares of the mass, and neither moves.
    CHECK(law(row, argdraw::softmax{}, top_k{2}) == law(row, top_k{2}));
    CHECK(law(row, argdraw::softmax{}, top_p{0.6f}) == law(row, top_p{0.6f}));
    CHECK(law(row, argdraw::softmax{}, min_p{0.5f}) == law(row, min_p{0.5f}));
    CHECK(law(row, argdraw::softmax{}, temperature{0.25f}) == law(row, temperature{0.25f}));
    CHECK(law(row, argdraw::softmax{}, argdraw::softmax{}) == law(row));
}

TEST_CASE("softmax neutral: a stage that reads a logit's sign sees a difference") {
    const auto positive_ones = [](auto& c) { c.keep_if([](token_id, double l) { return l > 0; }); };
    CHECK(law(weighing({5, 3, 2}), positive_ones) == "0:0.5 1:0.3 2:0.2");
    CHECK(law(weighing({5, 3, 2}), argdraw::softmax{}, positive_ones) == "empty");
}

TEST_CASE("softmax range: there are no parameters") {
    CHECK(argdraw::softmax{}.valid());
    CHECK(std::is_empty_v<argdraw::softmax>);
}

TEST_CASE("softmax ties: equal logits stay equal") {
    const auto logs = log_probabilities(std::vector{3.1f, 3.2f, 3.1f, 3.2f, std::nextafter(3.2f, 4.0f)});
    REQUIRE(logs.size() == 5);
    CHECK(logs[0] == logs[2]);
    CHECK(logs[1] == logs[3]);
    CHECK(logs[3] < logs[4]);
}

TEST_CASE("softmax edges") { check_edges(argdraw::softmax{}, "0:0.5 2:0.5"); }

TEST_CASE("softmax of +inf logits: they share the mass") {
    CHECK(near(log_probabilities(std::vector{infinity, 3.0f, infinity, -infinity}), {-0.69314718055994531, -0.69314718055994531}, 1e-15));
}

TEST_CASE("softmax on wide rows agrees with a plain log-sum-exp") {
    for (const auto& [kind, row] : wide_rows()) {
        const double greatest = static_cast<double>(*std::max_element(row.begin(), row.end()));
        long double sum = 0;
        for (const float l : row) sum += std::exp(static_cast<long double>(l) - static_cast<long double>(greatest));
        const double expected = static_cast<double>(std::log(sum)) + greatest;
        workspace space;
        candidates<float> c(row, space);
        CAPTURE(kind);
        CHECK(std::abs(c.log_sum_exp() - expected) < 2e-7);
        argdraw::softmax{}(c);
        CHECK(std::abs(c.max() - (greatest - expected)) < 2e-7);
    }
}
