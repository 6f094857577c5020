#include "changes_support.hpp"

#include <argdraw/stages/repetition_penalty.hpp>

using namespace argdraw;
using namespace support;

namespace {

// ln 16, ln 4, 0, -ln 2, -ln 4: tokens of weight 16 4 1 .5 .25.
const auto row = weighing({16, 4, 1, 0.5, 0.25});

}  // namespace

TEST_CASE("repetition_penalty formula: positive logits are divided, the others multiplied") {
    // r = 2: 16 -> 4, 4 -> 2, 1 -> 1, 1/2 -> 1/4, 1/4 -> 1/16; the sum of 4 2 1 .25 .0625 is 7.3125.
    CHECK(law(row, after({0, 1, 2, 3, 4}, {}, repetition_penalty{2})) == "0:0.547009 1:0.273504 2:0.136752 3:0.034188 4:0.00854701");
    // Only token 0: 4 4 1 .5 .25 of 9.75.
    CHECK(law(row, after({}, {0}, repetition_penalty{2})) == "0:0.410256 1:0.410256 2:0.102564 3:0.0512821 4:0.025641");
}

TEST_CASE("repetition_penalty formula: once for each distinct token, however often it stands there") {
    CHECK(law(row, after({0, 0, 0}, {0, 0}, repetition_penalty{2})) == law(row, after({}, {0}, repetition_penalty{2})));
}

TEST_CASE("repetition_penalty formula: the logit is the one it sees") {
    // T = 1/2 first: 256 16 1 .25 .0625, then token 0 is 16: of 33.3125.
    CHECK(law(row, temperature{0.5f}, after({}, {0}, repetition_penalty{2})) == "0:0.4803 1:0.4803 2:0.0300188 3:0.00750469 4:0.00187617");
}

TEST_CASE("repetition_penalty formula: scope is both by default, or one of the two") {
    const ids prompt{0}, output{1};
    const auto first = law(row, after({}, {0}, repetition_penalty{2})), second = law(row, after({}, {1}, repetition_penalty{2})),
               either = law(row, after({}, {0, 1}, repetition_penalty{2}));
    CHECK(repetition_penalty{}.over == scope::both);
    CHECK(law(row, after(prompt, output, repetition_penalty{2})) == either);
    CHECK(law(row, after(prompt, output, repetition_penalty{2, -1, scope::output})) == second);
    CHECK(law(row, after(prompt, output, repetition_penalty{2, -1, scope::prompt})) == first);
}

TEST_CASE("repetition_penalty formula: the window is the last tokens of the scope") {
    const ids prompt{3, 0}, output{1, 2};
    const auto seen = [](const ids& some) { return law(row, after({}, some, repetition_penalty{2})); };
    CHECK(law(row, after(prompt, output, repetition_penalty{2, 1})) == seen({2}));
    CHECK(law(row, after(prompt, output, repetition_penalty{2, 3})) == seen({0, 1, 2}));
    CHECK(law(row, after(prompt, output, repetition_penalty{2, 4})) == seen({0, 1, 2, 3}));
    CHECK(law(row, after(prompt, output, repetition_penalty{2, 1000})) == seen({0, 1, 2, 3}));
    CHECK(law(row, after(prompt, output, repetition_penalty{2, 3, scope::output})) == seen({1, 2}));
    CHECK(law(row, after(prompt, output, repetition_penalty{2, 1, scope::prompt})) == seen({0}));
}

TEST_CASE("repetition_penalty formula: r is exactly the float that was given") {
    // 1.1f is 1.10000002384: of logits 1 and 0 the first becomes 1/1.1f.
    const auto out = law_of(std::vector{1.0f, 0.0f}, after({}, {0}, repetition_penalty{1.1f}));
    REQUIRE(out);
    CHECK(std::abs(std::log(out.probabilities[0] / out.probabilities[1]) - 1 / static_cast<double>(1.1f)) < 1e-14);
}

TEST_CASE("repetition_penalty in a sequence: what is accepted counts, what is rolled back does not") {
    const sampler pick{repetition_penalty{2}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{1});
    const auto now = [&] { return text(pick.distribution(row, seq)); };
    const auto at_start = now();
    CHECK(at_start == law(row, after({1}, {}, repetition_penalty{2})));
    CHECK(seq.accept(0) == status::ok);
    CHECK(seq.accept(0) == status::ok);
    CHECK(now() == law(row, after({1}, {0}, repetition_penalty{2})));
    CHECK(seq.rollback(1) == status::ok);
    CHECK(now() == law(row, after({1}, {0}, repetition_penalty{2})));
    CHECK(seq.rollback(1) == status::ok);
    CHECK(now() == at_start);
    const drawn token = pick(row, seq);
    REQUIRE(token);
    CHECK(seq.accept(token.id) == status::ok);
    CHECK(needs_sequence<repetition_penalty>);
}

