// batch — 64 stories at once, no two with the same settings: pipelines as text, slots, and one loop of steps.
//
// Each story is then told again by itself, and has to come out the same.
#include "../generate/tokenizer.hpp"
#include "../generate/transformer.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>
#include <argdraw/text/pipeline.hpp>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace argdraw;
using generate::tokenizer;

constexpr std::size_t most_tokens = 40;

// Eight pipelines at eight temperatures.
std::vector<std::string> all_settings() {
    std::vector<std::string> all;
    for (const char* const t : {"0.2", "0.4", "0.6", "0.7", "0.8", "1", "1.2", "1.5"}) {
        const std::string hot = " | temperature(" + std::string(t) + ") | ";
        all.push_back("top_k(40)" + hot + "categorical");
        all.push_back("top_p(0.9)" + hot + "categorical");
        all.push_back("min_p(0.1)" + hot + "categorical");
        all.push_back("penalties(1.2, window=32) | top_k(40)" + hot + "categorical");
        all.push_back("dry(0.8) | top_p(0.95)" + hot + "categorical");
        all.push_back("top_k(40) | xtc(0.5, 0.1)" + hot + "categorical");
        all.push_back("no_repeat_ngram(3) | typical(0.9)" + hot + "gumbel");
        all.push_back("ban([17, 42])" + hot + "mirostat(3)");
    }
    return all;
}

bool ends(token_id id) { return id == tokenizer::begin || id == tokenizer::end; }

int run(const std::filesystem::path& folder) {
    generate::transformer model(folder / "stories.bin");
    const tokenizer words(folder / "tokenizer.bin", model.shape().vocabulary);
    const std::vector<token_id> prompt = words.encode("The cat sat on the", true);
    Eigen::VectorXf behind_prompt(model.shape().vocabulary);
    for (const token_id id : prompt) model.step(id, behind_prompt);

    const std::vector<std::string> settings = all_settings();
    const std::size_t n = settings.size();
    std::vector<parsed> pipelines;  // their lists live here
    batch<pipeline> stories;
    std::vector<std::size_t> slots;
    for (std::size_t slot = 0; slot < n; ++slot) {
        const parsed& asked = pipelines.emplace_back(parse(settings[slot]));
        if (!asked || stories.add(slot, asked.pick, {.seed = 42, .sequence = slot, .prompt = prompt}) != status::ok) return 1;
        slots.push_back(slot);
    }

    std::vector<generate::transformer> models(n, model);  // each goes on from the prompt by itself
    std::vector<Eigen::VectorXf> rows(n, behind_prompt);
    std::vector<drawn> tokens(n);
    for (std::size_t step = 0; step < most_tokens && !slots.empty(); ++step) {
        stories.draw(rows, slots, tokens, one_thread{});
        std::vector<std::size_t> going_on;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const std::size_t slot = slots[i];
            if (!tokens[i] || stories.accept(slot, tokens[i].id) != status::ok) return 1;
            if (ends(tokens[i].id)) continue;
            models[slot].step(tokens[i].id, rows[going_on.size()]);
            going_on.push_back(slot);
        }
        slots = going_on;
    }

    for (std::size_t slot = 0; slot < n; ++slot) {
        auto alone = pipelines[slot].pick.start({.seed = 42, .sequence = slot}, prompt);
        generate::transformer own = model;
        Eigen::VectorXf row = behind_prompt;
        std::string text;
        for (const token_id expected : stories.text(slot).output()) {
            const drawn token = pipelines[slot].pick(row, alone);
            if (token.id != expected || alone.accept(token.id) != status::ok) {
                std::fprintf(stderr, "batch: alone, story %zu is another one\n", slot);
                return 1;
            }
            if (ends(token.id)) break;
            text += words.decode(0, token.id);
            own.step(token.id, row);
        }
        if (slot / 8 == 3) std::printf("%s\n    … on the%s\n", settings[slot].c_str(), text.c_str());
    }
    std::printf("%zu stories, each as if it had been alone\n", n);
    return 0;
}

}  // namespace

int main() {
    try {
        return run(ARGDRAW_GENERATE_DIR);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "batch: %s\n", error.what());
        return 1;
    }
}
