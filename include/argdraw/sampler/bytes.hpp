// bytes — numbers, and the states made of them, as bytes that are the same on every machine: little-endian, without gaps.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A number whose bits are known wherever it is read. Those of long double are not.
template <class N>
concept portable_number = std::integral<N> || std::is_enum_v<N> || std::same_as<N, float> || std::same_as<N, double>;

template <portable_number N>
constexpr std::uint64_t bits_of(N value) noexcept {
    static_assert(!std::is_floating_point_v<N> || std::numeric_limits<N>::is_iec559);
    if constexpr (std::same_as<N, float>) return std::bit_cast<std::uint32_t>(value);
    else if constexpr (std::same_as<N, double>) return std::bit_cast<std::uint64_t>(value);
    else return static_cast<std::uint64_t>(value);
}
template <portable_number N>
constexpr N of_bits(std::uint64_t bits) noexcept {
    if constexpr (std::same_as<N, float>) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    else if constexpr (std::same_as<N, double>) return std::bit_cast<double>(bits);
    else if constexpr (std::same_as<N, bool>) return bits != 0;
    else return static_cast<N>(bits);
}

/// Visits the numbers of a state: itself, where it is one, those of an array one after the other, else those that its each_number() names.
template <class State, class F>
constexpr void each_number(State& state, F&& visit) {
    if constexpr (portable_number<State>) {
        visit(state);
    } else if constexpr (std::is_array_v<State>) {
        for (auto& one : state) each_number(one, visit);
    } else {
        const auto deeper = [&](auto& one) { each_number(one, visit); };
        static_assert(
            requires { state.each_number(deeper); },
            "argdraw: a state does not say what numbers it consists of, so that it could be written as bytes; give it template <class F> "
            "constexpr void each_number(F visit) { visit(first); visit(second); }");
        state.each_number(deeper);
    }
}

class byte_writer {
public:
    explicit byte_writer(std::vector<std::byte>& out) : out_(out) {}

    template <portable_number N>
    void number(N value) {
        const std::uint64_t bits = bits_of(value);
        for (std::size_t i = 0; i < sizeof(N); ++i) out_.push_back(static_cast<std::byte>(bits >> (8 * i)));
    }

private:
    std::vector<std::byte>& out_;
};

/// Bytes that end too soon, or go on, are not good; what is read of them is 0.
class byte_reader {
public:
    explicit byte_reader(std::span<const std::byte> in) noexcept : in_(in) {}

    bool good() const noexcept { return good_; }
    bool at_end() const noexcept { return good_ && in_.empty(); }
    std::size_t left() const noexcept { return in_.size(); }

    template <portable_number N>
    N next() noexcept {
        good_ = good_ && sizeof(N) <= in_.size();
        if (!good_) return N{};
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < sizeof(N); ++i) bits |= static_cast<std::uint64_t>(in_[i]) << (8 * i);
        in_ = in_.subspan(sizeof(N));
        return of_bits<N>(bits);
    }
    template <portable_number N>
    void number(N& out) noexcept {
        out = next<N>();
    }

private:
    std::span<const std::byte> in_;
    bool good_ = true;
};

}  // namespace argdraw::detail
