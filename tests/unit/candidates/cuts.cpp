// What removes tokens: keep_top, keep_mass, keep_within, keep_at_least, keep_below, keep_if, ban, allow.
#include "support.hpp"

#include "inside.hpp"

using namespace argdraw;
using namespace support;

namespace {

// The same verb on both forms of every row, alone and after a scale; whatever is left must be the same, in id order, and be living.
template <class F>
void same_on_both_forms(F verb) {
    for (const auto& row : rows())
        for (const double factor : {1.0, 0.37}) {
            both_forms c(row);
            c.act([&](auto& one) {
                one.scale(factor);
                verb(one);
            });
            const auto of_view = left(c.view), of_list = left(c.list);
            CAPTURE(row.size(), row[0], factor, of_view.tokens.size(), of_list.tokens.size());
            CHECK(of_view == of_list);
            CHECK(c.view.why() == c.list.why());
            CHECK(std::is_sorted(of_view.tokens.begin(), of_view.tokens.end()));
            bool living = true;
            for (const token_id id : of_view.tokens) living &= row[static_cast<std::size_t>(id)] > -infinity;
            CHECK(living);
        }
}

}  // namespace

TEST_CASE("candidates: keep_top") {
    for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{17}, std::size_t{255},
                                std::size_t{256}, std::size_t{5000}, ~std::size_t{0}})
        same_on_both_forms([&](auto& c) { c.keep_top(k); });
    both_forms c({1.0f, 4.0f, -infinity, 4.0f, 2.0f, 4.0f});
    c.act([](auto& one) { one.keep_top(4); });
    CHECK(left(c.view).tokens == ids{1, 3, 4, 5});
    c.act([](auto& one) { one.keep_top(2); });
    CHECK(left(c.view).tokens == ids{1, 3});
    c.act([](auto& one) { one.keep_top(0); });
    CHECK(left(c.view).tokens == ids{1});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: keep_mass") {
    // Away from a boundary: a view may weigh a token 1.2e-7 otherwise than a list does.
    for (const double p : {0.0, 1e-9, 0.123456, 0.5432, 0.98765}) same_on_both_forms([&](auto& c) { c.keep_mass(p); });
    for (const std::size_t min_keep : {0u, 2u, 100u, 4000u}) same_on_both_forms([&](auto& c) { c.keep_mass(0.123456, min_keep); });
    // Weights 1 2 4 8 of 15.
    const std::vector row{0.0f, static_cast<float>(std::log(2.0)), static_cast<float>(std::log(4.0)), static_cast<float>(std::log(8.0))};
    for (const auto& [p, expected] :
         std::vector<std::pair<double, ids>>{{0.5, {3}}, {0.54, {2, 3}}, {0.79, {2, 3}}, {0.81, {1, 2, 3}}, {0.94, {0, 1, 2, 3}}}) {
        both_forms c(row);
        c.act([&, mass = p](auto& one) { one.keep_mass(mass); });
        CAPTURE(p);
        CHECK(left(c.view).tokens == expected);
        CHECK(left(c.list).tokens == expected);
    }
}

TEST_CASE("candidates: keep_mass of a share that no sum reaches keeps all") {
    for (const double p : {1.0, 1.5, infinite}) {
        both_forms c({1.0f, 2.0f, -infinity, 3.0f});
        c.act([&](auto& one) { one.keep_mass(p); });
        CHECK(left(c.view).tokens == ids{0, 1, 3});
        CHECK(left(c.list).tokens == ids{0, 1, 3});
    }
}

