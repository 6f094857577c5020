// Filters: which tokens stay.
#include "support.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cmath>
#include <functional>
#include <random>

using namespace argdraw;
using namespace support;

namespace {

// exp(l - max) in long double, in the order; what stays of a row is judged by their sums.
std::vector<long double> ordered_weights(const floats& row) {
    std::vector<long double> weights;
    const auto order = in_order(row);
    for (const token_id id : order)
        weights.push_back(std::exp(static_cast<long double>(row[static_cast<std::size_t>(id)]) -
                                   static_cast<long double>(row[static_cast<std::size_t>(order[0])])));
    return weights;
}

struct nucleus {
    std::size_t size = 0;
    bool at_the_edge = false;  // the mass is within 1e-7 of p before or at the crossing token
};

nucleus nucleus_of(const floats& row, double p) {
    const auto weights = ordered_weights(row);
    long double total = 0, sum = 0;
    for (const long double w : weights) total += w;
    nucleus found;
    while (found.size < weights.size() && (found.size == 0 || sum / total < static_cast<long double>(p))) {
        sum += weights[found.size++];
        found.at_the_edge |= std::abs(sum / total - static_cast<long double>(p)) <= 1e-7L;
    }
    return found;
}

floats random_row(std::mt19937& random, std::size_t width) {
    floats row(width);
    for (auto& l : row) l = random() % 16 == 0 ? -infinity : static_cast<float>(random() % 8192) * 1e-3f;
    row[random() % width] = 9;
    return row;
}

float unit_float(std::mt19937& random) { return static_cast<float>(random() >> 8) * 0x1p-24f; }

const stages filters_without_floor{top_k{1, 0}, top_p{0.0f, 0}, min_p{1.0f, 0}};

}  // namespace

TEST_CASE("C1: sixteen equals: p = j/16 keeps j of them, the next float above j + 1") {
    const floats row(16, 0.0f);  // of weight 1, so that every sum is exact
    for (int j = 1; j <= 16; ++j) {
        const float p = static_cast<float>(j) / 16;
        CAPTURE(j);
        CHECK(law_after(row, {top_p{p}}).ids == first_ids(static_cast<std::size_t>(j)));
        CHECK(law_after(row, {top_p{std::nextafter(p, 2.0f)}}).ids == first_ids(static_cast<std::size_t>(std::min(j + 1, 16))));
        CHECK(law_after(row, {top_p{std::nextafter(p, 0.0f)}}).ids == first_ids(static_cast<std::size_t>(j)));
    }
}

TEST_CASE("C2: the token that crosses p stays, so that the nucleus has at least p") {
    CHECK(law_after(weighing({50, 30, 20}), {top_p{0.6f}}).ids == ids{0, 1});
    CHECK(law_after(weighing({90, 10}), {top_p{0.5f}}).ids == ids{0});
    std::mt19937 random(2);
    for (int i = 0; i < 300; ++i) {
        const floats row = random_row(random, 2 + random() % 600);
        const float p = unit_float(random);
        const nucleus expected = nucleus_of(row, static_cast<double>(p));
        const auto kept = law_after(row, {top_p{p}}).ids;
        CAPTURE(i, p, row.size());
        if (!expected.at_the_edge) CHECK(kept == prefix(in_order(row), expected.size));
    }
}

TEST_CASE("C3: top_p of 0, or of next to nothing, keeps exactly the arg-max") {
    for (const float p : {0.0f, smallest, 1e-30f}) {
        CHECK(said_after(floats{1, 3, 2}, {top_p{p}}) == "1:1");
        CHECK(said_after(floats(1000, 0.5f), {top_p{p}}) == "0:1");
    }
}

TEST_CASE("C4: a top_p so small that 1 - p is 1 still keeps the arg-max alone") {
    floats row(5000, 1.0f);
    row[4321] = 1.5f;
    for (const float p : {1e-8f, 1e-7f, 5e-8f, 1e-5f, 1e-4f}) CHECK(said_after(row, {top_p{p}}) == "4321:1");
}

