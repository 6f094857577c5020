#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>

#include "catch.hpp"

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;
using numbers = std::vector<std::size_t>;
constexpr float infinity = std::numeric_limits<float>::infinity();

// As many threads, each with an even share of the calls, the first of them the first ones.
struct threads {
    std::size_t count;
    template <class F>
    void operator()(std::size_t n, const F& body) const {
        std::vector<std::thread> all;
        for (std::size_t t = 0; t < count; ++t)
            all.emplace_back([&, t] {
                for (std::size_t i = n * t / count; i < n * (t + 1) / count; ++i) body(i);
            });
        for (auto& each : all) each.join();
    }
};

std::vector<float> random_row(std::size_t width, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<float> row(width);
    for (float& l : row) l = static_cast<float>(random() % 4096) / 256.0f;
    return row;
}

using pipeline = sampler<chain, categorical>;

// Pipelines of all sorts, one of which fails on what the row is.
pipeline of_kind(std::uint64_t n) {
    chain stages;
    if (n % 2) stages.add(penalties{.repetition = 1.2f, .window = 16});
    if (n % 3 == 0) stages.add(top_k{20});
    if (n % 3 == 1) stages.add(top_p{0.8f});
    if (n % 5 == 0) stages.add(xtc{0.5f, 0.05f});
    stages.add(temperature{0.5f + static_cast<float>(n % 4) / 4});
    return pipeline{stages, categorical{}};
}

bool same(const drawn& a, const drawn& b) {
    return a.id == b.id && a.why == b.why && (a.logprob == b.logprob || (a.logprob != a.logprob && b.logprob != b.logprob));
}

// Steps over texts in any order, in one call or several, on one thread or more, from padded rows; against each text by itself.
void check_steps(std::uint64_t seed, int steps) {
    constexpr std::size_t texts = 23, width = 700;
    std::mt19937_64 random(seed);
    std::vector<sequence<chain, categorical>> alone;
    std::vector<pipeline> picks;
    batch<pipeline> all;
    for (std::size_t i = 0; i < texts; ++i) {
        picks.push_back(of_kind(i));
        const ids prompt{static_cast<token_id>(i), 5, 9};
        alone.push_back(picks[i].start({.seed = seed, .sequence = i, .prompt = prompt}));
        REQUIRE(all.add(i, picks[i], {.seed = seed, .sequence = i, .prompt = prompt}) == status::ok);
    }
    for (int step = 0; step < steps; ++step) {
        const std::size_t stride = width + random() % 70;
        std::vector<float> memory(texts * stride, infinity);  // what is behind a row would be drawn
        std::vector<drawn> expected(texts);
        for (std::size_t i = 0; i < texts; ++i) {
            auto row = random_row(width, random());
            if ((step + static_cast<int>(i)) % 17 == 0) row[i] = std::numeric_limits<float>::quiet_NaN();
            if ((step + static_cast<int>(i)) % 19 == 0) std::fill(row.begin(), row.end(), -infinity);
            std::copy(row.begin(), row.end(), memory.begin() + static_cast<std::ptrdiff_t>(i * stride));
            expected[i] = picks[i](row, alone[i]);
            if (expected[i]) REQUIRE(alone[i].accept(expected[i].id) == status::ok);
        }
        numbers order(texts);
        for (std::size_t i = 0; i < texts; ++i) order[i] = i;
        std::shuffle(order.begin(), order.end(), random);
        // In parts, each part's rows lying as the order says.
        for (std::size_t from = 0, to = 0; from < texts; from = to) {
            to = std::min(texts, from + 1 + random() % (step % 4 == 0 ? texts : 12));
            std::vector<float> part;
            for (std::size_t i = from; i < to; ++i) {
                const auto row = memory.begin() + static_cast<std::ptrdiff_t>(order[i] * stride);
                part.insert(part.end(), row, row + static_cast<std::ptrdiff_t>(stride));
            }
            const rows_view<float> rows{part.data(), to - from, width, stride};
            const std::span slots(order.data() + from, to - from);
            std::vector<drawn> tokens(to - from);
            if (step % 3 == 0) all.draw(rows, slots, tokens, one_thread{});
            else all.draw(rows, slots, tokens, threads{step % 3 == 1 ? std::size_t{2} : std::size_t{8}});
            for (std::size_t i = 0; i < to - from; ++i) {
                REQUIRE(same(tokens[i], expected[slots[i]]));
                if (tokens[i]) REQUIRE(all.accept(slots[i], tokens[i].id) == status::ok);
            }
        }
    }
    for (std::size_t i = 0; i < texts; ++i) CHECK(all.text(i).bytes() == alone[i].bytes());
}

}  // namespace

