// What changes logits: scale, shift, add, transform.
#include "support.hpp"

using namespace argdraw;
using namespace support;

TEST_CASE("candidates: scale multiplies, and a list and a view agree bit for bit") {
    for (const auto& row : rows())
        for (const double factor : {0.5, 3.0, 1 / 0.7, 1e-30, 0x1p149}) {
            both_forms c(row);
            c.act([&](auto& one) { one.scale(factor); });
            const auto of_view = left(c.view);
            bool exact = true;
            for (std::size_t i = 0; i < of_view.tokens.size(); ++i)
                exact &= of_view.logits[i] == static_cast<double>(row[static_cast<std::size_t>(of_view.tokens[i])]) * factor;
            CAPTURE(row.size(), factor);
            CHECK(exact);
            CHECK(of_view == left(c.list));
        }
}

TEST_CASE("candidates: scale by 0 makes the living equal") {
    both_forms c({1.0f, -infinity, 5.0f, -1e30f});
    c.act([](auto& one) { one.scale(0); });
    CHECK(left(c.view) == left_over{{0, 2, 3}, {0, 0, 0}});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: scales multiply without leaving the range of double") {
    // Six reciprocals of the smallest float are 2^894, and then all the way back.
    both_forms c({1.0f, 2.0f, 1.5f});
    c.act([](auto& one) {
        for (int i = 0; i < 6; ++i) one.scale(0x1p149);
        CHECK(std::isfinite(one.max()));
        for (int i = 0; i < 6; ++i) one.scale(0x1p-149);
        CHECK(one.max() == 2);
    });
    CHECK(left(c.view).logits == std::vector<double>{1, 2, 1.5});
}

TEST_CASE("candidates: a finite value has a finite logit, whatever scales and shifts do") {
    static constexpr double largest = std::numeric_limits<double>::max();
    both_forms c({1e19f, 0.0f, -1e19f, 1e19f});
    c.act([](auto& one) {
        for (int i = 0; i < 7; ++i) one.scale(0x1p149);
        CHECK(one.max() == largest);
        CHECK(one.min() == -largest);
        CHECK(one.leaders(9).back().value == -largest);
        const std::vector<token_id> some{0, 2};
        int not_finite = 0;
        one.edit(std::span(some), [&](double l, token_id) {
            not_finite += !std::isfinite(l);
            return l - 0.5;
        });
        CHECK(not_finite == 0);
        one.add(3, largest);
        CHECK(one.why() == status::ok);
        for (int i = 0; i < 3; ++i) one.shift(largest);
        one.scale(2);
        CHECK(one.max() == largest);
        one.shift(-largest);
        CHECK(std::isfinite(one.log_sum_exp()));
        one.normalise();
        CHECK(one.mass() == 2);
        CHECK(one.why() == status::ok);
        CHECK(one.leaders(9).size() == 4);
    });
    CHECK(left(c.view) == left(c.list));
    for (const double l : left(c.view).logits) CHECK(std::isfinite(l));
}

TEST_CASE("candidates: shift adds to all and moves no probability") {
    both_forms c({1.0f, -infinity, 5.0f});
    c.act([](auto& one) {
        one.shift(-2);
        one.scale(2);
        one.shift(1);
    });
    CHECK(left(c.view) == left_over{{0, 2}, {-1, 7}});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: add reaches one token, in double") {
    both_forms c({1.0f, 2.0f, -infinity, 1.0f});
    c.act([](auto& one) {
        one.add(1, 0x1p-40);  // far below a float's last bit of 2
        one.add(3, -0.5);
        one.add(3, -0.25);  // twice is the sum
        one.add(2, 100);    // does not live
    });
    CHECK(left(c.view) == left_over{{0, 1, 3}, {1, 2 + 0x1p-40, 0.25}});
    CHECK(left(c.view) == left(c.list));

    for (const token_id outside : {-1, 4, std::numeric_limits<token_id>::max(), std::numeric_limits<token_id>::min()}) {
        both_forms wrong({1.0f, 2.0f, -infinity, 1.0f});
        wrong.act([&](auto& one) {
            one.add(outside, 7);
            CHECK(one.why() == status::outside_row);
        });
    }
}

