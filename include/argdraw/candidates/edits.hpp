// edits — what changes logits token by token: beside the row where it is a view, in the list where it is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <argdraw/candidates/by_series.hpp>
#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/strays.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

constexpr token_id id_in(token_id id) noexcept { return id; }
template <class Entry>
    requires requires(const Entry& e) { e.id; }
constexpr token_id id_in(const Entry& entry) noexcept {
    return entry.id;
}

/// l + number, finite where both are. -inf beats everything.
inline double finite_sum(double l, double number) noexcept {
    if (number == -numeric::infinity) return number;
    return numeric::finite(number) && numeric::finite(l) ? numeric::saturated(l + number) : l + number;
}

/// Gives a token of the view the logit f(l). `made_infinite` says whether a change before has made one +inf. Returns false where the view
/// has become a list instead, and the change is still to be made there: whether an infinite token has others beside it is a question to the
/// row as it stood before.
template <logit_scalar T, class F>
bool edit_in_view(distribution<T>& d, view<T>& seen, token_id id, F f, bool& made_infinite) noexcept {
    const double v = seen.row().value_of_token(id);
    if (v == -numeric::infinity) return true;
    d.note_reading();
    const double l = v == numeric::infinity ? v : d.logit_of(v), changed = f(l);
    if (v != v || changed != changed) {
        d.fail(status::nan_logit);
        return true;
    }
    if ((v == numeric::infinity || changed == numeric::infinity) && !made_infinite && d.find_maximum() && d.as_list()) return false;
    if (changed == l) return true;
    made_infinite |= changed == numeric::infinity;
    seen.row().set(id, d.value_from(changed));
    return true;
}

/// Gives the tokens of entries that live the logits f(l, entry).
template <logit_scalar T, class Entry, class F>
void edit(distribution<T>& d, std::span<Entry> entries, F f) noexcept {
    for (Entry& entry : entries) {
        if (!d.holds_id(id_in(entry))) return d.fail(status::outside_row);
        if (const view<T>* const seen = d.as_view()) seen->row().announce(id_in(entry));
    }
    std::size_t done = 0;
    bool made_infinite = false;
    for (view<T>* seen; done < entries.size() && (seen = d.as_view()) != nullptr; ++done)
        if (!edit_in_view(d, *seen, id_in(entries[done]), [&](double l) { return f(l, entries[done]); }, made_infinite)) break;
    list* const tokens = d.as_list();
    if (!tokens) return;
    d.settled(tokens->change([&](double* values) {
        for (; done < entries.size(); ++done) {
            const std::size_t i = tokens->find(id_in(entries[done]));
            if (i == tokens->size() || values[i] == -numeric::infinity) continue;
            const double v = values[i], l = v == numeric::infinity ? v : d.logit_of(v), changed = f(l, entries[done]);
            if (changed != changed) return d.fail(status::nan_logit);
            if (changed != l) values[i] = d.value_from(changed);
        }
    }));
}

/// Adds numbers to the logits of the tokens that live in a view, in id order and as long as both are finite. Returns the id of the first
/// that it leaves to others, or the width.
template <logit_scalar T>
std::size_t add_finite(distribution<T>& d, view<T>& seen, const strays& numbers) noexcept {
    const double anchor = d.anchor(), factor = d.scale(), shift = d.shift();
    const bool plain = anchor == 0 && factor == 1 && shift == 0;
    bool some_live = false;
    const auto quick = [=, &some_live](double v, double number) {
        const double l = plain ? v : numeric::product(v - anchor, factor) + shift, to = l + number;
        some_live |= numeric::finite(to);
        if (plain) return to;
        return to == l && numeric::finite(l) ? v : anchor + (factor == 1 ? to - shift : (to - shift) / factor);
    };
    const auto exact = [&](double v, double number) {
        some_live = true;
        const double l = d.logit_of(v), to = finite_sum(l, number);
        if (!(v < numeric::infinity && to < numeric::infinity)) return numeric::nan;
        return to == l ? v : d.value_from(to);
    };
    const std::size_t stopped = seen.row().set_all(numbers, quick, exact);
    if (some_live) d.note_reading();
    return stopped;
}

/// Adds to each token the sum of the numbers that each(give) hands out for it.
template <logit_scalar T, class F>
void add_sums(distribution<T>& d, F each) noexcept {
    if (!d.ok()) return;
    struct entry {
        token_id id;
        double sum;
    };
    strays sums(d.scratch().sums, d.width());
    each([&](token_id id, double number) {
        if (!d.holds_id(id)) return d.fail(status::outside_row);
        sums.add(id, number);
    });
    std::size_t from = 0;
    if (view<T>* const seen = d.as_view()) from = add_finite(d, *seen, sums);
    if (!d.ok() || from == d.width()) return;
    // The logits of a row of which few tokens came lie where the entries go; as a list they do not.
    if (view<T>* const seen = d.as_view(); seen && seen->row().sparse()) d.find_maximum();
    auto* const entries = reinterpret_cast<entry*>(d.scratch().sorting.order);
    std::size_t count = 0;
    sums.for_each([&](token_id id, double sum) {
        if (static_cast<std::size_t>(id) >= from) new (entries + count++) entry{id, sum};
    });
    edit(d, std::span<const entry>(entries, count), [](double l, const entry& of) { return finite_sum(l, of.sum); });
}

