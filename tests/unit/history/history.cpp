#include "catch.hpp"

#include "core/counted_new.hpp"
#include "reference.hpp"

#include <argdraw/history/history.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

using namespace argdraw;
using reference::answer;
using reference::answer_with;
using reference::ids;
using reference::matches;
using counted = std::vector<counted_token>;

static_assert(std::is_copy_constructible_v<history> && std::is_copy_assignable_v<history>);
static_assert(std::is_nothrow_move_constructible_v<history>);
static_assert(noexcept(std::declval<history&>().begin({})) && noexcept(std::declval<history&>().assign({}, {})));
static_assert(noexcept(std::declval<history&>().append(1)) && noexcept(std::declval<history&>().forget(1)));
static_assert(noexcept(std::declval<history&>().reserve(1)) && noexcept(std::declval<history&>().counts(1, scope::both)));

namespace {

ids copied(std::span<const token_id> tokens) { return {tokens.begin(), tokens.end()}; }

history of(const ids& prompt, const ids& output = {}) {
    history h;
    REQUIRE(h.begin(prompt) == status::ok);
    for (const token_id id : output) REQUIRE(h.append(id) == status::ok);
    return h;
}

ids visited(history& h, std::size_t n, std::int64_t window = -1, const ids& breakers = {}) {
    ids seen;
    REQUIRE(h.continuations(n, window, breakers, [&](token_id t) { seen.push_back(t); }) == status::ok);
    return seen;
}

constexpr scope scopes[] = {scope::output, scope::prompt, scope::both};
constexpr std::int64_t windows[] = {-1, 0, 1, 5, 64};

/// Everything that can be asked, so that two histories can be told apart.
struct everything {
    ids tokens;
    std::vector<counted> counts;
    std::vector<matches> continuations;
    friend bool operator==(const everything&, const everything&) = default;
};

everything ask(history& h, const ids& breakers = {}) {
    everything all{copied(h.tokens()), {}, {}};
    for (const auto window : windows) {
        for (const auto s : scopes) all.counts.push_back(answer(h, window, s));
        for (std::size_t n = 0; n <= 4; ++n) all.continuations.push_back(answer(h, n, window, breakers));
    }
    return all;
}

everything expected(const history& h, const ids& breakers = {}) {
    everything all{copied(h.tokens()), {}, {}};
    for (const auto window : windows) {
        for (const auto s : scopes)
            all.counts.push_back(reference::counts(s == scope::both ? h.tokens() : s == scope::prompt ? h.prompt() : h.output(), window));
        for (std::size_t n = 0; n <= 4; ++n) all.continuations.push_back(reference::continuations(h.tokens(), n, window, breakers));
    }
    return all;
}

}  // namespace

TEST_CASE("history: the prompt, then the output") {
    history h;
    CHECK(h.tokens().empty());
    CHECK(h.prompt().empty());
    CHECK(h.output().empty());
    REQUIRE(h.begin(ids{1, 2}) == status::ok);
    REQUIRE(h.append(3) == status::ok);
    REQUIRE(h.append(1) == status::ok);
    CHECK(copied(h.tokens()) == ids{1, 2, 3, 1});
    CHECK(copied(h.prompt()) == ids{1, 2});
    CHECK(copied(h.output()) == ids{3, 1});
}

TEST_CASE("history: begin replaces everything and keeps the views") {
    auto h = of({1, 2}, {3, 3});
    REQUIRE(h.watch_counts(-1, scope::both) == status::ok);
    REQUIRE(h.watch_ngrams(1) == status::ok);
    REQUIRE(h.begin(ids{7, 8, 7}) == status::ok);
    CHECK(copied(h.prompt()) == ids{7, 8, 7});
    CHECK(h.output().empty());
    const std::size_t before = counted_new::calls;
    const auto c = h.counts(-1, scope::both);
    CHECK(counted_new::calls == before);
    CHECK(counted(c.tokens.begin(), c.tokens.end()) == counted{{7, 2}, {8, 1}});
    CHECK(answer(h, 1, -1, {}) == matches{{8, 1}});
    // It may be given its own tokens.
    REQUIRE(h.begin(h.tokens().last(2)) == status::ok);
    CHECK(copied(h.tokens()) == ids{8, 7});
}

