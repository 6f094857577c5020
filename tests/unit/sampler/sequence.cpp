// A sequence: what moves when. That copies, rollbacks and bytes have equal futures is shown in metamorphic/sequences.cpp.
#include "catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;

// Learns from what it drew: a count of accepts of its own tokens, and their sum.
struct learning_draw {
    struct state {
        std::int64_t accepted;
        double sum;

        template <class F>
        void each_number(F visit) {
            visit(accepted);
            visit(sum);
        }
    };
    double first = 0;

    state start() const noexcept { return {0, first}; }

    template <logit_scalar T, class Context>
    void narrow(candidates<T>& c, Context& context) const noexcept {
        c.scale(1 / (1 + static_cast<double>(context.state().accepted % 3)));
    }
    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        narrow(c, context);
        auto& s = context.state();
        const drawn token = c.draw(context.word(purpose::token));
        s = {s.accepted + 1, s.sum + token.id};
        return token;
    }
};

// The last token gets a bonus.
constexpr auto repeats = [](auto& c, auto& context) {
    const auto seen = context.history().tokens();
    if (!seen.empty() && seen.back() >= 0 && static_cast<std::size_t>(seen.back()) < c.width()) c.add(seen.back(), 0.5);
};

const std::vector<float> row{0.5f, 1.0f, -0.25f, 0.0f, 0.75f, 0.1f, 0.2f, 0.3f};
constexpr sampler pick{temperature{0.9f}, repeats, learning_draw{7}};

}  // namespace

TEST_CASE("sequence: a draw changes only attempt and what is pending; accept moves on") {
    auto seq = pick.start({.seed = 3, .sequence = 5}, ids{1, 2});
    REQUIRE(seq);
    CHECK(seq.position() == 0);
    const drawn token = pick(row, seq);
    CHECK(token);
    CHECK(seq.position() == 0);
    CHECK(seq.attempt() == 1);
    CHECK(seq.output().empty());
    CHECK(seq.state<2>().accepted == 0);
    CHECK(seq.accept(token.id) == status::ok);
    CHECK(seq.position() == 1);
    CHECK(seq.attempt() == 0);
    CHECK(ids(seq.prompt().begin(), seq.prompt().end()) == ids{1, 2});
    CHECK(ids(seq.output().begin(), seq.output().end()) == ids{token.id});
    CHECK(seq.state<2>().accepted == 1);
    CHECK(seq.state<2>().sum == 7 + token.id);
}

TEST_CASE("sequence: a prompt moves no position, options do") {
    CHECK(pick.start({}, ids{1, 2, 3}).position() == 0);
    const auto seq = pick.start({.seed = 1, .sequence = 2, .position = 3});
    CHECK(seq.random() == philox{.seed = 1, .sequence = 2, .position = 3});
    CHECK(seq.state<2>().sum == 7);
}

TEST_CASE("sequence: feedback is committed only for the token that was drawn") {
    auto seq = pick.start({.seed = 4});
    const drawn token = pick(row, seq);
    CHECK(seq.accept(token.id == 0 ? 1 : 0) == status::ok);
    CHECK(seq.state<2>().accepted == 0);
    CHECK(seq.position() == 1);
    CHECK(seq.accept(token.id) == status::ok);  // nothing is pending here
    CHECK(seq.state<2>().accepted == 0);
}

TEST_CASE("sequence: a redraw takes the next index, and the first draws are those of a bare philox") {
    constexpr sampler plain{categorical{}};
    auto seq = plain.start({.seed = 11, .sequence = 12});
    philox random{.seed = 11, .sequence = 12};
    for (int i = 0; i < 50; ++i) {
        const philox here = random;
        const drawn token = plain(row, seq);
        CHECK(token.id == plain(row, random).id);
        const drawn again = plain(row, seq);
        workspace space;
        candidates<float> c(row, space);
        CHECK(again.id == c.draw(here.word(purpose::token, 1)).id);
        CHECK(seq.accept(token.id) == status::ok);
    }
}

