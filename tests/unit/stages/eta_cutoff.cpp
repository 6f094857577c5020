#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/eta_cutoff.hpp>

using namespace argdraw;
using namespace support;

namespace {

// H = 1.279854, e^-H = .278078.
const auto tenths = weighing({2, 4, 1, 3});

}  // namespace

TEST_CASE("eta_cutoff formula: the lesser of epsilon and sqrt(epsilon) e^-H") {
    // .01: epsilon itself (.0278 is more). .09: .0834. .16: .1112. .81: .2503.
    CHECK(kept(tenths, eta_cutoff{0.01f}) == ids{0, 1, 2, 3});
    CHECK(kept(tenths, eta_cutoff{0.09f}) == ids{0, 1, 2, 3});
    CHECK(law(tenths, eta_cutoff{0.16f}) == "0:0.222222 1:0.444444 3:0.333333");
    CHECK(law(tenths, eta_cutoff{0.81f}) == "1:0.571429 3:0.428571");
    // Where sqrt(epsilon) e^-H = .1 and .2: epsilon = .12932 and .51729.
    CHECK(kept(tenths, eta_cutoff{0.1293f}) == ids{0, 1, 2, 3});
    CHECK(kept(tenths, eta_cutoff{0.1294f}) == ids{0, 1, 3});
    CHECK(kept(tenths, eta_cutoff{0.5172f}) == ids{0, 1, 3});
    CHECK(kept(tenths, eta_cutoff{0.5174f}) == ids{1, 3});
    // Logits 0 -3: p = .952574 .0474259, e^-H = .8316, so epsilon it is.
    CHECK(kept(std::vector{0.0f, -3.0f}, eta_cutoff{0.0474f}) == ids{0, 1});
    CHECK(kept(std::vector{0.0f, -3.0f}, eta_cutoff{0.0475f}) == ids{0});
}

TEST_CASE("eta_cutoff formula: the most likely always live") {
    const float next_to_1 = std::nextafter(1.0f, 0.0f);
    // .9999877 and twice 6.1e-6: e^-H = .99984.
    CHECK(kept(std::vector{0.0f, 12.0f, 0.0f}, eta_cutoff{next_to_1}) == ids{1});
    // .499831 twice and .000338: e^-H = .498601.
    CHECK(kept(std::vector{8.0f, 8.0f, 0.7f}, eta_cutoff{next_to_1}) == ids{0, 1});
    // Of n equals p = e^-H itself.
    for (const float logit : {0.0f, 1.7f, -30.0f}) CHECK(kept(std::vector<float>(300, logit), eta_cutoff{next_to_1}).size() == 300);
}

TEST_CASE("eta_cutoff formula: it is of the probabilities it sees") {
    // .4 .3 of .7: H = .682908, e^-H = .505146; sqrt(.64) of it is .40412, sqrt(.81) .45463.
    CHECK(kept(tenths, top_k{2}, eta_cutoff{0.64f}) == ids{1, 3});
    CHECK(kept(tenths, top_k{2}, eta_cutoff{0.81f}) == ids{1});
    CHECK(kept(tenths, temperature{infinity}, eta_cutoff{0.99f}) == ids{0, 1, 2, 3});
}

TEST_CASE("eta_cutoff neutral: 0 is the default and keeps everything") {
    CHECK(eta_cutoff{} == eta_cutoff{0, 1});
    CHECK(eta_cutoff{}.neutral());
    CHECK(eta_cutoff{-0.0f}.neutral());
    CHECK_FALSE(eta_cutoff{smallest}.neutral());
    const std::vector row{0.0f, -1e30f, -infinity, -100.0f};
    CHECK(same_bits(law_of(row, eta_cutoff{0}), law_of(row)));
}

TEST_CASE("eta_cutoff range: the smallest epsilon is a logit of -103.28") {
    CHECK(kept(std::vector{0.0f, -103.2f, -103.3f}, eta_cutoff{smallest}) == ids{0, 1});
}

TEST_CASE("eta_cutoff range: outside of [0, 1) is a bad parameter") {
    for (const eta_cutoff bad :
         {eta_cutoff{-smallest}, {-0.1f}, {1.0f}, {2.0f}, {infinity}, {-infinity}, {not_a_number}, {-not_a_number}, {0.5f, -1}, {0, -1}}) {
        CAPTURE(bad.epsilon, bad.min_keep);
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == eta_cutoff::requirement);
    }
}

TEST_CASE("eta_cutoff min_keep: the first of the order stay") {
    CHECK(kept(tenths, eta_cutoff{0.81f, 3}) == ids{0, 1, 3});
    CHECK(kept(tenths, eta_cutoff{0.81f, 0}) == ids{1, 3});
    CHECK(kept(tenths, eta_cutoff{0.81f, 1000}) == ids{0, 1, 2, 3});
    CHECK(kept(tenths, top_k{3}, eta_cutoff{0.9f, 2}) == ids{1, 3});
    CHECK(kept(std::vector{0.0f, 12.0f, 0.0f}, eta_cutoff{0.9f, 2}) == ids{0, 1});
}

TEST_CASE("eta_cutoff ties: equal logits are kept or dropped together") {
    // 2 5 2 5 2 of 16: H = 1.506760, e^-H = .221627; sqrt(.25) of it is .110813, sqrt(.36) .132976.
    const auto row = weighing({2, 5, 2, 5, 2});
    CHECK(kept(row, eta_cutoff{0.25f}) == first_ids(5));
    CHECK(kept(row, eta_cutoff{0.36f}) == ids{1, 3});
}

TEST_CASE("eta_cutoff edges") {
    check_edges(eta_cutoff{0.1f}, "0:0.5 2:0.5");
    check_edges(eta_cutoff{0.9f}, "0:0.5 2:0.5");
    check_edges(eta_cutoff{0.9f, 3}, "0:0.5 2:0.5");
}

TEST_CASE("eta_cutoff after changes: the row as other stages left it") { check_after_changes(eta_cutoff{0.01f}); }

TEST_CASE("eta_cutoff in every scalar") {
    // Logits 2 1 0 -1: p = .643914 .236883 .0871443 .0320586, H = .947537, e^-H = .387695: .0871443 is at epsilon = .050524.
    in_every_scalar({0, 2, -1, 1, -infinity}, [](const auto& row) {
        CHECK(kept(row, eta_cutoff{0.0320f}) == ids{0, 1, 2, 3});
        CHECK(kept(row, eta_cutoff{0.0505f}) == ids{0, 1, 3});
        CHECK(kept(row, eta_cutoff{0.3f}) == ids{1, 3});
    });
}

TEST_CASE("eta_cutoff on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const quantities of(row);
        const auto order = in_order(row);
        for (const float epsilon : {1e-30f, 1e-7f, 3e-6f, 3e-4f, 0.01f, 0.5f, 0.99f}) {
            CAPTURE(wide.kind, epsilon);
            const real log_epsilon = std::log(static_cast<real>(epsilon));
            const real lowest = std::min(log_epsilon, log_epsilon / 2 - of.entropy) + std::log(of.mass);
            CHECK(cut_is_at(lowest, row, kept(row, eta_cutoff{epsilon})));
        }
        CHECK(kept(row, eta_cutoff{0.3f, 3000}) == prefix(order, std::max<std::size_t>(3000, kept(row, eta_cutoff{0.3f}).size())));
    }
}
