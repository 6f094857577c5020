#include "catch.hpp"

#include "counted_new.hpp"

#include <argdraw/core/workspace.hpp>

#include <cstdint>
#include <cstring>
#include <thread>
#include <type_traits>
#include <utility>

using namespace argdraw;
using argdraw::detail::workspace_lease;

static_assert(!std::is_copy_constructible_v<workspace> && !std::is_copy_assignable_v<workspace>);
static_assert(std::is_nothrow_move_constructible_v<workspace> && std::is_nothrow_move_assignable_v<workspace>);
static_assert(noexcept(std::declval<workspace&>().reserve(1)) && noexcept(release_workspace()));

TEST_CASE("workspace: reserve gives at least the bytes asked for, aligned to 64") {
    workspace space;
    CHECK(space.capacity() == 0);
    for (const std::size_t bytes : {1u, 63u, 64u, 1000u, 100000u}) {
        std::byte* const p = space.reserve(bytes);
        REQUIRE(p != nullptr);
        CHECK(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
        CHECK(space.capacity() >= bytes);
        std::memset(p, 0x5a, bytes);  // a sanitizer sees it if they are not there
    }
}

TEST_CASE("workspace: reserve of no more than there is keeps the buffer and allocates nothing") {
    workspace space;
    std::byte* const p = space.reserve(4096);
    const std::size_t before = counted_new::calls;
    CHECK(space.reserve(4096) == p);
    CHECK(space.reserve(1) == p);
    CHECK(space.capacity() == 4096);
    CHECK(counted_new::calls == before);
}

TEST_CASE("workspace: release gives the memory back and the next reserve allocates again") {
    workspace space;
    REQUIRE(space.reserve(4096) != nullptr);
    space.release();
    CHECK(space.capacity() == 0);
    const std::size_t before = counted_new::calls;
    CHECK(space.reserve(1) != nullptr);
    CHECK(counted_new::calls == before + 1);
    space.release();
    space.release();
    CHECK(space.capacity() == 0);
}

TEST_CASE("workspace: where there is no memory reserve gives nullptr, and recovers") {
    workspace space;
    REQUIRE(space.reserve(100) != nullptr);
    {
        const counted_new::scarce memory(1000);
        CHECK(space.reserve(1001) == nullptr);
        CHECK(space.capacity() == 0);
        CHECK(space.reserve(1000) != nullptr);
    }
    CHECK(space.reserve(1001) != nullptr);
}

TEST_CASE("workspace: moves hand the buffer over") {
    workspace a;
    std::byte* const p = a.reserve(256);
    workspace b(std::move(a));
    CHECK(b.reserve(256) == p);
    CHECK(a.capacity() == 0);
    workspace c;
    c = std::move(b);
    CHECK(c.reserve(256) == p);
    CHECK(b.capacity() == 0);
}

TEST_CASE("workspace: nested leases are different workspaces, and a thread finds its own again") {
    workspace* first = nullptr;
    workspace* second = nullptr;
    {
        const workspace_lease outer;
        first = outer.get();
        REQUIRE(first != nullptr);
        {
            const workspace_lease inner;
            second = inner.get();
            REQUIRE(second != nullptr);
            CHECK(second != first);
            const workspace_lease innermost;
            REQUIRE(innermost.get() != nullptr);
            CHECK(innermost.get() != first);
            CHECK(innermost.get() != second);
        }
        const workspace_lease again;
        CHECK(again.get() == second);
    }
    const std::size_t before = counted_new::calls;
    const workspace_lease outer;
    CHECK(outer.get() == first);
    CHECK(counted_new::calls == before);
}

TEST_CASE("workspace: threads do not share theirs") {
    const workspace_lease here;
    workspace* there = nullptr;
    std::thread([&] {
        const workspace_lease lease;
        there = lease.get();
    }).join();
    CHECK(there != nullptr);
    CHECK(there != here.get());
}

TEST_CASE("workspace: release_workspace empties the thread's, but not those that are leased") {
    workspace* inner_space = nullptr;
    {
        const workspace_lease outer;
        std::byte* const held = outer.get()->reserve(512);
        {
            const workspace_lease inner;
            inner_space = inner.get();
            REQUIRE(inner_space->reserve(512) != nullptr);
        }
        release_workspace();
        CHECK(inner_space->capacity() == 0);
        CHECK(outer.get()->reserve(512) == held);
    }
    const workspace* outer_space = nullptr;
    {
        const workspace_lease outer;
        outer_space = outer.get();
        CHECK(outer_space->capacity() >= 512);
    }
    release_workspace();
    CHECK(outer_space->capacity() == 0);
}

TEST_CASE("workspace: a lease without memory even for its handle is empty") {
    std::thread([] {
        // A fresh thread has no workspace yet, so the lease has to allocate.
        bool empty = false;
        {
            const counted_new::scarce memory(0);
            const workspace_lease lease;
            empty = lease.get() == nullptr;
        }
        CHECK(empty);
        const workspace_lease lease;
        CHECK(lease.get() != nullptr);
    }).join();
}

TEST_CASE("workspace: where the thread's are gone, each lease has one of its own") {
    struct seen_at_the_end {
        bool gone = false, different = false;
        std::size_t capacity = 0;
    };
    static seen_at_the_end seen;
    struct looks_at_its_end {
        ~looks_at_its_end() {
            seen.gone = detail::thread_workspaces() == nullptr;
            const workspace_lease outer, inner;
            seen.different =
                outer.get() && inner.get() && outer.get() != inner.get() && outer.get()->reserve(4096) && inner.get()->reserve(64);
            seen.capacity = outer.get() ? outer.get()->capacity() : 0;
            release_workspace();
        }
    };
    std::thread([] {
        // Begun before the thread's workspaces, and so ended after them.
        thread_local const looks_at_its_end late;
        static_cast<void>(&late);
        const workspace_lease lease;
    }).join();
    CHECK(seen.gone);
    CHECK(seen.different);
    CHECK(seen.capacity == 4096);
}

TEST_CASE("workspace: where the thread's are gone and there is no memory, a lease is empty") {
    static bool empty = false;
    struct looks_at_its_end {
        ~looks_at_its_end() {
            const counted_new::scarce memory(0);
            const workspace_lease none;
            empty = none.get() == nullptr;
        }
    };
    std::thread([] {
        thread_local const looks_at_its_end late;
        static_cast<void>(&late);
        const workspace_lease lease;
    }).join();
    CHECK(empty);
}
