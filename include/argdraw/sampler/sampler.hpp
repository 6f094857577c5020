// sampler — stages and a draw, composed into one value that turns a row of logits into a token.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sparse_row.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/sampler/checked.hpp>
#include <argdraw/sampler/concepts.hpp>
#include <argdraw/sampler/context.hpp>
#include <argdraw/sampler/kept_set.hpp>
#include <argdraw/sampler/elements.hpp>
#include <argdraw/sampler/sequence.hpp>

namespace argdraw::inline ARGDRAW_ABI {

#define ARGDRAW_NEEDS_SEQUENCE \
    "argdraw: this pipeline reads the history or keeps a state; call it as pick(logits, seq), with auto seq = pick.start({.seed = 42})"

/// A pipeline: stages in the order in which they act, then a draw.
///
///     constexpr sampler pick{temperature{0.8f}, top_k{40}, categorical{}};
///     drawn token = pick(logits, random);
///
/// A recipe without state: trivially copyable if its stages are, usable as a constant, callable from many threads at once.
/// Calls never throw; a stage of the caller's that throws ends the program. The first call of a width on a thread allocates scratch memory,
/// later ones do not.
template <class... S>
class sampler : public detail::elements<S...> {
    static_assert(detail::pipeline_rules<S...>::hold);
    using base = detail::elements<S...>;
    using base::check_part;
    using base::each;
    static constexpr std::size_t last = sizeof...(S) - 1;
    using draw_type = detail::leaf_type<last, S...>;
    static constexpr bool needs_words = ((random_draw<S> || detail::stage_in_context<S>) || ...);
    static constexpr bool needs_sequences = (needs_sequence<S> || ...);
    static constexpr std::uint32_t most_attempts = ~std::uint32_t{0};

public:
    constexpr explicit sampler(S... elements) : base(elements...) {}

    using base::check;
    using base::get;
    using base::learns;

    /// Draws a token from a row; for pipelines that need no randomness. Reads the row, never writes it.
    template <drawable_row R>
    drawn operator()(const R& row) const noexcept {
        const detail::workspace_lease lease;
        return lease.get() ? (*this)(row, *lease.get()) : drawn{.why = status::out_of_memory};
    }

    template <drawable_row R>
    drawn operator()(const R& row, workspace& space) const noexcept {
        return draw(row, nothing_kept, space);
    }

    /// Draws a token for a sequence. Only its attempt() and what is pending change, and only if there was a token; accept() moves on.
    /// Another draw at the same position takes other words; after 2^32 - 1 of them there are none left, and the draw ends in out_of_words.
    template <drawable_row R>
    drawn operator()(const R& row, sequence<S...>& seq) const noexcept {
        const detail::workspace_lease lease;
        return lease.get() ? (*this)(row, seq, *lease.get()) : drawn{.why = status::out_of_memory};
    }

    template <drawable_row R>
    drawn operator()(const R& row, sequence<S...>& seq, workspace& space) const noexcept {
        return draw(row, nothing_kept, seq, space);
    }

    /// Draws a token from a row with words from a generator. A philox moves on by one position if there was a token;
    /// a failed draw leaves it as it was (another generator may have been advanced).
    template <drawable_row R, class G>
        requires(!std::same_as<std::remove_cvref_t<G>, workspace> && !std::same_as<std::remove_cvref_t<G>, sequence<S...>>)
    drawn operator()(const R& row, G&& random) const noexcept {
        const detail::workspace_lease lease;
        return lease.get() ? (*this)(row, random, *lease.get()) : drawn{.why = status::out_of_memory};
    }

    template <drawable_row R, class G>
        requires(!std::same_as<std::remove_cvref_t<G>, sequence<S...>>)
    drawn operator()(const R& row, G&& random, workspace& space) const noexcept {
        return draw(row, nothing_kept, random, space);
    }

    /// Draws as pick(logits, from...) does, with the same words and the same token, and calls keep(c), or keep(c, token) where it takes one,
    /// with candidates<T>& that hold the final set: see final_set(). A kept_set writes that to memory of the caller's. Behind `keep` stands
    /// what the draw is called with: nothing, a philox or a sequence, each with a workspace& behind or one of the thread's. What keep makes
    /// of c.fail() is the draw's: then there is no token, and nothing moves on.
    template <drawable_row R, class F, class... From>
    drawn draw_and_keep(const R& row, F&& keep, From&&... from) const noexcept {
        if constexpr (std::same_as<std::remove_cvref_t<F>, kept_set>) keep.size = 0;
        if constexpr ((std::same_as<std::remove_cvref_t<From>, workspace> || ...)) {
            return detail::leaves_law(last_one()) ? draw(row, keep, from...) : draw_apart(row, keep, from...);
        } else {
            const detail::workspace_lease lease;
            return lease.get() ? draw_and_keep(row, keep, from..., *lease.get()) : drawn{.why = status::out_of_memory};
        }
    }