TEST_CASE("history: assign is begin, then appends") {
    history h;
    REQUIRE(h.assign(ids{1, 2}, ids{3, 4}) == status::ok);
    CHECK(copied(h.prompt()) == ids{1, 2});
    CHECK(copied(h.output()) == ids{3, 4});
    auto slow = of({1, 2}, {3, 4});
    CHECK(ask(h) == ask(slow));
    // With views already there, and its own tokens.
    REQUIRE(h.assign(h.output(), h.prompt()) == status::ok);
    CHECK(copied(h.tokens()) == ids{3, 4, 1, 2});
    CHECK(ask(h) == expected(h));
}

TEST_CASE("history: forget undoes appends, and never the prompt") {
    auto h = of({1, 2}, {3, 4, 5});
    CHECK(h.forget(4) == status::bad_parameter);
    CHECK(h.forget(std::numeric_limits<std::size_t>::max()) == status::bad_parameter);
    CHECK(copied(h.tokens()) == ids{1, 2, 3, 4, 5});
    CHECK(h.forget(0) == status::ok);
    CHECK(h.forget(2) == status::ok);
    CHECK(copied(h.output()) == ids{3});
    CHECK(h.forget(1) == status::ok);
    CHECK(h.forget(1) == status::bad_parameter);
    CHECK(copied(h.tokens()) == ids{1, 2});
}

TEST_CASE("history: a copy is a fork, and what was moved from is empty") {
    auto a = of({1, 2, 1}, {2, 1});
    const auto first = ask(a);
    history b = a;
    REQUIRE(b.append(9) == status::ok);
    REQUIRE(a.append(2) == status::ok);
    CHECK(ask(b) == expected(b));
    CHECK(ask(a) == expected(a));
    REQUIRE(b.forget(1) == status::ok);
    CHECK(ask(b) == first);
    a = b;
    CHECK(ask(a) == first);
    history c = std::move(b);
    CHECK(ask(c) == first);
    CHECK(b.tokens().empty());
    CHECK(b.output().empty());
    REQUIRE(b.append(4) == status::ok);
    CHECK(copied(b.output()) == ids{4});
}

TEST_CASE("history: counts are of distinct tokens, ascending, in the last tokens of a scope") {
    auto h = of({5, 1, 5}, {2, 5, 2, 2});
    CHECK(answer(h, -1, scope::both) == counted{{1, 1}, {2, 3}, {5, 3}});
    CHECK(answer(h, -1, scope::prompt) == counted{{1, 1}, {5, 2}});
    CHECK(answer(h, -1, scope::output) == counted{{2, 3}, {5, 1}});
    CHECK(answer(h, 2, scope::output) == counted{{2, 2}});
    CHECK(answer(h, 3, scope::output) == counted{{2, 2}, {5, 1}});
    CHECK(answer(h, 5, scope::both) == counted{{2, 3}, {5, 2}});
    CHECK(answer(h, 1, scope::prompt) == counted{{5, 1}});
    CHECK(answer(h, 0, scope::both).empty());
    CHECK(answer(h, 1000, scope::both) == answer(h, -1, scope::both));
    CHECK(answer(h, std::numeric_limits<std::int64_t>::max(), scope::both) == answer(h, -1, scope::both));
    CHECK(answer(h, std::numeric_limits<std::int64_t>::min(), scope::both) == answer(h, -1, scope::both));
}

TEST_CASE("history: counts follow appends and forgets") {
    history h;
    REQUIRE(h.watch_counts(2, scope::output) == status::ok);
    const ids tokens{4, 4, 3, 4, 9};
    for (const token_id id : tokens) {
        REQUIRE(h.append(id) == status::ok);
        CHECK(answer(h, 2, scope::output) == reference::counts(h.output(), 2));
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        REQUIRE(h.forget(1) == status::ok);
        CHECK(answer(h, 2, scope::output) == reference::counts(h.output(), 2));
    }
    CHECK(answer(h, 2, scope::output).empty());
}

