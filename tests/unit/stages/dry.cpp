#include "changes_support.hpp"

#include <map>

#include <argdraw/stages/dry.hpp>

using namespace argdraw;
using namespace support;

namespace {

// Eight equals: what is taken from a logit is ln of the ratio to the probability of a token that lost nothing.
const std::vector<float> equals(8, 0.0f);

/// "2:1.5 5:3": what each token lost, where it lost anything; token 7 never does.
template <class... Stages>
std::string lost(const Stages&... stages) {
    const auto out = law_of(equals, stages...);
    if (!out) return text(out);
    std::string all;
    for (std::size_t i = 0; i < out.ids.size(); ++i) {
        const double loss = std::log(out.probabilities.back() / out.probabilities[i]);
        if (loss == 0) continue;
        char one[64];
        std::snprintf(one, sizeof one, "%s%d:%.9g", all.empty() ? "" : " ", static_cast<int>(out.ids[i]), loss);
        all += one;
    }
    return all;
}

}  // namespace

TEST_CASE("dry formula: multiplier base^(L - allowed_length) for what would continue a repetition") {
    // 1 2 3 4, 1 2 3: three tokens repeat, and 4 came after them. 1.75^(3 - 2) = 1.75.
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{1})) == "4:1.75");
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{2})) == "4:3.5");
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{1, 3})) == "4:3");
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{1, 3, 1})) == "4:9");
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{0.5f, 1})) == "4:0.5");
    // Exactly as long as allowed costs the multiplier, shorter nothing.
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{1, 1.75f, 3})) == "4:1");
    CHECK(lost(after({1, 2, 3, 4}, {1, 2, 3}, dry{1, 1.75f, 4})).empty());
    // Where prompt ends and output begins does not matter.
    CHECK(lost(after({}, {1, 2, 3, 4, 1, 2, 3}, dry{1})) == "4:1.75");
    CHECK(lost(after({1, 2, 3, 4, 1, 2, 3}, {}, dry{1})) == "4:1.75");
}

TEST_CASE("dry formula: the greatest length counts, once") {
    // 2 3 -> 4 of length 2, then 1 2 3 -> 4 of length 3 and 2 3 -> 5 of length 2.
    CHECK(lost(after({2, 3, 4, 1, 2, 3, 4, 6, 2, 3, 5}, {1, 2, 3}, dry{1})) == "4:1.75 5:1");
    // Overlapping: 1 1 1 1 ends in three that were followed by 1. 1.75^(3 - 2).
    CHECK(lost(after({}, {1, 1, 1, 1}, dry{1})) == "1:1.75");
}

TEST_CASE("dry formula: an allowed length of 0 asks for a match of one token all the same") {
    // 3 -> 4 of length 1: 1.75^(1 - 0).
    CHECK(lost(after({3, 4, 5}, {3}, dry{1, 1.75f, 0})) == "4:1.75");
    CHECK(lost(after({3, 4, 5}, {3}, dry{1, 1.75f, 1})) == "4:1");
    CHECK(lost(after({3, 4, 5}, {6}, dry{1, 1.75f, 0})).empty());
}

TEST_CASE("dry formula: only what lies in the window is compared") {
    const ids prompt{1, 2, 3, 4}, output{1, 2, 3};
    CHECK(dry{}.window == -1);
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, 7})) == "4:1.75");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, 1000})) == "4:1.75");
    // Without the first 1 the match is 2 3.
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, 6})) == "4:1");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, 5})).empty());
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, 1})).empty());
}

TEST_CASE("dry breakers: no match extends over one, and none is penalised") {
    const ids prompt{1, 2, 3, 4}, output{1, 2, 3};
    const std::vector<token_id> one{1}, two{2}, three{3}, four{4}, others{0, 5, 6};
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, others})) == "4:1.75");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, one})) == "4:1");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 1, -1, two})) == "4:1");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, two})).empty());
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 1, -1, three})).empty());
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, four})).empty());
}

TEST_CASE("dry breakers: phrases end a match as a whole, and their tokens are penalised") {
    const ids prompt{1, 2, 3, 4}, output{1, 2, 3};
    const phrases pair{{1, 2}}, last{{2, 3}}, apart{{1, 3}, {3, 4, 2}}, alone{{1}}, with_next{{3, 4}};
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 1, -1, pair})) == "4:1");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, pair})).empty());
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 1, -1, last})).empty());
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, apart})) == "4:1.75");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, alone})) == "4:1");
    CHECK(lost(after(prompt, output, dry{1, 1.75f, 2, -1, with_next})) == "4:1.75");
    for (const token_id outside : {-1, 8}) {
        const phrases bad{{1, 2}, {3, outside}};
        CHECK(lost(after({}, {}, dry{1, 1.75f, 2, -1, bad})) == "outside_row");
    }
    CHECK(dry{1, 1.75f, 2, -1, pair} == dry{1, 1.75f, 2, -1, phrases_view(pair)});
    CHECK_FALSE(dry{1, 1.75f, 2, -1, pair} == dry{1, 1.75f, 2, -1, last});
}

