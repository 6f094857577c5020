// raised_cells and the token they tell against the definition in long double.
#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <argdraw/candidates/cumulative.hpp>
#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/raised_cells.hpp>
#include <argdraw/core/workspace.hpp>

using namespace argdraw;

namespace {

using real = long double;

// A body, and tokens that have nearly all the mass, some of them equal and some next to others: their cells have more than one.
std::vector<float> row_with_heads(std::size_t width, std::mt19937_64& random) {
    std::normal_distribution<float> normal;
    std::vector<float> row(width);
    for (float& l : row) l = normal(random);
    for (std::size_t i = 0; i < 24; ++i)
        row[random() % width] = 14 - static_cast<float>(i / 3) / 2 + static_cast<float>(i % 3 / 2) * 0x1p-16f;
    return row;
}

// The steps of a list in the order of their tokens, in long double.
std::vector<real> steps_of_definition(const detail::list& tokens, double power) {
    std::vector<std::size_t> order(tokens.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tokens.value(a) > tokens.value(b); });
    std::vector<real> steps(tokens.size());
    real sum = 0;
    const real g = power;
    for (const std::size_t i : order) {
        const real weight = tokens.weight(i);
        sum += weight;
        steps[i] = std::pow(sum, g) * (sum == weight ? 1 : -std::expm1(g * std::log1p(-weight / sum)));
    }
    return steps;
}

// p(rank) ~ 1 / rank: cells of the tail have many tokens.
std::vector<float> row_with_tail(std::size_t width, std::mt19937_64& random) {
    std::vector<float> row(width);
    for (std::size_t i = 0; i < width; ++i) row[i] = -std::log(static_cast<float>(i + 1));
    std::shuffle(row.begin(), row.end(), random);
    return row;
}

}  // namespace

TEST_CASE("raised_cells: no set of tokens is off by more than told, and the step of one token is right") {
    workspace space;
    std::mt19937_64 random(13);
    std::normal_distribution<float> normal;
    std::vector<float> flat(4000), few(4000);
    for (float& l : flat) l = normal(random);
    for (float& l : few) l = static_cast<float>(random() % 900) / 100;
    for (const auto& row : {flat, few, row_with_heads(4000, random), row_with_heads(20000, random)})
        for (const double power : {0.14, 0.6, 1.2, 2.5, 7.0})
            for (const std::size_t tokens_a_cell : {detail::raised_cells::coarse, detail::raised_cells::fine}) {
                CAPTURE(row.size(), power, tokens_a_cell);
                detail::distribution<float> d(std::span<const float>(row), space, row.size());
                detail::list& tokens = *d.listed();
                tokens.weigh(d.exponent_scale());
                detail::raised_cells cells(d.scratch().tokens, row.size(), tokens_a_cell, tokens.maximum(), tokens.minimum(),
                                           d.exponent_scale(), power, reinterpret_cast<double*>(d.scratch().sorting.order));
                const double off = cells.find_slopes();
                const auto& of = d.scratch().masses;
                if (!cells.add_up(of.of_block, of.ends)) continue;
                const auto expected = steps_of_definition(tokens, power);
                const real all = std::accumulate(expected.begin(), expected.end(), real{0});
                const std::size_t blocks = (row.size() + simd::block_size - 1) / simd::block_size;
                CHECK(std::abs(of.ends[blocks - 1] / static_cast<double>(all) - 1) < 1e-12);
                real above = 0, below = 0;
                for (std::size_t b = 0; b < blocks; ++b) {
                    double steps[simd::block_size] = {}, sum = 0;
                    cells.steps_from(b * simd::block_size, std::min(simd::block_size, row.size() - b * simd::block_size), steps);
                    for (std::size_t i = b * simd::block_size; i < std::min(row.size(), (b + 1) * simd::block_size); ++i) {
                        const double step = steps[i - b * simd::block_size];
                        (step > expected[i] ? above : below) += std::abs(step - expected[i]);
                        sum += step;
                        if (i % 97 == 0 || expected[i] > all / 100)
                            REQUIRE(std::abs(cells.step_of(i) / static_cast<double>(expected[i]) - 1) < 1e-12);
                    }
                    CHECK(std::abs(sum - of.of_block[b]) <= 1e-12 * of.of_block[b]);
                }
                CHECK(static_cast<double>(above / all) <= off + 1e-11);
                CHECK(static_cast<double>(below / all) <= off + 1e-11);
            }
}

TEST_CASE("quick_raised_token: most tokens of a row with a head or a tail, and of equal ones, are told without an order") {
    workspace space;
    std::mt19937_64 random(14);
    const auto told = [&](const std::vector<float>& row) {
        int count = 0;
        for (int i = 0; i < 100; ++i) {
            detail::distribution<float> d(std::span<const float>(row), space, row.size());
            detail::raise_cumulative(d, 0.3);
            count += detail::quick_raised_token(d, *d.as_list(), static_cast<double>(random() >> 11) * 0x1p-53).id >= 0;
        }
        return count;
    };
    CHECK(told(row_with_heads(20000, random)) > 60);
    CHECK(told(row_with_tail(120000, random)) > 85);
    CHECK(told(std::vector<float>(3000, 2.5f)) > 95);
}

TEST_CASE("quick_raised_token: beside the ends of a token's share it is that token, or none") {
    workspace space;
    std::mt19937_64 random(15);
    for (const auto& row : {row_with_heads(20000, random), row_with_tail(20000, random), std::vector<float>(3000, 1.0f)})
        for (const double log_power : {-0.4, 0.2, 0.4}) {
            CAPTURE(row[0], log_power);
            detail::distribution<float> d(std::span<const float>(row), space, row.size());
            detail::raise_cumulative(d, log_power);
            detail::list& tokens = *d.as_list();
            tokens.weigh(d.exponent_scale());
            const auto steps = steps_of_definition(tokens, std::exp(log_power));
            std::vector<real> ends(steps.size());
            std::partial_sum(steps.begin(), steps.end(), ends.begin());
            int told = 0, wrong = 0;
            for (std::size_t i = 0; i < 300; ++i) {
                const std::size_t at = random() % (row.size() - 1);
                const real off = 3 * (i % 2 == 0 ? 1e-8L : steps[at + i % 4 / 2] / ends.back() / 4) * (i % 4 < 2 ? -1.0L : 1.0L);
                const auto u = static_cast<double>(ends[at] / ends.back() + off);
                const auto expected = std::upper_bound(ends.begin(), ends.end(), u * ends.back()) - ends.begin();
                const detail::taken quick = detail::quick_raised_token(d, tokens, u);
                told += quick.id >= 0;
                wrong += quick.id >= 0 && quick.id != expected;
                if (quick.id == expected)
                    wrong += std::abs(quick.probability / static_cast<double>(steps[static_cast<std::size_t>(expected)] / ends.back()) -
                                      1) > 1e-12;
            }
            CHECK(told > 0);
            CHECK(wrong == 0);
        }
}
