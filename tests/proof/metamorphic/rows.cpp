// A draw and another one that must agree with it: the row and the temperature doubled, stages that do nothing added, the same rows in
// another company or order: to the bit. The row shifted or lengthened: but for words next to a step, and masses at a filter's edge, which are counted.
#include "pipelines.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <thread>

using namespace metamorphic;

namespace {

constexpr int push_cases = 10'000, deep_cases = 1'000'000;

std::size_t random_width(dice& random) { return random.one_in(8) ? 1 + random.below(3000) : 1 + random.below(300); }

std::vector<any_stage> random_stages(dice& random, std::size_t most) {
    std::vector<any_stage> some;
    for (std::size_t n = random.below(most + 1); n > 0; --n) some.push_back(random_stage(random));
    return some;
}

chain chained(const std::vector<any_stage>& stages) {
    chain all;
    for (const any_stage& each : stages) all.add(each);
    return all;
}

philox random_place(dice& random) {
    return {.seed = random.word(), .sequence = random.word(), .position = static_cast<std::uint32_t>(random.word())};
}

int scaled(int cases) {
    dice random(1);
    int wrong = 0;
    for (int i = 0; i < cases; ++i) {
        auto row = random_row(random, random_width(random));
        const float t = random.one_in(10) ? 0.0f : std::exp2(random.between(-8, 4));
        auto stages = random_stages(random, 3);
        stages.insert(stages.begin(), temperature{t});
        const philox place = random_place(random);
        const outcome before = token_of(row, chained(stages), place), raced = race(row, chained(stages), place);
        for (float& l : row) l *= 2;
        stages[0] = temperature{2 * t};
        wrong += !(token_of(row, chained(stages), place) == before);
        wrong += !(race(row, chained(stages), place) == raced);
    }
    return wrong;
}

// Each of the stages that can be neutral, so.
any_stage neutral_stage(dice& random, row_of_floats row, std::span<const std::uint32_t> all_bits) {
    switch (random.below(28)) {
        case 0: return temperature{1.0f};
        case 1: return dynamic_temperature{1.0f, 1.0f, 2.0f};
        case 2: return quadratic{0.0f, 2.0f};
        case 3: return softcap{0.0f};
        case 4: return skew{0.0f};
        case 5: return top_k{0};
        case 6: return top_p{random.between(1, 5)};
        case 7: return min_p{0.0f};
        case 8: return typical{random.between(1, 2)};
        case 9: return top_n_sigma{0.0f};
        case 10: return epsilon_cutoff{0.0f};
        case 11: return eta_cutoff{0.0f};
        case 12: return tail_free{1.0f};
        case 13: return top_a{0.0f};
        case 14: return xtc{.probability = 0.0f, .threshold = 0.0f};
        case 15: return xtc{.probability = 1.0f, .threshold = 0.51f};
        case 16: return xtc_mean{.probability = 0.0f};
        case 17: return top_h{1.0f};
        case 18: return top_h_sum{1.0f};
        case 19: return min_k{-1.0f};
        case 20: return repetition_penalty{1.0f};
        case 21: return penalties{};
        case 22: return dry{};
        case 23: return no_repeat_ngram{0};
        case 24: return guidance<float>{row, 1.0f};
        case 25: return contrastive<float>{row, 0.0f, 0.0f};
        case 26: return ban<>{};
        default: return allow{all_bits, past_end::keep};
    }
}

int neutral(int cases) {
    dice random(2);
    const std::vector<std::uint32_t> all_bits(100, ~std::uint32_t{0});
    int wrong = 0;
    for (int i = 0; i < cases; ++i) {
        const auto row = random_row(random, random_width(random));
        auto stages = random_stages(random, 4);
        const philox place = random_place(random);
        const outcome before = token_of(row, chained(stages), place), raced = race(row, chained(stages), place);
        for (std::size_t n = 1 + random.below(4); n > 0; --n)
            stages.insert(stages.begin() + static_cast<std::ptrdiff_t>(random.below(stages.size() + 1)),
                          neutral_stage(random, row, all_bits));
        wrong += !(token_of(row, chained(stages), place) == before);
        wrong += !(race(row, chained(stages), place) == raced);
    }
    return wrong;
}

struct request {
    std::vector<float> memory;
    std::size_t offset;  // where the row begins in it, so that alignments differ
    chain stages;
    philox place;

