#include "stages.hpp"

#include "registering.hpp"
#include "rows.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

namespace {

using namespace argdraw;

// What the stages that read a history see: `length` tokens, `distinct` of them different, the last three a repetition of an earlier place
// with `continued` different continuations.
std::vector<token_id> make_history(std::size_t vocab, std::size_t length, std::size_t distinct, std::size_t continued) {
    words random(7);
    std::vector<token_id> some(distinct), history(length);
    for (auto& id : some) id = static_cast<token_id>(random.below(vocab));
    for (auto& id : history) id = some[random.below(distinct)];
    const token_id a = static_cast<token_id>(vocab - 3), b = a + 1;
    for (std::size_t i = 0; i < continued; ++i) {
        history[4 * i] = a;
        history[4 * i + 1] = b;
        history[4 * i + 2] = some[i % distinct];
    }
    history[length - 2] = a;
    history[length - 1] = b;
    return history;
}

// What the stages are given, by width.
struct seen_and_masked {
    std::vector<token_id> short_history, shorter_history, long_history, longest_history;
    std::vector<float> other_row;
    std::vector<std::uint32_t> half, one, hundredth;
    std::vector<token_id> breakers;  // as many as a vocabulary has for newline, colon, quote and star
    phrases of_several;

    explicit seen_and_masked(std::size_t vocab)
        : short_history(make_history(vocab, 64, 64, 0)),
          shorter_history(make_history(vocab, 512, 256, 16)),
          long_history(make_history(vocab, 4096, 2048, 16)),
          longest_history(make_history(vocab, 65536, 2048, 16)),
          other_row(vocab, 0.25f),
          half((vocab + 31) / 32),
          one(half.size()),
          hundredth(half.size()),
          breakers(4000) {
        words random(11);
        for (auto& word : half) word = static_cast<std::uint32_t>(random.next());
        one[vocab / 64] = 1u << 5;
        for (std::size_t i = 0; i < vocab / 100; ++i) {
            const std::size_t id = random.below(vocab);
            hundredth[id / 32] |= 1u << (id % 32);
        }
        for (auto& id : breakers) id = static_cast<token_id>(random.below(vocab - 3));
        while (of_several.size() < 4000) {
            const std::array<token_id, 2> phrase{static_cast<token_id>(random.below(1000)), static_cast<token_id>(random.below(1000))};
            of_several.add(phrase);
        }
    }
};

template <class Sampler>
void add_one(const std::string& name, std::size_t vocab, Sampler pick) {
    add_for_all_rows<float>("pipeline/" + name, vocab,
                            [pick, random = philox{.seed = 42}](std::span<const float> row) mutable { return pick(row, random); });
}

// The sequence stands still: every draw is another attempt at the same position.
template <class Sampler>
void add_with_history(const std::string& name, std::size_t vocab, Sampler pick, std::span<const token_id> history) {
    auto seq = pick.start({.seed = 42}, history.first(history.size() / 2));
    for (const token_id id : history.subspan(history.size() / 2))
        if (seq.accept(id) != status::ok) return;
    add_for_all_rows<float>("pipeline/" + name, vocab,
                            [pick, seq = std::move(seq)](std::span<const float> row) mutable { return pick(row, seq); });
}

template <class... S>
auto before_default(S... stages) {
    return sampler{stages..., top_k{40}, top_p{0.95f}, min_p{0.05f}, temperature{0.8f}, categorical{}};
}

template <class S>
void add_stage(const std::string& name, std::size_t vocab, S stage) {
    add_one(name, vocab, sampler{stage, categorical{}});
}

}  // namespace

