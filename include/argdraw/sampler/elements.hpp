// elements — what a pipeline is made of, and what is known of it without a row.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/sampler/checked.hpp>
#include <argdraw/sampler/concepts.hpp>
#include <argdraw/sampler/context.hpp>
#include <argdraw/sampler/leaves.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The stages of a pipeline and its draw, and the part of sampler that asks them about themselves.
template <class... S>
class elements : private leaves<S...> {
public:
    constexpr explicit elements(S... all) : leaves<S...>(all...) {}

    /// Whether every parameter is in its range, and if not, which stage is at fault and what it wants.
    constexpr checked check() const noexcept {
        checked result;
        if (!std::is_constant_evaluated() && nans_are_lost())
            return {status::bad_parameter, -1, "argdraw: compiled with -fno-honor-nans; NaN logits could not be recognised"};
        each([&]<std::size_t Index>(const auto& element) {
            if (result) result = checked_element(static_cast<int>(Index), element);
        });
        return result;
    }

    /// The same for rows of a width: also whether each stage that is not neutral finds its tokens in such a row, and its own row as wide.
    /// What it says is what a draw fails with before it has looked at a value.
    constexpr checked check(std::size_t width) const noexcept { return check_part(width, width); }

    /// Whether an element of the pipeline learns from the tokens that it drew itself: then the law of a position is not that of its row and
    /// history alone.
    constexpr bool learns() const noexcept {
        bool some = false;
        each([&]<std::size_t Index>(const auto& element) {
            if constexpr (requires { bool(element.learns()); }) some = some || element.learns();
            else some = some || !std::same_as<typename state_of<std::remove_cvref_t<decltype(element)>>::type, no_state>;
        });
        return some;
    }

    /// Tells whose states the pipeline keeps between draws: FNV-1a, of 32 bits, over the name of each element that has one, and a zero behind
    /// each name. Nothing kept: 0x811c9dc5.
    constexpr std::uint32_t kind_of_states() const noexcept {
        std::uint32_t kind = 0x811c9dc5;
        const auto take = [&](char letter) { kind = (kind ^ static_cast<std::uint8_t>(letter)) * 0x01000193; };
        each([&]<std::size_t Index>(const auto& element) {
            using E = std::remove_cvref_t<decltype(element)>;
            if constexpr (requires { typename E::state; }) {
                std::string_view name = name_of(element);
                if constexpr (requires { element.state_name(); }) name = element.state_name();
                for (const char letter : name) take(letter);
                take('\0');
            }
        });
        return kind;
    }

    /// The I-th element of the pipeline.
    template <std::size_t Index>
    constexpr const auto& get() const noexcept {
        return element_at<Index>(static_cast<const leaves<S...>&>(*this));
    }

protected:
    // For rows of `given` tokens, of which the first `width` may live.
    constexpr checked check_part(std::size_t given, std::size_t width) const noexcept {
        checked result = check();
        if (result && width == 0) result = {status::empty, -1, message(status::empty)};
        if (result && width > candidates<float>::max_width) result = {status::too_wide, -1, message(status::too_wide)};
        each([&]<std::size_t Index>(const auto& element) {
            if (result) result = fitted_element(static_cast<int>(Index), element, given, width);
        });
        return result;
    }

    template <class F>
    constexpr void each(F f) const {
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (f.template operator()<Index>(this->template get<Index>()), ...);
        }(std::index_sequence_for<S...>{});
    }
};

}  // namespace argdraw::detail
