// Rows of any bits through a chain of any stages into any draw: what comes out is a living token or a named reason why there is none.
#include "input.hpp"
#include "outcome.hpp"
#include "rows.hpp"
#include "stages.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;
using fuzz::at_word;
using fuzz::input;
using fuzz::require;
using fuzz::same;
using fuzz::well_formed;

namespace {

std::uint64_t any_word(input& in) {
    const auto low = in.number<std::uint8_t>();
    switch (in.below(4)) {
        case 0: return low;
        case 1: return ~std::uint64_t{low};
        default: return in.number<std::uint64_t>();
    }
}

// What a chain is too much to compile for: some stages for the scalars that differ only in how a row is read.
struct few_stages {
    temperature scaled;
    top_n_sigma near;
    top_k first;
    top_p nucleus;
    min_p likely;

    static constexpr std::string_view requirement = "few_stages: one of them is out of its range";
    bool valid() const noexcept { return scaled.valid() && near.valid() && first.valid() && nucleus.valid() && likely.valid(); }
    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto act = [&](const auto& stage) {
            if (!stage.neutral()) stage(c);
        };
        act(near);
        act(scaled);
        act(first);
        act(nucleus);
        act(likely);
    }
};

template <class T, class Stages>
struct scene {
    std::span<const T> row;
    Stages stages;
    bool legal;                // the parameters of the stages,
    bool in_row;               // and their ids
    std::vector<bool> banned;  // what they remove
    start_options options;
    std::span<const token_id> prompt, output;

    bool lives(token_id id) const {
        const auto i = static_cast<std::size_t>(id);
        return id >= 0 && i < row.size() && static_cast<double>(row[i]) > -std::numeric_limits<double>::infinity() && !banned[i];
    }
};

template <class Scene>
void law_holds(const Scene& at, const distribution_of_row& law, const drawn& token) {
    require(law.why == token.why, "the distribution fails as the draw does");
    require(law.ids.size() == law.probabilities.size(), "each id has a probability");
    if (!law) return;
    double sum = 0, own = 0;
    token_id before = -1;
    for (std::size_t i = 0; i < law.ids.size(); ++i) {
        const double p = law.probabilities[i];
        require(law.ids[i] > before && at.lives(law.ids[i]), "the final set is living tokens in id order");
        require(p >= 0 && p <= 1 + 1e-9, "a probability lies in [0, 1]");
        before = law.ids[i];
        sum += p;
        if (law.ids[i] == token.id) own = p;
    }
    require(std::fabs(sum - 1) < 1e-6, "probabilities add up to 1");
    require(own > 0, "the token drawn is one of the final set, with positive probability");
    if (own > 1e-18)
        require(std::fabs(std::log(own) - static_cast<double>(token.logprob)) < 3e-6 * (1 - std::log(own)),
                "logprob is the logarithm of the probability");
}

template <class Scene, class Draw>
void draw_with(const Scene& at, const Draw& draw, bool draw_legal, std::span<const drawn> into = {}) {
    const sampler pick{at.stages, draw};
    const bool legal = at.legal && draw_legal;
    const checked found = pick.check();
    require(static_cast<bool>(found) == legal, "check() passes exactly what is in its range");
    require(found.stage == (legal ? -1 : at.legal ? 1 : 0), "check() says which element is at fault");
    require(found.sentence.size() > (legal ? 1 : 10), "check() has a sentence");

    auto seq = pick.start(at.options, at.prompt);
    require(static_cast<bool>(seq) || !legal, "a sequence starts");
    if (!seq) return;
    for (const token_id id : at.output) require(seq.accept(id) == status::ok, "an id of the vocabulary is accepted");

    workspace space;
    const auto law = pick.distribution(at.row, seq, space);
    const auto before = seq;
    const drawn token = pick(at.row, seq, space);
    well_formed(token);
    if (!legal) require(token.why == status::bad_parameter, "a parameter out of its range is bad_parameter");
    else if (!at.in_row) require(!token && token.why != status::bad_parameter, "an id outside of the row gives no token");
    else require(token.why != status::bad_parameter && token.why != status::outside_row, "parameters in their ranges are no bad_parameter");
    if (legal && !at.row.empty())
        require(static_cast<bool>(pick.check(at.row.size())) == at.in_row, "check(width) passes exactly what fits the row");
    if (token) require(at.lives(token.id), "the token lives");
    else require(seq.bytes() == before.bytes(), "a failed row leaves its sequence unchanged");
    law_holds(at, law, token);
    for (std::size_t i = 0; i < into.size() && token; ++i) {
        const drawn& each = into[i];
        require(static_cast<bool>(each) == (i < law.ids.size()), "as many tokens as there is room for, or as live");
        well_formed(each);
        if (each) require(at.lives(each.id), "each of the tokens lives");
        for (std::size_t j = 0; j < i && each; ++j) require(into[j].id != each.id, "no token comes twice");
    }

    // What scratch memory held before is of no account, nor is more of it wanted.
    if (space.capacity() > 0) std::memset(space.reserve(space.capacity()), static_cast<int>(at.options.seed & 0xff), space.capacity());
    const std::size_t capacity = space.capacity();
    auto repeated = before;
    require(same(pick(at.row, repeated, space), token), "the same draw gives the same token");
    require(space.capacity() == capacity, "a draw of the same width allocates nothing");
    // Another attempt, with other words.
    const drawn again = pick(at.row, seq, space);
    well_formed(again);
    if (again) require(at.lives(again.id), "the token redrawn lives");
}

