#include "catch.hpp"

#include <argdraw/numeric/sums.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace argdraw;

namespace {

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

// Terms of very different sizes and both signs, so that every other shape of the sum gives other bits.
std::vector<double> terms(std::size_t n, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<double> a(n);
    for (auto& x : a) {
        const std::uint64_t w = random();
        x = std::ldexp(static_cast<double>(w >> 11) * (w & 1 ? 1 : -1), static_cast<int>(w >> 1 & 31) - 53);
    }
    return a;
}

// The header's sentence, written out: lane l adds the terms l, l + 16, ..., starting from 0; then the lanes as a tree with every
// node by name.
double literal_block(const double* a, std::size_t n) {
    std::array<double, 16> s{};
    for (std::size_t i = 0; i < n; ++i) s[i % 16] = s[i % 16] + a[i];
    return (((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14]))) +
           (((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15])));
}

}  // namespace

TEST_CASE("sums: block_sum has the shape of sixteen lanes and their tree, for every number of terms") {
    int wrong = 0, shape_matters = 0;
    for (std::size_t n = 0; n <= numeric::sum_block; ++n) {
        const auto a = terms(n, n);
        const double mine = numeric::block_sum(a.data(), n);
        wrong += bits(mine) != bits(literal_block(a.data(), n));
        double in_order = 0;
        for (const double x : a) in_order += x;
        shape_matters += mine != in_order;
    }
    CHECK(wrong == 0);
    CHECK(shape_matters > 200);
}

TEST_CASE("sums: sum adds blocks of 256 in order") {
    int wrong = 0;
    for (const std::size_t n : {0u, 1u, 255u, 256u, 257u, 512u, 513u, 1000u, 4096u, 5000u}) {
        const auto a = terms(n, n + 1);
        double right = 0;
        for (std::size_t from = 0; from < n; from += 256) right += literal_block(a.data() + from, n - from < 256 ? n - from : 256);
        wrong += bits(numeric::sum(a.data(), n)) != bits(right);
    }
    CHECK(wrong == 0);
}

TEST_CASE("sums: block_sums gives every block's sum and where it ends, the last end being the sum") {
    for (const std::size_t n : {1u, 256u, 257u, 1000u, 4096u, 5001u}) {
        CAPTURE(n);
        const auto a = terms(n, n + 2);
        std::vector<double> sums(n), ends(n);
        const std::size_t blocks = numeric::block_sums(a.data(), n, sums.data(), ends.data());
        REQUIRE(blocks == (n + 255) / 256);
        double end = 0;
        int wrong = 0;
        for (std::size_t b = 0; b < blocks; ++b) {
            wrong += bits(sums[b]) != bits(literal_block(a.data() + 256 * b, n - 256 * b < 256 ? n - 256 * b : 256));
            end += sums[b];
            wrong += bits(ends[b]) != bits(end);
        }
        CHECK(wrong == 0);
        CHECK(bits(ends[blocks - 1]) == bits(numeric::sum(a.data(), n)));
    }
    double nothing = 0;
    CHECK(numeric::block_sums(nullptr, 0, &nothing, &nothing) == 0);
}
