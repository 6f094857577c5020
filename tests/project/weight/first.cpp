// The README's first program.
#include <argdraw/argdraw.hpp>

#include <array>

using namespace argdraw;

int main() {
    std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};
    constexpr sampler pick{temperature{0.5f}, top_k{3}, top_p{0.9f}, categorical{}};
    static_assert(pick.check());
    philox random{.seed = 42, .sequence = 7};
    while (drawn token = pick(logits, random)) {
        if (token.id == 1) break;
    }
}
