// structured — output that cannot be invalid: before each draw a grammar marks the tokens it can go on with, and no other is drawn.
//
//   structured                      one record, token by token: what was allowed, and what was drawn
//   structured --temperature 5      a hot model still writes a valid one
//   structured --noise              and so does no model at all: the logits are random numbers
//   structured --check 300          many of each kind, judged by a validator that knows nothing of the grammar
#include "grammar.hpp"
#include "validator.hpp"

#include "../generate/explain.hpp"
#include "../generate/numbers.hpp"
#include "../generate/tokenizer.hpp"
#include "../generate/transformer.hpp"

#include <argdraw/argdraw.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace argdraw;
using generate::tokenizer;
using structured::judge;
using structured::verdict;

const std::filesystem::path model_folder = ARGDRAW_GENERATE_DIR;

// The grammar's word about every token, as allow{} reads it: 32 tokens to a word, 1 = allowed.
class token_mask {
public:
    explicit token_mask(const tokenizer& words) : words_(words), bits_((words.size() + 31) / 32) {}

    // Marks the tokens that can follow the text: those that keep it the beginning of a record, and after a record its end.
    void follow(const std::string& text) {
        std::fill(bits_.begin(), bits_.end(), 0);
        if (judge(text) == verdict::complete) return set(tokenizer::end);
        for (int id = 3; std::cmp_less(id, words_.size()); ++id)
            if (judge(text + words_.decode(-1, id)) != verdict::impossible) set(id);
    }

    std::span<const std::uint32_t> bits() const { return bits_; }
    bool has(int id) const { return (bits_[static_cast<std::size_t>(id) >> 5] >> (id & 31) & 1) != 0; }

private:
    void set(int id) { bits_[static_cast<std::size_t>(id) >> 5] |= std::uint32_t{1} << (id & 31); }

    const tokenizer& words_;
    std::vector<std::uint32_t> bits_;
};

// Prints each step: how many tokens were allowed, the characters they begin with, and the one drawn. Steps at which the next character
// was certain share a line.
class step_printer {
public:
    explicit step_printer(const tokenizer& words) : words_(words) {}

    void print(const token_mask& mask, int drawn_id) {
        const auto text_of = [&](int id) { return id == tokenizer::end ? "the end" : generate::visible(words_.decode(-1, id)); };
        int count = 0;
        std::array<bool, 256> begins{};
        for (int id = 3; std::cmp_less(id, words_.size()); ++id) {
            if (!mask.has(id)) continue;
            ++count;
            begins[static_cast<unsigned char>(words_.decode(-1, id).front())] = true;
        }
        if (std::count(begins.begin(), begins.end(), true) <= 1) {
            certain_ += text_of(drawn_id);
            if (drawn_id != tokenizer::end) return;
        }
        if (!certain_.empty()) std::cout << "                          " << certain_ << "\n";
        certain_.clear();
        if (count > 0)
            std::cout << generate::formatted("%4.0f tokens  ", count) << generate::fitted(ranges(begins), 11) << "  " << text_of(drawn_id)
                      << "\n";
    }

private:
    static std::string ranges(const std::array<bool, 256>& begins) {
        std::string out;
        for (std::size_t c = 0; c < 256; ++c) {
            if (!begins[c]) continue;
            std::size_t last = c;
            while (last + 1 < 256 && begins[last + 1]) ++last;
            out += generate::visible(std::string(1, static_cast<char>(c)));
            if (last > c) out += (last > c + 1 ? "-" : "") + std::string(1, static_cast<char>(last));
            c = last;
        }
        return out;
    }

    const tokenizer& words_;
    std::string certain_;
};

struct setting {
    float heat = 0.8f;
    bool noise = false;  // random logits instead of the model's
    std::uint64_t seed = 42;
};