TEST_CASE("batch: order, splits, padding and threads do not show") { check_steps(4, 40); }

TEST_CASE("batch: ten thousand steps in any order, parts and threads", "[.deep]") {
    for (std::uint64_t round = 0; round < 100; ++round) check_steps(100 + round, 100);
}

TEST_CASE("batch: additions, removals and moves are those of a plain map") {
    batch<pipeline> all;
    std::map<std::size_t, std::uint64_t> plain;  // which text is where
    std::mt19937_64 random(9);
    constexpr std::size_t slots = 12;
    for (std::uint64_t n = 0; n < 100'000; ++n) {
        const std::size_t a = random() % slots, b = random() % slots;
        switch (random() % 4) {
            case 0: {
                const batch<pipeline>::addition added{a, of_kind(n % 6), {.seed = n}};
                CHECK(all.update({.added = std::span(&added, 1)}) == status::ok);
                plain[a] = n;
                break;
            }
            case 1: CHECK(all.update({.removed = std::span(&a, 1)}) == (plain.erase(a) ? status::ok : status::bad_parameter)); break;
            default: {
                const batch<pipeline>::move moved{a, b, random() % 2 == 0};
                const bool there = plain.contains(a);
                CHECK(all.update({.moved = std::span(&moved, 1)}) == (there ? status::ok : status::bad_parameter));
                if (!there || a == b) break;
                const auto was = plain[a];
                if (moved.swap && plain.contains(b)) plain[a] = plain[b];
                else plain.erase(a);
                plain[b] = was;
            }
        }
        for (std::size_t s = 0; s < slots; ++s) {
            const auto found = plain.find(s);
            if (all.has(s) != (found != plain.end()) || (all.has(s) && all.text(s).random().seed != found->second))
                FAIL("slot " << s << " after " << n);
        }
    }
}

TEST_CASE("batch: what cannot be drawn has a status, and the others go on") {
    batch<pipeline> all;
    const auto pick = of_kind(1);
    REQUIRE(all.add(0, pick, {.seed = 1}) == status::ok);
    REQUIRE(all.add(4, pick, {.seed = 2}) == status::ok);
    CHECK(all.size() == 5);
    CHECK_FALSE(all.has(2));
    CHECK(all.add(1, pipeline{chain{temperature{-1}}, categorical{}}) == status::bad_parameter);
    CHECK(all.add(~std::size_t{0}, pick) == status::bad_parameter);
    CHECK(all.remove(3) == status::bad_parameter);
    CHECK(all.remove(99) == status::bad_parameter);
    CHECK(all.accept(3, 0) == status::bad_parameter);
    const std::vector<std::vector<float>> rows(4, random_row(50, 3));
    std::vector<drawn> tokens(5);
    all.draw(rows, numbers{0, 2, 0, 4, 4}, tokens, one_thread{});  // twice; nobody; no such row
    CHECK(tokens[0]);
    CHECK(tokens[1].why == status::bad_parameter);
    CHECK(tokens[2].why == status::bad_parameter);
    CHECK(tokens[3]);
    CHECK(tokens[4].why == status::bad_parameter);
    all.draw(rows, numbers{4}, tokens, one_thread{});
    CHECK(tokens[0]);  // a step that failed leaves no slot taken
    CHECK(all.text(4).attempt() == 2);
}

