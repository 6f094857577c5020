#include "support.hpp"

#include <algorithm>
#include <random>

#include <argdraw/argdraw.hpp>
#include <argdraw/draws/gumbel.hpp>

using namespace argdraw;
using namespace support;

namespace {

constexpr sampler pick{gumbel{}};

long double noise(const philox& random, token_id id) {
    return -std::log(-std::log(static_cast<long double>(open_unit(random.word(purpose::gumbel, static_cast<std::uint32_t>(id))))));
}

template <class T>
token_id winner(const std::vector<T>& row, const philox& random) {
    token_id best = -1;
    long double greatest = -1e4000L;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const long double sum = static_cast<long double>(static_cast<double>(row[i])) + noise(random, static_cast<token_id>(i));
        if (!(sum > greatest)) continue;
        greatest = sum;
        best = static_cast<token_id>(i);
    }
    return best;
}

// Pearson's statistic over the value that it exceeds with probability 1e-6 (Wilson and Hilferty; z = 4.7534).
double chi_square(const std::vector<double>& law, const std::vector<std::uint32_t>& counts, double draws) {
    double statistic = 0;
    for (std::size_t i = 0; i < law.size(); ++i)
        statistic += (counts[i] - law[i] * draws) * (counts[i] - law[i] * draws) / (law[i] * draws);
    const double degrees = static_cast<double>(law.size()) - 1, v = 2 / (9 * degrees);
    return statistic / (degrees * std::pow(1 - v + 4.7534 * std::sqrt(v), 3));
}

}  // namespace

TEST_CASE("gumbel formula: the greatest sum of logit and noise") {
    std::mt19937 shape(3);
    for (const std::size_t width :
         {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{256}, std::size_t{257}, std::size_t{5000}}) {
        std::vector<float> row(width);
        for (auto& l : row) l = static_cast<float>(shape() % 8192) * 1e-3f;
        for (std::size_t i = 3; i < width; i += 300) row[i] = 12 + static_cast<float>(i % 7);
        int wrong = 0;
        philox random{.seed = 11, .sequence = width};
        for (int i = 0; i < 100; ++i) {
            const token_id expected = winner(row, random);
            wrong += pick(row, random).id != expected;
        }
        CAPTURE(width);
        CHECK(wrong == 0);
        CHECK(random.position == 100);
    }
}

