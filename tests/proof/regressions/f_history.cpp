// Penalties, DRY, XTC, mirostat: what stages make of the history, and of a state.
#include "support.hpp"

#include "core/counted_new.hpp"

#include <array>
#include <climits>
#include <cmath>

using namespace argdraw;
using namespace support;

namespace {

// The law after the stages is that of a row written down by hand.
bool is_law_of(const distribution_of_row& law, const floats& row) {
    const auto expected = law_after(row, {});
    if (law.ids != expected.ids) return false;
    for (std::size_t i = 0; i < law.ids.size(); ++i)
        if (!(std::abs(law.probabilities[i] - expected.probabilities[i]) <= 1e-6 * expected.probabilities[i])) return false;
    return true;
}

ids repeated(token_id id, int times) { return ids(static_cast<std::size_t>(times), id); }

ids ascending(token_id from, token_id to) {
    ids all;
    for (token_id id = from; id < to; ++id) all.push_back(id);
    return all;
}

}  // namespace

TEST_CASE("F1: the repetition penalty divides what is positive and multiplies what is not: 4 and -4 become 2 and -8") {
    CHECK(is_law_of(law_after(floats{4, -4, 0}, {repetition_penalty{2.0f}}, {}, {0, 1}), {2, -8, 0}));
    CHECK(is_law_of(law_after(floats{4, -4, 0}, {penalties{.repetition = 2.0f}}, {}, {0, 1}), {2, -8, 0}));
}

TEST_CASE("F2: repetition counts a token once, be it seen eighty times") {
    CHECK(is_law_of(law_after(floats{3, 2, 1}, {repetition_penalty{1.1f}}, {}, repeated(0, 80)), {3 / 1.1f, 2, 1}));
    CHECK(is_law_of(law_after(floats{3, 2, 1}, {presence_penalty{0.5f}}, {}, repeated(0, 80)), {2.5f, 2, 1}));
}

TEST_CASE("F3: a penalty acts once a draw, however often it is drawn or asked") {
    const stages once{repetition_penalty{2.0f}};
    any_text text = start_text(once, {}, {0});
    const sampler pick{once, categorical{}};
    for (int i = 0; i < 5; ++i) {
        CHECK(is_law_of(pick.distribution(floats{4, 1}, text), {2, 1}));
        CHECK(next_token(floats{4, 1}, once, text));
    }
    CHECK(is_law_of(law_after(floats{8, 1}, {repetition_penalty{2.0f}, repetition_penalty{2.0f}}, {0}), {2, 1}));
}

TEST_CASE("F4: a window is made of the last tokens, not of the first") {
    const floats row{5, 5, 5, 5, 5};
    CHECK(is_law_of(law_after(row, {presence_penalty{2.0f, 2}}, {}, {0, 1, 2, 3}), {5, 5, 3, 3, 5}));
    CHECK(is_law_of(law_after(row, {frequency_penalty{2.0f, 3}}, {}, {0, 1, 2, 3}), {5, 3, 3, 3, 5}));
    CHECK(is_law_of(law_after(row, {repetition_penalty{5.0f, 1}}, {0, 1}, {2, 3}), {5, 5, 5, 1, 5}));
    CHECK(is_law_of(law_after(row, {repetition_penalty{5.0f, 100}}, {0, 1}, {2, 3}), {1, 1, 1, 1, 5}));
}

TEST_CASE("F5: a window of 200 is 200 tokens") {
    floats expected(300, 1.0f);
    for (std::size_t i = 50; i < 250; ++i) expected[i] = 0;
    CHECK(is_law_of(law_after(floats(300, 1.0f), {presence_penalty{1.0f, 200}}, {}, ascending(0, 250)), expected));
}

TEST_CASE("F6: a window of 0 is off") {
    const floats row{3, 2, 1};
    for (const chained& stage :
         {chained{repetition_penalty{2.0f, 0}}, chained{frequency_penalty{2.0f, 0}}, chained{presence_penalty{2.0f, 0}},
          chained{penalties{.repetition = 2.0f, .frequency = 1.0f, .window = 0}}, chained{dry{.multiplier = 1.0f, .window = 0}}})
        CHECK(is_law_of(law_after(row, {stage}, {0, 0, 0}, {0, 1, 0, 1}), row));
}

