#include "support.hpp"

#include <algorithm>
#include <type_traits>

#include <argdraw/argdraw.hpp>
#include <argdraw/draws/adaptive_p.hpp>

using namespace argdraw;
using namespace support;

namespace {

// The law by the formula, of probabilities p and an aim.
std::vector<double> bent(const std::vector<double>& p, double aim) {
    std::vector<double> w;
    double sum = 0;
    for (const double each : p) {
        const double d = std::abs(each - aim) / 0.3;
        w.push_back(std::exp(5 - 10 * d * d / (1 + d)));
        sum += w.back();
    }
    for (double& each : w) each /= sum;
    return w;
}

template <class Sequence>
double average(const Sequence& seq) {
    const auto& s = seq.template state<0>();
    return s.sum / s.weight;
}

const std::vector<double> thirds{0.5, 0.3, 0.2};

}  // namespace

TEST_CASE("adaptive_p formula: weights by the distance of p from the aim") {
    // .5 .3 .2 with an aim of .5: d = 0 2/3 1, logits 5 2.33333 0, weights 1 .0694834 .00673795 of 1.0762214.
    const sampler pick{adaptive_p{0.5f}};
    auto seq = pick.start();
    const auto law = pick.distribution(weighing(5, 3, 2), seq);
    REQUIRE(law.ids == ids{0, 1, 2});
    CHECK(law.probabilities[0] == Approx(0.929177).epsilon(1e-6));
    CHECK(law.probabilities[1] == Approx(0.0645624).epsilon(1e-5));
    CHECK(law.probabilities[2] == Approx(0.00626074).epsilon(1e-5));
}

TEST_CASE("adaptive_p formula: logits afterwards are those of the formula") {
    const sampler pick{adaptive_p{0.5f}};
    auto seq = pick.start();
    const auto law = pick.distribution(weighing(5, 3, 2), seq);
    CHECK(std::log(law.probabilities[0] / law.probabilities[1]) == Approx(8.0 / 3).epsilon(1e-5));
    CHECK(std::log(law.probabilities[0] / law.probabilities[2]) == Approx(5.0).epsilon(1e-5));
}

TEST_CASE("adaptive_p formula: any aim, and the stages before it") {
    for (const float target : {0.0f, 0.1f, 0.2f, 0.37f, 0.9f, 1.0f}) {
        const sampler pick{adaptive_p{target}};
        auto seq = pick.start();
        const auto law = pick.distribution(weighing(5, 3, 2), seq);
        const auto expected = bent(thirds, static_cast<double>(target));
        CAPTURE(target);
        for (std::size_t i = 0; i < 3; ++i) CHECK(law.probabilities[i] == Approx(expected[i]).epsilon(1e-5));
        // .625 .375 is what it sees.
        const sampler two{top_k{2}, adaptive_p{target}};
        auto of_two = two.start();
        const auto less = two.distribution(weighing(5, 3, 2), of_two);
        REQUIRE(less.ids == ids{0, 1});
        CHECK(less.probabilities[0] == Approx(bent({0.625, 0.375}, static_cast<double>(target))[0]).epsilon(1e-5));
    }
}

TEST_CASE("adaptive_p formula: the aim moves against what was chosen") {
    const auto row = weighing(5, 3, 2);
    const sampler pick{adaptive_p{0.3f, 0.5f}};
    auto seq = pick.start({.seed = 3});
    double sum = 2 * static_cast<double>(0.3f), weight = 2;
    for (int i = 0; i < 300; ++i) {
        const double aim = std::clamp(2 * static_cast<double>(0.3f) - sum / weight, 0.0, 1.0);
        const auto law = pick.distribution(row, seq);
        const auto expected = bent(thirds, aim);
        const drawn token = pick(row, seq);
        REQUIRE(token);
        const auto at = static_cast<std::size_t>(token.id);
        CHECK(law.probabilities[at] == Approx(expected[at]).epsilon(1e-4));
        CHECK(std::abs(static_cast<double>(token.logprob) - std::log(law.probabilities[at])) < 1e-6);
        REQUIRE(seq.accept(token.id) == status::ok);
        sum = thirds[at] + 0.5 * sum;
        weight = 1 + 0.5 * weight;
        CHECK(std::abs(average(seq) - sum / weight) < 1e-6);
    }
}

TEST_CASE("adaptive_p formula: the aim stays within [0, 1]") {
    // Without memory the aim is twice the target less the p of the last token: 1.8 - p is above 1, .1 - p below 0.
    for (const float target : {0.9f, 0.05f}) {
        const sampler pick{adaptive_p{target, 0}};
        auto seq = pick.start({.seed = 1});
        REQUIRE(seq.accept(pick(weighing(5, 3, 2), seq).id) == status::ok);
        const auto law = pick.distribution(weighing(5, 3, 2), seq);
        const auto expected = bent(thirds, target > 0.5f ? 1 : 0);
        for (std::size_t i = 0; i < 3; ++i) CHECK(law.probabilities[i] == Approx(expected[i]).epsilon(1e-5));
    }
}

