// chain: the same tokens as the pipeline written out, for any stages in any order.
#include "catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string_view>
#include <type_traits>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

std::vector<float> row_of(std::size_t width, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> row(width);
    for (auto& l : row) l = static_cast<float>(random() % 10000) * 1e-3f - 5.0f;
    return row;
}

bool same(const drawn& a, const drawn& b) {
    return a.id == b.id && a.why == b.why && (a.logprob == b.logprob || (a.logprob != a.logprob && b.logprob != b.logprob));
}

// The pipeline written out and the chain of the same stages, over a few rows and positions.
template <class... S>
void check_same(const S&... stages) {
    const sampler written{stages..., categorical{}};
    const sampler chained{chain{stages...}, categorical{}};
    const std::vector<token_id> prompt{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
    for (const std::size_t width : {std::size_t{12}, std::size_t{1000}, std::size_t{20000}})
        for (unsigned seed = 0; seed < 8; ++seed) {
            const auto row = row_of(width, seed);
            auto a = written.start({.seed = seed}, prompt);
            auto b = chained.start({.seed = seed}, prompt);
            for (int step = 0; step < 6; ++step) {
                drawn x;
                if constexpr ((needs_sequence<S> || ...)) {
                    x = written(row, a);
                } else {
                    philox random = a.random();
                    x = written(row, random);
                }
                const drawn y = chained(row, b);
                CHECK(same(x, y));
                if (!x) break;
                CHECK(a.accept(x.id) == status::ok);
                CHECK(b.accept(y.id) == status::ok);
            }
        }
}

}  // namespace

TEST_CASE("chain formula: the same tokens and bits as the pipeline with its stages written out") {
    check_same(top_k{5});
    check_same(temperature{0.7f}, top_k{40}, top_p{0.9f}, min_p{0.05f});
    check_same(min_p{0.02f}, top_p{0.8f}, temperature{1.4f});
    check_same(penalties{.repetition = 1.2f, .frequency = 0.1f}, dry{.multiplier = 0.8f}, top_n_sigma{2.0f}, temperature{0.9f});
    const std::vector<token_id> ends{1, 3};
    const phrases breakers{{2, 4}, {3}};
    check_same(penalties{.repetition = 1.2f, .frequency = 0.1f, .exempt = ends}, presence_penalty{.alpha = 0.3f, .exempt = ends},
               dry{.multiplier = 0.8f, .allowed_length = 1, .breakers = breakers});
    check_same(xtc{.probability = 0.5f, .threshold = 0.05f}, top_k{100}, typical{0.9f});
    check_same(top_a{0.1f}, eta_cutoff{1e-3f}, skew{0.2f}, quadratic{0.1f, 1.5f});
    check_same(no_repeat_ngram{2}, repetition_penalty{1.3f}, min_k{3.0f}, top_h{0.6f}, softmax{});
    check_same(xtc{.probability = 0.3f, .threshold = 0.01f}, xtc{.probability = 0.7f, .threshold = 0.1f});
}

TEST_CASE("chain neutral: stages at their neutral values leave it neutral, and draw what the bare draw draws") {
    CHECK(chain{}.neutral());
    const chain idle{temperature{}, top_k{}, top_p{}, min_p{}, penalties{}, dry{}, xtc{}, typical{}, quadratic{}, no_repeat_ngram{}};
    CHECK(idle.neutral());
    CHECK_FALSE(chain{temperature{}, top_k{1}}.neutral());
    const auto row = row_of(5000, 1);
    philox a{.seed = 5}, b = a;
    for (int i = 0; i < 20; ++i) CHECK(same(sampler{idle, categorical{}}(row, a), sampler{categorical{}}(row, b)));
    CHECK(a == b);
}

TEST_CASE("chain range: at most 32 stages, each in its own range, and check says which sentence") {
    chain many;
    for (std::size_t i = 0; i < chain::capacity; ++i) CHECK(many.add(top_k{100}));
    CHECK(many.valid());
    CHECK(many.size() == 32);
    CHECK_FALSE(many.add(top_k{1}));
    CHECK_FALSE(many.valid());
    CHECK(many.fault() == "chain: at most 32 stages, of 1536 bytes together; a span of a list takes 16");

    const sampler wrong{chain{top_k{3}, top_p{-1.0f}}, categorical{}};
    const auto found = wrong.check();
    CHECK(found.why == status::bad_parameter);
    CHECK(found.stage == 0);
    CHECK(found.sentence == top_p::requirement);
    philox random;
    CHECK(wrong(std::array{1.0f}, random).why == status::bad_parameter);
}

