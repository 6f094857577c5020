// batch — the texts of an engine, each with its pipeline, and steps over many of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/engine/draft.hpp>
#include <argdraw/engine/kept_rows.hpp>
#include <argdraw/engine/parallel.hpp>
#include <argdraw/engine/rows.hpp>
#include <argdraw/engine/verify.hpp>
#include <argdraw/sampler/sampler.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A row of a step: of which slot, and how many rows of the slot's draft come before it. 0 is the row behind the text; k > 0 that behind
/// node k - 1 of the draft, on a chain the row behind k drafted tokens.
struct row_place {
    std::size_t slot = 0;
    std::size_t k = 0;
};

/// The slots of an engine. A slot holds a pipeline and the sequence of one text; pipelines are of one type (with chain and any_draw for
/// stages and draws chosen at run time, of every kind) and of any parameters.
///
///     batch<decltype(pick)> texts;
///     texts.add(0, pick, {.seed = 1, .prompt = prompt});
///     texts.draw(rows, slots, tokens, one_thread{});          // tokens[i] from rows[i], for the text in slots[i]
///     for (...) texts.accept(slots[i], tokens[i].id);
///
/// A row's token does not depend on what stands beside it, on the order of rows, on the number of threads or on how a step is split into
/// calls. A row that fails has a status and changes nothing; the others go on. Calls on one batch are not for several threads at once; a
/// step itself runs on those that its `parallel` has. Slots are numbers from 0, as many as the greatest one that was added.
template <class Pick>
class batch {
public:
    using sequence_type = decltype(std::declval<const Pick&>().start());

    /// What changes between two steps, in this order.
    struct addition {
        std::size_t slot;
        Pick pick;
        start_options options;
    };
    struct move {
        std::size_t from, to;
        bool swap = false;  ///< the two change places; else what was at `to` is gone, and `from` is empty
    };
    struct changes {
        std::span<const std::size_t> removed = {};
        std::span<const addition> added = {};
        std::span<const move> moved = {};
    };
    /// All of it in order, up to the first that fails; what was done before that stays done.
    status update(const changes& all) noexcept {
        for (const std::size_t slot : all.removed)
            if (const status why = remove(slot); why != status::ok) return why;
        for (const addition& each : all.added)
            if (const status why = add(each.slot, each.pick, each.options); why != status::ok) return why;
        for (const move& each : all.moved)
            if (const status why = relocate(each); why != status::ok) return why;
        return status::ok;
    }

    /// A text in a slot, in the place of what was there. bad_parameter: check() of the pipeline fails, or accept() would refuse a token of
    /// the output.
    status add(std::size_t slot, const Pick& pick, const start_options& options = {}) noexcept {
        if (const checked fine = pick.check(); !fine) return fine.why;
        return put(slot, pick, pick.start(options));
    }
    /// The same with a sequence that is under way.
    status add(std::size_t slot, const Pick& pick, sequence_type seq) noexcept { return put(slot, pick, std::move(seq)); }
    /// bad_parameter: there is none.
    status remove(std::size_t slot) noexcept {
        if (!has(slot)) return status::bad_parameter;
        slots_[slot].reset();
        return status::ok;
    }

    /// One more than the greatest slot that was ever used.
    std::size_t size() const noexcept { return slots_.size(); }
    bool has(std::size_t slot) const noexcept { return slot < slots_.size() && slots_[slot].has_value(); }
    /// Of a slot that has a text.
    const Pick& pick(std::size_t slot) const noexcept { return slots_[slot]->pick; }
    sequence_type& text(std::size_t slot) noexcept { return slots_[slot]->text; }
    const sequence_type& text(std::size_t slot) const noexcept { return slots_[slot]->text; }
    /// As sequence::accept; bad_parameter for a slot without a text, too.
    status accept(std::size_t slot, token_id id) noexcept { return has(slot) ? text(slot).accept(id) : status::bad_parameter; }

    /// Draws tokens[i] from rows[i] for the text in slot_of[i]; nothing is accepted. bad_parameter in a token: no text in that slot, a slot
    /// that an earlier row had, or no such row.
    template <rows_of_logits Rows, parallel_for Parallel>
    void draw(const Rows& rows, std::span<const std::size_t> slot_of, std::span<drawn> tokens, const Parallel& parallel) noexcept {
        draw_by(rows, slot_of, tokens, parallel, [](std::size_t, const Pick& pick, const auto& row, sequence_type& text, workspace& space) {
            return pick(row, text, space);
        });
    }