TEST_CASE("sequence: reseeded, what was drawn stays, and what comes is of the words of the new numbers") {
    const auto text = [&](std::uint64_t seed, std::uint64_t number, int accepts) {
        auto seq = pick.start({.seed = seed, .sequence = number, .position = 2}, ids{1, 2});
        for (token_id i = 0; i < accepts; ++i) REQUIRE(seq.accept(i * 5 % 8) == status::ok);
        return seq;
    };
    const auto goes_on_as = [&](auto a, auto b) {
        for (int i = 0; i < 20; ++i) {
            const drawn one = pick(row, a), other = pick(row, b);
            if (one.id != other.id || one.logprob != other.logprob || a.accept(one.id) != b.accept(other.id)) return false;
        }
        return a.bytes() == b.bytes();
    };
    auto seq = text(3, 5, 6);
    const auto original = seq;
    seq.reseed(8, 9);
    CHECK(seq.random() == philox{.seed = 8, .sequence = 9, .position = 8});
    CHECK(seq.bytes() == text(8, 9, 6).bytes());
    CHECK(goes_on_as(seq, text(8, 9, 6)));
    CHECK_FALSE(goes_on_as(seq, original));
    auto resumed = pick.resume(original.bytes());
    resumed.reseed(3, 6);
    CHECK(goes_on_as(resumed, text(3, 6, 6)));
    CHECK_FALSE(goes_on_as(resumed, original));
    resumed.reseed(3, 5);
    CHECK(resumed.bytes() == original.bytes());

    // What is pending was learned from a draw, whatever is drawn with later.
    auto here = original;
    const drawn token = pick(row, here);
    auto fork = here;
    fork.reseed(8, 9);
    CHECK(fork.attempt() == 1);
    auto redrawn = fork;
    auto second_draw = text(8, 9, 6);
    (void)pick(row, second_draw);
    CHECK(pick(row, redrawn).id == pick(row, second_draw).id);
    for (auto* one : {&here, &fork}) {
        CHECK(one->accept(token.id) == status::ok);
        CHECK(one->state<2>().accepted == original.state<2>().accepted + 1);
    }
    CHECK(pick.resume(fork.bytes()).bytes() == fork.bytes());
    // Undone behind it, the text is that of before with the new words.
    CHECK(fork.rollback(7) == status::ok);
    CHECK(fork.output().empty());
    auto anew = text(8, 9, 0);
    for (int i = 0; i < 20; ++i) {
        const drawn one = pick(row, fork), same = pick(row, anew);
        CHECK(one.id == same.id);
        CHECK(one.logprob == same.logprob);
        CHECK(fork.accept(one.id) == anew.accept(same.id));
    }
}

TEST_CASE("sequence: where all the words of a position are used up, the draw says so and a token accepted goes on") {
    constexpr sampler plain{categorical{}};
    auto bytes = plain.start({.seed = 6}).bytes();
    const std::size_t attempt_at = 3 * 4 + 8 + 8 + 4;
    for (std::size_t i = 0; i < 4; ++i) bytes[attempt_at + i] = std::byte{0xff};
    bytes[attempt_at] = std::byte{0xfd};
    auto seq = plain.resume(bytes);
    REQUIRE(seq);
    REQUIRE(seq.attempt() == 0xfffffffdu);
    CHECK(plain(row, seq));
    CHECK(plain.distribution(row, seq));
    CHECK(plain(row, seq));
    const auto before = seq.bytes();
    CHECK(plain(row, seq).why == status::out_of_words);
    CHECK(plain.distribution(row, seq).why == status::out_of_words);
    CHECK(seq.bytes() == before);
    CHECK(seq.accept(1) == status::ok);
    CHECK(plain(row, seq));
}

