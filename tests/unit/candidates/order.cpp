#include "catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <argdraw/candidates/amount.hpp>
#include <argdraw/candidates/order.hpp>

using namespace argdraw;

TEST_CASE("order: the greater value comes first, and of equal ones the lower id") {
    const double infinite = std::numeric_limits<double>::infinity();
    const std::vector<place> ordered{{infinite, 9}, {2, 7}, {1, 0}, {1, 3}, {0.0, 1}, {-0.0, 2}, {0.0, 4}, {-5, 0}, {-infinite, 0}};
    for (std::size_t i = 0; i < ordered.size(); ++i)
        for (std::size_t k = 0; k < ordered.size(); ++k) {
            CAPTURE(i, k);
            CHECK((ordered[i] < ordered[k]) == (i < k));
        }
}

namespace {

// Values of a kind: spread evenly, as float or double; few of them; one apart from all others, of which there is little to tell; equal.
std::vector<double> values_of_kind(int kind, std::size_t n, std::mt19937_64& random) {
    std::vector<double> values(n);
    for (double& v : values) {
        const auto word = random();
        v = static_cast<double>(static_cast<float>(static_cast<std::int32_t>(word)) * 0x1p-20f);
        if (kind == 1) v = static_cast<double>(word % 5) - 2;
        if (kind == 2) v = static_cast<double>(word >> 11) * 0x1p-45;
        if (kind == 4) v = word % 2 == 0 ? 0.0 : -0.0;
        if (kind == 5) v = static_cast<double>(word % 4096) + static_cast<double>(word >> 32) * 0x1p-72;  // more than ranks tell apart
    }
    if (kind == 3) values[n / 3] = 1e300;
    if (kind == 6) values[n / 2] = -(values[n / 3] = std::numeric_limits<double>::max());
    return values;
}

}  // namespace

TEST_CASE("order: values of any kind are put in order, equal ones by id") {
    std::mt19937_64 random(5);
    for (const std::size_t n : {1u, 2u, 300u, 5000u, 70001u})
        for (const int kind : {0, 1, 2, 3, 4, 5, 6}) {
            CAPTURE(n, kind);
            const auto values = values_of_kind(kind, n, random);
            std::vector<token_id> ids;
            std::vector<place> expected;
            for (std::size_t i = 0; i < n; ++i) {
                ids.push_back(static_cast<token_id>(3 * i));
                expected.push_back({values[i], ids.back()});
            }
            std::sort(expected.begin(), expected.end());
            const auto same = [](const place& a, const place& b) { return a.value == b.value && a.id == b.id; };
            std::vector<place> order(n + simd::lanes), room(n);
            detail::put_in_order(values.data(), ids.data(), n, order.data(), room.data());
            CHECK(std::equal(expected.begin(), expected.end(), order.begin(), same));
            std::vector<place> visited;
            const detail::ordered all(values.data(), n, order.data(), room.data());
            all.each_block([&](const double* v, const std::uint32_t* numbers, std::size_t count) {
                for (std::size_t i = 0; i < count; ++i) visited.push_back({v[i], ids[numbers[i]]});
            });
            CHECK(std::equal(expected.begin(), expected.end(), visited.begin(), visited.end(), same));
            CHECK(ids[all.number(n / 2)] == expected[n / 2].id);
        }
}

TEST_CASE("order: what is spread evenly is put in order by words, and what is not is told") {
    std::mt19937_64 random(6);
    const std::size_t n = 5000;
    std::vector<std::uint64_t> words(2 * n + simd::lanes);
    const bool by_words[] = {true, false, true, false, true, true, false};
    for (const int kind : {0, 1, 2, 3, 4, 5, 6}) {
        CAPTURE(kind);
        const auto values = values_of_kind(kind, n, random);
        CHECK(detail::numbers_in_order(values.data(), n, words.data()) == by_words[kind]);
    }
}

TEST_CASE("order: weights in the order are exponentials, and end where they are told to") {
    std::vector<place> first;
    for (int i = 0; i < 1000; ++i) first.push_back({3 - 0.37 * i, i});
    std::size_t seen = 0, wrong = 0;
    detail::each_weight(first, [&](double weight, double below) {
        wrong += below != first[seen].value - first[0].value || weight != numeric::exp(below);
        return ++seen < 700;
    });
    CHECK(seen == 700);
    CHECK(wrong == 0);
}

TEST_CASE("amount: what is below 0 counts as 0, whatever integer it is") {
    const auto of = [](detail::amount n) { return std::size_t{n}; };
    CHECK(of(3) == 3);
    CHECK(of(-1) == 0);
    CHECK(of(std::numeric_limits<int>::min()) == 0);
    CHECK(of(std::numeric_limits<std::size_t>::max()) == std::numeric_limits<std::size_t>::max());
    CHECK(of(static_cast<signed char>(-7)) == 0);
    CHECK(of(7u) == 7);
}
