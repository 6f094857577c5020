// order — tokens by their values, and the one way in which they are compared.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/radix_sort.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A token and its place in an order: the greater value comes first, and of equal ones the lower id. The value is the logit wherever
/// nothing else is said.
struct place {
    double value;
    token_id id;

    /// Whether a comes before b.
    friend constexpr bool operator<(const place& a, const place& b) noexcept {
        return a.value != b.value ? a.value > b.value : a.id < b.id;
    }
};

namespace detail {

/// Puts n <= 2^24 values in order, of equal ones first those that stand first. Leaves a word for each, of which number_of_word() tells where
/// it stands; there is room for 2 n words and a vector. False where the values are not spread evenly enough for it.
///
/// The rank rint((greatest - v) per_value) never falls as v does: difference, product and sum are rounded, and rounding keeps the order. So
/// different ranks are in the order of their values, and the values decide between equal ones.
inline bool numbers_in_order(const double* values, std::size_t n, std::uint64_t* words) noexcept {
    const double greatest = simd::lists().greatest(values, n), span = greatest - simd::lists().least(values, n);
    if (span == 0) {
        for (std::size_t i = 0; i < n; ++i) new (words + i) std::uint64_t{i};
        return true;
    }
    const double per_value = 0xffffffffff / span;
    if (!numeric::finite(span) || !numeric::finite(per_value)) return false;
    auto* const ranks = reinterpret_cast<double*>(words);
    simd::lists().ranks(values, n, greatest, per_value, ranks);
    for (std::size_t i = 0; i < n; ++i) new (words + i) std::uint64_t{std::bit_cast<std::uint64_t>(ranks[i])};
    for (std::size_t i = n; i < 2 * n; ++i) new (words + i) std::uint64_t;
    return numeric::sort_ranks(words, n, words + n, [=](std::uint64_t a, std::uint64_t b) {
        if ((a ^ b) >> numeric::number_bits != 0) return a < b;
        const double x = values[numeric::number_of_word(a)], y = values[numeric::number_of_word(b)];
        return x != y ? x > y : a < b;
    });
}

/// Puts n tokens in order, of equal values those first that stand first, as lower ids do. Leaves them in an array apart from theirs; `room`
/// is another one as long, which may be where they stand.
inline void put_in_order(const double* values, const token_id* ids, std::size_t n, place* order, place* room) noexcept {
    static_assert(sizeof(place) == 2 * sizeof(std::uint64_t) && alignof(place) >= alignof(std::uint64_t));
    auto* const words = reinterpret_cast<std::uint64_t*>(order);
    if (numbers_in_order(values, n, words)) {
        for (std::size_t i = n; i-- > 0;) {  // from the last on, where the places written lie behind the words to be read
            const std::uint32_t number = numeric::number_of_word(words[i]);
            new (order + i) place{values[number], ids[number]};
        }
        return;
    }
    for (std::size_t i = 0; i < n; ++i) new (order + i) place{values[i], ids[i]};
    numeric::sort_descending(order, n, room, [](const place& each) { return each.value; });
}

/// The level that somewhat more than k of n tokens reach, as a sample of their values has it; -inf where all of them are to be taken, +inf
/// where they are too few for a sample. A count has to tell whether it is right.
template <class F>
double level_by_sample(std::size_t n, std::size_t k, F value_at) noexcept {
    constexpr std::size_t size = sizes::level_sample;
    if (n <= 4 * size) return numeric::infinity;
    const double expected = static_cast<double>(k) * size / static_cast<double>(n);
    const auto rank = static_cast<std::size_t>(expected + 3 * std::sqrt(expected) + 4);
    if (rank >= size) return -numeric::infinity;
    std::array<double, size> sample;
    for (std::size_t i = 0; i < size; ++i) sample[i] = value_at(i * n / size);
    const auto at = sample.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(sample.begin(), at, sample.end(), [](double a, double b) { return a > b; });
    return *at;
}

/// The first n, in order, of the tokens that reach a level, or all where these are fewer. In the first of two arrays of as many places as
/// there are tokens.
inline std::span<place> first_in_order(std::span<const double> values, const token_id* ids, std::size_t n, double level, place* order,
                                       place* room) noexcept {
    auto* const reaching = reinterpret_cast<double*>(room);
    auto* const their_ids = reinterpret_cast<token_id*>(reaching + values.size());
    std::size_t found = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {  // written whether it counts or not: which do is not to be predicted
        reaching[found] = values[i];
        their_ids[found] = ids[i];
        found += values[i] >= level;
    }
    n = (std::min)(n, found);
    if (found >= sizes::radix_entries) {
        put_in_order(reaching, their_ids, found, order, room);
    } else {
        for (std::size_t i = 0; i < found; ++i) new (order + i) place{reaching[i], their_ids[i]};
        if (n < found) std::nth_element(order, order + n, order + found);
        std::sort(order, order + n);
    }
    return {order, n};
}

/// Values in their order, of equal ones first those that stand first.
class ordered {
public:
    /// Overwrites both arrays, of n places each and a vector more; the first of them and the values are read for as long as this lives.
    ordered(const double* values, std::size_t n, place* order, place* room) noexcept
        : values_{values}, count_{n}, words_{reinterpret_cast<const std::uint64_t*>(order)}, places_{order} {
        if (numbers_in_order(values, n, reinterpret_cast<std::uint64_t*>(order))) return;
        words_ = nullptr;
        for (std::size_t i = 0; i < n; ++i) new (order + i) place{values[i], static_cast<token_id>(i)};
        numeric::sort_descending(order, n, room, [](const place& each) { return each.value; });
    }

