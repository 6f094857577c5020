// The reference, against values worked out by hand. Logits are mostly logarithms of whole numbers, so that every
// probability is a fraction one can check without a machine.

#include "catch.hpp"

#include "reference.hpp"
#include "reference_pipeline.hpp"

#include <algorithm>
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

bool near(const std::vector<real>& a, const std::vector<real>& b) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i) same = near(a[i], b[i]);
    return same;
}

// What a float parameter such as .3f costs: it is the parameter, not .3.
bool about(real a, real b) { return std::abs(a - b) <= 1e-6L * std::max(real(1), std::abs(b)); }

bool about(const std::vector<real>& a, const std::vector<real>& b) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i) same = about(a[i], b[i]);
    return same;
}

// Weights 4 : 2 : 1 : 1, so probabilities 1/2 1/4 1/8 1/8 and an entropy of 1.75 bits, of at most 2.
std::vector<double> halves() { return {std::log(4.0), std::log(2.0), 0, 0}; }

const history nothing{};

full_law after(const std::vector<double>& row, const any_pipeline& stages) { return run_any({row}, stages); }
ids kept(const std::vector<double>& row, const any_stage& s) { return run_any({row}, {s}).ids; }
full_law after(const std::vector<double>& row, const history& past, const any_stage& s) { return run_any({row, past}, {s}); }

}  // namespace

TEST_CASE("reference: no stage at all is the softmax of the row") {
    const law l = run(tenths(), {});
    CHECK(l.why == status::ok);
    CHECK(l.ids == ids{0, 1, 2, 3});
    CHECK(near(l.probabilities, {0.2L, 0.4L, 0.1L, 0.3L}));
    CHECK(near(l.logs[2], -std::log(10.0L)));
    CHECK(l.first == 1);
    CHECK(l.decisions.empty());
}

TEST_CASE("reference: a row ends in one of four ways") {
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
    for (const stage& good :
         pipeline{temperature{inf_parameter}, temperature{-0.0f}, top_k{0}, top_p{0}, top_p{inf_parameter}, min_p{1}, top_p{0.5f, 0}})
        CHECK(run({0}, {softmax{}, good}).why == status::ok);
}

TEST_CASE("reference: +inf logits share all the mass") {
    // Two of them: one half each, whatever stands beside them and whatever the temperature.
    const std::vector<double> row{infinity, 7, infinity, -infinity};
    for (const pipeline& stages : {pipeline{}, pipeline{temperature{0.5f}}, pipeline{temperature{inf_parameter}}, pipeline{top_k{3}}}) {
        const law l = run(row, stages);
        CHECK(l.ids == ids{0, 2});
        CHECK(near(l.probabilities, {0.5L, 0.5L}));
    }
    CHECK(run(row, {temperature{0}}).ids == ids{0});
}

