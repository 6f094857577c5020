// generate — a language model writes a text, and argdraw chooses every token of it.
//
//   generate --prompt "The cat sat on the" --temperature 0.7 --top-k 40 --top-p 0.95 --min-p 0.05 --seed 42 --explain
//   generate --only --dry 0.8 --repetition-penalty 1.1 --temperature 1.2 --min-p 0.1 --mirostat 3,0.1

#include "explain.hpp"
#include "numbers.hpp"
#include "stages.hpp"
#include "tokenizer.hpp"
#include "transformer.hpp"

#include <argdraw/argdraw.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace argdraw;

// A stage as it was asked for: an entry of all_stages() and the text of its value.
struct request {
    const generate::stage_option* stage;
    std::string text;
};

struct options {
    std::filesystem::path model = std::filesystem::path(ARGDRAW_GENERATE_DIR) / "stories.bin";
    std::filesystem::path tokenizer = std::filesystem::path(ARGDRAW_GENERATE_DIR) / "tokenizer.bin";
    std::string prompt = "The cat sat on the";
    std::vector<request> pipeline;
    std::string dry_breakers, xtc_protect;
    any_draw draw = categorical{};
    std::string draw_title;
    std::uint64_t seed = 42;
    std::uint64_t sequence = 0;
    int length = 60;
    bool only = false;
    bool explain = false;
};

// The pipeline where nothing is said about it. A value that is given replaces the usual one.
struct usual_stage {
    std::string_view name, text;
};
constexpr std::array<usual_stage, 4> usual{{{"temperature", "0.7"}, {"top-k", "40"}, {"top-p", "0.95"}, {"min-p", "0.05"}}};

// The usual stages that were not asked for go before the next usual one that was, or to the end: so the usual order stays unless another
// is asked for.
void add_usual(std::vector<request>& pipeline, const std::vector<generate::stage_option>& stages) {
    const auto asked = [&](std::string_view name) {
        return std::ranges::find(pipeline, name, [](const request& r) { return r.stage->name; });
    };
    for (std::size_t i = 0; i < usual.size(); ++i) {
        if (asked(usual[i].name) != pipeline.end()) continue;
        auto at = pipeline.end();
        for (std::size_t later = i + 1; later < usual.size(); ++later) at = std::min(at, asked(usual[later].name));
        pipeline.insert(at, {&*std::ranges::find(stages, usual[i].name, &generate::stage_option::name), std::string(usual[i].text)});
    }
}

std::string titled(const request& r) { return r.text.empty() ? r.stage->name : r.stage->name + " " + r.text; }