    /// For what is no row: a sentence.
    template <class R, class... Rest>
        requires(!drawable_row<R>)
    drawn operator()(const R&, Rest&&...) const noexcept {
        static_assert(detail::row_rules<R>::hold);
        return {};
    }
    template <class R, class... Rest>
        requires(!drawable_row<R>)
    distribution_of_row distribution(const R&, Rest&&...) const noexcept {
        static_assert(detail::row_rules<R>::hold);
        return {};
    }

    /// The final set of a row and its probabilities; draws nothing. Allocates the answer.
    ///
    ///     pick.distribution(logits)            pipelines without random words and history
    ///     pick.distribution(logits, random)    the law given the coins of the philox's position
    ///     pick.distribution(logits, seq)       the law given the history and the coins of the sequence's position and attempt
    ///
    /// each with a workspace& behind, or one of the thread's. Neither the philox nor the sequence moves on.
    template <drawable_row R, class... From>
    distribution_of_row distribution(const R& row, From&&... from) const noexcept {
        distribution_of_row law;
        const status why = final_set(row, [&](auto& c) { detail::read_law(c, law.ids, law.probabilities); }, from...);
        if (why != status::ok) law = {{}, {}, why};
        return law;
    }

    /// What a draw chooses from, without a copy: calls f(c) with candidates<T>& that hold the final set, whose probabilities are the law of
    /// the draw, and returns what they end with, c.fail() of f included. Where nothing is left, f is not called. Arguments behind f as for
    /// distribution().
    template <drawable_row R, class F, class... From>
    status final_set(const R& row, F&& f, From&&... from) const noexcept {
        static_assert(has_law<draw_type>,
                      "argdraw: the draw does not say its law; give it narrow(c), which leaves the tokens that it draws from, or, if it "
                      "draws from all of them, static constexpr bool draws_from_all = true");
        const auto narrowed = [&](auto& c, auto& context) {
            if constexpr (requires { last_one().narrow(c, context); }) last_one().narrow(c, context);
            else if constexpr (requires { last_one().narrow(c); }) last_one().narrow(c);
            if ((c.max)() > -numeric::infinity) f(c);
            return c.why();
        };
        return with_space<applied::all>(row, narrowed, from...);
    }

    /// The same before anything was removed by rank or mass: what all stages leave but those that truncate, and without the draw's own
    /// narrowing.
    template <drawable_row R, class F, class... From>
    status scaled_set(const R& row, F&& f, From&&... from) const noexcept {
        const auto scaled = [&](auto& c, auto&) {
            if ((c.max)() > -numeric::infinity) f(c);
            return c.why();
        };
        return with_space<applied::scaling>(row, scaled, from...);
    }

    /// A sequence for this pipeline: nothing drawn yet, a prompt read, and what was put out before. Never throws: seq.why() says if there
    /// was no memory, or that accept() would have refused a token of the output.
    sequence<S...> start(const start_options& options = {}) const noexcept {
        sequence<S...> seq;
        prepare(seq);
        if (seq) seq.begin(options);
        return seq;
    }
    /// The same with the prompt beside the options, in the place of theirs.
    sequence<S...> start(start_options options, std::span<const token_id> prompt) const noexcept {
        options.prompt = prompt;
        return start(options);
    }

    /// The sequence that seq.bytes() was written from. Bytes of another version, or of a pipeline that keeps something else between draws,
    /// another stateful draw for instance: seq.why() is bad_parameter.
    sequence<S...> resume(std::span<const std::byte> bytes) const noexcept {
        sequence<S...> seq;
        prepare(seq);
        if (seq) seq.read_bytes(bytes);
        return seq;
    }

    /// The same for a sequence that is drawn for from rows of this width.
    constexpr checked check(std::size_t width, const sequence<S...>& seq) const noexcept {
        return check_part(width, seq.vocabulary_ != 0 ? (std::min)(width, seq.vocabulary_) : width);
    }

private:
    enum class applied : bool { all, scaling };

