#include "changes_support.hpp"

#include <set>

#include <argdraw/stages/no_repeat_ngram.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector<float> equals(6, 0.0f);

}  // namespace

TEST_CASE("no_repeat_ngram formula: what would complete n tokens seen before is removed") {
    // 1 2 3, 1 2 4, 1 2: a third 1 2 may be followed by neither 3 nor 4.
    const ids prompt{1, 2, 3, 1, 2, 4}, output{1, 2};
    CHECK(kept(equals, after(prompt, output, no_repeat_ngram{3})) == ids{0, 1, 2, 5});
    // Of two: 2 -> 3 and 2 -> 4 too. Of four: 4 1 2 has not been seen before, 3 1 2 -> 4 has.
    CHECK(kept(equals, after(prompt, output, no_repeat_ngram{2})) == ids{0, 1, 2, 5});
    CHECK(kept(equals, after(prompt, output, no_repeat_ngram{4})) == first_ids(6));
    CHECK(kept(equals, after({3, 1, 2, 4}, {3, 1, 2}, no_repeat_ngram{4})) == ids{0, 1, 2, 3, 5});
    CHECK(kept(equals, after(prompt, output, no_repeat_ngram{5})) == first_ids(6));
    // Overlapping: 1 1 may not be followed by 1 again.
    CHECK(kept(equals, after({1, 1}, {1}, no_repeat_ngram{3})) == ids{0, 2, 3, 4, 5});
    CHECK(kept(equals, after({}, {1, 1}, no_repeat_ngram{3})) == first_ids(6));
}

TEST_CASE("no_repeat_ngram formula: random texts, against its definition") {
    std::mt19937 random(6);
    for (int round = 0; round < 300; ++round) {
        ids h(random() % 40);
        const std::size_t letters = 1 + random() % 6, n = 1 + random() % 5;
        for (token_id& id : h) id = static_cast<token_id>(random() % letters);
        std::set<token_id> banned;
        for (std::size_t j = n - 1; j < h.size(); ++j)
            if (std::equal(h.end() - static_cast<std::ptrdiff_t>(n - 1), h.end(), h.begin() + static_cast<std::ptrdiff_t>(j - (n - 1))))
                banned.insert(h[j]);
        ids expected;
        for (const token_id id : first_ids(6))
            if (banned.count(id) == 0) expected.push_back(id);
        const auto half = static_cast<std::ptrdiff_t>(h.size() / 2);
        CAPTURE(round, n);
        CHECK(kept(equals, after(ids(h.begin(), h.begin() + half), ids(h.begin() + half, h.end()), no_repeat_ngram{static_cast<int>(n)})) ==
              expected);
    }
}

TEST_CASE("no_repeat_ngram in a sequence: what is accepted counts, what is rolled back does not") {
    const sampler pick{no_repeat_ngram{2}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{1, 2, 3});
    const auto left = [&] { return pick.distribution(equals, seq).ids; };
    CHECK(left() == first_ids(6));
    CHECK(seq.accept(1) == status::ok);
    CHECK(left() == ids{0, 1, 3, 4, 5});
    CHECK(seq.accept(4) == status::ok);
    CHECK(left() == first_ids(6));
    CHECK(seq.accept(1) == status::ok);
    CHECK(left() == ids{0, 1, 3, 5});
    CHECK(seq.rollback(2) == status::ok);
    CHECK(left() == ids{0, 1, 3, 4, 5});
    CHECK(seq.rollback(1) == status::ok);
    CHECK(left() == first_ids(6));
    // 200 draws without a pair that stands twice: 36 pairs, so the row runs out of tokens before that.
    std::set<std::pair<token_id, token_id>> pairs{{1, 2}, {2, 3}};
    token_id last = 3;
    drawn token;
    while ((token = pick(equals, seq))) {
        CHECK(pairs.insert({last, token.id}).second);
        last = token.id;
        REQUIRE(seq.accept(last) == status::ok);
    }
    CHECK(token.why == status::empty);
    CHECK(seq.output().size() <= 36);
}

