// Random rows and pipelines for the differential test. Everything comes from one 64-bit seed per case, through
// arithmetic of our own, so that a printed seed brings back the same case on any platform.

#pragma once

#include "reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iomanip>
#include <limits>
#include <numbers>
#include <numeric>
#include <sstream>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace cases {

// splitmix64 (Steele, Lea, Flood 2014)
class generator {
public:
    explicit generator(std::uint64_t seed) : state_(seed) {}

    std::uint64_t word() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    double uniform() { return std::ldexp(static_cast<double>(word() >> 11), -53); }
    double uniform(double from, double to) { return from + (to - from) * uniform(); }
    double log_uniform(double from, double to) { return from * std::pow(to / from, uniform()); }
    bool chance(double p) { return uniform() < p; }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(word() % n); }
    double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * std::numbers::pi * uniform()); }

    template <class T>
    T pick(std::initializer_list<T> list) {
        return list.begin()[below(list.size())];
    }

private:
    std::uint64_t state_;
};

enum class kind {
    gaussian,
    flat,
    equal,
    few_values,
    peaked,
    spikes,
    ascending,
    offset,
    zipf,
    masked,
    neighbours,
    nothing,
};

inline constexpr std::array kind_names{"gaussian",  "flat",         "equal", "few values", "peaked",     "spikes",
                                       "ascending", "large offset", "zipf",  "masked",     "neighbours", "nothing"};
inline constexpr std::size_t kinds = kind_names.size();

// What a scalar type can hold. Values are generated as doubles and rounded to the scalar by the caller.
struct limits {
    double largest;
    double smallest;  // the least subnormal
    double epsilon;
};

inline std::vector<double> make_row(generator& random, kind which, std::size_t size, const limits& scalar) {
    const double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> row(size);
    const double spread = random.log_uniform(0.3, 12);
    const double shift = random.chance(0.5) ? 0 : random.uniform(-20, 20);

    switch (which) {
        case kind::gaussian:
            for (double& l : row) l = shift + spread * random.normal();
            break;
        case kind::flat:
            for (double& l : row) l = shift + 1e-3 * random.normal();
            break;
        case kind::equal:
            for (double& l : row) l = shift;
            break;
        case kind::few_values: {
            const std::size_t distinct = 2 + random.below(4);
            for (double& l : row) l = shift + 0.5 * static_cast<double>(random.below(distinct));
            break;
        }
        case kind::peaked:
            for (double& l : row) l = shift + random.normal();
            row[random.below(size)] = shift + random.uniform(8, 40);
            break;
        case kind::spikes:
            for (double& l : row) l = shift - 30 + random.normal();
            for (std::size_t i = 0; i < 1 + size / 50; ++i) row[random.below(size)] = shift + 2 * random.normal();
            break;
        case kind::ascending:
            for (std::size_t i = 0; i < size; ++i) row[i] = shift + spread * static_cast<double>(i) / static_cast<double>(size);
            break;
        case kind::offset: {
            // Far from zero, yet with a few steps of the scalar between the tokens.
            const double base = random.pick({-1.0, 1.0}) * std::min(random.log_uniform(1e2, 1e12), scalar.largest / 16);
            const double step = std::abs(base) * scalar.epsilon;
            for (double& l : row) l = base + std::round(random.uniform(-20, 20)) * step;
            break;
        }
        case kind::zipf: {
            const double power = random.uniform(0.8, 2);
            for (std::size_t i = 0; i < size; ++i) row[i] = shift - power * std::log(static_cast<double>(i + 1));
            for (std::size_t i = size; i > 1; --i) std::swap(row[i - 1], row[random.below(i)]);
            break;
        }
        case kind::masked:
            for (double& l : row) l = random.chance(0.9) ? -infinity : shift + spread * random.normal();
            break;
        case kind::neighbours:
            // Adjacent values of the scalar: distinct logits whose order must not drown in a later rounding.
            for (double& l : row) l = 1 + static_cast<double>(random.below(6)) * scalar.epsilon;
            break;
        case kind::nothing:
            for (double& l : row) l = -infinity;
            break;
    }
    return row;
}

