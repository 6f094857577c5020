// speculative — several tokens for one pass over the model: a draft guesses, the model's rows judge, and nobody can tell from the text.
//
//   speculative                    how much is saved, by which draft and which rule
//   speculative --check            the same text by match, the same law by ratio and traversal; fails where that is not so
//   speculative --picture > speculative.svg
//
// A pass is one reading of the drafted tokens by the model, which an engine does at once: here the model is small, and its rows are made one
// after the other.
#include "drafts.hpp"
#include "picture.hpp"
#include "reader.hpp"

#include "../generate/tokenizer.hpp"
#include "../generate/transformer.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/verify.hpp>
#include <argdraw/text/pipeline.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace argdraw;
using namespace speculative;
using generate::tokenizer;

constexpr std::size_t most_drafted = 4, story_length = 80;
constexpr std::uint64_t text_seed = 7;

struct models {
    generate::transformer whole, one_layer;
    tokenizer words;
    std::vector<token_id> prompt;

    explicit models(const std::filesystem::path& folder)
        : whole(folder / "stories.bin"), one_layer(whole), words(folder / "tokenizer.bin", whole.shape().vocabulary) {
        one_layer.cut_behind(1);
        prompt = words.encode("The cat sat on the", true);
    }
};

// The last draws by the noise of the text that it is a draft of: with gumbel, which gives each token its own, the two often agree.
enum class by { repetition, greedy_layer, drawn_layer, same_noise };

std::unique_ptr<drafter> make_draft(by kind, const models& m, const pipeline& pick, std::uint64_t number,
                                    reader::known_rows* known = nullptr) {
    if (kind == by::repetition) return std::make_unique<repetition>(m.prompt);
    const pipeline greedily{chain{}, any_draw{greedy{}}};
    return std::make_unique<small_model>(reader(m.one_layer, m.prompt, known), kind == by::greedy_layer ? greedily : pick,
                                         start_options{.seed = kind == by::same_noise ? text_seed : text_seed + 1, .sequence = number},
                                         m.prompt);
}

void need(bool holds, const std::string& sentence) {
    if (!holds) throw std::runtime_error(sentence);
}

// A text by plain decoding: a pass for each token.
std::vector<token_id> plain(const pipeline& pick, reader model, const start_options& options, std::span<const token_id> prompt,
                            std::size_t length) {
    auto seq = pick.start(options, prompt);
    std::vector<token_id> said;
    while (said.size() < length && model.has_room()) {
        const drawn token = pick(model.row(), seq);
        need(token && seq.accept(token.id) == status::ok, "plain decoding failed");
        said.push_back(token.id);
        model.read(token.id);
    }
    return said;
}

// A text by drafts; without a rule by typical acceptance, which changes the law.
story speculate(std::optional<acceptance> rule, const pipeline& pick, reader model, drafter& small, const start_options& options,
                std::span<const token_id> prompt, std::size_t length) {
    auto seq = pick.start(options, prompt);
    verifier verify;
    story all;
    while (all.said.size() < length && model.has_room()) {
        const draft proposed = small.propose(most_drafted);
        const std::size_t before = model.size();
        std::size_t drafted = 0;
        for (; drafted < proposed.tokens.size() && model.has_room(); ++drafted) model.read(proposed.tokens[drafted]);
        draft judged = proposed;
        judged.tokens = judged.tokens.first(drafted);
        if (!judged.laws.empty()) judged.laws = judged.laws.first(drafted);

        const auto rows = model.rows().subspan(before);
        const verified step = rule ? verify(*rule, pick, rows, judged, seq) : verify.typical(0.3, 0.6, pick, rows, judged, seq);
        need(step && seq.accept(step.token.id) == status::ok, "verification failed: " + std::string(message(step.token.why)));

        all.passes.push_back({drafted, step.path.size()});
        const std::size_t from = all.said.size();
        for (const std::int32_t node : step.path) all.said.push_back(proposed.tokens[static_cast<std::size_t>(node)]);
        all.said.push_back(step.token.id);
        small.came(std::span(all.said).subspan(from));
        model.back_to(before + step.path.size());
        if (model.has_room()) model.read(step.token.id);
    }
    return all;
}