TEST_CASE("dry breakers: ids outside of the row are outside_row, unless dry is off") {
    for (const token_id outside : {-1, 8}) {
        const std::vector<token_id> breakers{1, outside};
        CHECK(lost(after({}, {}, dry{1, 1.75f, 2, -1, breakers})) == "outside_row");
        check_neutral(equals, after({}, {}, dry{0, 1.75f, 2, -1, breakers}));
    }
}

TEST_CASE("dry breakers: the list is read at each draw, also where it was written over") {
    std::vector<token_id> breakers{1, 0};
    const dry some{1, 1.75f, 1, -1, breakers};
    const sampler pick{some, categorical{}};
    const ids prompt{1, 2, 3, 4}, output{1, 2, 3};
    auto seq = pick.start({.seed = 1}, prompt);
    for (const token_id id : output) REQUIRE(seq.accept(id) == status::ok);
    for (const token_id id : {1, 2, 3, 4, 5, 2, 1, 5}) {
        breakers[0] = id;
        CAPTURE(id);
        CHECK(text(pick.distribution(equals, seq)) == law(equals, after(prompt, output, some)));
    }
    breakers[0] = 8;
    CHECK(pick(equals, seq).why == status::outside_row);
    breakers[0] = 7;
    CHECK(pick(equals, seq));
}

TEST_CASE("dry in a sequence: what is accepted counts, what is rolled back does not") {
    const std::vector<token_id> breakers{6};
    const dry some{0.8f, 1.75f, 1, 9, breakers};
    const sampler pick{some, categorical{}};
    const ids prompt{1, 2, 3, 1};
    auto seq = pick.start({.seed = 1}, prompt);
    ids output;
    const auto agrees = [&] { return text(pick.distribution(equals, seq)) == law(equals, after(prompt, output, some)); };
    CHECK(agrees());
    for (const token_id id : {2, 3, 1, 2, 2, 2, 6, 1, 2, 3, 1, 2, 3}) {
        CHECK(seq.accept(id) == status::ok);
        output.push_back(id);
        CHECK(agrees());
    }
    for (const std::size_t n : {std::size_t{1}, std::size_t{4}}) {
        CHECK(seq.rollback(n) == status::ok);
        output.resize(output.size() - n);
        CHECK(agrees());
    }
    CHECK(pick(equals, seq));
}

TEST_CASE("dry formula: random texts, against its definition") {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        ids text_so_far(random() % 40);
        const std::size_t letters = 1 + random() % 6;
        for (token_id& id : text_so_far) id = static_cast<token_id>(random() % letters);
        const int allowed = static_cast<int>(random() % 4), window = static_cast<int>(random() % 50) - 1;
        std::vector<token_id> breakers;
        if (random() % 2) breakers.push_back(static_cast<token_id>(random() % 6));
        const auto breaks = [&](token_id id) { return std::find(breakers.begin(), breakers.end(), id) != breakers.end(); };

        const std::size_t n = window < 0 ? text_so_far.size() : std::min(text_so_far.size(), static_cast<std::size_t>(window));
        const ids h(text_so_far.end() - static_cast<std::ptrdiff_t>(n), text_so_far.end());
        std::map<token_id, std::size_t> longest;
        for (std::size_t j = 0; j < h.size(); ++j) {
            std::size_t length = 0;
            while (length < j && h[j - 1 - length] == h[h.size() - 1 - length] && !breaks(h[j - 1 - length])) ++length;
            if (!breaks(h[j])) longest[h[j]] = std::max(longest[h[j]], length);
        }
        std::vector<double> expected(equals.begin(), equals.end());
        for (const auto& [id, length] : longest)
            if (length > 0 && static_cast<int>(length) >= allowed && window != 0)
                expected[static_cast<std::size_t>(id)] -= 0.5 * std::pow(1.25, static_cast<int>(length) - allowed);

        const auto half = static_cast<std::ptrdiff_t>(text_so_far.size() / 2);
        const ids prompt(text_so_far.begin(), text_so_far.begin() + half), output(text_so_far.begin() + half, text_so_far.end());
        CAPTURE(round, allowed, window);
        CHECK(alike(law_of(equals, after(prompt, output, dry{0.5f, 1.25f, allowed, window, breakers})), law_of(expected)));
    }
}

