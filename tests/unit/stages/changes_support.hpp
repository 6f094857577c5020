// What the tests of stages that change logits or read the history share.
#pragma once

#include "support.hpp"

#include <argdraw/history/history.hpp>

namespace support {

/// A stage that reads the history, as a plain one: after this prompt and this output.
template <class Stage>
struct after {
    struct context {
        argdraw::history& seen;
        argdraw::history& history() const noexcept { return seen; }
    };

    after(const ids& prompt, const ids& output, const Stage& one) : stage(one) {
        if constexpr (requires { stage.prepare(seen); }) CHECK(stage.prepare(seen) == argdraw::status::ok);
        CHECK(seen.assign(prompt, output) == argdraw::status::ok);
    }

    bool neutral() const noexcept { return stage.neutral(); }
    bool valid() const noexcept { return stage.valid(); }
    template <argdraw::logit_scalar T>
    void operator()(argdraw::candidates<T>& c) const noexcept {
        context given{seen};
        stage(c, given);
    }

    Stage stage;
    mutable argdraw::history seen;
};

/// From here on the candidates are a list and no view.
inline constexpr auto as_list = [](auto& c) { (void)c.survivors(); };

/// The same law, the probabilities to a relative 1e-11.
inline bool alike(const argdraw::distribution_of_row& a, const argdraw::distribution_of_row& b) {
    if (a.why != b.why || a.ids != b.ids) return false;
    for (std::size_t i = 0; i < a.ids.size(); ++i)
        if (!(std::abs(a.probabilities[i] - b.probabilities[i]) <= 1e-11 * b.probabilities[i])) return false;
    return true;
}

/// On wide rows, as a view and as a list, the stage does what `change` does to a row of doubles.
template <class Stage, class F>
void check_on_wide_rows(const Stage& stage, F change) {
    for (const auto& [kind, row] : wide_rows()) {
        CAPTURE(kind);
        std::vector<double> changed(row.begin(), row.end());
        change(changed);
        const auto expected = law_of(changed);
        REQUIRE(expected);
        CHECK(alike(law_of(row, stage), expected));
        CHECK(alike(law_of(row, as_list, stage), expected));
    }
}

/// The law is the same for every scalar, as a view and as a list. The logits must be exact in each of them.
template <class Stage>
void check_scalars(const std::vector<float>& row, const Stage& stage, const std::string& expected) {
    const auto check = [&](const auto& of_scalar) {
        CHECK(law(of_scalar, stage) == expected);
        CHECK(law(of_scalar, as_list, stage) == expected);
    };
    check(row);
    check(std::vector<double>(row.begin(), row.end()));
    std::vector<argdraw::half> halves;
    std::vector<argdraw::bfloat16> brains;
    for (const float l : row) {
        halves.push_back(argdraw::half(l));
        brains.push_back(argdraw::bfloat16(l));
    }
    check(halves);
    check(brains);
}

/// Neutral parameters: the same bits as without the stage.
template <class T, class Stage>
void check_neutral(const std::vector<T>& row, const Stage& stage) {
    CHECK(stage.neutral());
    CHECK(stage.valid());
    const auto with = law_of(row, stage), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
}

/// Parameters outside of their range: the sampler says so before it reads the row.
template <class Stage>
void check_bad(const Stage& stage) {
    CHECK_FALSE(stage.valid());
    const argdraw::sampler pick{stage, argdraw::categorical{}};
    CHECK(pick.check().why == argdraw::status::bad_parameter);
    CHECK(pick.check().sentence == Stage::requirement);
}

/// A stage that is made with a list of exempt ids leaves those as they are, and does to the others what it does without the list.
template <class Make>
void check_exempt(Make with) {
    const std::vector<float> row{2.0f, -1.0f, 0.5f, 1.0f, -0.25f, 3.0f};
    const auto logits_after = [&](const ids& exempt) {
        std::vector<double> seen(row.size());
        const auto look = [&seen](auto& c) {
            c.transform([&](argdraw::token_id id, double l) { return seen[static_cast<std::size_t>(id)] = l; });
        };
        CHECK(law_of(row, after({4, 0, 9, -7}, {0, 2, 1, 2, 3, 3, 4}, with(exempt)), look));
        return seen;
    };
    const ids none;
    const auto changed = logits_after(none);
    CHECK(changed[2] != 0.5);
    for (const ids& exempt : {ids{2}, ids{3, 0, 3}, ids{5}, ids{0, 1, 2, 3, 4, 5}}) {
        auto expected = changed;
        for (const argdraw::token_id id : exempt) expected[static_cast<std::size_t>(id)] = row[static_cast<std::size_t>(id)];
        CHECK(logits_after(exempt) == expected);
    }
    for (const ids& bad : {ids{1, 6}, ids{-1}}) {
        CHECK(law(row, after({}, {1}, with(bad))) == "outside_row");
        CHECK(argdraw::sampler{with(bad), argdraw::categorical{}}.check(6).why == argdraw::status::outside_row);
    }
    const ids two{2}, same{2}, three{3};
    CHECK(with(two).fits(6));
    CHECK(with(two) == with(same));
    CHECK_FALSE(with(two) == with(three));
    CHECK_FALSE(with(two) == with(none));
}

}  // namespace support
