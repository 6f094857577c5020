#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/top_n_sigma.hpp>

using namespace argdraw;
using namespace support;

TEST_CASE("top_n_sigma formula: at most n standard deviations below the greatest") {
    // 2 0 -2: sigma = sqrt(8/3) = 1.63299 (not 2, which dividing by n - 1 would give); 2/sigma = 1.22474, 4/sigma = 2.44949.
    const std::vector row{2.0f, 0.0f, -2.0f};
    CHECK(kept(row, top_n_sigma{1}) == ids{0});
    CHECK(kept(row, top_n_sigma{1.22f}) == ids{0});
    CHECK(kept(row, top_n_sigma{1.23f}) == ids{0, 1});
    CHECK(kept(row, top_n_sigma{2.44f}) == ids{0, 1});
    CHECK(kept(row, top_n_sigma{2.45f}) == ids{0, 1, 2});
    // The law is that of what is left: e^2 : 1.
    CHECK(law(row, top_n_sigma{1.5f}) == "0:0.880797 1:0.119203");
    // 1 -1: sigma 1, and the second lies at 2 sigma exactly.
    CHECK(kept(std::vector{1.0f, -1.0f}, top_n_sigma{2}) == ids{0, 1});
    CHECK(kept(std::vector{1.0f, -1.0f}, top_n_sigma{std::nextafter(2.0f, 0.0f)}) == ids{0});
}

TEST_CASE("top_n_sigma formula: the living alone count, and temperature makes no difference") {
    const std::vector row{-infinity, 2.0f, 0.0f, -infinity, -2.0f};
    CHECK(kept(row, top_n_sigma{1.22f}) == ids{1});
    CHECK(kept(row, top_n_sigma{1.23f}) == ids{1, 2});
    for (const float t : {0.01f, 0.5f, 3.0f, 1e20f}) {
        CAPTURE(t);
        CHECK(kept(row, temperature{t}, top_n_sigma{1.22f}) == ids{1});
        CHECK(kept(row, temperature{t}, top_n_sigma{1.23f}) == ids{1, 2});
    }
    // Of 2 0 alone sigma is 1.
    CHECK(kept(row, top_k{2}, top_n_sigma{1.99f}) == ids{1});
    CHECK(kept(row, top_k{2}, top_n_sigma{2}) == ids{1, 2});
}

TEST_CASE("top_n_sigma neutral: 0 is the default and keeps everything") {
    CHECK(top_n_sigma{} == top_n_sigma{0, 1});
    CHECK(top_n_sigma{}.neutral());
    CHECK(top_n_sigma{-0.0f, 5}.neutral());
    CHECK_FALSE(top_n_sigma{smallest}.neutral());
    const std::vector row{0.0f, -1e30f, -infinity, -100.0f};
    CHECK(same_bits(law_of(row, top_n_sigma{0}), law_of(row)));
}

TEST_CASE("top_n_sigma range: from next to nothing to infinity") {
    CHECK(kept(std::vector{1.0f, 3.0f, std::nextafter(3.0f, 0.0f), 3.0f}, top_n_sigma{smallest}) == ids{1, 3});
    CHECK(kept(std::vector{0.0f, -1e30f, -infinity, -100.0f}, top_n_sigma{infinity}) == ids{0, 1, 3});
    CHECK(kept(std::vector{0.0f, -1e30f, -infinity, -100.0f}, top_n_sigma{1e30f}) == ids{0, 1, 3});
    CHECK(kept(std::vector{3.0f, 3.0f, 3.0f}, top_n_sigma{infinity}) == ids{0, 1, 2});
    std::vector<float> wide(3000, 1.0f);
    wide[1700] = 2.0f;
    CHECK(kept(wide, top_n_sigma{infinity}).size() == 3000);
    CHECK(kept(wide, top_n_sigma{std::numeric_limits<float>::max()}).size() == 3000);
}

TEST_CASE("top_n_sigma range: outside of it is a bad parameter") {
    for (const top_n_sigma bad : {top_n_sigma{-smallest}, {-1}, {-infinity}, {not_a_number}, {-not_a_number}, {1, -1}, {0, -1}}) {
        CAPTURE(bad.n, bad.min_keep);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == top_n_sigma::requirement);
    }
}

TEST_CASE("top_n_sigma min_keep: the first of the order stay") {
    const std::vector row{0.0f, 2.0f, -2.0f};
    CHECK(kept(row, top_n_sigma{1, 0}) == ids{1});
    CHECK(kept(row, top_n_sigma{1, 1}) == ids{1});
    CHECK(kept(row, top_n_sigma{1, 2}) == ids{0, 1});
    CHECK(kept(row, top_n_sigma{1.5f, 1}) == ids{0, 1});
    CHECK(kept(row, top_n_sigma{1, 1000}) == ids{0, 1, 2});
    CHECK(kept(row, top_k{2}, top_n_sigma{1, 2}) == ids{0, 1});
    // Of equals beyond the cut, the lower ids.
    CHECK(kept(std::vector{1.0f, 1.0f, 9.0f, 1.0f}, top_n_sigma{0.5f, 3}) == ids{0, 1, 2});
}

TEST_CASE("top_n_sigma ties: equal logits are kept or dropped together") {
    CHECK(kept(std::vector{3.0f, 3.0f, 3.0f}, top_n_sigma{0.1f}) == ids{0, 1, 2});
    CHECK(kept(std::vector<float>(128256, 1.7f), top_n_sigma{0.1f}).size() == 128256);
    // 5 twice and 0 four times: sigma = 5 sqrt(2)/3 = 2.357, 5/sigma = 2.1213.
    const std::vector row{0.0f, 5.0f, 0.0f, 0.0f, 5.0f, 0.0f};
    CHECK(kept(row, top_n_sigma{2.12f}) == ids{1, 4});
    CHECK(kept(row, top_n_sigma{2.13f}) == first_ids(6));
}

TEST_CASE("top_n_sigma edges") {
    check_edges(top_n_sigma{1}, "0:0.5 2:0.5");
    check_edges(top_n_sigma{infinity}, "0:0.5 2:0.5");
    check_edges(top_n_sigma{1, 3}, "0:0.5 2:0.5");
}

TEST_CASE("top_n_sigma after changes: the row as other stages left it") { check_after_changes(top_n_sigma{2}); }

TEST_CASE("top_n_sigma in every scalar") {
    in_every_scalar({2, 0, -2, 0, -infinity}, [](const auto& row) {
        // 2 0 0 -2: sigma = sqrt 2, 2/sigma = 1.41421.
        CHECK(kept(row, top_n_sigma{1.41f}) == ids{0});
        CHECK(kept(row, top_n_sigma{1.42f}) == ids{0, 1, 3});
        CHECK(kept(row, top_n_sigma{1.41f, 2}) == ids{0, 1});
    });
}

TEST_CASE("top_n_sigma on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        for (const float n : {0.1f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 5.0f}) {
            CAPTURE(wide.kind, n);
            CHECK(cut_is_at(-static_cast<real>(n) * of.deviation, row, kept(row, top_n_sigma{n})));
        }
        const auto order = in_order(row);
        CHECK(kept(row, top_n_sigma{0.5f, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, top_n_sigma{0.5f}).size())));
    }
}
