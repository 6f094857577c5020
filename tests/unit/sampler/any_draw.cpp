// any_draw: the same tokens as the pipeline with the draw written out.
#include "catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

std::vector<float> row_of(std::size_t width, std::uint64_t seed) {
    std::vector<float> row(width);
    philox random{.seed = seed};
    for (float& l : row) {
        l = static_cast<float>(8 * unit(random.word(purpose::token)) - 4);
        ++random.position;
    }
    return row;
}

template <class D, class T>
void same_on(const D& draw, const std::vector<T>& row) {
    const sampler written{top_k{50}, draw};
    const sampler chosen{top_k{50}, any_draw(draw)};
    CHECK(chosen.check().why == written.check().why);
    auto a = written.start({.seed = 3});
    auto b = chosen.start({.seed = 3});
    for (int step = 0; step < 40; ++step) {
        const auto law = written.distribution(row, a), same_law = chosen.distribution(row, b);
        CHECK(law.ids == same_law.ids);
        CHECK(law.probabilities == same_law.probabilities);
        const drawn x = written(row, a), y = chosen(row, b);
        CHECK(x.id == y.id);
        CHECK(x.logprob == y.logprob);
        if (step % 5 == 4) {
            CHECK(a.rollback(2) == status::ok);
            CHECK(b.rollback(2) == status::ok);
            b = chosen.resume(b.bytes());
        } else {
            CHECK(a.accept(x.id) == status::ok);
            CHECK(b.accept(y.id) == status::ok);
        }
    }
}

template <class D>
void same(const D& draw) {
    const auto row = row_of(700, 5);
    same_on(draw, row);
    same_on(draw, std::vector<double>(row.begin(), row.end()));
    std::vector<argdraw::half> halves;
    std::vector<bfloat16> brains;
    for (const float l : row) {
        halves.push_back(argdraw::half(l));
        brains.push_back(bfloat16(l));
    }
    same_on(draw, halves);
    same_on(draw, brains);
}

struct last_token {
    static constexpr bool reads_history = true;

    template <logit_scalar T, class Context>
    void narrow(candidates<T>& c, Context& context) const noexcept {
        const auto said = context.history().output();
        if (!said.empty()) c.allow_only(said.last(1));
    }
    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        narrow(c, context);
        return c.draw_first();
    }
};

}  // namespace

TEST_CASE("any_draw formula: the tokens, laws and states of the pipeline written out") {
    same(categorical{});
    same(greedy{});
    same(gumbel{});
    same(mirostat{3.0f, 0.1f});
    same(mirostat_v1{3.0f, 0.1f, 20});
    same(adaptive_p{0.3f, 0.8f});
}

TEST_CASE("any_draw formula: without_replacement writes to the same memory") {
    std::array<drawn, 4> a, b;
    const auto row = row_of(300, 9);
    philox random{.seed = 4}, again = random;
    const drawn x = sampler{without_replacement{a}}(row, random);
    const drawn y = sampler{any_draw(without_replacement{b})}(row, again);
    CHECK(x.id == y.id);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].id == b[i].id);
}

TEST_CASE("any_draw range: what the draw wants is what check() says") {
    const sampler wrong{any_draw(mirostat{-1.0f, 0.1f})};
    CHECK(wrong.check().why == status::bad_parameter);
    CHECK(wrong.check().sentence == mirostat::requirement);
    CHECK(sampler{any_draw(adaptive_p{2.0f})}.check().sentence == adaptive_p::requirement);
}

TEST_CASE("any_draw random: with a bare generator, as the draw written out; one that keeps a state is refused") {
    const auto row = row_of(100, 2);
    philox random{.seed = 8}, again = random;
    for (int i = 0; i < 20; ++i)
        CHECK(sampler{top_p{0.9f}, any_draw(categorical{})}(row, random).id == sampler{top_p{0.9f}, categorical{}}(row, again).id);
    CHECK(random.position == 20);
    CHECK(sampler{any_draw(mirostat{})}(row, random).why == status::no_sequence);
    CHECK(sampler{any_draw(last_token{})}(row, random).why == status::no_sequence);
    CHECK(sampler{any_draw(mirostat{})}.distribution(row, random).why == status::no_sequence);
    CHECK(random.position == 20);
    // Without words a law is known, and no token.
    CHECK(sampler{any_draw(greedy{})}.distribution(row).ids.size() == 1);
}

TEST_CASE("any_draw: a draw of one's own, with the history") {
    const auto row = row_of(100, 2);
    const sampler pick{any_draw(last_token{})};
    auto seq = pick.start();
    CHECK(seq.accept(17) == status::ok);
    CHECK(pick(row, seq).id == 17);
    CHECK(pick.distribution(row, seq).ids == std::vector<token_id>{17});
}

TEST_CASE("any_draw: a plain value that knows what it holds") {
    STATIC_REQUIRE(std::is_trivially_copyable_v<any_draw>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<sampler<chain, any_draw>>);
    STATIC_REQUIRE(!std::is_constructible_v<any_draw, top_k> && !std::is_constructible_v<any_draw, int>);
    STATIC_REQUIRE(!needs_sequence<any_draw> && random_draw<any_draw> && has_law<any_draw>);
    any_draw draw = mirostat{.tau = 2.0f};
    CHECK(draw.get_if<mirostat>()->tau == 2.0f);
    CHECK(draw.get_if<greedy>() == nullptr);
    draw = greedy{};
    CHECK(draw.get_if<greedy>() != nullptr);
    CHECK(any_draw().get_if<categorical>());
    CHECK(any_draw{mirostat{2, 1}} == any_draw{mirostat{2, 1}});
    CHECK_FALSE(any_draw{mirostat{2, 1}} == any_draw{mirostat{2, 2}});
    CHECK_FALSE(any_draw{mirostat{2, 1}} == any_draw{greedy{}});
    CHECK(sampler{any_draw{mirostat{}}}.learns());
    CHECK_FALSE(sampler{any_draw{greedy{}}}.learns());
    CHECK(sampler{any_draw{adaptive_p{}}}.learns());
}

TEST_CASE("any_draw: for one format") {
    using float_draw = any_draw_for<float>;
    const auto row = row_of(100, 2);
    philox random{.seed = 8}, again = random;
    CHECK(sampler{chain_for<float>{top_k{5}}, float_draw(categorical{})}(row, random).id ==
          sampler{top_k{5}, categorical{}}(row, again).id);
}
