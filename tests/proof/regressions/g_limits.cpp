// Ids, masks and numbers from outside: what is out of range is refused, and nothing is taken that a row does not need.
#include "support.hpp"

#include "core/counted_new.hpp"

#include <array>
#include <bit>
#include <climits>
#include <memory>
#include <random>

using namespace argdraw;
using namespace support;

namespace {

constexpr token_id width = 70;
constexpr token_id strangers[] = {-1, width, width + 1, INT_MAX, INT_MIN};
const floats row(static_cast<std::size_t>(width), 1.0f);

}  // namespace

TEST_CASE("G1: a bias for an id that the row has not is refused, and the next draw is as ever") {
    for (const token_id id : strangers) {
        const std::array<token_bias, 2> biases{{{3, 1.0f}, {id, 5.0f}}};
        CAPTURE(id);
        CHECK(said_after(row, {logit_bias{std::span<const token_bias>(biases)}}) == "outside_row");
        CHECK(draw_after(row, {}, 0).id == 0);
    }
}

TEST_CASE("G2: so is one in every other list of ids: nothing is written for it") {
    for (const token_id id : strangers) {
        const std::array<token_id, 2> list{3, id};
        const std::span<const token_id> some(list);
        const std::array<std::span<const token_id>, 1> words{some};
        const std::array<biased_sequence, 1> biased{{{some, 1.0f}}};
        CAPTURE(id);
        for (const chained& stage :
             {chained{ban{some}}, chained{allow_only{some}}, chained{min_tokens{5, some}}, chained{suppress_at_begin{some}},
              chained{bad_words{std::span(words)}}, chained{sequence_bias{std::span<const biased_sequence>(biased)}}, chained{force{0, id}},
              chained{exponential_length{0, 2.0f, id}}, chained{dry{.multiplier = 1.0f, .breakers = some}},
              chained{xtc{.probability = 1.0f, .protect = some}}, chained{xtc_mean{.probability = 1.0f, .protect = some}}}) {
            CAPTURE(text_of(stage));
            CHECK(said_after(row, {stage}) == "outside_row");
        }
    }
}

TEST_CASE("G3: a null token is not accepted into a text") {
    any_text text = start_text({}, {.vocabulary = 70});
    for (const token_id id : strangers) CHECK(text.accept(id) == status::bad_parameter);
    CHECK(text.output().empty());
    CHECK(text.position() == 0);
    CHECK(text.accept(69) == status::ok);
}

TEST_CASE("G4: strange ids in a prompt index nothing: every stage passes over them") {
    const ids strange{-1, 5, INT_MAX, INT_MIN, width, 5, -1, 5, INT_MAX};
    for (const chained& stage :
         {chained{repetition_penalty{2.0f}}, chained{penalties{.repetition = 2.0f, .frequency = 1.0f, .counts_over = scope::both}},
          chained{frequency_penalty{1.0f, -1, scope::both}}, chained{presence_penalty{1.0f, -1, scope::both}},
          chained{encoder_repetition{2.0f}}}) {
        CAPTURE(text_of(stage));
        const auto law = law_after(row, {stage}, strange);
        REQUIRE(law.ids.size() == static_cast<std::size_t>(width));
        for (std::size_t i = 0; i < law.ids.size(); ++i) CHECK((law.probabilities[i] == law.probabilities[0]) == (i != 5));
    }
    // After the last INT_MAX came INT_MIN, which is no token of the row; after 5 came 5's followers.
    CHECK(law_after(row, {no_repeat_ngram{2}}, strange).ids.size() == static_cast<std::size_t>(width));
    CHECK(law_after(row, {dry{.multiplier = 1.0f, .allowed_length = 1}}, strange).ids.size() == static_cast<std::size_t>(width));
    CHECK(law_after(row, {no_repeat_ngram{1}}, strange).ids.size() == static_cast<std::size_t>(width) - 1);
}

TEST_CASE("G5: a mask shorter than the row: whether the ids behind it are forbidden has to be said, and is obeyed") {
    const std::vector<std::uint32_t> mask(2, ~std::uint32_t{0});  // 64 ids of 70
    CHECK(law_after(row, {allow{mask, past_end::ban}}).ids == first_ids(64));
    CHECK(law_after(row, {allow{mask, past_end::keep}}).ids == first_ids(70));
    CHECK(draw_after(row, {allow{mask, past_end::ban}}, last_word).id == 63);
    CHECK(said_after(row, {allow{{}, past_end::ban}}) == "empty");
    CHECK(said_after(row, {allow{mask, static_cast<past_end>(7)}}) == "bad_parameter");
}

