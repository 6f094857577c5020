// scratch — how a draw lays out its workspace.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The arrays of one draw. All have room for every token of the row and the slack that kernels may write, so no verb can run out
/// of space whatever the row holds; what is never touched costs address space only.
template <logit_scalar T>
struct scratch {
    using value = value_of<T>;

    // one entry a block
    value* block_max = nullptr;
    double* block_mass = nullptr;
    double* block_end = nullptr;     // running sums of the masses
    double* block_beside = nullptr;  // a second sum of each block: of a part of it, of squares, of exponents
    std::int32_t* block_top = nullptr;
    std::int32_t* block_list = nullptr;
    // one entry a token
    token_id* ids = nullptr;
    double* values = nullptr;
    double* weights = nullptr;
    double* spare = nullptr;
    std::byte* order = nullptr;  // sixteen bytes a token, for a sorted copy
    double* stray_values = nullptr;
    std::uint64_t* stray_bits = nullptr;    // one bit a token
    std::uint64_t* stray_blocks = nullptr;  // one bit a block
    std::uint16_t* alive = nullptr;         // one bit a token, in words of sixteen
    T* tail = nullptr;

    /// Another sixteen bytes a token for sorting `order`. A list has no strays: their values and `spare` lie side by side. Beside a view, whose
    /// strays are in use, weights and spare are free.
    std::byte* room_beside_list() const noexcept { return reinterpret_cast<std::byte*>(spare); }
    std::byte* room_beside_view() const noexcept { return reinterpret_cast<std::byte*>(weights); }

    /// False where there is no memory.
    bool lay_out(workspace& space, std::size_t width, std::size_t blocks) noexcept {
        const std::size_t per_token = round_up(width), per_block = round_up(blocks);
        std::size_t bytes = 0;
        const auto place = [&](std::size_t size) {
            const std::size_t at = bytes;
            bytes += (size + 63) / 64 * 64;
            return at;
        };
        const std::size_t at[] = {place(per_block * sizeof(value)),
                                  place(per_block * sizeof(double)),
                                  place(per_block * sizeof(double)),
                                  place(per_block * sizeof(std::int32_t)),
                                  place(per_block * sizeof(std::int32_t)),
                                  place(simd::block_size * sizeof(T)),
                                  place(per_token * sizeof(token_id)),
                                  place(per_token * sizeof(double)),
                                  place(per_token * sizeof(double)),
                                  place(per_token * sizeof(double)),
                                  place(per_token * sizeof(double)),
                                  place(per_block * simd::block_size / 8),
                                  place(per_block),
                                  place(per_block * sizeof(double)),
                                  place(per_block * simd::block_size / 8),
                                  place(16 * per_token)};
        std::byte* const base = space.reserve(bytes);
        if (!base) return false;
        block_max = reinterpret_cast<value*>(base + at[0]);
        block_mass = reinterpret_cast<double*>(base + at[1]);
        block_end = reinterpret_cast<double*>(base + at[2]);
        block_top = reinterpret_cast<std::int32_t*>(base + at[3]);
        block_list = reinterpret_cast<std::int32_t*>(base + at[4]);
        tail = reinterpret_cast<T*>(base + at[5]);
        ids = reinterpret_cast<token_id*>(base + at[6]);
        values = reinterpret_cast<double*>(base + at[7]);
        weights = reinterpret_cast<double*>(base + at[8]);
        spare = reinterpret_cast<double*>(base + at[9]);
        stray_values = reinterpret_cast<double*>(base + at[10]);
        stray_bits = reinterpret_cast<std::uint64_t*>(base + at[11]);
        stray_blocks = reinterpret_cast<std::uint64_t*>(base + at[12]);
        block_beside = reinterpret_cast<double*>(base + at[13]);
        alive = reinterpret_cast<std::uint16_t*>(base + at[14]);
        order = base + at[15];
        return true;
    }

private:
    static constexpr std::size_t round_up(std::size_t n) noexcept {
        // At least a block, since weights of a block are looked at in whole.
        return (std::max)((n + simd::lanes - 1) / simd::lanes * simd::lanes, simd::block_size) + 2 * simd::lanes;
    }
};

}  // namespace argdraw::detail
