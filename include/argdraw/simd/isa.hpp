// isa — which instruction set the kernels run on: chosen once at run time, forced for tests.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include <argdraw/core/config.hpp>

#if defined(ARGDRAW_ONLY_GENERIC) || !(defined(__GNUC__) || defined(__clang__))
#elif defined(__x86_64__) || defined(_M_X64)
#define ARGDRAW_X86 1
#include <cpuid.h>
#elif defined(__aarch64__)
#define ARGDRAW_ARM 1
#elif defined(__wasm_simd128__)
#define ARGDRAW_WASM 1
#endif

// The sets that this build has kernels for, beside the generic one: f(set, ...) for each.
#if defined(ARGDRAW_X86)
#define ARGDRAW_SETS(f, ...) f(avx512, __VA_ARGS__) f(avx2, __VA_ARGS__)
#elif defined(ARGDRAW_ARM)
#define ARGDRAW_SETS(f, ...) f(neon, __VA_ARGS__)
#elif defined(ARGDRAW_WASM)
#define ARGDRAW_SETS(f, ...) f(simd128, __VA_ARGS__)
#else
#define ARGDRAW_SETS(f, ...)
#endif

namespace argdraw::inline ARGDRAW_ABI {

/// The instruction sets the kernels are compiled for. Each gives the same bits; they differ in speed.
enum class isa { generic, neon, avx2, avx512, simd128 };

namespace detail {

// Whether this build has kernels for the set and this machine runs them.
constexpr bool has_generic() noexcept { return true; }
#if defined(ARGDRAW_ARM)
constexpr bool has_neon() noexcept { return true; }
#else
constexpr bool has_neon() noexcept { return false; }
#endif
#if defined(ARGDRAW_WASM)
constexpr bool has_simd128() noexcept { return true; }  // or the module would not have been loaded
#else
constexpr bool has_simd128() noexcept { return false; }
#endif
#if defined(ARGDRAW_X86)
struct x86_sets {
    bool avx2 = false, avx512 = false;
};

// What the processor has and the system keeps registers for. __builtin_cpu_supports, which knows no "f16c" in clang 14, brings four
// kilobytes of all processors there are.
inline x86_sets ask_x86() noexcept {
    unsigned a = 0, b = 0, first = 0, d = 0, second = 0, unused = 0;
    if (__get_cpuid(1, &a, &b, &first, &d) == 0 || __get_cpuid_count(7, 0, &a, &second, &unused, &d) == 0) return {};
    const auto all = [](unsigned word, auto... bits) { return ((word >> bits & 1u) & ...) != 0; };
    if (!all(first, 27)) return {};  // nobody could ask for the registers
    unsigned kept = 0, upper = 0;
    __asm__("xgetbv" : "=a"(kept), "=d"(upper) : "c"(0));
    // fma, popcnt, avx, f16c; bmi, avx2; registers of 256 bits
    const bool avx2 = all(first, 12, 23, 28, 29) && all(second, 3, 5) && all(kept, 1, 2);
    // avx512f, dq, bw, vl; masks and registers of 512 bits
    return {avx2, avx2 && all(second, 16, 17, 30, 31) && all(kept, 5, 6, 7)};
}
// Asked once, as cpuid stops a virtual machine for microseconds.
inline const x86_sets& of_x86() noexcept {
    static const x86_sets sets = ask_x86();
    return sets;
}
inline bool has_avx2() noexcept { return of_x86().avx2; }
inline bool has_avx512() noexcept { return of_x86().avx512; }
#else
constexpr bool has_avx2() noexcept { return false; }
constexpr bool has_avx512() noexcept { return false; }
#endif

struct isa_row {
    isa set;
    std::string_view name;
    bool (*supported)() noexcept;
};

// One row a set; of those that a machine has, the fastest last.
inline constexpr isa_row isa_rows[] = {
    {isa::generic, "generic", has_generic}, {isa::neon, "neon", has_neon},          {isa::avx2, "avx2", has_avx2},
    {isa::avx512, "avx512", has_avx512},    {isa::simd128, "simd128", has_simd128},
};

}  // namespace detail

/// Every set there is, whether this machine has it or not; of those that it has, the fastest last.
inline constexpr auto every_isa = [] {
    std::array<isa, std::size(detail::isa_rows)> sets{};
    for (std::size_t i = 0; i < sets.size(); ++i) sets[i] = detail::isa_rows[i].set;
    return sets;
}();

constexpr std::string_view name(isa set) noexcept {
    for (const auto& row : detail::isa_rows)
        if (row.set == set) return row.name;
    return "unknown";
}

/// Whether this build has kernels for `set` and this machine runs them. generic: always.
inline bool supported(isa set) noexcept {
    for (const auto& row : detail::isa_rows)
        if (row.set == set) return row.supported();
    return false;
}

/// The fastest of the supported sets.
inline isa best_isa() noexcept {
    std::size_t i = every_isa.size() - 1;
    while (!supported(every_isa[i])) --i;  // the first, generic, is
    return every_isa[i];
}

namespace detail {

// ARGDRAW_ISA=<name of a set> is a wish: a set that the machine has not is passed over, since a draw can only run on what is there and has
// no way to report it. active_isa() tells.
inline isa initial_isa() noexcept {
    if (const char* wish = std::getenv("ARGDRAW_ISA"))
        for (const isa set : every_isa)
            if (name(set) == wish && supported(set)) return set;
    return best_isa();
}

inline std::atomic<isa>& isa_in_force() noexcept {
    static std::atomic<isa> set{initial_isa()};
    return set;
}

}  // namespace detail

/// The set in force.
inline isa active_isa() noexcept { return detail::isa_in_force().load(std::memory_order_relaxed); }

/// Forces a set for the whole process, for tests and comparisons; false, and nothing changes, where it is not supported.
inline bool force_isa(isa set) noexcept {
    if (!supported(set)) return false;
    detail::isa_in_force().store(set, std::memory_order_relaxed);
    return true;
}

}  // namespace argdraw
