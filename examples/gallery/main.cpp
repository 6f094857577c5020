// gallery — what each stage does to one and the same distribution, as a picture: gallery > gallery.svg
//
// Every bar is a probability from distribution(), or for draws a frequency; the title of a panel is the very code that was run.
#include "picture.hpp"
#include "text.hpp"

#include <argdraw/argdraw.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace argdraw;
using namespace gallery;

namespace {

struct panel {
    std::string code;
    const char* what;
    law after;
    bool compares = false;  // with the other row
};

template <class Stage>
panel with(const char* code, const Stage& stage, const char* what, std::span<const token_id> output = said) {
    return {code, what, after(stage, output)};
}
template <class Draw>
panel often(const char* code, const Draw& draw, const char* what) {
    return {code, what, drawn_by(draw)};
}

// The code twice: once as it is read, once as it is run.
#define CODE(...) #__VA_ARGS__, __VA_ARGS__

std::vector<panel> scaling() {
    return {
        with(CODE(temperature{0.5f}), "below 1: the likely become likelier"),
        with(CODE(temperature{2.0f}), "above 1: all come closer together"),
        with(CODE(dynamic_temperature{0.0f, 0.8f}), "the surer the model, the cooler"),
        with(CODE(quadratic{0.3f, 1.0f}), "the top comes together, the tail falls"),
        with(CODE(softcap{1.5f}), "logits squeezed between -1.5 and 1.5"),
        with(CODE(skew{0.6f}), "mass moves down the order; below 0, up"),
        with(CODE(softmax{}), "ln p instead of logits; p itself stays"),
    };
}

std::vector<panel> truncation() {
    return {
        with(CODE(top_k{3}), "the 3 most likely"),
        with(CODE(top_p{0.9f}), "the most likely, until they have 90 %"),
        with(CODE(min_p{0.4f}), "at least 40 % as likely as the first"),
        with(CODE(typical{0.5f}), "the nearest to the expected surprise"),
        with(CODE(top_n_sigma{1.0f}), "logits within a deviation of the first"),
        with(CODE(epsilon_cutoff{0.03f}), "at least 3 % likely"),
        with(CODE(eta_cutoff{0.2f}), "the cut gives way as entropy grows"),
        with(CODE(tail_free{0.9f}), "until the curve stops bending"),
        with(CODE(top_a{1.0f}), "at least the square of the first one's p"),
        with(CODE(min_k{3.0f}), "down to the steepest relative drop"),
        with(CODE(p_less{}), "as likely as two draws are to agree"),
        with(CODE(p_less_norm{}), "the same, less what chance would give"),
        with(CODE(top_h{0.8f}), "entropy of the kept: 80 % of the whole"),
        with(CODE(top_h_sum{0.5f}), "half of the sum that makes the entropy"),
        with(CODE(xtc{1.0f, 0.1f}), "of those above 10 %, only the last"),
        with(CODE(xtc_mean{0.5f, 0.1f}), "xtc by half, in the mean of its coin"),
    };
}

std::vector<panel> looking_back() {
    return {
        with(CODE(repetition_penalty{1.5f}), "logits of all seen divided by 1.5"),
        with(CODE(frequency_penalty{0.7f}), "0.7 off each time it was said"),
        with(CODE(presence_penalty{0.7f}), "0.7 off if it was said"),
        with(CODE(penalties{1.2f, 0.5f, 0.2f}), "the three of them in one"),
        with(CODE(dry{0.8f}), "\"sat on the mat\" would repeat itself"),
        with(CODE(no_repeat_ngram{3}), "no three words twice: \"on the mat\""),
        with(CODE(bad_words{{the_bed}}), "\"the bed\" is never said"),
        with(CODE(sequence_bias{{{the_roof, 2}}}), "\"the roof\" gets 2 more"),
        with(CODE(encoder_repetition{1.5f}), "words of the prompt: \"floor\""),
        with(CODE(min_tokens{20, {end}}), "no end before 20 words"),
        with(CODE(exponential_length{8, 1.2f, end}), "after 8, the end comes nearer"),
    };
}

std::vector<panel> by_token() {
    auto guided = with(CODE(guidance{other, 1.5f}), "away from what the other row says");
    auto contrasted = with(CODE(contrastive{other, 0.1f, 0.5f}), "what this row prefers, of the likely");
    guided.compares = contrasted.compares = true;
    return {
        with(CODE(logit_bias{{{mat, -1}, {moon, 3}}}), "1 less for mat, 3 more for moon"),
        with(CODE(ban{{mat, sofa}}), "these two are never drawn"),
        with(CODE(allow_only{{mat, sofa, moon}}), "these three and no others"),
        with(CODE(allow{mask, past_end::ban}), "a grammar's mask: a bit for each word"),
        with(CODE(suppress_at_begin{{mat}}), "not as the first word of an answer", {}),
        with(CODE(force{17, roof}), "the 18th word is this one"),
        guided,
        contrasted,
    };
}

std::vector<panel> draws() {
    return {
        often(CODE(categorical{}), "with its probability"),
        often(CODE(greedy{}), "always the first"),
        often(CODE(gumbel{}), "the same law, noise for each word"),
        often(CODE(mirostat{1.2f, 0.1f}), "surprise kept near 1.2 bits"),
        often(CODE(mirostat_v1{1.2f, 0.1f}), "the same, by a top-k from Zipf's law"),
        often(CODE(adaptive_p{0.15f}), "words of about 15 %, on average"),
        often(CODE(without_replacement{three}), "three at once: shares of their places"),
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
    const law before = probabilities(as_it_is.distribution(logits));
    const law elsewhere = probabilities(as_it_is.distribution(other));

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
