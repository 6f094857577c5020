#include "catch.hpp"

#include <argdraw/sampler/concepts.hpp>
#include <argdraw/draws/categorical.hpp>
#include <argdraw/draws/greedy.hpp>
#include <argdraw/stages/temperature.hpp>

using namespace argdraw;

namespace {

struct throws_words_away {
    template <logit_scalar T, class Words>
    drawn operator()(candidates<T>& c, Words&) const noexcept {
        return c.draw_first();
    }
};

struct needs_no_const {
    template <logit_scalar T>
    void operator()(candidates<T>&) noexcept {}
};

struct returns_something_else {
    template <logit_scalar T>
    bool operator()(candidates<T>&) const noexcept {
        return true;
    }
};

}  // namespace

TEST_CASE("concepts: the return type tells a draw from a stage") {
    CHECK(stage<temperature>);
    CHECK_FALSE(draw<temperature>);
    CHECK(deterministic_draw<greedy>);
    CHECK(random_draw<categorical>);
    CHECK_FALSE(stage<greedy>);
    CHECK_FALSE(stage<categorical>);
    CHECK(random_draw<throws_words_away>);
    const auto act = [](auto& c) { c.scale(2); };
    const auto end = [](auto& c) { return c.draw_first(); };
    CHECK(stage<decltype(act)>);
    CHECK(deterministic_draw<decltype(end)>);
    CHECK_FALSE(stage<needs_no_const>);
    CHECK_FALSE(stage<returns_something_else>);
    CHECK_FALSE(draw<returns_something_else>);
    CHECK_FALSE(stage<float>);
    CHECK_FALSE(stage<int>);
}

TEST_CASE("concepts: one scalar is enough") {
    const auto only_doubles = [](candidates<double>&) {};
    const auto only_halves = [](candidates<argdraw::half>& c) { return c.draw_first(); };
    CHECK(stage<decltype(only_doubles)>);
    CHECK(deterministic_draw<decltype(only_halves)>);
}

TEST_CASE("concepts: what a stage may say of itself") {
    CHECK(has_neutral<temperature>);
    CHECK(has_valid<temperature>);
    CHECK(has_requirement<temperature>);
    CHECK_FALSE(has_neutral<greedy>);
    CHECK_FALSE(has_valid<greedy>);
    CHECK_FALSE(has_requirement<greedy>);
}
