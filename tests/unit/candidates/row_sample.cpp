// What a sample says of where mass lies, against the values themselves.
#include "catch.hpp"

#include <argdraw/candidates/row_sample.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using argdraw::detail::row_sample;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

struct sampled {
    std::vector<double> values;
    double c;

    explicit sampled(std::vector<double> all, double scale = 1.25) : values(std::move(all)), c(scale) {}
    row_sample told() const { return {values.data(), values.size(), c, 64 / c}; }
    double mass(double below) const {
        const double greatest = *std::max_element(values.begin(), values.end());
        double all = 0;
        for (const double v : values)
            if (v < below) all += std::exp2((v - greatest) * c);
        return all;
    }
};

sampled normal(std::size_t n) {
    std::mt19937 random(7);
    std::normal_distribution<double> from;
    std::vector<double> all(n);
    for (double& v : all) v = from(random);
    return sampled(all);
}

}  // namespace

TEST_CASE("row_sample: masses, levels and shares are those of the values, to a bin") {
    const sampled all = normal(4096);
    const row_sample told = all.told();
    REQUIRE(told.tells());
    CHECK(told.tells_mass());
    CHECK(told.greatest() == *std::max_element(all.values.begin(), all.values.end()));
    CHECK(std::fabs(told.mass() - all.mass(infinite)) < 1e-3 * told.mass());
    CHECK(told.share_of(8192) == 0.5);
    for (const double share : {0.01, 0.05, 0.5, 0.9}) {
        CAPTURE(share);
        const double wanted = share * told.mass(), level = told.level_above(wanted);
        CHECK(std::fabs(all.mass(level) - wanted) < 0.03 * wanted + 0.003 * told.mass());
        const double low = told.level_above(wanted / 2);
        CHECK(low < level);
        const double per_value = (all.mass(level + 0.1) - all.mass(level - 0.1)) / 0.2;
        CHECK(std::fabs(told.density(level) - per_value) < 0.3 * per_value);
        const auto reaching = std::count_if(all.values.begin(), all.values.end(), [&](double v) { return v >= level; });
        CHECK(std::fabs(told.share_reaching(level) - static_cast<double>(reaching) / 4096) < 0.02);
        CHECK(std::fabs(told.share_between(low, level) - (told.share_reaching(low) - told.share_reaching(level))) < 0.02);
    }
    CHECK(told.level_above(2 * told.mass()) <= told.greatest() + 1e-9);
    CHECK(told.level_above(0) == *std::min_element(all.values.begin(), all.values.end()));
}

TEST_CASE("row_sample: a few heavy tokens say little of the mass, and what is removed or far below nothing") {
    sampled heavy = normal(1024);
    heavy.values[100] = 12;
    CHECK(heavy.told().tells());
    CHECK_FALSE(heavy.told().tells_mass());
    sampled some = normal(1024);
    const double mass = some.told().mass();
    for (const double v : {-infinite, -1e300, -70.0}) some.values.push_back(v);
    some.values.resize(1040, -infinite);
    REQUIRE(some.told().tells_mass());
    CHECK(std::fabs(some.told().mass() - mass) < 0.01 * mass);
}

TEST_CASE("row_sample: equals, NaN and +inf tell nothing") {
    CHECK_FALSE(sampled(std::vector<double>(64, 1.5)).told().tells());
    CHECK_FALSE(sampled(std::vector<double>(64, -infinite)).told().tells());
    for (const double odd : {infinite, std::numeric_limits<double>::quiet_NaN()}) {
        sampled some = normal(64);
        some.values[13] = odd;
        CHECK_FALSE(some.told().tells());
        CHECK_FALSE(some.told().tells_mass());
    }
    std::vector<double> next(64, 1.0);
    next[3] = std::nextafter(1.0, 2.0);
    const row_sample told = sampled(next).told();
    if (told.tells()) CHECK(told.level_above(told.mass() / 2) >= 1);
}
