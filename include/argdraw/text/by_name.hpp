// by_name — a stage or a draw by its name at run time, and its parameters as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/text/kinds.hpp>
#include <argdraw/text/names.hpp>
#include <argdraw/text/reader.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace text {

/// The one of this name, or nullptr.
inline const kind* find_kind(std::string_view name) noexcept {
    for (const kind& each : kinds)
        if (each.name == name) return &each;
    return nullptr;
}

namespace detail {

inline std::string no_such_name(std::string_view name) {
    std::vector<std::string_view> names;
    for (const kind& each : kinds) names.push_back(each.name);
    const std::string_view close = nearest(name, names);
    return "there is no stage or draw '" + std::string(name.substr(0, 64)) + "'" +
           (close.empty() ? std::string() : "; nearest is '" + std::string(close) + "'");
}

// What `key`, or a value too many, is none of.
inline std::string no_such_parameter(const kind& what, std::string_view key) {
    std::vector<std::string_view> names;
    std::string all, sentence(what.name);
    for (const parameter& each : what.parameters) {
        names.push_back(each.name);
        all += (all.empty() ? " takes " : ", ") + (each.name.empty() ? "one list" : std::string(each.name));
    }
    const std::string_view close = nearest(key, names);
    sentence = key.empty() ? "too many parameters" : sentence + " has no '" + std::string(key) + "'";
    if (!close.empty()) sentence += "; nearest is '" + std::string(close) + "'";
    return sentence + ": " + std::string(what.name) + (all.empty() ? " takes none" : all);
}

/// Parameters as they stand in parentheses, up to what is none. `given`: a bit for each that was.
inline bool read_parameters(reader& in, memory& kept, const kind& what, element& out, std::uint32_t& given, bool (*at_end)(reader&)) {
    bool by_name = false;
    std::uint32_t seen = 0;
    for (std::size_t next = 0; in.good() && !at_end(in); ++next) {
        const std::size_t at = in.column();
        std::string_view key;
        std::size_t which = next;
        if (in.take_key(key)) {
            by_name = true;
            for (which = 0; which < what.parameters.size() && what.parameters[which].name != key; ++which) {}
        } else if (by_name) {
            return in.fail(at, "a value without a name stands behind one with a name");
        }
        if (which >= what.parameters.size()) return in.fail(at, no_such_parameter(what, key));
        if (seen >> which & 1) return in.fail(at, "'" + std::string(what.parameters[which].name) + "' is given twice");
        seen |= std::uint32_t{1} << which;
        if (!what.read(in, kept, out, which)) return false;
        if (!in.take(',')) break;
    }
    given |= seen;
    return in.good();
}

/// Infers what was not given; the name of the first parameter that must be and cannot, or nothing.
inline std::string_view missing(const kind& what, element& of, std::uint32_t given) {
    for (std::size_t i = 0; i < what.parameters.size(); ++i)
        if (what.parameters[i].must_be_given && !(given >> i & 1) && !what.infer(of, i)) return what.parameters[i].name;
    return {};
}

inline std::string written(const kind& what, const element& of, std::size_t which) {
    std::string out;
    what.write(out, of, which);
    return out;
}

/// The canonical text of an element; '?' for one that has none.
inline void write(std::string& out, const element& of) {
    const kind* what = nullptr;
    for (const kind& each : kinds)
        if (each.holds(of)) what = &each;
    if (!what) {
        out += '?';
        return;
    }
    element usual = what->initial();
    std::string inside;
    bool gap = false;
    for (std::size_t i = 0; i < what->parameters.size(); ++i) {
        const parameter& each = what->parameters[i];
        const std::string own = written(*what, of, i);
        bool has_default = !each.must_be_given;
        if (each.must_be_given) {
            usual = of;
            has_default = what->infer(usual, i);
        }
        if (has_default && own == written(*what, each.must_be_given ? usual : what->initial(), i)) {
            gap = true;
            continue;
        }
        inside += inside.empty() ? "" : ", ";
        // The first by its place, and what must be given by its own.
        if (gap || (i > 0 && has_default)) {
            inside += std::string(each.name) + "=";
            gap = true;
        }
        inside += own;
    }
    out += what->name;
    if (!inside.empty()) out += "(" + inside + ")";
}

}  // namespace detail

}  // namespace text

