#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include "catch.hpp"
#include "text/random_text.hpp"

using namespace argdraw;

namespace {

std::string wrong(std::string_view source) {
    const parsed found = parse(source);
    return found ? "nothing" : std::to_string(found.error.column) + ": " + found.error.sentence;
}

std::string again(std::string_view source) {
    const parsed found = parse(source);
    if (!found) return wrong(source);
    return to_text(found.pick);
}

}  // namespace

TEST_CASE("text: the pipeline that is written out, and the one that is read") {
    const std::string source = "penalties(repetition=1.1, window=64) | top_k(40) | top_p(.95) | temperature(.8) | categorical";
    const parsed found = parse(source);
    REQUIRE(found);
    CHECK(to_text(found.pick) == "penalties(1.1, window=64) | top_k(40) | top_p(0.95) | temperature(0.8) | categorical");
    const sampler written{penalties{.repetition = 1.1f, .window = 64}, top_k{40}, top_p{.95f}, temperature{.8f}, categorical{}};
    auto a = written.start({.seed = 4});
    auto b = found.pick.start({.seed = 4});
    std::mt19937 random(1);
    std::vector<float> row(2000);
    for (int step = 0; step < 200; ++step) {
        for (float& l : row) l = static_cast<float>(random() % 1000) / 100.0f;
        const drawn x = written(row, a), y = found.pick(row, b);
        REQUIRE(x);
        CHECK(x.id == y.id);
        CHECK(x.logprob == y.logprob);
        REQUIRE(a.accept(x.id) == status::ok);
        REQUIRE(b.accept(y.id) == status::ok);
    }
}

TEST_CASE("text: every way to write a value") {
    CHECK(again("greedy") == "greedy");
    CHECK(again("  greedy( ) ") == "greedy");
    CHECK(again("top_k(40,equals=all)|greedy") == "top_k(40, equals=all) | greedy");
    CHECK(again("top_k(min_keep=2,)|greedy") == "top_k(min_keep=2) | greedy");
    CHECK(again("top_p(9.5e-1)|temperature(+.5)|\n mirostat(eta=.25)") == "top_p(0.95) | temperature(0.5) | mirostat(eta=0.25)");
    CHECK(again("ban([1, 2 ,3]) | ban([]) | greedy") == "ban([1, 2, 3]) | ban | greedy");
    CHECK(again("logit_bias([7: -1.5, 8: -inf, 9:inf]) | greedy") == "logit_bias([7: -1.5, 8: -inf, 9: inf]) | greedy");
    CHECK(again("bad_words([[1, 2], [3]]) | greedy") == "bad_words([[1, 2], [3]]) | greedy");
    CHECK(again("sequence_bias([[1, 2]: 2, [3]: -1]) | greedy") == "sequence_bias([[1, 2]: 2, [3]: -1]) | greedy");
    CHECK(again("dry(.8, breakers=[1,2], window=64) | greedy") == "dry(0.8, window=64, breakers=[1, 2]) | greedy");
    CHECK(again("dry(.8, breakers=[[1,2],[3]]) | greedy") == "dry(0.8, breakers=[[1, 2], [3]]) | greedy");
    CHECK(again("dry(.8, breakers=[1, [2, 3], []]) | greedy") == "dry(0.8, breakers=[[1], [2, 3], []]) | greedy");
    CHECK(again("dry(.8, breakers=[[1], [2]]) | greedy") == "dry(0.8, breakers=[1, 2]) | greedy");
    CHECK(again("penalties(presence=1, exempt=[2]) | greedy") == "penalties(presence=1, exempt=[2]) | greedy");
    CHECK(again("penalties(presence=1, counts_over=both) | greedy") == "penalties(presence=1, counts_over=both) | greedy");
    CHECK(again("allow([15], keep) | allow([15], ban, 3) | greedy") == "allow([15], keep) | allow([15], ban, tokens=3) | greedy");
    CHECK(again("force(0, 17) | force(id=4, position=2) | greedy") == "force(0, 17) | force(2, 4) | greedy");
    CHECK(again("min_tokens(5, [2]) | guidance([1, -inf], 1.5) | greedy") ==
          "min_tokens(5, [2]) | guidance([1, -inf], scale=1.5) | greedy");
    CHECK(again("temperature(inf)|adaptive_p") == "temperature(inf) | adaptive_p");
    // The number that was meant, to the last digit.
    CHECK(parse("temperature(.1)|greedy").pick.get<0>()[0].get_if<temperature>()->t == .1f);
    CHECK(parse("temperature(16777217)|greedy").pick.get<0>()[0].get_if<temperature>()->t == 16777216.0f);
    CHECK(again("temperature(1e-45)|greedy") == "temperature(1e-45) | greedy");
}

