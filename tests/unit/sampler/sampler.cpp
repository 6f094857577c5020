#include "catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

constexpr sampler first{greedy{}};
constexpr sampler pick{temperature{0.5f}, top_k{3}, top_p{0.9f}, categorical{}};
using usual = sampler<temperature, top_k, top_p, min_p, categorical>;

std::vector<float> some_row(std::size_t width, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> row(width);
    for (auto& l : row) l = static_cast<float>(random() % 16384) * 1e-3f;
    return row;
}

bool same(const drawn& a, const drawn& b) {
    return a.id == b.id && a.why == b.why && (a.logprob == b.logprob || (std::isnan(a.logprob) && std::isnan(b.logprob)));
}

bool same(const distribution_of_row& a, const distribution_of_row& b) {
    return a.ids == b.ids && a.probabilities == b.probabilities && a.why == b.why;
}

// A stage as a user would write it: parameters, a neutral value, a range.
struct drop_every {
    int n = 0;

    static constexpr std::string_view requirement = "drop_every: n must be 0 (off) or at least 2";
    constexpr bool neutral() const noexcept { return n == 0; }
    constexpr bool valid() const noexcept { return n == 0 || n >= 2; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.keep_if([every = n](token_id id, double) { return id % every != 0; });
    }
};

constexpr token_id one_too_many[]{0, 1, 2, 3, 4, 5};

}  // namespace

// ---- what a sampler is ---------------------------------------------------------------------------------------------------

static_assert(std::is_trivially_copyable_v<usual>);
static_assert(std::is_trivially_destructible_v<usual>);
static_assert(std::is_copy_assignable_v<usual>);
static_assert(std::is_standard_layout_v<drawn> && std::is_trivially_copyable_v<drawn> && sizeof(drawn) <= 12);
// Parameters and nothing else: 4 + 8 + 8 + 8 bytes, and an empty draw that may take a place of its own.
static_assert(sizeof(usual) <= 32);
static_assert(sizeof(sampler<greedy>) == 1);
static_assert(sizeof(sampler<softmax, greedy>) <= 2);
static_assert(pick.check());
static_assert(!sampler{top_k{-1}, categorical{}}.check());
static_assert(sampler{top_k{-1}, categorical{}}.check().stage == 0);
static_assert(pick.get<1>().k == 3);
static_assert(noexcept(first(std::declval<const std::vector<float>&>())));
static_assert(noexcept(first(std::declval<const std::vector<float>&>(), std::declval<workspace&>())));
static_assert(noexcept(pick(std::declval<const std::vector<float>&>(), std::declval<philox&>())));
static_assert(noexcept(pick(std::declval<const std::vector<float>&>(), std::declval<std::mt19937&>(), std::declval<workspace&>())));
static_assert(noexcept(pick.distribution(std::declval<const std::vector<float>&>())));
static_assert(noexcept(pick.check()));

TEST_CASE("sampler: stages act in their order, then the draw") {
    // 4 2 1 0 -2 after the temperature; e^-2 and e^-3 beside the first of three: .844 .114 .042. The nucleus of .9 is the first two,
    // .881 and .119 of them.
    const std::array logits{2.0f, 1.0f, 0.5f, 0.0f, -1.0f};
    const auto law = pick.distribution(logits);
    REQUIRE(law);
    CHECK(law.ids == ids{0, 1});
    CHECK(std::abs(law.probabilities[0] - 0.8807970779778823) < 5e-7);
    CHECK(std::abs(law.probabilities[1] - 0.1192029220221176) < 5e-7);
    // Another order is another law: min_p before the temperature sees other ratios.
    const std::vector row{std::log(16.0f), std::log(4.0f), 0.0f};
    CHECK(sampler{temperature{2}, min_p{0.3f}, categorical{}}.distribution(row).ids == ids{0, 1});
    CHECK(sampler{min_p{0.3f}, temperature{2}, categorical{}}.distribution(row).ids == ids{0});
}

