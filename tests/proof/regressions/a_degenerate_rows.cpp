// Rows with NaN, with infinities, without a living token.
#include "support.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <random>

using namespace argdraw;
using namespace support;

namespace {

const stages usual{temperature{0.8f}, top_k{40}, top_p{0.95f}, min_p{0.05f}};

floats ordinary(std::size_t width) {
    floats row(width);
    for (std::size_t i = 0; i < width; ++i) row[i] = 0.01f * static_cast<float>((i * 31) % 97);
    return row;
}

}  // namespace

TEST_CASE("A1: a row of nothing but -inf is empty, with checks compiled in and without") {
    for (const std::size_t width : {std::size_t{3}, block - 1, block, block + 1, std::size_t{600}}) {
        const floats row(width, -infinity);
        CAPTURE(width);
        CHECK(draw_after(row, {}, 5).why == status::empty);
        CHECK(draw_after(row, usual, last_word).why == status::empty);
        CHECK(race_after(row, {}, 5).why == status::empty);
        CHECK(greedy_of(row).why == status::empty);
        for (const chained& stage : every_stage(row)) { CHECK(said_after(row, {stage}) == "empty"); }
    }
}

TEST_CASE("A2: a row of nothing but NaN is reported, and the next row is drawn as if it had not been") {
    philox random{.seed = 4}, untroubled = random;
    const floats row = ordinary(300), broken(300, not_a_number);
    for (int i = 0; i < 50; ++i) {
        const drawn none = draw_after(broken, usual, random);
        CHECK(none.why == status::nan_logit);
        CHECK(none.id == -1);
        CHECK(draw_after(row, usual, random).id == draw_after(row, usual, untroubled).id);
    }
}

TEST_CASE("A3: the greatest word falls on the last token of any weight, on 2000 rows") {
    std::mt19937 random(3);
    int wrong = 0;
    for (int i = 0; i < 2000; ++i) {
        floats row(1 + random() % 600);
        for (auto& l : row) l = random() % 3 == 0 ? -infinity : static_cast<float>(random() % 4096) * 1e-3f;
        row[random() % row.size()] = 2;
        const auto last = std::find_if(row.rbegin(), row.rend(), [](float l) { return l > -infinity; });
        wrong += draw_after(row, {}, last_word).id != static_cast<token_id>(row.rend() - last - 1);
    }
    CHECK(wrong == 0);
}