TEST_CASE("history: a view is built once") {
    auto h = of({1, 2, 3}, {4});
    REQUIRE(h.watch_counts(-5, scope::both) == status::ok);
    REQUIRE(h.watch_ngrams(2) == status::ok);
    const ids breakers{1};
    REQUIRE(h.continuations(2, -1, breakers, [](token_id) {}) == status::ok);
    const std::size_t before = counted_new::calls;
    CHECK(h.watch_counts(-1, scope::both) == status::ok);
    CHECK(h.watch_counts(-7, scope::both) == status::ok);
    CHECK(h.counts(-1, scope::both));
    CHECK(h.watch_ngrams(2) == status::ok);
    CHECK(h.continuations(2, 3, breakers, [](token_id) {}) == status::ok);
    CHECK(counted_new::calls == before);
}

TEST_CASE("history: continuations are what followed the last n tokens, with the longest match") {
    //                0  1  2  3  4  5  6  7  8  9
    auto h = of({}, {1, 2, 3, 9, 2, 3, 4, 1, 2, 3});
    CHECK(answer(h, 2, -1, {}) == matches{{9, 3}, {4, 2}});
    CHECK(answer(h, 3, -1, {}) == matches{{9, 3}});
    CHECK(answer(h, 4, -1, {}).empty());
    CHECK(answer(h, 1, -1, {}) == matches{{9, 3}, {4, 2}});
    CHECK(visited(h, 2) == ids{4, 9});
    // A match lies within the window as a whole.
    CHECK(answer(h, 2, 10, {}) == matches{{9, 3}, {4, 2}});
    CHECK(answer(h, 2, 9, {}) == matches{{9, 2}, {4, 2}});
    CHECK(answer(h, 2, 8, {}) == matches{{4, 2}});
    CHECK(answer(h, 2, 6, {}) == matches{{4, 2}});
    CHECK(answer(h, 2, 5, {}).empty());
    CHECK(answer(h, 2, 0, {}).empty());
}

TEST_CASE("history: continuations overlap, and cross from the prompt to the output") {
    auto a = of({1}, {1, 1});
    CHECK(answer(a, 2, -1, {}) == matches{{1, 2}});
    CHECK(answer(a, 1, -1, {}) == matches{{1, 2}});
    CHECK(answer(a, 3, -1, {}).empty());
    auto b = of({7, 8}, {9, 7, 8});
    CHECK(answer(b, 2, -1, {}) == matches{{9, 2}});
    history none;
    CHECK(answer(none, 0, -1, {}).empty());
    CHECK(answer(none, 1, -1, {}).empty());
}

TEST_CASE("history: continuations of nothing are all tokens of the window") {
    auto h = of({3, 1}, {2, 1, 2});
    CHECK(answer(h, 0, -1, {}) == matches{{1, 2}, {2, 0}, {3, 0}});
    CHECK(visited(h, 0) == ids{2, 1, 3});
    CHECK(visited(h, 0, 2) == ids{2, 1});
    CHECK(visited(h, 0, 1) == ids{2});
    CHECK(visited(h, 0, 0).empty());
}

TEST_CASE("history: a breaker ends a match and is not visited") {
    auto h = of({}, {1, 2, 3, 4, 5, 1, 2, 3, 6, 1, 2, 3});
    CHECK(answer(h, 1, -1, {}) == matches{{4, 3}, {6, 3}});
    CHECK(answer(h, 1, -1, {1}) == matches{{4, 2}, {6, 2}});
    CHECK(answer(h, 1, -1, {2, 77}) == matches{{4, 1}, {6, 1}});
    CHECK(answer(h, 2, -1, {2}).empty());
    CHECK(answer(h, 1, -1, {3}).empty());
    CHECK(answer(h, 0, -1, {3}) == matches{{1, 0}, {2, 0}, {4, 0}, {5, 0}, {6, 0}});
    CHECK(answer(h, 1, -1, {6}) == matches{{4, 3}});
    CHECK(visited(h, 1, -1, {6, 4}).empty());
}