void add_stages(std::size_t vocab) {
    static std::vector<std::unique_ptr<seen_and_masked>> kept;  // the benchmarks see what is in it
    const seen_and_masked& given = *kept.emplace_back(std::make_unique<seen_and_masked>(vocab));
    static constexpr std::array<token_id, 3> some{7, 11, 13};
    static constexpr std::array<std::span<const token_id>, 2> sequences{std::span(some).first(2), std::span(some).last(2)};
    static constexpr std::array<biased_sequence, 2> biased{biased_sequence{sequences[0], 1.0f}, biased_sequence{sequences[1], -1.0f}};
    static constexpr std::array<token_bias, 3> biases{token_bias{7, -1.0f}, token_bias{11, 2.0f}, token_bias{13, 0.5f}};

    add_stage("softmax", vocab, softmax{});
    add_stage("dynamic_temperature", vocab, dynamic_temperature{0.5f, 1.5f, 1.0f});
    add_stage("quadratic", vocab, quadratic{0.1f, 1.5f});
    add_stage("softcap", vocab, softcap{30.0f});
    add_stage("skew", vocab, skew{0.2f});
    add_stage("typical", vocab, typical{0.95f});
    add_stage("top_n_sigma", vocab, top_n_sigma{1.0f});
    add_stage("epsilon_cutoff", vocab, epsilon_cutoff{3e-4f});
    add_stage("eta_cutoff", vocab, eta_cutoff{3e-4f});
    add_stage("tail_free", vocab, tail_free{0.95f});
    add_stage("top_a", vocab, top_a{0.2f});
    add_stage("xtc", vocab, xtc{.probability = 0.5f, .threshold = 0.1f});
    add_stage("xtc_mean", vocab, xtc_mean{.probability = 0.5f, .threshold = 0.1f});
    add_stage("top_h", vocab, top_h{0.5f});
    add_stage("top_h_sum", vocab, top_h_sum{0.5f});
    add_stage("p_less", vocab, p_less{});
    add_stage("p_less_norm", vocab, p_less_norm{});
    add_stage("min_k", vocab, min_k{3.0f});
    add_one("top_k_xtc", vocab, sampler{top_k{40}, xtc{.probability = 0.5f, .threshold = 0.1f}, categorical{}});
    add_one("gumbel", vocab, sampler{top_k{40}, gumbel{}});
    static std::array<drawn, 4> several;
    add_one("without_replacement", vocab, sampler{top_k{40}, without_replacement{several}});

    add_one("logit_bias", vocab, before_default(logit_bias{biases}));
    add_one("ban", vocab, before_default(ban{some}));
    add_one("allow_only", vocab, before_default(allow_only{some}));
    add_one("allow_half", vocab, before_default(allow{given.half, past_end::ban}));
    add_one("allow_one", vocab, before_default(allow{given.one, past_end::ban}));
    add_one("allow_hundredth", vocab, before_default(allow{given.hundredth, past_end::ban}));
    add_one("guidance", vocab, before_default(guidance{given.other_row, 1.5f}));
    add_one("contrastive", vocab, before_default(contrastive{given.other_row, 0.1f, 0.5f}));
    // On whole rows, and with nothing but a draw behind.
    add_stage("guidance_alone", vocab, guidance{given.other_row, 1.5f});
    add_stage("contrastive_alone", vocab, contrastive{given.other_row, 0.1f, 0.5f});
    add_one("gumbel_alone", vocab, sampler{gumbel{}});

    const auto history = [&](const std::string& name, auto stage, const std::vector<token_id>& seen) {
        add_with_history(name, vocab, before_default(stage), seen);
    };
    history("repetition_penalty", repetition_penalty{1.1f}, given.short_history);
    history("frequency_penalty", frequency_penalty{0.5f}, given.short_history);
    history("presence_penalty", presence_penalty{0.5f}, given.short_history);
    history("penalties", penalties{.repetition = 1.1f, .frequency = 0.1f, .presence = 0.1f, .counts_over = scope::both},
            given.short_history);
    history("dry", dry{.multiplier = 0.8f}, given.long_history);
    history("dry_breakers", dry{.multiplier = 0.8f, .breakers = given.breakers}, given.long_history);
    history("dry_phrases", dry{.multiplier = 0.8f, .breakers = given.of_several}, given.long_history);
    // As many penalised tokens in a shorter and in a longer window.
    history("dry_512", dry{.multiplier = 0.8f}, given.shorter_history);
    history("dry_65536", dry{.multiplier = 0.8f}, given.longest_history);
    history("no_repeat_ngram", no_repeat_ngram{3}, given.long_history);
    history("bad_words", bad_words{sequences}, given.short_history);
    history("sequence_bias", sequence_bias{biased}, given.short_history);
    history("min_tokens", min_tokens{100, some}, given.short_history);
    history("exponential_length", exponential_length{10, 1.01f, 7}, given.short_history);
    history("encoder_repetition", encoder_repetition{1.2f}, given.short_history);
    history("suppress_at_begin", suppress_at_begin{some}, given.short_history);
    history("force", force{1 << 20, 7}, given.short_history);
    add_with_history("mirostat", vocab, sampler{mirostat{}}, given.short_history);
    add_with_history("mirostat_v1", vocab, sampler{mirostat_v1{}}, given.short_history);
    add_with_history("adaptive_p", vocab, sampler{top_k{40}, adaptive_p{0.5f, 0.9f}}, given.short_history);
    add_with_history("adaptive_p_alone", vocab, sampler{adaptive_p{0.5f, 0.9f}}, given.short_history);

    // Every stage of the pipeline switched off, written out and as a chain, against the bare draw.
    const auto idle = [](auto... stages) { return std::pair(sampler{stages..., categorical{}}, sampler{chain{stages...}, categorical{}}); }(
                          temperature{}, top_k{}, top_p{}, min_p{}, typical{}, top_n_sigma{}, epsilon_cutoff{}, eta_cutoff{}, tail_free{},
                          top_a{}, xtc{}, xtc_mean{}, top_h{}, top_h_sum{}, min_k{}, dynamic_temperature{}, quadratic{}, softcap{}, skew{});
    add_one("neutral", vocab, idle.first);
    add_one("neutral_chain", vocab, idle.second);
    // Pipelines that came as text, beside default, top_p and penalties, which are written out.
    const auto read = [](std::string_view text) { return parse(text).pick; };
    add_one("text_default", vocab, read("top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | categorical"));
    add_one("text_top_p", vocab, read("temperature(0.8) | top_p(0.95) | categorical"));
    add_with_history("text_penalties", vocab,
                     read("penalties(1.1, frequency=0.1, presence=0.1, counts_over=both) | top_k(40) | top_p(0.95) | min_p(0.05) | "
                          "temperature(0.8) | categorical"),
                     given.short_history);
    add_one("chain_default", vocab, sampler{chain{top_k{40}, top_p{0.95f}, min_p{0.05f}, temperature{0.8f}}, categorical{}});
}

}  // namespace bench
