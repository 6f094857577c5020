// any_stage — a stage chosen at run time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
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
/// A stage that stores its list, as one that sees the list there.
template <template <std::size_t> class S, std::size_t N>
    requires(N != std::dynamic_extent && requires(const S<N>& stage) { S<std::dynamic_extent>(stage.items()); })
S<std::dynamic_extent> viewing(const S<N>& stage) noexcept {
    return S<std::dynamic_extent>(stage.items());
}
template <template <std::size_t> class S, std::size_t N>
    requires(N != std::dynamic_extent && requires(const S<N>& stage) { stage.viewing(); })
S<std::dynamic_extent> viewing(const S<N>& stage) noexcept {
    return stage.viewing();
}
template <class S>
concept stores_a_list = requires(const S& stage) { viewing(stage); };

/// What is known of the type of a stage when it is chosen.
template <class... T>
struct stage_type : acts_on<T>... {
    std::size_t size;
    bool (*neutral)(const void*) noexcept;
    std::string_view (*fault)(const void*) noexcept;
    std::string_view (*misfit)(const void*, std::size_t) noexcept;
    void (*narrow)(void*, std::size_t, std::size_t) noexcept;
    status (*prepare)(const void*, history&) noexcept;
    bool (*equal)(const void*, const void*) noexcept;
    const stage_type* (*view)(const void*, void*) noexcept;  // nullptr: it stores no list
    bool truncates;
};
template <class S, class... T>
const stage_type<T...>* view_at(const void* at, void* into) noexcept;
template <class S, class... T>
constexpr auto viewer() noexcept -> const stage_type<T...>* (*)(const void*, void*) noexcept {
    if constexpr (stores_a_list<S>) return view_at<S, T...>;
    else return nullptr;
}
template <class S, class... T>
inline constexpr stage_type<T...> type_of_stage{{act_at<S, T>}..., sizeof(S),     neutral_at<S>, fault_at<S>,       misfit_at<S>,
                                                narrow_at<S>,      prepare_at<S>, equal_at<S>,   viewer<S, T...>(), truncating<S>};
template <class S, class... T>
const stage_type<T...>* view_at(const void* at, void* into) noexcept {
    using seen = decltype(viewing(std::declval<const S&>()));
    new (into) seen(viewing(*static_cast<const S*>(at)));
    return &type_of_stage<seen, T...>;
}

template <class S, class T>
concept acts_in_any_context = requires(const S& stage, candidates<T>& c, any_context& context) {
    { stage(c, context) } -> std::same_as<void>;
} || requires(const S& stage, candidates<T>& c) {
    { stage(c) } -> std::same_as<void>;
};

/// A stage whose type need not be known where it is used.
template <class S, class... T>
concept erasable_stage = std::is_trivially_copyable_v<S> && alignof(S) <= alignof(void*) && !requires { typename S::state; } &&
                         (acts_in_any_context<S, T> && ...);

}  // namespace detail

template <logit_scalar... T>
class any_stage_for;

namespace detail {

/// What a stage says of itself whose type was chosen at run time. Held has type(), nullptr where there is no stage, and place().
template <class Held, logit_scalar... T>
class stage_answers {
public:
    /// The stage, if it is of this type; else nullptr.
    template <class S>
    const S* get_if() const noexcept {
        return type() == &type_of_stage<S, T...> ? std::launder(static_cast<const S*>(place())) : nullptr;
    }

    /// Whether it removes tokens by their rank or mass.
    bool truncates() const noexcept { return type() && type()->truncates; }
    bool neutral() const noexcept { return !type() || type()->neutral(place()); }
    bool valid() const noexcept { return fault().empty(); }
    /// What it wants where it is out of its range; empty where all is well.
    std::string_view fault() const noexcept { return type() ? type()->fault(place()) : std::string_view{}; }
    bool fits(std::size_t width) const noexcept { return misfit(width).empty(); }
    /// What it wants where it does not find its tokens in a row of this width; empty where all is well.
    std::string_view misfit(std::size_t width) const noexcept { return type() ? type()->misfit(place(), width) : std::string_view{}; }
    status prepare(history& seen) const noexcept { return type() ? type()->prepare(place(), seen) : status::ok; }

