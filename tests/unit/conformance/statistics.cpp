#include "doubles.hpp"

#include <cmath>

using namespace doubles;

namespace {

// Draws from weights that are not those of the row.
template <class F>
engine drawing_other(F weights_of) {
    auto e = right();
    e.token = [weights_of](row logits, const parameters& how, std::uint64_t word) {
        std::vector<double> weights(logits.size());
        for (const auto& t : plain::left(logits, how, {})) weights[t.id] = t.weight;
        weights_of(weights);
        return plain::draw(weights, word);
    };
    return e;
}

}  // namespace

TEST_CASE("statistics: right samplers pass, with words or their own") {
    for (const auto& e : {right(), plain::racer("own words")}) {
        must_pass(checks::chi_square(e, small));
        must_pass(checks::chi_square_temperature(e, small));
        must_pass(checks::chi_square_filters(e, small));
    }
    must_pass(checks::independence(plain::racer("own words"), small));
    CHECK(outcome(checks::independence, right()) == verdict::not_applicable);
    engine silent{.name = "silent"};
    for (const auto judge : {checks::chi_square, checks::chi_square_temperature, checks::chi_square_filters, checks::independence})
        CHECK(outcome(judge, silent) == verdict::not_applicable);
}

TEST_CASE("statistics: exponential noise, a temperature without effect, a filter without effect") {
    must_fail(checks::chi_square(plain::racer("exponential", bugs::exponential), small));
    auto cold = plain::racer("no temperature");
    cold.sample = [right = cold.sample](row logits, parameters how) {
        how.temperature = 1;
        return right(logits, how);
    };
    must_fail(checks::chi_square_temperature(cold, small));
    must_pass(checks::chi_square(cold, small));
    auto open = plain::racer("no top_p");
    open.sample = [right = open.sample](row logits, parameters how) {
        how.top_p = 1;
        return right(logits, how);
    };
    const auto found = checks::chi_square_filters(open, small);
    must_fail(found);
    CHECK(found.smallest.find("weights 4 1 4 1, top_p 0.75: ") == 0);
    CHECK(found.smallest.find(" draws give no token that is kept") != std::string::npos);
}

TEST_CASE("statistics: the bias that would show shows, and a third of it passes") {
    // 2.9 % in 100 000 draws of sixteen equals, 99 times in 100.
    const options o{.draws = 100000};
    const auto every_second = [](double bias) {
        return drawing_other([bias](std::vector<double>& w) {
            for (std::size_t i = 0; i < w.size(); ++i) w[i] *= i % 2 == 0 ? 1 + bias : 1 - bias;
        });
    };
    CHECK(checks::chi_square(right(), o).note == "alpha 1e-6; a bias of 2.5 to 2.9 % would show");
    must_fail(checks::chi_square(every_second(0.029), o));
    must_pass(checks::chi_square(every_second(0.01), o));
}

TEST_CASE("statistics: critical values and noncentralities") {
    // By continued fractions of the incomplete gamma function: 23.9281, 56.4934 and 377.0781.
    CHECK(detail::critical(1) == Approx(23.9281).epsilon(1e-5));
    CHECK(detail::critical(15) == Approx(56.4934).epsilon(1e-5));
    CHECK(detail::critical(255) == Approx(377.0781).epsilon(1e-5));
    CHECK(detail::exceeds(3.841459, 1) == Approx(0.05).epsilon(1e-6));
    CHECK(detail::exceeds(5.991465, 2) == Approx(0.05).epsilon(1e-6));
    CHECK(detail::exceeds(18.307038, 10) == Approx(0.05).epsilon(1e-6));
    for (const int degrees : {1, 15, 255}) {
        const double x = detail::found_noncentrality(degrees);
        CHECK(degrees + x - 2.3263 * std::sqrt(2 * (degrees + 2 * x)) == Approx(detail::critical(degrees)));
    }
}

TEST_CASE("statistics: counts by hand, bins merged to ten, what is impossible counted") {
    const std::vector<long double> halves{0.5L, 0, 0.5L};
    const auto seen = detail::judge_counts(halves, std::vector<std::uint64_t>{60, 0, 40, 0});
    CHECK(seen.ratio == Approx(4 / detail::critical(1)));  // 10^2/50 twice
    CHECK(seen.impossible == 0);
    CHECK(detail::judge_counts(halves, std::vector<std::uint64_t>{60, 3, 40, 2}).impossible == 5);
    const std::vector<long double> rare{0.5L, 0.49L, 0.005L, 0.005L};
    CHECK(detail::judge_counts(rare, std::vector<std::uint64_t>{50, 50, 0, 0, 0}).ratio == Approx(0).margin(1e-12));
    CHECK(detail::judge_counts(std::vector<long double>{1}, std::vector<std::uint64_t>{10, 0}).found == 0);
    // Ten draws of a thousand tokens say nothing, and the note says so.
    CHECK(checks::chi_square(right(), {.draws = 10}).note == "too few draws to judge");
}

TEST_CASE("independence: one draw in ten repeats the last") {
    auto e = plain::racer("sticky");
    e.sample = [right = e.sample, last = std::int64_t{0}, n = 0](row logits, const parameters& how) mutable {
        if (++n % 10 != 0 || last >= static_cast<std::int64_t>(logits.size())) last = right(logits, how);
        return last;
    };
    must_pass(checks::chi_square(e, {.draws = 20000}));
    must_fail(checks::independence(e, {.draws = 20000}));
}

TEST_CASE("independence: pairs with what is no token of the row are counted") {
    auto e = plain::racer("past the end");
    e.sample = [right = e.sample, n = 0](row logits, const parameters& how) mutable {
        // Of every five pairs the second's first is one past the end, and the fourth's second a refusal.
        const int place = n++ % 10;
        return place == 2 ? static_cast<std::int64_t>(logits.size()) : place == 7 ? std::int64_t{-1} : right(logits, how);
    };
    const auto found = checks::independence(e, {.draws = 20000});
    must_fail(found);
    CHECK(found.smallest == "8 equal logits: 8000 of 20000 pairs are no tokens");
}
