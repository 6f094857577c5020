// json — recipes from JSON: generation_config.json, and requests in the style of llama.cpp's server, vLLM and OpenAI. The one header that
// needs nlohmann's (Debian: nlohmann-json3-dev), and no other of argdraw includes it.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <argdraw/core/bias.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/recipes/llama_cpp.hpp>
#include <argdraw/recipes/loading.hpp>
#include <argdraw/recipes/texts.hpp>
#include <argdraw/recipes/transformers.hpp>
#include <argdraw/recipes/vllm.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

namespace detail {

/// Reads the value of a key into the member of a recipe that has it.
template <class R>
class json_reader {
public:
    using json = nlohmann::json;

    json_reader(std::string_view key, const texts& by) : key_(key), by_(by) {}

    fault read(const json& from, bool& to) const {
        if (!from.is_boolean()) return is_no(key_, shown(from), "true or false");
        to = from.get<bool>();
        return {};
    }
    template <class N>
        requires(std::is_arithmetic_v<N> && !std::same_as<N, bool>)
    fault read(const json& from, N& to) const {
        if (from.is_number_unsigned()) return put(key_, shown(from), file_number::of(from.get<std::uint64_t>()), to);
        if (from.is_number_integer()) return put(key_, shown(from), file_number::of(from.get<std::int64_t>()), to);
        if (from.is_number_float()) return put(key_, shown(from), file_number::of(from.get<double>()), to);
        return is_no(key_, shown(from), std::is_integral_v<N> ? "a whole number" : "a number");
    }
    template <class T>
    fault read(const json& from, std::optional<T>& to) const {
        T value{};
        fault wrong = read(from, value);
        if (!wrong) to = std::move(value);
        return wrong;
    }
    /// A list of ids may be one id.
    fault read(const json& from, std::vector<token_id>& to) const {
        if (from.is_number()) return read(from, to.emplace_back());
        return read_list(from, to, "an id or a list of ids");
    }
    fault read(const json& from, std::vector<std::vector<token_id>>& to) const {
        if (!from.is_array()) return is_no(key_, shown(from), "a list");
        for (const json& each : from) {
            if (each.is_string()) {
                if (fault wrong = read_text(each, to)) return wrong;
            } else if (!each.is_array()) {
                return is_no(key_, shown(each), "a list of ids or a text");
            } else if (fault wrong = read_list(each, to.emplace_back(), "a list of ids")) {
                return wrong;
            }
        }
        return {};
    }
    /// {"id": bias}; of llama.cpp also [[id, bias]], texts in the place of ids, and false in that of -inf.
    fault read(const json& from, std::vector<token_bias>& to) const {
        constexpr bool lenient = std::same_as<R, llama_cpp>;
        if (from.is_object()) {
            for (const auto& [id, bias] : from.items()) {
                token_id number = 0;
                const auto [end, why] = std::from_chars(id.data(), id.data() + id.size(), number);
                const bool is_id = !id.empty() && why == std::errc{} && end == id.data() + id.size();
                if (!is_id && !lenient) return is_no(key_, "{\"" + printable(id) + "\": ...}", "a map of ids");
                if (fault wrong = is_id ? add_bias(number, bias, to) : add_biases(id, bias, to)) return wrong;
            }
            return {};
        }
        if (!lenient || !from.is_array()) return is_no(key_, shown(from), "a map of ids to biases");
        for (const json& each : from) {
            if (!each.is_array() || each.size() != 2) return is_no(key_, shown(each), "a pair of id and bias");
            if (each[0].is_string()) {
                if (fault wrong = add_biases(each[0].get_ref<const std::string&>(), each[1], to)) return wrong;
            } else {
                token_id number = 0;
                if (fault wrong = read(each[0], number)) return wrong;
                if (fault wrong = add_bias(number, each[1], to)) return wrong;
            }
        }
        return {};
    }
    /// [[[ids], bias]]
    fault read(const json& from, std::vector<sequence_with_bias>& to) const {
        if (!from.is_array()) return is_no(key_, shown(from), "a list");
        for (const json& each : from) {
            if (!each.is_array() || each.size() != 2) return is_no(key_, shown(each), "a pair of ids and bias");
            auto& [sequence, b] = to.emplace_back();
            if (fault wrong = read_list(each[0], sequence, "a list of ids")) return wrong;
            if (fault wrong = read(each[1], b)) return wrong;
        }
        return {};
    }
    fault read(const json& from, length_penalty& to) const {
        if (!from.is_array() || from.size() != 2) return is_no(key_, shown(from), "a pair of start and factor");
        fault wrong = read(from[0], to.start);
        return wrong ? wrong : read(from[1], to.factor);
    }
    /// A list of names, or a text of letters.
    fault read(const json& from, std::vector<llama_cpp_sampler>& to) const {
        llama_cpp order;
        fault wrong;
        if (from.is_string()) {
            wrong = order.order_of_letters(from.get_ref<const std::string&>());
        } else if (from.is_array()) {
            std::string names;
            for (const json& each : from) {
                if (!each.is_string()) return is_no(key_, shown(each), "the name of a sampler");
                names += (names.empty() ? "" : ";") + each.get_ref<const std::string&>();
            }
            wrong = order.order(names);
        } else {
            return is_no(key_, shown(from), "a list of names, or a text of letters");
        }
        if (!wrong) to = std::move(order.samplers);
        return wrong;
    }

