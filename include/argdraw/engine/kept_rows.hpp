// kept_rows — the final sets of the rows of a step, behind one another.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/sampler/checked.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What each row of a step was drawn from, as compressed rows: those of row i stand from offsets[i] up to offsets[i + 1], ids ascending. A
/// row without a token has none. Keep it from step to step: its memory grows to the largest step and stays.
struct kept_rows {
    bool with_probabilities = false;  ///< whether those are wanted, too
    std::vector<std::size_t> offsets = {};
    std::vector<token_id> ids = {};
    std::vector<double> probabilities = {};

    /// How many rows there are.
    std::size_t size() const noexcept { return offsets.empty() ? 0 : offsets.size() - 1; }
    std::span<const token_id> ids_of(std::size_t row) const noexcept { return part_of(ids, row); }
    /// None where they were not wanted.
    std::span<const double> probabilities_of(std::size_t row) const noexcept {
        return probabilities.empty() ? std::span<const double>{} : part_of(probabilities, row);
    }

private:
    template <class T>
    std::span<const T> part_of(const std::vector<T>& all, std::size_t row) const noexcept {
        return std::span(all).subspan(offsets[row], offsets[row + 1] - offsets[row]);
    }
};

namespace detail {

/// The final set of one draw, in memory that grows.
struct growing_set {
    std::vector<token_id> ids = {};
    std::vector<double> probabilities = {};

    void clear() noexcept {
        ids.clear();
        probabilities.clear();
    }
    /// Where there is no memory, the candidates fail.
    template <class Candidates>
    void take(Candidates& c, bool with_probabilities) noexcept {
        clear();
        if (with_probabilities) return read_law(c, ids, probabilities);
        const auto living = c.survivors();
        ARGDRAW_TRY { ids.assign(living.ids.begin(), living.ids.end()); }
        ARGDRAW_CATCH(std::bad_alloc) { c.fail(status::out_of_memory); }
    }
};

}  // namespace detail

}  // namespace argdraw
