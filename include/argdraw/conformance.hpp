// conformance — holds the sampler of any engine to what sampling means: to the word where it takes random words, by frequencies where not.
//
//     namespace conformance = argdraw::conformance;
//     const conformance::engine mine{.name = "mine", .stages = {...}, .token = [](auto row, auto& parameters, auto word) { ... }};
//     const conformance::report found = conformance::run(mine);
//     std::cout << found;                              // a page: what passed, what failed, by how much
//
// Not part of argdraw.hpp. The definitions it judges by are its own, in long double; of the library it uses the random words alone.
#pragma once

#include <argdraw/conformance/endpoints.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/extremes.hpp>
#include <argdraw/conformance/invariance.hpp>
#include <argdraw/conformance/kept_sets.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/shares.hpp>
#include <argdraw/conformance/statistics.hpp>
#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

/// Every check, in the order of the page. A check that an engine lacks the callback or the stage for is not applicable and says so.
/// Deterministic for a deterministic engine; a right one with its own generator fails by chance once in some 100 000 runs.
/// Cost: a million tokens of short rows, fifty kept sets and some hundred tokens of wide ones; memory for a row of a million.
inline report run(const engine& e, const options& o = {}) {
    return {e.name,
            {checks::shares(e, o),
             checks::wide_shares(e, o),
             checks::tails(e, o),
             checks::temperature_range(e, o),
             checks::filtered_shares(e, o),
             checks::top_k_sets(e, o),
             checks::top_p_crossing(e, o),
             checks::top_p_ends(e, o),
             checks::top_p_peaked(e, o),
             checks::top_p_heavy_tailed(e, o),
             checks::top_p_flat(e, o),
             checks::min_p_sets(e, o),
             checks::ties(e, o),
             checks::stages_together(e, o),
             checks::greedy(e, o),
             checks::endpoint_words(e, o),
             checks::refusals(e, o),
             checks::infinite_logits(e, o),
             checks::extreme_logits(e, o),
             checks::odd_widths(e, o),
             checks::repeatable(e, o),
             checks::batches(e, o),
             checks::chi_square(e, o),
             checks::chi_square_temperature(e, o),
             checks::chi_square_filters(e, o),
             checks::independence(e, o)}};
}

}  // namespace argdraw::conformance
