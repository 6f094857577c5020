// expect: argdraw: a stage of this pipeline reads the history; call it as pick(logits, seq)
#include <argdraw/argdraw.hpp>

#include <array>

int main() {
    const argdraw::sampler pick{[](auto& c, auto& context) { c.shift(static_cast<double>(context.history().tokens().size())); },
                                argdraw::categorical{}};
    argdraw::philox random;
    return pick(std::array{1.0f}, random).id;
}