struct way {
    const char* draft;
    by kind;
    const char* name;
    acceptance rule;
};
constexpr std::array<way, 7> ways{{{"repetition", by::repetition, "match", acceptance::match},
                                   {"repetition", by::repetition, "traversal", acceptance::traversal},
                                   {"one layer, greedy", by::greedy_layer, "match", acceptance::match},
                                   {"one layer, greedy", by::greedy_layer, "traversal", acceptance::traversal},
                                   {"one layer, same noise", by::same_noise, "match", acceptance::match},
                                   {"one layer, drawn", by::drawn_layer, "ratio", acceptance::ratio},
                                   {"one layer, drawn", by::drawn_layer, "traversal", acceptance::traversal}}};

// Every text by match is that of plain decoding, whatever the pipeline.
std::size_t check_texts(const models& m) {
    std::size_t texts = 0;
    for (const std::string_view source : {"temperature(0.7) | top_k(40) | top_p(0.95) | categorical", "temperature(0.5) | gumbel", "greedy",
                                          "penalties(1.2, window=32) | dry(0.8) | xtc(0.5, 0.05) | mirostat(3)"}) {
        const parsed pick = parse(source);
        need(static_cast<bool>(pick), pick.error.sentence);
        for (std::uint64_t number = 0; number < 8; ++number) {
            const start_options options{.seed = text_seed, .sequence = number};
            const auto expected = plain(pick.pick, reader(m.whole, m.prompt), options, m.prompt, story_length);
            for (const by kind : {by::repetition, by::greedy_layer, by::drawn_layer, by::same_noise}) {
                const auto small = make_draft(kind, m, pick.pick, number);
                auto got = speculate(acceptance::match, pick.pick, reader(m.whole, m.prompt), *small, options, m.prompt, story_length).said;
                got.resize(std::min(got.size(), story_length));
                need(got == expected, "by match another text than by plain decoding: " + std::string(source));
                ++texts;
            }
        }
    }
    return texts;
}

using law_of_texts = std::map<std::vector<token_id>, double>;

// The probability of every text of so many tokens, by plain decoding.
void add_law(law_of_texts& law, const pipeline& pick, reader& model, const std::vector<token_id>& prompt, std::vector<token_id>& said,
             double probability, std::size_t length) {
    if (said.size() == length) {
        law[said] += probability;
        return;
    }
    const auto next = pick.distribution(model.row(), pick.start({.output = said}, prompt));
    for (std::size_t i = 0; i < next.ids.size(); ++i) {
        said.push_back(next.ids[i]);
        model.read(next.ids[i]);
        add_law(law, pick, model, prompt, said, probability * next.probabilities[i], length);
        said.pop_back();
        model.back_to(said.size());
    }
}

// Pearson's statistic of many short texts, in standard deviations from what it is if their law is that of plain decoding.
double against_law(const models& m, std::optional<acceptance> rule) {
    constexpr std::size_t length = 3, texts = 20'000;
    const pipeline pick = parse("top_k(4) | temperature(1.2) | repetition_penalty(1.3) | categorical").pick;
    reader::known_rows rows, small_rows;
    law_of_texts law;
    reader model(m.whole, m.prompt, &rows);
    std::vector<token_id> said;
    add_law(law, pick, model, m.prompt, said, 1, length);

    std::map<std::vector<token_id>, std::uint64_t> counts;
    const reader fresh(m.whole, m.prompt, &rows), small(m.one_layer, m.prompt, &small_rows);
    for (std::uint64_t number = 0; number < texts; ++number) {
        small_model drafts(small, pick, {.seed = text_seed + 1, .sequence = number}, m.prompt);
        auto got = speculate(rule, pick, fresh, drafts, {.seed = text_seed, .sequence = number}, m.prompt, length).said;
        got.resize(length);
        ++counts[got];
    }
    // Texts that come less than ten times are one.
    double statistic = 0, rare = 0, rare_came = 0;
    int cells = 0;
    const auto add = [&](double expected, double came) {
        statistic += (came - expected) * (came - expected) / expected;
        ++cells;
    };
    for (const auto& [text, p] : law) {
        const double expected = p * texts, came = static_cast<double>(counts[text]);
        if (expected >= 10) add(expected, came);
        else rare += expected, rare_came += came;
    }
    if (rare > 0) add(rare, rare_came);
    need(counts.size() == law.size(), "a text that plain decoding does not write");
    return (statistic - (cells - 1)) / std::sqrt(2.0 * (cells - 1));
}

