// playground — what the page calls beside the C door: what stages and draws there are, a pipeline's stages one by one, and the example model.
//
// Compiled for WebAssembly. Strings that are returned are UTF-8, stay until the next call of the same function, and are not freed.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <argdraw/c/argdraw.inl>

#include <argdraw/text/by_name.hpp>
#include <argdraw/text/values.hpp>

#include "../generate/tokenizer.hpp"
#include "../generate/transformer.hpp"

#define PLAYGROUND_CALL(name) extern "C" __attribute__((export_name(name)))

namespace {

using namespace argdraw;

// ---- JSON ----------------------------------------------------------------------------------------------------------------------

std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out += '\\';
        if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// An object or a list, put together item by item.
class items {
public:
    items(char begin, char end) : text_(1, begin), end_(end) {}
    items& add(const std::string& item) {
        text_ += (text_.size() > 1 ? "," : "") + item;
        return *this;
    }
    items& add(std::string_view key, const std::string& value) { return add(quoted(key) + ":" + value); }
    std::string text() const { return text_ + end_; }

private:
    std::string text_;
    char end_;
};

// ---- stages and draws ------------------------------------------------------------------------------------------------------------

/// What stands in a parameter: a number, a whole one, the id of a token, a row of logits, another list, or one of some words.
struct form {
    std::string_view what = "list";
    void (*add_words)(items&) = nullptr;
};

template <class S, class M>
constexpr form form_of(std::string_view name) {
    if constexpr (std::same_as<M, float>) return {"number"};
    else if constexpr (requires { text::words_for<M>::all; })
        return {"word", [](items& out) {
                    for (const auto& each : text::words_for<M>::all) out.add(quoted(each.first));
                }};
    else if constexpr (std::same_as<M, row_view<float>>) return {"row"};
    else if constexpr (std::integral<M>) {
        return {name == text::description<S>::token ? "token" : "whole"};
    } else return {};
}
template <class S>
constexpr auto forms_of() {
    std::array<form, text::detail::count_parameters<S>()> all{};
    S s = text::detail::initial<S>();
    std::size_t n = 0;
    text::description<S>::members(s, [&]<class M>(std::string_view name, M&, std::string_view, bool) { all[n++] = form_of<S, M>(name); });
    return all;
}
template <class S>
constexpr auto forms = forms_of<S>();

/// In the order of text::kinds.
template <class... S, class... D>
constexpr auto list_forms(text::types<S...>, text::types<D...>) {
    return std::array{std::span<const form>(forms<S>)..., std::span<const form>(forms<D>)...};
}
constexpr auto all_forms = list_forms(text::all_stages{}, text::all_draws{});

/// Where a slider goes from and to: the values that are taken, as far as they make a difference. An end that has none is left out.
void add_range(items& out, const text::kind& what, const text::element& example, std::size_t which) {
    constexpr std::array<std::string_view, 13> ladder{"-100", "-1", "0", "0.01", "0.25", "0.5", "0.99", "1", "1.5", "2", "3", "5", "100"};
    std::array<bool, ladder.size()> valid{}, acts{};
    for (std::size_t i = 0; i < ladder.size(); ++i) {
        text::element changed = example;
        text::memory lists;
        const text::names none;
        text::reader in(ladder[i], none);
        valid[i] = what.read(in, lists, changed, which) && std::visit([](const auto& e) { return e.fault().empty(); }, changed);
        const auto* const stage = std::get_if<any_stage>(&changed);
        acts[i] = valid[i] && !(stage && stage->neutral());
    }
    std::size_t first = 0, last = ladder.size() - 1;
    while (first < last && !valid[first]) ++first;
    while (last > first && !valid[last]) --last;
    // Of what makes no difference one value is enough.
    while (first < last && !acts[first] && !acts[first + 1] && ladder[first][0] == '-') ++first;
    while (last > first && !acts[last] && !acts[last - 1]) --last;
    if (first > 0) out.add("from", std::string(ladder[first]));
    if (last + 1 < ladder.size()) out.add("to", std::string(ladder[last]));
}

std::string parameters_of(const text::kind& what, std::span<const form> forms) {
    const text::element fresh = what.initial();
    text::element example = fresh;
    text::memory lists;
    const text::names none;
    text::reader in(what.example, none);
    std::uint32_t given = 0;
    text::detail::read_parameters(in, lists, what, example, given, [](text::reader& at) { return at.at_end(); });

    items all('[', ']');
    for (std::size_t i = 0; i < what.parameters.size(); ++i) {
        const text::parameter& each = what.parameters[i];
        items one('{', '}');
        one.add("name", quoted(each.name)).add("meaning", quoted(each.meaning)).add("kind", quoted(forms[i].what));
        one.add("must", each.must_be_given ? "true" : "false");
        one.add("default", quoted(text::detail::written(what, fresh, i))).add("example", quoted(text::detail::written(what, example, i)));
        if (forms[i].add_words) {
            items words('[', ']');
            forms[i].add_words(words);
            one.add("words", words.text());
        }
        if (forms[i].what == "number" || forms[i].what == "whole") add_range(one, what, example, i);
        all.add(one.text());
    }
    return all.text();
}

void add_element(items& out, const text::element& of) {
    for (const text::kind& what : text::kinds) {
        if (!what.holds(of)) continue;
        items values('[', ']');
        for (std::size_t i = 0; i < what.parameters.size(); ++i) values.add(quoted(text::detail::written(what, of, i)));
        out.add(items('{', '}').add("name", quoted(what.name)).add("values", values.text()).text());
    }
}

// ---- the model -------------------------------------------------------------------------------------------------------------------

struct storyteller {
    generate::transformer model;
    generate::tokenizer words;
    Eigen::VectorXf logits;
    std::vector<int> prompt;
    int previous = 0;

