// values — a parameter as text, and text as a parameter.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <argdraw/core/bias.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/list.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/phrases.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/stages.hpp>
#include <argdraw/text/names.hpp>
#include <argdraw/text/reader.hpp>

namespace argdraw::inline ARGDRAW_ABI::text {

/// The lists that a text has, for the stages that see them. What is in it does not move when more comes.
class memory {
public:
    template <class T>
    std::span<const T> keep(std::vector<T> items) {
        auto& all = of(static_cast<T*>(nullptr));
        all.push_back(std::move(items));
        return all.back();
    }
    const phrases& keep(phrases all) { return lists_.emplace_back(std::move(all)); }
    bool empty() const noexcept {
        return ids_.empty() && words_.empty() && rows_.empty() && biases_.empty() && phrases_.empty() && biased_.empty() && lists_.empty();
    }

private:
    std::deque<std::vector<token_id>>& of(token_id*) noexcept { return ids_; }
    std::deque<std::vector<std::uint32_t>>& of(std::uint32_t*) noexcept { return words_; }
    std::deque<std::vector<float>>& of(float*) noexcept { return rows_; }
    std::deque<std::vector<token_bias>>& of(token_bias*) noexcept { return biases_; }
    std::deque<std::vector<std::span<const token_id>>>& of(std::span<const token_id>*) noexcept { return phrases_; }
    std::deque<std::vector<biased_sequence>>& of(biased_sequence*) noexcept { return biased_; }