    // The state each element starts with, and the views of the history that they will ask for: built now, so that draws allocate nothing.
    void prepare(sequence<S...>& seq) const noexcept {
        each([&]<std::size_t Index>(const auto& element) {
            if constexpr (requires { element.start(); }) detail::element_at<Index>(seq.states_) = element.start();
            if constexpr (has_prepare<std::remove_cvref_t<decltype(element)>>)
                if (seq) seq.why_ = element.prepare(seq.history_);
        });
        seq.pending_states_ = seq.states_;
        seq.kind_ = this->kind_of_states();
    }

    constexpr const draw_type& last_one() const noexcept { return this->template get<last>(); }

    static constexpr auto nothing_kept = [](auto&) {};

    template <class R, class F>
    drawn draw(const R& row, F& keep, workspace& space) const noexcept {
        static_assert(!needs_words || needs_sequences,
                      "argdraw: this pipeline draws at random; call it as pick(logits, random), random a philox or any generator");
        static_assert(!needs_sequences, ARGDRAW_NEEDS_SEQUENCE);
        detail::nothing_given given;
        return draw_from(as_row(row), given, space, keep);
    }
    template <class R, class F, class G>
    drawn draw(const R& row, F& keep, G& random, workspace& space) const noexcept {
        static_assert(!detail::is_sequence<std::remove_const_t<G>>,
                      "argdraw: the sequence belongs to a pipeline of another type; start one with this pipeline's start()");
        static_assert(detail::bits_at_random<G> || detail::is_sequence<std::remove_const_t<G>>,
                      "argdraw: the second argument is no generator; pass a philox or any std::uniform_random_bit_generator");
        static_assert(!needs_sequences || !detail::bits_at_random<G>, ARGDRAW_NEEDS_SEQUENCE);
        if constexpr (detail::bits_at_random<G>) {
            static_assert(
                bit_generator<G>,
                "argdraw: the generator's range is no power of two, so it does not give whole random bits; use philox, std::mt19937_64 "
                "or another that does");
            detail::generator_given<G> given(random);
            if constexpr (!needs_sequences) return draw_from(as_row(row), given, space, keep);
        }
    }
    template <class R, class F>
    drawn draw(const R& row, F& keep, sequence<S...>& seq, workspace& space) const noexcept {
        if (!seq) return {.why = seq.why()};
        if (seq.attempt_ == most_attempts) return {.why = status::out_of_words};
        const auto logits = as_row(row);
        detail::sequence_given<S...> given(seq.random_, seq.attempt_, seq.history_, seq.states_, logits.size());
        const drawn token = draw_from(seq.in_vocabulary(logits), given, space, keep);
        if (token) seq.drew(token.id, given.states(), logits.size());
        return token;
    }

    template <class Row, class Given, class F>
    drawn draw_from(const Row& row, Given& given, workspace& space, F& keep) const noexcept {
        drawn token;
        const auto draw_it = [&](candidates<typename Row::value_type>& c, auto& context) {
            if constexpr (random_draw<draw_type>) token = last_one()(c, context);
            else token = last_one()(c);
            if (!token) return status::ok;
            if (c.why() == status::ok) {
                hand_to(keep, c, token);
                if (c.why() != status::ok) return c.why();
            }
            given.succeeded(token);
            return status::ok;
        };
        const status why = run<applied::all>(row, given, space, draw_it);
        return why == status::ok ? token : drawn{.why = why};
    }

    // Where a draw does not leave its law, that is asked for behind it, of where it was drawn.
    template <class R, class F>
    drawn draw_apart(const R& row, F& keep, workspace& space) const noexcept {
        const drawn token = draw(row, nothing_kept, space);
        const status why = token ? final_set(row, [&](auto& c) { hand_to(keep, c, token); }, space) : token.why;
        return why == status::ok ? token : drawn{.why = why};
    }
    template <class R, class F, class From>
    drawn draw_apart(const R& row, F& keep, From& from, workspace& space) const noexcept {
        const auto before = drawn_with(from);
        const drawn token = draw(row, nothing_kept, from, space);
        const auto behind = drawn_with(from);
        put(from, before);
        const status why = token ? final_set(row, [&](auto& c) { hand_to(keep, c, token); }, from, space) : token.why;
        if (why != status::ok) return {.why = why};
        put(from, behind);
        return token;
    }
    template <class F, class T>
    static void hand_to(F& keep, candidates<T>& c, const drawn& token) noexcept {
        if constexpr (std::invocable<F&, candidates<T>&, const drawn&>) keep(c, token);
        else keep(c);
    }
    static philox drawn_with(const philox& random) noexcept { return random; }
    static auto drawn_with(const sequence<S...>& seq) noexcept { return seq.drawn_here(); }
    static void put(const philox&, const philox&) noexcept {}
    static void put(philox& random, const philox& at) noexcept { random = at; }
    static void put(sequence<S...>& seq, const auto& at) noexcept { seq.forget_draws_since(at); }

