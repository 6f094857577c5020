// Eigen at the door: its types of sixteen bits are the library's formats. Vectors, maps, arrays and rows of row-major matrices come in as
// they are, since they say where their elements lie, and softmax writes to them. Needs no header of Eigen's: the umbrella includes this
// one, whether Eigen is there or not.
#pragma once

#include <argdraw/core/formats.hpp>

namespace Eigen {

struct half;
struct bfloat16;

}  // namespace Eigen

namespace argdraw::inline ARGDRAW_ABI {

template <>
struct format_of<Eigen::half> {
    using type = half;
};

template <>
struct format_of<Eigen::bfloat16> {
    using type = bfloat16;
};

}  // namespace argdraw
