#include "doubles.hpp"

#include <argdraw/conformance.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace doubles;

TEST_CASE("run: every check once, under a name of its own") {
    const report all = run(right(), small);
    INFO(all);
    CHECK(all.passed());
    CHECK(all.engine == "right");
    CHECK(all.checks.size() == 26);
    std::vector<std::string> names;
    for (const check& c : all.checks) names.push_back(c.name);
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    // Independence wants a generator of the engine's own; all else applies.
    CHECK(all.count(verdict::not_applicable) == 1);
    CHECK(all.find("independence")->outcome == verdict::not_applicable);
}

TEST_CASE("run: an engine with its own generator and nothing else is judged by its tokens") {
    const report all = run(plain::racer("own words"), small);
    INFO(all);
    CHECK(all.passed());
    CHECK(all.count(verdict::passed) == 9);
    CHECK_FALSE(run(plain::racer("exponential", bugs::exponential), small).passed());
}

TEST_CASE("run: an engine that can do nothing conforms to nothing") {
    const report none = run({.name = "nothing"}, small);
    CHECK_FALSE(none.passed());
    CHECK(none.count(verdict::not_applicable) == none.checks.size());
}

TEST_CASE("run: two runs of a deterministic engine say the same") { CHECK(run(right(), small).page() == run(right(), small).page()); }
