// room — capacity ahead of need, so that what follows cannot fail.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Capacity for `extra` more elements; where there is none, at least doubled, since reserve() alone would make a loop of appends quadratic.
template <class T>
void make_room(std::vector<T>& v, std::size_t extra) {
    if (v.capacity() - v.size() < extra) v.reserve((std::max)(v.size() + extra, 2 * v.capacity()));
}

}  // namespace argdraw::detail
