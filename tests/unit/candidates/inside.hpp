// What the candidates have noted when a verb is called: the one place where a test reads what is private.
#pragma once

#include <limits>

#include <argdraw/argdraw.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

struct noted {
    bool list = false;   // a list; everything below but the first two is false
    bool scale = false;  // a pending one
    bool shift = false;
    bool band = false;      // the view leaves out what lies below a cut
    bool bits = false;      // tokens were removed one by one
    bool strays = false;    // tokens have values of their own
    bool infinite = false;  // one of these is +inf
    bool maxima = false;    // known
    bool bounds = false;    // known as bounds only
    bool weights = false;   // known
};

struct inside {
    template <class T>
    static noted of(const candidates<T>& c) noexcept {
        noted now{.list = c.list_, .scale = c.scale_.value() != 1, .shift = c.shift_ != 0};
        if (c.list_) return now;
        const auto& view = c.view_;
        now.band = !view.band_.whole();
        now.bits = view.blocks_.alive != nullptr;
        now.strays = view.strays_.count() > 0;
        view.strays_.for_each([&](token_id, double v) { now.infinite |= v == std::numeric_limits<double>::infinity(); });
        now.maxima = view.known_maximum_ && !view.bounds_only_;
        now.bounds = view.known_maximum_ && view.bounds_only_;
        now.weights = view.known_weights_;
        return now;
    }

    /// Of a view that was weighed: whether its weights are sums of floats.
    template <class T>
    static bool in_floats(const candidates<T>& c) noexcept {
        return !c.list_ && c.view_.known_weights_ && c.view_.in_float();
    }

    /// Whether the next weights are those of a view in float, which are right to 2^-22 of themselves.
    template <class T>
    static bool weighs_in_float(const candidates<T>& c) noexcept {
        return !c.list_ && detail::view<T>::has_weight_kernel;
    }
};

}  // namespace argdraw::detail