TEST_CASE("repetition_penalty neutral: r = 1 and a window of 0 change nothing") {
    CHECK(repetition_penalty{}.penalty == 1);
    CHECK(repetition_penalty{}.window == -1);
    check_neutral(row, after({0, 1}, {2}, repetition_penalty{}));
    check_neutral(row, after({0, 1}, {2}, repetition_penalty{2, 0}));
    CHECK_FALSE(repetition_penalty{std::nextafter(1.0f, 2.0f)}.neutral());
    // Where nothing has been seen, r does not matter.
    CHECK(law_of(row, after({}, {}, repetition_penalty{2})).probabilities == law_of(row).probabilities);
}

TEST_CASE("repetition_penalty range: any positive r; below 1 it rewards") {
    // r = 1/2: 16 is 256, of 261.75.
    CHECK(law(row, after({}, {0}, repetition_penalty{0.5f})) == "0:0.978032 1:0.0152818 2:0.00382044 3:0.00191022 4:0.00095511");
    // Next to nothing: a logit of ln 16 / 1e-45 is everything, -ln 2 times it is 0 and so a weight of 1.
    CHECK(law(row, after({}, {0}, repetition_penalty{smallest})) == "0:1 1:0 2:0 3:0 4:0");
    // So 16 4 1 1 .25 of 22.25.
    CHECK(law(row, after({}, {3}, repetition_penalty{smallest})) == "0:0.719101 1:0.179775 2:0.0449438 3:0.0449438 4:0.011236");
    for (const float r : {smallest, 0.5f, 1.0f, std::numeric_limits<float>::max()}) CHECK(repetition_penalty{r}.valid());
}

TEST_CASE("repetition_penalty range: r of 0, below, infinite or NaN and a window below -1 are bad parameters") {
    for (const float r : {0.0f, -0.0f, -1.0f, infinity, -infinity, not_a_number, -not_a_number}) check_bad(repetition_penalty{r});
    check_bad(repetition_penalty{1, -2});
    check_bad(repetition_penalty{1, std::numeric_limits<int>::min()});
}

TEST_CASE("repetition_penalty ties: seen equals stay equal") {
    const auto out = law_of(std::vector{3.1f, 3.1f, 3.1f, -2.0f, -2.0f}, after({0, 4}, {3, 1}, repetition_penalty{1.3f}));
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[1]);
    CHECK(out.probabilities[3] == out.probabilities[4]);
    CHECK(out.probabilities[2] > out.probabilities[1]);
}

TEST_CASE("repetition_penalty edges") {
    check_edges(after({0}, {0, 2}, repetition_penalty{1.5f}), "0:0.5 2:0.5");
    check_edges(after({1, 1}, {3}, repetition_penalty{1.5f}), "0:0.5 2:0.5");
    check_edges(after({}, {}, repetition_penalty{1.5f}), "0:0.5 2:0.5");
}

TEST_CASE("repetition_penalty edges: ids outside of the row are passed over, what does not live stays so") {
    CHECK(law(row, after({-1, 5, 1 << 20}, {std::numeric_limits<token_id>::max(), 0, std::numeric_limits<token_id>::min()},
                         repetition_penalty{2})) == law(row, after({}, {0}, repetition_penalty{2})));
    CHECK(law(std::vector{-infinity, 1.0f}, after({}, {0}, repetition_penalty{0.5f})) == "1:1");
}

TEST_CASE("repetition_penalty edges: beyond the range of double a logit becomes the last one") {
    CHECK(law(std::vector{1e308, -1e308}, after({}, {0, 1}, repetition_penalty{0.001f})) == "0:1 1:0");
    CHECK(law(std::vector{-1e308, -1e308}, after({}, {0}, repetition_penalty{1000})) == "0:0 1:1");
    CHECK(law(std::vector{-1e308}, after({}, {0}, repetition_penalty{1000})) == "0:1");
    CHECK(law(std::vector{1e308, infinity + 0.0}, after({}, {0}, repetition_penalty{0.001f})) == "1:1");
}

TEST_CASE("repetition_penalty for every scalar") {
    // 2 -> 1, -1 -> -2: e^1 e^1 e^-2 e^0 of 6.571899.
    check_scalars({2, 1, -1, 0, -infinity}, after({0}, {2, 4, 3}, repetition_penalty{2}), "0:0.413622 1:0.413622 2:0.020593 3:0.152163");
}

TEST_CASE("repetition_penalty on wide rows: the law is that of the changed row") {
    const ids seen{0, 5, 255, 256, 31999, 17000, 5, 40000, 128255, 999999};
    check_on_wide_rows(after(seen, {7, 8}, repetition_penalty{1.3f}), [&](auto& changed) {
        ids distinct = seen;
        distinct.insert(distinct.end(), {7, 8});
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        for (const token_id id : distinct)
            if (static_cast<std::size_t>(id) < changed.size()) {
                double& l = changed[static_cast<std::size_t>(id)];
                l = l > 0 ? l / static_cast<double>(1.3f) : l * static_cast<double>(1.3f);
            }
    });
}

TEST_CASE("repetition_penalty formula: exempt ids are left alone, and the others not") {
    for (const scope over : {scope::output, scope::both})
        check_exempt([over](const ids& exempt) { return repetition_penalty{.penalty = 1.5f, .over = over, .exempt = exempt}; });
}
