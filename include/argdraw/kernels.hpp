// kernels — all that a program can have compiled once, in a file of its own. The others define ARGDRAW_KERNELS_ELSEWHERE, and leave it to be linked.
// argdraw::kernels is such a file, and defines that for whoever links it. By hand it is
//
//     #include <argdraw/kernels.hpp>
//     ARGDRAW_KERNELS_HERE
#pragma once

#include <argdraw/candidates/compiled.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/sampler/library.hpp>
#include <argdraw/simd/kernels.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

template <class S, class T>
void library_act_at(const void* at, candidates<T>& c, any_context& context) noexcept {
    act_at<S, T>(at, c, context);
}

template <class D, class T>
drawn library_draw_at(const void* at, candidates<T>& c, any_context& context, any_state* kept, asked what) noexcept {
    return draw_at<D, T>(at, c, context, kept, what);
}

}  // namespace argdraw::detail

#define ARGDRAW_LIBRARY_STAGE_ON(stage, scalar)                                                                      \
    template void argdraw::detail::library_act_at<argdraw::stage, scalar>(const void*, argdraw::candidates<scalar>&, \
                                                                          argdraw::any_context&) noexcept;
#define ARGDRAW_LIBRARY_STAGE_HERE(stage)          \
    ARGDRAW_LIBRARY_STAGE_ON(stage, float)         \
    ARGDRAW_LIBRARY_STAGE_ON(stage, double)        \
    ARGDRAW_LIBRARY_STAGE_ON(stage, argdraw::half) \
    ARGDRAW_LIBRARY_STAGE_ON(stage, argdraw::bfloat16)
#define ARGDRAW_LIBRARY_DRAW_ON(draw, scalar)                                        \
    template argdraw::drawn argdraw::detail::library_draw_at<argdraw::draw, scalar>( \
        const void*, argdraw::candidates<scalar>&, argdraw::any_context&, argdraw::any_state*, argdraw::detail::asked) noexcept;
#define ARGDRAW_LIBRARY_DRAW_HERE(draw)          \
    ARGDRAW_LIBRARY_DRAW_ON(draw, float)         \
    ARGDRAW_LIBRARY_DRAW_ON(draw, double)        \
    ARGDRAW_LIBRARY_DRAW_ON(draw, argdraw::half) \
    ARGDRAW_LIBRARY_DRAW_ON(draw, argdraw::bfloat16)

#define ARGDRAW_KERNELS_HERE                           \
    ARGDRAW_KERNELS()                                  \
    ARGDRAW_VERBS()                                    \
    ARGDRAW_LIBRARY_STAGES(ARGDRAW_LIBRARY_STAGE_HERE) \
    ARGDRAW_LIBRARY_DRAWS(ARGDRAW_LIBRARY_DRAW_HERE)
