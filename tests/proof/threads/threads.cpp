// Eight threads at once on what may be shared: a sampler, a chain, a prompt, a text to fork, the lists and masks that stages look at; and on
// what each has of its own: its workspaces. Run under ThreadSanitizer (the preset `tsan`) this is what it looks at.
#include "catch.hpp"

#include <argdraw/argdraw.hpp>
#include <array>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace argdraw;

namespace {

constexpr std::size_t threads = 8;

using ids = std::vector<token_id>;

template <logit_scalar T>
std::vector<T> some_row(std::size_t width, std::uint64_t seed) {
    philox random{.seed = seed};
    std::vector<T> row(width);
    for (T& each : row) each = static_cast<T>(static_cast<float>(random() % 16384) * 1e-3f);
    return row;
}

// What task(i) returns on thread i, all of them let off together.
template <class Task>
auto at_once(Task task) {
    std::array<std::invoke_result_t<Task, std::size_t>, threads> results;
    std::barrier line(threads);
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < threads; ++i)
        running.emplace_back([&, i] {
            line.arrive_and_wait();
            results[i] = task(i);
        });
    running.clear();
    return results;
}

template <class Task>
auto one_by_one(Task task) {
    std::array<std::invoke_result_t<Task, std::size_t>, threads> results;
    for (std::size_t i = 0; i < threads; ++i) results[i] = task(i);
    return results;
}

template <logit_scalar T>
ids drawn_from(const std::vector<T>& row, std::size_t text) {
    static constexpr sampler usual{temperature{0.8f}, top_k{50}, top_p{0.9f}, min_p{0.01f}, categorical{}};
    static constexpr sampler whole{temperature{0.8f}, top_p{0.99f}, categorical{}};
    philox random{.seed = 99, .sequence = text};
    ids tokens;
    for (int i = 0; i < 20; ++i) {
        tokens.push_back(usual(row, random).id);
        tokens.push_back(whole(row, random).id);
    }
    return tokens;
}

}  // namespace

// The first case of this program, so that nothing has asked for the instruction set before.
TEST_CASE("threads: the first draws of a process, eight at once") {
    const auto floats = some_row<float>(5000, 1);
    const auto doubles = some_row<double>(5000, 2);
    const auto halves = some_row<argdraw::half>(5000, 3);
    const auto task = [&](std::size_t i) {
        switch (i % 3) {
            case 0: return drawn_from(floats, i);
            case 1: return drawn_from(doubles, i);
            default: return drawn_from(halves, i);
        }
    };
    const auto parallel = at_once(task);
    CHECK(parallel == one_by_one(task));
}

TEST_CASE("threads: one sampler, one chain, one prompt, one text to fork; eight texts") {
    constexpr std::size_t width = 3000, tokens = 30;
    const auto row = some_row<float>(width, 4), other = some_row<float>(width, 5);
    const ids prompt{5, 6, 7, 5, 6, 7, 5, 6}, words{7, 8, 9};
    const std::vector<std::span<const token_id>> phrases{std::span(words).first(2), std::span(words).last(1)};
    const std::vector<token_bias> biases{{5, 2.0f}, {1000, 3.0f}, {2999, -1.0f}};
    const std::vector<std::uint32_t> mask((width + 31) / 32, 0x7fff7fffu);
    const chain stages{penalties{.repetition = 1.2f, .frequency = 0.1f},
                       dry{.multiplier = 0.8f},
                       no_repeat_ngram{3},
                       bad_words{phrases},
                       logit_bias{biases},
                       allow{mask, past_end::ban},
                       xtc{0.5f, 0.02f},
                       top_k{200},
                       temperature{0.9f}};
    REQUIRE(stages.valid());
    const sampler writer{stages, guidance<float>{other, 1.5f}, mirostat{3.0f, 0.2f}};
    REQUIRE(writer.check());
    const auto begun = writer.start({.seed = 7}, prompt);
    REQUIRE(begun.why() == status::ok);

    const auto task = [&](std::size_t i) {
        ids written;
        const auto write = [&](auto text) {
            for (std::size_t step = 0; step < tokens; ++step) {
                const drawn token = writer(row, text);
                if (text.accept(token.id) != status::ok) return;
                written.push_back(token.id);
                if (step % 7 == 6) (void)text.rollback(2);
                if (step % 11 == 10) written.push_back(writer.distribution(row, text).ids.front());
            }
        };
        write(begun);
        write(writer.start({.seed = 7, .sequence = i}, prompt));
        write(writer.resume(begun.bytes()));
        return written;
    };
    const auto parallel = at_once(task);
    CHECK(parallel == one_by_one(task));
    CHECK(parallel[0].size() > 3 * tokens);
}

