// Hostile calls of the C door: whatever comes in, a status and a sentence come out.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <argdraw/c/argdraw.h>

#include <argdraw/core/token.hpp>

#include "c/support.hpp"
#include "catch.hpp"

using namespace argdraw;
using namespace door;

namespace {

const std::array requests{
    R"({"temperature": 0.7, "top_p": 0.9, "seed": 7, "model": "x"})",
    R"({"top_k": 40, "logit_bias": {"3": 2.5, "5": -100}, "stop": null})",
    R"({"temperature": 0.8, "repeat_penalty": 1.1, "dry_multiplier": 0.8, "samplers": ["top_k", "temperature"], "logit_bias": [[3, false]]})",
    R"({"do_sample": true, "bad_words_ids": [[1, 2], [3]], "typical_p": 0.9, "sequence_bias": [[[1, 2], -1.5]]})",
    R"({"top_k": "many", "min_p": [1, {"a": [[[]]]}], "seed": 1e400})",
};

// Calls with arguments that are right, wrong, of another kind or null; what is right now and then goes on.
class hostile {
public:
    hostile(std::uint64_t seed, const char* text) : random_(seed), pipeline_(text), sequence_(pipeline_, nullptr) {}

    std::size_t verified() const { return verified_; }

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
        switch (random_() % 22) {
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
            case 6: {
                std::int32_t stage = 0;
                why = argdraw_check(p, number(), one_of(&stage, &stage, &stage), one_of(text_, text_, text_), small);
                break;
            }
            case 7: why = argdraw_to_text(p, text_, small, counted); break;
            case 8: {
                argdraw_start_options options = options_of(random_());
                options.size = any_size(options.size);
                options.vocabulary = number();
                if (random_() % 4 == 0) options.prompt = nullptr;
                if (random_() % 4 == 0) options.output_count = random_() % 2 ? 5 : ~std::size_t{0};
                argdraw_sequence* next = nullptr;
                why = argdraw_start(p, one_of(&options, &options, &options), one_of(&next, &next, &next));
                if (next && random_() % 2) std::swap(next, sequence_.get);
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
                // Not the byte that makes a vocabulary of 2^24, which is one, and records as wide.
                if (const std::size_t at = random_() % 200; at < count && at != 43) bytes[at] ^= std::byte{1};
                argdraw_sequence* next = nullptr;
                why = argdraw_resume(p, one_of(bytes.data(), bytes.data(), bytes.data()), count, &next);
                REQUIRE((why == ARGDRAW_OK) == (next != nullptr));
                if (next) std::swap(next, sequence_.get);
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
            case 12: {
                argdraw_sequence* const sequences[3] = {s, sequence_.get, s};
                const argdraw_row rows[3] = {row, any_row(), row};
                argdraw_drawn tokens[3];
                why = argdraw_draw_many(one_of(&sequences[0], &sequences[0], &sequences[0]), one_of(&rows[0], &rows[0], &rows[0]),
                                        one_of(&tokens[0], &tokens[0], &tokens[0]), random_() % 32 ? random_() % 4 : ~std::size_t{0});
                break;
            }
            case 13: why = argdraw_reseed(s, random_(), random_()); break;
            case 14: why = argdraw_reserve(s, number()); break;
            case 15: why = argdraw_bytes(s, one_of(bytes_, bytes_, bytes_), random_() % sizeof bytes_, counted); break;
            case 16: why = text_to_pipeline(small); break;
            case 17: why = json_to_pipeline(small); break;
            case 18:
            case 19:
            case 20: why = verify(s, small); break;
            default:
                // What is no handle of a kind is not freed.
                why = argdraw_free_pipeline(reinterpret_cast<argdraw_pipeline*>(sequence_.get));
                REQUIRE(why == ARGDRAW_BAD_PARAMETER);
                REQUIRE(argdraw_free_sequence(reinterpret_cast<argdraw_sequence*>(pipeline_.get)) == ARGDRAW_BAD_PARAMETER);
        }
        REQUIRE(((why >= ARGDRAW_OK && why <= ARGDRAW_OUT_OF_WORDS && why != ARGDRAW_NO_SEQUENCE) || why == ARGDRAW_NO_RECIPES));
        REQUIRE(argdraw_message(why) != std::string_view("unknown status"));
        REQUIRE(argdraw_message(static_cast<std::int32_t>(random_()))[0] != '\0');
    }

private:
    // A text with a few bytes of any kind, or as it is. Sequences go on with what is read.
    std::string damaged(const char* right) {
        std::string text = right;
        for (std::uint64_t n = random_() % 4; n > 0; --n) text[random_() % text.size()] = static_cast<char>(random_());
        return random_() % 16 ? text : text.substr(0, random_() % text.size());
    }
    template <class Call>
    argdraw_status to_pipeline(const std::string& text, std::size_t room, Call call) {
        argdraw_pipeline* next = nullptr;
        std::memset(text_, 'x', sizeof text_);
        const argdraw_status why =
            call(one_of(text.data(), text.data(), text.data()), random_() % 32 ? text.size() : ~std::size_t{0} - random_() % 9,
                 one_of(&next, &next, &next), one_of(text_, text_, text_), room);
        REQUIRE((why == ARGDRAW_OK) == (next != nullptr));
        if (next) std::swap(next, pipeline_.get);
        REQUIRE(argdraw_free_pipeline(next) == ARGDRAW_OK);
        return why;
    }
    argdraw_status text_to_pipeline(std::size_t room) {
        std::size_t column = 0;
        return to_pipeline(damaged(texts[random_() % texts.size()]), room,
                           [&](const char* text, std::size_t length, argdraw_pipeline** out, char* sentence, std::size_t most) {
                               return argdraw_parse(text, length, out, one_of(&column, &column, &column), sentence, most);
                           });
    }
    argdraw_status json_to_pipeline(std::size_t room) {
        argdraw_recipe_read found{};
        found.size = any_size(sizeof found);
        return to_pipeline(damaged(requests[random_() % requests.size()]), room,
                           [&](const char* text, std::size_t length, argdraw_pipeline** out, char* sentence, std::size_t most) {
                               return argdraw_recipe(static_cast<std::int32_t>(random_() % 6) - 1, text, length, out,
                                                     one_of(&found, &found, &found), sentence, most);
                           });
    }
    argdraw_status verify(argdraw_sequence* s, std::size_t room) {
        constexpr std::size_t most = 6;
        // Laws of six tokens, or of what they are not.
        std::int32_t tokens[most], parents[most], ids[6], path[8];
        double probabilities[6];
        argdraw_law laws[most];
        argdraw_row rows[most + 1];
        const std::size_t count = random_() % (most + 1);
        for (int i = 0; i < 6; ++i) {
            ids[i] = 2 * i + static_cast<std::int32_t>(random_() % 2);
            probabilities[i] = random_() % 128 ? 1.0 / 6 : std::array{std::nan(""), -1.0, 2.0, 0.0}[random_() % 4];
        }
        if (random_() % 16 == 0) std::swap(ids[0], ids[random_() % 6]);
        for (std::size_t i = 0; i < most; ++i) {
            tokens[i] = random_() % 16 ? ids[random_() % 6] : static_cast<std::int32_t>(number());
            parents[i] = random_() % 16 ? static_cast<std::int32_t>(random_() % (i + 1)) - 1 : static_cast<std::int32_t>(number());
            laws[i] = {ids, probabilities, random_() % 8 ? std::size_t{6} : random_() % 7};
            if (random_() % 64 == 0) laws[i] = {nullptr, probabilities, number()};
        }
        const std::int32_t format = random_() % 2 ? ARGDRAW_FLOAT : static_cast<std::int32_t>(random_() % 4);
        for (argdraw_row& row : rows) {
            row = any_row();
            if (random_() % 8) row.size = sizeof row;
            if (random_() % 16) row.format = format;
            if (random_() % 4) row.stride = 0;
            if (random_() % 4) row.width = 32;
        }
        if (random_() % 2) std::fill(std::begin(row_), std::end(row_), 1.0f);
        const std::uint64_t words[2] = {random_() % 2, 0};
        argdraw_draft draft{any_size(sizeof draft),         tokens, random_() % 2 ? parents : nullptr,
                            random_() % 4 ? laws : nullptr, count,  static_cast<std::int32_t>(random_() % 8 == 0),
                            random_() % 2 ? words : nullptr};
        if (random_() % 64 == 0) draft.tokens = nullptr;
        if (random_() % 64 == 0) draft.count = ~std::size_t{0} - random_() % 9;
        if (random_() % 64 == 0) draft.without_replacement = static_cast<std::int32_t>(random_());
        argdraw_verified result{};
        result.size = any_size(sizeof result);
        const argdraw_draft* const drafted = one_of(&draft, &draft, &draft);
        const argdraw_row* const given = one_of(&rows[0], &rows[0], &rows[0]);
        std::int32_t* const nodes = one_of(&path[0], &path[0], &path[0]);
        argdraw_verified* const out = one_of(&result, &result, &result);
        const argdraw_status why =
            random_() % 3
                ? argdraw_verify(s, random_() % 8 ? static_cast<std::int32_t>(random_() % 3) : static_cast<std::int32_t>(random_()),
                                 drafted, given, nodes, room, out)
                : argdraw_verify_typical(s, std::array{0.3, 0.0, -1.0, std::nan("")}[random_() % 4],
                                         std::array{0.3, 0.0, -1.0, HUGE_VAL}[random_() % 4], drafted, given, nodes, room, out);
        if (why == ARGDRAW_OK) {
            verified_ += result.stay > 0;
            REQUIRE(result.token.id >= 0);
            REQUIRE(result.stay <= count);
            REQUIRE(result.rows <= count + 1);
            for (std::size_t i = 0; i < (std::min)(room, result.stay); ++i)
                REQUIRE((path[i] >= 0 && static_cast<std::size_t>(path[i]) < count));
        }
        return why;
    }

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
    std::size_t verified_ = 0;  // drafts of which a node stayed
    pipeline_handle pipeline_;
    sequence_handle sequence_;
    std::uint64_t zeros_[32] = {};
    float row_[80] = {};
    std::int32_t named_[80] = {}, ids_[8] = {}, asked_[4] = {0, 31, -5, 1 << 30};
    double numbers_[8] = {};
    std::byte bytes_[300] = {};
    argdraw_token_logprobs found_[8] = {};
    char text_[8] = {};
};

void storm(std::size_t calls) {
    std::size_t verified = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        hostile calls_of(i, texts[i]);
        for (std::size_t n = 0; n < calls / texts.size(); ++n) calls_of.call();
        verified += calls_of.verified();
    }
    CHECK(verified > calls / 1000);
}

}  // namespace

TEST_CASE("c: hostile arguments end in a status") { storm(100000); }
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
