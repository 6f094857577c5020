#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>

#include "catch.hpp"

#include "core/counted_new.hpp"

using namespace argdraw;

namespace {

template <class T>
std::vector<T> random_row(std::size_t width, std::mt19937_64& random) {
    std::vector<T> row(width);
    for (T& l : row) l = static_cast<T>(static_cast<float>(random() % 4096) / 256.0f);
    if (random() % 3 == 0) row[random() % width] = removed<T>();
    return row;
}

// What a draw that keeps finds, against the law and the plain draw; and what it leaves in the sequence.
template <class T, class Pick>
void check(const Pick& pick, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    auto seq = pick.start({.seed = seed});
    auto other = pick.start({.seed = seed});
    std::vector<token_id> ids(5000);
    std::vector<double> probabilities(5000);
    for (int step = 0; step < 6; ++step) {
        const std::vector<T> row = random_row<T>(1 + random() % (step == 0 ? 5000 : 400), random);
        const auto law = pick.distribution(row, seq);
        kept_set kept{ids, probabilities};
        const drawn expected = pick(row, other), token = pick.draw_and_keep(row, kept, seq);
        REQUIRE(token.why == expected.why);
        CHECK(token.id == expected.id);
        CHECK((token.logprob == expected.logprob || token.logprob != token.logprob));
        CHECK(seq.bytes() == other.bytes());
        if (!token) {
            CHECK(kept.size == 0);
            continue;
        }
        REQUIRE(kept.size == law.ids.size());
        CHECK(kept.whole());
        CHECK(std::equal(law.ids.begin(), law.ids.end(), ids.begin()));
        CHECK(std::equal(law.probabilities.begin(), law.probabilities.end(), probabilities.begin()));
        if (seq.accept(token.id) == status::ok) CHECK(other.accept(token.id) == status::ok);
    }
}

template <class... Stage>
void check_draws(std::uint64_t seed, const Stage&... stages) {
    const auto with = [&](const auto& last) {
        check<float>(sampler{stages..., last}, seed);
        check<bfloat16>(sampler{chain{stages...}, any_draw{last}}, seed);
    };
    with(categorical{});
    with(greedy{});
    with(gumbel{});
    with(mirostat{2.0f, 0.3f});
    with(mirostat_v1{2.0f, 0.3f});
    with(adaptive_p{0.3f});
}

// The token at the front of the order of what it leaves, and whether it says that it has left that.
template <bool says>
struct half_of {
    static constexpr bool leaves_law = says;
    template <logit_scalar T>
    void narrow(candidates<T>& c) const noexcept {
        c.keep_top((c.size() + 1) / 2);
    }
    template <logit_scalar T>
    drawn operator()(candidates<T>& c) const noexcept {
        narrow(c);
        return {c.leaders(1)[0].id, 0, c.why()};
    }
};

}  // namespace

TEST_CASE("kept_set: ids and probabilities are the law's, the token and the sequence those of the plain draw") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        check_draws(seed, temperature{0.8f});
        check_draws(seed, top_k{40}, top_p{0.95f}, min_p{0.05f}, temperature{0.8f});
        check_draws(seed, penalties{.repetition = 1.3f, .frequency = 0.2f}, typical{0.9f}, xtc{0.5f, 0.02f});
        check<double>(sampler{min_p{0.02f}, categorical{}}, seed);
        check<half>(sampler{ban{{1}}, top_p{0.7f}, half_of<true>{}}, seed);
        check<half>(sampler{ban{{1}}, top_p{0.7f}, half_of<false>{}}, seed);
    }
}

TEST_CASE("kept_set: with a philox, and without anything") {
    std::mt19937_64 random(1);
    std::vector<token_id> ids(300);
    for (int trial = 0; trial < 50; ++trial) {
        const auto row = random_row<float>(300, random);
        const sampler pick{top_k{20}, xtc{0.5f, 0.05f}, categorical{}};
        philox a{.seed = 9, .position = static_cast<std::uint32_t>(trial)}, b = a;
        const auto law = pick.distribution(row, a);
        kept_set kept{ids};
        workspace space;
        const drawn plain = pick(row, b), token = trial % 2 ? pick.draw_and_keep(row, kept, a) : pick.draw_and_keep(row, kept, a, space);
        CHECK(token.id == plain.id);
        CHECK(a.position == b.position);
        CHECK(std::equal(law.ids.begin(), law.ids.end(), kept.written_ids().begin(), kept.written_ids().end()));
        CHECK(sampler{greedy{}}.draw_and_keep(row, kept).id == sampler{greedy{}}(row).id);
        CHECK(kept.size == 1);
        const drawn first = sampler{half_of<false>{}}.draw_and_keep(row, kept);
        CHECK(kept.size >= 149);
        CHECK(std::binary_search(kept.written_ids().begin(), kept.written_ids().end(), first.id));
    }
}

