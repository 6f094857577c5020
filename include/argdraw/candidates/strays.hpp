// strays — the tokens of a view whose value a stage has changed: few, in id order, beside the row and not in it.
#pragma once

#include <algorithm>
#include <cstddef>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Distinct tokens with values of their own, ascending by id, in memory that belongs to the scratch: room for every token of a row.
struct strays {
    token_id* ids = nullptr;
    double* values = nullptr;
    std::size_t count = 0;

    /// Where the token stands, or would.
    std::size_t place_of(token_id id) const noexcept {
        if (count == 0 || ids[count - 1] < id) return count;
        return static_cast<std::size_t>(std::lower_bound(ids, ids + count, id) - ids);
    }
    bool has(std::size_t place, token_id id) const noexcept { return place < count && ids[place] == id; }

    void insert(std::size_t place, token_id id, double value) noexcept {
        std::copy_backward(ids + place, ids + count, ids + count + 1);
        std::copy_backward(values + place, values + count, values + count + 1);
        ids[place] = id;
        values[place] = value;
        ++count;
    }
    void erase(std::size_t place) noexcept {
        std::copy(ids + place + 1, ids + count, ids + place);
        std::copy(values + place + 1, values + count, values + place);
        --count;
    }

    template <class F>
    void keep_if(F keep) noexcept {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count; ++i) {
            ids[kept] = ids[i];
            values[kept] = values[i];
            kept += keep(ids[i], values[i]);
        }
        count = kept;
    }

    double greatest(double otherwise) const noexcept {
        for (std::size_t i = 0; i < count; ++i) otherwise = std::max(otherwise, values[i]);
        return otherwise;
    }

    /// Puts the strays of value >= low, and not >= high, into a list of n other tokens in id order that has room for them; returns its new length.
    std::size_t merge_into(token_id* list_ids, double* list_values, std::size_t n, double low, double high) const noexcept {
        const auto belongs = [&](double v) { return low <= v && !(v >= high); };
        const std::size_t merged = n + static_cast<std::size_t>(std::count_if(values, values + count, belongs));
        // From the back, so that nothing is overwritten before it has moved; what is left of the list is then in place.
        std::size_t from = n;
        for (std::size_t s = count, to = merged; to > from; --s) {
            if (!belongs(values[s - 1])) continue;
            while (from > 0 && list_ids[from - 1] > ids[s - 1]) {
                list_ids[--to] = list_ids[--from];
                list_values[to] = list_values[from];
            }
            list_ids[--to] = ids[s - 1];
            list_values[to] = values[s - 1];
        }
        return merged;
    }
};

}  // namespace argdraw::detail
