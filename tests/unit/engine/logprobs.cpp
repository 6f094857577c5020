#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/logprobs.hpp>

#include "catch.hpp"

#include "core/counted_new.hpp"

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;
constexpr double infinity = std::numeric_limits<double>::infinity();

// ln p by the definition.
std::vector<long double> log_softmax(const std::vector<long double>& l) {
    const long double greatest = *std::max_element(l.begin(), l.end());
    long double sum = 0;
    for (const long double each : l) sum += std::exp(each - greatest);
    std::vector<long double> out;
    for (const long double each : l) out.push_back(each - greatest - std::log(sum));
    return out;
}

bool near(double found, long double exact, double error) {
    if (std::isinf(exact)) return found == -infinity;
    return found <= 0 && std::abs(static_cast<long double>(found) - exact) <= 1e-9L * std::max(1.0L, std::abs(exact)) + error;
}

bool same(const token_logprobs& a, const token_logprobs& b) {
    return a.id == b.id && a.raw == b.raw && a.scaled == b.scaled && a.processed == b.processed && a.rank == b.rank &&
           a.rank_with_ties == b.rank_with_ties;
}
bool same(const logprobs_result& a, const logprobs_result& b) {
    return a.count == b.count && a.log_kept == b.log_kept && a.raw_entropy == b.raw_entropy && a.final_entropy == b.final_entropy &&
           a.kept == b.kept && a.error == b.error && a.why == b.why;
}

// Rows of all sorts in all orders and ways, against the definition.
void check_rows(unsigned seed, int trials) {
    std::mt19937 random(seed);
    for (int trial = 0; trial < trials; ++trial) {
        const std::size_t width = 2 + random() % (trial % 20 == 0 ? 40'000 : 300);
        std::vector<float> row(width);
        for (float& l : row) l = static_cast<float>(random() % 4000) / (trial % 2 ? 100.0f : 400.0f);
        if (trial % 5 == 0) row[random() % width] = -std::numeric_limits<float>::infinity();
        const auto banned = static_cast<token_id>(random() % width), biased = static_cast<token_id>(random() % width);
        const float t = 0.5f + static_cast<float>(random() % 100) / 50.0f;
        const int k = static_cast<int>(1 + random() % 30);
        const sampler pick{ban{{banned}}, logit_bias{{{biased, 1.5f}}}, top_k{k}, temperature{t}, categorical{}};
        auto seq = pick.start({.seed = 1});

        std::vector<long double> raw(row.begin(), row.end()), scaled = raw;
        scaled[static_cast<std::size_t>(biased)] += 1.5L;
        scaled[static_cast<std::size_t>(banned)] = -std::numeric_limits<long double>::infinity();
        for (long double& l : scaled) l /= static_cast<long double>(t);
        const auto law = pick.distribution(row, seq);
        if (!law) continue;
        std::vector<long double> processed(width, -std::numeric_limits<long double>::infinity());
        for (const token_id id : law.ids) processed[static_cast<std::size_t>(id)] = scaled[static_cast<std::size_t>(id)];
        const auto of_raw = log_softmax(raw), of_scaled = log_softmax(scaled), of_processed = log_softmax(processed);

        const auto bytes = seq.bytes();
        for (const logprobs_of order : {logprobs_of::raw, logprobs_of::scaled, logprobs_of::processed}) {
            const auto chosen = static_cast<token_id>(random() % width);
            const ids asked{banned, biased};
            std::vector<token_logprobs> found(3 + 8);
            const auto way = random() % 3 == 0 ? accuracy::quick : accuracy::full;
            const auto result =
                log_probabilities(pick, row, seq, {.chosen = chosen, .ids = asked, .top = 8, .order = order, .weighed = way}, found);
            REQUIRE(result);
            CHECK(result.error <= (way == accuracy::quick ? 1e-6 : 0));
            CHECK(result.kept == law.ids.size());
            REQUIRE(result.count >= 3);
            CHECK(found[0].id == chosen);
            CHECK(found[1].id == banned);
            CHECK(found[2].id == biased);
            const auto& by = order == logprobs_of::raw ? of_raw : order == logprobs_of::scaled ? of_scaled : of_processed;
            ids expected;
            for (std::size_t i = 0; i < width; ++i)
                if (!std::isinf(by[i])) expected.push_back(static_cast<token_id>(i));
            std::stable_sort(expected.begin(), expected.end(), [&](token_id a, token_id b) {
                const auto& l = order == logprobs_of::raw ? raw : scaled;
                return l[static_cast<std::size_t>(a)] > l[static_cast<std::size_t>(b)];
            });
            expected.resize(std::min<std::size_t>(expected.size(), 8));
            expected.erase(std::remove(expected.begin(), expected.end(), chosen), expected.end());
            REQUIRE(result.count == 3 + expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found[3 + i].id == expected[i]);
            long double mass = 0;
            for (const token_id id : law.ids) mass += std::exp(of_scaled[static_cast<std::size_t>(id)]);
            CHECK(std::abs(result.log_kept - static_cast<double>(std::log(mass))) < 1e-12 + result.error);
            for (const auto& each : std::span(found).first(result.count)) {
                const auto i = static_cast<std::size_t>(each.id);
                CHECK(near(each.raw, of_raw[i], result.error));
                CHECK(near(each.scaled, of_scaled[i], result.error));
                CHECK(near(each.processed, of_processed[i], result.error));
                const auto above = static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [&](float l) { return l > row[i]; }));
                const auto reaching = static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [&](float l) { return l >= row[i]; }));
                CHECK(each.rank == above + 1);
                if (std::isfinite(row[i])) CHECK(each.rank_with_ties == reaching);
                if (each.processed > -infinity) CHECK(std::abs(each.scaled - each.processed - result.log_kept) < 1e-12 + result.error);
            }
        }
        CHECK(seq.bytes() == bytes);
    }
}

}  // namespace

