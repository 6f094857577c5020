#include <array>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/sampler/any_draw.hpp>

#include "catch.hpp"

using namespace argdraw;

namespace {

std::vector<float> random_row(std::uint32_t seed, std::size_t width = 300) {
    std::mt19937 random(seed);
    std::vector<float> row(width);
    for (float& l : row) l = static_cast<float>(random() % 1000) / 120.0f;
    return row;
}

// Tokens, laws, feedback, rollback and bytes of a draw, by itself and as any_draw.
template <class D>
void check_same(const D& draw) {
    const sampler plain{top_k{60}, temperature{0.9f}, draw};
    const sampler any{top_k{60}, temperature{0.9f}, any_draw{draw}};
    CHECK(any.learns() == plain.learns());
    auto a = plain.start({.seed = 3}), back = plain.start({.seed = 3});
    auto b = any.start({.seed = 3});
    for (std::uint32_t step = 0; step < 60; ++step) {
        const auto row = random_row(step);
        const auto x = plain.distribution(row, a), y = any.distribution(row, b);
        CHECK(x.ids == y.ids);
        CHECK(x.probabilities == y.probabilities);
        const drawn one = plain(row, a), other = any(row, b);
        REQUIRE(one);
        CHECK(one.id == other.id);
        CHECK(one.logprob == other.logprob);
        REQUIRE(a.accept(one.id) == status::ok);
        REQUIRE(b.accept(other.id) == status::ok);
        if (step % 7 == 6) {
            REQUIRE(a.rollback(3) == status::ok);
            REQUIRE(b.rollback(3) == status::ok);
        }
        if (step % 11 == 10) b = any.resume(b.bytes());
        REQUIRE(b);
    }
}

}  // namespace

TEST_CASE("any_draw: the tokens, laws and feedback of the draw that it holds") {
    check_same(categorical{});
    check_same(greedy{});
    check_same(gumbel{});
    check_same(mirostat{3, 0.4f});
    check_same(mirostat_v1{3, 0.4f, 50});
    check_same(adaptive_p{0.3f, 0.7f});
    std::array<drawn, 4> into;
    check_same(without_replacement{into});
}

TEST_CASE("any_draw: what it holds, and whether that is in its range") {
    CHECK(any_draw{}.get_if<categorical>());
    CHECK_FALSE(any_draw{}.get_if<greedy>());
    CHECK(any_draw{mirostat{2, 1}}.get_if<mirostat>()->tau == 2);
    CHECK(any_draw{mirostat{2, 1}} == any_draw{mirostat{2, 1}});
    CHECK_FALSE(any_draw{mirostat{2, 1}} == any_draw{mirostat{2, 2}});
    CHECK(any_draw{mirostat{-1, 1}}.fault() == mirostat::requirement);
    CHECK(sampler{any_draw{adaptive_p{7, 0}}}.check().sentence == adaptive_p::requirement);
    CHECK(sampler{any_draw{greedy{}}}.check());
    static_assert(has_law<any_draw> && std::is_trivially_copyable_v<any_draw>);
}