int write(const options& o, const chain& stages, const any_draw& draw, generate::transformer& model, const generate::tokenizer& words,
          generate::transformer* unprompted, Eigen::VectorXf& unprompted_logits) {
    const sampler pick{stages, draw};
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
    auto seen = sampler{stages, categorical{}}.start(start, prompt);

    const auto columns = [&] {
        std::vector<generate::column> all;
        chain first;
        for (std::size_t i = 0; i < stages.size(); ++i) {
            first.add(stages[i]);
            all.emplace_back(titled(o.pipeline[i]), sampler{first, categorical{}}.distribution(logits, seen), words.size());
        }
        // A draw that changes the distribution has a column, too; so has one without stages.
        if (!o.draw_title.empty() || all.empty())
            all.emplace_back(o.draw_title.empty() ? "the model's own" : o.draw_title, pick.distribution(logits, seq), words.size());
        return all;
    };

    std::string text = o.prompt;
    if (o.explain) {
        generate::print_legend(std::cout);
    } else {
        std::cout << text << std::flush;
    }

    int previous = prompt.back();
    for (int number = 1; number <= o.length; ++number) {
        const auto explained = o.explain ? columns() : std::vector<generate::column>{};
        const drawn token = pick(logits, seq);
        if (!token) {
            std::cout << std::endl;
            std::cerr << "generate: " << message(token.why) << "\n";
            return 1;
        }
        if (o.explain) generate::print_choice(std::cout, number, text, explained, token.id, token.logprob, words);
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

int run(const options& o) {
    generate::transformer model(o.model);
    const generate::tokenizer words(o.tokenizer, model.shape().vocabulary);

    Eigen::VectorXf unprompted_logits = Eigen::VectorXf::Zero(model.shape().vocabulary);
    generate::material material(words, std::span<const float>(unprompted_logits.data(), words.size()));
    if (!o.dry_breakers.empty()) material.dry_breakers = material.tokens(o.dry_breakers);
    if (!o.xtc_protect.empty()) material.xtc_protect = material.tokens(o.xtc_protect);

    chain stages;
    bool compares = false;
    for (const request& r : o.pipeline) {
        const any_stage stage = r.stage->read(r.text, material);
        compares = compares || generate::compares_rows(stage);
        stages.add(stage);
    }
    if (const auto wanted = stages.fault(); !wanted.empty()) {
        std::cerr << "generate: " << wanted << "\n";
        return 2;
    }

    std::unique_ptr<generate::transformer> unprompted;
    if (compares) unprompted = std::make_unique<generate::transformer>(o.model);
    return write(o, stages, o.draw, model, words, unprompted.get(), unprompted_logits);
}

}  // namespace

int main(int argc, char** argv) {
    const auto stages = generate::all_stages();
    const auto draws = generate::all_draws();

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
    app.add_flag("--only", o.only, "no stages but those named");
    app.add_option("--model", o.model, "a checkpoint in llama2.c's version 0 layout");
    app.add_option("--tokenizer", o.tokenizer, "its tokenizer");

    std::map<const CLI::Option*, const generate::stage_option*> stage_of;
    for (const auto& stage : stages) {
        std::string help = stage.help;
        for (const auto& [name, text] : usual)
            if (name == stage.name) help += " [" + std::string(text) + "]";
        auto* const option = stage.form.empty() ? app.add_flag("--" + stage.name) : app.add_option("--" + stage.name);
        option->description(help)->type_name(stage.form)->group(stage.group)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        stage_of[option] = &stage;
    }
    const char* const lists = "Lists of those stages";
    app.add_option("--dry-breakers", o.dry_breakers, "tokens that end a repetition")->type_name("token|token|...")->group(lists);
    app.add_option("--xtc-protect", o.xtc_protect, "tokens that xtc never drops")->type_name("token|token|...")->group(lists);

    std::map<const CLI::Option*, const generate::draw_option*> draw_of;
    for (const auto& draw : draws) {
        auto* const option = draw.form.empty() ? app.add_flag("--" + draw.name) : app.add_option("--" + draw.name)->expected(0, 1);
        option->description(draw.usual.empty() ? draw.help : draw.help + " [" + draw.usual + "]")
            ->type_name(draw.form)
            ->group("The draw, if not by the probabilities alone");
        draw_of[option] = &draw;
    }
    app.footer(
        "Stages act in the order in which they are named, and may be named more than once. Of temperature, top-k, top-p and\n"
        "min-p, those not named have their usual values and places, unless there is --only.\n"
        "A token is a piece of the vocabulary as --explain shows it, ␣ for a space, or #id; a phrase is any text.");

    try {
        app.parse(argc, argv);
        std::map<const CLI::Option*, std::size_t> uses;
        for (const CLI::Option* const option : app.parse_order()) {
            if (const auto stage = stage_of.find(option); stage != stage_of.end()) {
                const std::string text = stage->second->form.empty() ? "" : option->results()[uses[option]++];
                o.pipeline.push_back({stage->second, text});
            } else if (const auto draw = draw_of.find(option); draw != draw_of.end()) {
                if (!o.draw_title.empty()) throw generate::bad_value("only one draw can end a pipeline");
                const std::string text = draw->second->form.empty() ? "" : option->results().front();
                o.draw = draw->second->make(text);
                o.draw_title = draw->second->name + (text.empty() ? "" : " " + text);
            }
        }
        if (!o.only) add_usual(o.pipeline, stages);
        return run(o);
    } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; } catch (const generate::bad_value& error) {
        std::cerr << "generate: " << error.what() << "\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "generate: " << error.what() << "\n";
        return 1;
    }
}