TEST_CASE("candidates: the order is by the changed value") {
    // 2^-40 decides, though no float could hold it.
    both_forms c({2.0f, 2.0f, 2.0f});
    c.act([](auto& one) { one.add(2, 0x1p-40); });
    CHECK(c.view.draw_first().id == 2);
    CHECK(c.list.draw_first().id == 2);
}

TEST_CASE("candidates: add after a scale adds to the scaled logit") {
    both_forms c({1.0f, 3.0f});
    c.act([](auto& one) {
        one.scale(0.25);
        one.shift(2);
        one.add(0, 1);
    });
    CHECK(left(c.view) == left_over{{0, 1}, {3.25, 2.75}});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: add of -inf removes, of +inf leaves nothing else, of NaN is nan_logit") {
    both_forms removed_one({1.0f, 2.0f, 3.0f});
    removed_one.act([](auto& one) { one.add(2, -infinite); });
    CHECK(left(removed_one.view).tokens == ids{0, 1});
    CHECK(left(removed_one.view) == left(removed_one.list));

    both_forms forced({1.0f, 2.0f, 3.0f});
    forced.act([](auto& one) { one.add(0, infinite); });
    CHECK(left(forced.view).tokens == ids{0});
    CHECK(forced.list.draw_first().id == 0);

    both_forms broken({1.0f, 2.0f, 3.0f});
    broken.act([](auto& one) {
        one.add(0, std::numeric_limits<double>::quiet_NaN());
        CHECK(one.why() == status::nan_logit);
    });

    both_forms none({1.0f});
    none.act([](auto& one) {
        one.add(0, -infinite);
        CHECK(one.size() == 0);
        CHECK(one.why() == status::empty);
    });
}

TEST_CASE("candidates: transform sees every living token once, in id order") {
    for (const auto& row : rows()) {
        both_forms c(row);
        c.act([&](auto& one) {
            ids seen;
            one.scale(0.5);
            one.transform([&](token_id id, double l) {
                seen.push_back(id);
                return l * l + id;
            });
            CHECK(std::is_sorted(seen.begin(), seen.end()));
            CHECK(seen.size() == one.size());
        });
        CHECK(left(c.view) == left(c.list));
    }
}

TEST_CASE("candidates: transform to -inf removes, to +inf takes all, to NaN is nan_logit") {
    both_forms some({1.0f, 2.0f, 3.0f, 4.0f});
    some.act([](auto& one) { one.transform([](token_id id, double l) { return id % 2 == 0 ? -infinite : 10 * l; }); });
    CHECK(left(some.view) == left_over{{1, 3}, {20, 40}});
    CHECK(left(some.view) == left(some.list));

    both_forms forced({1.0f, 2.0f, 3.0f, 4.0f});
    forced.act([](auto& one) { one.transform([](token_id id, double l) { return id >= 2 ? infinite : l; }); });
    CHECK(left(forced.view).tokens == ids{2, 3});
    CHECK(left(forced.view) == left(forced.list));

    both_forms broken({1.0f, 2.0f});
    broken.act([](auto& one) {
        one.transform([](token_id id, double l) { return id == 1 ? std::sqrt(-l) : l; });
        CHECK(one.why() == status::nan_logit);
    });

    both_forms none({1.0f, 2.0f});
    none.act([](auto& one) {
        one.transform([](token_id, double) { return -infinite; });
        CHECK(one.why() == status::empty);
    });
}

TEST_CASE("candidates: a NaN from a user's transform is what the draw reports") {
    const sampler pick{[](auto& c) { c.transform([](token_id, double l) { return std::log(l); }); }, top_k{2}, top_p{0.9f}, greedy{}};
    const drawn token = pick(std::vector{1.0f, -1.0f, 2.0f});
    CHECK(token.why == status::nan_logit);
    CHECK(token.id == -1);
}

