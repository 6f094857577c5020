// generate — a language model writes a text, and argdraw chooses every token of it.
//
//   generate --prompt "The cat sat on the" --temperature 0.7 --top-k 40 --top-p 0.95 --min-p 0.05 --seed 42 --explain

#include "explain.hpp"
#include "tokenizer.hpp"
#include "transformer.hpp"

#include <argdraw/argdraw.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace argdraw;

struct options {
    std::filesystem::path model = std::filesystem::path(ARGDRAW_GENERATE_DIR) / "stories.bin";
    std::filesystem::path tokenizer = std::filesystem::path(ARGDRAW_GENERATE_DIR) / "tokenizer.bin";
    std::string prompt = "The cat sat on the";
    float temperature = 0.7f;
    int top_k = 40;
    float top_p = 0.95f;
    float min_p = 0.05f;
    std::uint64_t seed = 42;
    std::uint64_t sequence = 0;
    int length = 60;
    bool explain = false;
};

// The same pipeline cut after each of its stages.
std::vector<generate::column> columns_of(const options& o, const Eigen::VectorXf& logits) {
    const temperature heat{o.temperature};
    const top_k most{o.top_k};
    const top_p nucleus{o.top_p};
    const min_p relative{o.min_p};
    const auto size = static_cast<std::size_t>(logits.size());
    const auto titled = [](const char* name, double value) { return name + generate::formatted(" %g", value); };
    return {
        {titled("temperature", o.temperature), sampler{heat, categorical{}}.distribution(logits), size},
        {titled("top-k", o.top_k), sampler{heat, most, categorical{}}.distribution(logits), size},
        {titled("top-p", o.top_p), sampler{heat, most, nucleus, categorical{}}.distribution(logits), size},
        {titled("min-p", o.min_p), sampler{heat, most, nucleus, relative, categorical{}}.distribution(logits), size},
    };
}

int run(const options& o) {
    const sampler pick{temperature{o.temperature}, top_k{o.top_k}, top_p{o.top_p}, min_p{o.min_p}, categorical{}};
    if (const auto problem = pick.check(); !problem) {
        std::cerr << "generate: " << problem.sentence << "\n";
        return 2;
    }

    generate::transformer model(o.model);
    const generate::tokenizer words(o.tokenizer, model.shape().vocabulary);
    Eigen::VectorXf logits(model.shape().vocabulary);

    const std::vector<int> prompt = words.encode(o.prompt, true);
    if (static_cast<Eigen::Index>(prompt.size()) > model.shape().context) {
        std::cerr << "generate: the prompt has " << prompt.size() << " tokens, and the model reads at most "
                  << model.shape().context << ".\n";
        return 2;
    }
    for (const int id : prompt) model.step(id, logits);

    std::string text = o.prompt;
    if (o.explain) {
        generate::print_legend(std::cout);
    } else {
        std::cout << text << std::flush;
    }

    philox random{.seed = o.seed, .sequence = o.sequence};
    int previous = prompt.back();
    for (int number = 1; number <= o.length; ++number) {
        const drawn token = pick(logits, random);
        if (!token) {
            std::cout << std::endl;
            std::cerr << "generate: " << message(token.why) << "\n";
            return 1;
        }
        if (o.explain) {
            generate::print_choice(std::cout, number, text, columns_of(o, logits), token.id, token.logprob, words);
        }
        if (token.id == generate::tokenizer::begin || token.id == generate::tokenizer::end) break;
        const std::string piece = words.decode(previous, token.id);
        text += piece;
        if (!o.explain) std::cout << piece << std::flush;
        if (model.position() == model.shape().context) break;
        model.step(token.id, logits);
        previous = token.id;
    }
    if (o.explain) std::cout << "\n" << text;
    std::cout << "\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    options o;
    CLI::App app{"A small language model writes a text, and argdraw chooses every token of it.", "generate"};
    app.option_defaults()->always_capture_default();
    app.add_option("--prompt", o.prompt, "the text to go on from");
    app.add_option("--temperature", o.temperature, "below 1 bolder choices are rarer, above 1 commoner; 0 takes the likeliest");
    app.add_option("--top-k", o.top_k, "keep this many of the likeliest tokens; 0 keeps all");
    app.add_option("--top-p", o.top_p, "keep the likeliest tokens until their probabilities reach this; 1 keeps all");
    app.add_option("--min-p", o.min_p, "keep tokens at least this fraction as likely as the likeliest; 0 keeps all");
    app.add_option("--seed", o.seed, "the same seed writes the same text");
    app.add_option("--sequence", o.sequence, "the number of this text among those of one seed");
    app.add_option("--length", o.length, "the most tokens to add")->check(CLI::Range(0, 1000000));
    app.add_flag("--explain", o.explain, "show what every stage leaves of the candidates for each token");
    app.add_option("--model", o.model, "a checkpoint in llama2.c's version 0 layout");
    app.add_option("--tokenizer", o.tokenizer, "its tokenizer");

    try {
        app.parse(argc, argv);
        return run(o);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::cerr << "generate: " << error.what() << "\n";
        return 1;
    }
}
