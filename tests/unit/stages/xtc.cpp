#include "support.hpp"

#include <climits>

#include <argdraw/argdraw.hpp>
#include <argdraw/stages/xtc.hpp>

using namespace argdraw;
using namespace support;

namespace {

constexpr std::uint64_t half_of_words = std::uint64_t{1} << 63;
constexpr std::uint64_t last_word = ~std::uint64_t{0};

// The stage with a word of the test's choice.
struct tossed {
    xtc stage;
    std::uint64_t coin = 0;

    bool neutral() const { return stage.neutral(); }
    bool valid() const { return stage.valid(); }
    template <class T>
    void operator()(candidates<T>& c) const {
        struct {
            std::uint64_t coin;
            std::uint64_t word(purpose) const { return coin; }
        } context{coin};
        stage(c, context);
    }
};

tossed always(float threshold, int min_keep = 1) { return {xtc{1, threshold, {}, min_keep}, last_word}; }

struct counted {
    int calls = 0;
    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return last_word; }
    result_type operator()() {
        ++calls;
        return half_of_words;
    }
};

}  // namespace

TEST_CASE("xtc formula: of the tokens at or above the threshold all but the last in the order go") {
    // .5 .3 .1 .1
    const auto row = weighing({5, 3, 1, 1});
    CHECK(law(row, always(0.51f)) == "0:0.5 1:0.3 2:0.1 3:0.1");
    CHECK(law(row, always(0.4f)) == "0:0.5 1:0.3 2:0.1 3:0.1");
    CHECK(law(row, always(0.29f)) == "1:0.6 2:0.2 3:0.2");
    CHECK(law(row, always(0.25f)) == "1:0.6 2:0.2 3:0.2");
    CHECK(law(row, always(0.09f)) == "3:1");
    CHECK(law(row, always(0)) == "3:1");
}

TEST_CASE("xtc formula: a token exactly at the threshold counts") {
    CHECK(kept(std::vector{0.0f, 0.0f}, always(0.5f)) == ids{1});
    CHECK(kept(std::vector<float>(4, 0.0f), always(0.25f)) == ids{3});
    CHECK(kept(std::vector<float>(4, 0.0f), always(std::nextafter(0.25f, 1.0f) + 1e-6f)) == first_ids(4));
    // Far from 0, too, where the logarithm of the sum is no number of its own.
    CHECK(kept(std::vector{1e30f, 1e30f, 1e30f}, always(0.5f)) == first_ids(3));
    CHECK(kept(std::vector{1e30f, 1e30f, 1e30f}, always(0.3f)) == ids{2});
}

TEST_CASE("xtc formula: it sees what was left, at its temperature") {
    const auto row = weighing({5, 3, 1, 1});
    CHECK(kept(row, top_k{2}, always(0.37f)) == ids{1});
    CHECK(kept(row, top_k{2}, always(0.38f)) == ids{0, 1});
    // Squares 25 9 1 1 of 36.
    CHECK(kept(row, temperature{0.5f}, always(0.26f)) == first_ids(4));
    CHECK(kept(row, temperature{0.5f}, always(0.24f)) == ids{1, 2, 3});
    // And what follows sees what it left.
    CHECK(kept(row, always(0.25f), top_k{1}) == ids{1});
    CHECK(kept(row, always(0.25f), always(0.21f)) == ids{1, 2, 3});
    CHECK(kept(row, always(0.25f), always(0.19f)) == ids{3});
}

TEST_CASE("xtc neutral: probability 0, or a threshold above a half") {
    CHECK(xtc{}.neutral());
    CHECK(xtc{0.0f, 0.3f}.neutral());
    CHECK(xtc{-0.0f, 0.3f}.neutral());
    CHECK(xtc{1, std::nextafter(0.5f, 1.0f)}.neutral());
    CHECK(xtc{1, infinity}.neutral());
    CHECK_FALSE(xtc{smallest, 0.5f}.neutral());
    const auto row = weighing({5, 0, 3, 2});
    const auto without = law_of(row);
    const token_id outside[] = {99};
    for (const xtc off : {xtc{}, xtc{0, 0.1f, outside}, xtc{1, 0.6f, outside}}) {
        const auto with = law_of(row, tossed{off});
        CHECK(with.ids == without.ids);
        CHECK(with.probabilities == without.probabilities);
    }
}