TEST_CASE("history: a breaker of several tokens ends a match where it stands, and its tokens are visited") {
    //              0  1  2  3  4  5  6  7  8  9
    auto h = of({}, {1, 2, 3, 4, 9, 1, 2, 3});
    const phrases two{{1, 2}}, three{{2, 3}}, other{{2, 9}, {3, 4}, {7, 1, 2}}, mixed{{2}, {1, 2}}, empty{{}}, all{{1, 2, 3}};
    CHECK(answer_with(h, 1, -1, two) == matches{{4, 1}});
    CHECK(answer_with(h, 2, -1, two).empty());
    CHECK(answer_with(h, 0, -1, two) == matches{{1, 0}, {2, 0}, {3, 0}, {4, 1}, {9, 0}});
    CHECK(answer_with(h, 1, -1, three).empty());
    CHECK(answer_with(h, 1, -1, other) == matches{{4, 3}});
    CHECK(answer_with(h, 0, -1, mixed) == matches{{1, 0}, {3, 0}, {4, 1}, {9, 0}});
    CHECK(answer_with(h, 1, -1, empty) == matches{{4, 3}});
    CHECK(answer_with(h, 1, -1, all).empty());
    // One that begins before the window does not stand in it.
    CHECK(answer_with(h, 1, 7, all).empty());
    auto loop = of({}, {1, 2, 1, 2, 1, 2});
    const phrases long_one{{1, 2, 1, 2, 1}};
    CHECK(answer_with(loop, 1, -1, long_one) == matches{{1, 1}});
    CHECK(answer_with(loop, 1, 6, long_one) == matches{{1, 1}});
    CHECK(answer_with(loop, 1, 5, long_one) == matches{{1, 3}});
    // What stands there comes and goes with its tokens.
    REQUIRE(h.append(4) == status::ok);
    REQUIRE(h.append(1) == status::ok);
    CHECK(answer_with(h, 1, -1, two) == matches{{2, 1}});
    REQUIRE(h.forget(3) == status::ok);
    CHECK(answer_with(h, 1, -1, two).empty());
    REQUIRE(h.append(3) == status::ok);
    CHECK(answer_with(h, 1, -1, two) == matches{{4, 1}});
}

TEST_CASE("history: breakers of several tokens, in random walks, equal the definition") {
    std::mt19937 random(11);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::size_t wrong = 0, ended = 0;
    for (int sequence = 0; sequence < 3000; ++sequence) {
        const auto any = [&] { return static_cast<token_id>(below(2 + static_cast<std::size_t>(sequence % 3))); };
        reference::lists lists(1 + below(6));
        for (ids& one : lists) {
            one.resize(below(6));
            for (token_id& id : one) id = any();
        }
        const phrases breakers = reference::phrases_of(lists);
        history h, other;
        for (int i = 0; i < 30; ++i) {
            switch (below(7)) {
                case 0: REQUIRE(h.forget(below(h.output().size() + 1)) == status::ok); break;
                case 1: other = h; break;
                case 2: std::swap(h, other); break;
                case 3:
                    if (below(4) == 0) REQUIRE(h.assign(ids{any(), any(), any()}, copied(h.output())) == status::ok);
                    break;
                default:
                    for (std::size_t k = 1 + below(5); k > 0; --k) REQUIRE(h.append(any()) == status::ok);
            }
            const auto window = below(2) ? -1 : static_cast<std::int64_t>(below(20));
            const std::size_t n = below(4);
            const auto right = reference::continuations(h.tokens(), n, window, lists);
            wrong += answer_with(h, n, window, breakers) != right;
            ended += right != reference::continuations(h.tokens(), n, window, ids{});
        }
    }
    CHECK(wrong == 0);
    CHECK(ended > 10000);
}

