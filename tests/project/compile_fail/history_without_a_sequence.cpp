// expect: argdraw: this pipeline reads the history or keeps a state; call it as pick(logits, seq)
#include <argdraw/argdraw.hpp>

#include <array>

struct reader {
    static constexpr bool reads_history = true;
    template <argdraw::logit_scalar T, class Context>
    void operator()(argdraw::candidates<T>&, Context&) const noexcept {}
};

int main() {
    const argdraw::sampler pick{reader{}, argdraw::categorical{}};
    argdraw::philox random;
    return pick(std::array{1.0f}, random).id;
}
