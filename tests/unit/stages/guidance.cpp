#include "changes_support.hpp"

#include <argdraw/stages/guidance.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector row{2.0f, 1.0f, 0.0f};
const std::vector other{1.0f, 1.0f, 0.5f};

}  // namespace

TEST_CASE("guidance formula: l <- u + scale (l - u)") {
    // scale 2: 1 + 2 1 = 3, 1 + 0 = 1, .5 - 2 .5 = -.5; e^3 e^1 e^-.5 of 23.41035.
    CHECK(law(row, guidance{other, 2}) == "0:0.857977 1:0.116115 2:0.0259087");
    // scale 1/2: 1.5 1 .25; 4.4816891 + 2.7182818 + 1.2840254 = 8.4839963.
    CHECK(law(row, guidance{other, 0.5f}) == "0:0.528252 1:0.320401 2:0.151347");
    // 0 is the other row, -1 the way back from it: 0 1 1.
    CHECK(law(row, guidance{other, 0}) == law(other));
    CHECK(law(row, guidance{other, -1}) == law(std::vector{0.0f, 1.0f, 1.0f}));
    // Itself as the other row changes nothing.
    CHECK(law(row, guidance{row, 7.5f}) == law(row));
}

TEST_CASE("guidance formula: the logit is the one it sees, and so are the living") {
    CHECK(law(row, temperature{0.5f}, guidance{other, 2}) == law(std::vector{7.0f, 3.0f, -0.5f}));
    CHECK(law(row, top_k{2}, guidance{other, 2}) == law(std::vector{3.0f, 1.0f, -infinity}));
}

TEST_CASE("guidance formula: the other row may have another scalar") {
    const std::vector<double> wide(other.begin(), other.end());
    const std::vector<argdraw::half> half{argdraw::half(1.0f), argdraw::half(1.0f), argdraw::half(0.5f)};
    const std::vector<argdraw::bfloat16> brain{argdraw::bfloat16(1.0f), argdraw::bfloat16(1.0f), argdraw::bfloat16(0.5f)};
    const auto expected = law(row, guidance{other, 2});
    CHECK(law(row, guidance{wide, 2}) == expected);
    CHECK(law(row, guidance{half, 2}) == expected);
    CHECK(law(row, guidance{brain, 2}) == expected);
    CHECK(law(row, guidance{std::span<const double>(wide), 2}) == expected);
    CHECK(std::is_same_v<decltype(guidance{half, 2}), guidance<argdraw::half>>);
    CHECK(guidance{other, 2} == guidance{other, 2});
    CHECK_FALSE(guidance{other, 2} == guidance{other, 3});
    CHECK_FALSE(guidance{other, 2} == guidance{row, 2});
}

TEST_CASE("guidance neutral: a scale of 1 is the default, whatever the row") {
    CHECK(guidance<float>{}.neutral());
    check_neutral(row, guidance<float>{});
    check_neutral(row, guidance{other, 1});
    CHECK_FALSE(guidance{other, std::nextafter(1.0f, 2.0f)}.neutral());
}

TEST_CASE("guidance range: any finite scale; a row of another width is outside_row") {
    for (const float scale : {infinity, -infinity, not_a_number, -not_a_number}) check_bad(guidance{other, scale});
    const float most = std::numeric_limits<float>::max();
    for (const float scale : {0.0f, -1.0f, most, -most}) CHECK(guidance{other, scale}.valid());
    CHECK(law(row, guidance{other, most}) == "0:1 1:0 2:0");
    CHECK(law(row, guidance{other, -most}) == "0:0 1:0 2:1");
    for (const std::size_t width : {0u, 2u, 4u, 1000u}) {
        const std::vector<float> wrong(width, 1.0f);
        CHECK(law(row, guidance{wrong, 2}) == "outside_row");
        CHECK(law(row, as_list, guidance{wrong, 2}) == "outside_row");
    }
}

TEST_CASE("guidance ties: equals with an equal other stay equal") {
    const auto out = law_of(std::vector{1.3f, 1.3f, 1.3f}, guidance{named(std::vector{0.7f, 0.7f, 0.2f}), 1.7f});
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[1]);
    CHECK(out.probabilities[0] < out.probabilities[2]);
}