TEST_CASE("sampler: copies are the recipe, and a recipe has no state") {
    const auto row = some_row(1000, 1);
    usual a{temperature{0.7f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, categorical{}};
    const usual b = a;
    philox of_a{.seed = 1}, of_b{.seed = 1};
    for (int i = 0; i < 50; ++i) CHECK(same(a(row, of_a), b(row, of_b)));
    a = usual{temperature{0}, top_k{}, top_p{}, min_p{}, categorical{}};
    CHECK(a(row, of_a).id == first(row).id);
    CHECK(b.get<0>() == temperature{0.7f});
}

// ---- call forms ------------------------------------------------------------------------------------------------------------

TEST_CASE("sampler: anything contiguous is a row") {
    const std::vector row{0.0f, 3.0f, 1.0f, 2.0f};
    CHECK(first(row).id == 1);
    CHECK(first(std::span(row)).id == 1);
    CHECK(first(std::span<const float, 4>(row)).id == 1);
    CHECK(first(std::array{0.0f, 3.0f, 1.0f, 2.0f}).id == 1);
}

TEST_CASE("sampler: what no row is") {
    CHECK(logit_row<std::vector<float>>);
    CHECK(logit_row<std::span<const argdraw::half>>);
    CHECK_FALSE(logit_row<std::vector<int>>);
    CHECK_FALSE(logit_row<std::vector<long double>>);
    CHECK_FALSE(logit_row<float>);
}

TEST_CASE("sampler: the row is read and never written") {
    auto row = some_row(700, 2);
    row[3] = -infinity;
    const auto before = row;
    philox random;
    for (int i = 0; i < 20; ++i) sampler{softmax{}, temperature{0.3f}, top_p{0.5f}, categorical{}}(row, random);
    CHECK(row == before);
}

TEST_CASE("sampler: any generator of whole bits, in the order of its calls") {
    const std::vector<float> row(4096, 0.0f);  // the token is the word's upper twelve bits
    const sampler all{categorical{}};
    std::mt19937_64 wide(3), wide_again(3);
    std::mt19937 narrow(3), narrow_again(3);
    for (int i = 0; i < 50; ++i) {
        CHECK(all(row, wide).id == static_cast<token_id>(wide_again() >> 52));
        // Two calls of 32 bits; the first is the upper half.
        CHECK(all(row, narrow).id == static_cast<token_id>(narrow_again() >> 20));
        narrow_again();
    }
    CHECK(wide == wide_again);
    CHECK(narrow == narrow_again);
    CHECK(all(row, philox{.seed = 5}).why == status::ok);
}

TEST_CASE("sampler: a workspace of the caller's changes nothing but where the scratch is") {
    const auto row = some_row(3000, 4);
    workspace space;
    philox a{.seed = 1}, b{.seed = 1};
    for (int i = 0; i < 20; ++i) CHECK(same(pick(row, a), pick(row, b, space)));
    CHECK(space.capacity() > 0);
    CHECK(same(first(row), first(row, space)));
    CHECK(same(pick.distribution(row), pick.distribution(row, space)));
    // Narrower and wider rows in the same one.
    for (const std::size_t width : {1u, 100u, 20000u, 2u}) CHECK(same(first(some_row(width, 5)), first(some_row(width, 5), space)));
}

TEST_CASE("sampler: greedy wants no randomness, and takes none") {
    const auto row = some_row(100, 6);
    std::mt19937 random(1), untouched(1);
    CHECK(same(first(row), first(row, random)));
    CHECK(random == untouched);
    philox counter;
    CHECK(first(row, counter));
    CHECK(counter.position == 1);
}

// ---- randomness ------------------------------------------------------------------------------------------------------------

TEST_CASE("sampler: philox moves by one position with every token, and by none without") {
    philox random{.seed = 42, .sequence = 7, .position = 100};
    const std::vector good{1.0f, 2.0f};
    CHECK(pick(good, random));
    CHECK(random == philox{.seed = 42, .sequence = 7, .position = 101});
    const philox before = random;
    CHECK(pick(std::vector{1.0f, not_a_number}, random).why == status::nan_logit);
    CHECK(pick(std::vector{-infinity}, random).why == status::empty);
    CHECK(pick(std::vector<float>{}, random).why == status::empty);
    CHECK(sampler{top_k{-1}, categorical{}}(good, random).why == status::bad_parameter);
    CHECK(sampler{[](auto& c) { c.keep_below(-100); }, categorical{}}(good, random).why == status::empty);
    // The draw is the first to look at the row.
    CHECK(sampler{categorical{}}(std::vector{1.0f, not_a_number}, random).why == status::nan_logit);
    CHECK(sampler{categorical{}}(std::vector{-infinity}, random).why == status::empty);
    CHECK(random == before);
    CHECK(pick(good, random));
    CHECK(random.position == 102);
}

TEST_CASE("sampler: a token is a function of seed, sequence and position") {
    const auto row = some_row(2000, 7);
    const sampler all{temperature{3}, categorical{}};
    philox running{.seed = 1, .sequence = 2};
    ids tokens;
    for (int i = 0; i < 40; ++i) tokens.push_back(all(row, running).id);
    // In any order, from a fresh generator each.
    for (std::uint32_t i = 40; i-- > 0;) CHECK(all(row, philox{.seed = 1, .sequence = 2, .position = i}).id == tokens[i]);
    const auto differs = [&](philox other) {
        int equal = 0;
        for (const token_id id : tokens) equal += all(row, other).id == id;
        return equal < 20;
    };
    CHECK(differs({.seed = 2, .sequence = 2}));
    CHECK(differs({.seed = 1, .sequence = 3}));
    CHECK(differs({.seed = 1 + (std::uint64_t{1} << 32), .sequence = 2}));
    CHECK(differs({.seed = 1, .sequence = 2 + (std::uint64_t{1} << 32)}));
}

TEST_CASE("sampler: neutral stages give the same bits and take no words") {
    const sampler plain{temperature{0.8f}, top_k{40}, categorical{}};
    const sampler padded{top_p{1},  temperature{1}, temperature{0.8f}, min_p{0},     top_k{0},
                         top_k{40}, drop_every{0},  top_p{infinity},   categorical{}};
    for (const std::size_t width : {5u, 300u, 3000u}) {
        const auto row = some_row(width, 8);
        std::mt19937 a(1), b(1);
        for (int i = 0; i < 30; ++i) CHECK(same(plain(row, a), padded(row, b)));
        CHECK(a == b);
        CHECK(same(plain.distribution(row), padded.distribution(row)));
    }
}

// ---- what can be wrong -----------------------------------------------------------------------------------------------------

TEST_CASE("sampler: check names the stage and its sentence") {
    const sampler bad{temperature{0.8f}, top_k{40}, top_p{-0.5f}, min_p{2}, categorical{}};
    const checked found = bad.check();
    CHECK_FALSE(found);
    CHECK(found.why == status::bad_parameter);
    CHECK(found.stage == 2);
    CHECK(found.sentence == top_p::requirement);
    CHECK(found.sentence.find("top_p") == 0);
    const checked fine = pick.check();
    CHECK(fine);
    CHECK(fine.stage == -1);
    CHECK(fine.sentence == "ok");
    const checked users = sampler{temperature{}, drop_every{1}, greedy{}}.check();
    CHECK(users.stage == 1);
    CHECK(users.sentence == drop_every::requirement);
    struct anonymous {
        bool valid() const noexcept { return false; }
        void operator()(candidates<float>&) const noexcept {}
    };
    CHECK_FALSE(sampler{anonymous{}, greedy{}}.check().sentence.empty());
    // A parameter is judged before the row: NaN in it does not hide the mistake, and neither does a neutral value beside it.
    CHECK(bad.distribution(std::vector{not_a_number}).why == status::bad_parameter);
    CHECK(sampler{top_k{0, -1}, greedy{}}(std::vector{1.0f}).why == status::bad_parameter);
}

TEST_CASE("sampler: what does not fit the row has a status of its own, and check(width) names the stage") {
    const std::vector<float> row(5, 1.0f), narrow(4, 1.0f);
    const auto told = [&](const auto& chosen, int stage) {
        CAPTURE(stage);
        philox random;
        const drawn token = chosen(row, random);
        CHECK(token.why == status::outside_row);
        CHECK(chosen.distribution(row, random).why == status::outside_row);
        CHECK(chosen.check());
        const checked found = chosen.check(row.size());
        CHECK(found.why == status::outside_row);
        CHECK(found.stage == stage);
        return std::string(found.sentence);
    };
    CHECK(told(sampler{ban{{1, 5}}, categorical{}}, 0) == ban<>::requirement);
    CHECK(told(sampler{temperature{}, logit_bias{{{-1, 1}}}, categorical{}}, 1) == logit_bias<>::requirement);
    CHECK(told(sampler{allow_only{{1}}, allow_only{{5}}, categorical{}}, 1) == allow_only<>::requirement);
    CHECK(told(sampler{guidance<float>{narrow, 2}, categorical{}}, 0) == guidance<float>::requirement);
    CHECK(told(sampler{contrastive<float>{narrow, 0.5f, 1}, categorical{}}, 0) == contrastive<float>::requirement);
    CHECK(told(sampler{top_k{3}, xtc_mean{.probability = 0.5f, .protect = one_too_many}, ban{{7}}, categorical{}}, 1) ==
          xtc_mean::requirement);
    CHECK(told(sampler{top_k{3}, chain{top_k{2}, ban<>(one_too_many)}, categorical{}}, 1) == ban<>::requirement);
    CHECK(told(sampler{xtc{.probability = 0.5f, .protect = one_too_many}, categorical{}}, 0).find("ids of the row") != std::string::npos);
    // Of those that read the history it is asked as of the others.
    const sampler reads{bad_words{{one_too_many}}, min_tokens{1, {5}}, categorical{}};
    auto seq = reads.start();
    CHECK(reads(row, seq).why == status::outside_row);
    CHECK(reads.check(row.size()).stage == 0);
    CHECK(reads.check(6).why == status::ok);
    // What is off is not asked, in a chain or beside one; a parameter comes before a row.
    CHECK(sampler{xtc{.protect = one_too_many}, chain{guidance<float>{}, xtc{.protect = one_too_many}}, greedy{}}.check(5));
    CHECK(sampler{ban{{7}}, top_k{-1}, greedy{}}.check(5).stage == 1);
    CHECK(sampler{greedy{}}.check(0).why == status::empty);
    CHECK(sampler{greedy{}}.check(candidates<float>::max_width));
    CHECK(sampler{greedy{}}.check(candidates<float>::max_width + 1).why == status::too_wide);
}

TEST_CASE("sampler: status of rows without a token") {
    const std::vector<float> none;
    const drawn token = first(none);
    CHECK(token.why == status::empty);
    CHECK(token.id == -1);
    CHECK(std::isnan(token.logprob));
    CHECK_FALSE(token);
    CHECK(pick(none, philox{}).why == status::empty);
    CHECK(pick.distribution(none).why == status::empty);
    CHECK(pick.distribution(none).ids.empty());
    CHECK(first(std::vector(5, -infinity)).why == status::empty);
    CHECK(first(std::vector{1.0f, not_a_number}).why == status::nan_logit);
    CHECK(pick.distribution(std::vector{1.0f, not_a_number}).ids.empty());
    // 2^24 tokens and one more: not read, so a span of one will do.
    const float one = 1.0f;
    const std::span<const float> wide(&one, (std::size_t{1} << 24) + 1);
    CHECK(first(wide).why == status::too_wide);
    CHECK(pick(wide, philox{}).why == status::too_wide);
    CHECK(pick.distribution(wide).why == status::too_wide);
}

TEST_CASE("sampler: a failed row does not touch the next") {
    const auto row = some_row(800, 9);
    auto broken = row;
    broken[500] = not_a_number;
    workspace space;
    const drawn expected = first(row);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(first(broken, space));
        CHECK(same(first(row, space), expected));
        CHECK_FALSE(first(std::vector<float>(801, -infinity), space));
        CHECK(same(first(row, space), expected));
    }
}

