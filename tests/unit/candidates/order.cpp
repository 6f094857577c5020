#include "catch.hpp"

#include <algorithm>
#include <limits>
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

TEST_CASE("amount: what is below 0 counts as 0, whatever integer it is") {
    const auto of = [](detail::amount n) { return std::size_t{n}; };
    CHECK(of(3) == 3);
    CHECK(of(-1) == 0);
    CHECK(of(std::numeric_limits<int>::min()) == 0);
    CHECK(of(std::numeric_limits<std::size_t>::max()) == std::numeric_limits<std::size_t>::max());
    CHECK(of(static_cast<signed char>(-7)) == 0);
    CHECK(of(7u) == 7);
}
