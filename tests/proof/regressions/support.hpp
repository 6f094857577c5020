// What the regressions share: pipelines whose stages are chosen at run time, compiled once for all files.
#pragma once

#include "draws/support.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace support {

using floats = std::vector<float>;
using row_of_floats = std::span<const float>;
using chained = argdraw::any_stage;

/// Tokens that are summed up as one.
inline constexpr std::size_t block = argdraw::sizes::block;

/// A chain written as a list: {top_k{3}, top_p{0.9f}}.
struct stages : argdraw::chain {
    stages() = default;
    stages(std::initializer_list<chained> list) {
        for (const chained& each : list) add(each);
    }
};

/// A stage as text, for who reads of a failure.
std::string text_of(const chained& stage);

/// The law that the stages leave, for a text with this prompt and output.
argdraw::distribution_of_row law_after(row_of_floats row, const stages& list, const ids& prompt = {}, const ids& output = {});

/// The same as text(): "0:0.5 1:0.5", or the name of what went wrong.
std::string said_after(row_of_floats row, const stages& list, const ids& prompt = {}, const ids& output = {});

/// A categorical draw after the stages: by a word, or by a philox.
argdraw::drawn draw_after(row_of_floats row, const stages& list, std::uint64_t word);
argdraw::drawn draw_after(row_of_floats row, const stages& list, argdraw::philox& random);

/// The same by gumbel.
argdraw::drawn race_after(row_of_floats row, const stages& list, std::uint64_t word);
argdraw::drawn race_after(row_of_floats row, const stages& list, argdraw::philox& random);

/// The first maximum, by greedy.
argdraw::drawn greedy_of(row_of_floats row);

/// A text under way.
using any_text = argdraw::sequence<stages, argdraw::categorical>;
any_text start_text(const stages& list, const argdraw::start_options& options = {}, const ids& prompt = {});
argdraw::drawn next_token(row_of_floats row, const stages& list, any_text& text);

/// Every stage of the library, active, with ordinary parameters for rows of this width; other_row is a view that has to stay.
std::vector<chained> every_stage(row_of_floats other_row);

/// Tokens and, where there is one, states of a text that a draw with a state or a race of its own wrote.
enum class writer { categorical, gumbel, mirostat, mirostat_v1, adaptive_p };
inline constexpr writer writers[] = {writer::categorical, writer::gumbel, writer::mirostat, writer::mirostat_v1, writer::adaptive_p};
ids text_by(writer who, row_of_floats row, const argdraw::philox& from, int length);

}  // namespace support