// ---- final sets ------------------------------------------------------------------------------------------------------------

namespace {

struct least_likely {
    template <logit_scalar T>
    void narrow(candidates<T>& c) const noexcept {
        c.transform([](token_id, double l) { return -l; });
        c.keep_top(1);
    }
    template <logit_scalar T>
    drawn operator()(candidates<T>& c) const noexcept {
        narrow(c);
        return c.draw_first();
    }
};

}  // namespace

TEST_CASE("sampler: a final set is looked at where it lies, and its law is the draw's own") {
    const std::vector row{1.0f, 3.0f, 2.0f};
    const sampler last{least_likely{}};
    static_assert(has_law<least_likely> && has_law<categorical> && has_law<greedy>);
    CHECK(last(row).id == 0);
    CHECK(last.distribution(row).ids == ids{0});

    const sampler two{top_k{2}, categorical{}};
    std::vector<double> seen;
    const auto look = [&](auto& c) { c.probabilities([&](token_id, double p) { seen.push_back(p); }); };
    CHECK(two.final_set(row, look) == status::ok);
    CHECK(seen == two.distribution(row).probabilities);
    workspace space;
    seen.clear();
    CHECK(two.final_set(row, look, philox{.seed = 1}, space) == status::ok);
    CHECK(seen == two.distribution(row).probabilities);

    const auto never = [](auto&) { FAIL("nothing is left to look at"); };
    CHECK(two.final_set(std::vector{-infinity}, never) == status::empty);
    CHECK(two.final_set(std::vector{1.0f, not_a_number}, never) == status::nan_logit);
    CHECK(two.final_set(row, [](auto& c) { c.fail(status::out_of_memory); }) == status::out_of_memory);
}

