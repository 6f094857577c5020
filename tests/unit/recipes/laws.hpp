// laws — what a recipe's pipeline makes of a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/recipes/made.hpp>

#include "catch.hpp"

using token_ids = std::vector<argdraw::token_id>;
using floats = std::vector<float>;

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float nan_float = std::numeric_limits<float>::quiet_NaN();

/// A text before the token that is asked for.
struct before {
    token_ids prompt = {};
    token_ids output = {};
};

inline argdraw::distribution_of_row law(const argdraw::recipes::made& made, const floats& row, const before& text = {}) {
    REQUIRE(made.wrong.sentence == "");
    const auto seq = made.pick.start({.seed = 7, .prompt = text.prompt, .output = text.output});
    return made.pick.distribution(row, seq);
}

/// The ids that may be drawn.
inline token_ids kept(const argdraw::recipes::made& made, const floats& row, const before& text = {}) {
    const auto found = law(made, row, text);
    REQUIRE(found.why == argdraw::status::ok);
    return found.ids;
}

/// The recipe's pipeline as text, or what is wrong with it.
template <class R>
std::string outcome(const R& recipe) {
    const argdraw::recipes::made made = recipe.make();
    return made ? made.text() : made.wrong.sentence;
}

/// Numbers at and around the edges of what engines take, and others.
struct random_values {
    std::mt19937_64 random;

    std::size_t below(std::size_t n) { return random() % n; }
    float number() {
        static constexpr float some[]{0, 1, 0.5f, -1, 0.95f, 0.05f, 1.5f, 2, 100, -0.0f, 1e-6f, 1e-45f, 0.99f, -100, 0.01f};
        if (below(3)) return some[below(std::size(some))];
        return static_cast<float>(static_cast<std::int64_t>(below(4001)) - 2000) / 1000.0f;
    }
    void fill(float& out) { out = number(); }
    void fill(bool& out) { out = below(2) == 0; }
    void fill(int& out) { out = static_cast<int>(below(70)) - 2; }
    void fill(std::uint32_t& out) { out = static_cast<std::uint32_t>(random()); }
    void fill(argdraw::token_bias& out) { out = {static_cast<argdraw::token_id>(below(50)), number()}; }
    void fill(std::int64_t& out) { out = static_cast<std::int64_t>(random()); }
    template <class T>
        requires requires(T t) { t.sequence; }
    void fill(T& out) {
        fill(out.sequence);
        fill(out.b);
    }
    template <class T>
        requires requires(T t) { t.factor; }
    void fill(T& out) {
        fill(out.start);
        fill(out.factor);
    }
    template <class T>
    void fill(std::optional<T>& out) {
        out.reset();
        if (below(2)) fill(out.emplace());
    }
    template <class T>
    void fill(std::vector<T>& out) {
        out.resize(below(4));
        for (T& each : out) fill(each);
    }
    template <class T>
        requires std::is_enum_v<T>
    void fill(T& out) {
        out = argdraw::text::words_for<T>::all[below(argdraw::text::words_for<T>::all.size())].second;
    }
};

/// Some parameters of a recipe changed, others as they are.
template <class R>
R random_recipe(random_values& values) {
    R recipe;
    const std::size_t share = 2 + values.below(8);
    R::fields(recipe, [&](const argdraw::recipes::field&, auto& member) {
        if (values.below(share) == 0) values.fill(member);
    });
    return recipe;
}

/// Stage for stage, and the draw.
inline bool same(const argdraw::pipeline& a, const argdraw::pipeline& b) {
    if (a.get<0>().size() != b.get<0>().size() || !(a.get<1>() == b.get<1>())) return false;
    for (std::size_t i = 0; i < a.get<0>().size(); ++i)
        if (!(a.get<0>()[i] == b.get<0>()[i])) return false;
    return true;
}

/// Random recipes make a pipeline that its text gives back, and that draws, or name what is wrong. Returns how many made one.
template <class R>
int random_recipes(int count) {
    random_values values{std::mt19937_64(11)};
    const floats row{0.5f, 1, 1, -2, 3, 0.25f, -infinity, 2, 2, 0};
    floats wide(128);
    for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = row[i % row.size()];
    int made_ones = 0;
    for (int i = 0; i < count; ++i) {
        const R recipe = random_recipe<R>(values);
        const argdraw::recipes::made made = recipe.make();
        if (!made) {
            REQUIRE(made.wrong.why == argdraw::status::bad_parameter);
            REQUIRE(!made.wrong.sentence.empty());
            continue;
        }
        const argdraw::parsed again = argdraw::parse(made.text());
        INFO(made.text());
        REQUIRE(again.error.sentence == "");
        REQUIRE(same(again.pick, made.pick));
        auto seq = made.pick.start({.prompt = token_ids{1, 2, 1, 2, 3}, .output = token_ids{1, 2}});
        const argdraw::status why = made.pick(wide, seq).why;
        REQUIRE((why == argdraw::status::ok || why == argdraw::status::empty));
        ++made_ones;
    }
    return made_ones;
}