TEST_CASE("sequence: ids out of range are refused and change nothing") {
    auto seq = pick.start({.seed = 5, .vocabulary = 6});
    for (const token_id id : {-1, 6, 1000, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        CHECK(seq.accept(id) == status::bad_parameter);
        CHECK(seq.output().empty());
        CHECK(seq.position() == 0);
    }
    CHECK(seq.accept(5) == status::ok);

    auto open = pick.start();  // the last row tells
    CHECK(open.accept(1 << 24) == status::bad_parameter);
    CHECK(pick(row, open));
    CHECK(open.accept(8) == status::bad_parameter);
    CHECK(open.accept(7) == status::ok);
    CHECK(seq.rollback(2) == status::bad_parameter);
    CHECK(seq.output().size() == 1);
}

TEST_CASE("sequence: what lies behind the vocabulary in a wider row does not live, for no draw, law or stage") {
    // 300 tokens, and padding that a model left as it was: the greatest of all, NaN, +inf.
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    std::vector<float> tokens(300), other(300);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        tokens[i] = static_cast<float>((i * 37) % 101) * 0.05f;
        other[i] = static_cast<float>((i * 53) % 89) * 0.03f;
    }
    for (const float behind : {100.0f, nan, infinity, 0.0f}) {
        CAPTURE(behind);
        auto padded = tokens, other_padded = other;
        padded.resize(512, behind);
        other_padded.resize(512, behind);
        const std::vector<std::uint32_t> mask(16, 0xfffffff0u);
        const auto same = [&](const auto& expected, const auto& got) {
            auto a = expected.start({.seed = 5, .vocabulary = 300}, ids{7, 8, 7, 8}),
                 b = got.start({.seed = 5, .vocabulary = 300}, ids{7, 8, 7, 8});
            for (int i = 0; i < 20; ++i) {
                const auto law = got.distribution(padded, b), exact = expected.distribution(tokens, a);
                REQUIRE(law);
                CHECK(law.ids == exact.ids);
                CHECK(law.probabilities == exact.probabilities);
                const drawn token = got(padded, b);
                REQUIRE(token);
                CHECK(token.id == expected(tokens, a).id);
                CHECK(b.accept(token.id) == status::ok);
                CHECK(a.accept(token.id) == status::ok);
            }
        };
        const auto alike = [&](const auto& one) { same(one, one); };
        alike(sampler{categorical{}});
        alike(sampler{greedy{}});
        alike(sampler{top_p{0.9f}, min_p{0.1f}, gumbel{}});
        alike(sampler{temperature{0.7f}, penalties{.repetition = 1.5f, .frequency = 0.5f}, dry{.multiplier = 1}, mirostat{.tau = 3}});
        alike(sampler{allow{mask, past_end::keep}, top_k{40}, categorical{}});
        alike(sampler{allow{std::span(mask).first(3), past_end::keep}, typical{0.9f}, categorical{}});
        alike(sampler{allow{mask, past_end::ban, 300}, chain{ban<>(std::span<const token_id>{}), top_k{5}}, categorical{}});
        // Another row is cut with this one, and may be as wide as it or as the vocabulary.
        same(sampler{guidance<float>{other, 1.5f}, categorical{}}, sampler{guidance<float>{other_padded, 1.5f}, categorical{}});
        same(sampler{contrastive<float>{other, 0.1f, 0.5f}, categorical{}},
             sampler{contrastive<float>{other_padded, 0.1f, 0.5f}, categorical{}});
        same(sampler{chain{guidance<float>{other, 1.5f}}, categorical{}},
             sampler{chain{temperature{}, guidance<float>{other_padded, 1.5f}}, categorical{}});
        alike(sampler{guidance<float>{other, 1.5f}, chain{contrastive<float>{other, 0.1f, 0.5f}}, categorical{}});

        // Ids from the vocabulary on are outside of the row for a list, too; another width is another width.
        const sampler lists{ban{{299}}, ban{{300}}, categorical{}};
        auto seq = lists.start({.vocabulary = 300});
        CHECK(lists(padded, seq).why == status::outside_row);
        CHECK(lists.check(512, seq).stage == 1);
        CHECK(lists.check(512));
        const std::vector<float> narrower(511, 0.0f);
        const sampler rows{guidance<float>{narrower, 2}, categorical{}};
        auto text = rows.start({.vocabulary = 300});
        CHECK(rows(padded, text).why == status::outside_row);
        CHECK(rows.check(512, text).stage == 0);
        const sampler fitting{chain{guidance<float>{other_padded, 2}}, guidance<float>{other, 2}, categorical{}};
        CHECK(fitting.check(512, fitting.start({.vocabulary = 300})));
        CHECK_FALSE(fitting.check(512, fitting.start()));
        CHECK_FALSE(fitting.check(512));
    }
    // A stage of one's own sees the row that may be drawn from, and may ask how wide it was.
    std::size_t width = 0, given = 0;
    const sampler mine{[&](auto& c, auto& context) {
                           width = c.width();
                           given = context.row_width();
                       },
                       categorical{}};
    auto seq = mine.start({.vocabulary = 6});
    CHECK(mine(row, seq));
    CHECK(width == 6);
    CHECK(given == 8);
    // A row that is no wider than the vocabulary is what it is.
    auto larger = mine.start({.vocabulary = 100});
    CHECK(mine(row, larger));
    CHECK(width == 8);
}

