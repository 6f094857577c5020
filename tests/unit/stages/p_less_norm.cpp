#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/p_less_norm.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto tenths = weighing({2, 4, 1, 3});

}  // namespace

TEST_CASE("p_less_norm formula: n times the sum of the squares less 1, over n - 1") {
    // .3 of four: .2/3 = .0667.
    CHECK(kept(tenths, p_less_norm{}) == ids{0, 1, 2, 3});
    // .8 .1 .1: (3 * .66 - 1)/2 = .49.
    CHECK(law(weighing({1, 8, 1}), p_less_norm{}) == "1:1");
    // 50 35 10 5: .25 + .1225 + .01 + .0025 = .385, (1.54 - 1)/3 = .18.
    CHECK(law(weighing({10, 50, 5, 35}), p_less_norm{}) == "1:0.588235 3:0.411765");
}

TEST_CASE("p_less_norm formula: equality to a relative 1e-6") {
    // 1/2 1/4 1/8 1/8: .34375 of four, (1.375 - 1)/3 = 1/8, which two tokens meet.
    CHECK(kept(weighing({4, 2, 1, 1}), p_less_norm{}) == ids{0, 1, 2, 3});
    // 1e-5 beneath the cut a token falls, 1e-8 beneath it stays; the sum hardly moves.
    CHECK(kept(std::vector{std::log(4.0), std::log(2.0), 1e-5, -1e-5}, p_less_norm{}) == ids{0, 1, 2});
    CHECK(kept(std::vector{std::log(4.0), std::log(2.0), 1e-8, -1e-8}, p_less_norm{}) == ids{0, 1, 2, 3});
}

TEST_CASE("p_less_norm formula: it is of the probabilities and the number it sees") {
    // Of .4 .3 .2: 4/9 3/9 2/9, squares 29/81, (87/81 - 1)/2 = .0370. Removed and -inf tokens do not count.
    CHECK(kept(tenths, top_k{3}, p_less_norm{}) == ids{0, 1, 3});
    CHECK(kept(weighing({0, 50, 10, 0, 5, 35}), p_less_norm{}) == ids{1, 5});
    // With n = 6 the cut would be (6 * .385 - 1)/5 = .262, and with n = 4 at T = 1/2 of 100 2500 25 1225: .523613, (2.094451 - 1)/3 = .364817.
    CHECK(kept(weighing({10, 50, 5, 35}), temperature{0.5f}, p_less_norm{}) == ids{1});
    CHECK(kept(tenths, temperature{infinity}, p_less_norm{}) == ids{0, 1, 2, 3});
}

TEST_CASE("p_less_norm neutral: never, but one token stays as it is") {
    CHECK(p_less_norm{} == p_less_norm{1});
    CHECK_FALSE(p_less_norm{}.neutral());
    CHECK_FALSE(p_less_norm{1000}.neutral());
    CHECK(kept(std::vector{7.0f}, p_less_norm{}) == ids{0});
    CHECK(kept(std::vector{-infinity, 7.0f}, p_less_norm{}) == ids{1});
}

TEST_CASE("p_less_norm range: a negative min_keep is a bad parameter") {
    CHECK(p_less_norm{0}.valid());
    CHECK_FALSE(p_less_norm{-1}.valid());
    CHECK(law(tenths, p_less_norm{-1}) == "bad_parameter");
    CHECK(sampler{p_less_norm{-1}, categorical{}}.check().sentence == p_less_norm::requirement);
}

TEST_CASE("p_less_norm min_keep: the first of the order stay") {
    const auto row = weighing({1, 8, 1});
    CHECK(kept(row, p_less_norm{0}) == ids{1});
    CHECK(kept(row, p_less_norm{2}) == ids{0, 1});
    CHECK(kept(row, p_less_norm{1000}) == ids{0, 1, 2});
    CHECK(kept(row, top_k{2}, p_less_norm{2}) == ids{0, 1});
}

TEST_CASE("p_less_norm ties: equal logits are kept or dropped together, and of equals all live") {
    for (const float logit : {0.0f, 7.0f, 1.7f, -30.0f, 88.0f, 1e30f})
        for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{300}, std::size_t{128256}}) {
            CAPTURE(logit, n);
            CHECK(kept(std::vector<float>(n, logit), p_less_norm{}).size() == n);
        }
    // 1 10 1 10 1 of 23: 203/529, (1015/529 - 1)/4 = .2297.
    CHECK(kept(weighing({1, 10, 1, 10, 1}), p_less_norm{}) == ids{1, 3});
}

TEST_CASE("p_less_norm edges") {
    check_edges(p_less_norm{}, "0:0.5 2:0.5");
    check_edges(p_less_norm{3}, "0:0.5 2:0.5");
}

TEST_CASE("p_less_norm after changes: the row as other stages left it") { check_after_changes(p_less_norm{}); }

TEST_CASE("p_less_norm in every scalar") {
    // Logits 2 1 0 -1: p = .643914 .236883 .0871443 .0320586, squares .479361, (1.917444 - 1)/3 = .305815.
    in_every_scalar({0, 2, -1, 1, -infinity}, [](const auto& row) { CHECK(kept(row, p_less_norm{}) == ids{1}); });
    // Logits 1 .5 0 -1: .473991 .28749 .174371 .0641477, squares .341838, (1.367353 - 1)/3 = .122451.
    in_every_scalar({0, 1, -1, 0.5f, -infinity}, [](const auto& row) { CHECK(kept(row, p_less_norm{}) == ids{0, 1, 3}); });
}

TEST_CASE("p_less_norm on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        CAPTURE(wide.kind);
        const real cut = (of.count * of.collision - 1) / (of.count - 1);
        const auto got = kept(row, p_less_norm{});
        const auto order = in_order(row);
        if (cut < 1e-18L) CHECK(got.size() == order.size());
        else CHECK(cut_is_at(std::log(cut) + std::log1p(-1e-6L) + std::log(of.mass), row, got, 5e-7L));
        CHECK(kept(row, p_less_norm{3000}) == prefix(order, std::max<std::size_t>(3000, got.size())));
    }
}
