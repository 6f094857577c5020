// The reference, against values worked out by hand. Logits are mostly logarithms of whole numbers, so that every
// probability is a fraction one can check without a machine.

#include "catch.hpp"

#include "reference.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace reference;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr float nan_parameter = std::numeric_limits<float>::quiet_NaN();
constexpr float inf_parameter = std::numeric_limits<float>::infinity();

using ids = std::vector<token_id>;

// Weights 4 : 3 : 2 : 1, so probabilities .4 .3 .2 .1, in shuffled positions: id 1, id 3, id 0, id 2.
std::vector<double> tenths() { return {std::log(2.0), std::log(4.0), std::log(1.0), std::log(3.0)}; }

bool near(real a, real b) { return std::abs(a - b) <= 1e-15L; }

bool near(const std::vector<real>& a, const std::vector<real>& b)
{
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i) same = near(a[i], b[i]);
    return same;
}

}  // namespace

TEST_CASE("reference: no stage at all is the softmax of the row")
{
    const law l = run(tenths(), {});
    CHECK(l.why == status::ok);
    CHECK(l.ids == ids{0, 1, 2, 3});
    CHECK(near(l.probabilities, {0.2L, 0.4L, 0.1L, 0.3L}));
    CHECK(near(l.logs[2], -std::log(10.0L)));
    CHECK(l.first == 1);
    CHECK(l.decisions.empty());
}

TEST_CASE("reference: a row ends in one of four ways")
{
    CHECK(run({}, {}).why == status::empty);
    CHECK(run({-infinity, -infinity}, {}).why == status::empty);
    CHECK(run({0, std::nan(""), infinity}, {}).why == status::nan_logit);
    CHECK(run({-infinity, std::nan("")}, {}).why == status::nan_logit);

    // A parameter is judged before the row is read.
    CHECK(run({std::nan("")}, {temperature{-1}}).why == status::bad_parameter);
    CHECK(run({}, {top_k{-1}}).why == status::bad_parameter);
    for (const stage& bad : pipeline{temperature{nan_parameter}, temperature{-inf_parameter}, top_p{-1e-45f}, top_p{nan_parameter},
                                     min_p{-0.5f}, min_p{1.5f}, min_p{nan_parameter}, top_k{2, -1}, top_p{0.5f, -1}, min_p{0.5f, -1}})
        CHECK(run({0}, {softmax{}, bad}).why == status::bad_parameter);
    for (const stage& good : pipeline{temperature{inf_parameter}, temperature{-0.0f}, top_k{0}, top_p{0}, top_p{inf_parameter}, min_p{1},
                                      top_p{0.5f, 0}})
        CHECK(run({0}, {softmax{}, good}).why == status::ok);
}

TEST_CASE("reference: +inf logits share all the mass")
{
    // Two of them: one half each, whatever stands beside them and whatever the temperature.
    const std::vector<double> row{infinity, 7, infinity, -infinity};
    for (const pipeline& stages : {pipeline{}, pipeline{temperature{0.5f}}, pipeline{temperature{inf_parameter}}, pipeline{top_k{3}}}) {
        const law l = run(row, stages);
        CHECK(l.ids == ids{0, 2});
        CHECK(near(l.probabilities, {0.5L, 0.5L}));
    }
    CHECK(run(row, {temperature{0}}).ids == ids{0});
}

TEST_CASE("reference: temperature divides the logits")
{
    // T = 1/2 squares the weights: 4 16 1 9, sum 30.
    CHECK(near(run(tenths(), {temperature{0.5f}}).probabilities, {4 / 30.0L, 16 / 30.0L, 1 / 30.0L, 9 / 30.0L}));

    // T = 0 leaves the first of two maxima, T = +inf makes the living equal.
    CHECK(run({1, 5, 5}, {temperature{0}}).ids == ids{1});
    CHECK(run({1, 5, 5}, {temperature{-0.0f}}).ids == ids{1});
    const law uniform_law = run({1, -infinity, 900, 2}, {temperature{inf_parameter}});
    CHECK(uniform_law.ids == ids{0, 2, 3});
    CHECK(near(uniform_law.probabilities, {1 / 3.0L, 1 / 3.0L, 1 / 3.0L}));
    CHECK(uniform_law.first == 0);

    // Two subnormal logits one step apart, at the temperature of that step: l/T differs by 1, odds e : 1.
    const float step = std::numeric_limits<float>::denorm_min();
    const law subnormal = run({double(step), 2 * double(step)}, {temperature{step}});
    CHECK(near(subnormal.probabilities[1] / subnormal.probabilities[0], std::exp(1.0L)));

    // The widest doubles at the smallest float: far beyond a double, still ordered, still finite.
    const double widest = std::numeric_limits<double>::max();
    const law wide = run({-widest, widest}, {temperature{step}, temperature{1 / 1024.0f}});
    CHECK(near(wide.probabilities, {0.0L, 1.0L}));
    CHECK(std::isfinite(wide.logs[0]));

    // A large offset costs nothing: 2^52 and 2^52 + 1 have odds 1 : e.
    const double far = 4503599627370496.0;
    const law offset = run({far, far + 1}, {});
    CHECK(near(offset.probabilities[1] / offset.probabilities[0], std::exp(1.0L)));
}

