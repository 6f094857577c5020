#include "catch.hpp"

#include <argdraw/numeric/compensated_sum.hpp>

#include <vector>

using namespace argdraw;

TEST_CASE("compensated_sum: what is small beside the sum is not lost") {
    numeric::compensated_sum sum;
    sum.add(1);
    for (int i = 0; i < 1 << 20; ++i) sum.add(0x1p-60);
    CHECK(sum.value() == 1 + 0x1p-40);
    numeric::compensated_sum other;
    for (int i = 0; i < 1 << 20; ++i) other.add(0x1p-60);
    CHECK(other.value() == 0x1p-40);
    CHECK(sum.minus(other) == 1);
    CHECK(sum.minus(sum) == 0);
}

TEST_CASE("compensated_sum: the difference of two running sums is what one has and the other has not") {
    // 0.1 and 1e-25 added in either order; of the second all digits lie below the last one of the sum.
    std::vector<double> terms{0.7, 0.2, 0.1, 1e-10, 1e-18, 1e-20, 1e-25};
    numeric::compensated_sum all, passed;
    for (auto i = terms.size(); i-- > 0;) all.add(terms[i]);
    for (std::size_t i = 0; i + 1 < terms.size(); ++i) passed.add(terms[i]);
    CHECK(all.minus(passed) > 1e-25 * (1 - 1e-6));
    CHECK(all.minus(passed) < 1e-25 * (1 + 1e-6));
    numeric::compensated_sum nothing;
    CHECK(nothing.value() == 0);
    CHECK(all.minus(nothing) == all.value());
}
