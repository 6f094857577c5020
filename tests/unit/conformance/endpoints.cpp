#include "doubles.hpp"

using namespace doubles;

namespace {

// The first token at which the running sum reaches the target, where it has to exceed it: at 0 that is the first token of the row.
std::int64_t draw_at_or_beyond(const std::vector<double>& weights, std::uint64_t word) {
    double total = 0, running = 0;
    for (const double w : weights) total += w;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if ((running += weights[i]) >= static_cast<double>(word >> 11) * 0x1p-53 * total) return static_cast<std::int64_t>(i);
    return -1;
}

}  // namespace

TEST_CASE("endpoint words: the right sampler passes, with and without stages") {
    must_pass(checks::endpoint_words(right(), small));
    auto bare = right();
    bare.stages = {};
    must_pass(checks::endpoint_words(bare, small));
}

TEST_CASE("endpoint words: a uniform number that is 1, and a first token without weight") {
    must_fail(checks::endpoint_words(plain::walker("up to 1", {.draw = bugs::draw_up_to_1}), small));
    const auto found = checks::endpoint_words(plain::walker("at or beyond", {.draw = draw_at_or_beyond}), small);
    must_fail(found);
    CHECK(found.smallest.find("token 0, which cannot be drawn, for the word 0") != std::string::npos);
}

TEST_CASE("endpoint words: the middle of all words, a step, and the width itself") {
    must_fail(checks::endpoint_words(
        with_token([](std::int64_t id, row, const parameters&, std::uint64_t word) { return word == std::uint64_t{1} << 63 ? -1 : id; }),
        small));
    const auto past = checks::endpoint_words(with_token([](std::int64_t id, row logits, const parameters&, std::uint64_t word) {
                                                 return word + 1 == 0 ? static_cast<std::int64_t>(logits.size()) : id;
                                             }),
                                             small);
    must_fail(past);
    CHECK(past.smallest.find("outside of the row") != std::string::npos);
}

TEST_CASE("endpoint words: not applicable without words") {
    CHECK(outcome(checks::endpoint_words, plain::racer("own words")) == verdict::not_applicable);
}
