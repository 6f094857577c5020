// What a view answers without becoming a list, against the list: removed tokens, changed ones, bands, and all of them together.
#include "inside.hpp"
#include "support.hpp"

#include <cstddef>
#include <functional>
#include <span>

using namespace argdraw;
using namespace support;

namespace {

using verb = std::function<void(candidates<float>&)>;

std::vector<std::uint32_t> random_mask(std::size_t width, unsigned seed, double share) {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> mask((width + 31) / 32);
    for (std::size_t id = 0; id < width; ++id)
        if (static_cast<double>(random() % 100000) < share * 100000) mask[id / 32] |= 1u << (id % 32);
    return mask;
}

// Rows wide enough for every shortcut, in the shapes that decide between them.
std::vector<std::vector<float>> wide_rows() {
    std::mt19937 random(31);
    const auto normal = [&] {
        double sum = 0;
        for (int i = 0; i < 12; ++i) sum += static_cast<double>(random() % 65536) / 65536;
        return sum - 6;
    };
    std::vector<std::vector<float>> all;
    for (const std::size_t width : {std::size_t{20000}, std::size_t{70001}}) {
        std::vector<float> row(width);
        for (auto& l : row) l = static_cast<float>(normal());
        all.push_back(row);  // flat
        for (int i = 0; i < 60; ++i) row[random() % width] = static_cast<float>(9 + 2 * normal());
        all.push_back(row);  // peaked
        for (std::size_t i = 0; i < width; ++i) row[(i * 7919) % width] = -static_cast<float>(std::log(static_cast<double>(i) + 1));
        all.push_back(row);             // heavy tail
        all.emplace_back(width, 1.5f);  // ties
        for (auto& l : row) l = static_cast<float>(random() % 5);
        all.push_back(row);  // few values
        for (auto& l : row)
            if (random() % 100 != 0) l = -infinity;
        row[width / 3] = 2.5f;
        all.push_back(row);  // masked
    }
    return all;
}

// What stages may have said before: nothing; tokens removed, few, half, most, all but some; tokens changed, the greatest among them.
std::vector<verb> preparations(const std::vector<float>& row) {
    const std::size_t width = row.size();
    const auto top = static_cast<token_id>(std::max_element(row.begin(), row.end()) - row.begin());
    std::vector<verb> all{[](auto&) {}};
    for (const double share : {0.999, 0.5, 0.1, 0.01, 0.0001})
        all.push_back([width, share](auto& c) { c.allow(random_mask(width, 5, share), false); });
    all.push_back([top](auto& c) { c.ban(ids{top}); });
    all.push_back([width, top](auto& c) {
        ids some{top};
        for (std::size_t i = 0; i < 64; ++i) some.push_back(static_cast<token_id>((i * 2654435761u) % width));
        c.edit(std::span(some), [](double l, token_id) { return l > 0 ? l / 1.25 : l * 1.25; });
    });
    all.push_back([width](auto& c) {
        c.scale(1.25);
        c.allow(random_mask(width, 6, 0.7), false);
        for (std::size_t i = 0; i < 20; ++i) c.add(static_cast<token_id>((i * 977) % width), 3.25 - 0.3 * static_cast<double>(i));
        c.ban(ids{static_cast<token_id>(977 * 3 % width), 5});
    });
    return all;
}

template <class F>
void on_all(F check) {
    for (const auto& row : wide_rows()) {
        int which = 0;
        for (const auto& prepare : preparations(row)) {
            both_forms c(row);
            c.act(prepare);
            c.list.survivors();
            CAPTURE(row.size(), row[0], which);
            check(c);
            ++which;
        }
    }
}

bool near(double a, double b, double tolerance) {
    return a == b || std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b)) || (a != a && b != b);
}

}  // namespace

