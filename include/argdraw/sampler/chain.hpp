// chain — stages chosen at run time, in an order chosen at run time; itself a stage.
//
//   formula   the stages one after another, exactly as if they stood in the pipeline
//   neutral   no stage, or none that is not neutral
//   range     at most 32 stages of 1536 bytes together, each in its own range
//   random    what its stages take, in their order
//   cost      that of its stages, and one indirect call for each that is not neutral
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
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
///     for (const auto& name : configuration) stages.add(by_name(name).stage());
///     stages.add(ban{{7, 11, 13}});
///     sampler pick{stages, categorical{}};
///
/// A stage may be any of the library, or one of your own as any_stage takes it, of any size. A chain is a plain value and owns what its
/// stages own: a list written in braces, or what a lambda has captured, is copied with it, and there are 1536 bytes for all of that. Made
/// at run time only: no constant expressions. The same tokens as the pipeline with these stages written out. With a sequence, all stages
/// may stand in it; with a bare generator one that reads the history fails with no_sequence, unless it is neutral. What a program compiles
/// are the stages that it adds, for each of these formats: `chain` is for all four, `chain_for<float>` for one.
template <logit_scalar... T>
class chain_for {
public:
    using stage_type = any_stage_for<T...>;
    /// A stage where it lies in the chain, with what any_stage says of itself.
    using stage_here = detail::stage_at<T...>;
    static constexpr std::size_t capacity = 32;
    static constexpr std::size_t bytes = capacity * stage_type::capacity;

    chain_for() = default;

    template <class... S>
        requires(sizeof...(S) > 0 && sizeof...(S) <= capacity && (!std::same_as<S, chain_for> && ...) &&
                 (detail::erasable_stage<S, T...> && ...))
    explicit chain_for(const S&... stages) noexcept {
        (add(stages), ...);
    }

    /// Appends a stage; false where the chain is full, and from then on valid() is false too.
    template <class S>
        requires(!std::same_as<S, chain_for> && detail::erasable_stage<S, T...>)
    bool add(const S& stage) noexcept {
        if constexpr (std::same_as<S, stage_type> || std::same_as<S, stage_here>) {
            return put(stage.type(), stage.place());
        } else {
            static_assert(sizeof(S) <= bytes, "argdraw: the stage alone is larger than a chain; give it a span of its list");
            return put(&detail::type_of_stage<S, T...>, &stage);
        }
    }

    std::size_t size() const noexcept { return size_; }
    stage_here operator[](std::size_t i) const noexcept { return {links_[i].type, held_ + links_[i].at}; }

    bool neutral() const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (links_[i].acts) return false;
        return true;
    }
    bool valid() const noexcept { return fault().empty(); }
    /// What the first stage that is out of its range wants; empty where all is well.
    std::string_view fault() const noexcept {
        if (overfull_) return "chain: at most 32 stages, of 1536 bytes together; a span of a list takes 16";
        for (std::size_t i = 0; i < size_; ++i)
            if (const std::string_view wanted = (*this)[i].fault(); !wanted.empty()) return wanted;
        return {};
    }

    bool fits(std::size_t width) const noexcept { return misfit(width).empty(); }
    /// What the first stage wants that is not neutral and does not find its tokens in a row of this width; empty where all is well.
    std::string_view misfit(std::size_t width) const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (links_[i].acts)
                if (const std::string_view wanted = (*this)[i].misfit(width); !wanted.empty()) return wanted;
        return {};
    }

    /// The same without the stages that remove tokens by their rank or mass.
    chain_for scaling() const noexcept {
        chain_for rest;
        for (std::size_t i = 0; i < size_; ++i)
            if (!(*this)[i].truncates()) rest.add((*this)[i]);
        return rest;
    }

    /// The same with those of its stages narrowed that have a row of their own.
    chain_for narrowed(std::size_t from, std::size_t to) const noexcept {
        chain_for cut = *this;
        for (const link& each : std::span(links_).first(size_))
            if (each.type) each.type->narrow(cut.held_ + each.at, from, to);
        return cut;
    }

    /// Registers with the history what the stages will ask of it.
    status prepare(history& seen) const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (const status why = (*this)[i].prepare(seen); why != status::ok) return why;
        return status::ok;
    }

    template <class Of, class Context>
        requires(std::same_as<Of, T> || ...)
    void operator()(candidates<Of>& c, Context& context) const noexcept {
        any_context seen(context);
        for (std::size_t i = 0; i < size_; ++i)
            if (links_[i].acts) (*this)[i](c, seen);
    }

    /// Equal stages in equal order.
    friend bool operator==(const chain_for& a, const chain_for& b) noexcept {
        if (a.size_ != b.size_ || a.overfull_ != b.overfull_) return false;
        for (std::size_t i = 0; i < a.size_; ++i)
            if (!(a[i] == b[i])) return false;
        return true;
    }

private:
    struct link {
        const detail::stage_type<T...>* type;  // nullptr: none, as in an empty any_stage
        std::uint16_t at;
        bool acts;
    };

    bool put(const detail::stage_type<T...>* type, const void* stage) noexcept {
        const std::size_t size = type ? type->size : 0;
        if (size_ == capacity || size > bytes - used_) {
            overfull_ = true;
            return false;
        }
        std::memcpy(held_ + used_, stage, size);
        links_[size_++] = {type, static_cast<std::uint16_t>(used_), type && !type->neutral(stage)};
        used_ += (size + alignof(void*) - 1) / alignof(void*) * alignof(void*);
        return true;
    }

    alignas(void*) std::byte held_[bytes] = {};
    std::array<link, capacity> links_{};
    std::size_t size_ = 0, used_ = 0;
    bool overfull_ = false;
};

using chain = chain_for<ARGDRAW_FORMATS>;

static_assert(std::is_trivially_copyable_v<chain>);

}  // namespace argdraw
