// What an engine writes to sample for its texts: pipelines as text, slots, steps, log-probabilities. The model is a stand-in.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>
#include <argdraw/engine/scoring.hpp>
#include <argdraw/text/pipeline.hpp>

using namespace argdraw;

namespace {

constexpr std::size_t width = 5000, steps = 12;

// A row of logits that depends on the last token and on the text's length.
void forward(std::span<const token_id> text, float* logits) {
    std::minstd_rand random(static_cast<unsigned>(text.empty() ? 1 : text.back() + 2) * 7919u + static_cast<unsigned>(text.size()));
    for (std::size_t i = 0; i < width; ++i) logits[i] = static_cast<float>(random() % 1000) / 60.0f;
}

}  // namespace

int main() {
    const std::vector<std::string> requests{"penalties(1.1, window=64) | top_k(40) | temperature(0.8) | categorical",
                                            "top_p(0.9) | categorical", "greedy", "temperature(1.2) | mirostat(3)",
                                            "top_p(1.5, keep=3) | categorical"};
    std::vector<parsed> pipelines;  // their lists live here
    batch<pipeline> texts;
    std::vector<std::size_t> slots;
    for (const std::string& request : requests) {
        const parsed& asked = pipelines.emplace_back(parse(request));
        if (!asked) {
            std::printf("refused at column %zu: %s\n", asked.error.column, asked.error.sentence.c_str());
            continue;
        }
        const std::size_t slot = slots.size();
        if (texts.add(slot, asked.pick, {.seed = 42, .sequence = slot}) == status::ok) slots.push_back(slot);
    }

    std::vector<float> memory(slots.size() * width);
    std::vector<drawn> tokens(slots.size());
    std::vector<logprobs_record> records(slots.size(), logprobs_record({.top = 2}));
    for (std::size_t step = 0; step < steps; ++step) {
        for (std::size_t i = 0; i < slots.size(); ++i) forward(texts.text(slots[i]).output(), memory.data() + i * width);
        const rows_view<float> rows{memory.data(), slots.size(), width};
        texts.draw(rows, slots, tokens, one_thread{});
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (!tokens[i]) std::printf("text %zu: %s\n", slots[i], std::string(message(tokens[i].why)).c_str());
            if (tokens[i]) records[i].add(texts.pick(slots[i]), rows[i], texts.text(slots[i]), tokens[i].id);
            if (tokens[i] && texts.accept(slots[i], tokens[i].id) != status::ok) return 1;
        }
    }
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const logprobs_record::scored& last = records[i].tokens.back();
        std::printf("text %zu ends with %d: ln p %.3f, rank %zu; the first was %d with %.3f\n", slots[i], last.chosen.id,
                    last.chosen.logprob, last.rank, records[i].alternatives[last.first].id, records[i].alternatives[last.first].logprob);
    }
    // The same tokens as each text by itself.
    for (const std::size_t slot : slots) {
        auto alone = texts.pick(slot).start({.seed = 42, .sequence = slot});
        for (const token_id drawn_before : texts.text(slot).output()) {
            std::vector<float> row(width);
            forward(alone.output(), row.data());
            const drawn token = texts.pick(slot)(row, alone);
            if (token.id != drawn_before || alone.accept(token.id) != status::ok) return 1;
        }
    }
    return slots.size() == 4 ? 0 : 1;
}
