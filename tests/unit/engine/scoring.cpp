#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>
#include <argdraw/engine/scoring.hpp>

#include "catch.hpp"

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;
constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> random_row(std::mt19937_64& random, std::size_t width) {
    std::vector<float> row(width);
    for (float& l : row) l = static_cast<float>(random() % 64) / 8.0f;  // with equals
    if (random() % 4 == 0) row[random() % width] = -infinity;
    return row;
}

std::vector<double> log_softmax(const std::vector<float>& row) {
    const double greatest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float l : row) sum += std::exp(static_cast<double>(l) - greatest);
    std::vector<double> out;
    for (const float l : row) out.push_back(static_cast<double>(l) - greatest - std::log(sum));
    return out;
}

}  // namespace

TEST_CASE("scoring: each token with its number and the first ones beside it, itself among them where it is one") {
    std::mt19937_64 random(2);
    const sampler pick{ban{{0}}, top_k{5}, temperature{0.7f}, categorical{}};
    for (const std::size_t top : {0u, 1u, 3u, 9u}) {
        auto seq = pick.start({.seed = 4}), alone = seq;
        logprobs_record record({.top = top, .weighed = accuracy::full});
        for (int step = 0; step < 60; ++step) {
            const auto row = random_row(random, 2 + random() % 40);
            const auto expected = log_softmax(row);
            token_id token = static_cast<token_id>(random() % row.size());
            if (step % 2) {
                const drawn plain = pick(row, alone), found = record.draw(pick, row, seq);
                REQUIRE(found.id == plain.id);
                REQUIRE(record.why == plain.why);
                if (!found) continue;
                token = found.id;
            } else {
                const auto before = seq.bytes();
                REQUIRE(record.add(pick, row, seq, token) == (pick.distribution(row, seq) ? status::ok : status::empty));
                CHECK(seq.bytes() == before);
                if (record.why != status::ok) continue;
            }
            const auto& last = record.tokens.back();
            const auto i = static_cast<std::size_t>(token);
            CHECK(last.chosen.id == token);
            CHECK(std::abs(last.chosen.logprob - std::max(-9999.0, expected[i])) < 1e-9);
            CHECK(last.rank == 1 + static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [&](float l) { return l > row[i]; })));
            ids order;
            for (std::size_t t = 0; t < row.size(); ++t)
                if (row[t] > -infinity) order.push_back(static_cast<token_id>(t));
            std::stable_sort(order.begin(), order.end(),
                             [&](token_id a, token_id b) { return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)]; });
            order.resize(std::min(order.size(), top));
            const auto found = record.alternatives_of(record.tokens.size() - 1);
            REQUIRE(found.size() == order.size());
            for (std::size_t k = 0; k < order.size(); ++k) {
                CHECK(found[k].id == order[k]);
                CHECK(std::abs(found[k].logprob - expected[static_cast<std::size_t>(order[k])]) < 1e-9);
            }
            if (seq.accept(token) == status::ok) REQUIRE(alone.accept(token) == status::ok);
        }
        const std::size_t n = record.tokens.size();
        record.rollback(7);
        CHECK(record.tokens.size() == n - 7);
        CHECK(record.alternatives.size() == record.tokens.back().first + record.tokens.back().count);
        record.rollback(n);
        CHECK(record.alternatives.empty());
    }
}

TEST_CASE("scoring: the final set's numbers, what it lacks, and what fails") {
    const sampler pick{top_k{2}, categorical{}};
    auto seq = pick.start();
    logprobs_record record({.top = 3, .law = logprobs_of::processed});
    const std::vector<float> row{1, 2, 0, 2};
    REQUIRE(record.add(pick, row, seq, 0) == status::ok);
    CHECK(record.tokens[0].chosen.logprob == -9999);
    REQUIRE(record.alternatives.size() == 2);
    CHECK(record.alternatives[0].id == 1);
    CHECK(record.alternatives[1].id == 3);
    CHECK(record.alternatives[1].logprob == Approx(std::log(0.5)));
    CHECK(record.add(pick, row, seq, 4) == status::outside_row);
    CHECK(record.add(pick, row, seq, -1) == status::outside_row);
    CHECK(record.tokens.size() == 1);
    // A NaN that a ban hides: a token, of which nothing can be said.
    const sampler hides{ban{{1}}, categorical{}};
    auto other = hides.start();
    const drawn token = record.draw(hides, std::vector{1.0f, NAN}, other);
    CHECK(token.id == 0);
    CHECK(record.why == status::nan_logit);
    CHECK(record.tokens.back().chosen.logprob == -9999);
    CHECK(record.tokens.back().count == 0);
    CHECK_FALSE(record.draw(hides, std::vector{-infinity, 1.0f}, other));
    CHECK(record.why == status::empty);
    CHECK(record.tokens.size() == 2);
}

