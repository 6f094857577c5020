#include <argdraw/recipes/gguf.hpp>

#include <cstring>
#include <random>
#include <sstream>

#include "laws.hpp"

using namespace argdraw;
using recipes::llama_cpp;
using recipes::load_gguf;

namespace {

enum type : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

// A GGUF file, piece by piece.
struct file {
    std::string bytes;
    std::uint64_t pairs = 0;

    template <class N>
    file& put(N value) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof value);
        for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(bits >> (8 * i));
        return *this;
    }
    file& put_text(std::string_view content) {
        put(std::uint64_t{content.size()});
        bytes += content;
        return *this;
    }
    file& key(std::string_view name, std::uint32_t of) {
        ++pairs;
        return put_text(name).put(of);
    }
    template <class N>
    file& pair(std::string_view name, std::uint32_t of, N value) {
        return key(name, of).put(value);
    }
    file& pair(std::string_view name, std::string_view value) { return key(name, string).put_text(value); }

    std::string whole(std::uint32_t version = 3) const {
        file head;
        head.bytes = "GGUF";
        head.put(version).put(std::uint64_t{5}).put(pairs);
        return head.bytes + bytes;
    }
};

// What is wrong with a file, after it changed nothing; or the pipeline that it makes, and behind it the unknown keys. The same from memory
// and from a stream.
std::string outcome_of(const std::string& bytes) {
    llama_cpp recipe, streamed;
    const recipes::loaded result = load_gguf(recipe, std::as_bytes(std::span(bytes)));
    std::istringstream in(bytes);
    const recipes::loaded again = load_gguf(streamed, in);
    CHECK(again.wrong.sentence == result.wrong.sentence);
    CHECK(again.unknown == result.unknown);
    CHECK(outcome(streamed) == outcome(recipe));
    if (!result) {
        CHECK(result.wrong.why == status::bad_parameter);
        CHECK(outcome(recipe) == outcome(llama_cpp{}));
        return result.wrong.sentence;
    }
    std::string out = outcome(recipe);
    for (const auto& key : result.unknown) out += ", " + key;
    return out;
}
std::string outcome_of(const file& of) { return outcome_of(of.whole()); }

// With a bit of everything.
file sample() {
    file of;
    of.pair("general.architecture", "llama").pair("general.sampling.top_k", i32, std::int32_t{20});
    of.key("tokenizer.ggml.tokens", array).put(std::uint32_t{string}).put(std::uint64_t{3}).put_text("a").put_text("bc").put_text("");
    of.key("tokenizer.ggml.scores", array).put(std::uint32_t{f32}).put(std::uint64_t{2}).put(1.0f).put(2.0f);
    of.pair("general.sampling.top_p", f32, 0.5f)
        .pair("some.flag", boolean, std::uint8_t{1})
        .pair("general.sampling.sequence", "top_k;top_p");
    return of;
}

}  // namespace

TEST_CASE("gguf: keys of sampling, of every type of number") {
    CHECK(outcome_of(sample()) == "top_k(20) | top_p(0.5) | categorical");
    CHECK(outcome_of(sample().whole(2)) == "top_k(20) | top_p(0.5) | categorical");
    CHECK(outcome_of(file{}) == outcome(llama_cpp{}));
    const auto top_k = [](std::uint32_t of, auto value) {
        return outcome_of(file{}.pair("general.sampling.sequence", "top_k").pair("general.sampling.top_k", of, value));
    };
    CHECK(top_k(u8, std::uint8_t{200}) == "top_k(200) | categorical");
    CHECK(top_k(i8, std::int8_t{-1}) == "categorical");
    CHECK(top_k(u16, std::uint16_t{300}) == "top_k(300) | categorical");
    CHECK(top_k(i16, std::int16_t{-300}) == "categorical");
    CHECK(top_k(u32, std::uint32_t{7}) == "top_k(7) | categorical");
    CHECK(top_k(i32, std::int32_t{7}) == "top_k(7) | categorical");
    CHECK(top_k(u64, std::uint64_t{7}) == "top_k(7) | categorical");
    CHECK(top_k(i64, std::int64_t{-7}) == "categorical");
    CHECK(top_k(f32, 7.0f) == "top_k(7) | categorical");
    CHECK(top_k(f64, 7.0) == "top_k(7) | categorical");
    CHECK(outcome_of(file{}
                         .pair("general.sampling.mirostat", i32, std::int32_t{2})
                         .pair("general.sampling.mirostat_tau", f32, 3.0f)
                         .pair("general.sampling.temp", f64, 0.5)) == "temperature(0.5) | mirostat(3)");
}