TEST_CASE("kept_set: what does not fit is counted, and either array may be left out") {
    const std::vector<float> row{1, 3, 2, 5, 4};
    const sampler pick{top_k{4}, categorical{}};
    const auto law = pick.distribution(row);
    std::vector<token_id> ids(5, -7);
    std::vector<double> probabilities(5, -7);
    philox random;
    kept_set kept{std::span(ids).first(2), std::span(probabilities).first(3)};
    REQUIRE(pick.draw_and_keep(row, kept, random));
    CHECK(kept.size == 4);
    CHECK(kept.room() == 2);
    CHECK(kept.written() == 2);
    CHECK_FALSE(kept.whole());
    CHECK(ids == std::vector<token_id>{law.ids[0], law.ids[1], -7, -7, -7});
    CHECK(probabilities[1] == law.probabilities[1]);
    CHECK(probabilities[2] == -7);
    kept_set only_ids{std::span(ids).first(3)};
    REQUIRE(pick.draw_and_keep(row, only_ids, random));
    CHECK(only_ids.size == 4);
    CHECK(ids == std::vector<token_id>{law.ids[0], law.ids[1], law.ids[2], -7, -7});
    kept_set only_probabilities{{}, probabilities};
    REQUIRE(pick.draw_and_keep(row, only_probabilities, random));
    CHECK(only_probabilities.whole());
    CHECK(only_probabilities.written_ids().empty());
    CHECK(only_probabilities.written_probabilities().size() == 4);
    CHECK(probabilities[3] == law.probabilities[3]);
    kept_set counted;
    REQUIRE(pick.draw_and_keep(row, counted, random));
    CHECK(counted.size == 4);
    CHECK_FALSE(counted.whole());
    // Without a draw.
    CHECK(pick.final_set(row, kept) == status::ok);
    CHECK(kept.size == 4);
}

TEST_CASE("kept_set: where there is no token nothing moves, whether the row fails or who keeps") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    const std::vector<float> good{1, 2, 3};
    const auto fails = [](const auto& pick) {
        const std::vector<float> row{1, 2, 3};
        auto seq = pick.start({.seed = 3});
        const auto before = seq.bytes();
        CHECK(pick.draw_and_keep(row, [](auto& c) { c.fail(status::out_of_memory); }, seq).why == status::out_of_memory);
        CHECK(seq.bytes() == before);
        CHECK(seq.attempt() == 0);
        std::size_t seen = 0;
        CHECK(pick.draw_and_keep(row, [&](auto& c) { seen = c.size(); }, seq));
        CHECK(seen > 0);
        CHECK(seq.attempt() == 1);
    };
    fails(sampler{categorical{}});
    fails(sampler{mirostat{}});
    fails(sampler{adaptive_p{}});
    fails(sampler{chain{}, any_draw{adaptive_p{}}});
    philox random{.position = 4};
    const sampler pick{categorical{}};
    CHECK_FALSE(pick.draw_and_keep(good, [](auto& c) { c.fail(status::empty); }, random));
    CHECK(random.position == 4);
    std::vector<token_id> ids(3);
    kept_set kept{ids};
    REQUIRE(pick.draw_and_keep(good, kept, random));
    CHECK(kept.size == 3);
    CHECK(pick.draw_and_keep(std::vector{1.0f, nan}, kept, random).why == status::nan_logit);
    CHECK(kept.size == 0);
    CHECK(pick.draw_and_keep(std::vector{-inf, -inf}, kept, random).why == status::empty);
    CHECK(random.position == 5);
}

TEST_CASE("kept_set: after the first draw of a width nothing is allocated") {
    const std::vector<float> row(9000, 1.0f);
    std::vector<token_id> ids(9000);
    std::vector<double> probabilities(9000);
    kept_set kept{ids, probabilities};
    const sampler pick{temperature{0.8f}, categorical{}};
    const sampler twice{adaptive_p{}};
    auto seq = pick.start();
    auto other = twice.start();
    pick.draw_and_keep(row, kept, seq);
    twice.draw_and_keep(row, kept, other);
    const std::size_t before = counted_new::calls;
    pick.draw_and_keep(row, kept, seq);
    twice.draw_and_keep(row, kept, other);
    CHECK(counted_new::calls == before);
    CHECK(kept.size == 9000);
}
