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

/// A vector whose copies have room for a quarter more: they are made to grow.
template <class T>
struct growing : std::vector<T> {
    growing() = default;
    growing(const growing& other) : std::vector<T>() {
        this->reserve(other.size() + other.size() / 4 + 4);
        this->insert(this->end(), other.begin(), other.end());
    }
    growing(growing&&) noexcept = default;
    growing& operator=(growing other) noexcept {
        this->swap(other);
        return *this;
    }
    ~growing() = default;
};

}  // namespace argdraw::detail
