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
        std::vector<std::pair<std::uintptr_t, std::size_t>> arrays{{at(s.block_max), (blocks + simd::lanes) * sizeof(float)},
                                                                   {at(s.block_mass), (blocks + simd::lanes) * sizeof(double)},
                                                                   {at(s.block_end), (blocks + simd::lanes) * sizeof(double)},
                                                                   {at(s.block_top), (blocks + simd::lanes) * sizeof(std::int32_t)},
                                                                   {at(s.block_list), (blocks + simd::lanes) * sizeof(std::int32_t)},
                                                                   {at(s.tail), simd::block_size * sizeof(float)},
                                                                   {at(s.ids), (width + simd::lanes) * sizeof(token_id)},
                                                                   {at(s.values), (width + simd::lanes) * sizeof(double)},
                                                                   {at(s.weights), (width + simd::lanes) * sizeof(double)},
                                                                   {at(s.spare), (width + simd::lanes) * sizeof(double)},
                                                                   {at(s.stray_values), width * sizeof(double)},
                                                                   {at(s.stray_bits), blocks * simd::block_size / 8},
                                                                   {at(s.stray_blocks), (blocks + 63) / 64 * 8},
                                                                   {at(s.block_beside), (blocks + simd::lanes) * sizeof(double)},
                                                                   {at(s.alive), blocks * simd::block_size / 8},
                                                                   {at(s.order), 16 * width}};
        std::sort(arrays.begin(), arrays.end());
        CAPTURE(width);
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            CHECK(arrays[i].first % 64 == 0);
            if (i + 1 < arrays.size()) CHECK(arrays[i].first + arrays[i].second <= arrays[i + 1].first);
        }
        CHECK(arrays.back().first + arrays.back().second <= arrays.front().first + space.capacity());
        // To sort by: what is free beside a list, and what is free beside a view, which has strays.
        CHECK(at(s.room_beside_list()) == at(s.spare));
        CHECK(at(s.room_beside_list()) + 16 * width <= at(s.stray_values) + (width + simd::lanes) * sizeof(double));
        CHECK(at(s.room_beside_view()) == at(s.weights));
        CHECK(at(s.room_beside_view()) + 16 * width <= at(s.stray_values));
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