TEST_CASE("A4: in every order of eight filters, with random parameters, a token is left") {
    std::mt19937 random(4);
    const auto unit_float = [&] { return static_cast<float>(random() >> 8) * 0x1p-24f; };
    std::array<int, 8> order{0, 1, 2, 3, 4, 5, 6, 7};
    int wrong = 0, orders = 0;
    do {
        floats row(24);
        for (auto& l : row) l = random() % 4 == 0 ? -infinity : static_cast<float>(random() % 12);
        row[random() % 24] = 12;
        stages chosen;
        for (const int each : order) switch (each) {
                case 0: chosen.add(top_k{static_cast<int>(random() % 5)}); break;
                case 1: chosen.add(top_p{unit_float()}); break;
                case 2: chosen.add(min_p{unit_float()}); break;
                case 3: chosen.add(typical{unit_float() + 1e-6f}); break;
                case 4: chosen.add(tail_free{unit_float()}); break;
                case 5: chosen.add(temperature{3 * unit_float()}); break;
                case 6: chosen.add(xtc{.probability = unit_float(), .threshold = unit_float() / 2}); break;
                default: chosen.add(top_n_sigma{2 * unit_float()});
            }
        const drawn token = draw_after(row, chosen, (std::uint64_t{random()} << 32) | random());
        wrong += !token || !(row[static_cast<std::size_t>(token.id)] > -infinity);
        ++orders;
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(orders == 40320);
    CHECK(wrong == 0);
}

TEST_CASE("A5: in a batch of 32, rows 0, 16 and 31 with a NaN fail alone; the others get what they get by themselves") {
    std::vector<floats> batch;
    for (std::size_t i = 0; i < 32; ++i) {
        batch.push_back(ordinary(200 + 7 * i));
        if (i == 0 || i == 16 || i == 31) batch.back()[i * 5] = not_a_number;
    }
    for (std::uint64_t i = 0; i < 32; ++i) {
        philox random{.seed = 7, .sequence = i};
        const drawn token = draw_after(batch[i], usual, random);
        CAPTURE(i);
        if (i == 0 || i == 16 || i == 31) {
            CHECK(token.why == status::nan_logit);
            CHECK(random.position == 0);
        } else {
            release_workspace();
            const drawn alone = draw_after(batch[i], usual, philox{.seed = 7, .sequence = i}.word(purpose::token));
            CHECK(token.id == alone.id);
            CHECK(std::bit_cast<std::uint32_t>(token.logprob) == std::bit_cast<std::uint32_t>(alone.logprob));
        }
    }
}

TEST_CASE("A6: a NaN anywhere gives no index at all: id -1 and a status") {
    for (std::size_t width = 1; width <= 70; ++width)
        for (std::size_t at = 0; at < width; ++at) {
            floats row(width, -1.0f);
            row[at] = not_a_number;
            const drawn none = greedy_of(row);
            if (none.id != -1 || none.why != status::nan_logit) FAIL_CHECK("width " << width << ", NaN at " << at);
        }
    SUCCEED();
}

TEST_CASE("A7: the arg-max sees a NaN in every lane, whatever stands beside it") {
    int wrong = 0;
    for (std::size_t at = 0; at < 530; ++at)
        for (const float others : {-infinity, -5.0f, 0.0f, infinity}) {
            floats row(530, others);
            row[at] = not_a_number;
            row[(at + 1) % 530] = 9;
            wrong += greedy_of(row).why != status::nan_logit;
            wrong += draw_after(row, {temperature{0.0f}}, 0).why != status::nan_logit;
            wrong += draw_after(row, {top_k{1}}, 0).why != status::nan_logit;
        }
    CHECK(wrong == 0);
}

TEST_CASE("A8: NaN or +inf first, in the middle or last: a status or that token, never token 0 for want of another") {
    for (const std::size_t at : {0u, 299u, 599u}) {
        floats row = ordinary(600);
        row[at] = not_a_number;
        for (const std::uint64_t word : {std::uint64_t{0}, half_of_words, last_word})
            CHECK(draw_after(row, {}, word).why == status::nan_logit);
        row[at] = infinity;
        for (const std::uint64_t word : {std::uint64_t{0}, half_of_words, last_word}) {
            const drawn token = draw_after(row, {}, word);
            CHECK(token.id == static_cast<token_id>(at));
            CHECK(token.logprob == 0);
        }
    }
}

TEST_CASE("A9: +inf at any position takes everything, several share it evenly") {
    int wrong = 0;
    for (std::size_t at = 0; at < 300; ++at) {
        floats row = ordinary(300);
        row[at] = infinity;
        wrong += law_after(row, {}).ids != ids{static_cast<token_id>(at)};
        const std::size_t other = (at + 150) % 300;
        row[other] = infinity;
        const auto two = law_after(row, {});
        wrong += two.ids != ids{static_cast<token_id>(std::min(at, other)), static_cast<token_id>(std::max(at, other))};
        wrong += two.probabilities != std::vector{0.5, 0.5};
    }
    CHECK(wrong == 0);
    CHECK(said_after(floats{infinity, 3, infinity, infinity, infinity}, {min_p{0.1f}}) == "0:0.25 2:0.25 3:0.25 4:0.25");
}

TEST_CASE("A10: a NaN at the second step of a text is a status; the text goes on from where it was") {
    const floats row = ordinary(100);
    floats broken = row;
    broken[40] = not_a_number;
    any_text text = start_text(usual, {.seed = 3}), untroubled = text;
    for (int step = 0; step < 5; ++step) {
        if (step == 1) {
            const auto before = text.bytes();
            CHECK(next_token(broken, usual, text).why == status::nan_logit);
            CHECK(text.bytes() == before);
        }
        const drawn token = next_token(row, usual, text);
        CHECK(token.id == next_token(row, usual, untroubled).id);
        REQUIRE(text.accept(token.id) == status::ok);
        REQUIRE(untroubled.accept(token.id) == status::ok);
    }
}

TEST_CASE("A11: what stages sort by is a total order: NaN never reaches it, equals go by id") {
    std::mt19937 random(11);
    for (int i = 0; i < 200; ++i) {
        floats row(1 + random() % 300);
        for (auto& l : row) l = static_cast<float>(random() % 5);
        const int k = 1 + static_cast<int>(random() % row.size());
        CHECK(law_after(row, {top_k{k}}).ids == prefix(in_order(row), static_cast<std::size_t>(k)));
        for (int nans = 0; nans < 3; ++nans) row[random() % row.size()] = random() % 2 ? not_a_number : -not_a_number;
        CHECK(said_after(row, {top_k{k}, top_p{0.5f}, typical{0.5f}}) == "nan_logit");
    }
}

TEST_CASE("A12: a negative temperature is no sign for greedy: it is refused, and masked tokens stay masked at T = 0") {
    const floats row{-infinity, 2, -infinity, 5, 5, -infinity};
    philox random{.seed = 1};
    CHECK(draw_after(row, {temperature{-1.0f}}, random).why == status::bad_parameter);
    CHECK(random.position == 0);
    for (std::uint64_t i = 0; i < 100; ++i) {
        const drawn sure = draw_after(row, {temperature{0.0f}}, philox{.seed = i}.word(purpose::token));
        const drawn any = draw_after(row, {temperature{1.0f}}, philox{.seed = i}.word(purpose::token));
        CHECK(sure.id == 3);
        CHECK(row[static_cast<std::size_t>(any.id)] > 0);
    }
}

TEST_CASE("A13: T = 0 is the first maximum through every way in") {
    const floats row{1, 7, 3, 7, -infinity};
    constexpr sampler cold{temperature{0.0f}, categorical{}};
    philox random{.seed = 2};
    workspace space;
    auto text = cold.start({.seed = 2});
    CHECK(cold(row, random).id == 1);
    CHECK(cold(row, random, space).id == 1);
    CHECK(cold(row, text).id == 1);
    CHECK(cold(row, text, space).id == 1);
    CHECK(support::text(cold.distribution(row)) == "1:1");
    CHECK(support::text(cold.distribution(row, text)) == "1:1");
    CHECK(said_after(row, {temperature{0.0f}}) == "1:1");
    CHECK(said_after(row, {dynamic_temperature{0.0f, 0.0f}}) == "1:1");
    CHECK(race_after(row, {temperature{0.0f}}, random).id == 1);
    CHECK(greedy_of(row).id == 1);
}

TEST_CASE("A14: NaNs of either sign and any payload are NaN, not the least logit") {
    for (const std::uint32_t bits : {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff800001u, 0x7fffffffu, 0xffffffffu}) {
        floats row = ordinary(300);
        row[77] = std::bit_cast<float>(bits);
        CAPTURE(bits);
        CHECK(said_after(row, {top_k{2}}) == "nan_logit");
        CHECK(said_after(row, {}) == "nan_logit");
        CHECK(greedy_of(row).why == status::nan_logit);
    }
}

TEST_CASE("A15: mean and deviation of top_n_sigma are those of the living, after a ban by bias too") {
    // Of 4, 2, 0 sigma is 1.633: 1.2 of them reach down to 2.04, 1.3 to 1.88. A token of 100 that is banned counts for nothing.
    const std::array<token_bias, 1> out{{{3, -infinity}}};
    const logit_bias banned{std::span<const token_bias>(out)};
    CHECK(law_after(floats{4, 2, 0, 100}, {banned, top_n_sigma{1.2f}}).ids == ids{0});
    CHECK(law_after(floats{4, 2, 0, 100}, {banned, top_n_sigma{1.3f}}).ids == ids{0, 1});
    CHECK(law_after(floats{4, 2, 0, -infinity}, {top_n_sigma{1.2f}}).ids == ids{0});
    CHECK(law_after(floats{4, 2, 0, -infinity}, {top_n_sigma{1.3f}}).ids == ids{0, 1});
    // And the moments behind the other stages: an appended -inf changes none of them.
    for (const chained& stage : {chained{typical{0.5f}}, chained{eta_cutoff{0.3f}}, chained{dynamic_temperature{0.5f, 2.0f}},
                                 chained{min_k{3.0f}}, chained{p_less{}}, chained{p_less_norm{}}}) {
        CHECK(said_after(floats{4, 2, 0, -infinity}, {stage}) == said_after(floats{4, 2, 0}, {stage}));
    }
}

TEST_CASE("A16: no stage makes a NaN of infinities") {
    const floats row{infinity, 1, -infinity, infinity, 2}, other{0, 1, 2, 3, 4};
    for (const chained& stage : every_stage(other)) {
        CAPTURE(text_of(stage));
        const auto law = law_after(row, {stage});
        REQUIRE(law);
        double sum = 0;
        for (std::size_t i = 0; i < law.ids.size(); ++i) {
            const bool infinite = law.ids[i] == 0 || law.ids[i] == 3;
            CHECK((infinite || law.probabilities[i] == 0));
            sum += law.probabilities[i];
        }
        CHECK(std::abs(sum - 1) < 1e-15);
    }
    // d = -1: 3 - (1/2)(1/2) - (1/2)(1/2) = 2.5.
    CHECK(law_after(floats{3, 2, -infinity}, {quadratic{0.5f, 2.0f}}).probabilities == law_after(floats{3, 2.5f}, {}).probabilities);
}

TEST_CASE("A17: a sum that is NaN is no positive sum: every stage passes the status on and none rescues the row") {
    const floats other = ordinary(40);
    floats row = other;
    row[25] = not_a_number;
    for (const chained& stage : every_stage(other)) {
        CAPTURE(text_of(stage));
        CHECK(said_after(row, {stage}) == "nan_logit");
        CHECK(draw_after(row, {top_p{0.9f}}, 0).id == -1);
    }
}

TEST_CASE("A18: where everything is masked, a seed finds nothing: empty, never token 0") {
    const std::vector<std::uint32_t> none(2, 0);
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        philox random{.seed = seed};
        CHECK(draw_after(floats(50, 1.0f), {allow{none, past_end::ban}}, random).why == status::empty);
        CHECK(race_after(floats(50, 1.0f), {allow{none, past_end::ban}}, random).why == status::empty);
        CHECK(race_after(floats(50, -infinity), {}, random).why == status::empty);
        CHECK(random.position == 0);
    }
}

