// What candidates can be asked: size, max, mass, log_sum_exp, entropy, mean_distance, moments, survivors, distances.
#include "support.hpp"

#include <functional>

using namespace argdraw;
using namespace support;

namespace {

struct plain {
    double greatest = -infinite;
    std::size_t n = 0;
    long double mass = 0, entropy = 0, distance = 0, mean = 0, deviation = 0;

    explicit plain(const std::vector<float>& row) {
        for (const float l : row) greatest = std::max(greatest, static_cast<double>(l));
        for (const float l : row) {
            if (!(l > -infinity)) continue;
            ++n;
            mass += std::exp(static_cast<long double>(l) - static_cast<long double>(greatest));
            mean += static_cast<long double>(l);
        }
        mean /= static_cast<long double>(n);
        for (const float l : row) {
            if (!(l > -infinity)) continue;
            const long double d = static_cast<long double>(l) - static_cast<long double>(greatest), p = std::exp(d) / mass;
            entropy -= p * (d - std::log(mass));
            distance -= p * d;
            deviation += (static_cast<long double>(l) - mean) * (static_cast<long double>(l) - mean);
        }
        deviation = std::sqrt(deviation / static_cast<long double>(n));
    }
};

bool near(double a, long double b, double tolerance) {
    return std::abs(a - static_cast<double>(b)) <= tolerance * (1 + std::abs(static_cast<double>(b)));
}

}  // namespace

TEST_CASE("candidates: questions have the answers of their definitions, view and list alike") {
    for (const auto& row : rows()) {
        const plain expected(row);
        CAPTURE(row.size(), row[0], expected.n);
        {
            both_forms c(row);
            // Both from sums of doubles.
            CHECK(near(c.view.mass(), expected.mass, 1e-12));
            CHECK(near(c.list.mass(), expected.mass, 1e-13));
            CHECK(near(c.view.log_sum_exp(), std::log(expected.mass) + static_cast<long double>(expected.greatest), 1e-12));
            CHECK(near(c.list.log_sum_exp(), std::log(expected.mass) + static_cast<long double>(expected.greatest), 1e-13));
        }
        both_forms c(row);
        CHECK(c.view.max() == expected.greatest);
        CHECK(c.list.max() == expected.greatest);
        CHECK(c.view.size() == expected.n);
        CHECK(c.list.size() == expected.n);
        CHECK(near(c.view.entropy(), expected.entropy, 1e-11));
        CHECK(near(c.list.entropy(), expected.entropy, 1e-11));
        CHECK(near(c.view.mean_distance(), expected.distance, 1e-12));
        CHECK(near(c.list.mean_distance(), expected.distance, 1e-13));
        for (auto* const one : {&c.view, &c.list}) {
            CHECK(near(one->mass(accuracy::fine).value, expected.mass, 1e-12));
            CHECK(near(one->entropy(accuracy::fine).value, expected.entropy, 1e-11));
            CHECK(near(one->mean_distance(accuracy::fine).value, expected.distance, 1e-12));
        }
        for (auto* const one : {&c.view, &c.list}) {
            CHECK(near(one->moments().mean, expected.mean, 1e-11));
            CHECK(near(one->moments().deviation, expected.deviation, 1e-11));
        }
        CHECK(left(c.view) == left(c.list));
        CHECK(left(c.view).tokens.size() == expected.n);
    }
}

TEST_CASE("candidates: rank counts what lives above a logit and at it, behind edits, masks, scales and cuts") {
    using verb = std::function<void(candidates<float>&)>;
    const ids edited{1, 7, 100}, banned{0, 7, 63};
    const std::vector<verb> before{
        [](auto&) {},
        [&](auto& c) { c.ban(banned); },
        [&](auto& c) { c.edit(std::span(edited), [](double l, token_id) { return l + 0.25; }); },
        [](auto& c) { c.scale(0.7); },
        [](auto& c) { c.shift(1.5); },
        [](auto& c) { c.keep_within(3.0); },
        [](auto& c) { c.keep_top(40); },
    };
    for (const auto& row : rows())
        for (const verb& first : before)
            for (const verb& second : before) {
                both_forms c(row);
                std::vector<float> again = row;
                workspace space;
                candidates<float> plain(again, space);
                c.act(first).act(second);
                first(plain);
                second(plain);
                const left_over all = left(plain);
                if (c.view.size() == 0) continue;
                for (const token_id id :
                     {token_id{0}, token_id{1}, static_cast<token_id>(row.size() / 2), static_cast<token_id>(row.size() - 1)}) {
                    if (static_cast<std::size_t>(id) >= row.size()) continue;
                    const double asked = static_cast<double>(row[static_cast<std::size_t>(id)]);
                    std::size_t above = 0, reaching = 0;
                    for (const double l : all.logits) {
                        above += l > asked;
                        reaching += l >= asked;
                    }
                    c.act([&](auto& one) {
                        CHECK(one.rank(asked).above == above);
                        CHECK(one.rank(asked).reaching == reaching);
                    });
                }
            }
}

