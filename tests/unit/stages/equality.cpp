// Two stages are equal where each parameter is: lists of ids by what is in them, rows by where they are, since they are rewritten between draws.
#include "catch.hpp"

#include <initializer_list>
#include <span>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;

const ids some{3, 1}, same{3, 1}, others{3, 2}, more{3, 1, 1};
const std::vector<float> row{1, 2, 3}, same_logits{1, 2, 3};

template <class Stage>
void differs_from_each(const Stage& stage, std::initializer_list<Stage> others_of_it) {
    CHECK(stage == Stage(stage));
    int place = 0;
    for (const Stage& other : others_of_it) {
        CAPTURE(place++);
        CHECK_FALSE(stage == other);
        CHECK_FALSE(other == stage);
    }
}

}  // namespace

TEST_CASE("equality: lists of ids by what is in them") {
    const dry repeats{.multiplier = 0.8f, .base = 2, .allowed_length = 3, .window = 64, .breakers = some};
    CHECK(repeats == dry{.multiplier = 0.8f, .base = 2, .allowed_length = 3, .window = 64, .breakers = same});
    differs_from_each(repeats, {{.multiplier = 0.9f, .base = 2, .allowed_length = 3, .window = 64, .breakers = some},
                                {.multiplier = 0.8f, .base = 3, .allowed_length = 3, .window = 64, .breakers = some},
                                {.multiplier = 0.8f, .base = 2, .allowed_length = 2, .window = 64, .breakers = some},
                                {.multiplier = 0.8f, .base = 2, .allowed_length = 3, .window = -1, .breakers = some},
                                {.multiplier = 0.8f, .base = 2, .allowed_length = 3, .window = 64, .breakers = others},
                                {.multiplier = 0.8f, .base = 2, .allowed_length = 3, .window = 64, .breakers = more},
                                {.multiplier = 0.8f, .base = 2, .allowed_length = 3, .window = 64}});

    const xtc one_less{.probability = 0.5f, .threshold = 0.2f, .protect = some, .min_keep = 2};
    CHECK(one_less == xtc{.probability = 0.5f, .threshold = 0.2f, .protect = same, .min_keep = 2});
    differs_from_each(one_less, {{.probability = 0.6f, .threshold = 0.2f, .protect = some, .min_keep = 2},
                                 {.probability = 0.5f, .threshold = 0.1f, .protect = some, .min_keep = 2},
                                 {.probability = 0.5f, .threshold = 0.2f, .protect = others, .min_keep = 2},
                                 {.probability = 0.5f, .threshold = 0.2f, .protect = some, .min_keep = 1}});

    const xtc_mean mean{.probability = 0.5f, .threshold = 0.2f, .protect = some, .min_keep = 2};
    CHECK(mean == xtc_mean{.probability = 0.5f, .threshold = 0.2f, .protect = same, .min_keep = 2});
    differs_from_each(mean, {{.probability = 0.6f, .threshold = 0.2f, .protect = some, .min_keep = 2},
                             {.probability = 0.5f, .threshold = 0.1f, .protect = some, .min_keep = 2},
                             {.probability = 0.5f, .threshold = 0.2f, .protect = others, .min_keep = 2},
                             {.probability = 0.5f, .threshold = 0.2f, .protect = some, .min_keep = 1}});

    const biased_sequence phrase{some, 0.5f};
    CHECK(phrase == biased_sequence{same, 0.5f});
    differs_from_each(phrase, {{others, 0.5f}, {more, 0.5f}, {some, 0.25f}});
}

TEST_CASE("equality: rows by where they are") {
    const std::span<const float> all(row), first_two = all.first(2);
    differs_from_each(guidance<float>{all, 2}, {{all, 3}, {same_logits, 2}, {first_two, 2}});
    differs_from_each(contrastive<float>{all, 0.1f, 1}, {{all, 0.2f, 1}, {all, 0.1f, 2}, {same_logits, 0.1f, 1}, {first_two, 0.1f, 1}});
}