TEST_CASE("gumbel formula: rows of every scalar") {
    const auto check = []<class T>(std::type_identity<T>) {
        std::vector<T> row(700);
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = T(static_cast<float>(i % 37) * 0.125f);
        philox random{.seed = 4};
        int wrong = 0;
        for (int i = 0; i < 50; ++i) {
            const token_id expected = winner(row, random);
            wrong += pick(row, random).id != expected;
        }
        CHECK(wrong == 0);
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("gumbel random: noise belongs to the tokens, not to their places among the living") {
    std::vector<float> row(3000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 97) * 0.02f;
    int moved = 0, kept = 0;
    for (std::uint32_t position = 0; position < 200; ++position) {
        const philox there{.seed = 2, .position = position};
        const token_id all = pick(row, philox{there}).id;
        // Without the winner's rivals, or half of them, it wins still; without itself another does.
        auto fewer = row;
        for (std::size_t i = 0; i < fewer.size(); i += 2)
            if (static_cast<token_id>(i) != all) fewer[i] = -infinity;
        kept += pick(fewer, philox{there}).id == all;
        fewer[static_cast<std::size_t>(all)] = -infinity;
        moved += pick(fewer, philox{there}).id != all;
        const auto leave = [all](auto& c) { c.keep_if([all](token_id id, double) { return id >= all; }); };
        kept += sampler{leave, gumbel{}}(row, philox{there}).id == all;
    }
    CHECK(kept == 400);
    CHECK(moved == 200);
}

TEST_CASE("gumbel random: a redraw of a position draws the same token") {
    const std::vector<float> row(1000, 0.0f);
    auto seq = pick.start({.seed = 8, .sequence = 5});
    const drawn first = pick(row, seq), again = pick(row, seq);
    CHECK(first.id == again.id);
    CHECK(first.id == pick(row, philox{.seed = 8, .sequence = 5}).id);
    REQUIRE(seq.accept(first.id) == status::ok);
    const token_id next = pick(row, seq).id;
    CHECK(next == pick(row, philox{.seed = 8, .sequence = 5, .position = 1}).id);
    REQUIRE(seq.rollback(1) == status::ok);
    CHECK(pick(row, seq).id == first.id);
}

TEST_CASE("gumbel random: a word for each token from a generator without places") {
    struct {
        std::uint64_t calls = 0;
        using result_type = std::uint64_t;
        static constexpr result_type min() { return 0; }
        static constexpr result_type max() { return last_word; }
        result_type operator()() { return calls++ == 2 ? last_word : 0; }
    } words;
    CHECK(pick(std::vector<float>(5, 0.0f), words).id == 2);
    CHECK(words.calls == 5);
    CHECK(random_draw<gumbel>);
    CHECK_FALSE(needs_sequence<gumbel>);
}

TEST_CASE("gumbel ties: at equal sums the lower id") {
    CHECK(draw_at(pick, std::vector{1.0f, 3.0f, 3.0f}, half_of_words).id == 1);
    CHECK(draw_at(pick, std::vector<float>(3000, 2.0f), 0).id == 0);
}

TEST_CASE("gumbel logprob: ln p in the final set") {
    const auto row = weighing(5, 3, 2);
    const double p[] = {0.5, 0.3, 0.2};
    philox random{.seed = 1};
    for (int i = 0; i < 50; ++i) {
        const drawn token = pick(row, random);
        REQUIRE(token);
        CHECK(std::abs(static_cast<double>(token.logprob) - std::log(p[token.id])) < 1e-6);
        const drawn of_two = sampler{top_k{2}, gumbel{}}(row, random);
        CHECK(std::abs(static_cast<double>(of_two.logprob) - std::log(of_two.id == 0 ? 0.625 : 0.375)) < 1e-6);
    }
    CHECK(pick(std::vector{-3.0f}, random).logprob == 0);
    CHECK(pick(std::vector{infinity, 3.0f}, random).logprob == 0);
    const drawn none = pick(std::vector{not_a_number}, random);
    CHECK(none.why == status::nan_logit);
    CHECK(none.id == -1);
    CHECK(std::isnan(none.logprob));
    CHECK(pick(std::vector{-infinity}, random).why == status::empty);
}

TEST_CASE("gumbel logprob: asking for the law draws nothing") {
    const philox random{.seed = 3};
    const auto law = pick.distribution(weighing(5, 3, 2), random);
    REQUIRE(law.ids == ids{0, 1, 2});
    CHECK(law.probabilities[0] == Approx(0.5).epsilon(1e-6));
    CHECK(law.probabilities[2] == Approx(0.2).epsilon(1e-6));
}

TEST_CASE("gumbel edges: tokens that never have weight are never drawn") {
    std::vector<float> row(500, -800.0f);
    row[123] = 0.0f;
    row[124] = -infinity;
    philox random{.seed = 6};
    for (int i = 0; i < 200; ++i) CHECK(pick(row, random).id == 123);
    // Two infinities share everything.
    row[7] = row[400] = infinity;
    int low = 0;
    for (int i = 0; i < 1000; ++i) {
        const token_id id = pick(row, random).id;
        CHECK((id == 7 || id == 400));
        low += id == 7;
    }
    CHECK(std::abs(low - 500) < 80);
}

TEST_CASE("gumbel statistics: 200 000 draws have the law") {
    const auto row = weighing(8, 4, 2, 1, 1);
    std::vector<std::uint32_t> counts(5);
    philox random{.seed = 21};
    for (int i = 0; i < 200000; ++i) ++counts[static_cast<std::size_t>(pick(row, random).id)];
    CHECK(chi_square({0.5, 0.25, 0.125, 0.0625, 0.0625}, counts, 200000) < 1);
}
