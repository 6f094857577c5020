#include "definition.hpp"
#include "support.hpp"

#include <argdraw/stages/softcap.hpp>

using namespace argdraw;
using namespace support;

namespace {

template <class T, class... Stages>
double greatest_after(const std::vector<T>& row, const Stages&... stages) {
    double greatest = 0;
    double* const out = &greatest;
    law(row, stages..., [out](auto& c) { *out = c.max(); });
    return greatest;
}

}  // namespace

TEST_CASE("softcap formula: cap times tanh of l over cap") {
    // tanh(ln 3 / 2) = (3 - 1)/(3 + 1) = 1/2: logits ln 3, 0, -ln 3 become 1 0 -1 with cap 2, which is e^2 e 1 of 11.10734.
    const std::vector row{1.0986123f, 0.0f, -1.0986123f};
    CHECK(law(row, softcap{2}) == "0:0.665241 1:0.244728 2:0.0900306");
    // 40 20 0 -30 with cap 30: 26.10185 17.48349 0 -22.84782.
    const std::vector wide{40.0f, 20.0f, 0.0f, -30.0f};
    CHECK(law(wide, softcap{30}) == "0:0.999819 1:0.000180724 2:4.61352e-12 3:5.51249e-22");
    CHECK(std::abs(greatest_after(wide, softcap{30}) - 26.101849852280157) < 1e-13);
}

TEST_CASE("softcap formula: it sees the logits that were left") {
    // At T = 2 logits 2 ln 3 and 0 are those of above, with cap 2: 1 0.
    CHECK(law(std::vector{2.1972246f, 0.0f}, temperature{2}, softcap{2}) == "0:0.731059 1:0.268941");
    CHECK(law(std::vector{9.0f, 1.0986123f, 0.0f}, [](auto& c) { c.keep_below(9); }, softcap{2}) == "1:0.731059 2:0.268941");
}

TEST_CASE("softcap neutral: 0 is the default and changes nothing, nor does a cap without bound") {
    CHECK(softcap{} == softcap{0});
    CHECK(softcap{}.neutral());
    CHECK(softcap{-0.0f}.neutral());
    CHECK(softcap{infinity}.neutral());
    CHECK_FALSE(softcap{30}.neutral());
    const auto row = weighing({5, 3, 2});
    CHECK(same_bits(law_of(row, softcap{0}), law_of(row)));
    CHECK(same_bits(law_of(row, softcap{infinity}), law_of(row)));
}

TEST_CASE("softcap range: any positive cap") {
    const std::vector row{3.0f, 1.0f, -2.0f, -infinity};
    // A huge cap changes nothing that a double can see; a tiny one leaves nothing of the differences.
    CHECK(law(row, softcap{std::numeric_limits<float>::max()}) == law(row));
    CHECK(law(row, softcap{1e10f}) == law(row));
    CHECK(law(row, softcap{smallest}) == "0:0.333333 1:0.333333 2:0.333333");
    CHECK(law(std::vector{1e300, 0.0, -1e300}, softcap{smallest}) == "0:0.333333 1:0.333333 2:0.333333");
    CHECK(law(std::vector{1e300, 0.0, -1e300}, softcap{1}) == law(std::vector{1.0, 0.0, -1.0}));
}

TEST_CASE("softcap range: negative caps and NaN are bad parameters") {
    for (const float cap : {-smallest, -1.0f, -infinity, not_a_number, -not_a_number}) {
        CAPTURE(cap);
        CHECK_FALSE(softcap{cap}.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, softcap{cap}) == "bad_parameter");
        CHECK(sampler{softcap{cap}, categorical{}}.check().sentence == softcap::requirement);
    }
}

TEST_CASE("softcap ties: equal logits stay equal, others keep their order until they reach the cap") {
    const float x = 7.3f, y = std::nextafter(x, 0.0f);
    const auto out = law_of(std::vector{x, y, x, y, 0.0f}, softcap{5});
    REQUIRE(out);
    CHECK(out.probabilities[0] == out.probabilities[2]);
    CHECK(out.probabilities[1] == out.probabilities[3]);
    CHECK(kept(std::vector{y, x, y, x, 0.0f}, softcap{5}, top_k{3}) == ids{0, 1, 3});
    // 2000 and 3000 caps out, both are the cap: the lower id comes first.
    CHECK(kept(std::vector{2000.0f, 3000.0f}, softcap{1}, top_k{1}) == ids{0});
}

TEST_CASE("softcap edges") {
    check_edges(softcap{30}, "0:0.5 2:0.5");
    check_edges(softcap{smallest}, "0:0.5 2:0.5");
}

TEST_CASE("softcap edges: logits of +inf become the cap") {
    CHECK(greatest_after(std::vector{infinity, 7.0f}, softcap{2}) == 2);
    CHECK(greatest_after(std::vector{infinity, 7.0f}, temperature{0.5f}, softcap{30}) == 30);
    CHECK(greatest_after(std::vector{infinity, 7.0f}, top_k{1}, softcap{30}) == 30);
    CHECK(greatest_after(std::vector{7.0f, 1e38f}, softcap{2}) == 2);
    // Finite from then on: 2 - 5 and 2.
    CHECK(law(std::vector{infinity, 7.0f, infinity}, softcap{2}, [](auto& c) { c.add(0, -5); }) == "0:0.00669285 2:0.993307");
}

TEST_CASE("softcap after changes: the row as other stages left it") { check_after_changes(softcap{5}); }

TEST_CASE("softcap in every scalar") {
    const auto expected = law(std::vector{40.0, 20.0, 0.0, -30.0}, softcap{30});
    in_every_scalar({40, 20, 0, -30}, [&](const auto& row) { CHECK(law(row, softcap{30}) == expected); });
}

TEST_CASE("softcap on wide rows: the law is that of its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        for (const float cap : {0.5f, 5.0f, 30.0f}) {
            CAPTURE(wide.kind, cap);
            const real c = static_cast<real>(cap);
            const auto out = law_of(row, softcap{cap});
            REQUIRE(out);
            CHECK(out.ids.size() == in_order(row).size());
            CHECK(static_cast<double>(worst_error(row, out, [c](real l) { return c * std::tanh(l / c); })) < 1e-12);
        }
    }
}