    /// The same stage, but that it sees the list which this one stores. Nothing where that takes more than an any_stage has.
    any_stage_for<T...> viewed() const noexcept {
        any_stage_for<T...> seen;
        if (type() && type()->view) seen.type_ = type()->view(place(), seen.held_);
        else if (type() && type()->size <= seen.capacity) std::memcpy(seen.held_, place(), (seen.type_ = type())->size);
        return seen;
    }

    template <class Of>
        requires(std::same_as<Of, T> || ...)
    void operator()(candidates<Of>& c, any_context& context) const noexcept {
        if (type()) static_cast<const acts_on<Of>&>(*type()).call(place(), c, context);
    }
    template <class Of, class Context>
        requires(!std::same_as<Context, any_context> && (std::same_as<Of, T> || ...))
    void operator()(candidates<Of>& c, Context& context) const noexcept {
        any_context seen(context);
        (*this)(c, seen);
    }

private:
    friend Held;
    stage_answers() = default;

    const stage_type<T...>* type() const noexcept { return static_cast<const Held&>(*this).type(); }
    const void* place() const noexcept { return static_cast<const Held&>(*this).place(); }
};

/// Lists are equal where their items are, whoever stores them.
template <class A, class B, logit_scalar... T>
bool operator==(const stage_answers<A, T...>& a, const stage_answers<B, T...>& b) noexcept {
    const auto same = [](const auto& x, const auto& y) {
        return x.type() == y.type() && (!x.type() || x.type()->equal(x.place(), y.place()));
    };
    const A& x = static_cast<const A&>(a);
    const B& y = static_cast<const B&>(b);
    if (same(x, y)) return true;
    return x.type() && y.type() && (x.type()->view || y.type()->view) && same(a.viewed(), b.viewed());
}

/// A stage where it lies: a view.
template <logit_scalar... T>
class stage_at : public stage_answers<stage_at<T...>, T...> {
public:
    stage_at(const stage_type<T...>* type, const void* place) noexcept : type_(type), place_(place) {}

    const stage_type<T...>* type() const noexcept { return type_; }
    const void* place() const noexcept { return place_; }

private:
    const stage_type<T...>* type_;
    const void* place_;
};

}  // namespace detail

/// Any stage of the library, or any of your own that keeps no state, is of at most 48 bytes and can be called with candidates<T>& for each
/// of these formats and, where it asks for a context, with an any_context&. What a stage stores, this stores: a list in braces of up to 48
/// bytes too; a chain has room for longer ones.
template <logit_scalar... T>
class any_stage_for : public detail::stage_answers<any_stage_for<T...>, T...> {
public:
    static constexpr std::size_t capacity = 48;

    /// Nothing: neutral.
    any_stage_for() = default;

    template <class S>
        requires(!std::derived_from<S, any_stage_for> && !std::same_as<S, detail::stage_at<T...>> && sizeof(S) <= capacity &&
                 detail::erasable_stage<S, T...>)
    any_stage_for(const S& stage) noexcept : type_(&detail::type_of_stage<S, T...>) {
        new (held_) S(stage);
    }
    any_stage_for narrowed(std::size_t from, std::size_t to) const noexcept {
        any_stage_for cut = *this;
        if (type_) type_->narrow(cut.held_, from, to);
        return cut;
    }

    const detail::stage_type<T...>* type() const noexcept { return type_; }
    const void* place() const noexcept { return held_; }

private:
    template <class Held, logit_scalar... Of>
    friend class detail::stage_answers;

    alignas(void*) std::byte held_[capacity] = {};
    const detail::stage_type<T...>* type_ = nullptr;
};

using any_stage = any_stage_for<ARGDRAW_FORMATS>;

static_assert(std::is_trivially_copyable_v<any_stage>);

}  // namespace argdraw