TEST_CASE("reference: softmax turns logits into log-probabilities and leaves the law alone")
{
    // ln of .2 .4 .1 .3; after it T = 1/2 gives the same 4 16 1 9 over 30 as without it.
    CHECK(near(run(tenths(), {softmax{}}).logits, {std::log(0.2L), std::log(0.4L), std::log(0.1L), std::log(0.3L)}));
    CHECK(near(run(tenths(), {softmax{}, temperature{0.5f}}).probabilities, {4 / 30.0L, 16 / 30.0L, 1 / 30.0L, 9 / 30.0L}));
}

TEST_CASE("reference: top_k keeps exactly the first k")
{
    CHECK(run(tenths(), {top_k{2}}).ids == ids{1, 3});
    CHECK(near(run(tenths(), {top_k{2}}).probabilities, {4 / 7.0L, 3 / 7.0L}));
    CHECK(run(tenths(), {top_k{0}}).ids.size() == 4);
    CHECK(run(tenths(), {top_k{5}}).ids.size() == 4);
    CHECK(run({2, 3, 3, 3}, {top_k{2}}).ids == ids{1, 2});  // of equals the lower ids
    CHECK(run(tenths(), {top_k{1, 3}}).ids == ids{0, 1, 3});
    CHECK(run(tenths(), {top_k{0, 3}}).ids.size() == 4);
}

TEST_CASE("reference: top_p keeps the crossing token")
{
    // Running masses .4 .7 .9 1.
    CHECK(run(tenths(), {top_p{0}}).ids == ids{1});
    CHECK(run(tenths(), {top_p{0.39f}}).ids == ids{1});
    CHECK(run(tenths(), {top_p{0.41f}}).ids == ids{1, 3});
    CHECK(run(tenths(), {top_p{0.69f}}).ids == ids{1, 3});
    CHECK(run(tenths(), {top_p{0.71f}}).ids == ids{0, 1, 3});
    CHECK(run(tenths(), {top_p{0.91f}}).ids.size() == 4);
    CHECK(run(tenths(), {top_p{1}}).ids.size() == 4);
    CHECK(run(tenths(), {top_p{0.41f, 3}}).ids == ids{0, 1, 3});
    CHECK(run(tenths(), {top_p{0.41f, 9}}).ids.size() == 4);

    // The second stage sees .4/.7 = .571 and .3/.7: .55 is crossed by the first of them, .6 is not.
    CHECK(run(tenths(), {top_k{2}, top_p{0.55f}}).ids == ids{1});
    CHECK(run(tenths(), {top_k{2}, top_p{0.6f}}).ids == ids{1, 3});

    // Four equal logits: C_2 = 1/2 exactly meets p = 1/2, and the next float up does not.
    CHECK(run({1, 1, 1, 1}, {top_p{0.5f}}).ids == ids{0, 1});
    CHECK(run({1, 1, 1, 1}, {top_p{std::nextafter(0.5f, 1.0f)}}).ids == ids{0, 1, 2});
}

TEST_CASE("reference: min_p compares with the largest probability")
{
    // Ratios to the largest: 1 .75 .5 .25.
    CHECK(run(tenths(), {min_p{0.2f}}).ids.size() == 4);
    CHECK(run(tenths(), {min_p{0.3f}}).ids == ids{0, 1, 3});
    CHECK(run(tenths(), {min_p{0.6f}}).ids == ids{1, 3});
    CHECK(run(tenths(), {min_p{0.8f}}).ids == ids{1});
    CHECK(run(tenths(), {min_p{0.8f, 2}}).ids == ids{1, 3});
    CHECK(run({3, 3, 2, 3}, {min_p{1}}).ids == ids{0, 1, 3});  // only ties for the maximum
    // A temperature so large that the ratios are 1 to more digits than any machine has: still not ties.
    CHECK(run({3, 2, 3}, {temperature{1e30f}, min_p{1}}).ids == ids{0, 2});
    CHECK(run({0, -100}, {min_p{std::numeric_limits<float>::denorm_min()}}).ids.size() == 2);  // e^-100 = 3.7e-44 > 1.4e-45
    CHECK(run({0, -104}, {min_p{std::numeric_limits<float>::denorm_min()}}).ids.size() == 1);  // e^-104 = 6.8e-46 < 1.4e-45
}

