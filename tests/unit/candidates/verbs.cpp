// Random sequences of verbs on the candidates against the plain list, and which of them met which state of a view.
//
// A printed case again is ARGDRAW_FROM=<its number> ARGDRAW_COUNT=1, for its scalar and widths: the name of the test case.
#include "catch.hpp"

#include "verbs_against.hpp"

#include "../../proof/differential/chosen.hpp"

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

#include <argdraw/core/formats.hpp>

namespace {

#ifdef ARGDRAW_SMALL_BLOCKS
constexpr std::size_t widest = 700, cases_of_a_scalar = 250000, least_meetings = 100;
#else
constexpr std::size_t widest = 600, cases_of_a_scalar = 20000, least_meetings = 0;  // most of what may meet takes wide rows
#endif

verbs::tally all;

template <class T>
void run(std::uint64_t seed, std::size_t count, std::size_t to_width) {
    const cases::share chosen = cases::chosen(seed, count);
    argdraw::workspace space;
    std::size_t failures = 0;
    for (std::size_t i = chosen.from; i < chosen.from + chosen.count; ++i) {
        verbs::scenario s;
        const std::string wrong = verbs::chosen_case<T>(chosen.seed, i, to_width, space, all, s);
        if (wrong.empty()) continue;
        const verbs::scenario least = verbs::shrunk<T>(s, space);
        verbs::tally unused;
        std::ostringstream out;
        out << "case " << i << ": " << wrong << "\nsmallest: " << verbs::played<T>(least, space, unused) << '\n' << verbs::text(least);
        FAIL_CHECK(out.str());
        if (++failures == 5) break;
    }
    CHECK(failures == 0);
}

template <class T>
void run_both(std::uint64_t seed) {
    run<T>(seed, cases_of_a_scalar, widest);
#ifndef ARGDRAW_SMALL_BLOCKS
    run<T>(seed + 1, 500, 40000);
#endif
}

}  // namespace

TEST_CASE("verbs: rows of float against the plain list") { run_both<float>(101); }
TEST_CASE("verbs: rows of double against the plain list") { run_both<double>(201); }
TEST_CASE("verbs: rows of half against the plain list") { run_both<argdraw::half>(301); }
TEST_CASE("verbs: rows of bfloat16 against the plain list") { run_both<argdraw::bfloat16>(401); }

// Runs after the others, whose meetings it looks at.
TEST_CASE("verbs: what is noted and what is asked have met") {
    if (all.cases == 0 || !cases::chosen(0, cases_of_a_scalar).whole) return;
    std::ostringstream out;
    out << std::left << std::setw(24) << "";
    for (const auto& c : verbs::conditions) out << ' ' << c.name << " |";
    out << '\n';
    std::size_t least = all.cases;
    for (std::size_t v = 0; v < verbs::number_of_verbs; ++v) {
        out << std::left << std::setw(24) << verbs::names[v];
        for (std::size_t c = 0; c < verbs::conditions.size(); ++c) {
            const std::size_t met = all.met[c][v];
            out << std::right << std::setw(static_cast<int>(std::string(verbs::conditions[c].name).size()) + 1) << met << " |";
            least = std::min(least, met);
        }
        out << '\n';
    }
    std::size_t calls = 0;
    for (const std::size_t n : all.called) calls += n;
    std::cout << "verbs: " << all.cases << " cases, " << calls << " calls, " << all.failed_rows
              << " ended in a status; in doubt by rounding " << all.in_doubt[plain::decision::rounding] << ", by mass "
              << all.in_doubt[plain::decision::mass] << ", by probability " << all.in_doubt[plain::decision::likely] << "; least met "
              << least << '\n';
    if (least < least_meetings) std::cout << out.str();
    CHECK(least >= least_meetings);
}