    /// Where the i-th of the order stands.
    std::uint32_t number(std::size_t i) const noexcept {
        return words_ ? numeric::number_of_word(words_[i]) : static_cast<std::uint32_t>(places_[i].id);
    }

    /// Calls visit(values, numbers, count) for all of them, a block at a time; behind the values there is room for a vector more.
    template <class F>
    void each_block(F visit) const noexcept {
        each_block_of(values_, visit);
    }
    /// The same with what stands in another array in the place of each value; that of a block may be overwritten when it is visited.
    template <class F>
    void each_block_of(const double* all, F visit) const noexcept {
        double values[simd::block_size + simd::lanes] = {};
        std::uint32_t numbers[simd::block_size];
        const std::uint64_t* const words = words_;
        for (std::size_t from = 0; from < count_; from += simd::block_size) {
            const std::size_t count = (std::min)(simd::block_size, count_ - from);
            if (words)
                for (std::size_t i = 0; i < count; ++i) numbers[i] = numeric::number_of_word(words[from + i]);
            else
                for (std::size_t i = 0; i < count; ++i) numbers[i] = number(from + i);
            for (std::size_t i = 0; i < count; ++i) values[i] = all[numbers[i]];
            visit(static_cast<const double*>(values), static_cast<const std::uint32_t*>(numbers), count);
        }
    }

private:
    const double* values_;
    std::size_t count_;
    const std::uint64_t* words_;  // nullptr where places tell
    const place* places_;
};

/// Calls visit(weights, below, count) for tokens in their order, a block at a time, the first of which weighs 1: weight = e^below, below the
/// first by logit. Ends where that returns false.
template <class F>
void each_block_of_weights(std::span<const place> first, F visit) noexcept {
    constexpr std::size_t together = simd::block_size;
    double below[together], weights[together];
    for (std::size_t from = 0; from < first.size(); from += together) {
        const std::size_t n = (std::min)(together, first.size() - from);
        for (std::size_t i = 0; i < n; ++i) below[i] = first[from + i].value - first[0].value;
        simd::lists().weights(below, n, 0.0, numeric::log2_e, weights);
        if (!visit(static_cast<const double*>(weights), static_cast<const double*>(below), n)) return;
    }
}
/// The same one by one: visit(weight, below).
template <class F>
void each_weight(std::span<const place> first, F visit) noexcept {
    each_block_of_weights(first, [&](const double* weights, const double* below, std::size_t n) {
        std::size_t i = 0;
        while (i < n && visit(weights[i], below[i])) ++i;
        return i == n;
    });
}

}  // namespace detail

}  // namespace argdraw