/// The listed ids, each with a value of 0, where sums of numbers stand otherwise; none where the distribution fails.
template <logit_scalar T>
strays lookup(distribution<T>& d, std::span<const token_id> ids) noexcept {
    for (const token_id id : ids)
        if (!d.holds_id(id)) d.fail(status::outside_row);
    if (!d.ok() || ids.empty()) return {};
    strays listed(d.scratch().sums, d.width());
    for (const token_id id : ids) listed.put(id, 0);
    return listed;
}

/// Removes the listed tokens.
template <logit_scalar T>
void ban(distribution<T>& d, std::span<const token_id> ids) noexcept {
    if (!d.can_remove(ids)) return;
    if (view<T>* const seen = d.as_view()) return seen->row().remove(ids);
    d.settled(d.as_list()->remove(ids));
}

/// Keeps the tokens for which keep(id, logit) is true.
template <logit_scalar T, class F>
void keep_if(distribution<T>& d, F keep) noexcept {
    list* const tokens = d.listed();
    if (!tokens) return;
    d.settled(tokens->keep_if([&](std::size_t i) { return keep(tokens->id(i), d.logit_of(tokens->value(i))); }));
}

/// Keeps the tokens whose bit is set among the first `tokens` bits of the mask, and those past them if `past_end`.
template <logit_scalar T>
void allow(distribution<T>& d, std::span<const std::uint32_t> mask, bool past_end, std::size_t tokens) noexcept {
    if (!d.can_remove({})) return;
    if (auto* const seen = d.as_view()) return seen->row().allow(mask, past_end, tokens);
    keep_if(d, [=](token_id id, double) { return is_allowed(mask, past_end, tokens, id); });
}

/// Keeps the listed tokens.
template <logit_scalar T>
void allow_only(distribution<T>& d, std::span<const token_id> ids) noexcept {
    if (!d.can_remove(ids)) return;
    if (view<T>* const seen = d.as_view()) seen->row().allow_only(ids, reinterpret_cast<std::uint32_t*>(d.scratch().sums.bits));
    else d.settled(d.as_list()->keep_only(ids));
}

/// -inf of a token that does not live, +inf of those that are.
template <logit_scalar T>
double value_of_token(distribution<T>& d, token_id id) noexcept {
    if (const view<T>* const seen = d.as_plain_view(); seen && seen->only_weighed()) return seen->row().value_of_token(id);
    if (!d.find_maximum()) return numeric::nan;
    if (const view<T>* const seen = d.as_view()) return seen->row().value_of_token(id);
    const list& tokens = *d.as_list();
    const std::size_t i = tokens.find(id);
    if (i == tokens.size()) return -numeric::infinity;
    return tokens.infinite() ? numeric::infinity : tokens.value(i);
}

/// Gives every living token the logit f(id, l), in id order.
template <logit_scalar T, class F>
void transform(distribution<T>& d, F f) noexcept {
    list* const tokens = d.listed();
    if (!tokens) return;
    const status why = tokens->set_all([&](std::size_t i, double v) { return f(tokens->id(i), d.logit_of(v)); });
    d.values_are_logits();
    d.settled(why);
}

/// The same of a function that may be kept: see logit_map.
template <logit_scalar T, class F>
void map(distribution<T>& d, const F& f) noexcept {
    if (keeps_a_function(d)) d.map(f);
    else transform(d, f);
}

/// The token that token_at() gives behind map(f), whose numbers are finite; the logits stay.
template <logit_scalar T, class F>
taken token_behind(distribution<T>& d, const F& f, double u, accuracy wanted) noexcept {
    if (keeps_a_function(d)) {
        if constexpr (requires { f.series(); })
            if (wanted == accuracy::quick && can_be_summed_by_series(d)) {
                const summed_by_series<T, F> summed(d, f);
                if (const taken quick = d.map_beside(f, d.origin()).quick_token_at(u, numeric::log2_e, summed); quick.id >= 0) return quick;
            }
        mapped_row<T>& mapped = d.map_beside(f, d.origin());
        if (wanted == accuracy::quick)
            if (const taken quick = mapped.quick_token_at(u, numeric::log2_e); quick.id >= 0) return quick;
        mapped.weigh(numeric::log2_e);
        return mapped.token_at(u);
    }
    list* const tokens = d.listed();
    if (!tokens) return {};
    return tokens->token_at(u, numeric::log2_e, [&](std::size_t i) { return f(tokens->id(i), d.logit_of(tokens->value(i))); });
}

/// The same with f(l, p), in the order.
template <logit_scalar T, class F>
void transform_in_order(distribution<T>& d, F f) noexcept {
    list* const tokens = d.weighed_list();
    if (!tokens) return;
    const status why = tokens->set_in_order([&](double v, double p) { return f(d.logit_of(v), p); });
    d.values_are_logits();
    d.settled(why);
}

}  // namespace argdraw::detail
