// compiled — stages and draws that are chosen at run time: what a program can have compiled elsewhere.
//
// Each file of a program that parses pipelines, makes recipes or fills chains compiles every stage that it may get, for each format. Where
// all of them define ARGDRAW_TEXT_ELSEWHERE, that is left to be linked. argdraw::text has it, and defines that for whoever links it. By hand
// it is, in one file of the program,
//
//     #include <argdraw/text/compiled.hpp>
//     ARGDRAW_TEXT_HERE
//
// A file that fills a chain with stages of the library includes this, too; recipes do so by themselves, and parsing needs none of it.
#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_context.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/text/descriptions.hpp>
#include <argdraw/text/kinds.hpp>

#define ARGDRAW_STAGE_ON(prefix, S, T) prefix template void act_at<S, T>(const void*, candidates<T>&, any_context&) noexcept;
#define ARGDRAW_DRAW_ON(prefix, D, T) \
    prefix template drawn draw_at<D, T>(const void*, candidates<T>&, any_context&, any_state*, asked) noexcept;
#define ARGDRAW_STAGE(prefix, S)        \
    ARGDRAW_STAGE_ON(prefix, S, float)  \
    ARGDRAW_STAGE_ON(prefix, S, double) \
    ARGDRAW_STAGE_ON(prefix, S, half)   \
    ARGDRAW_STAGE_ON(prefix, S, bfloat16)
#define ARGDRAW_DRAW(prefix, D)        \
    ARGDRAW_DRAW_ON(prefix, D, float)  \
    ARGDRAW_DRAW_ON(prefix, D, double) \
    ARGDRAW_DRAW_ON(prefix, D, half)   \
    ARGDRAW_DRAW_ON(prefix, D, bfloat16)
#define ARGDRAW_CHOSEN(prefix)                      \
    namespace argdraw::inline ARGDRAW_ABI::detail { \
    ARGDRAW_EACH_OF_STAGES(ARGDRAW_STAGE, prefix)   \
    ARGDRAW_EACH_OF_DRAWS(ARGDRAW_DRAW, prefix)     \
    }

#define ARGDRAW_TEXT_HERE \
    ARGDRAW_CHOSEN()      \
    template struct argdraw::text::detail::kind_table<argdraw::text::element>;

#if defined(ARGDRAW_TEXT_ELSEWHERE)
ARGDRAW_CHOSEN(extern)
#endif
