// Registering a benchmark: a name, the rows it sees, and what is called with each.
#pragma once

#include "rows.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

template <class T>
constexpr std::string_view scalar_name = "";
template <>
constexpr std::string_view scalar_name<float> = "float";
template <>
constexpr std::string_view scalar_name<double> = "double";
template <>
constexpr std::string_view scalar_name<argdraw::half> = "half";
template <>
constexpr std::string_view scalar_name<argdraw::bfloat16> = "bfloat16";

// A pipeline sees eight rows in turn, or one row again and again.
enum class turns { rotating, hot };

// `call` is copied for each run, so that every run starts from the same random state. The first call, which makes the
// scratch memory, is not timed.
template <class T, class Call>
void add(const std::string& name, row_kind kind, turns turn, std::size_t vocab, Call call) {
    const std::string full = name + '/' + std::string{scalar_name<T>} + '/' + std::to_string(vocab);
    const auto run = [=](benchmark::State& state) {
        const row_set<T>& rows = rows_of<T>(kind, vocab);
        Call once = call;
        benchmark::DoNotOptimize(once(rows[0]));
        std::size_t next = 0;
        for ([[maybe_unused]] auto _ : state) {
            auto result = once(rows[next]);
            benchmark::DoNotOptimize(result);
            if (turn == turns::rotating) ++next;
        }
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(vocab * sizeof(T)));
    };
    benchmark::RegisterBenchmark(full.c_str(), run)->Unit(benchmark::kMicrosecond);
}

// Every kind of rows that there is of a width.
template <class T, class Call>
void add_for_all_rows(const std::string& name, std::size_t vocab, Call call) {
    if (vocab == trigram_words) return add<T>(name + "/trigram", row_kind::trigram, turns::rotating, vocab, call);
    for (row_kind kind : row_kinds) add<T>(name + '/' + std::string{bench::name(kind)}, kind, turns::rotating, vocab, call);
    add<T>(name + "/hot", row_kind::peaked, turns::hot, vocab, call);
}

}  // namespace bench
