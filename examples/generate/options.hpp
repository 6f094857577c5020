// The library's stages and draws as options of a command line, made of what the library itself knows of each: text::kinds.
//
//   --top-k 40 --dry "0.8, window=64"       a value is what stands in the parentheses of a pipeline's text
//   --ban "[' cat', 17]"                    a token is its number, or its text in quotes
//   --bad-words "['big dog', 'the mat']"    where a sequence of tokens is wanted, any text
//   --min-tokens "12, stop"                 lists that the program has: stop, letters, unprompted
#pragma once

#include "numbers.hpp"
#include "tokenizer.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace generate {

// A stage or draw as it was asked for.
struct request {
    const argdraw::text::kind* what;
    std::string parameters;
};

inline std::string option_name(const argdraw::text::kind& what) {
    std::string name = "--" + std::string(what.name);
    std::ranges::replace(name, '_', '-');
    return name;
}

// What the command line said: `stages` in its order, and the last draw.
struct asked {
    std::string text;  // of the whole pipeline; then there is nothing else
    std::vector<request> stages;
    request draw{argdraw::text::find_kind("categorical"), ""};
};

// The pipeline where nothing is said about it. Parameters that are given replace the usual ones.
struct usual_stage {
    std::string_view name, parameters;
};
inline constexpr std::array<usual_stage, 4> usual{{{"temperature", "0.7"}, {"top_k", "40"}, {"top_p", "0.95"}, {"min_p", "0.05"}}};

// The usual stages that were not asked for go before the next usual one that was, or to the end: so the usual order stays unless another
// is asked for.
inline void add_usual(std::vector<request>& stages) {
    const auto find = [&](std::string_view name) { return std::ranges::find(stages, name, [](const request& r) { return r.what->name; }); };
    for (std::size_t i = 0; i < usual.size(); ++i) {
        if (find(usual[i].name) != stages.end()) continue;
        auto at = stages.end();
        for (std::size_t later = i + 1; later < usual.size(); ++later) at = std::min(at, find(usual[later].name));
        stages.insert(at, {argdraw::text::find_kind(usual[i].name), std::string(usual[i].parameters)});
    }
}

class stage_options {
public:
    explicit stage_options(CLI::App& app) : app_(app) {
        for (const argdraw::text::kind& each : argdraw::text::kinds) {
            const std::string name = option_name(each);
            const argdraw::named fresh = argdraw::by_name(each.name);
            std::string form, help(each.meaning);
            for (const argdraw::text::parameter& p : each.parameters) {
                const bool has_default = !form.empty() && !p.must_be_given;
                form += (form.empty() ? "" : ", ") + std::string(p.name.empty() ? "[...]" : p.name);
                if (has_default) form += "=" + fresh.get(p.name);
            }
            for (const auto& [stage, parameters] : usual)
                if (stage == each.name) help += " [" + std::string(parameters) + "]";
            CLI::Option* const option = each.parameters.empty() ? app.add_flag(name) : app.add_option(name);
            option->description(help)->type_name(form)->group(std::string(each.group));
            option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            // What does something by its defaults may go without a value.
            if (!each.parameters.empty() && (each.is_draw || (fresh && !fresh.stage().neutral()))) option->expected(0, 1);
            kind_of_[option] = &each;
        }
    }

    // After the command line was read.
    asked read(std::string pipeline, bool only) const {
        asked all{.text = std::move(pipeline), .stages = {}};
        bool has_draw = false;
        std::map<const CLI::Option*, std::size_t> uses;
        for (const CLI::Option* const option : app_.parse_order()) {
            const auto found = kind_of_.find(option);
            if (found == kind_of_.end()) continue;
            if (!all.text.empty()) throw bad_value("--pipeline is the whole pipeline, and " + option->get_name() + " another part of one");
            const request one{found->second, found->second->parameters.empty() ? "" : option->results()[uses[option]++]};
            if (!one.what->is_draw) {
                all.stages.push_back(one);
            } else {
                if (has_draw) throw bad_value("only one draw can end a pipeline");
                has_draw = true;
                all.draw = one;
            }
        }
        if (!only) add_usual(all.stages);
        return all;
    }

private:
    CLI::App& app_;
    std::map<const CLI::Option*, const argdraw::text::kind*> kind_of_;
};

inline std::string with_spaces(std::string_view text) {
    static constexpr std::string_view sign = "␣";
    std::string out(text);
    for (std::size_t at = out.find(sign); at != std::string::npos; at = out.find(sign, at)) out.replace(at, sign.size(), " ");
    return out;
}
// The token that a text is, as --explain shows it; else those that the tokenizer splits it into.
inline std::vector<argdraw::token_id> tokens_of(std::string_view text, const tokenizer& words) {
    if (text == "<s>") return {tokenizer::begin};
    if (text == "</s>") return {tokenizer::end};
    const std::string said = with_spaces(text);
    if (const int id = words.find(said); id >= 0) return {id};
    return words.encode(said, false);
}
// A bit for each token that consists of these characters, and for those that end a text.
inline std::vector<std::uint32_t> mask_of(std::string_view characters, const tokenizer& words) {
    const std::string allowed = with_spaces(characters);
    std::vector<std::uint32_t> mask((words.size() + 31) / 32);
    for (std::size_t id = 1; id < words.size(); ++id) {
        const std::string bytes = id < 3 ? "" : words.decode(-1, static_cast<int>(id));
        if (id < 3 || (!bytes.empty() && bytes.find_first_not_of(allowed) == std::string::npos))
            mask[id >> 5] |= std::uint32_t{1} << (id & 31);
    }
    return mask;
}

// A sentence with the place in the text that it speaks of.
inline std::string pointed_at(std::string_view text, const argdraw::text::error& wrong) {
    return wrong.sentence + "\n  " + std::string(text) + "\n  " + std::string(wrong.column - 1, ' ') + "^";
}

// The pipeline that was asked for, and the lists that it sees.
class chosen {
public:
    chosen(const asked& all, const argdraw::text::names& known) {
        if (!all.text.empty()) {
            whole_ = argdraw::parse(all.text, known);
            if (!whole_) throw bad_value("--pipeline: " + pointed_at(all.text, whole_.error));
            return;
        }
        argdraw::chain stages;
        for (const request& each : all.stages)
            if (!stages.add(set(each, known).stage())) throw bad_value(std::string(stages.fault()));
        whole_.pick = argdraw::pipeline{stages, set(all.draw, known).draw()};
    }

    const argdraw::pipeline& pick() const { return whole_.pick; }
    // Whether a stage looks at another row.
    bool compares_rows() const {
        const argdraw::chain& stages = whole_.pick.get<0>();
        for (std::size_t i = 0; i < stages.size(); ++i)
            if (stages[i].get_if<argdraw::guidance<float>>() || stages[i].get_if<argdraw::contrastive<float>>()) return true;
        return false;
    }

private:
    const argdraw::named& set(const request& from, const argdraw::text::names& known) {
        argdraw::named& one = parts_.emplace_back(argdraw::by_name(from.what->name));
        if (!one.set(from.parameters, known)) throw bad_value(option_name(*one.kind()) + ": " + pointed_at(from.parameters, one.error()));
        if (!one) throw bad_value(option_name(*one.kind()) + ": " + one.error().sentence);
        return one;
    }
    argdraw::parsed whole_;
    std::vector<argdraw::named> parts_;
};

}  // namespace generate
