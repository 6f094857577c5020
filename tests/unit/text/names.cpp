#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include "catch.hpp"

using namespace argdraw;

namespace {

const std::vector<token_id> stop{2, 3};
std::vector<std::uint32_t> mask{6};
std::vector<float> row{0, 1, 2, 3};

// A token for each letter from a on; other characters are of no token.
text::names known() {
    text::names all;
    all.add("stop", stop);
    all.add("grammar", mask);
    all.add("unprompted", row);
    all.tokens = [](std::string_view said) {
        std::vector<token_id> ids;
        for (const char c : said) {
            if ((c < 'a' || c > 'z') && c != '\n') return std::vector<token_id>{};
            ids.push_back(c == '\n' ? 30 : c - 'a');
        }
        return ids;
    };
    return all;
}

std::string again(std::string_view source) {
    const parsed found = parse(source, known());
    return found ? to_text(found.pick) : std::to_string(found.error.column) + ": " + found.error.sentence;
}

}  // namespace

TEST_CASE("names: lists of the caller's, where such a list may stand") {
    CHECK(again("ban(stop) | greedy") == "ban([2, 3]) | greedy");
    CHECK(again("min_tokens(4, stop) | dry(.8, breakers = stop) | greedy") == "min_tokens(4, [2, 3]) | dry(0.8, breakers=[2, 3]) | greedy");
    CHECK(again("bad_words([stop, [1]]) | sequence_bias([stop: 2]) | greedy") ==
          "bad_words([[2, 3], [1]]) | sequence_bias([[2, 3]: 2]) | greedy");
    CHECK(again("allow(grammar, ban) | guidance(unprompted, 1.5) | greedy") ==
          "allow([6], ban) | guidance([0, 1, 2, 3], scale=1.5) | greedy");
    CHECK(again("ban(stopp) | greedy") == "5: expected '[' or the name of a list, found 'stopp'; nearest is 'stop'");
    CHECK(again("ban(grammar) | greedy") == "5: expected '[' or the name of a list, found 'grammar'");
    CHECK(again("logit_bias(stop) | greedy") == "12: expected '[', found 'stop'");
    CHECK_FALSE(parse("ban(stop) | greedy"));
}

TEST_CASE("names: the pipeline sees the memory of the caller") {
    const parsed found = parse("allow(grammar, ban) | greedy", known());
    REQUIRE(found);
    auto seq = found.pick.start();
    CHECK(found.pick(row, seq).id == 2);
    mask[0] = 1;
    CHECK(found.pick(row, seq).id == 0);
    mask[0] = 6;
}

TEST_CASE("names: tokens as texts in quotes") {
    CHECK(again("ban([\"a\", 'c', 7]) | greedy") == "ban([0, 2, 7]) | greedy");
    CHECK(again("bad_words([\"cab\", [1, 'b']]) | greedy") == "bad_words([[2, 0, 1], [1, 1]]) | greedy");
    CHECK(again("sequence_bias(['ab': -1]) | logit_bias(['z': 2]) | greedy") ==
          "sequence_bias([[0, 1]: -1]) | logit_bias([25: 2]) | greedy");
    CHECK(again("force(0, 'b') | exponential_length(3, 1.1, eos=\"e\") | greedy") ==
          "force(0, 1) | exponential_length(3, factor=1.1, eos=4) | greedy");
    CHECK(again("dry(.8, breakers=['\\n']) | greedy") == "dry(0.8, breakers=[30]) | greedy");
    CHECK(again("dry(.8, breakers=['ab', 7, ['c', 1]]) | greedy") == "dry(0.8, breakers=[[0, 1], [7], [2, 1]]) | greedy");
    CHECK(again("ban(['\\a']) | greedy") == "ban([0]) | greedy");
    CHECK(again("ban(['ab']) | greedy") == "6: a text of one token is wanted, and this one has 2");
    CHECK(again("ban(['A']) | greedy") == "6: 'A' has no tokens here");
    CHECK(again("ban(['']) | greedy") == "6: ''' has no tokens here");
    CHECK(again("ban(['a]) | greedy") == "6: the text in quotes has no end");
    CHECK(again("ban(['a\\") == "6: the text in quotes has no end");
    // Where a number is meant there is no token.
    CHECK(again("top_k('a') | greedy") == "7: expected a whole number, found '''");
    CHECK(again("force('a', 'b') | greedy") == "7: expected a whole number, found '''");
    const parsed without = parse("ban(['a']) | greedy");
    CHECK(without.error.sentence == "a text in quotes is for where there is a tokenizer; here tokens are numbers");
}
