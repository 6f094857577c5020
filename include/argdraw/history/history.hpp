// history — what a sequence has seen: its prompt, then its output, with the counts and n-grams that stages ask for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/phrases.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/breaker_index.hpp>
#include <argdraw/history/match_index.hpp>
#include <argdraw/history/ngram_index.hpp>
#include <argdraw/history/room.hpp>
#include <argdraw/history/shared.hpp>
#include <argdraw/history/views.hpp>
#include <argdraw/history/window_counts.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What history::counts() found: true in a condition unless there was no memory. Valid until the history changes or 255 other
/// questions of this kind have been asked.
struct token_counts {
    std::span<const counted_token> tokens;  ///< distinct, ascending by id
    status why = status::ok;

    explicit operator bool() const noexcept { return why == status::ok; }
};

/// What history::watch_breakers() found: true in a condition unless there was no memory. Valid as token_counts is.
class token_breakers {
public:
    status why() const noexcept { return why_; }
    explicit operator bool() const noexcept { return why_ == status::ok; }
    /// Whether each of their ids is one of a row of this width.
    bool in_row(std::size_t width) const noexcept { return !view_ || view_->in_row(width); }

private:
    friend class history;
    explicit token_breakers(const detail::breaker_index* view, status why = status::ok) noexcept : view_(view), why_(why) {}

    const detail::breaker_index* view_;  // nullptr where there are no breakers
    status why_;
};

/// The tokens of one sequence. A plain value: a copy is a fork, an assignment goes back to a checkpoint.
///
/// Questions about it are answered from *views*, each built at its first question and from then on kept up to date by every append and
/// forget, so that no question looks at the whole history again. There are few of them, and they are searched one by one: views that
/// were not asked for in a while are given up (detail::views says when), and built again if a question comes back to them.
///
/// Ids are kept as given and never used as an index. Where there is no memory a call says status::out_of_memory and has changed nothing;
/// only copying throws, as copying a vector does. A copy has tokens and views in common with its original until either changes: what is
/// appended or forgotten afterwards copies what it writes to, a few pages of the indices and, the first time, the tokens themselves; the
/// room that was reserved is gone for both.
/// Not for several threads at once, the questions included; but a copy may be used in another thread than its original.
class history {
public:
    /// As many tokens as a history may have; more find no memory.
    static constexpr std::size_t most_tokens = std::size_t{1} << 30;

    history() = default;
    history(const history&) = default;
    history(history&& other) noexcept { swap(other); }
    history& operator=(history other) noexcept {  // by value: an assignment that runs out of memory must not stop half-way
        swap(other);
        return *this;
    }
    ~history() = default;

    /// The prompt, then the output.
    std::span<const token_id> tokens() const noexcept {
        return tokens_ ? std::span<const token_id>(*tokens_) : std::span<const token_id>();
    }
    std::span<const token_id> prompt() const noexcept { return tokens().first(prompt_); }
    std::span<const token_id> output() const noexcept { return tokens().subspan(prompt_); }

    /// Starts a sequence: forgets all tokens and takes the prompt. Views stay, with new contents.
    status begin(std::span<const token_id> prompt) noexcept { return assign(prompt, {}); }

