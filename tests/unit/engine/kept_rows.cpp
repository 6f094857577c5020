#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/batch.hpp>

#include "catch.hpp"

#include "core/counted_new.hpp"

using namespace argdraw;

namespace {

using pipeline = sampler<chain, any_draw>;

struct two_threads {
    template <class F>
    void operator()(std::size_t n, const F& body) const {
        std::thread other([&] {
            for (std::size_t i = 0; i < n / 2; ++i) body(i);
        });
        for (std::size_t i = n / 2; i < n; ++i) body(i);
        other.join();
    }
};

}  // namespace

TEST_CASE("kept_rows: those of each row of a step are its law, and the tokens those of a plain draw") {
    std::mt19937_64 random(6);
    const std::vector<pipeline> picks{
        pipeline{chain{top_k{40}, top_p{0.95f}, temperature{0.8f}}, any_draw{categorical{}}},
        pipeline{chain{temperature{1.2f}}, any_draw{gumbel{}}},
        pipeline{chain{}, any_draw{adaptive_p{0.4f}}},
        pipeline{chain{penalties{.repetition = 1.3f}, xtc{0.5f, 0.02f}}, any_draw{mirostat{}}},
        pipeline{chain{}, any_draw{greedy{}}},
    };
    batch<pipeline> all, plain;
    for (std::size_t slot = 0; slot < 15; ++slot) {
        REQUIRE(all.add(slot, picks[slot % picks.size()], {.seed = 1, .sequence = slot}) == status::ok);
        REQUIRE(plain.add(slot, picks[slot % picks.size()], {.seed = 1, .sequence = slot}) == status::ok);
    }
    kept_rows kept;
    for (int step = 0; step < 30; ++step) {
        kept.with_probabilities = step % 2 == 0;
        std::vector<std::size_t> slots(16);
        for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = i;  // the last one has no text
        std::shuffle(slots.begin(), slots.end(), random);
        slots.resize(random() % (slots.size() + 1));
        std::vector<std::vector<float>> rows(slots.size());
        std::vector<distribution_of_row> laws;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].resize(500);
            for (float& l : rows[i]) l = static_cast<float>(random() % 4096) / 300.0f;
            if (random() % 9 == 0) rows[i][3] = std::numeric_limits<float>::quiet_NaN();
            laws.push_back(all.has(slots[i]) ? all.pick(slots[i]).distribution(rows[i], all.text(slots[i])) : distribution_of_row{});
        }
        std::vector<drawn> tokens(slots.size()), expected(slots.size());
        if (step % 3 == 0) REQUIRE(all.draw_and_keep(rows, slots, tokens, kept, two_threads{}) == status::ok);
        else REQUIRE(all.draw_and_keep(rows, slots, tokens, kept, one_thread{}) == status::ok);
        plain.draw(rows, slots, expected, one_thread{});
        REQUIRE(kept.size() == slots.size());
        CHECK(kept.probabilities.size() == (kept.with_probabilities ? kept.ids.size() : 0));
        for (std::size_t i = 0; i < slots.size(); ++i) {
            CHECK(tokens[i].id == expected[i].id);
            CHECK(tokens[i].why == expected[i].why);
            const auto ids = kept.ids_of(i);
            const auto probabilities = kept.probabilities_of(i);
            if (!tokens[i]) {
                CHECK(ids.empty());
                continue;
            }
            CHECK(std::equal(ids.begin(), ids.end(), laws[i].ids.begin(), laws[i].ids.end()));
            if (kept.with_probabilities)
                CHECK(std::equal(probabilities.begin(), probabilities.end(), laws[i].probabilities.begin(), laws[i].probabilities.end()));
            CHECK(all.accept(slots[i], tokens[i].id) == status::ok);
            CHECK(plain.accept(slots[i], tokens[i].id) == status::ok);
            CHECK(all.text(slots[i]).bytes() == plain.text(slots[i]).bytes());
        }
    }
    // Memory that has grown stays.
    const auto* const before = kept.ids.data();
    std::vector<drawn> tokens(1);
    const std::vector<std::vector<float>> row(1, std::vector<float>(20, 1.0f));
    REQUIRE(all.draw_and_keep(row, std::vector<std::size_t>{1}, tokens, kept, one_thread{}) == status::ok);
    CHECK(kept.ids.data() == before);
    CHECK(kept.ids_of(0).size() == 20);
}

TEST_CASE("kept_rows: a step like one before allocates nothing, and one without memory says so and changes nothing") {
    const pipeline pick{chain{temperature{0.9f}}, any_draw{categorical{}}};
    const std::vector<std::vector<float>> rows(3, std::vector<float>(500, 1.0f));
    const std::vector<std::size_t> slots{0, 1, 2};
    std::vector<drawn> tokens(3), expected(3);
    batch<pipeline> all;
    for (const std::size_t slot : slots) REQUIRE(all.add(slot, pick, {.seed = slot}) == status::ok);
    all.draw(rows, slots, expected, one_thread{});
    for (const std::size_t slot : slots) REQUIRE(all.text(slot).rollback(0) == status::ok);
    kept_rows kept{.with_probabilities = true};
    {
        const counted_new::scarce memory(1000);
        CHECK(all.draw_and_keep(rows, slots, tokens, kept, one_thread{}) == status::ok);
    }
    for (const std::size_t slot : slots) {
        CHECK(tokens[slot].why == status::out_of_memory);
        CHECK(all.text(slot).attempt() == 0);
        CHECK(kept.ids_of(slot).empty());
    }
    REQUIRE(all.draw_and_keep(rows, slots, tokens, kept, one_thread{}) == status::ok);
    for (const std::size_t slot : slots) CHECK(tokens[slot].id == expected[slot].id);
    const std::size_t before = counted_new::calls;
    const status again = all.draw_and_keep(rows, slots, tokens, kept, one_thread{});
    CHECK(counted_new::calls == before);
    CHECK(again == status::ok);
    CHECK(kept.ids.size() == 1500);
    // The sets find memory one by one, and all together do not.
    kept_rows fresh{.with_probabilities = true};
    {
        const counted_new::scarce memory(1500 * sizeof(token_id) - 1);
        CHECK(all.draw_and_keep(rows, slots, tokens, fresh, one_thread{}) == status::out_of_memory);
    }
    CHECK(fresh.size() == 0);
    CHECK(fresh.ids.empty());
    CHECK(tokens[2]);
}
