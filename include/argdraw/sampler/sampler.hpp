// sampler — stages and a draw, composed into one value that turns a row of logits into a token.
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/simd/float_environment.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/sampler/concepts.hpp>
#include <argdraw/sampler/words_of.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What sampler::check() found: true in a condition when every parameter is in its range.
struct checked {
    status why = status::ok;
    int stage = -1;  ///< which element of the pipeline is at fault, from 0
    std::string_view sentence = "ok";

    explicit constexpr operator bool() const noexcept { return why == status::ok; }
};

/// The law of a draw: every living token of the final set in id order, with its probability. Tokens whose probability is
/// below 2^-1000 of the greatest have 0.
struct distribution_of_row {
    std::vector<token_id> ids;
    std::vector<double> probabilities;
    status why = status::ok;

    explicit operator bool() const noexcept { return why == status::ok; }
};

namespace detail {

// std::tuple is never trivially copyable; this is, if its stages are.
template <std::size_t I, class S>
struct leaf {
    [[no_unique_address]] S held;
};

template <class Indices, class... S>
struct leaves;

template <std::size_t... I, class... S>
struct leaves<std::index_sequence<I...>, S...> : leaf<I, S>... {
    constexpr explicit leaves(S... elements) : leaf<I, S>{elements}... {}
};

}  // namespace detail

/// A pipeline: stages in the order in which they act, then a draw.
///
///     constexpr sampler pick{temperature{0.8f}, top_k{40}, categorical{}};
///     drawn token = pick(logits, random);
///
/// A recipe without state: trivially copyable if its stages are, usable as a constant, callable from many threads at once.
/// Calls never throw; a stage of the caller's that throws ends the program. The first call of a width on a thread allocates scratch memory,
/// later ones do not.
template <class... S>
class sampler : private detail::leaves<std::index_sequence_for<S...>, S...> {
    static_assert(detail::pipeline_rules<S...>::hold);
    using base = detail::leaves<std::index_sequence_for<S...>, S...>;
    static constexpr std::size_t last = sizeof...(S) - 1;
    static constexpr bool needs_words = (random_draw<S> || ...);

public:
    constexpr explicit sampler(S... elements) : base(elements...) {}

    /// Draws a token from a row; for pipelines that need no randomness. Reads the row, never writes it.
    template <logit_row R>
    drawn operator()(const R& row) const noexcept {
        const detail::workspace_lease lease;
        return lease.get() ? (*this)(row, *lease.get()) : drawn{.why = status::out_of_memory};
    }

    template <logit_row R>
    drawn operator()(const R& row, workspace& space) const noexcept {
        static_assert(!needs_words, "argdraw: this pipeline draws at random; call it as pick(logits, random), random a philox or any generator");
        detail::no_words words;
        return guarded(as_row(row), words, space);
    }

    /// Draws a token from a row with words from a generator. A philox moves on by one position if there was a token;
    /// a failed draw leaves it as it was (another generator may have been advanced).
    template <logit_row R, class G>
        requires(!std::same_as<std::remove_cvref_t<G>, workspace>)
    drawn operator()(const R& row, G&& random) const noexcept {
        const detail::workspace_lease lease;
        return lease.get() ? (*this)(row, random, *lease.get()) : drawn{.why = status::out_of_memory};
    }

    template <logit_row R, class G>
    drawn operator()(const R& row, G&& random, workspace& space) const noexcept {
        using generator = std::remove_reference_t<G>;
        static_assert(std::uniform_random_bit_generator<generator>,
                      "argdraw: the second argument is no generator; pass a philox or any std::uniform_random_bit_generator");
        if constexpr (std::uniform_random_bit_generator<generator>) {
            static_assert(bit_generator<generator>,
                          "argdraw: the generator's range is no power of two, so it does not give whole random bits; use philox, std::mt19937_64 "
                          "or another that does");
            detail::words_of<generator> words(random);
            return guarded(as_row(row), words, space);
        }
    }

