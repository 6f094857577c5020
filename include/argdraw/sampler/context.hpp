// context — what a stage or a draw may ask for beside the candidates: random words, the history, a state of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <argdraw/core/token.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/sampler/leaves.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

struct no_state {
    template <class F>
    constexpr void each_number(F) noexcept {}
};

template <class E>
struct state_of {
    using type = no_state;
};
template <class E>
    requires requires { typename E::state; }
struct state_of<E> {
    using type = typename E::state;
};

// A word for each use of a purpose within one draw, and for each attempt at a position: no two of them are one. Uses lie 2^16 indices
// apart, so that a redraw at the same position takes the next index without meeting one. What finds no index so is beyond them, and so are
// words for purpose::gumbel, whose indices are those of tokens.
class uses_of_purposes {
public:
    std::uint64_t word(const philox& random, purpose what, std::uint32_t attempt) noexcept {
        const std::uint64_t use = count(static_cast<std::uint8_t>(what));
        if (use < 0x100 && attempt < 0x10000 && what != purpose::gumbel)
            return random.word(what, static_cast<std::uint32_t>(use << 16) + attempt);
        return random.word_beyond(what, use, attempt);
    }

private:
    // How often there was a use before. The large counters are looked at, and have a value, from the 255th use on.
    std::uint64_t count(std::uint8_t what) noexcept {
        if (used_[what] == many) return used_often_[what]++;
        if (used_[what] + 1 == many) used_often_[what] = many;
        return used_[what]++;
    }

    static constexpr std::uint8_t many = 255;
    std::uint8_t used_[256] = {};
    std::uint64_t used_often_[256];
};

/// The width of the row as it came with the call, where what came with it knows of more than may live.
template <class Given>
std::size_t row_width(const Given& given, std::size_t living) noexcept {
    if constexpr (requires { given.row_width(); }) return given.row_width();
    else return living;
}

/// For pipelines that ask for nothing.
struct nothing_given {
    template <std::size_t>
    nothing_given& context() noexcept {
        return *this;
    }
    void succeeded(const drawn&) noexcept {}
};

/// Any generator: words in the order in which they are asked for, whatever for.
template <class G>
class generator_given {
public:
    using without_history = void;

    explicit generator_given(G& generator) noexcept : generator_(generator) {}

    template <std::size_t>
    generator_given& context() noexcept {
        return *this;
    }
    std::uint64_t word(purpose) { return next_word(generator_); }
    std::uint64_t noise(token_id) { return next_word(generator_); }

    // Looked at only where a stage without reads_history, a lambda for one, asks after all.
    template <class Late = void>
    argdraw::history& history() noexcept {
        static_assert(
            !std::is_void_v<Late>,
            "argdraw: a stage of this pipeline reads the history; call it as pick(logits, seq), with auto seq = pick.start({.seed = 42})");
        static argdraw::history none;
        return none;
    }
    void succeeded(const drawn&) noexcept {}

private:
    G& generator_;
};

/// philox: words addressed by purpose, noise by token; the position moves on when the draw has succeeded.
template <class P>
    requires std::same_as<std::remove_const_t<P>, philox>
class generator_given<P> {
public:
    using without_history = void;

    explicit generator_given(P& generator) noexcept : generator_(generator) {}

    template <std::size_t>
    generator_given& context() noexcept {
        return *this;
    }
    std::uint64_t word(purpose what) noexcept { return uses_.word(generator_, what, 0); }
    std::uint64_t noise(token_id id) noexcept { return generator_.word(purpose::gumbel, static_cast<std::uint32_t>(id)); }
    const philox* noises() const noexcept { return &generator_; }

    template <class Late = void>
    argdraw::history& history() noexcept {
        static_assert(
            !std::is_void_v<Late>,
            "argdraw: a stage of this pipeline reads the history; call it as pick(logits, seq), with auto seq = pick.start({.seed = 42})");
        static argdraw::history none;
        return none;
    }
    void succeeded(const drawn&) noexcept {
        if constexpr (!std::is_const_v<P>) ++generator_.position;
    }

private:
    P& generator_;
    uses_of_purposes uses_;
};

}  // namespace detail

/// The context that a stage or draw of type E is called with where a sequence was given.
template <class E>
class context {
public:
    using state_type = typename detail::state_of<E>::type;

    context(const philox& random, std::uint32_t attempt, detail::uses_of_purposes& uses, argdraw::history& seen, state_type& state,
            std::size_t width) noexcept
        : random_(random), attempt_(attempt), uses_(uses), history_(seen), state_(state), width_(width) {}

    /// A random word for a purpose: another one at each call, however many there are, and at each attempt of a position.
    std::uint64_t word(purpose what) noexcept { return uses_.word(random_, what, attempt_); }
    /// A random word for a token: the same at each call and each attempt.
    std::uint64_t noise(token_id id) const noexcept { return random_.word(purpose::gumbel, static_cast<std::uint32_t>(id)); }
    /// Whose words they are; nullptr for a generator that has words without a place.
    const philox* noises() const noexcept { return &random_; }
    /// What the sequence has seen.
    argdraw::history& history() const noexcept { return history_; }
    /// A copy of the element's state, to be changed as if the token drawn were accepted: it is, if that token is.
    state_type& state() const noexcept { return state_; }
    /// The width of the row as it was given: more than that of the candidates where its tail is outside of the sequence's vocabulary.
    std::size_t row_width() const noexcept { return width_; }

private:
    const philox& random_;
    std::uint32_t attempt_;
    detail::uses_of_purposes& uses_;
    argdraw::history& history_;
    state_type& state_;
    std::size_t width_;
};

}  // namespace argdraw