TEST_CASE("sequence: without one, the vocabulary is where the row given ends") {
    std::vector<float> tokens(300), other(300);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        tokens[i] = static_cast<float>((i * 37) % 101) * 0.05f;
        other[i] = static_cast<float>((i * 53) % 89) * 0.03f;
    }
    auto padded = tokens, other_padded = other;
    padded.resize(512, 100.0f);
    other_padded.resize(512, std::numeric_limits<float>::quiet_NaN());
    const std::vector<std::uint32_t> mask(16, 0xfffffff0u);
    const std::span<const float> row_of_tokens = std::span(padded).first(300);
    const auto alike = [&](const auto& with_row, const auto& with_sequence) {
        auto seq = with_sequence.start({.seed = 5, .sequence = 2, .vocabulary = 300});
        philox random{.seed = 5, .sequence = 2};
        for (int i = 0; i < 20; ++i) {
            CHECK(with_row.distribution(row_of_tokens, random).probabilities == with_sequence.distribution(padded, seq).probabilities);
            const drawn a = with_row(row_of_tokens, random), b = with_sequence(padded, seq);
            REQUIRE(a);
            CHECK(a.id == b.id);
            CHECK(a.logprob == b.logprob);
            CHECK(seq.accept(b.id) == status::ok);
        }
    };
    const auto same = [&](const auto& one) { alike(one, one); };
    same(sampler{top_k{40}, top_p{0.9f}, categorical{}});
    same(sampler{xtc{.probability = 0.5f, .threshold = 0.01f}, gumbel{}});
    same(sampler{allow{mask, past_end::keep}, typical{0.9f}, categorical{}});
    alike(sampler{guidance<float>{std::span(other_padded).first(300), 1.5f}, categorical{}},
          sampler{guidance<float>{other_padded, 1.5f}, categorical{}});
    CHECK(sampler{greedy{}}(row_of_tokens).id == sampler{greedy{}}(tokens).id);
}

