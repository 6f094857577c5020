#include "support.hpp"

#include <climits>

using namespace argdraw;
using namespace support;

TEST_CASE("top_k formula: the k most likely, with their shares of what is left") {
    // .5 .3 .2 in the order of ids 2 0 1: the first two are 5/8 and 3/8.
    const auto row = weighing({3, 2, 5});
    CHECK(law(row, top_k{1}) == "2:1");
    CHECK(law(row, top_k{2}) == "0:0.375 2:0.625");
    CHECK(law(row, top_k{3}) == "0:0.3 1:0.2 2:0.5");
    // The less strict one, wherever it stands, says nothing.
    CHECK(law(row, top_k{1}, top_k{2}) == "2:1");
    CHECK(law(row, top_k{2}, top_k{1}) == "2:1");
}

TEST_CASE("top_k formula: minus zero and zero are one logit") {
    CHECK(kept(std::vector{-0.0f, 0.0f, -0.0f, -1.0f}, top_k{2}) == ids{0, 1});
    CHECK(kept(std::vector{0.0f, -0.0f, 0.0f, -1.0f}, top_k{2}) == ids{0, 1});
    std::vector<float> wide(70000, -0.0f);
    wide[69999] = 0.0f;
    CHECK(kept(wide, top_k{3}) == ids{0, 1, 2});
    CHECK(kept(wide, top_k{300}) == first_ids(300));
}

TEST_CASE("top_k formula: magnitudes that no integer holds are ranked as numbers") {
    std::vector<float> row(1000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i) * -1e-3f;
    row[700] = 1e9f;
    row[701] = 3e38f;
    row[702] = -3e38f;
    CHECK(kept(row, top_k{2}) == ids{700, 701});
    auto all_but_one = first_ids(1000);
    all_but_one.erase(all_but_one.begin() + 702);
    CHECK(kept(row, top_k{999}) == all_but_one);
}

TEST_CASE("top_k neutral: k = 0 is the default and keeps everything") {
    CHECK(top_k{}.k == 0);
    CHECK(top_k{} == top_k{0});
    CHECK(top_k{}.neutral());
    CHECK_FALSE(top_k{1}.neutral());
    const auto row = weighing({3, 2, 0, 5});
    const auto with = law_of(row, top_k{0}), without = law_of(row);
    CHECK(with.ids == without.ids);
    CHECK(with.probabilities == without.probabilities);
    CHECK(text(with) == "0:0.3 1:0.2 3:0.5");
}

TEST_CASE("top_k range: as many as live, one more and INT_MAX keep them all") {
    const auto row = weighing({3, 0, 2, 0, 5});
    for (const int k : {3, 4, 5, 6, 1000, INT_MAX}) {
        CAPTURE(k);
        CHECK(law(row, top_k{k}) == "0:0.3 2:0.2 4:0.5");
    }
    std::vector<float> wide(1000, -infinity);
    for (const std::size_t i : {3u, 300u, 999u}) wide[i] = 1.0f;
    for (const int k : {3, 4, 999, 1000, 1001, INT_MAX}) CHECK(kept(wide, top_k{k}) == ids{3, 300, 999});
}

TEST_CASE("top_k range: negative k and min_keep are bad parameters") {
    for (const top_k bad : {top_k{-1}, top_k{INT_MIN}, top_k{2, -1}, top_k{0, INT_MIN}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, bad) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == top_k::requirement);
    }
    for (const top_k good : {top_k{0}, top_k{INT_MAX}, top_k{1, 0}, top_k{1, INT_MAX}}) CHECK(good.valid());
}

TEST_CASE("top_k min_keep: the greater of the two counts") {
    const auto row = weighing({3, 2, 5, 1});
    CHECK(kept(row, top_k{1, 2}) == ids{0, 2});
    CHECK(kept(row, top_k{1, 3}) == ids{0, 1, 2});
    CHECK(kept(row, top_k{3, 2}) == ids{0, 1, 2});
    CHECK(kept(row, top_k{1, 0}) == ids{2});
    CHECK(kept(row, top_k{1, INT_MAX}) == ids{0, 1, 2, 3});
    CHECK(kept(row, top_k{0, 2}) == ids{0, 1, 2, 3});
}

TEST_CASE("top_k ties: exactly k, the lower ids stay") {
    CHECK(kept(std::vector{1.0f, 4.0f, 4.0f, 4.0f}, top_k{2}) == ids{1, 2});
    CHECK(kept(weighing({4, 3, 3, 0}), top_k{2}) == ids{0, 1});
    CHECK(kept(std::vector{4.0f, 1.0f, 4.0f, 9.0f, 4.0f}, top_k{3}) == ids{0, 2, 3});
}

