// power_steps and raise_cumulative against the definition in long double.
#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/cumulative.hpp>
#include <argdraw/core/workspace.hpp>

using namespace argdraw;

namespace {

using real = long double;

// ln(C^g - D^g) of each token of a row, and whether all that is less is as small beside it as that.
std::vector<double> logits_of_definition(const std::vector<float>& row, double log_power) {
    std::vector<std::size_t> order(row.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return row[a] > row[b]; });
    const real g = std::exp(static_cast<real>(log_power)), most = row[order[0]];
    std::vector<real> weights, behind(row.size() + 1, 0);
    for (const std::size_t i : order) weights.push_back(std::exp(static_cast<real>(row[i]) - most));
    for (std::size_t i = row.size(); i-- > 0;) behind[i] = behind[i + 1] + weights[i];
    std::vector<double> logits(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        const real after = g * std::log1p(-behind[i + 1] / behind[0]), up_to = behind[0] - behind[i + 1];
        const real step = i == 0 ? 0 : std::log(-std::expm1(g * std::log1p(-weights[i] / up_to)));
        logits[order[i]] = static_cast<double>(after + step);
    }
    return logits;
}

std::vector<std::vector<float>> rows() {
    std::mt19937_64 random(11);
    std::normal_distribution<float> normal;
    std::vector<std::vector<float>> rows{{0}, {3, 3}, {1, 2, 3}, std::vector<float>(700, 1.5f)};
    for (const std::size_t width : {63u, 64u, 300u, 5000u, 40000u}) {
        std::vector<float> flat(width), peaked(width), few(width);
        for (float& l : flat) l = normal(random);
        for (float& l : peaked) l = 4 * normal(random);
        for (float& l : few) l = static_cast<float>(random() % 7);
        peaked[width / 2] = 30;
        rows.insert(rows.end(), {flat, peaked, few});
    }
    return rows;
}

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

}  // namespace

TEST_CASE("raise_cumulative: logits are those of the definition, in series and by logarithms") {
    workspace space;
    for (const auto& row : rows())
        for (const double log_power : {-2.0, -0.3, 0.01, 0.7, 2.0, -2.5, 3.0}) {
            CAPTURE(row.size(), log_power);
            const auto expected = logits_of_definition(row, log_power);
            candidates<float> c(row, space);
            c.raise_cumulative(log_power);
            const auto logits = c.survivors().logits;
            REQUIRE(logits.size() == row.size());
            double worst = 0, greatest = -1e300;
            for (std::size_t i = 0; i < row.size(); ++i) {
                worst = std::max(worst, std::abs(logits[i] - expected[i]));
                greatest = std::max(greatest, logits[i]);
            }
            CHECK(worst < 1e-12);
            CHECK(c.max() == greatest);
        }
}

TEST_CASE("raise_cumulative: a draw of the weights alone, or of cells, is one of the logits") {
    workspace space;
    std::mt19937_64 random(12);
    std::vector<std::uint64_t> words{0, std::uint64_t{1} << 62, std::uint64_t{3} << 61, ~std::uint64_t{0}};
    for (int i = 0; i < 40; ++i) words.push_back(random());
    auto all = rows();
    all.push_back(row_with_heads(3000, random));
    for (const auto& row : all)
        for (const std::uint64_t word : words) {
            const double log_power = word % 2 == 0 ? 0.4 : -0.9;
            candidates<float> quick(row, space);
            quick.raise_cumulative(log_power);
            const picked one = quick.draw(word);
            candidates<float> settled(row, space);
            settled.raise_cumulative(log_power);
            CHECK(settled.mass() >= 1);
            const picked other = settled.draw(word);
            CHECK(one.id == other.id);
            CHECK(std::abs(one.probability - other.probability) <= 1e-12 * other.probability);
        }
}