TEST_CASE("shortcuts: what is asked of a view") {
    on_all([](both_forms& c) {
        CHECK((c.view.max() == c.list.max() || c.list.why() != status::ok));
        CHECK(c.view.why() == c.list.why());
        if (c.list.why() != status::ok) return;
        CHECK(c.view.min() == c.list.min());
        CHECK(near(c.view.mass(), c.list.mass(), 2e-7));
        CHECK(near(c.view.log_sum_exp(), c.list.log_sum_exp(), 2e-7));
        CHECK(near(c.view.entropy(), c.list.entropy(), 1e-6));
        CHECK(near(c.view.collision(), c.list.collision(), 4e-7));
        CHECK(near(c.view.moments().mean, c.list.moments().mean, 1e-11));
        CHECK(near(c.view.moments().deviation, c.list.moments().deviation, 1e-11));
    });
}

TEST_CASE("shortcuts: the first n in the order") {
    for (const std::size_t n : {1u, 2u, 40u, 300u, 5000u})
        on_all([n](both_forms& c) {
            const auto of_view = c.view.leaders(n);
            const std::vector<place> first(of_view.begin(), of_view.end());
            const auto of_list = c.list.leaders(n);
            REQUIRE(first.size() == of_list.size());
            bool same = true;
            for (std::size_t i = 0; i < first.size(); ++i) same &= first[i].id == of_list[i].id && first[i].value == of_list[i].value;
            CHECK(same);
        });
}

TEST_CASE("shortcuts: the likely ones, in the order, and that no sweep is made for their maximum") {
    for (const double p : {0.6180339, 0.1123, 0.0177, 3.21e-4, 4.4e-5})
        on_all([p](both_forms& c) {
            const auto of_view = c.view.most_likely(p);
            const std::vector<place> likely(of_view.begin(), of_view.end());
            const auto of_list = c.list.most_likely(p);
            REQUIRE(likely.size() == of_list.size());
            bool same = c.view.why() == c.list.why();
            for (std::size_t i = 0; i < likely.size(); ++i) same &= likely[i].id == of_list[i].id && likely[i].value == of_list[i].value;
            CHECK(same);
        });
    workspace space;
    const std::vector<float> flat = wide_rows().front();
    candidates<float> c(flat, space);
    CHECK(c.most_likely(0.6180339).empty());
    CHECK_FALSE(detail::inside::of(c).list);
    CHECK_FALSE(detail::inside::of(c).maxima);
}

TEST_CASE("shortcuts: what is removed from a view") {
    const std::vector<verb> removals{
        [](auto& c) { c.keep_top(1); },
        [](auto& c) { c.keep_top(40); },
        [](auto& c) { c.keep_top(3000); },
        [](auto& c) { c.keep_top(40, ties::all); },
        [](auto& c) { c.keep_within(1.2345); },
        [](auto& c) { c.keep_within(4.7, 500); },
        [](auto& c) { c.keep_at_least(0.7654); },
        [](auto& c) { c.keep_likely(3.21e-5); },
        [](auto& c) { c.keep_likely(0.0123); },
        [](auto& c) { c.keep_likely(0.9); },
        [](auto& c) { c.keep_likely(1e-9, 12); },
        [](auto& c) { c.keep_within_deviations(0.7071); },
        [](auto& c) { c.keep_within_deviations(2.345); },
        [](auto& c) { c.keep_within_deviations(0.1, 7); },
    };
    int which = 0;
    for (const auto& remove : removals) {
        CAPTURE(which++);
        on_all([&](both_forms& c) {
            c.act(remove);
            CHECK(left(c.view).tokens == left(c.list).tokens);
            CHECK(c.view.why() == c.list.why());
        });
    }
}

