#include "peers.hpp"

#include "floor.hpp"
#include "registering.hpp"
#include "rows.hpp"

#include <examples/llama_cpp/argdraw_sampler.hpp>
#include <tests/project/llama_cpp/library.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace {

const llama::library* library = nullptr;

// Eight rows as llama.cpp has them, an array of candidates each, and one to work on.
class candidates_of {
public:
    candidates_of(bench::row_kind kind, std::size_t vocab) : work_(vocab) {
        for (std::size_t i = 0; i < bench::rows_in_rotation; ++i) {
            const auto row = bench::rows_of<float>(kind, vocab)[i];
            auto& to = rows_.emplace_back(vocab);
            for (std::size_t id = 0; id < vocab; ++id) to[id] = {static_cast<std::int32_t>(id), row[id], 0};
        }
    }
    const std::vector<llama::candidate>& operator[](std::size_t i) const { return rows_[i % rows_.size()]; }
    llama::candidates fresh(std::size_t i) {
        work_ = (*this)[i];
        return {work_.data(), work_.size(), -1, false};
    }

private:
    std::vector<std::vector<llama::candidate>> rows_;
    std::vector<llama::candidate> work_;
};

// The chain has accepted 64 tokens. The array is given: filling it is not timed.
template <class Make>
void add_chain(const std::string& name, bench::row_kind kind, std::size_t vocab, Make make) {
    const auto run = [=](benchmark::State& state) {
        candidates_of rows(kind, vocab);
        const llama::owned chain = llama::chain_of(*library, make());
        for (std::size_t i = 0; i < 64; ++i) library->accept(chain.get(), static_cast<std::int32_t>(i * 977 % vocab));
        llama::candidates array = rows.fresh(0);
        library->apply(chain.get(), &array);
        std::size_t next = 0;
        for ([[maybe_unused]] auto _ : state) {
            state.PauseTiming();
            array = rows.fresh(next++);
            state.ResumeTiming();
            library->apply(chain.get(), &array);
            benchmark::DoNotOptimize(array.selected);
        }
    };
    const std::string full = "peer/" + name + '/' + std::string{bench::name(kind)} + "/float/" + std::to_string(vocab);
    benchmark::RegisterBenchmark(full.c_str(), run)->Unit(benchmark::kMicrosecond);
}

template <class Make>
void add_both(const std::string& name, std::size_t vocab, const char* ours, Make theirs) {
    const auto add_kind = [&](bench::row_kind kind) {
        add_chain("llama_cpp/" + name, kind, vocab, theirs);
        add_chain("argdraw_in_llama_cpp/" + name, kind, vocab,
                  [=]() -> std::vector<llama::sampler*> { return {reinterpret_cast<llama::sampler*>(argdraw_sampler(ours, vocab, 42))}; });
    };
    if (vocab == bench::trigram_words) return add_kind(bench::row_kind::trigram);
    for (const bench::row_kind kind : {bench::row_kind::peaked, bench::row_kind::zipf, bench::row_kind::flat}) add_kind(kind);
}

std::int32_t draw(argdraw_sequence* text, const argdraw_row& row) {
    argdraw_drawn token{};
    argdraw_draw(text, &row, &token);
    return token.id;
}

// The C door on records that lie in order, against the row itself, and against reading the records.
void add_records(std::size_t vocab) {
    const auto add = [&](const std::string& name, auto call) {
        const auto run = [=](benchmark::State& state) {
            const candidates_of rows(bench::row_kind::peaked, vocab);
            const llama::owned text(*library, reinterpret_cast<llama::sampler*>(argdraw_sampler(
                                                  "top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | categorical", vocab, 42)));
            argdraw_sequence* const sequence = argdraw_text::of(reinterpret_cast<llama_sampler*>(text.get())).now;
            std::size_t next = 0;
            benchmark::DoNotOptimize(call(rows, next, sequence));
            for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(call(rows, next++, sequence));
        };
        benchmark::RegisterBenchmark((name + "/float/" + std::to_string(vocab)).c_str(), run)->Unit(benchmark::kMicrosecond);
    };
    add("floor/records", [](const candidates_of& rows, std::size_t i, argdraw_sequence*) {
        return static_cast<std::int32_t>(bench::read_or(std::as_bytes(std::span(rows[i]))));
    });
    add("door/default/records/peaked", [](const candidates_of& rows, std::size_t i, argdraw_sequence* text) {
        const auto& from = rows[i];
        const argdraw_records records = {sizeof records, &from[0].id, &from[0].logit, ARGDRAW_FLOAT, from.size(), sizeof from[0]};
        argdraw_drawn token{};
        std::size_t place = 0;
        argdraw_draw_records(text, &records, &token, &place);
        return token.id;
    });
    add("door/default/strided/peaked", [](const candidates_of& rows, std::size_t i, argdraw_sequence* text) {
        const auto& from = rows[i];
        return draw(text, {sizeof(argdraw_row), &from[0].logit, ARGDRAW_FLOAT, from.size(), sizeof from[0]});
    });
    add("door/default/row/peaked", [=](const candidates_of&, std::size_t i, argdraw_sequence* text) {
        const auto row = bench::rows_of<float>(bench::row_kind::peaked, vocab)[i];
        return draw(text, {sizeof(argdraw_row), row.data(), ARGDRAW_FLOAT, row.size(), 0});
    });
}

void add_chains(std::size_t vocab) {
    const auto tokens = static_cast<std::int32_t>(vocab);
    using links = std::vector<llama::sampler*>;
    const llama::library& l = *library;
    add_both("temperature", vocab, "temperature(0.8) | categorical", [&l]() -> links { return {l.temp(0.8f), l.dist(42)}; });
    add_both("default", vocab, "top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | categorical",
             [&l]() -> links { return {l.top_k(40), l.top_p(0.95f, 0), l.min_p(0.05f, 0), l.temp(0.8f), l.dist(42)}; });
    add_both(
        "penalties", vocab,
        "penalties(1.1, 0.1, 0.1, 64, counts_over=both) | top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | categorical",
        [&l, tokens]() -> links {
            return {l.penalties(tokens, 64, 1.1f, 0.1f, 0.1f), l.top_k(40), l.top_p(0.95f, 0), l.min_p(0.05f, 0), l.temp(0.8f), l.dist(42)};
        });
    add_both("top_p", vocab, "top_p(0.95) | temperature(0.8) | categorical",
             [&l]() -> links { return {l.top_p(0.95f, 0), l.temp(0.8f), l.dist(42)}; });
    add_both("typical", vocab, "typical(0.95) | temperature(0.8) | categorical",
             [&l]() -> links { return {l.typical(0.95f, 0), l.temp(0.8f), l.dist(42)}; });
    add_both("mirostat", vocab, "temperature(0.8) | mirostat(5, 0.1)",
             [&l]() -> links { return {l.temp(0.8f), l.mirostat_v2(42, 5, 0.1f)}; });
}

}  // namespace

// What the sampler for llama.cpp's chain takes from it, of the library that was opened.
extern "C" llama_sampler* llama_sampler_init(llama_sampler_i* interface, void* context) {
    return reinterpret_cast<llama_sampler*>(library->init(interface, context));
}

void bench::add_peers(std::span<const std::size_t> vocabularies) {
    library = llama::opened(stderr);
    if (!library) return;
    benchmark::AddCustomContext("llama.cpp", library->version);
    for (const std::size_t vocab : vocabularies) add_chains(vocab);
    add_records(vocabularies.front());
}
