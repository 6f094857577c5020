// What the tests of the kernels share: rows cut into blocks, the sets of this machine, and a fixed source of bits.
#pragma once

#include <argdraw/core/logit.hpp>
#include <argdraw/simd/dispatch.hpp>
#include <argdraw/simd/isa.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace testing_simd {

using namespace argdraw;

inline std::vector<isa> supported_sets() {
    std::vector<isa> sets;
    for (const isa set : every_isa)
        if (supported(set)) sets.push_back(set);
    return sets;
}

/// Calls run(set) with every set in force in turn, and puts the first one back.
template <class F>
void on_every_set(F run) {
    const isa before = active_isa();
    for (const isa set : supported_sets())
        if (force_isa(set)) run(set);
    force_isa(before);
}

template <class T>
using word_of = std::conditional_t<sizeof(T) == 2, std::uint16_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;

template <class T>
T of_bits(std::uint64_t bits) {
    return std::bit_cast<T>(static_cast<word_of<T>>(bits));
}
template <class T>
word_of<T> bits_of(T x) {
    return std::bit_cast<word_of<T>>(x);
}

template <class T>
T infinity() {
    return of_bits<T>(bits_of(removed<T>()) & ~(std::uint64_t{1} << (8 * sizeof(T) - 1)));
}
/// Quiet, or signalling, of either sign.
template <class T>
std::vector<T> nans() {
    const std::uint64_t sign = std::uint64_t{1} << (8 * sizeof(T) - 1), top = bits_of(infinity<T>());
    const std::uint64_t quiet = top | (top & (~top + 1)) >> 1;  // the bit below the exponent's last
    return {of_bits<T>(quiet),          of_bits<T>(quiet | sign), of_bits<T>(top | 1),
            of_bits<T>(top | sign | 1), of_bits<T>(sign - 1),     of_bits<T>(~std::uint64_t{0})};
}

template <class T>
value_of<T> value(T x) {
    return static_cast<value_of<T>>(x);
}
template <class T>
bool is_nan(T x) {
    return value(x) != value(x);
}

/// A row and its tail. It begins at an odd entry, so that nothing is aligned by luck.
template <class T>
class row_in_blocks {
public:
    explicit row_in_blocks(const std::vector<T>& row) : width_(row.size()), memory_(row.size() + 1) {
        std::copy(row.begin(), row.end(), memory_.begin() + 1);
        const std::size_t complete = width_ / simd::block_size, rest = width_ % simd::block_size;
        tail_.assign(simd::block_size, removed<T>());
        std::copy(row.end() - static_cast<std::ptrdiff_t>(rest), row.end(), tail_.begin());
        view = {memory_.data() + 1, tail_.data(), complete, complete + (rest != 0)};
    }
    row_in_blocks(const row_in_blocks&) = delete;
    row_in_blocks& operator=(const row_in_blocks&) = delete;

    simd::blocked_row<T> view;

    /// What stands at an index of the row continued by its padding.
    T at(std::size_t i) const { return i < width_ ? memory_[i + 1] : removed<T>(); }

private:
    std::size_t width_;
    std::vector<T> memory_, tail_;
};

struct words {
    std::uint64_t state;
    std::uint64_t operator()() {
        std::uint64_t z = state += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
};

enum class kind { ordinary, tied, zeros, mostly_removed, all_removed, any_bits };
inline constexpr kind kinds[] = {kind::ordinary, kind::tied, kind::zeros, kind::mostly_removed, kind::all_removed, kind::any_bits};

/// Without NaN and +inf, which the tests put in where they want them.
template <class T>
std::vector<T> random_row(kind what, std::size_t width, std::uint64_t seed) {
    words random{seed};
    std::vector<T> row(width);
    for (auto& x : row) {
        const std::uint64_t w = random();
        const float ordinary = static_cast<float>(static_cast<std::int32_t>(w >> 40) - (1 << 23)) * 0x1p-19f;  // (-16, 16)
        switch (what) {
            case kind::ordinary: x = static_cast<T>(ordinary); break;
            case kind::tied: x = static_cast<T>(static_cast<float>(w % 3) - 1.0f); break;
            case kind::zeros: x = static_cast<T>(w & 1 ? 0.0f : -0.0f); break;
            case kind::mostly_removed: x = w % 40 ? removed<T>() : static_cast<T>(ordinary); break;
            case kind::all_removed: x = removed<T>(); break;
            case kind::any_bits:
                do x = of_bits<T>(random());
                while (is_nan(x) || value(x) == value(infinity<T>()));
                break;
        }
    }
    return row;
}

}  // namespace testing_simd
