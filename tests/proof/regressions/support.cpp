#include "support.hpp"

#include <argdraw/text/pipeline.hpp>

#include <array>

using namespace argdraw;

namespace support {

std::string text_of(const chained& stage) { return to_text(argdraw::pipeline{argdraw::chain{stage}, argdraw::any_draw{}}); }

distribution_of_row law_after(row_of_floats row, const stages& list, const ids& prompt, const ids& output) {
    const sampler pick{list, categorical{}};
    any_text text = start_text(list, {}, prompt);
    for (const token_id id : output)
        if (const status why = text.accept(id); why != status::ok) return {{}, {}, why};
    return pick.distribution(row, text);
}

std::string said_after(row_of_floats row, const stages& list, const ids& prompt, const ids& output) {
    return text(law_after(row, list, prompt, output));
}

drawn draw_after(row_of_floats row, const stages& list, std::uint64_t word) { return draw_at(sampler{list, categorical{}}, row, word); }
drawn draw_after(row_of_floats row, const stages& list, philox& random) { return sampler{list, categorical{}}(row, random); }
drawn race_after(row_of_floats row, const stages& list, std::uint64_t word) { return draw_at(sampler{list, gumbel{}}, row, word); }
drawn race_after(row_of_floats row, const stages& list, philox& random) { return sampler{list, gumbel{}}(row, random); }
drawn greedy_of(row_of_floats row) { return sampler{greedy{}}(row); }

any_text start_text(const stages& list, const start_options& options, const ids& prompt) {
    return sampler{list, categorical{}}.start(options, prompt);
}
drawn next_token(row_of_floats row, const stages& list, any_text& text) { return sampler{list, categorical{}}(row, text); }

std::vector<chained> every_stage(row_of_floats other_row) {
    static const std::array<token_id, 2> some{1, 2};
    static const std::array<std::span<const token_id>, 1> words{std::span<const token_id>(some)};
    static const std::array<biased_sequence, 1> biased{{{some, -1.0f}}};
    static const std::array<token_bias, 1> biases{{{1, 0.5f}}};
    static const std::vector<std::uint32_t> mask(4096, ~std::uint32_t{0});
    return {temperature{0.7f},
            allow{mask, past_end::keep},
            bad_words{std::span(words)},
            contrastive{other_row, 0.1f, 0.5f},
            dry{.multiplier = 0.8f},
            dynamic_temperature{0.5f, 1.5f},
            encoder_repetition{1.2f},
            epsilon_cutoff{1e-3f},
            eta_cutoff{1e-3f},
            exponential_length{0, 1.1f, 1},
            frequency_penalty{0.5f},
            guidance{other_row, 1.5f},
            logit_bias{std::span<const token_bias>(biases)},
            min_k{3.0f},
            min_p{0.05f},
            min_tokens{1, std::span<const token_id>(some)},
            no_repeat_ngram{3},
            p_less{},
            p_less_norm{},
            penalties{.repetition = 1.2f, .frequency = 0.1f, .presence = 0.2f},
            presence_penalty{0.5f},
            quadratic{0.3f, 1.5f},
            repetition_penalty{1.3f},
            sequence_bias{std::span<const biased_sequence>(biased)},
            skew{0.3f},
            softcap{30.0f},
            argdraw::softmax{},
            suppress_at_begin{std::span<const token_id>(some)},
            tail_free{0.9f},
            top_a{0.2f},
            top_h{0.6f},
            top_h_sum{0.6f},
            top_k{3},
            top_n_sigma{1.0f},
            top_p{0.9f},
            typical{0.9f},
            xtc{.probability = 1.0f, .threshold = 0.1f},
            xtc_mean{.probability = 0.5f, .threshold = 0.1f}};
}

namespace {

template <class Draw>
ids text_with(Draw draw, row_of_floats row, const philox& from, int length) {
    const sampler pick{draw};
    auto text = pick.start({.seed = from.seed, .sequence = from.sequence, .position = from.position});
    ids all;
    for (int i = 0; i < length; ++i) {
        const drawn token = pick(row, text);
        if (!token || text.accept(token.id) != status::ok) break;
        all.push_back(token.id);
    }
    return all;
}

}  // namespace

ids text_by(writer who, row_of_floats row, const philox& from, int length) {
    switch (who) {
        case writer::categorical: return text_with(categorical{}, row, from, length);
        case writer::gumbel: return text_with(gumbel{}, row, from, length);
        case writer::mirostat: return text_with(mirostat{.tau = 2.0f}, row, from, length);
        case writer::mirostat_v1: return text_with(mirostat_v1{.tau = 8.0f}, row, from, length);
        case writer::adaptive_p: return text_with(adaptive_p{.target = 0.3f}, row, from, length);
    }
    return {};
}

}  // namespace support
