#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/p_less.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto tenths = weighing({2, 4, 1, 3});

}  // namespace

TEST_CASE("p_less formula: at least the sum of the squares") {
    // 1/2 1/4 1/8 1/8: 1/4 + 1/16 + 1/32 = .34375.
    CHECK(law(weighing({4, 2, 1, 1}), p_less{}) == "0:1");
    // 5 4 1 of 10: .42.
    CHECK(law(weighing({1, 5, 4}), p_less{}) == "1:1");
    // 45 43 12 of 100: .2025 + .1849 + .0144 = .4018.
    CHECK(law(weighing({45, 12, 43}), p_less{}) == "0:0.511364 2:0.488636");
    // 30 29 28 13: .09 + .0841 + .0784 + .0169 = .2694.
    CHECK(kept(weighing({30, 29, 28, 13}), p_less{}) == ids{0, 1, 2});
}

TEST_CASE("p_less formula: equality to a relative 1e-6") {
    // .16 + .09 + .04 + .01 = .3, and .3 meets it.
    CHECK(kept(tenths, p_less{}) == ids{1, 3});
    // Of logits 0 and -d the lesser has 1/2 - d/4, which to first order is a relative d/2 short of the cut.
    CHECK(kept(std::vector{0.0, -1e-9}, p_less{}) == ids{0, 1});
    CHECK(kept(std::vector{0.0, -1e-6}, p_less{}) == ids{0, 1});
    CHECK(kept(std::vector{0.0, -4e-6}, p_less{}) == ids{0});
    CHECK(kept(std::vector{0.0f, -1e-3f}, p_less{}) == ids{0});
}

TEST_CASE("p_less formula: it is of the probabilities it sees") {
    // Three of the tenths: .4 .3 .2 of .9 are .4444 .3333 .2222, squares .3580. Flat: all.
    CHECK(kept(tenths, top_k{3}, p_less{}) == ids{1});
    CHECK(kept(tenths, temperature{infinity}, p_less{}) == ids{0, 1, 2, 3});
    // At T = 1/2 16 9 4 1 of 30: (256 + 81 + 16 + 1)/900 = .3933 of .5333 and .3.
    CHECK(kept(tenths, temperature{0.5f}, p_less{}) == ids{1});
    // At T = 1/1000 only the first has weight.
    CHECK(kept(tenths, temperature{1e-3f}, p_less{}) == ids{1});
}

TEST_CASE("p_less neutral: never") {
    CHECK(p_less{} == p_less{1});
    CHECK_FALSE(p_less{}.neutral());
    CHECK_FALSE(p_less{1000}.neutral());
    // But what keeps all changes no bits.
    CHECK(same_bits(law_of(std::vector<float>(300, 1.0f), p_less{}), law_of(std::vector<float>(300, 1.0f))));
}

TEST_CASE("p_less range: a negative min_keep is a bad parameter") {
    CHECK(p_less{0}.valid());
    CHECK_FALSE(p_less{-1}.valid());
    CHECK(law(tenths, p_less{-1}) == "bad_parameter");
    CHECK(sampler{p_less{-1}, categorical{}}.check().sentence == p_less::requirement);
}

TEST_CASE("p_less min_keep: the first of the order stay") {
    const auto row = weighing({2, 4, 1, 1});
    CHECK(kept(row, p_less{0}) == ids{1});
    CHECK(kept(row, p_less{2}) == ids{0, 1});
    CHECK(kept(row, p_less{3}) == ids{0, 1, 2});
    CHECK(kept(row, p_less{1000}) == ids{0, 1, 2, 3});
    CHECK(kept(row, top_k{3}, p_less{2}) == ids{0, 1});
}

TEST_CASE("p_less ties: equal logits are kept or dropped together, and of equals all live") {
    for (const float logit : {0.0f, 7.0f, 1.7f, -30.0f, 88.0f, 1e30f})
        for (const std::size_t n : {std::size_t{1}, std::size_t{3}, std::size_t{300}, std::size_t{128256}}) {
            CAPTURE(logit, n);
            CHECK(kept(std::vector<float>(n, logit), p_less{}).size() == n);
        }
    // 1 10 1 10 1 of 23: 203/529 = .3837 of .4348.
    CHECK(kept(weighing({1, 10, 1, 10, 1}), p_less{}) == ids{1, 3});
}

TEST_CASE("p_less edges") {
    check_edges(p_less{}, "0:0.5 2:0.5");
    check_edges(p_less{3}, "0:0.5 2:0.5");
}

TEST_CASE("p_less after changes: the row as other stages left it") { check_after_changes(p_less{}); }

TEST_CASE("p_less in every scalar") {
    // Logits 1.5 1.25 0 -1: p = .479843 .373702 .107067 .0393879, squares .382917. With 1.375: .457099 .403388, squares .383471.
    in_every_scalar({0, 1.5f, -1, 1.25f, -infinity}, [](const auto& row) { CHECK(kept(row, p_less{}) == ids{1}); });
    in_every_scalar({0, 1.5f, -1, 1.375f, -infinity}, [](const auto& row) { CHECK(kept(row, p_less{}) == ids{1, 3}); });
}

TEST_CASE("p_less on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        CAPTURE(wide.kind);
        CHECK(cut_is_at(std::log(of.collision) + std::log1p(-1e-6L) + std::log(of.mass), row, kept(row, p_less{}), 5e-7L));
        const auto order = in_order(row);
        CHECK(kept(row, p_less{3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, p_less{}).size())));
    }
}