TEST_CASE("F7: in a ragged batch each text is penalised for its own tokens") {
    const floats row{4, 4, 4};
    const stages penalised{frequency_penalty{1.0f}};
    const ids outputs[] = {{}, {0}, {0, 1, 1}, {2, 2, 2, 2}};
    const floats expected[] = {{4, 4, 4}, {3, 4, 4}, {3, 2, 4}, {4, 4, 0}};
    std::vector<any_text> batch;
    for (int i = 0; i < 4; ++i) batch.push_back(start_text(penalised, {.sequence = static_cast<std::uint64_t>(i)}));
    for (std::size_t step = 0; step < 4; ++step)
        for (std::size_t i = 0; i < 4; ++i)
            if (step < outputs[i].size()) REQUIRE(batch[i].accept(outputs[i][step]) == status::ok);
    for (std::size_t i = 0; i < 4; ++i) CHECK(is_law_of(sampler{penalised, categorical{}}.distribution(row, batch[i]), expected[i]));
}

TEST_CASE("F8: the order in which texts are served changes none, and an id of -1 is no token") {
    const stages penalised{penalties{.repetition = 1.5f, .frequency = 0.25f, .presence = 0.5f}};
    const floats row{1, 2, 3, 2, 1};
    const auto write = [&](bool backwards) {
        std::vector<any_text> texts;
        for (std::uint64_t i = 0; i < 6; ++i) texts.push_back(start_text(penalised, {.seed = 8, .sequence = i}));
        for (int step = 0; step < 20; ++step)
            for (std::size_t i = 0; i < 6; ++i) {
                any_text& text = texts[backwards ? 5 - i : i];
                REQUIRE(text.accept(next_token(row, penalised, text).id) == status::ok);
            }
        std::vector<ids> all;
        for (const any_text& text : texts) all.emplace_back(text.output().begin(), text.output().end());
        return all;
    };
    CHECK(write(false) == write(true));
    any_text text = start_text(penalised);
    CHECK(text.accept(-1) == status::bad_parameter);
    CHECK(text.output().empty());
    CHECK(said_after(row, penalised, {-1, 2}) == said_after(row, penalised, {2}));
}

TEST_CASE("F9: what counts is what the scope says: the prompt for repetition, not for frequency and presence, unless asked") {
    const floats row{4, 4};
    CHECK(is_law_of(law_after(row, {frequency_penalty{1.0f}}, {0, 0}, {1}), {4, 3}));
    CHECK(is_law_of(law_after(row, {presence_penalty{1.0f}}, {0, 0}, {1}), {4, 3}));
    CHECK(is_law_of(law_after(row, {frequency_penalty{1.0f, -1, scope::both}}, {0, 0}, {1}), {2, 3}));
    CHECK(is_law_of(law_after(row, {repetition_penalty{2.0f}}, {0, 0}, {}), {2, 4}));
    CHECK(is_law_of(law_after(row, {repetition_penalty{2.0f, -1, scope::output}}, {0, 0}, {1}), {4, 2}));
}

TEST_CASE("F10: of several tokens accepted before the next draw every one is counted") {
    CHECK(is_law_of(law_after(floats{4, 4, 4}, {frequency_penalty{0.5f}}, {}, {1, 1, 2}), {4, 3, 3.5f}));
}

TEST_CASE("F11: a fork counts on its own, evictions from the window included") {
    const floats row{4, 4, 4};
    const stages counted{frequency_penalty{1.0f, 3}};
    any_text text = start_text(counted);
    for (const token_id id : {0, 0, 1}) REQUIRE(text.accept(id) == status::ok);
    any_text fork = text;
    const sampler pick{counted, categorical{}};
    for (const token_id id : {2, 2, 2, 2, 1}) REQUIRE(fork.accept(id) == status::ok);
    CHECK(is_law_of(pick.distribution(row, fork), {4, 3, 2}));
    CHECK(is_law_of(pick.distribution(row, text), {2, 3, 4}));
    REQUIRE(fork.rollback(5) == status::ok);
    CHECK(is_law_of(pick.distribution(row, fork), {2, 3, 4}));
}

TEST_CASE("F12: frequency is not presence: each of three parameters has its own effect") {
    const floats row{8, 8, -2};
    CHECK(is_law_of(law_after(row, {penalties{.frequency = 0.25f}}, {}, {0, 0, 0}), {7.25f, 8, -2}));
    CHECK(is_law_of(law_after(row, {penalties{.presence = 2.0f}}, {}, {0, 0, 0}), {6, 8, -2}));
    CHECK(is_law_of(law_after(row, {penalties{.repetition = 4.0f}}, {}, {0, 0, 2}), {2, 8, -8}));
    CHECK(is_law_of(law_after(row, {penalties{.repetition = 4.0f, .frequency = 0.25f, .presence = 0.5f}}, {}, {0, 0, 2}), {1, 8, -8.75f}));
}

