// expect: argdraw: a stage of this pipeline takes random words; ask for distribution(logits, random)
#include <argdraw/argdraw.hpp>

#include <array>

int main() {
    const argdraw::sampler pick{[](auto& c, auto& context) { c.shift(argdraw::unit(context.word(argdraw::purpose::user))); },
                                argdraw::categorical{}};
    return static_cast<int>(pick.distribution(std::array{1.0f}).ids.size());
}
