#include "catch.hpp"

#include <argdraw/softmax.hpp>
#include <argdraw/simd/isa.hpp>

#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <random>
#include <span>
#include <vector>

using namespace argdraw;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

// Whether every entry is within a few units of the last place.
bool near(std::span<const double> a, std::initializer_list<double> b) {
    bool same = a.size() == b.size();
    std::size_t i = 0;
    for (const double x : b) {
        same = same && (x == a[i] || std::abs(a[i] / x - 1) < 1e-15);
        ++i;
    }
    return same;
}

std::vector<double> softmax_of(const std::vector<double>& row) {
    std::vector<double> out(row.size(), -7.0);
    numeric::softmax(row, out);
    return out;
}

std::vector<double> log_softmax_of(const std::vector<double>& row) {
    std::vector<double> out(row.size(), -7.0);
    numeric::log_softmax(row, out);
    return out;
}

bool all_nan(const std::vector<double>& a) {
    bool all = !a.empty();
    for (const double x : a) all = all && x != x;
    return all;
}

// Widths around the block of a sum and the chunk of the implementation, spreads from flat to one-hot.
std::vector<std::vector<double>> random_rows() {
    std::vector<std::vector<double>> rows;
    std::mt19937_64 random(1);
    for (const std::size_t width : {1u, 2u, 15u, 16u, 17u, 255u, 256u, 257u, 1023u, 1024u, 1025u, 5000u})
        for (const double spread : {1e-3, 1.0, 10.0, 100.0, 3000.0}) {
            std::vector<double> row(width);
            for (auto& x : row) x = spread * (static_cast<double>(random() >> 11) * 0x1p-53 - 0.5);
            rows.push_back(row);
        }
    return rows;
}

std::vector<isa> supported_sets() {
    std::vector<isa> sets;
    for (const isa set : every_isa)
        if (supported(set)) sets.push_back(set);
    return sets;
}

}  // namespace

TEST_CASE("softmax: hand-computed rows") {
    CHECK(near(softmax_of({0, 0, 0, 0}), {0.25, 0.25, 0.25, 0.25}));
    CHECK(near(softmax_of({5}), {1}));
    CHECK(near(softmax_of({std::log(1.0), std::log(2.0), std::log(5.0)}), {0.125, 0.25, 0.625}));
    CHECK(near(softmax_of({1e300, -1e300}), {1, 0}));
    CHECK(near(softmax_of({-1e300, -1e300}), {0.5, 0.5}));
}

TEST_CASE("log_softmax: hand-computed rows") {
    CHECK(near(log_softmax_of({0, 0, 0, 0}), {-std::log(4.0), -std::log(4.0), -std::log(4.0), -std::log(4.0)}));
    CHECK(near(log_softmax_of({5}), {0}));
    CHECK(near(log_softmax_of({0, 1000}), {-1000, 0}));
    CHECK(near(log_softmax_of({0, 1e300}), {-1e300, 0}));
}

TEST_CASE("log_sum_exp: hand-computed rows") {
    CHECK(numeric::log_sum_exp(std::vector<double>{0}) == 0);
    CHECK(numeric::log_sum_exp(std::vector<double>{-3.5}) == -3.5);
    CHECK(numeric::log_sum_exp(std::vector<double>{0, 0}) == std::log(2.0));
    CHECK(numeric::log_sum_exp(std::vector<double>{1e300, 1e300}) == 1e300);
    CHECK(numeric::log_sum_exp(std::vector<double>{-1e300, -1e300}) == -1e300);
    CHECK(numeric::log_sum_exp(std::array{710.0f, 710.0f}) == 710 + std::log(2.0));  // exp(710) is no double
}

TEST_CASE("softmax: special values") {
    CHECK(near(softmax_of({0, -infinity, 0}), {0.5, 0, 0.5}));
    CHECK(near(softmax_of({0, infinity, 3, infinity}), {0, 0.5, 0, 0.5}));
    CHECK(near(softmax_of({infinity, -infinity}), {1, 0}));
    CHECK(all_nan(softmax_of({0, quiet_nan, 1})));
    CHECK(all_nan(softmax_of({infinity, quiet_nan})));
    CHECK(all_nan(softmax_of({-quiet_nan, 0})));
    CHECK(all_nan(softmax_of({-infinity, -infinity})));
    CHECK(softmax_of({}).empty());
    const auto least = softmax_of({0, -693, -694, -700});  // 2^-1000 is e^-693.15
    CHECK(std::abs(least[1] / std::exp(-693.0) - 1) < 2e-13);
    CHECK(near(std::span(least).last(2), {0, 0}));
}

TEST_CASE("log_softmax: special values") {
    CHECK(near(log_softmax_of({0, -infinity}), {0, -infinity}));
    CHECK(near(log_softmax_of({0, infinity, infinity}), {-infinity, -std::log(2.0), -std::log(2.0)}));
    CHECK(all_nan(log_softmax_of({0, quiet_nan, 1})));
    CHECK(all_nan(log_softmax_of({-infinity, -infinity})));
    CHECK(log_softmax_of({}).empty());
}

