#include "support.hpp"

#include <type_traits>

#include <argdraw/argdraw.hpp>
#include <argdraw/draws/mirostat.hpp>

using namespace argdraw;
using namespace support;

namespace {

template <class Sequence>
double mu_of(const Sequence& seq) {
    return seq.template state<0>().mu;
}

template <class Row>
ids kept(const Row& row, mirostat draw) {
    const sampler pick{draw};
    auto seq = pick.start();
    return pick.distribution(row, seq).ids;
}

}  // namespace

TEST_CASE("mirostat formula: what is no more surprising than mu stays") {
    // .5 .3 .1 .1: surprises 1 1.737 3.322 3.322 bits; mu is 2 tau.
    const auto row = weighing(5, 3, 1, 1);
    CHECK(kept(row, {0.51f}) == ids{0});
    CHECK(kept(row, {0.86f}) == ids{0});
    CHECK(kept(row, {0.88f}) == ids{0, 1});
    CHECK(kept(row, {1.65f}) == ids{0, 1});
    CHECK(kept(row, {1.67f}) == first_ids(4));
    CHECK(kept(row, {1000}) == first_ids(4));
    CHECK(kept(row, {3e38f}) == first_ids(4));
    const sampler pick{mirostat{1}};
    auto seq = pick.start();
    const auto law = pick.distribution(row, seq);
    CHECK(law.probabilities[0] == Approx(0.625).epsilon(1e-6));
    CHECK(law.probabilities[1] == Approx(0.375).epsilon(1e-6));
    // The law is asked for, nothing learned.
    CHECK(mu_of(seq) == 2);
    CHECK(seq.attempt() == 0);
}

TEST_CASE("mirostat formula: at least the first in the order") {
    CHECK(kept(weighing(5, 3, 2), {0}) == ids{0});
    CHECK(kept(weighing(2, 5, 3), {0.4f}) == ids{1});
    CHECK(kept(std::vector<float>(1024, 0.0f), {5}) == first_ids(1024));
    CHECK(kept(std::vector<float>(1024, 0.0f), {4.99f}) == ids{0});
    CHECK(kept(std::vector<float>(40000, 1.0f), {7.7f}) == first_ids(40000));  // log2 is 15.29
    CHECK(kept(std::vector<float>(40000, 1.0f), {7.6f}) == ids{0});
}

TEST_CASE("mirostat formula: mu learns from the probability in the final set") {
    const auto row = weighing(5, 3, 1, 1);
    const sampler pick{mirostat{1, 0.1f}};
    auto seq = pick.start({.seed = 4});
    for (int i = 0; i < 200; ++i) {
        const auto law = pick.distribution(row, seq);
        const drawn token = pick(row, seq);
        REQUIRE(token);
        double p = 0;
        for (std::size_t j = 0; j < law.ids.size(); ++j)
            if (law.ids[j] == token.id) p = law.probabilities[j];
        CHECK(std::abs(static_cast<double>(token.logprob) - std::log(p)) < 1e-6);
        const double before = mu_of(seq);
        REQUIRE(seq.accept(token.id) == status::ok);
        CHECK(std::abs(mu_of(seq) - (before - static_cast<double>(0.1f) * (-std::log2(p) - 1))) < 1e-14);
    }
}

TEST_CASE("mirostat formula: the first steps, by hand") {
    // mu = 2 keeps .625 .375: .678072 and 1.415037 bits. The first takes mu to 2.032193, the second to 1.958496.
    const auto row = weighing(5, 3, 1, 1);
    const sampler pick{mirostat{1, 0.1f}};
    int seen[2] = {0, 0};
    for (std::uint64_t sequence = 0; sequence < 40; ++sequence) {
        auto seq = pick.start({.seed = 9, .sequence = sequence});
        const drawn token = pick(row, seq);
        REQUIRE((token.id == 0 || token.id == 1));
        ++seen[token.id];
        seq.accept(token.id);
        CHECK(std::abs(mu_of(seq) - (token.id == 0 ? 2.032193 : 1.958496)) < 1e-6);
    }
    CHECK(seen[0] > 0);
    CHECK(seen[1] > 0);
}

