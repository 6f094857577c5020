// expect: argdraw: the sequence belongs to a pipeline of another type
#include <argdraw/argdraw.hpp>

#include <array>

int main() {
    constexpr argdraw::sampler one{argdraw::categorical{}};
    constexpr argdraw::sampler other{argdraw::top_k{3}, argdraw::categorical{}};
    auto seq = one.start();
    return other(std::array{1.0f}, seq).id;
}
