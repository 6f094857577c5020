// Engines to try the checks on: the plain sampler of the example, right, right in other ways, and wrong in one.
#pragma once

#include "catch.hpp"

#include "../../../examples/conformance/bugs.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace doubles {

using namespace argdraw::conformance;

inline const options small{.draws = 20000, .widths = {4000}};

inline engine right() { return plain::walker("right"); }

/// The right engine with its answer to one call replaced: `change` gets that answer, the row, the parameters and the word.
template <class F>
engine with_token(F change) {
    auto e = right();
    e.kept = nullptr;
    e.token = [right = e.token, change](row logits, const parameters& how, std::uint64_t word) mutable -> std::int64_t {
        return change(right(logits, how, word), logits, how, word);
    };
    return e;
}

/// The right engine with its parameters changed before anything is done.
template <class F>
engine with_parameters(F change) {
    auto e = right();
    e.token = [right = e.token, change](row logits, parameters how, std::uint64_t word) {
        change(how, logits);
        return right(logits, how, word);
    };
    e.kept = [right = e.kept, change](row logits, parameters how) {
        change(how, logits);
        return right(logits, how);
    };
    return e;
}

/// The right engine with what it keeps changed: `change` gets the ids in descending order of their logits.
template <class F>
engine with_kept(F change) {
    auto e = right();
    e.kept = [change](row logits, const parameters& how) {
        std::vector<argdraw::token_id> ids;
        for (const auto& t : plain::left(logits, how, {})) ids.push_back(static_cast<argdraw::token_id>(t.id));
        change(ids, logits, how);
        return ids;
    };
    return e;
}

template <class Check>
verdict outcome(Check judge, const engine& e, const options& o = small) {
    return judge(e, o).outcome;
}

/// What a failing check has to say.
inline void must_fail(const check& c) {
    INFO(c.name << ": " << c.note);
    CHECK(c.outcome == verdict::failed);
    CHECK(c.failures > 0);
    CHECK(c.failures <= c.cases);
    CHECK_FALSE(c.smallest.empty());
    if (!c.unit.empty() && c.smallest.find("no token") == std::string::npos) CHECK(c.worst > c.allowed);
}

inline void must_pass(const check& c) {
    INFO(c.name << ": " << c.note << " " << c.smallest);
    CHECK(c.outcome == verdict::passed);
    CHECK(c.failures == 0);
    CHECK(c.cases > 0);
    CHECK(c.worst <= c.allowed);
    CHECK(c.smallest.empty());
}

}  // namespace doubles
