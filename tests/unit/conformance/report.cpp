#include "doubles.hpp"

#include <sstream>

using namespace doubles;

namespace {

report two_of_three() {
    detail::tally good("shares", promise::distribution, "relative error", 1e-5);
    good.add(true, 2e-8, 3, [] { return std::string("never asked for"); });
    detail::tally bad("top_p crossing token", promise::filters, "tokens wrong, at most", 0);
    bad.add(true, 0, 2, [] { return std::string("never asked for"); });
    bad.add(false, 4, 16, [] { return std::string("sixteen"); });
    bad.add(false, 1, 3, [] { return std::string("three"); });
    bad.add(false, 1, 9, [] { return std::string("nine"); });
    return {"mine", {good.done(), bad.done("a note"), detail::tally("batch", promise::invariance).not_applicable("no batch callback")}};
}

}  // namespace

TEST_CASE("report page: what passed, what failed, by how much, and the smallest case") {
    const report r = two_of_three();
    std::ostringstream out;
    out << r;
    CHECK(out.str() == r.page());
    CHECK(r.page() ==
          "mine: does not conform (1 passed, 1 failed, 1 not applicable)\n"
          "  passed  P7   shares                1 case; relative error 2e-08 (1e-05 allowed)\n"
          "  FAILED  P6   top_p crossing token  3 of 4 fail; tokens wrong, at most 4 (0 allowed); a note\n"
          "               e.g. three\n"
          "     -    P8   batch                 no batch callback\n"
          "  P6: filters keep what their definition keeps; one token where |mass - p| <= 1e-7 or |p_i/cut - 1| <= 1e-6\n");
}

TEST_CASE("report passed: nothing failed and something passed") {
    report r = two_of_three();
    CHECK_FALSE(r.passed());
    CHECK(r.count(verdict::failed) == 1);
    CHECK(r.find("shares")->worst == 2e-8);
    CHECK(r.find("top_p crossing token")->smallest == "three");
    CHECK(r.find("no such check") == nullptr);
    r.checks.erase(r.checks.begin() + 1);
    CHECK(r.passed());
    CHECK(r.page().find("mine: conforms (1 passed, 0 failed, 1 not applicable)\n") == 0);
    r.checks.erase(r.checks.begin());
    CHECK_FALSE(r.passed());
    CHECK(r.page().find("mine: nothing could be checked") == 0);
}

TEST_CASE("report tally: without a case nothing passed") {
    CHECK(detail::tally("shares", promise::distribution).done().outcome == verdict::not_applicable);
}

TEST_CASE("report sentences: every promise that a check belongs to has one") {
    for (const promise p : {promise::living_token, promise::total, promise::greedy, promise::temperature, promise::filters,
                            promise::distribution, promise::invariance, promise::statistics})
        CHECK_FALSE(sentence(p).empty());
    CHECK(sentence(static_cast<promise>(3)).empty());  // P3 is of several rows, which no check draws together
}

TEST_CASE("report numbers: floats in as few digits as give them back") {
    CHECK(detail::describe(parameters{}) == "");
    CHECK(detail::describe({.temperature = 0.7f, .top_k = 40, .top_p = 0.95f, .min_p = 0.05f}) ==
          ", temperature 0.7, top_k 40, top_p 0.95, min_p 0.05");
    CHECK(detail::shortest(std::nextafter(1.0f, 0.0f)) == "0.99999994");
    CHECK(detail::shortest(1e-45f) == "1e-45");
}
