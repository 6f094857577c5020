// library — the stages and draws of the library, for those that are chosen at run time: with their lists as spans and rows of float where they take
// a row. What they do is compiled once where the kernels are, as argdraw/kernels.hpp says.
#pragma once

#include <argdraw/draws.hpp>
#include <argdraw/sampler/any_context.hpp>
#include <argdraw/sampler/library_list.hpp>
#include <argdraw/stages.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

#define ARGDRAW_IN_LIBRARY(element) \
    template <>                     \
    inline constexpr bool in_library<argdraw::element> = true;
ARGDRAW_LIBRARY_STAGES(ARGDRAW_IN_LIBRARY)
ARGDRAW_LIBRARY_DRAWS(ARGDRAW_IN_LIBRARY)
#undef ARGDRAW_IN_LIBRARY

}  // namespace argdraw::detail
