// kinds — what is known of each stage and draw by its name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/text/reader.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI::text {

/// A stage or a draw.
using element = std::variant<any_stage, any_draw>;

struct parameter {
    std::string_view name;     ///< "" where the stage itself is a list
    std::string_view meaning;  ///< with its range
    bool must_be_given = false;
};

/// What is known of a stage or a draw by its name. What takes a number of a parameter takes one that there is, and an element of this kind.
struct kind {
    std::string_view name;
    std::string_view meaning;
    std::string_view group;    ///< as the pages of stages and draws have them
    std::string_view example;  ///< parameters in a pipeline's parentheses, for a row of sixteen tokens
    std::span<const parameter> parameters;
    bool is_draw;
    element (*initial)();  ///< with its defaults
    bool (*holds)(const element&);
    bool (*read)(reader&, memory&, element&, std::size_t);
    void (*write)(std::string&, const element&, std::size_t);
    /// Gives a parameter that must be given, and was not, what follows from the others; false where nothing does.
    bool (*infer)(element&, std::size_t);
};

namespace detail {

template <class Element>
struct kind_table {
    static const std::span<const kind> all;
};

}  // namespace detail

/// All stages, then all draws, but for those that write to memory of the caller's.
inline constexpr const std::span<const kind>& kinds = detail::kind_table<element>::all;

}  // namespace argdraw::text

// The table has the code of every stage in it, for every format of a row: the greater part of what a program with text/pipeline.hpp
// compiles. argdraw/text/compiled.hpp says how it is compiled once.
#if !defined(ARGDRAW_TEXT_ELSEWHERE)
#include <argdraw/text/described.hpp>
#endif
