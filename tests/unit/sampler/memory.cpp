// Memory that cannot be had: the call says so, and a sequence stays as it was.
#include "catch.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <thread>
#include <type_traits>
#include <vector>

#include <argdraw/argdraw.hpp>

#include "core/counted_new.hpp"

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;

const std::vector<float> row{0.5f, 1.0f, -0.25f, 0.0f, 0.75f, 0.1f, 0.2f, 0.3f};

// A state of 8 bytes beside each token of 4, and a view of the history.
constexpr sampler learns{frequency_penalty{0.1f}, mirostat{5.0f}};
constexpr sampler stateless{frequency_penalty{0.1f}, categorical{}};
constexpr sampler without_view{mirostat{5.0f}};

// A state that is more than all else of its token.
struct heavy {
    struct state {
        std::int64_t draws;
        std::int64_t rest[600];

        template <class F>
        void each_number(F visit) {
            visit(draws);
            visit(rest);
        }
    };
    state start() const noexcept { return {}; }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        ++context.state().draws;
        return c.draw(context.word(purpose::token));
    }
};

ids prompt_of(std::size_t n) {
    ids prompt(n);
    for (std::size_t i = 0; i < n; ++i) prompt[i] = static_cast<token_id>(i % row.size());
    return prompt;
}

}  // namespace

TEMPLATE_TEST_CASE("memory: accepts within what was reserved allocate nothing, nor does undoing them", "", decltype(learns),
                   decltype(stateless)) {
    const TestType pick = [] {
        if constexpr (std::is_same_v<TestType, decltype(learns)>) return learns;
        else return stateless;
    }();
    auto seq = pick.start({.seed = 1}, ids{1, 2});
    REQUIRE(seq.reserve(100) == status::ok);
    const std::size_t before = counted_new::calls;
    status worst = status::ok;
    for (token_id i = 0; i < 100; ++i)
        if (const status why = seq.accept(i % 8); why != status::ok) worst = why;
    const status undone = seq.rollback(60);
    const std::size_t after = counted_new::calls;
    CHECK(worst == status::ok);
    CHECK(undone == status::ok);
    CHECK(after == before);
    CHECK(seq.output().size() == 40);
    CHECK(seq.position() == 40);
}

TEST_CASE("memory: more than any history may have is out of memory, and changes nothing") {
    auto seq = learns.start({.seed = 1}, ids{1, 2});
    REQUIRE(seq.accept(3) == status::ok);
    const auto before = seq.bytes();
    for (const std::size_t much : {history::most_tokens, std::size_t{1} << 62, std::numeric_limits<std::size_t>::max() / 2,
                                   std::numeric_limits<std::size_t>::max() - 1, std::numeric_limits<std::size_t>::max()})
        CHECK(seq.reserve(much) == status::out_of_memory);
    CHECK(seq);
    CHECK(seq.bytes() == before);
    CHECK(seq.accept(4) == status::ok);
}

TEST_CASE("memory: reserve without it says so and changes nothing") {
    auto seq = without_view.start({.seed = 1}, ids{1, 2});
    REQUIRE(seq.accept(3) == status::ok);
    const auto before = seq.bytes();
    // Neither the tokens, nor, of 10 000 accepts, the states beside them: 40 000 bytes and twice as many.
    for (const std::size_t limit : {std::size_t{1000}, std::size_t{60000}}) {
        status reserved;
        {
            const counted_new::scarce memory(limit);
            reserved = seq.reserve(10000);
        }
        CHECK(reserved == status::out_of_memory);
        CHECK(seq.bytes() == before);
    }
    CHECK(seq.reserve(10000) == status::ok);
}

TEST_CASE("memory: a token that finds no room is not accepted, and its state is not kept") {
    // A longer history is copied to find room for one more; the states' room is small.
    for (const std::size_t limit : {std::size_t{0}, std::size_t{4096}}) {
        auto seq = learns.start({.seed = 1}, prompt_of(10000));
        const drawn token = learns(row, seq);
        REQUIRE(token);
        const auto before = seq.bytes();
        status accepted;
        {
            const counted_new::scarce memory(limit);
            accepted = seq.accept(token.id);
        }
        CHECK(accepted == status::out_of_memory);
        CHECK(seq.bytes() == before);
        CHECK(seq.accept(token.id) == status::ok);
        CHECK(seq.rollback(1) == status::ok);
        CHECK(seq.rollback(1) == status::bad_parameter);
    }
}