// ---- stages and draws of the caller's --------------------------------------------------------------------------------------

TEST_CASE("sampler: lambdas as stages and as draws") {
    const std::vector row{1.0f, 3.0f, 2.0f};
    const auto not_the_second = [](auto& c) { c.ban(ids{1}); };
    CHECK(sampler{not_the_second, greedy{}}(row).id == 2);
    // A draw without randomness: the least likely.
    const auto last_one = [](auto& c) {
        c.transform([](token_id, double l) { return -l; });
        return c.draw_first();
    };
    CHECK(sampler{not_the_second, last_one}(row).id == 0);
    // A draw with randomness: uniform over what is left, from its own purpose.
    const auto any_one = [](auto& c, auto& words) {
        c.scale(0);
        return c.draw(words.word(purpose::user));
    };
    const sampler uniform{any_one};
    philox random{.seed = 3};
    const std::vector<float> many(1024, 0.0f);
    CHECK(uniform(many, random).id == static_cast<token_id>(philox{.seed = 3}.word(purpose::user) >> 54));
    CHECK(random.position == 1);
    // State of the caller's, by reference.
    int calls = 0;
    const auto counting = [&calls](auto&) { ++calls; };
    sampler{counting, counting, greedy{}}(row);
    CHECK(calls == 2);
}

