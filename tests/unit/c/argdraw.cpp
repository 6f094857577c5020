// The C calls against the C++ ones: the same tokens, numbers, bytes and sentences, and a status where there is nothing to compare.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <argdraw/c/argdraw.h>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/logprobs.hpp>
#include <argdraw/text/pipeline.hpp>

#include "c/support.hpp"
#include "catch.hpp"
#include "core/counted_new.hpp"

using namespace argdraw;
using namespace door;

namespace {

template <class T>
void same_as_cpp(const char* text, std::size_t width) {
    INFO(text << ", format " << format_number<T> << ", width " << width);
    const pipeline_handle pipeline(text);
    const argdraw_start_options options = options_of(42);
    const sequence_handle sequence(pipeline, &options);
    const parsed own = parse(text);
    auto seq = own.pick.start({.seed = 42, .sequence = 7, .prompt = prompt});
    for (std::size_t step = 0; step < 12; ++step) {
        const std::vector<T> row = row_of<T>(width, step);
        // Neighbours, records with something before and behind a logit, and logits that are not aligned.
        const std::size_t stride = step % 3 == 0   ? 0
                                   : step % 3 == 1 ? sizeof(T) + 8
                                                   : sizeof(T) + 1,
                          first = step % 3 == 0   ? 0
                                  : step % 3 == 1 ? 4
                                                  : 1;
        const std::vector<std::byte> spread_out = stride != 0 ? spread(row, stride, first) : std::vector<std::byte>{};
        argdraw_row given = view(row);
        if (stride != 0) given = {sizeof given, spread_out.data() + first, format_number<T>, width, stride};

        const auto law = own.pick.distribution(row, seq);
        std::size_t count = 0;
        std::vector<std::int32_t> ids(width);
        std::vector<double> probabilities(width);
        REQUIRE(argdraw_distribution(sequence.get, &given, ids.data(), probabilities.data(), width, &count) == static_cast<int>(law.why));
        ids.resize(count);
        probabilities.resize(count);
        REQUIRE(ids == law.ids);
        REQUIRE(probabilities == law.probabilities);

        const drawn wanted = own.pick(row, seq);
        argdraw_drawn token{};
        REQUIRE(argdraw_draw(sequence.get, &given, &token) == static_cast<int>(wanted.why));
        REQUIRE(token.id == wanted.id);
        REQUIRE(bits(token.logprob) == bits(wanted.logprob));
        REQUIRE(wanted);

        std::array<token_logprobs, 6> found;
        const std::array<token_id, 2> asked{0, 3};
        const auto result =
            log_probabilities(own.pick, row, seq, {.chosen = token.id, .ids = asked, .top = 3, .order = logprobs_of::scaled}, found);
        const argdraw_logprobs_request request{sizeof request, token.id, ARGDRAW_SCALED, asked.data(), asked.size(), 3};
        std::array<argdraw_token_logprobs, 6> c_found;
        argdraw_logprobs_result c_result{};
        c_result.size = sizeof c_result;
        REQUIRE(argdraw_log_probabilities(sequence.get, &given, &request, c_found.data(), c_found.size(), &c_result) ==
                static_cast<int>(result.why));
        REQUIRE(c_result.count == result.count);
        REQUIRE(c_result.log_kept == result.log_kept);
        REQUIRE(c_result.raw_entropy == result.raw_entropy);
        REQUIRE(c_result.final_entropy == result.final_entropy);
        REQUIRE(c_result.kept == result.kept);
        for (std::size_t i = 0; i < result.count; ++i) {
            REQUIRE(c_found[i].id == found[i].id);
            REQUIRE(c_found[i].raw == found[i].raw);
            REQUIRE(c_found[i].scaled == found[i].scaled);
            REQUIRE(c_found[i].processed == found[i].processed);
            REQUIRE(c_found[i].rank == found[i].rank);
            REQUIRE(c_found[i].rank_with_ties == found[i].rank_with_ties);
        }

        REQUIRE(seq.accept(wanted.id) == status::ok);
        REQUIRE(argdraw_accept(sequence.get, token.id) == ARGDRAW_OK);
        REQUIRE(bytes_of(sequence.get) == seq.bytes());
    }
}

}  // namespace

TEST_CASE("c: tokens, laws, log-probabilities and bytes are those of C++, in every format and with every stride") {
    for (const char* const text : texts) {
        same_as_cpp<float>(text, 300);
        same_as_cpp<double>(text, 64);
        same_as_cpp<half>(text, 64);
        same_as_cpp<bfloat16>(text, 300);
    }
}