// A view weighs a token up to 1.2e-7 otherwise than a list does, so the edge of a mass may fall between other tokens of next to no weight: what
// differs must not weigh more than that.
TEST_CASE("shortcuts: prefixes by mass differ by no more than the rounding of a mass") {
    const std::vector<verb> removals{
        [](auto& c) { c.keep_mass(0.5432); },
        [](auto& c) { c.keep_mass(0.95); },
        [](auto& c) { c.keep_mass(0.0123); },
        [](auto& c) { c.keep_mass(0.2, 150); },
        [](auto& c) { c.keep_mass_near(3, 0.9); },
        [](auto& c) { c.keep_mass_near(8, 0.4321, 9); },
        [](auto& c) { c.keep_mass_near(0, 0.7); },
        // Both edges inside of the row, few and many tokens beyond the upper one.
        [](auto& c) { c.keep_mass_near(3.5, 0.95); },
        [](auto& c) { c.keep_mass_near(3.5, 0.2); },
        [](auto& c) { c.keep_mass_near(2, 0.6); },
    };
    int which = 0;
    for (const auto& remove : removals) {
        CAPTURE(which++);
        on_all([&](both_forms& c) {
            if (c.list.why() != status::ok) return;
            c.act([](auto& one) { one.shift(-one.log_sum_exp()); });
            const double mass = c.list.mass(), greatest = c.list.max();
            c.act(remove);
            const auto a = left(c.view), b = left(c.list);
            double apart = 0;
            const auto weigh = [&](const left_over& x, const left_over& y) {
                for (std::size_t i = 0; i < x.tokens.size(); ++i)
                    if (!std::binary_search(y.tokens.begin(), y.tokens.end(), x.tokens[i]))
                        apart += std::exp(x.logits[i] - greatest) / mass;
            };
            weigh(a, b);
            weigh(b, a);
            // One token at the edge may stay or go, and with it a tie of its distance.
            double heaviest = 0;
            for (std::size_t i = 0; i < a.tokens.size(); ++i)
                if (!std::binary_search(b.tokens.begin(), b.tokens.end(), a.tokens[i]))
                    heaviest = std::max(heaviest, std::exp(a.logits[i] - greatest) / mass);
            for (std::size_t i = 0; i < b.tokens.size(); ++i)
                if (!std::binary_search(a.tokens.begin(), a.tokens.end(), b.tokens[i]))
                    heaviest = std::max(heaviest, std::exp(b.logits[i] - greatest) / mass);
            CHECK(apart <= 3e-7 + heaviest);
        });
    }
}

// Where thousands of tokens beside a few heavy ones weigh less than the heavy ones' rounding, the mass that is left out still tells the edge.
TEST_CASE("shortcuts: a prefix by mass ends right among tokens lighter than the rounding of the whole") {
    std::mt19937 random(97);
    std::normal_distribution<float> normal;
    struct shape {
        std::size_t width;
        float gap;
    };
    for (const shape& what : {shape{40000, 9}, {40000, 14}, {40000, 16}, {40000, 17}, {40000, 26}, {300, 14}, {300, 21}})
        for (const bool coarse : {false, true})
            for (const int before : {0, 1, 2, 3, 4}) {
                const float gap = what.gap;
                CAPTURE(what.width, gap, coarse, before);
                std::vector<float> row(what.width);
                for (float& l : row) l = coarse ? std::round(8 * normal(random)) / 8 : normal(random);
                for (int i = 0; i < 12; ++i) row[random() % row.size()] = gap + normal(random);
                for (const double of_tail : {0.99, 0.9, 0.6, 0.3, 0.02}) {
                    const auto prepare = [&](candidates<float>& c) {
                        for (token_id id = 70; id < 110 && before % 2 == 1; ++id) c.add(id, 1.5);
                        if (before == 2 || before == 3) c.keep_within(gap + 1);
                        if (before == 3) c.keep_mass(1 - 1e-4 * std::exp(9 - gap));
                        if (before == 4) c.keep_at_least(-0.5);  // with all that equal it
                    };
                    workspace view_space, list_space;
                    candidates<float> view(row, view_space), list(row, list_space);
                    prepare(view);
                    prepare(list);
                    std::vector<double> weights;
                    for (const double d : list.distances().logits) weights.push_back(std::exp(d));
                    std::sort(weights.begin(), weights.end());
                    double tail = 0, all = 0, out = 0;
                    for (const double w : weights) {
                        all += w;
                        if (w < 1e-3) tail += w;
                    }
                    const double p = 1 - of_tail * tail / all;
                    view.keep_mass(p);
                    std::size_t leaving = 0;
                    while (out + weights[leaving] <= all - p * all) out += weights[leaving++];
                    const auto wanted = weights.size() - leaving, found = view.size();
                    CAPTURE(p, wanted, found, weights[leaving] / all);
                    CHECK(found <= wanted + 1);
                    CHECK(wanted <= found + 1);
                }
            }
}