TEST_CASE("sequence: one that was started with output goes on as if it had accepted it") {
    const ids prompt{1, 2, 3}, output{4, 5, 6, 5};
    auto accepted = pick.start({.seed = 5, .sequence = 6, .position = 7}, prompt);
    for (const token_id id : output) CHECK(accepted.accept(id) == status::ok);
    auto given = pick.start({.seed = 5, .sequence = 6, .position = 7, .prompt = prompt, .output = output});
    REQUIRE(given);
    CHECK(given.position() == 11);
    CHECK(given.bytes() == accepted.bytes());
    CHECK(ids(given.output().begin(), given.output().end()) == output);
    CHECK(given.rollback(3) == status::ok);
    CHECK(accepted.rollback(3) == status::ok);
    CHECK(given.bytes() == accepted.bytes());
    CHECK(given.position() == 8);
    CHECK(given.rollback(2) == status::bad_parameter);
    for (int i = 0; i < 10; ++i) {
        const drawn token = pick(row, given);
        CHECK(token.id == pick(row, accepted).id);
        CHECK(given.accept(token.id) == status::ok);
        CHECK(accepted.accept(token.id) == status::ok);
    }
    // The prompt beside the options is the one that counts.
    CHECK(pick.start({.prompt = output}, prompt).bytes() == pick.start({.prompt = prompt}).bytes());
    // Counts of the output are counts of this output.
    const sampler counting{presence_penalty{.alpha = 100}, greedy{}};
    const std::vector<float> falling{3, 2, 1};
    auto seen = counting.start({.prompt = ids{1}, .output = ids{0}});
    CHECK(counting(falling, seen).id == 1);
    // What accept() refuses is refused.
    for (const token_id id : {-1, 6, 1 << 24, std::numeric_limits<token_id>::min()}) {
        const auto refused = pick.start({.vocabulary = 6, .output = ids{1, id}});
        CHECK(refused.why() == status::bad_parameter);
    }
    CHECK(pick.start({.vocabulary = 6, .prompt = ids{6, -1}, .output = ids{5}}));
    CHECK(pick.start({.output = ids{1 << 24}}).why() == status::bad_parameter);
}

TEST_CASE("sequence: a distribution wants no sequence that may change, nor one with a name") {
    const sampler reads{
        repetition_penalty{2},
        [](auto& c, auto& context) { c.shift(static_cast<double>(context.history().counts(2, scope::both).tokens.size())); },
        categorical{}};
    const auto seq = reads.start({.seed = 3, .output = ids{1, 4}});
    const auto before = seq.bytes();
    const auto law = reads.distribution(row, seq);
    REQUIRE(law);
    workspace space;
    CHECK(reads.distribution(row, seq, space).probabilities == law.probabilities);
    CHECK(reads.distribution(row, reads.start({.seed = 3, .output = ids{1, 4}})).probabilities == law.probabilities);
    CHECK(seq.bytes() == before);
    auto changing = seq;
    CHECK(reads.distribution(row, changing).probabilities == law.probabilities);
}

TEST_CASE("sequence: a failed row leaves it unchanged") {
    auto seq = pick.start({.seed = 5});
    (void)pick(row, seq);
    const auto before = seq.bytes();
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    CHECK(pick(std::vector{1.0f, nan}, seq).why == status::nan_logit);
    CHECK(pick(std::vector{-infinity}, seq).why == status::empty);
    CHECK(pick(std::vector<float>{}, seq).why == status::empty);
    CHECK(seq.bytes() == before);
}

TEST_CASE("sequence: foreign bytes are refused") {
    auto seq = pick.start({.seed = 9}, ids{1, 2, 3});
    for (int i = 0; i < 5; ++i) CHECK(seq.accept(pick(row, seq).id) == status::ok);
    const auto good = seq.bytes();
    CHECK(pick.resume(good));
    for (std::size_t n = 0; n < good.size(); ++n) CHECK(pick.resume(std::span(good).first(n)).why() == status::bad_parameter);
    auto longer = good;
    longer.push_back(std::byte{0});
    CHECK(pick.resume(longer).why() == status::bad_parameter);
    for (const std::size_t at : {0u, 4u, 8u}) {  // the name, the version, the size of the states
        auto other = good;
        other[at] ^= std::byte{1};
        const auto wrong = pick.resume(other);
        CHECK(wrong.why() == status::bad_parameter);
        CHECK_FALSE(wrong);
    }
    auto refused = pick.resume({});
    CHECK(pick(row, refused).why == status::bad_parameter);
    CHECK(refused.accept(1) == status::bad_parameter);
    // Another pipeline's states are of another size.
    constexpr sampler plain{categorical{}};
    CHECK(plain.resume(good).why() == status::bad_parameter);
}

TEST_CASE("sequence: it belongs to a pipeline's type and not to its address") {
    auto seq = pick.start({.seed = 1});
    const auto other = pick;
    auto copy = seq;
    CHECK(other(row, seq).id == pick(row, copy).id);
}