    std::deque<std::vector<token_id>> ids_;
    std::deque<std::vector<std::uint32_t>> words_;
    std::deque<std::vector<float>> rows_;
    std::deque<std::vector<token_bias>> biases_;
    std::deque<std::vector<std::span<const token_id>>> phrases_;
    std::deque<std::vector<biased_sequence>> biased_;
    std::deque<phrases> lists_;
};

/// The words that stand for the values of an enumeration.
template <class E>
struct words_for;
template <>
struct words_for<ties> {
    static constexpr std::array all{std::pair{std::string_view("first"), ties::first}, std::pair{std::string_view("all"), ties::all}};
};
template <>
struct words_for<scope> {
    static constexpr std::array all{std::pair{std::string_view("output"), scope::output},
                                    std::pair{std::string_view("prompt"), scope::prompt}, std::pair{std::string_view("both"), scope::both}};
};
template <>
struct words_for<past_end> {
    static constexpr std::array all{std::pair{std::string_view("ban"), past_end::ban}, std::pair{std::string_view("keep"), past_end::keep}};
};

// ---- text to values ----------------------------------------------------------------------------------------------------------

inline bool read(reader& in, memory&, float& out) { return in.number(out); }
template <std::integral N>
bool read(reader& in, memory&, N& out) {
    return in.whole(out);
}
template <class E>
    requires requires { words_for<E>::all; }
bool read(reader& in, memory&, E& out) {
    const std::size_t column = in.column();
    const std::string_view word = in.name();
    std::string all;
    for (const auto& [name, value] : words_for<E>::all) {
        if (word == name) {
            out = value;
            return true;
        }
        all += (all.empty() ? "" : " or ") + std::string(name);
    }
    return in.fail(column, "expected " + all + ", found " + in.quoted_at(column));
}

/// The tokens of a text in quotes.
inline bool read_tokens(reader& in, std::vector<token_id>& out) {
    const std::size_t column = in.column();
    std::string said;
    if (!in.quoted_text(said)) return false;
    if (!in.given().tokens) return in.fail(column, "a text in quotes is for where there is a tokenizer; here tokens are numbers");
    out = in.given().tokens(said);
    return !out.empty() || in.fail(column, in.quoted_at(column + 1) + " has no tokens here");
}
/// An id, as a number or as the text of its token.
inline bool read_token(reader& in, token_id& out) {
    if (!in.next_is_quote()) return in.whole(out);
    const std::size_t column = in.column();
    std::vector<token_id> ids;
    if (!read_tokens(in, ids)) return false;
    out = ids.front();
    return ids.size() == 1 || in.fail(column, "a text of one token is wanted, and this one has " + std::to_string(ids.size()));
}

/// [item, item]: each read by one(item).
template <class T, class F>
bool read_items(reader& in, std::vector<T>& out, F one) {
    if (!in.want('[')) return false;
    if (in.take(']')) return true;
    do {
        T item{};
        if (!one(item)) return false;
        out.push_back(item);
    } while (in.take(','));
    return in.take(']') || in.expected("',' or ']'");
}
/// A list of the caller's, by its name.
template <nameable T>
bool read_named(reader& in, std::span<const T>& out) {
    const std::size_t column = in.column();
    const std::string_view name = in.name();
    if (const auto* const found = in.given().find<T>(name)) {
        out = *found;
        return true;
    }
    const std::string_view close = nearest(name, in.given().all<T>());
    return in.fail(column, "expected '[' or the name of a list, found " + in.quoted_at(column) +
                               (close.empty() ? std::string() : "; nearest is '" + std::string(close) + "'"));
}
/// A sequence of ids: a text in quotes, or a list.
inline bool read_sequence(reader& in, memory& kept, std::span<const token_id>& out) {
    if (!in.next_is_quote() && in.next_is_letter()) return read_named(in, out);
    std::vector<token_id> ids;
    if (!(in.next_is_quote() ? read_tokens(in, ids) : read_items(in, ids, [&](token_id& id) { return read_token(in, id); }))) return false;
    out = kept.keep(std::move(ids));
    return true;
}
template <class T>
bool read_list(reader& in, memory& kept, std::span<const T>& out) {
    if constexpr (nameable<T>)
        if (in.next_is_letter()) return read_named(in, out);
    std::vector<T> items;
    const bool good = read_items(in, items, [&](T& item) {
        if constexpr (std::same_as<T, token_id>) {
            return read_token(in, item);
        } else if constexpr (std::same_as<T, token_bias>) {
            return read_token(in, item.id) && in.want(':') && in.number(item.b);
        } else if constexpr (std::same_as<T, std::span<const token_id>>) {
            return read_sequence(in, kept, item);
        } else if constexpr (std::same_as<T, biased_sequence>) {
            std::span<const token_id> ids;
            if (!read_sequence(in, kept, ids) || !in.want(':')) return false;
            item.sequence = ids;
            return in.number(item.b);
        } else {
            return read(in, kept, item);
        }
    });
    if (good) out = kept.keep(std::move(items));
    return good;
}
template <class T>
bool read(reader& in, memory& kept, view_of<T>& out) {
    std::span<const T> items;
    if (!read_list(in, kept, items)) return false;
    out = items;
    return true;
}
/// [1, [2, 3], 'a text']: ids, lists of ids, and the tokens of texts; or the name of a list of ids. Where each is one token, they are seen
/// as ids.
inline bool read(reader& in, memory& kept, phrases_view& out) {
    if (in.next_is_letter()) {
        std::span<const token_id> ids;
        if (!read_named(in, ids)) return false;
        out = ids;
        return true;
    }
    bool single = true;
    std::vector<std::vector<token_id>> items;
    const auto one = [&](std::vector<token_id>& item) {
        bool good = true;
        if (in.next_is('[')) good = read_items(in, item, [&](token_id& id) { return read_token(in, id); });
        else if (in.next_is_quote()) good = read_tokens(in, item);
        else good = in.whole(item.emplace_back());
        single = single && item.size() == 1;
        return good;
    };
    if (!read_items(in, items, one)) return false;
    phrases all;
    std::vector<token_id> ids;
    for (const auto& item : items) {
        if (single) ids.push_back(item[0]);
        else all.add(item);
    }
    if (single) out = kept.keep(std::move(ids));
    else out = kept.keep(std::move(all));
    return true;
}
inline bool read(reader& in, memory& kept, row_view<float>& out) {
    std::span<const float> items;
    if (!read_list(in, kept, items)) return false;
    out = items;
    return true;
}
template <class T>
bool read(reader& in, memory& kept, list<T>& out) {
    std::span<const T> items;
    if (!read_list(in, kept, items)) return false;
    out = list<T>(view_of<T>(items));
    return true;
}

// ---- values to text ----------------------------------------------------------------------------------------------------------

template <class N>
    requires std::integral<N> || std::same_as<N, float>
void write(std::string& out, N value) {
    std::array<char, 40> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}
template <class E>
    requires requires { words_for<E>::all; }
void write(std::string& out, E value) {
    for (const auto& [name, each] : words_for<E>::all)
        if (each == value) out += name;
}
template <class T>
void write(std::string& out, std::span<const T> items) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ", ";
        const T& item = items[i];
        if constexpr (std::same_as<T, token_bias>) {
            write(out, item.id);
            out += ": ";
            write(out, item.b);
        } else if constexpr (std::same_as<T, biased_sequence>) {
            write(out, std::span<const token_id>(item.sequence));
            out += ": ";
            write(out, item.b);
        } else if constexpr (std::convertible_to<const T&, std::span<const token_id>>) {
            write(out, std::span<const token_id>(item));
        } else if constexpr (logit_scalar<T>) {
            write(out, static_cast<float>(item));
        } else {
            write(out, item);
        }
    }
    out += ']';
}
template <class T>
void write(std::string& out, const view_of<T>& items) {
    write(out, std::span<const T>(items));
}
/// As ids where each phrase is one, else as lists.
inline void write(std::string& out, const phrases_view& all) {
    bool single = true;
    std::vector<std::span<const token_id>> lists;
    for (std::size_t i = 0; i < all.size(); ++i) {
        lists.push_back(all[i]);
        single = single && all[i].size() == 1;
    }
    if (single) write(out, all.ids());
    else write(out, std::span<const std::span<const token_id>>(lists));
}
inline void write(std::string& out, const row_view<float>& items) { write(out, std::span<const float>(items)); }
template <class T, std::size_t N>
void write(std::string& out, const list<T, N>& items) {
    write(out, items.items());
}

}  // namespace argdraw::text
