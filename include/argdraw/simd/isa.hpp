// isa — which instruction set the kernels run on: chosen once at run time, forced for tests.
#pragma once

#include <atomic>
#include <cstdlib>
#include <string_view>

#include <argdraw/core/config.hpp>

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__)) && !defined(ARGDRAW_ONLY_GENERIC)
#define ARGDRAW_X86 1
#include <cpuid.h>
#elif defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(ARGDRAW_ONLY_GENERIC)
#define ARGDRAW_ARM 1
#endif

namespace argdraw::inline ARGDRAW_ABI {

/// The instruction sets the kernels are compiled for. Each gives the same bits; they differ in speed.
enum class isa { generic, neon, avx2, avx512 };

constexpr std::string_view name(isa set) noexcept {
    switch (set) {
        case isa::generic: return "generic";
        case isa::neon: return "neon";
        case isa::avx2: return "avx2";
        case isa::avx512: return "avx512";
    }
    return "unknown";
}

#if defined(ARGDRAW_X86)
namespace detail {

// __builtin_cpu_supports knows no "f16c" in clang 14. Asked once, as cpuid stops a virtual machine for microseconds.
inline bool has_f16c() noexcept {
    static const bool has = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & (1u << 29)) != 0;
    }();
    return has;
}

}  // namespace detail
#endif

/// Whether this build has kernels for `set` and this machine runs them. generic: always.
inline bool supported(isa set) noexcept {
    switch (set) {
        case isa::generic: return true;
#if defined(ARGDRAW_ARM)
        case isa::neon: return true;
#endif
#if defined(ARGDRAW_X86)
        case isa::avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && detail::has_f16c();
        case isa::avx512:
            return supported(isa::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
        default: return false;
    }
}

/// The fastest of the supported sets.
inline isa best_isa() noexcept {
    for (isa set : {isa::avx512, isa::avx2, isa::neon})
        if (supported(set)) return set;
    return isa::generic;
}

namespace detail {

// ARGDRAW_ISA=generic|neon|avx2|avx512 is a wish: a set that the machine has not is passed over, since a
// draw can only run on what is there and has no way to report it. active_isa() tells.
inline isa initial_isa() noexcept {
    if (const char* wish = std::getenv("ARGDRAW_ISA"))
        for (isa set : {isa::generic, isa::neon, isa::avx2, isa::avx512})
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