TEST_CASE("xtc range: outside of it are bad parameters") {
    for (const xtc bad : {xtc{-smallest}, xtc{std::nextafter(1.0f, 2.0f)}, xtc{not_a_number}, xtc{0.5f, -smallest}, xtc{0.5f, not_a_number},
                          xtc{0, not_a_number}, xtc{infinity, 0.6f}, xtc{0.5f, 0.1f, {}, -1}}) {
        CHECK_FALSE(bad.valid());
        CHECK(law(std::vector{1.0f, 2.0f}, tossed{bad}) == "bad_parameter");
        CHECK(sampler{bad, categorical{}}.check().sentence == xtc::requirement);
    }
    for (const xtc good : {xtc{}, xtc{1, 0}, xtc{smallest, infinity}}) CHECK(good.valid());
}

TEST_CASE("xtc protect: ids that count but never go") {
    const auto row = weighing({5, 3, 1, 1});
    const token_id first[] = {0}, middle[] = {1, 1, 2}, last[] = {3};
    CHECK(law(row, tossed{{1, 0.09f, first}}) == "0:0.833333 3:0.166667");
    CHECK(kept(row, tossed{{1, 0.09f, middle}}) == ids{1, 2, 3});
    CHECK(kept(row, tossed{{1, 0.09f, last}}) == ids{3});
    CHECK(kept(row, tossed{{1, 0.29f, first}}) == first_ids(4));
    CHECK(kept(row, tossed{{1, 0.29f, middle}}) == ids{1, 2, 3});
    CHECK(xtc{1, 0.1f, first} == xtc{1, 0.1f, named(ids{0})});
    CHECK_FALSE(xtc{1, 0.1f, first} == xtc{1, 0.1f, last});
}

TEST_CASE("xtc protect: thousands of ids in any order, some twice") {
    const std::size_t width = 20'000;
    std::mt19937 random(9);
    ids some;
    for (int i = 0; i < 5000; ++i) some.push_back(static_cast<token_id>(random() % width));
    ids stay = some;
    stay.push_back(static_cast<token_id>(width - 1));
    std::sort(stay.begin(), stay.end());
    stay.erase(std::unique(stay.begin(), stay.end()), stay.end());
    CHECK(kept(std::vector<float>(width, 1), tossed{{1, 0, some}}) == stay);
    const auto all = law(std::vector<float>(width, 1), xtc_mean{1, 0, some});
    CHECK(all == law(std::vector<float>(width, 1), tossed{{1, 0, some}}));
}

TEST_CASE("xtc protect: an id outside the row is outside_row, whatever the coin") {
    for (const token_id id : {-1, 4, INT_MAX, INT_MIN}) {
        const token_id list[] = {0, id};
        for (const std::uint64_t coin : {std::uint64_t{0}, last_word})
            CHECK(law(weighing({5, 3, 1, 1}), tossed{{0.5f, 0.1f, list}, coin}) == "outside_row");
    }
}

TEST_CASE("xtc min_keep: it does nothing where fewer would remain") {
    const auto row = weighing({5, 3, 1, 1});
    CHECK(kept(row, always(0.09f, 0)) == ids{3});
    CHECK(kept(row, always(0.09f, 2)) == first_ids(4));
    CHECK(kept(row, always(0.25f, 3)) == ids{1, 2, 3});
    CHECK(kept(row, always(0.25f, 4)) == first_ids(4));
    CHECK(kept(row, always(0.25f, INT_MAX)) == first_ids(4));
    const token_id first[] = {0};
    CHECK(kept(row, tossed{{1, 0.09f, first, 2}}) == ids{0, 3});
    CHECK(kept(row, tossed{{1, 0.09f, first, 3}}) == first_ids(4));
}

TEST_CASE("xtc ties: of equals the highest id is the last") {
    CHECK(kept(weighing({2, 4, 2, 2}), always(0.19f)) == ids{3});
    CHECK(kept(weighing({1, 4, 4, 1}), always(0.3f)) == ids{0, 2, 3});
    // Eight equals about the border of a block, far above the rest.
    std::vector<float> row(600, -20.0f);
    std::fill(row.begin() + 252, row.begin() + 260, 3.0f);
    auto expected = first_ids(600);
    expected.erase(expected.begin() + 252, expected.begin() + 259);
    CHECK(kept(row, always(0.12f)) == expected);
}

TEST_CASE("xtc random: the coin falls for u below the probability") {
    const auto row = weighing({5, 3, 1, 1});
    const auto fell = [&](float probability, std::uint64_t word) { return kept(row, tossed{{probability, 0.25f}, word}).size() == 3; };
    CHECK_FALSE(fell(0.5f, half_of_words));
    CHECK(fell(std::nextafter(0.5f, 1.0f), half_of_words));
    CHECK(fell(0.5f, half_of_words - 1));
    CHECK(fell(smallest, 0));
    CHECK_FALSE(fell(std::nextafter(1.0f, 0.0f), last_word));
    CHECK(fell(1, last_word));
}

