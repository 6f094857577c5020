#include "support.hpp"

#include <cstddef>
#include <utility>

using namespace argdraw;
using namespace support;

TEST_CASE("scratch: arrays are aligned, ordered and apart") {
    workspace space;
    for (const std::size_t width : {1u, 15u, 16u, 255u, 256u, 257u, 128256u}) {
        detail::scratch<float> s;
        const std::size_t blocks = (width + simd::block_size - 1) / simd::block_size;
        REQUIRE(s.lay_out(space, width, blocks));
        const auto at = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p); };
        // Every array has room for its entries and for what a kernel of sixteen lanes writes behind them.
        const std::size_t per_block = blocks + simd::lanes, per_token = width + simd::lanes, bits = blocks * simd::block_size / 8;
        std::vector<std::pair<std::uintptr_t, std::size_t>> arrays{{at(s.maxima), per_block * sizeof(float)},
                                                                   {at(s.masses.of_block), per_block * sizeof(double)},
                                                                   {at(s.masses.ends), per_block * sizeof(double)},
                                                                   {at(s.masses.beside), per_block * sizeof(double)},
                                                                   {at(s.masses.tops), per_block * sizeof(std::int32_t)},
                                                                   {at(s.split.above), per_block * sizeof(double)},
                                                                   {at(s.split.below), per_block * sizeof(double)},
                                                                   {at(s.split.tops), per_block * sizeof(std::int32_t)},
                                                                   {at(s.counts.between), per_block * sizeof(std::int32_t)},
                                                                   {at(s.counts.above), per_block * sizeof(std::int32_t)},
                                                                   {at(s.counts.some_below), per_block * sizeof(std::int32_t)},
                                                                   {at(s.moments.reference), per_block * sizeof(double)},
                                                                   {at(s.moments.sum), per_block * sizeof(double)},
                                                                   {at(s.moments.squares), per_block * sizeof(double)},
                                                                   {at(s.moments.count), per_block * sizeof(std::int32_t)},
                                                                   {at(s.row.selected), per_block * sizeof(std::int32_t)},
                                                                   {at(s.row.tail), simd::block_size * sizeof(float)},
                                                                   {at(s.row.alive), bits},
                                                                   {at(s.row.strays.values), width * sizeof(double)},
                                                                   {at(s.row.strays.bits), bits},
                                                                   {at(s.row.strays.marked), (blocks + 63) / 64 * 8},
                                                                   {at(s.tokens.ids), per_token * sizeof(token_id)},
                                                                   {at(s.tokens.values), per_token * sizeof(double)},
                                                                   {at(s.tokens.weights), per_token * sizeof(double)},
                                                                   {at(s.tokens.spare), per_token * sizeof(double)},
                                                                   {at(s.sums.bits), bits},
                                                                   {at(s.sums.marked), (blocks + 63) / 64 * 8},
                                                                   {at(s.sorting.order), 16 * width}};
        std::sort(arrays.begin(), arrays.end());
        CAPTURE(width);
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            CHECK(arrays[i].first % 64 == 0);
            if (i + 1 < arrays.size()) CHECK(arrays[i].first + arrays[i].second <= arrays[i + 1].first);
        }
        CHECK(arrays.back().first + arrays.back().second <= arrays.front().first + space.capacity());
        // To sort by: what is free beside a list, and what is free beside a row, which has strays.
        CHECK(at(s.sorting.beside_list) == at(s.tokens.spare));
        CHECK(at(s.sorting.beside_list) + 16 * width <= at(s.row.strays.values) + (width + simd::lanes) * sizeof(double));
        CHECK(at(s.sorting.beside_row) == at(s.tokens.weights));
        CHECK(at(s.sorting.beside_row) + 16 * width <= at(s.row.strays.values));
        CHECK(s.sums.values == s.tokens.spare);
    }
}

TEST_CASE("scratch: its size is that of the width, not of what the row holds") {
    std::vector<std::size_t> sizes;
    for (const float value : {0.0f, -infinity, infinity, not_a_number, 5.0f}) {
        workspace space;
        std::vector<float> row(1000, value);
        sampler{temperature{0.5f}, top_p{0.5f}, top_k{3}, greedy{}}(row, space);
        sizes.push_back(space.capacity());
    }
    CHECK(std::count(sizes.begin(), sizes.end(), sizes[0]) == 5);
    // About 53 bytes a token, as the workspace says.
    workspace space;
    const std::vector<float> wide(128256, 0.0f);
    CHECK(sampler{greedy{}}(wide, space));
    CHECK(space.capacity() < 58 * wide.size());
}