// What the rounding of one sure token may cover: all the others.
TEST_CASE("shortcuts: a prefix by mass ends right beside a sure token") {
    std::mt19937 random(98);
    std::normal_distribution<float> normal;
    int apart = 0;
    for (int n = 0; n < 4000; ++n) {
        std::vector<float> row(8 + random() % 300);
        for (float& l : row) l = normal(random);
        row[random() % row.size()] = 16 + 3 * normal(random);
        both_forms c(row);
        const double p = 1 - 0x1p-24 * static_cast<double>(1 + random() % 4), below = n % 2 == 0 ? 0 : 1e-6;
        c.act([&](auto& one) { one.keep_mass_near(below, p); });
        const auto a = c.view.size(), b = c.list.size();
        apart += a > b + 1 || b > a + 1;
    }
    CHECK(apart == 0);
}

namespace {

struct prefixes {
    std::vector<float> row;
    std::vector<long double> sums;
    workspace space;

    explicit prefixes(std::vector<float> logits) : row(std::move(logits)) {
        std::vector<float> order(row);
        std::sort(order.begin(), order.end(), std::greater<>());
        long double sum = 0;
        for (const float l : order) sums.push_back(sum += std::exp(static_cast<long double>(l) - static_cast<long double>(order[0])));
    }
    // How far keep_mass(p) misses p where it and the definition do not agree, as a share of the whole; 1 for two tokens and more.
    double missed(double p) {
        const long double whole = sums.back(), target = static_cast<long double>(p) * whole;
        const auto exact = static_cast<std::size_t>(std::lower_bound(sums.begin(), sums.end(), target) - sums.begin()) + 1;
        candidates<float> c(row, space);
        c.keep_mass(p);
        const std::size_t kept = c.size();
        if (kept == exact) return 0;
        if (kept + 1 != exact && exact + 1 != kept) return 1;
        return static_cast<double>(std::fabs(sums[std::min(kept, exact) - 1] / whole - static_cast<long double>(p)));
    }
};

}  // namespace

// A float of a weight is off by up to 1.2e-7, and here all of them are in the same direction.
TEST_CASE("shortcuts: a prefix by mass among equals is their number") {
    for (const float level : {-7.49428511f, 5.13847733f}) {
        prefixes of(std::vector<float>(65536, level));
        for (int k = 20; k < 65000; k += 3 + k / 3)
            for (const double off : {-8e-8, -3e-8, 0.0, 3e-8, 8e-8}) {
                CAPTURE(level, k, off);
                CHECK(of.missed(k / 65536.0 + off) == 0);
            }
    }
}

// Tokens of half a unit in the last place of a great one beside it: a sum of four floats loses them.
TEST_CASE("shortcuts: a prefix by mass misses by no more than 1e-7 of the whole") {
    const float great = -7.49428511f, lost = std::log(0.49f * std::ldexp(1.0f, std::ilogb(std::exp(great)) - 23));
    for (const std::size_t apart : {std::size_t{7}, std::size_t{1}}) {
        std::vector<float> row(apart * 64 * 256 + 40000, -100.0f);
        for (std::size_t b = 0; b < 64; ++b)
            for (std::size_t i = 0; i < 256; ++i) row[b * apart * 256 + i] = i % 64 < 16 ? great : lost;
        prefixes of(std::move(row));
        double worst = 0;
        for (int k = 240; k < 4096; k += 160)
            for (int off = -10; off <= 10; ++off) worst = std::max(worst, of.missed(k / 4096.0 + 3e-8 * off));
        CHECK(worst < 1e-7);
    }
}

