// What tests compare wide rows with: a row's quantities in long double, straight from their definitions, and one row in every scalar.
#pragma once

#include "support.hpp"

#include <argdraw/core/formats.hpp>

namespace support {

using real = long double;

/// Of the living tokens of a row without infinities upwards.
struct quantities {
    real maximum = -static_cast<real>(infinity);
    real count = 0, mass = 0, entropy = 0, collision = 0, deviation = 0;

    explicit quantities(const std::vector<float>& row) {
        for (const float l : row) maximum = std::max(maximum, static_cast<real>(l));
        real sum = 0, squares = 0, products = 0, weights_squared = 0;
        for (const float l : row)
            if (l > -infinity) {
                const real d = static_cast<real>(l) - maximum, w = std::exp(d);
                count += 1;
                mass += w;
                products += w * d;
                weights_squared += w * w;
                sum += d;
            }
        for (const float l : row)
            if (l > -infinity) {
                const real d = static_cast<real>(l) - maximum - sum / count;
                squares += d * d;
            }
        entropy = std::log(mass) - products / mass;
        collision = weights_squared / (mass * mass);
        deviation = std::sqrt(squares / count);
    }
};

/// Whether what was kept are the tokens with l - max >= lowest, but for those whose probability is within `band` of the cut.
inline bool cut_is_at(real lowest, const std::vector<float>& row, const ids& got, real band = 1e-6L) {
    const real maximum = quantities(row).maximum;
    std::vector<bool> stays(row.size(), false);
    for (const token_id id : got) stays[static_cast<std::size_t>(id)] = true;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const real above = static_cast<real>(row[i]) - maximum - lowest;
        if (stays[i] != (above >= 0) && !(std::abs(std::expm1(above)) <= band)) return false;
    }
    return true;
}

/// Calls check(row) with the row in each scalar. Its logits must be representable in all of them.
template <class Check>
void in_every_scalar(const std::vector<float>& row, Check check) {
    const auto in = [&](auto scalar) {
        std::vector<decltype(scalar)> same;
        for (const float l : row) same.push_back(static_cast<decltype(scalar)>(l));
        check(same);
    };
    in(float{});
    in(double{});
    in(argdraw::half{});
    in(argdraw::bfloat16{});
}

/// Whether two laws are the same bits.
inline bool same_bits(const argdraw::distribution_of_row& a, const argdraw::distribution_of_row& b) {
    return a.why == b.why && a.ids == b.ids && a.probabilities == b.probabilities;
}

/// That a stage treats a wide row whose tokens were removed and changed by stages before it as it treats the row as it then is; whether it
/// still is a view of the row, has a band around it, or has become a list.
template <class Stage>
void check_after_changes(Stage stage) {
    using namespace argdraw;
    const auto change = [](auto& c) {
        const token_id gone[] = {3, 255, 256, 2999};
        c.ban(gone);
        c.add(17, 3);
        c.add(700, -2);
    };
    std::mt19937 random(5);
    std::vector<float> row(3000);
    for (float& l : row) l = static_cast<float>(random() % 4096) / 256;
    std::vector<float> changed = row;
    for (const std::size_t id : {3u, 255u, 256u, 2999u}) changed[id] = -infinity;
    changed[17] += 3;
    changed[700] -= 2;
    CHECK(law(row, change, stage) == law(changed, stage));
    CHECK(law(row, change, top_k{2000}, stage) == law(changed, top_k{2000}, stage));
    CHECK(law(row, change, top_p{0.999f}, stage) == law(changed, top_p{0.999f}, stage));
    CHECK(law(row, change, temperature{0.5f}, top_k{9}, stage) == law(changed, temperature{0.5f}, top_k{9}, stage));
}

/// The largest relative error of a law whose unnormalised weights should be e^(expected(l)), l in long double; tokens under 2^-60 left out.
template <class Expected>
real worst_error(const std::vector<float>& row, const argdraw::distribution_of_row& got, Expected expected) {
    real sum = 0, worst = 0;
    const real top = expected(quantities(row).maximum);
    for (const float l : row)
        if (l > -infinity) sum += std::exp(expected(static_cast<real>(l)) - top);
    for (std::size_t i = 0; i < got.ids.size(); ++i) {
        const real p = std::exp(expected(static_cast<real>(row[static_cast<std::size_t>(got.ids[i])])) - top) / sum;
        if (p > 0x1p-60L) worst = std::max(worst, std::abs(static_cast<real>(got.probabilities[i]) / p - 1));
    }
    return worst;
}

}  // namespace support
