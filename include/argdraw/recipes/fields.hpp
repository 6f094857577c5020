// fields — what the parameters of all recipes have: a name, the numbers that they take, a meaning, and a sentence where one is wrong.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <argdraw/core/bias.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// Which numbers a parameter takes: those from least to most, without the least where that is open, and NaN never.
struct range {
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool open_below = false;
    bool infinite = false;  ///< whether infinities are among them, where no end stands before them

    constexpr bool has(double x) const noexcept {
        constexpr double largest = (std::numeric_limits<double>::max)();
        return x >= least && x <= most && !(open_below && x == least) && (infinite || (x >= -largest && x <= largest));
    }
};

constexpr range any_number() noexcept { return {.infinite = true}; }
constexpr range finite_number() noexcept { return {}; }
constexpr range at_least(double least) noexcept { return {.least = least}; }
constexpr range at_most(double most) noexcept { return {.most = most, .infinite = true}; }
constexpr range above(double least) noexcept { return {.least = least, .open_below = true}; }
constexpr range between(double least, double most) noexcept { return {.least = least, .most = most}; }
constexpr range above_up_to(double least, double most) noexcept { return {.least = least, .most = most, .open_below = true}; }

/// What there is to know of a parameter. A recipe has fields(recipe, visit), which calls visit(field, member) for each of its own: what
/// reads, checks and explains recipes is made of that.
struct field {
    std::string_view name;        ///< of the member, and in the engine's own parameters
    range takes;                  ///< of a number, or of each in a list
    std::string_view meaning;     ///< in a sentence, with the values that are off
    std::string_view other = {};  ///< its name in requests and files, where they have another
    bool acts = true;             ///< whether the others leave it anything to do; if not, the engine takes any value

    constexpr std::string_view key() const noexcept { return other.empty() ? name : other; }
};

/// What is wrong with a recipe, or nothing.
struct fault {
    status why = status::ok;
    std::string sentence;  ///< with the key, the value and what would be right

    explicit operator bool() const noexcept { return why != status::ok; }
};

inline fault bad_parameter(std::string sentence) { return {status::bad_parameter, std::move(sentence)}; }

namespace detail {

inline std::string shown(double x) {
    std::string out;
    text::write(out, static_cast<float>(x));
    return out;
}

}  // namespace detail

/// A range in words: "0 to 1", "above 0".
inline std::string in_words(const range& r) {
    const bool low = r.least > -std::numeric_limits<double>::infinity(), high = r.most < std::numeric_limits<double>::infinity();
    const std::string least = detail::shown(r.least), most = detail::shown(r.most);
    if (low && high) return r.open_below ? "above " + least + " up to " + most : least + " to " + most;
    if (high) return most + " or less";
    if (!low) return r.infinite ? "any number" : "any finite number";
    return (r.open_below ? "above " + least : least + " or more") + (r.infinite ? "" : ", finite");
}

/// A value of a recipe in text, as the text of a pipeline has it.
template <class T>
std::string value_in_text(const T& value) {
    std::string out;
    if constexpr (std::same_as<T, bool>) out = value ? "true" : "false";
    else if constexpr (requires { value.has_value(); }) return value ? value_in_text(*value) : "none";
    else if constexpr (requires { value.data(); }) text::write(out, std::span<const typename T::value_type>(value));
    else {
        using text::write;  // and those that stand beside a type of a recipe
        write(out, value);
    }
    return out;
}

inline fault out_of_range(std::string_view key, const std::string& value, const range& takes) {
    return bad_parameter(std::string(key) + " = " + value + " is out of its range: " + in_words(takes));
}

/// What is wrong with a value under a key.
template <class T>
fault check_value(std::string_view key, const range& takes, const T& value) {
    if constexpr (std::same_as<T, bool> || std::is_enum_v<T>) {
        return {};
    } else if constexpr (std::is_arithmetic_v<T>) {
        if (!takes.has(static_cast<double>(value))) return out_of_range(key, value_in_text(value), takes);
    } else if constexpr (requires { value.b; }) {
        std::string of(key);
        if constexpr (requires { value.id; }) of += "[" + value_in_text(value.id) + "]";
        if constexpr (requires { value.sequence; })
            if (fault wrong = check_value(key, at_least(0), value.sequence)) return wrong;
        if (!takes.has(static_cast<double>(value.b))) return out_of_range(of, value_in_text(value.b), takes);
    } else if constexpr (requires { value.has_value(); }) {
        if (value) return check_value(key, takes, *value);
    } else {
        for (const auto& each : value)
            if (fault wrong = check_value(key, takes, each)) return wrong;
    }
    return {};
}

/// The first parameter that is out of its range, called by its name, or by its key in files.
template <class R>
fault check_fields(const R& recipe, bool by_key = false) {
    fault first;
    R::fields(recipe, [&](const field& of, const auto& member) {
        if (!first && of.acts) first = check_value(by_key ? of.key() : of.name, of.takes, member);
    });
    return first;
}

/// What is wrong with the first id below 0 that a bias is for.
inline fault check_ids(std::string_view key, const std::vector<token_bias>& biases) {
    for (const token_bias& each : biases)
        if (each.id < 0)
            return bad_parameter(std::string(key) + " has the id " + value_in_text(each.id) + ", which is out of its range: 0 or more");
    return {};
}

/// A line for each parameter: name, default, meaning and range. Where requests and files have another key than the name, it stands behind.
template <class R>
std::string help() {
    std::string out;
    const R fresh;
    R::fields(fresh, [&](const field& of, const auto& member) {
        using T = std::remove_cvref_t<decltype(member)>;
        out += std::string(of.name) + " = " + value_in_text(member) + ": " + std::string(of.meaning);
        if constexpr (!std::same_as<T, bool>) out += " Range: " + in_words(of.takes) + ".";
        if (of.key() != of.name) out += " Key: " + std::string(of.key()) + ".";
        out += '\n';
    });
    return out;
}

}  // namespace argdraw::recipes
