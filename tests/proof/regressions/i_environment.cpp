// Subnormal weights, exponentials of -inf, instruction sets.
#include "support.hpp"

#include <array>
#include <bit>
#include <cmath>

using namespace argdraw;
using namespace support;

TEST_CASE("I1: what is masked weighs exactly nothing: no subnormal number stands in for it") {
    floats row(128000, -infinity);
    for (std::size_t i = 500; i < row.size(); i += 1000) row[i] = static_cast<float>(i % 7);
    const auto law = law_after(row, {});
    CHECK(law.ids.size() == 128);
    std::vector<double> dense(row.size());
    numeric::softmax(row, dense);
    int not_zero = 0;
    for (std::size_t i = 0; i < row.size(); ++i) not_zero += std::bit_cast<std::uint64_t>(dense[i]) != 0;
    CHECK(not_zero == 128);
}

TEST_CASE("I2: far below the maximum a weight is 0 and not a trickle of subnormals") {
    for (const float far : {-750.0f, -1e4f, -1e30f, std::numeric_limits<float>::lowest()}) {
        const auto law = law_after(floats{0, far, 0}, {});
        CHECK(law.probabilities[0] == 0.5);
        CHECK(law.probabilities[1] == 0);
        CHECK(draw_after(floats{far, 0}, {}, 0).id == 1);
        CHECK(draw_after(floats{0, far}, {}, last_word).id == 0);
    }
}

TEST_CASE("I3: the exponential of -inf is +0, to the bit") {
    CHECK(std::bit_cast<std::uint64_t>(numeric::exp(static_cast<double>(-infinity))) == 0);
    CHECK(std::bit_cast<std::uint64_t>(numeric::exp2(static_cast<double>(-infinity))) == 0);
    std::array<double, 3> out{1, 1, 1};
    numeric::softmax(floats{-infinity, 2, -infinity}, out);
    CHECK(std::bit_cast<std::uint64_t>(out[0]) == 0);
    CHECK(out[1] == 1);
    std::array<float, 3> narrow{1, 1, 1};
    numeric::softmax(floats{-infinity, 2, -infinity}, narrow);
    CHECK(std::bit_cast<std::uint32_t>(narrow[2]) == 0);
}

TEST_CASE("I5: near the end of the floats' exponents every instruction set gives the same probability, or the same 0") {
    floats row(4000, -infinity);
    row[0] = 0;
    for (std::size_t i = 1; i < row.size(); ++i) row[i] = -60 - 0.01f * static_cast<float>(i);  // to -100, past 2^-126 and 2^-149
    const isa before = active_isa();
    std::vector<std::vector<std::uint64_t>> all;
    for (const isa set : every_isa) {
        if (!force_isa(set)) continue;
        auto& bits = all.emplace_back();
        const auto law = law_after(row, {});
        for (const double p : law.probabilities) bits.push_back(std::bit_cast<std::uint64_t>(p));
        for (const stages& some : {stages{temperature{2.0f}}, stages{temperature{0.1f}}, stages{top_k{3000}}})
            for (const double p : law_after(row, some).probabilities) bits.push_back(std::bit_cast<std::uint64_t>(p));
        CHECK(bits == all[0]);
    }
    REQUIRE(force_isa(before));
    // And the right one: e^-70 of the row's 1 is no 0.
    const auto law = law_after(row, {});
    CHECK(std::abs(law.probabilities[1000] / std::exp(static_cast<double>(row[1000])) - 1) < 1e-6);
}
