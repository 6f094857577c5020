// Numbers on a command line: what is none, and what does not fit, is answered with a sentence.
#pragma once

#include <charconv>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace generate {

// A sentence about a value on the command line.
struct bad_value : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

template <class N>
std::string range_of() {
    using limits = std::numeric_limits<N>;
    std::ostringstream range;
    if constexpr (std::is_integral_v<N>) range << "a whole number from " << limits::min() << " to " << limits::max();
    else range << "0, or a number of a size from " << limits::denorm_min() << " to " << limits::max();
    return range.str();
}

template <class N>
N number_in(std::string_view text) {
    N value{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (stopped != end || error == std::errc::invalid_argument) throw bad_value(quoted(text) + " is not a number here");
    if (error != std::errc{}) throw bad_value(quoted(text) + " does not fit; it must be " + range_of<N>());
    return value;
}

// For CLI11's options, whose own conversion takes what does not fit for the nearest that does: the sentence, or an empty one. What fits is written
// as that conversion reads it.
template <class N>
std::string check_number(std::string& text) {
    try {
        std::ostringstream exact;
        exact.precision(std::numeric_limits<N>::max_digits10);
        exact << number_in<N>(text);
        text = exact.str();
        return {};
    } catch (const bad_value& error) { return error.what(); }
}

}  // namespace generate