TEST_CASE("candidates: after a failure every verb does nothing") {
    const auto check = [](const std::vector<float>& row, status why) {
        both_forms c(row);
        c.act([&](auto& one) {
            one.survivors();
            int called = 0;
            one.scale(2);
            one.scale(0);
            one.shift(1);
            one.add(0, 1);
            one.transform([&](token_id, double l) { return ++called, l; });
            one.keep_top(1);
            one.keep_top(2);
            one.keep_mass(0.5);
            one.keep_mass(0.5, 2);
            one.keep_within(1);
            one.keep_within(1, 2);
            one.keep_at_least(0);
            one.keep_below(0);
            one.keep_if([&](token_id, double) { return ++called > 0; });
            one.ban(ids{0});
            one.allow(std::vector<std::uint32_t>{1}, true);
            one.probabilities([&](token_id, double) { ++called; });
            CHECK(one.draw_first().why == why);
            CHECK(one.draw_first().id == -1);
            CHECK(one.draw(0).why == why);
            CHECK(one.draw(~std::uint64_t{0}).id == -1);
            CHECK(one.why() == why);
            CHECK(called == 0);
        });
    };
    check({}, status::empty);
    check({-infinity, -infinity}, status::empty);
    check(std::vector<float>(1000, -infinity), status::empty);
    check({1.0f, not_a_number}, status::nan_logit);
    check({not_a_number}, status::nan_logit);
}

TEST_CASE("candidates: a row too wide has a status of its own, and is not read") {
    workspace space;
    const float one = 1.0f;
    candidates<float> c(std::span<const float>(&one, candidates<float>::max_width + 1), space);
    CHECK(c.why() == status::too_wide);
    CHECK(c.size() == 0);
    CHECK(c.draw_first().why == status::too_wide);
    CHECK(space.capacity() == 0);
}

TEST_CASE("candidates: a stage may draw with another sampler") {
    // The inner draw takes its own scratch memory: what the outer one has found stays.
    const std::vector inner_row{0.0f, 5.0f, 1.0f};
    const auto ban_what_the_inner_draws = [&inner_row](auto& c) {
        const std::size_t before = c.size();
        constexpr sampler inner{top_k{2}, greedy{}};
        const drawn banned = inner(inner_row);
        c.ban(ids{banned.id});
        CHECK(before == 600);
    };
    std::vector<float> row(600, 0.0f);
    row[1] = 9.0f;
    row[300] = 8.0f;
    const sampler pick{temperature{0.5f}, ban_what_the_inner_draws, top_k{20}, greedy{}};
    CHECK(pick(row).id == 300);
    // Nested twice, and inside a transform, whose list is being written.
    const sampler outer{
        [&](auto& c) { c.transform([&](token_id id, double l) { return id < 3 ? static_cast<double>(pick(row).id) : l; }); }, greedy{}};
    CHECK(outer(row).id == 0);
    release_workspace();
    CHECK(outer(row).id == 0);
}

TEST_CASE("candidates: infinite tokens stay equal under scales, and infinite for add") {
    both_forms c({infinity, 7.0f, infinity});
    c.act([](auto& one) {
        one.scale(0);
        one.add(0, -5);
        one.scale(3);
    });
    CHECK(left(c.view) == left_over{{0, 2}, {0, 0}});
    CHECK(left(c.view) == left(c.list));
    c.act([](auto& one) { one.add(0, -infinite); });
    CHECK(left(c.view).tokens == ids{2});
}

TEST_CASE("candidates: infinite tokens stay infinite where others are removed") {
    const std::vector<void (*)(candidates<float>&)> removals{
        [](auto& one) { one.ban(ids{0}); },
        [](auto& one) { one.allow_only(ids{1, 2, 3}); },
        [](auto& one) { one.keep_if([](token_id id, double) { return id != 0; }); },
    };
    for (const auto& remove : removals) {
        both_forms c({infinity, 7.0f, infinity, infinity});
        c.act([&](auto& one) {
            static_cast<void>(one.max());
            remove(one);
            one.add(2, -5);
        });
        CHECK(left(c.view) == left_over{{2, 3}, {0, 0}});
        CHECK(left(c.view) == left(c.list));
    }
}

TEST_CASE("candidates: beside an infinite token that is removed no other lives") {
    both_forms c({infinity, 7.0f});
    c.act([](auto& one) { one.add(0, -infinite); });
    CHECK(c.view.why() == status::empty);
    CHECK(c.list.why() == status::empty);
}

