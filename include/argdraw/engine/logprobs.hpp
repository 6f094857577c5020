// logprobs — what is asked of a row beside its token: log-probabilities before and after the pipeline, ranks, and the set that was kept.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sparse_row.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/sampler/sampler.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Which log-probabilities the first tokens are the greatest of.
enum class logprobs_of : std::uint8_t {
    raw,        ///< the row as the model gave it
    scaled,     ///< behind every stage but those that truncate: temperature, penalties, biases; bans and masks remove
    processed,  ///< the final set
};

/// What there is to know of one token. Natural logarithms, in double, 0 or less; -inf where the token does not live; `scaled` too where no
/// token lives before truncation, where a NaN stands there that truncation removes, as in the other row of guidance, and where it is not
/// asked for.
struct token_logprobs {
    token_id id = -1;
    double raw = -numeric::infinity;
    double scaled = -numeric::infinity;
    double processed = -numeric::infinity;
    std::size_t rank = 0;            ///< 1 + the number of tokens that live in the row with a greater logit
    std::size_t rank_with_ties = 0;  ///< the number of those with as great a logit or a greater one, and at least rank
};

/// Which tokens are asked of: `chosen` if there is one, then `ids`, then those among the first `top` in the order that are not the chosen
/// one; and how much is said of them. What is not asked for costs nothing.
struct logprobs_request {
    token_id chosen = -1;
    std::span<const token_id> ids = {};
    std::size_t top = 0;
    logprobs_of order = logprobs_of::raw;
    bool scaled = true;     ///< also `scaled` and log_kept: the row behind all stages but those that truncate is weighed as a whole, too
    bool entropies = true;  ///< also raw_entropy and final_entropy
    /// How rows are weighed that are weighed as a whole: within 1e-12, or several times quicker, as far off as `error` says.
    accuracy weighed = accuracy::full;
};

/// What was found: the first `count` of the tokens that there was room for.
struct logprobs_result {
    std::size_t count = 0;
    double log_kept =
        0;  ///< ln of the mass that truncation kept, among what was scaled: scaled - processed of the first token that was kept; 0
            ///< where nothing is known of that
    double raw_entropy = 0;    ///< of the row, in nats
    double final_entropy = 0;  ///< of the final set
    std::size_t kept = 0;      ///< tokens in the final set
    double error = 0;         ///< how far log-probabilities may be off: 0 for 1e-12 of themselves or of 1, or what `quick` adds, below 1e-6
    status why = status::ok;  ///< nan_logit: also for a NaN in the row that a mask hides from the pipeline; for one among what is scaled
                              ///< where the order is that of `scaled`

    explicit operator bool() const noexcept { return why == status::ok; }
};

namespace detail {

/// One question about a row, while its three laws are there: candidates of the row, of what is scaled, and of the final set.
template <logit_scalar T>
class logprobs_answer {
public:
    logprobs_answer(const logprobs_request& asked, std::span<token_logprobs> found) noexcept : asked_{asked}, found_{found} {
        if constexpr (std::same_as<T, double>) asked_.weighed = accuracy::full;  // there are no floats
    }

    const logprobs_result& result() const noexcept { return result_; }
    void fail(status why) noexcept {
        if (why != status::ok && result_.why == status::ok) result_ = {.why = why};
    }

    /// Needs a row of which nothing was asked before. False where it fails, and why.
    bool weigh(candidates<T>& raw) noexcept {
        if (asked_.entropies) result_.raw_entropy = raw.entropy(asked_.weighed).value;
        of_raw_ = raw.log_total(asked_.weighed);
        fail(raw.why());
        return result_.why == status::ok;
    }