TEST_CASE("c: wide rows and records draw what a plain row draws") {
    const auto row = row_of<float>(20000, 5);
    const auto records = spread(row, 12, 4);
    for (const char* const text : {"top_k(40) | temperature(0.8) | categorical", "top_p(0.9) | categorical"}) {
        const pipeline_handle pipeline(text);
        const sequence_handle a(pipeline, nullptr), b(pipeline, nullptr);
        const argdraw_row plain = view(row), apart{sizeof apart, records.data() + 4, ARGDRAW_FLOAT, row.size(), 12};
        for (int i = 0; i < 50; ++i) {
            argdraw_drawn x{}, y{};
            REQUIRE(argdraw_draw(a.get, &plain, &x) == ARGDRAW_OK);
            REQUIRE(argdraw_draw(b.get, &apart, &y) == ARGDRAW_OK);
            REQUIRE(std::memcmp(&x, &y, sizeof x) == 0);
        }
    }
}

namespace {

// Records of ids and logits, with something behind each.
template <class T>
struct in_records {
    struct record {
        std::int32_t id;
        T logit;
        float beside;
    };
    std::vector<record> all;

    in_records() = default;
    explicit in_records(std::vector<record> records) : all(std::move(records)) {}
    explicit in_records(const std::vector<T>& row) {
        for (std::size_t i = 0; i < row.size(); ++i) all.push_back({static_cast<std::int32_t>(i), row[i], 0.5f});
    }
    argdraw_records view() const {
        return {sizeof(argdraw_records), &all[0].id, &all[0].logit, format_number<T>, all.size(), sizeof(record)};
    }
};

// That a draw from the records is that from the row, and says where its token stands.
template <class T>
void same_as_row(const in_records<T>& records, const std::vector<T>& row, const char* text, std::size_t vocabulary = 0) {
    const pipeline_handle pipeline(text);
    argdraw_start_options options = options_of(3);
    options.vocabulary = vocabulary;
    const sequence_handle a(pipeline, &options), b(pipeline, &options);
    const argdraw_row plain = view(row);
    const argdraw_records given = records.view();
    for (int i = 0; i < 8; ++i) {
        argdraw_drawn x{}, y{};
        std::size_t place = ~std::size_t{0};
        REQUIRE(argdraw_draw(a.get, &plain, &x) == ARGDRAW_OK);
        REQUIRE(argdraw_draw_records(b.get, &given, &y, &place) == ARGDRAW_OK);
        REQUIRE(std::memcmp(&x, &y, sizeof x) == 0);
        REQUIRE(place < records.all.size());
        REQUIRE(records.all[place].id == y.id);
        REQUIRE(argdraw_accept(a.get, x.id) == ARGDRAW_OK);
        REQUIRE(argdraw_accept(b.get, y.id) == ARGDRAW_OK);
    }
}

template <class T>
void records_of_a_format() {
    std::mt19937_64 random(5);
    for (const char* const text :
         {"penalties(1.2, window=64) | top_k(20) | categorical", "top_p(0.9) | temperature(0.7) | categorical", "mirostat(3)"})
        for (const std::size_t width : std::array<std::size_t, 6>{1, 15, 16, 17, 300, 5000}) {
            INFO(text << ", width " << width);
            auto row = row_of<T>(width, width);
            in_records<T> records(row);
            same_as_row(records, row, text);
            same_as_row(records, row, text, width);
            // In any order, and some not there: these do not live. The last of the width is, without which the row would end before.
            std::shuffle(records.all.begin(), records.all.end(), random);
            same_as_row(records, row, text);
            in_records<T> some;
            for (const auto& each : records.all) {
                const auto id = static_cast<std::size_t>(each.id);
                if (id + 1 == width || random() % 3 == 0) some.all.push_back(each);
                else row[id] = removed<T>();
            }
            same_as_row(some, row, text);
            same_as_row(some, row, text, width);
            // Twice there: the last counts. From the vocabulary on: passed over.
            some.all.insert(some.all.begin(), {static_cast<std::int32_t>(width) - 1, static_cast<T>(50.0f), 0});
            some.all.push_back({static_cast<std::int32_t>(width) + 7, static_cast<T>(90.0f), 0});
            same_as_row(some, row, text, width);
        }
}

}  // namespace