TEST_CASE("candidates: questions by hand") {
    // Logits ln 2 and 0 weigh 2 1: relative to the first 1 1/2. p = 2/3 1/3.
    const std::vector row{static_cast<float>(std::log(2.0)), 0.0f};
    both_forms c(row);
    c.act([](auto& one) {
        CHECK(near(one.mass(), 1.5L, 2e-7));
        CHECK(near(one.log_sum_exp(), std::log(3.0L), 2e-7));
        CHECK(near(one.entropy(), std::log(3.0L) - 2 * std::log(2.0L) / 3, 2e-7));
        CHECK(near(one.moments().mean, std::log(2.0L) / 2, 1e-7));
        CHECK(near(one.moments().deviation, std::log(2.0L) / 2, 1e-7));
    });
    both_forms single({-3.5f});
    single.act([](auto& one) {
        CHECK(one.size() == 1);
        CHECK(one.max() == -3.5);
        CHECK(near(one.mass(), 1, 2e-7));
        CHECK(near(one.entropy(), 0, 2e-7));
        CHECK(one.moments().deviation == 0.0);
    });
    single.list.survivors();
    CHECK(single.list.mass() == 1.0);
    CHECK(single.list.entropy() == 0.0);
}

TEST_CASE("candidates: mass of a view lies between 1 and the number of tokens, up to its error") {
    for (const float logit : {-1000.0f, -30.0f, 0.0f, 1.7f, 88.0f, 1e5f}) {
        workspace space;
        const std::vector<float> row(1000, logit);
        candidates<float> c(row, space);
        CAPTURE(logit);
        CHECK(near(c.mass(), 1000, 2e-7));
    }
}

TEST_CASE("candidates: questions see a noted scale and shift") {
    for (const auto& row : rows()) {
        const plain expected(row);
        both_forms c(row);
        c.act([](auto& one) {
            one.scale(0.5);
            one.shift(3);
        });
        CAPTURE(row.size(), row[0]);
        CHECK(c.view.max() == expected.greatest * 0.5 + 3);
        CHECK(c.list.max() == c.view.max());
        CHECK(near(c.view.moments().mean, expected.mean / 2 + 3, 1e-11));
        CHECK(near(c.view.moments().deviation, expected.deviation / 2, 1e-11));
        CHECK(left(c.view) == left(c.list));
        const auto now = left(c.view);
        bool halved = true;
        for (std::size_t i = 0; i < now.tokens.size(); ++i)
            halved &= now.logits[i] == static_cast<double>(row[static_cast<std::size_t>(now.tokens[i])]) * 0.5 + 3;
        CHECK(halved);
        std::vector<float> scaled = row;
        for (auto& l : scaled) l *= 0.5f;
        CHECK(near(c.view.entropy(), plain(scaled).entropy, 1e-6));
    }
}

TEST_CASE("candidates: entropy counts a weight that vanished as nothing") {
    both_forms c({0.0f, -5000.0f, 0.0f, -1e30f, -infinity});
    c.act([](auto& one) {
        CHECK(one.size() == 4);
        CHECK(near(one.entropy(), std::log(2.0L), 1e-14));
    });
}

TEST_CASE("candidates: rows without an answer") {
    struct trouble {
        std::vector<float> row;
        status why;
    };
    std::vector<float> late(700, 1.0f);
    late[699] = not_a_number;
    for (const auto& [row, why] : {trouble{{}, status::empty},
                                   {{-infinity}, status::empty},
                                   {std::vector<float>(700, -infinity), status::empty},
                                   {{1.0f, not_a_number}, status::nan_logit},
                                   {late, status::nan_logit}}) {
        workspace space;
        CHECK(candidates<float>(row, space).size() == 0);
        CHECK(std::isnan(candidates<float>(row, space).max()));
        CHECK(std::isnan(candidates<float>(row, space).mass()));
        CHECK(std::isnan(candidates<float>(row, space).log_sum_exp()));
        CHECK(std::isnan(candidates<float>(row, space).entropy()));
        CHECK(std::isnan(candidates<float>(row, space).mean_distance()));
        CHECK(std::isnan(candidates<float>(row, space).moments().mean));
        CHECK(std::isnan(candidates<float>(row, space).moments().deviation));
        CHECK(candidates<float>(row, space).survivors().ids.empty());
        candidates<float> c(row, space);
        c.survivors();
        CHECK(c.why() == why);
    }
}

