// gallery — what each stage does to one and the same distribution, as a picture: gallery > gallery.svg
//
// Every bar is a probability from distribution(), or for draws a frequency; the title of a panel is the very code that was run.
#include "svg.hpp"

#include <argdraw/argdraw.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace argdraw;

namespace {

// The next word of a text. The first ten could stand there; the rest have been said, and here cannot.
enum word : token_id { mat, bed, sofa, floor, chair, roof, table, moon, end, idea, the, cat, dog, sat, on, dot, words };

constexpr std::size_t shown = 10;
constexpr std::array<const char*, shown> names{"mat", "bed", "sofa", "floor", "chair", "roof", "table", "moon", "(end)", "idea"};

constexpr float none = -std::numeric_limits<float>::infinity();
constexpr std::array<float, words> logits{2.8f,  2.65f, 2.3f, 2.0f, 1.7f, 0.7f, 0.4f, -0.5f,
                                          -0.8f, -1.8f, none, none, none, none, none, none};
// What the model would say without having read the prompt, for the stages that compare two rows.
constexpr std::array<float, words> other{1.5f, 2.9f, 1.2f, 2.2f, 2.4f, 0.3f, 2.0f, -0.8f, 0.6f, -0.4f, none, none, none, none, none, none};

// The text so far: "on the floor ." is the prompt, the rest has been generated.
constexpr std::array<token_id, 4> prompt{on, the, floor, dot};
constexpr std::array<token_id, 17> said{the, bed, dot, the, bed, dot, the, cat, sat, on, the, mat, the, dog, sat, on, the};

using law = std::array<double, shown>;

law law_of(const distribution_of_row& found) {
    if (!found) std::fprintf(stderr, "%s\n", std::string(message(found.why)).c_str()), std::exit(1);
    law p{};
    for (std::size_t i = 0; i < found.ids.size(); ++i)
        if (const auto id = static_cast<std::size_t>(found.ids[i]); id < shown) p[id] = found.probabilities[i];
    return p;
}

// A pipeline's sequence that has read the text.
template <class Pick>
auto sequence_of(const Pick& pick, std::span<const token_id> output = said) {
    auto seq = pick.start({.seed = 3, .vocabulary = words}, prompt);
    for (const token_id id : output)
        if (seq.accept(id) != status::ok) std::exit(1);
    return seq;
}

struct panel {
    std::string code;
    const char* what;
    law after;
    bool compares = false;  // with the other row
};

template <class Stage>
panel after(const char* code, const Stage& stage, const char* what, std::span<const token_id> output = said) {
    const sampler pick{stage, categorical{}};
    auto seq = sequence_of(pick, output);
    return {code, what, law_of(pick.distribution(logits, seq))};
}

// How often each word came in many draws; `count` tells which did.
template <class Draw, class Count>
panel drawn_by(const char* code, const Draw& draw, const char* what, Count count) {
    constexpr int draws = 10000;
    const sampler pick{draw};
    std::array<int, shown> times{};
    int all = 0;
    for (std::uint64_t i = 0; i < draws; ++i) {
        auto seq = pick.start({.seed = 1, .sequence = i, .vocabulary = words});
        count(pick(logits, seq), [&](token_id id) { ++times[static_cast<std::size_t>(id)], ++all; });
    }
    law p{};
    for (std::size_t i = 0; i < shown; ++i) p[i] = static_cast<double>(times[i]) / all;
    return {code, what, p};
}
template <class Draw>
panel drawn_by(const char* code, const Draw& draw, const char* what) {
    return drawn_by(code, draw, what, [](const drawn& token, auto add) { add(token.id); });
}

// The code twice: once as it is read, once as it is run.
#define CODE(...) #__VA_ARGS__, __VA_ARGS__

std::vector<panel> scaling() {
    return {
        after(CODE(temperature{0.5f}), "below 1: the likely become likelier"),
        after(CODE(temperature{2.0f}), "above 1: all come closer together"),
        after(CODE(dynamic_temperature{0.0f, 0.8f}), "the surer the model, the cooler"),
        after(CODE(quadratic{0.3f, 1.0f}), "the top comes together, the tail falls"),
        after(CODE(softcap{1.5f}), "logits squeezed between -1.5 and 1.5"),
        after(CODE(skew{0.6f}), "mass moves down the order; below 0, up"),
        after(CODE(softmax{}), "ln p instead of logits; p itself stays"),
    };
}

std::vector<panel> truncation() {
    return {
        after(CODE(top_k{3}), "the 3 most likely"),
        after(CODE(top_p{0.9f}), "the most likely, until they have 90 %"),
        after(CODE(min_p{0.4f}), "at least 40 % as likely as the first"),
        after(CODE(typical{0.5f}), "the nearest to the expected surprise"),
        after(CODE(top_n_sigma{1.0f}), "logits within a deviation of the first"),
        after(CODE(epsilon_cutoff{0.03f}), "at least 3 % likely"),
        after(CODE(eta_cutoff{0.2f}), "the cut gives way as entropy grows"),
        after(CODE(tail_free{0.9f}), "until the curve stops bending"),
        after(CODE(top_a{1.0f}), "at least the square of the first one's p"),
        after(CODE(min_k{3.0f}), "down to the steepest relative drop"),
        after(CODE(p_less{}), "as likely as two draws are to agree"),
        after(CODE(p_less_norm{}), "the same, less what chance would give"),
        after(CODE(top_h{0.8f}), "entropy of the kept: 80 % of the whole"),
        after(CODE(top_h_sum{0.5f}), "half of the sum that makes the entropy"),
        after(CODE(xtc{1.0f, 0.1f}), "of those above 10 %, only the last"),
        after(CODE(xtc_mean{0.5f, 0.1f}), "xtc by half, in the mean of its coin"),
    };
}

std::vector<panel> looking_back() {
    static constexpr std::array<token_id, 2> the_bed{the, bed};
    static constexpr std::array<token_id, 2> the_roof{the, roof};
    return {
        after(CODE(repetition_penalty{1.5f}), "logits of all seen divided by 1.5"),
        after(CODE(frequency_penalty{0.7f}), "0.7 off each time it was said"),
        after(CODE(presence_penalty{0.7f}), "0.7 off if it was said"),
        after(CODE(penalties{1.2f, 0.5f, 0.2f}), "the three of them in one"),
        after(CODE(dry{0.8f}), "\"sat on the mat\" would repeat itself"),
        after(CODE(no_repeat_ngram{3}), "no three words twice: \"on the mat\""),
        after(CODE(bad_words{{the_bed}}), "\"the bed\" is never said"),
        after(CODE(sequence_bias{{{the_roof, 2}}}), "\"the roof\" gets 2 more"),
        after(CODE(encoder_repetition{1.5f}), "words of the prompt: \"floor\""),
        after(CODE(min_tokens{20, {end}}), "no end before 20 words"),
        after(CODE(exponential_length{8, 1.2f, end}), "after 8, the end comes nearer"),
    };
}

std::vector<panel> by_token() {
    static constexpr std::array<std::uint32_t, 1> mask{1u << bed | 1u << chair | 1u << table};
    auto guided = after(CODE(guidance{other, 1.5f}), "away from what the other row says");
    auto contrasted = after(CODE(contrastive{other, 0.1f, 0.5f}), "what this row prefers, of the likely");
    guided.compares = contrasted.compares = true;
    return {
        after(CODE(logit_bias{{{mat, -1}, {moon, 3}}}), "1 less for mat, 3 more for moon"),
        after(CODE(ban{{mat, sofa}}), "these two are never drawn"),
        after(CODE(allow_only{{mat, sofa, moon}}), "these three and no others"),
        after(CODE(allow{mask, past_end::ban}), "a grammar's mask: a bit for each word"),
        after(CODE(suppress_at_begin{{mat}}), "not as the first word of an answer", {}),
        after(CODE(force{17, roof}), "the 18th word is this one"),
        guided,
        contrasted,
    };
}

std::vector<panel> draws() {
    static std::array<drawn, 3> three;
    return {
        drawn_by(CODE(categorical{}), "with its probability"),
        drawn_by(CODE(greedy{}), "always the first"),
        drawn_by(CODE(gumbel{}), "the same law, noise for each word"),
        drawn_by(CODE(mirostat{1.2f, 0.1f}), "surprise kept near 1.2 bits"),
        drawn_by(CODE(mirostat_v1{1.2f, 0.1f}), "the same, by a top-k from Zipf's law"),
        drawn_by(CODE(adaptive_p{0.15f}), "words of about 15 %, on average"),
        drawn_by(CODE(without_replacement{three}), "three at once: shares of their places",
                 [](const drawn&, auto add) {
                     for (const drawn& each : three) add(each.id);
                 }),
    };
}

struct group {
    const char* title;
    const char* says;
    const char* colour;
    std::vector<panel> panels;
};

}  // namespace

int main() {
    const sampler as_it_is{categorical{}};
    const law before = law_of(as_it_is.distribution(logits));
    const law elsewhere = law_of(as_it_is.distribution(other));

    const std::vector<group> groups{
        {"Scaling", "changes probabilities, removes no word", "#2563c9", scaling()},
        {"Truncation", "removes the unlikely, or the likely", "#0b8a6a", truncation()},
        {"History", "looks back at the text", "#c2570c", looking_back()},
        {"Bias and masks", "about single words, or against another row", "#7c3fc4", by_token()},
        {"Draws", "how often each word comes in 10 000 first draws", "#c02a56", draws()},
    };

    gallery::picture picture(names, before);
    picture.heading("What each stage does to one distribution",
                    "The next word after the prompt “on the floor.” and its continuation “the bed. the bed. the cat sat on the mat. the "
                    "dog sat on the …”");
    for (const group& g : groups) {
        picture.begin_group(g.title, g.says, g.colour);
        if (&g == &groups.front()) picture.add_before("before", "what the model says");
        for (const panel& p : g.panels)
            picture.add(p.code, p.what, p.after, p.compares ? std::span<const double>(elsewhere) : std::span<const double>());
    }
    std::fputs(picture.svg().c_str(), stdout);
}
