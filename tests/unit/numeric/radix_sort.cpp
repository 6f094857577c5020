// sort_descending against std::stable_sort.
#include "catch.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include <argdraw/numeric/radix_sort.hpp>

using namespace argdraw;

namespace {

struct entry {
    double value;
    int place;

    friend bool operator==(const entry&, const entry&) = default;
};

void check_order(const std::vector<double>& values) {
    std::vector<entry> entries, room(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) entries.push_back({values[i], static_cast<int>(i)});
    auto expected = entries;
    std::stable_sort(expected.begin(), expected.end(), [](const entry& a, const entry& b) { return a.value > b.value; });
    numeric::sort_descending(entries.data(), entries.size(), room.data(), [](const entry& each) { return each.value; });
    CHECK(entries == expected);
}

}  // namespace

TEST_CASE("sort_descending: numbers of every kind, equal ones as they stand") {
    using limits = std::numeric_limits<double>;
    check_order({});
    check_order({3.0});
    check_order({1.0, 2.0});
    check_order({2.0, 1.0});
    check_order({0.0, -0.0, 0.0, -0.0});  // equal, all four
    check_order({-limits::infinity(), limits::lowest(), -1, -limits::denorm_min(), -0.0, 0.0, limits::denorm_min(), 1, limits::max(),
                 limits::infinity()});
    check_order(std::vector<double>(1000, -7.25));
}

TEST_CASE("sort_descending: long lists, of floats and of doubles, with few values and with many") {
    std::mt19937_64 random(3);
    for (const std::size_t n : {255u, 256u, 5000u, 70001u}) {
        std::vector<double> bits(n), floats(n), few(n);
        for (auto& v : bits) do
                v = std::bit_cast<double>(random());
            while (v != v);
        for (auto& v : floats) v = static_cast<double>(static_cast<float>(random() % 1000003) * 1e-4f - 50);
        for (auto& v : few) v = static_cast<double>(random() % 5) - 2;
        check_order(bits);
        check_order(floats);
        check_order(few);
    }
}

TEST_CASE("sort_ranks: by the rank, then as less says; ranks that agree in their first bits are left to others") {
    std::mt19937_64 random(4);
    const auto less = [](std::uint64_t a, std::uint64_t b) { return a < b; };
    for (const std::size_t n : {1u, 100u, 5000u, 70001u}) {
        std::vector<std::uint64_t> words(n), room(n), expected;
        for (std::size_t i = 0; i < n; ++i) {
            words[i] = ((random() >> 24) % 1000000) * 1000003;
            expected.push_back((words[i] << 24) | i);
        }
        std::sort(expected.begin(), expected.end());
        const bool sorted = numeric::sort_ranks(words.data(), n, room.data(), less);
        CHECK(sorted == (n >= 100));
        if (!sorted) continue;
        CHECK(words == expected);
        CHECK(numeric::number_of_word(words[n / 2]) == (expected[n / 2] & 0xffffff));
    }
    // All in one bucket of the first bits; and as many moves as a reversed order takes.
    std::vector<std::uint64_t> words(5000), room(5000);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = i;
    CHECK_FALSE(numeric::sort_ranks(words.data(), words.size(), room.data(), less));
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = (i % 50 << 34) + (words.size() - i);
    CHECK_FALSE(numeric::sort_ranks(words.data(), words.size(), room.data(), less));
}
