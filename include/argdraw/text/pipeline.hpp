// pipeline — a pipeline as text: "penalties(1.1, window=64) | top_k(40) | temperature(0.8) | categorical".
//
// Stages and a draw by the names of their types, parameters by those of their members: in the order of the members, or by name behind
// those. A list is [1, 2, 3], a bias 7: -1.5, a phrase with one [1, 2]: -1.5, and what is chosen of a few a word: first, all, output,
// prompt, both, ban, keep. Parameters that are left out have their defaults; the parentheses of none may be left out, too. A list may be one
// of the caller's by its name, and tokens may be texts in quotes: text/names.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/chain.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/text/by_name.hpp>
#include <argdraw/text/names.hpp>
#include <argdraw/text/reader.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A pipeline that is chosen at run time, as one value: trivially copyable, drawn from with a sequence, the same tokens as the one written
/// out.
using pipeline = sampler<chain, any_draw>;

/// Equal stages in equal order, and equal draws. Second rows, those of guidance and contrastive, are equal where they are the same memory.
inline bool operator==(const pipeline& a, const pipeline& b) noexcept { return a.get<0>() == b.get<0>() && a.get<1>() == b.get<1>(); }

/// What parse() made of a text: a pipeline, or what is wrong. Copies share the memory of its lists, which has to outlive the pipeline's
/// use.
struct parsed {
    pipeline pick{chain{}, any_draw{}};
    text::error error;
    std::shared_ptr<const text::memory> lists;

    explicit operator bool() const noexcept { return !error; }
};

/// A pipeline from text, or the first thing that is wrong with it: a column, what was read there and what would be right, the nearest name
/// or the range included. `known` is what the text may speak of by name. Throws std::bad_alloc, and nothing else but what known.tokens does.
inline parsed parse(std::string_view source, const text::names& known = {}) {
    parsed result;
    const auto lists = std::make_shared<text::memory>();
    text::reader in(source, known);
    chain stages;
    any_draw last;
    bool ended = false;
    do {
        const std::size_t column = in.column();
        if (ended) in.fail(column, "the pipeline has ended with its draw, and stages behind it would do nothing");
        const std::string_view name = in.name();
        if (in.good() && name.empty()) in.expected("the name of a stage or draw");
        const text::kind* const what = text::find_kind(name);
        if (!what) in.fail(column, text::detail::no_such_name(name));
        if (!in.good()) break;
        text::element next = what->initial();
        std::uint32_t given = 0;
        if (in.take('(') && (!text::detail::read_parameters(in, *lists, *what, next, given, [](text::reader& at) {
                return at.next_is(')');
            }) || !in.take(')')))
            in.expected("',' or ')'");
        if (const std::string_view wanted = text::detail::missing(*what, next, given); in.good() && !wanted.empty())
            in.fail(column, std::string(name) + " needs '" + std::string(wanted) + "'");
        if (const std::string_view wanted = std::visit([](const auto& e) { return e.fault(); }, next); in.good() && !wanted.empty())
            in.fail(column, std::string(wanted));
        ended = what->is_draw;
        if (ended) last = std::get<any_draw>(next);
        else if (in.good() && !stages.add(std::get<any_stage>(next))) in.fail(column, "a pipeline has at most 32 stages");
    } while (in.good() && in.take('|'));
    if (in.good() && !in.at_end()) in.expected("'|' or the end");
    if (in.good() && !ended) in.fail(in.column(), "the pipeline has no draw; end it with greedy or categorical");
    result.error = in.wrong();
    if (in.good()) result.pick = pipeline{stages, last};
    result.lists = lists;
    return result;
}

/// The canonical text of a pipeline, chosen at run time or written out: parameters that have their defaults are left out, the first is given
/// by its place and the others by name, numbers are as short as they are exact. parse() gives the same pipeline back. What has no text, a
/// stage of one's own or what writes to memory, stands as '?', which parse() refuses. Throws std::bad_alloc.
template <class... E>
std::string to_text(const sampler<E...>& pick) {
    std::string out;
    const auto put = [&](const text::element& each) {
        if (!out.empty()) out += " | ";
        text::detail::write(out, each);
    };
    const auto put_any = [&]<class Each>(const Each& each) {
        if constexpr (std::same_as<Each, chain>) {
            for (std::size_t i = 0; i < each.size(); ++i) put(each[i].viewed());
        } else if constexpr (std::constructible_from<any_draw, const Each&>) {
            put(any_draw(each));
        } else if constexpr (std::constructible_from<chain, const Each&>) {
            put(chain{each}[0].viewed());
        } else {
            put(any_stage{});
        }
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (put_any(pick.template get<Index>()), ...);
    }(std::index_sequence_for<E...>{});
    return out;
}

}  // namespace argdraw