// Spoils about 2 % of a row, and at least one token, with one kind of uncomfortable value.
inline void pollute(generator& random, std::vector<double>& row, const limits& scalar) {
    const double infinity = std::numeric_limits<double>::infinity();
    const std::size_t with = random.below(16);
    const std::size_t count = random.chance(0.5) ? 1 : 1 + row.size() / 50;
    for (std::size_t i = 0; i < count; ++i) {
        double& l = row[random.below(row.size())];
        switch (with) {
            case 0: l = std::numeric_limits<double>::quiet_NaN(); break;
            case 1:
            case 2: l = infinity; break;
            case 3:
            case 4:
            case 5: l = -infinity; break;
            case 6: l = scalar.largest; break;
            case 7: l = -scalar.largest; break;
            case 8: l = random.pick({-1.0, 1.0}) * scalar.largest * random.uniform(0.25, 1); break;
            case 9: l = random.pick({-1.0, 1.0}) * scalar.smallest * static_cast<double>(1 + random.below(9)); break;
            case 10: l = random.pick({-0.0, 0.0}); break;
            case 11: l = random.pick({-1e30, -1e9, -1e4}); break;
            default: l = row[random.below(row.size())]; break;
        }
    }
}

inline constexpr float tiny = std::numeric_limits<float>::denorm_min();
inline constexpr float huge = std::numeric_limits<float>::max();
inline constexpr float unlimited = std::numeric_limits<float>::infinity();
inline constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
inline constexpr float under_one = 1 - std::numeric_limits<float>::epsilon() / 2;

// Parameters: mostly what people use, then the edges of the range, and rarely something illegal.
inline constexpr double illegal_share = 0.01;

inline std::int64_t random_min_keep(generator& random, std::size_t size) {
    if (random.chance(illegal_share / 4)) return -1;
    return random.chance(0.8) ? 1 : static_cast<std::int64_t>(random.below(random.chance(0.5) ? 8 : size + 4));
}

inline void randomise(reference::temperature& stage, generator& random, std::size_t) {
    if (random.chance(illegal_share)) stage.t = random.pick({-1.0f, -tiny, -unlimited, not_a_number});
    else if (random.chance(0.2))
        stage.t = random.pick({1.0f, 1.0f, 0.0f, -0.0f, unlimited, tiny, 1e-40f, 1e-30f, 1e-10f, 1e-5f, 1e5f, 1e10f, 1e30f, huge});
    else stage.t = static_cast<float>(random.chance(0.8) ? random.uniform(0.2, 3) : random.log_uniform(1e-3, 1e3));
}

inline void randomise(reference::softmax&, generator&, std::size_t) {}

inline void randomise(reference::top_k& stage, generator& random, std::size_t size) {
    const auto n = static_cast<std::int64_t>(size);
    const std::int64_t most = std::numeric_limits<std::int32_t>::max();
    if (random.chance(illegal_share)) stage.k = random.pick<std::int64_t>({-1, -most - 1});
    else if (random.chance(0.3)) stage.k = random.pick<std::int64_t>({0, 1, 2, n - 1, n, n + 1, most});
    else stage.k = 1 + static_cast<std::int64_t>(random.log_uniform(1, static_cast<double>(n)));
    stage.min_keep = random_min_keep(random, size);
}

inline void randomise(reference::top_p& stage, generator& random, std::size_t size) {
    if (random.chance(illegal_share)) stage.p = random.pick({-0.5f, -tiny, -unlimited, not_a_number});
    else if (random.chance(0.2))
        stage.p = random.pick({0.0f, -0.0f, tiny, 1e-10f, 0.5f, 0.75f, under_one, 0.99999f, 1.0f, 1.5f, unlimited});
    else if (random.chance(0.1))  // a boundary of equal logits
        stage.p = static_cast<float>(static_cast<double>(random.below(size + 1)) / static_cast<double>(size));
    else stage.p = static_cast<float>(random.chance(0.5) ? random.uniform() : 1 - random.log_uniform(1e-4, 0.5));
    stage.min_keep = random_min_keep(random, size);
}

