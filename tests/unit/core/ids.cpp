#include "catch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
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

TEST_CASE("ids: the parts of an ascending list between some of its entries") {
    std::vector<entry> all;
    for (int i = 0; i < 10000; ++i) all.push_back({2 * i, i});
    const auto left = [&](std::size_t size, const std::vector<token_id>& ids) {
        std::vector<int> got;
        std::size_t empty = 0;
        detail::without(std::span(all).first(size), ids, [&](std::span<entry> some) {
            empty += some.empty();
            for (const entry& each : some) got.push_back(each.what);
        });
        CHECK(empty == 0);
        return got;
    };
    const std::vector<std::vector<token_id>> lists{
        {}, {0}, {2}, {4, 4, 4}, {18, 0, 16}, {3, 7, -2, 1 << 30}, {4, 2, 0, 6}, {8190, 8192}, {126, 128}, {19998, 0, 8194, 5}};
    for (const std::size_t size : {0u, 1u, 2u, 10u, 64u, 65u, 4096u, 4097u, 10000u})
        for (const auto& ids : lists) {
            std::vector<int> expected;
            for (std::size_t i = 0; i < size; ++i)
                if (std::find(ids.begin(), ids.end(), all[i].id) == ids.end()) expected.push_back(all[i].what);
            CHECK(left(size, ids) == expected);
        }
    std::vector<token_id> every;
    for (int i = 9999; i >= 0; --i) every.push_back(2 * i);
    CHECK(left(10000, every).empty());
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
