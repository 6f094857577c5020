#include "catch.hpp"

#include <argdraw/random/words.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace argdraw;

namespace {

// Yields what it is told, and counts. Its range is [low, low + 2^bits - 1].
template <int bits, class R, R low = 0>
struct scripted {
    using result_type = R;
    static constexpr R min() { return low; }
    static constexpr R max() {
        return static_cast<R>(low + static_cast<R>(bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (bits % 64)) - 1));
    }

    std::vector<std::uint64_t> script;
    std::size_t calls = 0;
    R operator()() { return static_cast<R>(script.at(calls++) + low); }
};

}  // namespace

static_assert(bit_generator<philox> && bit_generator<std::mt19937> && bit_generator<std::mt19937_64> && bit_generator<std::ranlux24_base>);
static_assert(bit_generator<philox&> && bit_generator<scripted<16, std::uint16_t>> && bit_generator<scripted<31, std::uint32_t, 1>>);
// 2^31 - 2 values, and a generator that is none.
static_assert(!bit_generator<std::minstd_rand> && !bit_generator<std::minstd_rand0> && !bit_generator<int>);

static_assert(unit(0) == 0.0);

TEST_CASE("words: 64 bits are one call") {
    scripted<64, std::uint64_t> random{{0x0123456789abcdefu}};
    CHECK(next_word(random) == 0x0123456789abcdefu);
    CHECK(random.calls == 1);
    std::mt19937_64 engine(1), same(1);
    CHECK(next_word(engine) == same());
}

TEST_CASE("words: 32 bits are two calls, the first the most significant") {
    scripted<32, std::uint32_t> random{{0x01234567, 0x89abcdef}};
    CHECK(next_word(random) == 0x0123456789abcdefu);
    CHECK(random.calls == 2);
    std::mt19937 engine(1), same(1);
    const std::uint64_t high = same(), low = same();
    CHECK(next_word(engine) == ((high << 32) | low));
}

TEST_CASE("words: 16 bits are four calls, the first the most significant") {
    scripted<16, std::uint16_t> random{{0x0123, 0x4567, 0x89ab, 0xcdef}};
    CHECK(next_word(random) == 0x0123456789abcdefu);
    CHECK(random.calls == 4);
}

TEST_CASE("words: 31 bits are three calls, of the last the upper two bits") {
    scripted<31, std::uint32_t> random{{0x40000001, 0x7ffffffe, 0x60000000}};
    CHECK(next_word(random) == ((std::uint64_t{0x40000001} << 33) | (std::uint64_t{0x7ffffffe} << 2) | 3));
    CHECK(random.calls == 3);
}

TEST_CASE("words: 24 bits are three calls, of the last the upper sixteen bits") {
    scripted<24, std::uint32_t> random{{0x012345, 0x6789ab, 0xcdef99}};
    CHECK(next_word(random) == 0x0123456789abcdefu);
    CHECK(random.calls == 3);
}

TEST_CASE("words: one bit is sixty-four calls, the first the most significant") {
    scripted<1, std::uint8_t> random;
    for (int bit = 63; bit >= 0; --bit) random.script.push_back((0x0123456789abcdefu >> bit) & 1);
    CHECK(next_word(random) == 0x0123456789abcdefu);
    CHECK(random.calls == 64);
}

TEST_CASE("words: a range that does not begin at 0 is moved there") {
    scripted<32, std::uint64_t, 5> wide{{0, 0xffffffff}};
    CHECK(next_word(wide) == 0x00000000ffffffffu);
    scripted<16, std::uint32_t, 1> narrow{{0x0123, 0x4567, 0x89ab, 0xcdef}};
    CHECK(next_word(narrow) == 0x0123456789abcdefu);
}

TEST_CASE("words: unit is in [0, 1), from the word's upper 53 bits") {
    CHECK(unit(0) == 0.0);
    CHECK(unit(~std::uint64_t{0}) == 1 - 0x1p-53);
    CHECK(unit(~std::uint64_t{0}) < 1.0);
    CHECK(unit(std::uint64_t{1} << 63) == 0.5);
    CHECK(unit((std::uint64_t{1} << 11) - 1) == 0.0);
    CHECK(unit(std::uint64_t{1} << 11) == 0x1p-53);
    CHECK(unit((std::uint64_t{2} << 11) - 1) == 0x1p-53);
}

TEST_CASE("words: unit is exact, with a spacing of 2^-53 everywhere") {
    std::mt19937_64 random(1);
    int wrong = 0;
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t word = random() & ~std::uint64_t{0x7ff};
        const double u = unit(word);
        wrong += static_cast<std::uint64_t>(u * 0x1p53) != word >> 11;
        if (word != ~std::uint64_t{0x7ff}) wrong += unit(word + 0x800) - u != 0x1p-53;
        wrong += !(0 <= u && u < 1);
    }
    CHECK(wrong == 0);
}
