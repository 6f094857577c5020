// distribution — what the candidates are at the moment: a view of the row or a list of tokens, and what takes values to logits.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <argdraw/candidates/list.hpp>
#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/row_of_records.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/sparse_row.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/saturated.hpp>
#include <argdraw/numeric/wide_scale.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

struct inside;  // of the tests: what is noted when a verb is called

/// One distribution in one of three forms, with its status. Which form it has is decided here: who works on it asks for the one he can use,
/// and gets it or nothing. Asking for the maximum, for weights or for a list may turn the view into the list; a function of all logits turns
/// it into a mapped row; nothing turns a list back. Who does not know mapped rows asks without_map() first, which lists one.
///
/// The logit of a value v is (v - anchor) * scale + shift.
template <logit_scalar T>
class distribution {
public:
    using view = detail::view<T>;

    distribution(std::span<const T> row, workspace& space, std::size_t max_width) noexcept { look_at(row, space, max_width); }
    distribution(const row_of_records& row, workspace& space, std::size_t max_width) noexcept
        requires std::same_as<T, float>
    {
        look_at(row, space, max_width);
    }
    distribution(const sparse_row<T>& row, workspace& space, std::size_t max_width) noexcept {
        if (row.ids().size() != row.logits().size()) fail(status::bad_parameter);
        look_at(row, space, max_width);
    }

    bool ok() const noexcept { return why_ == status::ok; }
    status why() const noexcept { return why_; }
    void fail(status why) noexcept {
        if (ok()) why_ = why;
    }
    std::size_t width() const noexcept { return view_.row().width(); }
    bool holds_id(token_id id) const noexcept { return view_.row().holds_id(id); }
    detail::scratch<T>& scratch() noexcept { return scratch_; }

    // ---- values and logits ---------------------------------------------------------------------------------------------

    double scale() const noexcept { return scale_.value(); }
    double exponent_scale() const noexcept { return numeric::product(scale(), numeric::log2_e); }
    double shift() const noexcept { return shift_; }
    double anchor() const noexcept { return anchor_; }

    /// A finite value has a finite logit, whatever the scale: only what is +inf in the row, or by a stage, is more than all others.
    double logit_of(double v) const noexcept {
        const double l = unsaturated(v);
        return numeric::finite(v) ? numeric::saturated(l) : l;
    }
    double value_from(double l) const noexcept {
        if (!numeric::finite(l)) return l;
        return numeric::saturated(anchor_ + (scale() == 1 ? l - shift_ : (l - shift_) / scale()));
    }
    /// How far above the maximum a token of the list is: 0 or less.
    double above_maximum(const list& of, std::size_t i) const noexcept { return numeric::product(of.value(i) - of.maximum(), scale()); }

    void multiply(double factor) noexcept {
        scale_.multiply(factor);
        shift_ = numeric::saturated(numeric::product(shift_, factor));
    }
    void add(double offset) noexcept { shift_ = numeric::saturated(shift_ + offset); }
    void set_origin(double anchor, double shift) noexcept {
        anchor_ = anchor;
        shift_ = shift;
    }
    /// Where the greatest logit is beyond the doubles: from here on it is 0, and the others lie as far below it as they are.
    void bring_into_range() noexcept {
        if (!is_in_range() && find_maximum() && !numeric::finite(unsaturated(maximum()))) set_origin(maximum(), 0);
    }
    /// As set_origin(maximum(), - ln mass), but the mass is found only when somebody asks for settled_origin(): a draw does without.
    void normalise_later() noexcept { normalises_ = true; }
    distribution& settled_origin() noexcept;
    /// The running sums of the list, whose least value this is, are to be raised to a power when somebody asks for settled_origin(); see
    /// cumulative.hpp. A draw may do without. The power that waits is 0 where there is none.
    void raise_later(double power, double least) noexcept {
        power_that_waits_ = power;
        least_to_raise_ = least;
    }
    double power_that_waits() const noexcept { return power_that_waits_; }
    double least_to_raise() const noexcept { return least_to_raise_; }
    /// That has been done to the weights. From here on the logits of the list are ln weight + above, and become its values when somebody
    /// asks for settled_origin(): a draw needs none.
    void values_later(double above) noexcept {
        power_that_waits_ = 0;
        values_are_logits();
        above_log_weight_ = above;
        values_later_ = true;
    }

    /// From here on the values of the list are logits.
    void values_are_logits() noexcept {
        scale_ = {};
        set_origin(0, 0);
    }

    // ---- the form ------------------------------------------------------------------------------------------------------