    storyteller(generate::file_bytes weights, generate::file_bytes pieces)
        : model(std::move(weights)), words(std::move(pieces), model.shape().vocabulary) {}
};

std::unique_ptr<storyteller> teller;

std::vector<char> copied(const char* bytes, std::size_t count) { return {bytes, bytes + count}; }

}  // namespace

/// Stages, then draws: [{name, meaning, group, draw, parameters: [{name, meaning, kind, must, default, example, words, from, to}]}].
PLAYGROUND_CALL("playground_elements") const char* playground_elements() {
    static std::string out;
    items all('[', ']');
    for (std::size_t i = 0; i < text::kinds.size(); ++i) {
        const text::kind& what = text::kinds[i];
        items one('{', '}');
        one.add("name", quoted(what.name)).add("meaning", quoted(what.meaning)).add("group", quoted(what.group));
        all.add(one.add("draw", what.is_draw ? "true" : "false").add("parameters", parameters_of(what, all_forms[i])).text());
    }
    out = all.text();
    return out.c_str();
}

/// The stages and the draw of a pipeline: [{name, values: [text, ...]}].
PLAYGROUND_CALL("playground_read") const char* playground_read(const argdraw_pipeline* pipeline) {
    static std::string out;
    items all('[', ']');
    const auto& stages = pipeline->held->pick.get<0>();
    for (std::size_t i = 0; i < stages.size(); ++i) add_element(all, stages[i].viewed());
    add_element(all, pipeline->held->pick.get<1>());
    out = all.text();
    return out.c_str();
}

/// The number of tokens that the model knows. Bytes that are no checkpoint or no tokenizer end the program.
PLAYGROUND_CALL("playground_open")
int playground_open(const char* model, std::size_t model_size, const char* tokenizer, std::size_t tokenizer_size) {
    teller = std::make_unique<storyteller>(generate::file_bytes("model", copied(model, model_size)),
                                           generate::file_bytes("tokenizer", copied(tokenizer, tokenizer_size)));
    return static_cast<int>(teller->words.size());
}

/// How many tokens a text has, the beginning of a text included: playground_tokens() are they.
PLAYGROUND_CALL("playground_encode") int playground_encode(const char* text, std::size_t size) {
    teller->prompt = teller->words.encode({text, size}, true);
    return static_cast<int>(teller->prompt.size());
}
PLAYGROUND_CALL("playground_tokens") const int* playground_tokens() { return teller->prompt.data(); }

/// Goes back to where so many tokens were read. How many the model reads at most.
PLAYGROUND_CALL("playground_rewind") int playground_rewind(int position) {
    teller->model.rewind(position);
    return static_cast<int>(teller->model.shape().context);
}
/// Reads a token; the logits of the next. Needs a token of the vocabulary and room in the context.
PLAYGROUND_CALL("playground_step") const float* playground_step(int id) {
    teller->model.step(id, teller->logits);
    teller->previous = id;
    return teller->logits.data();
}
/// What a token is, in letters: behind the one that was read last.
PLAYGROUND_CALL("playground_piece") const char* playground_piece(int id) {
    static std::string out;
    out = teller->words.decode(teller->previous, id);
    return out.c_str();
}

/// This machine throws nothing: what would be thrown ends the program, and the page says so.
extern "C" [[noreturn]] void __cxa_throw(void*, void*, void (*)(void*)) { std::abort(); }
extern "C" void* __cxa_allocate_exception(std::size_t) noexcept { std::abort(); }
