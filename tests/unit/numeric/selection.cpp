#include "catch.hpp"

#include <argdraw/numeric/selection.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

using namespace argdraw;

namespace {

template <class V>
std::vector<V> array_of(int kind, std::size_t n, std::mt19937_64& random) {
    std::vector<V> a(n);
    for (auto& x : a) {
        const std::uint64_t w = random();
        if constexpr (std::is_same_v<V, std::int32_t>) {
            switch (kind) {
                case 0: x = static_cast<V>(w % 1000) - 500; break;
                case 1: x = static_cast<V>(w % 3); break;
                case 2: x = 17; break;
                case 3: x = static_cast<V>(static_cast<std::uint32_t>(w)); break;
                default: x = w % 4 ? static_cast<V>(w >> 60) : std::numeric_limits<V>::min() + static_cast<V>(w % 5);
            }
        } else {
            switch (kind) {
                case 0: x = static_cast<V>(static_cast<double>(w >> 11) * 0x1p-53); break;
                case 1: x = static_cast<V>(w % 3); break;
                case 2: x = V(-2.5); break;
                case 3:  // any finite bit pattern, so magnitudes from subnormal to the largest
                    do x = std::bit_cast<V>(static_cast<std::conditional_t<sizeof(V) == 4, std::uint32_t, std::uint64_t>>(random()));
                    while (!std::isfinite(x));
                    break;
                default: x = w % 4 ? V(0.0) * (w & 64 ? V(1) : V(-1)) : static_cast<V>(w % 7) * std::numeric_limits<V>::denorm_min();
            }
        }
    }
    return a;
}

}  // namespace

TEMPLATE_TEST_CASE("selection: level_reached_by is reached by at least k, by few more, in a bounded number of counts", "", float, double,
                   std::int32_t) {
    using V = TestType;
    std::mt19937_64 random(1);
    std::size_t short_of_k = 0, loose = 0, slow = 0, cases = 0, beyond_k = 0;
    for (int kind = 0; kind < 5; ++kind)
        for (int round = 0; round < 400; ++round) {
            const std::size_t n = 1 + random() % (round % 4 ? 60 : 2000);
            const auto a = array_of<V>(kind, n, random);
            const std::size_t k = 1 + random() % n;
            const V greatest = *std::max_element(a.begin(), a.end());
            const V least = round % 2 ? *std::min_element(a.begin(), a.end()) : std::numeric_limits<V>::lowest();
            std::size_t calls = 0;
            const auto reaching = [&](V level) {
                return static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [&](V x) { return x >= level; }));
            };
            const V level = numeric::level_reached_by(k, least, greatest, [&](V l) {
                ++calls;
                return reaching(l);
            });
            ++cases;
            const std::size_t reached = reaching(level);
            short_of_k += reached < k;
            beyond_k += reached > k;
            // Either few more than k reach it, or the next level up would lose the k-th: that is a tie.
            const auto above = static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [&](V x) { return x > level; }));
            loose += reached > k + k / 8 + 2 && above >= k;
            slow += calls > 1 + 2 * 8 * sizeof(V);
        }
    CHECK(cases == 2000);
    CHECK(short_of_k == 0);
    CHECK(loose == 0);
    CHECK(slow == 0);
    CHECK(beyond_k > 0);  // it is a certificate, not the k-th largest, and ties occur
}

TEST_CASE("selection: level_reached_by is the maximum itself where k entries are equal to it") {
    const std::vector<float> a{3, 1, 3, 2, 3};
    const auto reaching = [&](float level) {
        return static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [&](float x) { return x >= level; }));
    };
    for (std::size_t k = 1; k <= 3; ++k) CHECK(numeric::level_reached_by(k, 1.0f, 3.0f, reaching) == 3.0f);
    CHECK(numeric::level_reached_by(4, 1.0f, 3.0f, reaching) <= 2.0f);
}