TEST_CASE("c: records in any order draw what the row of their ids draws") {
    records_of_a_format<float>();
    records_of_a_format<double>();
    records_of_a_format<half>();
    records_of_a_format<bfloat16>();
}

TEST_CASE("c: records that are none have a status") {
    const pipeline_handle pipeline("categorical");
    const sequence_handle sequence(pipeline, nullptr);
    in_records<float> records(row_of<float>(40, 1));
    argdraw_records given = records.view();
    argdraw_drawn token{};
    std::size_t place = 77;
    const auto draw = [&] { return argdraw_draw_records(sequence.get, &given, &token, &place); };
    records.all[39].id = -1;
    CHECK(draw() == ARGDRAW_OUTSIDE_ROW);
    CHECK(token.why == ARGDRAW_OUTSIDE_ROW);
    records.all[39].id = 1 << 24;
    CHECK(draw() == ARGDRAW_TOO_WIDE);
    records.all[39].id = 39;
    for (const std::size_t count : {~std::size_t{0}, std::size_t{1} << 60, (std::size_t{1} << 24) + 1}) {
        given.count = count;
        CHECK(draw() == ARGDRAW_TOO_WIDE);
    }
    given = records.view();
    given.stride = 3;
    CHECK(draw() == ARGDRAW_BAD_PARAMETER);
    given = records.view();
    given.ids = nullptr;
    CHECK(draw() == ARGDRAW_BAD_PARAMETER);
    given = records.view();
    given.size = 1;
    CHECK(draw() == ARGDRAW_BAD_PARAMETER);
    given = records.view();
    given.count = 0;
    CHECK(draw() == ARGDRAW_EMPTY);
    for (auto& each : records.all) each.logit = -std::numeric_limits<float>::infinity();
    given = records.view();
    CHECK(draw() == ARGDRAW_EMPTY);
    CHECK(argdraw_draw_records(sequence.get, &given, &token, nullptr) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_draw_records(sequence.get, &given, nullptr, &place) == ARGDRAW_BAD_PARAMETER);
    CHECK(place == 77);
}

TEST_CASE("c: a row above the limit is too wide, however far above") {
    const pipeline_handle pipeline("categorical");
    const sequence_handle sequence(pipeline, nullptr);
    const std::vector<float> logits(4, 1);
    for (const std::size_t width : {~std::size_t{0}, std::size_t{1} << 60, (std::size_t{1} << 24) + 1})
        for (const std::size_t stride : {0u, 4u, 12u}) {
            const argdraw_row row{sizeof row, logits.data(), ARGDRAW_FLOAT, width, stride};
            argdraw_drawn token{};
            CHECK(argdraw_draw(sequence.get, &row, &token) == ARGDRAW_TOO_WIDE);
        }
    const argdraw_row apart{sizeof apart, logits.data(), ARGDRAW_FLOAT, 4, ~std::size_t{0}};
    argdraw_drawn token{};
    CHECK(argdraw_draw(sequence.get, &apart, &token) == ARGDRAW_BAD_PARAMETER);
    // An id of the caller's that is none is a parameter; one of a row or a question is outside of the row.
    CHECK(argdraw_accept(sequence.get, -1) == ARGDRAW_BAD_PARAMETER);
}

TEST_CASE("c: a pipeline goes to text and back, and what is wrong with a text has the column and sentence of C++") {
    for (const char* const text : texts) {
        const pipeline_handle pipeline(text);
        const std::string wanted = to_text(parse(text).pick);
        std::array<char, 200> out{};
        std::size_t length = 0;
        REQUIRE(argdraw_to_text(pipeline.get, out.data(), out.size(), &length) == ARGDRAW_OK);
        CHECK(std::string_view(out.data()) == wanted);
        CHECK(length == wanted.size());
        REQUIRE(argdraw_to_text(pipeline.get, out.data(), 4, &length) == ARGDRAW_OK);
        CHECK(std::string_view(out.data()) == wanted.substr(0, 3));
        CHECK(argdraw_to_text(pipeline.get, nullptr, 0, &length) == ARGDRAW_OK);
        CHECK(length == wanted.size());
    }
    for (const std::string text :
         {"", "top_q(3) | greedy", "top_k(40)", "top_n_sigma(-1) | categorical", "greedy | top_k(1)", "top_k(1, 2, 3) | greedy"}) {
        const parsed own = parse(text);
        argdraw_pipeline* none = reinterpret_cast<argdraw_pipeline*>(&none);
        std::size_t column = 0;
        std::array<char, 400> sentence{};
        REQUIRE(argdraw_parse(text.data(), text.size(), &none, &column, sentence.data(), sentence.size()) == ARGDRAW_BAD_PARAMETER);
        CHECK(none == nullptr);
        CHECK(column == own.error.column);
        CHECK(sentence.data() == own.error.sentence);
        CHECK(argdraw_parse(text.data(), text.size(), &none, nullptr, sentence.data(), 6) == ARGDRAW_BAD_PARAMETER);
        CHECK(sentence.data() == own.error.sentence.substr(0, 5));
    }
}

