#include "changes_support.hpp"

#include <argdraw/stages/presence_penalty.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({16, 4, 1, 4, 1});
const float ln2 = static_cast<float>(std::log(2.0));

}  // namespace

TEST_CASE("presence_penalty formula: alpha once, however often the token stands there") {
    // alpha = ln 2 halves a weight: 8 2 1 4 1 of 16.
    CHECK(law(row, after({}, {0, 1, 0, 0}, presence_penalty{ln2})) == "0:0.5 1:0.125 2:0.0625 3:0.25 4:0.0625");
    // Negative, it doubles: 16 4 2 4 1 of 27.
    CHECK(law(row, after({}, {2, 2}, presence_penalty{-ln2})) == "0:0.592593 1:0.148148 2:0.0740741 3:0.148148 4:0.037037");
}

TEST_CASE("presence_penalty formula: scope is the output by default, or the prompt, or both") {
    const ids prompt{0, 2}, output{1, 2};
    const auto seen = [](const ids& some) { return law(row, after({}, some, presence_penalty{ln2})); };
    CHECK(presence_penalty{}.over == scope::output);
    CHECK(law(row, after(prompt, output, presence_penalty{ln2})) == seen({1, 2}));
    CHECK(law(row, after(prompt, output, presence_penalty{ln2, -1, scope::prompt})) == seen({0, 2}));
    CHECK(law(row, after(prompt, output, presence_penalty{ln2, -1, scope::both})) == seen({0, 2, 1, 2}));
    CHECK(law(row, after(prompt, {}, presence_penalty{ln2})) == seen({}));
}

TEST_CASE("presence_penalty formula: the window is the last tokens of the scope") {
    const ids prompt{3, 0}, output{1, 2, 1};
    const auto seen = [](const ids& some) { return law(row, after({}, some, presence_penalty{ln2})); };
    CHECK(law(row, after(prompt, output, presence_penalty{ln2, 1})) == seen({1}));
    CHECK(law(row, after(prompt, output, presence_penalty{ln2, 2})) == seen({2, 1}));
    CHECK(law(row, after(prompt, output, presence_penalty{ln2, 1000})) == seen({1, 2, 1}));
    CHECK(law(row, after(prompt, output, presence_penalty{ln2, 4, scope::both})) == seen({0, 1, 2, 1}));
}

TEST_CASE("presence_penalty formula: alpha is exactly the float that was given, and the logit the one it sees") {
    // 0.1f is 0.100000001490116; after T = 1/2 the logits 1 and 0 are 2 and 0.
    const auto out = law_of(std::vector{1.0f, 0.0f}, temperature{0.5f}, after({}, {0}, presence_penalty{0.1f}));
    REQUIRE(out);
    CHECK(std::abs(std::log(out.probabilities[0] / out.probabilities[1]) - (2 - static_cast<double>(0.1f))) < 1e-14);
}

TEST_CASE("presence_penalty in a sequence: what is accepted counts, what is rolled back does not") {
    const sampler pick{presence_penalty{ln2, 3}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{1});
    ids output;
    const auto agrees = [&] { return text(pick.distribution(row, seq)) == law(row, after({1}, output, presence_penalty{ln2, 3})); };
    CHECK(agrees());
    for (const token_id id : {0, 2, 0, 0, 4, 1}) {
        CHECK(seq.accept(id) == status::ok);
        output.push_back(id);
        CHECK(agrees());
    }
    CHECK(seq.rollback(4) == status::ok);
    output.resize(2);
    CHECK(agrees());
    CHECK(pick(row, seq));
    CHECK(needs_sequence<presence_penalty>);
}

TEST_CASE("presence_penalty neutral: alpha = 0 and a window of 0 change nothing") {
    CHECK(presence_penalty{}.alpha == 0);
    CHECK(presence_penalty{}.window == -1);
    check_neutral(row, after({0, 1}, {2}, presence_penalty{}));
    check_neutral(row, after({0, 1}, {2}, presence_penalty{-0.0f}));
    check_neutral(row, after({0, 1}, {2}, presence_penalty{2, 0}));
    CHECK_FALSE(presence_penalty{smallest}.neutral());
    CHECK(law_of(row, after({0}, {}, presence_penalty{2})).probabilities == law_of(row).probabilities);
}

TEST_CASE("presence_penalty range: any finite alpha") {
    const float most = std::numeric_limits<float>::max();
    for (const float alpha : {most, -most, smallest, -smallest, -2.0f}) CHECK(presence_penalty{alpha}.valid());
    CHECK(law(row, after({}, {1, 1}, presence_penalty{-most})) == "0:0 1:1 2:0 3:0 4:0");
    CHECK(law(row, after({}, {0, 1, 2, 3}, presence_penalty{most})) == "0:0 1:0 2:0 3:0 4:1");
    // Far down is not gone.
    CHECK(law(std::vector{1.0f, 2.0f}, after({}, {0, 1}, presence_penalty{most})) == "0:0.5 1:0.5");
}

TEST_CASE("presence_penalty range: infinite or NaN alpha and a window below -1 are bad parameters") {
    for (const float alpha : {infinity, -infinity, not_a_number, -not_a_number}) check_bad(presence_penalty{alpha});
    check_bad(presence_penalty{0, -2});
}

TEST_CASE("presence_penalty ties: equals seen as often stay equal") {
    const auto out = law_of(std::vector{3.1f, 3.1f, 3.1f}, after({}, {0, 1, 1, 0}, presence_penalty{0.3f}));
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[1]);
    CHECK(out.probabilities[2] > out.probabilities[1]);
}

TEST_CASE("presence_penalty edges") {
    check_edges(after({}, {0, 2, 0}, presence_penalty{1.5f}), "0:0.5 2:0.5");
    check_edges(after({}, {1, 3}, presence_penalty{-1e30f}), "0:0.5 2:0.5");
    check_edges(after({}, {}, presence_penalty{1.5f}), "0:0.5 2:0.5");
}

TEST_CASE("presence_penalty edges: ids outside of the row are passed over, what does not live stays so") {
    CHECK(law(row, after({}, {-1, 5, 1 << 20, std::numeric_limits<token_id>::max(), 0, std::numeric_limits<token_id>::min()},
                         presence_penalty{ln2})) == law(row, after({}, {0}, presence_penalty{ln2})));
    CHECK(law(std::vector{-infinity, 1.0f}, after({}, {0}, presence_penalty{-50})) == "1:1");
}

TEST_CASE("presence_penalty for every scalar") {
    // 3 - 3 = 0, 1, -1 - 3, 0: 1 + 2.718282 + .0183156 + 1 = 4.736598.
    check_scalars({3, 1, -1, 0, -infinity}, after({}, {0, 2, 4, 0}, presence_penalty{3}), "0:0.211122 1:0.573889 2:0.00386683 3:0.211122");
}

TEST_CASE("presence_penalty on wide rows: the law is that of the changed row") {
    const ids seen{0, 5, 255, 256, 31999, 17000, 5, 40000, 128255, 999999};
    check_on_wide_rows(after({7}, seen, presence_penalty{0.7f}), [&](auto& changed) {
        for (const token_id id : {0, 5, 255, 256, 31999, 17000, 40000, 128255})
            if (static_cast<std::size_t>(id) < changed.size()) changed[static_cast<std::size_t>(id)] -= static_cast<double>(0.7f);
    });
}

TEST_CASE("presence_penalty formula: exempt ids are left alone, and the others not") {
    for (const scope over : {scope::output, scope::both})
        check_exempt([over](const ids& exempt) { return presence_penalty{.alpha = 0.5f, .over = over, .exempt = exempt}; });
}