TEST_CASE("F13: DRY lowers the token that would go on with a repetition, by hand") {
    // 1 2 3 1 2: a match of two goes on with 3; allowed are two, so the penalty is the multiplier. After 5 1 2 3 5 1 2 it is three long.
    const floats row(6, 9.0f);
    CHECK(is_law_of(law_after(row, {dry{.multiplier = 0.75f, .base = 2.0f}}, {}, {1, 2, 3, 1, 2}), {9, 9, 9, 8.25f, 9, 9}));
    CHECK(is_law_of(law_after(row, {dry{.multiplier = 0.75f, .base = 2.0f}}, {}, {5, 1, 2, 3, 5, 1, 2}), {9, 9, 9, 7.5f, 9, 9}));
    CHECK(is_law_of(law_after(row, {dry{.multiplier = 0.75f, .base = 2.0f}}, {}, {1, 3, 1}), row));
    CHECK(is_law_of(law_after(row, {dry{}}, {}, {1, 2, 3, 1, 2}), row));
    CHECK(is_law_of(law_after(row, {}, {}, {1, 2, 3, 1, 2}), row));
}

TEST_CASE("F14: DRY acts at T = 0 as at any other, over the prompt too; breakers are how a text is spared") {
    floats row(6, 1.0f);
    row[3] = 2;
    row[4] = 1.75f;
    const std::array<token_id, 1> breaker{2};
    CHECK(said_after(row, {dry{.multiplier = 1.0f}, temperature{0.0f}}, {1, 2, 3, 1, 2}) == "4:1");
    CHECK(said_after(row, {dry{.multiplier = 1.0f, .breakers = breaker}, temperature{0.0f}}, {1, 2, 3, 1, 2}) == "3:1");
    CHECK(said_after(row, {temperature{0.0f}}, {1, 2, 3, 1, 2}) == "3:1");
}

TEST_CASE("F15: XTC keeps the least likely of the tokens that reach the threshold, and needs two of them") {
    const floats row = weighing({40, 30, 20, 10});
    const auto left = [&](float threshold) { return law_after(row, {xtc{.probability = 1.0f, .threshold = threshold}}).ids; };
    CHECK(left(0.0f) == ids{3});
    CHECK(left(0.05f) == ids{3});
    CHECK(left(0.15f) == ids{2, 3});
    CHECK(left(0.25f) == ids{1, 2, 3});
    CHECK(left(0.35f) == ids{0, 1, 2, 3});
    CHECK(left(0.45f) == ids{0, 1, 2, 3});
    CHECK(left(0.6f) == ids{0, 1, 2, 3});
    CHECK(left(1.0f) == ids{0, 1, 2, 3});
    CHECK(law_after(floats{1, 1}, {xtc{.probability = 1.0f, .threshold = 0.5f}}).ids == ids{1});
    CHECK(law_after(row, {xtc{.probability = 0.0f, .threshold = 0.05f}}).ids == ids{0, 1, 2, 3});
}

TEST_CASE("F16: XTC with every token at the threshold looks at none behind the last") {
    for (const std::size_t width : {std::size_t{2}, std::size_t{4}, std::size_t{6}, std::size_t{16}, block, std::size_t{300}}) {
        const floats row(width, 1.0f);
        const float just_below = 0.9f / static_cast<float>(width);
        CHECK(law_after(row, {xtc{.probability = 1.0f, .threshold = just_below}}).ids == ids{static_cast<token_id>(width - 1)});
    }
    CHECK(law_after(weighing({1, 6, 2, 3}), {xtc{.probability = 1.0f, .threshold = 0.16f}}).ids == ids{0, 2});
}

TEST_CASE("F17: mirostat's mu goes from token to token, and each text has its own") {
    const floats row = weighing({40, 30, 20, 5, 5});
    const sampler pick{mirostat{.tau = 1.5f, .eta = 0.25f}};
    auto a = pick.start({.seed = 1}), b = pick.start({.seed = 2});
    double mu_a = 3, mu_b = 3;
    for (int i = 0; i < 30; ++i) {
        for (auto* each : {&a, &b}) {
            double& mu = each == &a ? mu_a : mu_b;
            CHECK(std::abs(each->state<0>().mu - mu) < 1e-5);
            const drawn token = pick(row, *each);
            mu -= 0.25 * (-static_cast<double>(token.logprob) / std::log(2.0) - 1.5);
            REQUIRE(each->accept(token.id) == status::ok);
        }
    }
    CHECK(a.state<0>().mu != b.state<0>().mu);
    CHECK(a.state<0>().mu != 3);
}