// One token far above the center is last by nearness; the heaviest blocks have it, and not the light tokens that come before.
TEST_CASE("shortcuts: a prefix by nearness does not end at a token that the list has too early") {
    struct shape {
        std::size_t width;
        float light;
    };
    for (const auto& [width, light] : {shape{262144, -13.4442844f}, shape{524288, -13.7942851f}}) {
        const std::size_t near = width / 2 - 2048;
        const double weight_of_light = std::exp(static_cast<double>(light));
        const double of_near = static_cast<double>(near - 1) * std::exp(-7.49428511);
        for (const double share : {0.25, 0.2500007, 0.250002}) {
            const auto heavy = static_cast<float>(std::log(share * of_near));
            std::vector<float> row(width, light);
            std::fill_n(row.begin(), near, -7.49428511f);
            row[7] = heavy;
            const double of_light = static_cast<double>(width - near) * weight_of_light, of_heavy = std::exp(static_cast<double>(heavy));
            const double whole = of_near + of_light + of_heavy;
            double center = of_near * -7.49428511 + of_light * static_cast<double>(light) + of_heavy * static_cast<double>(heavy);
            center /= whole;
            REQUIRE(center - static_cast<double>(light) < static_cast<double>(heavy) - center);
            for (const double past : {-3e-8, 1e-8, 6e-8, 1e-7, 2e-7}) {
                workspace space;
                candidates<float> c(row, space);
                c.keep_mass_near(static_cast<double>(heavy) - center, of_near / whole + past);
                const double each = (past < 0 ? std::exp(-7.49428511) : weight_of_light) / whole;
                const double exact = static_cast<double>(near - 1) + past / each;
                CAPTURE(width, share, past, exact);
                CHECK(std::fabs(static_cast<double>(c.size()) - exact) <= 1.5);
            }
        }
    }
}

TEST_CASE("shortcuts: bands take further verbs, and draws see them as lists do") {
    std::mt19937 random(41);
    on_all([&](both_forms& c) {
        if (c.list.why() != status::ok) return;
        if (random() % 2 == 0) c.act([](auto& one) { one.keep_within(3.0); });
        else c.act([](auto& one) { one.keep_mass_near(3.25, 0.9); });
        switch (random() % 4) {
            case 0: c.act([](auto& one) { one.scale(0.8); }); break;
            case 1: c.act([](auto& one) { one.keep_within(2.5); }); break;
            case 2: {
                const auto s = c.list.survivors();
                const ids some{s.ids[0], s.ids[s.ids.size() / 2], s.ids.back()};
                c.act([&](auto& one) { one.edit(std::span(some), [](double l, token_id) { return l - 7.5; }); });
                break;
            }
            default: c.act([](auto& one) { one.keep_top(4000); });
        }
        CHECK(near(c.view.mass(), c.list.mass(), 2e-7));
        int other = 0;
        for (int draw = 0; draw < 20; ++draw) {
            const std::uint64_t word = (std::uint64_t{random()} << 32) | random();
            other += c.view.draw(word).id != c.list.draw(word).id;
        }
        CHECK(other <= 1);  // equality, not bias: the two forms add up in other orders
        CHECK(left(c.view).tokens == left(c.list).tokens);
    });
}

TEST_CASE("shortcuts: what has no weight beside the row is not drawn from a block that is far below it") {
    // A token of the block and a changed one, below the row's maximum, in natural units; at word 0 the first that has weight is drawn.
    // Between 2^-900 and 2^-1000 of the maximum, 624 to 693, the view is free to see none.
    const double levels[] = {118, 200, 334, 500, 615, 700, 758, 953, 1018, 1230, 1900};
    for (const double own : levels)
        for (const double changed : levels)
            for (const token_id other : {0, 2}) {
                std::vector<float> row(785, -2000.0f);
                row[700] = 0;
                row[static_cast<std::size_t>(2 - other)] = static_cast<float>(-own);
                both_forms c(row);
                c.act([&](auto& each) { each.edit(std::span(&other, 1), [&](double, token_id) { return -changed; }); });
                CAPTURE(own, changed, other);
                const drawn token = c.view.draw(0);
                CHECK(std::isfinite(token.logprob));
                CHECK(token.id == c.list.draw(0).id);
            }
}

