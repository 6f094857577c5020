#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/top_a.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto tenths = weighing({2, 4, 1, 3});

}  // namespace

TEST_CASE("top_a formula: a times the square of the greatest probability") {
    // .16 a: .1 is at a = .625.
    CHECK(law(tenths, top_a{0.62f}) == "0:0.2 1:0.4 2:0.1 3:0.3");
    CHECK(law(tenths, top_a{0.63f}) == "0:0.222222 1:0.444444 3:0.333333");
    CHECK(kept(tenths, top_a{1}) == ids{0, 1, 3});
    // .8 .15 .05: .64 a is .15 at .234375 and .05 at .078125.
    const auto sure = weighing({16, 3, 1});
    CHECK(kept(sure, top_a{0.078f}) == ids{0, 1, 2});
    CHECK(kept(sure, top_a{0.079f}) == ids{0, 1});
    CHECK(kept(sure, top_a{0.234f}) == ids{0, 1});
    CHECK(kept(sure, top_a{0.235f}) == ids{0});
}

TEST_CASE("top_a formula: it is of the probabilities it sees") {
    // .4 .3 of .7: .4286 against .3265 a. At T = 1/2 the four are 4 16 1 9 of 30: .28444 a is .03333 at .1172, .13333 at .46875.
    CHECK(kept(tenths, top_k{2}, top_a{1}) == ids{1, 3});
    CHECK(kept(tenths, temperature{0.5f}, top_a{0.117f}) == ids{0, 1, 2, 3});
    CHECK(kept(tenths, temperature{0.5f}, top_a{0.118f}) == ids{0, 1, 3});
    CHECK(kept(tenths, temperature{0.5f}, top_a{0.469f}) == ids{1, 3});
    CHECK(kept(tenths, top_k{3}, temperature{0.5f}, top_a{1}) == ids{1, 3});  // 4 16 9 of 29: .138 .552 .310 against .3044
}

TEST_CASE("top_a neutral: 0 is the default and keeps everything") {
    CHECK(top_a{} == top_a{0, 1});
    CHECK(top_a{}.neutral());
    CHECK(top_a{-0.0f}.neutral());
    CHECK_FALSE(top_a{smallest}.neutral());
    const std::vector row{0.0f, -1e30f, -infinity, -100.0f};
    CHECK(same_bits(law_of(row, top_a{0}), law_of(row)));
}

TEST_CASE("top_a range: from next to nothing to 1") {
    CHECK(kept(std::vector{0.0f, -103.2f, -103.3f}, top_a{smallest}) == ids{0, 1});
    CHECK(kept(std::vector{0.0f, -1e-3f, -30.0f}, top_a{1}) == ids{0, 1});
    // A row that is sure of its first: p(1) = 1 - e^-30, and a = 1 lets nothing beside it.
    CHECK(kept(std::vector{0.0f, -30.0f}, top_a{1}) == ids{0});
}

TEST_CASE("top_a range: outside of [0, 1] is a bad parameter") {
    for (const top_a bad : {top_a{-smallest},
                            {-1.0f},
                            {std::nextafter(1.0f, 2.0f)},
                            {infinity},
                            {-infinity},
                            {not_a_number},
                            {-not_a_number},
                            {0.5f, -1},
                            {0, -1}}) {
        CAPTURE(bad.a, bad.min_keep);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == top_a::requirement);
    }
}

TEST_CASE("top_a min_keep: the first of the order stay") {
    const auto sure = weighing({3, 16, 1});
    CHECK(kept(sure, top_a{1, 0}) == ids{1});
    CHECK(kept(sure, top_a{1, 2}) == ids{0, 1});
    CHECK(kept(sure, top_a{0.1f, 1}) == ids{0, 1});
    CHECK(kept(sure, top_a{1, 1000}) == ids{0, 1, 2});
    CHECK(kept(sure, top_k{2}, top_a{1, 2}) == ids{0, 1});
    CHECK(kept(std::vector{1.0f, 1.0f, 9.0f, 1.0f}, top_a{1, 3}) == ids{0, 1, 2});
}

TEST_CASE("top_a ties: equal logits are kept or dropped together") {
    CHECK(kept(std::vector{9.0f, 9.0f}, top_a{1}) == ids{0, 1});
    CHECK(kept(std::vector<float>(128256, 1.7f), top_a{1}).size() == 128256);
    // 1 10 1 10 1 of 23: .0434783 against .1890359 a: at .23.
    const auto row = weighing({1, 10, 1, 10, 1});
    CHECK(kept(row, top_a{0.229f}) == first_ids(5));
    CHECK(kept(row, top_a{0.231f}) == ids{1, 3});
}

TEST_CASE("top_a edges") {
    check_edges(top_a{0.2f}, "0:0.5 2:0.5");
    check_edges(top_a{1}, "0:0.5 2:0.5");
    check_edges(top_a{1, 3}, "0:0.5 2:0.5");
}

TEST_CASE("top_a after changes: the row as other stages left it") { check_after_changes(top_a{0.5f}); }

TEST_CASE("top_a in every scalar") {
    // Logits 2 1 0 -1: p = .643914 .236883 .0871443 .0320586, p(1)^2 = .414625: .0320586 is at a = .07732, .0871443 at .21018.
    in_every_scalar({0, 2, -1, 1, -infinity}, [](const auto& row) {
        CHECK(kept(row, top_a{0.077f}) == ids{0, 1, 2, 3});
        CHECK(kept(row, top_a{0.078f}) == ids{0, 1, 3});
        CHECK(kept(row, top_a{0.21f}) == ids{0, 1, 3});
        CHECK(kept(row, top_a{0.211f}) == ids{1, 3});
    });
}

TEST_CASE("top_a on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        for (const float a : {smallest, 1e-6f, 0.01f, 0.2f, 1.0f}) {
            CAPTURE(wide.kind, a);
            CHECK(cut_is_at(std::log(static_cast<real>(a)) - std::log(of.mass), row, kept(row, top_a{a})));
        }
        const auto order = in_order(row);
        CHECK(kept(row, top_a{1, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, top_a{1}).size())));
    }
}
