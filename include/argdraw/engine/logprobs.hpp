// logprobs — what is asked of a row beside its token: log-probabilities before and after the pipeline, ranks, and the set that was kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/sampler/sampler.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Which log-probabilities the first tokens are the greatest of.
enum class logprobs_of : std::uint8_t {
    raw,        ///< the row as the model gave it
    scaled,     ///< behind every stage but those that truncate: temperature, penalties, biases; bans and masks remove
    processed,  ///< the final set
};

/// What there is to know of one token. Natural logarithms, in double, 0 or less; -inf where the token does not live; `scaled` too where no
/// token lives before truncation.
struct token_logprobs {
    token_id id = -1;
    double raw = -numeric::infinity;
    double scaled = -numeric::infinity;
    double processed = -numeric::infinity;
    std::size_t rank = 0;            ///< 1 + the number of tokens that live in the row with a greater logit
    std::size_t rank_with_ties = 0;  ///< the number of those with as great a logit or a greater one, and at least rank
};

/// Which tokens are asked of: `chosen` if there is one, then `ids`, then those among the first `top` in the order that are not the chosen
/// one.
struct logprobs_request {
    token_id chosen = -1;
    std::span<const token_id> ids = {};
    std::size_t top = 0;
    logprobs_of order = logprobs_of::raw;
};

/// What was found: the first `count` of the tokens that there was room for.
struct logprobs_result {
    std::size_t count = 0;
    double log_kept =
        0;  ///< ln of the mass that truncation kept, among what was scaled: scaled - processed of the first token that was kept
    double raw_entropy = 0;    ///< of the row, in nats
    double final_entropy = 0;  ///< of the final set
    std::size_t kept = 0;      ///< tokens in the final set
    status why = status::ok;   ///< nan_logit: also for a NaN in the row that a mask hides from the pipeline

    explicit operator bool() const noexcept { return why == status::ok; }
};

namespace detail {

/// Log-probabilities among candidates that live: ln p = (l - max) - ln S.
template <logit_scalar T>
class normalised {
public:
    explicit normalised(candidates<T>& c) noexcept
        : c_{c}, infinite_{c.infinite()}, greatest_{infinite_ ? 0.0 : (c.max)()}, log_mass_{c.log_mass()} {}

    double of(token_id id) const noexcept { return of_logit(c_.logit(id)); }
    double of_logit(double l) const noexcept {
        const double below = infinite_ ? (l == numeric::infinity ? 0.0 : -numeric::infinity) : l - greatest_;
        return (std::min)(0.0, below - log_mass_);
    }

private:
    candidates<T>& c_;
    bool infinite_;
    double greatest_, log_mass_;
};

}  // namespace detail

/// The log-probabilities of a row's tokens, for a sequence at its present position. Takes no random word that the draw does not take, moves
/// nothing, and the token of a draw is the same before and after it. Tokens that were not drawn, as when a prompt is scored, are asked of
/// alike: as `chosen`. Costs a sweep in doubles for the row, one for what is scaled, and the final set twice; memory is `found`. An id
/// outside the row: outside_row.
template <class... S, logit_row R>
logprobs_result log_probabilities(const sampler<S...>& pick, const R& row, const sequence<S...>& seq, const logprobs_request& asked,
                                  std::span<token_logprobs> found, workspace& space) noexcept {
    logprobs_result result;
    const auto listed = static_cast<std::size_t>(asked.chosen >= 0);
    const std::size_t named = (std::min)(found.size(), listed + asked.ids.size());
    for (std::size_t i = 0; i < named; ++i) found[i] = {.id = i < listed ? asked.chosen : asked.ids[i - listed]};
    result.count = named;
    // Those of the first in an order that there is room for; then the numbers of this law for all.
    const auto take = [&](auto& c, logprobs_of law, double token_logprobs::* number) {
        if (asked.order == law && asked.top > 0) {
            for (const place& each : c.leaders(asked.top)) {
                if (result.count == found.size()) break;
                if (each.id != asked.chosen) found[result.count++] = {.id = each.id};
            }
        }
        const detail::normalised known(c);
        for (token_logprobs& each : found.first(result.count)) each.*number = known.of(each.id);
    };
    token_id first = -1;  // of the final set
    double first_processed = 0;
    const auto of_first = [&] {
        return pick.final_set(
            row,
            [&](auto& c) {
                first = c.leaders(1)[0].id;
                first_processed = detail::normalised(c).of(first);
            },
            seq, space);
    };
    const auto of_final = [&] {
        return pick.final_set(
            row,
            [&](auto& c) {
                take(c, logprobs_of::processed, &token_logprobs::processed);
                result.kept = c.size();
                result.final_entropy = c.entropy();
            },
            seq, space);
    };
    // Nothing may live where nothing was truncated, as behind a bias of +inf on a token that goes later: then nothing is said of it.
    const auto of_scaled = [&] {
        const status why = pick.scaled_set(
            row,
            [&](auto& c) {
                take(c, logprobs_of::scaled, &token_logprobs::scaled);
                result.log_kept = (std::min)(0.0, detail::normalised(c).of(first) - first_processed);
            },
            seq, space);
        return why == status::empty ? status::ok : why;
    };
    const auto of_raw = [&] {
        return under_default_rounding([&] {
            const auto whole = as_row(row);
            const auto logits = whole.first(seq.vocabulary() != 0 ? (std::min)(seq.vocabulary(), whole.size()) : whole.size());
            candidates<typename decltype(whole)::value_type> c(logits, space);
            if (c.size() == 0) return c.why();
            take(c, logprobs_of::raw, &token_logprobs::raw);
            result.raw_entropy = c.entropy();
            for (token_logprobs& each : found.first(result.count)) {
                const auto [above, reaching] = c.rank(c.logit(each.id));
                each.rank = above + 1;
                each.rank_with_ties = (std::max)(reaching, each.rank);
            }
            return c.why();
        });
    };
    // The law whose first tokens are asked for names them, for those behind it.
    const auto in_order = [&](auto... laws) {
        const auto one = [&](auto& law) {
            if (result.why == status::ok) result.why = law();
        };
        (one(laws), ...);
    };
    if (asked.order == logprobs_of::raw) in_order(of_first, of_raw, of_scaled, of_final);
    else if (asked.order == logprobs_of::scaled) in_order(of_first, of_scaled, of_raw, of_final);
    else in_order(of_first, of_final, of_scaled, of_raw);
    return result.why == status::ok ? result : logprobs_result{.why = result.why};
}
template <class... S, logit_row R>
logprobs_result log_probabilities(const sampler<S...>& pick, const R& row, const sequence<S...>& seq, const logprobs_request& asked,
                                  std::span<token_logprobs> found) noexcept {
    const detail::workspace_lease lease;
    return lease.get() ? log_probabilities(pick, row, seq, asked, found, *lease.get()) : logprobs_result{.why = status::out_of_memory};
}

}  // namespace argdraw
