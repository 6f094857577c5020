// Functions of a block, and what is said of lists of doubles, on every instruction set against the plain definition.

#include "catch.hpp"

#include "rows.hpp"

#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/saturated.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/numeric/tanh.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

using namespace testing_simd;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity(), lowest = std::numeric_limits<double>::lowest();

std::vector<double> numbers(kind what, std::size_t n, std::uint64_t seed) { return random_row<double>(what, n, seed); }

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// Whether a kernel makes of a block what f(x, i) makes of every number that is not -inf.
template <class F, class G>
bool maps_as(const std::vector<double>& block, F f, G kernel) {
    std::vector<double> wanted = block, made = block;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i] > -infinite) wanted[i] = f(wanted[i], i) + 0.0;
    kernel(made.data());
    for (double& each : made) each += 0.0;  // the sign of a zero is nobody's
    return same_bits(wanted, made);
}

}  // namespace

TEST_CASE("maps: moved and bent are their scalar functions, bit for bit") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const kind what : kinds)
            for (std::uint64_t seed = 0; seed < 8; ++seed) {
                const auto block = numbers(what, simd::block_size, seed);
                const double top = *std::max_element(block.begin(), block.end()), peak = top > -infinite ? top : 0.0;
                const double factor = 0.3 * static_cast<double>(seed), cube = 0.125 * static_cast<double>(seed), square = 1 - cube;
                wrong += !maps_as(
                    block, [&](double x, std::size_t) { return numeric::saturated(numeric::product(x - 0.5, 1.25) + 3); },
                    [&](double* x) { simd::maps().moved(x, 0.5, 1.25, 3); });
                wrong += !maps_as(
                    block,
                    [&](double x, std::size_t) {
                        const double d = std::max(x - peak, lowest);
                        const double down =
                            numeric::product(numeric::product(numeric::product(factor, d), d), square - numeric::product(cube, d));
                        return std::max(peak - down, lowest);
                    },
                    [&](double* x) { simd::maps().bent(x, peak, factor, square, cube); });
            }
        CHECK(wrong == 0);
    });
}

TEST_CASE("maps: capped is bound tanh(x / bound), bit for bit") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const kind what : kinds)
            for (std::uint64_t seed = 0; seed < 16; ++seed)
                for (const double bound : {1e-30, 0.125, 0.75, 1.0, 3.0, 30.0, 1e300})
                    wrong += !maps_as(
                        numbers(what, simd::block_size, seed),
                        [&](double x, std::size_t) { return numeric::product(bound, numeric::tanh(x / bound)); },
                        [&](double* x) { simd::maps().capped(x, bound); });
        CHECK(wrong == 0);
    });
}

TEST_CASE("maps: moved ends at the last doubles") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        std::vector<double> block(simd::block_size, 1e300);
        block[3] = -1e300;
        block[5] = -infinite;
        simd::maps().moved(block.data(), 0, 1e10, 0);
        CHECK(block[0] == std::numeric_limits<double>::max());
        CHECK(block[3] == lowest);
        CHECK(block[5] == -infinite);
    });
}

TEST_CASE("maps: with another row, and false wherever a result is not finite") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const kind what : {kind::ordinary, kind::tied, kind::mostly_removed, kind::all_removed}) {
            const auto block = numbers(what, simd::block_size, 1), other = numbers(kind::ordinary, simd::block_size, 2);
            bool away = false, mixed = false;
            wrong += !maps_as(
                block, [&](double x, std::size_t i) { return other[i] + numeric::product(1.5, x - other[i]); },
                [&](double* x) { away = simd::maps().away(x, other.data(), 1.5); });
            wrong += !maps_as(
                block, [&](double x, std::size_t i) { return numeric::product(1.5, x) + numeric::product(-0.5, other[i]); },
                [&](double* x) { mixed = simd::maps().mixed(x, other.data(), 1.5, -0.5); });
            wrong += !away || !mixed;
        }
        CHECK(wrong == 0);
        for (const double strange : {infinite, -infinite, std::numeric_limits<double>::quiet_NaN(), lowest})
            for (std::size_t i = 0; i < simd::block_size; ++i) {
                auto block = numbers(kind::ordinary, simd::block_size, 1), other = block;
                other[i] = strange;
                wrong += simd::maps().mixed(std::vector(block).data(), other.data(), 1.5, -2);
                wrong += simd::maps().away(std::vector(block).data(), other.data(), -2);
                block[i] = -infinite;  // nobody looks at it any more
                wrong += !simd::maps().mixed(std::vector(block).data(), other.data(), 1.5, -2);
                wrong += !simd::maps().away(std::vector(block).data(), other.data(), -2);
            }
        CHECK(wrong == 0);
    });
}

