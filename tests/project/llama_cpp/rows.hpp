// rows — what is given to both: rows of many kinds and widths, from one number.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

namespace peer {

class words {
public:
    explicit words(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    double unit() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
    double between(double low, double high) { return low + (high - low) * unit(); }
    float real(double low, double high) { return static_cast<float>(between(low, high)); }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(unit() * static_cast<double>(n)); }
    bool chance(double p) { return unit() < p; }
    double normal() { return std::sqrt(-2 * std::log(unit())) * std::cos(2 * std::numbers::pi * unit()); }
    template <class T, std::size_t N>
    T one_of(const std::array<T, N>& of) {
        return of[below(N)];
    }

private:
    std::uint64_t state_;
};

constexpr float masked = -std::numeric_limits<float>::infinity();

struct row {
    std::string kind;
    std::vector<float> logits;
};

namespace detail {

inline void fill_zipf(std::vector<float>& to, words& w) {
    const double power = w.between(0.7, 1.8), shift = w.between(-5, 5);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<float>(shift - power * std::log(static_cast<double>(i + 1)));
    for (std::size_t i = to.size(); i > 1; --i) std::swap(to[i - 1], to[w.below(i)]);
}

inline void fill_peaked(std::vector<float>& to, words& w) {
    for (float& l : to) l = static_cast<float>(2 * w.normal());
    const double top = w.between(10, 16);
    for (std::size_t i = 0, n = std::min<std::size_t>(60, to.size()); i < n; ++i)
        to[w.below(to.size())] = static_cast<float>(top - 0.05 * static_cast<double>(i) - (i > 0 ? 2 : 0));
}

}  // namespace detail

// Widths of wide rows are those of models in use.
inline row make_row(words& w, bool wide) {
    constexpr std::array<std::size_t, 3> models{32000, 128256, 151936};
    constexpr std::array<const char*, 6> kinds{"zipf", "peaked", "flat", "ties", "masked", "steep"};
    row made{w.one_of(kinds), {}};
    made.logits.resize(wide ? w.one_of(models) : 1 + static_cast<std::size_t>(std::exp(w.between(0, std::log(2000.0)))));
    auto& l = made.logits;
    if (made.kind == "zipf") detail::fill_zipf(l, w);
    else if (made.kind == "peaked" || made.kind == "masked") detail::fill_peaked(l, w);
    else if (made.kind == "flat") std::generate(l.begin(), l.end(), [&] { return static_cast<float>(w.normal()); });
    else if (made.kind == "ties") {
        const double range = w.between(0, 8);
        std::generate(l.begin(), l.end(), [&] { return static_cast<float>(std::floor(range * w.unit())) * 0.5f; });
    } else {
        // Most tokens lie below the smallest float there is, as a share of the greatest.
        std::generate(l.begin(), l.end(), [&] { return static_cast<float>(60 * w.normal()); });
    }
    if (made.kind == "masked") {
        const double share = w.between(0.1, 0.995);
        for (float& each : l)
            if (w.chance(share)) each = masked;
        l[w.below(l.size())] = 1;
    }
    return made;
}

}  // namespace peer
