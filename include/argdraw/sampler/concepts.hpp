// concepts — what may stand in a pipeline, and the sentences for what may not.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/compiled.hpp>
#include <argdraw/sampler/context.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

// A callable may be written for rows of one scalar only, so it is looked at with each.
template <template <class, class> class Test, class S>
inline constexpr bool for_some_scalar = Test<S, float>::value || Test<S, double>::value || Test<S, half>::value || Test<S, bfloat16>::value;

// clang-format off
template <class S, class T>
struct acts : std::bool_constant<requires(const S& s, candidates<T>& c) { { s(c) } -> std::same_as<void>; }> {};
template <class S, class T>
struct picks : std::bool_constant<requires(const S& s, candidates<T>& c) { { s(c) } -> std::convertible_to<drawn>; }> {};
template <class S, class T>
struct acts_in_context
    : std::bool_constant<requires(const S& s, candidates<T>& c, context<S>& x) { { s(c, x) } -> std::same_as<void>; }> {};
template <class S, class T>
struct picks_in_context
    : std::bool_constant<requires(const S& s, candidates<T>& c, context<S>& x) { { s(c, x) } -> std::convertible_to<drawn>; }> {};
// clang-format on

}  // namespace detail

/// A draw ends a pipeline: called with the candidates, it returns a drawn. The return type is what tells it from a stage,
/// so that a lambda can be either.
template <class S>
concept deterministic_draw = detail::for_some_scalar<detail::picks, S>;

/// A draw that needs random words, or the history: called with the candidates and a context.
template <class S>
concept random_draw = !deterministic_draw<S> && detail::for_some_scalar<detail::picks_in_context, S>;

template <class S>
concept draw = deterministic_draw<S> || random_draw<S>;

namespace detail {

template <class S>
concept plain_stage = !draw<S> && for_some_scalar<acts, S>;
template <class S>
concept stage_in_context = !draw<S> && !plain_stage<S> && for_some_scalar<acts_in_context, S>;

}  // namespace detail

/// A stage changes the candidates and returns nothing: called as stage(c), or as stage(c, context) where it asks for random words, the
/// history or its own state. Any callable will do, a lambda included; it is called as const, from many threads, and if it throws the
/// program ends.
template <class S>
concept stage = detail::plain_stage<S> || detail::stage_in_context<S>;

/// A stage or draw that asks the context for more than random words needs a sequence. It says so with `static constexpr bool reads_history
/// = true`, or by a member type `state` and a member function `state start() const`. One that can do without says `reads_history = false`
/// beside its state, and is then called with contexts that have none, too. A state is trivially copyable; if it is not a number, its
/// each_number(visit) calls visit with each of its numbers, for the bytes of a sequence.
// clang-format off
template <class S>
concept needs_sequence = requires { requires S::reads_history; } ||
                         (requires { typename S::state; } && !requires { requires !S::reads_history; });
// clang-format on

/// A stage that says when it does nothing is not called then.
template <class S>
concept has_neutral = requires(const S& s) {
    { s.neutral() } -> std::convertible_to<bool>;
};

/// A stage that knows its range is asked before the row is read.
template <class S>
concept has_valid = requires(const S& s) {
    { s.valid() } -> std::convertible_to<bool>;
};

/// A stage that names tokens or has a row of its own says whether a row of a width has them. Asked by sampler::check(width) alone: in a
/// draw the stage fails with outside_row by itself.
template <class S>
concept has_fits = requires(const S& s, std::size_t width) {
    { s.fits(width) } -> std::convertible_to<bool>;
};

/// A stage that has a row of its own may have it as wide as the row given, where a sequence's vocabulary lets only the first tokens live:
/// where of `from` tokens `to` do, s.narrowed(from, to) acts in its place.
template <class S>
concept has_narrowed = requires(const S& s, std::size_t width) {
    { s.narrowed(width, width) } -> std::same_as<S>;
};

/// What a stage or draw wants of its parameters, in a sentence that begins with its name: what sampler::check() answers with.
template <class S>
concept has_requirement = requires {
    { S::requirement } -> std::convertible_to<std::string_view>;
};

/// A stage whose parameters want several things says which of them is not so, where valid() is false.
template <class S>
concept has_fault = requires(const S& s) {
    { s.fault() } -> std::convertible_to<std::string_view>;
};