// The first maximum, or why there is none.
template <class Draw, class T, class Stages>
void greedy_is_first(std::span<const T> row, const Stages& cold, const Stages& one) {
    drawn expected{-1, std::numeric_limits<float>::quiet_NaN(), status::empty};
    double greatest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double logit = static_cast<double>(row[i]);
        if (logit != logit) expected.why = status::nan_logit;
        if (!(logit > greatest)) continue;
        greatest = logit;
        expected.id = static_cast<token_id>(i);
        if (expected.why == status::empty) expected.why = status::ok;
    }
    if (expected.why != status::ok) expected.id = -1;
    workspace space;
    const auto meets = [&](const auto& stages, const Draw& draw) {
        const sampler pick{stages, draw};
        auto seq = pick.start();
        const drawn token = pick(row, seq, space);
        return token.id == expected.id && token.why == expected.why && (!token || token.logprob == 0);
    };
    const at_word last{~std::uint64_t{0}};
    require(meets(cold, Draw{last}), "temperature 0 is the first maximum");
    require(meets(one, Draw{last}), "top_k 1 is the first maximum");
    if constexpr (std::is_same_v<T, float>) require(meets(Stages{}, Draw{greedy{}}), "greedy is the first maximum");
}

std::vector<token_id> some_ids(input& in, std::size_t width) {
    std::vector<token_id> ids(in.below(24));
    for (token_id& id : ids) id = static_cast<token_id>(in.below(in.flag() ? 4 : width));
    return ids;
}

void run_floats(input& in) {
    const fuzz::row<float> given(in, 2000);
    const auto row = given.logits();
    const std::vector<float> copy(row.begin(), row.end());
    const auto seen = some_ids(in, row.size());
    const std::size_t outputs = std::min(in.below(4), seen.size());
    const auto word = any_word(in);
    const std::size_t which = in.below(8);
    const float a = in.parameter(), b = in.parameter();
    const int m = in.whole(4);
    const fuzz::stages made(in, 5, row.size(), outputs);
    const scene<float, fuzz::float_chain> at{row,
                                             made.chain,
                                             made.legal,
                                             made.in_row,
                                             made.banned,
                                             {.seed = word, .sequence = outputs},
                                             std::span(seen).first(seen.size() - outputs),
                                             std::span(seen).last(outputs)};

    constexpr float largest = std::numeric_limits<float>::max();
    const bool surprising = 0 <= a && a <= largest && 0 <= b && b <= largest;
    std::vector<drawn> into(which == 5 && m > 0 ? static_cast<std::size_t>(m % 16) : 0);
    fuzz::float_draw draw{at_word{word}};
    bool legal = true;
    switch (which) {
        case 0: draw = greedy{}; break;
        case 1: draw = gumbel{}; break;
        case 2:
            draw = mirostat{a, b};
            legal = surprising;
            break;
        case 3:
            draw = mirostat_v1{a, b, m};
            legal = surprising && m >= 2;
            break;
        case 4:
            draw = adaptive_p{a, b};
            legal = 0 <= a && a <= 1 && 0 <= b && b <= 0.99f;
            break;
        case 5:
            draw = without_replacement{into};
            legal = !into.empty();
            break;
        default: break;
    }
    draw_with(at, draw, legal, into);
    greedy_is_first<fuzz::float_draw>(row, fuzz::float_chain{temperature{0}}, fuzz::float_chain{top_k{1}});
    require(std::memcmp(copy.data(), row.data(), row.size() * sizeof(float)) == 0, "a row is never written");
}

template <class T>
void run(input& in) {
    const fuzz::row<T> given(in, 2000);
    const auto row = given.logits();
    const std::vector<T> copy(row.begin(), row.end());
    const auto word = any_word(in);
    const few_stages stages{{in.parameter()}, {in.parameter()}, {in.whole(row.size()), in.whole(4)}, {in.parameter()}, {in.parameter()}};
    const bool legal = stages.scaled.t >= 0 && stages.near.n >= 0 && stages.first.k >= 0 && stages.first.min_keep >= 0 &&
                       stages.nucleus.p >= 0 && 0 <= stages.likely.p && stages.likely.p <= 1;
    const scene<T, few_stages> at{row, stages, legal, true, std::vector<bool>(row.size()), {.seed = word}, {}, {}};
    draw_with(at, at_word{word}, true);
    greedy_is_first<at_word>(row, few_stages{{0}, {}, {}, {}, {}}, few_stages{{}, {}, {1}, {}, {}});
    require(std::memcmp(copy.data(), row.data(), row.size() * sizeof(T)) == 0, "a row is never written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input in(data, size);
    switch (in.below(8)) {
        case 0: run<double>(in); break;
        case 1: run<argdraw::half>(in); break;
        case 2: run<argdraw::bfloat16>(in); break;
        default: run_floats(in); break;
    }
    return 0;
}