    /// Like begin(prompt), then append() for each token of the output. Either may be part of this history.
    status assign(std::span<const token_id> prompt, std::span<const token_id> output) noexcept {
        if (prompt.size() > most_tokens || output.size() > most_tokens - prompt.size()) return status::out_of_memory;
        ARGDRAW_TRY {
            history fresh;
            auto& all = fresh.tokens_.own();
            all.reserve(prompt.size() + output.size());
            all.insert(all.end(), prompt.begin(), prompt.end());
            all.insert(all.end(), output.begin(), output.end());
            fresh.prompt_ = prompt.size();
            end_step();
            fresh.counts_ = counts_.rebuilt([&](const auto& view) { return fresh.counted(view.window(), view.of()); });
            fresh.ngrams_ = ngrams_.rebuilt([&](const auto& view) { return fresh.indexed(detail::ngram_index(view.n())); });
            fresh.matches_ = matches_.rebuilt([&](const auto& view) { return fresh.indexed(detail::match_index(view.n())); });
            fresh.breakers_ = breakers_.rebuilt([&](const auto& view) { return fresh.broken(view.over_nothing()); });
            swap(fresh);
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    /// One more token of output.
    status append(token_id id) noexcept {
        end_step();
        if (const status why = make_room(1, 1); why != status::ok) return why;
        tokens_.owned().push_back(id);
        counts_.each([&](auto& view) {
            if (view->of() != scope::prompt) view.owned().append(part(view->of()));
        });
        ngrams_.each([&](auto& view) { view.owned().append(data()); });
        matches_.each([&](auto& view) { view.owned().append(data()); });
        breakers_.each([&](auto& view) { view.owned().append(tokens()); });
        return status::ok;
    }

    /// Undoes the last n appends, whatever was asked since. More than there are: status::bad_parameter.
    status forget(std::size_t n) noexcept {
        if (n > output().size()) return status::bad_parameter;
        if (n == 0) return status::ok;
        end_step();
        if (const status why = make_room(0, n); why != status::ok) return why;
        for (; n > 0; --n) {
            counts_.each([&](auto& view) {
                if (view->of() != scope::prompt) view.owned().forget(part(view->of()));
            });
            ngrams_.each([&](auto& view) { view.owned().forget(data()); });
            matches_.each([&](auto& view) { view.owned().forget(data()); });
            breakers_.each([&](auto& view) { view.owned().forget(tokens()); });
            tokens_.owned().pop_back();
        }
        return status::ok;
    }

    /// Room for so many appends with the present views: they allocate nothing, nor does forgetting any of them, until this is copied.
    status reserve(std::size_t outputs) noexcept { return make_room(outputs, most_tokens); }

    /// The distinct tokens among the last `window` tokens of a scope, ascending by id, and how often each occurs there; a negative
    /// window takes all, 0 none. The first question about a (window, scope) builds its view and may find no memory; later ones
    /// are a search among the views.
    token_counts counts(std::int64_t window, scope of) noexcept {
        const auto* view = counts_.find(window, of);
        ARGDRAW_TRY {
            if (!view) view = counts_.add(counted(window, of));
            return {view->counts(), status::ok};
        }
        ARGDRAW_CATCH(std::bad_alloc) { return {{}, status::out_of_memory}; }
    }

    /// Builds the view for counts(window, of), if it is not there.
    status watch_counts(std::int64_t window, scope of) noexcept { return counts(window, of).why; }

    /// Visits every distinct token that followed an earlier occurrence of the last n tokens, once each, the one seen last first.
    ///
    /// With h the last `window` tokens of prompt and output (a negative window: all of them): for every token t with a place j + 1 < |h|
    /// where h[j+1] = t and the n tokens up to h[j] are the last n of h, calls visit(t, L), L >= n (a std::size_t) being the greatest
    /// number of tokens up to such a j that equal the last tokens of h. Occurrences may overlap. No match extends into the last
    /// of the `breakers` that stand in h, and no token that is a breaker alone is visited. n = 0 visits every distinct token of h.
    ///
    /// visit(t) alone, where L is not wanted, costs a step for each token visited. L costs a hash look-up, where L > n what is said at
    /// detail::match_index. Neither grows with the history, unless t has followed the same n + 1 tokens many times without a pattern. With
    /// breakers, add a hash look-up for each token visited; a list of them is compared with the one that is known, and once where
    /// watch_breakers() was given it. Visit must not change the history. The first call for an n, and the first with a list of breakers,
    /// build views.
    template <class F>
    status continuations(std::size_t n, std::int64_t window, const phrases_view& breakers, F visit) noexcept {
        return continuations(n, window, watch_breakers(breakers), visit);
    }
    template <class F>
    status continuations(std::size_t n, std::int64_t window, const token_breakers& breakers, F visit) noexcept {
        if (!breakers) return breakers.why();
        constexpr bool with_lengths = !std::is_invocable_v<F&, token_id>;
        if (const status why = with_lengths ? watch_lengths(n) : watch_ngrams(n); why != status::ok) return why;
        const auto& view = *ngrams_.find(static_cast<detail::text_index>(n));
        const token_id* const h = data();
        const auto end = static_cast<detail::text_index>(tokens().size());
        const detail::text_index from = window < 0 || window >= end ? 0 : end - static_cast<detail::text_index>(window);
        detail::text_index p = view.first(h, from);
        if (p < 0) return status::ok;
        const auto* const broken = breakers.view_;
        const detail::text_index room = broken ? broken->since_latest(end, from) : end;
        if (room < view.n()) return status::ok;
        const auto visit_all = [&](auto visit_one) {
            for (; p >= 0; p = view.next(p, from))
                if (!broken || !broken->has(h[p])) visit_one(h[p]);
        };
        if constexpr (with_lengths) {
            const detail::match_index::question longer(*matches_.find(view.n() + 1), h, from, view.goes_on() ? room : 0);
            visit_all([&](token_id id) { visit(id, static_cast<std::size_t>((std::max)(view.n(), longer(id)))); });
        } else {
            visit_all(visit);
        }
        return status::ok;
    }

    /// Builds the view for continuations(n, ...), if it is not there. n >= most_tokens is status::bad_parameter.
    status watch_ngrams(std::size_t n) noexcept {
        if (n >= most_tokens) return status::bad_parameter;
        if (ngrams_.find(static_cast<detail::text_index>(n))) return status::ok;
        ARGDRAW_TRY {
            ngrams_.add(indexed(detail::ngram_index(static_cast<detail::text_index>(n))));
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    /// Builds the views for continuations(n, ...) with lengths, if they are not there. The same status.
    status watch_lengths(std::size_t n) noexcept {
        if (const status why = watch_ngrams(n); why != status::ok) return why;
        const auto longer = static_cast<detail::text_index>(n) + 1;
        if (matches_.find(longer)) return status::ok;
        ARGDRAW_TRY {
            matches_.add(indexed(detail::match_index(longer)));
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    /// Builds the view for continuations(..., breakers, ...), if it is not there: for the list as it reads now.
    token_breakers watch_breakers(const phrases_view& breakers) noexcept {
        if (breakers.empty()) return token_breakers(nullptr);
        if (breakers.size() > most_tokens || breakers.ids().size() > most_tokens) return token_breakers(nullptr, status::out_of_memory);
        const auto* view = breakers_.find(breakers);
        ARGDRAW_TRY {
            if (!view) view = breakers_.add(broken(detail::breaker_index(breakers)));
            return token_breakers(view);
        }
        ARGDRAW_CATCH(std::bad_alloc) { return token_breakers(nullptr, status::out_of_memory); }
    }

    void swap(history& other) noexcept {
        tokens_.swap(other.tokens_);
        std::swap(prompt_, other.prompt_);
        counts_.swap(other.counts_);
        ngrams_.swap(other.ngrams_);
        matches_.swap(other.matches_);
        breakers_.swap(other.breakers_);
    }

private:
    const token_id* data() const noexcept { return tokens().data(); }
    std::span<const token_id> part(scope of) const noexcept {
        return of == scope::both ? tokens() : of == scope::prompt ? prompt() : output();
    }

    /// Room for so many appends, and for so many of these and forgets in all.
    status make_room(std::size_t outputs, std::size_t changes) noexcept {
        if (outputs > most_tokens - tokens().size()) return status::out_of_memory;
        ARGDRAW_TRY {
            detail::make_room(tokens_.own(), outputs);
            counts_.each([&](auto& view) {
                if (view->of() != scope::prompt) view.own().make_room(part(view->of()).size(), outputs);
            });
            ngrams_.each([&](auto& view) { view.own().make_room(data(), outputs, changes); });
            matches_.each([&](auto& view) { view.own().make_room(data(), outputs, changes); });
            breakers_.each([&](auto& view) { view.own().make_room(outputs, changes); });
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    void end_step() noexcept {
        counts_.end_step();
        ngrams_.end_step();
        matches_.end_step();
        breakers_.end_step();
    }

    detail::window_counts counted(std::int64_t window, scope of) const {
        detail::window_counts view(window, of);
        view.assign(part(of));
        if (of != scope::prompt) view.make_room(part(of).size(), 0);
        return view;
    }

    template <class View>
    View indexed(View view) const {
        view.make_room(data(), tokens().size(), 0);
        for (std::size_t i = 0; i < tokens().size(); ++i) view.append(data());
        return view;
    }

    detail::breaker_index broken(detail::breaker_index view) const {
        view.assign(tokens());
        return view;
    }

    detail::shared<detail::growing<token_id>> tokens_;
    std::size_t prompt_ = 0;
    detail::views<detail::window_counts> counts_;
    detail::views<detail::ngram_index> ngrams_;
    detail::views<detail::match_index> matches_;
    detail::views<detail::breaker_index> breakers_;
};

}  // namespace argdraw