    // With a workspace among the arguments, or one of the thread's.
    template <applied Which, class R, class F, class... From>
    status with_space(const R& row, F& then, From&... from) const noexcept {
        if constexpr ((std::same_as<std::remove_cvref_t<From>, workspace> || ...)) {
            return ask<Which>(row, then, from...);
        } else {
            const detail::workspace_lease lease;
            return lease.get() ? ask<Which>(row, then, from..., *lease.get()) : status::out_of_memory;
        }
    }

    template <applied Which, drawable_row R, class F>
    status ask(const R& row, F& narrowed, workspace& space) const noexcept {
        static_assert(!needs_sequences, ARGDRAW_NEEDS_SEQUENCE);
        static_assert(!(detail::stage_in_context<S> || ...),
                      "argdraw: a stage of this pipeline takes random words; ask for distribution(logits, random), the law given those at "
                      "random's position");
        detail::nothing_given given;
        return run<Which>(as_row(row), given, space, narrowed);
    }
    template <applied Which, drawable_row R, class F>
    status ask(const R& row, F& narrowed, const philox& random, workspace& space) const noexcept {
        static_assert(!needs_sequences, ARGDRAW_NEEDS_SEQUENCE);
        detail::generator_given<const philox> given(random);
        return run<Which>(as_row(row), given, space, narrowed);
    }
    template <applied Which, drawable_row R, class F>
    status ask(const R& row, F& narrowed, const sequence<S...>& seq, workspace& space) const noexcept {
        if (!seq) return seq.why();
        if (seq.attempt_ == most_attempts) return status::out_of_words;
        const auto logits = as_row(row);
        detail::sequence_given<S...> given(seq.random_, seq.attempt_, seq.history_, seq.states_, logits.size());
        return run<Which>(seq.in_vocabulary(logits), given, space, narrowed);
    }
    template <applied, drawable_row R, class F, class Other>
    status ask(const R&, F&, const Other&, workspace&) const noexcept {
        static_assert(std::same_as<Other, philox>,
                      "argdraw: a law is asked for with a philox or with a sequence of this pipeline; another generator could not take its "
                      "words back");
        return status::bad_parameter;
    }

    // The one way over a row, for a draw, for its law and for whatever else is asked of what the stages leave. Returns why they failed, or
    // else what then(c, context) returns, called with the candidates and what the draw may ask for.
    template <applied Which, class Row, class Given, class F>
    status run(const Row& row, Given& given, workspace& space, F& then) const noexcept {
        static_assert(detail::given<Given>);
        return under_default_rounding([&] {
            if (const status why = check().why; why != status::ok) return why;
            candidates<typename Row::value_type> c(row, space);
            apply_stages<Which>(c, given);
            if (c.why() != status::ok) return c.why();
            auto&& context = given.template context<last>();
            return then(c, context);
        });
    }

    // Of a stage that is several, those of them that are applied.
    template <applied Which, class Element>
    static decltype(auto) part_of(const Element& element) noexcept {
        if constexpr (Which == applied::scaling && requires { element.scaling(); }) return element.scaling();
        else return (element);
    }

    template <applied Which, class T, class Given>
    void apply_stages(candidates<T>& c, Given& given) const noexcept {
        each([&]<std::size_t Index>(const auto& element) {
            if constexpr (Index != last) {
                using element_type = std::remove_cvref_t<decltype(element)>;
                constexpr bool in_context = detail::stage_in_context<element_type>;
                static_assert(in_context || detail::acts<element_type, T>::value,
                              "argdraw: a stage or draw of this pipeline cannot be called with rows of this scalar; write it for every "
                              "candidates<T>");
                if constexpr (Which == applied::scaling && truncating<element_type>) return;
                if constexpr (has_neutral<element_type>)
                    if (element.neutral()) return;
                const auto act = [&](const element_type& whole) {
                    const auto& stage = part_of<Which>(whole);
                    if constexpr (in_context) {
                        auto&& context = given.template context<Index>();
                        stage(c, context);
                    } else if constexpr (detail::acts<element_type, T>::value) {
                        stage(c);
                    }
                };
                if constexpr (has_narrowed<element_type>)
                    if (const std::size_t width = detail::row_width(given, c.width()); width != c.width())
                        return act(element.narrowed(width, c.width()));
                act(element);
            }
        });
    }
};

}  // namespace argdraw

#undef ARGDRAW_NEEDS_SEQUENCE
