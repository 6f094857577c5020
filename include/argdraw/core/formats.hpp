// half, bfloat16, format_of — the formats of numbers that a row may have, whatever type of the caller's has them.
#pragma once

#include <bit>
#include <compare>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <argdraw/core/config.hpp>

// A row of the caller's, of a type of its own with sixteen bits, is read as one of these where it lies: a compiler must not conclude from
// the types that the two are not the same memory.
#if defined(__GNUC__) || defined(__clang__)
#define ARGDRAW_MAY_ALIAS __attribute__((may_alias))
#else
#define ARGDRAW_MAY_ALIAS
#endif

namespace argdraw::inline ARGDRAW_ABI {

/// A number of sixteen bits: IEEE's binary16, a sign, 5 bits of exponent and 10 of fraction. Made to be read: it knows its bits, its value
/// as a float, which is exact, and the nearest to a float.
class ARGDRAW_MAY_ALIAS half {
public:
    half() = default;
    /// The nearest, the even one of two.
    constexpr explicit half(float x) noexcept : bits_(nearest(std::bit_cast<std::uint32_t>(x))) {}

    static constexpr half from_bits(std::uint16_t bits) noexcept {
        half x{};
        x.bits_ = bits;
        return x;
    }
    constexpr std::uint16_t bits() const noexcept { return bits_; }

    ARGDRAW_INLINE constexpr explicit operator float() const noexcept {
        const std::uint32_t sign = (bits_ & 0x8000u) << 16, magnitude = bits_ & 0x7fffu;
        if (magnitude >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000u | magnitude << 13);  // infinity, NaN
        if (magnitude >= 0x0400) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000u));
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(magnitude) * 0x1p-24f));
    }
    constexpr explicit operator double() const noexcept { return static_cast<double>(static_cast<float>(*this)); }

    friend constexpr bool operator==(half a, half b) noexcept { return static_cast<float>(a) == static_cast<float>(b); }
    friend constexpr std::partial_ordering operator<=>(half a, half b) noexcept { return static_cast<float>(a) <=> static_cast<float>(b); }

private:
    static constexpr std::uint16_t nearest(std::uint32_t x) noexcept {
        const std::uint32_t sign = x >> 16 & 0x8000u, magnitude = x & 0x7fffffffu;
        if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
        if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // 65520 and more
        if (magnitude < 0x33000001u) return static_cast<std::uint16_t>(sign);             // 2^-25 and less
        if (magnitude >= 0x38800000u) return static_cast<std::uint16_t>(sign | rounded(magnitude - 0x38000000u, 13));
        // Below 2^-14 the places stay where they are, and the fraction moves.
        return static_cast<std::uint16_t>(sign | rounded((magnitude & 0x7fffffu) | 0x800000u, 126 - static_cast<int>(magnitude >> 23)));
    }
    static constexpr std::uint32_t rounded(std::uint32_t x, int places) noexcept {
        return (x + (std::uint32_t{1} << (places - 1)) - 1 + (x >> places & 1u)) >> places;
    }

    std::uint16_t bits_;
};

/// The upper sixteen bits of a float.
class ARGDRAW_MAY_ALIAS bfloat16 {
public:
    bfloat16() = default;
    /// The nearest, the even one of two.
    constexpr explicit bfloat16(float x) noexcept : bits_(nearest(std::bit_cast<std::uint32_t>(x))) {}

    static constexpr bfloat16 from_bits(std::uint16_t bits) noexcept {
        bfloat16 x{};
        x.bits_ = bits;
        return x;
    }
    constexpr std::uint16_t bits() const noexcept { return bits_; }

    ARGDRAW_INLINE constexpr explicit operator float() const noexcept {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16);
    }
    constexpr explicit operator double() const noexcept { return static_cast<double>(static_cast<float>(*this)); }

    friend constexpr bool operator==(bfloat16 a, bfloat16 b) noexcept { return static_cast<float>(a) == static_cast<float>(b); }
    friend constexpr std::partial_ordering operator<=>(bfloat16 a, bfloat16 b) noexcept {
        return static_cast<float>(a) <=> static_cast<float>(b);
    }

private:
    static constexpr std::uint16_t nearest(std::uint32_t x) noexcept {
        if ((x & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>(x >> 16 | 0x40u);
        return static_cast<std::uint16_t>((x + 0x7fffu + (x >> 16 & 1u)) >> 16);
    }

    std::uint16_t bits_;
};

// The formats for which stages and draws that are chosen at run time are compiled. A program, and a library for others, may do with fewer:
// each file of it then defines ARGDRAW_FORMATS alike, such as float or float,half.
#if !defined(ARGDRAW_FORMATS)
#define ARGDRAW_FORMATS float, double, half, bfloat16
#endif

/// The format in which a type of the caller's keeps its number: `type` is float, double, half or bfloat16. A type of another library, or of
/// your own, takes part by a specialisation, if its objects are the bits of the format and nothing else:
///
///     template <>
///     struct argdraw::format_of<my::half> {
///         using type = argdraw::half;
///     };
template <class T>
struct format_of {};

/// What a row is read as: kernels and candidates exist for these four, and for no other type.
template <class T>
concept logit_scalar = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, half> || std::same_as<T, bfloat16>;

template <logit_scalar T>
struct format_of<T> {
    using type = T;
};

#if defined(__FLT16_MAX__)  // std::float16_t is this type
template <>
struct format_of<_Float16> {
    using type = half;
};
#endif
#if defined(__BFLT16_MAX__) || defined(__STDCPP_BFLOAT16_T__) || (defined(__clang__) && __clang_major__ >= 17 && defined(__SSE2__))
template <>
struct format_of<__bf16> {  // std::bfloat16_t is this type
    using type = bfloat16;
};
#endif

/// A type that a row may have: one with a format.
template <class T>
concept logit_type = requires { typename format_of<T>::type; } && logit_scalar<typename format_of<T>::type> &&
                     sizeof(T) == sizeof(typename format_of<T>::type) && alignof(T) >= alignof(typename format_of<T>::type);

}  // namespace argdraw

#undef ARGDRAW_MAY_ALIAS
