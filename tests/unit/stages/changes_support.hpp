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

}  // namespace support