TEST_CASE("mirostat formula: the surprise of a text meets tau") {
    std::vector<float> row(3000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = -1.1f * std::log(static_cast<float>(i + 1));
    for (const float tau : {2.0f, 3.0f, 5.0f}) {
        const sampler pick{mirostat{tau, 0.1f}};
        auto seq = pick.start({.seed = 12});
        double surprise = 0;
        for (int i = 0; i < 2000; ++i) {
            const drawn token = pick(row, seq);
            surprise -= static_cast<double>(token.logprob) / std::log(2.0) / 2000;
            seq.accept(token.id);
        }
        CHECK(std::abs(surprise - static_cast<double>(tau)) < 0.05);
    }
}

TEST_CASE("mirostat range: negative, infinite and NaN are bad parameters") {
    CHECK(mirostat{}.tau == 5);
    CHECK(mirostat{}.eta == 0.1f);
    CHECK(mirostat{0, 0}.valid());
    for (const mirostat bad :
         {mirostat{-1}, mirostat{not_a_number}, mirostat{infinity}, mirostat{5, -0.1f}, mirostat{5, not_a_number}, mirostat{5, infinity}}) {
        CHECK_FALSE(bad.valid());
        const sampler pick{bad};
        CHECK(pick.check().sentence == mirostat::requirement);
        auto seq = pick.start();
        CHECK(pick(std::vector{1.0f}, seq).why == status::bad_parameter);
        CHECK(pick.distribution(std::vector{1.0f}, seq).why == status::bad_parameter);
    }
}

TEST_CASE("mirostat state: learned with accept of the token drawn, forgotten with rollback") {
    const auto row = weighing(5, 3, 1, 1);
    const sampler pick{mirostat{1, 0.5f}};
    CHECK(needs_sequence<mirostat>);
    auto seq = pick.start({.seed = 2});
    CHECK(mu_of(seq) == 2);
    const drawn token = pick(row, seq);
    CHECK(mu_of(seq) == 2);
    // Another token than the one drawn teaches nothing.
    seq.accept(token.id == 0 ? 1 : 0);
    CHECK(mu_of(seq) == 2);
    seq.rollback(1);
    // A redraw starts over.
    pick(row, seq);
    const drawn again = pick(row, seq);
    seq.accept(again.id);
    CHECK(std::abs(mu_of(seq) - (2 - 0.5 * (-static_cast<double>(again.logprob) / std::log(2.0) - 1))) < 1e-6);
    const double learned = mu_of(seq);
    const auto fork = seq;
    seq.accept(pick(row, seq).id);
    CHECK(mu_of(seq) != learned);
    seq.rollback(1);
    CHECK(mu_of(seq) == learned);
    seq.rollback(1);
    CHECK(mu_of(seq) == 2);
    CHECK(mu_of(fork) == learned);
    CHECK(mu_of(pick.resume(fork.bytes())) == learned);
}

TEST_CASE("mirostat edges: mu may go below 0 and far above all surprise") {
    const sampler pick{mirostat{0, 1000}};
    const std::vector<float> row(16, 0.0f);
    auto seq = pick.start();
    for (int i = 0; i < 3; ++i) CHECK(seq.accept(pick(row, seq).id) == status::ok);
    CHECK(mu_of(seq) == 0);  // one token, no surprise
    const sampler eager{mirostat{3000, 1}};
    auto rising = eager.start();
    for (int i = 0; i < 3; ++i) CHECK(rising.accept(eager(row, rising).id) == status::ok);
    CHECK(std::abs(mu_of(rising) - (6000 + 3 * 2996)) < 1e-9);
    CHECK(eager.distribution(row, rising).ids == first_ids(16));
    const sampler falling{mirostat{2, 1000}};
    auto sinking = falling.start();
    sinking.accept(falling(row, sinking).id);
    CHECK(std::abs(mu_of(sinking) - (4 - 1000 * 2)) < 1e-9);
    CHECK(falling.distribution(row, sinking).ids == ids{0});
    sinking.accept(falling(row, sinking).id);
    CHECK(std::abs(mu_of(sinking) - 4) < 1e-9);
}

TEST_CASE("mirostat random: the word of purpose::token decides in the final set") {
    const std::vector<float> row(64, 0.0f);
    const sampler pick{mirostat{3, 0}};
    const sampler plain{categorical{}};
    auto seq = pick.start({.seed = 5, .sequence = 6});
    philox random{.seed = 5, .sequence = 6};
    for (int i = 0; i < 50; ++i) {
        const drawn token = pick(row, seq);
        CHECK(token.id == plain(row, random).id);
        CHECK(token.id == static_cast<token_id>(seq.random().word(purpose::token) >> 58));
        seq.accept(token.id);
    }
}

TEST_CASE("mirostat ties: equals are kept or dropped together, but for the first") {
    CHECK(kept(weighing(3, 3, 2), {0.72f}) == ids{0, 1});  // 1.415 bits
    CHECK(kept(weighing(3, 3, 2), {0.70f}) == ids{0});
    CHECK(kept(weighing(2, 4, 2, 2), {1.17f}) == first_ids(4));  // 2.322 bits
    CHECK(kept(weighing(2, 4, 2, 2), {1.15f}) == ids{1});
}

TEST_CASE("mirostat logprob: ln p in the final set, and what fails") {
    const sampler pick{mirostat{1, 0.1f}};
    auto seq = pick.start();
    CHECK(pick(std::vector{-3.0f}, seq).logprob == 0);
    CHECK(pick(std::vector{infinity, 3.0f, -infinity}, seq).id == 0);
    CHECK(pick(std::vector{-infinity, -3.0f}, seq).id == 1);
    const std::uint32_t attempt = seq.attempt();
    for (const auto& [row, why] : {std::pair{std::vector{1.0f, not_a_number}, status::nan_logit},
                                   {std::vector{-infinity, -infinity}, status::empty},
                                   {std::vector<float>{}, status::empty}}) {
        const drawn none = pick(row, seq);
        CHECK(none.why == why);
        CHECK(none.id == -1);
        CHECK(std::isnan(none.logprob));
        CHECK(pick.distribution(row, seq).why == why);
    }
    CHECK(mu_of(seq) == 2);
    CHECK(seq.attempt() == attempt);
}

TEST_CASE("mirostat scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // .66524 .24473 .09003: .588 2.031 3.473 bits.
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        CHECK(kept(row, {1.01f}) == ids{1});
        CHECK(kept(row, {1.02f}) == ids{1, 2});
        CHECK(kept(row, {1.74f}) == first_ids(3));
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}