TEST_CASE("candidates: normalised, infinite tokens are as finite as their probability") {
    both_forms c({infinity, 7.0f, infinity});
    c.act([](auto& one) {
        one.normalise();
        one.add(0, -1);
    });
    const double half = -std::log(2.0);
    for (const auto& each : {left(c.view), left(c.list)}) {
        REQUIRE(each.tokens == ids{0, 2});
        CHECK(std::abs(each.logits[0] - (half - 1)) < 1e-15);
        CHECK(std::abs(each.logits[1] - half) < 1e-15);
    }
}

TEST_CASE("candidates: a token whose logit was changed can be removed") {
    both_forms c({1.0f, 2.0f, 3.0f, 4.0f, 5.0f});
    c.act([](auto& one) {
        for (const token_id id : {4, 1, 3}) one.add(id, 0.5);
        one.ban(ids{3});
        one.add(1, -infinite);
        one.add(3, 7);  // does not live any more
    });
    CHECK(left(c.view) == left_over{{0, 2, 4}, {1, 3, 5.5}});
    CHECK(left(c.view) == left(c.list));
}

TEST_CASE("candidates: a changed logit beyond the weights' range, above and below") {
    both_forms above({1.0f, 2.0f, 1.0f});
    above.act([](auto& one) {
        one.add(2, 1e6);
        CHECK(one.mass() == 1);
        CHECK(one.max() == 1e6 + 1);
        CHECK(one.draw(~std::uint64_t{0}).id == 2);
        CHECK(one.draw(0).id == 2);
    });
    both_forms below({1.0f, 1.0f, 1.0f, 1.0f});
    below.act([](auto& one) {
        one.add(2, -5000);
        CHECK(one.size() == 4);
        CHECK(one.entropy() == Approx(std::log(3.0)).epsilon(1e-6));
        CHECK(one.collision() == Approx(1.0 / 3).epsilon(1e-6));
    });
}

TEST_CASE("candidates: add_sums adds the numbers of one id up before they meet its logit") {
    const auto after = [](std::vector<token_bias> numbers, token_id id) {
        both_forms c({1.0f, 1.0f, 1.0f, 1.0f, -infinity, 1.0f});
        double found[2];
        std::size_t form = 0;
        c.act([&](auto& one) {
            one.add_sums([&](auto give) {
                for (const token_bias& each : numbers) give(each.id, static_cast<double>(each.b));
            });
            const auto living = one.survivors();
            const auto* const at = std::find(living.ids.data(), living.ids.data() + living.ids.size(), id);
            found[form++ % 2] = at == living.ids.data() + living.ids.size()
                                    ? -std::numeric_limits<double>::infinity()
                                    : living.logits[static_cast<std::size_t>(at - living.ids.data())];
        });
        CHECK(found[0] == found[1]);
        return found[0];
    };
    CHECK(after({{3, 2}}, 3) == 3);
    CHECK(after({{3, 2}, {5, 7}, {3, 0.5f}}, 3) == 3.5);
    CHECK(after({{3, 2}, {5, 7}, {3, 0.5f}}, 5) == 8);
    CHECK(after({{5, 1}, {3, 1e30f}, {0, 7}, {3, -1e30f}}, 3) == 1);
    CHECK(after({{3, -infinity}}, 3) == -std::numeric_limits<double>::infinity());
    CHECK(after({{3, infinity}, {3, -infinity}}, 3) == -std::numeric_limits<double>::infinity());
    CHECK(after({{3, -infinity}, {3, infinity}}, 3) == -std::numeric_limits<double>::infinity());
    CHECK(after({{3, infinity}, {3, -1e38f}, {3, infinity}}, 3) == 0);  // a token of +inf counts as 0 beside its like
    CHECK(after({{3, infinity}, {0, 5}}, 0) == -std::numeric_limits<double>::infinity());
    CHECK(after({{4, 5}}, 4) == -std::numeric_limits<double>::infinity());  // what does not live stays so
    both_forms outside({1.0f, 2.0f});
    outside.act([](auto& one) {
        one.add_sums([](auto give) {
            give(0, 1.0);
            give(2, 1.0);
        });
        CHECK(one.why() == status::outside_row);
    });
}
