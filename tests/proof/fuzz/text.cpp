// Any bytes as the text of a pipeline: a pipeline that is written and read again as the same, and draws; or a sentence about a column of the text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include "input.hpp"

using namespace argdraw;
using fuzz::require;

namespace {

// Names and texts in quotes, whose tokens are their bytes.
const text::names& known() {
    static const std::vector<token_id> stop{1, 2};
    static const std::vector<std::uint32_t> mask{0xff};
    static const std::vector<float> other(8, 0.5f);
    static const text::names all = [] {
        text::names some;
        some.add("stop", stop);
        some.add("mask", mask);
        some.add("other", other);
        some.tokens = [](std::string_view said) { return std::vector<token_id>(said.begin(), said.end()); };
        return some;
    }();
    return all;
}

// The bytes as parameters of a stage or draw that they choose: set, and set again from what they have become.
void set(std::string_view source) {
    if (source.empty()) return;
    named one = by_name(text::kinds[static_cast<std::uint8_t>(source[0]) % text::kinds.size()].name);
    const std::string before = one.text();
    if (!one.set(source.substr(1), known())) {
        require(one.error().column <= source.size(), "the column is one of the parameters, or their end");
        require(!one.error().sentence.empty() && one.text() == before, "what is wrong has a sentence and changes nothing");
        return;
    }
    const std::string after = one.text();
    const std::size_t open = after.find('(');
    named again = by_name(one.kind()->name);
    if (open != std::string::npos) require(again.set(after.substr(open + 1, after.size() - open - 2)), "what was set can be set");
    require(again.text() == after || !again, "to the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    set(source);
    const parsed found = parse(source, known());
    if (!found) {
        require(found.error.column <= size + 1, "the column is one of the text, or its end");
        require(!found.error.sentence.empty(), "an error has a sentence");
        return 0;
    }
    require(static_cast<bool>(found.pick.check()), "what is parsed is in its ranges");
    const std::string canonical = to_text(found.pick);
    const parsed again = parse(canonical);
    require(static_cast<bool>(again), "the canonical text is one");
    require(to_text(again.pick) == canonical, "and its own");
    const std::vector<float> row{1, 5, 2, -3, 0.5f, 4, 4, 2};
    auto a = found.pick.start({.seed = 1}), b = again.pick.start({.seed = 1});
    const drawn x = found.pick(row, a), y = again.pick(row, b);
    require(x.id == y.id && x.why == y.why, "both draw the same");
    return 0;
}
