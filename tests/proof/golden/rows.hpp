// The rows of the golden streams, made of integers and powers of two alone, so that no compiler can make them differ.
#pragma once

#include <argdraw/core/logit.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace golden {

using namespace argdraw;

constexpr std::uint64_t mixed(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// Every significant bit that the scalar has, so that each is a number of its own and no conversion rounds.
template <class T>
constexpr int digits = 24;
template <>
constexpr int digits<double> = 53;
template <>
constexpr int digits<argdraw::half> = 11;
template <>
constexpr int digits<argdraw::bfloat16> = 8;

/// integer * 2^exponent, exactly; the integer has no more digits than T.
template <class T>
T scaled(std::int64_t integer, int exponent) {
    const double power = std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
    const double x = static_cast<double>(integer) * power;
    if constexpr (sizeof(T) == 2) return static_cast<T>(static_cast<float>(x));
    else return static_cast<T>(x);
}

/// A signed integer of the scalar's digits, bell-shaped: the sum of four uniform ones.
template <class T>
std::int64_t bell(std::uint64_t seed, std::uint64_t index) {
    constexpr int bits = digits<T> - 2;
    std::int64_t sum = 0;
    for (std::uint64_t part = 0; part < 4; ++part)
        sum += static_cast<std::int64_t>(mixed(mixed(seed + part) ^ index) >> (64 - bits)) - (std::int64_t{1} << (bits - 1));
    return sum;
}

enum class row_kind { peaked, flat, tied, masked };
inline constexpr row_kind row_kinds[] = {row_kind::peaked, row_kind::flat, row_kind::tied, row_kind::masked};

constexpr std::string_view name(row_kind kind) {
    switch (kind) {
        case row_kind::peaked: return "peaked";
        case row_kind::flat: return "flat";
        case row_kind::tied: return "tied";
        case row_kind::masked: return "masked";
    }
    return {};
}

template <class T>
std::vector<T> row_of(row_kind kind, std::size_t width, std::uint64_t seed) {
    std::vector<T> row(width);
    const std::uint64_t favourite = mixed(seed) % width;
    for (std::size_t i = 0; i < width; ++i) {
        switch (kind) {
            case row_kind::peaked:  // (-16, 16), and a few favourites well above the rest
                row[i] = scaled<T>(bell<T>(seed, i), 5 - digits<T>);
                if ((i ^ favourite) < 4) row[i] = scaled<T>(std::int64_t{40} - static_cast<std::int64_t>(i ^ favourite), -1);
                break;
            case row_kind::flat: row[i] = scaled<T>(bell<T>(seed, i), -2 - digits<T>); break;
            case row_kind::tied: row[i] = scaled<T>(static_cast<std::int64_t>(mixed(seed ^ i) % 5) - 2, -1); break;
            case row_kind::masked:
                row[i] = mixed(seed ^ (i << 8)) % 4 && i != favourite ? removed<T>() : scaled<T>(bell<T>(seed, i), 4 - digits<T>);
                break;
        }
    }
    return row;
}

using any_row = std::variant<std::vector<float>, std::vector<argdraw::half>, std::vector<argdraw::bfloat16>, std::vector<double>>;

struct scalar {
    std::string_view name;
    any_row (*row)(row_kind kind, std::size_t width, std::uint64_t seed);
};

template <class T>
any_row any_row_of(row_kind kind, std::size_t width, std::uint64_t seed) {
    return row_of<T>(kind, width, seed);
}

inline constexpr scalar scalars[] = {{"float", any_row_of<float>},
                                     {"half", any_row_of<argdraw::half>},
                                     {"bfloat16", any_row_of<argdraw::bfloat16>},
                                     {"double", any_row_of<double>}};

}  // namespace golden
