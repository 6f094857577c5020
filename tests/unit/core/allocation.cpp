// The memory of a draw: taken at the first call of a width, and never again.

#include "catch.hpp"

#include "counted_new.hpp"

#include <argdraw/argdraw.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace argdraw;

namespace {

// One type for several pipelines, with parameters known at run time: a neutral stage is not called.
using pipeline = sampler<temperature, top_k, top_p, min_p, softmax, categorical>;
using greedy_pipeline = sampler<temperature, greedy>;

const std::vector<pipeline> pipelines = {
    pipeline{temperature{1.0f}, top_k{}, top_p{}, min_p{}, softmax{}, categorical{}},
    pipeline{temperature{0.7f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, softmax{}, categorical{}},
    pipeline{temperature{1.5f}, top_k{}, top_p{0.9f}, min_p{}, softmax{}, categorical{}},
    pipeline{temperature{0.0f}, top_k{}, top_p{}, min_p{}, softmax{}, categorical{}},
    pipeline{temperature{std::numeric_limits<float>::infinity()}, top_k{900}, top_p{0.999f}, min_p{}, softmax{}, categorical{}},
};

// Peaked, flat, tied, mostly removed, all removed, with NaN, with +inf.
template <class T>
std::vector<std::vector<T>> contents(std::size_t width) {
    std::mt19937 random(7);
    std::vector<std::vector<T>> rows(7, std::vector<T>(width));
    for (std::size_t i = 0; i < width; ++i) {
        const auto x = static_cast<float>(static_cast<int>(random() % 4096) - 2048);
        rows[0][i] = static_cast<T>(x * 0x1p-7f);
        rows[1][i] = static_cast<T>(x * 0x1p-14f);
        rows[2][i] = static_cast<T>(1.0f);
        rows[3][i] = i % 97 ? removed<T>() : static_cast<T>(x * 0x1p-8f);
        rows[4][i] = removed<T>();
        rows[5][i] = i == width / 2 ? static_cast<T>(std::numeric_limits<float>::quiet_NaN()) : static_cast<T>(x);
        rows[6][i] = i == width / 3 ? static_cast<T>(std::numeric_limits<float>::infinity()) : static_cast<T>(x);
    }
    return rows;
}

template <class T>
std::size_t allocations_of_draws(std::size_t width, std::uint32_t rounds, workspace* own) {
    const auto rows = contents<T>(width);
    const greedy_pipeline best{temperature{1.0f}, greedy{}};
    philox random{.seed = 3};
    std::mt19937_64 engine(4);
    const auto first = own ? pipelines[0](rows[0], random, *own) : pipelines[0](rows[0], random);
    CHECK(first.why == status::ok);
    const std::size_t before = counted_new::calls;
    std::uint32_t drawn_tokens = 0;
    for (std::uint32_t i = 0; i < rounds; ++i)
        for (const auto& row : rows) {
            const pipeline& pick = pipelines[i % pipelines.size()];
            if (own) {
                drawn_tokens += bool(pick(row, random, *own));
                drawn_tokens += bool(best(row, *own));
            } else {
                drawn_tokens += bool(pick(row, random));
                drawn_tokens += bool(pick(row, engine));
                drawn_tokens += bool(best(row));
            }
        }
    const std::size_t after = counted_new::calls;
    CHECK(drawn_tokens > rounds);  // most of the rows have a token to draw
    return after - before;
}

}  // namespace

// Nothing here can throw.
static_assert(noexcept(std::declval<const pipeline&>()(std::declval<const std::vector<float>&>(), std::declval<philox&>())));
static_assert(noexcept(std::declval<const pipeline&>()(std::declval<const std::vector<float>&>(), std::declval<philox&>(),
                                                       std::declval<workspace&>())));
static_assert(noexcept(std::declval<const pipeline&>()(std::declval<std::span<const argdraw::half>>(), std::declval<std::mt19937_64&>())));
static_assert(noexcept(std::declval<const greedy_pipeline&>()(std::declval<const std::vector<double>&>())));
static_assert(noexcept(std::declval<const greedy_pipeline&>()(std::declval<const std::vector<double>&>(), std::declval<workspace&>())));
static_assert(noexcept(std::declval<const pipeline&>().distribution(std::declval<const std::vector<float>&>())));
static_assert(noexcept(std::declval<const pipeline&>().check()));

TEST_CASE("allocation: draws allocate nothing after the first of a width, whatever the pipeline and the row") {
    CHECK(allocations_of_draws<float>(1000, 500, nullptr) == 0);
    CHECK(allocations_of_draws<float>(5003, 100, nullptr) == 0);
    CHECK(allocations_of_draws<double>(1000, 50, nullptr) == 0);
}

TEST_CASE("allocation: nor do draws with the caller's own workspace") {
    workspace space;
    CHECK(allocations_of_draws<float>(5003, 100, &space) == 0);
    CHECK(space.capacity() > 0);
}

TEST_CASE("allocation: a narrower row needs no more memory") {
    workspace space;
    const std::vector<float> wide(5000, 1.0f), narrow(300, 1.0f);
    REQUIRE(pipelines[1](wide, philox{}, space));
    const std::size_t before = counted_new::calls, capacity = space.capacity();
    REQUIRE(pipelines[1](narrow, philox{}, space));
    CHECK(counted_new::calls == before);
    CHECK(space.capacity() == capacity);
}

TEST_CASE("allocation: memory is linear in the width, about 53 bytes a token") {
    for (const std::size_t width : {std::size_t{32000}, std::size_t{128256}}) {
        workspace space;
        const std::vector<float> row(width, 1.0f);
        REQUIRE(pipelines[1](row, philox{}, space));
        CAPTURE(width, space.capacity());
        CHECK(space.capacity() <= 58 * width);
        CHECK(space.capacity() >= 28 * width);
    }
}

TEST_CASE("allocation: without memory a draw says so, and the next one works") {
    std::thread([] {
        const std::vector<float> row(5000, 1.0f);
        philox random{.seed = 1};
        drawn no_handle, no_buffer, no_law;
        {
            const counted_new::scarce memory(0);
            no_handle = pipelines[1](row, random);
        }
        {
            const counted_new::scarce memory(4096);
            no_buffer = pipelines[1](row, random);
            no_law.why = pipelines[1].distribution(row).why;
        }
        CHECK(no_handle.why == status::out_of_memory);
        CHECK(no_buffer.why == status::out_of_memory);
        CHECK(no_law.why == status::out_of_memory);
        CHECK(random.position == 0);
        CHECK(pipelines[1](row, random).why == status::ok);

        // Scratch is there, but not the memory of the answer.
        const pipeline all{temperature{1.0f}, top_k{}, top_p{}, min_p{}, softmax{}, categorical{}};
        distribution_of_row law;
        {
            const counted_new::scarce memory(4096);
            law = all.distribution(row);
        }
        CHECK(law.why == status::out_of_memory);
        CHECK(law.ids.empty());
        CHECK(law.probabilities.empty());
    }).join();
}
