// generate — a language model writes a text, and argdraw chooses every token of it.
//
//   generate --prompt "The cat sat on the" --temperature 0.7 --top-k 40 --top-p 0.95 --min-p 0.05 --seed 42 --explain
//   generate --only --dry 0.8 --repetition-penalty 1.1 --temperature 1.2 --min-p 0.1 --mirostat "3, eta=0.1"
//   generate --pipeline "penalties(1.1, window=64) | ban([' cat']) | top_k(40) | temperature(0.8) | categorical"

#include "explain.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "tokenizer.hpp"
#include "transformer.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/logprobs.hpp>
#include <argdraw/text/pipeline.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace argdraw;

struct options {
    std::filesystem::path model = std::filesystem::path(ARGDRAW_GENERATE_DIR) / "stories.bin";
    std::filesystem::path tokenizer = std::filesystem::path(ARGDRAW_GENERATE_DIR) / "tokenizer.bin";
    std::string prompt = "The cat sat on the";
    std::string pipeline;
    std::string letters = "abcdefghijklmnopqrstuvwxyz ";
    std::uint64_t seed = 42;
    std::uint64_t sequence = 0;
    int length = 60;
    bool only = false;
    bool explain = false;
};

// What every stage leaves of the candidates, and the draw where it has a law of its own.
std::vector<generate::column> columns(const pipeline& pick, const Eigen::VectorXf& logits, const sequence<chain, any_draw>& seq,
                                      const sequence<chain, categorical>& seen, std::size_t vocabulary) {
    std::vector<generate::column> all;
    const chain& stages = pick.get<0>();
    chain first;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        first.add(stages[i]);
        const sampler so_far{first, categorical{}};
        all.emplace_back(to_text(stages[i].viewed()), so_far.distribution(logits, seen), vocabulary);
    }
    const std::string draw = to_text(pick.get<1>());
    if (draw != "categorical" || all.empty())
        all.emplace_back(draw == "categorical" ? "the model's own" : draw, pick.distribution(logits, seq), vocabulary);
    return all;
}

int write(const options& o, const pipeline& pick, generate::transformer& model, const generate::tokenizer& words,
          generate::transformer* unprompted, Eigen::VectorXf& unprompted_logits) {
    Eigen::VectorXf logits(model.shape().vocabulary);

    const std::vector<int> prompt = words.encode(o.prompt, true);
    if (static_cast<Eigen::Index>(prompt.size()) > model.shape().context) {
        std::cerr << "generate: the prompt has " << prompt.size() << " tokens, and the model reads at most " << model.shape().context
                  << ".\n";
        return 2;
    }
    for (const int id : prompt) model.step(id, logits);
    if (unprompted) unprompted->step(generate::tokenizer::begin, unprompted_logits);

    const start_options start{.seed = o.seed, .sequence = o.sequence, .vocabulary = words.size()};
    auto seq = pick.start(start, prompt);
    // What the stages leave, with the draw out of the way: a sequence of its own, at the same place.
    auto seen = sampler{pick.get<0>(), categorical{}}.start(start, prompt);

    std::string text = o.prompt;
    if (o.explain) generate::print_legend(std::cout);
    else std::cout << text << std::flush;

    int previous = prompt.back();
    for (int number = 1; number <= o.length; ++number) {
        const auto explained = o.explain ? columns(pick, logits, seq, seen, words.size()) : std::vector<generate::column>{};
        const drawn token = pick(logits, seq);
        if (!token) {
            std::cout << std::endl;
            std::cerr << "generate: " << message(token.why) << "\n";
            return 1;
        }
        if (o.explain) {
            std::array<token_logprobs, 1> of_token;
            const auto row = log_probabilities(pick, logits, seq, {.chosen = token.id}, of_token);
            generate::print_choice(std::cout, number, text, explained, of_token.front(), row, words);
        }
        if (token.id == generate::tokenizer::begin || token.id == generate::tokenizer::end) break;
        const std::string piece = words.decode(previous, token.id);
        text += piece;
        if (!o.explain) std::cout << piece << std::flush;
        if (model.position() == model.shape().context) break;
        model.step(token.id, logits);
        if (unprompted) unprompted->step(token.id, unprompted_logits);
        for (const status why : {seq.accept(token.id), seen.accept(token.id)}) {
            if (why == status::ok) continue;
            std::cerr << "\ngenerate: " << message(why) << "\n";
            return 1;
        }
        previous = token.id;
    }
    if (o.explain) std::cout << "\n" << text;
    std::cout << "\n";
    return 0;
}

