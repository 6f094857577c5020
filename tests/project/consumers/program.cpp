// What every consumer builds: one draw, checked.
#include <vector>

#include <argdraw/argdraw.hpp>

int main() {
    using namespace argdraw;
    const std::vector logits{0.0f, 4.0f, 1.0f, 3.5f};
    constexpr sampler pick{temperature{0.5f}, top_k{3}, top_p{0.9f}, min_p{0.05f}, categorical{}};
    philox random{.seed = 42};
    for (int i = 0; i < 100; ++i) {
        const drawn token = pick(logits, random);
        if (!token || (token.id != 1 && token.id != 3)) return 1;
    }
    return sampler{greedy{}}(logits).id == 1 && pick.distribution(logits).ids == std::vector<token_id>{1, 3} ? 0 : 1;
}