    /// The view where it is one, the list where that is; nullptr where not, or where the distribution has failed.
    view* as_view() noexcept { return ok() && form_ == form::view ? &view_ : nullptr; }
    list* as_list() noexcept { return ok() && form_ == form::list ? &list_ : nullptr; }
    mapped_row<T>* as_mapped() noexcept { return ok() && form_ == form::mapped ? &mapped_ : nullptr; }

    /// The same, and a list in the place of a mapped row.
    distribution& without_map() noexcept {
        if (as_mapped()) open(-numeric::infinity);
        return *this;
    }

    /// Turns a view, whose maximum has been found, into the row that a function makes of it; into a list where there are logits of +inf.
    template <class F>
    void map(const F& f) noexcept;

    /// What takes the values of the row to logits.
    detail::origin origin() const noexcept { return {anchor_, scale(), shift_}; }
    /// What a function that waits makes of a view, whose maximum has been found, beside it: the view stays, but for what its blocks weigh.
    template <class F>
    mapped_row<T>& map_beside(const F& f, const detail::origin& of) noexcept {
        view_.weights().forget();
        settled(mapped_.look_at(view_.row(), view_.top(), of, f, scratch_));
        return mapped_;
    }

    /// The view, if what lives is not listed sooner than a sweep is made, and no band hides a part of what the sweep sees.
    view* as_plain_view() noexcept {
        view* const row = as_view();
        return row && !row->row().sparse() && row->row().banded().whole() ? row : nullptr;
    }

    /// Finds the maximum, and with it everything that can be wrong with a row; false if something is. A row of which few live, or with
    /// tokens of +inf, becomes a list.
    bool find_maximum() noexcept;
    /// NaN where the distribution has failed.
    double maximum() noexcept {
        if (!find_maximum()) return numeric::nan;
        return form_ == form::list ? list_.maximum() : form_ == form::mapped ? mapped_.maximum() : view_.maximum();
    }

    /// The view with the masses of its blocks; nullptr where it is a list, or fails.
    template <extra also = extra::nothing>
    view* weighed_view(accuracy wanted = accuracy::quick) noexcept;

    /// The list; nullptr where the distribution has failed.
    list* listed() noexcept;
    list* weighed_list() noexcept;

    /// Turns a view into the list of the tokens that reach the cut.
    void open(double cut) noexcept;
    /// Into a list of the first k tokens in the order, and maybe others; of those equal to the last no more than `equals` need be in it.
    void open_top(std::size_t k, std::size_t equals) noexcept;
    /// Becomes the list of so many tokens that have been written to the scratch.
    void become_list(std::size_t count, double maximum) noexcept {
        if (count == 0) return fail(status::empty);
        list_.hold(count, maximum);
        form_ = form::list;
    }
    void become_weighed_list(std::size_t count, double maximum, double mass) noexcept {
        list_.hold(count, maximum, exponent_scale(), mass);
        form_ = form::list;
    }

    /// Says what became of the list.
    void settled(status why) noexcept {
        if (why != status::ok) fail(why);
    }

    /// The first n tokens in the order, by value; view and list stay as they are.
    std::span<place> sorted(std::size_t n) noexcept;

    // ---- NaN -----------------------------------------------------------------------------------------------------------

    /// A value of the row has been looked at.
    void note_reading() noexcept { was_read_ = true; }

    /// Whether these ids may be removed. Removing looks at no value, so that a NaN which is removed is no error; but once a value was
    /// looked at, a NaN is reported before it can be hidden.
    bool can_remove(std::span<const token_id> ids) noexcept;

private:
    friend struct inside;

    template <class Row>
    void look_at(Row row, workspace& space, std::size_t max_width) noexcept;

    double unsaturated(double v) const noexcept { return numeric::product(v - anchor_, scale()) + shift_; }
    // Whether all logits are known to be inside of the doubles, without a read.
    bool is_in_range() noexcept {
        view* const seen = as_view();
        if (std::same_as<T, double> || !seen) return false;
        constexpr double most = (std::numeric_limits<float>::max)();
        bool all = numeric::finite(unsaturated(most)) && numeric::finite(unsaturated(-most));
        seen->row().strays().for_each([&](token_id, double v) { all &= numeric::finite(unsaturated(v)); });
        return all;
    }

    // Lists the few that live. Returns false where they turned out to be many.
    bool list_sparse() noexcept;

    enum class form : std::uint8_t { view, mapped, list };

    view view_;
    mapped_row<T> mapped_;
    list list_;
    detail::scratch<T> scratch_;
    numeric::wide_scale scale_;
    double anchor_ = 0;
    double shift_ = 0;
    status why_ = status::ok;
    form form_ = form::view;
    bool was_read_ = false;
    bool normalises_ = false;
    double power_that_waits_ = 0;
    double least_to_raise_ = 0;
    double above_log_weight_ = 0;
    bool values_later_ = false;
};

