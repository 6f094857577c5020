// Every stage and every draw for rows of float.
#include "stages.hpp"

#include <cstring>
#include <type_traits>

namespace fuzz {

namespace {

// The context of a draw inside any_draw: its state is the first bytes of the other's.
template <class Draw>
struct inner_context {
    using state_type = typename argdraw::context<Draw>::state_type;

    argdraw::context<any_draw>& outer;
    state_type own{};

    explicit inner_context(argdraw::context<any_draw>& given) noexcept : outer(given) {
        if constexpr (!std::is_empty_v<state_type>) std::memcpy(&own, &outer.state(), sizeof own);
    }
    inner_context(const inner_context&) = delete;
    inner_context& operator=(const inner_context&) = delete;
    ~inner_context() {
        if constexpr (!std::is_empty_v<state_type>) std::memcpy(&outer.state(), &own, sizeof own);
    }

    std::uint64_t word(argdraw::purpose what) noexcept { return outer.word(what); }
    std::uint64_t noise(token_id id) const noexcept { return outer.noise(id); }
    state_type& state() noexcept { return own; }
};

}  // namespace

void float_chain::operator()(argdraw::candidates<float>& c, argdraw::context<float_chain>& context) const noexcept { stages(c, context); }

std::string_view any_draw::fault() const noexcept {
    return std::visit(
        [](const auto& draw) {
            std::string_view wanted;
            if constexpr (requires { draw.valid(); })
                if (!draw.valid()) wanted = draw.requirement;
            return wanted;
        },
        held);
}

any_draw::state any_draw::start() const noexcept {
    return std::visit(
        [](const auto& draw) {
            state made{};
            if constexpr (requires { draw.start(); }) {
                const auto own = draw.start();
                static_assert(sizeof own <= sizeof made);
                std::memcpy(&made, &own, sizeof own);
            }
            return made;
        },
        held);
}

void any_draw::narrow(argdraw::candidates<float>& c, argdraw::context<any_draw>& context) const noexcept {
    std::visit(
        [&](const auto& draw) {
            inner_context<std::remove_cvref_t<decltype(draw)>> inner(context);
            if constexpr (requires { draw.narrow(c, inner); }) draw.narrow(c, inner);
            else if constexpr (requires { draw.narrow(c); }) draw.narrow(c);
        },
        held);
}

argdraw::drawn any_draw::operator()(argdraw::candidates<float>& c, argdraw::context<any_draw>& context) const noexcept {
    return std::visit(
        [&](const auto& draw) {
            inner_context<std::remove_cvref_t<decltype(draw)>> inner(context);
            if constexpr (requires { draw(c, inner); }) return draw(c, inner);
            else return draw(c);
        },
        held);
}

}  // namespace fuzz