TEST_CASE("candidates: keep_within") {
    for (const double distance : {0.0, 0.001, 1.0, 2.5, 30.0, 1e300, infinite})
        same_on_both_forms([&](auto& c) { c.keep_within(distance); });
    for (const std::size_t min_keep : {0u, 2u, 100u, 100000u}) same_on_both_forms([&](auto& c) { c.keep_within(0.5, min_keep); });
    both_forms c({1.0f, 3.0f, 2.0f, -infinity, 3.0f});
    c.act([](auto& one) { one.keep_within(1); });  // the edge belongs to it
    CHECK(left(c.view).tokens == ids{1, 2, 4});
    c.act([](auto& one) {
        one.scale(2);
        one.keep_within(1.5);
    });
    CHECK(left(c.view).tokens == ids{1, 4});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: keep_at_least keeps the maximum whatever the cut") {
    for (const double cut : {-infinite, -30.0, -3.25, 0.0, 2.0, 4.5, 1e300, infinite})
        same_on_both_forms([&](auto& c) { c.keep_at_least(cut); });
    same_on_both_forms([&](auto& c) { c.keep_at_least(2, 50); });
    both_forms c({1.0f, 3.0f, 2.0f, -infinity, 3.0f});
    c.act([](auto& one) { one.keep_at_least(2); });
    CHECK(left(c.view).tokens == ids{1, 2, 4});
    c.act([](auto& one) { one.keep_at_least(100); });
    CHECK(left(c.view).tokens == ids{1, 4});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: keep_at_least compares the logit as the stages have left it") {
    both_forms c({1.0f, 3.0f, 2.0f});
    c.act([](auto& one) {
        one.scale(0.5);
        one.shift(10);
        one.keep_at_least(11);
    });
    CHECK(left(c.view) == left_over{{1, 2}, {11.5, 11}});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: cuts that are no number, or lie above the maximum, leave a living token") {
    // A user's stage may compute any cut: the outcome is a token or a status, never a set of nothing that says ok.
    for (const double odd : {-1.0, -infinite, std::numeric_limits<double>::quiet_NaN()})
        for (const std::size_t min_keep : {1u, 2u})
            for (const bool listed_first : {false, true}) {
                workspace space;
                const std::vector row{1.0f, 3.0f, 2.0f};
                CAPTURE(odd, min_keep, listed_first);
                {
                    candidates<float> c(row, space);
                    if (listed_first) c.size();
                    c.keep_within(odd, min_keep);
                    CHECK((c.why() != status::ok || c.size() > 0));
                }
                {
                    candidates<float> c(row, space);
                    if (listed_first) c.size();
                    c.keep_at_least(odd, min_keep);
                    CHECK((c.why() != status::ok || c.size() > 0));
                }
                {
                    candidates<float> c(row, space);
                    if (listed_first) c.size();
                    c.keep_mass(odd, min_keep);
                    CHECK((c.why() != status::ok || c.size() > 0));
                }
            }
}

TEST_CASE("candidates: keep_below may leave nothing") {
    for (const double cut : {-3.25, 0.0, 2.0, 4.5, infinite}) same_on_both_forms([&](auto& c) { c.keep_below(cut); });
    both_forms c({1.0f, 3.0f, 2.0f});
    c.act([](auto& one) { one.keep_below(3); });
    CHECK(left(c.view).tokens == ids{0, 2});
    CHECK(c.view.max() == 2);
    c.act([](auto& one) {
        one.keep_below(-5);
        CHECK(one.why() == status::empty);
        CHECK(one.draw(0).why == status::empty);
    });
}

TEST_CASE("candidates: keep_if") {
    same_on_both_forms([](auto& c) { c.keep_if([](token_id id, double) { return id % 3 == 0; }); });
    same_on_both_forms([](auto& c) { c.keep_if([](token_id, double l) { return l < 1; }); });
    both_forms c({1.0f, 3.0f, 2.0f});
    c.act([](auto& one) {
        one.scale(10);
        one.keep_if([](token_id id, double l) { return id == 0 || l == 20; });
    });
    CHECK(left(c.view) == left_over{{0, 2}, {10, 20}});
    c.act([](auto& one) {
        one.keep_if([](token_id, double) { return false; });
        CHECK(one.why() == status::empty);
    });
}