TEST_CASE("reference: a decision is close inside its band and nowhere else")
{
    const auto only = [](const std::vector<double>& row, const stage& s) { return run(row, {s}).decisions.at(0); };

    // Four equal logits meet p = 1/2 at C_2 = 1/2. The float below 3/4 is 6e-8 off C_3, inside 1e-7; 0.7500002 is 2e-7 off, outside.
    const std::vector<double> equal(4, 1.0);
    const decision meets = only(equal, top_p{0.5f});
    CHECK(meets.keep == 2);
    CHECK(meets.fewer == 2);
    CHECK(meets.more == 3);
    const decision under = only(equal, top_p{std::nextafter(0.75f, 0.0f)});
    CHECK(under.keep == 3);
    CHECK(under.more == 4);
    const decision over = only(equal, top_p{std::nextafter(0.75f, 1.0f)});
    CHECK(over.keep == 4);
    CHECK(over.fewer == 3);
    CHECK_FALSE(only(equal, top_p{0.7500002f}).close());
    CHECK_FALSE(only(equal, top_p{0.6f}).close());
    CHECK(only(equal, top_p{0.5f, 3}).keep == 3);  // min_keep settles it
    CHECK_FALSE(only(equal, top_p{0.5f, 3}).close());

    // A ratio of 1/2 up to a rounding: the three ties at the cut change sides together.
    const std::vector<double> halves{std::log(2.0), 0, 0, 0, -1};
    const decision at = only(halves, min_p{0.5f});
    CHECK(at.close());
    CHECK((at.keep == 4 ? at.fewer == 1 : at.keep == 1 && at.more == 4));
    CHECK_FALSE(only(halves, min_p{0.500001f}).close());  // 2e-6 relative
    CHECK(only(halves, min_p{0.5000002f}).close());       // 4e-7 relative
    CHECK_FALSE(only({3, 3, 2}, min_p{1}).close());       // the maximum is never on the other side
    CHECK_FALSE(only(halves, top_k{2}).close());

    // A nudge takes the other side, and what follows sees it: one half each, then a third each.
    CHECK(near(run(equal, {top_p{0.5f}}).probabilities, {0.5L, 0.5L}));
    CHECK(near(run(equal, {top_p{0.5f}}, {nudge::more}).probabilities, {1 / 3.0L, 1 / 3.0L, 1 / 3.0L}));
}

TEST_CASE("reference: the inverse CDF walks in id order")
{
    // Steps at .2 .6 .7 of the unit interval; a word is u * 2^64.
    const law l = run(tenths(), {});
    const auto word = [](double u) { return static_cast<std::uint64_t>(std::ldexp(u, 53)) << 11; };
    CHECK(categorical(l, 0).index == 0);
    CHECK(categorical(l, word(0.19)).index == 0);
    CHECK(categorical(l, word(0.21)).index == 1);
    CHECK(categorical(l, word(0.65)).index == 2);
    CHECK(categorical(l, word(0.71)).index == 3);
    CHECK(categorical(l, std::numeric_limits<std::uint64_t>::max()).index == 3);
    CHECK(near(categorical(l, word(0.5)).distance, 0.1L));
    CHECK(near(categorical(l, word(0.625)).distance, 0.025L));
    CHECK(near(categorical(l, word(0.0625)).distance, 0.1375L));
    CHECK(near(uniform(std::uint64_t{1} << 63), 0.5L));
    CHECK(uniform(2047) == 0);

    // "Exceeds", not "reaches": of two equal tokens, u = 1/2 is the second one's.
    const law two = run({0, 0}, {});
    CHECK(categorical(two, (std::uint64_t{1} << 63) - 1).index == 0);
    CHECK(categorical(two, std::uint64_t{1} << 63).index == 1);
    CHECK(categorical(two, std::uint64_t{1} << 63).distance == 0);
    CHECK(reachable(two, 0, std::uint64_t{1} << 63));
    CHECK(reachable(two, 0, word(0.5 + 1.9e-7)));
    CHECK_FALSE(reachable(two, 0, word(0.5 + 2.1e-7)));
    CHECK(reachable(two, 1, word(0.5 - 1.9e-7)));
    CHECK_FALSE(reachable(two, 1, word(0.5 - 2.1e-7)));

    // One token has no step to be near to.
    CHECK(categorical(run({5}, {}), 12345).distance == 1);
}