TEST_CASE("sampler: a draw that asks for several words gets several") {
    const std::vector<float> row(16, 0.0f);
    std::array<std::uint64_t, 3> seen{};
    const auto three = [&seen](candidates<float>& c, auto& words) {
        for (auto& w : seen) w = words.word(purpose::token);
        return c.draw(seen[2]);
    };
    philox random{.seed = 6, .position = 9};
    const philox there = random;
    CHECK(sampler{three}(row, random));
    // Uses within a draw lie 2^16 indices apart, for the indices between belong to redraws.
    for (std::uint32_t i = 0; i < 3; ++i) CHECK(seen[i] == there.word(purpose::token, i << 16));
    CHECK(random.position == 10);
}

TEST_CASE("sampler: a stage for one scalar only") {
    const auto floats_only = [](candidates<float>& c) { c.keep_top(1); };
    static_assert(stage<decltype(floats_only)>);
    CHECK(sampler{floats_only, categorical{}}(std::vector{1.0f, 3.0f}, philox{}).id == 1);
    const auto halves_only = [](candidates<argdraw::half>& c) { c.keep_top(1); };
    CHECK(sampler{halves_only, categorical{}}(std::vector{argdraw::half(1.0f), argdraw::half(3.0f)}, philox{}).id == 1);
}