TEST_CASE("shortcuts: a changed token that a list gives no weight has none in the row") {
    // About 2^-1000 of the maximum, whose own fraction of a binary place is counted in the list's weights and not in the view's.
    int drawn_from_both = 0;
    for (float greatest = 0; greatest < 0.7f; greatest += 0.03f)
        for (double below = 690; below < 694.5; below += 0.03) {
            std::vector<float> row(785, -2000.0f);
            row[700] = greatest;
            row[2] = -600;
            both_forms c(row);
            const ids one{0};
            c.act([&](auto& each) { each.edit(std::span(one), [&](double, token_id) { return -below; }); });
            if (c.view.draw(0).id != 0) continue;
            ++drawn_from_both;
            CAPTURE(greatest, below);
            CHECK(c.list.draw(0).id == 0);
        }
    CHECK(drawn_from_both > 100);
}

TEST_CASE("shortcuts: a token that has fallen below a band stays in a wider one") {
    std::vector<float> row(40000);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i % 2 == 0 ? 2.0f : 0.0f;
    const ids one{100};
    for (const verb& widened : {verb([](auto& c) { c.keep_within(5.0); }), verb([](auto& c) { c.keep_at_least(-2.0); }),
                                verb([](auto& c) { c.keep_likely(1e-7); })}) {
        both_forms c(row);
        c.act([](auto& each) { each.keep_within(1.0); });
        c.act([&](auto& each) { each.edit(std::span(one), [](double l, token_id) { return l - 3; }); });
        c.act(widened);
        CHECK(left(c.view) == left(c.list));
        CHECK(c.view.size() == row.size() / 2);
        c.act([](auto& each) { each.keep_within(2.5); });
        CHECK(left(c.view) == left(c.list));
        CHECK(c.view.size() == row.size() / 2 - 1);
    }
}

TEST_CASE("shortcuts: a NaN or +inf is found where it lives, and only there") {
    for (const float odd : {not_a_number, infinity})
        for (const double share : {0.9, 0.4, 0.001}) {
            std::vector<float> row(30000, 0.5f);
            for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i % 97) * 0.125f;
            const auto mask = random_mask(row.size(), 9, share);
            std::size_t living = 0, removed_one = 0;
            for (std::size_t i = 20000; i < row.size(); ++i) ((mask[i / 32] >> (i % 32)) & 1 ? living : removed_one) = i;
            row[removed_one] = odd;
            both_forms hidden(row);
            hidden.view.allow(mask, false);
            CHECK(hidden.view.draw_first().why == status::ok);
            row[living] = odd;
            both_forms seen(row);
            seen.view.allow(mask, false);
            const drawn first = seen.view.draw_first();
            if (odd == infinity) CHECK(first.id == static_cast<token_id>(living));
            else CHECK(first.why == status::nan_logit);
        }
}

TEST_CASE("shortcuts: entropy and size, together or one after the other") {
    on_all([](both_forms& c) {
        const auto both = c.view.entropy_and_size();
        const std::size_t size = c.list.size();
        CHECK(both.size == size);
        if (c.list.why() != status::ok) return;
        CHECK(both.entropy == Approx(c.list.entropy()).epsilon(1e-12).margin(1e-12));
        CHECK(c.list.entropy_and_size().size == size);
        (void)c.view.mass();
        CHECK(c.view.size() == size);
        c.view.keep_within(1);
        c.list.keep_within(1);
        CHECK(c.view.size() == c.list.size());
        (void)c.view.mass();
        CHECK(c.view.size() == c.list.size());
        CHECK(c.view.entropy_and_size().size == c.list.size());
    });
}

TEST_CASE("shortcuts: race is the argument of the greatest sum") {
    on_all([](both_forms& c) {
        if (c.list.why() != status::ok) return;
        static std::uint32_t position = 0;
        const philox random{.seed = 3, .position = ++position};
        const auto noise = [&](token_id id) { return open_unit(random.word(purpose::gumbel, static_cast<std::uint32_t>(id))); };
        const auto s = c.list.survivors();
        token_id best = -1;
        double greatest = -infinite;
        for (std::size_t i = 0; i < s.ids.size(); ++i)
            if (const double sum = s.logits[i] - std::log(-std::log(noise(s.ids[i]))); sum > greatest) {
                greatest = sum;
                best = s.ids[i];
            }
        // The view first as one, with words made in vectors: the other question lists it.
        const drawn token = c.view.race_token(random);
        const picked quick = c.view.race(random), listed = c.list.race(noise);
        CHECK(token.id == best);
        CHECK(token.logprob == drawn(quick).logprob);
        CHECK(quick.id == best);
        CHECK(listed.id == best);
        CHECK(quick.probability == Approx(listed.probability).epsilon(1e-12));
        CHECK(c.view.race(noise).id == best);
        CHECK(c.list.race(random).id == best);
        CHECK(c.list.race(random).probability == listed.probability);
    });
}

