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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    const parsed found = parse(source);
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
