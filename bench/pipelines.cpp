// The time of one token: floor/*, pipeline/*, engine/* and baseline/*. README.md beside this file says what each name means.
#include "baseline.hpp"
#include "engine.hpp"
#include "floor.hpp"
#include "peers.hpp"
#include "registering.hpp"
#include "rows.hpp"
#include "stages.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/simd/tables.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using bench::add;
using bench::add_for_all_rows;
using bench::row_kind;
using bench::turns;

constexpr std::array<std::size_t, 4> vocabularies{32000, 128256, 151936, 262144};

// The library's weight kernel and nothing else: the mass of every block, at T = 0.8.
template <class T>
class block_masses {
public:
    explicit block_masses(std::size_t vocab) : masses_(vocab / block + 1), tops_(vocab / block + 1) {}

    double operator()(std::span<const T> row) {
        const std::size_t complete = row.size() / block;
        const std::span<const T> rest = row.subspan(complete * block);
        std::array<T, block> tail;
        std::fill(std::copy(rest.begin(), rest.end(), tail.begin()), tail.end(), argdraw::removed<T>());
        const argdraw::simd::blocked_row<T> blocks{row.data(), tail.data(), complete, complete + !rest.empty()};
        argdraw::simd::block_weights<T>().masses(blocks, scale_, masses_.data(), tops_.data());
        return masses_.front();
    }

private:
    static constexpr std::size_t block = argdraw::simd::block_size;
    argdraw::simd::weight_scale scale_ = argdraw::simd::weight_scale::of(1.4426950408889634 / 0.8);
    std::vector<double> masses_;
    std::vector<std::int32_t> tops_;
};

template <class T>
void add_floors(std::size_t vocab) {
    const auto maximum = [](std::span<const T> row) { return bench::read_maximum(row); };
    add<T>("floor/read", row_kind::peaked, turns::rotating, vocab, maximum);
    add<T>("floor/or", row_kind::peaked, turns::rotating, vocab, [](std::span<const T> row) { return bench::read_or(std::as_bytes(row)); });
    add<T>("floor/read-hot", row_kind::peaked, turns::hot, vocab, maximum);
    if constexpr (std::same_as<T, float>) {
        const auto plain = [](std::span<const T> row) { return bench::read_maximum_plainly(row); };
        add<T>("floor/read-plain", row_kind::peaked, turns::rotating, vocab, plain);
    }
    // Rows of double have no weight kernel of their own.
    if constexpr (!std::same_as<T, double>) add<T>("floor/exp", row_kind::peaked, turns::rotating, vocab, block_masses<T>{vocab});
}

template <class T, class Sampler>
void add_pipeline(const std::string& name, std::size_t vocab, Sampler pick) {
    add_for_all_rows<T>("pipeline/" + name, vocab,
                        [pick, random = argdraw::philox{.seed = 42}](std::span<const T> row) mutable { return pick(row, random); });
}

template <class T>
void add_pipelines(std::size_t vocab) {
    using namespace argdraw;
    add_pipeline<T>("greedy", vocab, sampler{greedy{}});
    add_pipeline<T>("temperature", vocab, sampler{temperature{0.8f}, categorical{}});
    add_pipeline<T>("top_k", vocab, sampler{top_k{40}, temperature{0.8f}, categorical{}});
    add_pipeline<T>("top_p", vocab, sampler{temperature{0.8f}, top_p{0.95f}, categorical{}});
    add_pipeline<T>("min_p", vocab, sampler{temperature{0.8f}, min_p{0.05f}, categorical{}});
    add_pipeline<T>("default", vocab, sampler{top_k{40}, top_p{0.95f}, min_p{0.05f}, temperature{0.8f}, categorical{}});
}

template <class T, class Step>
void add_baseline(const std::string& name, std::size_t vocab, Step step) {
    add_for_all_rows<T>("baseline/" + name, vocab,
                        [step, engine = bench::baseline{42}](std::span<const T> row) mutable { return step(engine, row); });
}

template <class T>
void add_baselines(std::size_t vocab) {
    add_baseline<T>("greedy", vocab, [](auto& engine, auto row) { return engine.greedy(row); });
    add_baseline<T>("temperature", vocab, [](auto& engine, auto row) { return engine.temperature(row, 0.8f); });
    add_baseline<T>("top_k", vocab, [](auto& engine, auto row) { return engine.top_k(row, 40, 0.8f); });
    add_baseline<T>("top_p", vocab, [](auto& engine, auto row) { return engine.top_p(row, 0.8f, 0.95f); });
    add_baseline<T>("top_p_partial", vocab, [](auto& engine, auto row) { return engine.top_p_partial(row, 0.8f, 0.95f); });
    add_baseline<T>("min_p", vocab, [](auto& engine, auto row) { return engine.min_p(row, 0.8f, 0.05f); });
    add_baseline<T>("default", vocab, [](auto& engine, auto row) { return engine.chain(row, 40, 0.95f, 0.05f, 0.8f); });
}

template <class T>
void add_scalar(std::size_t vocab, bool with_baseline) {
    add_floors<T>(vocab);
    add_pipelines<T>(vocab);
    if (with_baseline) add_baselines<T>(vocab);
}

}  // namespace

int main(int argc, char** argv) {
    bool every_baseline = false;
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view{argv[i]} == "--every_baseline") every_baseline = true;
        else argv[kept++] = argv[i];
    }
    argc = kept;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        std::fputs("and of our own: [--every_baseline]   baseline/* for all scalars, not only for float\n", stderr);
        return 1;
    }

    for (std::size_t vocab : vocabularies) {
        add_scalar<float>(vocab, true);
        add_scalar<double>(vocab, every_baseline);
        add_scalar<argdraw::half>(vocab, every_baseline);
        add_scalar<argdraw::bfloat16>(vocab, every_baseline);
    }
    for (std::size_t vocab : {32000u, 128256u, 262144u}) bench::add_stages(vocab);
    if (bench::trigrams()) {
        add_scalar<float>(bench::trigram_words, true);
        bench::add_stages(bench::trigram_words);
    }
    bench::add_engine(128256);
#ifdef ARGDRAW_BENCH_PEERS
    constexpr std::array<std::size_t, 2> of_peers{128256, bench::trigram_words};
    bench::add_peers(std::span(of_peers).first(bench::trigrams() ? 2 : 1));
#endif
    benchmark::AddCustomContext("trigram", bench::trigrams() ? ARGDRAW_BENCH_TRIGRAM : "left out: no model at " ARGDRAW_BENCH_TRIGRAM);
    benchmark::AddCustomContext("processor", std::string{bench::processor_name()});
    benchmark::AddCustomContext("kernels", std::string{argdraw::name(argdraw::active_isa())});
    benchmark::AddCustomContext("floor", std::string{bench::floor_instruction_set()});
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
