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

#include "catch.hpp"
#include "core/counted_new.hpp"

using namespace argdraw;

namespace {

const std::array texts{
    "greedy",
    "categorical",
    "gumbel",
    "mirostat(3)",
    "mirostat_v1",
    "adaptive_p",
    "top_k(40) | temperature(0.8) | categorical",
    "temperature(0.7) | top_p(0.9) | gumbel",
    "temperature(1.5) | min_p(0.05) | categorical",
    "dynamic_temperature(0.5, 1.5) | categorical",
    "quadratic(0.3) | categorical",
    "softcap(30) | categorical",
    "typical(0.9) | categorical",
    "top_n_sigma(1) | categorical",
    "epsilon_cutoff(0.001) | categorical",
    "eta_cutoff(0.002) | categorical",
    "tail_free(0.95) | categorical",
    "top_a(0.2) | categorical",
    "xtc(0.5, 0.1) | categorical",
    "top_h(0.4) | categorical",
    "p_less | categorical",
    "min_k | categorical",
    "penalties(1.1, frequency=0.2, window=64) | top_k(40) | temperature(0.8) | categorical",
    "repetition_penalty(1.3) | frequency_penalty(0.1) | presence_penalty(0.2) | categorical",
    "dry(0.8) | top_p(0.95) | mirostat(4)",
    "no_repeat_ngram(3) | categorical",
    "bad_words([[1, 2], [7]]) | categorical",
    "logit_bias([3: 2.5, 5: -inf]) | categorical",
    "ban([1, 2, 3]) | top_p(0.8) | categorical",
    "allow_only([1, 2, 3, 9]) | categorical",
    "allow([4294967295, 7], beyond=keep) | categorical",
};

struct pipeline_handle {
    argdraw_pipeline* get = nullptr;
    explicit pipeline_handle(std::string_view text) {
        REQUIRE(argdraw_parse(text.data(), text.size(), &get, nullptr, nullptr, 0) == ARGDRAW_OK);
    }
    pipeline_handle(const pipeline_handle&) = delete;
    pipeline_handle& operator=(const pipeline_handle&) = delete;
    ~pipeline_handle() { argdraw_free_pipeline(get); }
};
struct sequence_handle {
    argdraw_sequence* get = nullptr;
    sequence_handle() = default;
    sequence_handle(const pipeline_handle& pipeline, const argdraw_start_options* options) {
        REQUIRE(argdraw_start(pipeline.get, options, &get) == ARGDRAW_OK);
    }
    sequence_handle(const sequence_handle&) = delete;
    sequence_handle& operator=(const sequence_handle&) = delete;
    ~sequence_handle() { argdraw_free_sequence(get); }
};

constexpr std::array<token_id, 5> prompt{1, 2, 3, 1, 2};

argdraw_start_options options_of(std::uint64_t seed) {
    argdraw_start_options options{};
    options.size = sizeof options;
    options.seed = seed;
    options.sequence = 7;
    options.prompt = prompt.data();
    options.prompt_count = prompt.size();
    return options;
}

template <class T>
constexpr std::int32_t format_number = ARGDRAW_FLOAT;
template <>
constexpr std::int32_t format_number<double> = ARGDRAW_DOUBLE;
template <>
constexpr std::int32_t format_number<half> = ARGDRAW_HALF;
template <>
constexpr std::int32_t format_number<bfloat16> = ARGDRAW_BFLOAT16;

template <class T>
std::vector<T> row_of(std::size_t width, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<T> row;
    for (std::size_t i = 0; i < width; ++i) row.push_back(static_cast<T>(static_cast<float>(random() % 4000) / 250.0f));
    return row;
}
template <class T>
argdraw_row view(const std::vector<T>& row) {
    return {sizeof(argdraw_row), row.data(), format_number<T>, row.size(), 0};
}
// The same logits, `stride` bytes apart, from the byte `first` on.
template <class T>
std::vector<std::byte> spread(const std::vector<T>& row, std::size_t stride, std::size_t first) {
    std::vector<std::byte> out(first + row.size() * stride, std::byte{0xa5});
    for (std::size_t i = 0; i < row.size(); ++i) std::memcpy(out.data() + first + i * stride, &row[i], sizeof(T));
    return out;
}

std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

std::vector<std::byte> bytes_of(const argdraw_sequence* sequence) {
    std::size_t count = 0;
    REQUIRE(argdraw_bytes(sequence, nullptr, 0, &count) == ARGDRAW_OK);
    std::vector<std::byte> out(count);
    REQUIRE(argdraw_bytes(sequence, out.data(), out.size(), &count) == ARGDRAW_OK);
    return out;
}

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
        for (const std::size_t width : {1, 15, 16, 17, 300, 5000}) {
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
        CHECK(offsetof(argdraw_row, stride) == 32);
        CHECK(offsetof(argdraw_start_options, prompt) == 40);
    }
    CHECK(sizeof(argdraw_drawn) == 12);
    CHECK(offsetof(argdraw_drawn, why) == 8);
}