TEST_CASE("memory: a sequence that could not be made says why, and so does whatever is asked of it") {
    const ids prompt = prompt_of(2000);
    const auto bytes = learns.start({.seed = 1}, prompt).bytes();
    for (const std::size_t limit : {std::size_t{0}, std::size_t{4096}}) {
        status started, resumed, drawn_of_it, law_of_it, accepted, undone;
        {
            const counted_new::scarce memory(limit);
            auto seq = learns.start({.seed = 1}, prompt);
            started = seq.why();
            drawn_of_it = learns(row, seq).why;
            law_of_it = learns.distribution(row, seq).why;
            accepted = seq.accept(1);
            undone = seq.rollback(0);
            resumed = learns.resume(bytes).why();
        }
        for (const status each : {started, resumed, drawn_of_it, law_of_it, accepted, undone}) CHECK(each == status::out_of_memory);
    }
}

TEMPLATE_TEST_CASE("memory: an assignment that finds none changes nothing, whichever part had none", "", decltype(learns),
                   decltype(stateless), decltype(without_view)) {
    const TestType pick = [] {
        if constexpr (std::is_same_v<TestType, decltype(learns)>) return learns;
        else if constexpr (std::is_same_v<TestType, decltype(stateless)>) return stateless;
        else return without_view;
    }();
    const auto after = [&](std::uint64_t seed, int accepts, std::size_t prompt) {
        auto seq = pick.start({.seed = seed}, prompt_of(prompt));
        for (int i = 0; i < accepts; ++i) REQUIRE(seq.accept(pick(row, seq).id) == status::ok);
        (void)pick(row, seq);
        return seq;
    };
    const auto longer = after(1, 700, 40), shorter = after(2, 5, 3);
    const auto of_longer = longer.bytes(), of_shorter = shorter.bytes();
    const auto undone = [](auto seq, std::size_t n) {
        CHECK(seq.rollback(n) == status::ok);
        CHECK(seq.rollback(1) == status::bad_parameter);
        return seq.bytes();
    };
    const auto start_of_shorter = undone(shorter, 5), start_of_longer = undone(longer, 700);
    for (std::size_t limit = 0; limit < 20000; limit = limit * 5 / 4 + 4) {
        CAPTURE(limit);
        auto seq = shorter;
        bool assigned = true;
        {
            const counted_new::scarce memory(limit);
            try {
                seq = longer;
            } catch (const std::bad_alloc&) { assigned = false; }
        }
        CHECK(seq.bytes() == (assigned ? of_longer : of_shorter));
        CHECK(undone(seq, assigned ? 700 : 5) == (assigned ? start_of_longer : start_of_shorter));
    }
}

TEST_CASE("memory: a fork takes as little for a long text as for a short one, and drawing from it none") {
    const ids breakers{7};
    const sampler pick{penalties{.repetition = 1.1f, .frequency = 0.1f}, dry{.multiplier = 0.1f, .allowed_length = 1, .breakers = breakers},
                       mirostat{5.0f}};
    auto text = pick.start({.seed = 1}, prompt_of(20000));
    for (token_id i = 0; i < 12000; ++i) REQUIRE(text.accept(i * i % 8) == status::ok);
    auto kept = text;
    REQUIRE(pick(row, text));
    const auto bytes = text.bytes();
    auto other = pick.start();
    {
        const counted_new::scarce memory(1000);
        const auto fork = text;
        other = fork;
    }
    CHECK(other.bytes() == bytes);
    const std::size_t before = counted_new::calls;
    const drawn here = pick(row, text), there = pick(row, other);
    CHECK(counted_new::calls == before);
    CHECK(here.id == there.id);
    // Neither notices what the other does.
    CHECK(other.accept(there.id) == status::ok);
    CHECK(other.rollback(100) == status::ok);
    CHECK(kept.rollback(12000) == status::ok);
    const drawn again = pick(row, kept);
    CHECK(again);
    CHECK(text.accept(here.id) == status::ok);
    CHECK(text.rollback(1) == status::ok);
    CHECK(text.output().size() == 12000);
    CHECK(other.output().size() == 11901);
    CHECK(kept.output().empty());
    CHECK(pick.resume(text.bytes()).bytes() == text.bytes());
    // What was made its own once has room for what follows.
    auto last = text;
    REQUIRE(last.accept(1) == status::ok);
    const std::size_t then = counted_new::calls;
    status worst = status::ok;
    for (int i = 0; i < 1000; ++i)
        if (const status why = last.accept(2); why != status::ok) worst = why;
    CHECK(worst == status::ok);
    CHECK(counted_new::calls - then < 10);
}