TEST_CASE("log_sum_exp: special values") {
    const std::vector<double> none;
    CHECK(numeric::log_sum_exp(none) == -infinity);
    CHECK(numeric::log_sum_exp(std::vector<double>{-infinity, -infinity}) == -infinity);
    CHECK(numeric::log_sum_exp(std::vector<double>{-infinity, 2}) == 2);
    CHECK(numeric::log_sum_exp(std::vector<double>{0, infinity}) == infinity);
    CHECK(std::isnan(numeric::log_sum_exp(std::vector<double>{0, quiet_nan})));
    CHECK(std::isnan(numeric::log_sum_exp(std::vector<double>{infinity, quiet_nan})));
}

TEST_CASE("softmax: rows come in and distributions go out as spans, vectors and arrays") {
    const std::array<float, 3> row{0.0f, 1.0f, 2.0f};
    std::vector<double> wanted(3);
    numeric::softmax(row, wanted);

    std::array<double, 3> out{};
    numeric::softmax(std::span<const float>(row), std::span<double>(out));
    CHECK(std::equal(out.begin(), out.end(), wanted.begin()));

    std::vector<float> rounded(3);
    numeric::softmax(row, rounded);
    for (std::size_t i = 0; i < 3; ++i) CHECK(rounded[i] == static_cast<float>(wanted[i]));
}

TEST_CASE("softmax: 16-bit rows are their values, and float rows theirs") {
    const std::vector<float> row{0.5f, -1.25f, 3.0f, -std::numeric_limits<float>::infinity(), 0.0f};
    std::vector<argdraw::half> half(row.begin(), row.end());
    std::vector<argdraw::bfloat16> brain(row.begin(), row.end());
    const std::vector<double> wide(row.begin(), row.end());
    std::vector<double> a(5), b(5), c(5), d(5);
    numeric::softmax(row, a);
    numeric::softmax(half, b);
    numeric::softmax(brain, c);
    numeric::softmax(wide, d);
    CHECK(a == d);
    CHECK(b == d);
    CHECK(c == d);
    CHECK(numeric::log_sum_exp(half) == numeric::log_sum_exp(wide));
    numeric::log_softmax(brain, c);
    numeric::log_softmax(wide, d);
    CHECK(c == d);
}

#if LDBL_MANT_DIG > 60

TEST_CASE("softmax, log_softmax, log_sum_exp: errors stay below their bounds") {
    long double worst_p = 0, worst_sum = 0, worst_log = 0;
    for (const auto& row : random_rows()) {
        long double maximum = -std::numeric_limits<long double>::infinity(), sum = 0;
        for (const double x : row) maximum = std::max(maximum, static_cast<long double>(x));
        for (const double x : row) sum += std::exp(static_cast<long double>(x) - maximum);
        const long double right = maximum + std::log(sum);
        // "absolute error below 1e-14 plus one rounding"
        const long double rounding = std::abs(right) * 0x1p-53L;
        worst_sum = std::max(worst_sum, std::abs(static_cast<long double>(numeric::log_sum_exp(row)) - right) - rounding);
        const auto p = softmax_of(row), l = log_softmax_of(row);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const long double q = std::exp(static_cast<long double>(row[i]) - maximum) / sum;
            // Beyond 2^-1000 of the maximum a weight is 0; on the way there the exponent is rounded, as in exp.
            if (q > 1e-300L)
                worst_p = std::max(
                    worst_p, std::abs(static_cast<long double>(p[i]) / q - 1) - (maximum - static_cast<long double>(row[i])) * 0x1p-52L);
            const long double exact = static_cast<long double>(row[i]) - right;
            worst_log = std::max(worst_log, std::abs(static_cast<long double>(l[i]) - exact) - 2 * std::abs(exact) * 0x1p-53L);
        }
    }
    std::cout << "softmax: worst relative error " << static_cast<double>(worst_p) << ", log_sum_exp: worst absolute error "
              << static_cast<double>(worst_sum) << ", log_softmax: " << static_cast<double>(worst_log) << '\n';
    CHECK(worst_p < 1e-14L);
    CHECK(worst_sum < 1e-14L);
    CHECK(worst_log < 1e-14L);
    CHECK(worst_p > 0);
}

#endif

TEST_CASE("softmax: the same bits on every instruction set") {
    const auto rows = random_rows();
    const isa before = active_isa();
    std::vector<std::vector<double>> wanted;
    for (const isa set : supported_sets()) {
        REQUIRE(force_isa(set));
        std::vector<std::vector<double>> got;
        for (const auto& row : rows) {
            got.push_back(softmax_of(row));
            got.push_back(log_softmax_of(row));
            got.push_back({numeric::log_sum_exp(row)});
        }
        if (wanted.empty()) wanted = got;
        CAPTURE(name(set));
        CHECK(got == wanted);
    }
    force_isa(before);
}
