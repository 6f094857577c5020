// 0 where the sampler says that this build loses NaNs, and draws nothing.
#include <cstdio>
#include <vector>

#include <argdraw/draws/greedy.hpp>
#include <argdraw/sampler/sampler.hpp>

int main() {
    const argdraw::sampler pick{argdraw::greedy{}};
    const auto sentence = pick.check().sentence;
    std::printf("%.*s\n", static_cast<int>(sentence.size()), sentence.data());
    return pick(std::vector{1.0f, 2.0f}) || pick.check() ? 1 : 0;
}
