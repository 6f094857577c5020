// any_context — what a stage or draw may ask for, whoever gives it: the context of those that are chosen at run time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/concepts.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A view of the context that a pipeline calls its elements with.
class any_context {
public:
    template <class Context>
        requires(!std::is_same_v<std::remove_const_t<Context>, any_context>)
    explicit any_context(Context& context) noexcept : given_(&context) {
        if constexpr (requires { context.word(purpose::token); }) {
            word_ = [](void* given, purpose what) { return static_cast<Context*>(given)->word(what); };
            noise_ = [](void* given, token_id id) { return static_cast<Context*>(given)->noise(id); };
        }
        if constexpr (requires { context.noises(); }) noises_ = context.noises();
        if constexpr (!requires { typename Context::without_history; } && requires { context.row_width(); }) {
            history_ = &context.history();
            row_width_ = context.row_width();
        }
    }

    std::uint64_t word(purpose what) { return word_(given_, what); }
    std::uint64_t noise(token_id id) const { return noise_(given_, id); }
    const philox* noises() const noexcept { return noises_; }
    /// Whether the pipeline is drawn from with a sequence; without one there is no history.
    bool has_history() const noexcept { return history_ != nullptr; }
    /// Of the sequence. Where there is none an empty one, and what asked for it fails with no_sequence.
    argdraw::history& history() noexcept {
        if (history_) return *history_;
        asked_in_vain_ = true;
        ARGDRAW_THREAD_LOCAL argdraw::history none;
        return none;
    }
    /// Whether somebody asked for a history that there is not. Forgets it.
    bool asked_in_vain() noexcept { return std::exchange(asked_in_vain_, false); }
    std::size_t row_width() const noexcept { return row_width_; }

private:
    void* given_;
    std::uint64_t (*word_)(void*, purpose) = nullptr;
    std::uint64_t (*noise_)(void*, token_id) = nullptr;
    const philox* noises_ = nullptr;
    argdraw::history* history_ = nullptr;
    std::size_t row_width_ = 0;
    bool asked_in_vain_ = false;
};

namespace detail {

// What any element of a pipeline says of itself, from the place where it is kept.
template <class E>
bool equal_at(const void* a, const void* b) noexcept {
    if constexpr (std::equality_comparable<E>) return *static_cast<const E*>(a) == *static_cast<const E*>(b);
    else return std::is_empty_v<E> || a == b;
}
template <class E>
bool neutral_at(const void* at) noexcept {
    if constexpr (has_neutral<E>) return static_cast<const E*>(at)->neutral();
    else return false;
}
template <class E>
std::string_view fault_at(const void* at) noexcept {
    const E& element = *static_cast<const E*>(at);
    if constexpr (has_valid<E>)
        if (!element.valid()) {
            if constexpr (has_fault<E>) return element.fault();
            else if constexpr (has_requirement<E>) return E::requirement;
            else return "a stage's parameter is outside its range";
        }
    return {};
}
template <class E>
std::string_view misfit_at(const void* at, std::size_t width) noexcept {
    const E& element = *static_cast<const E*>(at);
    if constexpr (has_fits<E>)
        if (!element.fits(width)) {
            if constexpr (has_misfit<E>) return element.misfit(width);
            else if constexpr (has_requirement<E>) return E::requirement;
            else return message(status::outside_row);
        }
    return {};
}
template <class E>
void narrow_at(void* at, std::size_t from, std::size_t to) noexcept {
    if constexpr (has_narrowed<E>) *static_cast<E*>(at) = static_cast<const E*>(at)->narrowed(from, to);
}
template <class E>
status prepare_at(const void* at, history& seen) noexcept {
    if constexpr (has_prepare<E>) return static_cast<const E*>(at)->prepare(seen);
    else return status::ok;
}

}  // namespace detail

}  // namespace argdraw