TEST_CASE("text: what is wrong, where, and what would be right") {
    CHECK(wrong("") == "1: expected the name of a stage or draw, found the end");
    CHECK(wrong("top_k(40)") == "10: the pipeline has no draw; end it with greedy or categorical");
    CHECK(wrong("top_k(40) | ") == "13: expected the name of a stage or draw, found the end");
    CHECK(wrong("greedy | top_k(4)") == "10: the pipeline has ended with its draw, and stages behind it would do nothing");
    CHECK(wrong("topk(40) | greedy") == "1: there is no stage or draw 'topk'; nearest is 'top_k'");
    CHECK(wrong("top_k(40) | gredy") == "13: there is no stage or draw 'gredy'; nearest is 'greedy'");
    CHECK(wrong("something | greedy") == "1: there is no stage or draw 'something'");
    CHECK(wrong("top_k(min_kep=3) | greedy") == "7: top_k has no 'min_kep'; nearest is 'min_keep': top_k takes k, min_keep, equals");
    CHECK(wrong("top_k(1, 2, first, 4) | greedy") == "20: too many parameters: top_k takes k, min_keep, equals");
    CHECK(wrong("greedy(1)") == "8: too many parameters: greedy takes none");
    CHECK(wrong("top_k(k=40, 2) | greedy") == "13: a value without a name stands behind one with a name");
    CHECK(wrong("top_k(40, k=2) | greedy") == "11: 'k' is given twice");
    CHECK(wrong("top_k(forty) | greedy") == "7: expected a whole number, found 'forty'");
    CHECK(wrong("top_k(4.5) | greedy") == "7: expected a whole number, found '4.5'");
    CHECK(wrong("top_k(4000000000) | greedy") == "7: 4000000000 is out of the range of whole numbers here");
    CHECK(wrong("top_p(high) | greedy") == "7: expected a number, found 'high'");
    CHECK(wrong("top_p(1e99) | greedy") == "7: 1e99 is beyond the range of float; inf is written inf");
    CHECK(wrong("top_p(1e-50) | greedy") == "7: 1e-50 is beyond the range of float; what is nearer to 0 is written 0");
    CHECK(wrong("top_k(3, equals=some) | greedy") == "17: expected first or all, found 'some'");
    CHECK(wrong("top_k(3 | greedy") == "9: expected ',' or ')', found '|'");
    CHECK(wrong("top_k(3) greedy") == "10: expected '|' or the end, found 'greedy'");
    CHECK(wrong("ban(1) | greedy") == "5: expected '[', found '1'");
    CHECK(wrong("ban([1) | greedy") == "7: expected ',' or ']', found ')'");
    CHECK(wrong("dry(1, breakers=[1, [2, x]]) | greedy") == "25: expected a whole number, found 'x'");
    CHECK(wrong("dry(1, breakers=[[[2]]]) | greedy") == "19: expected a whole number, found '['");
    CHECK(wrong("logit_bias([1]) | greedy") == "14: expected ':', found ']'");
    CHECK(wrong("force(3) | greedy") == "1: force needs 'id'");
    CHECK(wrong("allow([1]) | greedy") == "1: allow needs 'beyond'");
    CHECK(wrong("top_k(40) | temperature(-1) | greedy") == "13: " + std::string(temperature::requirement));
    CHECK(wrong("mirostat(-1)") == "1: " + std::string(mirostat::requirement));
    CHECK(wrong("top_k(40)\x01") == "10: expected '|' or the end, found '?'");
    std::string many;
    for (int i = 0; i < 33; ++i) many += "softmax|";
    CHECK(wrong(many + "greedy") == "257: a pipeline has at most 32 stages");
    CHECK_FALSE(parse(std::string(100'000, '[')));
    CHECK_FALSE(parse("ban(" + std::string(100'000, '[')));
}

TEST_CASE("text: lists live as long as a copy of what was parsed") {
    parsed copy;
    {
        const parsed found = parse("ban([0, 1]) | greedy");
        REQUIRE(found);
        copy = found;
    }
    auto seq = copy.pick.start();
    CHECK(copy.pick(std::vector{3.0f, 2.0f, 1.0f}, seq).id == 2);
}

TEST_CASE("text: what comes out goes in again, 100 000 pipelines") {
    random_text some{std::mt19937_64(7)};
    int legal = 0;
    for (int n = 0; n < 100'000; ++n) {
        const std::string source = some.pipeline();
        const parsed first = parse(source);
        if (!first) {
            // The only thing that can be wrong with it is a number outside of its range.
            if (first.error.sentence.find(": ") == std::string::npos && first.error.sentence.find("range") == std::string::npos)
                FAIL(source << " at " << first.error.column << ": " << first.error.sentence);
            continue;
        }
        ++legal;
        const std::string canonical = to_text(first.pick);
        const parsed second = parse(canonical);
        if (!second) FAIL(source << " gave " << canonical << " at " << second.error.column << ": " << second.error.sentence);
        if (to_text(second.pick) != canonical) FAIL(source << " gave " << canonical << " and then " << to_text(second.pick));
        // Rows beside the row are equal where they are the same memory.
        const bool compares = source.find("guidance") != std::string::npos || source.find("contrastive") != std::string::npos;
        if (!compares && !(first.pick == second.pick)) FAIL(source << " gave " << canonical);
    }
    CHECK(legal > 20'000);
}

TEST_CASE("text: of a pipeline that is written out") {
    static constexpr std::array<token_id, 100> many{1, 2, 3};
    CHECK(to_text(sampler{top_k{40}, top_p{.95f}, temperature{.8f}, categorical{}}) ==
          "top_k(40) | top_p(0.95) | temperature(0.8) | categorical");
    CHECK(to_text(sampler{greedy{}}) == "greedy");
    CHECK(to_text(sampler{ban{many}, chain{top_k{3}, min_p{}}, mirostat{3}}).starts_with("ban([1, 2, 3, 0, 0"));
    CHECK(to_text(sampler{ban{many}, chain{top_k{3}, min_p{}}, mirostat{3}}).ends_with("0, 0]) | top_k(3) | min_p | mirostat(3)"));
}

TEST_CASE("text: lists that are stored have the text of those that are seen, and are equal to them") {
    static constexpr std::array<token_id, 2> phrase{4, 5};
    std::array<token_id, 100> many{};
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<token_id>(3 * i);
    const chain stored{ban{{1, 2}},        logit_bias{{{7, -1.5f}}}, bad_words{{phrase}},   sequence_bias{{{phrase, 2}}},
                       min_tokens{5, {2}}, allow_only{many},         suppress_at_begin{{9}}};
    const pipeline pick{stored, any_draw{greedy{}}};
    const std::string written = to_text(pick);
    CHECK(
        written.starts_with("ban([1, 2]) | logit_bias([7: -1.5]) | bad_words([[4, 5]]) | sequence_bias([[4, 5]: 2]) | min_tokens(5, [2]) | "
                            "allow_only([0, 3, 6, "));
    CHECK(written.ends_with("294, 297]) | suppress_at_begin([9]) | greedy"));
    const parsed again = parse(written);
    INFO(again.error.sentence << " at " << again.error.column << " of " << written);
    REQUIRE(again);
    CHECK(again.pick == pick);
    CHECK(pick == again.pick);
    CHECK_FALSE(again.pick == pipeline{stored, any_draw{categorical{}}});
    CHECK_FALSE(parse("ban([1, 3])|greedy").pick == pipeline{chain{ban{{1, 2}}}, any_draw{greedy{}}});
    CHECK_FALSE(parse("ban([1, 2])|greedy").pick == pipeline{chain{ban{{1, 2}}, top_k{3}}, any_draw{greedy{}}});
}

TEST_CASE("text: what has no text stands as a question mark, which is none") {
    const auto own = [](auto& c) { c.keep_top(2); };
    std::array<drawn, 2> into;
    CHECK(to_text(pipeline{chain{own, top_k{3}}, any_draw{categorical{}}}) == "? | top_k(3) | categorical");
    const auto large = [numbers = std::array<double, 20>{}](auto& c) { c.keep_top(static_cast<std::size_t>(numbers[0]) + 1); };
    CHECK(to_text(pipeline{chain{large}, any_draw{categorical{}}}) == "? | categorical");
    CHECK(to_text(pipeline{chain{}, any_draw{without_replacement{into}}}) == "?");
    CHECK(wrong("? | greedy") == "1: expected the name of a stage or draw, found '?'");
}