TEST_CASE("chain random: its coins are those its stages would take") {
    const chain coin{xtc{.probability = 0.5f, .threshold = 0.01f}};
    const auto row = row_of(50, 3);
    int fired = 0;
    for (std::uint32_t position = 0; position < 200; ++position) {
        const philox random{.seed = 1, .position = position};
        const bool expected = unit(random.word(purpose::xtc)) < 0.5;
        const bool got = sampler{coin, categorical{}}.distribution(row, random).ids.size() < row.size();
        CHECK(got == expected);
        fired += got;
    }
    CHECK(fired > 60);
    CHECK(fired < 140);
}

TEST_CASE("chain: with a bare generator a stage that reads the history is refused, unless it is neutral") {
    philox random{.seed = 2};
    const auto row = row_of(50, 3);
    CHECK(sampler{chain{repetition_penalty{1.2f}}, categorical{}}(row, random).why == status::no_sequence);
    CHECK(random.position == 0);
    CHECK(sampler{chain{repetition_penalty{}, top_k{3}}, categorical{}}(row, random));
}

TEST_CASE("chain: what stages store is stored in it, lists in braces and what a lambda captures") {
    std::array<token_id, 200> even{};
    for (std::size_t i = 0; i < even.size(); ++i) even[i] = static_cast<token_id>(2 * i);
    check_same(ban{{1, 2, 3}}, logit_bias{{{7, 2.0f}, {9, -1.0f}}}, top_k{40});
    check_same(ban{{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 0, 2, 4, 6, 8}}, min_tokens{4, {1, 3}}, temperature{0.8f});
    chain copy;
    {
        const token_id least = 5;
        std::array<std::int32_t, 30> captured{};
        captured[29] = least;
        chain stages{ban{even}, suppress_at_begin{{7, 9}}};
        CHECK(stages.add([captured](auto& c) { c.keep_if([&](token_id id, double) { return id >= captured[29]; }); }));
        CHECK(stages[0].get_if<ban<200>>()->items()[199] == 398);
        copy = stages;
        stages = chain{};
    }
    const auto row = row_of(400, 3);
    auto seq = sampler{copy, categorical{}}.start({.seed = 3});
    for (int step = 0; step < 200; ++step) {
        const token_id drawn_here = sampler{copy, categorical{}}(row, seq).id;
        CHECK(drawn_here % 2 == 1);
        CHECK(drawn_here >= 5);
        CHECK((step > 0 || (drawn_here != 7 && drawn_here != 9)));
        REQUIRE(seq.accept(drawn_here) == status::ok);
    }
}

TEST_CASE("chain range: 1536 bytes of stages, and no more") {
    std::array<token_id, 192> half{};
    chain stages{ban{half}, ban{half}};
    CHECK(stages.valid());
    CHECK_FALSE(stages.add(top_k{3}));
    CHECK_FALSE(stages.valid());
    CHECK(stages.size() == 2);
    chain many;
    for (std::size_t i = 0; i < chain::capacity; ++i) CHECK(many.add(dry{}));  // as many of the largest of the library as there may be
    CHECK(many.valid());
}

TEST_CASE("chain: equal where the stages are, in their order, whoever stores their lists") {
    const std::vector<token_id> list{1, 2, 3};
    CHECK(chain{top_k{3}, ban{{1, 2, 3}}} == chain{top_k{3}, ban{list}});
    CHECK(chain{ban{list}} == chain{any_stage(ban{{1, 2, 3}})});
    CHECK_FALSE(chain{top_k{3}, ban{list}} == chain{ban{list}, top_k{3}});
    CHECK_FALSE(chain{ban{list}} == chain{ban{{1, 2}}});
    CHECK_FALSE(chain{ban{list}} == chain{allow_only{list}});
    CHECK_FALSE(chain{} == chain{top_k{}});
    CHECK(any_stage{} == any_stage{});
    CHECK_FALSE(any_stage{} == any_stage{top_k{}});
    CHECK(chain{any_stage{}, top_k{3}} == chain{any_stage{}, any_stage{top_k{3}}});
}

TEST_CASE("chain: a plain value") {
    STATIC_REQUIRE(std::is_trivially_copyable_v<chain>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<sampler<chain, categorical>>);
    const chain fixed{temperature{0.5f}, top_k{3}};
    const chain copy = fixed;
    CHECK(copy.size() == 2);
    CHECK(copy[1].get_if<top_k>()->k == 3);
}

TEST_CASE("chain: a stage of one's own that asks for a history which there is not fails with no_sequence") {
    const auto asks = [](auto& c, auto& context) {
        if (context.history().output().size() > 0) c.ban(std::array<token_id, 1>{0});
    };
    const std::vector<float> row{3, 2, 1};
    const sampler pick{chain{asks}, categorical{}};
    CHECK(pick(row, philox{}).why == status::no_sequence);
    auto seq = pick.start();
    CHECK(pick(row, seq));
    REQUIRE(seq.accept(0) == status::ok);
    for (int i = 0; i < 20; ++i) CHECK(pick(row, seq).id != 0);
}