TEST_CASE("G6: bits behind the row's last token mean nothing") {
    const std::vector<std::uint32_t> full(40, ~std::uint32_t{0});
    std::vector<std::uint32_t> tail(40, ~std::uint32_t{0});
    tail[0] = 2;
    tail[1] = 0;
    tail[2] = ~std::uint32_t{0} << 6;  // of the third word only the bits behind id 69
    CHECK(law_after(row, {allow{full, past_end::ban}}).ids == first_ids(70));
    CHECK(law_after(row, {allow{tail, past_end::ban}}).ids == ids{1});
    CHECK(law_after(row, {allow{tail, past_end::keep}}).ids == ids{1});
}

TEST_CASE("G7: every float as every parameter gives a token or bad_parameter, and the values of a known attack do too") {
    CHECK(said_after(row, {top_p{-1.0f}}) == "bad_parameter");
    CHECK(said_after(row, {repetition_penalty{0.0f}}) == "bad_parameter");
    CHECK(law_after(row, {temperature{999999.0f}}).ids.size() == 70);
    std::mt19937 random(7);
    const auto any_float = [&] {
        const auto kind = random() % 4;
        if (kind == 0) return std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        if (kind == 1) return std::bit_cast<float>(0x3f7fffffu + static_cast<std::uint32_t>(random() % 3));
        const float edges[] = {0.0f, -0.0f, smallest, -smallest, infinity, -infinity, not_a_number, -1.0f, 3e38f, 0.5f, 2.0f};
        return edges[random() % 11];
    };
    floats mixed(40);
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = static_cast<float>(i % 9) - 4;
    int others = 0, tokens = 0, refused = 0;
    for (int i = 0; i < 20000; ++i) {
        const float a = any_float(), b = any_float(), c = any_float();
        const std::array<token_bias, 1> bias{{{3, a}}};
        const chained choices[] = {temperature{a},
                                   dynamic_temperature{a, b, c},
                                   quadratic{a, b},
                                   softcap{a},
                                   skew{a},
                                   top_p{a},
                                   min_p{a},
                                   typical{a},
                                   top_n_sigma{a},
                                   epsilon_cutoff{a},
                                   eta_cutoff{a},
                                   tail_free{a},
                                   top_a{a},
                                   xtc{.probability = a, .threshold = b},
                                   xtc_mean{.probability = a, .threshold = b},
                                   top_h{a},
                                   top_h_sum{a},
                                   min_k{a},
                                   guidance<float>{mixed, a},
                                   contrastive<float>{mixed, a, b},
                                   logit_bias{std::span<const token_bias>(bias)}};
        stages some;
        some.add(choices[random() % std::size(choices)]);
        const drawn token = draw_after(mixed, some, (std::uint64_t{random()} << 32) | random());
        const bool valid = some.valid();
        if (token) ++tokens;
        else if (token.why == status::bad_parameter) ++refused;
        // Infinite parameters may empty a row, or make a NaN that is then reported, but only where they are in range.
        else if (!valid || (token.why != status::empty && token.why != status::nan_logit)) ++others;
        others += token && !valid;
        others += valid && token.why == status::bad_parameter;
    }
    CHECK(others == 0);
    CHECK(tokens > 5000);
    CHECK(refused > 2000);
}

TEST_CASE("G8: INT_MAX in every integer asks for no memory") {
    const std::array<token_id, 1> stop{3};
    const ids said{1, 2, 1, 2, 1};
    (void)draw_after(row, {top_k{5}}, 0);
    (void)law_after(row, {}, {}, said);
    const counted_new::scarce few_bytes(1 << 16);
    for (const chained& stage :
         {chained{top_k{INT_MAX, INT_MAX}}, chained{top_p{0.5f, INT_MAX}}, chained{min_p{0.5f, INT_MAX}}, chained{typical{0.5f, INT_MAX}},
          chained{tail_free{0.5f, INT_MAX}}, chained{min_k{3.0f, INT_MAX}}, chained{top_h{0.5f, INT_MAX}},
          chained{xtc{.probability = 1.0f, .threshold = 0.01f, .min_keep = INT_MAX}}, chained{repetition_penalty{2.0f, INT_MAX}},
          chained{no_repeat_ngram{INT_MAX}}, chained{dry{.multiplier = 1.0f, .allowed_length = INT_MAX, .window = INT_MAX}},
          chained{min_tokens{INT_MAX, std::span<const token_id>(stop)}}, chained{exponential_length{INT_MAX, 2.0f, 3}},
          chained{force{INT_MAX, 3}}}) {
        CAPTURE(text_of(stage));
        CHECK(law_after(row, {stage}, {}, said));
    }
    const sampler pick{mirostat_v1{.m = INT_MAX}};
    auto text = pick.start();
    CHECK(pick(row, text));
}