TEST_CASE("scoring: more first tokens than a row has are all of its tokens") {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    const sampler pick{categorical{}};
    const std::vector<float> row{1, 2, 3};
    for (const std::size_t top : {std::size_t{4}, std::size_t{1} << 40, most >> 4, most / sizeof(token_logprobs), most - 1, most}) {
        auto seq = pick.start({.seed = 1});
        logprobs_record record({.top = top});
        CHECK(record.draw(pick, row, seq));
        CHECK(record.add(pick, row, seq, 0) == status::ok);
        REQUIRE(record.tokens.size() == 2);
        for (const std::size_t i : {0u, 1u}) {
            REQUIRE(record.alternatives_of(i).size() == 3);
            for (const std::size_t k : {0u, 1u, 2u}) CHECK(record.alternatives_of(i)[k].id == static_cast<token_id>(2 - k));
        }
        CHECK(record.draw(pick, std::span(row.data(), std::size_t{1} << 40), seq).why == status::too_wide);
    }
}

TEST_CASE("scoring: the perplexity of a text is that of its tokens") {
    std::mt19937_64 random(4);
    std::vector<std::vector<float>> rows;
    ids tokens;
    double sum = 0;
    std::vector<double> each(200), quick(10);
    for (std::size_t i = 0; i < each.size(); ++i) {
        rows.push_back(random_row(random, 1 + random() % 4000));
        token_id id = static_cast<token_id>(random() % rows[i].size());
        while (!(rows[i][static_cast<std::size_t>(id)] > -infinity)) rows[i][static_cast<std::size_t>(id)] = 1;
        tokens.push_back(id);
        sum += log_softmax(rows[i])[static_cast<std::size_t>(id)];
    }
    const text_score score = score_text(rows, tokens, each);
    REQUIRE(score);
    CHECK(score.tokens == tokens.size());
    CHECK(score.sum == Approx(sum).epsilon(1e-12));
    CHECK(score.perplexity() == Approx(std::exp(-sum / 200)).epsilon(1e-12));
    for (std::size_t i = 0; i < each.size(); ++i) CHECK(each[i] == Approx(log_softmax(rows[i])[static_cast<std::size_t>(tokens[i])]));
    const text_score fast = score_text(rows, tokens, quick, accuracy::quick);
    CHECK(fast.error < 1e-6);
    CHECK(std::abs(fast.sum - sum) <= 200 * (fast.error + 1e-11));
    for (std::size_t i = 0; i < quick.size(); ++i) CHECK(std::abs(quick[i] - each[i]) <= fast.error + 1e-11);

    rows[9][static_cast<std::size_t>(tokens[9])] = rows[9].size() > 1 ? -infinity : 0;
    CHECK((rows[9].size() == 1 || score_text(rows, tokens).perplexity() == std::numeric_limits<double>::infinity()));
    rows[5][0] = NAN;
    CHECK(score_text(rows, tokens).why == status::nan_logit);
    CHECK(score_text(rows, tokens).tokens == 5);
    tokens[2] = 4000;
    CHECK(score_text(rows, tokens).why == status::outside_row);
    CHECK(score_text(rows, {}).perplexity() == 1);
}

TEST_CASE("scoring: a token without a row ends the score, and those before it count") {
    const std::vector<std::vector<float>> rows{{1, 2, 3}, {3, 2, 1}};
    const ids tokens{0, 1, 2};
    std::vector<double> each(3, 7);
    const text_score score = score_text(rows, tokens, each);
    CHECK(score.why == status::bad_parameter);
    CHECK(score.tokens == 2);
    CHECK(score.sum == each[0] + each[1]);
    CHECK(each[2] == 7);
    CHECK(score_text(rows_view<float>{}, tokens).why == status::bad_parameter);
}

TEST_CASE("scoring: a step of a batch records as each text by itself") {
    std::mt19937_64 random(7);
    const sampler pick{xtc{0.5f, 0.02f}, top_p{0.9f}, categorical{}};
    constexpr std::size_t texts = 5;
    batch<std::remove_const_t<decltype(pick)>> all;
    std::vector<decltype(pick.start())> alone;
    std::vector<logprobs_record> records(texts, logprobs_record({.top = 4, .law = logprobs_of::processed})), expected = records;
    std::vector<std::size_t> slots;
    for (std::size_t i = 0; i < texts; ++i) {
        slots.push_back(texts - 1 - i);
        alone.push_back(pick.start({.seed = 3, .sequence = i}));
        REQUIRE(all.add(i, pick, alone[i]) == status::ok);
    }
    std::vector<drawn> tokens(texts);
    for (int step = 0; step < 20; ++step) {
        std::vector<std::vector<float>> rows;
        for (std::size_t i = 0; i < texts; ++i) rows.push_back(random_row(random, 300));
        all.draw_by(rows, slots, tokens, one_thread{}, [&](std::size_t i, const auto& own, const auto& row, auto& text, workspace&) {
            return records[slots[i]].draw(own, row, text);
        });
        for (std::size_t i = 0; i < texts; ++i) {
            auto& text = alone[slots[i]];
            const drawn token = expected[slots[i]].draw(pick, rows[i], text);
            REQUIRE(token.id == tokens[i].id);
            REQUIRE(text.accept(token.id) == status::ok);
            REQUIRE(all.accept(slots[i], token.id) == status::ok);
            CHECK(text.bytes() == all.text(slots[i]).bytes());
            CHECK(records[slots[i]].tokens.back().chosen.logprob == expected[slots[i]].tokens.back().chosen.logprob);
            CHECK(records[slots[i]].tokens.back().count == 4);
        }
    }
}