// A record, or less where something went wrong: nothing was drawn, or no end is in sight.
std::string write(const setting& s, const tokenizer& words, bool show) {
    generate::transformer model(model_folder / "stories.bin");
    Eigen::VectorXf logits(model.shape().vocabulary);
    philox chance{.seed = s.seed, .sequence = 1};
    const auto step = [&](int id) {
        if (!s.noise) return model.step(id, logits);
        for (float& l : logits) l = static_cast<float>(20 * unit(chance()) - 10);
    };
    for (const int id : words.encode("The cat met a bird.", true)) step(id);

    // The recipe looks at the mask of the moment, so each step builds it anew; the sequence belongs to its type and goes on.
    token_mask mask(words);
    const auto recipe = [&] { return sampler{allow{mask.bits(), past_end::ban}, temperature{s.heat}, categorical{}}; };
    auto seq = recipe().start({.seed = s.seed});

    std::string text;
    step_printer printer(words);
    while (seq.position() < 170) {
        mask.follow(text);
        const drawn token = recipe()(logits, seq);
        if (!token || seq.accept(token.id) != status::ok) break;
        if (show) printer.print(mask, token.id);
        if (token.id == tokenizer::end) break;
        text += words.decode(-1, token.id);
        step(token.id);
    }
    return text;
}

int check(int count, const tokenizer& words) {
    static constexpr std::array heats{0.0f, 0.7f, 1.0f, 1.5f, 5.0f, std::numeric_limits<float>::infinity()};
    // A judge that nods at everything would prove nothing.
    for (const char* wrong : {"", "{}", R"({"says": "Hi.", "kind": "cat", "born": "2021-02-29", "likes": [], "happy": true})",
                              R"({"says": "Hi.", "kind": "cat", "born": "2020-02-29", "likes": ["cake", "cake"], "happy": true})",
                              R"({"says": "Hi.", "kind": "cow", "born": "2020-02-29", "likes": [], "happy": true})"}) {
        if (!structured::is_record(wrong) && judge(wrong) != verdict::complete) continue;
        std::cout << "taken for a record: " << wrong << "\n";
        return 1;
    }

    int valid = 0;
    for (int i = 0; i < count; ++i) {
        const setting s{heats[static_cast<std::size_t>(i) % heats.size()], i % 5 == 4, static_cast<std::uint64_t>(i)};
        const std::string text = write(s, words, false);
        if (structured::is_record(text)) ++valid;
        else std::cout << "invalid: seed " << i << ", T = " << s.heat << (s.noise ? ", noise: " : ": ") << text << "\n";
        if (i < 12)
            std::cout << generate::formatted("T = %-4g", static_cast<double>(s.heat)) << (s.noise ? "noise  " : "model  ") << text << "\n";
    }
    std::cout << valid << " of " << count << " texts are valid records.\n";
    return valid == count ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    setting s;
    int count = 0;
    CLI::App app{"A small language model fills in a record; a grammar sees to it that it is one.", "structured"};
    app.option_defaults()->always_capture_default();
    app.add_option("--temperature", s.heat, "any: the record stays valid")->transform(CLI::Validator(generate::check_number<float>, ""));
    app.add_option("--seed", s.seed, "the same seed writes the same record")
        ->transform(CLI::Validator(generate::check_number<std::uint64_t>, ""));
    app.add_flag("--noise", s.noise, "random logits instead of the model's");
    app.add_option("--check", count, "write so many records, hot, cold and from noise, and judge them")->check(CLI::Range(0, 1000000));
    try {
        app.parse(argc, argv);
        const tokenizer words(model_folder / "tokenizer.bin", 512);
        if (count > 0) return check(count, words);
        std::cout << "How many tokens were allowed, how they begin, and the one drawn; what had no choice stands alone.\n\n";
        const std::string text = write(s, words, true);
        std::cout << "\n" << text << "\n";
        return structured::is_record(text) ? 0 : 1;
    } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; } catch (const std::exception& error) {
        std::cerr << "structured: " << error.what() << "\n";
        return 1;
    }
}
