#include "changes_support.hpp"

#include <argdraw/stages/frequency_penalty.hpp>
#include <argdraw/stages/penalties.hpp>
#include <argdraw/stages/presence_penalty.hpp>
#include <argdraw/stages/repetition_penalty.hpp>

using namespace argdraw;
using namespace support;

namespace {

const auto row = weighing({16, 4, 1, 0.5, 1});
const float ln2 = static_cast<float>(std::log(2.0));
const ids prompt{0, 3}, output{1, 0, 0};

}  // namespace

TEST_CASE("penalties formula: repetition, then frequency, then presence") {
    // Output {0 0 1}, r = 2, alpha = ln 2 twice: 16 -> 4 -> 1 -> 1/2, 4 -> 2 -> 1 -> 1/2, the others as they are, of 3.5.
    CHECK(law(row, after({}, {0, 0, 1}, penalties{2, ln2, ln2})) == "0:0.142857 1:0.142857 2:0.285714 3:0.142857 4:0.285714");
    // 2 -> 2/3 - 3 = -7/3; in another order it would be (2 - 3) 3 = -3.
    const auto out = law_of(std::vector{2.0, 0.0}, after({}, {0}, penalties{3, 1, 2}));
    REQUIRE(out);
    CHECK(std::abs(std::log(out.probabilities[0] / out.probabilities[1]) + 7.0 / 3) < 1e-14);
}

TEST_CASE("penalties formula: the same as the three stages one after the other") {
    for (const scope repetition_over : {scope::both, scope::output, scope::prompt})
        for (const scope counts_over : {scope::both, scope::output, scope::prompt})
            for (const int window : {-1, 1, 2, 4, 100})
                for (const float r : {1.0f, 1.5f})
                    for (const float frequency : {0.0f, 0.25f})
                        for (const float presence : {0.0f, 0.75f}) {
                            CAPTURE(static_cast<int>(repetition_over), static_cast<int>(counts_over), window, r, frequency, presence);
                            const auto together =
                                law_of(row, after(prompt, output, penalties{r, frequency, presence, window, repetition_over, counts_over}));
                            const auto apart = law_of(row, after(prompt, output, repetition_penalty{r, window, repetition_over}),
                                                      after(prompt, output, frequency_penalty{frequency, window, counts_over}),
                                                      after(prompt, output, presence_penalty{presence, window, counts_over}));
                            CHECK(together.ids == apart.ids);
                            CHECK(together.probabilities == apart.probabilities);
                        }
}

TEST_CASE("penalties formula: repetition looks at both, the counts at the output") {
    CHECK(penalties{}.repetition_over == scope::both);
    CHECK(penalties{}.counts_over == scope::output);
    // 0 3 of the prompt, 1 of the output: 16 -> 4, .5 -> .25, 4 -> 2 -> 1 for the one time and 1/2 for being there, of 6.75.
    CHECK(law(row, after({0, 3}, {1}, penalties{2, ln2, ln2})) == "0:0.592593 1:0.0740741 2:0.148148 3:0.037037 4:0.148148");
}

TEST_CASE("penalties in a sequence: what is accepted counts, what is rolled back does not") {
    const penalties some{1.3f, 0.5f, 0.25f, 4};
    const sampler pick{some, categorical{}};
    auto seq = pick.start({.seed = 1}, prompt);
    ids seen;
    const auto agrees = [&] { return text(pick.distribution(row, seq)) == law(row, after(prompt, seen, some)); };
    CHECK(agrees());
    for (const token_id id : {0, 2, 0, 0, 4, 1}) {
        CHECK(seq.accept(id) == status::ok);
        seen.push_back(id);
        CHECK(agrees());
    }
    CHECK(seq.rollback(5) == status::ok);
    seen.resize(1);
    CHECK(agrees());
    CHECK(pick(row, seq));
}

TEST_CASE("penalties in a sequence: a fork has counted what its original has") {
    // ln 2 for each time: 16/4 4 1 .5 1 of 10.5; once more in the fork, 16/8 4 1 .5 1 of 8.5.
    const std::string twice = "0:0.380952 1:0.380952 2:0.0952381 3:0.047619 4:0.0952381";
    const sampler pick{penalties{1, ln2, 0}, categorical{}};
    auto seq = pick.start({.seed = 1});
    for (int i = 0; i < 2; ++i) CHECK(seq.accept(0) == status::ok);
    auto fork = seq;
    CHECK(text(pick.distribution(row, fork)) == twice);
    CHECK(fork.accept(0) == status::ok);
    CHECK(text(pick.distribution(row, fork)) == "0:0.235294 1:0.470588 2:0.117647 3:0.0588235 4:0.117647");
    CHECK(text(pick.distribution(row, seq)) == twice);
}