// ---- the same token everywhere ---------------------------------------------------------------------------------------------

TEST_CASE("sampler: rows at odd addresses and of every width up to 600") {
    std::vector<float> memory(700);
    int different = 0;
    for (std::size_t width = 1; width <= 600; ++width) {
        const auto row = some_row(width, static_cast<std::uint32_t>(width));
        philox random{.seed = width};
        const drawn expected = pick(row, random), best = first(row);
        for (std::size_t offset = 0; offset < 17; offset += 1 + width / 64) {
            // What lies around the row must not matter, the worst included.
            std::fill(memory.begin(), memory.end(), not_a_number);
            std::copy(row.begin(), row.end(), memory.begin() + static_cast<std::ptrdiff_t>(offset));
            const std::span<const float> moved(memory.data() + offset, width);
            philox again{.seed = width};
            different += !same(pick(moved, again), expected);
            different += !same(first(moved), best);
        }
        different += best.id != static_cast<token_id>(std::max_element(row.begin(), row.end()) - row.begin());
    }
    CHECK(different == 0);
}

TEST_CASE("sampler: appended tokens of -inf and masked rows") {
    const sampler whole{temperature{0.9f}, categorical{}};
    for (const std::size_t width : {3u, 255u, 256u, 1000u, 5000u}) {
        auto row = some_row(width, 10);
        auto longer = row;
        longer.resize(2 * width + 300, -infinity);
        philox a{.seed = 1}, b{.seed = 1};
        int different = 0;
        for (int i = 0; i < 50; ++i) different += !same(whole(row, a), whole(longer, b));
        CHECK(different == 0);
        CHECK(same(pick.distribution(row), pick.distribution(longer)));
    }
    // All but a few of 128256 masked: one of the few, by the law of the few alone.
    std::vector<float> masked(128256, -infinity);
    const ids living{5, 255, 256, 70000, 128255};
    std::vector<float> few;
    for (const token_id id : living) few.push_back(masked[static_cast<std::size_t>(id)] = static_cast<float>(id % 5));
    const auto law = whole.distribution(masked);
    CHECK(law.ids == living);
    CHECK(law.probabilities == whole.distribution(few).probabilities);
    philox random{.seed = 2};
    for (int i = 0; i < 100; ++i) {
        const drawn token = whole(masked, random);
        CHECK(std::find(living.begin(), living.end(), token.id) != living.end());
    }
}

TEST_CASE("sampler: one const sampler, eight threads, the serial tokens") {
    constexpr int threads = 8, per_thread = 60;
    static constexpr usual shared{temperature{0.8f}, top_k{50}, top_p{0.9f}, min_p{0.01f}, categorical{}};
    std::vector<std::vector<float>> logits;
    for (std::uint32_t i = 0; i < threads; ++i) logits.push_back(some_row(3000 + 131 * i, i));
    const auto tokens_of = [&](std::size_t sequence) {
        philox random{.seed = 99, .sequence = sequence};
        ids tokens;
        for (int i = 0; i < per_thread; ++i)
            tokens.push_back(shared(logits[(sequence + static_cast<std::size_t>(i)) % threads], random).id);
        return tokens;
    };
    std::vector<ids> parallel(threads), serial(threads);
    {
        std::vector<std::thread> all;
        for (std::size_t t = 0; t < threads; ++t) all.emplace_back([&, t] { parallel[t] = tokens_of(t); });
        for (auto& one : all) one.join();
    }
    for (std::size_t t = 0; t < threads; ++t) serial[t] = tokens_of(t);
    CHECK(parallel == serial);
}
