// Rows of logits for the benchmarks: the same bits with every compiler and standard library.
//
//   peaked   what a language model writes: an N(0, 2) body and sixty raised tokens that hold nearly all the mass.
//            At T = 0.8 the likeliest token has about .4 and the nucleus of .95 has some fifty tokens
//   zipf     p(rank) ~ 1/rank: a long tail, so that the nucleus at T = 0.8 is thousands of tokens
//   flat     N(0, 1): no structure at all, a nucleus of more than half of the vocabulary
//   masked   a grammar mask: 99 % of the tokens are -inf, the living ones are peaked
//   ties     all tokens equal
//   trigram  what a real model writes: the next of 72 547 words behind two of English (trigram.hpp), where its file is found
//
// Every operation below is exact, or rounds once and feeds no sum, so neither fused multiply-adds nor libm can show.
#pragma once

#include "trigram.hpp"

#include <argdraw/core/formats.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

enum class row_kind { peaked, zipf, flat, masked, ties, trigram };

// Those that there are of any width; rows of trigrams have one.
inline constexpr std::array row_kinds{row_kind::peaked, row_kind::zipf, row_kind::flat, row_kind::masked, row_kind::ties};

constexpr std::string_view name(row_kind kind) noexcept {
    constexpr std::array<std::string_view, 6> names{"peaked", "zipf", "flat", "masked", "ties", "trigram"};
    return names[static_cast<std::size_t>(kind)];
}

// Eight float rows of a modern vocabulary do not fit into a core's L2, so a rotation over them reads from L3, which is
// where a row is when the matrix product on other cores has just written it.
inline constexpr std::size_t rows_in_rotation = 8;

class words {
public:
    explicit constexpr words(std::uint64_t seed) noexcept : state_{seed} {}

    // splitmix64 (Steele, Lea, Flood 2014)
    constexpr std::uint64_t next() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    // In [0, n) for n < 2^32. The bias of n / 2^32 is far below anything a benchmark sees.
    constexpr std::size_t below(std::size_t n) noexcept { return static_cast<std::size_t>(((next() >> 32) * n) >> 32); }

    // The set bits of 256 are binomial, which at this size is normal to 1 % in density over four sigma; the
    // difference of two uniforms fills the lattice. No log, no cosine: those differ between libraries.
    constexpr double normal() noexcept {
        int bits = -128;
        for (int i = 0; i < 4; ++i) bits += std::popcount(next());
        const std::uint64_t word = next();
        const auto difference = static_cast<std::int64_t>(word >> 32) - static_cast<std::int64_t>(word & 0xffffffffu);
        const double between = static_cast<double>(difference) * 0x1p-32;
        constexpr double inverse_deviation = 0.12483755678647183;  // 1 / sqrt(256 / 4 + 1 / 6)
        return (bits + between) * inverse_deviation;
    }

private:
    std::uint64_t state_;
};

namespace detail {

// log2 of n >= 1 to about 16 binary places, by squaring in integers: no libm.
constexpr double log2_of(std::uint64_t n) noexcept {
    const int whole = 63 - std::countl_zero(n);
    std::uint64_t mantissa = (n << 31) >> whole;  // [1, 2) with 31 binary places
    std::uint32_t fraction = 0;
    for (int i = 0; i < 20; ++i) {
        mantissa = (mantissa * mantissa) >> 31;
        fraction <<= 1;
        if (mantissa >> 32) {
            fraction |= 1;
            mantissa >>= 1;
        }
    }
    return whole + static_cast<double>(fraction) * 0x1p-20;
}

inline void fill_peaked(std::span<double> row, words& source) {
    for (double& x : row) x = 2 * source.normal();

    // A ladder below the top token, every height a multiple of 2^-10 so that the sums are exact.
    constexpr double top = 14.25, gap = 2.25, step = 0x1p-5;
    constexpr std::size_t raised = 60;
    std::vector<bool> taken(row.size());
    for (std::size_t rung = 0; rung < raised && rung < row.size(); ++rung) {
        std::size_t id = source.below(row.size());
        while (taken[id]) id = source.below(row.size());
        taken[id] = true;
        const double jitter = static_cast<double>(source.below(256)) * 0x1p-10;
        row[id] = rung == 0 ? top : top - gap - step * static_cast<double>(rung) + jitter;
    }
}

}  // namespace detail

template <class T>
T rounded_to(double x) {
    if constexpr (sizeof(T) == 2) return static_cast<T>(static_cast<float>(x));
    else return static_cast<T>(x);
}

// Row `index` of its kind, before rounding to a scalar: float, half and double rows of one index are the same row.
inline std::vector<double> make_row(row_kind kind, std::size_t vocab, std::size_t index) {
    words source{0x61726764726177u + (static_cast<std::uint64_t>(kind) << 56) + (index << 40) + vocab};
    std::vector<double> row(vocab);
    switch (kind) {
        case row_kind::peaked: detail::fill_peaked(row, source); break;
        case row_kind::zipf:
            for (std::size_t i = 0; i < vocab; ++i) row[i] = -0.6931471805599453 * detail::log2_of(i + 1);
            for (std::size_t i = vocab; i > 1; --i) std::swap(row[i - 1], row[source.below(i)]);
            break;
        case row_kind::flat:
            for (double& x : row) x = source.normal();
            break;
        case row_kind::masked: {
            std::vector<double> living(vocab / 100);
            detail::fill_peaked(living, source);
            // Selection sampling: every set of ids is equally likely, and comes in order.
            std::size_t used = 0;
            for (std::size_t id = 0; id < vocab; ++id) {
                const bool lives = source.below(vocab - id) < living.size() - used;
                row[id] = lives ? living[used++] : -std::numeric_limits<double>::infinity();
            }
            break;
        }
        case row_kind::ties:
            for (double& x : row) x = 1;
            break;
        case row_kind::trigram: return trigram_row(index);
    }
    return row;
}

// Eight rows of one kind, one after the other, each at a cache line: how an engine's batch lies in memory.
template <class T>
class row_set {
public:
    row_set(row_kind kind, std::size_t vocab) : vocab_{vocab}, stride_{(vocab * sizeof(T) + line - 1) / line * line / sizeof(T)} {
        data_.reset(static_cast<T*>(::operator new(rows_in_rotation * stride_ * sizeof(T), std::align_val_t{line})));
        std::uninitialized_fill_n(data_.get(), rows_in_rotation * stride_, rounded_to<T>(0));
        for (std::size_t index = 0; index < rows_in_rotation; ++index) {
            const std::vector<double> row = make_row(kind, vocab, index);
            for (std::size_t i = 0; i < vocab; ++i) data_.get()[index * stride_ + i] = rounded_to<T>(row[i]);
        }
    }

    std::span<const T> operator[](std::size_t index) const noexcept { return {data_.get() + (index % rows_in_rotation) * stride_, vocab_}; }

private:
    static constexpr std::size_t line = 64;
    struct release {
        void operator()(T* data) const noexcept { ::operator delete(data, std::align_val_t{line}); }
    };

    std::size_t vocab_, stride_;
    std::unique_ptr<T, release> data_;
};

// Made at the first use and kept: the benchmarks of one run share their rows.
template <class T>
const row_set<T>& rows_of(row_kind kind, std::size_t vocab) {
    static std::map<std::pair<row_kind, std::size_t>, row_set<T>> made;
    return made.try_emplace({kind, vocab}, kind, vocab).first->second;
}

}  // namespace bench
