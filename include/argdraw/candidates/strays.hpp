// strays — the tokens of a view whose value a stage has changed: beside the row and not in it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/finite.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Distinct tokens with values of their own. A value stands at the token's id, a bit says whether there is one, and a bit for every block
/// whether it has any: so that to put, to find and to erase costs the same in whatever order ids come, and visiting them in id order costs
/// their number. The memory belongs to the scratch and has room for every token of a row; only what is marked in it means anything.
class strays {
public:
    strays() = default;
    /// None yet, of a row of this width.
    strays(const number_arrays& at, std::size_t width) noexcept
        : values_{at.values}, bits_{at.bits}, marked_{at.marked}, words_{(width + 64 * sizes::block - 1) / (64 * sizes::block)} {
        std::fill_n(marked_, words_, std::uint64_t{0});
    }

    std::size_t count() const noexcept { return count_; }

    bool has(token_id id) const noexcept {
        if (count_ == 0) return false;
        const std::size_t block = block_of(id);
        return is_set(marked_, block) && is_set(bits_, static_cast<std::size_t>(id));
    }
    /// Of a token that has one.
    double value_of(token_id id) const noexcept { return values_[id]; }

    void announce(token_id id) const noexcept { ARGDRAW_PREFETCH(values_ + id); }

    /// Gives a token a value, whether or not it has one.
    void put(token_id id, double value) noexcept {
        insert(id);
        values_[id] = value;
    }

    /// Adds a number to a token's value, from 0 where it has none. -inf beats everything.
    void add(token_id id, double number) noexcept {
        const double before = insert(id) ? 0.0 : values_[id], sum = before + number;
        values_[id] = sum == sum || !(before < lowest || number < lowest) ? sum : -numeric::infinity;
    }

    /// Takes the value of a token that has one.
    void erase(token_id id) noexcept {
        bits_[id / 64] &= ~(std::uint64_t{1} << (id % 64));
        --count_;
    }

    /// Calls visit(id, value) in id order. What is visited may be erased.
    template <class F>
    void for_each(F visit) const noexcept {
        for_each_block([&](std::size_t block) { for_each_in(block, visit); });
    }

    /// Marks a block, whether or not it has one.
    void mark(std::size_t block) noexcept {
        if (is_set(marked_, block)) return;
        std::fill_n(bits_ + block * words_a_block, words_a_block, std::uint64_t{0});
        marked_[block / 64] |= std::uint64_t{1} << (block % 64);
    }

    /// Calls visit(block) for every block that is marked, as all that has or had one are, in order.
    template <class F>
    void for_each_marked(F visit) const noexcept {
        for (std::size_t w = 0; w < words_; ++w)
            for (std::uint64_t blocks = marked_[w]; blocks != 0; blocks &= blocks - 1)
                visit(64 * w + static_cast<std::size_t>(std::countr_zero(blocks)));
    }

    /// The same, and nothing where there is none at all.
    template <class F>
    void for_each_block(F visit) const noexcept {
        if (count_ > 0) for_each_marked(visit);
    }

    /// Calls visit(id, value) for those of one block, in id order.
    template <class F>
    void for_each_in(std::size_t block, F&& visit) const noexcept {
        if (count_ == 0 || !is_set(marked_, block)) return;
        for (std::size_t w = block * words_a_block; w < (block + 1) * words_a_block; ++w)
            for (std::uint64_t bits = bits_[w]; bits != 0; bits &= bits - 1) {
                const auto id = static_cast<token_id>(64 * w) + std::countr_zero(bits);
                visit(id, values_[id]);
            }
    }

    /// Word w has the bits of the tokens from 64 w on that have a value.
    std::uint64_t word(std::size_t w) const noexcept { return count_ > 0 && is_set(marked_, w / words_a_block) ? bits_[w] : 0; }

    /// Where values stand, by id: what is written for a token without one means nothing before put_word says that it has.
    double* values() noexcept { return values_; }

    /// Says which tokens of word w have a value.
    void put_word(std::size_t w, std::uint64_t bits) noexcept {
        mark(w / words_a_block);
        count_ += static_cast<std::size_t>(std::popcount(bits));
        count_ -= static_cast<std::size_t>(std::popcount(bits_[w]));
        bits_[w] = bits;
    }

    /// Calls visit(w, bits) for every word of bits that is not 0, in order. What is visited may be changed.
    template <class F>
    void for_each_word(F visit) const noexcept {
        for_each_block([&](std::size_t block) {
            for (std::size_t w = block * words_a_block; w < (block + 1) * words_a_block; ++w)
                if (bits_[w] != 0) visit(w, bits_[w]);
        });
    }

    template <class F>
    void keep_if(F keep) noexcept {
        for_each([&](token_id id, double value) {
            if (!keep(id, value)) erase(id);
        });
    }

    double greatest(double otherwise) const noexcept {
        for_each([&](token_id, double value) { otherwise = (std::max)(otherwise, value); });
        return otherwise;
    }

    /// Puts the strays of value >= low, and not >= high, into a list of n other tokens in id order that has room for them; returns its new
    /// length.
    std::size_t merge_into(token_id* list_ids, double* list_values, std::size_t n, double low, double high) const noexcept {
        if (count_ == 0) return n;
        const auto belongs = [&](double v) { return low <= v && !(v >= high); };
        std::size_t merged = n;
        for_each([&](token_id, double v) { merged += belongs(v); });
        // From the back, so that nothing is overwritten before it has moved; what is left of the list is then in place.
        std::size_t from = n, to = merged;
        for (std::size_t w = words_ * 64 * words_a_block; w-- > 0 && to > from;) {
            if (!is_set(marked_, w / words_a_block)) continue;
            for (std::uint64_t bits = bits_[w]; bits != 0 && to > from;) {
                const int last = 63 - std::countl_zero(bits);
                bits ^= std::uint64_t{1} << last;
                const auto id = static_cast<token_id>(64 * w) + last;
                if (!belongs(values_[id])) continue;
                while (from > 0 && list_ids[from - 1] > id) {
                    list_ids[--to] = list_ids[--from];
                    list_values[to] = list_values[from];
                }
                list_ids[--to] = id;
                list_values[to] = values_[id];
            }
        }
        return merged;
    }

private:
    static constexpr std::size_t words_a_block = sizes::block / 64;

    static constexpr double lowest = std::numeric_limits<double>::lowest();

    // Leaves the token's bit set; returns whether it was not.
    bool insert(token_id id) noexcept {
        mark(block_of(id));
        std::uint64_t& word = bits_[id / 64];
        const std::uint64_t bit = std::uint64_t{1} << (id % 64);
        const bool is_new = (word & bit) == 0;
        count_ += is_new;
        word |= bit;
        return is_new;
    }

    static std::size_t block_of(token_id id) noexcept { return static_cast<std::size_t>(id) / sizes::block; }
    static bool is_set(const std::uint64_t* bits, std::size_t i) noexcept { return ((bits[i / 64] >> (i % 64)) & 1) != 0; }

    double* values_ = nullptr;
    std::uint64_t* bits_ = nullptr;    // one a token
    std::uint64_t* marked_ = nullptr;  // one a block: whether its bits mean anything
    std::size_t words_ = 0;            // of marked_
    std::size_t count_ = 0;
};

}  // namespace argdraw::detail
