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

TEST_CASE("order: floats and doubles are put in order alike, equal ones by id") {
    std::mt19937_64 random(5);
    for (const std::size_t n : {1u, 2u, 300u, 5000u})
        for (const int what : {0, 1, 2, 3}) {
            CAPTURE(n, what);
            std::vector<place> tokens(n), room(n);
            for (std::size_t i = 0; i < n; ++i) {
                const auto word = random();
                double v = static_cast<double>(static_cast<float>(static_cast<std::int32_t>(word)) * 0x1p-20f);  // a float
                if (what == 1) v = static_cast<double>(word % 5) - 2;
                if (what == 2 && i == n / 2) v = 0.1;  // one that is none
                if (what == 3 && i == n / 3) v = 1e300;
                tokens[i] = {v, static_cast<token_id>(3 * i)};
            }
            auto expected = tokens;
            std::sort(expected.begin(), expected.end());
            detail::put_in_order(tokens.data(), n, room.data());
            CHECK(std::equal(tokens.begin(), tokens.end(), expected.begin(),
                             [](const place& a, const place& b) { return a.value == b.value && a.id == b.id; }));
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