    /// The same by a draw of the caller's, draw_one(i, pick, row, text, space), for one that finds log-probabilities, too. It is called from
    /// the threads that `parallel` has.
    ///
    ///     texts.draw_by(rows, slots, tokens, threads, [&](std::size_t i, const auto& pick, const auto& row, auto& text, workspace&) {
    ///         return records[i].draw(pick, row, text);
    ///     });
    template <rows_of_logits Rows, parallel_for Parallel, class F>
    void draw_by(const Rows& rows, std::span<const std::size_t> slot_of, std::span<drawn> tokens, const Parallel& parallel,
                 F draw_one) noexcept {
        const std::size_t n = (std::min)(slot_of.size(), tokens.size());
        for (std::size_t i = 0; i < n; ++i) tokens[i] = {.why = detail::has_row(rows, i) ? begin(slot_of[i]) : status::bad_parameter};
        detail::run_all(parallel, n, [&](std::size_t i, workspace* space) {
            if (tokens[i].why != status::ok) return;
            occupant& here = *slots_[slot_of[i]];
            tokens[i] = space ? draw_one(i, std::as_const(here.pick), rows[i], here.text, *space) : drawn{.why = status::out_of_memory};
        });
        for (const std::size_t slot : slot_of.first(n)) end(slot);
    }

    /// The same, and what each token was drawn from. out_of_memory in a token: there was none for the set of its row. Returns out_of_memory
    /// where there is none for all of them together: then `kept` is empty, and the tokens stand.
    template <rows_of_logits Rows, parallel_for Parallel>
    status draw_and_keep(const Rows& rows, std::span<const std::size_t> slot_of, std::span<drawn> tokens, kept_rows& kept,
                         const Parallel& parallel) noexcept {
        const std::size_t n = (std::min)(slot_of.size(), tokens.size());
        const auto draw_one = [&](std::size_t i, const Pick& pick, const auto& row, sequence_type& text, workspace& space) {
            detail::growing_set& own = slots_[slot_of[i]]->kept;
            return pick.draw_and_keep(row, [&](auto& c) { own.take(c, kept.with_probabilities); }, text, space);
        };
        draw_by(rows, slot_of, tokens, parallel, draw_one);
        kept.ids.clear();
        kept.probabilities.clear();
        ARGDRAW_TRY {
            kept.offsets.assign(n + 1, 0);
            for (std::size_t i = 0; i < n; ++i) kept.offsets[i + 1] = kept.offsets[i] + (tokens[i] ? set_of(slot_of[i]).ids.size() : 0);
            kept.ids.resize(kept.offsets[n]);
            if (kept.with_probabilities) kept.probabilities.resize(kept.offsets[n]);
        }
        ARGDRAW_CATCH(std::bad_alloc) {
            kept.offsets.clear();
            kept.ids.clear();
            return status::out_of_memory;
        }
        detail::run_all(parallel, n, [&](std::size_t i, workspace*) {
            if (!tokens[i]) return;
            const auto at = static_cast<std::ptrdiff_t>(kept.offsets[i]);
            const detail::growing_set& own = set_of(slot_of[i]);
            std::copy(own.ids.begin(), own.ids.end(), kept.ids.begin() + at);
            if (kept.with_probabilities) std::copy(own.probabilities.begin(), own.probabilities.end(), kept.probabilities.begin() + at);
        });
        return status::ok;
    }

    /// The verification of one slot's draft: as `verified`, in memory of the batch until its next step.
    struct outcome {
        std::size_t slot = 0;
        std::span<const std::int32_t> path = {};
        drawn token;
        std::size_t rows = 0;
    };
    /// Verifies the drafts of a step: proposed[i] is the draft of the text in slot_of[i], and may be empty, which makes it an ordinary
    /// draw; places[r] says whose the r-th row is. results[i] is as if the slot had been verified by itself: its sequence has accepted the
    /// path, the token is pending. bad_parameter: as for draw(), or a row that is missing or there twice. Returns out_of_memory where
    /// nothing was done.
    template <rows_of_logits Rows, parallel_for Parallel>
    status verify(acceptance rule, const Rows& rows, std::span<const row_place> places, std::span<const std::size_t> slot_of,
                  std::span<const draft> proposed, std::span<outcome> results, const Parallel& parallel) noexcept {
        const std::size_t n = (std::min)({slot_of.size(), proposed.size(), results.size()});
        ARGDRAW_TRY { deal(rows, places, slot_of.first(n), proposed.first(n)); }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
        for (std::size_t i = 0; i < n; ++i) {
            status why = begin(slot_of[i]);
            for (std::size_t k = first_row_[i]; k < first_row_[i + 1]; ++k)
                if (row_of_[k] == missing) why = status::bad_parameter;
            results[i] = {.slot = slot_of[i], .path = {}, .token = {.why = why}, .rows = 0};
        }
        detail::run_all(parallel, n, [&](std::size_t i, workspace* space) {
            if (results[i].token.why == status::ok && !space) results[i].token.why = status::out_of_memory;
            if (results[i].token.why != status::ok) return;
            auto& here = *slots_[slot_of[i]];
            const rows_of_slot<Rows> own{rows, std::span(row_of_).subspan(first_row_[i], first_row_[i + 1] - first_row_[i])};
            const verified step = here.verify(rule, here.pick, own, proposed[i], here.text, *space);
            results[i] = {slot_of[i], step.path, step.token, step.rows};
        });
        for (const std::size_t slot : slot_of.first(n)) end(slot);
        return status::ok;
    }

private:
    struct occupant {
        Pick pick;
        sequence_type text;
        verifier verify = {};
        detail::growing_set kept = {};
        bool in_step = false;
    };
    static constexpr std::size_t missing = ~std::size_t{0};