TEST_CASE("c: check names the stage that does not fit a width") {
    const pipeline_handle pipeline("temperature(0.8) | ban([70]) | categorical");
    std::int32_t stage = 9;
    std::array<char, 200> sentence{};
    CHECK(argdraw_check(pipeline.get, 71, &stage, sentence.data(), sentence.size()) == ARGDRAW_OK);
    CHECK(stage == -1);
    CHECK(argdraw_check(pipeline.get, 70, &stage, sentence.data(), sentence.size()) == ARGDRAW_OUTSIDE_ROW);
    CHECK(stage == 1);
    CHECK(sentence.data() == parse("temperature(0.8) | ban([70]) | categorical").pick.check(70).sentence);
    CHECK(argdraw_check(pipeline.get, 0, &stage, nullptr, 0) == ARGDRAW_EMPTY);
    CHECK(stage == -1);
    const auto row = row_of<float>(70, 1);
    const argdraw_row given = view(row);
    const sequence_handle sequence(pipeline, nullptr);
    argdraw_drawn token{};
    CHECK(argdraw_draw(sequence.get, &given, &token) == ARGDRAW_OUTSIDE_ROW);
    CHECK(token.id == -1);
    CHECK(std::isnan(token.logprob));
    CHECK(token.why == ARGDRAW_OUTSIDE_ROW);
}

TEST_CASE("c: a clone and a resumed sequence go on alike, a rollback goes back, and a sequence outlives its pipeline") {
    const auto row = row_of<float>(100, 3);
    const argdraw_row given = view(row);
    sequence_handle first, resumed, copy;
    std::vector<std::int32_t> tokens, kept(40);
    const auto step = [&](argdraw_sequence* sequence) {
        argdraw_drawn token{};
        REQUIRE(argdraw_draw(sequence, &given, &token) == ARGDRAW_OK);
        REQUIRE(argdraw_accept(sequence, token.id) == ARGDRAW_OK);
        return token.id;
    };
    {
        const pipeline_handle pipeline("dry(0.8) | temperature(2) | mirostat(3)");
        REQUIRE(argdraw_start(pipeline.get, nullptr, &first.get) == ARGDRAW_OK);
        for (int i = 0; i < 10; ++i) step(first.get);
        const auto bytes = bytes_of(first.get);
        REQUIRE(argdraw_resume(pipeline.get, bytes.data(), bytes.size(), &resumed.get) == ARGDRAW_OK);
        REQUIRE(argdraw_clone(first.get, &copy.get) == ARGDRAW_OK);
        argdraw_sequence* none = first.get;
        CHECK(argdraw_resume(pipeline.get, bytes.data(), bytes.size() - 1, &none) == ARGDRAW_BAD_PARAMETER);
        CHECK(none == nullptr);
        const pipeline_handle keeps_something_else("temperature(2) | adaptive_p(0.3)");
        CHECK(argdraw_resume(keeps_something_else.get, bytes.data(), bytes.size(), &none) == ARGDRAW_BAD_PARAMETER);
    }
    for (int i = 0; i < 20; ++i) tokens.push_back(step(first.get));
    for (int i = 0; i < 20; ++i) CHECK(step(copy.get) == tokens[static_cast<std::size_t>(i)]);
    for (int i = 0; i < 20; ++i) CHECK(step(resumed.get) == tokens[static_cast<std::size_t>(i)]);
    CHECK(argdraw_rollback(first.get, 31) == ARGDRAW_BAD_PARAMETER);
    REQUIRE(argdraw_rollback(first.get, 20) == ARGDRAW_OK);
    for (int i = 0; i < 20; ++i) CHECK(step(first.get) == tokens[static_cast<std::size_t>(i)]);
    std::size_t count = 0;
    REQUIRE(argdraw_output(first.get, kept.data(), kept.size(), &count) == ARGDRAW_OK);
    REQUIRE(count == 30);
    CHECK(std::vector(kept.begin() + 10, kept.begin() + 30) == tokens);
    CHECK(argdraw_accept(first.get, 100) == ARGDRAW_BAD_PARAMETER);
}

