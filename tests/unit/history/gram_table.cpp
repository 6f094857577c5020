#include "catch.hpp"

#include "reference.hpp"

#include <argdraw/history/gram_table.hpp>

#include <cstddef>
#include <random>
#include <vector>

using namespace argdraw;
using detail::text_index;

TEST_CASE("gram_table: the latest place of a gram, through growth and back") {
    std::mt19937 random(1);
    constexpr text_index n = 2, size = 3000;
    reference::ids h(size);
    for (auto& id : h) id = static_cast<token_id>(random() % 60);
    const auto latest = [&](text_index end, const token_id* gram) {
        for (text_index p = end - 1; p >= n; --p)
            if (h[static_cast<std::size_t>(p - 2)] == gram[0] && h[static_cast<std::size_t>(p - 1)] == gram[1]) return p;
        return text_index{-1};
    };
    detail::gram_table table(n, n);
    CHECK(table.find(h.data(), h.data()) == -1);
    std::vector<text_index> before(size, -1);
    std::size_t wrong = 0;
    for (text_index p = n; p < size; ++p) {
        table.make_room(h.data(), p, 1, 1);
        before[static_cast<std::size_t>(p)] = table.put(h.data(), p);
        wrong += before[static_cast<std::size_t>(p)] != latest(p, h.data() + p - n);
    }
    for (text_index p = size - 1; p >= n; --p) {
        table.restore(h.data(), p, before[static_cast<std::size_t>(p)]);
        for (const text_index probe : {p, size - 1 - p / 2, n + p / 3})
            wrong += table.find(h.data(), h.data() + probe - n) != latest(p, h.data() + probe - n);
    }
    CHECK(wrong == 0);
}

TEST_CASE("gram_table: a gram in two parts is the gram") {
    std::mt19937 random(2);
    for (text_index n = 1; n <= 4; ++n) {
        reference::ids h(400);
        for (auto& id : h) id = static_cast<token_id>(random() % 5);
        detail::gram_table table(n, n);
        table.make_room(h.data(), 0, h.size(), 0);
        for (text_index p = n; p < 200; ++p) table.put(h.data(), p);
        std::size_t wrong = 0;
        for (text_index p = n; p < 400; ++p) {
            reference::ids gram(h.begin() + p - n, h.begin() + p);
            for (token_id last = -1; last < 6; ++last) {
                gram.back() = last;
                wrong += table.find(h.data(), gram.data(), table.hash_of_lead(gram.data()), last) != table.find(h.data(), gram.data());
            }
        }
        CHECK(wrong == 0);
        CHECK(detail::gram_table(n, n).find(h.data(), h.data(), 0, 1) == -1);
    }
}
