#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>
#include <argdraw/engine/logprobs.hpp>

#include "../../proof/golden/pipelines.hpp"
#include "catch.hpp"

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;
constexpr float infinity = std::numeric_limits<float>::infinity();

// Some tokens in any order, and the row that they are of.
template <class T>
struct both_rows {
    ids listed;
    std::vector<T> logits, whole;

    both_rows(std::mt19937_64& random, std::size_t width, std::size_t n) : whole(width, removed<T>()) {
        for (std::size_t i = 0; i < n; ++i) {
            const auto id = static_cast<token_id>(random() % width);
            if (std::find(listed.begin(), listed.end(), id) != listed.end()) continue;
            const auto logit = static_cast<T>(static_cast<float>(random() % 4096) / 256.0f - 4);
            listed.push_back(id);
            logits.push_back(logit);
            whole[static_cast<std::size_t>(id)] = logit;
        }
        if (random() % 2 == 0) std::sort(listed.begin(), listed.end());
        for (std::size_t i = 0; i < listed.size(); ++i) logits[i] = whole[static_cast<std::size_t>(listed[i])];
    }
    sparse_row<T> sparse() const { return {listed, logits, whole.size()}; }
};

void check_same(const distribution_of_row& found, const distribution_of_row& expected) {
    REQUIRE(found.why == expected.why);
    REQUIRE(found.ids == expected.ids);
    for (std::size_t i = 0; i < found.ids.size(); ++i)
        CHECK(std::abs(found.probabilities[i] - expected.probabilities[i]) <= 1e-12 * std::max(1e-3, expected.probabilities[i]));
}

// Law, token, numbers beside it and the sequence behind it, of a list and of the whole row.
template <class T, class Pick, class Sequence>
void check_pipeline(const Pick& pick, const Sequence& begun, const both_rows<T>& rows) {
    Sequence a = begun, b = begun;
    const sparse_row<T> row = rows.sparse();
    check_same(pick.distribution(row, a), pick.distribution(rows.whole, b));
    ids kept_ids(rows.listed.size()), whole_ids = kept_ids;
    kept_set kept{kept_ids}, whole{whole_ids};
    const drawn token = pick.draw_and_keep(row, kept, a), expected = pick.draw_and_keep(rows.whole, whole, b);
    REQUIRE(token.why == expected.why);
    REQUIRE(token.id == expected.id);
    CHECK(kept.size == whole.size);
    CHECK(kept_ids == whole_ids);
    CHECK(a.bytes() == b.bytes());
    std::vector<token_logprobs> found(6), other(6);
    const logprobs_request asked{.chosen = std::max(token.id, 0), .top = 5};
    const auto said = log_probabilities(pick, row, a, asked, found), said_of_whole = log_probabilities(pick, rows.whole, b, asked, other);
    REQUIRE(said.why == said_of_whole.why);
    REQUIRE(said.count == said_of_whole.count);
    CHECK(said.kept == said_of_whole.kept);
    const auto near = [](double x, double y) { return x == y || std::abs(x - y) <= 1e-11 * std::max(1.0, std::abs(x)); };
    CHECK(near(said.raw_entropy, said_of_whole.raw_entropy));
    for (std::size_t i = 0; i < said.count; ++i) {
        CHECK(found[i].id == other[i].id);
        CHECK(near(found[i].raw, other[i].raw));
        CHECK(near(found[i].scaled, other[i].scaled));
        CHECK(near(found[i].processed, other[i].processed));
        CHECK(found[i].rank == other[i].rank);
    }
}

}  // namespace

TEST_CASE("sparse_row: a view of a row's tokens") {
    const ids listed{3, 1};
    const std::vector<float> logits{1, 2};
    const sparse_row row(listed, logits, 5);
    static_assert(drawable_row<decltype(row)> && drawable_row<std::vector<float>> && !logit_row<decltype(row)>);
    CHECK(row.width() == 5);
    CHECK(row.size() == 5);
    CHECK(row.first(2).size() == 2);
    CHECK(row.first(2).width() == 5);
    CHECK(row.first(9).size() == 5);
    CHECK(row.ids().size() == 2);
    CHECK(sampler{greedy{}}(row).id == 1);
    CHECK(sampler{greedy{}}(row.first(1)).why == status::empty);
}

TEST_CASE("sparse_row: every pipeline gives the law and the token of the whole row with -inf elsewhere") {
    for (const std::size_t width : {std::size_t{37}, std::size_t{700}, std::size_t{5000}}) {
        const golden::material given(width);
        std::mt19937_64 random(width);
        for (const golden::pipeline& each : golden::all_pipelines(given)) {
            INFO(each.name << " at " << width);
            const sampler pick{each.stages, each.draw};
            for (const std::size_t n : {width / 40 + 1, width / 3, width}) {
                auto begun = pick.start({.seed = 7, .sequence = n}, given.prompt);
                check_pipeline(pick, begun, both_rows<float>(random, width, n));
                if (n == width / 3) check_pipeline(pick, begun, both_rows<bfloat16>(random, width, n));
            }
        }
    }
}

