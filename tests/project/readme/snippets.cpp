// The README's programs, line for line; what they leave to the reader is supplied here.
#include <array>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <limits>
#include <span>

#include <argdraw/argdraw.hpp>
#include <argdraw/conformance.hpp>
#include <argdraw/recipes/llama_cpp.hpp>
using namespace argdraw;

namespace {

constexpr token_id eos = 1;

struct {
    void step(token_id, std::span<float>) {}
} model;

int first_program() {
    std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};  // five tokens

    constexpr sampler pick{temperature{0.5f},  // 4.0  2.0  1.0  0.0 -2.0
                           top_k{3},           // 4.0  2.0  1.0
                           top_p{0.9f},        // .844 .114        (mass .958 >= .9)
                           categorical{}};     // token 0 with .881, token 1 with .119

    static_assert(pick.check());  // every parameter is in its range

    int zeros = 0;
    philox random{.seed = 42, .sequence = 7};     // same seed, same text, whatever the batch
    while (drawn token = pick(logits, random)) {  // false: nothing to draw, and .why says so
        if (token.id == eos) break;
        model.step(token.id, logits);
        ++zeros;
    }
    return zeros;
}

bool stage_of_ones_own() {
    constexpr sampler pick{[](auto& c) { c.keep_if([](token_id id, double) { return id % 2 == 0; }); },  // even ids only
                           temperature{0.7f}, categorical{}};
    philox random{.seed = 1};
    for (int i = 0; i < 100; ++i)
        if (const drawn token = pick(std::array{1.0f, 5.0f, 2.0f, 5.0f}, random); !token || token.id % 2 != 0) return false;
    return true;
}

bool sequences() {
    std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f, 1.5f, 0.25f, 1.75f};
    const std::array<token_id, 3> prompt{3, 0, 4};

    sampler writer{penalties{.repetition = 1.1f, .window = 64}, dry{.multiplier = 0.8f}, top_k{40}, temperature{0.8f}, categorical{}};

    auto seq = writer.start({.seed = 42, .sequence = 7}, prompt);
    for (drawn token; (token = writer(logits, seq)) && token.id != eos; model.step(token.id, logits)) {
        if (seq.accept(token.id) != status::ok) break;  // refused: an id outside of the vocabulary, no memory
    }
    auto fork = seq;         // goes on alike
    (void)fork.rollback(2);  // as if the last two had not been
    return fork.position() + 2 == seq.position();
}

bool chains() {
    std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};
    philox random{.seed = 42};

    chain stages;
    stages.add(top_k{40});
    stages.add(xtc{.probability = 0.5f, .threshold = 0.1f});
    sampler chosen{stages, categorical{}};
    return static_cast<bool>(chosen(logits, random));
}

bool recipes_of_others() {
    const std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};
    const std::array<token_id, 2> prompt{3, 0};

    recipes::llama_cpp settings;                 // its defaults
    settings.top_k = -1;                         // off, as there
    const recipes::made made = settings.make();  // or made.wrong.sentence
    auto seq = made.pick.start({.seed = 42, .prompt = prompt});
    return made && made.pick(logits, seq);
}

std::int64_t my_sampler(std::span<const float> row, float t, float p, std::uint64_t word) {
    struct one_word {
        std::uint64_t word;

        using result_type = std::uint64_t;
        static constexpr result_type min() { return 0; }
        static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
        result_type operator()() const { return word; }
    };
    return sampler{temperature{t}, top_p{p}, categorical{}}(row, one_word{word}).id;
}

bool any_sampler() {
    conformance::engine mine{.name = "mine",
                             .stages = {conformance::stage::temperature, conformance::stage::top_p},  // in their order
                             .token = [](auto row, auto& p, auto word) { return my_sampler(row, p.temperature, p.top_p, word); }};
    const conformance::report found = conformance::run(mine);
    std::cout << found;  // a page: what passed, what failed, by how much, the smallest case
    return found.passed();
}

}  // namespace

int main() {
    std::printf("the text had %d tokens\n", first_program());
    return stage_of_ones_own() && sequences() && chains() && recipes_of_others() && any_sampler() ? 0 : 1;
}
