// scoring — log-probabilities as servers return them: of the tokens of a text, drawn or given, and what they add up to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sparse_row.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/engine/logprobs.hpp>
#include <argdraw/engine/rows.hpp>
#include <argdraw/history/room.hpp>
#include <argdraw/numeric/compensated_sum.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/sampler/sampler.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What is recorded of a text's tokens.
struct record_options {
    std::size_t top = 0;                 ///< how many of the first tokens beside each; more than a row has: all
    logprobs_of law = logprobs_of::raw;  ///< whose log-probabilities: the model's, or `processed`, the final set's
    double least = -9999;                ///< stands for -inf, which JSON has not, and for what is less
    accuracy weighed = accuracy::quick;  ///< see logprobs_request
};

/// The `logprobs` of an answer, as OpenAI's API and those after it have them: of each token its log-probability, and the first `top` tokens
/// that might have stood there, the token itself among them where it is one of those. Plain numbers, for whatever writes them down.
///
///     logprobs_record record({.top = 5});
///     drawn token = record.draw(pick, logits, seq);       // as pick(logits, seq)
///     record.add(pick, logits, seq, forced);              // the same of a token that was not drawn: then seq.accept(forced)
class logprobs_record {
public:
    struct entry {
        token_id id;
        double logprob;
    };
    struct scored {
        entry chosen;
        std::size_t rank;   ///< of the row: 1 + the number of tokens with a greater logit
        std::size_t first;  ///< of its alternatives
        std::size_t count;
    };
    std::vector<scored> tokens;
    std::vector<entry> alternatives;
    status why = status::ok;  ///< of the last draw or addition

    explicit logprobs_record(const record_options& options = {}) noexcept : asked_{options} {}

    /// Those of a token, in the order.
    std::span<const entry> alternatives_of(std::size_t i) const noexcept {
        return std::span(alternatives).subspan(tokens[i].first, tokens[i].count);
    }

    /// Draws as pick(row, seq), and adds the token that comes. One of which nothing can be said, as where a mask hides a NaN, has `least` and
    /// no alternatives, and `why` says so. Where there is no memory for the record nothing is drawn.
    template <class... S, drawable_row R>
    drawn draw(const sampler<S...>& pick, const R& row, sequence<S...>& seq) noexcept {
        if (!has_room(as_row(row).size())) return {.why = why};
        logprobs_result found;
        const drawn token = draw_with_logprobs(pick, row, seq, request(-1), room_, found);
        why = found.why;
        if (token && found) take(found.count);
        else if (token) tokens.push_back({{token.id, asked_.least}, 0, alternatives.size(), 0});
        return token;
    }

    /// Adds a token that was not drawn, for a sequence at its present position; accepts nothing. outside_row: it is none of the row. What is
    /// `processed` is so with the coins of the next draw: a token that is drawn here is for draw().
    template <class... S, drawable_row R>
    status add(const sampler<S...>& pick, const R& row, const sequence<S...>& seq, token_id given) noexcept {
        if (given < 0) return why = status::outside_row;
        if (!has_room(as_row(row).size())) return why;
        const logprobs_result found = log_probabilities(pick, row, seq, request(given), room_);
        if (found) take(found.count);
        return why = found.why;
    }

    /// Takes the last n tokens back, as sequence::rollback() does.
    void rollback(std::size_t n) noexcept {
        n = (std::min)(n, tokens.size());
        if (n == 0) return;
        alternatives.erase(alternatives.begin() + static_cast<std::ptrdiff_t>(tokens[tokens.size() - n].first), alternatives.end());
        tokens.erase(tokens.end() - static_cast<std::ptrdiff_t>(n), tokens.end());
    }

private:
    logprobs_request request(token_id chosen) const noexcept {
        return {.chosen = chosen,
                .ids = {},
                .top = asked_.top,
                .order = asked_.law,
                .scaled = asked_.law == logprobs_of::scaled,
                .entropies = false,
                .weighed = asked_.weighed};
    }
    double number_of(const token_logprobs& each) const noexcept {
        return asked_.law == logprobs_of::raw ? each.raw : asked_.law == logprobs_of::scaled ? each.scaled : each.processed;
    }

    // For one token more, of a row of this width.
    bool has_room(std::size_t width) noexcept {
        const std::size_t most = (std::min)({asked_.top, width, candidates<float>::max_width});
        ARGDRAW_TRY {
            room_.resize(most + 1);
            detail::make_room(tokens, 1);
            detail::make_room(alternatives, most);
            why = status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { why = status::out_of_memory; }
        return why == status::ok;
    }

    // Needs the chosen token and, behind it, those of the first ones that it is not. Leaves it among them if it is one of the first.
    void take(std::size_t count) noexcept {
        const auto logprob = [&](const token_logprobs& each) { return (std::max)(asked_.least, number_of(each)); };
        const token_logprobs& chosen = room_[0];
        const std::size_t first = alternatives.size();
        bool to_come = count <= asked_.top && number_of(chosen) > -numeric::infinity;
        for (const token_logprobs& each : std::span(room_).subspan(1, count - 1)) {
            if (to_come && place{number_of(chosen), chosen.id} < place{number_of(each), each.id}) {
                alternatives.push_back({chosen.id, logprob(chosen)});
                to_come = false;
            }
            alternatives.push_back({each.id, logprob(each)});
        }
        if (to_come) alternatives.push_back({chosen.id, logprob(chosen)});
        tokens.push_back({{chosen.id, logprob(chosen)}, chosen.rank, first, alternatives.size() - first});
    }

    record_options asked_;
    std::vector<token_logprobs> room_;
};

/// What the tokens of a text add up to.
struct text_score {
    double sum = 0;           ///< of ln p
    std::size_t tokens = 0;   ///< those that were scored: all of them, or those before one that failed
    double error = 0;         ///< how far each ln p may be off beside 1e-12 of itself or of 1
    status why = status::ok;  ///< outside_row: a token is none of its row; bad_parameter: it has none

    explicit operator bool() const noexcept { return why == status::ok; }
    /// e^(-sum / tokens): infinite where a token did not live in its row.
    double perplexity() const noexcept {
        return sum == -numeric::infinity ? numeric::infinity : numeric::exp(-sum / static_cast<double>((std::max<std::size_t>)(tokens, 1)));
    }
};

/// Scores tokens[i] by rows[i], the row that the model has written in its place, which is asked for once and in order: rows may be made as
/// they are needed. each[i] is its ln p, as far as there is room.
template <rows_of_logits Rows>
text_score score_text(const Rows& rows, std::span<const token_id> tokens, std::span<double> each = {},
                      accuracy weighed = accuracy::full) noexcept {
    text_score score;
    numeric::compensated_sum sum;
    bool some_dead = false;
    const detail::workspace_lease lease;
    if (!lease.get()) return {.why = status::out_of_memory};
    under_default_rounding([&] {
        for (const token_id id : tokens) {
            if (!detail::has_row(rows, score.tokens)) {
                score.why = status::bad_parameter;
                return;
            }
            auto&& row = rows[score.tokens];
            const auto logits = as_row(row);
            candidates<typename decltype(logits)::value_type> c(logits, *lease.get());
            const auto total = c.log_total(weighed);
            const double share = c.log_share(id, total);
            if ((score.why = c.why()) != status::ok) return;
            if (score.tokens < each.size()) each[score.tokens] = share;
            if (share == -numeric::infinity) some_dead = true;
            else sum.add(share);
            score.error = (std::max)(score.error, total.error);
            ++score.tokens;
        }
    });
    score.sum = some_dead ? -numeric::infinity : sum.value();
    return score;
}

}  // namespace argdraw
