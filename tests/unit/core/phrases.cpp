#include "catch.hpp"

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/core/phrases.hpp>

using namespace argdraw;
using ids = std::vector<token_id>;

static_assert(std::is_trivially_copyable_v<phrases_view> && sizeof(phrases_view) == 3 * sizeof(void*));

namespace {

std::vector<ids> listed(const phrases_view& all) {
    std::vector<ids> out;
    for (std::size_t i = 0; i < all.size(); ++i) out.emplace_back(all[i].begin(), all[i].end());
    return out;
}

}  // namespace

TEST_CASE("phrases: of several tokens, of one, and of none") {
    phrases some{{1, 2}, {3}, {}};
    CHECK(listed(some) == std::vector<ids>{{1, 2}, {3}, {}});
    const ids more{4, 5, 6};
    some.add(more);
    CHECK(some.size() == 4);
    const phrases_view seen = some;
    CHECK(listed(seen).back() == more);
    CHECK(ids(seen.ids().begin(), seen.ids().end()) == ids{1, 2, 3, 4, 5, 6});
    const phrases none;
    CHECK(none.empty());
    CHECK(phrases_view(none).empty());
    CHECK(phrases_view(none).ids().empty());
}

TEST_CASE("phrases: ids are one phrase each, and are seen where they lie") {
    ids list{7, 8};
    const phrases_view seen = list;
    CHECK(listed(seen) == std::vector<ids>{{7}, {8}});
    CHECK(seen.ids().data() == list.data());
    CHECK(seen.stamp() == 0);
    list[1] = 9;
    CHECK(seen[1][0] == 9);
    const std::span<const token_id> part = std::span(list).first(1);
    CHECK(phrases_view(part).size() == 1);
    CHECK(phrases_view().empty());
}

TEST_CASE("phrases: a number tells them, which a copy has and a change makes another") {
    phrases some{{1, 2}};
    const auto first = phrases_view(some).stamp();
    CHECK(first != 0);
    const phrases copy = some, equal{{1, 2}};
    CHECK(phrases_view(copy).stamp() == first);
    CHECK(phrases_view(equal).stamp() != first);
    some.add(std::vector{3});
    CHECK(phrases_view(some).stamp() != first);
    phrases moved = std::move(some);
    CHECK(some.empty());
    CHECK(phrases_view(some).stamp() == 0);
    CHECK(listed(moved) == std::vector<ids>{{1, 2}, {3}});
    moved = copy;
    CHECK(phrases_view(moved).stamp() == first);
    CHECK(listed(moved) == std::vector<ids>{{1, 2}});
}

TEST_CASE("phrases: equal where each is") {
    const ids list{1, 2, 3}, same = list, other{1, 2, 4};
    const phrases one{{1}, {2}, {3}}, pair{{1, 2}, {3}}, turned{{1}, {2, 3}}, empty{{}};
    const phrases_view a = list;
    CHECK(a == phrases_view(same));
    CHECK(a == phrases_view(one));
    CHECK_FALSE(a == phrases_view(other));
    CHECK_FALSE(a == phrases_view(pair));
    CHECK_FALSE(phrases_view(turned) == phrases_view(pair));
    CHECK(phrases_view(pair) == phrases_view(phrases_view(pair)));
    CHECK_FALSE(phrases_view(empty) == phrases_view());
}
