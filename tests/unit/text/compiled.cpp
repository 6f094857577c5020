// compiled — stages that this file has not compiled: they are the same types and the same code as where they were written out.
#include <argdraw/text/compiled.hpp>

#include <vector>

#include <argdraw/draws.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/chain.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/text/pipeline.hpp>
#include "catch.hpp"

using namespace argdraw;

TEST_CASE("compiled elsewhere: a stage from a name is of the type that this file knows, and the other way round") {
    const any_stage named_one = by_name("top_k").stage(), written = top_k{50};
    REQUIRE(named_one.get_if<top_k>() != nullptr);
    CHECK(named_one.get_if<top_k>()->k == top_k{}.k);
    CHECK(named_one.get_if<top_p>() == nullptr);
    CHECK(to_text(written) == "top_k(50)");
    CHECK(by_name("mirostat").draw().get_if<mirostat>() != nullptr);
    CHECK(to_text(any_draw(mirostat{3})) == "mirostat(3)");
}

TEMPLATE_TEST_CASE("compiled elsewhere: pipelines from text and written out draw the same tokens", "", float, double, half, bfloat16) {
    std::vector<TestType> row;
    for (int i = 0; i < 3000; ++i) row.push_back(static_cast<TestType>(static_cast<float>((i * 7919) % 3001) / 200.0f));
    const parsed from_text = parse("top_k(40) | min_p(0.05) | temperature(0.8) | categorical");
    REQUIRE(from_text);
    const pipeline chosen{chain{top_k{40}, min_p{0.05f}, temperature{0.8f}}, any_draw{categorical{}}};
    CHECK(from_text.pick == chosen);
    const sampler written_out{top_k{40}, min_p{0.05f}, temperature{0.8f}, categorical{}};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        philox a(seed), b(seed), c(seed);
        const token_id expected = written_out(row, a).id;
        CHECK(from_text.pick(row, b).id == expected);
        CHECK(chosen(row, c).id == expected);
    }
}