TEST_CASE("threads: forks of one text, each asked, changed and dropped in a thread of its own") {
    constexpr std::size_t width = 60;
    const auto row = some_row<float>(width, 8);
    const ids breakers{50, 51};
    const sampler writer{penalties{.repetition = 1.1f, .frequency = 0.05f, .window = 100},
                         dry{.multiplier = 0.1f, .allowed_length = 1, .breakers = breakers}, no_repeat_ngram{9}, temperature{1.3f},
                         mirostat{4.0f, 0.1f}};
    // It repeats itself, with loops in loops: what is found out about them at one question is remembered for the next.
    ids prompt;
    for (int i = 0; i < 1500; ++i) prompt.push_back(i % 100 < 90 ? 1 + i % 3 : static_cast<token_id>(4 + i / 100 % 5));
    for (int round = 0; round < 4; ++round) {
        auto text = writer.start({.seed = 11, .sequence = static_cast<std::uint64_t>(round)}, prompt);
        for (int i = 0; i < 200; ++i) REQUIRE(text.accept(1 + i % 3) == status::ok);
        const auto write = [&](auto fork, std::size_t i) {
            ids written;
            for (std::size_t step = 0; step < 20; ++step) {
                // Some ask first, some change first.
                const drawn token = (i + step) % 3 == 0 ? drawn{.id = static_cast<token_id>(1 + step % 3)} : writer(row, fork);
                if (fork.accept(token.id) != status::ok) return ids{};
                written.push_back(token.id);
                auto again = fork;
                if (step % 4 == 3 && fork.rollback(i % 3 + 1) != status::ok) return ids{};
                written.push_back(writer(row, again).id);
                if (step % 5 == 4) fork = std::move(again);
            }
            written.insert(written.end(), fork.output().begin(), fork.output().end());
            return written;
        };
        const auto from_forks = [&](auto run) {
            std::vector<decltype(text)> forks(threads, text);
            return run([&](std::size_t i) { return write(std::move(forks[i]), i); });
        };
        const auto serial = from_forks([](auto task) { return one_by_one(task); });
        const auto parallel = from_forks([](auto task) { return at_once(task); });
        CHECK(parallel == serial);
        CHECK(parallel[0].size() > 200);
        const auto alone = writer.resume(text.bytes());
        for (std::size_t i = 0; i < threads; ++i) CHECK(write(alone, i) == serial[i]);
    }
}

TEST_CASE("threads: rows of one batch, drawn into neighbours") {
    constexpr std::size_t width = 700, texts = 64;
    const auto rows = some_row<float>(width * texts, 6);
    static constexpr sampler pick{temperature{0.8f}, min_p{0.02f}, categorical{}};
    std::vector<drawn> parallel(texts), serial(texts);
    const auto draw_into = [&](std::vector<drawn>& into, std::size_t i) {
        philox random{.seed = 3, .sequence = i};
        into[i] = pick(std::span(rows).subspan(i * width, width), random);
    };
    at_once([&](std::size_t first) {
        for (std::size_t i = first; i < texts; i += threads) draw_into(parallel, i);
        return true;
    });
    for (std::size_t i = 0; i < texts; ++i) draw_into(serial, i);
    for (std::size_t i = 0; i < texts; ++i) {
        CHECK(parallel[i].id == serial[i].id);
        CHECK(parallel[i].logprob == serial[i].logprob);
    }
}

TEST_CASE("threads: workspaces grown, given back, and gone with a thread that ends, while others draw") {
    std::array<std::vector<float>, threads> rows;
    for (std::size_t i = 0; i < threads; ++i) rows[i] = some_row<float>(500 + 3100 * i, 7 + i);
    const auto task = [&](std::size_t i) {
        ids tokens;
        for (std::size_t step = 0; step < threads; ++step) {
            const std::size_t r = (i + step) % threads;
            const auto add = [&] {
                for (const token_id each : drawn_from(rows[r], r)) tokens.push_back(each);
            };
            if (step % 3 == 2) std::jthread(add).join();
            else add();
            if (step % 2 == 1) release_workspace();
        }
        return tokens;
    };
    const auto parallel = at_once(task);
    CHECK(parallel == one_by_one(task));
}

TEST_CASE("threads: the instruction set changes under draws, and no token does") {
    const isa before = active_isa();
    const auto row = some_row<float>(5000, 20);
    const auto task = [&](std::size_t i) {
        if (i == 0) {
            for (int n = 0; n < 400; ++n)
                for (const isa set : every_isa) (void)force_isa(set);
            (void)force_isa(before);
            return ids{};
        }
        return drawn_from(row, i);
    };
    const auto parallel = at_once(task);
    CHECK(active_isa() == before);
    CHECK(parallel == one_by_one(task));
}