TEST_CASE("batch: drafts are verified as each by itself, rows in any order") {
    constexpr std::size_t width = 40, texts = 9;
    for (const acceptance rule : {acceptance::match, acceptance::ratio, acceptance::traversal})
        for (std::uint64_t trial = 0; trial < 20; ++trial) {
            std::mt19937_64 random(trial);
            batch<pipeline> all;
            std::vector<ids> tokens(texts);
            std::vector<draft> proposed(texts);
            std::vector<std::vector<std::vector<float>>> own(texts);
            std::vector<verified> expected;
            std::vector<verifier> verifiers(texts);
            std::vector<sequence<chain, categorical>> alone;
            std::vector<std::vector<float>> rows;
            std::vector<row_place> places;
            numbers slots(texts);
            for (std::size_t i = 0; i < texts; ++i) {
                slots[i] = i;
                const auto pick = of_kind(i);
                REQUIRE(all.add(i, pick, {.seed = trial, .sequence = i}) == status::ok);
                tokens[i].resize(random() % 4);
                for (auto& t : tokens[i]) t = static_cast<token_id>(random() % 4);
                proposed[i] = {.tokens = tokens[i]};
                for (std::size_t k = 0; k <= tokens[i].size(); ++k) {
                    own[i].push_back(random_row(width, random()));
                    for (int j = 0; j < 4; ++j) own[i][k][static_cast<std::size_t>(j)] += 9;
                    if (i == 3 && k == 0) own[i][k][7] = std::numeric_limits<float>::quiet_NaN();
                    places.push_back({i, k});
                }
                alone.push_back(pick.start({.seed = trial, .sequence = i}));
                expected.push_back(verifiers[i](rule, pick, own[i], proposed[i], alone[i]));
            }
            std::shuffle(places.begin(), places.end(), random);
            for (const auto [slot, k] : places) rows.push_back(own[slot][k]);
            std::shuffle(slots.begin(), slots.end(), random);
            std::vector<draft> in_order;
            for (const auto s : slots) in_order.push_back(proposed[s]);
            std::vector<batch<pipeline>::outcome> found(texts);
            REQUIRE(all.verify(rule, rows, places, slots, in_order, found, threads{trial % 2 ? std::size_t{1} : std::size_t{3}}) ==
                    status::ok);
            for (const auto& each : found) {
                const verified& want = expected[each.slot];
                CHECK(same(each.token, want.token));
                CHECK(std::equal(each.path.begin(), each.path.end(), want.path.begin(), want.path.end()));
                CHECK(each.rows == want.rows);
                CHECK(all.text(each.slot).bytes() == alone[each.slot].bytes());
            }
            // A row that is missing, one that is there twice.
            places[0].k = 77;
            const std::size_t lacking = rows.size() - 1;
            const auto [slot, k] = places[lacking];
            places.push_back({slot, k});
            rows.push_back(rows[0]);
            REQUIRE(all.verify(rule, rows, places, slots, in_order, found, one_thread{}) == status::ok);
            for (const auto& each : found)
                if (each.slot == slot || each.slot == places[0].slot) CHECK(each.token.why == status::bad_parameter);
        }
}

TEST_CASE("batch: a slot may be filled from another one, and from itself") {
    batch<pipeline> all;
    REQUIRE(all.add(0, of_kind(1), {.seed = 5}) == status::ok);
    REQUIRE(all.accept(0, 3) == status::ok);
    REQUIRE(all.add(900, all.pick(0), all.text(0)) == status::ok);  // a fork
    CHECK(all.text(900).bytes() == all.text(0).bytes());
    REQUIRE(all.add(0, all.pick(0), {.seed = 6}) == status::ok);  // from the beginning
    CHECK(all.text(0).output().empty());
    std::vector<drawn> tokens(2);
    const std::vector<std::vector<float>> rows(2, random_row(50, 1));
    all.draw(rows, numbers{0, 900}, tokens, one_thread{});
    CHECK(tokens[0]);
    CHECK(tokens[1]);
}