TEST_CASE("candidates: ban removes the listed ids; one outside of the row is a bad parameter") {
    for (const auto& some : {ids{0}, ids{0, 3, 255, 256, 999}})
        for (const auto& row : rows()) {
            if (static_cast<std::size_t>(some.back()) >= row.size()) continue;
            both_forms c(row);
            c.act([&](auto& one) { one.ban(some); });
            CHECK(left(c.view) == left(c.list));
            CHECK(c.view.why() == c.list.why());
            for (const token_id id : left(c.view).tokens) CHECK(std::find(some.begin(), some.end(), id) == some.end());
        }
    both_forms c({1.0f, 3.0f, 2.0f});
    c.act([](auto& one) { one.ban(ids{1, 1}); });
    CHECK(left(c.view).tokens == ids{0, 2});
    c.act([](auto& one) { one.ban({}); });
    CHECK(left(c.view).tokens == ids{0, 2});
    c.act([](auto& one) {
        one.ban(ids{2, 0});
        CHECK(one.size() == 0);
        CHECK(one.why() == status::empty);
    });
    for (const token_id outside : {-1, 3, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        both_forms wrong({1.0f, 3.0f, 2.0f});
        wrong.act([&](auto& one) {
            one.ban(ids{1, outside});
            CHECK(one.why() == status::outside_row);
        });
    }
}

TEST_CASE("candidates: a removed token is not looked at, its NaN neither, until a value was read") {
    both_forms hidden({1.0f, not_a_number, 2.0f});
    hidden.view.ban(ids{1});
    CHECK(left(hidden.view).tokens == ids{0, 2});
    CHECK(hidden.view.why() == status::ok);

    both_forms masked({1.0f, not_a_number, 2.0f});
    masked.view.scale(0.5);
    masked.view.allow(std::vector<std::uint32_t>{5u}, false);
    CHECK(left(masked.view).tokens == ids{0, 2});

    both_forms only({1.0f, not_a_number, 2.0f});
    only.view.allow_only(ids{2, 0});
    CHECK(left(only.view).tokens == ids{0, 2});

    both_forms read({1.0f, not_a_number, 2.0f});
    read.view.add(0, 1.0);
    read.view.ban(ids{1});
    CHECK(read.view.why() == status::nan_logit);
}

TEST_CASE("candidates: allow_only keeps what is listed") {
    for (const auto& row : rows()) {
        if (row.size() < 255) continue;
        both_forms c(row);
        c.act([&](auto& one) { one.allow_only(ids{254, 3, 0, 3}); });
        CHECK(left(c.view) == left(c.list));
        for (const token_id id : left(c.view).tokens) CHECK((id == 254 || id == 3 || id == 0));
        c.act([&](auto& one) { one.allow_only(ids{3, 7}); });
        CHECK(left(c.view) == left(c.list));
    }
}

TEST_CASE("candidates: allow reads bit id & 31 of word id >> 5, and knows where the mask ends") {
    const std::vector<std::uint32_t> mask{0x80000001u, 0x2u};  // ids 0, 31 and 33
    same_on_both_forms([&](auto& c) { c.allow(mask, true); });
    std::vector<float> row(70, 0.0f);
    row[31] = -infinity;
    both_forms banned(row), kept(row);
    banned.act([&](auto& one) { one.allow(mask, false); });
    CHECK(left(banned.view).tokens == ids{0, 33});
    kept.act([&](auto& one) { one.allow(mask, true); });
    CHECK(left(kept.view).tokens == ids{0, 33, 64, 65, 66, 67, 68, 69});
    both_forms none(row), all(row);
    none.act([](auto& one) {
        one.allow({}, false);
        CHECK(one.size() == 0);
        CHECK(one.why() == status::empty);
    });
    all.act([](auto& one) { one.allow({}, true); });
    CHECK(left(all.view).tokens.size() == 69);
}

TEST_CASE("candidates: a mask finds the tokens whose logits were changed") {
    const std::vector<std::uint32_t> mask{0x12u, 0x1u};  // ids 1, 4 and 32
    std::vector<float> row(70, 0.0f);
    for (const bool past_end : {false, true}) {
        both_forms c(row);
        c.act([&](auto& one) {
            for (const token_id id : {65, 4, 5, 33}) one.add(id, 1);
            one.allow(mask, past_end);
        });
        left_over expected{{1, 4, 32}, {0, 1, 0}};
        if (past_end) expected = {{1, 4, 32, 64, 65, 66, 67, 68, 69}, {0, 1, 0, 0, 1, 0, 0, 0, 0}};
        CHECK(left(c.view) == expected);
        CHECK(left(c.list) == expected);
    }
}

TEST_CASE("candidates: a mask that leaves few tokens, and has bits past the row's end") {
    std::vector<float> row(5000, 1.0f);
    std::vector<std::uint32_t> mask(160, 0u);
    mask[0] = 0x80u;
    mask[156] = 0xffffff80u;  // 4999, and all that come after
    for (std::size_t word = 157; word < 160; ++word) mask[word] = ~0u;
    both_forms c(row);
    c.act([&](auto& one) { one.allow(mask, true); });
    CHECK(left(c.view) == left_over{{7, 4999}, {1, 1}});
    CHECK(left(c.list) == left(c.view));
}

TEST_CASE("candidates: few tokens allowed of a row of which most was kept") {
    std::vector<float> row(40000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 7);
    both_forms c(row);
    c.act([](auto& one) {
        one.keep_at_least(1);
        one.allow_only(ids{0, 1, 12, 39998, 35000});  // 0 1 5 0 0
    });
    CHECK(left(c.view) == left_over{{1, 12}, {1, 5}});
    CHECK(left(c.list) == left(c.view));
}

TEST_CASE("candidates: keep_mass ends a little past a run of equals") {
    // Of five tokens three weigh 1 and two weigh 1/2: of 16384, 9831 and 6553, together 13107.5. Two of the light ones do not reach 9832.25.
    std::vector<float> row(16384);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i % 5 < 3 ? 0.0f : -0.693147182f;
    both_forms c(row);
    c.act([](auto& one) { one.keep_mass(9832.25 / 13107.5); });
    ids expected;
    for (token_id i = 0; i < 16384; ++i)
        if (i % 5 < 3 || i <= 8) expected.push_back(i);  // 3, 4 and 8
    CHECK(expected.size() == 9834);
    CHECK(left(c.view).tokens == expected);
    CHECK(left(c.list).tokens == expected);
}

TEST_CASE("candidates: verbs one after another are the same on both forms") {
    std::mt19937 random(29);
    const auto all = rows();
    for (int round = 0; round < 400; ++round) {
        both_forms c(all[random() % all.size()]);
        for (int step = 0; step < 4; ++step) {
            const auto verb = random() % 8;
            const auto n = random() % 300;
            const double x = static_cast<double>(random() % 1000) * 1e-3;
            c.act([&](auto& one) {
                switch (verb) {
                    case 0: return one.keep_top(n);
                    case 1: return one.keep_within(10 * x);
                    case 2: return one.keep_mass(x);
                    case 3: return one.scale(0.3 + x);
                    case 4: return one.add(static_cast<token_id>(n), x);
                    case 5: return one.keep_if([&](token_id id, double) { return id % 16 != static_cast<token_id>(n % 16); });
                    case 6: return one.shift(x);
                    default: return one.keep_at_least(x - 2, 1 + n % 3);
                }
            });
        }
        CAPTURE(round);
        CHECK(left(c.view) == left(c.list));
        CHECK(c.view.why() == c.list.why());
        if (c.view.why() != status::ok) continue;
        const double of_view = c.view.mass(), of_list = c.list.mass();
        CHECK(std::abs(of_view - of_list) <= 1e-14 * of_list);
    }
}

TEST_CASE("cuts: where nothing lies below one the row stays as it is, and so do its masses") {
    std::vector<float> row(70000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 97) * 0.01f;
    for (const bool edited : {false, true}) {
        workspace space;
        candidates<float> c(row, space);
        if (edited) c.add(5, -0.25);
        (void)c.mass(accuracy::quick);
        c.keep_likely(1e-9);
        CHECK(detail::inside::of(c).weights);
        CHECK_FALSE(detail::inside::of(c).band);
        c.keep_within(1.5);
        CHECK_FALSE(detail::inside::of(c).band);
        c.keep_within_deviations(100);
        CHECK_FALSE(detail::inside::of(c).band);
        CHECK(c.size() == row.size());
    }
    // An edited token alone may lie below.
    workspace space;
    candidates<float> c(row, space);
    c.add(5, -9);
    c.keep_likely(1e-6);
    CHECK(c.size() == row.size() - 1);
}

TEST_CASE("cuts: a probability that is next to nothing, as far as is known, keeps all or is asked for in full") {
    for (const bool equal : {true, false}) {
        std::vector<float> row(70000, 1.5f);
        if (!equal) row[69000] = -7;
        for (const double p : {0.0, -1e-12, 1e-9}) {
            int full = 0;
            const auto p_of = [&](accuracy wanted) {
                full += wanted == accuracy::full;
                return wanted == accuracy::quick ? estimate{p, 1e-8} : estimate{p};
            };
            workspace space, list_space;
            candidates<float> c(row, space), list(row, list_space);
            list.survivors();
            c.keep_likely(p_of);
            CHECK(full == (equal ? 0 : 1));
            full = 0;
            list.keep_likely(p_of);
            CHECK(c.size() == list.size());
            CHECK(left(c) == left(list));
        }
    }
}

TEST_CASE("cuts: of equals alone sums of floats say that all stay, in every cut that comes of sums") {
    for (const std::size_t width : {std::size_t{20000}, std::size_t{128256}})
        for (const float value : {1.0f, -3.7f, 0.1f}) {
            const std::vector<float> row(width, value);
            const auto all_stay = [&](auto stage) {
                workspace space;
                candidates<float> c(row, space);
                stage(c);
                CHECK(detail::inside::in_floats(c));
                CHECK(c.size() == width);
            };
            all_stay(p_less{});
            all_stay(p_less_norm{});
            all_stay(eta_cutoff{1e-6f});
            all_stay(top_a{0.5f});
        }
}

TEST_CASE("cuts: a list is made before anything is counted, and where the sample misled the row is narrowed") {
    // Few tokens reach the cut in the blocks that are looked at, many in the others.
    std::vector<float> row(64 * simd::block_size * 4, -8.0f);
    const std::size_t step = row.size() / simd::block_size / sizes::sampled_blocks;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (i / simd::block_size % step != 0 && i % 3 == 0) row[i] = static_cast<float>(i % 5) * 0.125f;
    for (const bool by_value : {true, false}) {
        workspace space, list_space;
        candidates<float> c(row, space), list(row, list_space);
        list.survivors();
        for (candidates<float>* each : {&c, &list}) {
            if (by_value) each->keep_within(2);
            else each->keep_likely(1e-7);
        }
        CHECK(detail::inside::of(c).band);
        CHECK(left(c) == left(list));
    }
}

TEST_CASE("cuts: a center that is never known well is taken for what it is said to be") {
    std::vector<float> row(20000);
    std::mt19937 random(3);
    for (float& l : row) l = static_cast<float>(random() % 4000) / 400;
    workspace space, other;
    candidates<float> poor(row, space), known(row, other);
    poor.keep_mass_near([](accuracy) { return estimate{1e-7, 1e-6}; }, 0.5);
    known.keep_mass_near(1e-7, 0.5);
    CHECK(left(poor) == left(known));
}
