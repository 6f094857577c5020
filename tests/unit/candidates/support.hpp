// What the tests of the candidates share: one row in the two forms it may have while stages act on it.
#pragma once

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/argdraw.hpp>

namespace support {

using argdraw::candidates;
using argdraw::token_id;
using argdraw::workspace;
using ids = std::vector<token_id>;

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
inline constexpr double infinite = std::numeric_limits<double>::infinity();

/// A row as a view of the caller's memory, and the same row after everything in it was listed.
struct both_forms {
    std::vector<float> row;  // a view reads it as long as it is one
    workspace view_space, list_space;
    candidates<float> view, list;

    explicit both_forms(std::vector<float> logits) : row(std::move(logits)), view(row, view_space), list(row, list_space) {
        list.survivors();
    }

    template <class F>
    both_forms& act(F verb) {
        verb(view);
        verb(list);
        return *this;
    }
};

struct left_over {
    ids tokens;
    std::vector<double> logits;

    friend bool operator==(const left_over&, const left_over&) = default;
};

inline left_over left(candidates<float>& c) {
    const auto s = c.survivors();
    return {{s.ids.begin(), s.ids.end()}, {s.logits.begin(), s.logits.end()}};
}

/// Rows in the shapes that matter to a summary by blocks: one incomplete block, complete ones, ties, masks, one great logit, many blocks.
inline std::vector<std::vector<float>> rows() {
    std::vector<std::vector<float>> all{{0.0f}, {1.0f, 3.0f, 2.0f, 3.0f}, {-infinity, -2.0f, -infinity}};
    std::mt19937 random(17);
    for (const std::size_t width : {std::size_t{255}, std::size_t{256}, std::size_t{257}, std::size_t{1000}, std::size_t{40000}}) {
        std::vector<float> row(width);
        for (auto& l : row) l = static_cast<float>(random() % 20000) * 1e-3f - 12.0f;
        all.push_back(row);
        for (auto& l : row) l = static_cast<float>(random() % 7);
        all.push_back(row);
        for (auto& l : row)
            if (random() % 8 != 0) l = -infinity;
        row[width / 2] = 5.0f;
        all.push_back(row);
        all.emplace_back(width, -3.25f);
        all.back()[width - 1] = 4.5f;
    }
    return all;
}

}  // namespace support
