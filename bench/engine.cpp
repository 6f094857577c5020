#include "engine.hpp"

#include "registering.hpp"
#include "rows.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>
#include <argdraw/engine/logprobs.hpp>
#include <argdraw/engine/verify.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "floor.hpp"

namespace bench {

namespace {

using namespace argdraw;

constexpr sampler usual{top_k{40}, top_p{0.95f}, min_p{0.05f}, temperature{0.8f}, categorical{}};
using usual_text = decltype(usual.start());

// The sequence stands still: every draw is another attempt at the same position.
template <class Call>
void add_for_some_rows(const std::string& name, std::size_t vocab, Call call) {
    for (const row_kind kind : {row_kind::peaked, row_kind::zipf, row_kind::flat})
        add<float>("engine/" + name + '/' + std::string{bench::name(kind)}, kind, turns::rotating, vocab, call);
}

void add_kept_sets(std::size_t vocab) {
    add_for_some_rows("draw", vocab, [seq = usual.start({.seed = 42})](std::span<const float> row) mutable { return usual(row, seq); });
    add_for_some_rows("draw_and_keep", vocab, [seq = usual.start({.seed = 42})](std::span<const float> row) mutable {
        std::array<token_id, 40> ids;
        std::array<double, 40> probabilities;
        kept_set kept{ids, probabilities};
        const drawn token = usual.draw_and_keep(row, kept, seq);
        benchmark::DoNotOptimize(ids);
        benchmark::DoNotOptimize(probabilities);
        return token;
    });
}

void add_logprobs(const std::string& name, std::size_t vocab, const logprobs_request& asked) {
    add_for_some_rows("logprobs/" + name, vocab, [asked, seq = usual.start({.seed = 42})](std::span<const float> row) mutable {
        std::array<token_logprobs, 21> found;
        logprobs_result result;
        const drawn token = draw_with_logprobs(usual, row, seq, asked, found, result);
        benchmark::DoNotOptimize(found);
        return token;
    });
}

// The thousand greatest of each row, as they come from an accelerator.
void add_sparse(std::size_t vocab) {
    add_for_some_rows("sparse", vocab,
                      [ids = std::vector<token_id>(), logits = std::vector<float>(),
                       seq = usual.start({.seed = 42})](std::span<const float> row) mutable {
                          if (ids.empty()) {
                              workspace space;
                              candidates<float> c(row, space);
                              for (const place& each : c.leaders(1000)) {
                                  ids.push_back(each.id);
                                  logits.push_back(static_cast<float>(each.value));
                              }
                          }
                          return usual(sparse_row(ids, logits, row.size()), seq);
                      });
}

// ---- steps -----------------------------------------------------------------------------------------------------------------

constexpr std::size_t usual_texts = 64;

// Two threads, each with half of the calls.
struct two_threads {
    template <class F>
    void operator()(std::size_t n, const F& body) const {
        std::thread other([&] {
            for (std::size_t i = 0; i < n / 2; ++i) body(i);
        });
        for (std::size_t i = n / 2; i < n; ++i) body(i);
        other.join();
    }
};

struct step {
    std::size_t texts, vocab;
    std::vector<float> logits;
    batch<std::remove_const_t<decltype(usual)>> slots;
    std::vector<usual_text> alone;
    std::vector<std::size_t> numbers;
    std::vector<drawn> tokens;