TEST_CASE("xtc random: one word of its own purpose, whatever the row holds") {
    counted words;
    CHECK(sampler{xtc{0.1f}, categorical{}}(std::vector{1.0f, 2.0f}, words));
    CHECK(words.calls == 2);
    CHECK(sampler{xtc{0.9f}, categorical{}}(std::vector{1.0f}, words));
    CHECK(words.calls == 4);
    CHECK(sampler{xtc{0}, xtc{1, 0.6f}, categorical{}}(std::vector{1.0f, 2.0f}, words));
    CHECK(words.calls == 5);

    const auto row = weighing({5, 3, 1, 1});
    const sampler pick{xtc{0.3f, 0.25f}, categorical{}};
    philox random{.seed = 5, .sequence = 3};
    int fallen = 0, wrong = 0;
    for (int i = 0; i < 20000; ++i) {
        const bool falls = unit(random.word(purpose::xtc)) < static_cast<double>(0.3f);
        fallen += falls;
        wrong += (pick.distribution(row, random).ids.size() == 3) != falls;
        wrong += falls && pick(row, random).id == 0;
        random.position = static_cast<std::uint32_t>(i + 1);
    }
    CHECK(wrong == 0);
    // Five deviations of 65.
    CHECK(std::abs(fallen - 6000) < 325);
}

TEST_CASE("xtc edges") {
    // Two infinities with a half each: the first goes.
    check_edges(always(0.1f), "2:1");
    check_edges(always(0.1f, 2), "0:0.5 2:0.5");
    check_edges(tossed{{0.5f, 0.1f}, last_word}, "0:0.5 2:0.5");
    CHECK(law(std::vector{not_a_number, 1.0f}, tossed{{0.5f, 0.1f}, last_word}) == "nan_logit");
}

TEST_CASE("xtc edges: hundreds of likely tokens") {
    for (const std::size_t likely : {63u, 64u, 65u, 66u, 256u, 400u, 1024u}) {
        std::vector<float> row(30000, -30.0f);
        std::fill(row.begin() + 1000, row.begin() + 1000 + static_cast<std::ptrdiff_t>(likely), 1.0f);
        auto expected = first_ids(30000);
        expected.erase(expected.begin() + 1000, expected.begin() + 999 + static_cast<std::ptrdiff_t>(likely));
        CAPTURE(likely);
        CHECK(kept(row, always(0.0009f)) == expected);
        CHECK(kept(row, always(0)) == ids{29999});
    }
}

TEST_CASE("xtc scalars: the same set whatever the row is made of") {
    const auto check = []<class T>(std::type_identity<T>) {
        // .66524 .24473 .09003
        const std::vector<T> row{T(0.0f), T(2.0f), T(1.0f)};
        CHECK(kept(row, always(0.25f)) == first_ids(3));
        CHECK(kept(row, always(0.24f)) == ids{0, 2});
        CHECK(kept(row, always(0.08f)) == ids{0});
    };
    check(std::type_identity<float>{});
    check(std::type_identity<double>{});
    check(std::type_identity<argdraw::half>{});
    check(std::type_identity<argdraw::bfloat16>{});
}

TEST_CASE("xtc on wide rows equals its definition") {
    for (const auto& wide : wide_rows()) {
        const auto& row = wide.logits;
        const auto order = in_order(row);
        const auto below = [&](token_id id) {
            return static_cast<long double>(row[static_cast<std::size_t>(id)]) -
                   static_cast<long double>(row[static_cast<std::size_t>(order[0])]);
        };
        long double mass = 0;
        for (const token_id id : order) mass += std::exp(below(id));
        for (const float threshold : {0.3f, 0.1f, 0.013f, 0.0007f, 3.1e-5f, 1e-12f}) {
            std::size_t likely = 0;
            while (likely < order.size() && std::exp(below(order[likely])) / mass >= static_cast<long double>(threshold)) ++likely;
            const std::size_t gone = likely < 2 ? 0 : likely - 1;
            ids expected(order.begin() + static_cast<std::ptrdiff_t>(gone), order.end());
            std::sort(expected.begin(), expected.end());
            CAPTURE(wide.kind, threshold, likely);
            CHECK(kept(row, always(threshold)) == expected);
            CHECK(kept(row, always(threshold, static_cast<int>(order.size() - gone))) == expected);
        }
    }
}
