// any_draw — a draw chosen at run time; itself a draw.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <variant>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/concepts.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Any draw of the library, as one value:
///
///     any_draw last = wanted_greedy ? any_draw{greedy{}} : any_draw{mirostat{5, 0.1f}};
///     sampler pick{stages, last};
///     auto seq = pick.start({.seed = 42});
///
/// The same tokens, laws and feedback as with the draw itself. Since it may keep a state, it is always called with a sequence.
class any_draw {
public:
    using held_type = std::variant<categorical, greedy, gumbel, mirostat, mirostat_v1, adaptive_p, without_replacement>;

    /// Of the draw that is held, at its beginning; the rest is 0.
    struct state {
        double numbers[2];

        friend bool operator==(const state&, const state&) = default;
    };

    any_draw() = default;  ///< categorical
    template <class D>
        requires(!std::same_as<D, any_draw> && std::constructible_from<held_type, const D&>)
    any_draw(const D& one) noexcept : held_(one) {}

    /// The draw that it is, if it is a D.
    template <class D>
    const D* get_if() const noexcept {
        return std::get_if<D>(&held_);
    }

    bool valid() const noexcept { return fault().empty(); }
    /// What the draw wants, where it is out of its range.
    std::string_view fault() const noexcept {
        return std::visit(
            []<class D>(const D& one) -> std::string_view {
                if constexpr (has_valid<D>)
                    if (!one.valid()) return D::requirement;
                return {};
            },
            held_);
    }
    /// Whether it learns from what it drew: see sampler::learns().
    bool learns() const noexcept {
        return std::visit([]<class D>(const D&) { return requires { typename D::state; }; }, held_);
    }
    state start() const noexcept {
        return std::visit(
            []<class D>(const D& one) {
                state made{};
                if constexpr (requires { typename D::state; }) {
                    const typename D::state own = one.start();
                    static_assert(sizeof own <= sizeof made && std::is_trivially_copyable_v<typename D::state>);
                    std::memcpy(&made, &own, sizeof own);
                }
                return made;
            },
            held_);
    }

    template <logit_scalar T, class Context>
    void narrow(candidates<T>& c, Context& context) const noexcept {
        std::visit(
            [&]<class D>(const D& one) {
                own_context<D, Context> own(context);
                if constexpr (requires { one.narrow(c, own); }) one.narrow(c, own);
                else if constexpr (requires { one.narrow(c); }) one.narrow(c);
            },
            held_);
    }
    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        return std::visit(
            [&]<class D>(const D& one) {
                own_context<D, Context> own(context);
                if constexpr (requires { one(c, own); }) return one(c, own);
                else return one(c);
            },
            held_);
    }

    friend bool operator==(const any_draw&, const any_draw&) = default;

private:
    // The context of the draw that is held: its state is copied out of this one's, and back at the end.
    template <class D, class Context>
    class own_context {
    public:
        using state_type = typename detail::state_of<D>::type;
        static constexpr bool has_state = !std::same_as<state_type, detail::no_state>;

        explicit own_context(Context& outer) noexcept : outer_(outer) {
            if constexpr (has_state) std::memcpy(static_cast<void*>(&state_), &outer.state(), sizeof state_);
        }
        own_context(const own_context&) = delete;
        own_context& operator=(const own_context&) = delete;
        ~own_context() {
            if constexpr (has_state) std::memcpy(static_cast<void*>(&outer_.state()), &state_, sizeof state_);
        }

        std::uint64_t word(purpose what) noexcept { return outer_.word(what); }
        std::uint64_t noise(token_id id) const noexcept { return outer_.noise(id); }
        argdraw::history& history() const noexcept { return outer_.history(); }
        state_type& state() noexcept { return state_; }

    private:
        Context& outer_;
        state_type state_{};
    };

    held_type held_;
};

}  // namespace argdraw