TEST_CASE("c: a reseeded clone draws what a text of its seed and number would draw behind the same tokens") {
    const auto row = row_of<float>(100, 3);
    const argdraw_row given = view(row);
    const pipeline_handle pipeline("penalties(1.1) | temperature(2) | categorical");
    argdraw_start_options options = options_of(42);
    const sequence_handle first(pipeline, &options);
    sequence_handle fork;
    std::vector<std::int32_t> tokens;
    argdraw_drawn token{}, wanted{};
    for (int i = 0; i < 5; ++i) {
        REQUIRE(argdraw_draw(first.get, &given, &token) == ARGDRAW_OK);
        REQUIRE(argdraw_accept(first.get, token.id) == ARGDRAW_OK);
        tokens.push_back(token.id);
    }
    REQUIRE(argdraw_clone(first.get, &fork.get) == ARGDRAW_OK);
    REQUIRE(argdraw_reseed(fork.get, 43, 8) == ARGDRAW_OK);
    options.seed = 43;
    options.sequence = 8;
    options.output = tokens.data();
    options.output_count = tokens.size();
    const sequence_handle other(pipeline, &options);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(argdraw_draw(fork.get, &given, &token) == ARGDRAW_OK);
        REQUIRE(argdraw_draw(other.get, &given, &wanted) == ARGDRAW_OK);
        CHECK(token.id == wanted.id);
        REQUIRE(argdraw_accept(fork.get, token.id) == ARGDRAW_OK);
        REQUIRE(argdraw_accept(other.get, wanted.id) == ARGDRAW_OK);
    }
    CHECK(argdraw_reseed(nullptr, 1, 2) == ARGDRAW_BAD_PARAMETER);
}

TEST_CASE("c: many draws at once are those of one by one, and one that fails holds up no other") {
    const pipeline_handle pipeline("top_k(40) | categorical");
    const auto row = row_of<float>(100, 3);
    const sequence_handle a(pipeline, nullptr), b(pipeline, nullptr), alone(pipeline, nullptr);
    const argdraw_row given = view(row);
    argdraw_sequence* const sequences[3] = {a.get, nullptr, b.get};
    const argdraw_row rows[3] = {given, given, given};
    argdraw_drawn tokens[3], wanted{};
    CHECK(argdraw_draw_many(sequences, rows, tokens, 3) == ARGDRAW_BAD_PARAMETER);
    REQUIRE(argdraw_draw(alone.get, &given, &wanted) == ARGDRAW_OK);
    CHECK(tokens[0].id == wanted.id);
    CHECK(tokens[1].why == ARGDRAW_BAD_PARAMETER);
    CHECK(tokens[2].id == wanted.id);
    CHECK(argdraw_draw_many(nullptr, nullptr, nullptr, 0) == ARGDRAW_OK);
}

TEST_CASE("c: nothing is allocated in a draw behind the first of a width") {
    const auto row = row_of<float>(5000, 3);
    const auto records = spread(row, 12, 4);
    const argdraw_row plain = view(row), apart{sizeof apart, records.data() + 4, ARGDRAW_FLOAT, row.size(), 12};
    std::vector<std::int32_t> ids(row.size());
    const in_records<float> in_order(row);
    in_records<float> backwards = in_order;
    std::reverse(backwards.all.begin(), backwards.all.end());
    const argdraw_records named = in_order.view(), shuffled = backwards.view();
    for (const char* const text : texts) {
        const pipeline_handle pipeline(text);
        const sequence_handle sequence(pipeline, nullptr);
        argdraw_drawn token{};
        std::size_t count = 0;
        REQUIRE(argdraw_reserve(sequence.get, 20) == ARGDRAW_OK);
        const auto step = [&] {
            argdraw_draw(sequence.get, &plain, &token);
            argdraw_draw(sequence.get, &apart, &token);
            argdraw_draw_records(sequence.get, &named, &token, &count);
            argdraw_draw_records(sequence.get, &shuffled, &token, &count);
            argdraw_distribution(sequence.get, &apart, ids.data(), nullptr, ids.size(), &count);
        };
        step();
        const std::size_t before = counted_new::calls;
        for (int i = 0; i < 10; ++i) step();
        const std::size_t allocated = counted_new::calls - before;
        INFO(text);
        CHECK(allocated == 0);
    }
}

