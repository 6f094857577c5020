// described — the table of kinds, made of the descriptions of all stages and draws.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/text/descriptions.hpp>
#include <argdraw/text/kinds.hpp>
#include <argdraw/text/reader.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI::text::detail {

template <class S>
constexpr S initial() {
    if constexpr (std::same_as<S, allow>) return allow({}, past_end::ban, 0);
    else return S{};
}

template <class S>
constexpr std::size_t count_parameters() {
    S s = initial<S>();
    std::size_t n = 0;
    description<S>::members(s, [&](std::string_view, auto&, std::string_view, bool) { ++n; });
    return n;
}
template <class S>
constexpr auto list_parameters() {
    std::array<parameter, count_parameters<S>()> all{};
    S s = initial<S>();
    std::size_t n = 0;
    description<S>::members(s,
                            [&](std::string_view name, auto&, std::string_view meaning, bool must) { all[n++] = {name, meaning, must}; });
    return all;
}
template <class S>
inline constexpr auto parameters_of = list_parameters<S>();

template <class S>
constexpr bool is_stage = !draw<S>;

template <class S>
const S* get_if(const element& from) {
    if constexpr (is_stage<S>) return std::holds_alternative<any_stage>(from) ? std::get<any_stage>(from).template get_if<S>() : nullptr;
    else return std::holds_alternative<any_draw>(from) ? std::get<any_draw>(from).template get_if<S>() : nullptr;
}
template <class S>
element erased(const S& from) {
    if constexpr (is_stage<S>) return any_stage(from);
    else return any_draw(from);
}

template <class S>
bool read_parameter(reader& in, memory& kept, element& into, std::size_t which) {
    S s = *get_if<S>(into);
    std::size_t i = 0;
    bool good = false;
    description<S>::members(s, [&](std::string_view name, auto& member, std::string_view, bool) {
        if (i++ != which) return;
        if constexpr (std::same_as<decltype(member), token_id&>) {
            good = name == description<S>::token ? read_token(in, member) : read(in, kept, member);
        } else {
            good = read(in, kept, member);
        }
    });
    into = erased(s);
    return good;
}
template <class S>
void write_parameter(std::string& out, const element& from, std::size_t which) {
    std::size_t i = 0;
    description<S>::members(*get_if<S>(from), [&](std::string_view, const auto& member, std::string_view, bool) {
        if (i++ == which) write(out, member);
    });
}
// As the constructor of allow without the number of tokens.
template <class S>
bool infer_parameter([[maybe_unused]] element& of, [[maybe_unused]] std::size_t which) {
    if constexpr (std::same_as<S, allow>) {
        allow s = *get_if<S>(of);
        s.tokens = 32 * s.mask.size();
        if (parameters_of<S>[which].name == "tokens") of = erased(s);
        return parameters_of<S>[which].name == "tokens";
    } else {
        return false;
    }
}

template <class S>
constexpr kind describe() {
    return {.name = description<S>::name,
            .meaning = description<S>::meaning,
            .group = description<S>::group,
            .example = description<S>::example,
            .parameters = parameters_of<S>,
            .is_draw = !is_stage<S>,
            .initial = [] { return erased(initial<S>()); },
            .holds = [](const element& e) { return get_if<S>(e) != nullptr; },
            .read = read_parameter<S>,
            .write = write_parameter<S>,
            .infer = infer_parameter<S>};
}
template <class... S, class... D>
constexpr auto describe_all(types<S...>, types<D...>) {
    return std::array{describe<S>()..., describe<D>()...};
}

// A template, for the types to be known only where the table is.
template <class Element>
inline constexpr auto described = describe_all(all_stages{}, all_draws{});

template <class Element>
constinit const std::span<const kind> kind_table<Element>::all = described<Element>;

}  // namespace argdraw::text::detail
