// A program that knows its pipeline at run time alone.
#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include <vector>

int main() {
    const argdraw::parsed chosen = argdraw::parse("top_k(2) | temperature(0) | categorical");
    if (!chosen) return 1;
    const std::vector<float> logits{1, 3, 2};
    argdraw::philox random{.seed = 1};
    return chosen.pick(logits, random).id == 1 ? 0 : 2;
}
