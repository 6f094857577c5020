#include "catch.hpp"

#include <argdraw/numeric/order.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

using namespace argdraw;

namespace {

template <class V>
using integer = std::conditional_t<sizeof(V) == 4, std::uint32_t, std::uint64_t>;

template <class V>
bool same_bits(V a, V b) {
    return std::bit_cast<integer<V>>(a) == std::bit_cast<integer<V>>(b);
}

// Every kind of number but NaN: the extremes of each binade's neighbourhood of zero and infinity, and random bit patterns.
template <class V>
std::vector<V> numbers() {
    using limits = std::numeric_limits<V>;
    std::vector<V> all{0,
                       limits::denorm_min(),
                       2 * limits::denorm_min(),
                       limits::min(),
                       std::nextafter(limits::min(), V(0)),
                       V(1),
                       std::nextafter(V(1), V(2)),
                       limits::max(),
                       limits::infinity()};
    std::mt19937_64 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const V x = std::bit_cast<V>(static_cast<integer<V>>(random()));
        if (x == x) all.push_back(std::abs(x));
    }
    const std::size_t n = all.size();
    for (std::size_t i = 0; i < n; ++i) all.push_back(-all[i]);
    return all;
}

}  // namespace

static_assert(numeric::rank_of(0.0f) == 0 && numeric::rank_of(-0.0f) == -1 && numeric::rank_of(1.0) > numeric::rank_of(0.5));
static_assert(numeric::rank_of(std::int32_t{-7}) == -7 && numeric::of_rank<std::int32_t>(-7) == -7);

TEMPLATE_TEST_CASE("order: rank_of is ordered as the numbers are, -0 just below +0", "", float, double) {
    auto all = numbers<TestType>();
    std::sort(all.begin(), all.end(), [](TestType a, TestType b) { return a != b ? a < b : std::signbit(a) && !std::signbit(b); });
    int wrong = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        const auto below = numeric::rank_of(all[i - 1]), here = numeric::rank_of(all[i]);
        wrong += same_bits(all[i - 1], all[i]) ? below != here : below >= here;
    }
    CHECK(wrong == 0);
    CHECK(numeric::rank_of(TestType(-0.0)) + 1 == numeric::rank_of(TestType(0.0)));
}

TEMPLATE_TEST_CASE("order: of_rank gives back the number of a rank, bit for bit", "", float, double) {
    int wrong = 0;
    for (const TestType x : numbers<TestType>()) wrong += !same_bits(numeric::of_rank<TestType>(numeric::rank_of(x)), x);
    CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("order: next_above is the next number above, and +inf stays", "", float, double) {
    using limits = std::numeric_limits<TestType>;
    CHECK(numeric::next_above(TestType(0.0)) == limits::denorm_min());
    CHECK(numeric::next_above(TestType(-0.0)) == limits::denorm_min());
    CHECK(numeric::next_above(limits::max()) == limits::infinity());
    CHECK(numeric::next_above(limits::infinity()) == limits::infinity());
    CHECK(numeric::next_above(-limits::infinity()) == limits::lowest());
    CHECK(numeric::next_above(-limits::denorm_min()) == 0);
    int wrong = 0;
    for (const TestType x : numbers<TestType>()) wrong += numeric::next_above(x) != std::nextafter(x, limits::infinity());
    CHECK(wrong == 0);
}

TEST_CASE("order: round_up_to is the smallest float that reaches the number") {
    using limits = std::numeric_limits<float>;
    CHECK(numeric::round_up_to<float>(0.0) == 0.0f);
    CHECK(numeric::round_up_to<float>(1e-300) == limits::denorm_min());
    CHECK(numeric::round_up_to<float>(-1e-300) == 0.0f);
    CHECK(numeric::round_up_to<float>(static_cast<double>(limits::max())) == limits::max());
    CHECK(numeric::round_up_to<float>(std::nextafter(static_cast<double>(limits::max()), 1e300)) == limits::infinity());
    CHECK(numeric::round_up_to<float>(static_cast<double>(limits::lowest())) == limits::lowest());
    CHECK(numeric::round_up_to<float>(std::numeric_limits<double>::infinity()) == limits::infinity());
    CHECK(numeric::round_up_to<float>(-std::numeric_limits<double>::infinity()) == -limits::infinity());
    int wrong = 0;
    const auto judge = [&](double x) {
        if (std::isfinite(x) && x < static_cast<double>(limits::lowest())) return;  // a test of its own below
        const float up = numeric::round_up_to<float>(x);
        wrong += !(static_cast<double>(up) >= x);
        wrong += up > -limits::infinity() && static_cast<double>(std::nextafter(up, -limits::infinity())) >= x;
    };
    for (const double x : numbers<double>()) judge(x);
    std::mt19937_64 random(2);
    for (const float x : numbers<float>()) {
        const auto wide = static_cast<double>(x);
        judge(wide);
        CHECK((same_bits(numeric::round_up_to<float>(wide), x) || x == 0));
        if (std::isinf(x)) continue;
        judge(std::nextafter(wide, 1e308));
        judge(std::nextafter(wide, -1e308));
        judge(wide * (1 + static_cast<double>(random() >> 11) * 0x1p-75));
    }
    CHECK(wrong == 0);
}

TEST_CASE("order: round_up_to below every finite float is the lowest of them") {
    CHECK(numeric::round_up_to<float>(-1e300) == std::numeric_limits<float>::lowest());
    CHECK(numeric::round_up_to<float>(std::nextafter(static_cast<double>(std::numeric_limits<float>::lowest()), -1e300)) ==
          std::numeric_limits<float>::lowest());
}

TEST_CASE("order: round_up_to a double is the number itself") {
    int wrong = 0;
    for (const double x : numbers<double>()) wrong += !same_bits(numeric::round_up_to<double>(x), x);
    CHECK(wrong == 0);
}

TEST_CASE("order: lowest_within is the smallest number whose difference to the maximum is at most the distance") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(numeric::lowest_within(0.0, 5.0) == 5.0);
    CHECK(numeric::lowest_within(3.0, 0.0) == -3.0);
    CHECK(numeric::lowest_within(infinity, 5.0) == -infinity);
    std::mt19937_64 random(3);
    const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    int not_within = 0, not_lowest = 0, judged = 0;
    for (int i = 0; i < 200'000; ++i) {
        const double maximum = std::ldexp(unit() - 0.5, static_cast<int>(random() % 60) - 30);
        const double distance = std::ldexp(unit(), static_cast<int>(random() % 60) - 30);
        const double v = numeric::lowest_within(distance, maximum);
        not_within += !(v - maximum >= -distance);
        // Where maximum and distance cancel, numbers near 0 lie closer than their difference can tell.
        if (std::abs(v) < std::max(std::abs(maximum), distance) / 2) continue;
        ++judged;
        not_lowest += std::nextafter(v, -infinity) - maximum >= -distance;
    }
    CHECK(not_within == 0);
    CHECK(not_lowest == 0);
    CHECK(judged > 100'000);
}
