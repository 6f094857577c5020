// Handles, rows and pipelines of the tests of the C door.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include <argdraw/c/argdraw.h>

#include <argdraw/argdraw.hpp>

#include "catch.hpp"

namespace door {

using namespace argdraw;

inline const std::array texts{
    "greedy",
    "categorical",
    "gumbel",
    "mirostat(3)",
    "mirostat_v1",
    "adaptive_p",
    "top_k(40) | temperature(0.8) | categorical",
    "temperature(0.7) | top_p(0.9) | gumbel",
    "temperature(1.5) | min_p(0.05) | categorical",
    "dynamic_temperature(0.5, 1.5) | categorical",
    "quadratic(0.3) | categorical",
    "softcap(30) | categorical",
    "typical(0.9) | categorical",
    "top_n_sigma(1) | categorical",
    "epsilon_cutoff(0.001) | categorical",
    "eta_cutoff(0.002) | categorical",
    "tail_free(0.95) | categorical",
    "top_a(0.2) | categorical",
    "xtc(0.5, 0.1) | categorical",
    "top_h(0.4) | categorical",
    "p_less | categorical",
    "min_k | categorical",
    "penalties(1.1, frequency=0.2, window=64) | top_k(40) | temperature(0.8) | categorical",
    "repetition_penalty(1.3) | frequency_penalty(0.1) | presence_penalty(0.2) | categorical",
    "dry(0.8) | top_p(0.95) | mirostat(4)",
    "no_repeat_ngram(3) | categorical",
    "bad_words([[1, 2], [7]]) | categorical",
    "logit_bias([3: 2.5, 5: -inf]) | categorical",
    "ban([1, 2, 3]) | top_p(0.8) | categorical",
    "allow_only([1, 2, 3, 9]) | categorical",
    "allow([4294967295, 7], beyond=keep) | categorical",
};

struct pipeline_handle {
    argdraw_pipeline* get = nullptr;
    explicit pipeline_handle(std::string_view text) {
        REQUIRE(argdraw_parse(text.data(), text.size(), &get, nullptr, nullptr, 0) == ARGDRAW_OK);
    }
    pipeline_handle(const pipeline_handle&) = delete;
    pipeline_handle& operator=(const pipeline_handle&) = delete;
    ~pipeline_handle() { argdraw_free_pipeline(get); }
};
struct sequence_handle {
    argdraw_sequence* get = nullptr;
    sequence_handle() = default;
    sequence_handle(const pipeline_handle& pipeline, const argdraw_start_options* options) {
        REQUIRE(argdraw_start(pipeline.get, options, &get) == ARGDRAW_OK);
    }
    sequence_handle(const sequence_handle&) = delete;
    sequence_handle& operator=(const sequence_handle&) = delete;
    ~sequence_handle() { argdraw_free_sequence(get); }
};

inline constexpr std::array<token_id, 5> prompt{1, 2, 3, 1, 2};

inline argdraw_start_options options_of(std::uint64_t seed) {
    argdraw_start_options options{};
    options.size = sizeof options;
    options.seed = seed;
    options.sequence = 7;
    options.prompt = prompt.data();
    options.prompt_count = prompt.size();
    return options;
}

template <class T>
inline constexpr std::int32_t format_number = ARGDRAW_FLOAT;
template <>
inline constexpr std::int32_t format_number<double> = ARGDRAW_DOUBLE;
template <>
inline constexpr std::int32_t format_number<half> = ARGDRAW_HALF;
template <>
inline constexpr std::int32_t format_number<bfloat16> = ARGDRAW_BFLOAT16;

template <class T>
std::vector<T> row_of(std::size_t width, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<T> row;
    for (std::size_t i = 0; i < width; ++i) row.push_back(static_cast<T>(static_cast<float>(random() % 4000) / 250.0f));
    return row;
}
template <class T>
argdraw_row view(const std::vector<T>& row) {
    return {sizeof(argdraw_row), row.data(), format_number<T>, row.size(), 0};
}
// The same logits, `stride` bytes apart, from the byte `first` on.
template <class T>
std::vector<std::byte> spread(const std::vector<T>& row, std::size_t stride, std::size_t first) {
    std::vector<std::byte> out(first + row.size() * stride, std::byte{0xa5});
    for (std::size_t i = 0; i < row.size(); ++i) std::memcpy(out.data() + first + i * stride, &row[i], sizeof(T));
    return out;
}

inline std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

inline std::vector<std::byte> bytes_of(const argdraw_sequence* sequence) {
    std::size_t count = 0;
    REQUIRE(argdraw_bytes(sequence, nullptr, 0, &count) == ARGDRAW_OK);
    std::vector<std::byte> out(count);
    REQUIRE(argdraw_bytes(sequence, out.data(), out.size(), &count) == ARGDRAW_OK);
    return out;
}

}  // namespace door
