#include "changes_support.hpp"

#include <argdraw/stages/force.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector<float> equals(5, 0.0f);

}  // namespace

TEST_CASE("force formula: at its position only the one token lives") {
    CHECK(law(equals, after({}, {}, force{0, 3})) == "3:1");
    CHECK(kept(equals, after({}, {0}, force{0, 3})) == first_ids(5));
    CHECK(kept(equals, after({}, {0}, force{2, 3})) == first_ids(5));
    CHECK(law(equals, after({}, {0, 3}, force{2, 3})) == "3:1");
    CHECK(kept(equals, after({}, {0, 3, 3}, force{2, 3})) == first_ids(5));
    // Two at one position leave nothing.
    CHECK(law(equals, after({}, {}, force{0, 3}), after({}, {}, force{0, 2})) == "empty");
    CHECK(law(equals, after({}, {}, force{0, 3}), after({}, {}, force{1, 2})) == "3:1");
}

TEST_CASE("force in a sequence: a text that begins as it must") {
    const sampler pick{force{0, 4}, force{1, 2}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{0, 0, 0});
    CHECK(pick(equals, seq).id == 4);
    CHECK(pick(equals, seq).logprob == 0);
    CHECK(seq.accept(4) == status::ok);
    CHECK(pick(equals, seq).id == 2);
    CHECK(seq.accept(2) == status::ok);
    CHECK(pick.distribution(equals, seq).ids == first_ids(5));
    CHECK(seq.rollback(2) == status::ok);
    CHECK(pick.distribution(equals, seq).ids == ids{4});
    CHECK(needs_sequence<force>);
}

TEST_CASE("force neutral: never") {
    CHECK_FALSE(force{0, 0}.neutral());
    CHECK_FALSE(force{1000, 0}.neutral());
    CHECK(law_of(equals, after({}, {}, force{1000, 0})).probabilities == law_of(equals).probabilities);
    CHECK(force{1, 2} == force{1, 2});
    CHECK_FALSE(force{1, 2} == force{1, 3});
}

TEST_CASE("force range: a negative position is a bad parameter, and an id outside of the row is outside_row, at every step") {
    check_bad(force{-1, 0});
    check_bad(force{std::numeric_limits<int>::min(), 0});
    for (const token_id outside : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()})
        for (const int position : {0, 1}) {
            CHECK(law(equals, after({}, {}, force{position, outside})) == "outside_row");
            CHECK(law(equals, as_list, after({}, {}, force{position, outside})) == "outside_row");
        }
    CHECK(force{std::numeric_limits<int>::max(), 0}.valid());
}

TEST_CASE("force edges: where the token does not live the row is empty; infinite logits and NaN") {
    CHECK(law(std::vector{-infinity, 1.0f}, after({}, {}, force{0, 0})) == "empty");
    CHECK(law(equals, top_k{2}, after({}, {}, force{0, 3})) == "empty");
    CHECK(law(std::vector{infinity, 1.0f}, after({}, {}, force{0, 1})) == "1:1");
    CHECK(law(std::vector{infinity, 1.0f}, as_list, after({}, {}, force{0, 1})) == "empty");
    CHECK(law(std::vector{not_a_number, 1.0f}, after({}, {}, force{0, 1})) == "1:1");
    CHECK(law(std::vector{not_a_number, 1.0f}, after({}, {}, force{0, 0})) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 1.0f}, after({}, {}, force{1, 1})) == "nan_logit");
    CHECK(law(std::vector{1.0f}, after({}, {}, force{0, 0})) == "0:1");
    check_edges(after({}, {0}, force{0, 0}), "0:0.5 2:0.5");
}

TEST_CASE("force edges: the prompt does not count") { CHECK(law(equals, after({1, 2, 3}, {}, force{0, 3})) == "3:1"); }

TEST_CASE("force for every scalar") { check_scalars({2, 5, 1, 0, -infinity}, after({2}, {1}, force{1, 2}), "2:1"); }

TEST_CASE("force on wide rows") {
    for (const auto& [kind, row] : wide_rows()) {
        CAPTURE(kind);
        const token_id id = in_order(row)[17];
        CHECK(kept(row, after({}, {}, force{0, id})) == ids{id});
        CHECK(kept(row, as_list, after({}, {}, force{0, id})) == ids{id});
    }
}