TEST_CASE("adaptive_p range: target in [0, 1], decay in [0, .99]") {
    CHECK(adaptive_p{}.decay == 0.9f);
    for (const adaptive_p good : {adaptive_p{0, 0}, adaptive_p{1, 0.99f}, adaptive_p{0.5f, -0.0f}}) CHECK(good.valid());
    for (const adaptive_p bad :
         {adaptive_p{-std::numeric_limits<float>::denorm_min()}, adaptive_p{std::nextafter(1.0f, 2.0f)}, adaptive_p{not_a_number},
          adaptive_p{0.5f, -0.1f}, adaptive_p{0.5f, std::nextafter(0.99f, 1.0f)}, adaptive_p{0.5f, 1}, adaptive_p{0.5f, not_a_number}}) {
        CHECK_FALSE(bad.valid());
        const sampler pick{bad};
        CHECK(pick.check().sentence == adaptive_p::requirement);
        auto seq = pick.start();
        CHECK(pick(std::vector{1.0f}, seq).why == status::bad_parameter);
    }
}

TEST_CASE("adaptive_p state: learned with accept of the token drawn, forgotten with rollback") {
    const auto row = weighing(5, 3, 2);
    const sampler pick{adaptive_p{0.25f, 0.75f}};
    CHECK(needs_sequence<adaptive_p>);
    auto seq = pick.start({.seed = 2});
    CHECK(seq.state<0>() == adaptive_p::state{1, 4});
    const drawn token = pick(row, seq);
    CHECK(seq.state<0>() == adaptive_p::state{1, 4});
    seq.accept(token.id == 0 ? 1 : 0);
    CHECK(seq.state<0>() == adaptive_p::state{1, 4});
    seq.rollback(1);
    pick(row, seq);
    const drawn again = pick(row, seq);
    seq.accept(again.id);
    const auto learned = seq.state<0>();
    // p before the change, and .75 of what there was.
    CHECK(std::abs(learned.sum - (thirds[static_cast<std::size_t>(again.id)] + 0.75)) < 1e-7);
    CHECK(learned.weight == 4);
    seq.accept(pick(row, seq).id);
    seq.rollback(1);
    CHECK(seq.state<0>() == learned);
    CHECK(pick.resume(seq.bytes()).state<0>() == learned);
    seq.rollback(1);
    CHECK(seq.state<0>() == adaptive_p::state{1, 4});
}

TEST_CASE("adaptive_p random: the word of purpose::token falls into the law, by id") {
    std::vector<float> row(700);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>((i * 37) % 101) * 0.08f;
    row[3] = row[400] = -infinity;
    const sampler pick{adaptive_p{0.01f, 0}};
    auto seq = pick.start({.seed = 5, .sequence = 6});
    int wrong = 0;
    for (int i = 0; i < 100; ++i) {
        const auto law = pick.distribution(row, seq);
        const double u = unit(seq.random().word(purpose::token));
        double cumulative = 0, before = 0;
        const drawn token = pick(row, seq);
        for (std::size_t j = 0; j < law.ids.size() && law.ids[j] <= token.id; ++j) {
            before = cumulative;
            cumulative += law.probabilities[j];
        }
        wrong += !(before <= u + 1e-12 && u < cumulative + 1e-12);
        wrong += seq.accept(token.id) != status::ok;
    }
    CHECK(wrong == 0);
}

TEST_CASE("adaptive_p ties: equals have equal shares of the words") {
    const sampler pick{adaptive_p{0.5f, 0}};
    const std::vector<float> row(4, 1.0f);
    int seen[4] = {};
    for (std::uint64_t sequence = 0; sequence < 400; ++sequence) {
        auto seq = pick.start({.seed = 1, .sequence = sequence});
        const token_id id = pick(row, seq).id;
        CHECK(id == static_cast<token_id>(seq.random().word(purpose::token) >> 62));
        ++seen[id];
    }
    for (const int each : seen) CHECK(each > 50);
}

TEST_CASE("adaptive_p logprob: ln of the probability after the change, and what fails") {
    const sampler pick{adaptive_p{0.5f}};
    auto seq = pick.start();
    CHECK(pick(std::vector{-3.0f}, seq).logprob == 0);
    CHECK(pick(std::vector{-infinity, infinity, 3.0f}, seq).id == 1);
    // Tokens whose probability is nothing are as far from the aim as can be, and alive; removed ones are not.
    const auto law = pick.distribution(std::vector{0.0f, -2000.0f, -infinity}, seq);
    REQUIRE(law.ids == ids{0, 1});
    CHECK(law.probabilities[0] == Approx(0.5));
    for (const auto& [row, why] : {std::pair{std::vector{1.0f, not_a_number}, status::nan_logit},
                                   {std::vector{-infinity, -infinity}, status::empty},
                                   {std::vector<float>{}, status::empty}}) {
        const drawn none = pick(row, seq);
        CHECK(none.why == why);
        CHECK(none.id == -1);
        CHECK(std::isnan(none.logprob));
        CHECK(pick.distribution(row, seq).why == why);
    }
    CHECK(seq.state<0>() == adaptive_p{0.5f}.start());
}

TEST_CASE("adaptive_p scalars: the same law whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        const auto expected = bent({0.09003057, 0.66524096, 0.24472847}, 0.5);
        const sampler pick{adaptive_p{0.5f}};
        auto seq = pick.start();
        const auto law = pick.distribution(row, seq);
        for (std::size_t i = 0; i < 3; ++i) CHECK(law.probabilities[i] == Approx(expected[i]).epsilon(1e-6));
        CHECK(pick(row, seq));
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("adaptive_p edges: of a sequence that nobody started nothing is drawn, and the law says so too") {
    const sampler pick{adaptive_p{0.5f, 0.9f}};
    decltype(pick.start()) seq;
    const std::vector<float> row{1, 2, 3};
    CHECK(pick(row, seq).why == status::bad_parameter);
    CHECK(pick.distribution(row, seq).why == status::bad_parameter);
}
