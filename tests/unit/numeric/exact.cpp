#include "catch.hpp"

#include <argdraw/numeric/exact.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace argdraw;

namespace {

// SplitMix64: any fixed stream of well-mixed words will do.
struct words {
    std::uint64_t state;
    std::uint64_t operator()() {
        std::uint64_t z = state += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
};

float of_bits(std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }

// A random float of the given exponent, sign random.
float of_exponent(words& random, int exponent) {
    const auto w = static_cast<std::uint32_t>(random());
    return std::ldexp(of_bits((w & 0x807fffffu) | 0x3f800000u), exponent);
}

struct tally {
    std::uint64_t cases = 0, wrong = 0;
    std::array<float, 3> example{};

    void judge(float a, float b, float c) {
        ++cases;
        const float mine = numeric::fma_by_round_to_odd(a, b, c), right = std::fma(a, b, c);
        const bool same = right != right ? mine != mine : std::bit_cast<std::uint32_t>(mine) == std::bit_cast<std::uint32_t>(right);
        if (same) return;
        if (wrong++ == 0) example = {a, b, c};
    }
    void judge_all_signs(float a, float b, float c) {
        for (const float x : {a, -a})
            for (const float z : {c, -c}) judge(x, b, z);
    }
    void require() const {
        CAPTURE(cases, example[0], example[1], example[2]);
        REQUIRE(cases > 0);
        REQUIRE(wrong == 0);
    }
};

const std::vector<float> special = {0.0f,
                                    1.0f,
                                    1.5f,
                                    0x1.000002p0f,
                                    0x1.fffffep-1f,
                                    3.0f,
                                    0x1p-24f,
                                    0x1p24f,
                                    std::numeric_limits<float>::denorm_min(),
                                    3 * std::numeric_limits<float>::denorm_min(),
                                    0x1.fffffcp-127f,
                                    std::numeric_limits<float>::min(),
                                    0x1p-75f,
                                    0x1p-74f,
                                    0x1p64f,
                                    0x1.fffffep63f,
                                    0x1p127f,
                                    std::numeric_limits<float>::max(),
                                    std::numeric_limits<float>::infinity(),
                                    std::numeric_limits<float>::quiet_NaN()};

}  // namespace

TEST_CASE("exact: fma_by_round_to_odd equals fma on random bit patterns") {
    words random{1};
    tally t;
    for (int i = 0; i < 10'000'000; ++i) {
        const std::uint64_t w = random();
        t.judge(of_bits(w), of_bits(w >> 32), of_bits(random()));
    }
    t.require();
}

TEST_CASE("exact: fma_by_round_to_odd equals fma where the product and the addend overlap or cancel") {
    words random{2};
    tally t;
    for (int i = 0; i < 10'000'000; ++i) {
        const float a = of_exponent(random, static_cast<int>(random() % 40) - 20),
                    b = of_exponent(random, static_cast<int>(random() % 40) - 20);
        const int meet = std::ilogb(a) + std::ilogb(b) + static_cast<int>(random() % 100) - 50;
        t.judge(a, b, of_exponent(random, meet));
        t.judge(a, b, -(a * b));  // what is left is the product's rounding error
    }
    t.require();
}

TEST_CASE("exact: fma_by_round_to_odd equals fma on ties and within 2^-70 of them") {
    // c + half a unit of c in the last place, exactly, and that much times (1 + 2^-j)(1 - 2^-k): beside the tie by less than a
    // double can see next to c, which is where rounding twice goes wrong.
    words random{3};
    tally t;
    for (int i = 0; i < 1'000'000; ++i) {
        const int exponent = static_cast<int>(random() % 160) - 80;
        const float c = of_exponent(random, exponent);
        const int split = static_cast<int>(random() % 40) - 20;
        const float half_a = std::ldexp(1.0f, split), half_b = std::ldexp(1.0f, exponent - 24 - split);
        t.judge_all_signs(half_a, half_b, c);
        const int j = static_cast<int>(random() % 23) + 1, k = static_cast<int>(random() % 23) + 1;
        const float above = 1.0f + std::ldexp(1.0f, -j), below = 1.0f - std::ldexp(1.0f, -k);
        t.judge_all_signs(half_a * above, half_b * below, c);
        t.judge_all_signs(half_a * above, half_b, c);
        t.judge_all_signs(half_a * below, half_b, c);
        // (1 + e)(1 - e) = 1 - e^2: the closest to a tie from below.
        t.judge_all_signs(half_a * above, half_b * (1.0f - std::ldexp(1.0f, -j)), c);
    }
    t.require();
}

TEST_CASE("exact: rounding twice is wrong on those ties, so they are worth testing") {
    const float a = 0x1.000002p0f, b = 0x1.fffffcp-25f, c = 0x1.000002p0f;
    const auto twice = static_cast<float>(static_cast<double>(a) * static_cast<double>(b) + static_cast<double>(c));
    CHECK(std::fma(a, b, c) != twice);
    CHECK(std::fma(a, b, c) == numeric::fma_by_round_to_odd(a, b, c));
}

TEST_CASE("exact: fma_by_round_to_odd equals fma where the result is subnormal") {
    words random{4};
    tally t;
    for (int i = 0; i < 4'000'000; ++i) {
        const int exponent = -126 - static_cast<int>(random() % 30), split = static_cast<int>(random() % 100) - 80;
        const float a = of_exponent(random, split), b = of_exponent(random, exponent - split);
        const float c = of_bits(random() & 0x80ffffffu);  // subnormal, or barely not
        t.judge(a, b, c);
        // An odd multiple of half the smallest subnormal is a tie.
        const auto odd = static_cast<float>(2 * (random() & 0xffff) + 1);
        t.judge(odd, std::ldexp(1.0f, -75) * 1.0f, 0.0f);
        t.judge(std::ldexp(odd, -75), std::ldexp(1.0f, -75), c);
        t.judge_all_signs(std::ldexp(odd, -100), std::ldexp(1.0f, -50), c);
        // And beside one, by less than a double can see.
        const float e = std::ldexp(1.0f, -1 - static_cast<int>(random() % 23));
        t.judge_all_signs(std::ldexp(1.0f + e, -75), std::ldexp(1.0f - e, -75), c);
    }
    t.require();
}

TEST_CASE("exact: fma_by_round_to_odd equals fma at the edge of overflow") {
    words random{5};
    tally t;
    for (int i = 0; i < 500'000; ++i) {
        const int split = static_cast<int>(random() % 250) - 124, sum = 124 + static_cast<int>(random() % 5);
        t.judge(of_exponent(random, split), of_exponent(random, std::min(127, std::max(-126, sum - split))),
                of_exponent(random, 126 + static_cast<int>(random() % 2)));
        // The greatest float and half of its last place: a tie between it and infinity.
        const int j = static_cast<int>(random() % 24);
        t.judge_all_signs(0x1p100f * (1.0f + (j ? std::ldexp(1.0f, -j) : 0.0f)), 0x1p3f * (1.0f - (j ? std::ldexp(1.0f, -j) : 0.0f)),
                          std::numeric_limits<float>::max());
    }
    t.require();
}

TEST_CASE("exact: fma_by_round_to_odd equals fma on zeros, infinities and NaN of either sign") {
    tally t;
    for (const float a : special)
        for (const float b : special)
            for (const float c : special)
                for (const int signs : {0, 1, 2, 3, 4, 5, 6, 7}) t.judge(signs & 1 ? -a : a, signs & 2 ? -b : b, signs & 4 ? -c : c);
    t.require();
}

TEST_CASE("exact: fma is rounded once") {
    words random{6};
    std::uint64_t wrong = 0;
    for (int i = 0; i < 100'000; ++i) {
        const float a = of_exponent(random, 0), b = of_exponent(random, -10), c = of_exponent(random, 0);
        wrong += std::bit_cast<std::uint32_t>(numeric::fma(a, b, c)) != std::bit_cast<std::uint32_t>(std::fma(a, b, c));
    }
    CHECK(wrong == 0);
    CHECK(numeric::fma(0x1.000002p0f, 0x1.fffffcp-25f, 0x1.000002p0f) == std::fma(0x1.000002p0f, 0x1.fffffcp-25f, 0x1.000002p0f));
}

namespace {

// As in a program built for a machine with FMA, where a compiler is free to contract.
#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define ARGDRAW_TEST_FMA_TARGET __attribute__((target("fma"), noinline))
bool machine_fuses() { return __builtin_cpu_supports("fma"); }
#else
#define ARGDRAW_TEST_FMA_TARGET
bool machine_fuses() { return true; }
#endif

ARGDRAW_TEST_FMA_TARGET double product_then_difference(double a, double b, double c) { return numeric::product(a, b) - c; }
ARGDRAW_TEST_FMA_TARGET double product_then_sum(double a, double b, double c) { return c + numeric::product(a, b); }

}  // namespace

TEST_CASE("exact: product is not contracted with a sum that uses it") {
    if (!machine_fuses()) return;
    volatile double a = 1 + 0x1p-30, rounded = 1 + 0x1p-29;  // a * a = 1 + 2^-29 + 2^-60
    CHECK(std::fma(a, a, -rounded) == 0x1p-60);              // what a fused instruction would leave
    CHECK(product_then_difference(a, a, rounded) == 0.0);
    CHECK(product_then_sum(a, a, -rounded) == 0.0);
}

TEST_CASE("exact: product is a multiplication") {
    words random{7};
    std::uint64_t wrong = 0;
    for (int i = 0; i < 100'000; ++i) {
        const double a = std::bit_cast<double>(random()), b = std::bit_cast<double>(random());
        volatile double plain = a * b;
        const double mine = numeric::product(a, b);
        wrong +=
            plain != plain ? mine == mine : std::bit_cast<std::uint64_t>(mine) != std::bit_cast<std::uint64_t>(static_cast<double>(plain));
    }
    CHECK(wrong == 0);
}