    step(std::size_t n, std::size_t width) : texts(n), vocab(width), logits(n * width), tokens(n) {
        const row_set<float>& rows = rows_of<float>(row_kind::peaked, width);
        for (std::size_t i = 0; i < texts; ++i) {
            std::copy(rows[i].begin(), rows[i].end(), logits.begin() + static_cast<std::ptrdiff_t>(i * width));
            alone.push_back(usual.start({.seed = 42, .sequence = i}));
            if (slots.add(i, usual, alone[i]) == status::ok) numbers.push_back(i);
        }
    }
    std::span<const float> row(std::size_t i) const { return std::span(logits).subspan(i * vocab, vocab); }
};

// One for each size, made at the first use and kept.
step& step_of(std::size_t texts, std::size_t vocab) {
    static std::map<std::pair<std::size_t, std::size_t>, step> made;
    return made.try_emplace({texts, vocab}, texts, vocab).first->second;
}

// Time and bytes are those of a step of that many rows, in real time: other threads take a part of it.
template <class F>
void add_step(const std::string& name, std::size_t texts, std::size_t vocab, F run) {
    const auto measured = [=](benchmark::State& state) {
        step& all = step_of(texts, vocab);
        run(all);
        for ([[maybe_unused]] auto _ : state) run(all);
        state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(texts));
    };
    const std::string step_name = texts == usual_texts ? "step" : "step_of_" + std::to_string(texts);
    benchmark::RegisterBenchmark(("engine/" + step_name + '/' + name + "/peaked/float/" + std::to_string(vocab)).c_str(), measured)
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
}

template <class Threads>
void draw_step(step& all, const Threads& threads) {
    all.slots.draw(rows_view<float>{all.logits.data(), all.texts, all.vocab}, all.numbers, all.tokens, threads);
    benchmark::DoNotOptimize(all.tokens.data());
}
template <class Threads>
void read_step(step& all, const Threads& threads) {
    threads(all.texts, [&](std::size_t i) { benchmark::DoNotOptimize(read_maximum(all.row(i))); });
}

void add_threads(std::size_t texts, std::size_t vocab) {
    add_step("one_thread", texts, vocab, [](step& all) { draw_step(all, one_thread{}); });
    add_step("two_threads", texts, vocab, [](step& all) { draw_step(all, two_threads{}); });
    add_step("read/one_thread", texts, vocab, [](step& all) { read_step(all, one_thread{}); });
    add_step("read/two_threads", texts, vocab, [](step& all) { read_step(all, two_threads{}); });
}

void add_steps(std::size_t vocab) {
    add_step("by_hand", usual_texts, vocab, [](step& all) {
        for (std::size_t i = 0; i < all.texts; ++i) all.tokens[i] = usual(all.row(i), all.alone[i]);
        benchmark::DoNotOptimize(all.tokens.data());
    });
    add_threads(usual_texts, vocab);
    add_step("kept_rows", usual_texts, vocab, [kept = std::make_shared<kept_rows>()](step& all) {
        kept->with_probabilities = true;
        const rows_view<float> rows{all.logits.data(), all.texts, all.vocab};
        benchmark::DoNotOptimize(all.slots.draw_and_keep(rows, all.numbers, all.tokens, *kept, one_thread{}));
    });
}

// ---- drafts ----------------------------------------------------------------------------------------------------------------

constexpr sampler drafted{top_k{40}, top_p{0.95f}, categorical{}};

// Eight tokens that the target would draw itself, with the laws they were drawn from: all of them stay, and nine rows are looked at.
struct eight_tokens {
    decltype(drafted.start()) text = drafted.start({.seed = 42});
    std::vector<std::span<const float>> rows;
    std::vector<token_id> tokens;
    std::vector<distribution_of_row> held;
    std::vector<draft_law> laws;
    verifier verify;

    explicit eight_tokens(std::size_t vocab) {
        auto ahead = text;
        for (std::size_t i = 0; i < 9; ++i) rows.push_back(rows_of<float>(row_kind::peaked, vocab)[i]);
        for (std::size_t i = 0; i < 8; ++i) {
            held.push_back(drafted.distribution(rows[i]));
            tokens.push_back(drafted(rows[i], ahead).id);
            if (ahead.accept(tokens[i]) != status::ok) return;
        }
        for (const auto& each : held) laws.push_back({each.ids, each.probabilities});
    }
    void back(std::size_t accepted) { benchmark::DoNotOptimize(text.rollback(accepted)); }
};

template <class F>
void add_draft(const std::string& name, std::size_t vocab, F run) {
    const auto measured = [=](benchmark::State& state) {
        eight_tokens given(vocab);
        run(given);
        for ([[maybe_unused]] auto _ : state) run(given);
    };
    benchmark::RegisterBenchmark(("engine/verify/" + name + "/peaked/float/" + std::to_string(vocab)).c_str(), measured)
        ->Unit(benchmark::kMicrosecond);
}

void add_drafts(std::size_t vocab) {
    add_draft("nine_draws", vocab, [](eight_tokens& given) {
        for (std::size_t i = 0; i < 9; ++i) {
            benchmark::DoNotOptimize(drafted(given.rows[i], given.text));
            if (i < 8) benchmark::DoNotOptimize(given.text.accept(given.tokens[i]));
        }
        given.back(8);
    });
    const auto by = [](acceptance rule) {
        return [rule](eight_tokens& given) {
            const verified found = given.verify(rule, drafted, given.rows, {.tokens = given.tokens, .laws = given.laws}, given.text);
            benchmark::DoNotOptimize(found.token);
            given.back(found.path.size());
        };
    };
    add_draft("match", vocab, by(acceptance::match));
    add_draft("ratio", vocab, by(acceptance::ratio));
    add_draft("traversal", vocab, by(acceptance::traversal));
}

}  // namespace

void add_engine(std::size_t vocab) {
    add_kept_sets(vocab);
    add_logprobs("quick", vocab, {.top = 20, .scaled = false, .entropies = false, .weighed = accuracy::quick});
    add_logprobs("full", vocab, {.top = 20, .scaled = false, .entropies = false});
    add_logprobs("all", vocab, {.top = 20});
    add_sparse(vocab);
    add_steps(vocab);
    add_threads(256, 151936);  // 155 MB: from memory, not from a cache
    add_drafts(vocab);
}

}  // namespace bench
