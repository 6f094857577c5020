#pragma once

#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// P_less with its cut lowered by what two draws of a uniform distribution would agree.
///
/// - formula:  K = { i : p_i >= (n sum_j p_j^2 - 1)/(n - 1) }, n tokens living, equality to a relative 1e-6
/// - neutral:  never: it has no parameter that could say so; one living token is kept
/// - range:    min_keep >= 0; it has no other parameter
/// - ties:     equal logits are kept or dropped together; the most likely always live, and of equals alone all
/// - edges:    where logits are +inf they alone live, as equals; one token left is kept; a NaN is nan_logit
/// - cost:     one read more than p_less: the living are counted
/// - usual:    no parameters
/// - when:     as p_less, with more variety where few tokens live
/// - not:      without a truncation before it to gain anything: of many living tokens 1 / n is nothing, and it is p_less
/// - source:   Tan et al. 2025, "p-less sampling", arXiv:2509.23234
/// - example:  p_less_norm{}
struct p_less_norm {
    int min_keep = 1;  ///< Tokens that stay at least, the first in the order; 0 or more, 0 and 1 are neutral.

    static constexpr bool truncates = true;
    static constexpr std::string_view requirement = "p_less_norm: min_keep must be 0 or more";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return min_keep >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const estimate quick = c.collision(accuracy::quick);
        const double n = static_cast<double>(c.size());
        if (n < 2) return;
        const auto cut = [&](accuracy wanted) {
            const estimate sum = wanted == accuracy::quick || quick.error == 0 ? quick : c.collision(wanted);
            return estimate{numeric::product((numeric::product(n, sum.value) - 1) / (n - 1), 1 - 1e-6),
                            numeric::product(n, sum.error) / (n - 1)};
        };
        c.keep_likely(cut, min_keep);
    }

    friend bool operator==(const p_less_norm&, const p_less_norm&) = default;
};

}  // namespace argdraw
