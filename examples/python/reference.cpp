// Tokens, and log-probabilities as bits, of the pipelines in its arguments, for test.py to compare with.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

using namespace argdraw;

int main(int count, char** texts) {
    constexpr std::size_t width = 1000, steps = 200;
    const std::vector<token_id> prompt{1, 2, 3, 1, 2};
    for (int i = 1; i < count; ++i) {
        const parsed asked = parse(texts[i]);
        if (!asked) return 1;
        auto seq = asked.pick.start({.seed = 42, .sequence = 7, .prompt = prompt});
        for (std::size_t step = 0; step < steps; ++step) {
            std::vector<float> row;
            for (std::size_t id = 0; id < width; ++id)
                row.push_back(static_cast<float>(static_cast<std::uint32_t>(id * 2654435761u + step * 40503 * 65537) >> 8) / 0x1p20f);
            const drawn token = asked.pick(row, seq);
            if (!token || seq.accept(token.id) != status::ok) return 1;
            std::printf("%d %u\n", token.id, std::bit_cast<std::uint32_t>(token.logprob));
        }
    }
}
