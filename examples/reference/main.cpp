// reference — what C++ draws, for the tests of other languages to compare with.
//
//   reference STEPS    "text PIPELINE" for each of some pipelines, and behind it STEPS lines with a token and its log-probability as bits
//   reference laws     reads lines "PIPELINE / seed / sequence / prompt / output / row", tabulators for slashes and ids and logits with commas
//                      between; writes the token that is drawn, and the ids and probabilities of the final set, or a sentence
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

using namespace argdraw;

namespace {

constexpr std::array texts{
    "greedy",
    "categorical",
    "top_k(40) | temperature(0.8) | categorical",
    "temperature(0.7) | top_p(0.9) | gumbel",
    "temperature(1.5) | min_p(0.05) | categorical",
    "dynamic_temperature(0.5, 1.5) | typical(0.9) | categorical",
    "quadratic(0.3) | top_n_sigma(1) | categorical",
    "softcap(30) | eta_cutoff(0.002) | categorical",
    "skew(0.3) | tail_free(0.95) | categorical",
    "top_a(0.2) | xtc(0.5, 0.01) | categorical",
    "top_h(0.4) | categorical",
    "p_less | categorical",
    "min_k(3) | categorical",
    "penalties(1.1, frequency=0.2, window=64) | top_p(0.9) | gumbel",
    "dry(0.8, window=64) | min_p(0.05) | mirostat(3)",
    "no_repeat_ngram(3) | top_k(100) | mirostat_v1",
    "bad_words([[1, 2], [7]]) | logit_bias([3: 2.5, 5: -inf]) | typical(0.9) | categorical",
    "ban([1, 2, 3]) | adaptive_p",
    "min_tokens(100, [8]) | exponential_length(50, 1.001, 8) | temperature(0.9) | categorical",
    "xtc_mean(0.5, 0.01) | epsilon_cutoff(0.001) | categorical",
};

// In whole numbers, which every language has: rows go round.
std::vector<float> row_of(std::uint32_t step) {
    constexpr std::uint32_t width = 1000, rows = 200;
    std::vector<float> row;
    for (std::uint32_t id = 0; id < width; ++id)
        row.push_back(static_cast<float>((id * 2654435761u + step % rows * 40503u * 65537u) >> 8) / 0x1p20f);
    return row;
}

int write_streams(std::uint32_t steps) {
    const std::vector<token_id> prompt{1, 2, 3, 1, 2};
    for (const std::string_view source : texts) {
        const parsed asked = parse(source);
        if (!asked) return 1;
        std::printf("text %s\n", std::string(source).c_str());
        auto seq = asked.pick.start({.seed = 42, .sequence = 7, .prompt = prompt});
        for (std::uint32_t step = 0; step < steps; ++step) {
            const drawn token = asked.pick(row_of(step), seq);
            if (!token || seq.accept(token.id) != status::ok) return 1;
            std::printf("%d %u\n", token.id, std::bit_cast<std::uint32_t>(token.logprob));
        }
    }
    return 0;
}

template <class T, class F>
std::vector<T> listed(const std::string& text, F number) {
    std::vector<T> all;
    std::istringstream in(text);
    for (std::string each; std::getline(in, each, ',');) all.push_back(static_cast<T>(number(each)));
    return all;
}

void write_law(const std::string& line) {
    std::array<std::string, 6> field;
    std::istringstream in(line);
    for (std::string& each : field) std::getline(in, each, '\t');
    const auto ids = [](const std::string& text) {
        return listed<token_id>(text, [](const std::string& each) { return std::stol(each); });
    };
    const auto prompt = ids(field[3]), output = ids(field[4]);
    const auto row = listed<float>(field[5], [](const std::string& each) { return std::strtof(each.c_str(), nullptr); });

    const parsed asked = parse(field[0]);
    if (!asked) return void(std::printf("%s\n", asked.error.sentence.c_str()));
    auto seq = asked.pick.start({.seed = std::stoull(field[1]), .sequence = std::stoull(field[2]), .prompt = prompt, .output = output});
    const auto law = asked.pick.distribution(row, seq);
    const drawn token = asked.pick(row, seq);
    if (!law || !token) return void(std::printf("%s\n", std::string(message(token.why)).c_str()));
    std::printf("%d", token.id);
    for (std::size_t i = 0; i < law.ids.size(); ++i) std::printf(" %d:%.17g", law.ids[i], law.probabilities[i]);
    std::printf("\n");
}

}  // namespace

int main(int count, char** given) {
    const std::string_view what = count == 2 ? given[1] : "";
    if (what == "laws") {
        for (std::string line; std::getline(std::cin, line);) write_law(line);
        return 0;
    }
    const long steps = std::strtol(count == 2 ? given[1] : "", nullptr, 10);
    if (steps > 0) return write_streams(static_cast<std::uint32_t>(steps));
    std::fputs("usage: reference STEPS, or: reference laws\n", stderr);
    return 1;
}
