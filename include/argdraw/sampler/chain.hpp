// chain — stages chosen at run time, in an order chosen at run time; itself a stage.
//
//   formula   the stages one after another, exactly as if they stood in the pipeline
//   neutral   no stage, or none that is not neutral
//   range     at most 32 stages, each in its own range
//   random    what its stages take, in their order
//   cost      that of its stages, and one indirect call for each that is not neutral
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/sampler/concepts.hpp>
#include <argdraw/stages.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Any stage of the library, with its lists as spans and rows of float where it takes a row.
using any_stage = std::variant<temperature, allow, allow_only<>, bad_words<>, ban<>, contrastive<float>, dry, dynamic_temperature,
                               encoder_repetition, epsilon_cutoff, eta_cutoff, exponential_length, force, frequency_penalty,
                               guidance<float>, logit_bias<>, min_k, min_p, min_tokens<>, no_repeat_ngram, p_less, p_less_norm, penalties,
                               presence_penalty, quadratic, repetition_penalty, sequence_bias<>, skew, softcap, softmax,
                               suppress_at_begin<>, tail_free, top_a, top_h, top_h_sum, top_k, top_n_sigma, top_p, typical, xtc, xtc_mean>;

/// Up to 32 stages as one:
///
///     chain stages;
///     for (const auto& name : configuration) stages.add(by_name(name));
///     sampler pick{stages, categorical{}};
///
/// Made at run time only: no constant expressions. The same tokens as the pipeline with these stages written out. With a sequence, all stages may stand in it; with a bare generator
/// one that reads the history fails with no_sequence, unless it is neutral.
class chain {
public:
    static constexpr std::size_t capacity = 32;

    chain() = default;

    template <class... S>
        requires(sizeof...(S) > 0 && sizeof...(S) <= capacity && (std::constructible_from<any_stage, S> && ...))
    explicit chain(const S&... stages) noexcept {
        (add(stages), ...);
    }

    /// Appends a stage; false where the chain is full, and from then on valid() is false too.
    bool add(const any_stage& stage) noexcept {
        if (size_ == capacity) {
            overfull_ = true;
            return false;
        }
        stages_[size_] = stage;
        acts_[size_] = !std::visit([](const auto& s) { return neutral_of(s); }, stage);
        ++size_;
        return true;
    }

    std::size_t size() const noexcept { return size_; }
    const any_stage& operator[](std::size_t i) const noexcept { return stages_[i]; }

    bool neutral() const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (acts_[i]) return false;
        return true;
    }
    bool valid() const noexcept { return fault().empty(); }
    /// What the first stage that is out of its range wants; empty where all is well.
    std::string_view fault() const noexcept {
        if (overfull_) return "chain: at most 32 stages";
        for (std::size_t i = 0; i < size_; ++i)
            if (const std::string_view wanted = std::visit([](const auto& s) { return fault_of(s); }, stages_[i]); !wanted.empty())
                return wanted;
        return {};
    }

    bool fits(std::size_t width) const noexcept { return misfit(width).empty(); }
    /// What the first stage wants that is not neutral and does not find its tokens in a row of this width; empty where all is well.
    std::string_view misfit(std::size_t width) const noexcept {
        for (std::size_t i = 0; i < size_; ++i) {
            if (!acts_[i]) continue;
            if (const auto wanted = std::visit([width](const auto& s) { return misfit_of(s, width); }, stages_[i]); !wanted.empty())
                return wanted;
        }
        return {};
    }

    /// The same with those of its stages narrowed that have a row of their own.
    chain narrowed(std::size_t from, std::size_t to) const noexcept {
        chain cut = *this;
        for (std::size_t i = 0; i < size_; ++i)
            std::visit(
                [&]<class S>(S& s) {
                    if constexpr (has_narrowed<S>) s = s.narrowed(from, to);
                },
                cut.stages_[i]);
        return cut;
    }

    /// Registers with the history what the stages will ask of it.
    status prepare(history& seen) const noexcept {
        for (std::size_t i = 0; i < size_; ++i) {
            const status why = std::visit(
                [&](const auto& s) {
                    if constexpr (requires { s.prepare(seen); }) return s.prepare(seen);
                    else return status::ok;
                },
                stages_[i]);
            if (why != status::ok) return why;
        }
        return status::ok;
    }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (acts_[i]) std::visit([&](const auto& s) { act(s, c, context); }, stages_[i]);
    }

private:
    template <class S>
    static constexpr bool neutral_of(const S& s) noexcept {
        if constexpr (has_neutral<S>) return s.neutral();
        else return false;
    }
    template <class S>
    static constexpr std::string_view fault_of(const S& s) noexcept {
        if constexpr (has_valid<S>)
            if (!s.valid()) {
                if constexpr (has_requirement<S>) return S::requirement;
                else return "a stage's parameter is outside its range";
            }
        return {};
    }
    template <class S>
    static constexpr std::string_view misfit_of(const S& s, std::size_t width) noexcept {
        if constexpr (has_fits<S>)
            if (!s.fits(width)) return S::requirement;
        return {};
    }
    template <class S, class T, class Context>
    static void act(const S& s, candidates<T>& c, Context& context) noexcept {
        if constexpr (needs_sequence<S> && requires { typename Context::without_history; }) c.fail(status::no_sequence);
        else if constexpr (requires { s(c, context); }) s(c, context);
        else s(c);
    }

    std::array<any_stage, capacity> stages_{};
    std::array<bool, capacity> acts_{};
    std::size_t size_ = 0;
    bool overfull_ = false;
};

static_assert(std::is_trivially_copyable_v<chain>);

}  // namespace argdraw