TEST_CASE("memory: a fork that finds none to make a text its own says so, and both stay as they were") {
    auto text = learns.start({.seed = 1}, prompt_of(200));
    for (int i = 0; i < 300; ++i) REQUIRE(text.accept(learns(row, text).id) == status::ok);
    REQUIRE(learns(row, text));
    const auto before = text.bytes();
    bool refused = false, taken = false;
    for (std::size_t limit = 0; limit < 20000; limit = limit * 9 / 8 + 8) {
        auto fork = text;
        status accepted, undone;
        {
            const counted_new::scarce memory(limit);
            accepted = fork.accept(1);
            if (accepted == status::out_of_memory) refused = true;
            undone = fork.rollback(accepted == status::ok ? 2 : 1);
        }
        CHECK((accepted == status::ok || accepted == status::out_of_memory));
        CHECK((undone == accepted || undone == status::ok));  // what is undone writes to fewer pages
        taken |= accepted == status::ok;
        if (undone != status::ok) CHECK(fork.bytes() == before);
        CHECK(text.bytes() == before);
        CHECK(fork.rollback(undone == status::ok ? 299 : 300) == status::ok);
        CHECK(fork.output().empty());
        CHECK(learns.resume(fork.bytes()).bytes() == fork.bytes());
    }
    CHECK(refused);
    CHECK(taken);
}

TEST_CASE("memory: where the states before find no room, no token is undone") {
    const sampler pick{heavy{}};
    auto text = pick.start({.seed = 1});
    for (int i = 0; i < 100; ++i) REQUIRE(text.accept(pick(row, text).id) == status::ok);
    const auto before = text.bytes();
    for (const std::size_t limit : {0, 200, 700, 1000, 1300}) {
        auto fork = text;
        status undone;
        {
            const counted_new::scarce memory(limit);
            undone = fork.rollback(1);
        }
        CHECK(undone == status::out_of_memory);
        CHECK(fork.bytes() == before);
        CHECK(fork.rollback(1) == status::ok);
        CHECK(fork.state<0>().draws == 99);
    }
    CHECK(text.bytes() == before);
}

TEST_CASE("memory: without any, every way to call says so, and nothing moves on") {
    // A thread of its own, which has no scratch memory yet.
    std::thread([] {
        constexpr sampler best{temperature{0.5f}, greedy{}};
        constexpr sampler random_stage{xtc{.probability = 0.5f, .threshold = 0.1f}, categorical{}};
        constexpr sampler plain{categorical{}};
        auto seq = learns.start({.seed = 1}, ids{1});
        const auto before = seq.bytes();
        philox random{.seed = 1};
        status found[6];
        {
            const counted_new::scarce memory(0);
            found[0] = best(row).why;
            found[1] = plain(row, random).why;
            found[2] = learns(row, seq).why;
            found[3] = plain.distribution(row).why;
            found[4] = random_stage.distribution(row, random).why;
            found[5] = learns.distribution(row, seq).why;
        }
        for (const status each : found) CHECK(each == status::out_of_memory);
        CHECK(random.position == 0);
        CHECK(seq.bytes() == before);
        CHECK(best(row).id == 1);
        CHECK(learns(row, seq));
    }).join();
}

TEST_CASE("memory: nothing undone is nothing changed") {
    auto seq = learns.start({.seed = 1}, ids{1});
    REQUIRE(seq.accept(2) == status::ok);
    const auto before = seq.bytes();
    CHECK(seq.rollback(0) == status::ok);
    CHECK(seq.bytes() == before);
}
