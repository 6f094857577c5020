// any_stage — a stage chosen at run time.
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/sampler/any_context.hpp>
#include <argdraw/sampler/concepts.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

template <class T>
using act = void (*)(const void* stage, candidates<T>&, any_context&) noexcept;

template <class S, class T>
void act_at(const void* at, candidates<T>& c, any_context& context) noexcept {
    const S& stage = *static_cast<const S*>(at);
    if constexpr (needs_sequence<S>)
        if (!context.has_history()) return c.fail(status::no_sequence);
    if constexpr (requires { stage(c, context); }) stage(c, context);
    else stage(c);
    if (context.asked_in_vain()) c.fail(status::no_sequence);
}

template <class T>
struct acts_on {
    act<T> call;
};
/// What is known of the type of a stage when it is chosen.
template <class... T>
struct stage_type : acts_on<T>... {
    bool (*neutral)(const void*) noexcept;
    std::string_view (*fault)(const void*) noexcept;
    std::string_view (*misfit)(const void*, std::size_t) noexcept;
    void (*narrow)(void*, std::size_t, std::size_t) noexcept;
    status (*prepare)(const void*, history&) noexcept;
    bool (*equal)(const void*, const void*) noexcept;
    bool truncates;
};
template <class S, class... T>
inline constexpr stage_type<T...> type_of_stage{{act_at<S, T>}..., neutral_at<S>, fault_at<S>, misfit_at<S>,
                                                narrow_at<S>,      prepare_at<S>, equal_at<S>, truncating<S>};

template <class S, class T>
concept acts_in_any_context = requires(const S& stage, candidates<T>& c, any_context& context) {
    { stage(c, context) } -> std::same_as<void>;
} || requires(const S& stage, candidates<T>& c) {
    { stage(c) } -> std::same_as<void>;
};

}  // namespace detail

/// Any stage of the library, with its lists as spans, or any of your own that keeps no state, is of at most 48 bytes and can be called with
/// candidates<T>& for each of these formats and, where it asks for a context, with an any_context&.
template <logit_scalar... T>
class any_stage_for {
public:
    static constexpr std::size_t capacity = 48;

    /// Nothing: neutral.
    any_stage_for() = default;

    template <class S>
        requires(!std::same_as<S, any_stage_for> && sizeof(S) <= capacity && alignof(S) <= alignof(void*) &&
                 std::is_trivially_copyable_v<S> && !requires { typename S::state; } && (detail::acts_in_any_context<S, T> && ...))
    any_stage_for(const S& stage) noexcept : type_(&detail::type_of_stage<S, T...>) {
        new (held_) S(stage);
    }

    /// The stage, if it is of this type; else nullptr.
    template <class S>
    const S* get_if() const noexcept {
        return type_ == &detail::type_of_stage<S, T...> ? std::launder(reinterpret_cast<const S*>(held_)) : nullptr;
    }

    /// Whether it removes tokens by their rank or mass.
    bool truncates() const noexcept { return type_ && type_->truncates; }
    bool neutral() const noexcept { return !type_ || type_->neutral(held_); }
    bool valid() const noexcept { return fault().empty(); }
    /// What it wants where it is out of its range; empty where all is well.
    std::string_view fault() const noexcept { return type_ ? type_->fault(held_) : std::string_view{}; }
    bool fits(std::size_t width) const noexcept { return misfit(width).empty(); }
    /// What it wants where it does not find its tokens in a row of this width; empty where all is well.
    std::string_view misfit(std::size_t width) const noexcept { return type_ ? type_->misfit(held_, width) : std::string_view{}; }
    any_stage_for narrowed(std::size_t from, std::size_t to) const noexcept {
        any_stage_for cut = *this;
        if (type_) type_->narrow(cut.held_, from, to);
        return cut;
    }
    status prepare(history& seen) const noexcept { return type_ ? type_->prepare(held_, seen) : status::ok; }

    template <class Of>
        requires(std::same_as<Of, T> || ...)
    void operator()(candidates<Of>& c, any_context& context) const noexcept {
        if (type_) static_cast<const detail::acts_on<Of>&>(*type_).call(held_, c, context);
    }
    template <class Of, class Context>
        requires(!std::same_as<Context, any_context> && (std::same_as<Of, T> || ...))
    void operator()(candidates<Of>& c, Context& context) const noexcept {
        any_context seen(context);
        (*this)(c, seen);
    }

    friend bool operator==(const any_stage_for& a, const any_stage_for& b) noexcept {
        return a.type_ == b.type_ && (!a.type_ || a.type_->equal(a.held_, b.held_));
    }

private:
    alignas(void*) std::byte held_[capacity] = {};
    const detail::stage_type<T...>* type_ = nullptr;
};

using any_stage = any_stage_for<float, double, half, bfloat16>;

static_assert(std::is_trivially_copyable_v<any_stage>);

}  // namespace argdraw
