#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/bad_words.hpp>

using namespace argdraw;
using namespace support;

namespace {

const std::vector<float> equals(6, 0.0f);
constexpr token_id one[]{5}, two[]{1, 2}, three[]{1, 2, 3}, same[]{4, 4};
using sequence_of_ids = std::span<const token_id>;

}  // namespace

TEST_CASE("bad_words formula: the last token of a sequence whose others have just been said is removed") {
    const bad_words words{{one, two, three, same}};
    CHECK(kept(equals, after({}, {}, words)) == ids{0, 1, 2, 3, 4});
    CHECK(kept(equals, after({1}, {}, words)) == ids{0, 1, 3, 4});
    CHECK(kept(equals, after({0}, {1}, words)) == ids{0, 1, 3, 4});
    CHECK(kept(equals, after({1}, {2}, words)) == ids{0, 1, 2, 4});
    CHECK(kept(equals, after({2}, {1, 0, 2}, words)) == ids{0, 1, 2, 3, 4});
    CHECK(kept(equals, after({}, {2, 1, 2}, words)) == ids{0, 1, 2, 4});
    CHECK(kept(equals, after({}, {4}, words)) == ids{0, 1, 2, 3});
    // A history shorter than the sequence.
    CHECK(kept(equals, after({2}, {}, words)) == ids{0, 1, 2, 3, 4});
}

TEST_CASE("bad_words in a sequence: what is accepted counts, what is rolled back does not") {
    const sampler pick{bad_words{{two, three}}, categorical{}};
    auto seq = pick.start({.seed = 1}, ids{0});
    const auto left = [&] { return pick.distribution(equals, seq).ids; };
    CHECK(left() == first_ids(6));
    CHECK(seq.accept(1) == status::ok);
    CHECK(left() == ids{0, 1, 3, 4, 5});
    CHECK(seq.accept(2) == status::ok);
    CHECK(left() == ids{0, 1, 2, 4, 5});
    CHECK(seq.rollback(1) == status::ok);
    CHECK(left() == ids{0, 1, 3, 4, 5});
    CHECK(pick(equals, seq));
    CHECK(needs_sequence<bad_words<>>);
}

TEST_CASE("bad_words lists: in braces, as an array, or as a span that is a view") {
    const ids stored{1, 2};
    const std::array<sequence_of_ids, 2> array{one, stored};
    const std::vector<sequence_of_ids> vector{one, stored};
    const bad_words braces{{one, stored}};
    CHECK(kept(equals, after({1}, {}, braces)) == ids{0, 1, 3, 4});
    CHECK(kept(equals, after({1}, {}, bad_words{array})) == ids{0, 1, 3, 4});
    CHECK(kept(equals, after({1}, {}, bad_words{vector})) == ids{0, 1, 3, 4});
    CHECK(kept(equals, after({1}, {}, bad_words{std::span<const sequence_of_ids>(vector)})) == ids{0, 1, 3, 4});
    CHECK(std::is_same_v<decltype(bad_words{array}), bad_words<2>>);
    CHECK(std::is_same_v<decltype(bad_words{vector}), bad_words<>>);
    CHECK(std::is_same_v<decltype(bad_words{{stored}}), bad_words<1>>);
    CHECK(braces == bad_words{array});
    CHECK_FALSE(braces == bad_words{{two, one}});
}

TEST_CASE("bad_words neutral: an empty list bans nothing") {
    check_neutral(equals, after({1}, {2}, bad_words{}));
    check_neutral(equals, after({1}, {2}, bad_words{std::span<const sequence_of_ids>{}}));
    CHECK_FALSE(bad_words{{one}}.neutral());
}

TEST_CASE("bad_words range: an empty sequence is a bad parameter, and ids outside of the row are outside_row") {
    check_bad(bad_words{{sequence_of_ids(one), sequence_of_ids()}});
    for (const token_id outside : {-1, 6, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        const ids first{outside, 2}, last{1, outside};
        CHECK(law(equals, after({1}, {}, bad_words{{one, first}})) == "outside_row");
        CHECK(law(equals, after({0}, {}, bad_words{{one, last}})) == "outside_row");
        CHECK(law(equals, as_list, after({1}, {}, bad_words{{last}})) == "outside_row");
    }
}

TEST_CASE("bad_words edges: ids of the history outside of the row are in no sequence") {
    CHECK(kept(equals, after({99, -7}, {1}, bad_words{{two}})) == ids{0, 1, 3, 4, 5});
    CHECK(kept(equals, after({1, 99}, {}, bad_words{{two}})) == first_ids(6));
}

TEST_CASE("bad_words edges: infinite logits, NaN, and nothing left") {
    const token_id first[]{0}, second[]{1};
    CHECK(law(std::vector{infinity, 7.0f, infinity}, after({}, {}, bad_words{{first}})) == "2:1");
    CHECK(law(std::vector{infinity, 7.0f}, after({}, {}, bad_words{{first}})) == "1:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {}, bad_words{{first}})) == "1:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, after({}, {}, bad_words{{second}})) == "nan_logit");
    CHECK(law(std::vector{3.0f}, after({}, {}, bad_words{{first}})) == "empty");
    CHECK(law(std::vector{3.0f, 2.0f}, as_list, after({}, {}, bad_words{{first, second}})) == "empty");
    CHECK(law(std::vector{-infinity, 2.0f}, after({}, {}, bad_words{{first}})) == "1:1");
    const token_id pair[]{0, 0};
    check_edges(after({}, {}, bad_words{{pair}}), "0:0.5 2:0.5");
}

TEST_CASE("bad_words for every scalar") {
    // e^2 e^1 1 of 11.107338.
    const token_id pair[]{2, 1}, other[]{2, 0};
    check_scalars({2, 5, 1, 0, -infinity}, after({1}, {2}, bad_words{{pair}}), "0:0.665241 2:0.244728 3:0.0900306");
    check_scalars({5, 2, 1, 0, -infinity}, after({2, 1}, {2}, bad_words{{other}}), "1:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("bad_words on wide rows: the law is that of the masked row, also with more words than are handed on at once") {
    const ids all = first_ids(1000);
    std::vector<sequence_of_ids> words;
    for (std::size_t i = 0; i < all.size(); ++i) words.push_back(std::span(all).subspan(i, 1));
    check_on_wide_rows(after({}, {}, bad_words{words}),
                       [](auto& changed) { std::fill_n(changed.begin(), 1000, -std::numeric_limits<double>::infinity()); });
    const token_id pair[]{7, 31999};
    check_on_wide_rows(after({7}, {}, bad_words{{pair}}), [](auto& changed) { changed[31999] = -std::numeric_limits<double>::infinity(); });
}