TEST_CASE("sparse_row: biases beside +inf, of the row or of the bias, as on the whole row") {
    std::mt19937_64 random(3);
    for (int trial = 0; trial < 200; ++trial) {
        CAPTURE(trial);
        both_rows<double> rows(random, 64, 14);
        std::vector<token_bias> biases;
        for (std::size_t at = 0; at < rows.listed.size(); ++at) {
            const token_id id = rows.listed[at];
            if (random() % 6 == 0) rows.logits[at] = rows.whole[static_cast<std::size_t>(id)] = infinity;
            if (random() % 2 == 0) biases.push_back({id, random() % 6 == 0 ? infinity : static_cast<float>(random() % 9) / 4});
        }
        biases.push_back({static_cast<token_id>(random() % 64), infinity});
        const sampler pick{logit_bias<>(biases), categorical{}};
        check_same(pick.distribution(rows.sparse(), philox{}), pick.distribution(rows.whole, philox{}));
    }
}

TEST_CASE("sparse_row: what is none has a status, whatever else it may hold") {
    const sampler pick{temperature{0.7f}, categorical{}};
    philox random;
    const std::vector<float> logits{1, 2, 3};
    const auto why = [&](const ids& listed, std::span<const float> values, std::size_t width) {
        return pick(sparse_row(listed, values, width), random).why;
    };
    CHECK(why({0, 1, 2}, logits, 3) == status::ok);
    CHECK(why({5, 1, 5}, logits, 9) == status::bad_parameter);
    CHECK(why({0, 1}, logits, 9) == status::bad_parameter);
    CHECK(why({0, 1, 9}, logits, 9) == status::outside_row);
    CHECK(why({0, -1, 2}, logits, 9) == status::outside_row);
    CHECK(why({}, {}, 9) == status::empty);
    CHECK(why({}, {}, 0) == status::empty);
    CHECK(why({0, 1, 2}, logits, std::size_t{1} << 25) == status::too_wide);
    const std::vector<float> removed_all(3, -infinity), nan{1, std::numeric_limits<float>::quiet_NaN(), 3};
    CHECK(why({0, 1, 2}, removed_all, 9) == status::empty);
    CHECK(why({0, 1, 2}, nan, 9) == status::nan_logit);
    // As in a row, a NaN that is removed before anything was read is none.
    CHECK(sampler{ban{{4}}, ban{{7}}, greedy{}}(sparse_row(ids{2, 7, 4}, nan, 9)).id == 2);
    CHECK(sampler{ban{{2, 4}}, ban{{7}}, greedy{}}(sparse_row(ids{2, 7, 4}, nan, 9)).why == status::empty);
    // A bias wakes nobody; of +inf the others go.
    CHECK(sampler{logit_bias{{{3, 50.0f}}}, greedy{}}(sparse_row(ids{1, 2, 4}, logits, 9)).id == 4);
    CHECK(sampler{logit_bias{{{1, infinity}}}, greedy{}}(sparse_row(ids{1, 2, 4}, logits, 9)).id == 1);
    // Those behind the vocabulary do not live, and are not outside of the row.
    auto seq = pick.start({.vocabulary = 2});
    CHECK(pick(sparse_row(ids{8, 1, 4}, logits, 9), seq).id == 1);
    CHECK(pick(sparse_row(ids{8, 1, 9}, logits, 9), seq).why == status::outside_row);
    CHECK(pick(sparse_row(ids{8, 3, 4}, logits, 9), seq).why == status::empty);
    CHECK(seq.attempt() == 1);
}

TEST_CASE("sparse_row: drafts are verified, and batches drawn, as with whole rows") {
    std::mt19937_64 random(3);
    const sampler pick{penalties{.repetition = 1.2f}, top_p{0.9f}, categorical{}};
    for (int trial = 0; trial < 100; ++trial) {
        std::vector<both_rows<float>> all;
        for (int i = 0; i < 4; ++i) all.emplace_back(random, 300, 20);
        std::vector<sparse_row<float>> rows;
        std::vector<std::vector<float>> whole;
        ids tokens;
        for (const auto& each : all) {
            rows.push_back(each.sparse());
            whole.push_back(each.whole);
            if (tokens.size() < 3) tokens.push_back(each.listed[random() % each.listed.size()]);
        }
        for (const acceptance rule : {acceptance::match, acceptance::ratio, acceptance::traversal}) {
            auto a = pick.start({.seed = static_cast<std::uint64_t>(trial)}), b = a;
            verifier one, two;
            const verified found = one(rule, pick, rows, {.tokens = tokens}, a), expected = two(rule, pick, whole, {.tokens = tokens}, b);
            CHECK(found.token.id == expected.token.id);
            CHECK(std::equal(found.path.begin(), found.path.end(), expected.path.begin(), expected.path.end()));
            CHECK(a.bytes() == b.bytes());
        }
        batch<std::remove_const_t<decltype(pick)>> a, b;
        std::vector<std::size_t> slots{0, 1, 2, 3};
        for (const std::size_t slot : slots) {
            REQUIRE(a.add(slot, pick, {.seed = slot}) == status::ok);
            REQUIRE(b.add(slot, pick, {.seed = slot}) == status::ok);
        }
        std::vector<drawn> found(4), expected(4);
        a.draw(rows, slots, found, one_thread{});
        b.draw(whole, slots, expected, one_thread{});
        for (std::size_t i = 0; i < 4; ++i) CHECK(found[i].id == expected[i].id);
    }
}
