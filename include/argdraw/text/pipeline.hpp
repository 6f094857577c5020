// pipeline — a pipeline as text: "penalties(1.1, window=64) | top_k(40) | temperature(0.8) | categorical".
//
// Stages and a draw by the names of their types, parameters by those of their members: in the order of the members, or by name behind
// those. A list is [1, 2, 3], a bias 7: -1.5, a phrase with one [1, 2]: -1.5, and what is chosen of a few a word: first, all, output,
// prompt, both, ban, keep. Parameters that are left out have their defaults; the parentheses of none may be left out, too.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/chain.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/text/descriptions.hpp>
#include <argdraw/text/reader.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A pipeline that is chosen at run time, as one value: trivially copyable, drawn from with a sequence, the same tokens as the one written
/// out.
using pipeline = sampler<chain, any_draw>;

/// What parse() made of a text: a pipeline, or what is wrong. Copies share the memory of its lists, which has to outlive the pipeline's
/// use.
struct parsed {
    pipeline pick{chain{}, any_draw{}};
    text::error error;
    std::shared_ptr<const text::memory> lists;

    explicit operator bool() const noexcept { return !error; }
};

namespace text {

template <class S>
S initial() {
    if constexpr (std::same_as<S, allow>) return allow({}, past_end::ban, 0);
    else return S{};
}

/// The parameters of a stage or draw, behind its name.
template <class S>
bool read_parameters(reader& in, memory& kept, S& out, std::size_t column) {
    std::vector<std::string_view> names;
    std::vector<bool> required;
    description<S>::members(out, [&](std::string_view name, auto&, std::string_view, bool must) {
        names.push_back(name);
        required.push_back(must);
    });
    std::vector<bool> seen(names.size());
    const std::string stage(description<S>::name);
    bool by_name = false;
    std::size_t next = 0;
    if (in.take('(')) {
        while (in.good() && !in.next_is(')')) {
            const std::size_t at = in.column();
            std::string_view key;
            std::size_t which = next++;
            if (in.take_key(key)) {
                by_name = true;
                for (which = 0; which < names.size() && (names[which] != key || key.empty()); ++which) {}
            } else if (by_name) {
                return in.fail(at, "a value without a name stands behind one with a name");
            }
            if (which >= names.size()) {
                std::string all;
                for (const auto name : names) all += (all.empty() ? "" : ", ") + (name.empty() ? "one list" : std::string(name));
                const std::string_view close = nearest(key, names);
                std::string sentence = key.empty() ? "too many parameters" : stage + " has no '" + std::string(key) + "'";
                if (!close.empty()) sentence += "; nearest is '" + std::string(close) + "'";
                return in.fail(at, sentence + ": " + stage + (all.empty() ? " takes none" : " takes " + all));
            }
            if (seen[which]) return in.fail(at, "'" + std::string(names[which]) + "' is given twice");
            seen[which] = true;
            std::size_t i = 0;
            description<S>::members(out, [&](std::string_view, auto& member, std::string_view, bool) {
                if (i++ == which) read(in, kept, member);
            });
            if (!in.take(',')) break;
        }
        if (!in.take(')')) return in.expected("',' or ')'");
    }
    if constexpr (std::same_as<S, allow>) {  // as its constructor without the number of tokens
        if (!seen[2]) out.tokens = 32 * out.mask.size();
        required[2] = false;
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (required[i] && !seen[i]) return in.fail(column, stage + " needs '" + std::string(names[i]) + "'");
    return in.good();
}

/// Calls f with a value of the type that a name stands for; false where there is none.
template <class... S, class F>
bool with_named(types<S...>, std::string_view name, F f) {
    return ((description<S>::name == name && (f(initial<S>()), true)) || ...);
}

inline std::vector<std::string_view> all_names() {
    std::vector<std::string_view> names;
    const auto add = [&]<class... S>(types<S...>) { (names.push_back(description<S>::name), ...); };
    add(all_stages{});
    add(all_draws{});
    return names;
}

template <class S>
void write_element(std::string& out, const S& s) {
    std::vector<std::string> own, defaults;
    std::vector<std::string_view> names;
    const auto written = [](const auto& member) {
        std::string value;
        write(value, member);
        return value;
    };
    description<S>::members(s, [&](std::string_view name, const auto& member, std::string_view, bool must) {
        names.push_back(name);
        own.push_back(written(member));
        defaults.push_back(must ? "" : "=");
    });
    std::size_t i = 0;
    const S fresh = initial<S>();
    description<S>::members(fresh, [&](std::string_view, const auto& member, std::string_view, bool) {
        if (!defaults[i].empty()) defaults[i] = written(member);
        ++i;
    });
    if constexpr (std::same_as<S, allow>) defaults[2] = std::to_string(32 * s.mask.size());
    out += description<S>::name;
    std::string inside;
    bool gap = false;
    for (i = 0; i < own.size(); ++i) {
        if (own[i] == defaults[i]) {
            gap = true;
            continue;
        }
        inside += inside.empty() ? "" : ", ";
        // The first by its place, and what must be given by its own.
        const bool by_place = !gap && (i == 0 || defaults[i].empty());
        if (!by_place) {
            inside += std::string(names[i]) + "=";
            gap = true;
        }
        inside += own[i];
    }
    if (!inside.empty()) out += "(" + inside + ")";
}

template <class... S>
void write_held(std::string& out, const any_stage& held, types<S...>) {
    if (!((held.get_if<S>() ? (write_element(out, *held.get_if<S>()), true) : false) || ...)) out += "?";
}
template <class... D>
void write_held(std::string& out, const any_draw& held, types<D...>) {
    if (!((held.get_if<D>() ? (write_element(out, *held.get_if<D>()), true) : false) || ...)) out += "?";
}

}  // namespace text

/// A pipeline from text, or the first thing that is wrong with it: a column, what was read there and what would be right, the nearest name
/// or the range included. Throws std::bad_alloc, and nothing else.
inline parsed parse(std::string_view source) {
    parsed result;
    const auto lists = std::make_shared<text::memory>();
    text::reader in(source);
    chain stages;
    any_draw last;
    bool ended = false;
    std::vector<std::size_t> columns;
    do {
        const std::size_t column = in.column();
        columns.push_back(column);
        if (ended) in.fail(column, "the pipeline has ended with its draw, and stages behind it would do nothing");
        const std::string_view name = in.name();
        if (in.good() && name.empty()) in.expected("the name of a stage or draw");
        const auto add = [&](auto one) {
            if (!text::read_parameters(in, *lists, one, column)) return;
            if constexpr (std::is_constructible_v<any_stage, decltype(one)>) {
                if (!stages.add(one)) in.fail(column, "a pipeline has at most 32 stages");
            } else {
                last = one;
                ended = true;
            }
        };
        if (in.good() && !text::with_named(text::all_stages{}, name, add) && !text::with_named(text::all_draws{}, name, add)) {
            const std::string_view close = text::nearest(name, text::all_names());
            in.fail(column, "there is no stage or draw '" + std::string(name.substr(0, 64)) + "'" +
                                (close.empty() ? std::string() : "; nearest is '" + std::string(close) + "'"));
        }
    } while (in.good() && in.take('|'));
    if (in.good() && !in.at_end()) in.expected("'|' or the end");
    if (in.good() && !ended) in.fail(in.column(), "the pipeline has no draw; end it with greedy or categorical");
    if (in.good()) {
        for (std::size_t i = 0; i < stages.size() && in.good(); ++i)
            if (const std::string_view wanted = stages[i].fault(); !wanted.empty()) in.fail(columns[i], std::string(wanted));
        if (!last.fault().empty()) in.fail(columns.back(), std::string(last.fault()));
    }
    result.error = in.wrong();
    if (in.good()) result.pick = pipeline{stages, last};
    result.lists = lists;
    return result;
}

/// The canonical text of a pipeline: parameters that have their defaults are left out, the first is given by its place and the others by
/// name, numbers are as short as they are exact. parse() gives the same pipeline back. What has no text, a stage of one's own or what
/// writes to memory, stands as '?', which parse() refuses. Throws std::bad_alloc.
inline std::string to_text(const pipeline& pick) {
    std::string out;
    const chain& stages = pick.get<0>();
    for (std::size_t i = 0; i < stages.size(); ++i) {
        text::write_held(out, stages[i], text::all_stages{});
        out += " | ";
    }
    text::write_held(out, pick.get<1>(), text::all_draws{});
    return out;
}

}  // namespace argdraw