// Not inline: where they are compiled elsewhere, a file compiles none of them.

template <logit_scalar T>
template <class Row>
void distribution<T>::look_at(Row row, workspace& space, std::size_t max_width) noexcept {
    if (row.size() == 0) fail(status::empty);
    else if (row.size() > max_width) fail(status::too_wide);
    else if (ok()) settled(view_.look_at(row, scratch_, space));
    list_ = {scratch_.tokens, scratch_.sorting.order, scratch_.sorting.beside_list};
}

template <logit_scalar T>
bool distribution<T>::find_maximum() noexcept {
    if (!ok()) return false;
    if (mapped_row<T>* const mapped = as_mapped()) {
        if (const double greatest = mapped->maximum(); greatest != greatest) fail(status::nan_logit);
        else if (greatest == -numeric::infinity) fail(status::empty);
        else if (greatest == numeric::infinity) {
            become_list(mapped->list_reaching(greatest), greatest);
            list_.take_for_infinite();
        }
        return ok();
    }
    if (form_ != form::view) return true;
    if (view_.row().sparse() && list_sparse()) return ok();
    if (const status why = view_.find_maximum(); why != status::ok) {
        fail(why);
        return false;
    }
    if (view_.maximum() == numeric::infinity) {
        become_list(view_.list_reaching(numeric::infinity), numeric::infinity);
        list_.take_for_infinite();
    }
    return true;
}

template <logit_scalar T>
template <extra also>
view<T>* distribution<T>::weighed_view(accuracy wanted) noexcept {
    if (!as_view() || (view_.row().sparse() && list_sparse())) return nullptr;
    if (view_.template weigh<also>(exponent_scale(), wanted)) return &view_;
    find_maximum();
    return nullptr;
}

template <logit_scalar T>
list* distribution<T>::listed() noexcept {
    open(-numeric::infinity);
    return as_list();
}

template <logit_scalar T>
list* distribution<T>::weighed_list() noexcept {
    list* const tokens = listed();
    if (tokens) tokens->weigh(exponent_scale());
    return tokens;
}

template <logit_scalar T>
void distribution<T>::open(double cut) noexcept {
    if (!find_maximum()) return;
    if (as_mapped()) become_list(mapped_.list_reaching(cut), mapped_.maximum());
    else if (as_view()) become_list(view_.list_reaching(cut), view_.maximum());
}

template <logit_scalar T>
template <class F>
void distribution<T>::map(const F& f) noexcept {
    settled(mapped_.look_at(view_.row(), view_.top(), origin(), f, scratch_));
    form_ = form::mapped;
    values_are_logits();
}

template <logit_scalar T>
void distribution<T>::open_top(std::size_t k, std::size_t equals) noexcept {
    if (!find_maximum()) return;
    if (as_mapped()) return become_list(mapped_.list_top(k), mapped_.maximum());
    if (!as_view()) return;
    const std::size_t found = view_.list_top(k, equals);
    become_list(k == 1 && equals == 1 ? (std::min<std::size_t>)(found, 1) : found, view_.maximum());
}

template <logit_scalar T>
std::span<place> distribution<T>::sorted(std::size_t n) noexcept {
    n = (std::max<std::size_t>)(n, 1);
    if (view* const seen = as_plain_view(); seen && seen->only_weighed()) {
        if (const std::size_t found = seen->list_heaviest(n); found >= n)
            return list_.leaders_of(found, n, -numeric::infinity, scratch_.sorting.beside_row);
    }
    if (!find_maximum()) return {};
    if (as_list()) return list_.leaders(n);
    return list_.leaders_of(view_.list_top(n, n), n, -numeric::infinity, scratch_.sorting.beside_row);
}

template <logit_scalar T>
bool distribution<T>::can_remove(std::span<const token_id> ids) noexcept {
    for (const token_id id : ids)
        if (!holds_id(id)) fail(status::outside_row);
    if (was_read_ && as_view()) find_maximum();
    return ok();
}

template <logit_scalar T>
bool distribution<T>::list_sparse() noexcept {
    const std::size_t count = view_.row().list_sparse(scratch_.tokens);
    if (count == 0 && !view_.row().sparse()) return false;
    form_ = form::list;
    settled(list_.hold_any(count));
    return true;
}

/// Whether a function of all logits is kept: a row of few blocks, or of few living tokens, is not worth it.
template <logit_scalar T>
bool keeps_a_function(distribution<T>& d) noexcept {
    const view<T>* const seen = d.as_view();
    return seen && d.find_maximum() && d.as_view() && seen->blocks() >= sizes::mapped_blocks && !seen->row().few_reach_band();
}

}  // namespace argdraw::detail