int run(const options& o, const generate::asked& asked) {
    generate::transformer model(o.model);
    const generate::tokenizer words(o.tokenizer, model.shape().vocabulary);

    // What a pipeline may speak of by name. This model ends a story by beginning another.
    const std::array<token_id, 2> stop{generate::tokenizer::begin, generate::tokenizer::end};
    const std::vector<std::uint32_t> letters = generate::mask_of(o.letters, words);
    Eigen::VectorXf unprompted_logits = Eigen::VectorXf::Zero(model.shape().vocabulary);
    text::names known;
    known.add("stop", stop);
    known.add("letters", letters);
    known.add("unprompted", std::span<const float>(unprompted_logits.data(), words.size()));
    known.tokens = [&](std::string_view said) { return generate::tokens_of(said, words); };

    const generate::chosen pipeline(asked, known);
    std::unique_ptr<generate::transformer> unprompted;
    if (pipeline.compares_rows()) unprompted = std::make_unique<generate::transformer>(o.model);
    return write(o, pipeline.pick(), model, words, unprompted.get(), unprompted_logits);
}

}  // namespace

int main(int argc, char** argv) {
    options o;
    CLI::App app{"A small language model writes a text, and argdraw chooses every token of it.", "generate"};
    app.option_defaults()->always_capture_default();
    app.get_formatter()->column_width(36);
    app.add_option("--prompt", o.prompt, "the text to go on from");
    const CLI::Validator large_number(generate::check_number<std::uint64_t>, "");
    app.add_option("--seed", o.seed, "the same seed writes the same text")->transform(large_number);
    app.add_option("--sequence", o.sequence, "the number of this text among those of one seed")->transform(large_number);
    app.add_option("--length", o.length, "the most tokens to add")->check(CLI::Range(0, 1000000));
    app.add_flag("--explain", o.explain, "show what every stage leaves of the candidates for each token");
    app.add_option("--pipeline", o.pipeline, "all stages and the draw, as text: \"top_k(40) | temperature(0.8) | categorical\"");
    app.add_flag("--only", o.only, "no stages but those named");
    app.add_option("--letters", o.letters, "the characters of the list `letters`, a mask, as in --allow \"letters, ban\"");
    app.add_option("--model", o.model, "a checkpoint in llama2.c's version 0 layout");
    app.add_option("--tokenizer", o.tokenizer, "its tokenizer");
    const generate::stage_options stages(app);
    app.footer(
        "Stages act in the order in which they are named, and may be named more than once. Of temperature, top-k, top-p and\n"
        "min-p, those not named have their usual values and places, unless there is --only.\n"
        "A token is its number or its text in quotes, as in --ban \"[' cat', 17]\", and a phrase any text, as in --bad-words\n"
        "\"['big dog']\"; a list may be one of these by name: stop, what ends a story; letters, a mask of the tokens that consist of\n"
        "--letters; unprompted, the row of a model that has not read the prompt.");

    try {
        app.parse(argc, argv);
        return run(o, stages.read(o.pipeline, o.only));
    } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; } catch (const generate::bad_value& error) {
        std::cerr << "generate: " << error.what() << "\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "generate: " << error.what() << "\n";
        return 1;
    }
}
