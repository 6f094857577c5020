#include "catch.hpp"

#include <limits>
#include <vector>

#include <argdraw/core/ids.hpp>

using namespace argdraw;

namespace {

struct entry {
    token_id id;
    int what = 0;
};

}  // namespace

TEST_CASE("ids: those of a row are 0 to its width, without it") {
    CHECK(detail::in_row(0, 1));
    CHECK(detail::in_row(4, 5));
    for (const token_id id : {-1, 5, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK_FALSE(detail::in_row(id, 5));
        CHECK_FALSE(detail::all_in_row(std::vector{1, id, 2}, 5));
    }
    CHECK_FALSE(detail::in_row(0, 0));
    CHECK(detail::all_in_row(std::vector{4, 0, 4}, 5));
    CHECK(detail::all_in_row(std::vector<token_id>{}, 0));
}

TEST_CASE("ids: the part of an ascending list that belongs to the row") {
    const std::vector<entry> all{{-9}, {-1}, {0}, {3}, {4}, {5}, {1 << 30}};
    const auto part = detail::part_in_row(std::span(all), 5);
    REQUIRE(part.size() == 3);
    CHECK(part.data() == all.data() + 2);
    CHECK(part.back().id == 4);
    CHECK(detail::part_in_row(std::span(all), 0).empty());
    CHECK(detail::part_in_row(std::span(all).first(2), 5).empty());
    CHECK(detail::part_in_row(std::span(all).last(2), 5).empty());
    CHECK(detail::part_in_row(std::span(all).first(0), 5).empty());
}

TEST_CASE("ids: a sequence is completed by its last token after the others") {
    const std::vector<token_id> seen{1, 2, 3};
    CHECK(detail::completes(std::vector{9}, seen));
    CHECK(detail::completes(std::vector{9}, {}));
    CHECK(detail::completes(std::vector{3, 9}, seen));
    CHECK(detail::completes(std::vector{1, 2, 3, 9}, seen));
    CHECK_FALSE(detail::completes(std::vector{2, 9}, seen));
    CHECK_FALSE(detail::completes(std::vector{0, 1, 2, 3, 9}, seen));
    CHECK_FALSE(detail::completes(std::vector{3, 9}, {}));
}

TEST_CASE("ids: batches hand on every entry once, in order, the rest at the end") {
    for (const int n : {0, 1, 255, 256, 257, 1000}) {
        std::vector<int> got;
        int calls = 0;
        {
            auto some = detail::in_batches<entry>([&](std::span<const entry> given) {
                for (const entry& each : given) got.push_back(each.what);
                ++calls;
            });
            for (int i = 0; i < n; ++i) some.push({0, i});
        }
        CAPTURE(n);
        REQUIRE(got.size() == static_cast<std::size_t>(n));
        int wrong = 0;
        for (int i = 0; i < n; ++i) wrong += got[static_cast<std::size_t>(i)] != i;
        CHECK(wrong == 0);
        CHECK(calls == (n + 255) / 256);
    }
}