TEST_CASE("F18: a mu of 0 is a mu: nothing starts anew there") {
    const floats equals(4, 0.0f);
    const sampler pick{mirostat{.tau = 0.0f, .eta = 0.5f}};
    auto text = pick.start({.seed = 18});
    // At mu = 0 only the first token is unsurprising enough: p' = 1, and mu stays where it is.
    for (int i = 0; i < 5; ++i) {
        CHECK(text.state<0>().mu == 0);
        const drawn token = pick(equals, text);
        CHECK(token.id == 0);
        REQUIRE(text.accept(token.id) == status::ok);
    }
    // From 2 down to 0 with the first of four equals, two bits each, and up again with a token that is alone.
    const sampler swinging{mirostat{.tau = 1.0f, .eta = 2.0f}};
    auto other = swinging.start();
    for (const double mu : {2.0, 0.0, 2.0, 0.0, 2.0}) {
        CHECK(std::abs(other.state<0>().mu - mu) < 1e-5);
        REQUIRE(other.accept(swinging(equals, other).id) == status::ok);
    }
}

TEST_CASE("F19: mirostat of either version survives one candidate and equals, and refuses negative parameters") {
    for (const floats& row : {floats{5}, floats{-infinity, 2, -infinity}, floats(10, 1.0f), floats(1000, 0.0f), floats{2, 1}}) {
        const sampler first{mirostat_v1{.tau = 3.0f}};
        auto text = first.start({.seed = 19});
        for (int i = 0; i < 20; ++i) {
            const drawn token = first(row, text);
            REQUIRE(token);
            CHECK(row[static_cast<std::size_t>(token.id)] > -infinity);
            REQUIRE(text.accept(token.id) == status::ok);
            CHECK(std::isfinite(text.state<0>().mu));
        }
    }
    CHECK_FALSE(mirostat_v1{.tau = -1.0f}.valid());
    CHECK_FALSE(mirostat_v1{.eta = -0.1f}.valid());
    CHECK_FALSE(mirostat{.tau = -1.0f}.valid());
    CHECK_FALSE(mirostat{.eta = -0.1f}.valid());
    CHECK_FALSE(mirostat_v1{.tau = not_a_number}.valid());
}

TEST_CASE("F20: a fork of a text under mirostat goes on from the mu and the randomness of its original") {
    const floats row = weighing({40, 30, 20, 5, 5});
    const sampler pick{mirostat_v1{.tau = 1.5f, .eta = 0.3f}};
    auto text = pick.start({.seed = 20, .sequence = 4});
    for (int i = 0; i < 10; ++i) REQUIRE(text.accept(pick(row, text).id) == status::ok);
    auto fork = text;
    CHECK(fork.state<0>() == text.state<0>());
    CHECK(fork.state<0>().mu != 3);
    for (int i = 0; i < 30; ++i) {
        const drawn a = pick(row, text), b = pick(row, fork);
        CHECK(a.id == b.id);
        REQUIRE(text.accept(a.id) == status::ok);
        REQUIRE(fork.accept(b.id) == status::ok);
        CHECK(fork.state<0>() == text.state<0>());
    }
}

TEST_CASE("F21: a stop id of -1 bans no last token but is refused, and the prompt does not count towards min_tokens") {
    const std::array<token_id, 1> none{-1}, stop{2};
    const floats row{1, 2, 3};
    CHECK(said_after(row, {min_tokens{2, std::span<const token_id>(none)}}) == "outside_row");
    const stages least{min_tokens{2, std::span<const token_id>(stop)}};
    CHECK(law_after(row, least, {0, 1, 0, 1, 0}).ids == ids{0, 1});
    CHECK(law_after(row, least, {0, 1, 0, 1, 0}, {0}).ids == ids{0, 1});
    CHECK(law_after(row, least, {0, 1, 0, 1, 0}, {0, 0}).ids == ids{0, 1, 2});
}

TEST_CASE("F22: 5000 repetitions leave DRY's penalty finite, and the token alive") {
    const auto law = law_after(floats{3, 2, 1}, {dry{.multiplier = 1.0f, .base = 1e30f}}, {}, repeated(0, 5000));
    CHECK(text(law) == "0:0 1:0.731059 2:0.268941");
    CHECK(said_after(floats{3, -infinity}, {dry{.multiplier = 1.0f}}, {}, repeated(0, 5000)) == "0:1");
}

TEST_CASE("F23: a window of INT_MAX takes the memory of what was said, and no more") {
    const ids said = ascending(0, 8);
    const floats row(10, 1.0f);
    const auto law_in = [&](int window) {
        return said_after(
            row, {repetition_penalty{2.0f, window}, frequency_penalty{0.5f, window}, dry{.multiplier = 1.0f, .window = window}}, {}, said);
    };
    const std::string everything = law_in(-1);
    const counted_new::scarce few_bytes(1 << 16);
    CHECK(law_in(INT_MAX) == everything);
    CHECK(law_in(INT_MAX - 1) == everything);
}
