// The plain lanes' own arithmetic, where it differs from a line of C++. Everything else of them is seen through the kernels.

#include "catch.hpp"

#include "rows.hpp"

#include <argdraw/simd/kernels.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

using namespace testing_simd;
namespace plain = argdraw::simd::generic;

namespace {

struct tally {
    plain::f32 a{}, b{}, c{};
    std::size_t filled = 0;
    int wrong = 0;

    void judge(float x, float y, float z) {
        a.v[filled] = x;
        b.v[filled] = y;
        c.v[filled] = z;
        if (++filled == 16) flush();
    }
    void flush() {
        const plain::f32 got = plain::fma(a, b, c);
        for (std::size_t l = 0; l < filled; ++l) {
            const float right = std::fma(a.v[l], b.v[l], c.v[l]);
            wrong += right != right ? got.v[l] == got.v[l] : bits_of(got.v[l]) != bits_of(right);
        }
        filled = 0;
    }
};

float of_exponent(words& random, int exponent) { return std::ldexp(of_bits<float>((random() & 0x807fffffu) | 0x3f800000u), exponent); }

}  // namespace

TEST_CASE("lanes_generic: fma rounds once, beside ties that a double cannot see too") {
    words random{1};
    tally t;
    for (int i = 0; i < 200'000; ++i) {
        const int exponent = static_cast<int>(random() % 160) - 80, j = static_cast<int>(random() % 23) + 1;
        const float c = of_exponent(random, exponent), half = std::ldexp(1.0f, exponent - 24);
        // Half a unit of c's last place, and that much times 1 - 2^-2j: fifteen lanes without a doubt beside one with.
        t.judge(half, 1.0f, c);
        t.judge(half * (1.0f + std::ldexp(1.0f, -j)), 1.0f - std::ldexp(1.0f, -j), c);
        t.judge(-half * (1.0f + std::ldexp(1.0f, -j)), 1.0f - std::ldexp(1.0f, -j), c);
        for (int k = 0; k < 14; ++k) t.judge(of_exponent(random, 3), of_exponent(random, -4), of_exponent(random, 0));
    }
    t.flush();
    CHECK(t.wrong == 0);
}

TEST_CASE("lanes_generic: fma rounds once where the result is subnormal, overflows, or is none") {
    words random{2};
    tally t;
    for (int i = 0; i < 200'000; ++i) {
        const auto odd = static_cast<float>(2 * (random() & 0xffff) + 1);
        t.judge(std::ldexp(odd, -75), std::ldexp(1.0f, -75), of_bits<float>(random() & 0x80ffffffu));
        // Beside a tie of subnormals by less than a double can see.
        const float e = std::ldexp(1.0f, -1 - static_cast<int>(random() % 23)), c = of_bits<float>(random() & 0x807fffffu);
        t.judge(std::ldexp(1.0f + e, -75), std::ldexp(1.0f - e, -75), c);
        t.judge(std::ldexp(-1.0f - e, -75), std::ldexp(1.0f - e, -75), c);
        t.judge(of_exponent(random, -60), of_exponent(random, -70), of_bits<float>(random() & 0x80ffffffu));
        t.judge(of_exponent(random, 60), of_exponent(random, 66), of_exponent(random, 127));
        t.judge(of_bits<float>(random()), of_bits<float>(random()), of_bits<float>(random()));
    }
    t.flush();
    CHECK(t.wrong == 0);
}

TEST_CASE("lanes_generic: mul of floats is rounded once and not fused with a later sum") {
    words random{3};
    int wrong = 0;
    for (int i = 0; i < 100'000; ++i) {
        plain::f32 a{}, b{}, c{};
        for (std::size_t l = 0; l < 16; ++l) {
            a.v[l] = of_bits<float>(random());
            b.v[l] = of_bits<float>(random());
            volatile float product = a.v[l] * b.v[l];
            c.v[l] = -product;
        }
        const plain::f32 got = plain::mul(a, b), difference = plain::add(got, c);
        for (std::size_t l = 0; l < 16; ++l) {
            wrong += got.v[l] == got.v[l] ? bits_of(got.v[l]) != bits_of(-c.v[l]) : c.v[l] == c.v[l];
            wrong += std::isfinite(got.v[l]) && difference.v[l] != 0;
        }
    }
    CHECK(wrong == 0);
}
