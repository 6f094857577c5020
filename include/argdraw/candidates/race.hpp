// race — a draw as a race: each token's distance below the maximum, and noise.
#pragma once

#include <cstddef>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Of a weighed list: the token with the greatest distance(i) + noise, noise = -ln(-ln u) for u = uniform(id), where distance is ln of the
/// weight; at equal sums the lower id.
template <class F, class D>
taken race(const list& tokens, F uniform, D distance) noexcept {
    std::size_t best = tokens.size();
    double greatest = -numeric::infinity, bound = numeric::infinity;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens.weight(i) == 0) continue;  // noise spans 40, this token is 693 below the maximum
        const double u = uniform(tokens.id(i));
        // -ln u >= 1 - u, and l + noise beats the best so far only if -ln u < w e^(m - best): most lose without a logarithm.
        if (1 - u > numeric::product(tokens.weight(i), bound)) continue;
        const double sum = distance(i) - numeric::log(-numeric::log(u));
        if (!(sum > greatest)) continue;
        best = i;
        greatest = sum;
        bound = numeric::product(numeric::exp2(numeric::product(-sum, numeric::log2_e)), 1 + 1e-9);
    }
    if (best == tokens.size()) return {};
    return {tokens.id(best), tokens.probability(best)};
}

}  // namespace argdraw::detail
