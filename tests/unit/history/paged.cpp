#include "catch.hpp"

#include "core/counted_new.hpp"

#include <argdraw/history/paged.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <random>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace argdraw;
using numbers = detail::paged<int>;

static_assert(std::is_nothrow_move_constructible_v<numbers> && std::is_nothrow_swappable_v<numbers>);

namespace {

std::vector<int> listed(const numbers& a) {
    std::vector<int> out;
    for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i]);
    return out;
}
numbers counting(int n) {
    numbers a;
    a.make_room(static_cast<std::size_t>(n), 0);
    for (int i = 0; i < n; ++i) a.push_back(i);
    return a;
}
// Its elements are aligned as memory is that nobody asked to be.
struct alignas(64) wide {
    int value;
};

}  // namespace

TEST_CASE("paged: random changes of copies, against vectors") {
    std::mt19937 random(5);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    constexpr std::size_t texts = 5, page = numbers::page_size;
    std::vector<numbers> now(texts);
    std::vector<std::vector<int>> right(texts);
    std::size_t wrong = 0;
    for (int i = 0; i < 40000; ++i) {
        const std::size_t at = below(texts);
        numbers& a = now[at];
        auto& b = right[at];
        switch (below(8)) {
            case 0:
            case 1: {  // several
                const std::size_t n = below(below(20) == 0 ? 3 * page : 4) + 1;
                a.make_room(n, 0);
                for (std::size_t k = 0; k < n; ++k) {
                    b.push_back(i);
                    a.push_back(i) += 1;
                    ++b.back();
                }
                break;
            }
            case 2:
            case 3: {  // one, and others written
                const std::size_t writes = b.empty() ? 0 : below(4);
                a.make_room(1, writes);
                for (std::size_t k = 0; k < writes; ++k) {
                    const std::size_t where = below(b.size());
                    a.at(where) = b[where] = i + 7;
                }
                a.push_back(i);
                b.push_back(i);
                break;
            }
            case 4: {
                const std::size_t n = below(3) == 0 ? below(b.size() + 1) : b.size() - std::min<std::size_t>(b.size(), below(3));
                a.cut(n);
                b.resize(n);
                break;
            }
            case 5: {
                if (b.empty()) break;
                a.pop_back();
                b.pop_back();
                break;
            }
            case 6: {
                const std::size_t to = below(texts);
                if (below(2) != 0) {
                    const numbers copy = a;
                    now[to] = copy;
                } else {
                    now[to] = a;
                }
                right[to] = b;
                break;
            }
            default: {
                if (below(50) == 0) {
                    const std::size_t n = below(4 * page);
                    a.assign(n, i);
                    b.assign(n, i);
                }
                const std::size_t to = below(texts);
                std::swap(a, now[to]);
                std::swap(b, right[to]);
            }
        }
        if (i % 16 != 0) continue;
        for (std::size_t t = 0; t < texts; ++t) wrong += listed(now[t]) != right[t];
    }
    CHECK(wrong == 0);
}

TEST_CASE("paged: a page is copied by whoever writes to it while another holds it, and no other page is") {
    constexpr auto page = static_cast<int>(numbers::page_size);
    numbers a = counting(10 * page);
    {
        numbers b = a;
        for (int p = 0; p < 10; ++p) CHECK(&a[static_cast<std::size_t>(p * page)] == &b[static_cast<std::size_t>(p * page)]);
        b.make_room(0, 1);
        b.at(static_cast<std::size_t>(3 * page + 1)) = -1;
        for (int p = 0; p < 10; ++p) CHECK((&a[static_cast<std::size_t>(p * page)] == &b[static_cast<std::size_t>(p * page)]) == (p != 3));
        CHECK(a[static_cast<std::size_t>(3 * page + 1)] == 3 * page + 1);
        a.make_room(0, 1);
        const int* const before = &a[static_cast<std::size_t>(3 * page)];
        a.at(static_cast<std::size_t>(3 * page)) = -2;  // no other has this one any more
        CHECK(&a[static_cast<std::size_t>(3 * page)] == before);
        CHECK(b[static_cast<std::size_t>(3 * page)] == 3 * page);
    }
    const int* const before = &a[0];
    a.make_room(0, 1);
    a.at(0) = 5;
    CHECK(&a[0] == before);
}

TEST_CASE("paged: with room for every write, all that follows allocates nothing") {
    constexpr std::size_t page = numbers::page_size;
    numbers a = counting(static_cast<int>(20 * page)), b = a;
    b.make_room(3 * page, 1u << 30);
    const std::size_t before = counted_new::calls;
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < 3 * page; ++i) b.push_back(1);
        for (std::size_t i = 0; i < b.size(); ++i) b.at(i) = round;
        b.cut(5);
        for (std::size_t i = 5; i < 20 * page; ++i) b.push_back(2);
    }
    CHECK(counted_new::calls == before);
    CHECK(a[7] == 7);
    CHECK(b[0] == 2);
}

TEST_CASE("paged: it grows in a number of allocations that goes with the logarithm of its size") {
    numbers a;
    const std::size_t before = counted_new::calls;
    for (int i = 0; i < 300000; ++i) {
        a.make_room(1, 0);
        a.push_back(i);
    }
    CHECK(counted_new::calls - before < 50);
    CHECK(a[299999] == 299999);
}

TEST_CASE("paged: where there is no memory nothing has changed") {
    numbers a = counting(5000);
    for (const std::size_t limit : {std::size_t{0}, std::size_t{32}, std::size_t{600}, std::size_t{6000}}) {
        numbers b = a;
        bool grew = true, wrote = true, assigned = true;
        {
            const counted_new::scarce memory(limit);
            try {
                b.make_room(100000, 0);
            } catch (const std::bad_alloc&) { grew = false; }
            try {
                b.make_room(0, 5000);
            } catch (const std::bad_alloc&) { wrote = false; }
            try {
                b.assign(100000, 1);
            } catch (const std::bad_alloc&) { assigned = false; }
        }
        CHECK_FALSE(grew);
        CHECK_FALSE(wrote);
        CHECK_FALSE(assigned);
        CHECK(listed(b) == listed(a));
    }
    CHECK(a.size() == 5000);
}

TEST_CASE("paged: elements stand as they want to") {
    detail::paged<wide> a;
    a.assign(1000, {7});
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < a.size(); ++i) wrong += reinterpret_cast<std::uintptr_t>(&a[i]) % alignof(wide) != 0 || a[i].value != 7;
    CHECK(wrong == 0);
}

TEST_CASE("paged: copies changed and dropped in threads of their own") {
    constexpr auto page = static_cast<int>(numbers::page_size);
    std::atomic<int> wrong{0};
    for (int round = 0; round < 100; ++round) {
        numbers first = counting(6 * page);
        std::vector<std::jthread> running;
        for (int i = 1; i <= 4; ++i)
            running.emplace_back([&wrong, copy = first, i]() mutable {
                numbers another = copy;
                for (int p = 0; p < 6; ++p) {
                    copy.make_room(1, 1);
                    copy.at(static_cast<std::size_t>(p * page)) = -i;
                    copy.push_back(i);
                }
                for (int p = 0; p < 6; ++p)
                    wrong += another[static_cast<std::size_t>(p * page)] != p * page || copy[static_cast<std::size_t>(p * page)] != -i ||
                             copy[static_cast<std::size_t>(6 * page + p)] != i;
            });
        first.make_room(1, 1);
        first.at(0) = 99;
        first.push_back(98);
        running.clear();
        wrong += first[0] != 99 || first.back() != 98 || first[static_cast<std::size_t>(page)] != page;
    }
    CHECK(wrong == 0);
}
