// What the knob does: two distributions at temperatures from 0.25 to 4, as they are and as 10 000 draws come out.
#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

struct fruit {
    const char* name;
    double probability;
};

constexpr std::array<fruit, 3> three{{{"apple", .5}, {"banana", .3}, {"cherry", .2}}};
constexpr std::array<fruit, 9> nine{
    {{"the", .30}, {"a", .22}, {"my", .15}, {"your", .11}, {"one", .08}, {"this", .06}, {"every", .04}, {"no", .03}, {"zebra", .01}}};

std::string bar(double share, int width) {
    // Eighths of a character cell, so that one in a hundred is still seen.
    static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int filled = static_cast<int>(share * width * 8 + 0.5);
    std::string text;
    for (int i = 0; i < filled / 8; ++i) text += "█";
    text += eighths[filled % 8];
    for (int i = filled / 8 + (filled % 8 != 0); i < width; ++i) text += ' ';
    return text;
}

void show(std::span<const fruit> distribution, float t) {
    constexpr int draws = 10000;
    std::vector<float> logits;
    for (const fruit& f : distribution) logits.push_back(static_cast<float>(numeric::log(f.probability)));

    const sampler pick{temperature{t}, categorical{}};
    const auto law = pick.distribution(logits);
    std::vector<int> count(logits.size());
    philox random{.seed = 1};
    for (int i = 0; i < draws; ++i)
        if (const drawn token = pick(logits, random)) ++count[static_cast<std::size_t>(token.id)];

    std::printf("  T = %g%s\n", static_cast<double>(t), t == 1 ? "  (as the model said)" : "");
    for (std::size_t i = 0; i < logits.size(); ++i)
        std::printf("    %-7s %5.3f %s   drawn %5.3f\n", distribution[i].name, law.probabilities[i], bar(law.probabilities[i], 40).c_str(),
                    static_cast<double>(count[i]) / draws);
}

}  // namespace

int main() {
    std::puts("Temperature divides the logits: below 1 the likely become likelier, above 1 all come closer together.\n");
    for (const auto distribution : {std::span<const fruit>(three), std::span<const fruit>(nine)}) {
        for (const float t : {0.25f, 0.5f, 1.0f, 2.0f, 4.0f}) show(distribution, t);
        std::puts("");
    }
}