    /// For what is no row: a sentence.
    template <class R, class... Rest>
        requires(!logit_row<R>)
    drawn operator()(const R&, Rest&&...) const noexcept {
        static_assert(detail::row_rules<R>::hold);
        return {};
    }
    template <class R, class... Rest>
        requires(!logit_row<R>)
    distribution_of_row distribution(const R&, Rest&&...) const noexcept {
        static_assert(detail::row_rules<R>::hold);
        return {};
    }

    /// The final set of a row and its probabilities; no randomness. Allocates the answer.
    template <logit_row R>
    distribution_of_row distribution(const R& row) const noexcept {
        const detail::workspace_lease lease;
        if (!lease.get()) return {{}, {}, status::out_of_memory};
        return distribution(row, *lease.get());
    }

    template <logit_row R>
    distribution_of_row distribution(const R& row, workspace& space) const noexcept {
        const float_environment guard;
        return law_of(as_row(row), space);
    }

    /// Whether every parameter is in its range, and if not, which stage is at fault and what it wants.
    constexpr checked check() const noexcept {
        checked result;
        each([&]<std::size_t I>(const auto& element) {
            using element_type = std::remove_cvref_t<decltype(element)>;
            if constexpr (has_valid<element_type>)
                if (result && !element.valid()) {
                    result = {status::bad_parameter, static_cast<int>(I), "a stage's parameter is outside its range"};
                    if constexpr (has_requirement<element_type>) result.sentence = element_type::requirement;
                }
        });
        return result;
    }

    /// The I-th element of the pipeline.
    template <std::size_t I>
    constexpr const auto& get() const noexcept {
        return element_at<I>(*this);
    }

private:
    template <std::size_t I, class E>
    static constexpr const E& element_at(const detail::leaf<I, E>& leaf) noexcept {
        return leaf.held;
    }

    template <class F>
    constexpr void each(F f) const {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (f.template operator()<I>(this->template get<I>()), ...); }
        (std::index_sequence_for<S...>{});
    }

    template <class T, class Words>
    drawn guarded(std::span<const T> row, Words& words, workspace& space) const noexcept {
        const float_environment guard;
        return draw_from(row, words, space);
    }

    // Not inlined: arithmetic must not move across the change of the floating-point control word.
    template <class T, class Words>
    ARGDRAW_NOINLINE drawn draw_from(std::span<const T> row, Words& words, workspace& space) const noexcept {
        if (const status why = check().why; why != status::ok) return {.why = why};
        candidates<T> c(row, space);
        apply_stages(c);
        if (c.why() != status::ok) return {.why = c.why()};
        drawn result;
        if constexpr (needs_words)
            result = get<last>()(c, words);
        else
            result = get<last>()(c);
        if (result) words.succeeded();
        return result;
    }

    template <class T>
    ARGDRAW_NOINLINE distribution_of_row law_of(std::span<const T> row, workspace& space) const noexcept {
        distribution_of_row law;
        law.why = check().why;
        if (law.why != status::ok) return law;
        candidates<T> c(row, space);
        apply_stages(c);
        if constexpr (requires { get<last>().narrow(c); }) get<last>().narrow(c);
        ARGDRAW_TRY {
            const std::size_t n = c.size();
            law.ids.reserve(n);
            law.probabilities.reserve(n);
            c.probabilities([&](token_id id, double p) {
                law.ids.push_back(id);
                law.probabilities.push_back(p);
            });
            law.why = c.why();
        }
        ARGDRAW_CATCH(std::bad_alloc) {
            law = {{}, {}, status::out_of_memory};
        }
        return law;
    }

    template <class T>
    void apply_stages(candidates<T>& c) const noexcept {
        each([&]<std::size_t I>(const auto& element) {
            if constexpr (I != last) {
                using element_type = std::remove_cvref_t<decltype(element)>;
                static_assert(detail::acts<element_type, T>::value,
                              "argdraw: a stage or draw of this pipeline cannot be called with rows of this scalar; write it for every candidates<T>");
                if constexpr (has_neutral<element_type>)
                    if (element.neutral()) return;
                if constexpr (detail::acts<element_type, T>::value) element(c);
            }
        });
    }
};

}  // namespace argdraw