TEST_CASE("dry neutral: a multiplier of 0 and a window of 0 change nothing") {
    CHECK(dry{} == dry{0, 1.75f, 2, -1, {}});
    check_neutral(equals, after({1, 2, 3, 4}, {1, 2, 3}, dry{}));
    check_neutral(equals, after({1, 2, 3, 4}, {1, 2, 3}, dry{-0.0f}));
    check_neutral(equals, after({1, 2, 3, 4}, {1, 2, 3}, dry{1, 1.75f, 2, 0}));
    CHECK_FALSE(dry{smallest}.neutral());
}

TEST_CASE("dry range: what is outside is a bad parameter") {
    for (const float multiplier : {-smallest, -1.0f, infinity, -infinity, not_a_number, -not_a_number}) check_bad(dry{multiplier});
    for (const float base : {0.0f, std::nextafter(1.0f, 0.0f), -2.0f, infinity, not_a_number, -not_a_number}) check_bad(dry{1, base});
    check_bad(dry{1, 1.75f, -1});
    check_bad(dry{1, 1.75f, 2, -2});
    CHECK(dry{std::numeric_limits<float>::max(), 1, 0, -1}.valid());
}

TEST_CASE("dry range: an allowed length longer than any text") {
    for (const int allowed : {1 << 20, 1 << 30, std::numeric_limits<int>::max()}) {
        CHECK(lost(after({1, 2, 1}, {2, 1, 2}, dry{1, 1.75f, allowed})).empty());
        CHECK(sampler{dry{1, 1.75f, allowed}, categorical{}}.start());
    }
}

TEST_CASE("dry ties: equals that end as long a match stay equal") {
    const auto out = law_of(equals, after({1, 2, 3, 1, 2, 4}, {1, 2}, dry{0.3f}));
    REQUIRE(out);
    CHECK(out.probabilities[3] == out.probabilities[4]);
    CHECK(out.probabilities[3] < out.probabilities[5]);
}

TEST_CASE("dry edges") {
    check_edges(after({0, 0, 0}, {0, 0}, dry{1.5f}), "0:0.5 2:0.5");
    check_edges(after({1, 1, 1}, {1, 1}, dry{1.5f}), "0:0.5 2:0.5");
    check_edges(after({}, {}, dry{1.5f}), "0:0.5 2:0.5");
}

TEST_CASE("dry edges: the penalty ends at the greatest float, so that a token lives") {
    // 500 repeats of one token: 1.75^497 = 1e121.
    const ids many(500, 3);
    CHECK(law(std::vector(4, 1.0f), after(many, {}, dry{1})) == "0:0.333333 1:0.333333 2:0.333333 3:0");
    CHECK(law(std::vector{-infinity, -infinity, -infinity, 1.0f}, after(many, {}, dry{1})) == "3:1");
    CHECK(law(std::vector(4, 1.0f), after(many, {}, dry{smallest, std::numeric_limits<float>::max()})) ==
          "0:0.333333 1:0.333333 2:0.333333 3:0");
    CHECK(law(std::vector{-infinity, -infinity, -infinity, infinity}, after(many, {}, dry{1})) == "3:1");
}

TEST_CASE("dry edges: ids of the history outside of the row are passed over") {
    CHECK(lost(after({1, 2, 9, 1, 2, -4, 1, 2, 5}, {1, 2}, dry{1})) == "5:1");
    CHECK(lost(after({99, -7, 5}, {99, -7}, dry{1})) == "5:1");
}

TEST_CASE("dry for every scalar") {
    // Token 0 follows 1 2 once more: 4 - 2 = 2; e^2 e^1 e^1 1 of 13.82562.
    check_scalars({4, 1, 1, 0, -infinity}, after({1, 2, 0}, {1, 2}, dry{2}), "0:0.534447 1:0.196612 2:0.196612 3:0.0723295");
}

TEST_CASE("dry on wide rows: the law is that of the changed row") {
    check_on_wide_rows(after({1, 2, 256, 7, 1, 2, 31999, 7, 1, 2, 128255}, {7, 1, 2}, dry{0.8f}), [&](auto& changed) {
        const double m = static_cast<double>(0.8f);
        changed[256] -= m;
        changed[31999] -= m * 1.75;
        if (changed.size() > 128255) changed[128255] -= m * 1.75;
    });
}

TEST_CASE("dry on wide rows: more tokens at once than are handed on together") {
    ids prompt;
    for (token_id id = 0; id < 1000; ++id) prompt.insert(prompt.end(), {2000, 2001, 3 * id});
    check_on_wide_rows(after(prompt, {2000, 2001}, dry{0.5f}), [&](auto& changed) {
        for (std::size_t id = 0; id < 1000; ++id) changed[3 * id] -= 0.5;
    });
}
