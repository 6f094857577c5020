// A step on the threads that this file is compiled for, against a plain loop.
#include <cstdio>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>

using namespace argdraw;

#if defined(ARGDRAW_TBB)
using threads = tbb_threads;
#else
using threads = openmp_threads;
#endif

int main() {
    constexpr std::size_t texts = 33, width = 3000, steps = 20;
    const sampler pick{repetition_penalty{1.2f}, top_p{0.9f}, categorical{}};
    batch<std::remove_const_t<decltype(pick)>> one, many;
    std::vector<std::size_t> slots(texts);
    for (std::size_t i = 0; i < texts; ++i) {
        slots[i] = i;
        if (one.add(i, pick, {.seed = i}) != status::ok || many.add(i, pick, {.seed = i}) != status::ok) return 1;
    }
    std::vector<float> memory(texts * width);
    std::vector<drawn> expected(texts), found(texts);
    for (std::size_t step = 0; step < steps; ++step) {
        for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>((i * 2654435761u + step * 40503u) % 1000u) / 90.0f;
        const rows_view<float> rows{memory.data(), texts, width};
        one.draw(rows, slots, expected, one_thread{});
        many.draw(rows, slots, found, threads{});
        for (std::size_t i = 0; i < texts; ++i) {
            if (!found[i] || found[i].id != expected[i].id || found[i].logprob != expected[i].logprob) {
                std::printf("text %zu, step %zu: %d and not %d\n", i, step, found[i].id, expected[i].id);
                return 1;
            }
            if (one.accept(i, found[i].id) != status::ok || many.accept(i, found[i].id) != status::ok) return 1;
        }
    }
}
