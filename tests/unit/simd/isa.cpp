#include "catch.hpp"

#include <argdraw/simd/dispatch.hpp>
#include <argdraw/simd/isa.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

using namespace argdraw;

namespace {

// The set in force is a thing of the whole process: put it back.
struct as_before {
    isa set = active_isa();
    ~as_before() { force_isa(set); }
};

}  // namespace

TEST_CASE("isa: names are the words of ARGDRAW_ISA") {
    CHECK(name(isa::generic) == "generic");
    CHECK(name(isa::neon) == "neon");
    CHECK(name(isa::avx2) == "avx2");
    CHECK(name(isa::avx512) == "avx512");
    CHECK(name(isa::simd128) == "simd128");
    CHECK(name(static_cast<isa>(99)) == "unknown");
}

TEST_CASE("isa: generic is supported everywhere, neon and avx never both") {
    CHECK(supported(isa::generic));
    CHECK(every_isa.front() == isa::generic);
    CHECK_FALSE((supported(isa::neon) && supported(isa::avx2)));
    CHECK((supported(isa::avx2) || !supported(isa::avx512)));
    CHECK_FALSE(supported(static_cast<isa>(99)));
}

TEST_CASE("isa: the best is supported, and generic only where nothing else is") {
    CHECK(supported(best_isa()));
    for (const isa set : every_isa)
        if (set != isa::generic && supported(set)) CHECK(best_isa() != isa::generic);
    if (supported(isa::avx512)) CHECK(best_isa() == isa::avx512);
}

TEST_CASE("isa: forcing a supported set puts it in force, and its own kernels run") {
    const as_before restore;
    std::set<const void*> tables;
    std::size_t sets = 0;
    for (const isa set : every_isa) {
        if (!supported(set)) continue;
        ++sets;
        REQUIRE(force_isa(set));
        CHECK(active_isa() == set);
        tables.insert(&simd::lists());
    }
    CHECK(tables.size() == sets);
}

TEST_CASE("isa: forcing an unsupported set says so and changes nothing") {
    const as_before restore;
    std::size_t refused = 0;
    for (const isa set : every_isa) {
        if (supported(set)) continue;
        ++refused;
        REQUIRE(force_isa(isa::generic));
        CHECK_FALSE(force_isa(set));
        CHECK(active_isa() == isa::generic);
    }
    CHECK(refused > 0);  // no machine has both NEON and AVX2
}

#if defined(__unix__) || defined(__APPLE__)

TEST_CASE("isa: ARGDRAW_ISA is a wish, granted where supported and passed over otherwise") {
    const char* const present = std::getenv("ARGDRAW_ISA");
    const std::string before = present ? present : "";
    for (const isa set : every_isa) {
        setenv("ARGDRAW_ISA", std::string(name(set)).c_str(), 1);
        CHECK(argdraw::detail::initial_isa() == (supported(set) ? set : best_isa()));
    }
    for (const char* const nonsense : {"", "sse2", "AVX2", "generic "}) {
        setenv("ARGDRAW_ISA", nonsense, 1);
        CHECK(argdraw::detail::initial_isa() == best_isa());
    }
    unsetenv("ARGDRAW_ISA");
    CHECK(argdraw::detail::initial_isa() == best_isa());
    if (present) setenv("ARGDRAW_ISA", before.c_str(), 1);
}

#endif