TEST_CASE("raise_cumulative: values that are no floats, a scale, and +inf") {
    std::vector<double> row;
    for (int i = 0; i < 700; ++i) row.push_back(0.1 * (i * 7919 % 700) / 30);
    std::vector<float> scaled(row.begin(), row.end());
    workspace space;
    for (const double factor : {1.0, 0.5}) {
        candidates<double> exact(row, space);
        exact.scale(factor);
        exact.raise_cumulative(0.5);
        const auto logits = exact.survivors().logits;
        const std::vector<double> of(logits.begin(), logits.end());
        candidates<float> rounded(scaled, space);
        rounded.scale(factor);
        rounded.raise_cumulative(0.5);
        const auto near = rounded.survivors().logits;
        REQUIRE(near.size() == of.size());
        for (std::size_t i = 0; i < of.size(); ++i) REQUIRE(std::abs(near[i] - of[i]) < 1e-4);
    }
    std::vector<float> infinite(700, std::numeric_limits<float>::infinity());
    infinite[3] = 0;
    candidates<float> c(infinite, space);
    c.raise_cumulative(std::log(2.0));
    CHECK_FALSE(c.infinite());
    CHECK(c.size() == 699);
    CHECK(std::abs(c.logit(0) + 2 * std::log(699.0)) < 1e-12);
}

TEST_CASE("power_steps: steps of sums that rise fast and slowly") {
    for (const double g : {0.125, 0.5, 1.0, 1.7, 8.0})
        for (const double share : {1.0, 0.9, 0.999, 0.99999}) {
            CAPTURE(g, share);
            detail::power_steps steps(g);
            real sum = 0, worst = 0;
            double weight = 1;
            for (int block = 0; block < 40; ++block) {
                double weights[simd::block_size + simd::lanes] = {}, out[simd::block_size + simd::lanes];
                const std::size_t n = block % 3 == 0 ? simd::block_size : simd::block_size - 7;
                for (std::size_t i = 0; i < n && weight > 1e-100; ++i, weight *= share) weights[i] = weight;
                const auto count = static_cast<std::size_t>(std::count_if(weights, weights + n, [](double w) { return w > 0; }));
                if (count == 0) break;
                steps.take(weights, count, out);
                for (std::size_t i = 0; i < count; ++i) {
                    const real had = sum, w = weights[i];
                    sum += w;
                    const real step = had == 0 ? std::pow(sum, static_cast<real>(g))
                                               : -std::pow(sum, static_cast<real>(g)) * std::expm1(g * std::log1p(-w / sum));
                    worst = std::max(worst, std::abs(static_cast<real>(out[i]) / step - 1));
                }
            }
            CHECK(static_cast<double>(worst) < 1e-12);
            CHECK(std::abs(steps.log_of_all() - g * std::log(static_cast<double>(sum))) < 1e-12);
        }
}

TEST_CASE("raised_cells: no set of tokens is off by more than told, and the step of one token is right") {
    workspace space;
    std::mt19937_64 random(13);
    std::normal_distribution<float> normal;
    std::vector<float> flat(4000), few(4000);
    for (float& l : flat) l = normal(random);
    for (float& l : few) l = static_cast<float>(random() % 900) / 100;
    for (const auto& row : {flat, few, row_with_heads(4000, random), row_with_heads(20000, random)})
        for (const double power : {0.14, 0.6, 1.2, 2.5, 7.0}) {
            CAPTURE(row.size(), power);
            detail::distribution<float> d(std::span<const float>(row), space, row.size());
            detail::list& tokens = *d.listed();
            tokens.weigh(d.exponent_scale());
            detail::raised_cells cells(d.scratch().tokens, row.size(), tokens.maximum(), tokens.minimum(), d.exponent_scale(), power,
                                       reinterpret_cast<double*>(d.scratch().sorting.order));
            const double off = cells.find_slopes(tokens.mass());
            const auto& of = d.scratch().masses;
            if (!cells.add_up(of.of_block, of.ends)) continue;
            const auto expected = steps_of_definition(tokens, power);
            const real all = std::accumulate(expected.begin(), expected.end(), real{0});
            const std::size_t blocks = (row.size() + simd::block_size - 1) / simd::block_size;
            CHECK(std::abs(of.ends[blocks - 1] / static_cast<double>(all) - 1) < 1e-12);
            real above = 0, below = 0;
            for (std::size_t b = 0; b < blocks; ++b) {
                double steps[simd::block_size] = {}, sum = 0;
                cells.steps_of_block(b * simd::block_size, steps);
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

TEST_CASE("quick_raised_token: most tokens of a row with a head, and of equal ones, are told without an order") {
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
    CHECK(told(std::vector<float>(3000, 2.5f)) > 95);
}