TEST_CASE("history: breakers are those that the list holds now, wherever it lies") {
    auto h = of({}, {1, 2, 3, 4, 5, 1, 2, 3, 6, 1, 2, 3});
    ids list{1};
    CHECK(answer(h, 1, -1, list) == matches{{4, 2}, {6, 2}});
    list[0] = 2;
    CHECK(answer(h, 1, -1, list) == matches{{4, 1}, {6, 1}});
    list[0] = 6;
    CHECK(answer(h, 1, -1, list) == matches{{4, 3}});
    const ids elsewhere{1};
    CHECK(answer(h, 1, -1, elsewhere) == matches{{4, 2}, {6, 2}});
    // Many, some of them twice, and what of them stands in the history comes and goes.
    ids many;
    for (token_id id = 4000; id > 10; --id) many.push_back(id % 3000 + 10);
    for (const token_id id : {2999, 1, 2, 3, 4, 1, 2, 3, 3009, 2, 3, 12, 7, 2, 3}) {
        REQUIRE(h.append(id) == status::ok);
        CHECK(ask(h, many) == expected(h, many));
    }
    while (h.output().size() > 3) {
        REQUIRE(h.forget(1) == status::ok);
        CHECK(answer(h, 1, -1, many) == reference::continuations(h.tokens(), 1, -1, many));
    }
    CHECK(ask(h, many) == expected(h, many));
}

TEST_CASE("history: whether breakers are ids of a row") {
    history h;
    const ids good{0, 7, 3}, low{4, -1}, high{9, 8, 1};
    for (int i = 0; i < 2; ++i) {
        CHECK(h.watch_breakers({}).in_row(0));
        CHECK_FALSE(h.watch_breakers(good).in_row(7));
        CHECK(h.watch_breakers(good).in_row(8));
        CHECK_FALSE(h.watch_breakers(low).in_row(8));
        CHECK_FALSE(h.watch_breakers(high).in_row(9));
        CHECK(h.watch_breakers(high).in_row(10));
    }
    const token_id one = 1;
    const phrases none{{}}, two{{3, 8}, {}}, low_two{{3, -1}};
    for (int i = 0; i < 2; ++i) {
        CHECK(h.watch_breakers(none).in_row(0));
        CHECK_FALSE(h.watch_breakers(two).in_row(8));
        CHECK(h.watch_breakers(two).in_row(9));
        CHECK_FALSE(h.watch_breakers(low_two).in_row(9));
    }
    CHECK(h.watch_breakers(std::span<const token_id>(&one, history::most_tokens + 1)).why() == status::out_of_memory);
}

TEST_CASE("history: any id is only an id") {
    constexpr token_id least = std::numeric_limits<token_id>::min(), greatest = std::numeric_limits<token_id>::max();
    auto h = of({least, -1}, {greatest, least, -1});
    CHECK(answer(h, 2, -1, {}) == matches{{greatest, 2}});
    CHECK(answer(h, -1, scope::both) == counted{{least, 2}, {-1, 2}, {greatest, 1}});
}

TEST_CASE("history: an n beyond any history finds nothing") {
    auto h = of({1, 1, 1});
    CHECK(h.watch_ngrams(history::most_tokens) == status::bad_parameter);
    CHECK(h.continuations(std::numeric_limits<std::size_t>::max(), -1, {}, [](token_id) {}) == status::bad_parameter);
    CHECK(visited(h, history::most_tokens - 1).empty());
    REQUIRE(h.append(1) == status::ok);
    CHECK(visited(h, history::most_tokens - 1).empty());
    CHECK(visited(h, 3) == ids{1});
    CHECK(visited(h, 4).empty());
}

TEST_CASE("history: questions between appends change no later answer") {
    // The same walk, asked at every step and only at the end.
    std::mt19937 random(3);
    history asked, silent;
    ask(silent);
    for (int i = 0; i < 400; ++i) {
        const auto id = static_cast<token_id>(i % 100 < 70 ? i % 3 : static_cast<int>(random() % 3));
        REQUIRE(asked.append(id) == status::ok);
        REQUIRE(silent.append(id) == status::ok);
        for (std::size_t n = 0; n <= 4; ++n) answer(asked, n, i % 2 ? -1 : 20, {});
    }
    CHECK(ask(asked) == ask(silent));
    REQUIRE(asked.forget(150) == status::ok);
    REQUIRE(silent.forget(150) == status::ok);
    CHECK(ask(asked) == ask(silent));
    CHECK(ask(asked) == expected(asked));
}