TEST_CASE("maps: the least of another row beside what lives") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        for (const kind what : {kind::ordinary, kind::mostly_removed, kind::all_removed}) {
            const auto block = numbers(what, simd::block_size, 3);
            auto other = numbers(kind::mostly_removed, simd::block_size, 4);
            other[7] = std::numeric_limits<double>::quiet_NaN();
            double least = infinite;
            for (std::size_t i = 0; i < block.size(); ++i)
                if (block[i] > -infinite && other[i] > -infinite) least = std::min(least, other[i]);
            CHECK(simd::maps().least_beside(block.data(), other.data()) == least);
        }
    });
}

TEMPLATE_TEST_CASE("maps: the values of a block as doubles, above a cut", "", float, double, argdraw::half, argdraw::bfloat16) {
    using value = value_of<TestType>;
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const kind what : kinds) {
            row_in_blocks<TestType> row(random_row<TestType>(what, 5 * simd::block_size + 7, 5));
            std::vector<std::uint16_t> alive(6 * simd::block_size / 16, 0xffff);
            for (std::size_t i = simd::block_size / 16; i < alive.size(); ++i) alive[i] = static_cast<std::uint16_t>(words{i}());
            row.view.alive = alive.data();
            for (const value cut : {-std::numeric_limits<value>::infinity(), value{0}, value{3}})
                for (std::size_t b = 0; b < row.view.blocks; ++b) {
                    double out[simd::block_size];
                    simd::rows<TestType>().values(row.view, b, cut, out);
                    for (std::size_t i = 0; i < simd::block_size; ++i) {
                        const std::size_t at = b * simd::block_size + i;
                        const bool lives = (alive[at / 16] >> (at % 16)) & 1;
                        const double x = static_cast<double>(value(row.at(at)));
                        wrong += out[i] != (lives && x >= static_cast<double>(cut) ? x : -infinite);
                    }
                }
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("maps: sums and maxima of lists of every length") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {0u, 1u, 15u, 16u, 17u, 63u, 64u, 255u, 256u, 257u, 300u, 1000u, 4096u}) {
            auto list = numbers(kind::ordinary, n + simd::lanes, n);
            wrong += simd::lists().sum(list.data(), n) != numeric::sum(list.data(), n);
            const double top = std::accumulate(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(n), -infinite,
                                               [](double a, double b) { return std::max(a, b); });
            wrong += simd::lists().greatest(list.data(), n) != top;
            if (n == 0) continue;
            list[n / 2] = -infinite;
            list[n / 3] = infinite;
            wrong += simd::lists().greatest(list.data(), n) != (n / 2 == n / 3 ? std::max(infinite, top) : infinite);
            list[n - 1] = std::numeric_limits<double>::quiet_NaN();
            const double greatest = simd::lists().greatest(list.data(), n);
            wrong += greatest == greatest;
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("maps: preferred is the logit that adaptive_p gives a probability, bit for bit") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const kind what : kinds)
            for (std::uint64_t seed = 0; seed < 8; ++seed) {
                const auto block = numbers(what, simd::block_size, seed);
                const double top = *std::max_element(block.begin(), block.end()), peak = top > -infinite ? top : 0.0;
                const double mass = 1 + 20 * static_cast<double>(seed), aim = static_cast<double>(seed) / 7;
                wrong += !maps_as(
                    block,
                    [&](double x, std::size_t) {
                        const double off = std::fabs(numeric::exp(x - peak) / mass - aim) / 0.3;
                        return 5 - numeric::product(10, numeric::product(off, off)) / (1 + off);
                    },
                    [&](double* x) { simd::maps().preferred(x, peak, mass, aim); });
            }
        CHECK(wrong == 0);
    });
}
