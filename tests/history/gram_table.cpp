#include "catch.hpp"

#include "reference.hpp"

#include <argdraw/history/gram_table.hpp>
#include <argdraw/history/last_seen.hpp>

#include <cstddef>
#include <random>
#include <vector>

using namespace argdraw;
using detail::place;

TEST_CASE("gram_table: the latest place of a gram, through growth and back")
{
    std::mt19937 random(1);
    constexpr place n = 2, size = 3000;
    reference::ids h(size);
    for (auto& id : h) id = static_cast<token_id>(random() % 60);
    const auto latest = [&](place end, const token_id* gram) {
        for (place p = end - 1; p >= n; --p)
            if (h[static_cast<std::size_t>(p - 2)] == gram[0] && h[static_cast<std::size_t>(p - 1)] == gram[1]) return p;
        return place{-1};
    };
    detail::gram_table table(n, n);
    CHECK(table.find(h.data(), h.data()) == -1);
    std::vector<place> before(size, -1);
    std::size_t wrong = 0;
    for (place p = n; p < size; ++p) {
        table.make_room(h.data(), p, 1);
        before[static_cast<std::size_t>(p)] = table.put(h.data(), p);
        wrong += before[static_cast<std::size_t>(p)] != latest(p, h.data() + p - n);
    }
    for (place p = size - 1; p >= n; --p) {
        table.restore(h.data(), p, before[static_cast<std::size_t>(p)]);
        for (const place probe : {p, size - 1 - p / 2, n + p / 3})
            wrong += table.find(h.data(), h.data() + probe - n) != latest(p, h.data() + probe - n);
    }
    CHECK(wrong == 0);
}

TEST_CASE("last_seen: where a token stood last")
{
    const reference::ids h{4, 5, 4, -1, 5};
    detail::last_seen seen;
    CHECK(seen(h.data(), 4) == -1);
    for (std::size_t i = 0; i < h.size(); ++i) {
        seen.make_room(h.data(), 1);
        seen.append(h.data());
    }
    CHECK(seen(h.data(), 4) == 2);
    CHECK(seen(h.data(), 5) == 4);
    CHECK(seen(h.data(), -1) == 3);
    CHECK(seen(h.data(), 7) == -1);
    seen.forget(h.data());
    CHECK(seen(h.data(), 5) == 1);
    seen.forget(h.data());
    CHECK(seen(h.data(), -1) == -1);
    seen.forget(h.data());
    CHECK(seen(h.data(), 4) == 0);
}