TEST_CASE("gguf: an absent key leaves what the recipe has, an unknown one is listed, others are passed over") {
    llama_cpp recipe;
    recipe.top_k = 9;
    recipe.temp = 0.25f;
    const std::string bytes = file{}
                                  .pair("general.sampling.temp", f32, 0.5f)
                                  .pair("general.sampling.top_q", f32, 0.5f)
                                  .pair("general.sampling.ignore_eos", boolean, std::uint8_t{1})
                                  .pair("general.top_k", f32, 0.5f)
                                  .whole();
    const recipes::loaded result = load_gguf(recipe, std::as_bytes(std::span(bytes)));
    REQUIRE(result);
    CHECK((recipe.top_k == 9 && recipe.temp == 0.5f));
    CHECK(result.unknown == std::vector<std::string>{"general.sampling.top_q", "general.sampling.ignore_eos"});
}

TEST_CASE("gguf: a wrong type or range names key, value and range") {
    const auto top_k = [](std::uint32_t of, auto value) { return outcome_of(file{}.pair("general.sampling.top_k", of, value)); };
    CHECK(top_k(f32, 1.5f) == "general.sampling.top_k = 1.5 is not a whole number");
    CHECK(top_k(f32, nan_float) == "general.sampling.top_k = nan is not a whole number");
    CHECK(top_k(u64, std::uint64_t{1} << 40) ==
          "general.sampling.top_k = 1099511627776 is out of its range: whole numbers from -2147483648 to 2147483647");
    CHECK(top_k(boolean, std::uint8_t{1}) == "general.sampling.top_k is of the type 7, which is no number");
    CHECK(top_k(99, std::uint8_t{1}) == "general.sampling.top_k is of the type 99, which is no number");
    CHECK(outcome_of(file{}.pair("general.sampling.top_k", "40")) == "general.sampling.top_k is of the type 8, which is no number");
    CHECK(outcome_of(file{}.pair("general.sampling.top_p", f32, nan_float)) ==
          "general.sampling.top_p = nan is out of its range: any number");
    CHECK(outcome_of(file{}.pair("general.sampling.top_p", f64, 1e39)) == "general.sampling.top_p = 1e+39 is beyond the range of float");
    CHECK(outcome_of(file{}.pair("general.sampling.penalty_repeat", f32, 0.0f)) ==
          "general.sampling.penalty_repeat = 0 is out of its range: above 0, finite");
    CHECK(outcome_of(file{}.pair("general.sampling.sequence", u8, std::uint8_t{1})) ==
          "general.sampling.sequence is of the type 0, and not a text");
    CHECK(outcome_of(file{}.pair("general.sampling.sequence", "top_k;q")).substr(0, 56) ==
          "general.sampling.sequence: samplers = 'q' is none of pen");
}

TEST_CASE("gguf: what is no GGUF file, or another one") {
    CHECK(outcome_of("") == "this is no GGUF file: it does not begin with GGUF");
    CHECK(outcome_of("GGU") == "this is no GGUF file: it does not begin with GGUF");
    CHECK(outcome_of("GGML............") == "this is no GGUF file: it does not begin with GGUF");
    CHECK(outcome_of(file{}.whole(1)) == "this GGUF file has version 1, and 2 and 3 are known");
    CHECK(outcome_of(file{}.whole(0x03000000)) == "this GGUF file is of a big-endian machine");
}