TEST_CASE("no_repeat_ngram neutral: n = 0 is the default and bans nothing") {
    CHECK(no_repeat_ngram{}.n == 0);
    check_neutral(equals, after({1, 2, 1}, {2, 1}, no_repeat_ngram{}));
    CHECK_FALSE(no_repeat_ngram{1}.neutral());
}

TEST_CASE("no_repeat_ngram range: n = 1 bans every token seen, a negative n is a bad parameter") {
    CHECK(kept(equals, after({1, 2, 1}, {5}, no_repeat_ngram{1})) == ids{0, 3, 4});
    CHECK(kept(equals, after({}, {}, no_repeat_ngram{1})) == first_ids(6));
    for (const int n : {-1, std::numeric_limits<int>::min()}) {
        check_bad(no_repeat_ngram{n});
        CHECK(sampler{no_repeat_ngram{n}, categorical{}}.start());  // the draw says what is wrong
    }
    for (const int n : {1 << 20, (1 << 30) + 1, std::numeric_limits<int>::max()}) {
        CHECK(kept(equals, after({1, 1, 1}, {1, 1, 1}, no_repeat_ngram{n})) == first_ids(6));
        CHECK(sampler{no_repeat_ngram{n}, categorical{}}.start());
    }
}

TEST_CASE("no_repeat_ngram edges: ids outside of the row are passed over") {
    CHECK(kept(equals, after({1, 99, 1, -7, 1, 3}, {1}, no_repeat_ngram{2})) == ids{0, 1, 2, 4, 5});
    CHECK(kept(equals, after({99, -7, 3}, {99, -7}, no_repeat_ngram{3})) == ids{0, 1, 2, 4, 5});
}

TEST_CASE("no_repeat_ngram edges: where every token is banned the row is empty") {
    CHECK(law(equals, after(first_ids(6), {}, no_repeat_ngram{1})) == "empty");
    CHECK(law(equals, as_list, after(first_ids(6), {}, no_repeat_ngram{1})) == "empty");
    CHECK(law(std::vector{1.0f, -infinity}, after({0}, {}, no_repeat_ngram{1})) == "empty");
}

TEST_CASE("no_repeat_ngram edges: infinite logits and NaN") {
    const auto seen_first = after({0}, {}, no_repeat_ngram{1});
    CHECK(law(std::vector{infinity, 7.0f, infinity, -infinity}, seen_first) == "2:1");
    CHECK(law(std::vector{infinity, 7.0f, -infinity}, seen_first) == "1:1");
    // A value is read only after the ban.
    CHECK(law(std::vector{not_a_number, 7.0f}, seen_first) == "1:1");
    CHECK(law(std::vector{7.0f, not_a_number}, seen_first) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 7.0f}, as_list, seen_first) == "nan_logit");
    check_edges(after({}, {}, no_repeat_ngram{1}), "0:0.5 2:0.5");
}

TEST_CASE("no_repeat_ngram for every scalar") {
    // e^2 e^1 1 of 11.107338.
    check_scalars({2, 5, 1, 0, -infinity}, after({2, 1, 2, 1}, {2}, no_repeat_ngram{3}), "0:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("no_repeat_ngram on wide rows: the law is that of the masked row") {
    check_on_wide_rows(after({7, 256, 7, 31999, 7, 128255, 7, 0}, {7}, no_repeat_ngram{2}), [](auto& changed) {
        for (const std::size_t id : {0u, 256u, 31999u, 128255u})
            if (id < changed.size()) changed[id] = -std::numeric_limits<double>::infinity();
    });
    // More than are handed on at once.
    check_on_wide_rows(after(first_ids(1000), {}, no_repeat_ngram{1}),
                       [](auto& changed) { std::fill_n(changed.begin(), 1000, -std::numeric_limits<double>::infinity()); });
}
