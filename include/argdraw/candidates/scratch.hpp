// scratch — how a draw lays out its workspace: for each owner its own arrays.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <argdraw/candidates/order.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Tokens as arrays beside each other, in id order: a list, or what a search has taken out of the row. `spare` is for whoever works on
/// them.
struct token_arrays {
    token_id* ids = nullptr;
    double* values = nullptr;
    double* weights = nullptr;
    double* spare = nullptr;
};

/// Numbers by id, a bit for each token that has one, and a bit for each block that has any.
struct number_arrays {
    double* values = nullptr;
    std::uint64_t* bits = nullptr;
    std::uint64_t* marked = nullptr;
};

/// The arrays of one draw. All have room for every token of the row and the slack that kernels may write, so no verb can run out
/// of space whatever the row holds; what is never touched costs address space only.
template <logit_scalar T>
struct scratch {
    using value = value_of<T>;

    token_arrays tokens;

    struct {
        std::uint16_t* alive = nullptr;    // one bit a token, in words of sixteen
        T* tail = nullptr;                 // a block
        std::int32_t* selected = nullptr;  // blocks
        number_arrays strays;
    } row;
    value* maxima = nullptr;  // of each block

    // For each block: its mass and a second sum, the key of its greatest or, with masses in doubles, the number of its living tokens, and
    // the running sums of the masses.
    struct {
        double* of_block = nullptr;
        double* beside = nullptr;
        double* ends = nullptr;
        std::int32_t* tops = nullptr;
    } masses;
    // For each block what weighs above and below a cut, and its key.
    struct {
        double* above = nullptr;
        double* below = nullptr;
        std::int32_t* tops = nullptr;
    } split;
    simd::level_counts counts{};
    simd::row_moments moments{};

    // Numbers that are added up before they meet the tokens; the values stand in tokens.spare.
    number_arrays sums;
    // Sixteen bytes a token to put tokens in order, and as many more to sort them by: beside a list, which has no strays, where
    // tokens.spare and the strays' values lie; beside a row, where tokens.weights and tokens.spare do.
    struct {
        place* order = nullptr;
        place* beside_list = nullptr;
        place* beside_row = nullptr;
    } sorting;

    /// False where there is no memory.
    bool lay_out(workspace& space, std::size_t width, std::size_t blocks) noexcept {
        std::byte* const base = space.reserve(lay_out(std::uintptr_t{0}, width, blocks));
        if (base) lay_out(reinterpret_cast<std::uintptr_t>(base), width, blocks);
        return base != nullptr;
    }

private:
    // Needs the address of room for all of it, or 0. Leaves every array in its place, each on a line of the cache; returns how many bytes
    // they take.
    std::size_t lay_out(std::uintptr_t base, std::size_t width, std::size_t blocks) noexcept {
        // All numbers are multiples of 16, and of 8 where entries have eight bytes: so all arrays have whole lines.
        const std::size_t per_block = round_up(blocks) + simd::lanes;
        const std::size_t per_token = round_up((std::max)(width, simd::block_size)) + 2 * simd::lanes;
        const std::size_t bits = round_up(blocks * simd::block_size / 64), marks = round_up((blocks + 63) / 64);
        std::size_t bytes = 0;
        const auto take = [&]<class X>(X*& array, std::size_t n) {
            // A number, so that 0 can stand for room that is not there yet.
            array = reinterpret_cast<X*>(base + bytes);  // NOLINT(performance-no-int-to-ptr)
            bytes += n * sizeof(X);
        };
        take(maxima, per_block);
        take(masses.of_block, per_block);
        take(masses.ends, per_block);
        take(masses.tops, per_block);
        take(row.selected, per_block);
        take(row.tail, simd::block_size);
        take(tokens.ids, per_token);
        take(tokens.values, per_token);
        take(tokens.weights, 3 * per_token);
        tokens.spare = tokens.weights + per_token;
        row.strays.values = tokens.spare + per_token;
        sorting.beside_row = reinterpret_cast<place*>(tokens.weights);
        sorting.beside_list = reinterpret_cast<place*>(tokens.spare);
        take(row.strays.bits, bits);
        take(row.strays.marked, marks);
        take(masses.beside, per_block);
        take(row.alive, 4 * bits);
        take(sorting.order, per_token);
        take(split.above, per_block);
        take(split.below, per_block);
        take(split.tops, per_block);
        take(counts.between, per_block);
        take(counts.above, per_block);
        take(counts.some_below, per_block);
        take(moments.reference, per_block);
        take(moments.sum, per_block);
        take(moments.squares, per_block);
        take(moments.count, per_block);
        sums.values = tokens.spare;
        take(sums.bits, bits);
        take(sums.marked, marks);
        return bytes;
    }

    static_assert(sizeof(place) == 2 * sizeof(double));
    static_assert(simd::block_size * sizeof(T) % 64 == 0);
    static constexpr std::size_t round_up(std::size_t n) noexcept { return (n + simd::lanes - 1) / simd::lanes * simd::lanes; }
};

}  // namespace argdraw::detail
