#include "doubles.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

using namespace doubles;

namespace {

bool has_nan(row logits) {
    return std::any_of(logits.begin(), logits.end(), [](float l) { return std::isnan(l); });
}
bool has_infinity(row logits) { return std::find(logits.begin(), logits.end(), std::numeric_limits<float>::infinity()) != logits.end(); }

engine answering(bool (*to)(row), std::int64_t id) {
    return with_token([to, id](std::int64_t right, row logits, const parameters&, std::uint64_t) { return to(logits) ? id : right; });
}

// Weights in float with no maximum subtracted.
std::int64_t unshifted(row logits, const parameters& how, std::uint64_t word) {
    std::vector<double> weights;
    for (const float l : logits) weights.push_back(static_cast<double>(std::exp(l / how.temperature)));
    return plain::draw(weights, word);
}

}  // namespace

TEST_CASE("extremes: right samplers pass, with words or their own") {
    for (const auto& e : {right(), plain::racer("own words")}) {
        must_pass(checks::refusals(e, small));
        must_pass(checks::infinite_logits(e, small));
        must_pass(checks::extreme_logits(e, small));
        must_pass(checks::odd_widths(e, small));
        must_pass(checks::greedy(e, small));
    }
}

TEST_CASE("refusals: a token for a NaN, for nothing alive, and tokens kept of nothing") {
    must_fail(checks::refusals(answering(has_nan, 0), small));
    must_fail(checks::refusals(answering([](row logits) { return logits.empty(); }, 0), small));
    must_fail(checks::refusals(answering(
                                   [](row logits) {
                                       return std::all_of(logits.begin(), logits.end(),
                                                          [](float l) { return l == -std::numeric_limits<float>::infinity(); });
                                   },
                                   0),
                               small));
    const auto kept = checks::refusals(with_kept([](std::vector<argdraw::token_id>& ids, row, const parameters&) {
                                           if (ids.empty()) ids = {0};
                                       }),
                                       small);
    must_fail(kept);
    CHECK(kept.smallest == "an empty row: 1 tokens are kept of a row to refuse");
}

TEST_CASE("refusals: an exception is one, rows outside of the contract are not given") {
    must_pass(checks::refusals(with_token([](std::int64_t id, row logits, const parameters&, std::uint64_t) {
                                   if (has_nan(logits)) throw std::runtime_error("NaN");
                                   return id;
                               }),
                               small));
    bool given = false;
    auto careful = with_token([&](std::int64_t id, row logits, const parameters&, std::uint64_t) {
        given = given || has_nan(logits) || has_infinity(logits) || id < 0;
        return id;
    });
    careful.takes_nan = careful.takes_empty = careful.takes_infinity = false;
    CHECK(outcome(checks::refusals, careful) == verdict::not_applicable);
    CHECK(outcome(checks::infinite_logits, careful) == verdict::not_applicable);
    CHECK(outcome(checks::batches, careful) == verdict::passed);
    must_pass(checks::extreme_logits(careful, small));
    must_pass(checks::odd_widths(careful, small));
    CHECK_FALSE(given);
}

TEST_CASE("infinite logits: refused, or passed over") {
    must_fail(checks::infinite_logits(answering(has_infinity, -1), small));
    must_fail(checks::infinite_logits(answering([](row logits) { return has_infinity(logits) && logits.size() > 1; }, 0), small));
}

TEST_CASE("extreme logits: exponentials that overflow, and a maximum that begins at -1e38") {
    auto overflow = right();
    overflow.token = unshifted;
    overflow.stages = {};
    must_fail(checks::extreme_logits(overflow, small));
    must_fail(checks::extreme_logits(
        answering([](row logits) { return std::all_of(logits.begin(), logits.end(), [](float l) { return l <= -1e38f; }); }, -1), small));
}

TEST_CASE("odd widths: a row of one, a width of 257, padding, a million") {
    must_fail(checks::odd_widths(answering([](row logits) { return logits.size() == 1; }, -1), small));
    must_fail(checks::odd_widths(with_token([](std::int64_t id, row logits, const parameters&, std::uint64_t) {
                                     return logits.size() == 257 ? id % 256 + 300 : id;
                                 }),
                                 small));
    must_fail(checks::odd_widths(answering([](row logits) { return logits.size() == 151936; }, 151643), small));
    must_fail(checks::odd_widths(with_token([](std::int64_t id, row, const parameters&, std::uint64_t) { return id & 0xffff; }), small));
}

TEST_CASE("greedy: another of the equals, and a draw where there should be none") {
    must_fail(checks::greedy(with_token([](std::int64_t id, row logits, const parameters& how, std::uint64_t) {
                                 if (how.temperature != 0 || id < 0) return id;
                                 const auto last = std::max_element(logits.rbegin(), logits.rend());
                                 return static_cast<std::int64_t>(logits.size()) - 1 - (last - logits.rbegin());
                             }),
                             small));
    must_fail(checks::greedy(with_parameters([](parameters& how, row) { how.top_k = how.top_k == 1 ? 2 : how.top_k; }), small));
    auto bare = right();
    bare.stages = {stage::top_p};
    CHECK(outcome(checks::greedy, bare) == verdict::not_applicable);
}
