// any_draw — a draw chosen at run time.
//
//   formula   that of the draw, exactly as if it stood in the pipeline
//   range     that of the draw; it is categorical where none was chosen
//   random    what the draw takes
//   cost      that of the draw, and one indirect call
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/draws/categorical.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/any_context.hpp>
#include <argdraw/sampler/bytes.hpp>
#include <argdraw/sampler/checked.hpp>
#include <argdraw/sampler/concepts.hpp>
#include <argdraw/sampler/context.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The state of a draw that is chosen at run time: the numbers of its own as little-endian bytes, then zeros.
struct any_state {
    std::byte bytes[32];

    template <class F>
    constexpr void each_number(F visit) {
        visit(bytes);
    }
};

namespace detail {

template <class State>
any_state kept_as_bytes(State own) noexcept {
    any_state kept{};
    std::size_t at = 0;
    each_number(own, [&](auto& value) {
        const std::uint64_t bits = bits_of(value);
        for (std::size_t i = 0; i < sizeof value; ++i) kept.bytes[at++] = static_cast<std::byte>(bits >> (8 * i));
    });
    return kept;
}

/// The context of a draw that keeps a state: the state that its bytes say, put back at the end.
template <class State>
class context_with_state {
public:
    using state_type = State;

    context_with_state(any_context& outer, any_state& kept) noexcept : outer_(outer), kept_(kept) {
        byte_reader read(kept.bytes);
        each_number(own_, [&](auto& value) { read.number(value); });
    }
    context_with_state(const context_with_state&) = delete;
    context_with_state& operator=(const context_with_state&) = delete;
    ~context_with_state() { kept_ = kept_as_bytes(own_); }

    std::uint64_t word(purpose what) { return outer_.word(what); }
    std::uint64_t noise(token_id id) const { return outer_.noise(id); }
    const philox* noises() const noexcept { return outer_.noises(); }
    argdraw::history& history() const noexcept { return outer_.history(); }
    std::size_t row_width() const noexcept { return outer_.row_width(); }
    State& state() noexcept { return own_; }

private:
    any_context& outer_;
    any_state& kept_;
    State own_{};
};

enum class asked : bool { token, law };

template <class D, class T, class Context>
drawn draw_in(const D& draw, candidates<T>& c, Context& context, asked what) noexcept {
    if (what == asked::law) {
        if constexpr (requires { draw.narrow(c, context); }) draw.narrow(c, context);
        else if constexpr (requires { draw.narrow(c); }) draw.narrow(c);
        return {};
    }
    if constexpr (requires { draw(c, context); }) return draw(c, context);
    else return draw(c);
}

// The token, or with asked::law the candidates that it is drawn from, and nothing is drawn. `kept` is nullptr where there is no sequence.
template <class D, class T>
drawn draw_at(const void* at, candidates<T>& c, any_context& context, any_state* kept, asked what) noexcept {
    const D& draw = *static_cast<const D*>(at);
    if constexpr (needs_sequence<D>)
        if (!kept || !context.has_history()) {
            c.fail(status::no_sequence);
            return {.why = c.why()};
        }
    if constexpr (requires { typename D::state; }) {
        context_with_state<typename D::state> own(context, *kept);
        return draw_in(draw, c, own, what);
    } else {
        const drawn token = draw_in(draw, c, context, what);
        if (!context.asked_in_vain()) return token;
        c.fail(status::no_sequence);
        return {.why = c.why()};
    }
}
template <class T>
using draws = drawn (*)(const void*, candidates<T>&, any_context&, any_state*, asked) noexcept;

template <class D>
any_state start_at([[maybe_unused]] const void* at) noexcept {
    if constexpr (requires { typename D::state; }) return kept_as_bytes(static_cast<const D*>(at)->start());
    else return {};
}

template <class D>
bool leaves_law_at(const void* at) noexcept {
    return leaves_law(*static_cast<const D*>(at));
}

// What the draw is called, where it has a state; else nothing.
template <class D>
std::string_view state_name_at(const void* at) noexcept {
    if constexpr (requires { typename D::state; }) return name_of(*static_cast<const D*>(at));
    else return {};
}

template <class T>
struct draws_on {
    draws<T> call;
};
/// What is known of the type of a draw when it is chosen.
template <class... T>
struct draw_type : draws_on<T>... {
    std::string_view (*fault)(const void*) noexcept;
    status (*prepare)(const void*, history&) noexcept;
    any_state (*start)(const void*) noexcept;
    bool (*equal)(const void*, const void*) noexcept;
    bool (*leaves_law)(const void*) noexcept;
    std::string_view (*state_name)(const void*) noexcept;
    bool learns;
};
template <class D, class... T>
inline constexpr draw_type<T...> type_of_draw{{draw_at<D, T>}..., fault_at<D>, prepare_at<D>, start_at<D>, equal_at<D>, leaves_law_at<D>,
                                              state_name_at<D>, requires {typename D::state;
}
};

template <class D>
struct context_of_draw {
    using type = any_context;
};
template <class D>
    requires requires { typename D::state; }
struct context_of_draw<D> {
    using type = context_with_state<typename D::state>;
};
template <class D, class T>
concept draws_in_any_context = requires(const D& draw, candidates<T>& c, typename context_of_draw<D>::type& context) {
    { draw(c, context) } -> std::same_as<drawn>;
} || requires(const D& draw, candidates<T>& c) {
    { draw(c) } -> std::same_as<drawn>;
};

}  // namespace detail