void check(const models& m) {
    std::printf("match: %zu texts are those of plain decoding, token by token\n", check_texts(m));
    constexpr const char* said = "%s: 20000 texts of three tokens, chi-square %.1f deviations from its mean\n";
    for (const auto& [rule, name] : {std::pair{acceptance::ratio, "ratio"}, std::pair{acceptance::traversal, "traversal"}}) {
        const double deviations = against_law(m, rule);
        std::printf(said, name, deviations);
        need(deviations < 6, "not the law of plain decoding");
    }
    const double deviations = against_law(m, std::nullopt);
    std::printf(said, "typical acceptance, which is of another law", deviations);
    need(deviations > 60, "a wrong law is not found");
}

struct saved {
    double kept, tokens_per_pass;
};

saved measure(const models& m, const pipeline& pick, const way& how, std::uint64_t texts) {
    double drafted = 0, kept = 0, passes = 0, tokens = 0;
    for (std::uint64_t number = 0; number < texts; ++number) {
        const auto small = make_draft(how.kind, m, pick, number);
        const story told =
            speculate(how.rule, pick, reader(m.whole, m.prompt), *small, {.seed = text_seed, .sequence = number}, m.prompt, story_length);
        passes += static_cast<double>(told.passes.size());
        tokens += static_cast<double>(told.said.size());
        for (const pass& each : told.passes) drafted += static_cast<double>(each.drafted), kept += static_cast<double>(each.kept);
    }
    return {kept / drafted, tokens / passes};
}

std::vector<bar> measure_all(const models& m, const pipeline& pick, std::uint64_t texts) {
    std::vector<bar> all;
    const pipeline with_noise{pick.get<0>(), any_draw{gumbel{}}};
    for (const way& how : ways) {
        const saved found = measure(m, how.kind == by::same_noise ? with_noise : pick, how, texts);
        all.push_back({how.draft, how.name, found.kept, found.tokens_per_pass});
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    try {
        const models m{ARGDRAW_GENERATE_DIR};
        const parsed pick = parse("temperature(0.7) | top_k(40) | top_p(0.95) | categorical");
        if (what == "--check") {
            check(m);
        } else if (what == "--picture") {
            const auto small = make_draft(by::drawn_layer, m, pick.pick, 3);
            const story told = speculate(acceptance::traversal, pick.pick, reader(m.whole, m.prompt), *small,
                                         {.seed = text_seed, .sequence = 3}, m.prompt, story_length);
            std::fputs(picture_of(measure_all(m, pick.pick, 40), told, m.prompt, m.words, to_text(pick.pick)).c_str(), stdout);
        } else {
            std::printf("%-22s %-10s %18s %16s %14s\n", "draft", "rule", "drafts that stay", "tokens a pass", "passes saved");
            for (const bar& each : measure_all(m, pick.pick, 40))
                std::printf("%-22s %-10s %17.0f%% %16.2f %13.0f%%\n", each.draft, each.rule, 100 * each.kept, each.tokens_per_pass,
                            100 * (1 - 1 / each.tokens_per_pass));
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "speculative: %s\n", error.what());
        return 1;
    }
}