TEST_CASE("c: memory that ends is a status") {
    const auto row = row_of<float>(5000, 3);
    const auto records = spread(row, 12, 4);
    const argdraw_row apart{sizeof apart, records.data() + 4, ARGDRAW_FLOAT, row.size(), 12};
    const in_records<float> in_order(row), last_two(std::vector(in_order.all.rbegin(), in_order.all.rbegin() + 2));
    const argdraw_records named = in_order.view(), few = last_two.view();
    const pipeline_handle pipeline("penalties(1.1) | categorical");
    const sequence_handle sequence(pipeline, nullptr);
    argdraw_pipeline* no_pipeline = nullptr;
    argdraw_sequence* none = nullptr;
    argdraw_drawn token{};
    std::size_t count = 0;
    const counted_new::scarce memory(0);
    CHECK(argdraw_parse("greedy", 6, &no_pipeline, nullptr, nullptr, 0) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(argdraw_start(pipeline.get, nullptr, &none) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(argdraw_clone(sequence.get, &none) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(argdraw_bytes(sequence.get, nullptr, 0, &count) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(argdraw_draw(sequence.get, &apart, &token) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(argdraw_draw_records(sequence.get, &named, &token, &count) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(argdraw_draw_records(sequence.get, &few, &token, &count) == ARGDRAW_OUT_OF_MEMORY);
    CHECK(no_pipeline == nullptr);
    CHECK(none == nullptr);
}

TEST_CASE("c: statuses have the sentences of C++, and every number has one") {
    for (std::int32_t i = 0; i <= ARGDRAW_OUT_OF_WORDS; ++i) CHECK(argdraw_message(i) == message(static_cast<status>(i)));
    for (const std::int32_t i : {-1, ARGDRAW_OUT_OF_WORDS + 1, 255, 256, INT32_MAX, INT32_MIN})
        CHECK(argdraw_message(i) == std::string_view("unknown status"));
    CHECK(argdraw_version() == ARGDRAW_VERSION);
}

TEST_CASE("c: structs are as they have been since version 0.1") {
    if constexpr (sizeof(void*) == 8) {
        CHECK(sizeof(argdraw_row) == 40);
        CHECK(sizeof(argdraw_records) == 48);
        CHECK(sizeof(argdraw_start_options) == 72);
        CHECK(sizeof(argdraw_logprobs_request) == 40);
        CHECK(sizeof(argdraw_token_logprobs) == 48);
        CHECK(sizeof(argdraw_logprobs_result) == 48);
        CHECK(sizeof(argdraw_law) == 24);
        CHECK(sizeof(argdraw_draft) == 56);
        CHECK(sizeof(argdraw_verified) == 40);
        CHECK(sizeof(argdraw_recipe_read) == 32);
        CHECK(offsetof(argdraw_draft, drawn_with) == 48);
        CHECK(offsetof(argdraw_verified, stay) == 24);
        CHECK(offsetof(argdraw_recipe_read, unknown) == 24);
        CHECK(offsetof(argdraw_row, stride) == 32);
        CHECK(offsetof(argdraw_start_options, prompt) == 40);
    }
    CHECK(sizeof(argdraw_drawn) == 12);
    CHECK(offsetof(argdraw_drawn, why) == 8);
}

TEST_CASE("c: one pipeline serves sequences of several threads") {
    const pipeline_handle pipeline("penalties(1.1) | top_p(0.9) | categorical");
    const auto row = row_of<float>(500, 3);
    const argdraw_row given = view(row);
    std::array<std::vector<std::int32_t>, 4> tokens;
    std::vector<std::thread> threads;
    for (auto& own : tokens)
        threads.emplace_back([&] {
            argdraw_sequence* sequence = nullptr;
            argdraw_drawn token{};
            if (argdraw_start(pipeline.get, nullptr, &sequence) != ARGDRAW_OK) return;
            for (int i = 0;
                 i < 50 && argdraw_draw(sequence, &given, &token) == ARGDRAW_OK && argdraw_accept(sequence, token.id) == ARGDRAW_OK; ++i)
                own.push_back(token.id);
            argdraw_free_sequence(sequence);
        });
    for (auto& thread : threads) thread.join();
    CHECK(tokens[0].size() == 50);
    for (const auto& own : tokens) CHECK(own == tokens[0]);
}
