// What a cut leaves as a band of a wide row, and what is removed, edited and asked behind it.
#include "support.hpp"

#include "inside.hpp"

using namespace argdraw;
using namespace support;

namespace {

// Wide enough for a band in either build, and alternating: odd ids are high.
std::vector<float> alternating() {
    std::vector<float> row(16384);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i % 2 != 0 ? 1.0f : -9.0f;
    return row;
}

const std::vector<std::uint32_t> even(512, 0x55555555u);

std::vector<float> uniform() {
    std::vector<float> row(16384);
    std::uint32_t x = 1;
    for (float& l : row) {
        x = x * 1664525u + 1013904223u;
        l = static_cast<float>(x >> 8) * 0x1p-24f;
    }
    return row;
}

template <class F>
void after_each_cut(F check) {
    check([](auto& c) { c.keep_within(2); });
    check([](auto& c) { c.keep_at_least(0); });
    check([](auto& c) { c.keep_likely(1e-5); });
    check([](auto& c) { c.keep_mass(0.99); });
    check([](auto& c) { c.keep_within_deviations(1.5); });
}

}  // namespace

TEST_CASE("bands: nothing lives where a mask leaves only what lies below one, and every draw says so") {
    const auto row = alternating();
    after_each_cut([&](auto cut) {
        const auto empty = [&](auto end) {
            workspace space;
            candidates<float> c(row, space);
            cut(c);
            c.allow(even, false);
            const drawn token = end(c);
            CHECK(token.id == -1);
            CHECK(token.why == status::empty);
        };
        for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
            empty([&](auto& c) { return c.draw(word); });
            empty([&](auto& c) {
                c.keep_top(40);
                return c.draw(word);
            });
        }
        empty([](auto& c) { return c.draw_first(); });
        empty([](auto& c) {
            CHECK(std::isnan(c.max()));
            return drawn{.why = c.why()};
        });
        empty([](auto& c) { return c.race([](token_id) { return 0.5; }); });
    });
    philox random{.seed = 1};
    CHECK(sampler{min_p{0.1f}, allow{even, past_end::ban}, greedy{}}(row).why == status::empty);
    CHECK(sampler{min_p{0.1f}, allow{even, past_end::ban}, categorical{}}(row, random).why == status::empty);
    CHECK(sampler{min_p{0.1f}, allow{even, past_end::ban}, top_k{40}, categorical{}}(row, random).why == status::empty);
    // The same for a row of doubles, and a ban in the mask's place.
    const std::vector<double> wide(row.begin(), row.end());
    CHECK(sampler{min_p{0.1f}, allow{even, past_end::ban}, top_k{40}, categorical{}}(wide, random).why == status::empty);
    ids odd;
    for (token_id id = 1; id < 16384; id += 2) odd.push_back(id);
    CHECK(sampler{min_p{0.1f}, ban{odd}, top_k{40}, categorical{}}(row, random).why == status::empty);
}

TEST_CASE("bands: of a row of which only an edited token lives, that one is drawn") {
    const auto row = alternating();
    std::vector<std::uint32_t> with_seven = even;
    with_seven[0] |= 1u << 7;
    after_each_cut([&](auto cut) {
        const auto ask = [&](auto question) {
            workspace space;
            candidates<float> c(row, space);
            cut(c);
            c.add(7, -1e6);  // an odd one, far below the band now
            c.allow(with_seven, false);
            return question(c);
        };
        CHECK(ask([](auto& c) { return c.max(); }) == 1 - 1e6);
        CHECK(ask([](auto& c) { return c.mass(); }) == 1);
        CHECK(ask([](auto& c) { return c.mass(accuracy::quick).value; }) == 1);
        CHECK(ask([](auto& c) { return c.draw(0).id; }) == 7);
        CHECK(ask([](auto& c) { return c.draw(~std::uint64_t{0}).id; }) == 7);
        CHECK(ask([](auto& c) { return c.leaders(3).size(); }) == 1);
        CHECK(ask([](auto& c) { return c.draw_first().id; }) == 7);
    });
}

TEST_CASE("bands: behind a mask the first k are all found") {
    const auto row = uniform();
    CHECK(sampler{allow{even, past_end::ban}, min_p{0.1f}, top_k{40}, categorical{}}.distribution(row).ids.size() == 40);
    after_each_cut([&](auto cut) {
        for (const std::size_t k : {std::size_t{1}, std::size_t{40}, std::size_t{500}, std::size_t{4000}}) {
            workspace space;
            candidates<float> c(row, space);
            c.allow(even, false);
            (void)c.max();
            cut(c);
            (void)c.max();
            const std::size_t living = left(c).tokens.size();
            candidates<float> again(row, space);
            again.allow(even, false);
            (void)again.max();
            cut(again);
            (void)again.max();
            again.keep_top(k);
            CHECK(left(again).tokens.size() == (std::min)(k, living));
        }
    });
}