TEST_CASE("candidates: distances are those to the greatest logit, wherever it lies") {
    both_forms c({1.0f, 3.0f, -infinity, 2.5f});
    c.act([](auto& one) {
        one.shift(1e18);
        one.scale(0.5);
        const auto living = one.distances();
        CHECK(ids(living.ids.begin(), living.ids.end()) == ids{0, 1, 3});
        CHECK(std::vector<double>(living.logits.begin(), living.logits.end()) == std::vector{-1.0, 0.0, -0.25});
    });
}

TEST_CASE("candidates: +inf leaves only those of +inf, equal among themselves") {
    both_forms c({1.0f, infinity, -infinity, infinity, 3.0f, infinity});
    c.act([](auto& one) {
        CHECK(one.size() == 3);
        CHECK(left(one).tokens == ids{1, 3, 5});
        CHECK(near(one.entropy(), std::log(3.0L), 1e-14));
        CHECK(one.mean_distance() == 0);
        CHECK(one.mass() == 3);
        CHECK(one.moments().deviation == 0);
    });
}

TEST_CASE("candidates: the entropy of a row that is all but sure") {
    // p = e^-38: H = p (38 + 1) to the last digits, though 1 + p is 1 in double.
    both_forms c({0.0f, -38.0f});
    const double expected = 39 * std::exp(-38.0);
    CHECK(near(c.list.entropy() / expected, 1, 1e-13));
    CHECK(std::abs(c.view.entropy() - expected) < 1e-9);
}

TEST_CASE("candidates: the mean distance of logits that hardly differ") {
    std::vector<float> row(1000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 8);
    both_forms c(row);
    c.act([](auto& one) { one.scale(1e-20); });
    CHECK(c.view.mean_distance() == Approx(3.5e-20).epsilon(1e-6));
    CHECK(c.list.mean_distance() == Approx(3.5e-20).epsilon(1e-12));
}

TEST_CASE("candidates: the moments of logits whose squares overflow") {
    for (const double s : {1.0, 1e150, 1e200, 1e300}) {
        const std::vector<double> row{s, 0, s / 2, -s};
        workspace space;
        candidates<double> c(row, space);
        const auto found = c.moments();
        CHECK(near(found.mean / s, 0.125, 1e-13));
        CHECK(near(found.deviation / s, std::sqrt(2.25 / 4 - 0.125 * 0.125), 1e-13));
    }
}

TEST_CASE("candidates: the likely ones, in the order") {
    // p = 1/8 1/2 1/8 1/4
    both_forms c({0.0f, static_cast<float>(std::log(4.0)), 0.0f, static_cast<float>(std::log(2.0))});
    c.act([](auto& one) {
        const auto ids_of = [&](double p) {
            ids found;
            for (const place& each : one.most_likely(p)) found.push_back(each.id);
            return found;
        };
        CHECK(ids_of(0.6) == ids{});
        CHECK(ids_of(0.4) == ids{1});
        CHECK(ids_of(0.2) == ids{1, 3});
        CHECK(ids_of(0.1) == ids{1, 3, 0, 2});
        CHECK(ids_of(0) == ids{1, 3, 0, 2});
    });
    std::vector<float> many(1000, 0.0f);
    many[7] = -1;
    both_forms wide(many);
    wide.act([](auto& one) {
        const auto found = one.most_likely(0.9e-3);
        CHECK(found.size() == 999);
        CHECK(std::ranges::none_of(found, [](const place& each) { return each.id == 7; }));
    });
}

TEST_CASE("candidates: logits rounded to one number are equal once the likely ones were asked for") {
    const std::vector<double> row{0, 1e-17, -50};
    workspace space;
    candidates<double> c(row, space);
    c.shift(1);
    REQUIRE(c.most_likely(0.1).size() == 2);
    CHECK(c.most_likely(0.1)[0].id == 0);
    CHECK(c.leaders(2)[0].id == 0);
}

TEST_CASE("candidates: what is asked of a row of which most was kept") {
    // 1 to 6 are left of 0 to 6, 5715 of each: mean 7/2, variance 35/12, and 1.708 of it is the deviation.
    std::vector<float> row(7 * 5715);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 7);
    const auto asked = [&](auto question) {
        both_forms c(row);
        c.act([&](auto& one) {
            one.keep_at_least(1);
            question(one);
        });
        return left(c.view).tokens.size();
    };
    CHECK(asked([](auto& one) { CHECK(one.size() == 6 * 5715); }) == 6 * 5715);
    CHECK(asked([](auto& one) { CHECK(one.min() == 1); }) == 6 * 5715);
    CHECK(asked([](auto& one) { CHECK(one.max() == 6); }) == 6 * 5715);
    CHECK(asked([](auto& one) {
              const auto found = one.moments();
              CHECK(found.mean == Approx(3.5).epsilon(1e-12));
              CHECK(found.deviation == Approx(std::sqrt(35.0 / 12)).epsilon(1e-12));
          }) == 6 * 5715);
    CHECK(asked([](auto& one) { one.keep_within_deviations(1); }) == 2 * 5715);    // 6 - 1.708 is between 4 and 5
    CHECK(asked([](auto& one) { one.keep_within_deviations(1.2); }) == 3 * 5715);  // and 6 - 2.05 between 3 and 4
}

