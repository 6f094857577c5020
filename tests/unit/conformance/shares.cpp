#include "doubles.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

using namespace doubles;

namespace {

// Weights of all tokens of a row, 0 for what is removed.
std::vector<double> weights_of(row logits, const parameters& how) {
    std::vector<double> weights(logits.size());
    for (const auto& t : plain::left(logits, how, {})) weights[t.id] = t.weight;
    return weights;
}

engine drawing(std::int64_t (*draw)(const std::vector<double>&, std::uint64_t)) {
    auto e = right();
    e.token = [draw](row logits, const parameters& how, std::uint64_t word) { return draw(weights_of(logits, how), word); };
    return e;
}

// Right, from the likeliest token down.
std::int64_t sorted_walk(const std::vector<double>& weights, std::uint64_t word) {
    std::vector<std::size_t> ids(weights.size());
    std::iota(ids.begin(), ids.end(), std::size_t{0});
    std::stable_sort(ids.begin(), ids.end(), [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
    std::vector<double> sorted;
    for (const std::size_t id : ids) sorted.push_back(weights[id]);
    const std::int64_t place = plain::draw(sorted, word);
    return place < 0 ? place : static_cast<std::int64_t>(ids[static_cast<std::size_t>(place)]);
}

// Right: a column for each token, and in each column at most one alias (Walker 1974; Vose 1991).
std::int64_t alias(const std::vector<double>& weights, std::uint64_t word) {
    const std::size_t n = weights.size();
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (!(total > 0)) return -1;
    std::vector<double> full(n);
    std::vector<std::size_t> other(n), low, high;
    for (std::size_t i = 0; i < n; ++i) {
        full[i] = weights[i] / total * static_cast<double>(n);
        other[i] = i;
        (full[i] < 1 ? low : high).push_back(i);
    }
    while (!low.empty() && !high.empty()) {
        const std::size_t poor = low.back(), rich = high.back();
        low.pop_back();
        other[poor] = rich;
        full[rich] -= 1 - full[poor];
        if (full[rich] < 1) {
            high.pop_back();
            low.push_back(rich);
        }
    }
    // Rounding may leave poor columns that have no one to share with.
    for (const std::size_t i : low) full[i] = weights[i] > 0 ? 1 : 0;
    const double x = static_cast<double>(word >> 11) * 0x1p-53 * static_cast<double>(n);
    const auto column = static_cast<std::size_t>(x);
    return static_cast<std::int64_t>(x - static_cast<double>(column) < full[column] ? column : other[column]);
}

// The first token gets 3e-5 more than its weight.
std::int64_t first_favoured(const std::vector<double>& weights, std::uint64_t word) {
    auto changed = weights;
    if (!changed.empty()) changed[0] *= 1 + 3e-5;
    return plain::draw(changed, word);
}

// Three in a million of the words are refused.
std::int64_t sometimes_nothing(const std::vector<double>& weights, std::uint64_t word) {
    return word >> 40 == 0x800000 ? -1 : plain::draw(weights, word);
}

}  // namespace

TEST_CASE("shares: right samplers pass, whatever the order of their intervals and with 32 bits of the word") {
    for (const auto draw : {plain::draw, sorted_walk}) {
        must_pass(checks::shares(drawing(draw), small));
        must_pass(checks::temperature_range(drawing(draw), small));
        must_pass(checks::filtered_shares(drawing(draw), small));
        must_pass(checks::tails(drawing(draw), small));
        must_pass(checks::wide_shares(drawing(draw), small));
    }
    // Where tokens come back, frequencies have to do.
    CHECK(outcome(checks::shares, drawing(alias)) == verdict::not_applicable);
    CHECK(outcome(checks::filtered_shares, drawing(alias)) == verdict::not_applicable);
    must_pass(checks::chi_square(drawing(alias), small));
    must_pass(checks::chi_square_filters(drawing(alias), small));
    must_pass(checks::endpoint_words(drawing(alias), small));
    const auto of_32_bits = with_token([token = right().token](std::int64_t, row logits, const parameters& how, std::uint64_t word) {
        return token(logits, how, word >> 32 << 32);
    });
    must_pass(checks::shares(of_32_bits, small));
    must_pass(checks::filtered_shares(of_32_bits, small));
    must_pass(checks::tails(of_32_bits, small));
    must_pass(checks::wide_shares(of_32_bits, small));
}

TEST_CASE("shares: a bias of 3e-5 is found, and words that give nothing") {
    must_fail(checks::shares(drawing(first_favoured), small));
    must_fail(checks::shares(drawing(sometimes_nothing), small));
    CHECK(checks::shares(drawing(first_favoured), small).worst == Approx(3e-5).margin(2e-5));
}

TEST_CASE("shares: words hashed in rows wider than the one that is tried first") {
    const auto found = checks::shares(with_token([](std::int64_t id, row logits, const parameters&, std::uint64_t word) {
                                          if (logits.size() <= 8) return id;
                                          return static_cast<std::int64_t>(argdraw::philox{.seed = word}() % logits.size());
                                      }),
                                      small);
    must_fail(found);
    CHECK(found.smallest.find(": the tokens are no intervals of the word") != std::string::npos);
}

TEST_CASE("temperature range: one that is clamped, ignored, or divides in float") {
    must_fail(checks::temperature_range(bugs::with_clamped_temperature("clamped"), small));
    must_fail(checks::temperature_range(with_parameters([](parameters& how, row) { how.temperature = 1; }), small));
    must_fail(checks::temperature_range(with_parameters([](parameters& how, row) { how.temperature = std::max(how.temperature, 1e-30f); }),
                                        small));
}

TEST_CASE("shares after filters: a shorter nucleus, and a filter that does nothing") {
    const auto found = checks::filtered_shares(plain::walker("crossing", {.nucleus = bugs::nucleus_without_crossing}), small);
    must_fail(found);
    CHECK(found.smallest == "weights 5 3 2, top_p 0.65: token 1 has a share of 0, its probability is 0.375");
    must_fail(checks::filtered_shares(plain::walker("prefilter", {.nucleus = bugs::nucleus_of_64}), small));
    must_fail(checks::filtered_shares(with_parameters([](parameters& how, row) { how.min_p = 0; }), small));
    must_fail(checks::filtered_shares(with_parameters([](parameters& how, row) { how.top_k = 0; }), small));
}

TEST_CASE("shares in wide rows: sums in float and 24 bits") {
    must_fail(checks::wide_shares(drawing(bugs::draw_of_24_bits), {.widths = {32000}}));
    must_fail(checks::wide_shares(drawing(bugs::draw_in_float), {.widths = {32000}}));
    must_fail(checks::wide_shares(drawing([](const std::vector<double>&, std::uint64_t) { return std::int64_t{1} << 40; }), small));
    // Twice the share: the interval does not end where it is looked for.
    must_fail(checks::wide_shares(with_token([](std::int64_t id, row, const parameters&, std::uint64_t) { return id / 2 * 2; }), small));
}

TEST_CASE("tails: 24 bits, and how deep what is right goes") {
    must_fail(checks::tails(drawing(bugs::draw_of_24_bits), small));
    CHECK(checks::tails(right(), small).note == "right down to 2^-50");
    const auto of_32_bits = with_token([token = right().token](std::int64_t, row logits, const parameters& how, std::uint64_t word) {
        return token(logits, how, word >> 32 << 32);
    });
    CHECK(checks::tails(of_32_bits, small).note == "right down to 2^-26");
}

TEST_CASE("shares: not applicable without words or stages") {
    const auto own = plain::racer("own words");
    for (const auto judge : {checks::shares, checks::temperature_range, checks::filtered_shares, checks::wide_shares, checks::tails})
        CHECK(outcome(judge, own) == verdict::not_applicable);
    auto bare = right();
    bare.stages = {};
    CHECK(outcome(checks::temperature_range, bare) == verdict::not_applicable);
    CHECK(outcome(checks::filtered_shares, bare) == verdict::not_applicable);
    must_pass(checks::shares(bare, small));
    CHECK(checks::wide_shares(right(), {.widths = {}}).outcome == verdict::not_applicable);
}