TEST_CASE("bands: an edited token that fell below one is last in the order, and is in it") {
    std::vector<float> row(16384);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 4);
    workspace space;
    candidates<float> c(row, space);
    c.keep_at_least(1);
    c.add(5, -6);
    const auto first = c.leaders(13000);
    REQUIRE(first.size() == 12288);
    CHECK(first.back().id == 5);
    CHECK(first.back().value == -5);
    c.keep_top(12288);
    CHECK(c.size() == 12288);
}

TEST_CASE("bands: a token edited to far below the others leaves the row in floats") {
    for (const auto& row : {alternating(), uniform()}) {
        workspace space;
        candidates<float> c(row, space);
        c.add(5, -1e9);
        (void)c.mass(accuracy::quick);
        CHECK(detail::inside::in_floats(c));
    }
}

TEST_CASE("bands: what a great scale leaves of one is weighed in doubles where floats will not do") {
    std::vector<float> row(16384, -6.25f);
    for (std::size_t i = 0; i < row.size(); i += 3) row[i] = 0;
    workspace space;
    candidates<float> c(row, space);
    c.keep_within(6.3);
    c.scale(1e4);
    CHECK(c.log_mass() == std::log(5462.0));
    CHECK(c.mass(accuracy::quick).value == 5462);
}

TEST_CASE("bands: nearness beside one token far above the others, where the row's type rounds the center up") {
    const std::vector<float> row(16384, -7.15f);
    for (const float t : {0.1f, 0.5f, 0.999f}) {
        const auto law = sampler{min_p{0.01f}, logit_bias{{{5, 30.0f}}}, typical{t}, categorical{}}.distribution(row);
        CHECK(law.why == status::ok);
        CHECK(law.ids == ids{5});
    }
}

TEST_CASE("bands: a quick estimate of any error within its word decides no token that the full one would not") {
    std::vector<float> row(300, -100.0f);
    for (std::size_t i = 0; i < 10; ++i) row[i] = 0;
    row[20] = std::log(0.29f);
    const double quick = 0.5 / 10.29;
    for (const double full : {0.56, 0.8, 1.0, 1.4}) {
        workspace space;
        candidates<float> c(row, space);
        c.keep_likely([&](accuracy wanted) { return wanted == accuracy::quick ? estimate{quick, 0.45 * quick} : estimate{full * quick}; });
        const std::size_t kept = left(c).tokens.size();
        workspace other;
        candidates<float> plain(row, other);
        plain.keep_likely(full * quick);
        CHECK(kept == left(plain).tokens.size());
    }
}

TEST_CASE("bands: a quick center of any error within its word leaves what the full one does") {
    std::mt19937 random(29);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> uniform(-1, 1);
    int in_full = 0, cases = 0;
    for (const float one_far_above : {0.0f, 9.0f})
        for (const bool coarse : {false, true})
            for (int n = 0; n < 40; ++n, ++cases) {
                std::vector<float> row(17000);
                for (float& l : row) l = coarse ? std::round(32 * normal(random)) / 32 : normal(random);
                if (one_far_above > 0) row[random() % row.size()] = one_far_above;
                const double p = 0.7 + 0.28 * uniform(random), error = n % 2 == 0 ? 1e-5 : 1e-3;
                const double greatest = static_cast<double>(*std::max_element(row.begin(), row.end()));
                // Half of the coarse centers have logits of either side at one distance.
                const double middle = coarse ? std::round(64 * uniform(random)) / 64 : uniform(random);
                const double full = greatest - middle, quick = full + error * uniform(random);
                workspace space, list_space;
                candidates<float> c(row, space), list(row, list_space);
                list.survivors();
                c.keep_mass_near(
                    [&](accuracy wanted) {
                        in_full += wanted == accuracy::full;
                        return wanted == accuracy::quick ? estimate{quick, error} : estimate{full};
                    },
                    p);
                list.keep_mass_near(full, p);
                CAPTURE(one_far_above, coarse, n, p, full, quick, error);
                CHECK(left(c) == left(list));
            }
    CHECK(in_full > cases / 8);
    CHECK(in_full < cases * 7 / 8);
}