TEST_CASE("penalties neutral: all three off, or a window of 0") {
    CHECK(penalties{} == penalties{1, 0, 0, -1, scope::both, scope::output});
    check_neutral(row, after(prompt, output, penalties{}));
    check_neutral(row, after(prompt, output, penalties{2, 2, 2, 0}));
    CHECK_FALSE(penalties{1.5f}.neutral());
    CHECK_FALSE(penalties{1, 0.5f}.neutral());
    CHECK_FALSE(penalties{1, 0, 0.5f}.neutral());
}

TEST_CASE("penalties range: what is outside is a bad parameter") {
    for (const float bad : {infinity, -infinity, not_a_number, -not_a_number}) {
        check_bad(penalties{bad});
        check_bad(penalties{1, bad});
        check_bad(penalties{1, 0, bad});
    }
    check_bad(penalties{0});
    check_bad(penalties{-1});
    check_bad(penalties{1, 0, 0, -2});
    CHECK(penalties{smallest, -1e30f, 1e30f, 1}.valid());
}

TEST_CASE("penalties ties: equals seen as often stay equal") {
    const auto out = law_of(std::vector{3.1f, 3.1f, 3.1f}, after({}, {0, 1, 1, 0}, penalties{1.1f, 0.3f, 0.2f}));
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[1]);
    CHECK(out.probabilities[2] > out.probabilities[1]);
}

TEST_CASE("penalties edges") {
    check_edges(after({0}, {0, 2, 0}, penalties{1.5f, 1, 1}), "0:0.5 2:0.5");
    check_edges(after({3}, {1, 1}, penalties{0.5f, -1e30f, -1e30f}), "0:0.5 2:0.5");
    CHECK(law(row, after({-1, 5, 0}, {std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}, penalties{2, 1, 1})) ==
          law(row, after({0}, {}, penalties{2, 1, 1})));
    CHECK(law(std::vector{-infinity, 1.0f}, after({}, {0}, penalties{2, -50, -50})) == "1:1");
    CHECK(law(std::vector{-1e308, -1e308}, after({}, {0}, penalties{1000, 1e30f, 1e30f})) == "0:0 1:1");
}

TEST_CASE("penalties for every scalar") {
    // 4/2 - 2/2 - 1 = 0, -1 2 - 1/2 - 1 = -3.5, the rest as it is: 1 + 2.718282 + .0301974 + 1 = 4.748479.
    check_scalars({4, 1, -1, 0, -infinity}, after({}, {0, 2, 4, 0}, penalties{2, 0.5f, 1}),
                  "0:0.210594 1:0.572453 2:0.00635938 3:0.210594");
}

TEST_CASE("penalties on wide rows: the law is that of the changed row") {
    const ids seen{0, 5, 255, 256, 31999, 17000, 5, 40000, 128255, 999999};
    check_on_wide_rows(after({7}, seen, penalties{1.3f, 0.5f, 0.25f}), [&](auto& changed) {
        const double r = static_cast<double>(1.3f);
        for (const token_id id : {0, 5, 7, 255, 256, 31999, 17000, 40000, 128255})
            if (static_cast<std::size_t>(id) < changed.size()) {
                double& l = changed[static_cast<std::size_t>(id)];
                l = l > 0 ? l / r : l * r;
                if (id != 7) l -= (id == 5 ? 2 : 1) * 0.5 + 0.25;
            }
    });
}

TEST_CASE("penalties scope: counts are of the output by default, and of the prompt too if that is asked; repetition is of both") {
    const std::vector<float> row(3, 1.0f);
    const penalties counts{.presence = 1}, both{.presence = 1, .counts_over = scope::both};
    // e^1 1 1 of 4.7182818, where token 0 alone was not put out; and with the prompt in it.
    CHECK(law(row, after({0}, {1, 2}, counts)) == "0:0.576117 1:0.211942 2:0.211942");
    CHECK(law(row, after({0}, {1, 2}, both)) == law(row));
    CHECK(law(row, after({0}, {1, 2}, penalties{.repetition = 2})) == law(row));
    CHECK(law(row, after({0}, {1, 2}, frequency_penalty{.alpha = 1})) == law(row, after({0}, {1, 2}, counts)));
    CHECK(law(row, after({0}, {1, 2}, presence_penalty{.alpha = 1})) == law(row, after({0}, {1, 2}, counts)));
    CHECK(law(row, after({0}, {1, 2}, frequency_penalty{.alpha = 1, .over = scope::both})) == law(row));
}

TEST_CASE("penalties formula: exempt ids are left alone, and the others not") {
    for (const scope counted : {scope::output, scope::both})
        check_exempt([counted](const ids& exempt) {
            return penalties{.repetition = 1.5f, .frequency = 0.25f, .presence = 0.5f, .counts_over = counted, .exempt = exempt};
        });
    check_exempt([](const ids& exempt) { return penalties{.repetition = 1.5f, .exempt = exempt}; });
}
