#include "changes_support.hpp"

#include <argdraw/stages/contrastive.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({8, 4, 2, 1});
const auto amateur = weighing({4, 1, 4, 1});

}  // namespace

TEST_CASE("contrastive formula: (1 + beta) l - beta a on the tokens at least alpha times as likely as the first") {
    // beta = 1: 8^2/4 = 16, 4^2/1 = 16, 2^2/4 = 1, 1 of 34; with alpha = .3 only the first two.
    CHECK(law(row, contrastive{amateur, 0, 1}) == "0:0.470588 1:0.470588 2:0.0294118 3:0.0294118");
    CHECK(law(row, contrastive{amateur, 0.3f, 1}) == "0:0.5 1:0.5");
    // beta = 1/2: 8^1.5/2 = 11.3137, 4^1.5 = 8 of 19.3137.
    CHECK(law(row, contrastive{amateur, 0.3f, 0.5f}) == "0:0.585786 1:0.414214");
    // beta = 0 is the cut alone: 8 4 of 12.
    CHECK(law(row, contrastive{amateur, 0.3f, 0}) == "0:0.666667 1:0.333333");
}

TEST_CASE("contrastive formula: the logit is the one it sees, and so are the living") {
    CHECK(law(row, top_k{3}, contrastive{amateur, 0, 1}) == "0:0.484848 1:0.484848 2:0.030303");
    // After T = 1/2 the ratios are 1/4, 1/16: alpha = .3 keeps one.
    CHECK(law(row, temperature{0.5f}, contrastive{amateur, 0.3f, 1}) == "0:1");
}

TEST_CASE("contrastive formula: the amateur's row may have another scalar") {
    const std::vector<double> wide{1, -1, 0.5, 2};
    const std::vector<argdraw::half> half{argdraw::half(1.0f), argdraw::half(-1.0f), argdraw::half(0.5f), argdraw::half(2.0f)};
    const std::vector single{1.0f, -1.0f, 0.5f, 2.0f};
    const auto expected = law(row, contrastive{single, 0, 0.5f});
    CHECK(law(row, contrastive{wide, 0, 0.5f}) == expected);
    CHECK(law(row, contrastive{half, 0, 0.5f}) == expected);
    CHECK(law(row, contrastive{std::span<const double>(wide), 0, 0.5f}) == expected);
    CHECK(contrastive{single, 0, 1} == contrastive{single, 0, 1});
    CHECK_FALSE(contrastive{single, 0, 1} == contrastive{single, 0, 2});
    CHECK_FALSE(contrastive{single, 0, 1} == contrastive{single, 1, 1});
}

TEST_CASE("contrastive neutral: alpha = 0 and beta = 0 are the default, whatever the row") {
    check_neutral(row, contrastive<float>{});
    check_neutral(row, contrastive{amateur, 0, 0});
    CHECK_FALSE(contrastive{amateur, 0, smallest}.neutral());
    CHECK_FALSE(contrastive{amateur, smallest, 0}.neutral());
}

TEST_CASE("contrastive range: alpha in [0, 1], beta finite and 0 or more; a row of another width is outside_row") {
    for (const float alpha : {-smallest, -1.0f, std::nextafter(1.0f, 2.0f), infinity, not_a_number, -not_a_number})
        check_bad(contrastive{amateur, alpha, 1});
    for (const float beta : {-smallest, -1.0f, infinity, not_a_number, -not_a_number}) check_bad(contrastive{amateur, 0, beta});
    CHECK(contrastive{amateur, 1, std::numeric_limits<float>::max()}.valid());
    // What grows with beta is l - a: ln 2, ln 4, -ln 2 and 0.
    CHECK(law(row, contrastive{amateur, 0, std::numeric_limits<float>::max()}) == "0:0 1:1 2:0 3:0");
    CHECK(kept(row, contrastive{amateur, 1, 1}) == ids{0});
    for (const std::size_t width : {0u, 3u, 5u, 1000u}) {
        const std::vector<float> wrong(width, 1.0f);
        CHECK(law(row, contrastive{wrong, 0, 1}) == "outside_row");
        CHECK(law(row, contrastive{wrong, 0.5f, 0}) == "outside_row");
        CHECK(law(row, as_list, contrastive{wrong, 0, 1}) == "outside_row");
    }
}

TEST_CASE("contrastive ties: equals are kept or dropped together, and stay equal with an equal amateur") {
    const auto out = law_of(std::vector{1.3f, 2.0f, 1.3f, 1.3f}, contrastive{named(std::vector{0.7f, 1.0f, 0.7f, 0.1f}), 0.4f, 1.7f});
    REQUIRE(out);
    CHECK(out.ids == ids{0, 1, 2, 3});
    CHECK(out.probabilities[0] == out.probabilities[2]);
    CHECK(out.probabilities[0] < out.probabilities[3]);
    CHECK(kept(std::vector{1.3f, 2.0f, 1.3f, 1.3f}, contrastive{named(std::vector{0.7f, 1.0f, 0.7f, 0.1f}), 0.6f, 1.7f}) == ids{1});
}

