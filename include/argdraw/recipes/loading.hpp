// loading — what the loaders of recipes have in common: the answer, and numbers that become parameters.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/recipes/fields.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// What came of loading. Where something is wrong, the recipe is as it was before.
struct loaded {
    fault wrong;
    std::vector<std::string> unknown;  ///< the keys that the recipe has not, as they stand in the file; of a GGUF file those of sampling

    explicit operator bool() const noexcept { return !wrong; }
};

namespace detail {

/// Text of a file as a sentence can show it: a line of its beginning.
inline std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 64)) out += c >= ' ' && c <= '~' ? c : '?';
    return text.size() > 64 ? out + "..." : out;
}

inline fault is_no(std::string_view key, std::string_view shown, std::string_view what) {
    return bad_parameter(std::string(key) + " = " + std::string(shown) + " is not " + std::string(what));
}

/// A number of a file: a whole one of 64 bits, or another.
struct file_number {
    double value = 0;
    bool whole = false;
    bool negative = false;        ///< of a whole one
    std::uint64_t magnitude = 0;  ///< of a whole one

    static file_number of(double x) {
        const bool exact = std::trunc(x) == x && std::fabs(x) <= 0x1p53;
        return {x, exact, x < 0, exact ? static_cast<std::uint64_t>(std::fabs(x)) : 0};
    }
    static file_number of(std::uint64_t x) { return {static_cast<double>(x), true, false, x}; }
    static file_number of(std::int64_t x) {
        const auto bits = static_cast<std::uint64_t>(x);
        return {static_cast<double>(x), true, x < 0, x < 0 ? 0 - bits : bits};
    }
};

inline fault put(std::string_view key, std::string_view shown, const file_number& from, float& to) {
    constexpr double largest = static_cast<double>((std::numeric_limits<float>::max)());
    if (std::fabs(from.value) > largest && std::fabs(from.value) < std::numeric_limits<double>::infinity())
        return bad_parameter(std::string(key) + " = " + std::string(shown) + " is beyond the range of float");
    to = static_cast<float>(from.value);
    return {};
}

template <std::integral N>
fault put(std::string_view key, std::string_view shown, const file_number& from, N& to) {
    if (!from.whole) return is_no(key, shown, "a whole number");
    using limits = std::numeric_limits<N>;
    // Of a seed without a sign, -1 is all ones.
    constexpr std::uint64_t most = static_cast<std::uint64_t>((limits::max)()), least = std::is_signed_v<N> ? most + 1 : 1;
    if (from.magnitude > (from.negative ? least : most))
        return bad_parameter(std::string(key) + " = " + std::string(shown) + " is out of its range: whole numbers from " +
                             (std::is_signed_v<N> ? std::to_string((limits::min)()) : "-1") + " to " + std::to_string(most));
    to = static_cast<N>(from.negative ? 0 - from.magnitude : from.magnitude);
    return {};
}

}  // namespace detail

}  // namespace argdraw::recipes