TEST_CASE("C5: a mass is one of what earlier filters left") {
    const floats row = weighing({40, 30, 20, 10});
    CHECK(law_after(row, {top_k{2}, top_p{0.5f}}).ids == ids{0});     // 4/7
    CHECK(law_after(row, {top_p{0.5f}, top_k{2}}).ids == ids{0, 1});  // .4 + .3
    CHECK(law_after(row, {top_k{1}, top_p{0.8f}}).ids == ids{0});
    CHECK(law_after(row, {top_p{0.8f}, top_k{1}}).ids == ids{0});
    CHECK(law_after(row, {top_k{3}, min_p{0.5f}, top_p{0.6f}}).ids == ids{0, 1});  // 4/9, 7/9
}

TEST_CASE("C6: the largest p below 1 on 50 257 equals keeps them all and nothing beyond") {
    const floats row(50257, 0.0f);
    const float p = std::nextafter(1.0f, 0.0f);  // (1 - 2^-24) 50257 is 50256.997
    const auto law = law_after(row, {top_p{p}});
    CHECK(law.ids == first_ids(50257));
    CHECK(draw_after(row, {top_p{p}}, last_word).id == 50256);
}

TEST_CASE("C7: 200 000 draws through random filters: every id is one of the row, and lives") {
    std::mt19937 random(7);
    int wrong = 0;
    for (int i = 0; i < 2000; ++i) {
        const floats row = random_row(random, 1 + random() % 300);
        const stages some{temperature{2 * unit_float(random)}, top_p{unit_float(random)}, top_k{static_cast<int>(random() % 50)},
                          min_p{unit_float(random) / 8}};
        philox words{.seed = 7, .sequence = random()};
        for (int j = 0; j < 100; ++j) {
            const drawn token = draw_after(row, some, words);
            wrong += !token || token.id < 0 || static_cast<std::size_t>(token.id) >= row.size() ||
                     !(row[static_cast<std::size_t>(token.id)] > -infinity);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("C8: on a flat row of 131 072 half the mass is half the tokens, of bfloat16 too") {
    CHECK(law_after(floats(131072, 0.0f), {top_p{0.5f}}).ids.size() == 65536);
    const std::vector<argdraw::bfloat16> narrow(131072, argdraw::bfloat16(0.0f));
    const auto law = sampler{top_p{0.5f}, categorical{}}.distribution(narrow);
    CHECK(law.ids.size() == 65536);
    CHECK(law.probabilities.back() == 1.0 / 65536);
}

TEST_CASE("C9: a small top_p on a flat row is counted exactly") {
    // .001f is a little above .001: 131.072 006 tokens of 131 072, 65.536 003 of 65 536.
    CHECK(law_after(floats(131072, 0.0f), {top_p{0.001f}}).ids.size() == 132);
    CHECK(law_after(floats(65536, 0.0f), {top_p{0.001f}}).ids.size() == 66);
    CHECK(law_after(floats(131072, 0.0f), {top_p{1e-5f}}).ids.size() == 2);
}

TEST_CASE("C10: on 2000 rows of 500 the mass kept reaches p, and without its last token it does not") {
    std::mt19937 random(10);
    int edges = 0, wrong = 0;
    for (int i = 0; i < 2000; ++i) {
        const floats row = random_row(random, 500);
        const float p = i % 2 ? 0.9f : unit_float(random);
        const nucleus expected = nucleus_of(row, static_cast<double>(p));
        edges += expected.at_the_edge;
        wrong += !expected.at_the_edge && law_after(row, {top_p{p}}).ids.size() != expected.size;
    }
    CHECK(wrong == 0);
    CHECK(edges < 20);
}

TEST_CASE("C11: exactly k, with ties at the edge") {
    CHECK(law_after(weighing({4, 3, 3, 0}), {top_k{2}}).ids == ids{0, 1});
    CHECK(law_after(weighing({3, 3, 4, 3}), {top_k{2}}).ids == ids{0, 2});
    CHECK(law_after(weighing({4, 3, 3, 0}), {top_p{0.5f}}).ids == ids{0, 1});
    CHECK(law_after(floats(100000, 1.0f), {top_k{777}}).ids == first_ids(777));
}

TEST_CASE("C12: rows on which a search could stand still are done with, and rightly") {
    std::vector<floats> rows{floats(4096, 0.0f), floats(4096, smallest), floats(4096, -3e38f)};
    floats neighbours(4096), two_valued(4096);
    for (std::size_t i = 0; i < 4096; ++i) {
        neighbours[i] = std::bit_cast<float>(0x3f800000u + static_cast<std::uint32_t>((i * 1009) % 4096));
        two_valued[i] = i % 2 ? 1.0f : std::nextafter(1.0f, 2.0f);
    }
    rows.push_back(neighbours);
    rows.push_back(two_valued);
    for (const floats& row : rows)
        for (const int k : {1, 2, 255, 2048, 2049, 4095})
            CHECK(law_after(row, {top_k{k}}).ids == prefix(in_order(row), static_cast<std::size_t>(k)));
    for (const floats& row : {rows[0], rows[1], rows[2]})
        for (const float p : {0.25f, 0.5f, 0.75f}) CHECK(law_after(row, {top_p{p}}).ids == first_ids(static_cast<std::size_t>(p * 4096)));
    CHECK(law_after(two_valued, {min_p{1.0f}}).ids.size() == 2048);
}

TEST_CASE("C13: every one of 4096 evenly spaced words gets the token it belongs to, and no k-th one for want of another") {
    const stages three{top_k{3}};
    int counts[5] = {};
    for (std::uint64_t j = 0; j < 4096; ++j) ++counts[draw_after(weighing({1, 4, 8, 2, 4}), three, j << 52).id];
    CHECK(counts[0] == 0);
    CHECK(std::abs(counts[1] - 1024) <= 1);
    CHECK(std::abs(counts[2] - 2048) <= 1);
    CHECK(counts[3] == 0);
    CHECK(std::abs(counts[4] - 1024) <= 1);
}

TEST_CASE("C14: top_k of 0 leaves the whole law as it was") {
    const floats row = weighing({1, 2, 3, 4});
    CHECK(said_after(row, {top_k{0}}) == "0:0.1 1:0.2 2:0.3 3:0.4");
    int zeros = 0;
    for (std::uint64_t j = 0; j < 1000; ++j) zeros += draw_after(row, {top_k{0}}, j * (last_word / 1000)).id == 0;
    CHECK(std::abs(zeros - 100) <= 1);
}

TEST_CASE("C15: a k beyond the vocabulary keeps everything there is; a negative one is refused") {
    for (const std::size_t width : {std::size_t{1}, std::size_t{3}, block, std::size_t{300}}) {
        const floats row(width, 1.0f);
        for (const int k : {static_cast<int>(width), static_cast<int>(width) + 1, 1 << 30, INT_MAX}) {
            CHECK(law_after(row, {top_k{k}}).ids == first_ids(width));
            CHECK(law_after(row, {top_k{k}, top_k{k}}).ids == first_ids(width));
        }
    }
    CHECK(said_after(floats{1, 2}, {top_k{-1}}) == "bad_parameter");
    CHECK(said_after(floats{1, 2}, {top_k{INT_MIN}}) == "bad_parameter");
}

TEST_CASE("C16: ties at the k-th value: exactly k by default, all of them where that is asked for") {
    const floats row{1, 4, 4, 4};
    CHECK(law_after(row, {top_k{2}}).ids == ids{1, 2});
    CHECK(law_after(row, {top_k{2, 1, ties::all}}).ids == ids{1, 2, 3});
    CHECK(law_after(row, {top_k{4}}).ids == ids{0, 1, 2, 3});
}

TEST_CASE("C17: what a stage leaves is a set: ids ascend, none twice, none that was not there") {
    std::mt19937 random(17);
    for (int i = 0; i < 20; ++i) {
        const floats row = random_row(random, 40 + random() % 600), flat(row.size(), 1.0f);
        for (const chained& stage : every_stage(flat)) {
            const auto law = law_after(row, {stage}, {3, 4, 3}, {3, 4, 5});
            CAPTURE(i, text_of(stage));
            REQUIRE(law);
            CHECK(std::is_sorted(law.ids.begin(), law.ids.end(), std::less_equal<>()));
            CHECK(std::all_of(law.ids.begin(), law.ids.end(), [&](token_id id) { return row[static_cast<std::size_t>(id)] > -infinity; }));
        }
    }
}

TEST_CASE("C18: logits beyond every integer come first, not last") {
    for (const float large : {3.4e8f, 1e9f, 2.2e9f, 1e19f, 3e38f, infinity}) {
        floats row(1000);
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 100);
        row[637] = large;
        CAPTURE(large);
        CHECK(law_after(row, {top_k{500}, top_k{1}}).ids == ids{637});
        CHECK(said_after(row, {top_k{500}, min_p{0.5f}}) == "637:1");
        CHECK(greedy_of(row).id == 637);
        CHECK(draw_after(row, {top_p{0.9f}}, last_word).id == 637);
    }
}

TEST_CASE("C19: two equals in a nucleus of .8 have a half each; the arg-max gets no more than that") {
    CHECK(said_after(floats{1, 1}, {top_p{0.8f}}) == "0:0.5 1:0.5");
    int first = 0;
    philox random{.seed = 19};
    for (int i = 0; i < 20000; ++i) first += draw_after(floats{1, 1}, {top_p{0.8f}}, random).id == 0;
    CHECK(std::abs(first - 10000) < 5 * 71);  // five standard deviations; 1/.8 would be 12 500
}

TEST_CASE("C20: top_p of 0 with a NaN is a status, and the greatest word stays in the nucleus") {
    CHECK(draw_after(floats{1, not_a_number, 2}, {top_p{0.0f}}, last_word).why == status::nan_logit);
    CHECK(draw_after(floats{1, 3, 2}, {top_p{0.0f}}, last_word).id == 1);
    for (const float p : {0.1f, 0.3f, 0.6f, 0.95f, 0.9999999f}) {
        const auto kept = law_after(weighing({1, 3, 2, 4, 0}), {top_p{p}}).ids;
        CHECK(draw_after(weighing({1, 3, 2, 4, 0}), {top_p{p}}, last_word).id == kept.back());
        CHECK(draw_after(weighing({1, 3, 2, 4, 0}), {top_p{p}}, 0).id == kept.front());
    }
}

TEST_CASE("C21: the nucleus of a wide row is no superset: it is the shortest prefix that reaches p") {
    for (const auto& each : wide_rows()) {
        if (each.logits.size() != 32000 || each.kind.starts_with("flat")) continue;
        for (const float p : {0.3f, 0.9f, 0.99f}) {
            const nucleus expected = nucleus_of(each.logits, static_cast<double>(p));
            CAPTURE(each.kind, p);
            if (!expected.at_the_edge) CHECK(law_after(each.logits, {top_p{p}}).ids == prefix(in_order(each.logits), expected.size));
        }
    }
}

TEST_CASE("C22: without a floor to what is kept, the strictest filter still keeps the first token") {
    const floats row = weighing({2, 9, 5, 1, 9});
    CHECK(law_after(row, filters_without_floor).ids == ids{1});
    CHECK(law_after(row, {top_p{0.0f, 0}}).ids == ids{1});
    CHECK(law_after(row, {top_n_sigma{smallest, 0}}).ids == ids{1, 4});
    CHECK(law_after(row, {epsilon_cutoff{0.999f, 0}}).ids == ids{1});
    CHECK(law_after(row, {eta_cutoff{0.999f, 0}}).ids == ids{1, 4});
    CHECK(law_after(row, {tail_free{0.0f, 0}}).ids.size() >= 1);
    CHECK(law_after(row, {top_a{1.0f, 0}}).ids.front() <= 1);
    CHECK(law_after(row, {typical{smallest, 0}}).ids.size() == 1);
    CHECK(law_after(row, {top_h{smallest, 0}}).ids == ids{1});
    CHECK(law_after(row, {min_k{0.0f, 0}}).ids == ids{1, 2, 4});  // (ln 5 - ln 2) / 3 is the steepest drop
    CHECK(law_after(row, {p_less{0}}).ids == ids{1, 4});
    CHECK(law_after(row, {p_less_norm{0}}).ids == ids{1, 2, 4});
    CHECK(law_after(floats{1}, {top_k{1, 0}, top_p{0.0f, 0}, typical{smallest, 0}, tail_free{0.0f, 0}, top_n_sigma{smallest, 0}}).ids ==
          ids{0});
}

TEST_CASE("C23: asking for probabilities before each draw changes no token") {
    std::mt19937 random(23);
    const floats row = random_row(random, 500);
    const stages usual{temperature{0.8f}, top_k{40}, top_p{0.95f}, xtc{.probability = 0.5f, .threshold = 0.05f}};
    any_text quiet = start_text(usual, {.seed = 23}), asked = quiet;
    const sampler pick{usual, categorical{}};
    for (int i = 0; i < 200; ++i) {
        CHECK(pick.distribution(row, asked));
        CHECK(pick.distribution(row, philox{.seed = 23}));
        const drawn a = next_token(row, usual, quiet), b = next_token(row, usual, asked);
        CHECK(a.id == b.id);
        REQUIRE(quiet.accept(a.id) == status::ok);
        REQUIRE(asked.accept(b.id) == status::ok);
    }
}

TEST_CASE("C24: tokens of probability 0 have no part in typical's entropy, and no floor is no underflow") {
    const floats row = weighing({45, 30, 15, 10});
    floats longer = row, faint = row;
    longer.insert(longer.end(), 500, -infinity);
    faint.insert(faint.end(), 500, -900.0f);
    for (const float t : {0.1f, 0.3f, 0.5f, 0.8f})
        for (const int least : {0, 1, 3}) {
            CHECK(said_after(longer, {typical{t, least}}) == said_after(row, {typical{t, least}}));
            CHECK(said_after(faint, {typical{t, least}}) == said_after(row, {typical{t, least}}));
        }
}

TEST_CASE("C25: typical goes by the distance of -ln p from the entropy") {
    // H of .45 .275 .275 is 1.0694; distances .271 .222 .222: tokens 1, 2, then 0.
    const floats row = weighing({450, 275, 275});
    CHECK(law_after(row, {typical{0.2f}}).ids == ids{1});
    CHECK(law_after(row, {typical{0.5f}}).ids == ids{1, 2});
    CHECK(law_after(row, {typical{0.6f}}).ids == ids{0, 1, 2});
}

TEST_CASE("C26: typical may drop the most likely token") {
    // H of .6 .3 .1 is .898; distances .387 .306 1.405.
    const floats row = weighing({6, 3, 1});
    CHECK(said_after(row, {typical{0.2f}}) == "1:1");
    CHECK(law_after(row, {typical{0.5f}}).ids == ids{0, 1});
}

TEST_CASE("C27: min_p judges what the stages before it made: T = 2 before and after it are two things") {
    const floats row = weighing({9, 4, 1});  // ratios .444 .111; at T = 2 .667 .333
    CHECK(law_after(row, {min_p{0.3f}, temperature{2.0f}}).ids == ids{0, 1});
    CHECK(law_after(row, {temperature{2.0f}, min_p{0.3f}}).ids == ids{0, 1, 2});
}

TEST_CASE("C28: one pipeline whatever the call: a filter and a bias act for law, draw, race and text alike") {
    const std::array<token_bias, 2> biases{{{0, -infinity}, {3, 2.0f}}};
    const stages acting{logit_bias{std::span<const token_bias>(biases)}, min_p{0.2f}};
    const floats row{5, 4, 1, 2, 3.5f};
    const auto law = law_after(row, acting);
    CHECK(law.ids == ids{1, 3, 4});  // 4, 4 and 3.5
    philox a{.seed = 28}, b{.seed = 28};
    any_text text = start_text(acting, {.seed = 28});
    for (int i = 0; i < 200; ++i) {
        const drawn token = next_token(row, acting, text);
        CHECK(draw_after(row, acting, a).id == token.id);
        CHECK(std::ranges::count(law.ids, token.id) == 1);
        CHECK(std::ranges::count(law.ids, race_after(row, acting, b).id) == 1);
        REQUIRE(text.accept(token.id) == status::ok);
    }
}

TEST_CASE("C29: top_p of 0 is the arg-max and not off, below 0 it is refused") {
    CHECK(said_after(floats{2, 1, 2}, {top_p{0.0f}}) == "0:1");
    CHECK(said_after(floats{2, 1, 2}, {top_p{-smallest}}) == "bad_parameter");
    CHECK(said_after(floats{2, 1, 2}, {top_p{-1.0f}}) == "bad_parameter");
    CHECK(law_after(floats{2, 1, 2}, {top_p{1.0f}}).ids == ids{0, 1, 2});
    CHECK(law_after(floats{2, 1, 2}, {top_p{7.0f}}).ids == ids{0, 1, 2});
}
