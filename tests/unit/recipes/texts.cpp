#include <argdraw/recipes/texts.hpp>

#include <array>

#include "laws.hpp"

using namespace argdraw;
using recipes::breakers_of;
using sequences = std::vector<token_ids>;

namespace {

// A vocabulary in which a text is read by its longest tokens.
const std::array<std::string, 8> vocabulary{"a", "b", "c", "ab", "bc", "x\n", "\n", " a"};

token_ids ids_of(std::string_view text) {
    token_ids all;
    while (!text.empty()) {
        std::size_t best = vocabulary.size();
        for (std::size_t i = 0; i < vocabulary.size(); ++i)
            if (text.starts_with(vocabulary[i]) && (best == vocabulary.size() || vocabulary[i].size() > vocabulary[best].size())) best = i;
        if (best == vocabulary.size()) return {};
        all.push_back(static_cast<token_id>(best));
        text.remove_prefix(vocabulary[best].size());
    }
    return all;
}

const recipes::texts by{.ids = ids_of, .tokens = vocabulary};

}  // namespace

TEST_CASE("texts: a breaker stands in tokens of its own, in longer ones, and over several") {
    CHECK(breakers_of("\n", by) == sequences{{5}, {6}});
    CHECK(breakers_of("bc", by) == sequences{{1, 2}, {3, 2}, {4}});
    CHECK(breakers_of("abc", by) == sequences{{0, 4}, {3, 2}, {7, 4}});
    CHECK(breakers_of("acc", by) == sequences{{0, 2, 2}, {7, 2, 2}});  // "ab" begins as it does, and does not end so
    CHECK(breakers_of("q", by).empty());
    CHECK(breakers_of("", by).empty());
}

TEST_CASE("texts: of a breaker the first 40 bytes count, and 20 tokens behind the first") {
    const auto long_one = breakers_of(std::string(100, 'a'), by);
    CHECK(long_one == sequences{token_ids(21, 0), [] {
                                    token_ids behind_space(21, 0);
                                    behind_space[0] = 7;
                                    return behind_space;
                                }()});
    int asked = 0;
    const recipes::texts counting{.ids =
                                      [&](std::string_view text) {
                                          CHECK(text.size() == 39);
                                          ++asked;
                                          return token_ids{};
                                      },
                                  .tokens = vocabulary};
    CHECK(breakers_of(std::string(100, 'c'), counting) == sequences{{2}, {4}});
    CHECK(asked == 2);
}

TEST_CASE("texts: a sequence that a token ends in twice is listed once") {
    const std::array<std::string, 1> tokens{"aa"};
    const recipes::texts same{.ids = [](std::string_view) { return token_ids{9}; }, .tokens = tokens};
    CHECK(breakers_of("aab", same) == sequences{{0, 9}});
}

TEST_CASE("texts: bad words at the begin of a text and behind a space") {
    CHECK(recipes::bad_words_of("a", by) == sequences{{0}, {7}});
    CHECK(recipes::bad_words_of("  a", by) == sequences{{0}, {7}});
    CHECK(recipes::bad_words_of("ab", by) == sequences{{3}});  // " ab" has two tokens
    CHECK(recipes::bad_words_of("b", by) == sequences{{1}});   // " b" has none
    CHECK(recipes::bad_words_of("?", by).empty());
    CHECK(recipes::bad_words_of(" ", by).empty());
}
