#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/epsilon_cutoff.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto tenths = weighing({2, 4, 1, 3});

}  // namespace

TEST_CASE("epsilon_cutoff formula: the probability is at least epsilon") {
    CHECK(law(tenths, epsilon_cutoff{0.09f}) == "0:0.2 1:0.4 2:0.1 3:0.3");
    CHECK(law(tenths, epsilon_cutoff{0.11f}) == "0:0.222222 1:0.444444 3:0.333333");
    CHECK(law(tenths, epsilon_cutoff{0.25f}) == "1:0.571429 3:0.428571");
    CHECK(law(tenths, epsilon_cutoff{0.39f}) == "1:1");
}

TEST_CASE("epsilon_cutoff formula: where no token is that likely, the first in the order stays") {
    CHECK(kept(tenths, epsilon_cutoff{0.5f}) == ids{1});
    CHECK(kept(tenths, epsilon_cutoff{0.999f}) == ids{1});
    // Two halves of which neither is .75.
    CHECK(kept(std::vector{0.0f, 0.0f}, epsilon_cutoff{0.75f}) == ids{0});
    CHECK(kept(std::vector{-1.0f, 4.0f, 4.0f, 4.0f}, epsilon_cutoff{0.5f}) == ids{1});
    CHECK(kept(std::vector<float>(128256, 1.7f), epsilon_cutoff{1e-5f}) == ids{0});  // 1/128256 = 7.8e-6
}

TEST_CASE("epsilon_cutoff formula: it is of the probabilities it sees") {
    // .4 .3 of .7 are .571 .429; at T = 1/2 the four are 4 16 1 9 of 30.
    CHECK(kept(tenths, top_k{2}, epsilon_cutoff{0.42f}) == ids{1, 3});
    CHECK(kept(tenths, top_k{2}, epsilon_cutoff{0.44f}) == ids{1});
    CHECK(kept(tenths, temperature{0.5f}, epsilon_cutoff{0.29f}) == ids{1, 3});
    CHECK(kept(tenths, temperature{0.5f}, epsilon_cutoff{0.31f}) == ids{1});
    CHECK(kept(tenths, temperature{infinity}, epsilon_cutoff{0.24f}) == ids{0, 1, 2, 3});
}

TEST_CASE("epsilon_cutoff neutral: 0 is the default and keeps everything") {
    CHECK(epsilon_cutoff{} == epsilon_cutoff{0, 1});
    CHECK(epsilon_cutoff{}.neutral());
    CHECK(epsilon_cutoff{-0.0f}.neutral());
    CHECK_FALSE(epsilon_cutoff{smallest}.neutral());
    const std::vector row{0.0f, -1e30f, -infinity, -100.0f};
    CHECK(same_bits(law_of(row, epsilon_cutoff{0}), law_of(row)));
}

TEST_CASE("epsilon_cutoff range: the smallest epsilon is a logit of -103.28") {
    CHECK(kept(std::vector{0.0f, -103.2f, -103.3f}, epsilon_cutoff{smallest}) == ids{0, 1});
    CHECK(kept(std::vector{30.0f, 0.0f}, epsilon_cutoff{std::nextafter(1.0f, 0.0f)}) == ids{0});
}

TEST_CASE("epsilon_cutoff range: outside of [0, 1) is a bad parameter") {
    for (const epsilon_cutoff bad : {epsilon_cutoff{-smallest},
                                     {-0.1f},
                                     {1.0f},
                                     {2.0f},
                                     {infinity},
                                     {-infinity},
                                     {not_a_number},
                                     {-not_a_number},
                                     {0.5f, -1},
                                     {0, -1}}) {
        CAPTURE(bad.epsilon, bad.min_keep);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == epsilon_cutoff::requirement);
    }
}

TEST_CASE("epsilon_cutoff min_keep: the first of the order stay") {
    CHECK(kept(tenths, epsilon_cutoff{0.25f, 3}) == ids{0, 1, 3});
    CHECK(kept(tenths, epsilon_cutoff{0.25f, 0}) == ids{1, 3});
    CHECK(kept(tenths, epsilon_cutoff{0.5f, 0}) == ids{1});
    CHECK(kept(tenths, epsilon_cutoff{0.5f, 2}) == ids{1, 3});
    CHECK(kept(tenths, epsilon_cutoff{0.5f, 1000}) == ids{0, 1, 2, 3});
    CHECK(kept(tenths, top_k{3}, epsilon_cutoff{0.5f, 2}) == ids{1, 3});
    CHECK(kept(std::vector<float>(1000, 2.0f), epsilon_cutoff{0.5f, 3}) == ids{0, 1, 2});
}

TEST_CASE("epsilon_cutoff ties: equal logits are kept or dropped together") {
    // 2 5 2 5 2 of 16: .125 and .3125.
    const auto row = weighing({2, 5, 2, 5, 2});
    CHECK(kept(row, epsilon_cutoff{0.12f}) == first_ids(5));
    CHECK(kept(row, epsilon_cutoff{0.13f}) == ids{1, 3});
    // All of a row at 1/n, in whatever precision its mass was taken; 1e-6 beyond it only the first.
    for (const float logit : {0.0f, 1.7f, -30.0f, 88.0f})
        for (const int n : {4, 256, 4096}) {
            CAPTURE(logit, n);
            const std::vector<float> equals(static_cast<std::size_t>(n), logit);
            CHECK(kept(equals, epsilon_cutoff{1.0f / static_cast<float>(n)}).size() == equals.size());
            CHECK(kept(equals, epsilon_cutoff{(1.0f + 2e-6f) / static_cast<float>(n)}) == ids{0});
        }
}

TEST_CASE("epsilon_cutoff edges") {
    check_edges(epsilon_cutoff{0.1f}, "0:0.5 2:0.5");
    check_edges(epsilon_cutoff{0.6f}, "0:1");
    check_edges(epsilon_cutoff{0.6f, 3}, "0:0.5 2:0.5");
}

TEST_CASE("epsilon_cutoff after changes: the row as other stages left it") { check_after_changes(epsilon_cutoff{0.001f}); }

TEST_CASE("epsilon_cutoff in every scalar") {
    // Logits 2 1 0 -1: p = .643914 .236883 .0871443 .0320586.
    in_every_scalar({0, 2, -1, 1, -infinity}, [](const auto& row) {
        CHECK(kept(row, epsilon_cutoff{0.087f}) == ids{0, 1, 3});
        CHECK(kept(row, epsilon_cutoff{0.088f}) == ids{1, 3});
        CHECK(kept(row, epsilon_cutoff{0.7f}) == ids{1});
    });
}

TEST_CASE("epsilon_cutoff on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        const auto order = in_order(row);
        for (const float epsilon : {1e-30f, 1e-7f, 3e-6f, 1e-5f, 3e-4f, 0.01f, 0.5f}) {
            CAPTURE(wide.kind, epsilon);
            const real lowest = std::log(static_cast<real>(epsilon)) + std::log(of.mass);
            const auto got = kept(row, epsilon_cutoff{epsilon});
            if (lowest > 1e-6L) CHECK(got == ids{order[0]});
            else CHECK(cut_is_at(lowest, row, got));
        }
        CHECK(kept(row, epsilon_cutoff{3e-4f, 3000}) ==
              prefix(order, std::max<std::size_t>(3000, kept(row, epsilon_cutoff{3e-4f}).size())));
    }
}