/// The same of fits().
template <class S>
concept has_misfit = requires(const S& s, std::size_t width) {
    { s.misfit(width) } -> std::convertible_to<std::string_view>;
};

/// A stage that removes tokens by their rank or by their mass says so: `static constexpr bool truncates = true`. What a row's tokens had
/// before that is asked beside the draw, as by scaled_set().
template <class S>
concept truncating = requires { requires S::truncates; };

/// A stage that asks the history for a view of it, counts or matches, says so when a sequence is started, so that draws build nothing.
template <class S>
concept has_prepare = requires(const S& s, history& seen) {
    { s.prepare(seen) } -> std::same_as<status>;
};

namespace detail {

template <class S, class T>
    struct narrows : std::bool_constant < requires(const S& s, candidates<T>& c) {
    s.narrow(c);
} || requires(const S& s, candidates<T>& c, context<S>& x) { s.narrow(c, x); }>{};

/// What a pipeline is run with: for each of its elements the context that it is called with, and what is to be done when there is a token.
template <class G>
concept given = requires(G& all, const drawn& token) {
    all.template context<0>();
    all.succeeded(token);
};

}  // namespace detail

/// A draw whose law is known, as distribution() and all that reads laws need it. It says so in one of two ways: `narrow(c)` or `narrow(c,
/// context)` leaves candidates whose probabilities are those with which operator() draws, takes no word that operator() takes, and changes
/// no state; or `static constexpr bool draws_from_all = true`: each living token is drawn with its probability, and operator() leaves them
/// as they are. One with narrow() whose operator() leaves what narrow() would have left says so by `static constexpr bool leaves_law =
/// true`: then draw_and_keep() need not run the pipeline twice.
template <class S>
concept has_law = draw<S> && (detail::for_some_scalar<detail::narrows, S> || requires { requires S::draws_from_all; });

namespace detail {

/// Whether a draw leaves the candidates as its law has them.
template <class D>
constexpr bool leaves_law(const D& draw) noexcept {
    if constexpr (requires { bool(draw.leaves_law()); }) return draw.leaves_law();
    else if constexpr (requires { D::leaves_law; }) return D::leaves_law;
    else return requires { requires D::draws_from_all; };
}

/// What is no row, and why. Instantiated only for what is none.
template <class R>
struct row_rules {
    static constexpr bool contiguous = has_data_and_size<R>;
    static constexpr bool elements = [] {
        if constexpr (contiguous) return logit_type<element_of<R>>;
        return true;
    }();

    static_assert(contiguous,
                  "argdraw: the row is no row: it has no data() and size(); evaluate an expression first, wrap a pointer in a std::span");
    static_assert(elements,
                  "argdraw: the row's elements are no logits; a row is contiguous float, double, half or bfloat16, or of a type with an "
                  "argdraw::format_of");
    static_assert(
        !contiguous || !elements,
        "argdraw: the row's elements are not neighbours in memory; copy the row of a column-major matrix, or keep logits row-major");
    static constexpr bool hold = false;
};

/// The rules of a pipeline, each with its sentence. Instantiated by every sampler.
template <class... S>
struct pipeline_rules {
    static constexpr std::size_t draws = (std::size_t{0} + ... + std::size_t{draw<S>});
    static constexpr bool last_is_draw = [] {
        bool last = false;
        ((last = draw<S>), ...);
        return last;
    }();

    static_assert((!std::is_arithmetic_v<S> && ...),
                  "argdraw: a number stands in the pipeline; name the stage it belongs to, as in temperature{0.8f} or top_k{40}");
    static_assert(((std::is_arithmetic_v<S> || stage<S> || draw<S>) && ...),
                  "argdraw: something in the pipeline is neither a stage nor a draw; a stage is callable as stage(candidates&) and returns "
                  "void, a draw returns drawn, and both must be callable as const");
    static_assert(draws >= 1, "argdraw: the pipeline has no draw; end it with greedy{} or categorical{}");
    static_assert(draws <= 1, "argdraw: the pipeline has two draws; only its last element may be one");
    static_assert(draws != 1 || last_is_draw, "argdraw: the draw is not last; stages after a draw would do nothing");
    static_assert(
        (std::is_trivially_copyable_v<S> && ...),
        "argdraw: a stage is not trivially copyable; a sampler is a plain value, so give the stage a span or a pointer to what it needs");
    static constexpr bool hold = true;
};

}  // namespace detail

}  // namespace argdraw
