// The README's first program, with its numbers asserted.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

static void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::exit(1);
}

int main() {
    std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};  // five tokens

    constexpr sampler pick{temperature{0.5f},  // 4.0  2.0  1.0  0.0 -2.0
                           top_k{3},           // 4.0  2.0  1.0
                           top_p{0.9f},        // .844 .114        (mass .958 >= .9)
                           categorical{}};     // token 0 with .881, token 1 with .119

    const auto law = pick.distribution(logits);
    expect(law.ids == std::vector<token_id>{0, 1}, "tokens 0 and 1 survive");
    expect(std::abs(law.probabilities[0] - 0.881) < 5e-4, "token 0 has probability .881");
    expect(std::abs(law.probabilities[1] - 0.119) < 5e-4, "token 1 has probability .119");

    philox random{.seed = 42, .sequence = 7};  // same seed, same text, whatever the batch
    int drawn_zero = 0;
    for (int i = 0; i < 10000; ++i) {
        const drawn token = pick(logits, random);
        expect(bool(token), "a token is drawn");
        drawn_zero += token.id == 0;
    }
    std::printf("token 0: probability %.3f, drawn %d times in 10000\n", law.probabilities[0], drawn_zero);
    expect(std::abs(drawn_zero - 8808) < 4 * 33, "frequency within four standard deviations");
}