TEST_CASE("sequence: moved onto itself it stays what it was, and so does one swapped with itself") {
    auto seq = pick.start({.seed = 6}, ids{1, 2});
    for (int i = 0; i < 4; ++i) CHECK(seq.accept(pick(row, seq).id) == status::ok);
    (void)pick(row, seq);
    const auto before = seq.bytes();
    auto& same = seq;
    using std::swap;
    seq = std::move(same);
    CHECK(seq.bytes() == before);
    swap(seq, same);
    CHECK(seq.bytes() == before);
    seq = same;
    CHECK(seq.bytes() == before);
    CHECK(seq.rollback(2) == status::ok);
    CHECK(seq.state<2>().accepted == 2);
    CHECK(seq.rollback(2) == status::ok);
    CHECK(seq.state<2>().accepted == 0);
    CHECK(seq.rollback(1) == status::bad_parameter);
}

TEST_CASE("sequence: what was moved from refuses everything until it is given something") {
    auto seq = pick.start({.seed = 6}, ids{1, 2});
    for (int i = 0; i < 4; ++i) CHECK(seq.accept(pick(row, seq).id) == status::ok);
    const auto whole = seq.bytes();
    const auto check_refused = [&](auto& moved) {
        CHECK_FALSE(moved);
        CHECK(moved.why() == status::bad_parameter);
        CHECK(moved.accept(1) == status::bad_parameter);
        CHECK(moved.rollback(0) == status::bad_parameter);
        CHECK(moved.rollback(2) == status::bad_parameter);
        CHECK(moved.reserve(1) == status::bad_parameter);
        CHECK(moved.bytes().empty());
        CHECK(pick.resume(moved.bytes()).why() == status::bad_parameter);
        CHECK(pick(row, moved).why == status::bad_parameter);
        CHECK(moved.output().empty());
        CHECK(moved.prompt().empty());
    };
    auto second = std::move(seq);
    check_refused(seq);
    CHECK(second.bytes() == whole);
    auto third = pick.start({.seed = 7}, ids{3});
    third = std::move(second);
    check_refused(second);
    CHECK(third.bytes() == whole);
    CHECK(third.rollback(4) == status::ok);
    seq = third;
    CHECK(seq.bytes() == third.bytes());
    CHECK(seq.accept(1) == status::ok);
    CHECK(third.output().empty());
}

TEST_CASE("sequence: the distribution is that of the present position, and asks for nothing") {
    auto seq = pick.start({.seed = 1}, ids{4});
    const auto before = seq.bytes();
    const auto law = pick.distribution(row, seq);
    CHECK(seq.bytes() == before);
    REQUIRE(law);
    CHECK(law.ids.size() == row.size());
    CHECK(law.probabilities[4] > law.probabilities[1]);  // 0.75 / 0.9 + 0.5 against 1 / 0.9
}

TEST_CASE("sequence: bytes with an output that accept would have refused are refused") {
    const sampler pick{temperature{1.0f}, categorical{}};
    auto wide = pick.start({.output = std::vector<token_id>{12}});
    REQUIRE(wide);
    auto bytes = wide.bytes();
    CHECK(pick.resume(bytes));
    // The output is the last of the bytes; an id below 0 is one of no vocabulary.
    for (std::size_t i = bytes.size() - 4; i < bytes.size(); ++i) bytes[i] = std::byte{0xff};
    CHECK(pick.resume(bytes).why() == status::bad_parameter);
}

TEST_CASE("sampler check: an enumerator that is none is a bad parameter") {
    CHECK(sampler{top_k{3, 1, static_cast<ties>(7)}, greedy{}}.check().why == status::bad_parameter);
    CHECK(sampler{penalties{.repetition = 1.1f, .counts_over = static_cast<scope>(9)}, greedy{}}.check().why == status::bad_parameter);
    CHECK(sampler{repetition_penalty{1.2f, -1, static_cast<scope>(9)}, greedy{}}.check().why == status::bad_parameter);
    CHECK(sampler{presence_penalty{0.2f, -1, static_cast<scope>(9)}, greedy{}}.check().why == status::bad_parameter);
}