    /// Needs the row that was weighed, and laws of which tokens live; scaled may be nullptr.
    void say(token_id chosen, candidates<T>& raw, candidates<T>* scaled, candidates<T>& processed) noexcept {
        const log_total of_final = processed.log_total(asked_.weighed);
        name(chosen);
        if (asked_.order == logprobs_of::scaled) name_first(scaled, chosen);
        if (asked_.order == logprobs_of::processed) name_first(&processed, chosen);
        const std::size_t wanted = (std::max)(asked_.top, sizes::leaders_first);
        const auto first = raw.leaders(wanted);  // until the row is asked something else
        if (asked_.order == logprobs_of::raw) name_first(first.first((std::min)(first.size(), asked_.top)), chosen);
        rank(raw, first, first.size() < wanted);
        for (token_logprobs& each : tokens()) each.processed = processed.log_share(each.id, of_final);
        result_.error = (std::max)(of_raw_.error, of_final.error);
        if (scaled) {
            const log_total of_scaled = scaled->log_total(asked_.weighed);
            for (token_logprobs& each : tokens()) each.scaled = scaled->log_share(each.id, of_scaled);
            const token_id kept = processed.leaders(1)[0].id;
            const double before = scaled->log_share(kept, of_scaled), behind = processed.log_share(kept, of_final);
            result_.log_kept = (std::min)(0.0, before - behind);
            result_.error = (std::max)(result_.error, of_scaled.error);
            fail(scaled->why());
        }
        result_.kept = processed.size();
        if (asked_.entropies) result_.final_entropy = processed.entropy(asked_.weighed).value;
        fail(raw.why());
    }

private:
    std::span<token_logprobs> tokens() const noexcept { return found_.first(result_.count); }
    void name(const token_logprobs& token) noexcept {
        if (result_.count < found_.size()) found_[result_.count++] = token;
    }
    void name(token_id chosen) noexcept {
        if (chosen >= 0) name({.id = chosen});
        for (const token_id id : asked_.ids) name({.id = id});
    }
    void name_first(std::span<const place> order, token_id chosen) noexcept {
        for (const place& each : order)
            if (each.id != chosen) name({.id = each.id});
    }
    void name_first(candidates<T>* law, token_id chosen) noexcept {
        if (law && asked_.top > 0) name_first(law->leaders(asked_.top), chosen);
    }

    // Needs the first tokens of the row in the order, or all. Leaves ranks and raw log-probabilities: from those, and for tokens behind them
    // from the row.
    void rank(candidates<T>& raw, std::span<const place> first, bool all) noexcept {
        std::size_t left = 0;
        for (token_logprobs& each : tokens()) {
            const auto at = std::find_if(first.begin(), first.end(), [&](const place& one) { return one.id == each.id; });
            const bool is_known = at != first.end() && (all || at->value > first.back().value);
            each.rank = 0;
            if (is_known) {
                const auto above = [](const place& one, double l) { return one.value > l; };
                const auto reaching = [](double l, const place& one) { return l > one.value; };
                each.raw = of_raw_.log_share(of_raw_.infinite ? numeric::infinity : at->value);
                each.rank = static_cast<std::size_t>(std::lower_bound(first.begin(), first.end(), at->value, above) - first.begin()) + 1;
                each.rank_with_ties =
                    static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), at->value, reaching) - first.begin());
            }
            left += !is_known;
        }
        for (token_logprobs& each : tokens()) {
            if (left == 0) break;
            if (each.rank != 0) continue;
            const double l = raw.logit(each.id);
            const auto [above, reaching] = raw.rank(l);
            each.raw = of_raw_.log_share(l);
            each.rank = above + 1;
            each.rank_with_ties = (std::max)(reaching, each.rank);
        }
    }

    logprobs_request asked_;
    std::span<token_logprobs> found_;
    logprobs_result result_;
    log_total of_raw_;
};

