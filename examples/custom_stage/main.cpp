// A stage and a draw of one's own. Both are plain values that speak in verbs; the library's are written no differently.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

// Keeps what stands above the first wide gap in the sorted logits, and at most 32 tokens.
struct until_gap {
    float gap = 0;

    static constexpr std::string_view requirement = "until_gap: gap must be 0 (off) or more";
    constexpr bool neutral() const noexcept { return gap == 0; }  // then it is not called
    constexpr bool valid() const noexcept { return gap >= 0; }    // otherwise no token is drawn, and check() says the sentence above

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto first = c.leaders(32);
        std::size_t k = 1;
        while (k < first.size() && static_cast<double>(gap) > first[k - 1].value - first[k].value) ++k;
        c.keep_top(k);
    }
};

// The most likely token, but where the second is as likely up to `margin`, a fair coin.
struct fair_greedy {
    float margin = 0.1f;

    template <logit_scalar T>
    void narrow(candidates<T>& c) const noexcept {  // the final set, for distribution()
        c.keep_top(2);
        c.keep_within(static_cast<double>(margin));
        c.scale(0);
    }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {  // a drawn, not void: that makes it a draw
        narrow(c);
        return c.draw(context.word(purpose::user));
    }
};

void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::exit(1);
}

}  // namespace

int main() {
    constexpr std::array logits{2.0f, 1.96f, 1.9f, -1.0f, -1.1f};

    constexpr sampler pick{until_gap{0.5f}, temperature{0.5f}, fair_greedy{0.1f}};
    static_assert(pick.check());

    const auto kept = sampler{until_gap{0.5f}, categorical{}}.distribution(logits);
    const auto law = pick.distribution(logits);
    std::printf("above the gap:  %zu tokens of %zu\n", kept.ids.size(), logits.size());
    std::printf("fair_greedy:    token 0 with %.2f, token 1 with %.2f\n", law.probabilities[0], law.probabilities[1]);
    expect(kept.ids == std::vector<token_id>{0, 1, 2}, "three tokens stand above the gap");
    expect(law.ids == std::vector<token_id>{0, 1} && law.probabilities[0] == 0.5, "the first two are equally likely");

    int heads = 0;
    philox random{.seed = 42};
    for (int i = 0; i < 1000; ++i) heads += pick(logits, random).id == 0;
    std::printf("drawn:          token 0 in %d of 1000\n", heads);
    expect(std::abs(heads - 500) < 64, "the coin is fair, up to four standard deviations");

    const auto problem = sampler{until_gap{-1.0f}, greedy{}}.check();
    std::printf("until_gap{-1}:  %.*s\n", static_cast<int>(problem.sentence.size()), problem.sentence.data());
    expect(!problem && problem.stage == 0, "a negative gap is refused");

    // A lambda is a stage, too. With a context it may look back: this one never says the same token twice in a row.
    constexpr auto no_stutter = [](auto& c, auto& context) {
        const auto said = context.history().output();
        if (!said.empty()) c.ban(said.last(1));
    };
    const sampler talk{no_stutter, temperature{2.0f}, categorical{}};
    auto seq = talk.start({.seed = 42});
    std::printf("no_stutter:    ");
    for (int i = 0; i < 16; ++i) {
        const drawn token = talk(logits, seq);
        expect(bool(token), "a token is drawn");
        expect(i == 0 || token.id != seq.output().back(), "no token twice in a row");
        expect(seq.accept(token.id) == status::ok, "the sequence takes it");
        std::printf(" %d", token.id);
    }
    std::puts("");
}
