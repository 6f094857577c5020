// names — what a text may speak of beside its own numbers: lists of the caller's by their names, and tokens as texts in quotes.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::text {

/// What a list with a name may hold.
template <class T>
concept nameable = std::same_as<T, token_id> || std::same_as<T, std::uint32_t> || std::same_as<T, float>;

/// What the caller of parse() has, and a text may name:
///
///     text::names known;
///     known.add("grammar", mask);        // allow(grammar, ban)
///     known.add("unprompted", row);      // guidance(unprompted, 1.5)
///     known.tokens = [&](std::string_view said) { return tokenizer.encode(said); };   // ban([" cat"]), bad_words(["big dog"])
///
/// A name stands for its list where a list of its kind may stand: ids, words of a mask, or a row. The pipeline sees the caller's own
/// memory, so that a mask or a row may change from token to token, and has to outlive it. A text in quotes stands for its tokens: for one
/// where an id stands, for all of them where a sequence of ids does.
class names {
public:
    void add(std::string name, std::span<const token_id> ids) { keep(std::move(name), ids); }
    void add(std::string name, std::span<const std::uint32_t> words) { keep(std::move(name), words); }
    void add(std::string name, std::span<const float> row) { keep(std::move(name), row); }

    /// The tokens of a text; none where it is not one of the vocabulary.
    std::function<std::vector<token_id>(std::string_view)> tokens;

    /// The list of this name, or nullptr.
    template <nameable T>
    const std::span<const T>* find(std::string_view name) const noexcept {
        for (const auto& [each, list] : std::get<named<T>>(lists_))
            if (each == name) return &list;
        return nullptr;
    }
    template <nameable T>
    std::vector<std::string_view> all() const {
        std::vector<std::string_view> every;
        for (const auto& each : std::get<named<T>>(lists_)) every.push_back(each.first);
        return every;
    }

private:
    template <class T>
    using named = std::vector<std::pair<std::string, std::span<const T>>>;

    template <class T>
    void keep(std::string name, std::span<const T> list) {
        std::get<named<T>>(lists_).emplace_back(std::move(name), list);
    }

    std::tuple<named<token_id>, named<std::uint32_t>, named<float>> lists_;
};

}  // namespace argdraw::text
