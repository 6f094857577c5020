// float_environment — draws round to nearest and keep subnormals, whatever the host program has set.
#pragma once

#include <cfenv>
#include <cstdint>

#include <argdraw/core/config.hpp>

#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

// Saves the floating-point control word, sets round-to-nearest without flush-to-zero, and restores it at the end of its life.
class float_environment {
public:
#if defined(__SSE__) || defined(_M_X64)
    float_environment() noexcept : saved_(_mm_getcsr()) {
        refuse_unnamed_fast_math();
        if (saved_ != wanted(saved_)) _mm_setcsr(wanted(saved_));
    }
    // Only the modes are put back; flags that the draw raised stay raised, as after any arithmetic.
    ~float_environment() {
        if (saved_ != wanted(saved_)) _mm_setcsr((_mm_getcsr() & 0x3fu) | saved_);
    }

private:
    // Exceptions masked (0x1f80), rounding to nearest, FTZ and DAZ off; the sticky flags are kept.
    static constexpr unsigned wanted(unsigned word) noexcept { return (word & 0x3fu) | 0x1f80u; }
    unsigned saved_;
#elif defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__))
    float_environment() noexcept {
        refuse_unnamed_fast_math();
        asm volatile("mrs %0, fpcr" : "=r"(saved_));
        if (saved_ & modes) asm volatile("msr fpcr, %0" : : "r"(saved_ & ~modes));
    }
    ~float_environment() {
        if (saved_ & modes) asm volatile("msr fpcr, %0" : : "r"(saved_));
    }

private:
    // FZ16, rounding mode, FZ, DN, the trap enables and FEAT_AFP's FIZ, AH and NEP.
    static constexpr std::uint64_t modes = (std::uint64_t{1} << 19) | (std::uint64_t{7} << 22) | (std::uint64_t{1} << 25) | 0x9f00u | 7u;
    std::uint64_t saved_;
#else
    float_environment() noexcept : saved_(std::fegetround()) {
        refuse_unnamed_fast_math();
        std::fesetround(FE_TONEAREST);
    }
    ~float_environment() { std::fesetround(saved_); }

private:
    int saved_;
#endif

public:
    float_environment(const float_environment&) = delete;
    float_environment& operator=(const float_environment&) = delete;
};

template <class F>
ARGDRAW_NOINLINE decltype(auto) out_of_line(const F& f) noexcept {
    return f();
}

}  // namespace detail

/// f(), rounding to nearest and without flush-to-zero. Engines run their kernels under FTZ and DAZ; a logit that is subnormal or a sum that
/// rounds the other way must not depend on it. f is not inlined: a compiler knows nothing of the control word and could otherwise move
/// arithmetic across its change.
template <class F>
decltype(auto) under_default_rounding(const F& f) noexcept {
    const detail::float_environment guard;
    return detail::out_of_line(f);
}

}  // namespace argdraw