TEST_CASE("reference: temperature divides the logits") {
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

TEST_CASE("reference: softmax turns logits into log-probabilities and leaves the law alone") {
    // ln of .2 .4 .1 .3; after it T = 1/2 gives the same 4 16 1 9 over 30 as without it.
    CHECK(near(run(tenths(), {softmax{}}).logits, {std::log(0.2L), std::log(0.4L), std::log(0.1L), std::log(0.3L)}));
    CHECK(near(run(tenths(), {softmax{}, temperature{0.5f}}).probabilities, {4 / 30.0L, 16 / 30.0L, 1 / 30.0L, 9 / 30.0L}));
}

TEST_CASE("reference: top_k keeps exactly the first k") {
    CHECK(run(tenths(), {top_k{2}}).ids == ids{1, 3});
    CHECK(near(run(tenths(), {top_k{2}}).probabilities, {4 / 7.0L, 3 / 7.0L}));
    CHECK(run(tenths(), {top_k{0}}).ids.size() == 4);
    CHECK(run(tenths(), {top_k{5}}).ids.size() == 4);
    CHECK(run({2, 3, 3, 3}, {top_k{2}}).ids == ids{1, 2});  // of equals the lower ids
    CHECK(run(tenths(), {top_k{1, 3}}).ids == ids{0, 1, 3});
    CHECK(run(tenths(), {top_k{0, 3}}).ids.size() == 4);
}

TEST_CASE("reference: top_p keeps the crossing token") {
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

TEST_CASE("reference: min_p compares with the largest probability") {
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

TEST_CASE("reference: a decision is close inside its band and nowhere else") {
    const auto only = [](const std::vector<double>& row, const stage& s) { return run(row, {s}).decisions.at(0); };

    // Four equal logits meet p = 1/2 at C_2 = 1/2. The floats about 3/4 are 6e-8 off C_3, outside 1e-12.
    const std::vector<double> equal(4, 1.0);
    const decision meets = only(equal, top_p{0.5f});
    CHECK(meets.keep == 2);
    CHECK(meets.fewer == 2);
    CHECK(meets.more == 3);
    const decision under = only(equal, top_p{std::nextafter(0.75f, 0.0f)});
    CHECK(under.keep == 3);
    CHECK_FALSE(under.close());
    const decision over = only(equal, top_p{std::nextafter(0.75f, 1.0f)});
    CHECK(over.keep == 4);
    CHECK_FALSE(over.close());
    // C_2 = 2/(4 - d) is d/8 above 1/2: 2.5e-13, and 2.5e-12.
    CHECK(only({1, 1, 1, 1 - 2e-12}, top_p{0.5f}).more == 3);
    CHECK_FALSE(only({1, 1, 1, 1 - 2e-11}, top_p{0.5f}).close());
    CHECK_FALSE(only(equal, top_p{0.6f}).close());
    CHECK(only(equal, top_p{0.5f, 3}).keep == 3);  // min_keep settles it
    CHECK_FALSE(only(equal, top_p{0.5f, 3}).close());

    // A ratio of 1/2 up to a rounding: the three ties at the cut change sides together.
    const std::vector<double> halves{std::log(2.0), 0, 0, 0, -1};
    const decision at = only(halves, min_p{0.5f});
    CHECK(at.close());
    CHECK((at.keep == 4 ? at.fewer == 1 : at.keep == 1 && at.more == 4));
    CHECK_FALSE(only(halves, min_p{0.5000001f}).close());  // 1e-7 relative
    CHECK(only({std::log(2.0) + 5e-13, 0}, min_p{0.5f}).more == 2);
    CHECK_FALSE(only({std::log(2.0) + 2e-12, 0}, min_p{0.5f}).close());
    CHECK_FALSE(only({3, 3, 2}, min_p{1}).close());  // the maximum is never on the other side
    CHECK_FALSE(only(halves, top_k{2}).close());

    // A nudge takes the other side, and what follows sees it: one half each, then a third each.
    CHECK(near(run(equal, {top_p{0.5f}}).probabilities, {0.5L, 0.5L}));
    CHECK(near(run(equal, {top_p{0.5f}}, {nudge::more}).probabilities, {1 / 3.0L, 1 / 3.0L, 1 / 3.0L}));
}

TEST_CASE("reference: the inverse CDF walks in id order") {
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

TEST_CASE("reference: any pipeline of the five common stages gives the same by either door") {
    const law one = run(tenths(), {temperature{0.5f}, top_k{3}, softmax{}, top_p{0.95f}, min_p{0.3f}});
    const full_law other = after(tenths(), {temperature{0.5f}, top_k{3}, softmax{}, top_p{0.95f}, min_p{0.3f}});
    CHECK(one.ids == other.ids);
    CHECK(near(one.probabilities, other.probabilities));
    CHECK(near(one.logits, other.logits));
    CHECK(one.first == other.first);
    CHECK(other.rulings.size() == one.decisions.size());
}

TEST_CASE("reference: dynamic_temperature goes by the share of the largest entropy") {
    // H / ln n = 1.75 / 2 = 7/8. min 0, max 2: T = 7/4, so the odds 2 : 1 become 2^(4/7); squared: T = 2 * 49/64 = 49/32.
    const auto odds = [](const full_law& l) { return l.probabilities[0] / l.probabilities[1]; };
    CHECK(near(odds(after(halves(), {dynamic_temperature{0, 2, 1}})), std::pow(2.0L, 4 / 7.0L)));
    CHECK(near(odds(after(halves(), {dynamic_temperature{0, 2, 2}})), std::pow(2.0L, 32 / 49.0L)));
    CHECK(near(odds(after(halves(), {dynamic_temperature{1, 3, 1}})), std::pow(2.0L, 4 / 11.0L)));  // 1 + 2 * 7/8
    CHECK(near(odds(after(halves(), {dynamic_temperature{2, 2, 1}})), std::sqrt(2.0L)));

    CHECK(near(after({5}, {dynamic_temperature{0, 0, 1}}).logits, {5}));           // one token: no change
    CHECK(near(after({4, 4}, {dynamic_temperature{0.5f, 2, 3}}).logits, {2, 2}));  // uniform: T = max
    CHECK(kept({1, 5, 5}, dynamic_temperature{0, 0, 1}) == ids{1});                // T = 0: the first maximum
    CHECK(near(after({1, 5, 5, -infinity}, {dynamic_temperature{1, inf_parameter, 1}}).probabilities, {1 / 3.0L, 1 / 3.0L, 1 / 3.0L}));
    CHECK(dynamic_temperature{}.neutral());
    for (const dynamic_temperature bad :
         {dynamic_temperature{2, 1, 1}, {-1, 1, 1}, {0, 1, 0}, {0, nan_parameter, 1}, {0, 1, nan_parameter}})
        CHECK(after({0}, {bad}).why == status::bad_parameter);
}

TEST_CASE("reference: quadratic bends the logits around the maximum") {
    // d = 0, -2, -4 and f = 1/2. c = 1: m - d^2/2. c = 3: m + d^3/2. c = 2: m - d^2/4 + d^3/4.
    CHECK(near(after({3, 1, -1}, {quadratic{0.5f, 1}}).logits, {3, 1, -5}));
    CHECK(near(after({3, 1, -1}, {quadratic{0.5f, 3}}).logits, {3, -1, -29}));
    CHECK(near(after({3, 1, -1}, {quadratic{0.5f, 2}}).logits, {3, 0, -17}));
    CHECK(near(after({3, 1, -infinity}, {quadratic{0.5f, 1}}).logits, {3, 1}));
    CHECK(quadratic{0, 2}.neutral());
    for (const quadratic bad : {quadratic{-1, 1}, {1, 0.5f}, {1, 3.5f}, {nan_parameter, 1}, {1, nan_parameter}})
        CHECK(after({0}, {bad}).why == status::bad_parameter);
}

TEST_CASE("reference: softcap is cap tanh(l / cap)") {
    // tanh(ln(3)/2) = (3 - 1)/(3 + 1) = 1/2, so cap 2 takes ln 3 to 1.
    CHECK(near(after({std::log(3.0), 0, -std::log(3.0)}, {softcap{2}}).logits, {1, 0, -1}));
    CHECK(near(after({infinity, 7}, {softcap{2}}).logits, {2}));
    CHECK(near(after({0, -1e300}, {softcap{2}}).logits, {0, -2}));
    CHECK(softcap{}.neutral());
    CHECK(near(after({7, 1}, {softcap{inf_parameter}}).logits, {7, 1}));
    CHECK(after({0}, {softcap{-1}}).why == status::bad_parameter);
    // Both have rounded to the cap; which of them is first is open.
    CHECK(after({3000, 2000}, {softcap{1}}).firsts == ids{0, 1});
}

TEST_CASE("reference: skew raises the running mass to e^s") {
    // e^s = 2: C = .4 .7 .9 1 becomes .16 .49 .81 1, so q = .16 .33 .32 .19 for ids 1 3 0 2. e^s = 1/2: its roots.
    const float ln2 = std::log(2.0f);
    CHECK(about(after(tenths(), {skew{ln2}}).probabilities, {0.32L, 0.16L, 0.19L, 0.33L}));
    CHECK(after(tenths(), {skew{ln2}}).first == 3);
    const auto root = [](real x) { return std::sqrt(x); };
    CHECK(about(after(tenths(), {skew{-ln2}}).probabilities, {root(.9L) - root(.7L), root(.4L), 1 - root(.9L), root(.7L) - root(.4L)}));
    CHECK(near(after(tenths(), {skew{ln2}}).logits[1], after(tenths(), {skew{ln2}}).logs[1]));  // log-probabilities
    CHECK(kept(tenths(), skew{3e38f}) == ids{2});                                               // every power below the last is 0
    CHECK(kept(tenths(), skew{-3e38f}) == ids{1});                                              // every power is 1

    // A token of e^-60: C^2 steps by 2 p there. And one that a long double cannot weigh next to 1 at all.
    CHECK(about(after({0, -60}, {skew{ln2}}).logs[1], -60 + std::log(2.0L)));
    CHECK(about(after({0, -20000}, {skew{ln2}}).logs[1], -20000 + std::log(2.0L)));
    CHECK(skew{}.neutral());
    CHECK(after({0}, {skew{inf_parameter}}).why == status::bad_parameter);
    CHECK(after({0}, {skew{nan_parameter}}).why == status::bad_parameter);
}

TEST_CASE("reference: top_k with all the ties of the k-th") {
    CHECK(kept({2, 3, 3, 3, 1}, top_k{2, 1, ties::all}) == ids{1, 2, 3});
    CHECK(kept({2, 3, 3, 3, 1}, top_k{4, 1, ties::all}) == ids{0, 1, 2, 3});
    CHECK(kept({2, 2, 2}, top_k{1, 1, ties::all}) == ids{0, 1, 2});
}

TEST_CASE("reference: typical takes the tokens nearest to the entropy") {
    // H = 1.2799; -ln p = .9163 1.2040 1.6094 2.3026 for .4 .3 .2 .1, so the distances are .3636 .0759 .3296 1.0227 and
    // the order is .3 (id 3), .2 (id 0), .4 (id 1), .1 (id 2), with masses .3 .5 .9 1.
    CHECK(kept(tenths(), typical{0.25f}) == ids{3});
    CHECK(kept(tenths(), typical{0.31f}) == ids{0, 3});
    CHECK(kept(tenths(), typical{0.6f}) == ids{0, 1, 3});
    CHECK(kept(tenths(), typical{0.95f}) == ids{0, 1, 2, 3});
    CHECK(kept(tenths(), typical{0.25f, 2}) == ids{0, 3});  // in its own order
    CHECK(kept(tenths(), typical{0.25f, 3}) == ids{0, 1, 3});
    CHECK(kept({1, 1, 1, 1}, typical{0.45f}) == ids{0, 1});
    CHECK(typical{1}.neutral());
    CHECK(after({0}, {typical{0}}).why == status::bad_parameter);
    CHECK(after({0}, {typical{nan_parameter}}).why == status::bad_parameter);

    // H is 1.75 bits, from which 1/4 is nearest: its mass meets t, and the next may come too.
    const ruling meets = after(halves(), {typical{0.25f}}).rulings.at(0);
    CHECK(meets.close());
    CHECK(meets.others.size() == 1);
    CHECK_FALSE(after(halves(), {typical{0.2500001f}}).rulings.at(0).close());

    // p = 1/2 and four of 1/8: H is 2 bits, one bit from every token, so that in exact arithmetic the ids decide: 1/8 and
    // then 1/2. A machine may as well begin with 1/2 or come to it last.
    const ruling level = after({0, std::log(4.0), 0, 0, 0}, {typical{0.55f}}).rulings.at(0);
    CHECK(level.ids == ids{1, 0, 2, 3, 4});
    CHECK(level.doubtful[0] + level.doubtful[1] + level.doubtful[2] + level.doubtful[3] > 0);
    CHECK(level.allows({true, true, false, false, false}));
}

TEST_CASE("reference: top_n_sigma measures from the maximum in standard deviations") {
    // 2 0 -2: sigma = sqrt(8/3) = 1.633.
    CHECK(kept({2, 0, -2}, top_n_sigma{1}) == ids{0});
    CHECK(kept({2, 0, -2}, top_n_sigma{1.2f}) == ids{0});      // 2 - 1.960 > 0
    CHECK(kept({2, 0, -2}, top_n_sigma{1.25f}) == ids{0, 1});  // 2 - 2.041 < 0
    CHECK(kept({2, 0, -infinity, -2}, top_n_sigma{1.25f}) == ids{0, 1});
    CHECK(kept({2, 0, -2}, top_n_sigma{1, 2}) == ids{0, 1});
    CHECK(kept({2, 0, -2}, top_n_sigma{inf_parameter}).size() == 3);
    CHECK(kept({3, 3, 3}, top_n_sigma{0.1f}).size() == 3);
    CHECK(after({1, -1}, {top_n_sigma{2}}).rulings.at(0).close());  // sigma 1: exactly at the cut
    CHECK(kept({1, -1}, top_n_sigma{2}).size() == 2);
    CHECK(top_n_sigma{}.neutral());
    CHECK(after({0}, {top_n_sigma{-1}}).why == status::bad_parameter);
}

TEST_CASE("reference: epsilon_cutoff and eta_cutoff compare with probabilities") {
    CHECK(kept(tenths(), epsilon_cutoff{0.25f}) == ids{1, 3});
    CHECK(kept(tenths(), epsilon_cutoff{0.5f}) == ids{1});  // none is as likely: the first lives
    CHECK(kept({0, 0}, epsilon_cutoff{0.75f}) == ids{0});
    CHECK(kept(tenths(), epsilon_cutoff{0.25f, 3}) == ids{0, 1, 3});

    // sqrt(eps) e^-H: .27806 sqrt(eps) for the tenths. eps = .09: .0834 keeps .1; .16: .1112 drops it; .81: .2503; .01: eps itself.
    CHECK(kept(tenths(), eta_cutoff{0.09f}).size() == 4);
    CHECK(kept(tenths(), eta_cutoff{0.16f}) == ids{0, 1, 3});
    CHECK(kept(tenths(), eta_cutoff{0.81f}) == ids{1, 3});
    CHECK(kept({0, -3}, eta_cutoff{0.047f}).size() == 2);  // p = .0474; e^-H = .8316, sqrt(.047) = .217
    CHECK(kept({0, -3}, eta_cutoff{0.048f}).size() == 1);

    // Equal logits of 1/2 meet eps = 1/2; the second may fall, the first is not in question.
    const ruling r = after({0, 0}, {epsilon_cutoff{0.5f}}).rulings.at(0);
    CHECK(r.doubtful == members{false, true});
    for (const float bad : {-0.1f, 1.0f, nan_parameter}) {
        CHECK(after({0}, {epsilon_cutoff{bad}}).why == status::bad_parameter);
        CHECK(after({0}, {eta_cutoff{bad}}).why == status::bad_parameter);
    }
    CHECK(epsilon_cutoff{}.neutral());
    CHECK(eta_cutoff{}.neutral());
}

TEST_CASE("reference: tail_free looks for the bend") {
    // p = 8 4 2 1 over 15: first differences 4 2 1, second 2 1, shares 2/3 1.
    const std::vector<double> row{std::log(8.0), std::log(4.0), std::log(2.0), 0};
    CHECK(kept(row, tail_free{0}) == ids{0});
    CHECK(kept(row, tail_free{0.66f}) == ids{0});
    CHECK(kept(row, tail_free{0.67f}) == ids{0, 1});
    CHECK(kept(row, tail_free{0.99f}) == ids{0, 1});
    CHECK(kept(row, tail_free{0.5f, 3}) == ids{0, 1, 2});
    CHECK(kept({5, 1}, tail_free{0.1f}).size() == 2);     // no second difference
    CHECK(kept({1, 1, 1, 1}, tail_free{0}).size() == 4);  // no bend
    CHECK(tail_free{}.neutral());
    CHECK(after({0}, {tail_free{-0.5f}}).why == status::bad_parameter);

    // p = 7 3 1 1 over 12: first differences 4 2 0, second 2 2, shares 1/2 1.
    const std::vector<double> bends{std::log(7.0), std::log(3.0), 0, 0};
    const ruling r = after(bends, {tail_free{0.5f}}).rulings.at(0);
    CHECK(r.close());
    CHECK(r.allows({true, false, false, false}));
    CHECK(r.allows({true, true, false, false}));
    CHECK_FALSE(r.allows({true, true, true, false}));
    CHECK_FALSE(after(bends, {tail_free{0.4999999f}}).rulings.at(0).close());
}

TEST_CASE("reference: top_a squares the largest probability") {
    CHECK(kept(tenths(), top_a{1}) == ids{0, 1, 3});  // .16
    CHECK(kept(tenths(), top_a{0.6f}).size() == 4);   // .096
    CHECK(kept(tenths(), top_a{0.65f}).size() == 3);  // .104
    CHECK(kept({9, 9}, top_a{1}).size() == 2);
    CHECK(top_a{}.neutral());
    CHECK(after({0}, {top_a{1.5f}}).why == status::bad_parameter);
    CHECK(after({0}, {top_a{-1}}).why == status::bad_parameter);
}

TEST_CASE("reference: xtc drops the top choices but the last of them") {
    const auto fired = [](const xtc& s) { return run_any({tenths(), nothing, {0}}, {s}).ids; };
    CHECK(fired({0.5f, 0.15f}) == ids{0, 2});          // .4 .3 .2 reach it, .2 stays
    CHECK(fired({0.5f, 0.25f}) == ids{0, 2, 3});       // .4 goes
    CHECK(fired({0.5f, 0.35f}).size() == 4);           // alone
    CHECK(fired({0.5f, 0}) == ids{2});                 // all reach 0
    CHECK(fired({0.5f, 0.15f, {1}}) == ids{0, 1, 2});  // protected
    CHECK(fired({0.5f, 0.15f, {}, 2}) == ids{0, 2});
    CHECK(fired({0.5f, 0.15f, {}, 3}).size() == 4);  // fewer would remain: nothing happens

    // The coin fires if u < q, and only a stage that is on takes one.
    CHECK(run_any({tenths(), nothing, {0.4375L}}, {xtc{0.5f, 0.15f}}).ids.size() == 2);
    CHECK(run_any({tenths(), nothing, {0.5L}}, {xtc{0.5f, 0.15f}}).ids.size() == 4);
    CHECK(run_any({tenths(), nothing, {0.9L}}, {xtc{1, 0.15f}}).ids.size() == 2);
    const full_law both = run_any({tenths(), nothing, {0.9L, 0.1L}}, {xtc{0.5f, 0.15f}, xtc{0, 0.15f}, xtc{1, 0.51f}, xtc{0.5f, 0.15f}});
    CHECK(both.coins_used == 2);
    CHECK(both.ids == ids{0, 2});

    // Two halves reach 1/2; whether they do is in doubt.
    const full_law half = run_any({{3, 3}, nothing, {0}}, {xtc{1, 0.5f}});
    CHECK(half.rulings.at(0).doubtful[0]);
    CHECK(half.rulings.at(0).allows({true, true}));
    CHECK_FALSE(half.rulings.at(0).allows({true, false}));
    for (const xtc& bad : {xtc{1.5f, 0.1f}, {-1, 0.1f}, {0.5f, -0.1f}, {0.5f, nan_parameter}, {nan_parameter, 0.1f}, {0.5f, 0.1f, {4}}})
        CHECK(run_any({tenths(), nothing, {0}}, {bad}).why == status::bad_parameter);
}

TEST_CASE("reference: xtc_mean is the average of both outcomes") {
    // Of .4 .3 .2 .1, .4 and .3 would go (P = .7). With pi = 1/2: .2 .15, and the others times 1/2 + .5/.3 = 13/6.
    const full_law mean = after(tenths(), {xtc_mean{0.5f, 0.15f}});
    CHECK(near(mean.probabilities, {0.2L * 13 / 6, 0.2L, 0.1L * 13 / 6, 0.15L}));
    CHECK(mean.first == 0);

    // That is half of the law without and half of the law with it.
    const full_law with = run_any({tenths(), nothing, {0}}, {xtc{1, 0.15f}});
    CHECK(near(with.probabilities, {2 / 3.0L, 1 / 3.0L}));
    CHECK(near(mean.probabilities[0], (0.2L + with.probabilities[0]) / 2));
    CHECK(near(after(tenths(), {xtc_mean{1, 0.15f}}).probabilities, with.probabilities));
    CHECK(near(after(tenths(), {xtc_mean{0.5f, 0.35f}}).probabilities, {0.2L, 0.4L, 0.1L, 0.3L}));

    // +inf logits are probabilities now: of three thirds the first two go.
    CHECK(near(after({infinity, infinity, infinity}, {xtc_mean{0.5f, 0.25f}}).probabilities, {1 / 6.0L, 1 / 6.0L, 4 / 6.0L}));
}

TEST_CASE("reference: top_h bounds the entropy of the prefix, top_h_sum its part of the sum") {
    // In bits, H = 1.75. Prefixes of 1/2 1/4 1/8 1/8 renormalised: 0, log2(3) - 2/3 = .918, log2(7) - 10/7 = 1.379, 1.75.
    CHECK(kept(halves(), top_h{0.5f}) == ids{0});         // .875
    CHECK(kept(halves(), top_h{0.53f}) == ids{0, 1});     // .9275
    CHECK(kept(halves(), top_h{0.78f}) == ids{0, 1});     // 1.365
    CHECK(kept(halves(), top_h{0.79f}) == ids{0, 1, 2});  // 1.3825
    CHECK(kept(halves(), top_h{0.999f}) == ids{0, 1, 2});
    CHECK(kept(halves(), top_h{0.01f, 2}) == ids{0, 1});
    // Sums: .5 1 1.375 1.75.
    CHECK(kept(halves(), top_h_sum{0.1f}) == ids{0});
    CHECK(kept(halves(), top_h_sum{0.5f}) == ids{0});        // .875
    CHECK(kept(halves(), top_h_sum{0.6f}) == ids{0, 1});     // 1.05
    CHECK(kept(halves(), top_h_sum{0.8f}) == ids{0, 1, 2});  // 1.4
    // 1/2 and four of 1/8 have 2 bits; the first two .875 of them.
    CHECK(after({std::log(4.0), 0, 0, 0, 0}, {top_h_sum{0.4375f}}).rulings.at(0).close());
    CHECK_FALSE(after({std::log(4.0), 0, 0, 0, 0}, {top_h_sum{0.4374999f}}).rulings.at(0).close());
    CHECK(top_h{}.neutral());
    for (const float bad : {0.0f, -0.5f, 1.5f, nan_parameter}) {
        CHECK(after({0}, {top_h{bad}}).why == status::bad_parameter);
        CHECK(after({0}, {top_h_sum{bad}}).why == status::bad_parameter);
    }
}

TEST_CASE("reference: p_less compares with the chance of the same token twice") {
    CHECK(kept(tenths(), p_less{}) == ids{1, 3});  // .16 + .09 + .04 + .01 = .3, and .3 meets it
    CHECK_FALSE(after(tenths(), {p_less{}}).rulings.at(0).close());
    CHECK(kept(halves(), p_less{}) == ids{0});  // .34375
    CHECK(kept({7, 7, 7}, p_less{}).size() == 3);
    CHECK(kept({7}, p_less{}).size() == 1);
    CHECK(kept(halves(), p_less{3}) == ids{0, 1, 2});

    CHECK(kept(halves(), p_less_norm{}).size() == 4);             // (1.375 - 1)/3 = 1/8, which two tokens meet
    CHECK(kept(tenths(), p_less_norm{}).size() == 4);             // .2/3
    CHECK(kept({std::log(8.0), 0, 0}, p_less_norm{}) == ids{0});  // p .8 .1 .1: (3 * .66 - 1)/2 = .49
    CHECK(kept({7, 7, 7}, p_less_norm{}).size() == 3);
    CHECK(kept({7}, p_less_norm{}).size() == 1);

    // Of two tokens only equals meet the cut, but 1 - 1e-6 of it is enough.
    CHECK(kept({0, -1e-9}, p_less{}).size() == 2);
    CHECK(kept({0, -1e-3}, p_less{}).size() == 1);
    // p/cut - 1 is half the step above -1e-6, less 1e-12 for what the squares add: -.5e-12, 4e-12 and -3e-12.
    CHECK(after({0, -2e-6 + 1e-12}, {p_less{}}).rulings.at(0).close());
    CHECK(kept({0, -2e-6 + 1e-11}, p_less{}).size() == 2);
    CHECK_FALSE(after({0, -2e-6 + 1e-11}, {p_less{}}).rulings.at(0).close());
    CHECK(kept({0, -2e-6 - 4e-12}, p_less{}).size() == 1);
    CHECK_FALSE(after({0, -2e-6 - 4e-12}, {p_less{}}).rulings.at(0).close());
}

TEST_CASE("reference: min_k cuts at the steepest step") {
    // 5 4 1 0: R = 5, steps 1 3 1 over their places: 1 1.5 .33, so k = 2.
    CHECK(kept({5, 4, 1, 0}, min_k{0}) == ids{0, 1});
    CHECK(kept({5, 4, 1, 0}, min_k{14.9f}) == ids{0, 1});     // floor 2
    CHECK(kept({5, 4, 1, 0}, min_k{15.1f}) == ids{0, 1, 2});  // floor 3
    CHECK(kept({5, 4, 1, 0}, min_k{inf_parameter}).size() == 4);
    CHECK(kept({5, 4, -infinity, 1, 0}, min_k{0}) == ids{0, 1});  // the living only
    // 5 4 4 3.9: R = 1.1; k = 1 by the steps, 2 by 2.5/1.1, and the tie of the second.
    CHECK(kept({5, 4, 4, 3.9}, min_k{0}) == ids{0});
    CHECK(kept({5, 4, 4, 3.9}, min_k{2.5f}) == ids{0, 1, 2});
    CHECK(kept({3, 3, 3}, min_k{0}).size() == 3);
    CHECK(kept({3}, min_k{0}).size() == 1);
    CHECK(kept({5, 4, 1, 0}, min_k{0, 3}) == ids{0, 1, 2});
    CHECK(min_k{}.neutral());
    CHECK(after({0}, {min_k{nan_parameter}}).why == status::bad_parameter);

    // 4 3 1 0: 1 and 2/2, a draw that the first step wins.
    const ruling r = after({4, 3, 1, 0}, {min_k{0}}).rulings.at(0);
    CHECK(r.keep == members{true, false, false, false});
    CHECK(r.allows({true, true, false, false}));
    CHECK_FALSE(r.allows({true, true, true, false}));
}

TEST_CASE("reference: repetition divides the positive and multiplies the negative, once per id") {
    const history past{{0, 0, 1}, {2}};
    CHECK(near(after({2, -2, 0.5, 7}, past, repetition_penalty{2}).logits, {1, -4, 0.25L, 7}));
    CHECK(near(after({2, -2, 0.5, 7}, past, repetition_penalty{2, 2}).logits, {2, -4, 0.25L, 7}));  // the last two: 1, 2
    CHECK(near(after({2, -2, 0.5, 7}, past, repetition_penalty{2, -1, scope::output}).logits, {2, -2, 0.25L, 7}));
    CHECK(near(after({2, -2, 0.5, 7}, past, repetition_penalty{2, -1, scope::prompt}).logits, {1, -4, 0.5L, 7}));
    CHECK(near(after({2, -2, 0.5, 7}, past, repetition_penalty{0.5f}).logits, {4, -1, 1, 7}));
    CHECK(near(after({2, 0}, {{1, 40, -3}, {}}, repetition_penalty{2}).logits, {2, 0}));  // 0 is 0; ids from elsewhere are nobody
    // The current logit counts: 2/T = 4, then 4/2.
    CHECK(near(run_any({{2, 0}, {{0}, {}}}, {temperature{0.5f}, repetition_penalty{2}}).logits, {2, 0}));
    // After softmax every logit is negative: ln(1/2) twice over.
    CHECK(near(run_any({{3, 3}, {{0}, {}}}, {softmax{}, repetition_penalty{2}}).logits, {-2 * std::log(2.0L), -std::log(2.0L)}));
    CHECK(repetition_penalty{1}.neutral());
    CHECK(repetition_penalty{2, 0}.neutral());
    for (const repetition_penalty& bad : {repetition_penalty{0}, {-1}, {nan_parameter}, {2, -2}})
        CHECK(after({0}, {bad}).why == status::bad_parameter);
}

TEST_CASE("reference: frequency counts, presence does not") {
    const history past{{1, 1, 1}, {0, 0, 2}};
    CHECK(near(after({2, -2, 0.5}, past, frequency_penalty{0.5f}).logits, {1, -2, 0}));
    CHECK(near(after({2, -2, 0.5}, past, presence_penalty{0.5f}).logits, {1.5L, -2, 0}));
    CHECK(near(after({2, -2, 0.5}, past, frequency_penalty{0.5f, 2}).logits, {1.5L, -2, 0}));
    CHECK(near(after({2, -2, 0.5}, past, frequency_penalty{0.5f, -1, scope::both}).logits, {1, -3.5L, 0}));
    CHECK(near(after({2, -2, 0.5}, past, frequency_penalty{0.5f, 4, scope::both}).logits, {1, -2.5L, 0}));
    CHECK(near(after({2, -2, 0.5}, past, frequency_penalty{-1}).logits, {4, -2, 1.5L}));
    CHECK(frequency_penalty{}.neutral());
    CHECK(after({0}, {frequency_penalty{inf_parameter}}).why == status::bad_parameter);
    CHECK(after({0}, {presence_penalty{nan_parameter}}).why == status::bad_parameter);

    // The three at once: 2/2 - 2 * .25 - .125; id 1 only by repetition; -inf stays.
    CHECK(near(after({2, -2, -infinity, 0}, past, penalties{2, 0.25f, 0.125f}).logits, {0.375L, -4, 0}));
    // 0.5 and -0.5 end at the same: ids 0 then 1.
    CHECK(after({1, 0.5}, {{}, {0}}, presence_penalty{0.5f}).first == 0);
}

TEST_CASE("reference: penalties leave no doubt where doubles are exact, and some where they are not") {
    // 1 - .5 is a double, so the tie is one. 1/3 is none: whether it is over or under the double next to it is open.
    CHECK(after({1, 0.5}, {{}, {0}}, presence_penalty{0.5f}).firsts == ids{0});
    CHECK(after({1, 1 / 3.0}, {{0}, {}}, repetition_penalty{3}).firsts == ids{0, 1});
    CHECK(after({1, 1}, {{0, 1}, {}}, repetition_penalty{3}).firsts == ids{0});  // treated alike
    const full_law k = run_any({{1, 1 / 3.0, 0}, {{0}, {}}}, {repetition_penalty{3}, top_k{1}});
    CHECK(k.rulings.at(0).doubtful == members{true, true, false});
}

TEST_CASE("reference: dry counts how much has been said before") {
    // 1 2 3 1 2: 3 went on from "1 2", length 2. Nothing else went on from a 2.
    const history past{{1, 2, 3}, {1, 2}};
    const std::vector<double> row(5, 0.0);
    CHECK(near(after(row, past, dry{0.5f, 2}).logits, {0, 0, 0, -0.5L, 0}));
    CHECK(near(after(row, past, dry{0.5f, 2, 1}).logits, {0, 0, 0, -1, 0}));
    CHECK(near(after(row, past, dry{0.5f, 2, 3}).logits, {0, 0, 0, 0, 0}));
    CHECK(near(after(row, past, dry{0.5f, 2, 0}).logits, {0, 0, 0, -2, 0}));        // no match of length 0
    CHECK(near(after(row, past, dry{0.5f, 2, 1, 4}).logits, {0, 0, 0, -0.5L, 0}));  // 2 3 1 2: length 1
    CHECK(near(after(row, past, dry{0.5f, 2, 1, 2}).logits, {0, 0, 0, 0, 0}));      // 1 2

    // 4 4 4 4 overlaps itself: length 3.
    CHECK(near(after(row, {{4, 4, 4, 4}, {}}, dry{0.5f, 2}).logits, {0, 0, 0, 0, -1}));
    // The longest counts: 1 2 3, 2 3, 1 2: 3 after "1 2" and after "2".
    CHECK(near(after(row, {{1, 2, 3, 0, 2, 3, 1, 2}, {}}, dry{1, 2, 1}).logits, {0, 0, 0, -2, 0}));

    // A breaker ends a match and is not penalised itself.
    CHECK(near(after(row, past, dry{1, 2, 1, -1, {1}}).logits, {0, 0, 0, -1, 0}));
    CHECK(near(after(row, past, dry{1, 2, 1, -1, {2}}).logits, {0, 0, 0, 0, 0}));
    CHECK(near(after(row, past, dry{1, 2, 1, -1, {3}}).logits, {0, 0, 0, 0, 0}));

    // 1.75^4998 is no float; the largest one is subtracted instead.
    const full_law long_story = after({0, 0}, {std::vector<token_id>(5000, 0), {}}, dry{1});
    CHECK(long_story.logits[0] == -real(std::numeric_limits<float>::max()));
    CHECK(long_story.ids.size() == 2);
    CHECK(dry{}.neutral());
    CHECK(dry{1, 2, 2, 0}.neutral());
    for (const dry& bad : {dry{-1}, {1, 0.5f}, {nan_parameter}, {1, 2, -1}, {1, 2, 2, -2}, {1, 2, 2, -1, {5}}})
        CHECK(after(row, {bad}).why == status::bad_parameter);
}

TEST_CASE("reference: no_repeat_ngram, bad_words and sequence_bias look at the end of the history") {
    const history past{{1, 2, 3}, {1, 2}};
    const std::vector<double> row(6, 0.0);
    CHECK(after(row, past, no_repeat_ngram{1}).ids == ids{0, 4, 5});
    CHECK(after(row, past, no_repeat_ngram{2}).ids == ids{0, 1, 2, 4, 5});
    CHECK(after(row, past, no_repeat_ngram{3}).ids == ids{0, 1, 2, 4, 5});
    CHECK(after(row, past, no_repeat_ngram{4}).ids.size() == 6);
    CHECK(after(row, past, no_repeat_ngram{9}).ids.size() == 6);
    CHECK(after(row, {{7, 7, 7}, {}}, no_repeat_ngram{2}).ids.size() == 6);
    CHECK(after(row, {no_repeat_ngram{-1}}).why == status::bad_parameter);

    CHECK(after(row, past, bad_words{{{4}, {1, 2, 0}, {2, 2, 5}, {1, 2, 3, 1, 2, 1}, {0, 1, 2, 3, 1, 2, 2}}}).ids == ids{2, 3, 5});
    CHECK(after(row, past, bad_words{{{}}}).why == status::bad_parameter);
    CHECK(after(row, past, bad_words{{{6, 1}}}).why == status::bad_parameter);

    const sequence_bias bias{{{{4}, 1}, {{1, 2, 0}, 2}, {{2, 0}, 0.5f}, {{2, 2, 5}, 9}, {{2, 1}, -inf_parameter}}};
    CHECK(after(row, past, bias).ids == ids{0, 2, 3, 4, 5});
    CHECK(near(after(row, past, bias).logits, {2.5L, 0, 0, 1, 0}));
}

TEST_CASE("reference: min_tokens, exponential_length and encoder_repetition") {
    const std::vector<double> row{-3, 2, 0};
    CHECK(after(row, {{1, 1, 1}, {1}}, min_tokens{2, {0, 2}}).ids == ids{1});  // the prompt does not count
    CHECK(after(row, {{}, {1, 1}}, min_tokens{2, {0, 2}}).ids.size() == 3);
    CHECK(after(row, {}, min_tokens{1, {0, 1, 2}}).why == status::empty);
    CHECK(after(row, {}, min_tokens{-1, {0}}).why == status::bad_parameter);

    // Two past the start, factor 2: + |l| (4 - 1).
    const history three{{1}, {1, 1, 1}};
    CHECK(near(after(row, three, exponential_length{1, 2, 0}).logits, {6, 2, 0}));
    CHECK(near(after(row, three, exponential_length{1, 2, 1}).logits, {-3, 8, 0}));
    CHECK(near(after(row, three, exponential_length{1, 2, 2}).logits, {-3, 2, 0}));
    CHECK(near(after(row, three, exponential_length{3, 2, 0}).logits, {-3, 2, 0}));
    CHECK(near(after(row, three, exponential_length{2, 0.5f, 1}).logits, {-3, 1, 0}));
    CHECK(exponential_length{}.neutral());
    CHECK(after(row, {exponential_length{1, 2, 3}}).why == status::bad_parameter);
    CHECK(after(row, {exponential_length{1, 0, 0}}).why == status::bad_parameter);

    CHECK(near(after(row, {{0, 1, 1}, {2}}, encoder_repetition{2}).logits, {-1.5L, 4, 0}));
    CHECK(after(row, {encoder_repetition{0}}).why == status::bad_parameter);
}

TEST_CASE("reference: logit_bias adds, bans and forces") {
    const std::vector<double> row{1, 2, -infinity, 0};
    CHECK(near(after(row, {logit_bias{{{0, 3.0f}, {3, -1.0f}, {0, 0.5f}}}}).logits, {4.5L, 2, -1}));
    CHECK(kept(row, logit_bias{{{1, -inf_parameter}}}) == ids{0, 3});
    CHECK(kept(row, logit_bias{{{1, inf_parameter}}}) == ids{1});
    CHECK(kept(row, logit_bias{{{1, inf_parameter}, {2, inf_parameter}}}) == ids{1});      // -inf stays
    CHECK(kept(row, logit_bias{{{1, inf_parameter}, {1, -inf_parameter}}}) == ids{0, 3});  // the ban wins
    CHECK(kept(row, logit_bias{{{1, -inf_parameter}, {1, inf_parameter}}}) == ids{0, 3});
    CHECK(after(row, {logit_bias{{{1, -inf_parameter}}}, logit_bias{{{1, inf_parameter}}}}).ids == ids{0, 3});
    CHECK(near(after(row, {logit_bias{{{1, inf_parameter}, {3, inf_parameter}}}, logit_bias{{{3, 5}}}}).probabilities, {0.5L, 0.5L}));
    CHECK(after(row, {logit_bias{{{4, 1.0f}}}}).why == status::bad_parameter);
    CHECK(after(row, {logit_bias{{{-1, 1.0f}}}}).why == status::bad_parameter);
    CHECK(after(row, {logit_bias{{{0, nan_parameter}}}}).why == status::bad_parameter);
}

TEST_CASE("reference: masks") {
    const std::vector<double> row(40, 0.0);
    const std::vector<double> four(4, 0.0);
    CHECK(kept(four, ban{{0, 2, 2}}) == ids{1, 3});
    CHECK(kept(four, allow_only{{3, 1, 3}}) == ids{1, 3});
    CHECK(after(four, {allow_only{}}).why == status::empty);
    CHECK(after(four, {ban{{0, 1, 2, 3}}}).why == status::empty);
    CHECK(after(four, {ban{{4}}}).why == status::bad_parameter);
    CHECK(after(four, {allow_only{{-1}}}).why == status::bad_parameter);

    // Bits 1 and 31 of word 0, bit 0 of word 1; what is past the vocabulary is nothing.
    CHECK(kept(row, allow{{0x80000002u, 1u}, past_end::ban}) == ids{1, 31, 32});
    CHECK(kept(four, allow{{0xfffffff8u, 7u}, past_end::ban}) == ids{3});
    CHECK(kept(row, allow{{0x2u}, past_end::keep}) == ids{1, 32, 33, 34, 35, 36, 37, 38, 39});
    CHECK(kept(row, allow{{0x2u}, past_end::ban}) == ids{1});
    CHECK(after(four, {allow{}}).why == status::empty);

    CHECK(after(four, {{1}, {}}, suppress_at_begin{{0}}).ids == ids{1, 2, 3});
    CHECK(after(four, {{}, {1}}, suppress_at_begin{{0}}).ids.size() == 4);
    CHECK(after(four, {{2, 2}, {1}}, force{1, 3}).ids == ids{3});
    CHECK(after(four, {{2, 2}, {1}}, force{0, 3}).ids.size() == 4);
    CHECK(after({0, -infinity}, {force{0, 1}}).why == status::empty);
    CHECK(after(four, {force{-1, 1}}).why == status::bad_parameter);
}

TEST_CASE("reference: a NaN is found by the first stage that reads, and a mask is none") {
    const std::vector<double> row{std::nan(""), 1, 2};
    CHECK(after(row, {ban{{0}}}).ids == ids{1, 2});
    CHECK(after(row, {temperature{0.5f}, ban{{0}}}).ids == ids{1, 2});
    CHECK(near(after(row, {temperature{0.5f}, ban{{0}}}).logits, {2, 4}));
    CHECK(after(row, {temperature{0.5f}}).why == status::nan_logit);
    CHECK(after(row, {temperature{0}, ban{{0}}}).why == status::nan_logit);
    CHECK(after(row, {temperature{inf_parameter}, ban{{0}}}).why == status::nan_logit);
    CHECK(after(row, {top_k{1}, ban{{0}}}).why == status::nan_logit);
    CHECK(after(row, {top_k{0}, ban{{0}}}).ids == ids{1, 2});  // a stage that is off reads nothing
    CHECK(after(row, {logit_bias{{{0, -inf_parameter}}}}).why == status::nan_logit);
    CHECK(after(row, {ban{{1, 2}}}).why == status::nan_logit);
    CHECK(after(row, {ban{{0, 1, 2}}, top_k{1}}).why == status::empty);
    CHECK(after(row, {ban{{0}}, top_k{-1}}).why == status::bad_parameter);
}

TEST_CASE("reference: +inf beats what is read with it and stays") {
    const std::vector<double> row{infinity, 5, infinity, infinity};
    CHECK(after(row, {ban{{0, 2, 3}}}).ids == ids{1});                   // not yet read
    CHECK(after(row, {top_k{3}, ban{{0, 2, 3}}}).why == status::empty);  // read: 5 is gone
    CHECK(after(row, {ban{{0}}, top_k{1}}).ids == ids{2});
    CHECK(after(row, {logit_bias{{{2, -inf_parameter}}}}).ids == ids{0, 3});
    const history past{{0}, {0}};
    for (const any_stage& each :
         any_pipeline{temperature{0.1f}, temperature{inf_parameter}, dynamic_temperature{0.5f, 2, 1}, quadratic{1, 2}, softcap{3},
                      logit_bias{{{0, 7.0f}}}, repetition_penalty{2}, frequency_penalty{2}, dry{1, 2, 1}, encoder_repetition{3},
                      exponential_length{0, 2, 0}, min_p{1}, top_n_sigma{1}, p_less{}, min_k{0}, tail_free{0}, top_a{1}}) {
        const full_law l = after(row, past, each);
        CHECK(l.ids == ids{0, 2, 3});
        CHECK(near(l.probabilities, {1 / 3.0L, 1 / 3.0L, 1 / 3.0L}));
    }
    CHECK(after(row, {temperature{0}}).ids == ids{0});
    CHECK(after(row, {temperature{0.5f}, top_k{1}}).infinite);
    CHECK_FALSE(after(row, {softmax{}}).infinite);
    CHECK(near(after(row, {softmax{}}).logits, {-std::log(3.0L), -std::log(3.0L), -std::log(3.0L)}));
}

TEST_CASE("reference: guidance leans away from the other row") {
    CHECK(near(after({1, 2}, {guidance{{0, 1}, 3}}).logits, {3, 4}));
    CHECK(near(after({1, 2}, {guidance{{5, 1}, 0}}).logits, {5, 1}));  // all of the other
    CHECK(near(after({1, 2}, {guidance{{5, 1}, 0.5f}}).logits, {3, 1.5L}));
    CHECK(near(after({1, 2}, {guidance{{5, 1}, -1}}).logits, {9, 0}));
    CHECK(after({1, 2}, {guidance{{5, -infinity}, 2}}).ids == ids{0});
    CHECK(after({1, -infinity}, {guidance{{5, std::nan("")}, 2}}).ids == ids{0});
    CHECK(after({1, 2}, {guidance{{5, std::nan("")}, 2}}).why == status::nan_logit);
    CHECK(after({1, 2}, {guidance{{5, infinity}, 2}}).why == status::nan_logit);  // inf - inf
    CHECK(after({infinity, 2}, {guidance{{5, infinity}, 2}}).ids == ids{0});
    CHECK(after({infinity, 2}, {guidance{{5, 1}, -2}}).why == status::empty);
    CHECK(after({1, 2}, {guidance{{5, -infinity}, 1}}).ids.size() == 2);  // off
    CHECK(after({1, 2}, {guidance{{5}, 2}}).why == status::bad_parameter);
    CHECK(after({1, 2}, {guidance{{5, 1}, nan_parameter}}).why == status::bad_parameter);
    // 2^52 and one more, twice over: the difference survives.
    const double far = 4503599627370496.0;
    CHECK(near(after({far, far + 1}, {guidance{{far, far}, 3}}).logs[0] - after({far, far + 1}, {guidance{{far, far}, 3}}).logs[1], -3));
}

TEST_CASE("reference: contrastive keeps what the expert thinks likely and subtracts the amateur") {
    // .6 * .4 = .24 keeps .4 and .3; then 2 l - a.
    const std::vector<double> row = tenths();
    const full_law l = after(row, {contrastive{{9, 1, 9, 2}, 0.6f, 1}});
    CHECK(l.ids == ids{1, 3});
    CHECK(near(l.logits, {2 * real(row[1]) - 1, 2 * real(row[3]) - 2}));
    CHECK(after(row, {contrastive{{}, 0.6f, 1}}).why == status::bad_parameter);
    CHECK(after(row, {contrastive{{1, 1, 1, std::nan("")}, 0.9f, 1}}).ids == ids{1});  // only the kept are read
    CHECK(after(row, {contrastive{{1, 1, 1, std::nan("")}, 0.6f, 1}}).why == status::nan_logit);
    // The amateur's -inf counts as its lowest among the kept: 1. Its +inf removes.
    CHECK(near(after(row, {contrastive{{9, 1, 9, -infinity}, 0.6f, 1}}).logits, {2 * real(row[1]) - 1, 2 * real(row[3]) - 1}));
    CHECK(after(row, {contrastive{{9, 1, 9, infinity}, 0.6f, 1}}).ids == ids{1});
    CHECK(near(after(row, {contrastive{{9, 1, 9, 2}, 0.6f, 0}}).probabilities, {4 / 7.0L, 3 / 7.0L}));
    CHECK(after(row, {contrastive{{1, 1, 1, 1}, 0.75f, 1}}).rulings.at(0).close());
    CHECK(contrastive{{}, 0, 0}.neutral());
    for (const contrastive& bad : {contrastive{row, 1.5f, 1}, {row, -1, 1}, {row, 0.5f, -1}, {row, 0.5f, nan_parameter}})
        CHECK(after(row, {bad}).why == status::bad_parameter);
}

TEST_CASE("reference: mirostat cuts by surprise and learns from it") {
    // -log2 p: 1.32 1.74 2.32 3.32.
    const mirostat draw{1, 0.1f};
    CHECK(near(draw.start().mu, 2));
    CHECK(kept(tenths(), draw.stage({2})) == ids{1, 3});
    CHECK(kept(tenths(), draw.stage({0.5L})) == ids{1});
    CHECK(kept(tenths(), draw.stage({-7})) == ids{1});
    CHECK(kept(tenths(), draw.stage({4})).size() == 4);
    CHECK(after({0, 0}, {draw.stage({1})}).rulings.at(0).close());  // one bit each
    // p' = 4/7 is .80735 bits: mu - .1 (.80735 - 1).
    CHECK(about(draw.accept({2}, 4 / 7.0L).mu, 2.019264508L));
    CHECK(near(mirostat{3, 0.5f}.accept({6}, 0.125L).mu, 6));  // as surprising as asked
    CHECK(after({0}, {mirostat{-1, 0.1f}.stage({2})}).why == status::bad_parameter);
    CHECK(after({0}, {mirostat{1, nan_parameter}.stage({2})}).why == status::bad_parameter);
}

TEST_CASE("reference: mirostat_v1 fits a power law") {
    const mirostat_v1 draw{};
    const auto count = [&](const std::vector<double>& row, real mu) { return kept(row, draw.stage({mu})).size(); };
    // p ~ i^-2, n = 4: s = 2, e = 1, k = (2^mu / (3/4))^(1/2) = 3.27, 1.15, 4.6.
    const std::vector<double> squares{0, -std::log(4.0), -std::log(9.0), -std::log(16.0)};
    CHECK(count(squares, 3) == 3);
    CHECK(count(squares, 0) == 1);
    CHECK(count(squares, 4) == 4);
    CHECK(count(squares, -50) == 1);
    // p ~ 1/i: e = 0, k = 2^mu / ln 4 = 1.44, 2.89.
    const std::vector<double> harmonic{0, -std::log(2.0), -std::log(3.0), -std::log(4.0)};
    CHECK(count(harmonic, 1) == 1);
    CHECK(count(harmonic, 2) == 2);
    // p ~ i^-1/2: e = -1/2, k = (2^mu / 2 / (4^(1/2) - 1))^2 = (2^mu / 2)^2 = 2.25 at 2^mu = 3.
    const std::vector<double> roots{0, -std::log(2.0) / 2, -std::log(3.0) / 2, -std::log(4.0) / 2};
    CHECK(count(roots, std::log2(3.0L)) == 2);
    CHECK(after(roots, {draw.stage({2})}).rulings.at(0).close());  // (4/2)^2 = 4, on the edge of the floor
    CHECK_FALSE(after(roots, {draw.stage({std::log2(3.0L)})}).rulings.at(0).close());
    // Equals: s = 0, and 2^mu/(n - 1) to an infinite power.
    CHECK(count({1, 1, 1, 1}, 2) == 4);
    CHECK(count({1, 1, 1, 1}, 1) == 1);
    CHECK(after({1, 1, 1, 1, 1}, {draw.stage({2})}).rulings.at(0).close());
    CHECK(count({1}, -3) == 1);
    // m = 2 sees the first step only: s = log2(4) = 2 there, whatever follows.
    CHECK(kept({0, -std::log(4.0), -50, -90}, mirostat_v1{5, 0.1f, 2}.stage({3})).size() == 3);
    CHECK(after({0}, {mirostat_v1{5, 0.1f, 1}.stage({2})}).why == status::bad_parameter);
}

TEST_CASE("reference: adaptive_p prefers a probability") {
    // Balanced: t' = t. Distances of .4 .3 .2 .1 from .4 in units of .3: 0 1/3 2/3 1, so 5 - 10 d^2/(1 + d) is
    // 5, 25/6, 7/3, 0.
    const adaptive_p draw{0.4f, 0.9f};
    CHECK(about(after(tenths(), {draw.stage(draw.start())}).logits, {7 / 3.0L, 5, 0, 25 / 6.0L}));
    CHECK(near(adaptive_p{0.5f, 0.5f}.start().sum, 1));
    CHECK(near(adaptive_p{0.5f, 0.5f}.start().weight, 2));
    // S <- p + S/2, W <- 1 + W/2: .75/2, so the next aim is 1 - .375. And it stays in [0, 1].
    const average next = adaptive_p{0.5f, 0.5f}.accept({1, 2}, 0.25L);
    CHECK(near(next.sum, 0.75L));
    CHECK(near(next.weight, 2));
    CHECK(near(adaptive_p{0.5f, 0.5f}.stage(next).aim(), 0.625L));
    CHECK(near(adaptive_p{0.25f, 0.5f}.stage({2, 2}).aim(), 0));
    CHECK(near(adaptive_p{0.75f, 0.5f}.stage({0, 2}).aim(), 1));
    for (const adaptive_p bad : {adaptive_p{-0.1f, 0.9f}, {1.1f, 0.9f}, {0.5f, 0.995f}, {0.5f, -0.1f}, {nan_parameter, 0.9f}})
        CHECK(after({0}, {bad.stage({0, 1})}).why == status::bad_parameter);
    CHECK(adaptive_p{0.5f, 0.99f}.valid());
}

TEST_CASE("reference: gumbel and without_replacement take the largest of l + g") {
    // Logits 2 4 1 3 as weights; noise turns the order into 0, 3, 1, 2.
    const std::vector<real> g{3, 0, 0, 1};
    const auto noise = [&](token_id id) { return g[static_cast<std::size_t>(id)]; };
    const law l = run({2, 4, 1, 3}, {});  // sums 5 4 1 4
    CHECK(gumbel(l, noise).ids == ids{0});
    CHECK(near(gumbel(l, noise).gap, 1));
    CHECK(without_replacement(l, 3, noise).ids == ids{0, 1, 3});  // 4 and 4: the first in the order
    CHECK(std::abs(without_replacement(l, 3, noise).gap) <= 1e-15L);
    CHECK(without_replacement(l, 9, noise).ids == ids{0, 1, 3, 2});
    CHECK(gumbel(run({7}, {}), noise).gap == std::numeric_limits<real>::infinity());
    CHECK_FALSE(valid_count(0));

    // u is in the middle of 2^52 cells: -ln(-ln(2^-53)), and near 1 u = 1 - 2^-53.
    CHECK(near(gumbel_noise(0), -std::log(53 * std::log(2.0L))));
    CHECK(about(gumbel_noise(~std::uint64_t{0}), 53 * std::log(2.0L)));
}

TEST_CASE("reference: a close ruling can be followed") {
    // Four equals meet p = 1/2 after two.
    const situation at{std::vector<double>(4, 1.0)};
    const any_pipeline stages{top_p{0.5f}, softmax{}};
    CHECK(run_any(at, stages).ids == ids{0, 1});
    CHECK(run_any(at, stages).rulings.at(0).doubtful == members{false, false, true, false});
    CHECK(run_any(at, stages, way({1})).ids == ids{0, 1, 2});
    CHECK(near(run_any(at, stages, way({1})).logits[0], -std::log(3.0L)));
    CHECK(run_any(at, stages, way({0})).ids == ids{0, 1});
    CHECK(run_any(at, stages, follow({{0, 1, 2}})).ids == ids{0, 1, 2});
    CHECK(run_any(at, stages, follow({{0, 1, 2, 3}})).ids == ids{0, 1});  // not allowed
    CHECK(run_any(at, stages, follow({{0, 2, 3}})).ids == ids{0, 1});

    // 1/2 1/4 1/8 1/8 at eps = 1/8: the two equals stand or fall together as sets, and each is in doubt.
    const ruling r = run_any({halves()}, {epsilon_cutoff{0.125f}}).rulings.at(0);
    CHECK(r.doubtful == members{false, false, true, true});
    REQUIRE(r.others.size() == 1);
    CHECK(r.allows({true, true, false, false}));
}

TEST_CASE("reference: near ties stand in any order at every edge, but for what is certain") {
    // 1 2 3 4 5, the middle three as good as equal; 2 and 4 are so by the same way, and 2 is before 4 for ever.
    const auto token_of = [](token_id id, real below, real error, std::uint64_t origin) { return token{id, below, below, error, origin}; };
    working_set s;
    s.tokens = {token_of(1, 0, 0, 1), token_of(2, -1, 0x1p-60L, 2), token_of(3, -1 - 0x1p-61L, 0x1p-60L, 3),
                token_of(4, -1 - 0x1p-60L, 0x1p-60L, 2), token_of(5, -2, 0, 5)};
    const ruling two = prefix(s, 2, {}, 1);
    CHECK(two.doubtful == members{false, true, true, false, false});
    CHECK(two.allows({true, true, false, false, false}));
    CHECK(two.allows({true, false, true, false, false}));
    CHECK_FALSE(two.allows({true, false, false, true, false}));
    CHECK_FALSE(two.allows({true, false, true, true, false}));
    CHECK_FALSE(two.allows({false, true, true, false, false}));

    // The edge behind all three is certain; one that may come before it is not.
    CHECK_FALSE(prefix(s, 4, {}, 1).close());
    const ruling less = prefix(s, 4, {3}, 1);
    CHECK(less.allows({true, true, false, true, false}));
    CHECK(less.allows({true, true, true, false, false}));
    CHECK_FALSE(less.allows({true, false, true, true, false}));
    CHECK_FALSE(less.allows({true, true, false, false, false}));

    // Without an error ids decide, whatever the origins.
    for (token& t : s.tokens) t.error = 0;
    CHECK_FALSE(prefix(s, 2, {}, 1).close());
}

TEST_CASE("reference: xtc leaves the last of near ties, and the protected") {
    // As double, 1/3 after a penalty of 3 and the 1 beside it are one or two: either may be the last.
    const situation at{{1, 1 / 3.0, 1, 0}, {{0}, {}}, {0}};
    const auto of = [&](ids_of protect) {
        return run_any(at, {repetition_penalty{3}, ban{{2}}, xtc{1, 0.1f, std::move(protect)}}).rulings.at(0);
    };
    const ruling r = of({});
    CHECK(r.ids == ids{0, 1, 3});
    CHECK(r.allows({false, false, true}));
    CHECK_FALSE(r.close());
    const any_pipeline higher{repetition_penalty{3}, ban{{2}}, xtc{1, 0.3f}};
    const ruling pair = run_any(at, higher).rulings.at(0);
    CHECK(pair.allows({false, true, true}));
    CHECK(pair.allows({true, false, true}));
    CHECK_FALSE(pair.allows({false, false, true}));
    CHECK_FALSE(pair.allows({false, true, false}));
    CHECK(of({1}).allows({false, true, true}));
    CHECK_FALSE(of({1}).allows({false, false, true}));

    // As doubles 0 and -2^-1072 / 1e5 are one: whoever of them is not the last goes, or is protected. Two may not go where 3 are to live.
    const ruling kept = run_any({{2, 1, 0, -0x1p-1072}, {}, {0}}, {temperature{1e5f}, xtc{1, 1e-4f, {0, 3}, 3}}).rulings.at(0);
    CHECK(kept.keep == members{true, true, true, true});
    CHECK(kept.allows({true, false, true, true}));
    CHECK_FALSE(kept.allows({false, true, true, true}));
    CHECK_FALSE(kept.allows({true, true, false, true}));
    CHECK_FALSE(kept.allows({true, false, false, true}));
}

TEST_CASE("reference: what it rounds itself is in the errors") {
    // Beside 2^126, .5 and 0 are equal at 64 bits: a logarithm of a probability keeps all of 0 - 2^126, and .5 - 2^126 to 2^62.
    CHECK(after({0x1p126, 0.5, 0}, {softmax{}, ban{{0}}}).errors == std::vector<real>{0x1p62L, 0});
    // Nothing is lost of what was never moved, or of distances that are exact.
    const full_law plain_law = after({1e38, 0.5, 0}, {ban{{0}}});
    CHECK(near(plain_law.probabilities.at(0) / plain_law.probabilities.at(1), std::exp(0.5L)));
    for (const real error : plain_law.errors) CHECK(error == 0);
    for (const real error : after({2, 0.5, 0}, {softmax{}, ban{{0}}}).errors) CHECK(error == 0);

    // A sum of biases is one of doubles.
    const full_law biased = after({0.25, 0}, {logit_bias{{{1, 1e30f}, {1, 4.0f}, {1, -1e30f}}}});
    CHECK(biased.errors.at(1) >= 4);

    // A log-probability as near to 0 as that may be read as a positive one: divided, not multiplied.
    CHECK(run_any({{0, -30}, {{0}, {}}}, {softmax{}, repetition_penalty{1e-30f}}).errors.at(0) > 1e20L);
    CHECK(run_any({{0, -3}, {{0}, {}}}, {softmax{}, repetition_penalty{1e-30f}}).errors.at(0) < 1e-5L);
}

TEST_CASE("reference: stages that read logits read doubles") {
    // Thirds of 1e10 are doubles 2e-6 apart. So are the distances of min_k and the weights of top_h, whose own were exact.
    const std::vector<double> far{1e10 + 6e-6, 1e10 + 4e-6, 1e10 + 2e-6, 1e10};
    CHECK(run_any({far}, {temperature{3}, min_k{8e-6f}}).rulings.at(0).close());
    CHECK_FALSE(after({6, 4, 2, 0}, {temperature{3}, min_k{7}}).rulings.at(0).close());
    for (const any_stage& each : {any_stage{top_h{0.875f}}, any_stage{top_h_sum{0.875f}}}) {
        CHECK(run_any({far}, {temperature{1e-7f}, each}).rulings.at(0).close());
        CHECK_FALSE(after({6, 4, 2, 0}, {temperature{3}, each}).rulings.at(0).close());
    }

    // A level set is certain where its tokens are equal, and anything where that is rounding.
    CHECK_FALSE(after({3, 3, 3}, {softmax{}, tail_free{0.5f}}).rulings.at(0).close());
    CHECK(after({1e38, 1, 2, 3}, {softmax{}, ban{{0}}, tail_free{0.5f}}).rulings.at(0).close());
    CHECK(after({1e38, 1, 2, 3}, {softmax{}, ban{{0}}, p_less_norm{}}).rulings.at(0).close());

    // 2.5 times the deviation of four of five is the whole distance: 1e-12 of it is rounding, and beside that nothing.
    CHECK(after({0, 0, 0, 0, 3e38}, {top_n_sigma{2.5f}}).rulings.at(0).close());
    CHECK_FALSE(after({0, 0, 0, 0, 3e38}, {top_n_sigma{2.499f}}).rulings.at(0).close());
}

TEST_CASE("reference: parameters and ids come before the row") {
    CHECK(after({std::nan("")}, {ban{{1}}}).why == status::bad_parameter);
    CHECK(after({}, {ban{{0}}}).why == status::bad_parameter);
    CHECK(after({}, {softmax{}}).why == status::empty);
    CHECK(after({-infinity}, {}).why == status::empty);
    CHECK(after({-infinity, std::nan("")}, {}).why == status::nan_logit);
    CHECK(after({0, 0}, {allow_only{{0}}, ban{{0}}, temperature{-1}}).why == status::bad_parameter);
    CHECK(after({0, 0}, {allow_only{{0}}, ban{{0}}}).why == status::empty);
    CHECK(after({0, 0}, {allow_only{{0}}, top_k{1}, ban{{0}}, softmax{}}).why == status::empty);
}
