// What the candidates have noted when a verb is called: the one place where a test reads what is private.
#pragma once

#include <limits>

#include <argdraw/argdraw.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

struct noted {
    bool list = false;  // a list, or a mapped row; everything below but the first three is false
    bool mapped = false;
    bool scale = false;  // a pending one
    bool shift = false;
    bool band = false;        // the view leaves out what lies below a cut
    bool bits = false;        // tokens were removed one by one
    bool strays = false;      // tokens have values of their own
    bool infinite = false;    // one of these is +inf
    bool maxima = false;      // known
    bool weights = false;     // known
    bool normalises = false;  // ln p is still to be taken
};

struct inside {
    template <class T>
    static noted of(const candidates<T>& c) noexcept {
        const auto& d = c.d_;
        noted now{.list = d.form_ != detail::distribution<T>::form::view,
                  .mapped = d.form_ == detail::distribution<T>::form::mapped,
                  .scale = d.scale() != 1,
                  .shift = d.shift() != 0};
        if (now.list) return now;
        const auto& row = d.view_.row_;
        now.band = !row.banded().whole();
        now.bits = row.blocks().alive != nullptr;
        now.strays = row.strays().count() > 0;
        row.strays().for_each([&](token_id, double v) { now.infinite |= v == numeric::infinity; });
        now.maxima = d.view_.top_.known_of(row);
        now.weights = d.view_.weights_.known_of(row);
        now.normalises = d.normalises_;
        return now;
    }

    /// Of a view that was weighed: whether its weights are sums of floats.
    template <class T>
    static bool in_floats(const candidates<T>& c) noexcept {
        const auto& d = c.d_;
        return d.form_ == detail::distribution<T>::form::view && d.view_.weights_.known_of(d.view_.row_) && d.view_.weights_.in_float();
    }

    /// Of a mapped row: whether a quick draw finds the token.
    template <class T>
    static bool quickly_drawn(candidates<T>& c, double u) noexcept {
        return c.d_.mapped_.quick_token_at(u, c.d_.exponent_scale()).id >= 0;
    }

    /// Whether the next weights are those of a view in float, which are right to 2^-22 of themselves.
    template <class T>
    static bool weighs_in_float(const candidates<T>& c) noexcept {
        return c.d_.form_ == detail::distribution<T>::form::view && detail::view<T>::has_weight_kernel;
    }
};

}  // namespace argdraw::detail