TEST_CASE("contrastive edges: an amateur's -inf counts as its lowest logit among the kept") {
    // -inf for token 3 is 1, as token 1 has it; without token 1 it is 4: 1^2/4.
    const auto without = weighing({4, 1, 4, 0});
    CHECK(law(row, contrastive{without, 0, 1}) == "0:0.470588 1:0.470588 2:0.0294118 3:0.0294118");
    CHECK(law(std::vector{row[0], -infinity, row[2], row[3]}, contrastive{without, 0, 1}) == "0:0.927536 2:0.057971 3:0.0144928");
    // Where all of them are -inf they count as 0: 64 16 4 1 of 85.
    CHECK(law(row, contrastive{named(std::vector(4, -infinity)), 0, 1}) == "0:0.752941 1:0.188235 2:0.0470588 3:0.0117647");
    // What was cut off does not count: of 8 and 4 the lowest a is 4, so 16 and 4.
    CHECK(law(row, contrastive{named(weighing({4, 0, 1, 1})), 0.3f, 1}) == "0:0.8 1:0.2");
}

TEST_CASE("contrastive edges: an amateur's +inf removes, its NaN is nan_logit among the kept") {
    CHECK(kept(row, contrastive{named(std::vector{1.0f, infinity, 1.0f, 1.0f}), 0, 1}) == ids{0, 2, 3});
    CHECK(law(row, contrastive{named(std::vector(4, infinity)), 0, 1}) == "empty");
    const std::vector broken{1.0f, 1.0f, not_a_number, 1.0f};
    CHECK(law(row, contrastive{broken, 0, 1}) == "nan_logit");
    CHECK(kept(row, contrastive{broken, 0.3f, 1}) == ids{0, 1});
    CHECK(kept(row, contrastive{broken, 0.1f, 0}) == ids{0, 1, 2, 3});
}

TEST_CASE("contrastive edges: infinite logits share the mass, unless the amateur's is infinite too") {
    const std::vector two{infinity, 7.0f, infinity, -infinity};
    CHECK(law(two, contrastive{named(std::vector{1.0f, 2.0f, 3.0f, 4.0f}), 0, 1}) == "0:0.5 2:0.5");
    CHECK(law(two, contrastive{named(std::vector{1.0f, 2.0f, -infinity, 4.0f}), 0.5f, 1}) == "0:0.5 2:0.5");
    CHECK(law(two, contrastive{named(std::vector{1.0f, infinity, 3.0f, not_a_number}), 0.5f, 1}) == "0:0.5 2:0.5");
    CHECK(law(two, contrastive{named(std::vector{infinity, 2.0f, 3.0f, 4.0f}), 0, 1}) == "nan_logit");
    CHECK(law(two, contrastive{named(std::vector{not_a_number, 2.0f, 3.0f, 4.0f}), 0, 1}) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 1.0f}, contrastive{named(std::vector{1.0f, 1.0f}), 0, 1}) == "nan_logit");
    CHECK(law(std::vector(2, -infinity), contrastive{named(std::vector{1.0f, 1.0f}), 0.1f, 1}) == "empty");
    CHECK(law(std::vector{-3.0f}, contrastive{named(std::vector{1.0f}), 0.5f, 1}) == "0:1");
}

TEST_CASE("contrastive edges: beyond the range of double it becomes the last one, and what is not beyond is right") {
    CHECK(law(std::vector{1.7e308, 1.0}, contrastive{named(std::vector{-1.7e308, 1.0}), 0, 3}) == "0:1 1:0");
    CHECK(kept(std::vector{-1.7e308}, contrastive{named(std::vector{1.7e308}), 0, 3}) == ids{0});
    // 2 x - x = x, though 2 x is infinite.
    CHECK(law(std::vector{1.7e308, 1.7e308, 1.0}, contrastive{named(std::vector{1.7e308, 1.7e308, 1.0}), 0, 1}) == "0:0.5 1:0.5 2:0");
}

TEST_CASE("contrastive for every scalar") {
    // beta = 1: 2 1.5 - 1 = 2, 2 1 - 1 = 1, 2 .5 - 1 = 0; e^2 e^1 1 of 11.107338.
    check_scalars({1.5f, 1, 0.5f, -4, -infinity}, contrastive{named(std::vector{1.0f, 1.0f, 1.0f, 1.0f, 1.0f}), 0.1f, 1},
                  "0:0.665241 1:0.244728 2:0.0900306");
}

TEST_CASE("contrastive on wide rows: the law is that of the changed row") {
    for (const std::size_t width : {std::size_t{32000}, std::size_t{128256}}) {
        std::mt19937 random(7);
        std::vector<float> against(width);
        for (float& a : against) a = static_cast<float>(random() % 4096) / 512;
        for (const auto& [kind, wide] : wide_rows()) {
            if (wide.size() != width) continue;
            for (const double alpha : {0.0, 0.125}) {
                CAPTURE(kind, alpha);
                // Log-ratios of these rows do not come within rounding of ln .125.
                const double cut = static_cast<double>(*std::max_element(wide.begin(), wide.end())) + std::log(alpha);
                std::vector<double> changed(wide.begin(), wide.end());
                for (std::size_t i = 0; i < width; ++i)
                    changed[i] = changed[i] >= cut ? 1.5 * changed[i] - 0.5 * static_cast<double>(against[i])
                                                   : -std::numeric_limits<double>::infinity();
                const auto expected = law_of(changed);
                CHECK(alike(law_of(wide, contrastive{against, static_cast<float>(alpha), 0.5f}), expected));
                CHECK(alike(law_of(wide, as_list, contrastive{against, static_cast<float>(alpha), 0.5f}), expected));
            }
        }
    }
}