    /// A value in a sentence: lists and maps by their kind, texts up to 64 bytes.
    static std::string shown(const json& value) {
        if (value.is_array()) return "[...]";
        if (value.is_object()) return "{...}";
        if (value.is_string()) return "\"" + printable(value.get_ref<const std::string&>()) + "\"";
        return value.dump();
    }

private:
    template <class T>
    fault read_list(const json& from, std::vector<T>& to, std::string_view what) const {
        if (!from.is_array()) return is_no(key_, shown(from), what);
        for (const json& each : from)
            if (fault wrong = read(each, to.emplace_back())) return wrong;
        return {};
    }

    fault needs_texts(std::string_view shown) const {
        return bad_parameter(std::string(key_) + " = " + std::string(shown) + " is a text, and there is no tokenizer for it");
    }
    fault read_text(const json& from, std::vector<std::vector<token_id>>& to) const {
        if (!by_.ids) return needs_texts(shown(from));
        const auto& text = from.get_ref<const std::string&>();
        auto sequences = std::same_as<R, llama_cpp> ? breakers_of(text, by_) : bad_words_of(text, by_);
        if (sequences.empty() && !std::same_as<R, llama_cpp>) return is_no(key_, shown(from), "a text with a token");
        to.insert(to.end(), std::make_move_iterator(sequences.begin()), std::make_move_iterator(sequences.end()));
        return {};
    }
    fault add_bias(token_id id, const json& bias, std::vector<token_bias>& to) const {
        float b = 0;
        if (std::same_as<R, llama_cpp> && bias.is_boolean() && !bias.get<bool>()) b = -std::numeric_limits<float>::infinity();
        else if (fault wrong = read(bias, b)) return wrong;
        to.push_back({id, b});
        return {};
    }
    fault add_biases(const std::string& text, const json& bias, std::vector<token_bias>& to) const {
        if (!by_.ids) return needs_texts("\"" + printable(text) + "\"");
        for (const token_id id : by_.ids(text))
            if (fault wrong = add_bias(id, bias, to)) return wrong;
        return {};
    }

    std::string_view key_;
    const texts& by_;
};

/// A value into the member of its key. null is None to transformers, and to the others as if the key were absent.
template <class R, class T>
fault read_member(std::string_view key, const nlohmann::json& from, T& to, const texts& by) {
    if (from.is_null()) {
        if constexpr (std::same_as<R, transformers>) to = T{};
        return {};
    }
    T fresh{};
    fault wrong = json_reader<R>(key, by).read(from, fresh);
    if (!wrong) to = std::move(fresh);
    return wrong;
}

/// What an engine's requests say by more than one key, or by values that stand for others.
template <class R>
fault read_special(const nlohmann::json& from, R& to) {
    if constexpr (std::same_as<R, llama_cpp>) {
        if (to.dry_base < 1) to.dry_base = R{}.dry_base;
    } else if constexpr (std::same_as<R, vllm>) {
        // In a chat, logprobs says whether, and top_logprobs how many.
        const auto whether = from.find("logprobs"), many = from.find("top_logprobs");
        if (whether == from.end() || !whether->is_boolean()) return {};
        to.logprobs = std::nullopt;
        if (!whether->template get<bool>()) return {};
        to.logprobs = 0;
        if (many != from.end()) return read_member<R>("top_logprobs", *many, to.logprobs, {});
    }
    return {};
}
template <class R>
bool is_special(std::string_view key, const nlohmann::json& value) {
    return std::same_as<R, vllm> && (key == "top_logprobs" || (key == "logprobs" && value.is_boolean()));
}

}  // namespace detail

/// A recipe from the members of an object. Keys are those of the engine's requests and files; a key that is absent leaves what the recipe has,
/// one that the recipe has not is listed. A value of another type, or out of its range, is a fault that names key, value and range; then
/// the recipe is as it was. Throws std::bad_alloc, and what the functions of `by` throw.
template <class R, std::same_as<nlohmann::json> J>
loaded load_json(R& recipe, const J& from, const texts& by = {}) {
    loaded result;
    if (!from.is_object()) {
        result.wrong = bad_parameter(detail::json_reader<R>::shown(from) + " is not an object of keys and values");
        return result;
    }
    R copy = recipe;
    for (auto each = from.begin(); each != from.end(); ++each) {
        const std::string& key = each.key();
        const J& value = each.value();
        bool known = detail::is_special<R>(key, value);
        R::fields(copy, [&](const field& of, auto& member) {
            if (known || of.key() != key) return;
            known = true;
            if (!result.wrong) result.wrong = detail::read_member<R>(of.key(), value, member, by);
        });
        if (!known) result.unknown.push_back(key);
    }
    if (!result.wrong) result.wrong = detail::read_special(from, copy);
    if (!result.wrong) result.wrong = check_fields(copy, true);
    if (!result.wrong) recipe = std::move(copy);
    return result;
}

/// The same from text. Wrong JSON is a fault that says where.
template <class R>
loaded load_json(R& recipe, std::string_view text, const texts& by = {}) {
    nlohmann::json from;
    try {
        from = nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& wrong) {
        const std::string_view what = wrong.what();  // "[json.exception.parse_error.101] parse error at ..."
        const std::string_view sentence = what.substr((std::min)(what.find("] ") + 2, what.size()));
        loaded result;
        result.wrong = bad_parameter("the JSON is wrong: " + std::string(sentence.substr(0, 200)));
        return result;
    }
    return load_json(recipe, from, by);
}

}  // namespace argdraw::recipes