    template <class Rows>
    struct rows_of_slot {
        const Rows& rows;
        std::span<const std::size_t> numbers;
        std::size_t size() const noexcept { return numbers.size(); }
        decltype(auto) operator[](std::size_t k) const noexcept { return rows[numbers[k]]; }
    };

    const detail::growing_set& set_of(std::size_t slot) const noexcept { return slots_[slot]->kept; }

    status put(std::size_t at, const Pick& pick, sequence_type seq) noexcept {
        if (!seq) return seq.why();
        if (at >= most_slots) return status::bad_parameter;
        occupant next{pick, std::move(seq)};  // before anything moves: the pipeline may be that of a slot
        ARGDRAW_TRY {
            if (at >= slots_.size()) slots_.resize(at + 1);
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
        slots_[at].reset();
        slots_[at].emplace(std::move(next));
        return status::ok;
    }
    static constexpr std::size_t most_slots = std::size_t{1} << 24;

    status relocate(const move& each) noexcept {
        if (!has(each.from) || each.to >= most_slots) return status::bad_parameter;
        ARGDRAW_TRY {
            if (each.to >= slots_.size()) slots_.resize(each.to + 1);
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
        if (each.from == each.to) return status::ok;
        std::optional<occupant> kept = std::exchange(slots_[each.from], std::nullopt);
        if (each.swap && slots_[each.to]) slots_[each.from].emplace(std::move(*slots_[each.to]));
        slots_[each.to].reset();
        slots_[each.to].emplace(std::move(*kept));
        return status::ok;
    }

    // Whether a slot can take part in a step; it does from then on.
    status begin(std::size_t at) noexcept {
        if (!has(at) || slots_[at]->in_step) return status::bad_parameter;
        slots_[at]->in_step = true;
        return status::ok;
    }
    void end(std::size_t at) noexcept {
        if (has(at)) slots_[at]->in_step = false;
    }

    // Which row is whose: those of slot_of[i] stand in row_of_ from first_row_[i] on, in the order of k.
    template <class Rows>
    void deal(const Rows& rows, std::span<const row_place> places, std::span<const std::size_t> slot_of, std::span<const draft> proposed) {
        first_row_.assign(1, 0);
        index_of_.assign(slots_.size(), missing);
        for (std::size_t i = 0; i < slot_of.size(); ++i) {
            first_row_.push_back(first_row_.back() + proposed[i].tokens.size() + 1);
            if (slot_of[i] < index_of_.size() && index_of_[slot_of[i]] == missing) index_of_[slot_of[i]] = i;
        }
        row_of_.assign(first_row_.back(), missing);
        twice_.clear();
        for (std::size_t r = 0; r < places.size(); ++r) {
            const auto [at, k] = places[r];
            if (!detail::has_row(rows, r) || at >= index_of_.size() || index_of_[at] == missing) continue;
            const std::size_t i = index_of_[at];
            if (k >= first_row_[i + 1] - first_row_[i]) continue;  // behind a node that is not there
            std::size_t& place = row_of_[first_row_[i] + k];
            if (place != missing) twice_.push_back(first_row_[i] + k);
            place = r;
        }
        for (const std::size_t at : twice_) row_of_[at] = missing;
    }

    std::vector<std::optional<occupant>> slots_;
    std::vector<std::size_t> first_row_, row_of_, index_of_, twice_;
};

}  // namespace argdraw
