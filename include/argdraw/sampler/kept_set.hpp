// kept_set — room of the caller's for what a draw chose from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Room for a final set, ids ascending, and for the probabilities beside them; either may be left empty, and is then not asked for. What
/// does not fit is counted:
///
///     std::array<token_id, 64> ids;
///     std::array<double, 64> probabilities;
///     kept_set kept{ids, probabilities};
///     drawn token = pick.draw_and_keep(logits, kept, seq);
///     for (token_id id : kept.written_ids()) ...        // all of them if kept.whole()
struct kept_set {
    std::span<token_id> ids = {};
    std::span<double> probabilities = {};
    std::size_t size = 0;  ///< of the final set that was found last; 0 where there was no token

    /// How many tokens there is room for, and how many were written: the first in id order.
    constexpr std::size_t room() const noexcept {
        if (ids.empty() || probabilities.empty()) return (std::max)(ids.size(), probabilities.size());
        return (std::min)(ids.size(), probabilities.size());
    }
    constexpr std::size_t written() const noexcept { return (std::min)(size, room()); }
    constexpr bool whole() const noexcept { return size <= room(); }
    constexpr std::span<const token_id> written_ids() const noexcept { return ids.first((std::min)(written(), ids.size())); }
    constexpr std::span<const double> written_probabilities() const noexcept {
        return probabilities.first((std::min)(written(), probabilities.size()));
    }

    /// Takes the living tokens of candidates.
    template <logit_scalar T>
    void operator()(candidates<T>& c) noexcept {
        size = c.size();
        const std::size_t n = written();
        std::size_t at = 0;
        if (n == 0) return;
        if (probabilities.empty()) {
            std::copy_n(c.survivors().ids.begin(), n, ids.begin());
        } else if (ids.empty()) {
            c.probabilities([&](token_id, double p) noexcept {
                if (at < n) probabilities[at++] = p;
            });
        } else {
            c.probabilities([&](token_id id, double p) noexcept {
                if (at == n) return;
                ids[at] = id;
                probabilities[at++] = p;
            });
        }
        if (c.why() != status::ok) size = 0;
    }
};

}  // namespace argdraw