// With run(f), which calls f(c) with candidates of the final set, and may have drawn a token from it: `chosen` is that then, and
// asked.chosen otherwise. Three workspaces at a time, of which one is run's.
template <class... S, drawable_row R, class F>
logprobs_result answer_beside(const sampler<S...>& pick, const R& row, const sequence<S...>& seq, const logprobs_request& asked,
                              std::span<token_logprobs> found, const token_id& chosen, F run) noexcept {
    const auto whole = as_row(row);
    using T = typename decltype(whole)::value_type;
    logprobs_answer<T> answer(asked, found);
    const auto logits = whole.first(seq.vocabulary() != 0 ? (std::min)(seq.vocabulary(), whole.size()) : whole.size());
    const workspace_lease for_raw, for_scaled;
    if (!for_raw.get() || !for_scaled.get()) answer.fail(status::out_of_memory);
    if (!all_in_row(asked.ids, logits.size()) || (asked.chosen >= 0 && !in_row(asked.chosen, logits.size())))
        answer.fail(status::outside_row);
    const auto alone = [&] { answer.fail(run([](auto&) {})); };
    if (!answer.result()) {
        alone();
        return answer.result();
    }
    under_default_rounding([&] {
        candidates<T> raw(logits, *for_raw.get());
        if (!answer.weigh(raw)) return alone();
        const auto with = [&](candidates<T>* scaled) { answer.fail(run([&](candidates<T>& c) { answer.say(chosen, raw, scaled, c); })); };
        if (!asked.scaled && asked.order != logprobs_of::scaled) return with(nullptr);
        bool some_live = false;
        const auto beside_scaled = [&](candidates<T>& scaled) {
            some_live = true;
            with(&scaled);
        };
        const status why = pick.scaled_set(row, beside_scaled, seq, *for_scaled.get());
        if (some_live) return;
        // Nothing may live where nothing was truncated, as behind a bias of +inf on a token that goes later; a stage may make a NaN of a
        // token that is cut. Then nothing is said of it.
        if (why == status::empty || (why == status::nan_logit && asked.order != logprobs_of::scaled)) return with(nullptr);
        answer.fail(why);
        alone();
    });
    return answer.result();
}

}  // namespace detail

/// The log-probabilities of a row's tokens, for a sequence at its present position. Takes no random word that the draw does not take, moves
/// nothing, and the token of a draw is the same before and after it. Tokens that were not drawn, as when a prompt is scored, are asked of
/// alike: as `chosen`. The row is read about twice and weighed once, and once more for what is scaled; memory is `found`, and that of two
/// draws. An id outside the row: outside_row.
template <class... S, drawable_row R>
logprobs_result log_probabilities(const sampler<S...>& pick, const R& row, const sequence<S...>& seq, const logprobs_request& asked,
                                  std::span<token_logprobs> found, workspace& space) noexcept {
    return detail::answer_beside(pick, row, seq, asked, found, asked.chosen, [&](auto f) { return pick.final_set(row, f, seq, space); });
}
template <class... S, drawable_row R>
logprobs_result log_probabilities(const sampler<S...>& pick, const R& row, const sequence<S...>& seq, const logprobs_request& asked,
                                  std::span<token_logprobs> found) noexcept {
    const detail::workspace_lease lease;
    return lease.get() ? log_probabilities(pick, row, seq, asked, found, *lease.get()) : logprobs_result{.why = status::out_of_memory};
}

/// Draws as pick(row, seq) does, the same token, and says of it and of those asked for what log_probabilities() says; the final set is found
/// once for both. asked.chosen is not looked at: the token is the chosen one. Where the answer fails there may still be a token.
template <class... S, drawable_row R>
drawn draw_with_logprobs(const sampler<S...>& pick, const R& row, sequence<S...>& seq, logprobs_request asked,
                         std::span<token_logprobs> found, logprobs_result& result, workspace& space) noexcept {
    asked.chosen = -1;
    drawn token;
    token_id chosen = -1;
    const auto draw_it = [&](auto f) {
        const auto keep = [&](auto& c, const drawn& found_token) {
            chosen = found_token.id;
            f(c);
        };
        token = pick.draw_and_keep(row, keep, seq, space);
        return token.why;
    };
    result = detail::answer_beside(pick, row, seq, asked, found, chosen, draw_it);
    return token;
}
template <class... S, drawable_row R>
drawn draw_with_logprobs(const sampler<S...>& pick, const R& row, sequence<S...>& seq, const logprobs_request& asked,
                         std::span<token_logprobs> found, logprobs_result& result) noexcept {
    const detail::workspace_lease lease;
    if (lease.get()) return draw_with_logprobs(pick, row, seq, asked, found, result, *lease.get());
    result = {.why = status::out_of_memory};
    return {.why = status::out_of_memory};
}

}  // namespace argdraw
