// history — what a sequence has seen: its prompt, then its output, with the counts and n-grams that stages ask for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/last_seen.hpp>
#include <argdraw/history/ngram_index.hpp>
#include <argdraw/history/room.hpp>
#include <argdraw/history/window_counts.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What history::counts() found: true in a condition unless there was no memory. Valid until the history changes.
struct token_counts {
    std::span<const counted_token> tokens;  ///< distinct, ascending by id
    status why = status::ok;

    explicit operator bool() const noexcept { return why == status::ok; }
};

/// The tokens of one sequence. A plain value: a copy is a fork, an assignment goes back to a checkpoint.
///
/// Questions about it are answered from *views*, each built at its first question and from then on kept up to date by every append and
/// forget, so that no question looks at the whole history again. There are few of them, and they are searched one by one.
///
/// Ids are kept as given and never used as an index. Where there is no memory a call says status::out_of_memory and has changed nothing;
/// only copying throws, as copying a vector does. A copy has what its original has, but not the room it had reserved.
/// Not for several threads at once, the questions included.
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
    std::span<const token_id> tokens() const noexcept { return tokens_; }
    std::span<const token_id> prompt() const noexcept { return tokens().first(prompt_); }
    std::span<const token_id> output() const noexcept { return tokens().subspan(prompt_); }

    /// Starts a sequence: forgets all tokens and takes the prompt. Views stay, with new contents.
    status begin(std::span<const token_id> prompt) noexcept { return assign(prompt, {}); }

    /// Like begin(prompt), then append() for each token of the output. Either may be part of this history.
    status assign(std::span<const token_id> prompt, std::span<const token_id> output) noexcept {
        if (prompt.size() > most_tokens || output.size() > most_tokens - prompt.size()) return status::out_of_memory;
        ARGDRAW_TRY {
            history fresh;
            fresh.tokens_.reserve(prompt.size() + output.size());
            fresh.tokens_.insert(fresh.tokens_.end(), prompt.begin(), prompt.end());
            fresh.tokens_.insert(fresh.tokens_.end(), output.begin(), output.end());
            fresh.prompt_ = prompt.size();
            for (const auto& view : counts_) fresh.counts_.push_back(fresh.counted(view.window(), view.of()));
            for (const auto& view : ngrams_) fresh.ngrams_.push_back(fresh.indexed(detail::ngram_index(view.n())));
            if (latest_) fresh.latest_ = fresh.indexed(detail::last_seen());
            swap(fresh);
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    /// One more token of output.
    status append(token_id id) noexcept {
        if (const status why = reserve(1); why != status::ok) return why;
        tokens_.push_back(id);
        for (auto& view : counts_)
            if (view.of() != scope::prompt) view.append(part(view.of()));
        for (auto& view : ngrams_) view.append(tokens_.data());
        if (latest_) latest_->append(tokens_.data());
        return status::ok;
    }

    /// Undoes the last n appends, whatever was asked since. More than there are: status::bad_parameter.
    status forget(std::size_t n) noexcept {
        if (n > output().size()) return status::bad_parameter;
        if (const status why = reserve(0); why != status::ok) return why;
        for (; n > 0; --n) {
            for (auto& view : counts_)
                if (view.of() != scope::prompt) view.forget(part(view.of()));
            for (auto& view : ngrams_) view.forget(tokens_.data());
            if (latest_) latest_->forget(tokens_.data());
            tokens_.pop_back();
        }
        return status::ok;
    }

    /// Room for so many appends with the present views: they allocate nothing, nor does forgetting any of them.
    status reserve(std::size_t outputs) noexcept {
        if (outputs > most_tokens - tokens_.size()) return status::out_of_memory;
        ARGDRAW_TRY {
            detail::make_room(tokens_, outputs);
            for (auto& view : counts_)
                if (view.of() != scope::prompt) view.make_room(part(view.of()).size(), outputs);
            for (auto& view : ngrams_) view.make_room(tokens_.data(), outputs);
            if (latest_) latest_->make_room(tokens_.data(), outputs);
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    /// The distinct tokens among the last `window` tokens of a scope, ascending by id, and how often each occurs there; a negative
    /// window takes all, 0 none. The first question about a (window, scope) builds its view and may find no memory; later ones
    /// are a search among the views.
    token_counts counts(std::int64_t window, scope of) noexcept {
        if (const status why = watch_counts(window, of); why != status::ok) return {{}, why};
        return {std::find_if(counts_.begin(), counts_.end(), [&](const auto& view) { return view.is(window, of); })->counts(), status::ok};
    }

    /// Builds the view for counts(window, of), if it is not there.
    status watch_counts(std::int64_t window, scope of) noexcept {
        for (const auto& view : counts_)
            if (view.is(window, of)) return status::ok;
        ARGDRAW_TRY {
            counts_.push_back(counted(window, of));
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    /// Visits every distinct token that followed an earlier occurrence of the last n tokens, once each, the one seen last first.
    ///
    /// With h the last `window` tokens of prompt and output (a negative window: all of them): for every token t with a place j + 1 < |h|
    /// where h[j+1] = t and the n tokens up to h[j] are the last n of h, calls visit(t, L), L >= n (a std::size_t) being the greatest
    /// number of tokens up to such a j that equal the last tokens of h. Occurrences may overlap. No match extends over a
    /// token of `breakers`, and no breaker is visited. n = 0 visits every distinct token of h.
    ///
    /// visit(t) alone, where L is not wanted, costs a step for each token visited; what L costs is said at detail::ngram_index. Neither
    /// grows with the history, unless t has followed the same n tokens many times without a pattern. With breakers, add a look-up
    /// for each of them, if there is anything to visit, and a search among them for each token visited.
    /// Visit must not change the history. The first call for an n, and the first with breakers, build views.
    template <class F>
    status continuations(std::size_t n, std::int64_t window, std::span<const token_id> breakers, F visit) noexcept {
        if (const status why = watch_ngrams(n); why != status::ok) return why;
        if (const status why = breakers.empty() ? status::ok : watch_latest(); why != status::ok) return why;
        auto& view = *std::find_if(ngrams_.begin(), ngrams_.end(), [&](const auto& v) { return v.n() == static_cast<detail::place>(n); });
        const token_id* const h = tokens_.data();
        const auto end = static_cast<detail::place>(tokens_.size());
        const detail::place from = window < 0 || window >= end ? 0 : end - static_cast<detail::place>(window);
        detail::place p = view.first(h, from);
        if (p < 0) return status::ok;
        detail::place room = end;
        for (const token_id breaker : breakers) room = (std::min)(room, end - 1 - (*latest_)(h, breaker));
        if (room < view.n()) return status::ok;
        for (; p >= 0; p = view.next(p, from)) {
            if (std::find(breakers.begin(), breakers.end(), h[p]) != breakers.end()) continue;
            if constexpr (std::is_invocable_v<F&, token_id>)
                visit(h[p]);
            else
                visit(h[p], static_cast<std::size_t>(view.longest(h, from, room, p)));
        }
        return status::ok;
    }

    /// Builds the view for continuations(n, ...), if it is not there. n >= most_tokens is status::bad_parameter.
    status watch_ngrams(std::size_t n) noexcept {
        if (n >= most_tokens) return status::bad_parameter;
        for (const auto& view : ngrams_)
            if (view.n() == static_cast<detail::place>(n)) return status::ok;
        ARGDRAW_TRY {
            ngrams_.push_back(indexed(detail::ngram_index(static_cast<detail::place>(n))));
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    void swap(history& other) noexcept {
        tokens_.swap(other.tokens_);
        std::swap(prompt_, other.prompt_);
        counts_.swap(other.counts_);
        ngrams_.swap(other.ngrams_);
        latest_.swap(other.latest_);
    }

private:
    std::span<const token_id> part(scope of) const noexcept {
        return of == scope::both ? tokens() : of == scope::prompt ? prompt() : output();
    }

    detail::window_counts counted(std::int64_t window, scope of) const {
        detail::window_counts view(window, of);
        view.assign(part(of));
        if (of != scope::prompt) view.make_room(part(of).size(), 0);
        return view;
    }

    template <class View>
    View indexed(View view) const {
        view.make_room(tokens_.data(), tokens_.size());
        for (std::size_t i = 0; i < tokens_.size(); ++i) view.append(tokens_.data());
        return view;
    }

    status watch_latest() noexcept {
        if (latest_) return status::ok;
        ARGDRAW_TRY {
            latest_ = indexed(detail::last_seen());
            return status::ok;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    std::vector<token_id> tokens_;
    std::size_t prompt_ = 0;
    std::vector<detail::window_counts> counts_;
    std::vector<detail::ngram_index> ngrams_;
    std::optional<detail::last_seen> latest_;  // as soon as breakers are asked about
};

}  // namespace argdraw