    row_of_floats row() const { return row_of_floats(memory).subspan(offset); }
};

// Rows of all sizes, some of which fail; each served alone with memory of its own, then in one order, in another, and by two threads.
int batches(int cases) {
    dice random(3);
    int wrong = 0;
    for (int served = 0; served < cases;) {
        std::vector<request> batch(1 + random.below(32));
        std::vector<outcome> alone;
        for (request& each : batch) {
            each.offset = random.below(17);
            each.memory = random_row(random, random_width(random));
            each.memory.insert(each.memory.begin(), each.offset, support::not_a_number);
            if (random.one_in(12)) each.memory[each.offset + random.below(each.memory.size() - each.offset)] = support::not_a_number;
            if (random.one_in(12)) std::fill(each.memory.begin(), each.memory.end(), -infinity);
            auto stages = random_stages(random, 3);
            if (random.one_in(12)) stages.push_back(top_k{-1});
            each.stages = chained(stages);
            each.place = random_place(random);
            workspace fresh;
            const std::vector<float> copy(each.row().begin(), each.row().end());
            alone.push_back(token_of(copy, each.stages, each.place, fresh));
        }
        std::vector<std::size_t> order(batch.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        workspace shared;
        for (int round = 0; round < 2; ++round) {
            for (const std::size_t i : order) wrong += !(token_of(batch[i].row(), batch[i].stages, batch[i].place, shared) == alone[i]);
            for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        }
        if (served % 512 < 32) {
            int wrong_there = 0;
            const std::size_t split = random.below(batch.size() + 1);
            {
                std::jthread other([&] {
                    for (std::size_t i = 0; i < split; ++i)
                        wrong_there += !(token_of(batch[i].row(), batch[i].stages, batch[i].place) == alone[i]);
                });
                for (std::size_t i = split; i < batch.size(); ++i)
                    wrong += !(token_of(batch[i].row(), batch[i].stages, batch[i].place) == alone[i]);
            }
            wrong += wrong_there;
        }
        served += static_cast<int>(batch.size());
    }
    return wrong;
}

struct counted {
    int differ = 0;    // the word was within 1e-7 of a step of the CDF
    int boundary = 0;  // the mass before a filter's edge was within 1e-12 of its share
    int wrong = 0;
};

// Whether one of the two sets is the other and one token more, which a filter by mass may take or leave: the smaller weighs its share to 1e-12.
bool at_boundary(const any_stage& stage, row_of_floats row, const std::vector<token_id>& a, const std::vector<token_id>& b) {
    const float* const share = stage.get_if<top_p>()     ? &stage.get_if<top_p>()->p
                               : stage.get_if<typical>() ? &stage.get_if<typical>()->mass
                                                         : nullptr;
    const auto& smaller = a.size() < b.size() ? a : b;
    const auto& larger = a.size() < b.size() ? b : a;
    if (!share || larger.size() != smaller.size() + 1 || !std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end()))
        return false;
    long double all = 0, kept = 0;
    for (const float l : row) all += std::exp(static_cast<long double>(l));
    for (const token_id id : smaller) kept += std::exp(static_cast<long double>(row[static_cast<std::size_t>(id)]));
    return std::abs(kept / all - static_cast<long double>(*share)) <= 1e-12L;
}

// Whether two laws and two draws that differ may: the sets do by a boundary; or the draws, of equal sets, are neighbours and the word stands at
// the step between them.
void judge(counted& all, const any_stage& stage, row_of_floats row, row_of_floats other, const philox& place) {
    const chain stages{stage, temperature{0.75f}};
    const auto x = law(row, stages, place), y = law(other, stages, place);
    if (x.why != y.why || x.ids != y.ids) {
        ++(x.why == y.why && at_boundary(stage, row, x.ids, y.ids) ? all.boundary : all.wrong);
        return;
    }
    const outcome a = token_of(row, stages, place), b = token_of(other, stages, place);
    if (a.id == b.id && a.why == b.why) return;
    const double u = unit(place.word(purpose::token));
    double cumulative = 0;
    bool near = false;
    for (std::size_t i = 0; i < x.ids.size(); ++i) {
        cumulative += x.probabilities[i];
        if (x.ids[i] == std::min(a.id, b.id)) near = std::abs(cumulative - u) <= 1e-7;
    }
    ++(near ? all.differ : all.wrong);
}

// Stages that see differences of logits alone, so that a shift changes nothing.
any_stage shift_free_stage(dice& random) {
    for (;;) {
        const any_stage stage = random_stage(random);
        if (!stage.get_if<softcap>() && !stage.get_if<argdraw::softmax>()) return stage;
    }
}

counted shifted(int cases) {
    dice random(4);
    counted all;
    for (int i = 0; i < cases; ++i) {
        const auto row = random_row(random, random_width(random));
        auto moved = row;
        const float by = static_cast<float>(random.below(1 << 14)) * 0x1p-10f * (random.one_in(2) ? 4 : -4);
        for (float& l : moved) l += by;
        const any_stage stage = shift_free_stage(random);
        const philox place = random_place(random);
        judge(all, stage, row, moved, place);
    }
    return all;
}

counted lengthened(int cases) {
    dice random(5);
    counted all;
    for (int i = 0; i < cases; ++i) {
        const auto row = random_row(random, random_width(random));
        auto longer = row;
        longer.insert(longer.end(), 1 + random.below(700), -infinity);
        const any_stage stage = random_stage(random);
        const philox place = random_place(random);
        judge(all, stage, row, longer, place);
    }
    return all;
}

void report(const char* what, const counted& all, int cases) {
    std::printf("%s: of %d draws %d differ at a word within 1e-7 of a step, %d by a filter's edge within 1e-12\n", what, cases, all.differ,
                all.boundary);
    CHECK(all.wrong == 0);
    CHECK(all.differ <= 2 + cases / 10000);
    CHECK(all.boundary <= 2 + cases / 1000);
}

}  // namespace

TEST_CASE("metamorphic: row and temperature doubled") { CHECK(scaled(push_cases) == 0); }
TEST_CASE("metamorphic: neutral stages added") { CHECK(neutral(push_cases) == 0); }
TEST_CASE("metamorphic: rows alone, in a batch, in another order, split between threads") { CHECK(batches(push_cases) == 0); }
TEST_CASE("metamorphic: the row shifted by a constant") { report("shifted", shifted(push_cases), push_cases); }
TEST_CASE("metamorphic: -inf appended to the row") { report("lengthened", lengthened(push_cases), push_cases); }

TEST_CASE("metamorphic: a million of each", "[.deep]") {
    CHECK(scaled(deep_cases) == 0);
    CHECK(neutral(deep_cases) == 0);
    CHECK(batches(deep_cases) == 0);
    report("shifted", shifted(deep_cases), deep_cases);
    report("lengthened", lengthened(deep_cases), deep_cases);
}