/// The canonical text of a stage or draw, as it stands in that of a pipeline. Throws std::bad_alloc.
inline std::string to_text(const text::element& each) {
    std::string out;
    text::detail::write(out, each);
    return out;
}

/// A stage or a draw that is chosen by its name, with its defaults until something is set:
///
///     named cut = by_name("top_k");
///     if (!cut.set("40, min_keep=2")) show(cut.error().sentence);
///     stages.add(cut.stage());
///
/// Copies share the memory of the lists that were set, which has to outlive the use of the stage.
class named {
public:
    /// Whether there is a stage or draw of the name, nothing was wrong when a parameter was last set, and all is there that must be given.
    explicit operator bool() const noexcept { return !error_; }
    /// What is wrong, with a column of the name or of the parameters.
    const text::error& error() const noexcept { return error_; }

    /// What is known of it, its name and its parameters among it; nullptr where there is none of the name.
    const text::kind* kind() const noexcept { return kind_; }
    /// The stage, which does nothing where it is none.
    any_stage stage() const noexcept {
        const any_stage* const found = std::get_if<any_stage>(&element_);
        return found ? *found : any_stage{};
    }
    /// The draw, which is categorical where it is none.
    any_draw draw() const noexcept {
        const any_draw* const found = std::get_if<any_draw>(&element_);
        return found ? *found : any_draw{};
    }

    /// Parameters as they stand in a pipeline's parentheses, "40, min_keep=2" or "min_keep=2"; what is not spoken of stays as it is. false,
    /// and nothing changes, where error() says why. Throws std::bad_alloc.
    bool set(std::string_view parameters, const text::names& known = {}) {
        if (!kind_) return false;
        text::reader in(parameters, known);
        const auto lists = std::make_shared<text::memory>();
        text::element next = element_;
        std::uint32_t given = given_;
        if (text::detail::read_parameters(in, *lists, *kind_, next, given, [](text::reader& at) { return at.at_end(); })) {
            if (!in.at_end()) in.expected("',' or the end");
            const std::string_view wanted = std::visit([](const auto& e) { return e.fault(); }, next);
            if (in.good() && !wanted.empty()) in.fail(1, std::string(wanted));
        }
        error_ = in.wrong();
        if (!in.good()) return false;
        if (!lists->empty()) lists_.push_back(lists);
        element_ = next;
        given_ = given;
        look_for_missing();
        return true;
    }
    /// A parameter's value as text; empty where there is none of the name.
    std::string get(std::string_view parameter) const {
        for (std::size_t i = 0; kind_ && i < kind_->parameters.size(); ++i)
            if (kind_->parameters[i].name == parameter) return text::detail::written(*kind_, element_, i);
        return {};
    }
    /// As it stands in the text of a pipeline.
    std::string text() const { return to_text(element_); }

    friend named by_name(std::string_view name);

private:
    void look_for_missing() {
        const std::string_view name = text::detail::missing(*kind_, element_, given_);
        if (!name.empty()) error_ = {1, std::string(kind_->name) + " needs '" + std::string(name) + "'"};
    }

    const text::kind* kind_ = nullptr;
    text::element element_;
    std::uint32_t given_ = 0;
    text::error error_;
    std::vector<std::shared_ptr<const text::memory>> lists_;  // of every set() that had some
};

/// The stage or draw of a name: of its type, as in a pipeline's text. Throws std::bad_alloc.
inline named by_name(std::string_view name) {
    named found;
    found.kind_ = text::find_kind(name);
    if (found.kind_) {
        found.element_ = found.kind_->initial();
        found.look_for_missing();
    } else {
        found.error_ = {1, text::detail::no_such_name(name)};
    }
    return found;
}

}  // namespace argdraw