namespace {

// Calls with arguments that are right, wrong, of another kind or null; what is right now and then goes on.
class hostile {
public:
    hostile(std::uint64_t seed, const char* text) : random_(seed), pipeline_(text), sequence_(pipeline_, nullptr) {}

    void call() {
        argdraw_pipeline* const p =
            one_of(pipeline_.get, reinterpret_cast<argdraw_pipeline*>(sequence_.get), reinterpret_cast<argdraw_pipeline*>(zeros_));
        argdraw_sequence* const s =
            one_of(sequence_.get, reinterpret_cast<argdraw_sequence*>(pipeline_.get), reinterpret_cast<argdraw_sequence*>(zeros_));
        const argdraw_row row = any_row();
        const argdraw_row* const given = one_of(&row, &row, &row);
        const std::size_t small = random_() % 9;
        argdraw_drawn token{};
        std::size_t count = 0;
        std::size_t* const counted = one_of(&count, &count, &count);
        argdraw_status why = ARGDRAW_OK;
        switch (random_() % 13) {
            case 0: why = argdraw_draw(s, given, one_of(&token, &token, &token)); break;
            case 1: why = argdraw_accept(s, static_cast<std::int32_t>(number())); break;
            case 2: why = argdraw_rollback(s, number()); break;
            case 3: why = argdraw_output(s, ids_, small, counted); break;
            case 4:
                why = argdraw_distribution(s, given, one_of(ids_, ids_, ids_), one_of(numbers_, numbers_, numbers_), small, counted);
                break;
            case 5: {
                const argdraw_logprobs_request request{any_size(sizeof request),
                                                       static_cast<std::int32_t>(number()),
                                                       static_cast<std::int32_t>(random_() % 4),
                                                       asked_,
                                                       random_() % 4,
                                                       number()};
                argdraw_logprobs_result result{};
                result.size = any_size(sizeof result);
                why = argdraw_log_probabilities(s, given, one_of(&request, &request, &request), one_of(found_, found_, found_), small,
                                                one_of(&result, &result, &result));
                break;
            }
            case 6: why = argdraw_check(p, number(), nullptr, text_, small); break;
            case 7: why = argdraw_to_text(p, text_, small, counted); break;
            case 8: {
                argdraw_start_options options = options_of(random_());
                options.size = any_size(options.size);
                options.vocabulary = number();
                if (random_() % 4 == 0) options.prompt = nullptr;
                if (random_() % 4 == 0) options.output_count = random_() % 2 ? 5 : ~std::size_t{0};
                argdraw_sequence* next = nullptr;
                why = argdraw_start(p, one_of(&options, &options, &options), one_of(&next, &next, &next));
                REQUIRE(argdraw_free_sequence(next) == ARGDRAW_OK);
                break;
            }
            case 9: {
                argdraw_sequence* next = nullptr;
                why = argdraw_clone(s, &next);
                REQUIRE((why == ARGDRAW_OK) == (next != nullptr));
                if (next) std::swap(next, sequence_.get);
                REQUIRE(argdraw_free_sequence(next) == ARGDRAW_OK);
                break;
            }
            case 10: {
                std::array<std::byte, 200> bytes;
                if (argdraw_bytes(s, bytes.data(), bytes.size(), &count) == ARGDRAW_OK) count = (std::min)(count, bytes.size());
                if (count > 0 && random_() % 2) bytes[random_() % count] ^= std::byte{1};
                argdraw_sequence* next = nullptr;
                why = argdraw_resume(p, one_of(bytes.data(), bytes.data(), bytes.data()), count, &next);
                REQUIRE((why == ARGDRAW_OK) == (next != nullptr));
                REQUIRE(argdraw_free_sequence(next) == ARGDRAW_OK);
                break;
            }
            case 11: {
                const bool in_order = random_() % 2 == 0;
                for (int i = 0; i < 80; ++i) named_[i] = in_order ? i : static_cast<std::int32_t>(random_() % 40) - (random_() % 64 == 0);
                const argdraw_records records{
                    any_size(sizeof records), one_of(named_, named_, named_), row.logits, row.format, row.width, row.stride};
                why = argdraw_draw_records(s, one_of(&records, &records, &records), one_of(&token, &token, &token), counted);
                break;
            }
            default:
                // What is no handle of a kind is not freed.
                why = argdraw_free_pipeline(reinterpret_cast<argdraw_pipeline*>(sequence_.get));
                REQUIRE(why == ARGDRAW_BAD_PARAMETER);
                REQUIRE(argdraw_free_sequence(reinterpret_cast<argdraw_sequence*>(pipeline_.get)) == ARGDRAW_BAD_PARAMETER);
        }
        REQUIRE(why >= ARGDRAW_OK);
        REQUIRE(why <= ARGDRAW_OUT_OF_WORDS);
        REQUIRE(why != ARGDRAW_NO_SEQUENCE);
    }

private:
    // Mostly the first; else another or null.
    template <class T>
    T* one_of(T* right, T* wrong, T* other) {
        switch (random_() % 16) {
            case 0: return nullptr;
            case 1: return wrong;
            case 2: return other;
            default: return right;
        }
    }
    std::size_t number() {
        switch (random_() % 8) {
            case 0: return ~std::size_t{0};
            case 1: return static_cast<std::size_t>(random_());
            default: return static_cast<std::size_t>(random_() % 40);
        }
    }
    std::size_t any_size(std::size_t right) { return random_() % 8 ? right : static_cast<std::size_t>(random_() % 200); }
    argdraw_row any_row() {
        for (float& logit : row_)
            logit = random_() % 64  ? static_cast<float>(random_() % 100)
                    : random_() % 2 ? -std::numeric_limits<float>::infinity()
                                    : std::nanf("");
        argdraw_row row{any_size(sizeof row), row_, static_cast<std::int32_t>(random_() % 5) - 1 + static_cast<std::int32_t>(random_() % 2),
                        random_() % 33, random_() % 2 ? 0 : random_() % 9};
        if (random_() % 16 == 0) row.logits = nullptr;
        if (random_() % 32 == 0) row.stride = ~std::size_t{0} - random_() % 8;
        return row;
    }