/// Any draw of the library as one type:
///
///     any_draw last = categorical{};
///     if (configuration.mirostat) last = mirostat{.tau = 5.0f, .eta = 0.1f};
///     sampler pick{stages, last};
///
/// or any of your own that states its law, is of at most 24 bytes, keeps at most 32 as its state and can be called with candidates<T>& for
/// each of these formats. The same tokens as the pipeline with the draw written out. With a sequence every draw may be one; with a bare
/// generator one that keeps a state fails with no_sequence. Made at run time only: no constant expressions.
template <logit_scalar... T>
class any_draw_for {
public:
    static constexpr std::size_t capacity = 24;
    using state = any_state;
    static constexpr bool reads_history = false;  // some of them do, and say so in a draw

    any_draw_for() noexcept : any_draw_for(categorical{}) {}

    template <class D>
        requires(!std::same_as<D, any_draw_for> && sizeof(D) <= capacity && alignof(D) <= alignof(void*) &&
                 std::is_trivially_copyable_v<D> && sizeof(typename detail::state_of<D>::type) <= sizeof(any_state) && has_law<D> &&
                 (detail::draws_in_any_context<D, T> && ...))
    any_draw_for(const D& draw) noexcept : type_(&detail::type_of_draw<D, T...>) {
        new (held_) D(draw);
    }

    /// The draw, if it is of this type; else nullptr.
    template <class D>
    const D* get_if() const noexcept {
        return type_ == &detail::type_of_draw<D, T...> ? std::launder(reinterpret_cast<const D*>(held_)) : nullptr;
    }

    bool valid() const noexcept { return fault().empty(); }
    /// What it wants where it is out of its range; empty where all is well.
    std::string_view fault() const noexcept { return type_->fault(held_); }
    status prepare(history& seen) const noexcept { return type_->prepare(held_, seen); }
    /// Whether it learns from what it drew: see sampler::learns().
    bool learns() const noexcept { return type_->learns; }
    state start() const noexcept { return type_->start(held_); }
    /// The name of the draw where it keeps a state: what tells its state from that of another. See sequence::bytes().
    std::string_view state_name() const noexcept { return type_->state_name(held_); }
    /// Whether what it drew from is left behind it: see has_law.
    bool leaves_law() const noexcept { return type_->leaves_law(held_); }

    template <class Of, class Context>
        requires(std::same_as<Of, T> || ...)
    drawn operator()(candidates<Of>& c, Context& context) const noexcept {
        return call(c, context, detail::asked::token);
    }
    /// The final set, for distribution().
    template <class Of, class Context>
        requires(std::same_as<Of, T> || ...)
    void narrow(candidates<Of>& c, Context& context) const noexcept {
        call(c, context, detail::asked::law);
    }

    friend bool operator==(const any_draw_for& a, const any_draw_for& b) noexcept {
        return a.type_ == b.type_ && a.type_->equal(a.held_, b.held_);
    }

private:
    template <class Of, class Context>
    drawn call(candidates<Of>& c, Context& context, detail::asked what) const noexcept {
        any_context seen(context);
        state* kept = nullptr;
        if constexpr (requires { context.state(); }) kept = &context.state();
        return static_cast<const detail::draws_on<Of>&>(*type_).call(held_, c, seen, kept, what);
    }

    alignas(void*) std::byte held_[capacity] = {};
    const detail::draw_type<T...>* type_;
};

using any_draw = any_draw_for<ARGDRAW_FORMATS>;

static_assert(std::is_trivially_copyable_v<any_draw>);

}  // namespace argdraw