TEST_CASE("A19: what a mask leaves is drawn from, however little it weighs, and nothing else") {
    floats row(100, 0.0f);
    row[31] = row[70] = -2000;
    std::vector<std::uint32_t> mask(4, 0);
    mask[0] = 1u << 31;
    mask[2] = 1u << 6;
    const stages masked{allow{mask, past_end::ban}};
    CHECK(said_after(row, masked) == "31:0.5 70:0.5");
    CHECK(draw_after(row, masked, 0).id == 31);
    CHECK(draw_after(row, masked, half_of_words - 1).id == 31);
    CHECK(draw_after(row, masked, half_of_words).id == 70);
    CHECK(draw_after(row, masked, last_word).id == 70);
    row[31] = row[70] = -infinity;
    CHECK(said_after(row, masked) == "empty");
}

TEST_CASE("A20: the most negative finite logit beats -inf") {
    constexpr float lowest = std::numeric_limits<float>::lowest();
    for (const std::size_t at : {0u, 17u, 299u}) {
        floats row(300, -infinity);
        row[at] = lowest;
        CHECK(greedy_of(row).id == static_cast<token_id>(at));
        CHECK(draw_after(row, {}, last_word).id == static_cast<token_id>(at));
        CHECK(draw_after(row, {top_k{1}}, 0).id == static_cast<token_id>(at));
        CHECK(law_after(row, {}).probabilities == std::vector{1.0});
    }
}

TEST_CASE("A21: min_p's maximum is found among -inf and the lowest floats") {
    constexpr float lowest = std::numeric_limits<float>::lowest();
    CHECK(said_after(floats(400, -infinity), {min_p{0.1f}}) == "empty");
    floats row(400, -infinity);
    row[3] = row[390] = lowest;
    row[200] = -3e38f;
    CHECK(said_after(row, {min_p{0.1f}}) == "200:1");
    row[200] = lowest;
    CHECK(law_after(row, {min_p{1.0f}}).ids == ids{3, 200, 390});
}