TEST_CASE("history: random walks equal the definition") {
    std::mt19937 random(1);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::size_t wrong = 0, asked = 0;
    for (int sequence = 0; sequence < 20000; ++sequence) {
        const auto alphabet = static_cast<token_id>(sequence % 8 == 7 ? 50000 : 2 + sequence % 4);
        ids breakers;
        while (below(3) == 0) breakers.push_back(static_cast<token_id>(below(static_cast<std::size_t>(alphabet))));
        const auto any = [&] { return static_cast<token_id>(below(static_cast<std::size_t>(alphabet))); };
        history h, other;
        ids prompt(below(12));
        for (auto& id : prompt) id = any();
        REQUIRE(h.begin(prompt) == status::ok);
        const std::size_t operations = 10 + below(20);
        for (std::size_t i = 0; i < operations; ++i) {
            switch (below(8)) {
                case 0: {  // a loop, entered and left anywhere
                    const std::size_t period = 1 + below(5);
                    for (std::size_t k = below(40); k > 0; --k) {
                        const auto all = h.tokens();
                        REQUIRE(h.append(all.size() >= period ? all[all.size() - period] : any()) == status::ok);
                    }
                    break;
                }
                case 1: REQUIRE(h.forget(below(h.output().size() + 1)) == status::ok); break;
                case 2: {  // what was once said, again
                    if (h.tokens().empty()) break;
                    std::size_t from = below(h.tokens().size());
                    for (std::size_t k = below(30); k > 0; --k) REQUIRE(h.append(h.tokens()[from++]) == status::ok);
                    break;
                }
                case 3: other = h; break;
                case 4: {
                    if (below(4) != 0) break;
                    std::swap(h, other);
                    break;
                }
                default:
                    for (std::size_t k = 1 + below(4); k > 0; --k) REQUIRE(h.append(any()) == status::ok);
            }
            const auto window = windows[below(5)];
            const std::size_t n = below(5);
            const scope s = scopes[below(3)];
            wrong += answer(h, n, window, breakers) != reference::continuations(h.tokens(), n, window, breakers);
            wrong += answer(h, window, s) != reference::counts(s == scope::both     ? h.tokens()
                                                               : s == scope::prompt ? h.prompt()
                                                                                    : h.output(),
                                                               window);
            ++asked;
        }
    }
    CHECK(asked > 200000);
    CHECK(wrong == 0);
}

TEST_CASE("history: after reserve appends and forgets allocate nothing") {
    std::mt19937 random(2);
    auto h = of({1, 2, 3, 1, 2});
    const ids breakers{2};
    ask(h, breakers);
    for (const token_id alphabet : {2, 100000}) {
        REQUIRE(h.reserve(500) == status::ok);
        const std::size_t before = counted_new::calls;
        for (int round = 0; round < 2; ++round) {
            for (int i = 0; i < 500; ++i) {
                if (h.append(static_cast<token_id>(random()) % alphabet) != status::ok) break;
                if (h.continuations(2, 64, breakers, [](token_id, std::size_t) {}) != status::ok) break;
                if (!h.counts(64, scope::both)) break;
            }
            if (h.forget(500) != status::ok) break;
        }
        CHECK(counted_new::calls == before);
        CHECK(h.tokens().size() == 5);
        CHECK(ask(h, breakers) == expected(h, breakers));
    }
}

TEST_CASE("history: appends allocate a number of times that grows with the logarithm of their number") {
    auto h = of({});
    ask(h);
    const std::size_t before = counted_new::calls;
    for (token_id i = 0; i < 20000; ++i) REQUIRE(h.append(i * 7 % 10007) == status::ok);
    CHECK(counted_new::calls - before < 30 * 20);
}

