// parallel — who runs the rows of a step: the caller's threads, through one function.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/core/workspace.hpp>

#if defined(ARGDRAW_TBB)
#include <tbb/parallel_for.h>
#endif

namespace argdraw::inline ARGDRAW_ABI {

/// Calls body(i) once for each i below n, on any threads, in any order, and returns when all are done.
template <class P>
concept parallel_for = requires(const P& run, std::size_t n, void (*body)(std::size_t)) { run(n, body); };

/// On the calling thread.
struct one_thread {
    template <class F>
    void operator()(std::size_t n, const F& body) const {
        for (std::size_t i = 0; i < n; ++i) body(i);
    }
};

#if defined(_OPENMP)
/// On the threads of OpenMP; for files compiled with -fopenmp.
struct openmp_threads {
    template <class F>
    void operator()(std::size_t n, const F& body) const {
#pragma omp parallel for schedule(static, 1)
        for (std::size_t i = 0; i < n; ++i) body(i);
    }
};
#endif

#if defined(ARGDRAW_TBB)
/// On the threads of oneTBB; for files compiled with ARGDRAW_TBB, which include and link it.
struct tbb_threads {
    template <class F>
    void operator()(std::size_t n, const F& body) const {
        tbb::parallel_for(std::size_t{0}, n, body);
    }
};
#endif

namespace detail {

/// task(i, space) once for each i below n, with scratch memory of the thread that runs it; nullptr where there is none. Whoever is called
/// takes tasks until none is left, so that one long task keeps no thread idle however the calls were dealt out, and has his memory once.
template <class P, class F>
void run_all(const P& parallel, std::size_t n, const F& task) {
    std::atomic<std::size_t> next{0};
    parallel(n, [&](std::size_t) {
        std::size_t i = next.fetch_add(1, std::memory_order_relaxed);
        if (i >= n) return;
        const workspace_lease lease;
        for (; i < n; i = next.fetch_add(1, std::memory_order_relaxed)) task(i, lease.get());
    });
}

}  // namespace detail

}  // namespace argdraw