TEST_CASE("candidates: a question moves no bit of a draw") {
    const auto same_after = [](const std::vector<float>& row, auto before, auto question) {
        const auto draw = [&](bool asked, std::uint64_t word) {
            workspace space;
            candidates<float> c(row, space);
            before(c);
            if (asked) question(c);
            return c.draw(word);
        };
        int differ = 0;
        for (std::uint64_t i = 0; i < 50; ++i) {
            const std::uint64_t word = i * 0x9e3779b97f4a7c15u;
            const drawn plain = draw(false, word), asked = draw(true, word);
            differ += plain.id != asked.id || plain.logprob != asked.logprob;
        }
        return differ == 0;
    };
    std::mt19937 random(3);
    std::vector<float> row(20000);
    for (float& l : row) l = static_cast<float>(random() % 10000) * 1e-3f;
    const auto each_question = [&](auto before) {
        CHECK(same_after(row, before, [](auto& c) { (void)c.mass(); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.mass(accuracy::quick); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.entropy(); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.entropy(accuracy::quick); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.entropy(accuracy::fine); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.collision(); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.mean_distance(accuracy::quick); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.moments(); }));
        CHECK(same_after(row, before, [](auto& c) { (void)c.max(); }));
    };
    each_question([](auto&) {});
    each_question([](auto& c) { c.keep_within(3); });
    each_question([](auto& c) { c.add(7, 3); });
    each_question([](auto& c) {
        c.keep_mass(0.9);
        c.add(7, -20);
        c.scale(1.5);
    });
}

TEST_CASE("candidates: the sum of all, its error, and the first tokens behind it") {
    std::vector<std::vector<float>> all = rows();
    std::mt19937 random(8);
    for (int i = 0; i < 40; ++i) {
        all.emplace_back(1 + random() % 30'000);
        for (float& l : all.back()) l = static_cast<float>(random() % (i % 2 ? 4000u : 40u)) / 250.0f;
        if (i % 3 == 0) all.back()[random() % all.back().size()] = infinity;
    }
    for (const auto& row : all) {
        for (const accuracy wanted : {accuracy::quick, accuracy::full})
            for (const std::size_t n : {std::size_t{1}, std::size_t{20}, std::size_t{700}}) {
                both_forms seen(row), fresh(row);
                std::vector<place> first[2];
                for (auto* const c : {&seen.view, &seen.list}) {
                    if (n == 20) c->add(0, 2.5);
                    if (n == 700) c->scale(0.7);
                    const auto total = c->log_total(wanted);
                    const auto found = c->leaders(n);
                    first[c == &seen.list].assign(found.begin(), found.end());
                    if (c->why() != status::ok) continue;
                    CHECK(total.infinite == c->infinite());
                    const double share = c->log_share(found[0].id, total), exact = c->log_mass();
                    CHECK(share <= 0);
                    CHECK(std::abs(share + exact) <= total.error + 1e-12 * std::max(1.0, exact));
                    CHECK(total.log_share(-infinite) == -infinite);
                }
                CHECK(std::equal(first[0].begin(), first[0].end(), first[1].begin(), first[1].end(),
                                 [](const place& a, const place& b) { return a.id == b.id && a.value == b.value; }));
            }
    }
}

TEST_CASE("candidates: ln p is of what lived when it was asked for, whatever comes behind") {
    const ids some{0, 1, 2};
    const auto check = [&](auto behind) {
        for (const auto& row : rows()) {
            CAPTURE(row.size());
            both_forms forms(row);
            forms.act([](auto& c) { c.normalise(); });
            forms.act(behind);
            const left_over a = left(forms.view), b = left(forms.list);
            REQUIRE(a.tokens == b.tokens);
            for (std::size_t i = 0; i < a.tokens.size(); ++i) CHECK(std::fabs(a.logits[i] - b.logits[i]) < 1e-11);
        }
    };
    check([](auto&) {});
    check([](auto& c) { c.shift(1); });
    check([](auto& c) { c.scale(0.5), c.scale(2); });
    check([](auto& c) { c.keep_top(2); });
    check([](auto& c) { c.keep_within(1); });
    check([](auto& c) { c.keep_at_least(-3); });
    check([](auto& c) { c.keep_mass(0.5); });
    check([&](auto& c) { c.ban(std::span(some).first(1)); });
    check([](auto& c) { c.add(0, -1); });
    check([](auto& c) { c.edit(std::span<const token_id>(ids{0}), [](double, token_id) { return -2.0; }); });
}
