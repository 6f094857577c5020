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

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/sampler/any_context.hpp>
#include <argdraw/sampler/any_stage.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Up to 32 stages as one:
///
///     chain stages;
///     for (const auto& name : configuration) stages.add(by_name(name));
///     sampler pick{stages, categorical{}};
///
/// Made at run time only: no constant expressions. The same tokens as the pipeline with these stages written out. With a sequence, all
/// stages may stand in it; with a bare generator one that reads the history fails with no_sequence, unless it is neutral. What a program
/// compiles are the stages that it adds, for each of these formats: `chain` is for all four, `chain_for<float>` for one.
template <logit_scalar... T>
class chain_for {
public:
    using stage_type = any_stage_for<T...>;
    static constexpr std::size_t capacity = 32;

    chain_for() = default;

    template <class... S>
        requires(sizeof...(S) > 0 && sizeof...(S) <= capacity && (!std::same_as<S, chain_for> && ...) &&
                 (std::constructible_from<stage_type, const S&> && ...))
    explicit chain_for(const S&... stages) noexcept {
        (add(stages), ...);
    }

    /// Appends a stage; false where the chain is full, and from then on valid() is false too.
    bool add(const stage_type& stage) noexcept {
        if (size_ == capacity) {
            overfull_ = true;
            return false;
        }
        stages_[size_] = stage;
        acts_[size_] = !stage.neutral();
        ++size_;
        return true;
    }

    std::size_t size() const noexcept { return size_; }
    const stage_type& operator[](std::size_t i) const noexcept { return stages_[i]; }

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
            if (const std::string_view wanted = stages_[i].fault(); !wanted.empty()) return wanted;
        return {};
    }

    bool fits(std::size_t width) const noexcept { return misfit(width).empty(); }
    /// What the first stage wants that is not neutral and does not find its tokens in a row of this width; empty where all is well.
    std::string_view misfit(std::size_t width) const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (acts_[i])
                if (const std::string_view wanted = stages_[i].misfit(width); !wanted.empty()) return wanted;
        return {};
    }

    /// The same without the stages that remove tokens by their rank or mass.
    chain_for scaling() const noexcept {
        chain_for rest;
        for (std::size_t i = 0; i < size_; ++i)
            if (!stages_[i].truncates()) rest.add(stages_[i]);
        return rest;
    }

    /// The same with those of its stages narrowed that have a row of their own.
    chain_for narrowed(std::size_t from, std::size_t to) const noexcept {
        chain_for cut = *this;
        for (std::size_t i = 0; i < size_; ++i) cut.stages_[i] = stages_[i].narrowed(from, to);
        return cut;
    }

    /// Registers with the history what the stages will ask of it.
    status prepare(history& seen) const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (const status why = stages_[i].prepare(seen); why != status::ok) return why;
        return status::ok;
    }

    template <class Of, class Context>
        requires(std::same_as<Of, T> || ...)
    void operator()(candidates<Of>& c, Context& context) const noexcept {
        any_context seen(context);
        for (std::size_t i = 0; i < size_; ++i)
            if (acts_[i]) stages_[i](c, seen);
    }

private:
    std::array<stage_type, capacity> stages_{};
    std::array<bool, capacity> acts_{};
    std::size_t size_ = 0;
    bool overfull_ = false;
};

using chain = chain_for<float, double, half, bfloat16>;

static_assert(std::is_trivially_copyable_v<chain>);

}  // namespace argdraw