TEST_CASE("gguf: a file that ends too soon, wherever it ends") {
    const std::string bytes = sample().whole();
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const std::string sentence = outcome_of(bytes.substr(0, n));
        INFO(n << ": " << sentence);
        CHECK((sentence.find("ends in") != std::string::npos || n < 4));
    }
    CHECK(outcome_of(bytes + "tensors follow") == "top_k(20) | top_p(0.5) | categorical");
}

TEST_CASE("gguf: lengths that no file has are not believed") {
    constexpr std::uint64_t huge = ~std::uint64_t{0};
    const auto hostile = [](const file& of) { return outcome_of(of); };
    CHECK(hostile(file{.bytes = file{}.put(huge).bytes, .pairs = 1}) ==
          "the GGUF file ends in key 1 of 1, or that is longer than 65535 bytes");
    CHECK(hostile(file{}.pair(std::string(70'000, 'k'), "x")) == "the GGUF file ends in key 1 of 1, or that is longer than 65535 bytes");
    CHECK(hostile(file{}.pair("a", string, huge)) == "the GGUF file ends in the text of key 1 of 1");
    CHECK(hostile(file{}.pair("general.sampling.sequence", string, huge)) ==
          "the GGUF file ends in the value of general.sampling.sequence, or that is longer than 65535 bytes");
    CHECK(hostile(file{}.key("a", array).put(std::uint32_t{f64}).put(huge)) == "the GGUF file ends in the array of key 1 of 1");
    CHECK(hostile(file{}.key("a", array).put(std::uint32_t{f64}).put(huge / 8 + 2).put(huge)) ==
          "the GGUF file ends in the array of key 1 of 1");
    CHECK(hostile(file{}.key("a", array).put(std::uint32_t{string}).put(huge)) == "the GGUF file ends in the array of key 1 of 1");
    CHECK(hostile(file{}.key("a", array).put(std::uint32_t{array}).put(huge)) ==
          "the array of key 1 of 1 has values of the unknown type 9");
    CHECK(hostile(file{}.pair("a", 13, huge)) == "the value of key 1 of 1 has the unknown type 13");
    file many = sample();
    many.pairs = huge;
    CHECK(hostile(many) == "the GGUF file ends in key 8 of 18446744073709551615, or that is longer than 65535 bytes");
}

namespace {

void fuzz(int count) {
    std::mt19937_64 random(3);
    const auto below = [&](std::size_t n) { return random() % n; };
    const std::string bytes = sample().whole();
    int good = 0;
    for (int i = 0; i < count; ++i) {
        std::string changed = bytes;
        for (std::size_t n = 1 + below(3); n > 0 && !changed.empty(); --n) {
            const std::size_t at = below(changed.size());
            switch (below(5)) {
                case 0: changed[at] = static_cast<char>(random()); break;
                case 1: changed[at] = static_cast<char>(below(14)); break;
                case 2: changed.erase(at, 1 + below(8)); break;
                case 3: changed.insert(at, 1 + below(8), static_cast<char>(below(3) ? 0 : 255)); break;
                default: changed.resize(at); break;
            }
        }
        llama_cpp recipe;
        const recipes::loaded result = load_gguf(recipe, std::as_bytes(std::span(changed)));
        if (!result && result.wrong.sentence.empty()) FAIL("no sentence");
        if (result && !recipe.make() && recipe.make().wrong.sentence.empty()) FAIL("no sentence");
        good += static_cast<bool>(result);
        if (i % 16) continue;
        std::istringstream in(changed);
        llama_cpp streamed;
        REQUIRE(load_gguf(streamed, in).wrong.sentence == result.wrong.sentence);
    }
    CHECK(good > count / 100);
    CHECK(good < count);
}

}  // namespace

TEST_CASE("gguf: any bytes are a recipe or a clear fault") { fuzz(100'000); }
TEST_CASE("gguf: any bytes are a recipe or a clear fault, a million", "[.deep]") { fuzz(1'000'000); }