    std::mt19937_64 random_;
    pipeline_handle pipeline_;
    sequence_handle sequence_;
    std::uint64_t zeros_[32] = {};
    float row_[80] = {};
    std::int32_t named_[80] = {}, ids_[8] = {}, asked_[4] = {0, 31, -5, 1 << 30};
    double numbers_[8] = {};
    argdraw_token_logprobs found_[8] = {};
    char text_[8] = {};
};

void storm(std::size_t calls) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        hostile calls_of(i, texts[i]);
        for (std::size_t n = 0; n < calls / texts.size(); ++n) calls_of.call();
    }
}

}  // namespace

TEST_CASE("c: hostile arguments end in a status") { storm(20000); }
TEST_CASE("c: a million calls with hostile arguments", "[.deep]") { storm(1000000); }

TEST_CASE("c: text of any bytes and of no length ends in a status") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        std::string text = texts[random() % texts.size()];
        for (int n = 0; n < 3; ++n) text[random() % text.size()] = static_cast<char>(random());
        argdraw_pipeline* pipeline = nullptr;
        std::size_t column = 0;
        const argdraw_status why = argdraw_parse(text.data(), text.size(), &pipeline, &column, nullptr, 0);
        CHECK((why == ARGDRAW_OK) == (column == 0));
        CHECK((why == ARGDRAW_OK) == (pipeline != nullptr));
        CHECK(argdraw_free_pipeline(pipeline) == ARGDRAW_OK);
    }
    argdraw_pipeline* pipeline = nullptr;
    char sentence[64] = {};
    CHECK(argdraw_parse(nullptr, 3, &pipeline, nullptr, sentence, sizeof sentence) == ARGDRAW_BAD_PARAMETER);
    CHECK(sentence[0] != '\0');
    CHECK(argdraw_parse("greedy", ~std::size_t{0}, &pipeline, nullptr, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_parse("greedy", 6, nullptr, nullptr, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_parse("greedy", 6, &pipeline, nullptr, nullptr, 3) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_parse(nullptr, 0, &pipeline, nullptr, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
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