TEST_CASE("history: without memory a call says so and nothing has changed") {
    const ids breakers{2};
    const auto original = [&] {
        auto h = of({1, 2, 3, 1, 2}, {3, 1, 1, 2});
        ask(h, breakers);
        return h;
    }();
    ids more;
    for (token_id i = 0; i < 3000; ++i) more.push_back(i % 37);
    for (std::size_t limit = 0; limit < 6000; limit = limit * 5 / 4 + 8) {
        CAPTURE(limit);
        history h = original;
        status begun, assigned, reserved, appended = status::ok;
        std::size_t kept = h.tokens().size();
        {
            const counted_new::scarce memory(limit);
            begun = h.begin(more);
            assigned = h.assign(more, more);
            reserved = h.reserve(100000);
        }
        CHECK(begun == status::out_of_memory);
        CHECK(assigned == status::out_of_memory);
        CHECK(reserved == status::out_of_memory);
        CHECK(ask(h, breakers) == expected(original, breakers));
        {
            const counted_new::scarce memory(limit);
            for (std::size_t i = 0; i < more.size() && appended == status::ok; ++i)
                appended = h.append(more[i]), kept += appended == status::ok;
        }
        CHECK(appended == status::out_of_memory);
        CHECK(h.tokens().size() == kept);
        CHECK(ask(h, breakers) == expected(h, breakers));
        REQUIRE(h.append(5) == status::ok);
        CHECK(ask(h, breakers) == expected(h, breakers));
    }
    history h = original;
    CHECK(h.reserve(history::most_tokens) == status::out_of_memory);
    CHECK(h.reserve(std::numeric_limits<std::size_t>::max()) == status::out_of_memory);
    // More tokens than a history may have are not looked at.
    const std::vector<token_id> before(h.tokens().begin(), h.tokens().end());
    const token_id one = 1;
    const std::span<const token_id> as_many(&one, history::most_tokens), too_many(&one, history::most_tokens + 1);
    CHECK(h.begin(too_many) == status::out_of_memory);
    CHECK(h.assign({&one, 1}, as_many) == status::out_of_memory);
    CHECK(std::vector<token_id>(h.tokens().begin(), h.tokens().end()) == before);
}

TEST_CASE("history: without memory a question says so, and finds its answer later") {
    auto h = of({1, 2, 3, 1, 2});
    const ids breakers{1};
    status by_counts, by_watch, by_ngrams, by_lengths, by_breakers;
    bool visited_any = false;
    {
        const counted_new::scarce memory(0);
        by_counts = h.counts(4, scope::both).why;
        by_watch = h.watch_counts(4, scope::both);
        by_ngrams = h.continuations(2, -1, {}, [&](token_id) { visited_any = true; });
    }
    REQUIRE(h.watch_ngrams(2) == status::ok);
    {
        const counted_new::scarce memory(0);
        by_lengths = h.continuations(2, -1, {}, [&](token_id, std::size_t) { visited_any = true; });
        by_breakers = h.continuations(2, -1, breakers, [&](token_id) { visited_any = true; });
    }
    CHECK(by_counts == status::out_of_memory);
    CHECK(by_watch == status::out_of_memory);
    CHECK(by_ngrams == status::out_of_memory);
    CHECK(by_lengths == status::out_of_memory);
    CHECK(by_breakers == status::out_of_memory);
    CHECK_FALSE(visited_any);
    CHECK(answer(h, 4, scope::both) == counted{{1, 1}, {2, 2}, {3, 1}});
    CHECK(answer(h, 2, -1, {}) == matches{{3, 2}});
    CHECK(answer(h, 1, -1, {1}) == matches{{3, 1}});
}

TEST_CASE("history: forgetting needs memory at most where a copy gave its room away, and then says so") {
    auto h = of({}, {1, 2, 2});
    REQUIRE(h.watch_counts(2, scope::output) == status::ok);
    history fork = h;
    status forgot;
    {
        const counted_new::scarce memory(0);
        forgot = fork.forget(1);
    }
    if (forgot == status::out_of_memory) {
        CHECK(copied(fork.tokens()) == ids{1, 2, 2});
        CHECK(answer(fork, 2, scope::output) == counted{{2, 2}});
    }
    REQUIRE(fork.forget(forgot == status::ok ? 0 : 1) == status::ok);
    CHECK(answer(fork, 2, scope::output) == counted{{1, 1}, {2, 1}});
}