TEST_CASE("G9: negative counts are refused where they come in") {
    const std::array<token_id, 1> stop{3};
    for (const int below : {-1, -2, INT_MIN}) {
        CAPTURE(below);
        CHECK_FALSE(top_k{below}.valid());
        CHECK_FALSE(top_k{1, below}.valid());
        CHECK_FALSE(top_p{0.5f, below}.valid());
        CHECK_FALSE(xtc{.min_keep = below}.valid());
        CHECK_FALSE(no_repeat_ngram{below}.valid());
        CHECK_FALSE(min_tokens{below, std::span<const token_id>(stop)}.valid());
        CHECK_FALSE(dry{.allowed_length = below}.valid());
        CHECK_FALSE(exponential_length{below, 2.0f, 3}.valid());
        CHECK_FALSE(force{below, 3}.valid());
        CHECK_FALSE(mirostat_v1{.m = below}.valid());
        CHECK(repetition_penalty{2.0f, below}.valid() == (below == -1));
        CHECK(said_after(row, {top_k{below}}) == "bad_parameter");
    }
    any_text text = start_text({});
    CHECK(text.rollback(static_cast<std::size_t>(-1)) == status::bad_parameter);
}

TEST_CASE("G10: no call lets an exception out") {
    using pipeline = sampler<stages, categorical>;
    static_assert(noexcept(std::declval<const pipeline&>()(row, std::declval<philox&>())));
    static_assert(noexcept(std::declval<const pipeline&>()(row, std::declval<any_text&>())));
    static_assert(noexcept(std::declval<const pipeline&>().distribution(row)));
    static_assert(noexcept(std::declval<const pipeline&>().start()));
    static_assert(noexcept(std::declval<any_text&>().accept(0)) && noexcept(std::declval<any_text&>().rollback(1)));
    const counted_new::scarce no_bytes(0);
    any_text text = start_text({});
    CHECK(text.accept(1) == status::out_of_memory);
    CHECK(text.output().empty());
}

TEST_CASE("G11: rows of every width from 1 to 1025 and about powers of two, each in memory of exactly its size") {
    std::vector<std::size_t> widths;
    for (std::size_t n = 1; n <= 1025; ++n) widths.push_back(n);
    for (const std::size_t power : {4096u, 32768u, 65536u})
        for (const int off : {-3, -1, 0, 1, 3}) widths.push_back(power + static_cast<std::size_t>(off));
    widths.insert(widths.end(), {40000, 40001, 40009, 131071, 131101});
    int wrong = 0;
    for (const std::size_t n : widths) {
        const auto exact = std::make_unique<float[]>(n);  // a read beyond it is the address sanitizer's
        for (std::size_t i = 0; i < n; ++i) exact[i] = static_cast<float>(i % 5);
        exact[n - 1] = 6;
        const row_of_floats all(exact.get(), n);
        const auto last = static_cast<token_id>(n - 1);
        wrong += greedy_of(all).id != last;
        wrong += draw_after(all, {top_k{1}}, 0).id != last;
        wrong += draw_after(all, {}, last_word).id != last;
        wrong += draw_after(all, {}, 0).id != 0;
        if (n <= 1025) wrong += law_after(all, {top_p{0.999f}}).ids.back() != last;
    }
    CHECK(wrong == 0);
}

TEST_CASE("G13: a vocabulary narrower than the row, and rows of two widths, are told apart") {
    any_text text = start_text({}, {.vocabulary = 64});
    REQUIRE(next_token(row, {}, text));
    CHECK(text.accept(64) == status::bad_parameter);
    CHECK(text.accept(63) == status::ok);
    CHECK(said_after(row, {guidance<float>{row_of_floats(row).first(69), 1.5f}}) == "outside_row");
    CHECK(said_after(row, {contrastive<float>{row_of_floats(row).first(69), 0.1f, 0.5f}}) == "outside_row");
}
