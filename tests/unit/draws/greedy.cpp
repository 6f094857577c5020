#include "support.hpp"

#include <algorithm>
#include <random>
#include <type_traits>

using namespace argdraw;
using namespace support;

namespace {

constexpr sampler pick{greedy{}};

template <class T>
token_id first_maximum(const std::vector<T>& row) {
    return static_cast<token_id>(
        std::max_element(row.begin(), row.end(), [](T a, T b) { return static_cast<double>(a) < static_cast<double>(b); }) - row.begin());
}

}  // namespace

TEST_CASE("greedy formula: the first token of the order") {
    CHECK(pick(std::vector{1.0f, 3.0f, 2.0f}).id == 1);
    CHECK(pick(std::vector{-5.0f, -3.0f, -4.0f}).id == 1);
    CHECK(pick(std::vector{-infinity, -infinity, -1e30f}).id == 2);
    CHECK(pick(std::vector{0.0f}).id == 0);
    CHECK(pick(std::vector{-std::numeric_limits<float>::max(), -infinity}).id == 0);
    CHECK(pick(std::vector{-infinity, -std::numeric_limits<float>::max()}).id == 1);
    CHECK(pick(std::vector{5.0f, infinity, infinity}).id == 1);
    CHECK(pick(std::vector{std::nextafter(1.0f, 0.0f), 1.0f}).id == 1);
}

TEST_CASE("greedy formula: after stages it is the first of what is left") {
    const auto without_the_best = [](auto& c) { c.keep_below(3); };
    CHECK(sampler{without_the_best, greedy{}}(std::vector{1.0f, 3.0f, 2.0f}).id == 2);
    CHECK(sampler{temperature{1e10f}, top_k{2}, greedy{}}(std::vector{1.0f, 3.0f, 2.0f}).id == 1);
    // The living are equal: the lowest id.
    CHECK(sampler{temperature{infinity}, greedy{}}(std::vector{-infinity, 1.0f, 3.0f}).id == 1);
}

TEST_CASE("greedy formula: the maximum at every place of rows of every small width") {
    for (std::size_t width = 1; width <= 600; width += width < 40 ? 1 : 37) {
        std::vector<float> row(width);
        for (std::size_t i = 0; i < width; ++i) row[i] = -static_cast<float>((i * 7919) % width);
        int wrong = 0;
        for (std::size_t at = 0; at < width; ++at) {
            const float was = row[at];
            row[at] = 0.5f;
            wrong += pick(row).id != static_cast<token_id>(at);
            row[at] = was;
        }
        CAPTURE(width);
        CHECK(wrong == 0);
    }
}

TEST_CASE("greedy formula: wide rows of every scalar") {
    const auto check = []<class T>(std::type_identity<T>) {
        std::mt19937 random(5);
        for (const std::size_t width : {std::size_t{257}, std::size_t{32000}, std::size_t{128256}}) {
            std::vector<T> row(width);
            for (auto& l : row) l = T(static_cast<float>(random() % 100000) * 1e-3f - 70.0f);
            CHECK(pick(row).id == first_maximum(row));
            for (auto& l : row) l = T(static_cast<float>(random() % 5) - 7.0f);
            CHECK(pick(row).id == first_maximum(row));
        }
        CHECK(pick(std::vector<T>(1, T(-2.0f))).id == 0);
        CHECK(pick(std::vector<T>(1, removed<T>())).why == status::empty);
        CHECK(pick(std::vector<T>(1, T(not_a_number))).why == status::nan_logit);
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("greedy random: no words are taken, with or without a generator") {
    always random{12345};
    CHECK(pick(std::vector{1.0f, 3.0f}, random).id == 1);
    CHECK(random.calls == 0);
    CHECK(deterministic_draw<greedy>);
    CHECK_FALSE(random_draw<greedy>);
}

TEST_CASE("greedy ties: the lowest id") {
    CHECK(pick(std::vector{1.0f, 3.0f, 3.0f}).id == 1);
    CHECK(pick(std::vector{-0.0f, 0.0f, -0.0f}).id == 0);
    CHECK(pick(std::vector{0.0f, -0.0f}).id == 0);
    for (const std::size_t width : {1u, 2u, 15u, 16u, 17u, 255u, 256u, 257u, 600u, 128256u}) {
        std::vector<float> row(width, 2.5f);
        CHECK(pick(row).id == 0);
        // Equals on both sides of a lane and of a block.
        if (width <= 257) continue;
        std::fill(row.begin(), row.begin() + 255, 1.0f);
        CHECK(pick(row).id == 255);
        row[255] = 1.0f;
        CHECK(pick(row).id == 256);
        row[256] = 1.0f;
        CHECK(pick(row).id == 257);
    }
}

TEST_CASE("greedy logprob: 0, for the final set is that token") {
    const drawn token = pick(std::vector{1.0f, 3.0f, 2.0f});
    REQUIRE(token);
    CHECK(token.logprob == 0);
    CHECK_FALSE(std::signbit(token.logprob));
    const auto law = pick.distribution(std::vector{1.0f, 3.0f, 3.0f});
    CHECK(law.ids == ids{1});
    CHECK(law.probabilities == std::vector{1.0});
}

TEST_CASE("greedy edges: NaN wherever it stands, and rows without a living token") {
    std::vector<float> row(530, 1.0f);
    int missed = 0;
    for (const float nan : {not_a_number, -not_a_number})
        for (auto& l : row) {
            l = nan;
            const drawn token = pick(row);
            missed += token.why != status::nan_logit || token.id != -1 || !std::isnan(token.logprob) || token;
            l = 1.0f;
        }
    CHECK(missed == 0);
    CHECK(pick(row).id == 0);
    for (const std::size_t width : {0u, 1u, 2u, 255u, 256u, 257u, 1000u})
        CHECK(pick(std::vector<float>(width, -infinity)).why == status::empty);
}
