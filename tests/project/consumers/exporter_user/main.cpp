#include <exporter.hpp>

#include <vector>

// Samplers and generators cross the border of a library: both sides must mean the same by them.
int main() {
    const usual_sampler pick{argdraw::temperature{0.5f}, argdraw::top_k{2}, argdraw::categorical{}};
    const std::vector logits{1.0f, 3.0f, 2.5f};
    argdraw::philox there{.seed = 1}, here{.seed = 1};
    for (int i = 0; i < 100; ++i)
        if (next_token(pick, logits, there).id != pick(logits, here).id) return 1;
    return there.position == 100 && there == here ? 0 : 1;
}