TEST_CASE("shortcuts: a few tokens that hold the mass become a list, in however many blocks they lie") {
    constexpr std::size_t blocks = 125;
    std::vector<float> row(blocks * sizes::block);
    std::mt19937 random(4);
    for (auto& l : row) l = -10 + static_cast<float>(random() % 4096) / 4096;
    for (std::size_t b = 0; b < blocks; ++b) row[b * sizes::block + random() % sizes::block] = 10 - static_cast<float>(b % 16) / 16;
    const ids greatest{static_cast<token_id>(std::max_element(row.begin(), row.end()) - row.begin())};
    for (const verb& before :
         {verb([](auto&) {}), verb([&](auto& c) { c.edit(std::span(greatest), [](double l, token_id) { return l + 0.25; }); })}) {
        both_forms c(row);
        c.act(before);
        c.act([](auto& each) { each.keep_mass(0.95); });
        CHECK(argdraw::detail::inside::of(c.view).list);
        CHECK(left(c.view) == left(c.list));
    }
}

TEST_CASE("shortcuts: a row in order of its logits, where blocks at even distances mislead, is not listed as a whole") {
    constexpr std::size_t width = 125 * sizes::block;
    for (unsigned seed = 0; seed < 12; ++seed) {
        std::mt19937 random(seed);
        std::vector<float> row(width);
        for (auto& l : row) {
            l = -18;
            for (int i = 0; i < 12; ++i) l += 3 * static_cast<float>(random() % 65536) / 65536;
        }
        std::sort(row.begin(), row.end(), std::greater<>{});
        both_forms c(row);
        c.act([](auto& each) { each.keep_mass(0.95); });
        CAPTURE(seed);
        if (sizes::block > 64) CHECK(argdraw::detail::inside::of(c.view).band);  // few small blocks are many enough to hold it in a list
        CHECK(left(c.view) == left(c.list));
    }
}

TEST_CASE("shortcuts: logits that differ by less than their distance's rounding stay by their ids") {
    constexpr std::size_t width = 41291;
    std::vector<float> row(width, 0.0f);
    for (std::size_t i = 0; i < width; i += 51) row[i] = static_cast<float>(static_cast<int>(i % 19) - 9) * 0x1p-149f;
    for (const float mass : {0.3f, 0.66489189f, 0.9f}) {
        const auto law = sampler{logit_bias{{{26994, 2.9366710f}}}, typical{mass}, categorical{}}.distribution(row);
        const double all = static_cast<double>(width - 1) + std::exp(2.9366710);
        CHECK(std::abs(static_cast<double>(law.ids.size()) - static_cast<double>(mass) * all) < 20);
        token_id next = 0;  // the one of more is farther from the center than the others
        for (const token_id id : law.ids) {
            if (next == 26994) ++next;
            CHECK(id == next++);
        }
    }
}

TEST_CASE("shortcuts: as many first tokens as there are blocks are not listed with all others") {
    workspace space;
    std::mt19937 random(32);
    constexpr std::size_t blocks = 64;
    std::vector<float> row(blocks * simd::block_size);
    for (float& l : row) l = static_cast<float>(random() % 100000) / 10000;
    detail::distribution<float> d(std::span<const float>(row), space, row.size());
    REQUIRE(d.find_maximum());
    for (const std::size_t k : {blocks / 2, blocks - 4, blocks - 1, blocks, blocks + 1}) {
        const std::size_t listed = d.as_view()->list_top(k, k);
        CHECK(listed >= k);
        CHECK(listed < row.size() / 2);
    }
}