TEST_CASE("guidance edges: -inf in the other row removes, in the row it stays removed") {
    for (const float scale : {2.0f, 0.5f, 0.0f, -1.0f}) {
        CAPTURE(scale);
        CHECK(kept(row, guidance{named(std::vector{1.0f, -infinity, 0.5f}), scale}) == ids{0, 2});
        CHECK(kept(std::vector{2.0f, -infinity, 0.0f}, guidance{other, scale}) == ids{0, 2});
        CHECK(law(std::vector{infinity, 1.0f, infinity}, guidance{named(std::vector{-infinity, 1.0f, 1.0f}), 2}) == "2:1");
        CHECK(law(std::vector{infinity, 1.0f}, guidance{named(std::vector{-infinity, 1.0f}), scale}) == "empty");
        CHECK(law(std::vector{1.0f}, guidance{named(std::vector{-infinity}), scale}) == "empty");
    }
}

TEST_CASE("guidance edges: +inf as the formula has it") {
    // In the row: inf for a positive scale, NaN for 0, -inf for a negative one.
    const std::vector two{infinity, 7.0f, infinity, -infinity}, four{1.0f, not_a_number, 2.0f, not_a_number};
    CHECK(law(two, guidance{four, 2}) == "0:0.5 2:0.5");
    CHECK(law(two, guidance{four, 0.5f}) == "0:0.5 2:0.5");
    CHECK(law(two, guidance{four, 0}) == "nan_logit");
    CHECK(law(two, guidance{four, -1}) == "empty");
    CHECK(law(std::vector{infinity, 1.0f}, guidance{named(std::vector{infinity, 1.0f}), 2}) == "nan_logit");
    // In the other row: inf - s inf, which is inf for a negative scale alone.
    CHECK(law(row, guidance{named(std::vector{infinity, 1.0f, 1.0f}), 2}) == "nan_logit");
    CHECK(law(row, guidance{named(std::vector{infinity, 1.0f, 1.0f}), 0}) == "nan_logit");
    CHECK(law(row, guidance{named(std::vector{infinity, 1.0f, 1.0f}), -1}) == "0:1");
}

TEST_CASE("guidance edges: NaN in the other row counts where the token lives") {
    const std::vector broken{1.0f, not_a_number, 0.5f};
    CHECK(law(row, guidance{broken, 2}) == "nan_logit");
    CHECK(kept(std::vector{1.0f, -infinity, 0.5f}, guidance{broken, 2}) == ids{0, 2});
    CHECK(law(std::vector{infinity, infinity, 0.5f}, guidance{broken, 2}) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 1.0f, 0.5f}, guidance{other, 2}) == "nan_logit");
    CHECK(law(std::vector(3, -infinity), guidance{other, 2}) == "empty");
    CHECK(law(std::vector{-3.0f}, guidance{named(std::vector{1.0f}), 2}) == "0:1");
}

TEST_CASE("guidance edges: beyond the range of double it becomes the last one, and what is not beyond is right") {
    CHECK(law(std::vector{1.5e308, -1.5e308, 0.0}, guidance{named(std::vector{-1.5e308, 1.5e308, 0.0}), 3}) == "0:1 1:0 2:0");
    CHECK(kept(std::vector{-1.5e308}, guidance{named(std::vector{1.5e308}), 1000}) == ids{0});
    // l - u is beyond it, but u + (l - u)/2 is 0.
    const auto out = law_of(std::vector{1.6e308, 0.0}, guidance{named(std::vector{-1.6e308, 0.0}), 0.5f});
    REQUIRE(out);
    CHECK(out.probabilities[0] == 0.5);
}

TEST_CASE("guidance for every scalar") {
    // 1 + 2 1 = 3 and so on as above; e^3 e^1 e^-.5.
    check_scalars({2, 1, 0, -infinity}, guidance{named(std::vector{1.0f, 1.0f, 0.5f, 3.0f}), 2}, "0:0.857977 1:0.116115 2:0.0259087");
}

TEST_CASE("guidance on wide rows: the law is that of the changed row") {
    for (const std::size_t width : {std::size_t{32000}, std::size_t{128256}}) {
        std::mt19937 random(7);
        std::vector<float> against(width);
        for (float& u : against) u = static_cast<float>(random() % 4096) / 512;
        for (const auto& [kind, wide] : wide_rows()) {
            if (wide.size() != width) continue;
            CAPTURE(kind);
            std::vector<double> changed(wide.begin(), wide.end());
            for (std::size_t i = 0; i < width; ++i) {
                const double u = static_cast<double>(against[i]);
                changed[i] = u + 1.5 * (changed[i] - u);
            }
            const auto expected = law_of(changed);
            CHECK(alike(law_of(wide, guidance{against, 1.5f}), expected));
            CHECK(alike(law_of(wide, as_list, guidance{against, 1.5f}), expected));
        }
    }
}