TEST_CASE("top_k ties: across the borders of blocks") {
    // Equals at 250 .. 262 about the border at 256; one greater logit at 511, the last of its block.
    std::vector<float> row(600, 0.0f);
    std::fill(row.begin() + 250, row.begin() + 263, 5.0f);
    row[511] = 6.0f;
    for (int k = 1; k <= 14; ++k) {
        ids expected;
        for (int i = 0; i < k - 1; ++i) expected.push_back(250 + i);
        expected.push_back(511);
        CAPTURE(k);
        CHECK(kept(row, top_k{k}) == expected);
    }
    // Past the equals, the zeros in front of them come first.
    CHECK(kept(row, top_k{16}).front() == 0);
    CHECK(kept(row, top_k{16}).size() == 16);
}

TEST_CASE("top_k ties: a row of equals keeps its first k") {
    for (const std::size_t width : {255u, 256u, 257u, 513u, 128256u}) {
        const std::vector<float> row(width, -2.5f);
        for (const std::size_t k : {std::size_t{1}, std::size_t{2}, std::size_t{16}, std::size_t{255}, std::size_t{256}, std::size_t{257},
                                    std::size_t{502}, std::size_t{5000}, width - 1, width}) {
            CAPTURE(width, k);
            CHECK(kept(row, top_k{static_cast<int>(k)}) == first_ids(std::min(k, width)));
        }
    }
}

TEST_CASE("top_k ties: equals at both ends of every block of a wide row") {
    std::vector<float> row(128256, -1.0f);
    ids equals;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (i % 256 == 0 || i % 256 == 255) {
            row[i] = 2.0f;
            equals.push_back(static_cast<token_id>(i));
        }
    for (const std::size_t k : {1u, 2u, 3u, 500u, 501u, 502u, 1001u, 1002u}) {
        CAPTURE(k);
        CHECK(kept(row, top_k{static_cast<int>(k)}) == prefix(equals, k));
    }
}

TEST_CASE("top_k ties: all equals of the k-th where ties::all is asked for") {
    CHECK(kept(std::vector{1.0f, 4.0f, 4.0f, 4.0f}, top_k{2, 1, ties::all}) == ids{1, 2, 3});
    CHECK(kept(std::vector{4.0f, 1.0f, 4.0f, 9.0f, 4.0f}, top_k{1, 1, ties::all}) == ids{3});
    CHECK(kept(std::vector{4.0f, 1.0f, 4.0f, 9.0f, 4.0f}, top_k{2, 1, ties::all}) == ids{0, 2, 3, 4});
    CHECK(kept(std::vector<float>(5000, 1.0f), top_k{7, 1, ties::all}) == first_ids(5000));
    CHECK(top_k{0, 1, ties::all}.neutral());
    CHECK_FALSE(top_k{2, 1, ties::all} == top_k{2});
    // Equals of the k-th reach as far as they do; those of the last for min_keep stay out.
    const std::vector row{9.0f, 9.0f, 9.0f, 5.0f, 5.0f, 1.0f};
    CHECK(kept(row, top_k{1, 2, ties::all}) == first_ids(3));
    // As log-probabilities all of these are the same double, and still no equals.
    CHECK(kept(std::vector{2.0f, 1.0f, 0.0f}, temperature{3e38f}, argdraw::softmax{}, top_k{1, 2, ties::all}) == first_ids(2));
    CHECK(kept(row, top_k{1, 4, ties::all}) == first_ids(4));
    CHECK(kept(row, top_k{4, 2, ties::all}) == first_ids(5));
    CHECK(kept(row, top_k{1, INT_MAX, ties::all}) == first_ids(6));
    CHECK(kept(row, top_k{INT_MAX, 1, ties::all}) == first_ids(6));
    std::vector<float> wide(128256, -1.0f);
    ids equals;
    for (std::size_t i = 0; i < wide.size(); ++i)
        if (i % 256 == 0 || i % 256 == 255) {
            wide[i] = 2.0f;
            equals.push_back(static_cast<token_id>(i));
        }
    CHECK(kept(wide, top_k{3, 1, ties::all}) == equals);
    CHECK(kept(wide, top_k{3, 1000, ties::all}) == equals);
    CHECK(kept(wide, top_k{1003, 1, ties::all}) == first_ids(128256));
}

TEST_CASE("top_k edges") {
    check_edges(top_k{2}, "0:0.5 2:0.5");
    check_edges(top_k{1}, "0:1");
    check_edges(top_k{INT_MAX}, "0:0.5 2:0.5");
    check_edges(top_k{1, 2}, "0:0.5 2:0.5");
    check_edges(top_k{1, 1, ties::all}, "0:0.5 2:0.5");
}

TEST_CASE("top_k on wide rows equals a sort") {
    for (const auto& [kind, row] : wide_rows()) {
        const auto order = in_order(row);
        for (const int k : {1, 2, 40, 125, 126, 256, 501, 502, 1000, 5000, 31999, 100000}) {
            CAPTURE(kind, k);
            CHECK(kept(row, top_k{k}) == prefix(order, static_cast<std::size_t>(k)));
        }
        CHECK(kept(row, top_k{40}, top_k{7}) == prefix(order, 7));
    }
}