TEST_CASE("logprobs: raw, scaled and processed are those of the definition, in every order") { check_rows(3, 400); }

TEST_CASE("logprobs: 10^5 rows against the definition", "[.deep]") { check_rows(4, 33'400); }

TEST_CASE("logprobs: beside a draw, the same token and the same numbers") {
    std::mt19937 random(5);
    const auto check = [&](const auto& pick, int rows) {
        auto seq = pick.start({.seed = 5}), alone = seq;
        for (int trial = 0; trial < rows; ++trial) {
            std::vector<float> row(1 + random() % (trial % 7 == 0 ? 30'000 : 300));
            for (float& l : row) l = static_cast<float>(random() % 4000) / 300.0f;
            if (trial % 5 == 0) row[random() % row.size()] = -std::numeric_limits<float>::infinity();
            const auto some = static_cast<token_id>(random() % row.size());
            const logprobs_request asked{.ids = std::span(&some, 1),
                                         .top = random() % 90,
                                         .order = static_cast<logprobs_of>(random() % 3),
                                         .scaled = random() % 2 == 0,
                                         .entropies = random() % 2 == 0,
                                         .weighed = random() % 2 ? accuracy::quick : accuracy::full};
            std::vector<token_logprobs> found(2 + asked.top), expected = found;
            auto before = asked;
            const drawn plain = pick(row, alone);
            before.chosen = plain.id;
            const auto said = log_probabilities(pick, row, seq, before, expected);
            logprobs_result result;
            const drawn token = draw_with_logprobs(pick, row, seq, asked, found, result);
            REQUIRE(token.id == plain.id);
            REQUIRE(token.why == plain.why);
            CHECK(seq.bytes() == alone.bytes());
            REQUIRE(same(result, said));
            for (std::size_t i = 0; i < said.count; ++i) {
                CHECK(same(found[i], expected[i]));
                CHECK(std::isinf(found[i].scaled) >= !(asked.scaled || asked.order == logprobs_of::scaled));
            }
            CHECK(found[0].id == token.id);
            CHECK(std::abs(found[0].processed - static_cast<double>(token.logprob)) < 1e-6);
            REQUIRE(seq.accept(token.id) == status::ok);
            REQUIRE(alone.accept(token.id) == status::ok);
        }
    };
    check(sampler{top_k{40}, top_p{0.95f}, min_p{0.05f}, temperature{0.8f}, categorical{}}, 60);
    check(sampler{penalties{.repetition = 1.2f}, temperature{1.3f}, categorical{}}, 60);
    check(sampler{xtc{0.5f, 0.01f}, temperature{0.8f}, min_p{0.02f}, mirostat{}}, 60);
    check(sampler{chain{top_p{0.9f}, temperature{0.7f}}, any_draw{gumbel{}}}, 60);
}

TEST_CASE("logprobs: ranks among equals, as many as they are") {
    const sampler pick{top_k{5}, categorical{}};
    std::vector<float> row(2000, 1.0f);
    for (std::size_t i = 0; i < 30; ++i) row[i] = 3;
    for (std::size_t i = 30; i < 100; ++i) row[i] = 2;
    const auto seq = pick.start();
    for (const accuracy way : {accuracy::quick, accuracy::full}) {
        std::vector<token_logprobs> found(300);
        const ids asked{5, 35, 1500};
        const auto result = log_probabilities(pick, row, seq, {.ids = asked, .top = 120, .weighed = way}, found);
        REQUIRE(result);
        REQUIRE(result.count == 123);
        for (const auto& each : std::span(found).first(result.count)) {
            const std::size_t above = each.id < 30 ? 0 : each.id < 100 ? 30 : 100;
            CHECK(each.rank == above + 1);
            CHECK(each.rank_with_ties == (each.id < 30 ? 30u : each.id < 100 ? 100u : 2000u));
        }
    }
}

TEST_CASE("logprobs: a question that fails leaves the draw its token, a draw that fails leaves no answer") {
    const sampler pick{ban{{2}}, categorical{}};
    auto seq = pick.start();
    std::vector<token_logprobs> found(4);
    logprobs_result result;
    CHECK(draw_with_logprobs(pick, std::vector{1.0f, 1.0f, NAN}, seq, {.top = 2}, found, result));
    CHECK(result.why == status::nan_logit);
    const ids outside{3};
    CHECK(draw_with_logprobs(pick, std::vector{1.0f, 1.0f, 1.0f}, seq, {.ids = outside}, found, result));
    CHECK(result.why == status::outside_row);
    CHECK(seq.attempt() == 2);
    const float inf = std::numeric_limits<float>::infinity();
    CHECK(draw_with_logprobs(pick, std::vector{-inf, -inf, 1.0f}, seq, {.top = 2}, found, result).why == status::empty);
    CHECK(result.why == status::empty);
    CHECK(seq.attempt() == 2);
    // Nothing lives without truncation, and a token is drawn.
    const sampler late{top_k{2}, logit_bias{{{4, inf}}}, ban{{4}}, categorical{}};
    auto other = late.start();
    CHECK(draw_with_logprobs(late, std::vector{2.0f, 1.0f, 0.5f, 0.0f, -1.0f}, other, {.top = 1}, found, result));
    CHECK(result);
    CHECK(found[0].scaled == -infinity);
}

TEST_CASE("logprobs: stages by name and chosen at run time, and stages that learn nothing of it") {
    const std::vector<float> row{1, 5, 3, 4, 2};
    const sampler written{repetition_penalty{2.0f}, top_p{0.8f}, categorical{}};
    const sampler chosen{chain{repetition_penalty{2.0f}, top_p{0.8f}}, any_draw{categorical{}}};
    auto a = written.start({.prompt = ids{1}});
    auto b = chosen.start({.prompt = ids{1}});
    std::vector<token_logprobs> x(6), y(6);
    const auto first = log_probabilities(written, row, a, {.top = 5}, x), second = log_probabilities(chosen, row, b, {.top = 5}, y);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first.count == 5);
    CHECK(first.log_kept == second.log_kept);
    CHECK(first.log_kept < 0);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(x[i].id == y[i].id);
        CHECK(x[i].scaled == y[i].scaled);
        CHECK(x[i].processed == y[i].processed);
    }
}

TEST_CASE("logprobs: +inf shares the mass, a failed row and an id outside of it have a status") {
    const float inf = std::numeric_limits<float>::infinity();
    const sampler pick{ban{{2}}, categorical{}};
    auto seq = pick.start();
    std::vector<token_logprobs> found(4);
    const ids all{0, 1, 2};
    REQUIRE(log_probabilities(pick, std::vector{inf, 1.0f, inf}, seq, {.ids = all}, found));
    CHECK(found[0].raw == Approx(std::log(0.5)));
    CHECK(found[1].raw == -infinity);
    CHECK(found[0].processed == 0);
    CHECK(found[2].processed == -infinity);
    CHECK(log_probabilities(pick, std::vector{1.0f, NAN, 2.0f}, seq, {.ids = all}, found).why == status::nan_logit);
    CHECK(log_probabilities(pick, std::vector{1.0f, 1.0f, NAN}, seq, {.ids = all}, found).why == status::nan_logit);
    CHECK(log_probabilities(pick, std::vector{-inf, -inf, 1.0f}, seq, {.ids = all}, found).why == status::empty);
    const ids outside{3};
    CHECK(log_probabilities(pick, std::vector{1.0f, 1.0f, 1.0f}, seq, {.ids = outside}, found).why == status::outside_row);
    // No more than there is room for.
    CHECK(log_probabilities(pick, std::vector{1.0f, 2.0f, 3.0f}, seq, {.top = 9}, std::span(found).first(2)).count == 2);
}

TEST_CASE("logprobs: of logits far from 0 as of others") {
    const auto check = [](const auto& pick, const auto& row, const std::vector<double>& expected) {
        const auto seq = pick.start();
        const auto law = pick.distribution(row, seq);
        ids all;
        for (std::size_t i = 0; i < expected.size(); ++i) all.push_back(static_cast<token_id>(i));
        std::vector<token_logprobs> found(all.size());
        for (const accuracy weighed : {accuracy::full, accuracy::quick}) {
            const logprobs_result answer = log_probabilities(pick, row, seq, {.ids = all, .weighed = weighed}, found);
            REQUIRE(answer);
            for (std::size_t i = 0; i < found.size(); ++i) {
                CHECK(near(found[i].processed, expected[i], answer.error));
                const auto at = std::find(law.ids.begin(), law.ids.end(), all[i]);
                const double p = at == law.ids.end() ? 0 : law.probabilities[static_cast<std::size_t>(at - law.ids.begin())];
                CHECK(std::abs(std::exp(found[i].processed) - p) <= 2 * answer.error + 1e-9);
                CHECK(std::isfinite(found[i].processed) == (at != law.ids.end()));
            }
        }
    };
    constexpr double most = std::numeric_limits<double>::max();
    check(sampler{temperature{0.5f}, categorical{}}, std::vector{1e308, 1.2e308, 1.5e308}, {-1e308, -6e307, 0});
    check(sampler{temperature{0.5f}, categorical{}}, std::vector{-1e308, -1.2e308, -1.5e308}, {0, -4e307, -1e308});
    check(sampler{temperature{4}, categorical{}}, std::vector{-1.5e308, 1.5e308}, {-7.5e307, 0});
    check(sampler{dynamic_temperature{0, 1.5f}, categorical{}}, std::vector{1e9f, 5e8f, 0.0f}, {0, -most, -most});
    const float bias = GENERATE(1e5f, 1e9f, 1e30f);
    const sampler pick{logit_bias{{{0, bias}}}, softmax{}, ban{{0}}, categorical{}};
    for (const std::size_t width : {4u, 700u, 20'000u}) {
        std::vector<float> row(width);
        for (std::size_t i = 0; i < width; ++i) row[i] = static_cast<float>(2 - static_cast<int>(i % 5));
        const auto rest = log_softmax(std::vector<long double>(row.begin() + 1, row.end()));
        std::vector<double> expected{-infinity};
        for (std::size_t i = 0; i < 3; ++i) expected.push_back(static_cast<double>(rest[i]));
        check(pick, row, expected);
    }
}

TEST_CASE("logprobs: where nothing would live without truncation, the rest is said") {
    const float inf = std::numeric_limits<float>::infinity();
    const sampler pick{top_k{2}, logit_bias{{{4, inf}}}, ban{{4}}, categorical{}};
    auto seq = pick.start();
    const std::vector row{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};
    std::vector<token_logprobs> found(1);
    const auto result = log_probabilities(pick, row, seq, {.chosen = 0}, found);
    REQUIRE(pick(row, seq));
    REQUIRE(result);
    CHECK(found[0].scaled == -infinity);
    CHECK(found[0].processed < 0);
    CHECK(found[0].rank == 1);
    CHECK(result.log_kept == 0);
    // Beside +inf a finite token does not live.
    const ids finite{1};
    REQUIRE(log_probabilities(sampler{categorical{}}, std::vector{inf, 1.0f, inf}, sampler{categorical{}}.start(), {.ids = finite}, found));
    CHECK(found[0].rank == 3);
    CHECK(found[0].rank_with_ties == 3);
}

TEST_CASE("logprobs: where a stage makes a NaN of a token that is cut, the rest is said") {
    for (const std::size_t width : {4u, 20'000u}) {
        std::vector<float> row(width, -2.0f), other(width, 0.0f);
        row[0] = 2, row[1] = 1;
        other[3] = NAN;
        const sampler cuts{top_k{2}, guidance{other, 1.5f}, categorical{}};
        const sampler reads{guidance{other, 1.5f}, top_k{2}, categorical{}};
        auto seq = cuts.start();
        std::vector<token_logprobs> found(2);
        const ids asked{0, 3};
        const auto result = log_probabilities(cuts, row, seq, {.ids = asked}, found);
        REQUIRE(result);
        CHECK(result.kept == 2);
        CHECK(result.log_kept == 0);
        CHECK(found[0].raw < 0);
        CHECK(found[0].processed == Approx(-std::log1p(std::exp(-1.5))));
        CHECK(found[0].scaled == -infinity);
        CHECK(found[1].raw > -infinity);
        CHECK(found[1].processed == -infinity);
        logprobs_result beside;
        CHECK(draw_with_logprobs(cuts, row, seq, {.top = 2}, found, beside));
        CHECK(beside);
        CHECK(log_probabilities(cuts, row, seq, {.top = 2, .order = logprobs_of::scaled}, found).why == status::nan_logit);
        CHECK(log_probabilities(reads, row, reads.start(), {.top = 2}, found).why == status::nan_logit);
    }
}

TEST_CASE("logprobs: after the first of a width nothing is allocated, beside a draw or by itself") {
    std::mt19937 random(6);
    std::vector<float> row(20'000);
    for (float& l : row) l = static_cast<float>(random() % 4000) / 300.0f;
    const sampler pick{top_p{0.9f}, temperature{0.8f}, categorical{}};
    auto seq = pick.start();
    std::vector<token_logprobs> found(21);
    logprobs_result result;
    std::size_t before = 0;
    for (int round = 0; round < 4; ++round) {
        if (round == 1) before = counted_new::calls;
        const accuracy way = round % 2 ? accuracy::quick : accuracy::full;
        const drawn token = draw_with_logprobs(pick, row, seq, {.top = 20, .weighed = way}, found, result);
        log_probabilities(pick, row, seq, {.chosen = token.id, .top = 20, .weighed = way}, found);
    }
    CHECK(counted_new::calls == before);
    CHECK(result);
}