inline void randomise(reference::min_p& stage, generator& random, std::size_t size) {
    if (random.chance(illegal_share))
        stage.p = random.pick({-0.5f, -tiny, 1.0f + std::numeric_limits<float>::epsilon(), unlimited, not_a_number});
    else if (random.chance(0.2)) stage.p = random.pick({0.0f, -0.0f, tiny, 1e-30f, 1e-10f, under_one, 1.0f});
    else if (random.chance(0.1))
        stage.p = static_cast<float>(std::exp(-0.5 * static_cast<double>(1 + random.below(4))));  // a boundary of few values
    else stage.p = static_cast<float>(random.chance(0.3) ? random.uniform() : random.log_uniform(1e-6, 1));
    stage.min_keep = random_min_keep(random, size);
}

template <class Stage>
Stage random_stage(generator& random, std::size_t size) {
    Stage stage;
    randomise(stage, random, size);
    return stage;
}

inline constexpr std::size_t longest_pipeline = 8;

// Moves the parameter of one truncation next to a boundary of what that stage will see: inside its band, or just
// outside, where nothing is forgiven. Random parameters hardly ever come that near.
inline void aim(generator& random, const std::vector<double>& row, reference::pipeline& stages) {
    using reference::real;
    std::vector<reference::stage*> truncations;
    for (reference::stage& each : stages)
        if (std::holds_alternative<reference::top_p>(each) || std::holds_alternative<reference::min_p>(each)) truncations.push_back(&each);
    if (truncations.empty()) return;
    reference::stage& target = *truncations[random.below(truncations.size())];
    const bool mass = std::holds_alternative<reference::top_p>(target);
    const reference::law seen = reference::run(row, {stages.data(), &target});
    if (seen.why != reference::status::ok) return;

    std::vector<real> p = seen.probabilities;
    std::sort(p.begin(), p.end(), std::greater<>());
    const std::size_t at = random.below(random.chance(0.5) ? p.size() : std::min<std::size_t>(p.size(), 16));
    const real off = real(random.pick({-1.0, 1.0}) * random.log_uniform(1e-9, 1e-5));
    if (mass)
        std::get<reference::top_p>(target).p =
            std::max(0.0f, static_cast<float>(std::accumulate(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(at) + 1, real(0)) + off));
    else std::get<reference::min_p>(target).p = std::min(1.0f, static_cast<float>(p[at] / p[0] * (1 + off)));
}

// In words, exact, in the order they run.
inline std::string describe(const reference::pipeline& stages) {
    std::ostringstream out;
    out << std::setprecision(std::numeric_limits<float>::max_digits10);
    const auto words = [&out](const auto& each) {
        using type = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<type, reference::temperature>) out << "temperature " << each.t;
        else if constexpr (std::is_same_v<type, reference::softmax>) out << "softmax";
        else if constexpr (std::is_same_v<type, reference::top_k>) out << "top_k " << each.k << " keep " << each.min_keep;
        else if constexpr (std::is_same_v<type, reference::top_p>) out << "top_p " << each.p << " keep " << each.min_keep;
        else out << "min_p " << each.p << " keep " << each.min_keep;
    };
    for (const reference::stage& each : stages) {
        if (&each != stages.data()) out << " | ";
        std::visit(words, each);
    }
    return out.str();
}

// Widths of rows: small ones, of which a few are empty, and those of vocabularies in use.
inline std::size_t small_size(generator& random) {
    if (random.chance(0.002)) return 0;
    return random.chance(0.5) ? 1 + random.below(24) : 1 + random.below(512);
}

inline std::size_t real_size(generator& random) {
    return random.pick<std::size_t>({32000, 32768, 50257, 65536, 100277, 128256, 151936, 200064, 262144});
}

}  // namespace cases
